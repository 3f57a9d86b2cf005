// SPDX-License-Identifier: Apache-2.0
// The way from the commands to the running DSA: a unix socket in the data folder, for its owner only (mode 0600). A request is one line of
// JSON, {"command": "status"}, with at most one open file beside it (import and export read and write it in the server). Answers are
// lines of JSON; the last one has "done": true, and "error" when it failed. docs/json/dsa.md has them.
// Must never know what a command does.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <boost/json.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.hpp"

namespace tributary::dsa {

inline constexpr std::size_t kControlLineOctetsMax = 1 << 20;
inline constexpr std::size_t kControlConnectionsMax = 16;

/// A file descriptor that is closed by its last owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

/// Splits what arrives into lines, each at most kControlLineOctetsMax long. Pure.
class LineBuffer {
 public:
  /// kErrorInvalidData when a line grows too long; nothing more is taken then.
  [[nodiscard]] Result<void> feed(std::string_view octets);
  /// The next whole line without its end.
  [[nodiscard]] std::optional<std::string> take();

 private:
  std::string octets_;
  std::size_t looked_at_ = 0;
};
/// A request: an object with a "command" that is a text. kErrorInvalidData.
[[nodiscard]] Result<boost::json::object> parse_control_request(std::string_view line);

/// Where answers go. False: nobody reads any more.
using ControlReply = std::function<bool(const boost::json::object&)>;

class ControlServer {
 public:
  /// Runs on a thread of the connection, and may take as long as it likes. What it returns is the last answer.
  using Handler = std::function<Result<boost::json::object>(const boost::json::object& request, Descriptor file, const ControlReply& progress)>;

  /// A socket that nobody answers on is taken over. kErrorAlreadyExists when somebody does.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> start(const std::string& path, Handler handler);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Connection {
    Descriptor socket;
    std::thread thread;
    std::atomic<bool> is_over{false};
  };
  ControlServer(std::string path, Descriptor socket, Handler handler);
  void accept_all();
  void serve(Connection& connection);
  void reap(bool all);

  std::string path_;
  Descriptor socket_;
  Handler handler_;
  Descriptor wake_read_, wake_write_;
  std::list<Connection> connections_;
  std::thread thread_;
};

/// One command on a running DSA. `each` sees every line before the last.
class ControlClient {
 public:
  /// kErrorFileNotFound when no DSA runs there.
  [[nodiscard]] static Result<std::unique_ptr<ControlClient>> connect(const std::string& path);
  [[nodiscard]] Result<boost::json::object> call(const boost::json::object& request, int file = -1,
                                                 const std::function<void(const boost::json::object&)>& each = {});

 private:
  explicit ControlClient(Descriptor socket) : socket_(std::move(socket)) {}
  Descriptor socket_;
  LineBuffer lines_;
};

}  // namespace tributary::dsa
