// SPDX-License-Identifier: Apache-2.0
// See prefix_map.hpp.
#include "drsuapi/blobs/prefix_map.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "drsuapi/blobs/walk/extents.hpp"
#include "drsuapi/blobs/walk/packed.hpp"

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::string_view kRoot = "prefixMap";
constexpr std::uint32_t kDsdb = 0x44534442;
constexpr std::uint32_t kFirstPointer = 0x00020000;  ///< Samba's referent identifiers: from here in steps of four
constexpr std::size_t kPackedHead = 8;
constexpr std::size_t kPackedEntryMin = 4;
constexpr std::size_t kDsdbEntryMin = 12;

bool count_fits(PackedReader& reader, std::uint32_t count, std::size_t entry_octets) {
  if (count > reader.left() / entry_octets)
    reader.trail().fail("PrefixCount", fmt::format("{} entries are more than the {} octets that are left can hold", count, reader.left()));
  return reader.trail().ok();
}

void decode_packed(PackedReader& reader, ByteView octets, PrefixMap& map) {
  std::uint32_t count = 0;
  reader.scalar("PrefixCount", count);
  reader.scalar("cbSize", map.cbSize);
  if (!reader.trail().ok() || !count_fits(reader, count, kPackedEntryMin)) return;
  map.entries.resize(count);
  const Inside inside(reader.trail(), "entries");
  for (std::size_t i = 0; i < count && reader.trail().ok(); ++i) {
    const Inside element(reader.trail(), i);
    std::uint16_t ndx = 0;
    std::uint16_t length = 0;
    reader.scalar("ndx", ndx);
    reader.scalar("length", length);
    map.entries[i] = {ndx, tributary::to_bytes(reader.octets("elements", length)), 0};
  }
  if (reader.trail().ok() && (map.cbSize < reader.at() || map.cbSize > octets.size()))
    reader.trail().fail({}, 4, fmt::format("cbSize is {} and not between {} and {}", map.cbSize, reader.at(), octets.size()));
}

/// The zeros that align the next DWORD.
void skip_padding(PackedReader& reader) {
  const auto padding = reader.octets("elements", align_up(reader.at(), 4) - reader.at());
  for (const auto octet : padding)
    if (octet != 0) reader.trail().fail("elements", reader.at(), "the padding is not zero");
}

/// A conformant array's size, which must say again what the length before the pointer said.
void expect_size(PackedReader& reader, std::string_view name, std::size_t expected) {
  std::uint32_t size = 0;
  reader.scalar(name, size);
  if (reader.trail().ok() && size != expected)
    reader.trail().fail(name, reader.at() - 4, fmt::format("the array has {} elements and its count is {}", size, expected));
}

void decode_dsdb_elements(PackedReader& reader, PrefixMapEntry& entry, std::size_t length) {
  if (entry.pointer == 0) {
    if (length != 0) reader.trail().fail("length", fmt::format("{} octets are behind a null pointer", length));
    return;
  }
  skip_padding(reader);
  expect_size(reader, "elements", length);
  entry.prefix = tributary::to_bytes(reader.octets("elements", length));
}

void decode_dsdb(PackedReader& reader, PrefixMap& map) {
  std::uint32_t magic = 0;
  std::uint32_t count = 0;
  reader.scalar("dwVersion", magic);
  reader.scalar("dwReserved", map.dwReserved);
  reader.scalar("PrefixCount", count);
  reader.scalar("pPrefixEntry", map.pointer);
  if (map.pointer == 0) {
    if (count != 0) reader.trail().fail("PrefixCount", fmt::format("{} entries are behind a null pointer", count));
    return;
  }
  expect_size(reader, "pPrefixEntry", count);
  if (!reader.trail().ok() || !count_fits(reader, count, kDsdbEntryMin)) return;
  map.entries.resize(count);
  std::vector<std::uint32_t> lengths(count);
  const Inside inside(reader.trail(), "entries");
  for (std::size_t i = 0; i < count; ++i) {
    reader.scalar("ndx", map.entries[i].ndx);
    reader.scalar("length", lengths[i]);
    reader.scalar("pointer", map.entries[i].pointer);
  }
  for (std::size_t i = 0; i < count && reader.trail().ok(); ++i) {
    const Inside element(reader.trail(), i);
    decode_dsdb_elements(reader, map.entries[i], lengths[i]);
  }
}

