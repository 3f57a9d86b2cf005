// SPDX-License-Identifier: Apache-2.0
// The LDAP listener on loopback: RFC 4511 5, [MS-ADTS] 3.1.1.3.4.6 (its limits), 6.3.3 (datagrams).
#include "net/ldap_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/win32.hpp"
#include "net/testing/ldap_server_test.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;
using namespace ldap::testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace oid = ldap::oid;

TEST(LdapServer, AnswersPipelinedRequests) {
  LdapListener listener;
  auto peer = listener.peer();
  Bytes requests;
  std::string expected;
  for (int i = 1; i <= 500; ++i) {
    const auto each = search(i, "a");
    requests.insert(requests.end(), each.begin(), each.end());
    expected += std::to_string(i) + " entry a\n" + std::to_string(i) + " done 0\n";
  }
  ASSERT_TRUE(peer.send(requests));
  EXPECT_EQ(peer.lines(1000), expected);
  EXPECT_EQ(listener.server->figures().searches, 500U);
}

TEST(LdapServer, BindsAndSaysWho) {
  LdapListener listener;
  auto peer = listener.peer();
  EXPECT_EQ(peer.ask(simple_bind(1, "me", "right"), 1), "1 bind 0\n");
  EXPECT_EQ(peer.ask(extended(2, oid::kWhoAmI), 1), "2 extended 0 me\n");
  EXPECT_EQ(peer.ask(simple_bind(3, "me", "wrong"), 1), "3 bind 49 wrong password\n");
  const auto figures = listener.server->figures();
  EXPECT_EQ(figures.binds, 1U);
  EXPECT_EQ(figures.binds_failed, 1U);
}

