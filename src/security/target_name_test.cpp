// SPDX-License-Identifier: Apache-2.0
// Service principal names: [MS-DRSR] 2.2.3.2 (between DCs, with its example), 2.2.4.2 (clients), RFC 4120 section 6.2.
#include "security/target_name.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

TEST(TargetName, WithoutRealmTheRealmIsEmptySoThatTheKdcRefers) {
  const auto target = TargetName::from_spn("ldap/dc1.lab.example");
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->is_host_based());
  EXPECT_EQ(target->text(), "ldap/dc1.lab.example");
  EXPECT_EQ(target->gss_text(), "ldap/dc1.lab.example@");
}

TEST(TargetName, RealmAndThirdComponentAreKept) {
  const auto target = TargetName::from_spn("ldap/dc1.lab.example/lab.example@LAB.EXAMPLE");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->gss_text(), "ldap/dc1.lab.example/lab.example@LAB.EXAMPLE");
  EXPECT_EQ(target->text(), target->gss_text());
}

TEST(TargetName, MalformedOnesAreRefused) {
  const std::string_view bad[] = {"",      "ldap",      "/",       "ldap/",      "/host",   "a//b",   "a/b/c/d", "a/b/",
                                  "a/b@",  "a/b@C@D",   "a/b@C/D", "ldap/a b",   "a\\/b/c", "a/\xFF", "@R",      "a/b\x01"};
  for (const auto text : bad) {
    const auto target = TargetName::from_spn(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, win32::kErrorInvalidParameter) << text;
  }
  EXPECT_FALSE(TargetName::from_spn(std::string_view("a/b\0c", 5)));
  EXPECT_FALSE(TargetName::from_spn("ldap/" + std::string(kTargetNameBytesMax, 'a')));
}

TEST(TargetName, HostBased) {
  const auto target = TargetName::host_based("ldap", "dc1.lab.example.");
  ASSERT_TRUE(target);
  EXPECT_TRUE(target->is_host_based());
  EXPECT_EQ(target->gss_text(), "ldap@dc1.lab.example");
  EXPECT_EQ(target->text(), "ldap@dc1.lab.example");
  EXPECT_FALSE(TargetName::host_based("", "dc1"));
  EXPECT_FALSE(TargetName::host_based("ldap", ""));
  EXPECT_FALSE(TargetName::host_based("ldap", "a@b"));
  EXPECT_FALSE(TargetName::host_based("ld/ap", "a"));
  EXPECT_FALSE(TargetName::host_based("ldap", std::string(kTargetNameBytesMax, 'a')));
}

TEST(TargetName, NamesOfADc) {
  EXPECT_EQ(ldap_spn("dc1.contoso.com"), "ldap/dc1.contoso.com");
  EXPECT_EQ(ldap_spn("dc1.contoso.com.", "contoso.com."), "ldap/dc1.contoso.com/contoso.com");
  EXPECT_EQ(gc_spn("dc1.contoso.com", "contoso.com"), "GC/dc1.contoso.com/contoso.com");
  // [MS-DRSR] 2.2.3.2 spells the example's GUIDs in upper case; a KDC compares without regard to case.
  EXPECT_EQ(drs_spn(DsaGuid{"A5FF6869-AB5A-11D2-91E2-08002BA3ED3B"_guid}, "contoso.com"),
            "E3514235-4B06-11D1-AB04-00C04FC2DCD2/a5ff6869-ab5a-11d2-91e2-08002ba3ed3b/contoso.com");
  EXPECT_TRUE(TargetName::from_spn(drs_spn(DsaGuid{}, "contoso.com")));
}

}  // namespace
}  // namespace tributary::security
