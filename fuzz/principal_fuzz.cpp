// SPDX-License-Identifier: Apache-2.0
// Fuzzes the names of principals, which come from tickets: what was accepted has no empty part and no control character, and put together
// again with escapes it reads the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "must_hold.hpp"
#include "service/access/principal.hpp"

using namespace tributary::service;

namespace {

std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    must_hold(static_cast<unsigned char>(c) >= 0x20, "a control character was accepted");
    if (c == '@' || c == '/' || c == '\\') text += '\\';
    text += c;
  }
  must_hold(!text.empty(), "an empty part was accepted");
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto principal = parse_principal({reinterpret_cast<const char*>(data), size});
  if (!principal) return 0;
  std::string again;
  for (const auto& component : principal->components) again += (again.empty() ? "" : "/") + escaped(component);
  again += "@" + escaped(principal->realm);
  if (again.size() <= kPrincipalOctetsMax) must_hold(parse_principal(again) == *principal, "it reads differently when it is written again");
  return 0;
}
