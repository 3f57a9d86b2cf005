// SPDX-License-Identifier: Apache-2.0
// Objects of a GetNCChanges page as the entries that LDAP would show: names by the prefix table of the page ([MS-DRSR] 5.16.4) and the base
// schema, values in the form of LDAP ([MS-ADTS] 3.1.1.2.2.2). What the base schema does not know, secrets, and times are left out: nobody
// reads them here. Knows no connection.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "client/changes.hpp"
#include "ldap/ldap_client.hpp"
#include "schema/schema.hpp"

namespace tributary::client {

/// One page after the other. One thread at a time.
class PageEntries {
 public:
  static constexpr std::size_t kEntriesMax = 100'000;

  /// kErrorMoreData beyond kEntriesMax objects.
  [[nodiscard]] Result<> add(const drsuapi::DRS_MSG_GETCHGREPLY_V9& page);
  /// Everything that was not deleted, in the order in which it came first.
  [[nodiscard]] std::vector<ldap_client::Entry> take();

 private:
  struct Kept {
    ldap_client::Entry entry;
    bool is_deleted = false;
  };
  void add_object(Kept& kept, const drsuapi::REPLENTINFLIST& object) const;
  void add_link(const drsuapi::REPLVALINF_V3& link);
  [[nodiscard]] const schema::AttributeSchema* attribute(drsuapi::ATTRTYP attrtyp) const;
  [[nodiscard]] std::optional<Bytes> value(const schema::AttributeSchema& attribute, ByteView octets) const;
  [[nodiscard]] std::string oid_name(const schema::AttributeSchema& attribute, std::uint32_t attrtyp) const;

  const schema::Schema& schema_ = *schema::Schema::embedded();
  schema::PrefixTable prefixes_;
  std::vector<Kept> all_;
  std::map<Guid, std::size_t> by_guid_;
};

}  // namespace tributary::client
