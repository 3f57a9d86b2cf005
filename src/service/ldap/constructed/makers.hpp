// SPDX-License-Identifier: Apache-2.0
// What the files of this folder share: a constructed attribute ([MS-ADTS] 3.1.1.4.5) is made by one function of an object, as one caller
// sees it. constructed.cpp has the table of them. A helper of this folder; functions may refuse() (service/directory/refusal.hpp).
#pragma once

#include <string>
#include <vector>

#include "service/directory/reader.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face::constructed {

using directory::must;
using store::Attid;
using store::Dnt;
using store::kNoDnt;
using store::ObjectView;
using Values = std::vector<std::string>;

struct Subject {
  const View& view;
  const ObjectView& object;
  const schema::AttributeSchema& attribute;
  bool binary = false;  ///< asked for as ";binary"

  [[nodiscard]] const schema::Schema& schema() const noexcept { return view.schema(); }
  [[nodiscard]] directory::Reader reader() const { return {view.context, view.snapshot, view.dsa.identity()}; }
  [[nodiscard]] bool is_instance(Attid object_class) const;
  /// A value of the syntax Object(DS-DN).
  [[nodiscard]] std::string dn(Dnt dnt) const;
};
using Maker = Values (*)(const Subject&);

[[nodiscard]] inline Values one(std::string value) {
  Values values;
  values.push_back(std::move(value));
  return values;
}
[[nodiscard]] inline Values truth(bool value) { return one(value ? "TRUE" : "FALSE"); }
/// LDAP has signed integers of 32 bits.
[[nodiscard]] inline Values integer(std::uint32_t value) { return one(std::to_string(static_cast<std::int32_t>(value))); }
[[nodiscard]] inline std::string octets_of(ByteView octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
/// INTEGER8 and FILETIME attributes; nothing when the attribute is absent.
[[nodiscard]] std::optional<std::int64_t> large_integer(const ObjectView& object, Attid attid);
/// lDAPDisplayName of the attribute or class that a name of the schema means: an Attid, or Attid{} where the schema has none.
[[nodiscard]] Attid attribute_called(const schema::Schema& schema, std::string_view name);

// object.cpp
Values canonical_name_of(const Subject& s);             // 3.1.1.4.5.2
Values from_entry(const Subject& s);                    // 3.1.1.4.5.8
Values create_time_stamp(const Subject& s);             // 3.1.1.4.5.9
Values modify_time_stamp(const Subject& s);             // 3.1.1.4.5.10
Values primary_group_token(const Subject& s);           // 3.1.1.4.5.11
Values entry_ttl(const Subject& s);                     // 3.1.1.4.5.12
Values approximate_subordinates(const Subject& s);      // 3.1.1.4.5.15
Values key_version_number(const Subject& s);            // 3.1.1.4.5.16
Values principal_name(const Subject& s);                // 3.1.1.4.5.27
Values parent_guid(const Subject& s);                   // 3.1.1.4.5.28
Values parent_name(const Subject& s);                   // msDS-parentdistname
Values local_deletion_time(const Subject& s);           // 3.1.1.4.5.37
Values local_recycle_time(const Subject& s);            // 3.1.1.4.5.38

// classes.cpp
Values sub_schema_sub_entry(const Subject& s);          // 3.1.1.4.5.1
Values of_aggregate(const Subject& s);                  // 3.1.1.3.1.1.1: the subSchema object's five
Values allowed_child_classes(const Subject& s);         // 3.1.1.4.5.3
Values rights_effective(const Subject& s);              // 3.1.1.4.5.4
Values allowed_child_classes_effective(const Subject& s);  // 3.1.1.4.5.5
Values allowed_attributes(const Subject& s);            // 3.1.1.4.5.6
Values allowed_attributes_effective(const Subject& s);  // 3.1.1.4.5.7
Values auxiliary_classes(const Subject& s);             // 3.1.1.4.5.18
Values possible_inferiors(const Subject& s);            // 3.1.1.4.5.21
Values structural_object_class(const Subject& s);       // 3.1.1.4.5.44

// accounts.cpp
Values account_control_computed(const Subject& s);      // 3.1.1.4.5.17
Values password_expiry_time(const Subject& s);          // 3.1.1.4.5.33
Values resultant_pso(const Subject& s);                 // 3.1.1.4.5.36

// groups.cpp
Values token_groups(const Subject& s);                  // 3.1.1.4.5.19
Values token_groups_global_and_universal(const Subject& s);  // 3.1.1.4.5.20
Values token_group_names(const Subject& s);             // 3.1.1.4.5.42
Values token_group_names_global_and_universal(const Subject& s);  // 3.1.1.4.5.43
Values member_of_transitive(const Subject& s);          // 3.1.1.4.5.40
Values member_transitive(const Subject& s);             // 3.1.1.4.5.41
/// Security groups that an account is in, however deep, by `member` and primaryGroupID; without the account itself.
[[nodiscard]] std::vector<Sid> groups_of_account(const Subject& s, const Sid& account);

// domain_controllers.cpp
Values site_name(const Subject& s);                     // 3.1.1.4.5.29
Values is_rodc(const Subject& s);                       // 3.1.1.4.5.30
Values is_gc(const Subject& s);                         // 3.1.1.4.5.31
Values is_user_cachable(const Subject& s);              // 3.1.1.4.5.32
Values revealed_list(const Subject& s);                 // 3.1.1.4.5.34
Values revealed_list_bl(const Subject& s);              // 3.1.1.4.5.35

// replication.cpp
Values inbound_neighbors(const Subject& s);             // 3.1.1.4.5.13
Values outbound_neighbors(const Subject& s);            // 3.1.1.4.5.14
Values replication_cursors(const Subject& s);           // 3.1.1.4.5.13
Values attribute_metadata(const Subject& s);            // 3.1.1.4.5.13
Values value_metadata(const Subject& s);                // 3.1.1.4.5.13

}  // namespace tributary::service::ldap_face::constructed