Result<Bytes> encode_packed(const PrefixMap& map) {
  Trail trail(kRoot);
  std::size_t size = kPackedHead;
  for (const auto& entry : map.entries) {
    size += kPackedEntryMin + entry.prefix.size();
    if (entry.ndx > 0xFFFF || entry.prefix.size() > 0xFFFF)
      trail.fail("entries", fmt::format("index {} or its {} octets do not fit into 16 bits", entry.ndx, entry.prefix.size()));
  }
  if (map.cbSize != 0 && map.cbSize < size)
    trail.fail("cbSize", fmt::format("{} is less than the {} octets of the value (leave it out to have it computed)", map.cbSize, size));
  if (!trail.ok()) return trail.error();
  PackedWriter writer;
  writer.scalar("PrefixCount", static_cast<std::uint32_t>(map.entries.size()));
  writer.scalar("cbSize", map.cbSize == 0 ? static_cast<std::uint32_t>(size) : map.cbSize);
  for (const auto& entry : map.entries) {
    writer.scalar("ndx", static_cast<std::uint16_t>(entry.ndx));
    writer.scalar("length", static_cast<std::uint16_t>(entry.prefix.size()));
    writer.octets(entry.prefix);
  }
  writer.octets(map.trailing);
  return std::move(writer).take();
}

Result<Bytes> encode_dsdb(const PrefixMap& map) {
  Trail trail(kRoot);
  PackedWriter writer;
  const auto count = static_cast<std::uint32_t>(map.entries.size());
  writer.scalar("dwVersion", kDsdb);
  writer.scalar("dwReserved", map.dwReserved);
  writer.scalar("PrefixCount", count);
  writer.scalar("pPrefixEntry", map.pointer);
  if (map.pointer != 0) writer.scalar("pPrefixEntry", count);
  if (map.pointer == 0 && count != 0) trail.fail("pPrefixEntry", "entries are behind a null pointer");
  for (const auto& entry : map.entries) {
    writer.scalar("ndx", entry.ndx);
    writer.scalar("length", static_cast<std::uint32_t>(entry.prefix.size()));
    writer.scalar("pointer", entry.pointer);
  }
  for (const auto& entry : map.entries) {
    if (entry.pointer == 0) {
      if (!entry.prefix.empty()) trail.fail("entries", "elements are behind a null pointer");
      continue;
    }
    writer.octets(Bytes(align_up(writer.at(), 4) - writer.at()));
    writer.scalar("elements", static_cast<std::uint32_t>(entry.prefix.size()));
    writer.octets(entry.prefix);
  }
  if (!trail.ok()) return trail.error();
  writer.octets(map.trailing);
  return std::move(writer).take();
}

/// Whether number_pointers() would find the same identifiers: then JSON need not carry them.
bool has_usual_pointers(const PrefixMap& map) {
  PrefixMap usual = map;
  usual.number_pointers();
  return usual == map;
}

json::object entry_to_json(const PrefixMapEntry& entry, bool with_pointer) {
  json::object out{{"ndx", entry.ndx}, {"length", entry.prefix.size()}, {"elements", to_hex(entry.prefix)}};
  const auto dotted = dotted_prefix(entry.prefix);
  if (!dotted.empty()) out.emplace("oid", dotted);
  if (with_pointer) out.emplace("pointer", entry.pointer);
  return out;
}

void entry_from_json(Trail& trail, const json::value& value, PrefixMapEntry& entry) {
  if (!value.is_object()) return trail.fail({}, "an object is expected");
  JsonReader reader(trail, value.get_object());
  reader.scalar("ndx", entry.ndx);
  reader.informative("length");
  reader.scalar("pointer", entry.pointer);
  const auto* elements = reader.find("elements");
  const auto* oid = reader.find("oid");
  const auto* chosen = elements != nullptr ? elements : oid;
  reader.finish();
  if (chosen == nullptr || !chosen->is_string()) return trail.fail("elements", "hex, or a dotted \"oid\", is expected");
  auto prefix = elements != nullptr ? from_hex(chosen->get_string()) : parse_dotted_prefix(chosen->get_string());
  if (!prefix) return trail.fail(elements != nullptr ? "elements" : "oid", prefix.error().detail);
  entry.prefix = *std::move(prefix);
}

}  // namespace

void PrefixMap::number_pointers() noexcept {
  if (form != Form::kDsdb) return;
  std::uint32_t next = kFirstPointer;
  pointer = next;
  for (auto& entry : entries) entry.pointer = next += 4;
}

