// SPDX-License-Identifier: Apache-2.0
// The text form of a GUID ([MS-DTYP] 2.3.4.3) and its packet form.
#include "base/guid.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {
// The octet that each pair of hex digits shows, in text order: Data1, Data2 and Data3 are little-endian.
constexpr std::array<std::uint8_t, 16> kTextOrder = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::size_t kTextLength = 36;
constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }
}  // namespace

std::string to_string(const Guid& guid) {
  std::array<std::uint8_t, 16> shown{};
  for (std::size_t i = 0; i < 16; ++i) shown[i] = guid.octets[kTextOrder[i]];
  std::string text = to_hex(shown);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

Result<Guid> parse_guid(std::string_view text) {
  const std::string_view whole = text;
  if (text.size() == kTextLength + 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, kTextLength);
  std::string digits;
  bool well_formed = text.size() == kTextLength;
  for (std::size_t i = 0; well_formed && i < text.size(); ++i) {
    if (is_dash_position(i))
      well_formed = text[i] == '-';
    else
      digits.push_back(text[i]);
  }
  const auto shown = well_formed ? from_hex(digits) : Result<Bytes>(fail(win32::kErrorInvalidParameter));
  if (!shown || shown->size() != 16) return fail(win32::kErrorInvalidParameter, "not a GUID: " + to_printable(whole, 80));
  Guid guid;
  for (std::size_t i = 0; i < 16; ++i) guid.octets[kTextOrder[i]] = (*shown)[i];
  return guid;
}

Result<Guid> guid_from_bytes(ByteView octets) {
  Guid guid;
  if (octets.size() != guid.octets.size())
    return fail(win32::kErrorInvalidData, "a GUID has 16 octets, not " + std::to_string(octets.size()));
  std::ranges::copy(octets, guid.octets.begin());
  return guid;
}

}  // namespace tributary
