// SPDX-License-Identifier: Apache-2.0
// Fuzzes the stubs of requests and replies of drsuapi and dsaop, here: requests, as a server reads them. See drsuapi_fuzz.hpp.
#include "drsuapi_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tributary::drsuapi::fuzz_stub(tributary::drsuapi::Direction::kIn, data, size);
}
