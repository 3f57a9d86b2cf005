// SPDX-License-Identifier: Apache-2.0
// TRIBUTARY_ASSERT: our own invariants, in every build type. What a peer, a file or a user can make false
// is never asserted, it is returned as a Result.
#pragma once

namespace tributary::detail {
/// Prints one line to stderr and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace tributary::detail

#define TRIBUTARY_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::tributary::detail::assertion_failed(#expression, __FILE__, __LINE__))
