// SPDX-License-Identifier: Apache-2.0
// What people type: repadmin's and samba-tool's spellings, option words, the place of an NC, formats. No network.
#include "cli/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

/// A command line with the shapes that the real one has.
class Expand : public ::testing::Test {
 protected:
  Expand() {
    cli_.add_option("-U", user_);
    CLI::App* const replicate = cli_.add_subcommand("replicate");
    add_option_flags(*replicate, client::rep_sync_bits(), options_, kSpellings);
    replicate->add_option("names", names_);
    CLI::App* const change = cli_.add_subcommand("options");
    change->add_option("--set", set_);
    change->add_option("--clear", clear_);
    CLI::App* const all = cli_.add_subcommand("syncall");
    all->add_flag("-A");
    all->add_flag("-P");
    all->add_flag("-e,--enterprise");
    all->add_option("--dsadn", user_);
  }
  static constexpr Spelling kSpellings[] = {{"force", "--sync-forced,--forced", "Although it is disabled"}};
  CLI::App cli_;
  std::uint32_t options_ = 0;
  std::string user_;
  Words names_, set_, clear_;
};

TEST_F(Expand, RepadminsSlashesBecomeOurDashes) {
  EXPECT_THAT(expand_arguments(cli_, {"/replicate", "dc2", "dc1", "DC=lab", "/force", "/FULL"}),
              ElementsAre("replicate", "dc2", "dc1", "DC=lab", "--force", "--full"));
  EXPECT_THAT(expand_arguments(cli_, {"syncall", "/APe", "/enterprise"}), ElementsAre("syncall", "-APe", "--enterprise"));
  EXPECT_THAT(expand_arguments(cli_, {"syncall", "/dsadn:CN=x,DC=y"}), ElementsAre("syncall", "--dsadn=CN=x,DC=y"));
}

TEST_F(Expand, PathsAndUnknownWordsStayWhatTheyAre) {
  EXPECT_THAT(expand_arguments(cli_, {"replicate", "/etc/krb5.keytab", "/tmp", "/"}), ElementsAre("replicate", "/etc/krb5.keytab", "/tmp", "/"));
  EXPECT_THAT(expand_arguments(cli_, {"-U", "/force"}), ElementsAre("-U", "/force"));
  EXPECT_THAT(expand_arguments(cli_, {"replicate", "--", "/force"}), ElementsAre("replicate", "--", "/force"));
  EXPECT_THAT(expand_arguments(cli_, {"replicate", ""}), ElementsAre("replicate", ""));
}

TEST_F(Expand, PlusAndMinusNamesAreForCommandsThatSetAndClear) {
  EXPECT_THAT(expand_arguments(cli_, {"options", "dc1", "+IS_GC", "-DISABLE_INBOUND_REPL"}),
              ElementsAre("options", "dc1", "--set=IS_GC", "--clear=DISABLE_INBOUND_REPL"));
  EXPECT_THAT(expand_arguments(cli_, {"options", "-U", "-v", "+x"}), ElementsAre("options", "-U", "-v", "+x"));
  EXPECT_THAT(expand_arguments(cli_, {"replicate", "-DISABLE"}), ElementsAre("replicate", "-DISABLE"));
}

TEST_F(Expand, OptionFlagsSetTheirBitsUnderEverySpelling) {
  cli_.parse(Words{"DC=lab", "dc2", "0x10|DS_REPSYNC_URGENT", "--options", "--sync-forced", "--full", "replicate"});
  EXPECT_EQ(options_, 0x20u | 0x100u | 0x10u | 0x40u);
}

TEST_F(Expand, AnUnknownOptionWordIsAUsageError) { EXPECT_THROW(cli_.parse(Words{"nonsense", "--options", "replicate"}), CLI::ValidationError); }

TEST(WrongAccount, APasswordBehindAPercentIsRefusedAndNotRepeated) {
  EXPECT_EQ(wrong_account("LAB\\administrator"), "");
  EXPECT_EQ(wrong_account(""), "");
  const auto wrong = wrong_account("administrator%hunter2");
  EXPECT_THAT(wrong, HasSubstr("-U administrator "));
  EXPECT_THAT(wrong, ::testing::Not(HasSubstr("hunter2")));
}

