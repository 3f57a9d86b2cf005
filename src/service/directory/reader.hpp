// SPDX-License-Identifier: Apache-2.0
// One state of the database in the words of [MS-DRSR] 3.4: "select ... from children/subtree/all where ...", values of attributes, names.
// What cannot be read ends the operation (refusal.hpp). Objects are living ones unless said otherwise: neither deleted nor phantoms.
// Knows no operation and no right.
#pragma once

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "repl/objects/context.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "schema/schema.hpp"
#include "service/directory/constants.hpp"
#include "service/directory/refusal.hpp"
#include "service/dsa.hpp"

namespace tributary::service::directory {

using store::Dnt;
using store::kNoDnt;
using store::ObjectView;

/// libstdc++ 12 has no std::ranges::contains.
template <std::ranges::input_range R, class T>
[[nodiscard]] constexpr bool has_element(R&& range, const T& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

class Reader {
 public:
  /// All three must outlive it. A WriteTransaction is a snapshot too: views are then good until its next change.
  Reader(const repl::Context& context, const store::Snapshot& snapshot, const DsaIdentity& identity)
      : context_(context), snapshot_(snapshot), identity_(identity) {}

  [[nodiscard]] const repl::Context& context() const noexcept { return context_; }
  [[nodiscard]] const store::Snapshot& snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] const schema::Schema& schema() const noexcept { return *context_.schema; }
  [[nodiscard]] const DsaIdentity& identity() const noexcept { return identity_; }

  /// kNoDnt when it is not held here (a DSA without a domain).
  [[nodiscard]] Dnt configuration_nc() const { return of_guid(identity_.configuration_nc); }
  [[nodiscard]] Dnt schema_nc() const { return of_guid(identity_.schema_nc); }
  [[nodiscard]] Dnt default_nc() const { return of_guid(identity_.domain_nc); }
  [[nodiscard]] Dnt dsa_object() const { return of_guid(ObjectGuid{identity_.dsa.value}); }

  /// Any record that is no phantom, deleted ones too.
  [[nodiscard]] std::optional<ObjectView> find(Dnt dnt) const;
  [[nodiscard]] std::optional<ObjectView> living(Dnt dnt) const;
  [[nodiscard]] bool is_living(Dnt dnt) const { return living(dnt).has_value(); }
  /// Must be there.
  [[nodiscard]] ObjectView object(Dnt dnt) const;
  [[nodiscard]] Dnt of_guid(const ObjectGuid& guid) const;
  /// GetDSNameFromDN (5.76) and ObjExists: kNoDnt for what is no DN, too.
  [[nodiscard]] Dnt of_dn(std::string_view dn) const;
  /// A child, grandchild ... by its RDN values, the nearest first: DescendantObject (5.33).
  [[nodiscard]] Dnt descendant(Dnt from, std::initializer_list<std::string_view> rdns) const;
  [[nodiscard]] Dnt child(Dnt parent, std::string_view rdn) const;
  [[nodiscard]] std::vector<Dnt> children(Dnt parent) const;
  /// Children that are instances of the class.
  [[nodiscard]] std::vector<Dnt> children(Dnt parent, Attid object_class) const;
  /// "select all o from subtree `below` where o!objectCategory = GetDefaultObjectCategory(class)": by the index of objectCategory.
  [[nodiscard]] std::vector<Dnt> of_category(Attid object_class, Dnt below) const;
  [[nodiscard]] bool is_below(Dnt dnt, Dnt above) const;
  [[nodiscard]] bool is_instance(const ObjectView& object, Attid object_class) const;

  /// Objects that have the value, by the equality index; while there is none (an attribute that is not indexed, an index that is still
  /// being made) by looking at every object.
  [[nodiscard]] std::vector<Dnt> equal(Attid attid, ByteView value) const;
  [[nodiscard]] std::vector<Dnt> equal_text(Attid attid, std::string_view value) const;
  /// The same with deleted objects: "all-ts-included".
  [[nodiscard]] std::vector<Dnt> equal_with_deleted(Attid attid, ByteView value) const;

  [[nodiscard]] std::string dn(Dnt dnt) const { return must(repl::dn_of(snapshot_, schema(), dnt)); }
  [[nodiscard]] drsuapi::DSNAME dsname(Dnt dnt) const { return must(repl::dsname_of(snapshot_, schema(), dnt)); }
  /// The leaf's value.
  [[nodiscard]] std::string rdn(Dnt dnt) const { return must(repl::rdn_of(schema(), object(dnt))).value; }
  [[nodiscard]] Dnt parent(Dnt dnt) const { return object(dnt).parent(); }

  [[nodiscard]] std::vector<std::string> texts(const ObjectView& object, Attid attid) const;
  [[nodiscard]] std::optional<std::string> text(const ObjectView& object, Attid attid) const;
  [[nodiscard]] std::vector<Sid> sids(const ObjectView& object, Attid attid) const;
  /// Targets of present, active link values, or of values in the record.
  [[nodiscard]] std::vector<Dnt> references(Dnt source, Attid attid) const;
  [[nodiscard]] Dnt reference(Dnt source, Attid attid) const;
  /// The sources of present, active link values of a forward link: what a back link's values are.
  [[nodiscard]] std::vector<Dnt> referring(Dnt target, Attid forward_link) const;

 private:
  [[nodiscard]] std::vector<Dnt> matching(Attid attid, ByteView value, bool with_deleted) const;
  [[nodiscard]] bool is_active_link(const store::LinkKey& key) const;

  const repl::Context& context_;
  const store::Snapshot& snapshot_;
  const DsaIdentity& identity_;
};

/// UTF-16LE, as String(Unicode) is stored ([MS-DRSR] 5.16.1.3).
[[nodiscard]] Bytes unicode_octets(std::string_view utf8);
[[nodiscard]] std::string unicode_text(ByteView octets);

}  // namespace tributary::service::directory
