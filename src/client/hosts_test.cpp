// SPDX-License-Identifier: Apache-2.0
// Names with ports, and the file of hosts: what it may say, and what is said about its mistakes.
#include "client/hosts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/win32.hpp"

namespace tributary::client {
namespace {

TEST(SplitHostPort, TakesAPortOnlyWhereOneIs) {
  const HostPort with_port[] = {{"dsa-a.lab.example", 7002}, {"127.0.0.1", 1}, {"::1", 65535}, {"fe80::1%lo", 7002}};
  const char* const texts[] = {"dsa-a.lab.example:7002", "127.0.0.1:1", "[::1]:65535", "[fe80::1%lo]:7002"};
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    EXPECT_EQ(split_host_port(texts[i]), with_port[i]) << texts[i];
    EXPECT_EQ(to_string(with_port[i]), texts[i]);
  }
  for (const char* const whole : {"dc1", "", "::1", "fe80::1:7002", "dc1:", "dc1:0", "dc1:65536", "dc1:x", "dc1:-1", "[::1", "[::1]x", "[::1]:"})
    EXPECT_EQ(split_host_port(whole), (HostPort{whole, {}})) << whole;
  EXPECT_EQ(split_host_port("[::1]"), (HostPort{"::1", {}}));
}

TEST(IsNumericAddress, OfEitherFamily) {
  for (const char* const address : {"127.0.0.1", "::1", "fe80::1%eth0"}) EXPECT_TRUE(is_numeric_address(address)) << address;
  for (const char* const name : {"dc1", "127.0.0.1:7002", "", "1.2.3", "[::1]"}) EXPECT_FALSE(is_numeric_address(name)) << name;
}

TEST(HostMap, FindsADsaByEachOfItsNames) {
  const auto map = HostMap::parse(
      "# the DSAs of the demo\n"
      "\n"
      "  DSA-A.lab.example 0977B90F-2273-4aab-9a5e-1b8a5bfe7583  127.0.0.1:7002   # the first\r\n"
      "6a2cbd6e-40b4-4c4b-8d4e-2d1d6f5a2c11._msdcs.lab.example\tdsa-b.lab.example [::1]:7003\n"
      "6a2cbd6e-40b4-4c4b-8d4e-2d1d6f5a2c11 [::1]:7003\n"
      "dc3.lab.example 10.77.0.3",
      "hosts");
  ASSERT_TRUE(map) << map.error().detail;
  const HostPort a{"127.0.0.1", 7002}, b{"::1", 7003}, c{"10.77.0.3", {}};
  for (const char* const name : {"dsa-a.lab.example", "DSA-A.LAB.EXAMPLE", "dsa-a.lab.example.", "0977b90f-2273-4aab-9a5e-1b8a5bfe7583",
                                 "0977b90f-2273-4aab-9a5e-1b8a5bfe7583._msdcs.lab.example"}) {
    ASSERT_NE(map->find(name), nullptr) << name;
    EXPECT_EQ(*map->find(name), a) << name;
  }
  ASSERT_NE(map->find("6a2cbd6e-40b4-4c4b-8d4e-2d1d6f5a2c11"), nullptr);
  EXPECT_EQ(*map->find("6a2cbd6e-40b4-4c4b-8d4e-2d1d6f5a2c11"), b);
  EXPECT_EQ(*map->find("dc3.lab.example"), c);
  EXPECT_EQ(map->find("dc4.lab.example"), nullptr);
  EXPECT_EQ(map->find(""), nullptr);
}

TEST(HostMap, ListsTheHostsOfADomainAndNamesAnAddress) {
  const auto map = HostMap::parse("z.lab.example 10.0.0.1:1\na.lab.example 10.0.0.2:2\nx.child.lab.example 10.0.0.3\nlone 10.0.0.4\n"
                                  "0977b90f-2273-4aab-9a5e-1b8a5bfe7583 y.lab.example 10.0.0.5:5\n", "hosts");
  ASSERT_TRUE(map);
  EXPECT_EQ(map->hosts_of_domain("LAB.example"), (std::vector<std::string>{"z.lab.example", "a.lab.example", "y.lab.example"}));
  EXPECT_EQ(map->hosts_of_domain("child.lab.example"), std::vector<std::string>{"x.child.lab.example"});
  EXPECT_TRUE(map->hosts_of_domain("").empty());
  EXPECT_TRUE(map->hosts_of_domain("example").empty());
  EXPECT_EQ(map->name_of({"10.0.0.2", 2}), "a.lab.example");
  EXPECT_EQ(map->name_of({"10.0.0.5", 5}), "y.lab.example") << "a GUID is no name for a ticket";
  EXPECT_EQ(map->name_of({"10.0.0.2", 3}), "");
}

TEST(HostMap, SaysWhichLineIsWrong) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"dc1.lab.example\n", "hosts:1: a line is NAME [NAME...] ADDRESS[:PORT]"},
      {"\n# ok\n10.0.0.1\n", "hosts:3: a line is NAME [NAME...] ADDRESS[:PORT]"},
      {"dc1 10.0.0.1:70000\n", "hosts:1: 10.0.0.1:70000 is no address with a port between 1 and 65535"},
      {"dc1 [::1]:\n", "hosts:1: [::1]: is no address with a port between 1 and 65535"},
      {"dc1 10.0.0.1\nDC1 10.0.0.2\n", "hosts:2: DC1 is at another place in a line above"},
  };
  for (const auto& [text, sentence] : mistakes) {
    const auto map = HostMap::parse(text, "hosts");
    ASSERT_FALSE(map) << text;
    EXPECT_EQ(map.error().code, win32::kErrorInvalidParameter);
    EXPECT_EQ(map.error().detail, sentence);
  }
}

TEST(HostMap, ComesFromTheFileThatTheEnvironmentNames) {
  unsetenv(kHostsVariable);
  ASSERT_TRUE(HostMap::from_environment());
  EXPECT_TRUE(HostMap::from_environment()->empty());
  const std::string path = testing::TempDir() + "tributary_hosts";
  std::ofstream(path) << "dc1.lab.example 127.0.0.1:7001\n";
  setenv(kHostsVariable, path.c_str(), 1);
  const auto map = HostMap::from_environment();
  ASSERT_TRUE(map) << map.error().detail;
  EXPECT_NE(map->find("dc1.lab.example"), nullptr);
  setenv(kHostsVariable, (path + ".absent").c_str(), 1);
  EXPECT_EQ(HostMap::from_environment().error().code, win32::kErrorFileNotFound);
  std::ofstream(path, std::ios::app) << std::string(kHostsFileOctetsMax, '#');
  setenv(kHostsVariable, path.c_str(), 1);
  EXPECT_EQ(HostMap::from_environment().error().code, win32::kErrorInvalidParameter);
  unsetenv(kHostsVariable);
}

}  // namespace
}  // namespace tributary::client
