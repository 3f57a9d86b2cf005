// SPDX-License-Identifier: Apache-2.0
// See schema_names.hpp. [MS-ADTS] 3.1.1.2.3 (attributeSchema), 3.1.1.2.2.2 (syntaxes), [MS-DRSR] 4.1.10.3.11 (secrets).
#include "client/schema_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/blobs/attids.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "schema/schema_info.hpp"

namespace tributary::client {
namespace {

constexpr std::uint32_t kConfidential = 0x80;  // searchFlags: fCONFIDENTIAL, [MS-ADTS] 2.2.10

/// Not in the list of [MS-DRSR], and yet what they hold opens something: for when the schema cannot be read.
constexpr std::string_view kAlsoSecret[] = {"userPassword",
                                            "unixUserPassword",
                                            "msFVE-RecoveryPassword",
                                            "msFVE-KeyPackage",
                                            "msKds-RootKeyData",
                                            "msTPM-OwnerInformation",
                                            "msPKIAccountCredentials",
                                            "msPKIDPAPIMasterKeys",
                                            "msLAPS-Password",
                                            "msLAPS-EncryptedPassword",
                                            "msLAPS-EncryptedPasswordHistory",
                                            "ms-Mcs-AdmPwd"};

bool is_secret(std::string_view name, std::uint32_t search_flags) {
  return (search_flags & kConfidential) != 0 || find_secret_attribute(name) != nullptr ||
         std::ranges::any_of(kAlsoSecret, [&](std::string_view each) { return equals_ignoring_case(each, name); });
}

/// A decimal number as LDAP writes it, signed or not; 0 for what is none.
std::uint32_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return static_cast<std::uint32_t>(value);
}

AttributeSyntax syntax_of(std::string_view oid) {
  constexpr std::string_view kPrefix = "2.5.5.";
  if (!oid.starts_with(kPrefix)) return AttributeSyntax::kUnknown;
  const auto last = number(std::string(oid.substr(kPrefix.size())));
  return last <= static_cast<std::uint32_t>(AttributeSyntax::kSid) ? static_cast<AttributeSyntax>(last) : AttributeSyntax::kUnknown;
}

}  // namespace

std::shared_ptr<const SchemaNames> SchemaNames::from_entries(const std::vector<ldap_client::Entry>& entries) {
  auto schema = std::make_shared<SchemaNames>();
  schema->names_.reserve(entries.size());  // the maps point into it
  for (const auto& entry : entries) {
    SchemaName name;
    name.name = entry.text("lDAPDisplayName");
    const bool attribute = !entry.values("attributeID").empty();
    name.oid = entry.text(attribute ? "attributeID" : "governsID");
    if (name.name.empty()) continue;
    name.syntax = syntax_of(entry.text("attributeSyntax"));
    name.link_id = number(entry.text("linkID"));
    name.search_flags = number(entry.text("searchFlags"));
    name.secret = attribute && is_secret(name.name, name.search_flags);
    const auto& kept = schema->names_.emplace_back(std::move(name));
    if (!kept.oid.empty()) schema->by_oid_.emplace(kept.oid, &kept);
    schema->by_name_.emplace(to_lower_ascii(kept.name), &kept);
    if (const auto int_id = entry.text("msDS-IntId"); !int_id.empty()) schema->by_int_id_.emplace(number(int_id), &kept);
  }
  return schema;
}

std::shared_ptr<const SchemaNames> SchemaNames::base() { return std::make_shared<SchemaNames>(); }

Result<std::shared_ptr<const SchemaNames>> SchemaNames::read(Directory& directory) {
  ldap_client::Search search;
  search.base = directory.schema_nc();
  search.scope = ldap_client::Scope::kOneLevel;
  search.filter = "(|(objectClass=attributeSchema)(objectClass=classSchema))";
  search.attributes = {"lDAPDisplayName", "attributeID", "governsID", "attributeSyntax", "linkID", "searchFlags", "msDS-IntId"};
  const auto entries = directory.ldap().search(search);
  if (!entries) return std::unexpected(entries.error());
  auto schema = from_entries(*entries);
  if (schema->size() == 0) return fail(win32::kErrorNotFound, "no attribute of " + directory.schema_nc() + " is readable", Phase::kLdap);
  return schema;
}

const SchemaName* SchemaNames::find_oid(std::string_view oid) const {
  const auto found = by_oid_.find(oid);
  return found == by_oid_.end() ? nullptr : found->second;
}
const SchemaName* SchemaNames::find_name(std::string_view ldap_display_name) const {
  const auto found = by_name_.find(to_lower_ascii(ldap_display_name));
  return found == by_name_.end() ? nullptr : found->second;
}
const SchemaName* SchemaNames::find_int_id(std::uint32_t int_id) const {
  const auto found = by_int_id_.find(int_id);
  return found == by_int_id_.end() ? nullptr : found->second;
}

Result<NamedAttributeSet> SchemaNames::attribute_set(const std::vector<std::string>& ldap_display_names) const {
  NamedAttributeSet set;
  auto table = schema::PrefixTable::with_defaults();
  for (const auto& wanted : ldap_display_names) {
    const auto* const known = find_name(wanted);
    if (known != nullptr && known->syntax != AttributeSyntax::kUnknown) {
      const auto attid = table.make_attid(known->oid);
      if (!attid) return std::unexpected(attid.error());
      set.attids.push_back(static_cast<drsuapi::ATTRTYP>(*attid));
    } else if (const auto attid = names_.empty() ? drsuapi::blobs::attid_of(wanted) : std::nullopt) {
      set.attids.push_back(static_cast<drsuapi::ATTRTYP>(*attid));
    } else {
      return fail(win32::kErrorNotFound, "no attribute is called " + wanted);
    }
  }
  set.prefix_table = table.to_concrete();
  return set;
}

void PageNames::use(const drsuapi::SCHEMA_PREFIX_TABLE& table) {
  if (table == seen_) return;
  seen_ = table;
  auto read = schema::read_message_prefix_table(table);
  table_ = read ? std::move(read->table) : schema::PrefixTable();
  known_.clear();
}

const SchemaName& PageNames::find(drsuapi::ATTRTYP attrtyp) {
  const auto found = known_.find(attrtyp);
  return found != known_.end() ? found->second : known_.emplace(attrtyp, make(attrtyp)).first->second;
}

SchemaName PageNames::make(drsuapi::ATTRTYP attrtyp) const {
  if (const auto* const known = schema_->find_int_id(attrtyp)) return *known;
  SchemaName name;
  name.oid = table_.oid_from_attid(attrtyp);
  if (const auto* const known = schema_->find_oid(name.oid)) return *known;
  // Without the schema: what the base schema calls this OID. A value nobody has a name for may be anything, also a secret.
  static const auto base_table = schema::PrefixTable::with_defaults();
  if (const auto base_attid = base_table.find_attid(name.oid)) name.name = drsuapi::blobs::ldap_display_name(*base_attid);
  name.secret = name.name.empty() || is_secret(name.name, 0);
  if (name.name.empty()) name.name = name.oid.empty() ? fmt::format("attid {:#010x}", attrtyp) : name.oid;
  return name;
}

}  // namespace tributary::client
