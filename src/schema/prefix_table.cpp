// SPDX-License-Identifier: Apache-2.0
// See prefix_table.hpp.
#include "schema/prefix_table.hpp"

#include <algorithm>
#include <charconv>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "drsuapi/blobs/prefix_map.hpp"

namespace tributary::schema {
namespace {

constexpr std::uint32_t kIndexes = kIntIdFirst >> 16;  // 0x8000: what is above belongs to msDS-IntId
constexpr std::uint32_t kLongLast = 0x8000;            // set in the lower word when the last arc has more than 14 bits
constexpr std::size_t kOidTextMax = 4 * kPrefixOctetsMax;

struct DefaultPrefix {
  std::uint16_t ndx;
  std::string_view dotted;
};
/// NewPrefixTable ([MS-DRSR] 5.16.4).
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

struct SplitOid {
  Bytes prefix;
  std::uint32_t lower = 0;
};

/// The two parts that MakeAttid makes of an OID. Nothing for what is none, and for the two-arc ones: their octets have no last arc.
std::optional<SplitOid> split(std::string_view oid) {
  if (oid.size() > kOidTextMax) return std::nullopt;
  auto octets = drsuapi::blobs::parse_dotted_prefix(oid);
  const auto dot = oid.rfind('.');
  if (!octets || dot == std::string_view::npos || dot == oid.find('.')) return std::nullopt;
  std::uint64_t last = 0;
  if (std::from_chars(oid.data() + dot + 1, oid.data() + oid.size(), last).ec != std::errc()) return std::nullopt;
  SplitOid parts{*std::move(octets), static_cast<std::uint32_t>(last % 16384) + (last >= 16384 ? kLongLast : 0)};
  parts.prefix.resize(parts.prefix.size() - (last < 128 ? 1 : 2));
  if (parts.prefix.empty() || parts.prefix.size() > kPrefixOctetsMax) return std::nullopt;
  return parts;
}

std::uint32_t compose(const PrefixTable::Entry& entry, std::uint32_t lower) noexcept { return (std::uint32_t{entry.ndx} << 16) | lower; }

}  // namespace

PrefixTable PrefixTable::with_defaults(std::uint16_t first_new_index) {
  PrefixTable table;
  table.first_new_index_ = first_new_index;
  for (const auto& [ndx, dotted] : kDefaultPrefixes) {
    const auto octets = drsuapi::blobs::parse_dotted_prefix(dotted);
    TRIBUTARY_ASSERT(octets.has_value());
    table.append(ndx, *octets);
  }
  return table;
}

Result<PrefixTable> PrefixTable::from_concrete(const drsuapi::SCHEMA_PREFIX_TABLE& table) {
  PrefixTable made;
  for (const auto& entry : table.pPrefixEntry)
    if (const auto added = made.add(entry.ndx, entry.prefix.elements.span()); !added) return std::unexpected(added.error());
  return made;
}

drsuapi::SCHEMA_PREFIX_TABLE PrefixTable::to_concrete() const {
  drsuapi::SCHEMA_PREFIX_TABLE table;
  table.pPrefixEntry.reserve(entries_.size());
  for (const auto& [ndx, prefix] : entries_) table.pPrefixEntry.push_back({ndx, {drsuapi::Seq<std::uint8_t>(prefix)}});
  return table;
}

Result<PrefixTable> PrefixTable::from_prefix_map(const drsuapi::blobs::PrefixMap& map) {
  auto made = with_defaults();
  for (const auto& entry : map.entries) {
    const auto* const same = made.find(entry.prefix);
    if (same != nullptr && same->ndx == entry.ndx) continue;
    if (const auto added = made.add(entry.ndx, entry.prefix); !added) return std::unexpected(added.error());
  }
  return made;
}

drsuapi::blobs::PrefixMap PrefixTable::to_prefix_map() const {
  drsuapi::blobs::PrefixMap map;
  for (const auto& [ndx, prefix] : entries_) map.entries.push_back({ndx, prefix, 0});
  return map;
}

Result<Attid> PrefixTable::make_attid(std::string_view oid) {
  const auto parts = split(oid);
  if (!parts) return fail(win32::kErrorInvalidData, "not an OID: " + std::string(oid.substr(0, kOidTextMax)));
  if (const auto* const entry = find(parts->prefix)) return static_cast<Attid>(compose(*entry, parts->lower));
  const auto index = free_index();
  if (!index) return fail(win32::kErrorInvalidData, "the prefix table is full");
  append(*index, parts->prefix);
  first_new_index_ = static_cast<std::uint16_t>(*index + 1);  // nothing is ever taken out: those before stay taken
  return static_cast<Attid>(compose(entries_.back(), parts->lower));
}

std::optional<Attid> PrefixTable::find_attid(std::string_view oid) const {
  const auto parts = split(oid);
  const auto* const entry = parts ? find(parts->prefix) : nullptr;
  return entry != nullptr ? std::optional(static_cast<Attid>(compose(*entry, parts->lower))) : std::nullopt;
}

std::string PrefixTable::oid_from_attid(ATTRTYP attrtyp) const {
  const auto* const entry = find_index(attrtyp >> 16);
  if (entry == nullptr) return {};
  Bytes octets = entry->prefix;
  const std::uint32_t lower = attrtyp & 0xFFFF;
  const std::uint32_t last = lower & ~kLongLast;
  if (lower >= 128) octets.push_back(static_cast<std::uint8_t>(((last / 128) % 128) + 128));
  octets.push_back(static_cast<std::uint8_t>(last % 128));
  auto oid = drsuapi::blobs::dotted_prefix(octets);
  const auto parts = split(oid);
  if (!parts || parts->lower != lower || parts->prefix != entry->prefix) return {};
  return oid;
}

Result<void> PrefixTable::add(std::uint32_t ndx, ByteView prefix) {
  if (ndx >= kIndexes) return fail(win32::kErrorInvalidData, "a prefix has the index " + std::to_string(ndx));
  if (prefix.size() > kPrefixOctetsMax) return fail(win32::kErrorInvalidData, "a prefix of " + std::to_string(prefix.size()) + " octets");
  if (find_index(ndx) != nullptr) return fail(win32::kErrorInvalidData, "two prefixes have the index " + std::to_string(ndx));
  if (find(prefix) != nullptr) return fail(win32::kErrorInvalidData, "a prefix twice: " + to_hex(prefix));
  append(static_cast<std::uint16_t>(ndx), prefix);
  return {};
}

Result<void> PrefixTable::add_prefixes_of(const PrefixTable& other) {
  PrefixTable grown = *this;
  for (const auto& entry : other.entries_) {
    if (grown.find(entry.prefix) != nullptr) continue;
    const auto index = grown.free_index();
    if (!index) return fail(win32::kErrorInvalidData, "the prefix table has no room for what the peer's has");
    grown.append(*index, entry.prefix);
    grown.first_new_index_ = static_cast<std::uint16_t>(*index + 1);
  }
  *this = std::move(grown);
  return {};
}

const PrefixTable::Entry* PrefixTable::find(ByteView prefix) const noexcept {
  const auto at = std::ranges::lower_bound(
      by_prefix_, prefix, [](ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); },
      [this](std::uint32_t position) { return ByteView(entries_[position].prefix); });
  return at != by_prefix_.end() && std::ranges::equal(entries_[*at].prefix, prefix) ? &entries_[*at] : nullptr;
}

