// SPDX-License-Identifier: Apache-2.0
// See atom.hpp. Everything here accepts what it prints, and a little more: what a person would naturally type.
#include "drsuapi/blobs/walk/atom.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "drsuapi/blobs/attids.hpp"

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::array<std::string_view, 7> kDays{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

auto expected(std::string_view what) { return fail(win32::kErrorInvalidData, fmt::format("{} is expected", what)); }

const Named* find_name(std::string_view name, std::span<const Named> table) {
  const auto at = std::ranges::find(table, name, &Named::name);
  return at == table.end() ? nullptr : &*at;
}

/// One element of a list of flags: a name or a number.
Result<std::uint32_t> parse_bit(const json::value& value, std::span<const Named> table) {
  if (!value.is_string()) return Atom<std::uint32_t>::parse(value);
  const auto* bit = find_name(value.get_string(), table);
  if (bit == nullptr)
    return fail(win32::kErrorInvalidData, fmt::format("\"{}\" is not the name of a flag here", std::string_view(value.get_string())));
  return bit->value;
}

/// The member `key` of an object, or the value itself when it is not an object. Other members are for the reader.
const json::value* member_or_self(const json::value& value, std::string_view key) {
  return value.is_object() ? value.get_object().if_contains(key) : &value;
}

}  // namespace

Result<std::uint64_t> parse_unsigned(const json::value& value, std::uint64_t max) {
  std::uint64_t number = 0;
  if (value.is_uint64())
    number = value.get_uint64();
  else if (value.is_int64() && value.get_int64() >= 0)
    number = static_cast<std::uint64_t>(value.get_int64());
  else
    return expected("a whole number that is not negative");
  if (number > max) return fail(win32::kErrorInvalidData, fmt::format("{} is more than {}", number, max));
  return number;
}

Result<std::int64_t> parse_signed(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  return expected("a whole number of 64 bits");
}

Result<std::string_view> parse_string(const json::value& value) {
  if (!value.is_string()) return expected("a string");
  return std::string_view(value.get_string());
}

json::value bits_to_json(std::uint32_t bits, std::span<const Named> table) {
  json::array names;
  for (const auto& bit : table)
    if ((bits & bit.value) == bit.value) names.emplace_back(bit.name);
  return json::object{{"value", bits}, {"names", std::move(names)}};
}

Result<std::uint32_t> parse_bits(const json::value& value, std::span<const Named> table) {
  const json::value* chosen = &value;
  if (value.is_object()) {
    chosen = value.get_object().if_contains("value");
    if (chosen == nullptr) chosen = value.get_object().if_contains("names");
    if (chosen == nullptr) return expected("\"value\" or \"names\"");
  }
  if (!chosen->is_array()) return parse_bit(*chosen, table);
  std::uint32_t bits = 0;
  for (const auto& item : chosen->get_array()) {
    auto bit = parse_bit(item, table);
    if (!bit) return bit;
    bits |= *bit;
  }
  return bits;
}

json::value choice_to_json(std::uint32_t choice, std::span<const Named> table) {
  json::object object{{"value", choice}};
  const auto at = std::ranges::find(table, choice, &Named::value);
  if (at != table.end()) object.emplace("name", at->name);
  return object;
}

Result<std::uint32_t> parse_choice(const json::value& value, std::span<const Named> table, std::uint32_t max) {
  const json::value* chosen = member_or_self(value, "value");
  if (chosen == nullptr) return expected("\"value\"");
  if (chosen->is_string()) return parse_bit(*chosen, table);
  auto number = parse_unsigned(*chosen, max);
  if (!number) return std::unexpected(number.error());
  return static_cast<std::uint32_t>(*number);
}

json::value octets_to_json(ByteView octets) { return json::object{{"base64", to_base64(octets)}}; }

Result<Bytes> parse_octets(const json::value& value) {
  const json::value* text = member_or_self(value, "base64");
  if (text == nullptr || !text->is_string()) return expected("{\"base64\": \"...\"}");
  return from_base64(text->get_string());
}

json::value text_to_json(ByteView text) {
  const std::string_view utf8(reinterpret_cast<const char*>(text.data()), text.size());
  if (!to_utf16(utf8)) return octets_to_json(text);
  return json::string(utf8);
}

