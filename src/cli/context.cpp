// SPDX-License-Identifier: Apache-2.0
// Credentials from options, environment or prompt; connections; output.
#include "cli/context.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/win32.hpp"
#include "security/account_name.hpp"

namespace tributary::cli {
namespace {

constexpr const char* kPasswordVariable = "TRIBUTARY_PASSWORD";
constexpr std::size_t kPasswordOctetsMax = 4096;

/// The first line of a stream, without its end.
Result<security::Secret> read_password(std::istream& in, const std::string& what) {
  std::string line;
  if (!std::getline(in, line)) return fail(win32::kErrorFileNotFound, what + " holds no password");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.size() > kPasswordOctetsMax) return fail(win32::kErrorInvalidParameter, what + ": the line is too long for a password");
  return security::Secret(std::move(line));
}

/// Switches the echo of the terminal off for as long as it lives.
class QuietTerminal {
 public:
  QuietTerminal() {
    if (tcgetattr(STDIN_FILENO, &saved_) != 0) return;
    termios quiet = saved_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
  }

 private:
  termios saved_{};
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

/// "lab.example" for "dc1.lab.example"; the name itself when it has one label only.
std::string domain_of_host(const std::string& host) {
  const auto dot = host.find('.');
  const bool numeric = host.find_first_not_of("0123456789.:") == std::string::npos;
  return numeric || dot == std::string::npos ? std::string() : host.substr(dot + 1);
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
    source = security::PasswordLogon{std::move(*account), std::move(*password), options_.realm.empty() ? domain_of_host(domain_hint) : options_.realm};
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

Result<std::shared_ptr<client::DrsHandle>> Context::bind(const std::string& dc) {
  if (const auto found = handles_.find(dc); found != handles_.end() && found->second->usable()) return found->second;
  auto tickets = credential(dc);
  if (!tickets) return std::unexpected(std::move(tickets.error()));
  client::BindOptions options;
  options.target.domain_controller = dc;
  options.credential = std::move(*tickets);
  options.timeout = reach_timeout();
  auto bound = client::DrsHandle::bind(runtime(), std::move(options));
  if (!bound) return std::unexpected(std::move(bound.error()));
  return handles_[dc] = std::move(*bound);
}

Result<client::Directory*> Context::directory(const std::string& dc) {
  if (const auto found = directories_.find(dc); found != directories_.end()) return found->second.get();
  auto tickets = credential(dc);
  if (!tickets) return std::unexpected(std::move(tickets.error()));
  client::DirectoryOptions options;
  options.host = dc;
  options.credential = std::move(*tickets);
  options.timeout = reach_timeout();
  auto opened = client::Directory::open(options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return (directories_[dc] = std::move(*opened)).get();
}

void Context::say(std::string_view line) const {
  if (!json()) std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

void Context::note(std::string_view line) const { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); }

void Context::print(std::string_view schema, boost::json::object document) const {
  if (!json()) return;
  boost::json::object whole;
  whole["schema"] = schema;
  for (auto& member : document) whole.insert_or_assign(member.key(), std::move(member.value()));
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
  print("tributary.error/1", boost::json::object{{"error", to_json(error)}});
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