const PrefixTable::Entry* PrefixTable::find_index(std::uint32_t ndx) const noexcept {
  return ndx < by_index_.size() && by_index_[ndx] != 0 ? &entries_[by_index_[ndx] - 1] : nullptr;
}

std::optional<std::uint16_t> PrefixTable::free_index() const noexcept {
  for (std::uint32_t tried = 0; tried < kIndexes; ++tried) {
    const std::uint32_t index = (first_new_index_ + tried) % kIndexes;
    if (find_index(index) == nullptr) return static_cast<std::uint16_t>(index);
  }
  return std::nullopt;
}

void PrefixTable::append(std::uint16_t ndx, ByteView prefix) {
  const auto position = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({ndx, to_bytes(prefix)});
  const auto at = std::ranges::lower_bound(
      by_prefix_, prefix, [](ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); },
      [this](std::uint32_t other) { return ByteView(entries_[other].prefix); });
  by_prefix_.insert(at, position);
  if (by_index_.size() <= ndx) by_index_.resize(std::size_t{ndx} + 1);
  by_index_[ndx] = position + 1;
}

AttidTranslator::AttidTranslator(const PrefixTable& local, const PrefixTable& remote) {
  for (const auto& entry : remote.entries()) {
    const auto* const same = local.find(entry.prefix);
    if (same == nullptr || same->ndx != entry.ndx) is_identity_ = false;
    if (same == nullptr || entry.prefix.empty()) continue;
    if (indexes_.size() <= entry.ndx) indexes_.resize(std::size_t{entry.ndx} + 1);
    const bool ends_within_arc = entry.prefix.back() >= 0x80;
    indexes_[entry.ndx] = (std::uint32_t{same->ndx} << 16) | kKnown | (ends_within_arc ? kEndsWithinArc : 0);
  }
}

}  // namespace tributary::schema
