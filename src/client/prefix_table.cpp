// SPDX-License-Identifier: Apache-2.0
// ATTRTYP and OID ([MS-DRSR] 5.16.4): the default prefix table, OidFromAttid, MakeAttid. Declared in schema_names.hpp.
#include <algorithm>
#include <charconv>

#include "base/win32.hpp"
#include "client/schema_names.hpp"
#include "drsuapi/blobs/prefix_map.hpp"

namespace tributary::client {
namespace {

using drsuapi::PrefixTableEntry;
using drsuapi::SCHEMA_PREFIX_TABLE;
using drsuapi::Seq;

constexpr std::uint32_t kIntIdFirst = 0x80000000;  // [MS-ADTS] 3.1.1.2.3: above are msDS-IntId values, which no prefix explains
constexpr std::uint32_t kLongLast = 0x8000;        // set in the lower word when the last arc has more than 14 bits

struct DefaultPrefix {
  std::uint32_t ndx;
  std::string_view dotted;
};
/// NewPrefixTable.
constexpr DefaultPrefix kDefaultPrefixes[] = {
    {0, "2.5.4"},
    {1, "2.5.6"},
    {2, "1.2.840.113556.1.2"},
    {3, "1.2.840.113556.1.3"},
    {4, "2.16.840.1.101.2.2.1"},
    {5, "2.16.840.1.101.2.2.3"},
    {6, "2.16.840.1.101.2.1.5"},
    {7, "2.16.840.1.101.2.1.4"},
    {8, "2.5.5"},
    {9, "1.2.840.113556.1.4"},
    {10, "1.2.840.113556.1.5"},
    {19, "0.9.2342.19200300.100"},
    {20, "2.16.840.1.113730.3"},
    {21, "0.9.2342.19200300.100.1"},
    {22, "2.16.840.1.113730.3.1"},
    {23, "1.2.840.113556.1.5.7000"},
    {24, "2.5.21"},
    {25, "2.5.18"},
    {26, "2.5.20"},
};

}  // namespace

SCHEMA_PREFIX_TABLE default_prefix_table() {
  SCHEMA_PREFIX_TABLE table;
  for (const auto& [ndx, dotted] : kDefaultPrefixes)
    if (const auto octets = drsuapi::blobs::parse_dotted_prefix(dotted)) table.pPrefixEntry.push_back({ndx, {Seq<std::uint8_t>(*octets)}});
  return table;
}

std::string oid_from_attid(const SCHEMA_PREFIX_TABLE& table, drsuapi::ATTRTYP attrtyp) {
  if (attrtyp >= kIntIdFirst) return {};
  const auto* const entry = std::ranges::find(table.pPrefixEntry, attrtyp >> 16, &PrefixTableEntry::ndx);
  if (entry == table.pPrefixEntry.end()) return {};
  Bytes octets = to_bytes(entry->prefix.elements.span());
  std::uint32_t last = attrtyp & 0xFFFF;
  if (last >= 128) {
    if (last >= kLongLast) last -= kLongLast;
    octets.push_back(static_cast<std::uint8_t>(((last / 128) % 128) + 128));
  }
  octets.push_back(static_cast<std::uint8_t>(last % 128));
  return drsuapi::blobs::dotted_prefix(octets);
}

Result<drsuapi::ATTRTYP> make_attid(SCHEMA_PREFIX_TABLE& table, std::string_view oid) {
  auto octets = drsuapi::blobs::parse_dotted_prefix(oid);
  const auto dot = oid.rfind('.');
  std::uint32_t last = 0;
  if (!octets || dot == std::string_view::npos || std::from_chars(oid.data() + dot + 1, oid.data() + oid.size(), last).ec != std::errc())
    return fail(win32::kErrorInvalidData, "not an OID: " + std::string(oid));
  octets->resize(octets->size() - std::min<std::size_t>(octets->size(), last < 128 ? 1 : 2));
  const auto* entry = std::ranges::find_if(table.pPrefixEntry, [&](const PrefixTableEntry& each) {
    return std::ranges::equal(each.prefix.elements.span(), *octets);
  });
  if (entry == table.pPrefixEntry.end()) {
    std::uint32_t free = 100;  // any index that is not taken; those below are the base schema's
    while (std::ranges::find(table.pPrefixEntry, free, &PrefixTableEntry::ndx) != table.pPrefixEntry.end()) ++free;
    if (free >= kIntIdFirst >> 16) return fail(win32::kErrorInvalidData, "the prefix table is full");
    table.pPrefixEntry.push_back({free, {Seq<std::uint8_t>(*octets)}});
    entry = &table.pPrefixEntry.back();
  }
  return (entry->ndx << 16) | ((last % 16384) + (last >= 16384 ? kLongLast : 0));
}

}  // namespace tributary::client
