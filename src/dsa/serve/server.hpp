// SPDX-License-Identifier: Apache-2.0
// A DSA that serves: the running DSA, its RPC listener with drsuapi on it, its endpoint mapper, LDAP, its control socket; made in an order in
// which nobody reaches what is not there yet, ended in the other one. [MS-DRSR] 2.1, 2.2, 3.1.
#pragma once

#include <memory>

#include "dsa/control/control_socket.hpp"
#include "dsa/core/running_dsa.hpp"
#include "net/rpc_server.hpp"
#include "service/drs/drsuapi_server.hpp"

namespace tributary::security {
class AcceptorKeys;
namespace ntlm {
struct AcceptorOptions;
}
}  // namespace tributary::security

namespace tributary::dsa {

class LdapService;
class LogonGate;

class Server {
 public:
  /// Everything listens and replication has begun when it returns. Errors say what to do.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const Config& config, Log& log);
  /// Clean: calls under way have a little time, the database is closed as it should be.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// A changed configuration, as far as a running DSA can follow it; keys are read again from the keytab, NTLM accounts
  /// from their file, certificates from theirs.
  void reload(const Config& config);

  [[nodiscard]] RunningDsa& dsa() noexcept { return *dsa_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return rpc_->port(); }
  [[nodiscard]] std::uint16_t mapper_port() const noexcept { return rpc_->mapper_port(); }
  [[nodiscard]] net::RpcServerFigures rpc_figures() const { return rpc_->figures(); }
  [[nodiscard]] service::DrsuapiFigures drsuapi_figures() const { return drsuapi_->figures(); }
  /// Null: LDAP is off.
  [[nodiscard]] const LdapService* ldap() const noexcept { return ldap_.get(); }
  [[nodiscard]] FileTime started() const noexcept { return started_; }
  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  class SystemClock;
  Server(const Config& config, Log& log);
  [[nodiscard]] Result<void> listen();
  [[nodiscard]] Result<void> listen_for_ldap();
  [[nodiscard]] Result<void> load_keys();
  [[nodiscard]] Result<void> load_ntlm();
  [[nodiscard]] std::shared_ptr<security::SecurityContext> make_acceptor(security::AuthType type);

  Config config_;
  Log& log_;
  FileTime started_;
  SystemRandom random_;
  std::unique_ptr<SystemClock> clock_;
  std::mutex keys_mutex_;
  std::shared_ptr<const security::AcceptorKeys> keys_;
  std::shared_ptr<const security::ntlm::AcceptorOptions> ntlm_;  ///< null: NTLM is off
  std::unique_ptr<net::Runtime> runtime_;
  std::unique_ptr<RunningDsa> dsa_;
  std::shared_ptr<LogonGate> logons_;
  std::unique_ptr<service::DrsuapiServer> drsuapi_;
  std::unique_ptr<net::RpcServer> rpc_;
  std::unique_ptr<LdapService> ldap_;
  std::unique_ptr<ControlServer> control_;
};

}  // namespace tributary::dsa
