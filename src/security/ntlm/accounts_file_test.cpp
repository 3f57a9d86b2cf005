// SPDX-License-Identifier: Apache-2.0
// The administrator's file of accounts: what it may say, who may read it, and what is said about mistakes.
#include "security/ntlm/accounts_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/win32.hpp"

namespace tributary::security::ntlm {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHash = "a4f49c406510bdcab6824ee7c30fd852";  // of "Password"
std::string line(std::string_view name, std::string_view hash = kHash) { return std::string(name) + ":" + std::string(hash) + "\n"; }
std::string why(std::string_view text) {
  const auto parsed = AccountsFile::parse(text, "f");
  return parsed ? "no fault" : parsed.error().detail;
}

TEST(NtlmAccountsFile, NamesInAnyCaseCommentsAndSpace) {
  const auto file = AccountsFile::parse("# who\n\n  Backup Agent : A4F49C406510BDCAB6824ee7c30fd852 \r\n\t# no\n" + line("dsa-a$") + "m\xC3\xBCller:" + std::string(kHash), "f");
  ASSERT_TRUE(file) << file.error().detail;
  EXPECT_EQ(file->size(), 3u);
  ASSERT_NE(file->find("BACKUP agent"), nullptr);
  EXPECT_EQ(to_hex(file->find("backup agent")->view()), kHash);
  EXPECT_NE(file->find("DSA-A$"), nullptr);
  EXPECT_NE(file->find("m\xC3\xBCller"), nullptr);
  EXPECT_EQ(file->find("backup"), nullptr);
  EXPECT_EQ(file->find(""), nullptr);
  EXPECT_EQ(AccountsFile::parse("", "f")->size(), 0u);
}

TEST(NtlmAccountsFile, SaysFileLineAndRemedy) {
  EXPECT_EQ(why("\nann\n"), "f:2: there is no ':': write NAME:HASH, one account on each line");
  EXPECT_THAT(why(line("")), HasSubstr("f:1: the name before the ':' is none"));
  EXPECT_THAT(why(line("LAB\\ann")), HasSubstr("without its domain"));
  EXPECT_THAT(why(line("ann", "a4f4")), HasSubstr("f:1: behind the ':' there is no NT hash: write 32 hexadecimal digits"));
  EXPECT_THAT(why(line("ann", "g4f49c406510bdcab6824ee7c30fd852")), HasSubstr("no NT hash"));
  EXPECT_THAT(why(line("ann", "a4f49c406510bdcab6824ee7c30f d852")), HasSubstr("no NT hash"));
  EXPECT_THAT(why(line("ann", "aad3b435b51404eeaad3b435b51404ee:" + std::string(kHash))), HasSubstr("no NT hash"));
  EXPECT_THAT(why(line("ann") + line("Ann")), HasSubstr("f:2: this account was there before"));
  EXPECT_THAT(why(line("ann", "31d6cfe0d16ae931b73c59d7e0c089c0")), HasSubstr("empty password"));
  EXPECT_THAT(why(line("\xFF")), HasSubstr("is none"));
  EXPECT_THAT(why(line(std::string(2000, 'a'))), HasSubstr("is none"));
  for (const auto& text : {line("ann", "a4f49c406510bdcab6824ee7c30fd85"), line("ann") + line("ann")})
    EXPECT_THAT(why(text), testing::Not(HasSubstr("a4f49c"))) << "no error holds a hash";
}

TEST(NtlmAccountsFile, HasAnEnd) {
  std::string many;
  for (std::size_t i = 0; i < kAccountsMax; ++i) many += line("u" + std::to_string(i));
  EXPECT_EQ(why(many), "no fault");
  EXPECT_THAT(why(many + line("one-more")), HasSubstr("f:10001: there are too many accounts"));
}

TEST(NtlmAccountsFile, OnlyItsOwnerMayReadIt) {
  const auto folder = std::filesystem::temp_directory_path() / ("tributary-ntlm-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "accounts").string();
  EXPECT_EQ(AccountsFile::read(path).error().code, win32::kErrorFileNotFound);
  std::ofstream(path) << line("ann");
  chmod(path.c_str(), 0640);
  EXPECT_EQ(AccountsFile::read(path).error().code, win32::kErrorAccessDenied);
  EXPECT_THAT(AccountsFile::read(path).error().detail, HasSubstr("chmod 600"));
  chmod(path.c_str(), 0600);
  EXPECT_EQ(AccountsFile::read(path)->size(), 1u);
  std::filesystem::create_symlink(path, folder / "link");
  EXPECT_EQ(AccountsFile::read((folder / "link").string()).error().code, win32::kErrorAccessDenied);
  EXPECT_EQ(AccountsFile::read(folder.string()).error().code, win32::kErrorAccessDenied);
  std::ofstream(path, std::ios::app) << std::string(kAccountsFileOctetsMax, '\n');
  EXPECT_THAT(AccountsFile::read(path).error().detail, HasSubstr("it is too long"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tributary::security::ntlm
