// SPDX-License-Identifier: Apache-2.0
// The GoogleTest base of tests that want a realm: one KDC for the suite, with a user and a service in it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "security/testing/kdc_fixture.hpp"

namespace tributary::security::testing {

class RealmTest : public ::testing::Test {
 public:
  static constexpr std::string_view kUser = "alice@TRIBUTARY.TEST";
  static constexpr std::string_view kPassword = "Secr3t-of-Alice";
  static constexpr std::string_view kSpn = "ldap/dc1.tributary.test";  ///< its key is in kdc->keytab()

 protected:
  static void SetUpTestSuite() {
    auto started = KdcFixture::start();
    ASSERT_TRUE(started) << started.error().detail;
    kdc = std::move(*started);
    ASSERT_TRUE(kdc->add_user("alice", kPassword));
    ASSERT_TRUE(kdc->add_service(kSpn));
  }
  static void TearDownTestSuite() { kdc.reset(); }

  static inline std::unique_ptr<KdcFixture> kdc;
};

}  // namespace tributary::security::testing
