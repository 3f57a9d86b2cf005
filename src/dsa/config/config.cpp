// SPDX-License-Identifier: Apache-2.0
// See config.hpp. A row for each key says how its value is read; the rest is walking tables.
#include "dsa/config/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/utf.hpp"
#include "client/hosts.hpp"
#include "net/tls_context.hpp"
#include "security/ntlm/accounts_file.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <toml++/toml.h>
#pragma clang diagnostic pop

namespace tributary::dsa {
namespace {

constexpr std::size_t kFileOctetsMax = 1 << 20;  // a configuration that is longer is some other file

/// What is wrong with a value, and what to do; empty: nothing.
struct Wrong {
  std::string what, remedy;
  [[nodiscard]] bool is_wrong() const noexcept { return !what.empty(); }
};

std::string shown(const toml::node& node) {
  if (const auto text = node.value<std::string>()) return '"' + to_printable(*text, 80) + '"';
  if (const auto number = node.value<std::int64_t>()) return std::to_string(*number);
  return "this value";
}

template <class T>
Wrong set_number(const toml::node& node, T& out, std::int64_t min, std::int64_t max) {
  const auto value = node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
  if (!value || *value < min || *value > max) return {shown(node) + " is out of place", fmt::format("use a number from {} to {}", min, max)};
  out = static_cast<T>(*value);
  return {};
}
template <class Duration>
Wrong set_duration(const toml::node& node, Duration& out, std::int64_t min, std::int64_t max) {
  std::int64_t count = 0;
  const auto wrong = set_number(node, count, min, max);
  if (!wrong.is_wrong()) out = Duration(count);
  return wrong;
}
Wrong set_text(const toml::node& node, std::string& out) {
  if (!node.is_string()) return {shown(node) + " is no text", "put it in double quotes"};
  out = *node.value<std::string>();
  return {};
}
Wrong set_path(const toml::node& node, std::string& out) {
  std::string path;
  if (const auto wrong = set_text(node, path); wrong.is_wrong()) return wrong;
  if (!path.starts_with('/')) return {shown(node) + " is no absolute path", "begin it with a slash"};
  out = path;
  return {};
}
/// Empty: the default, which is not a path of its own.
Wrong set_path_or_none(const toml::node& node, std::string& out) {
  if (node.value<std::string>() == std::string()) return out.clear(), Wrong{};
  return set_path(node, out);
}
Wrong set_flag(const toml::node& node, bool& out) {
  if (!node.is_boolean()) return {shown(node) + " is neither true nor false", "write true or false, without quotes"};
  out = *node.value<bool>();
  return {};
}
template <class Enum, std::size_t N>
Wrong set_word(const toml::node& node, Enum& out, const std::array<std::pair<std::string_view, Enum>, N>& words) {
  const auto text = node.value<std::string>().value_or("");
  std::string all;
  for (const auto& [word, value] : words) {
    if (text == word) return out = value, Wrong{};
    all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", word);
  }
  return {shown(node) + " is not one of its words", "use one of " + all};
}
bool is_numeric_address(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}
Wrong set_addresses(const toml::node& node, std::vector<std::string>& out) {
  const auto* list = node.as_array();
  std::vector<std::string> addresses;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    auto text = (*list)[i].value<std::string>().value_or("");
    if (!is_numeric_address(text)) return {shown((*list)[i]) + " is no numeric address", "write it as \"127.0.0.1\" or \"::1\"; \"0.0.0.0\" stands for all"};
    addresses.push_back(std::move(text));
  }
  if (addresses.empty()) return {"no address to listen on", "write a list such as [\"127.0.0.1\"]"};
  out = std::move(addresses);
  return {};
}

/// Empty: those of another key.
Wrong set_addresses_or_none(const toml::node& node, std::vector<std::string>& out) {
  if (const auto* list = node.as_array(); list != nullptr && list->empty()) return out.clear(), Wrong{};
  return set_addresses(node, out);
}
Wrong set_port_or_none(const toml::node& node, std::uint16_t& out) { return set_number(node, out, 0, 65535); }

struct Key {
  std::string_view section, name;
  Wrong (*set)(Config&, const toml::node&);
};

constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels{
    {{"error", LogLevel::kError}, {"warning", LogLevel::kWarning}, {"info", LogLevel::kInfo}, {"debug", LogLevel::kDebug}}};
constexpr std::array<std::pair<std::string_view, LogTarget>, 3> kTargets{
    {{"auto", LogTarget::kAuto}, {"stderr", LogTarget::kStderr}, {"journal", LogTarget::kJournal}}};

using Node = const toml::node&;
constexpr Key kKeys[] = {
    {"dsa", "data", [](Config& c, Node n) { return set_path(n, c.data_folder); }},
    {"dsa", "host_name", [](Config& c, Node n) { return set_text(n, c.host_name); }},
    {"dsa", "secrets_key", [](Config& c, Node n) { return set_path_or_none(n, c.secrets_key); }},
    {"listen", "addresses", [](Config& c, Node n) { return set_addresses(n, c.addresses); }},
    {"listen", "port", [](Config& c, Node n) { return set_number(n, c.port, 1, 65535); }},
    {"listen", "endpoint_mapper", [](Config& c, Node n) { return set_flag(n, c.endpoint_mapper); }},
    {"listen", "endpoint_mapper_port", [](Config& c, Node n) { return set_number(n, c.endpoint_mapper_port, 1, 65535); }},
    {"ldap", "port", [](Config& c, Node n) { return set_port_or_none(n, c.ldap.port); }},
    {"ldap", "tls_port", [](Config& c, Node n) { return set_port_or_none(n, c.ldap.tls_port); }},
    {"ldap", "global_catalog_port", [](Config& c, Node n) { return set_port_or_none(n, c.ldap.catalog_port); }},
    {"ldap", "global_catalog_tls_port", [](Config& c, Node n) { return set_port_or_none(n, c.ldap.catalog_tls_port); }},
    {"ldap", "addresses", [](Config& c, Node n) { return set_addresses_or_none(n, c.ldap.addresses); }},
    {"ldap", "certificate", [](Config& c, Node n) { return set_path_or_none(n, c.ldap.certificate); }},
    {"ldap", "key", [](Config& c, Node n) { return set_path_or_none(n, c.ldap.key); }},
    {"ldap", "client_ca", [](Config& c, Node n) { return set_path_or_none(n, c.ldap.client_ca); }},
    {"ldap", "require_signing", [](Config& c, Node n) { return set_flag(n, c.ldap.require_signing); }},
    {"ldap", "password_command", [](Config& c, Node n) { return set_path_or_none(n, c.ldap.password_command); }},
    {"ldap", "kdc", [](Config& c, Node n) { return set_flag(n, c.ldap.kdc); }},
    {"ldap", "time_server", [](Config& c, Node n) { return set_flag(n, c.ldap.time_server); }},
    {"ldap", "threads", [](Config& c, Node n) { return set_number(n, c.ldap.threads, 0, 64); }},
    {"ldap", "connections", [](Config& c, Node n) { return set_number(n, c.ldap.connections_max, 1, 1'000'000); }},
    {"ldap", "connections_per_address", [](Config& c, Node n) { return set_number(n, c.ldap.connections_per_address_max, 1, 1'000'000); }},
    {"ldap", "idle_timeout_s", [](Config& c, Node n) { return set_duration(n, c.ldap.idle_timeout, 1, 604'800); }},
    {"ldap", "max_page_size", [](Config& c, Node n) { return set_number(n, c.ldap.max_page_size, 1, 1'000'000); }},
    {"ldap", "max_value_range", [](Config& c, Node n) { return set_number(n, c.ldap.max_value_range, 1, 1'000'000); }},
    {"ldap", "max_query_duration_s", [](Config& c, Node n) { return set_duration(n, c.ldap.max_query_duration, 1, 86'400); }},
    {"ldap", "max_result_set_octets", [](Config& c, Node n) { return set_number(n, c.ldap.max_result_set_octets, 65'536, 1 << 30); }},
    {"ldap", "max_temp_table_objects", [](Config& c, Node n) { return set_number(n, c.ldap.max_temp_table_candidates, 1, 100'000'000); }},
    {"ldap", "max_notifications_per_connection", [](Config& c, Node n) { return set_number(n, c.ldap.max_notifications_per_connection, 0, 1'000); }},
    {"ldap", "max_paged_searches_per_connection", [](Config& c, Node n) { return set_number(n, c.ldap.max_paged_searches_per_connection, 1, 10'000); }},
    {"kerberos", "keytab", [](Config& c, Node n) { return set_path(n, c.keytab); }},
    {"kerberos", "realm", [](Config& c, Node n) { return set_text(n, c.realm); }},
    {"kerberos", "principal", [](Config& c, Node n) { return set_text(n, c.principal); }},
    {"kerberos", "replay_cache", [](Config& c, Node n) { return set_text(n, c.replay_cache); }},
    {"security.ntlm", "enabled", [](Config& c, Node n) { return set_flag(n, c.ntlm); }},
    {"security.ntlm", "accounts_file", [](Config& c, Node n) { return set_path_or_none(n, c.ntlm_accounts_file); }},
    {"replication", "notify_first_s",
     [](Config& c, Node n) { return set_number(n, c.notify_first_s.emplace(), 0, 86'400); }},
    {"replication", "notify_subsequent_s",
     [](Config& c, Node n) { return set_number(n, c.notify_subsequent_s.emplace(), 0, 86'400); }},
    {"replication", "kcc", [](Config& c, Node n) { return set_flag(n, c.kcc); }},
    {"replication", "compress", [](Config& c, Node n) { return set_flag(n, c.compress); }},
    {"replication", "page_objects", [](Config& c, Node n) { return set_number(n, c.page_objects_max, 1, 10'000); }},
    {"replication", "page_octets", [](Config& c, Node n) { return set_number(n, c.page_octets_max, 65'536, 64 << 20); }},
    {"replication", "call_timeout_s", [](Config& c, Node n) { return set_duration(n, c.call_timeout, 1, 86'400); }},
    {"replication", "garbage_collection_h", [](Config& c, Node n) { return set_duration(n, c.garbage_collection_interval, 1, 168); }},
    {"limits", "connections", [](Config& c, Node n) { return set_number(n, c.connections_max, 4, 65'536); }},
    {"limits", "connections_per_address", [](Config& c, Node n) { return set_number(n, c.connections_per_address_max, 1, 65'536); }},
    {"limits", "idle_timeout_s", [](Config& c, Node n) { return set_duration(n, c.idle_timeout, 10, 604'800); }},
    {"limits", "worker_threads", [](Config& c, Node n) { return set_number(n, c.worker_threads_max, 4, 512); }},
    {"limits", "map_gib", [](Config& c, Node n) { return set_number(n, c.map_gib, 1, 16'384); }},
    {"limits", "database_gib", [](Config& c, Node n) { return set_number(n, c.database_gib_max, 0, 16'384); }},
    {"log", "level", [](Config& c, Node n) { return set_word(n, c.log_level, kLevels); }},
    {"log", "target", [](Config& c, Node n) { return set_word(n, c.log_target, kTargets); }},
};
constexpr std::string_view kHostsSection = "hosts";

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

class Reader {
 public:
  Reader(Config& config, const std::string& file, std::vector<ConfigFault>& faults) : config_(config), file_(file), faults_(faults) {}

  void read(const toml::table& root) {
    for (const auto& [name, node] : root) read_section(name, std::string(name.str()), node);
  }

 private:
  void read_section(const toml::key& name, const std::string& section, const toml::node& node) {
    const auto is_section = [&](const Key& key) { return key.section == section; };
    const auto is_above_one = [&](const Key& key) { return key.section.starts_with(section + "."); };
    const auto* table = node.as_table();
    if (table == nullptr) {
      unknown(name, section);
    } else if (section == kHostsSection) {
      for (const auto& [host, value] : *table) read_host(host, value);
    } else if (std::ranges::any_of(kKeys, is_section)) {
      for (const auto& [key, value] : *table) read_key(section, key, value);
    } else if (std::ranges::any_of(kKeys, is_above_one)) {
      for (const auto& [key, value] : *table) read_section(key, fmt::format("{}.{}", section, key.str()), value);
    } else {
      unknown(name, section);
    }
  }
  void read_key(std::string_view section, const toml::key& name, const toml::node& node) {
    const auto key = std::ranges::find_if(kKeys, [&](const Key& each) { return each.section == section && each.name == name.str(); });
    const std::string full = fmt::format("{}.{}", section, name.str());
    if (key == std::end(kKeys)) return unknown(name, full);
    if (auto wrong = key->set(config_, node); wrong.is_wrong()) add(node.source(), full, std::move(wrong.what), std::move(wrong.remedy));
  }
  void read_host(const toml::key& name, const toml::node& node) {
    const auto address = parse_host_address(node.value<std::string>().value_or(""));
    if (!address)
      return add(node.source(), fmt::format("hosts.\"{}\"", name.str()), shown(node) + " is no address", "write \"ADDRESS:PORT\", for example \"127.0.0.1:7001\"");
    config_.hosts[to_lower_ascii(name.str())] = *address;
  }
  void unknown(const toml::key& name, const std::string& full) {
    const auto near = nearest_key(full);
    add(name.source(), full, "there is no such key", near.empty() ? "packaging/dsa.toml lists all keys" : "did you mean " + near + "?");
  }
  void add(const toml::source_region& where, std::string key, std::string what, std::string remedy) {
    faults_.push_back({file_, static_cast<std::uint32_t>(where.begin.line), std::move(key), std::move(what), std::move(remedy)});
  }

  Config& config_;
  const std::string& file_;
  std::vector<ConfigFault>& faults_;
};

void read_text(std::string_view text, const std::string& name, Config& config, std::vector<ConfigFault>& faults) {
  const toml::parse_result parsed = toml::parse(text, std::string_view(name));
  if (!parsed) {
    const auto& error = parsed.error();
    faults.push_back({name, static_cast<std::uint32_t>(error.source().begin.line), {}, std::string(error.description()), "correct the line; the file is TOML"});
    return;
  }
  Reader(config, name, faults).read(parsed.table());
}

void read_file(const std::string& path, Config& config, std::vector<ConfigFault>& faults) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileOctetsMax + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = file.gcount();
  if (!file.is_open() || file.bad()) {
    faults.push_back({path, 0, {}, "the file cannot be read", "create it from the example dsa.toml, or name another with --config"});
    return;
  }
  if (static_cast<std::size_t>(size) > kFileOctetsMax) {
    faults.push_back({path, 0, {}, "the file is longer than a configuration can be", "name the right file with --config"});
    return;
  }
  text.resize(static_cast<std::size_t>(size));
  read_text(text, path, config, faults);
}

}  // namespace

std::string to_string(const ConfigFault& fault) {
  std::string text = fault.file;
  if (fault.line != 0) text += fmt::format(":{}", fault.line);
  if (!fault.key.empty()) text += ": " + fault.key;
  return fmt::format("{}: {}: {}", text, fault.what, fault.remedy);
}

std::optional<HostAddress> parse_host_address(std::string_view text) {
  auto [host, port] = client::split_host_port(text);
  if (!port || host.empty()) return std::nullopt;
  return HostAddress{std::move(host), *port};
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  for (const auto& key : kKeys) keys.push_back(fmt::format("{}.{}", key.section, key.name));
  return keys;
}

std::string nearest_key(std::string_view key) {
  const auto dot = key.rfind('.');
  const bool has_section = dot != std::string_view::npos;
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(key.size() / 2, 3);
  for (const auto& each : kKeys) {
    const std::string full = fmt::format("{}.{}", each.section, each.name);
    // A key that stands outside of its section, or in another, is meant by its name.
    const auto name = has_section ? key.substr(dot + 1) : key;
    const std::size_t away = std::min(distance(key, full), distance(name, each.name) + (has_section ? 1 : 0));
    if (away < best_distance) best_distance = away, best = full;
  }
  return best;
}

ConfigResult parse_config(std::string_view text, const std::string& name, Config base) {
  std::vector<ConfigFault> faults;
  read_text(text, name, base, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return base;
}

ConfigResult load_config(const std::string& path) {
  Config config;
  std::vector<ConfigFault> faults;
  read_file(path, config, faults);
  std::error_code error;
  std::vector<std::string> drop_ins;
  for (const auto& entry : std::filesystem::directory_iterator(path + ".d", error))
    if (entry.path().extension() == ".toml") drop_ins.push_back(entry.path().string());
  std::ranges::sort(drop_ins);
  for (const auto& drop_in : drop_ins) read_file(drop_in, config, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return config;
}

namespace {

void check_ldap(const LdapConfig& ldap, const std::string& path, std::vector<ConfigFault>& faults) {
  const auto add = [&](const char* key, std::string what, const char* remedy) { faults.push_back({path, 0, key, std::move(what), remedy}); };
  const bool has_files = !ldap.certificate.empty() && !ldap.key.empty();
  if (ldap.certificate.empty() != ldap.key.empty()) add("ldap.certificate", "a certificate and its key belong together", "name both, or neither");
  if ((ldap.tls_port != 0 || ldap.catalog_tls_port != 0) && !has_files)
    add("ldap.tls_port", "a port of TLS needs a certificate", "name the PEM files in ldap.certificate and ldap.key, or set the port to 0");
  if (has_files)
    if (const auto tls = net::load_tls({ldap.certificate, ldap.key, ldap.client_ca}); !tls)
      add("ldap.certificate", tls.error().detail, "put the certificate and those of its issuers into one PEM file and its key into another, readable by the account that runs the DSA");
  if (!ldap.password_command.empty() && access(ldap.password_command.c_str(), X_OK) != 0)
    add("ldap.password_command", ldap.password_command + " cannot be executed", "name a program that the account that runs the DSA may execute; docs/dsa.md says what it is given");
}

}  // namespace

std::vector<ConfigFault> check_machine(const Config& config, const std::string& path) {
  std::vector<ConfigFault> faults;
  check_ldap(config.ldap, path, faults);
  if (access(config.keytab.c_str(), R_OK) != 0)
    faults.push_back({path, 0, "kerberos.keytab", config.keytab + " cannot be read", "export the keys of this DSA's service principals into it, readable by the account that runs the DSA"});
  if (config.ntlm && !config.ntlm_accounts_file.empty()) {
    if (const auto accounts = security::ntlm::AccountsFile::read(config.ntlm_accounts_file); !accounts)
      faults.push_back({path, 0, "security.ntlm.accounts_file", accounts.error().detail, "docs/dsa.md says how the file is made; it belongs to the account that runs the DSA, mode 0600"});
  }
  std::error_code error;
  if (std::filesystem::exists(config.data_folder, error) && access(config.data_folder.c_str(), R_OK | W_OK | X_OK) != 0)
    faults.push_back({path, 0, "dsa.data", config.data_folder + " cannot be used", "give it to the account that runs the DSA"});
  return faults;
}

}  // namespace tributary::dsa
