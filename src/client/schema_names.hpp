// SPDX-License-Identifier: Apache-2.0
// From the numbers of a GetNCChanges page (ATTRTYP under the page's prefix table, [MS-DRSR] 5.16.4) to names and syntaxes for people.
// The schema is read once, over LDAP; without it the names of the base schema serve, and values have no syntax.
// Knows nothing of replication, and renders nothing: change_json.hpp does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "client/directory.hpp"
#include "drsuapi/types.hpp"
#include "schema/prefix_table.hpp"

namespace tributary::client {

/// attributeSyntax ([MS-ADTS] 3.1.1.2.2.2): the last number of 2.5.5.N.
enum class AttributeSyntax : std::uint8_t {
  kUnknown = 0,
  kDn = 1,
  kOid = 2,
  kCaseExact = 3,
  kTeletex = 4,
  kIa5 = 5,
  kNumeric = 6,
  kDnBinary = 7,
  kBoolean = 8,
  kInteger = 9,
  kOctets = 10,
  kTime = 11,
  kUnicode = 12,
  kPresentationAddress = 13,
  kDnString = 14,
  kSecurityDescriptor = 15,
  kLargeInteger = 16,
  kSid = 17,
};

/// An attribute, or a class (which has no syntax).
struct SchemaName {
  std::string name;  ///< lDAPDisplayName; "attid 0x00090001" or the OID when nobody knows it
  std::string oid;   ///< "1.2.840.113556.1.4.1"; may be empty
  AttributeSyntax syntax = AttributeSyntax::kUnknown;
  std::uint32_t link_id = 0;       ///< even: forward link, odd: back link, 0: none
  std::uint32_t search_flags = 0;  ///< [MS-ADTS] 2.2.10
  bool secret = false;             ///< its values are never shown ([MS-DRSR] 4.1.10.3.11)
};

/// A partial attribute set as a request carries it: the numbers and the table under which they mean something.
struct NamedAttributeSet {
  std::vector<drsuapi::ATTRTYP> attids;
  drsuapi::SCHEMA_PREFIX_TABLE prefix_table;
};

/// The names of one schema. Immutable once made: any number of threads.
class SchemaNames {
 public:
  SchemaNames() = default;
  SchemaNames(const SchemaNames&) = delete;
  SchemaNames& operator=(const SchemaNames&) = delete;

  /// About 1,500 attributes and 270 classes; blocks for some hundred milliseconds.
  [[nodiscard]] static Result<std::shared_ptr<const SchemaNames>> read(Directory& directory);
  /// Without a schema: names of the base schema by number, no syntaxes.
  [[nodiscard]] static std::shared_ptr<const SchemaNames> base();
  /// From classSchema and attributeSchema entries as LDAP returns them.
  [[nodiscard]] static std::shared_ptr<const SchemaNames> from_entries(const std::vector<ldap_client::Entry>& entries);

  [[nodiscard]] const SchemaName* find_oid(std::string_view oid) const;
  /// Ignores case.
  [[nodiscard]] const SchemaName* find_name(std::string_view ldap_display_name) const;
  /// By msDS-IntId: an ATTRTYP of 0x80000000 and above, which no prefix table explains ([MS-ADTS] 3.1.1.2.3).
  [[nodiscard]] const SchemaName* find_int_id(std::uint32_t int_id) const;
  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

  /// kErrorNotFound, naming the first name that is no attribute.
  [[nodiscard]] Result<NamedAttributeSet> attribute_set(const std::vector<std::string>& ldap_display_names) const;

 private:
  std::vector<SchemaName> names_;
  std::unordered_map<std::string_view, const SchemaName*> by_oid_;
  std::unordered_map<std::string, const SchemaName*> by_name_;  // lower case
  std::unordered_map<std::uint32_t, const SchemaName*> by_int_id_;
};

/// Translates the numbers of page after page. One thread at a time.
class PageNames {
 public:
  explicit PageNames(std::shared_ptr<const SchemaNames> schema) : schema_(std::move(schema)) {}
  /// Before the first number of a page. Costs little while the table stays the same. One that contradicts itself explains nothing.
  void use(const drsuapi::SCHEMA_PREFIX_TABLE& table);
  /// Never fails: what nobody knows is called "attid 0x00090001". Valid until the next use().
  [[nodiscard]] const SchemaName& find(drsuapi::ATTRTYP attrtyp);

 private:
  [[nodiscard]] SchemaName make(drsuapi::ATTRTYP attrtyp) const;

  std::shared_ptr<const SchemaNames> schema_;
  drsuapi::SCHEMA_PREFIX_TABLE seen_;  // as the page had it, to know it again
  schema::PrefixTable table_;
  std::unordered_map<drsuapi::ATTRTYP, SchemaName> known_;
};

}  // namespace tributary::client