TEST(LdapServer, WhatBlocksDoesNotKeepOthersWaiting) {
  LdapListener listener([](auto& options) { options.threads = 1; });
  auto peer = listener.peer();
  auto other = listener.peer();
  ASSERT_TRUE(peer.send(search(1, "block")));
  ASSERT_TRUE(eventually([&] { return listener.handler->waiting_for_gate == 1; }));
  EXPECT_EQ(other.ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
  EXPECT_EQ(peer.ask(search(2, "b"), 2), "2 entry b\n2 done 0\n");
  listener.handler->open_gate();
  EXPECT_EQ(peer.lines(2), "1 entry block\n1 done 0\n");
}

TEST(LdapServer, WakesFromAnyThread) {
  LdapListener listener;
  auto peer = listener.peer();
  ASSERT_TRUE(peer.send(search(1, "wait")));
  ASSERT_TRUE(eventually([&] { return listener.handler->runs == 1; }));
  listener.handler->wake_all();
  EXPECT_EQ(peer.lines(2), "1 entry wait\n1 done 0\n");
  listener.handler->wake_all();  // too late, to no effect
  peer.close();
  ASSERT_TRUE(eventually([&] { return listener.server->figures().open == 0; }));
  listener.handler->wake_all();
}

TEST(LdapServer, AWakeAfterTheServerHasEndedIsHarmless) {
  auto listener = std::make_unique<LdapListener>();
  const auto handler = listener->handler;
  auto peer = listener->peer();
  ASSERT_TRUE(peer.send(search(1, "wait")));
  ASSERT_TRUE(eventually([&] { return handler->runs == 1; }));
  listener.reset();
  handler->wake_all();
  EXPECT_EQ(handler->runs, 1U);
}

TEST(LdapServer, AbandonUnbindAndTheEndEndOperations) {
  LdapListener listener;
  auto peer = listener.peer();
  ASSERT_TRUE(peer.send(joined({search(1, "wait"), abandon(2, 1), search(3, "wait")})));
  ASSERT_TRUE(eventually([&] { return listener.handler->abandoned == 1; }));
  ASSERT_TRUE(peer.send(unbind(4)));
  EXPECT_EQ(peer.lines(1), "end\n");
  EXPECT_TRUE(eventually([&] { return listener.handler->abandoned == 2; }));
  auto other = listener.peer();
  ASSERT_TRUE(other.send(search(1, "wait")));
  other.shut_down_sending();
  EXPECT_TRUE(eventually([&] { return listener.handler->abandoned == 3 && listener.handler->closed_count == 2; }));
}

TEST(LdapServer, AnOperationOnAWorkerOutlivesItsConnection) {
  LdapListener listener;
  auto peer = listener.peer();
  ASSERT_TRUE(peer.send(search(1, "block")));
  ASSERT_TRUE(eventually([&] { return listener.handler->waiting_for_gate == 1; }));
  peer.close();
  ASSERT_TRUE(eventually([&] { return listener.handler->abandoned == 1; }));
  EXPECT_EQ(listener.handler->closed_count, 0U) << "the handler is told when nothing runs for it any more";
  listener.handler->open_gate();
  EXPECT_TRUE(eventually([&] { return listener.handler->closed_count == 1; }));
}

TEST(LdapServer, TheEndOfTheServerIsTold) {
  LdapListener listener;
  auto peer = listener.peer();
  ASSERT_TRUE(peer.send(search(1, "wait")));
  ASSERT_TRUE(eventually([&] { return listener.handler->runs == 1; }));
  listener.handler->open_gate();
  listener.server.reset();
  EXPECT_EQ(peer.lines(2), "0 extended 52 this server ends\nend\n");
}

// Bad input and greed

TEST(LdapServer, ASlowReaderHoldsLittle) {
  LdapListener listener([](auto& options) {
    options.limits.send_timeout = 1500ms;
    options.limits.session.unsent_octets_max = 100'000;
  });
  auto peer = listener.peer({}, 4096);
  ASSERT_TRUE(peer.send(search(1, "entries:1000000")));
  std::size_t most = 0;
  EXPECT_TRUE(eventually([&] {
    most = std::max(most, listener.server->figures().held_octets);
    return listener.server->figures().dropped_slow == 1;
  }));
  EXPECT_LT(most, 300'000U);
  EXPECT_LT(listener.handler->runs, 200U) << "nobody runs for who does not read";
  auto other = listener.peer();
  EXPECT_EQ(other.ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
}

TEST(LdapServer, ALongAnswerArrivesWhole) {
  LdapListener listener;
  auto peer = listener.peer({}, 20'000);
  ASSERT_TRUE(peer.send(search(1, "entries:20000")));
  const auto lines = peer.lines(20'001, 30s);
  EXPECT_THAT(lines, EndsWith("1 done 0\n"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 20'001);
}

TEST(LdapServer, NoiseAndGigabytesEndWithANotice) {
  LdapListener listener;
  for (const Bytes& bad : {Bytes{'G', 'E', 'T', ' ', '/', '\r', '\n'}, Bytes{0x30, 0x84, 0x40, 0, 0, 0, 2}, search(1, std::string(100'000, 'x'))}) {
    auto peer = listener.peer();
    ASSERT_TRUE(peer.send(bad));
    const auto lines = peer.lines(2);
    EXPECT_THAT(lines, StartsWith("0 extended 2 "));
    EXPECT_THAT(lines, EndsWith("end\n"));
  }
  EXPECT_EQ(listener.server->figures().violations, 3U);
}

TEST(LdapServer, MemoryOfAllIsBounded) {
  LdapListener listener([](auto& options) { options.limits.octets_max = 3 << 20; });
  std::vector<LdapPeer> peers;
  const auto most = message(2, Bytes(9 << 20, 0));
  for (int i = 0; i < 6; ++i) {
    auto& peer = peers.emplace_back(listener.peer());
    EXPECT_EQ(peer.ask(simple_bind(1, "me", "right"), 1), "1 bind 0\n");
    (void)peer.send(ByteView(most).first(2 << 20));  // two of nine that were announced
  }
  EXPECT_TRUE(eventually([&] { return listener.server->figures().dropped_memory >= 4; }));
  EXPECT_LT(listener.server->figures().held_octets, std::size_t{9} << 20);
  auto other = listener.peer();
  EXPECT_EQ(other.ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
}

TEST(LdapServer, SilentOnesHaveToGo) {
  LdapListener listener([](auto& options) {
    options.limits.session.first_message_timeout = 300ms;
    options.limits.session.idle_timeout = 600ms;
  });
  auto silent = listener.peer();
  auto idle = listener.peer();
  EXPECT_EQ(idle.ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
  EXPECT_TRUE(silent.closed_within(5s));
  EXPECT_TRUE(idle.closed_within(5s));
  EXPECT_EQ(listener.server->figures().dropped_slow, 1U);
  EXPECT_EQ(listener.server->figures().dropped_idle, 1U);
}

TEST(LdapServer, StrangersGiveWayToStrangersAndNotFriends) {
  LdapListener listener([](auto& options) { options.limits.connections_max = 3; });
  auto friendly = listener.peer();
  EXPECT_EQ(friendly.ask(simple_bind(1, "me", "right"), 1), "1 bind 0\n");
  std::vector<LdapPeer> strangers;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(strangers.emplace_back(listener.peer()).ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
  EXPECT_TRUE(strangers[0].closed_within(5s));
  EXPECT_EQ(friendly.ask(extended(2, oid::kWhoAmI), 1), "2 extended 0 me\n");
  EXPECT_EQ(listener.server->figures().refused, 3U);
}

TEST(LdapServer, OneAddressDoesNotTakeAll) {
  LdapListener listener([](auto& options) { options.limits.connections_per_address_max = 2; });
  std::vector<LdapPeer> greedy;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(greedy.emplace_back(listener.peer("127.0.0.7")).ask(simple_bind(1, "me", "right"), 1), "1 bind 0\n");
  ASSERT_TRUE(eventually([&] { return listener.server->figures().binds == 2; }));
  LdapPeer third(listener.server->port(), "127.0.0.7");
  EXPECT_TRUE(third.closed_within(5s));
  auto other = listener.peer("127.0.0.8");
  EXPECT_EQ(other.ask(search(1, "a"), 2), "1 entry a\n1 done 0\n");
}

TEST(LdapServer, TwoThousandConnectionsOfWhichSomeAreBusy) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  LdapListener listener([](auto& options) { options.limits.connections_per_address_max = 4000; });
  listener.handler->keeps_notes = false;
  std::vector<LdapPeer> peers;
  for (int i = 0; i < 2000; ++i) {
    peers.push_back(listener.peer());
    ASSERT_TRUE(peers.back().connected()) << i;
  }
  ASSERT_TRUE(eventually([&] { return listener.server->figures().open == 2000; }));
  for (int round = 1; round <= 3; ++round) {
    for (auto& peer : peers) ASSERT_TRUE(peer.send(search(round, "a")));
    for (auto& peer : peers) ASSERT_EQ(peer.lines(2), std::to_string(round) + " entry a\n" + std::to_string(round) + " done 0\n");
  }
  EXPECT_TRUE(eventually([&] { return listener.server->figures().held_octets == 0; })) << "who is idle holds nothing";
  peers.clear();
  EXPECT_TRUE(eventually([&] { return listener.server->figures().open == 0; }));
}

TEST(LdapServer, ManyThreadsManyEnds) {
  LdapListener listener([](auto& options) { options.threads = 4; });
  for (int i = 0; i < 200; ++i) {
    auto peer = listener.peer();
    const char* const what = i % 3 == 0 ? "wait" : i % 3 == 1 ? "entries:5000" : "a";
    ASSERT_TRUE(peer.send(joined({search(1, what), simple_bind(2, "me", "right")})));
    if (i % 2 == 0) (void)peer.lines(1, 20ms);
  }
  EXPECT_TRUE(eventually([&] { return listener.server->figures().open == 0 && listener.handler->closed_count == 200; }));
}

// Addresses

TEST(LdapServer, SaysWhatItCannotListenAt) {
  LdapListener listener;
  const auto handler = std::make_shared<ToyHandler>();
  LdapServerOptions taken;
  taken.addresses = {"127.0.0.1"};
  taken.port = listener.server->port();
  auto refused = LdapServer::listen(taken, handler);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorAlreadyExists);
  taken.port.reset();
  taken.tls_port = 0;
  refused = LdapServer::listen(taken, handler);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("certificate"));
  taken.addresses = {"not an address"};
  taken.tls_port.reset();
  taken.port = 0;
  EXPECT_FALSE(LdapServer::listen(taken, handler));
}

TEST(LdapServer, TheGlobalCatalogueHasPortsOfItsOwn) {
  LdapListener listener([](auto& options) { options.catalog_port = 0; });
  EXPECT_NE(listener.server->catalog_port(), 0);
  EXPECT_NE(listener.server->catalog_port(), listener.server->port());
  EXPECT_EQ(listener.server->tls_port(), 0);
  EXPECT_EQ(listener.server->urls().size(), 2U);
}

TEST(LdapServer, AnswersDatagrams) {
  LdapListener listener([](auto& options) { options.addresses = {"0.0.0.0"}; });
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 4);  // 127.0.0.5: the answer has to come from there
  address.sin_port = htons(listener.server->port());
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const Bytes& unanswered : {Bytes{1, 2, 3}, simple_bind(1, "a", "b"), search(2, "silence"), search(3, std::string(5000, 'x'))})
    EXPECT_EQ(::send(fd, unanswered.data(), unanswered.size(), 0), static_cast<ssize_t>(unanswered.size()));
  const auto request = search(9, "");
  EXPECT_EQ(::send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&waiting, 1, 5000), 1);
  Bytes answer(1000);
  answer.resize(static_cast<std::size_t>(std::max<ssize_t>(::recv(fd, answer.data(), answer.size(), 0), 0)));
  const auto responses = take_responses(answer);
  ASSERT_EQ(responses.size(), 1U);
  EXPECT_EQ(responses[0].line(), "9 done 0 asked at 127.0.0.5") << "the only one that is answered";
  ::close(fd);
}

}  // namespace
}  // namespace tributary::net::testing
