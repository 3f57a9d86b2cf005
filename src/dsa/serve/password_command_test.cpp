// SPDX-License-Identifier: Apache-2.0
// The program that sets passwords: what it is given, and what becomes of its answer.
#include "dsa/serve/password_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/win32.hpp"

namespace tributary::dsa {
namespace {

using testing::HasSubstr;

class PasswordCommandTest : public ::testing::Test {
 protected:
  PasswordCommandTest() {
    char name[] = "/tmp/tributary-password-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~PasswordCommandTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string script(const std::string& body) const {
    const std::string path = folder_ + "/command";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    ::chmod(path.c_str(), 0700);
    return path;
  }
  std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ + "/" + name).rdbuf();
    return text.str();
  }
  std::string folder_;
};

TEST_F(PasswordCommandTest, GetsThePrincipalAsArgumentAndThePasswordOnItsInput) {
  PasswordCommand command(script("echo \"$@\" > " + folder_ + "/arguments; cat > " + folder_ + "/password"));
  EXPECT_TRUE(command.set_password("ann@LAB.EXAMPLE", "S3cret \"p\xC3\xA4ss\"", true));
  EXPECT_EQ(read("arguments"), "set-password ann@LAB.EXAMPLE\n");
  EXPECT_EQ(read("password"), "S3cret \"p\xC3\xA4ss\"");
  EXPECT_TRUE(command.set_password("bob@LAB.EXAMPLE", "x", false));
  EXPECT_EQ(read("arguments"), "set-password bob@LAB.EXAMPLE disabled\n");
}

TEST_F(PasswordCommandTest, WhatItSaysIsTheReason) {
  PasswordCommand command(script("echo 'too short' >&2; exit 1"));
  const auto refused = command.set_password("ann@LAB.EXAMPLE", "x", true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorAccessDenied);
  EXPECT_THAT(refused.error().detail, HasSubstr("too short"));
}

TEST_F(PasswordCommandTest, OneThatDoesNotReadOrDoesNotEndHarmsNobody) {
  EXPECT_TRUE(PasswordCommand(script("exec <&-; exit 0")).set_password("ann@LAB.EXAMPLE", std::string(100'000, 'x'), true));
  PasswordCommand endless(script("exec sleep 20"), std::chrono::milliseconds(200));
  const auto late = endless.set_password("ann@LAB.EXAMPLE", "x", true);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, win32::kErrorTimeout);
  const auto missing = PasswordCommand(folder_ + "/none").set_password("ann@LAB.EXAMPLE", "x", true);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, win32::kErrorFileNotFound);
}

}  // namespace
}  // namespace tributary::dsa
