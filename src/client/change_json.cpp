// SPDX-License-Identifier: Apache-2.0
// See change_json.hpp. Everything here is fed by a peer: a value that does not fit its syntax is shown as octets.
#include "client/change_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/ds_time.hpp"
#include "base/sid.hpp"
#include "base/utf.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::client {
namespace {

constexpr std::size_t kDsnameHead = 56;  // of a DSNAME in memory, [MS-DRSR] 5.50: everything before StringName
constexpr std::size_t kSidMax = 28;

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  else
    out += c;
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) append_escaped(out, c);
  out += '"';
}

void append_code_point(std::string& out, char32_t c) {
  if (c < 0x80) return append_escaped(out, static_cast<char>(c));
  if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      out += static_cast<char>(0xE0 | (c >> 12));
    } else {
      out += static_cast<char>(0xF0 | (c >> 18));
      out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (c & 0x3F));
}

/// UTF-16 in any memory: `unit(i)` is the i-th of `count` units. False when a surrogate stands alone (U+FFFD is in its place).
template <class Unit>
bool append_utf16(std::string& out, std::size_t count, Unit unit) {
  bool well_formed = true;
  out += '"';
  for (std::size_t i = 0; i < count; ++i) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xE000) {
      const bool paired = c < 0xDC00 && i + 1 < count && unit(i + 1) >= 0xDC00 && unit(i + 1) < 0xE000;
      well_formed = well_formed && paired;
      c = paired ? 0x10000 + ((c - 0xD800) << 10) + (unit(i + 1) - 0xDC00u) : 0xFFFD;
      i += paired;
    }
    append_code_point(out, c);
  }
  out += '"';
  return well_formed;
}
bool append_utf16(std::string& out, ByteView octets) {
  return append_utf16(out, octets.size() / 2, [&](std::size_t i) -> char32_t { return load_le<std::uint16_t>(octets.data() + 2 * i); });
}

void append_octets(std::string& out, ByteView octets) {
  out += "{\"base64\":\"";
  out += to_base64(octets);
  out += "\"}";
}

/// Well-formed UTF-8; String8 values are ASCII or, from Samba, UTF-8.
bool append_string8(std::string& out, ByteView octets) {
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) continue;
    if (!to_utf16(text)) return false;
    break;
  }
  append_text(out, text);
  return true;
}

void append_guid_member(std::string& out, std::string_view name, const Guid& guid) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":\"{}\"", name, to_string(guid));
}

void append_sid_member(std::string& out, ByteView octets) {
  if (octets.empty()) return;
  if (const auto sid = decode_sid(octets)) fmt::format_to(std::back_inserter(out), ",\"sid\":\"{}\"", to_string(*sid));
}

/// "dn":"...","guid":"..."[,"sid":"..."]: the members of a name, without braces.
void append_name(std::string& out, const drsuapi::DSNAME* name) {
  if (name == nullptr) {
    out += "\"dn\":null,\"guid\":null";
    return;
  }
  out += "\"dn\":";
  append_utf16(out, name->StringName.size(), [&](std::size_t i) -> char32_t { return name->StringName.data()[i]; });
  append_guid_member(out, "guid", name->Guid);
  append_sid_member(out, ByteView(name->Sid.Data).first(std::min<std::size_t>(name->SidLen, kSidMax)));
}

/// The members of a name that stands in a value as a DSNAME structure; how many octets it takes, or nothing when it is none.
std::optional<std::size_t> append_packed_name(std::string& out, ByteView value) {
  if (value.size() < kDsnameHead) return std::nullopt;
  const std::uint32_t sid_size = load_le<std::uint32_t>(value.data() + 4);
  const std::uint32_t units = load_le<std::uint32_t>(value.data() + 52);
  if (sid_size > kSidMax || units > (value.size() - kDsnameHead) / 2) return std::nullopt;
  out += "\"dn\":";
  append_utf16(out, value.subspan(kDsnameHead, 2 * std::size_t{units}));
  append_guid_member(out, "guid", *guid_from_bytes(value.subspan(8, 16)));
  append_sid_member(out, value.subspan(24, sid_size));
  return std::min(value.size(), kDsnameHead + 2 * (std::size_t{units} + 1));
}

/// SYNTAX_ADDRESS (5.192): the octets behind its length, which counts itself.
std::optional<ByteView> address_payload(ByteView octets) {
  if (octets.size() < 4) return std::nullopt;
  const std::uint32_t size = load_le<std::uint32_t>(octets.data());
  if (size < 4 || size > octets.size()) return std::nullopt;
  return octets.subspan(4, size - 4);
}

