// SPDX-License-Identifier: Apache-2.0
// Fuzzes the decoders of what peers and KDCs send around Kerberos proper: SPNEGO's negState, a service's KRB-ERROR,
// and Active Directory's extended error (src/security/kerberos_messages.hpp).
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "security/der.hpp"
#include "security/kerberos_messages.hpp"
#include "security/spnego_messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary::security;
  const tributary::ByteView input(data, size);
  const auto state = spnego_state(input);
  TRIBUTARY_ASSERT(!state || static_cast<unsigned>(*state) <= 3);
  static_cast<void>(krb_error_code(input));
  if (const auto status = kerb_ext_error_status(input)) static_cast<void>(account_refusal(*status));
  tributary::ByteView rest = input;
  std::size_t before = rest.size();
  while (const auto item = take_der(rest)) {
    TRIBUTARY_ASSERT(rest.size() < before && item->value.size() <= before - rest.size());
    before = rest.size();
  }
  return 0;
}
