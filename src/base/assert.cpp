// SPDX-License-Identifier: Apache-2.0
// The end of the road for a broken invariant, and the words for phases.
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/error.hpp"

namespace tributary {

void detail::assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, expression);
  std::abort();
}

std::string_view phase_name(Phase phase) noexcept {
  switch (phase) {
    case Phase::kNone: return "";
    case Phase::kDns: return "DNS";
    case Phase::kConnect: return "connect";
    case Phase::kEndpointMap: return "endpoint map";
    case Phase::kBind: return "bind";
    case Phase::kAuthenticate: return "authenticate";
    case Phase::kCall: return "call";
    case Phase::kLdap: return "LDAP";
  }
  return "";
}

}  // namespace tributary
