// SPDX-License-Identifier: Apache-2.0
// See mangled_rdn.hpp.
#include "repl/state/mangled_rdn.hpp"

namespace tributary::repl {
namespace {

/// The 16-bit units of the character that begins with this octet; 0 inside of one.
constexpr std::size_t units_at(char c) {
  const auto octet = static_cast<unsigned char>(c);
  if ((octet & 0xC0) == 0x80) return 0;
  return octet >= 0xF0 ? 2 : 1;
}

std::string_view first_units(std::string_view text, std::size_t units_max) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    units += units_at(text[at]);
    if (units > units_max) return text.substr(0, at);
  }
  return text;
}

}  // namespace

std::string mangle_rdn(std::string_view rdn_value, MangledFor reason, const ObjectGuid& object) {
  const std::string tail = (reason == MangledFor::kDeletion ? "\nDEL:" : "\nCNF:") + to_string(object);
  return std::string(first_units(rdn_value, kRdnUnitsMax - tail.size())) + tail;
}

}  // namespace tributary::repl
