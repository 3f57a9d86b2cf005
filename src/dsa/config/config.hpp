// SPDX-License-Identifier: Apache-2.0
// The configuration of a DSA: one TOML file, and beside it a folder <file>.d whose *.toml are read after it in the order of their names
// and override it key by key. packaging/dsa.toml documents every key. A mistake is a ConfigFault with file, line, key and remedy; all
// of them are found at once. Reads files only; must never know what a running DSA does with a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::dsa {

struct HostAddress {
  std::string host;  ///< numeric or a name
  std::uint16_t port = 0;
  friend bool operator==(const HostAddress&, const HostAddress&) = default;
};

enum class LogLevel : std::uint8_t { kError, kWarning, kInfo, kDebug };
enum class LogTarget : std::uint8_t { kAuto, kStderr, kJournal };

inline constexpr std::uint16_t kDefaultPort = 49152;

/// [ldap]. A port that is 0 is not served; without any of them there is no LDAP.
struct LdapConfig {
  std::uint16_t port = 0, tls_port = 0, catalog_port = 0, catalog_tls_port = 0;
  std::vector<std::string> addresses{};  ///< numeric; empty: those of [listen]
  std::string certificate{}, key{};      ///< PEM; empty: no TLS
  std::string client_ca{};             ///< PEM; empty: clients are not asked for certificates
  bool require_signing = true;         ///< of SASL binds without TLS
  std::string password_command{};      ///< empty: passwords are not taken
  bool kdc = false, time_server = false;  ///< what else clients find on this host: the LDAP ping says so
  unsigned threads = 0;                ///< 0: one for each core, at most 8
  std::size_t connections_max = 12'000;
  std::size_t connections_per_address_max = 1'024;
  std::chrono::seconds idle_timeout{900};
  std::uint32_t max_page_size = 1'000;
  std::uint32_t max_value_range = 1'500;
  std::chrono::seconds max_query_duration{120};
  std::uint32_t max_result_set_octets = 262'144;
  std::uint32_t max_temp_table_candidates = 1'000'000;
  std::uint32_t max_notifications_per_connection = 5;
  std::uint32_t max_paged_searches_per_connection = 64;

  [[nodiscard]] bool is_on() const noexcept { return port != 0 || tls_port != 0 || catalog_port != 0 || catalog_tls_port != 0; }
  friend bool operator==(const LdapConfig&, const LdapConfig&) = default;
};

struct Config {
  // [dsa]
  std::string data_folder = "/var/lib/tributary";
  std::string host_name;    ///< empty: what the directory says of this DSA
  std::string secrets_key;  ///< the key file of secrets; empty: secrets.key in the data folder

  // [listen]
  std::vector<std::string> addresses{"127.0.0.1"};  ///< numeric
  std::uint16_t port = kDefaultPort;
  bool endpoint_mapper = false;
  std::uint16_t endpoint_mapper_port = 135;

  LdapConfig ldap;

  // [kerberos]
  std::string keytab = "/etc/tributary/dsa.keytab";
  std::string realm;         ///< of the domain's principals; empty: the domain's DNS name in capitals
  std::string principal;     ///< of connections that we open; empty: the first of the keytab
  std::string replay_cache;  ///< as krb5.conf has it; empty: the Kerberos library's default

  // [security.ntlm]
  bool ntlm = false;               ///< clients without Kerberos may use NTLMv2
  std::string ntlm_accounts_file;  ///< their NT hashes; empty: the directory's alone

  // [hosts]: a DSA GUID, host name or <guid>._msdcs.<forest>, in lower case -> where it listens
  std::map<std::string, HostAddress> hosts;

  // [replication]
  std::optional<std::int64_t> notify_first_s;       ///< instead of what crossRefs say
  std::optional<std::int64_t> notify_subsequent_s;
  bool kcc = true;
  bool compress = true;  ///< ask sources for compressed replies: sealing costs more than compressing (decision 0057)
  std::uint32_t page_objects_max = 4000;
  std::uint32_t page_octets_max = 8u << 20;
  std::chrono::seconds call_timeout{300};  ///< for one page of a source
  std::chrono::hours garbage_collection_interval{12};

  // [limits]
  std::size_t connections_max = 1024;
  std::size_t connections_per_address_max = 128;
  std::chrono::seconds idle_timeout{3600};
  std::size_t worker_threads_max = 32;
  std::size_t map_gib = 16;
  std::size_t database_gib_max = 0;  ///< 0: as far as the disk has room

  // [log]
  LogLevel log_level = LogLevel::kInfo;
  LogTarget log_target = LogTarget::kAuto;

  friend bool operator==(const Config&, const Config&) = default;
};

struct ConfigFault {
  std::string file;
  std::uint32_t line = 0;  ///< 0: of the file as a whole
  std::string key;         ///< "listen.port"; empty when no key is meant
  std::string what;
  std::string remedy;
};
/// "/etc/tributary/dsa.toml:12: listen.port: 70000 is no port: use a number from 1 to 65535"
[[nodiscard]] std::string to_string(const ConfigFault& fault);

using ConfigResult = std::expected<Config, std::vector<ConfigFault>>;

/// The file and its drop-ins. Files that are named by values (the keytab, the NTLM accounts) are not looked at.
[[nodiscard]] ConfigResult load_config(const std::string& path);
/// One text; `name` is for messages. Values that it does not have stay as they are in `base`.
[[nodiscard]] ConfigResult parse_config(std::string_view text, const std::string& name, Config base = {});
/// What only the machine can tell: the keytab, the file of NTLM accounts, certificates and the data folder are there and can be used.
[[nodiscard]] std::vector<ConfigFault> check_machine(const Config& config, const std::string& path);

/// Every key, "listen.port"; those of [hosts] are "hosts.<name>".
[[nodiscard]] std::vector<std::string> config_keys();
/// The key that is spelled most like it; empty when none is near.
[[nodiscard]] std::string nearest_key(std::string_view key);

/// "127.0.0.1:7001", "[::1]:7001", "dc1.lab.example:135". Nothing when it is none.
[[nodiscard]] std::optional<HostAddress> parse_host_address(std::string_view text);

}  // namespace tributary::dsa
