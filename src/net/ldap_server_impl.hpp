// SPDX-License-Identifier: Apache-2.0
// The inside of LdapServer: listeners on the first of its threads, who may come in, and on which thread he lives. Private to src/net.
#pragma once

#include <list>
#include <map>

#include "net/ldap_datagrams.hpp"
#include "net/ldap_thread.hpp"
#include "net/rpc_server_admission.hpp"

namespace tributary::net {

class LdapServer::Impl {
 public:
  Impl(LdapServerOptions options, std::shared_ptr<ldap::Handler> handler);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] Result<> listen();
  void begin();
  [[nodiscard]] Result<> reload_tls(const TlsFiles& files);
  [[nodiscard]] std::uint16_t first_port(bool is_tls, bool is_catalog) const noexcept;
  [[nodiscard]] std::vector<std::string> urls() const;
  [[nodiscard]] LdapServerFigures figures() const;

 private:
  struct Listener {
    asio::ip::tcp::acceptor acceptor;
    asio::ip::tcp::endpoint local;
    bool is_tls = false, is_catalog = false;
    asio::steady_timer pause;
  };
  [[nodiscard]] Result<std::uint16_t> listen_at(const std::string& address, std::uint16_t port, bool is_tls, bool is_catalog);
  void close_listeners();
  void accept(Listener& listener);
  void accept_failed(Listener& listener, const boost::system::error_code& error);
  void take(Listener& listener, LdapThread& thread, asio::ip::tcp::socket socket);
  [[nodiscard]] bool make_room(const std::string& peer, const std::string& key);
  void give_way(ConnectionNumber number, std::string reason);
  [[nodiscard]] LdapThread& front() noexcept { return *threads_.front(); }

  const LdapServerOptions options_;
  LdapShared shared_;
  std::vector<std::unique_ptr<LdapThread>> threads_;
  // Of the first thread only, once it runs.
  std::list<Listener> listeners_;
  std::list<LdapDatagrams> datagrams_;
  Admission admission_;
  std::unordered_map<ConnectionNumber, LdapThread*> homes_;
  ConnectionNumber next_number_ = 1;
  std::size_t next_thread_ = 0;
  bool closing_ = false;
  bool runs_ = false;  ///< of the owner's thread
};

}  // namespace tributary::net
