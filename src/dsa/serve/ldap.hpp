// SPDX-License-Identifier: Apache-2.0
// LDAP at a running DSA: the listener of src/net, the face of src/service/ldap behind it, and what [ldap] of the configuration says of both.
// Must never know what an operation does.
#pragma once

#include <boost/json.hpp>

#include <memory>

#include "dsa/config/config.hpp"
#include "dsa/core/running_dsa.hpp"
#include "net/ldap_server.hpp"
#include "service/ldap/face.hpp"

namespace tributary::dsa {

/// [ldap] as the parts want it.
[[nodiscard]] net::LdapServerOptions ldap_listener_options(const Config& config);
[[nodiscard]] std::shared_ptr<const service::ldap_face::LdapSettings> ldap_settings(const Config& config, const service::DsaIdentity& identity);

/// Thread-safe, but for reload(). The DSA and the log outlive it.
class LdapService {
 public:
  using MakeAcceptor = service::ldap_face::FaceSecurity::MakeAcceptor;
  /// Listens when it returns. Errors say what to do.
  [[nodiscard]] static Result<std::unique_ptr<LdapService>> start(const Config& config, RunningDsa& dsa, Log& log, MakeAcceptor make_acceptor);
  /// Tells clients, ends what they asked for, and waits for it.
  ~LdapService();
  LdapService(const LdapService&) = delete;
  LdapService& operator=(const LdapService&) = delete;

  /// Policies, certificates and what binds need are those of `config` from now on; ports and limits of connections stay.
  void reload(const Config& config);
  [[nodiscard]] boost::json::object status() const;

 private:
  LdapService(const Config& config, RunningDsa& dsa, Log& log, MakeAcceptor make_acceptor);
  [[nodiscard]] service::ldap_face::FaceSecurity security(const Config& config) const;

  RunningDsa& dsa_;
  Log& log_;
  MakeAcceptor make_acceptor_;
  std::size_t connections_max_;
  std::shared_ptr<service::ldap_face::LdapFace> face_;
  std::unique_ptr<net::LdapServer> server_;
};

}  // namespace tributary::dsa