Result<Bytes> parse_text(const json::value& value) {
  if (value.is_string()) return tributary::to_bytes(as_bytes(value.get_string()));
  if (value.is_object()) return parse_octets(value);
  return expected("a string or {\"base64\": \"...\"}");
}

Guid Atom<Guid>::load(const std::uint8_t* at) {
  Guid guid;
  std::copy_n(at, 16, guid.octets.begin());
  return guid;
}
void Atom<Guid>::store(std::uint8_t* at, const Guid& v) { std::copy_n(v.octets.begin(), 16, at); }
json::value Atom<Guid>::to_json(const Guid& v) { return json::string(to_string(v)); }
Result<Guid> Atom<Guid>::parse(const json::value& value) {
  auto text = parse_string(value);
  if (!text) return std::unexpected(text.error());
  return parse_guid(*text);
}

Result<Usn> Atom<Usn>::parse(const json::value& value) {
  auto number = parse_signed(value);
  if (!number) return std::unexpected(number.error());
  return Usn{*number};
}

json::value Atom<DsTime>::to_json(DsTime v) { return json::string(to_string(v)); }
Result<DsTime> Atom<DsTime>::parse(const json::value& value) {
  auto text = parse_string(value);
  if (!text) return std::unexpected(text.error());
  return parse_ds_time(*text);
}
json::value Atom<FileTime>::to_json(FileTime v) { return json::string(to_string(v)); }
Result<FileTime> Atom<FileTime>::parse(const json::value& value) {
  auto text = parse_string(value);
  if (!text) return std::unexpected(text.error());
  return parse_file_time(*text);
}

json::value Atom<Win32>::to_json(Win32 v) { return json::object{{"value", static_cast<std::uint32_t>(v)}, {"name", win32_name(v)}}; }
Result<Win32> Atom<Win32>::parse(const json::value& value) {
  const json::value* chosen = member_or_self(value, "value");
  if (chosen == nullptr) return expected("\"value\"");
  if (chosen->is_string()) {
    const auto* info = find_win32(std::string_view(chosen->get_string()));
    if (info == nullptr) return expected("the name of a Win32 code");
    return info->code;
  }
  auto number = Atom<std::uint32_t>::parse(*chosen);
  if (!number) return std::unexpected(number.error());
  return static_cast<Win32>(*number);
}

json::value Atom<Attid>::to_json(Attid v) {
  json::object object{{"value", static_cast<std::uint32_t>(v)}};
  const auto name = ldap_display_name(v);
  if (!name.empty()) object.emplace("lDAPDisplayName", name);
  return object;
}
Result<Attid> Atom<Attid>::parse(const json::value& value) {
  const json::value* chosen = member_or_self(value, "value");
  if (chosen == nullptr) return expected("\"value\"");
  if (chosen->is_string()) {
    const auto attid = attid_of(chosen->get_string());
    if (!attid) return expected("a number or the lDAPDisplayName of an attribute of the base schema");
    return *attid;
  }
  auto number = Atom<std::uint32_t>::parse(*chosen);
  if (!number) return std::unexpected(number.error());
  return static_cast<Attid>(*number);
}

json::value week_to_json(ByteView octets) {
  const std::size_t day = octets.size() / kDays.size();
  json::object week;
  for (std::size_t i = 0; i < kDays.size(); ++i) week.emplace(kDays[i], to_hex(octets.subspan(i * day, day)));
  return week;
}

Result<Bytes> parse_week(const json::value& value, std::size_t octets) {
  if (!value.is_object() || value.get_object().size() != kDays.size()) return expected("one member for each day of the week");
  Bytes week;
  for (const auto day : kDays) {
    const auto* hours = value.get_object().if_contains(day);
    if (hours == nullptr || !hours->is_string()) return expected(fmt::format("the string \"{}\"", day));
    auto parsed = from_hex(hours->get_string());
    if (!parsed || parsed->size() != octets / kDays.size())
      return expected(fmt::format("\"{}\" of {} hex digits", day, 2 * octets / kDays.size()));
    week.insert(week.end(), parsed->begin(), parsed->end());
  }
  return week;
}

}  // namespace tributary::drsuapi::blobs
