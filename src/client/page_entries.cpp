// SPDX-License-Identifier: Apache-2.0
// See page_entries.hpp. Everything here is fed by a peer: a value that does not fit its syntax is left out.
#include "client/page_entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "client/named_value.hpp"
#include "drsuapi/dsname.hpp"
#include "schema/schema_info.hpp"

namespace tributary::client {
namespace {

using schema::Syntax;

Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }

/// The octets behind a length that counts itself (SYNTAX_ADDRESS, [MS-DRSR] 5.192).
ByteView payload(ByteView address) {
  if (address.size() < 4) return {};
  const std::size_t size = load_le<std::uint32_t>(address.data());
  return size < 4 || size > address.size() ? ByteView{} : address.subspan(4, size - 4);
}

std::optional<Bytes> name_value(Syntax syntax, ByteView value) {
  const auto named = read_named_value(value);
  if (!named) return std::nullopt;
  if (syntax == Syntax::kDn) return octets(named->dn);
  if (syntax != Syntax::kDnBinary) return std::nullopt;
  const auto binary = payload(named->rest);
  return octets(fmt::format("B:{}:{}:{}", 2 * binary.size(), to_hex(binary), named->dn));
}

std::string utf8(ByteView utf16) {
  std::u16string text;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) text += static_cast<char16_t>(load_le<std::uint16_t>(utf16.data() + i));
  return to_utf8_lossy(text);
}

}  // namespace

const schema::AttributeSchema* PageEntries::attribute(drsuapi::ATTRTYP attrtyp) const {
  const auto oid = prefixes_.oid_from_attid(attrtyp);
  return oid.empty() ? nullptr : schema_.find_attribute(oid);
}

/// Values that name an attribute or a class are shown by its name, except those that say which number an object of the schema is.
std::string PageEntries::oid_name(const schema::AttributeSchema& of, std::uint32_t attrtyp) const {
  auto oid = prefixes_.oid_from_attid(attrtyp);
  if (of.ldap_display_name == "attributeID" || of.ldap_display_name == "governsID") return oid;
  if (const auto* const named = schema_.find_class(oid)) return named->ldap_display_name;
  if (const auto* const named = schema_.find_attribute(oid)) return named->ldap_display_name;
  return oid;
}

std::optional<Bytes> PageEntries::value(const schema::AttributeSchema& of, ByteView octets_of_wire) const {
  const bool is_four = octets_of_wire.size() == 4;
  switch (of.syntax) {
    case Syntax::kBoolean:
      if (!is_four) return std::nullopt;
      return octets(load_le<std::uint32_t>(octets_of_wire.data()) != 0 ? "TRUE" : "FALSE");
    case Syntax::kEnumeration:
    case Syntax::kInteger:
      if (!is_four) return std::nullopt;
      return octets(std::to_string(static_cast<std::int32_t>(load_le<std::uint32_t>(octets_of_wire.data()))));
    case Syntax::kLargeInteger:
      if (octets_of_wire.size() != 8) return std::nullopt;
      return octets(std::to_string(static_cast<std::int64_t>(load_le<std::uint64_t>(octets_of_wire.data()))));
    case Syntax::kOid: {
      auto name = is_four ? oid_name(of, load_le<std::uint32_t>(octets_of_wire.data())) : std::string();
      return name.empty() ? std::nullopt : std::optional(octets(name));
    }
    case Syntax::kUnicodeString: return octets(utf8(octets_of_wire));
    case Syntax::kPresentationAddress: return octets(utf8(payload(octets_of_wire)));
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime: return std::nullopt;
    default: break;
  }
  return schema::is_reference(of.syntax) ? name_value(of.syntax, octets_of_wire) : std::optional(to_bytes(octets_of_wire));
}

void PageEntries::add_object(Kept& kept, const drsuapi::REPLENTINFLIST& object) const {
  const auto& name = *object.Entinf.pName;
  kept.entry.dn = to_utf8_lossy({name.StringName.data(), name.StringName.size()});
  kept.entry.attributes["objectGUID"] = {to_bytes(ByteView(name.Guid.octets))};
  for (const auto& in : object.Entinf.AttrBlock.pAttr) {
    const auto* const known = attribute(in.attrTyp);
    if (known == nullptr || known->is_secret()) continue;
    auto& values = kept.entry.attributes[known->ldap_display_name];
    values.clear();
    for (const auto& octets_of_wire : in.AttrVal.pAVal)
      if (auto shown = value(*known, octets_of_wire.pVal.span())) values.push_back(std::move(*shown));
    if (known->ldap_display_name == "isDeleted") kept.is_deleted = !values.empty() && values.front() == octets("TRUE");
    if (values.empty()) kept.entry.attributes.erase(known->ldap_display_name);
  }
}

void PageEntries::add_link(const drsuapi::REPLVALINF_V3& link) {
  const auto* const known = attribute(link.attrTyp);
  if (known == nullptr || !link.pObject) return;
  const auto found = by_guid_.find(link.pObject->Guid);
  auto shown = found == by_guid_.end() ? std::nullopt : value(*known, link.Aval.pVal.span());
  if (!shown) return;
  auto& values = all_[found->second].entry.attributes[known->ldap_display_name];
  const auto same = std::ranges::find(values, *shown);
  if (link.fIsPresent == 0 && same != values.end()) values.erase(same);
  if (link.fIsPresent != 0 && same == values.end()) values.push_back(std::move(*shown));
}

Result<> PageEntries::add(const drsuapi::DRS_MSG_GETCHGREPLY_V9& page) {
  auto prefixes = schema::read_message_prefix_table(page.PrefixTableSrc);
  if (!prefixes) return std::unexpected(std::move(prefixes.error()));
  prefixes_ = std::move(prefixes->table);
  for (const auto& object : page.pObjects) {
    if (!object.Entinf.pName) continue;
    const auto [at, is_new] = by_guid_.emplace(object.Entinf.pName->Guid, all_.size());
    if (is_new && all_.size() == kEntriesMax) return fail(win32::kErrorMoreData, "more objects than are read into memory", Phase::kCall);
    add_object(is_new ? all_.emplace_back() : all_[at->second], object);
  }
  for (const auto& link : page.rgValues) add_link(link);
  return {};
}

std::vector<ldap_client::Entry> PageEntries::take() {
  std::vector<ldap_client::Entry> living;
  for (auto& kept : std::exchange(all_, {}))
    if (!kept.is_deleted) living.push_back(std::move(kept.entry));
  by_guid_.clear();
  return living;
}

}  // namespace tributary::client
