// SPDX-License-Identifier: Apache-2.0
// The listener for LDAP: TCP with and without TLS, the ports of the global catalogue, and UDP for CLDAP (RFC 4511 5, [MS-ADTS] 3.1.1.3.1.1
// and 6.3.3). A few network threads, each with its own connections; workers for what blocks; limits on what strangers can take. What the rules of
// a connection are ldap::Session knows, what a request means the ldap::Handler.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "ldap/server/handler.hpp"
#include "ldap/server/session.hpp"
#include "net/tls_context.hpp"

namespace tributary::net {

struct LdapServerLimits {
  ldap::SessionLimits session;
  std::size_t connections_max = 12'000;             ///< the oldest that has not authenticated gives way to a new one
  std::size_t connections_per_address_max = 1'024;
  std::chrono::milliseconds send_timeout{60'000};   ///< a reader that takes less than 64 KiB of what waits for it in so long is dropped
  /// Half messages, requests and answers of all connections. Beyond it, whoever holds more than its share (64 KiB) and wants more is dropped.
  std::size_t octets_max = std::size_t{512} << 20;
};

/// Every port is optional; 0: the system chooses.
struct LdapServerOptions {
  std::vector<std::string> addresses;  ///< numeric
  std::optional<std::uint16_t> port{}, tls_port{}, catalog_port{}, catalog_tls_port{};
  bool datagrams = true;               ///< CLDAP, at `port`
  std::optional<TlsFiles> tls{};       ///< needed for the ports of TLS; without it StartTLS is refused
  unsigned threads = 0;                ///< 0: one for each core, at most kLdapThreadsMax
  unsigned workers = 16;
  LdapServerLimits limits{};
  std::function<void(std::string)> log{};  ///< one line each; any thread, one at a time
};
inline constexpr unsigned kLdapThreadsMax = 8;

/// Since the start.
struct LdapServerFigures {
  std::uint64_t accepted = 0, accept_errors = 0;
  std::uint64_t refused = 0;        ///< for want of room, at once or when it gave way
  std::uint64_t violations = 0, dropped_slow = 0, dropped_idle = 0, dropped_memory = 0, expired = 0, failed_tls = 0;
  std::uint64_t binds = 0, binds_failed = 0, searches = 0, modifies = 0, adds = 0, deletes = 0, modify_dns = 0, compares = 0, extended = 0, abandons = 0, faults = 0;
  std::uint64_t datagrams = 0;
  std::uint64_t octets_in = 0, octets_out = 0;
  std::size_t open = 0;             ///< now
  std::size_t held_octets = 0;      ///< now
};

/// Thread-safe.
class LdapServer {
 public:
  /// Listens when it returns. An address that is taken: kErrorAlreadyExists with its name; one that is not ours, or TLS files that are of no
  /// use: kErrorInvalidParameter; a port that needs a right we have not: kErrorAccessDenied. Raises the limit of descriptors as far as it goes.
  [[nodiscard]] static Result<std::unique_ptr<LdapServer>> listen(LdapServerOptions options, std::shared_ptr<ldap::Handler> handler);
  /// Tells clients, closes everything and waits for operations that run. The handler is not called any more when it returns; `wake` may be.
  ~LdapServer();
  LdapServer(const LdapServer&) = delete;
  LdapServer& operator=(const LdapServer&) = delete;

  /// For connections that come from now on. On an error everything stays as it is.
  [[nodiscard]] Result<> reload_tls(const TlsFiles& files);
  /// Of the first address; 0: there is none.
  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::uint16_t tls_port() const noexcept;
  [[nodiscard]] std::uint16_t catalog_port() const noexcept;
  [[nodiscard]] std::uint16_t catalog_tls_port() const noexcept;
  /// "ldap://127.0.0.1:389", "ldaps://[::1]:636".
  [[nodiscard]] std::vector<std::string> urls() const;
  [[nodiscard]] LdapServerFigures figures() const;

  class Impl;
  explicit LdapServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::net
