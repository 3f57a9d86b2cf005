// SPDX-License-Identifier: Apache-2.0
// Hex and base64, RFC 4648.
#include "base/bytes.hpp"

#include <gtest/gtest.h>

using namespace tributary;

// RFC 4648 section 10: the test vectors of the document.
TEST(Base64, VectorsOfRfc4648Section10) {
  constexpr std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(from_base64(coded), to_bytes(as_bytes(plain)));
  }
}
