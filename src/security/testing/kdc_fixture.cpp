// SPDX-License-Identifier: Apache-2.0
// KdcFixture: writes krb5.conf and kdc.conf, runs MIT's tools, and ends the KDC by its process id. Every wait is bounded.
#include "security/testing/kdc_fixture.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/win32.hpp"

namespace tributary::security::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kProgramTimeMax = 30s;
constexpr auto kKdcStartTimeMax = 10s;
constexpr auto kPoll = 5ms;
constexpr int kStartAttemptsMax = 5;  // the free port may be gone by the time the KDC binds it

[[nodiscard]] std::unexpected<Error> broken(std::string detail) { return fail(win32::kErrorInternalError, std::move(detail)); }

/// Debian keeps the server's programs where an ordinary user's PATH does not look.
[[nodiscard]] std::string find_program(const std::string& name) {
  for (const char* const folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return name;
}

/// Forks and executes; the child dies with us, reads `input`, and writes what it prints to `log`.
[[nodiscard]] pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, const std::string& input,
                          const std::string& log) {
  const std::string found = find_program(program);
  std::vector<char*> argv{const_cast<char*>(found.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = ::open(input.c_str(), O_RDONLY);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (in < 0 || out < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0) ::_exit(126);
  ::close(in);
  ::close(out);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

/// Waits at most `limit`, then kills. The exit status, or -1 when the child had to be killed.
[[nodiscard]] int wait_for(pid_t child, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  int status = 0;
  while (std::chrono::steady_clock::now() < end) {
    const pid_t gone = ::waitpid(child, &status, WNOHANG);
    if (gone == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (gone < 0 && errno != EINTR) return -1;
    std::this_thread::sleep_for(kPoll);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return -1;
}

[[nodiscard]] sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A port that is free for TCP now. 0 when there is none.
[[nodiscard]] std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  std::uint16_t port = 0;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    port = ntohs(address.sin_port);
  ::close(fd);
  return port;
}

[[nodiscard]] bool answers(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

[[nodiscard]] std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

[[nodiscard]] Result<> write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return broken(file + ": cannot be written");
  return {};
}

}  // namespace

Result<std::unique_ptr<KdcFixture>> KdcFixture::start() {
  std::unique_ptr<KdcFixture> fixture(new KdcFixture);
  if (auto created = fixture->create(); !created) return std::unexpected(std::move(created.error()));
  return fixture;
}

KdcFixture::~KdcFixture() {
  static_cast<void>(stop_kdc());
  for (const auto& [name, value] : saved_environment_) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<> KdcFixture::create() {
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "tributary-kdc-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr) return broken("no temporary folder");
  folder_ = pattern;
  set_environment("KRB5_CONFIG", path("krb5.conf"));
  set_environment("KRB5_KDC_PROFILE", path("kdc.conf"));
  set_environment("KRB5CCNAME", default_cache());
  set_environment("KRB5RCACHENAME", replay_cache());
  set_environment("KRB5_KTNAME", keytab());

  for (int attempt = 1;; ++attempt) {
    port_ = free_port();
    if (auto written = write_configuration(); !written) return written;
    if (attempt == 1) {
      if (auto made = run("kdb5_util", {"create", "-s", "-r", std::string(kRealm), "-P", "master"}); !made) return made;
    }
    auto started = start_kdc();
    if (started || attempt == kStartAttemptsMax) return started;
  }
}

Result<> KdcFixture::write_configuration() const {
  auto written = write_file(path("krb5.conf"), fmt::format(R"([libdefaults]
  default_realm = {0}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  dns_canonicalize_hostname = false
[realms]
  {0} = {{
    kdc = 127.0.0.1:{1}
  }}
[domain_realm]
  .tributary.test = {0}
  tributary.test = {0}
[logging]
  kdc = FILE:{2}/kdc.log
  admin_server = FILE:{2}/kadmin.log
)",
                                                           kRealm, port_, folder_));
  if (!written) return written;
  return write_file(path("kdc.conf"), fmt::format(R"([kdcdefaults]
  kdc_listen = 127.0.0.1:{1}
  kdc_tcp_listen = 127.0.0.1:{1}
[realms]
  {0} = {{
    database_name = {2}/principal
    key_stash_file = {2}/stash
    acl_file = {2}/kadm5.acl
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
    max_life = 10h
  }}
)",
                                                  kRealm, port_, folder_));
}

Result<> KdcFixture::start_kdc() {
  const std::string log = path("krb5kdc.out");
  kdc_ = spawn("krb5kdc", {"-n", "-r", std::string(kRealm)}, "/dev/null", log);
  if (kdc_ < 0) return broken("fork failed");
  const auto end = std::chrono::steady_clock::now() + kKdcStartTimeMax;
  while (std::chrono::steady_clock::now() < end) {
    if (answers(port_)) return {};
    if (::waitpid(kdc_, nullptr, WNOHANG) == kdc_) {
      kdc_ = -1;
      return broken("krb5kdc ended at once (package krb5-kdc): " + contents(log) + contents(path("kdc.log")));
    }
    std::this_thread::sleep_for(kPoll);
  }
  static_cast<void>(stop_kdc());
  return broken("krb5kdc does not listen");
}

Result<> KdcFixture::stop_kdc() {
  if (kdc_ < 0) return {};
  ::kill(kdc_, SIGTERM);
  const int status = wait_for(std::exchange(kdc_, -1), 5s);
  if (status < 0) return broken("krb5kdc had to be killed");
  return {};
}

Result<> KdcFixture::add_user(std::string_view name, std::string_view password, std::string_view options) {
  return kadmin(fmt::format("addprinc {} -pw {} {}", options, password, name));
}

Result<> KdcFixture::add_service(std::string_view spn) {
  if (auto added = kadmin(fmt::format("addprinc -randkey {}", spn)); !added) return added;
  return kadmin(fmt::format("ktadd -k {} {}", keytab(), spn));
}

Result<> KdcFixture::kadmin(const std::string& query) {
  return run("kadmin.local", {"-r", std::string(kRealm), "-q", query});
}

Result<std::string> KdcFixture::kinit(std::string_view name, std::string_view password, std::vector<std::string> options) {
  std::string cache = fmt::format("FILE:{}/ccache{}", folder_, ++caches_);
  options.insert(options.end(), {"-c", cache, principal(name)});
  if (auto run_it = run("kinit", options, std::string(password) + "\n"); !run_it) return std::unexpected(std::move(run_it.error()));
  return cache;
}

Result<> KdcFixture::run(const std::string& program, const std::vector<std::string>& arguments, std::string_view input) {
  const std::string in = path("input");
  const std::string log = path(program + ".out");
  if (auto written = write_file(in, std::string(input)); !written) return written;
  const pid_t child = spawn(program, arguments, in, log);
  const int status = child < 0 ? -1 : wait_for(child, kProgramTimeMax);
  const std::string printed = contents(log);
  // kadmin.local exits with 0 whatever happens, and says what has happened with its own name in front.
  const bool failed = status != 0 || (program == "kadmin.local" && printed.find(": ") != std::string::npos &&
                                      printed.find("while ") != std::string::npos);
  if (failed) return broken(fmt::format("{} ended with {}: {}", program, status, printed));
  return {};
}

void KdcFixture::set_environment(const char* name, const std::string& value) {
  const char* const old = std::getenv(name);
  saved_environment_.emplace(name, old != nullptr ? std::optional<std::string>(old) : std::nullopt);
  ::setenv(name, value.c_str(), 1);
}

}  // namespace tributary::security::testing
