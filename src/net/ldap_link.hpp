// SPDX-License-Identifier: Apache-2.0
// One TCP connection of the LDAP listener: carries out what an ldap::Session decides. Private to src/net; its network thread only.
#pragma once

#include <memory>
#include <string>

#include "ldap/server/session.hpp"
#include "net/ldap_thread.hpp"
#include "net/stream.hpp"

namespace tributary::net {

class LdapLink final : public std::enable_shared_from_this<LdapLink> {
 public:
  LdapLink(LdapThread& thread, LdapShared& shared, ldap::Connection connection, Stream::Socket socket);

  /// `tls`: not null at a port of TLS.
  void start(const TlsContext& tls);
  /// Looks for what is overdue.
  void sweep(MonoTime now);
  /// Ends it, and tells the client why if `outcome` is no success.
  void finish(ldap::SessionEnd how, const ldap::Outcome& outcome);
  /// At once.
  void end();
  void tell_closed(bool workers_ended = false);
  [[nodiscard]] std::uint64_t number() const noexcept { return session_->connection().number; }

 private:
  enum class Wait : std::uint8_t { kRead, kWrite };

  void advance();
  void read_ready();
  void turn();
  void write();
  void wait_to_write(Wait what);
  void arm_read();
  void arm_drain();
  void discard();
  void post_turn();
  void post_jobs();
  void post(ldap::OperationJob job);
  void post(ldap::BindJob job);
  void job_over();
  void begin_tls(const TlsContext& tls);
  void handshake();
  void half_close();
  void lost();
  void count_end();
  void account();
  void note_bound();
  void say(ServerEvent event, const std::string& what);

  LdapThread& thread_;
  LdapShared& shared_;
  Stream stream_;
  std::unique_ptr<ldap::Session> session_;
  bool reading_ = false, writing_ = false, turning_ = false;
  bool handshaking_ = false, half_closed_ = false, over_ = false, bound_ = false, told_ = false, counted_ = false;
  std::size_t jobs_ = 0;  ///< under way on workers
  std::size_t held_ = 0;
  MonoTime since_{};              ///< of the handshake, or of the half-close
  bool blocked_ = false;          ///< the client does not take what there is
  MonoTime write_since_{};
  std::size_t taken_ = 0;         ///< since then
};

}  // namespace tributary::net
