// SPDX-License-Identifier: Apache-2.0
// A network thread of the LDAP listener with the connections that live on it, and what all threads share: the handler, the workers, limits
// and figures. Private to src/net.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/ldap_server.hpp"
#include "net/rpc_server_log.hpp"

namespace tributary::net {

namespace asio = boost::asio;
class LdapLink;

/// The way to a network thread for those who may outlive the server. Thread-safe.
class LdapGate {
 public:
  explicit LdapGate(asio::io_context& io) : io_(&io) {}
  /// Runs `task` on the network thread; destroys it when the server has ended.
  void post(std::move_only_function<void()> task);
  void close();

 private:
  std::mutex mutex_;
  asio::io_context* io_;
};

/// Figures of the listener's own. Any thread.
struct LdapCounters {
  std::atomic<std::uint64_t> accepted{0}, accept_errors{0}, refused{0}, violations{0}, dropped_slow{0}, dropped_idle{0}, dropped_memory{0}, expired{0}, failed_tls{0};
  std::atomic<std::uint64_t> datagrams{0}, octets_in{0}, octets_out{0};
  std::atomic<std::size_t> open{0}, held_octets{0};
};

/// What links need of the server. It outlives them.
struct LdapShared {
  LdapShared(LdapServerLimits limits_, std::shared_ptr<ldap::Handler> handler_, unsigned workers_, std::function<void(std::string)> sink)
      : limits(limits_), handler(std::move(handler_)), workers(workers_), log_(std::move(sink)) {}

  const LdapServerLimits limits;
  const std::shared_ptr<ldap::Handler> handler;
  asio::thread_pool workers;
  ldap::SessionCounters session_counters;
  LdapCounters counters;
  /// Any thread: a connection's client is bound, or it has ended.
  std::function<void(std::uint64_t)> on_bound, on_ended;

  [[nodiscard]] TlsContext tls() const;
  void set_tls(TlsContext context);
  void say(ServerEvent event, const std::string& line);
  void tick_log();
  void finish_log();

 private:
  mutable std::mutex mutex_;
  TlsContext tls_;
  ServerLog log_;
};

class LdapThread {
 public:
  explicit LdapThread(LdapShared& shared);
  ~LdapThread();
  LdapThread(const LdapThread&) = delete;
  LdapThread& operator=(const LdapThread&) = delete;

  void start();
  /// Closes every connection. Returns when that is done. Any other thread.
  void close_links();
  /// No handler runs any more when it returns.
  void stop();
  /// After stop(): the connections whose end the handler was not told.
  void forget_links();

  asio::io_context io{1};
  const std::shared_ptr<LdapGate> gate;
  // Of the thread only.
  std::unordered_map<std::uint64_t, std::shared_ptr<LdapLink>> links;
  std::vector<std::uint8_t> read_buffer;  ///< used within one turn
  ldap::SessionMemory spare;
  bool closing = false;

 private:
  void arm_sweep();

  LdapShared& shared_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer sweep_timer_;
  std::chrono::milliseconds sweep_every_;
  std::thread thread_;
};

}  // namespace tributary::net
