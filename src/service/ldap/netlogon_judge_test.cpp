// SPDX-License-Identifier: Apache-2.0
// Judged by another: ndrdump of Debian's samba-testsuite reads the answers to a ping ([MS-ADTS] 6.3.1.7 to 6.3.1.9) as they were meant.
// Needs ndrdump in PATH; label "judge".
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "service/ldap/netlogon_response.hpp"

namespace tributary::service::ldap_face::netlogon {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string dumped(const std::string& structure, const Bytes& octets) {
  const auto file = std::filesystem::path(testing::TempDir()) / fmt::format("netlogon-{}.bin", ::getpid());
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  std::string printed;
  std::FILE* const pipe = ::popen(fmt::format("ndrdump --debug-stdout nbt {} struct '{}' 2>&1", structure, file.string()).c_str(), "r");
  if (pipe == nullptr) return "no ndrdump";
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) printed.append(buffer, n);
  EXPECT_EQ(::pclose(pipe), 0) << printed;
  std::filesystem::remove(file);
  return printed;
}

Facts facts() {
  Facts facts;
  facts.flags = kFlagPdc | kFlagGc | kFlagLdap | kFlagDs | kFlagKdc | kFlagWritable | kFlagFullSecretDomain;
  facts.domain_guid = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid;
  facts.forest = "forest.example";
  facts.dns_domain = "lab.forest.example";
  facts.dns_host = "dsa-a.lab.forest.example";
  facts.netbios_domain = "LAB";
  facts.netbios_host = "DSA-A";
  facts.user = "ann";
  facts.server_site = "Here";
  facts.client_site = "There";
  facts.ipv4 = {10, 1, 2, 3};
  return facts;
}

void expect_names(const std::string& printed) {
  EXPECT_THAT(printed, HasSubstr("pull returned Success"));
  EXPECT_THAT(printed, Not(HasSubstr("unread bytes")));
  EXPECT_THAT(printed, HasSubstr("'ann'"));
  EXPECT_THAT(printed, HasSubstr("'LAB'"));
}

TEST(NetlogonJudge, Extended) {
  auto given = facts();
  // ndrdump reads this structure with both of its optional fields.
  given.next_closest_site = "Yonder";
  constexpr std::uint32_t kVersion = kVersion5Ex | kVersion5ExWithIp;
  const auto plain = dumped("NETLOGON_SAM_LOGON_RESPONSE_EX", *encode_response_ex(given, kVersion));
  expect_names(plain);
  for (const auto* text : {"LOGON_SAM_LOGON_RESPONSE_EX", "'forest.example'", "'lab.forest.example'", "'dsa-a.lab.forest.example'", "'DSA-A'", "'Here'", "'There'", "'Yonder'", "10.1.2.3",
                           "e3514235-4b06-11d1-ab04-00c04fc2dcd2"})
    EXPECT_THAT(plain, HasSubstr(text));
  for (const auto* flag : {"1: NBT_SERVER_PDC", "1: NBT_SERVER_GC", "1: NBT_SERVER_LDAP", "1: NBT_SERVER_DS", "1: NBT_SERVER_KDC", "0: NBT_SERVER_TIMESERV",
                           "0: NBT_SERVER_CLOSEST", "1: NBT_SERVER_WRITABLE", "1: NBT_SERVER_FULL_SECRET_DOMAIN_6"})
    EXPECT_THAT(plain, HasSubstr(flag));
  given.is_user_unknown = true;
  EXPECT_THAT(dumped("NETLOGON_SAM_LOGON_RESPONSE_EX", *encode_response_ex(given, kVersion)), HasSubstr("LOGON_SAM_LOGON_USER_UNKNOWN_EX"));
}

TEST(NetlogonJudge, OlderForms) {
  const auto middle = dumped("NETLOGON_SAM_LOGON_RESPONSE", *encode_response(facts()));
  expect_names(middle);
  for (const auto* text : {"'\\\\DSA-A'", "'forest.example'", "'lab.forest.example'", "10.1.2.3", "1: NBT_SERVER_PDC"}) EXPECT_THAT(middle, HasSubstr(text));
  const auto oldest = dumped("NETLOGON_SAM_LOGON_RESPONSE_NT40", *encode_response_nt40(facts()));
  expect_names(oldest);
  EXPECT_THAT(oldest, HasSubstr("'\\\\DSA-A'"));
}

}  // namespace
}  // namespace tributary::service::ldap_face::netlogon
