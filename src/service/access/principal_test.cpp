// SPDX-License-Identifier: Apache-2.0
// RFC 1964 section 2.1.1: names of principals and their escapes.
#include "service/access/principal.hpp"

#include <gtest/gtest.h>

namespace tributary::service {
namespace {

std::string parts(std::string_view text) {
  const auto principal = parse_principal(text);
  if (!principal) return "-";
  std::string all;
  for (const auto& component : principal->components) all += "[" + component + "]";
  return all + " " + principal->realm;
}

TEST(Principal, IsTakenApart) {
  EXPECT_EQ(parts("ann@LAB.EXAMPLE"), "[ann] LAB.EXAMPLE");
  EXPECT_EQ(parts("host/dsa-a.lab.example@LAB.EXAMPLE"), "[host][dsa-a.lab.example] LAB.EXAMPLE");
  EXPECT_EQ(parts("a/b/c@R"), "[a][b][c] R");
  EXPECT_EQ(parts("dsa-a$@R"), "[dsa-a$] R");
}
TEST(Principal, EscapesMakeOrdinaryCharacters) {
  EXPECT_EQ(parts("ann\\@corp@R"), "[ann@corp] R");
  EXPECT_EQ(parts("a\\/b@R"), "[a/b] R");
  EXPECT_EQ(parts("a\\\\@R"), "[a\\] R");
  EXPECT_EQ(parts("a@R\\@S"), "[a] R@S");
}
TEST(Principal, WhatIsNoneIsRefused) {
  for (const std::string_view text : {"", "ann", "@R", "ann@", "a//b@R", "/a@R", "a/@R", "a@R@S", "a@R/S", "a\n@R", "a\\\n@R", "a@R\\"})
    EXPECT_EQ(parts(text), "-") << text;
  EXPECT_EQ(parts(std::string(kPrincipalOctetsMax, 'a') + "@R"), "-");
}

}  // namespace
}  // namespace tributary::service
