// SPDX-License-Identifier: Apache-2.0
// See password_command.hpp.
#include "dsa/serve/password_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <vector>

extern "C" {  // which the header of glibc 2.36 leaves out
#include <sys/pidfd.h>
}

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "dsa/control/control_socket.hpp"
#include "net/runtime.hpp"

extern char** environ;

namespace tributary::dsa {
namespace {

/// Of what the program says, so much goes into the client's diagnostic message.
constexpr std::size_t kReasonMax = 300;

struct Ends {
  Descriptor ours, its;
};

/// A pair of sockets, because writing to one whose reader has gone raises no signal.
std::optional<Ends> make_ends() {
  int both[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0) return std::nullopt;
  return Ends{Descriptor(both[0]), Descriptor(both[1])};
}

/// With no signal blocked or ignored: this process blocks some for a thread of its own. The pid, or -1.
pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, int input, int errors) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed == 0 ? pid : -1;
}

bool write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = send(to, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Until the program has ended; what it said is kept as far as it is wanted. False when the time is over first.
bool wait_for_end(const Descriptor& process, Descriptor& errors, std::chrono::milliseconds limit, std::string& said) {
  const auto end = net::monotonic_now() + limit;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - net::monotonic_now());
    std::array<pollfd, 2> waiting{{{process.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
    if (left.count() <= 0 || poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) return false;
    if (waiting[1].revents != 0) {
      std::array<char, 512> buffer{};
      const ssize_t n = recv(errors.get(), buffer.data(), buffer.size(), 0);
      if (n > 0 && said.size() < kReasonMax) said.append(buffer.data(), static_cast<std::size_t>(n));
      if (n > 0) continue;
      errors = Descriptor();
    }
    if (waiting[0].revents != 0) return true;
  }
}

}  // namespace

Result<void> PasswordCommand::set_password(const std::string& principal, std::string_view password, bool is_enabled) {
  auto input = make_ends();
  auto errors = make_ends();
  if (!input || !errors) return fail(win32::kErrorNotEnoughMemory, "no descriptors are left to start ldap.password_command");
  std::vector<std::string> arguments{"set-password", principal};
  if (!is_enabled) arguments.emplace_back("disabled");
  const pid_t pid = spawn(program_, arguments, input->its.get(), errors->its.get());
  if (pid < 0) return fail(win32::kErrorFileNotFound, "ldap.password_command cannot be started: " + program_);
  input->its = Descriptor();
  errors->its = Descriptor();
  const Descriptor process(pidfd_open(pid, 0));
  const timeval limit{.tv_sec = timeout_ / std::chrono::seconds(1) + 1, .tv_usec = 0};
  (void)setsockopt(input->ours.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  (void)write_all(input->ours.get(), password);  // a program that does not read it says why it failed
  input->ours = Descriptor();
  std::string said;
  const bool ended = wait_for_end(process, errors->ours, timeout_, said);
  if (!ended) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  if (!ended) return fail(win32::kErrorTimeout, fmt::format("the KDC's program did not end within {} s", timeout_ / std::chrono::seconds(1)));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  while (!said.empty() && (said.back() == '\n' || said.back() == '\r')) said.pop_back();
  return fail(win32::kErrorAccessDenied, "the KDC's program refused: " + (said.empty() ? std::string("it did not say why") : to_printable(said, kReasonMax)));
}

}  // namespace tributary::dsa
