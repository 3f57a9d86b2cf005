// SPDX-License-Identifier: Apache-2.0
// TLS at the LDAP listener: RFC 4511 4.14, RFC 4513 3, [MS-ADTS] 5.1.1.1.1; with certificates that openssl makes.
#include "base/win32.hpp"
#include "net/testing/ldap_server_test.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;
using namespace ldap::testing;
using ::testing::HasSubstr;
namespace oid = ldap::oid;

class LdapTls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    files = std::make_unique<Certificates>();
    ASSERT_TRUE(files->ok()) << "openssl makes no certificates";
  }
  static void TearDownTestSuite() { files.reset(); }
  static std::unique_ptr<LdapListener> listener(bool asks_clients = false) {
    return std::make_unique<LdapListener>([asks_clients](auto& options) {
      options.tls = files->server(asks_clients);
      options.tls_port = 0;
    });
  }
  static LdapPeer at_tls_port(LdapListener& to) {
    ++to.accepted;
    return LdapPeer(to.server->tls_port());
  }
  static inline std::unique_ptr<Certificates> files;
};

TEST_F(LdapTls, StartTlsProtectsWhatFollows) {
  const auto to = listener();
  auto peer = to->peer();
  EXPECT_EQ(peer.ask(extended(1, oid::kStartTls), 1), "1 extended 0\n");
  ASSERT_EQ(peer.begin_tls(files->path("ca.pem")), "");
  EXPECT_EQ(peer.ask(simple_bind(2, "me", "right"), 1), "2 bind 0\n");
  EXPECT_EQ(peer.ask(extended(3, oid::kStartTls), 1), "3 extended 1 this connection is protected already\n");
  ASSERT_TRUE(peer.send(search(4, "entries:3000")));
  const auto lines = peer.lines(3001, 30s);
  EXPECT_THAT(lines, ::testing::EndsWith("4 done 0\n"));
}

TEST_F(LdapTls, APortOfItsOwn) {
  const auto to = listener();
  auto peer = at_tls_port(*to);
  ASSERT_EQ(peer.begin_tls(files->path("ca.pem")), "");
  const std::string long_base(40'000, 'x');  // more than a record
  EXPECT_EQ(peer.ask(search(1, long_base), 2), "1 entry " + long_base + "\n1 done 0\n");
  EXPECT_EQ(peer.ask(joined({search(2, "a"), search(3, "b")}), 4), "2 entry a\n2 done 0\n3 entry b\n3 done 0\n");
}

TEST_F(LdapTls, WithoutACertificateStartTlsIsRefused) {
  LdapListener to;
  auto peer = to.peer();
  EXPECT_EQ(peer.ask(extended(1, oid::kStartTls), 1), "1 extended 52 this server has no certificate\n");
  EXPECT_EQ(peer.ask(search(2, "a"), 2), "2 entry a\n2 done 0\n") << "and all goes on in clear";
}

TEST_F(LdapTls, AClientsCertificateIsVerified) {
  const auto to = listener(true);
  auto known = at_tls_port(*to);
  ASSERT_EQ(known.begin_tls(files->path("ca.pem"), files->path("client.pem"), files->path("client.key")), "");
  EXPECT_EQ(known.ask(sasl_bind(1, "EXTERNAL", std::nullopt), 1), "1 bind 0\n");
  auto nobody = at_tls_port(*to);
  ASSERT_EQ(nobody.begin_tls(files->path("ca.pem")), "");
  EXPECT_EQ(nobody.ask(sasl_bind(1, "EXTERNAL", std::nullopt), 1), "1 bind 49 no certificate\n");
  auto stranger = at_tls_port(*to);
  (void)stranger.begin_tls(files->path("ca.pem"), files->path("stranger.pem"), files->path("stranger.key"));  // TLS 1.3: it learns later
  (void)stranger.send(search(1, "a"));
  EXPECT_THAT(stranger.lines(1), HasSubstr("end\n"));
  EXPECT_TRUE(eventually([&] { return to->server->figures().failed_tls == 1; }));
  EXPECT_EQ(to->server->figures().searches, 0U);
}

TEST_F(LdapTls, NoiseInsteadOfAHandshakeEndsTheConnection) {
  const auto to = listener();
  auto noise = at_tls_port(*to);
  ASSERT_TRUE(noise.send(search(1, "a")));
  EXPECT_TRUE(noise.closed_within(5s));
  auto upgrade = to->peer();
  EXPECT_EQ(upgrade.ask(extended(1, oid::kStartTls), 1), "1 extended 0\n");
  ASSERT_TRUE(upgrade.send(search(2, "a")));
  EXPECT_TRUE(upgrade.closed_within(5s));
  EXPECT_EQ(to->handler->started, 0U);
  EXPECT_TRUE(eventually([&] { return to->server->figures().failed_tls == 2; }));
}

TEST_F(LdapTls, ASlowReaderUnderTlsIsBounded) {
  LdapListener to([](auto& options) {
    options.tls = files->server();
    options.tls_port = 0;
    options.limits.send_timeout = 1000ms;
  });
  ++to.accepted;
  LdapPeer peer(to.server->tls_port(), {}, 4096);
  ASSERT_EQ(peer.begin_tls(files->path("ca.pem")), "");
  ASSERT_TRUE(peer.send(search(1, "entries:1000000")));
  EXPECT_TRUE(eventually([&] { return to.server->figures().dropped_slow == 1; }));
  EXPECT_LT(to.handler->runs, 200U);
}

TEST_F(LdapTls, AReloadedCertificateIsForNewConnections) {
  const auto to = listener();
  auto before = at_tls_port(*to);
  ASSERT_EQ(before.begin_tls(files->path("ca.pem")), "");
  EXPECT_FALSE(to->server->reload_tls({files->path("none.pem"), files->path("none.key"), {}}));
  ASSERT_TRUE(to->server->reload_tls({files->path("stranger.pem"), files->path("stranger.key"), {}}));
  EXPECT_EQ(before.ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
  auto after = at_tls_port(*to);
  EXPECT_NE(after.begin_tls(files->path("ca.pem")), "");
  auto trusting = at_tls_port(*to);
  EXPECT_EQ(trusting.begin_tls(files->path("other.pem")), "");
}

TEST_F(LdapTls, FilesThatAreOfNoUseAreNamed) {
  const auto wrong = [&](TlsFiles each) {
    const auto loaded = load_tls(each);
    return loaded ? std::string() : loaded.error().detail;
  };
  EXPECT_THAT(wrong({files->path("none.pem"), files->path("server.key"), {}}), HasSubstr("none.pem: no PEM file with a certificate"));
  EXPECT_THAT(wrong({files->path("server.pem"), files->path("none.key"), {}}), HasSubstr("none.key: no PEM file with a private key"));
  EXPECT_THAT(wrong({files->path("server.pem"), files->path("client.key"), {}}), HasSubstr("client.key: "));
  EXPECT_THAT(wrong({files->path("server.pem"), files->path("server.key"), files->path("server.key")}), HasSubstr("server.key: no PEM file of certificates"));
  EXPECT_EQ(wrong(files->server(true)), "");
}

}  // namespace
}  // namespace tributary::net::testing
