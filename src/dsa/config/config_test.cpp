// SPDX-License-Identifier: Apache-2.0
// The configuration file: values, drop-ins, and what is said about mistakes.
#include "dsa/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tributary::dsa {
namespace {

using testing::HasSubstr;

std::string read_all(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string first_fault(std::string_view text) {
  const auto parsed = parse_config(text, "dsa.toml");
  return parsed ? std::string("no fault") : to_string(parsed.error().front());
}

TEST(Config, ReadsEveryKindOfValue) {
  const auto parsed = parse_config(R"(
[dsa]
data = "/srv/a"
secrets_key = "/etc/tributary/secrets.key"
[listen]
addresses = ["127.0.0.1", "::1"]
port = 7001
endpoint_mapper = true
[hosts]
"DSA-B.lab.example" = "127.0.0.1:7002"
"6" = "[::1]:7003"
[replication]
notify_first_s = 0
[log]
level = "debug"
target = "stderr"
)", "dsa.toml");
  ASSERT_TRUE(parsed) << to_string(parsed.error().front());
  EXPECT_EQ(parsed->data_folder, "/srv/a");
  EXPECT_EQ(parsed->secrets_key, "/etc/tributary/secrets.key");
  EXPECT_EQ(parsed->addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(parsed->port, 7001);
  EXPECT_TRUE(parsed->endpoint_mapper);
  EXPECT_EQ(parsed->hosts.at("dsa-b.lab.example"), (HostAddress{"127.0.0.1", 7002}));
  EXPECT_EQ(parsed->hosts.at("6"), (HostAddress{"::1", 7003}));
  EXPECT_EQ(parsed->notify_first_s, 0);
  EXPECT_FALSE(parsed->notify_subsequent_s);
  EXPECT_EQ(parsed->log_level, LogLevel::kDebug);
  EXPECT_EQ(parsed->log_target, LogTarget::kStderr);
}

TEST(Config, SaysFileLineKeyAndRemedy) {
  EXPECT_EQ(first_fault("[listen]\n\nport = 70000\n"), "dsa.toml:3: listen.port: 70000 is out of place: use a number from 1 to 65535");
  EXPECT_EQ(first_fault("[listen]\nport = \"7001\"\n"), "dsa.toml:2: listen.port: \"7001\" is out of place: use a number from 1 to 65535");
  EXPECT_EQ(first_fault("[dsa]\ndata = \"a\"\n"), "dsa.toml:2: dsa.data: \"a\" is no absolute path: begin it with a slash");
  EXPECT_EQ(first_fault("[log]\nlevel = \"loud\"\n"),
            "dsa.toml:2: log.level: \"loud\" is not one of its words: use one of \"error\", \"warning\", \"info\", \"debug\"");
  EXPECT_THAT(first_fault("[listen]\naddresses = [\"localhost\"]\n"), HasSubstr("listen.addresses: \"localhost\" is no numeric address"));
  EXPECT_THAT(first_fault("[hosts]\na = \"b\"\n"), HasSubstr("dsa.toml:2: hosts.\"a\": \"b\" is no address"));
  EXPECT_THAT(first_fault("[listen\n"), HasSubstr("dsa.toml:1: "));
}

TEST(Config, UnknownKeysAreErrorsWithTheNearestOne) {
  EXPECT_EQ(first_fault("[listen]\nprot = 1\n"), "dsa.toml:2: listen.prot: there is no such key: did you mean listen.port?");
  EXPECT_EQ(first_fault("[dsa]\nkeytab = \"/k\"\n"), "dsa.toml:2: dsa.keytab: there is no such key: did you mean kerberos.keytab?");
  EXPECT_EQ(first_fault("port = 1\n"), "dsa.toml:1: port: there is no such key: did you mean listen.port?");
  EXPECT_THAT(first_fault("[wxyz]\nq = 1\n"), HasSubstr("dsa.toml:1: wxyz: there is no such key"));
}

TEST(Config, FindsAllFaultsAtOnce) {
  const auto parsed = parse_config("[listen]\nport = 0\nprot = 2\n[log]\nlevel = 3\n", "dsa.toml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().size(), 3u);
}

TEST(Config, DropInsOverrideInTheOrderOfTheirNames) {
  const auto folder = std::filesystem::temp_directory_path() / ("tributary-config-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "dsa.toml.d");
  const auto file = (folder / "dsa.toml").string();
  std::ofstream(file) << "[listen]\nport = 1\nendpoint_mapper = true\n";
  std::ofstream(folder / "dsa.toml.d" / "20-b.toml") << "[listen]\nport = 3\n";
  std::ofstream(folder / "dsa.toml.d" / "10-a.toml") << "[listen]\nport = 2\nendpoint_mapper_port = 1135\n";
  std::ofstream(folder / "dsa.toml.d" / "30-c.conf") << "not read";
  const auto loaded = load_config(file);
  std::ofstream(folder / "dsa.toml.d" / "40-d.toml") << "[listen]\nport = -1\n";
  const auto faulty = load_config(file);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->port, 3);
  EXPECT_EQ(loaded->endpoint_mapper_port, 1135);
  EXPECT_TRUE(loaded->endpoint_mapper);
  ASSERT_FALSE(faulty);
  EXPECT_THAT(to_string(faulty.error().front()), HasSubstr("40-d.toml:2: listen.port"));
  const auto missing = load_config(file);
  ASSERT_FALSE(missing);
  EXPECT_THAT(to_string(missing.error().front()), HasSubstr("cannot be read"));
}

TEST(Config, TheExampleHasEveryKeyWithItsDefault) {
  const std::string example = read_all(std::string(TRIBUTARY_SOURCE_DIR) + "/packaging/dsa.toml");
  const auto as_it_is = parse_config(example, "dsa.toml");
  ASSERT_TRUE(as_it_is) << to_string(as_it_is.error().front());
  EXPECT_EQ(*as_it_is, Config{});
  std::string switched_on;
  std::istringstream lines(example);
  for (std::string line; std::getline(lines, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    switched_on += (is_setting ? line.substr(1) : line) + '\n';
  }
  auto all_on = parse_config(switched_on, "dsa.toml");
  ASSERT_TRUE(all_on) << to_string(all_on.error().front());
  all_on->hosts.clear();
  all_on->notify_first_s.reset();
  all_on->notify_subsequent_s.reset();
  EXPECT_EQ(*all_on, Config{});
  for (const auto& key : config_keys()) {
    const auto name = key.substr(key.rfind('.') + 1);
    EXPECT_THAT(example, HasSubstr("\n#" + name + " = ")) << key;
  }
}

TEST(Config, SectionsBelowSections) {
  const auto parsed = parse_config("[security.ntlm]\nenabled = true\naccounts_file = \"/etc/tributary/ntlm-accounts\"\n", "dsa.toml");
  ASSERT_TRUE(parsed) << to_string(parsed.error().front());
  EXPECT_TRUE(parsed->ntlm);
  EXPECT_EQ(parsed->ntlm_accounts_file, "/etc/tributary/ntlm-accounts");
  EXPECT_FALSE(Config{}.ntlm) << "off by default";
  EXPECT_EQ(first_fault("[security.ntlm]\nenabled = 1\n"), "dsa.toml:2: security.ntlm.enabled: 1 is neither true nor false: write true or false, without quotes");
  EXPECT_EQ(first_fault("[security.ntlm]\naccounts_file = \"a\"\n"), "dsa.toml:2: security.ntlm.accounts_file: \"a\" is no absolute path: begin it with a slash");
  EXPECT_EQ(first_fault("[security.ntlm]\nenable = true\n"), "dsa.toml:2: security.ntlm.enable: there is no such key: did you mean security.ntlm.enabled?");
  EXPECT_THAT(first_fault("[security.ntml]\nenabled = true\n"), HasSubstr("dsa.toml:1: security.ntml: there is no such key"));
  EXPECT_THAT(first_fault("[security]\nenabled = true\n"), HasSubstr("dsa.toml:2: security.enabled: there is no such key: did you mean security.ntlm.enabled?"));
}

TEST(Config, TheFileOfNtlmAccountsIsLookedAtWhenItIsWanted) {
  const auto path = (std::filesystem::temp_directory_path() / ("tributary-config-ntlm-" + std::to_string(getpid()))).string();
  Config config;
  config.keytab = "/dev/null";
  config.data_folder = path + "-none";
  config.ntlm_accounts_file = path;
  EXPECT_TRUE(check_machine(config, "dsa.toml").empty()) << "NTLM is off";
  config.ntlm = true;
  const auto fault = [&] {
    const auto faults = check_machine(config, "dsa.toml");
    return faults.empty() ? std::string("no fault") : to_string(faults.front());
  };
  EXPECT_THAT(fault(), HasSubstr("dsa.toml: security.ntlm.accounts_file: opening " + path));
  std::ofstream(path) << "# none yet\nann\n";
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_THAT(fault(), HasSubstr("may be read by others"));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_THAT(fault(), HasSubstr("security.ntlm.accounts_file: " + path + ":2: there is no ':'"));
  std::ofstream(path) << "ann:a4f49c406510bdcab6824ee7c30fd852\n";
  EXPECT_EQ(fault(), "no fault");
  std::filesystem::remove(path);
}

TEST(Config, HostAddresses) {
  EXPECT_EQ(parse_host_address("127.0.0.1:7001"), (HostAddress{"127.0.0.1", 7001}));
  EXPECT_EQ(parse_host_address("[fe80::1]:135"), (HostAddress{"fe80::1", 135}));
  for (const auto* wrong : {"", ":1", "a", "a:", "a:0", "a:65536", "a:1x", "::1:5", "[]:1"}) EXPECT_FALSE(parse_host_address(wrong)) << wrong;
}

TEST(Config, LdapIsOffUntilItHasAPort) {
  EXPECT_FALSE(Config{}.ldap.is_on());
  const auto parsed = parse_config("[ldap]\nport = 389\naddresses = []\nmax_page_size = 50\nidle_timeout_s = 30\n", "dsa.toml");
  ASSERT_TRUE(parsed) << to_string(parsed.error().front());
  EXPECT_TRUE(parsed->ldap.is_on());
  EXPECT_EQ(parsed->ldap.max_page_size, 50U);
  EXPECT_EQ(parsed->ldap.idle_timeout, std::chrono::seconds(30));
  EXPECT_THAT(first_fault("[ldap]\ntls_port = 66000\n"), HasSubstr("dsa.toml:2: ldap.tls_port: 66000 is out of place"));
  EXPECT_THAT(first_fault("[ldap]\nmax_pagesize = 5\n"), HasSubstr("did you mean ldap.max_page_size?"));
}

TEST(Config, TheFilesOfTlsAreJudged) {
  const auto faults_of = [](LdapConfig ldap) {
    Config config;
    config.ldap = std::move(ldap);
    std::string text;
    for (const auto& fault : check_machine(config, "dsa.toml"))
      if (fault.key.starts_with("ldap.")) text += to_string(fault) + "\n";
    return text;
  };
  EXPECT_EQ(faults_of({.port = 389}), "");
  EXPECT_THAT(faults_of({.tls_port = 636}), HasSubstr("dsa.toml: ldap.tls_port: a port of TLS needs a certificate: name the PEM files"));
  EXPECT_THAT(faults_of({.port = 389, .certificate = "/nowhere/a.pem"}), HasSubstr("belong together"));
  EXPECT_THAT(faults_of({.port = 389, .certificate = "/nowhere/a.pem", .key = "/nowhere/a.key"}), HasSubstr("/nowhere/a.pem: no PEM file"));
  EXPECT_THAT(faults_of({.port = 389, .password_command = "/etc/passwd"}), HasSubstr("ldap.password_command: /etc/passwd cannot be executed"));
}

}  // namespace
}  // namespace tributary::dsa
