// SPDX-License-Identifier: Apache-2.0
// The GoogleTest base of tests of the LDAP listener: a listener on loopback with the toy directory behind it, and certificates made by openssl.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

#include "ldap/protocol/controls.hpp"
#include "ldap/server/testing/toy_handler.hpp"
#include "net/ldap_server.hpp"
#include "net/testing/ldap_peer.hpp"
#include "net/testing/test_server.hpp"

namespace tributary::net::testing {

/// A CA, a server's certificate of it, a client's, and a client's of another CA; in a folder that goes with it.
class Certificates {
 public:
  Certificates() {
    char name[] = "/tmp/tributary-tls-XXXXXX";
    folder_ = ::mkdtemp(name);
    const auto run = [this](const std::string& arguments) { ok_ = ok_ && std::system(("cd " + folder_ + " && openssl " + arguments + " >/dev/null 2>&1").c_str()) == 0; };
    for (const std::string ca : {"ca", "other"}) run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + ca + " -keyout " + ca + ".key -out " + ca + ".pem");
    issue(run, "server", "ca");
    issue(run, "client", "ca");
    issue(run, "stranger", "other");
  }
  ~Certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] TlsFiles server(bool asks_clients = false) const { return {path("server.pem"), path("server.key"), asks_clients ? path("ca.pem") : std::string()}; }

 private:
  template <class Run>
  void issue(const Run& run, const std::string& name, const std::string& ca) {
    run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr");
    run("x509 -req -in " + name + ".csr -CA " + ca + ".pem -CAkey " + ca + ".key -CAcreateserial -days 2 -out " + name + ".pem");
  }
  std::string folder_;
  bool ok_ = true;
};

/// A listener with its directory. Ports that the system chooses.
struct LdapListener {
  explicit LdapListener(const std::function<void(LdapServerOptions&)>& change = {}) : handler(std::make_shared<ldap::testing::ToyHandler>()) {
    LdapServerOptions options;
    options.addresses = {"127.0.0.1"};
    options.port = 0;
    options.threads = 2;
    options.workers = 4;
    if (change) change(options);
    auto made = LdapServer::listen(std::move(options), handler);
    if (made)
      server = std::move(*made);
    else
      ADD_FAILURE() << made.error().detail;
  }
  ~LdapListener() {
    handler->open_gate();
    server.reset();
    EXPECT_EQ(handler->closed_count, accepted) << "each connection ends once";
  }
  [[nodiscard]] LdapPeer peer(const std::string& from = {}, int receive_buffer = 0) {
    ++accepted;
    return LdapPeer(server->port(), from, receive_buffer);
  }
  std::shared_ptr<ldap::testing::ToyHandler> handler;
  std::unique_ptr<LdapServer> server;
  std::size_t accepted = 0;  ///< connections that came in
};

}  // namespace tributary::net::testing
