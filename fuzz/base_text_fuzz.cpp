// SPDX-License-Identifier: Apache-2.0
// The text forms of the base room: hex, base64, GUID, SID, times, UTF and Win32 codes. The input is a text of any octets.
// Whatever a parser accepts must be written back to a text that parses to the same value, and every octet string and
// every 64-bit number must survive the way out and back.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/ds_time.hpp"
#include "base/guid.hpp"
#include "base/sid.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace {
using namespace tributary;

/// A look-up by name walks the whole table, which would be most of the run; this length holds every form of a number and many names.
constexpr std::size_t kCodeTextMax = 20;

template <class Parse, class Write>
void accepted_text_round_trips(std::string_view text, Parse parse, Write write) {
  const auto value = parse(text);
  if (!value) return;
  TRIBUTARY_ASSERT(parse(write(*value)) == value);
}

void texts(std::string_view text) {
  const auto write = [](const auto& value) { return to_string(value); };
  accepted_text_round_trips(text, from_hex, to_hex);
  accepted_text_round_trips(text, from_base64, to_base64);
  accepted_text_round_trips(text, parse_guid, write);
  accepted_text_round_trips(text, parse_sid, write);
  accepted_text_round_trips(text, parse_ds_time, write);
  accepted_text_round_trips(text, parse_file_time, write);
  if (text.size() <= kCodeTextMax) accepted_text_round_trips(text, parse_win32, win32_name);
  accepted_text_round_trips(text, to_utf16, [](const std::u16string& wide) { return *to_utf8(wide); });
}

void octets(ByteView input) {
  const Bytes bytes = to_bytes(input);
  TRIBUTARY_ASSERT(from_hex(to_hex(bytes)) == bytes);
  TRIBUTARY_ASSERT(from_base64(to_base64(bytes)) == bytes);
  if (const auto guid = guid_from_bytes(bytes)) TRIBUTARY_ASSERT(parse_guid(to_string(*guid)) == guid);
  if (const auto sid = decode_sid(bytes)) {
    TRIBUTARY_ASSERT(encode_sid(*sid) == bytes);
    TRIBUTARY_ASSERT(parse_sid(to_string(*sid)) == sid);
  }
  if (bytes.size() >= 8) {
    const auto number = static_cast<std::int64_t>(load_le<std::uint64_t>(bytes.data()));
    TRIBUTARY_ASSERT(parse_ds_time(to_string(DsTime{number})) == DsTime{number});
    TRIBUTARY_ASSERT(parse_file_time(to_string(FileTime{number})) == FileTime{number});
  }
}

/// Lossy conversion agrees with the strict one where that succeeds, and its result is always well formed.
void utf(std::string_view text) {
  const std::u16string wide = to_utf16_lossy(text);
  const auto strict = to_utf16(text);
  TRIBUTARY_ASSERT(!strict || *strict == wide);
  TRIBUTARY_ASSERT(to_utf8(wide).has_value());
  std::u16string units(text.size() / 2, u'\0');
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = load_le<std::uint16_t>(as_bytes(text).data() + 2 * i);
  const auto narrow = to_utf8(units);
  TRIBUTARY_ASSERT(!narrow || (*narrow == to_utf8_lossy(units) && to_utf16(*narrow) == units));
  TRIBUTARY_ASSERT(to_utf16(to_utf8_lossy(units)).has_value());
}

void showing(std::string_view text) {
  const std::string shown = to_printable(text, text.size() * 6);
  TRIBUTARY_ASSERT(to_printable(shown, shown.size()) == shown);
  TRIBUTARY_ASSERT(to_printable(text, 16).size() <= 16 + 3);
  const auto code = Win32{text.size() >= 4 ? load_le<std::uint32_t>(as_bytes(text).data()) : 0};
  const std::string sentence = describe_error({code, Phase::kCall, std::string(text)});
  TRIBUTARY_ASSERT(!sentence.empty() && sentence.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  texts(text);
  octets(ByteView(data, size));
  utf(text);
  showing(text);
  return 0;
}
