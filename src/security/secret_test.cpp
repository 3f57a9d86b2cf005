// SPDX-License-Identifier: Apache-2.0
// Secret: what design.md asks for, "secrets never reach a log, a JSON output or an error message", as far as a type can see to it.
#include "security/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>

namespace tributary::security {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Streamable<Secret>, "a password must not be printable");
static_assert(!fmt::is_formattable<Secret>::value, "a password must not be printable");
static_assert(!std::is_convertible_v<Secret, std::string_view> && !std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string_view, Secret>, "becoming a secret is said in so many words");

TEST(Secret, EmptyHasAnEmptyText) {
  const Secret secret;
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(secret.reveal(), "");
  EXPECT_STREQ(secret.c_str(), "");
  EXPECT_TRUE(Secret("").empty());
}

TEST(Secret, HoldsAnyOctetsAndEndsWithNul) {
  const Secret secret(std::string_view("a\0b", 3));
  EXPECT_EQ(secret.size(), 3U);
  EXPECT_EQ(secret.reveal(), std::string_view("a\0b", 3));
  EXPECT_EQ(secret.c_str()[3], '\0');
}

TEST(Secret, CopiesAreIndependentAndMovesLeaveNothing) {
  Secret first("hunter2");
  Secret copy = first;
  Secret moved = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
  EXPECT_EQ(first.reveal(), "");
  EXPECT_EQ(moved.reveal(), "hunter2");
  copy = Secret("other");
  EXPECT_EQ(copy.reveal(), "other");
  EXPECT_EQ(moved.reveal(), "hunter2");
}

TEST(Secret, MovingDoesNotCopyTheOctets) {
  Secret first("hunter2");
  const char* const storage = first.c_str();
  const Secret moved = std::move(first);
  EXPECT_EQ(moved.c_str(), storage);
}

TEST(Secret, TakeOverwritesTheStringItTookFrom) {
  std::string text = "a password that is longer than the small-string buffer";
  const char* const storage = text.data();
  const std::size_t size = text.size();
  const Secret secret = Secret::take(text);
  EXPECT_EQ(secret.size(), size);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), storage) << "the storage must not have moved";
  ASSERT_GE(text.capacity(), size);
  for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(storage[i], '\0') << "octet " << i;
}

}  // namespace
}  // namespace tributary::security
