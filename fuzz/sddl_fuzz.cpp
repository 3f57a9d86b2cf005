// SPDX-License-Identifier: Apache-2.0
// Fuzzes the parser of SDDL: what was accepted has a text, that text means the same descriptor, and its octets read the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "must_hold.hpp"
#include "security/access/sddl.hpp"

using namespace tributary;
using namespace tributary::security;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DomainSids domains{make_sid(5, {21, 1, 2, 3}), make_sid(5, {21, 7, 8, 9})};
  const auto descriptor = parse_sddl({reinterpret_cast<const char*>(data), size}, domains);
  if (!descriptor) return 0;
  const auto text = to_sddl(*descriptor, domains);
  must_hold(text.has_value(), "what was parsed has no text");
  must_hold(parse_sddl(*text, domains) == *descriptor, "its text means something else");
  if (const auto octets = encode_security_descriptor(*descriptor))
    must_hold(decode_security_descriptor(*octets) == *descriptor, "its octets mean something else");
  return 0;
}
