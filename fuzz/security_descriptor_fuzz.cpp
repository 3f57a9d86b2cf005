// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of security descriptors and what is made of them: what was read is written and read again as the same, its text (where
// it has one) says the same, and making a child's descriptor below it never fails in another way than by length, and is stable.
#include <cstddef>
#include <cstdint>

#include "must_hold.hpp"
#include "security/access/new_descriptor.hpp"
#include "security/access/sddl.hpp"
#include "security/access/security_descriptor.hpp"

using namespace tributary;
using namespace tributary::security;

namespace {

void check_inheritance(const SecurityDescriptor& parent) {
  const SecurityDescriptor creator = parse_sddl("O:SYG:BAD:(A;CI;GR;;;CO)").value();
  const auto child = create_security_descriptor({.parent = &parent, .creator = &creator});
  must_hold(create_security_descriptor({.parent = &parent, .creator = &child}) == child, "a child's descriptor is not stable");
  const auto own = create_security_descriptor({.parent = &creator, .creator = &parent});
  must_hold(create_security_descriptor({.parent = &creator, .creator = &own}) == own, "a descriptor made of foreign octets is not stable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto descriptor = decode_security_descriptor(ByteView(data, size));
  if (!descriptor) return 0;
  if (const auto octets = encode_security_descriptor(*descriptor)) {
    auto again = decode_security_descriptor(*octets);
    must_hold(again.has_value(), "what was written cannot be read");
    if (again->sacl) again->sacl->revision = descriptor->sacl->revision;
    if (again->dacl) again->dacl->revision = descriptor->dacl->revision;
    must_hold(*again == *descriptor, "it reads differently after it was written");
  }
  if (const auto text = to_sddl(*descriptor)) {
    const auto again = parse_sddl(*text);
    must_hold(again.has_value(), "its text cannot be read");
    must_hold(to_sddl(*again) == *text, "its text says something else");
  }
  check_inheritance(*descriptor);
  return 0;
}