TEST(NamesAndNc, TheOneDnIsTheNcWhereverItStands) {
  const auto first = names_and_nc(Words{"DC=lab,DC=example", "dc2", "dc1"});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->nc_dn, "DC=lab,DC=example");
  EXPECT_THAT(first->names, ElementsAre("dc2", "dc1"));
  const auto last = names_and_nc(Words{"dc2", "", "<GUID=0977b90f-2273-4aab-9a5e-1b8a5bfe7583>"});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->nc_dn, "<GUID=0977b90f-2273-4aab-9a5e-1b8a5bfe7583>");
  EXPECT_THAT(last->names, ElementsAre("dc2"));
}

TEST(NamesAndNc, TheDnOfADsaIsAName) {
  const auto sorted = names_and_nc(Words{"dc2", "cn=ntds settings,CN=DC1,CN=Servers,CN=S,CN=Sites,CN=Configuration,DC=lab", "DC=lab"});
  ASSERT_TRUE(sorted);
  EXPECT_EQ(sorted->nc_dn, "DC=lab");
  EXPECT_EQ(sorted->names.size(), 2u);
}

TEST(NamesAndNc, TwoDnsAreOneTooMany) {
  EXPECT_FALSE(names_and_nc(Words{"DC=a", "DC=b"}));
  const auto none = names_and_nc(Words{});
  ASSERT_TRUE(none);
  EXPECT_THAT(none->names, IsEmpty());
  EXPECT_EQ(none->nc_dn, "");
}

TEST(OptionWords, NamesFlagsAndNumbersInAnySeparation) {
  EXPECT_EQ(*parse_option_words(client::rep_sync_bits(), "urgent|DS_REPSYNC_FORCE, 0x1 2"), 0x40u | 0x100u | 0x1u | 2u);
  EXPECT_EQ(*parse_option_words(client::rep_sync_bits(), " | "), 0u);
  const auto wrong = parse_option_words(client::rep_sync_bits(), "urgent|what");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, win32::kErrorInvalidParameter);
  EXPECT_THAT(wrong.error().detail, HasSubstr("what"));
}

TEST(NtdsdsaOption, WithAndWithoutItsPrefix) {
  EXPECT_EQ(*parse_ntdsdsa_option("disable_inbound_repl"), drsuapi::kNtdsdsaOptDisableInboundRepl);
  EXPECT_EQ(*parse_ntdsdsa_option("NTDSDSA_OPT_IS_GC"), drsuapi::kNtdsdsaOptIsGc);
  const auto wrong = parse_ntdsdsa_option("IS_DC");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().detail, HasSubstr("DISABLE_OUTBOUND_REPL"));
}

// [MS-DRSR] 4.1.4.1.2 and 4.1.4.1.3
TEST(NameFormat, ByWordByNameOrByNumber) {
  EXPECT_EQ(*parse_name_format("nt4"), drsuapi::DS_NT4_ACCOUNT_NAME);
  EXPECT_EQ(*parse_name_format("DS_LIST_ROLES"), drsuapi::DS_LIST_ROLES);
  EXPECT_EQ(*parse_name_format("0xfffffff1"), 0xFFFFFFF1u);
  EXPECT_EQ(*parse_name_format("9"), drsuapi::DS_CANONICAL_NAME_EX);
  const auto wrong = parse_name_format("phone");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().detail, HasSubstr("canonical"));
}

TEST(Number, DecimalOrHexAndNothingElse) {
  EXPECT_EQ(*parse_number("0x10"), 16u);
  EXPECT_EQ(*parse_number("4294967295"), 0xFFFFFFFFu);
  for (const char* const wrong : {"", "0x", "-1", "4294967296", "12x", "x"}) EXPECT_FALSE(parse_number(wrong)) << wrong;
}

}  // namespace
}  // namespace tributary::cli
