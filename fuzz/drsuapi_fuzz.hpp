// SPDX-License-Identifier: Apache-2.0
// What drsuapi_in_fuzz and drsuapi_out_fuzz share. The first octet selects the operation (0 to 30 of drsuapi, then the two of dsaop),
// the second the transfer syntax (bit 0: NDR64) and the byte order (bit 1: big-endian); the rest is the stub.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "drsuapi/operations.hpp"

namespace tributary::drsuapi {

inline void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// A stub decodes into an arena exactly as it decodes without one, and what was understood survives a round trip.
inline int fuzz_stub(Direction direction, const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto drsuapi = drsuapi_operations();
  const auto dsaop = dsaop_operations();
  const std::size_t selected = data[0] % (drsuapi.size() + dsaop.size());
  const auto& operation = selected < drsuapi.size() ? drsuapi[selected] : dsaop[selected - drsuapi.size()];
  ndr::ReadOptions options{.syntax = (data[1] & 1) != 0 ? ndr::Syntax::kNdr64 : ndr::Syntax::kNdr20,
                           .order = (data[1] & 2) != 0 ? std::endian::big : std::endian::little};
  const ByteView stub(data + 2, size - 2);

  const auto owned = operation.recode(direction, stub, options, options.syntax);
  ndr::Arena arena(1024);
  options.arena = &arena;
  const auto viewed = operation.recode(direction, stub, options, options.syntax);
  expect(owned.has_value() == viewed.has_value(), "an arena does not change what decodes");
  if (!owned) {
    expect(owned.error() == viewed.error(), "an arena does not change the error");
    return 0;
  }
  expect(*owned == *viewed, "an arena does not change the value");
  const auto again = operation.recode(direction, *owned, {.syntax = options.syntax}, options.syntax);
  expect(again.has_value(), "what we encode, we decode");
  expect(*again == *owned, "what we decode again is the same");
  return 0;
}

}  // namespace tributary::drsuapi
