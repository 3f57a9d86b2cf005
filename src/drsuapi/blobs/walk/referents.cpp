// SPDX-License-Identifier: Apache-2.0
// See referents.hpp.
#include "drsuapi/blobs/walk/referents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/utf.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using Kind = Referent::Kind;

std::size_t terminator(Kind kind) {
  switch (kind) {
    case Kind::kWide:
    case Kind::kAnyText: return 2;
    case Kind::kNarrow: return 1;
    case Kind::kOctets:
    case Kind::kGuid: return 0;
  }
  return 0;
}

/// Octets before the terminator, or nothing when it never comes.
std::optional<std::size_t> text_length(ByteView from, std::size_t unit) {
  for (std::size_t at = 0; at + unit <= from.size(); at += unit)
    if (std::ranges::all_of(from.subspan(at, unit), [](std::uint8_t octet) { return octet == 0; })) return at;
  return std::nullopt;
}

/// ASCII in UTF-16LE has a zero in every second octet, and UTF-8 has none before its terminator.
Kind guess_text(ByteView from) {
  if (from.size() >= 2 && from[1] == 0 && text_length(from, 2)) return Kind::kWide;
  return Kind::kNarrow;
}

std::u16string units_of(ByteView octets) {
  std::u16string units(octets.size() / 2, u'\0');
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(load_le<std::uint16_t>(octets.data() + 2 * i));
  return units;
}

Bytes octets_of(std::u16string_view units) {
  Bytes octets(2 * units.size());
  for (std::size_t i = 0; i < units.size(); ++i) store_le<std::uint16_t>(octets.data() + 2 * i, units[i]);
  return octets;
}

json::value referent_to_json(const Referent& r) {
  switch (r.kind) {
    case Kind::kWide:
    case Kind::kAnyText: {
      const auto text = to_utf8(units_of(r.octets));
      return text ? json::value(json::string(*text)) : octets_to_json(r.octets);
    }
    case Kind::kNarrow: return json::object{{"narrow", text_to_json(r.octets)}};
    case Kind::kOctets: return octets_to_json(r.octets);
    case Kind::kGuid: return Atom<Guid>::to_json(Atom<Guid>::load(r.octets.data()));
  }
  return nullptr;
}

Result<Bytes> parse_wide(const json::value& value) {
  if (!value.is_string()) return parse_octets(value);
  const auto units = to_utf16(value.get_string());
  if (!units) return fail(win32::kErrorInvalidData, "the text is not UTF-8");
  return octets_of(*units);
}

Result<Bytes> parse_guid_octets(const json::value& value) {
  const auto guid = Atom<Guid>::parse(value);
  if (!guid) return std::unexpected(guid.error());
  return Bytes(guid->octets.begin(), guid->octets.end());
}

/// The octets that a JSON value stands for; a text can turn out to be narrow.
Result<Bytes> parse_referent(const json::value& value, Kind& kind) {
  if (kind == Kind::kOctets) return parse_octets(value);
  if (kind == Kind::kGuid) return parse_guid_octets(value);
  const auto* narrow = value.is_object() ? value.get_object().if_contains("narrow") : nullptr;
  if (narrow != nullptr && kind == Kind::kAnyText) {
    kind = Kind::kNarrow;
    return parse_text(*narrow);
  }
  kind = Kind::kWide;
  return parse_wide(value);
}

/// A text must not hold its own terminator: what was written would be read back shorter.
bool is_whole(const Referent& r) {
  const auto length = text_length(r.stored(), terminator(r.kind));
  return length == r.octets.size();
}

}  // namespace

std::string Referent::text() const {
  if (kind == Kind::kNarrow) return std::string(octets.begin(), octets.end());
  return to_utf8_lossy(units_of(octets));
}

void Referent::set_text(std::string_view utf8) {
  present = true;
  offset = 0;
  if (kind == Kind::kAnyText) kind = Kind::kWide;
  octets = kind == Kind::kNarrow ? tributary::to_bytes(as_bytes(utf8)) : octets_of(to_utf16_lossy(utf8));
}

void Referent::set_octets(ByteView view) {
  present = true;
  offset = 0;
  octets = tributary::to_bytes(view);
}

Bytes Referent::stored() const {
  Bytes with = octets;
  with.resize(with.size() + terminator(kind));
  return with;
}

void PlacedReader::resolve(ByteView structure, std::size_t base, Extents& extents) {
  for (const auto& pending : pending_)
    if (trail().ok()) resolve(pending, structure, base, extents);
}

void PlacedReader::resolve(const Pending& pending, ByteView structure, std::size_t base, Extents& extents) {
  auto& r = *pending.referent;
  r.present = r.offset != 0;
  if (!r.present) {
    if (pending.count != kUncounted && pending.count != 0) trail().fail(pending.name, "the length is not zero and the offset is");
    return;
  }
  if (r.offset > structure.size())
    return trail().fail(pending.name, fmt::format("offset {} is beyond the {} octets there are", r.offset, structure.size()));
  const auto from = structure.subspan(r.offset);
  if (r.kind == Kind::kAnyText) r.kind = guess_text(from);
  std::optional<std::size_t> length;
  if (r.kind == Kind::kOctets)
    length = pending.count;
  else if (r.kind == Kind::kGuid)
    length = 16;
  else
    length = text_length(from, terminator(r.kind));
  if (!length) return trail().fail(pending.name, fmt::format("the text at {} has no terminator", r.offset));
  if (*length > from.size())
    return trail().fail(pending.name,
                        fmt::format("{} octets at {} are more than the {} octets there are", *length, r.offset, structure.size()));
  r.octets = tributary::to_bytes(from.first(*length));
  extents.claim(trail(), pending.name, base + r.offset, *length + terminator(r.kind));
}

std::size_t PlacedWriter::place(std::size_t end) {
  for (const auto& pending : pending_)
    if (pending.referent->present && pending.referent->offset != 0)
      end = std::max(end, pending.referent->offset + pending.referent->stored().size());
  for (const auto& pending : pending_) {
    auto& r = *pending.referent;
    if (!r.present || r.offset != 0) continue;
    r.offset = static_cast<std::uint32_t>(align_up(end, 4));
    end = r.offset + r.stored().size();
  }
  return end;
}

void PlacedWriter::paint(Image& image, std::size_t base) const {
  for (const auto& pending : pending_)
    if (pending.referent->present) image.paint(pending.name, base + pending.referent->offset, pending.referent->stored());
}

void PlacedJsonWriter::referent(std::string_view name, std::string_view offset_name, Referent& r) {
  out().emplace(name, r.present ? referent_to_json(r) : json::value(nullptr));
  if (r.present) layout_.emplace(offset_name, r.offset);
}

const json::object& PlacedJsonReader::layout_object() {
  static const json::object kNone;
  const auto* layout = object("layout");
  return layout == nullptr ? kNone : *layout;
}

void PlacedJsonReader::referent(std::string_view name, std::string_view offset_name, Referent& r) {
  const auto* value = find(name);
  if (value == nullptr) return;
  auto octets = parse_referent(*value, r.kind);
  if (!octets) return trail().fail(name, octets.error().detail);
  r.present = true;
  r.octets = *std::move(octets);
  const bool is_text = r.kind == Kind::kWide || r.kind == Kind::kNarrow;
  if (is_text && !is_whole(r)) return trail().fail(name, "the text holds its own terminator");
  layout_.scalar(offset_name, r.offset);
}

}  // namespace tributary::drsuapi::blobs
