// SPDX-License-Identifier: Apache-2.0
// Credentials from options, environment or prompt; connections; output.
#include "cli/context.hpp"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "client/hosts.hpp"
#include "net/dns.hpp"
#include "security/account_name.hpp"

namespace tributary::cli {
namespace {

constexpr const char* kPasswordVariable = "TRIBUTARY_PASSWORD";
constexpr std::size_t kPasswordOctetsMax = 4096;
/// A line beyond this is cut: nobody reads it, and a peer may have written it.
constexpr std::size_t kLineOctetsMax = 64 * 1024;

/// The first line of a stream, without its end.
Result<security::Secret> read_password(std::istream& in, const std::string& what) {
  std::string line;
  if (!std::getline(in, line)) return fail(win32::kErrorFileNotFound, what + " holds no password");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.size() > kPasswordOctetsMax) return fail(win32::kErrorInvalidParameter, what + ": the line is too long for a password");
  return security::Secret(std::move(line));
}

/// Switches the echo of the terminal off for as long as it lives, and on again also when a signal ends the program meanwhile.
/// One at a time.
class QuietTerminal {
 public:
  QuietTerminal() {
    if (tcgetattr(STDIN_FILENO, &saved_) != 0) return;
    termios quiet = saved_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    for (const int number : kEndingSignals) std::signal(number, restore_and_end);
    active_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (!active_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
    for (const int number : kEndingSignals) std::signal(number, SIG_DFL);
  }

 private:
  static constexpr int kEndingSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  static void restore_and_end(int number) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  static inline termios saved_{};
  bool active_ = false;
};

Result<security::Secret> find_password(const CommonOptions& options) {
  if (options.password_file == "-") return read_password(std::cin, "standard input");
  if (!options.password_file.empty()) {
    std::ifstream file(options.password_file);
    if (!file) return fail(win32::kErrorFileNotFound, options.password_file);
    return read_password(file, options.password_file);
  }
  if (const char* const from_environment = std::getenv(kPasswordVariable)) return security::Secret(from_environment);
  if (isatty(STDIN_FILENO) == 0)
    return fail(win32::kErrorInvalidParameter, "a password is needed and there is no terminal to ask on: use --password-file or TRIBUTARY_PASSWORD");
  std::fprintf(stderr, "Password for %s: ", options.user.c_str());
  const QuietTerminal quiet;
  auto password = read_password(std::cin, "the terminal");
  std::fputc('\n', stderr);
  return password;
}

/// "lab.example" for "dc1.lab.example"; nothing for an address and for a name of one label only.
std::string domain_of_host(const std::string& name) {
  const std::string host = client::split_host_port(name).host;
  const auto dot = host.find('.');
  return client::is_numeric_address(host) || dot == std::string::npos ? std::string() : host.substr(dot + 1);
}

/// Whether the file of hosts has hosts of the name, or DNS announces DCs for it. One query at most; a name without a dot is a host's, and so
/// is one whose place is known.
bool is_domain(const std::string& name) {
  const auto called = client::split_host_port(name);
  if (called.port || called.host.find('.') == std::string::npos || client::is_numeric_address(called.host)) return false;
  // A mistake in the file is told by whoever binds.
  const auto map = client::HostMap::from_environment();
  if (map && map->find(name) != nullptr) return false;
  return (map && !map->hosts_of_domain(name).empty()) || net::locate_domain_controllers(name).has_value();
}

}  // namespace

net::Runtime& Context::runtime() {
  if (!runtime_) runtime_ = std::make_unique<net::Runtime>();
  return *runtime_;
}

Result<std::shared_ptr<security::Credential>> Context::credential(const std::string& domain_hint) {
  if (credential_) return credential_;
  security::Credentials source = security::DefaultCache{};
  if (!options_.ccache.empty()) {
    source = security::NamedCache{options_.ccache};
  } else if (!options_.keytab.empty()) {
    source = security::KeytabLogon{options_.keytab, options_.user};
  } else if (!options_.user.empty()) {
    auto account = security::parse_account_name(options_.user);
    if (!account) return std::unexpected(std::move(account.error()));
    auto password = find_password(options_);
    if (!password) return std::unexpected(std::move(password.error()));
    source =
        security::PasswordLogon{std::move(*account), std::move(*password), options_.realm.empty() ? domain_of_host(domain_hint) : options_.realm};
  }
  auto acquired = security::acquire(std::move(source));
  if (!acquired) return std::unexpected(in_phase(std::move(acquired.error()), Phase::kAuthenticate));
  credential_ = std::move(*acquired);
  return credential_;
}

std::chrono::milliseconds Context::reach_timeout() const {
  return options_.timeout_s > 0 ? std::chrono::milliseconds(static_cast<std::int64_t>(options_.timeout_s * 1000)) : kReachTimeout;
}

client::CallOptions Context::call_options() const {
  client::CallOptions call;
  if (options_.timeout_s > 0) call.timeout = reach_timeout();
  return call;
}

Result<std::shared_ptr<client::DrsHandle>> Context::bind_afresh(const std::string& dc) {
  client::BindOptions options;
  (is_domain(dc) ? options.target.domain : options.target.domain_controller) = dc;
  options.credential = credential_;
  options.timeout = reach_timeout();
  auto bound = client::DrsHandle::bind(runtime(), std::move(options));
  // The network speaks of addresses; people named a host.
  if (!bound && !dc.empty() && bound.error().detail.find(dc) == std::string::npos) bound.error().detail.insert(0, dc + ": ");
  return bound;
}

Result<std::shared_ptr<client::DrsHandle>> Context::bind(const std::string& dc) {
  const auto host = hosts_.find(dc);
  if (const auto found = handles_.find(host == hosts_.end() ? dc : host->second); found != handles_.end() && found->second->usable())
    return found->second;
  if (auto tickets = credential(dc); !tickets) return std::unexpected(std::move(tickets.error()));
  if (options_.verbose) note("binding to " + (dc.empty() ? "a DC of the account's domain" : dc));
  auto bound = bind_afresh(dc);
  if (!bound) return std::unexpected(std::move(bound.error()));
  if (options_.verbose) note(fmt::format("bound to {} at {}", (*bound)->host(), (*bound)->peer()));
  hosts_[dc] = (*bound)->host();
  return handles_[(*bound)->host()] = std::move(*bound);
}

Result<std::string> Context::host_of(const std::string& dc) {
  if (const auto found = hosts_.find(dc); found != hosts_.end()) return found->second;
  if (!dc.empty() && !is_domain(dc)) return hosts_[dc] = dc;
  auto bound = bind(dc);
  if (!bound) return std::unexpected(std::move(bound.error()));
  return (*bound)->host();
}

Result<std::unique_ptr<client::Directory>> Context::directory_afresh(const std::string& host, HandleSource handle) const {
  client::DirectoryOptions options;
  options.host = host;
  options.credential = credential_;
  options.timeout = reach_timeout();
  options.bind = std::move(handle);
  return client::Directory::open(options);
}

Result<client::Directory*> Context::directory(const std::string& dc) {
  auto host = host_of(dc);
  if (!host) return std::unexpected(std::move(host.error()));
  if (const auto found = directories_.find(*host); found != directories_.end()) return found->second.get();
  if (auto tickets = credential(*host); !tickets) return std::unexpected(std::move(tickets.error()));
  if (options_.verbose) note("opening the directory of " + *host);
  auto opened = directory_afresh(*host, [&] { return bind(*host); });
  if (!opened) return std::unexpected(std::move(opened.error()));
  if (options_.verbose && !(*opened)->has_ldap()) note(*host + " has no LDAP: its directory is read by replication");
  return (directories_[*host] = std::move(*opened)).get();
}

Result<client::DcView> Context::view(const std::string& dc) {
  auto handle = bind(dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  return client::DcView{**handle, [this, host = (*handle)->host()] { return directory(host); }, call_options()};
}

void Context::say(std::string_view line) const {
  if (json()) return;
  const std::string safe = to_printable(line, kLineOctetsMax);
  std::printf("%s\n", safe.c_str());
}

void Context::say_bad(std::string_view line) const {
  if (!color(STDOUT_FILENO)) return say(line);
  const std::string safe = to_printable(line, kLineOctetsMax);
  std::printf("\033[31m%s\033[0m\n", safe.c_str());
}

void Context::say_lines(std::string_view lines) const {
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    say(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void Context::note(std::string_view line) const {
  std::fflush(stdout);
  const std::string safe = to_printable(line, kLineOctetsMax);
  std::fprintf(stderr, "%s\n", safe.c_str());
}

void Context::print(std::string_view schema, boost::json::object document) const {
  if (!json()) return;
  boost::json::object whole;
  whole["schema"] = schema;
  for (auto& member : document) whole.insert_or_assign(member.key(), std::move(member.value()));
  printed_ = true;
  print_line(whole);
}

void Context::print_line(const boost::json::object& document) const {
  const std::string text = boost::json::serialize(document);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void Context::print_error(const Error& error) const {
  std::fflush(stdout);
  note("tributary: " + describe_error(error));
  if (!printed_) print("tributary.error/1", boost::json::object{{"error", to_json(error)}});
}

bool Context::color(int file_descriptor) const {
  return !options_.no_color && !json() && std::getenv("NO_COLOR") == nullptr && isatty(file_descriptor) != 0;
}

boost::json::object to_json(const Error& error) {
  return {{"code", static_cast<std::uint32_t>(error.code)},
          {"name", win32_name(error.code)},
          {"phase", phase_name(error.phase)},
          {"detail", error.detail},
          {"message", describe_error(error)}};
}

}  // namespace tributary::cli
