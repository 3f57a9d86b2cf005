// SPDX-License-Identifier: Apache-2.0
// See control_socket.hpp.
#include "dsa/control/control_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/win32.hpp"

namespace tributary::dsa {
namespace {

using boost::json::object;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return fail(win32::kErrorInvalidParameter, path + " is too long for a socket: choose a shorter data folder");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Error last_error(const std::string& what) { return {win32::kErrorInvalidParameter, Phase::kNone, what + ": " + std::strerror(errno)}; }

bool send_all(int socket, std::string_view octets) {
  while (!octets.empty()) {
    const auto sent = send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// The first line goes with the file.
bool send_with_file(int socket, std::string_view octets, int file) {
  if (file < 0) return send_all(socket, octets);
  iovec part{const_cast<char*>(octets.data()), octets.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(head), &file, sizeof file);
  const auto sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  return sent > 0 && send_all(socket, octets.substr(static_cast<std::size_t>(sent)));
}

/// More octets, and a file if one came with them. False at the end.
bool receive(int socket, LineBuffer& lines, Descriptor& file) {
  char buffer[16384];
  iovec part{buffer, sizeof buffer};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int))) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(head), sizeof fd);
    file = Descriptor(fd);
  }
  return lines.feed({buffer, static_cast<std::size_t>(got)}).has_value();
}

std::string line_of(const object& document) { return boost::json::serialize(document) + '\n'; }

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::string& path, Handler handler) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  if (ControlClient::connect(path)) return fail(win32::kErrorAlreadyExists, "another DSA answers on " + path);
  unlink(path.c_str());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto mask = umask(0177);
  const bool is_bound = bind(listener.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  umask(mask);
  if (!is_bound || listen(listener.get(), static_cast<int>(kControlConnectionsMax)) != 0) return std::unexpected(last_error(path));
  return std::unique_ptr<ControlServer>(new ControlServer(path, std::move(listener), std::move(handler)));
}

ControlServer::ControlServer(std::string path, Descriptor socket, Handler handler) : path_(std::move(path)), socket_(std::move(socket)), handler_(std::move(handler)) {
  int ends[2] = {-1, -1};
  (void)pipe2(ends, O_CLOEXEC);
  wake_read_ = Descriptor(ends[0]);
  wake_write_ = Descriptor(ends[1]);
  thread_ = std::thread([this] { accept_all(); });
}

ControlServer::~ControlServer() {
  unlink(path_.c_str());
  wake_write_ = Descriptor();
  thread_.join();
  reap(true);
}

void ControlServer::reap(bool all) {
  for (auto& connection : connections_)
    if (all) shutdown(connection.socket.get(), SHUT_RDWR);
  connections_.remove_if([&](Connection& connection) {
    if (!all && !connection.is_over) return false;
    connection.thread.join();
    return true;
  });
}

void ControlServer::accept_all() {
  while (true) {
    pollfd waiting[] = {{socket_.get(), POLLIN, 0}, {wake_read_.get(), POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0) return;
    if ((waiting[0].revents & POLLIN) == 0) continue;
    Descriptor socket(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    reap(false);
    if (!socket || connections_.size() >= kControlConnectionsMax) continue;
    auto& connection = connections_.emplace_back();
    connection.socket = std::move(socket);
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void ControlServer::serve(Connection& connection) {
  LineBuffer lines;
  Descriptor file;
  const int socket = connection.socket.get();
  bool goes_on = true;
  while (goes_on && receive(socket, lines, file)) {
    while (auto line = goes_on ? lines.take() : std::nullopt) {
      auto request = parse_control_request(*line);
      Result<object> answer = request ? handler_(*request, std::move(file), [&](const object& progress) { return send_all(socket, line_of(progress)); })
                                      : Result<object>(std::unexpected(request.error()));
      object last;
      if (answer)
        last = std::move(*answer);
      else
        last["error"] = {{"code", static_cast<std::uint32_t>(answer.error().code)}, {"phase", phase_name(answer.error().phase)}, {"detail", answer.error().detail}};
      last["done"] = true;
      goes_on = send_all(socket, line_of(last));
    }
  }
  connection.is_over = true;
}

Result<std::unique_ptr<ControlClient>> ControlClient::connect(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return fail(win32::kErrorFileNotFound, "no DSA answers on " + path + ": " + std::strerror(errno));
  return std::unique_ptr<ControlClient>(new ControlClient(std::move(socket)));
}

Result<object> ControlClient::call(const object& request, int file, const std::function<void(const object&)>& each) {
  if (!send_with_file(socket_.get(), line_of(request), file)) return fail(win32::kRpcSCallFailed, "the DSA has ended");
  while (true) {
    while (const auto line = lines_.take()) {
      boost::json::error_code wrong;
      auto value = boost::json::parse(*line, wrong);
      if (wrong || !value.is_object()) return fail(win32::kErrorInvalidData, "the DSA answers what is no JSON");
      auto& answer = value.as_object();
      if (!answer.contains("done")) {
        if (each) each(answer);
        continue;
      }
      const auto* error = answer.if_contains("error");
      if (error == nullptr || !error->is_object()) return std::move(answer);
      const auto* code = error->as_object().if_contains("code");
      const auto* detail = error->as_object().if_contains("detail");
      return fail(Win32{code != nullptr && code->is_number() ? code->to_number<std::uint32_t>(wrong) : 1u}, detail != nullptr && detail->is_string() ? std::string(detail->as_string()) : "");
    }
    Descriptor unwanted;
    if (!receive(socket_.get(), lines_, unwanted)) return fail(win32::kRpcSCallFailed, "the DSA has ended before it answered");
  }
}

}  // namespace tributary::dsa