bool append_dn(std::string& out, ByteView value) {
  out += '{';
  if (!append_packed_name(out, value)) return false;
  out += '}';
  return true;
}

/// SYNTAX_DISTNAME_BINARY (5.193).
bool append_dn_with(std::string& out, ByteView value, bool text) {
  out += '{';
  const auto used = append_packed_name(out, value);
  if (!used) return false;
  const std::size_t aligned = (*used + 3) & ~std::size_t{3};
  const auto payload = aligned <= value.size() ? address_payload(value.subspan(aligned)) : std::nullopt;
  if (!payload) return false;
  if (text) {
    out += ",\"string\":";
    if (payload->size() % 2 != 0 || !append_utf16(out, *payload)) return false;
  } else {
    out += ",\"binary\":\"" + to_hex(*payload) + '"';
  }
  out += '}';
  return true;
}

bool append_integer(std::string& out, ByteView value) {
  if (value.size() != 4) return false;
  fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int32_t>(load_le<std::uint32_t>(value.data())));
  return true;
}

bool append_large_integer(std::string& out, ByteView value) {
  if (value.size() != 8) return false;
  fmt::format_to(std::back_inserter(out), "\"{}\"", static_cast<std::int64_t>(load_le<std::uint64_t>(value.data())));
  return true;
}

bool append_time(std::string& out, ByteView value) {
  if (value.size() != 8) return false;
  append_text(out, to_string(DsTime{static_cast<std::int64_t>(load_le<std::uint64_t>(value.data()))}));
  return true;
}

bool append_sid(std::string& out, ByteView value) {
  const auto sid = decode_sid(value);
  if (sid) append_text(out, to_string(*sid));
  return sid.has_value();
}

bool append_octet_string(std::string& out, std::string_view attribute, ByteView value) {
  if (value.size() == 16 && (attribute.ends_with("GUID") || attribute.ends_with("Guid") || attribute == "invocationId"))
    fmt::format_to(std::back_inserter(out), "{{\"guid\":\"{}\"}}", to_string(*guid_from_bytes(value)));
  else
    append_octets(out, value);
  return true;
}

void append_stamp(std::string& out, const drsuapi::PROPERTY_META_DATA_EXT& stamp) {
  fmt::format_to(std::back_inserter(out), "\"version\":{},\"changed\":\"{}\",\"originating_invocation_id\":\"{}\",\"originating_usn\":{}",
                 stamp.dwVersion, to_string(DsTime{stamp.timeChanged}), to_string(stamp.uuidDsaOriginating), stamp.usnOriginating);
}

void append_flags(std::string& out, std::uint32_t flags) {
  out += ",\"flags\":[";
  const auto names = drsuapi::flag_names(drsuapi::kEntinfFlagNames, flags);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += ',';
    append_text(out, names[i]);
  }
  out += ']';
}

/// The RDN of a tombstone has a line feed and "DEL:" in it, which DNs write as \0ADEL: ([MS-ADTS] 3.1.1.5.5).
bool is_tombstone_name(const drsuapi::DSNAME* name) {
  if (name == nullptr) return false;
  const std::u16string_view dn(name->StringName.data(), name->StringName.size());
  return dn.find(u"\\0ADEL:") != dn.npos || dn.find(u"\nDEL:") != dn.npos;
}

}  // namespace

void ChangeJson::append_value(std::string& out, const SchemaName& attribute, ByteView value) {
  if (attribute.secret) {
    out += "{\"redacted\":true}";
    return;
  }
  const std::size_t begin = out.size();
  const bool shown = [&] {
    switch (attribute.syntax) {
      case AttributeSyntax::kDn: return append_dn(out, value);
      case AttributeSyntax::kDnBinary: return append_dn_with(out, value, false);
      case AttributeSyntax::kDnString: return append_dn_with(out, value, true);
      case AttributeSyntax::kOid:
        if (value.size() != 4) return false;
        return append_text(out, names_.find(load_le<std::uint32_t>(value.data())).name), true;
      case AttributeSyntax::kCaseExact:
      case AttributeSyntax::kTeletex:
      case AttributeSyntax::kIa5:
      case AttributeSyntax::kNumeric: return append_string8(out, value);
      case AttributeSyntax::kBoolean:
        if (value.size() != 4) return false;
        return out += load_le<std::uint32_t>(value.data()) != 0 ? "true" : "false", true;
      case AttributeSyntax::kInteger: return append_integer(out, value);
      case AttributeSyntax::kLargeInteger: return append_large_integer(out, value);
      case AttributeSyntax::kTime: return append_time(out, value);
      case AttributeSyntax::kUnicode: return value.size() % 2 == 0 && append_utf16(out, value);
      case AttributeSyntax::kPresentationAddress: {
        const auto payload = address_payload(value);
        return payload && payload->size() % 2 == 0 && append_utf16(out, *payload);
      }
      case AttributeSyntax::kSid: return append_sid(out, value);
      case AttributeSyntax::kOctets: return append_octet_string(out, attribute.name, value);
      case AttributeSyntax::kSecurityDescriptor:
      case AttributeSyntax::kUnknown: break;
    }
    return false;
  }();
  if (shown) return;
  out.resize(begin);
  append_octets(out, value);
}

