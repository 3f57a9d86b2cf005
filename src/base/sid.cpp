// SPDX-License-Identifier: Apache-2.0
// SIDs as text ([MS-DTYP] 2.4.2.1) and as packets ([MS-DTYP] 2.4.2.2). The text grammar asks for at least one
// sub-authority while the packet allows none; both forms accept none here, so that every packet has a text.
#include "base/sid.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/assert.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::size_t kHeaderOctets = 8;
constexpr std::uint8_t kRevision = 1;
constexpr std::size_t kHexAuthorityDigits = 12;

/// The next field of "a-b-c": everything up to the dash, which is consumed.
std::string_view take_field(std::string_view& rest) {
  const auto dash = rest.find('-');
  const auto field = rest.substr(0, dash);
  rest = dash == std::string_view::npos ? std::string_view{} : rest.substr(dash + 1);
  return field;
}

/// A decimal below 2^32 without leading zeros.
std::optional<std::uint32_t> parse_decimal(std::string_view digits) {
  std::uint32_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  return value;
}

std::optional<std::array<std::uint8_t, 6>> parse_authority(std::string_view field) {
  std::array<std::uint8_t, 6> authority{};
  if (field.starts_with("0x") || field.starts_with("0X")) {
    if (field.size() != 2 + kHexAuthorityDigits) return std::nullopt;
    const auto octets = from_hex(field.substr(2));
    if (!octets || octets->size() != authority.size()) return std::nullopt;
    std::copy(octets->begin(), octets->end(), authority.begin());
    return authority;
  }
  const auto value = parse_decimal(field);
  if (!value) return std::nullopt;
  store_be<std::uint32_t>(authority.data() + 2, *value);
  return authority;
}

}  // namespace

std::string to_string(const Sid& sid) {
  TRIBUTARY_ASSERT(sid.sub_authority_count <= kSidSubAuthoritiesMax);
  std::string text = "S-" + std::to_string(sid.revision) + "-";
  const bool needs_hex = sid.identifier_authority[0] != 0 || sid.identifier_authority[1] != 0;
  text += needs_hex ? "0x" + to_hex(sid.identifier_authority)
                    : std::to_string(load_be<std::uint32_t>(sid.identifier_authority.data() + 2));
  for (std::size_t i = 0; i < sid.sub_authority_count; ++i) text += "-" + std::to_string(sid.sub_authority[i]);
  return text;
}

Result<Sid> parse_sid(std::string_view text) {
  const auto wrong = [text] { return fail(win32::kErrorInvalidParameter, "not a SID: " + to_printable(text, 80)); };
  if (!text.starts_with("S-1-") && !text.starts_with("s-1-")) return wrong();
  if (text.ends_with('-')) return wrong();
  std::string_view rest = text.substr(4);
  const auto authority = parse_authority(take_field(rest));
  if (!authority) return wrong();
  Sid sid{.identifier_authority = *authority};
  while (!rest.empty()) {
    const auto value = parse_decimal(take_field(rest));
    if (!value || sid.sub_authority_count == kSidSubAuthoritiesMax) return wrong();
    sid.sub_authority[sid.sub_authority_count++] = *value;
  }
  return sid;
}

Result<Sid> decode_sid(ByteView octets) {
  if (octets.size() < kHeaderOctets)
    return fail(win32::kErrorInvalidData, "a SID has at least 8 octets, not " + std::to_string(octets.size()));
  if (octets[0] != kRevision) return fail(win32::kErrorInvalidData, "SID revision " + std::to_string(octets[0]) + " is not 1");
  const std::size_t count = octets[1];
  if (count > kSidSubAuthoritiesMax)
    return fail(win32::kErrorInvalidData, "a SID has at most 15 sub-authorities, not " + std::to_string(count));
  if (octets.size() != kHeaderOctets + 4 * count)
    return fail(win32::kErrorInvalidData, "a SID with " + std::to_string(count) + " sub-authorities does not have " +
                                              std::to_string(octets.size()) + " octets");
  Sid sid{.sub_authority_count = static_cast<std::uint8_t>(count)};
  std::copy_n(octets.begin() + 2, sid.identifier_authority.size(), sid.identifier_authority.begin());
  for (std::size_t i = 0; i < count; ++i) sid.sub_authority[i] = load_le<std::uint32_t>(octets.data() + kHeaderOctets + 4 * i);
  return sid;
}

Bytes encode_sid(const Sid& sid) {
  TRIBUTARY_ASSERT(sid.sub_authority_count <= kSidSubAuthoritiesMax);
  Bytes octets(kHeaderOctets + 4u * sid.sub_authority_count);
  octets[0] = sid.revision;
  octets[1] = sid.sub_authority_count;
  std::copy(sid.identifier_authority.begin(), sid.identifier_authority.end(), octets.begin() + 2);
  for (std::size_t i = 0; i < sid.sub_authority_count; ++i)
    store_le<std::uint32_t>(octets.data() + kHeaderOctets + 4 * i, sid.sub_authority[i]);
  return octets;
}

}  // namespace tributary
