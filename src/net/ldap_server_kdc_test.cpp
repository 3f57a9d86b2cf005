// SPDX-License-Identifier: Apache-2.0
// A SASL bind with Kerberos at the LDAP listener, and the layer that it leaves behind: RFC 4752, RFC 4422 3.7, [MS-ADTS] 5.1.1.1.2.
#include "net/testing/connection_test.hpp"
#include "net/testing/ldap_server_test.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;
using namespace ldap::testing;
namespace oid = ldap::oid;

class LdapSasl : public ConnectionTest {
 protected:
  static security::ContextOptions options(bool sealing) { return {.auth_type = security::AuthType::kSpnego, .dce_style = false, .sealing = sealing}; }
  static std::shared_ptr<security::GssContext> initiator(bool sealing) {
    auto made = security::make_initiator(alice, *security::TargetName::from_spn(std::string(kSpn)), options(sealing));
    return made ? std::shared_ptr<security::GssContext>(std::move(*made)) : nullptr;
  }
  static void accept(LdapListener& listener, bool sealing) {
    listener.handler->seals = sealing;
    listener.handler->make_acceptor = [sealing]() -> std::shared_ptr<security::GssContext> {
      auto made = security::make_acceptor(keys, options(sealing));
      return made ? std::shared_ptr<security::GssContext>(std::move(*made)) : nullptr;
    };
  }
};

TEST_F(LdapSasl, SealedAndSigned) {
  for (const bool sealing : {true, false}) {
    LdapListener listener;
    accept(listener, sealing);
    auto peer = listener.peer();
    EXPECT_THAT(peer.bind(initiator(sealing), 1), ::testing::EndsWith("bind 0\n"));
    EXPECT_EQ(peer.ask(extended(10, oid::kWhoAmI), 1), "10 extended 0 " + std::string(kUser) + "\n");
    ASSERT_TRUE(peer.send(search(11, "entries:2000")));
    EXPECT_THAT(peer.lines(2001, 30s), ::testing::EndsWith("11 done 0\n"));
    ASSERT_TRUE(peer.send(search(12, std::string(3'000'000, 'x'))));
    EXPECT_THAT(peer.lines(2, 30s), ::testing::EndsWith("12 done 0\n"));
  }
}

TEST_F(LdapSasl, WhatWasChangedOnTheWayEndsTheConnection) {
  LdapListener listener;
  accept(listener, true);
  auto peer = listener.peer();
  auto context = initiator(true);
  ASSERT_THAT(peer.bind(context, 1), ::testing::EndsWith("bind 0\n"));
  auto token = context->wrap(search(9, "a"));
  ASSERT_TRUE(token);
  token->back() = static_cast<std::uint8_t>(token->back() ^ 1U);
  Bytes frame(4);
  store_be(frame.data(), static_cast<std::uint32_t>(token->size()));
  ASSERT_TRUE(peer.send_raw(joined({frame, *token})));
  EXPECT_TRUE(peer.closed_within(5s));
  EXPECT_TRUE(eventually([&] { return listener.server->figures().violations == 1; }));
  EXPECT_EQ(listener.handler->started, 0U);
}

}  // namespace
}  // namespace tributary::net::testing