void ChangeJson::append_attributes(std::string& out, const drsuapi::ATTRBLOCK& block) {
  bool first = true;
  for (const auto& attribute : block.pAttr) {
    const auto& name = names_.find(attribute.attrTyp);
    if (!std::exchange(first, false)) out += ',';
    append_text(out, name.name);
    out += ":[";
    for (std::size_t i = 0; i < attribute.AttrVal.pAVal.size(); ++i) {
      if (i != 0) out += ',';
      append_value(out, name, attribute.AttrVal.pAVal[i].pVal.span());
    }
    out += ']';
  }
}

void ChangeJson::append_metadata(std::string& out, const drsuapi::ATTRBLOCK& block, const drsuapi::PROPERTY_META_DATA_EXT_VECTOR* stamps) {
  if (stamps == nullptr) return;
  const std::size_t count = std::min(block.pAttr.size(), stamps->rgMetaData.size());
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "{\"attribute\":" : ",{\"attribute\":";
    append_text(out, names_.find(block.pAttr[i].attrTyp).name);
    out += ',';
    append_stamp(out, stamps->rgMetaData[i]);
    out += '}';
  }
}

void ChangeJson::append_object(std::string& out, const drsuapi::REPLENTINFLIST& object) {
  const auto& entinf = object.Entinf;
  out += "{\"type\":\"object\",";
  append_name(out, entinf.pName.get());
  append_flags(out, entinf.ulFlags);
  bool is_deleted = is_tombstone_name(entinf.pName.get());
  for (const auto& attribute : entinf.AttrBlock.pAttr) {
    const auto& values = attribute.AttrVal.pAVal;
    if (names_.find(attribute.attrTyp).name != "isDeleted") continue;
    is_deleted = !values.empty() && values[0].pVal.size() == 4 && load_le<std::uint32_t>(values[0].pVal.data()) != 0;
  }
  fmt::format_to(std::back_inserter(out), ",\"is_nc_root\":{},\"is_deleted\":{}", object.fIsNCPrefix != 0, is_deleted);
  if (object.pParentGuid) append_guid_member(out, "parent_guid", *object.pParentGuid);
  out += ",\"attributes\":{";
  append_attributes(out, entinf.AttrBlock);
  out += '}';
  if (options_.metadata) {
    out += ",\"metadata\":[";
    append_metadata(out, entinf.AttrBlock, object.pMetaDataExt.get());
    out += ']';
  }
  out += '}';
}

void ChangeJson::append_link(std::string& out, const drsuapi::REPLVALINF_V3& link) {
  const auto& attribute = names_.find(link.attrTyp);
  out += "{\"type\":\"link\",";
  append_name(out, link.pObject.get());
  out += ",\"attribute\":";
  append_text(out, attribute.name);
  out += ",\"value\":";
  // Links are DNs, or pairs with a DN; without the schema it is the plain DN that fits or nothing.
  SchemaName shown = attribute;
  if (shown.syntax == AttributeSyntax::kUnknown) shown.syntax = AttributeSyntax::kDn;
  append_value(out, shown, link.Aval.pVal.span());
  fmt::format_to(std::back_inserter(out), ",\"is_present\":{},\"created\":\"{}\",", link.fIsPresent != 0,
                 to_string(DsTime{link.MetaData.timeCreated}));
  append_stamp(out, link.MetaData.MetaData);
  if (link.MetaData.timeExpired != 0) fmt::format_to(std::back_inserter(out), ",\"expires\":\"{}\"", to_string(DsTime{link.MetaData.timeExpired}));
  out += '}';
}

void ChangeJson::append_page(std::string& out, const drsuapi::DRS_MSG_GETCHGREPLY_V9& page) {
  use(page.PrefixTableSrc);
  for (const auto& object : page.pObjects) {
    append_object(out, object);
    out += '\n';
  }
  for (const auto& link : page.rgValues) {
    append_link(out, link);
    out += '\n';
  }
}

}  // namespace tributary::client
