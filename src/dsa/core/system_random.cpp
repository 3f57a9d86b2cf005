// SPDX-License-Identifier: Apache-2.0
// See system_random.hpp.
#include "dsa/core/system_random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "base/assert.hpp"
#include "repl/objects/context.hpp"

namespace tributary::dsa {

void SystemRandom::fill(std::span<std::uint8_t> octets) {
  while (!octets.empty()) {
    const auto got = getrandom(octets.data(), octets.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    TRIBUTARY_ASSERT(got > 0);  // the system call is there since Linux 3.17
    octets = octets.subspan(static_cast<std::size_t>(got));
  }
}

Guid random_guid() {
  SystemRandom random;
  repl::Context context;
  context.random = &random;
  return context.new_guid().value;
}

}  // namespace tributary::dsa
