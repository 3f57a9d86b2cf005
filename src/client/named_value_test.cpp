// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.50: a DSNAME inside a value, told apart from what follows it. The network part is tested against a domain.
#include "client/named_value.hpp"

#include <gtest/gtest.h>

namespace tributary::client {
namespace {

/// A DSNAME as a DC puts it into a value, with octets behind it.
Bytes dsname(std::u16string_view name, ByteView rest = {}) {
  Bytes value(56);
  store_le<std::uint32_t>(value.data(), static_cast<std::uint32_t>(56 + 2 * (name.size() + 1)));
  store_le<std::uint32_t>(value.data() + 52, static_cast<std::uint32_t>(name.size()));
  for (const char16_t unit : name) {
    value.push_back(static_cast<std::uint8_t>(unit & 0xFF));
    value.push_back(static_cast<std::uint8_t>(unit >> 8));
  }
  value.resize(value.size() + 2);
  if (rest.empty()) return value;
  value.resize((value.size() + 3) / 4 * 4);
  value.insert(value.end(), rest.begin(), rest.end());
  return value;
}

TEST(NamedValue, TheNameAndNothingBehindIt) {
  const auto value = read_named_value(dsname(u"CN=ä,DC=lab"));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->dn, "CN=ä,DC=lab");
  EXPECT_TRUE(value->rest.empty());
}

TEST(NamedValue, WhatIsPairedWithTheNameBeginsAtAMultipleOfFour) {
  const Bytes paired = {8, 0, 0, 0, 1, 2, 3, 4};
  for (const char16_t* const name : {u"DC=lab", u"DC=labs"}) {
    const auto value = read_named_value(dsname(name, paired));
    ASSERT_TRUE(value);
    EXPECT_EQ(value->rest, paired);
  }
}

TEST(NamedValue, LengthsThatLeaveTheValueAreNoName) {
  EXPECT_FALSE(read_named_value({}));
  EXPECT_FALSE(read_named_value(Bytes(55)));
  Bytes value = dsname(u"DC=lab");
  store_le<std::uint32_t>(value.data(), static_cast<std::uint32_t>(value.size() + 1));
  EXPECT_FALSE(read_named_value(value));
  value = dsname(u"DC=lab");
  store_le<std::uint32_t>(value.data() + 52, 8);
  EXPECT_FALSE(read_named_value(value));
  store_le<std::uint32_t>(value.data() + 52, 0xFFFFFFFF);
  EXPECT_FALSE(read_named_value(value));
}

TEST(NamedValue, ASurrogateAloneIsShownAsSuch) {
  const auto value = read_named_value(dsname(u"CN=\xD800"));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->dn, "CN=\uFFFD");
}

}  // namespace
}  // namespace tributary::client
