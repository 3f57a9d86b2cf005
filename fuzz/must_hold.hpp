// SPDX-License-Identifier: Apache-2.0
// How a fuzzer says what it found: in words, then it ends, so that the input is kept.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void must_hold(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}
