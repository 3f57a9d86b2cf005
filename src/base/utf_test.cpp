// SPDX-License-Identifier: Apache-2.0
// UTF-8 and UTF-16.
#include "base/utf.hpp"

#include <gtest/gtest.h>

using namespace tributary;

TEST(Utf, RoundTrip) { EXPECT_EQ(to_utf8(*to_utf16("a\u00e9\u20ac\U0001F600")), "a\u00e9\u20ac\U0001F600"); }