std::string dotted_prefix(ByteView prefix) {
  std::string text;
  std::uint64_t arc = 0;
  bool whole = false;
  for (const auto octet : prefix) {
    if (arc > std::numeric_limits<std::uint64_t>::max() >> 7) return {};
    if (arc == 0 && octet == 0x80 && (text.empty() || whole)) return {};  // an arc in more octets than it needs
    arc = arc << 7 | (octet & 0x7F);
    whole = (octet & 0x80) == 0;
    if (!whole) continue;
    if (text.empty()) {
      const auto first = std::min<std::uint64_t>(arc / 40, 2);
      text = fmt::format("{}.{}", first, arc - 40 * first);
    } else {
      text += fmt::format(".{}", arc);
    }
    arc = 0;
  }
  return whole ? text : std::string();
}

Result<Bytes> parse_dotted_prefix(std::string_view text) {
  const auto wrong = [text] { return fail(win32::kErrorInvalidData, fmt::format("\"{}\" is not an OID", text)); };
  std::vector<std::uint64_t> arcs;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    const auto [stopped, error] = std::from_chars(at, end, arcs.emplace_back());
    if (error != std::errc{}) return wrong();
    if (stopped == end) break;
    if (*stopped != '.') return wrong();
    at = stopped + 1;
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39) || arcs[1] > std::numeric_limits<std::uint64_t>::max() - 80)
    return wrong();
  arcs[1] += 40 * arcs[0];
  Bytes prefix;
  for (std::size_t i = 1; i < arcs.size(); ++i) {
    int shift = 63;
    while (shift > 0 && arcs[i] >> shift == 0) shift -= 7;
    for (; shift >= 0; shift -= 7) prefix.push_back(static_cast<std::uint8_t>((arcs[i] >> shift & 0x7F) | (shift > 0 ? 0x80 : 0)));
  }
  return prefix;
}

Result<PrefixMap> decode_prefix_map(ByteView octets) {
  Trail trail(kRoot);
  PackedReader reader(trail, octets);
  PrefixMap map;
  if (octets.size() >= 4 && load_le<std::uint32_t>(octets.data()) == kDsdb) {
    map.form = PrefixMap::Form::kDsdb;
    decode_dsdb(reader, map);
  } else {
    decode_packed(reader, octets, map);
  }
  if (!trail.ok()) return trail.error();
  map.trailing = tributary::to_bytes(octets.subspan(reader.at()));
  return map;
}

Result<Bytes> encode_prefix_map(const PrefixMap& value) {
  return value.form == PrefixMap::Form::kPacked ? encode_packed(value) : encode_dsdb(value);
}

json::object to_json(const PrefixMap& value) {
  json::object out;
  JsonWriter writer(out);
  const bool is_dsdb = value.form == PrefixMap::Form::kDsdb;
  const bool with_pointers = is_dsdb && !has_usual_pointers(value);
  out.emplace("form", is_dsdb ? "DSDB" : "packed");
  if (is_dsdb) writer.scalar("dwReserved", value.dwReserved);
  out.emplace("PrefixCount", value.entries.size());
  if (!is_dsdb) writer.scalar("cbSize", value.cbSize);
  if (with_pointers) writer.scalar("pPrefixEntry", value.pointer);
  json::array entries;
  for (const auto& entry : value.entries) entries.push_back(entry_to_json(entry, with_pointers));
  out.emplace("entries", std::move(entries));
  writer.trailing(value.trailing);
  return out;
}

Result<PrefixMap> prefix_map_from_json(const json::object& in) {
  Trail trail(kRoot);
  JsonReader reader(trail, in);
  PrefixMap map;
  if (const auto* form = reader.find("form")) {
    if (*form == "DSDB")
      map.form = PrefixMap::Form::kDsdb;
    else if (*form != "packed")
      trail.fail("form", "\"packed\" or \"DSDB\" is expected");
  }
  reader.scalar("dwReserved", map.dwReserved);
  reader.scalar("cbSize", map.cbSize);
  reader.informative("PrefixCount");
  const bool with_pointers = reader.find("pPrefixEntry") != nullptr;
  reader.scalar("pPrefixEntry", map.pointer);
  if (const auto* entries = reader.list("entries")) {
    const Inside inside(trail, "entries");
    map.entries.resize(entries->size());
    for (std::size_t i = 0; i < map.entries.size() && trail.ok(); ++i) {
      const Inside element(trail, i);
      entry_from_json(trail, (*entries)[i], map.entries[i]);
    }
  }
  reader.trailing(map.trailing);
  reader.finish();
  if (!trail.ok()) return trail.error();
  if (!with_pointers) map.number_pointers();
  return map;
}

}  // namespace tributary::drsuapi::blobs
