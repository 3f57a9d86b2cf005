// SPDX-License-Identifier: Apache-2.0
// A client of the LDAP listener for tests: a blocking socket whose every wait ends, TLS and a SASL layer above it when the test wants them,
// and what comes back as lines of text.
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "ldap/server/testing/requests.hpp"
#include "security/gss_context.hpp"

namespace tributary::net::testing {

class LdapPeer {
 public:
  /// `from`: the loopback address to come from, or any. `receive_buffer`: of the socket; 0: the system's.
  explicit LdapPeer(std::uint16_t port, const std::string& from = {}, int receive_buffer = 0);
  LdapPeer(LdapPeer&& other) noexcept;
  LdapPeer(const LdapPeer&) = delete;
  LdapPeer& operator=(const LdapPeer&) = delete;
  ~LdapPeer();

  [[nodiscard]] bool connected() const noexcept { return fd_ >= 0; }
  bool send(ByteView octets);
  /// Below TLS and layer.
  bool send_raw(ByteView octets);
  /// What comes back until `count` responses are there, the server closes ("end\n"), or the time is over ("nothing\n").
  std::string lines(std::size_t count, std::chrono::milliseconds limit = std::chrono::seconds(10));
  std::string ask(const Bytes& request, std::size_t count) { return send(request) ? lines(count) : "cannot send\n"; }
  /// Reads and forgets. How many octets came until the end, `octets_max` or the time.
  std::size_t skip(std::size_t octets_max, std::chrono::milliseconds limit);
  [[nodiscard]] bool closed_within(std::chrono::milliseconds limit);
  void shut_down_sending();
  void close();

  /// Trusts `ca`; with `certificate` and `key` it shows them. What went wrong, or nothing.
  std::string begin_tls(const std::string& ca, const std::string& certificate = {}, const std::string& key = {});
  /// A SASL bind; what the last response was. From a success on everything is wrapped.
  std::string bind(std::shared_ptr<security::GssContext> context, std::int32_t first_id);
  std::optional<ldap::testing::Response> last;

 private:
  [[nodiscard]] bool wait(short events, std::chrono::milliseconds limit) const;
  /// 0 at the end, -1 when the time is over.
  [[nodiscard]] ssize_t receive(std::chrono::milliseconds limit);
  int fd_ = -1;
  Bytes raw_, plain_;
  std::shared_ptr<security::GssContext> layer_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_context_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
};

}  // namespace tributary::net::testing
