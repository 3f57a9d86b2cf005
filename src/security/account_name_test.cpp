// SPDX-License-Identifier: Apache-2.0
// Account names: the forms of [MS-ADTS] 5.1.1.1.1, and how a realm comes about (upper case, as in [MS-KILE] 3.1.1.2).
#include "security/account_name.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

using Form = AccountName::Form;

AccountName parsed(std::string_view text) {
  const auto name = parse_account_name(text);
  EXPECT_TRUE(name) << text << ": " << name.error().detail;
  return name.value_or(AccountName{});
}

TEST(AccountName, TheThreeForms) {
  EXPECT_EQ(parsed("LAB\\administrator"), (AccountName{Form::kDownLevel, "administrator", "LAB"}));
  EXPECT_EQ(parsed("administrator@LAB.EXAMPLE"), (AccountName{Form::kPrincipal, "administrator", "LAB.EXAMPLE"}));
  EXPECT_EQ(parsed("administrator"), (AccountName{Form::kUser, "administrator", ""}));
  EXPECT_EQ(parsed("DC1$"), (AccountName{Form::kUser, "DC1$", ""}));
  EXPECT_EQ(parsed("J\xC3\xBCrgen Stra\xC3\x9F" "e"), (AccountName{Form::kUser, "J\xC3\xBCrgen Stra\xC3\x9F" "e", ""}));
}

TEST(AccountName, TheLastAtDivides) { EXPECT_EQ(parsed("a@b@C.D"), (AccountName{Form::kPrincipal, "a@b", "C.D"})); }

TEST(AccountName, MalformedOnesAreRefusedWithTheirOwnCode) {
  const std::string_view bad[] = {"",       "LAB\\",         "\\user",  "user@",  "@REALM", "@",          "\\",
                                  "A\\b\\c", "LAB\\user@LAB", "us\ner",  "a\x7F",  "\xFF",   "a\xC3"};
  for (const auto text : bad) {
    const auto name = parse_account_name(text);
    ASSERT_FALSE(name) << text;
    EXPECT_EQ(name.error().code, win32::kErrorInvalidAccountName) << text;
    EXPECT_EQ(name.error().phase, Phase::kAuthenticate);
    EXPECT_FALSE(name.error().detail.empty());
  }
  EXPECT_FALSE(parse_account_name(std::string_view("a\0b", 3)));
  EXPECT_TRUE(parse_account_name(std::string(kAccountNameBytesMax, 'a')));
  EXPECT_FALSE(parse_account_name(std::string(kAccountNameBytesMax + 1, 'a')));
}

TEST(AccountName, PrincipalOfEachForm) {
  EXPECT_EQ(kerberos_principal(parsed("alice@lab.example"), "OTHER"), "alice@LAB.EXAMPLE");
  EXPECT_EQ(kerberos_principal(parsed("lab.example\\alice"), "OTHER"), "alice@LAB.EXAMPLE");
  EXPECT_EQ(kerberos_principal(parsed("LAB\\alice"), "lab.example"), "alice@LAB.EXAMPLE");
  EXPECT_EQ(kerberos_principal(parsed("alice"), "lab.example."), "alice@LAB.EXAMPLE");
  EXPECT_EQ(kerberos_principal(parsed("alice"), ""), "alice");
  EXPECT_EQ(kerberos_principal(parsed("LAB\\alice"), ""), "alice");
}

TEST(AccountName, SpecialsOfPrincipalsAreEscaped) {
  EXPECT_EQ(kerberos_principal(parsed("a@b@C.D"), ""), "a\\@b@C.D");
  EXPECT_EQ(kerberos_principal(AccountName{Form::kUser, "a\\b", ""}, ""), "a\\\\b");
  EXPECT_EQ(kerberos_principal(parsed("host/dc1@LAB.EXAMPLE"), ""), "host/dc1@LAB.EXAMPLE");
}

TEST(AccountName, EnterpriseNameOfAnAliasSuffix) {
  EXPECT_EQ(enterprise_principal(parsed("alice@corp.example"), "lab.example"), "alice@corp.example@LAB.EXAMPLE");
  EXPECT_EQ(enterprise_principal(parsed("alice@lab.example"), "LAB.EXAMPLE"), "") << "the suffix is the realm";
  EXPECT_EQ(enterprise_principal(parsed("alice@corp.example"), ""), "") << "nobody to ask";
  EXPECT_EQ(enterprise_principal(parsed("alice"), "lab.example"), "");
  EXPECT_EQ(enterprise_principal(parsed("LAB\\alice"), "lab.example"), "");
  EXPECT_EQ(enterprise_principal(parsed("a@b@corp.example"), "lab.example"), "");
}

TEST(AccountName, RealmOfADnsDomain) {
  EXPECT_EQ(realm_of_domain("lab.example"), "LAB.EXAMPLE");
  EXPECT_EQ(realm_of_domain("Lab.Example."), "LAB.EXAMPLE");
  EXPECT_EQ(realm_of_domain(""), "");
  EXPECT_EQ(realm_of_domain("b\xC3\xBC" "cher.example"), "B\xC3\xBC" "CHER.EXAMPLE");
}

}  // namespace
}  // namespace tributary::security
