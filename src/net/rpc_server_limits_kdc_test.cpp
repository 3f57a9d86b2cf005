// SPDX-License-Identifier: Apache-2.0
// RpcServer and clients that take what they can get: connections without end, handshakes and requests that never end, answers that
// nobody reads, descriptors that run out. Each is bounded in time and in memory, logged, counted, and everybody else is served
// meanwhile. The limits are RpcServerLimits; [MS-RPCE] 3.3.3.2 (timers of a server are its own matter), 3.3.3.5.4, 3.3.3.5.5.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/win32.hpp"
#include "net/testing/server_test.hpp"
#include "rpc/status.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;

class RpcServerLimitsTest : public ServerTest {
 protected:
  std::unique_ptr<RpcServer> serve_with(const std::function<void(RpcServerLimits&)>& change, RpcCallHandler handler = {}) {
    return serve([&](RpcServerOptions& options) {
      change(options.limits);
      if (handler) options.handler = std::move(handler);
    });
  }
};

// A connection that never binds, one that binds and never authenticates, one whose bind comes octet by octet, and one that
// authenticates halfway: all are gone when the handshake's time is over, and not before.
TEST_F(RpcServerLimitsTest, HandshakesThatNeverEnd) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.handshake_timeout = 1s; });
  const auto began = monotonic_now();
  RawSocket silent(server->port()), anonymous(server->port()), halfway(server->port()), slow(server->port());
  ASSERT_TRUE(anonymous.send(raw_bind(1, kEchoInterface)));
  const auto context = std::move(*as_alice()());
  const auto step = context->step({});
  const Bytes bind = raw_bind(1, kEchoInterface, rpc::AuthTrailer{.type = 9, .level = 6, .pad_length = 0, .context_id = 1, .token = step->token});
  ASSERT_TRUE(halfway.send(bind));
  std::thread drips([&] {
    for (std::size_t i = 0; i < bind.size() && slow.send(ByteView(bind).subspan(i, 1)); ++i) std::this_thread::sleep_for(40ms);
  });
  EXPECT_TRUE(serves(*server));
  // Calls do not keep somebody who has not authenticated.
  for (std::uint32_t id = 2; monotonic_now() - began < 700ms; ++id) {
    (void)anonymous.send(raw_request(id, 0, {}));
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(server->figures().unauthenticated, 4u);
  for (RawSocket* const socket : {&silent, &anonymous, &halfway, &slow}) EXPECT_TRUE(socket->closed_within(5s));
  EXPECT_GE(monotonic_now() - began, 1s);
  EXPECT_LT(monotonic_now() - began, 4s);
  drips.join();
  EXPECT_TRUE(eventually([&] { return server->figures().failed_handshakes == 4 && server->figures().open <= 1; }));
  EXPECT_TRUE(lines.has({"rpc: 127.0.0.1:", "did not authenticate in time"})) << ::testing::PrintToString(lines.all());
}

// [C706] 12.6.4.9: a request is made of fragments. Its time runs from the first octet to the last one, however they come.
TEST_F(RpcServerLimitsTest, ARequestThatComesOctetByOctet) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.request_timeout = 800ms; });
  HandClient slow(server->port(), as_alice());
  ASSERT_TRUE(slow.bind());
  ASSERT_TRUE(slow.call(0, pattern(100)));
  const Bytes request = slow.seal(0, pattern(20'000));  // four fragments
  const auto began = monotonic_now();
  ASSERT_TRUE(slow.socket.send(ByteView(request).first(12'000)));
  bool sent = true;
  for (std::size_t i = 12'000; sent && monotonic_now() - began < 5s; ++i) {
    sent = slow.socket.send(ByteView(request).subspan(i, 1)) && !slow.socket.closed_within(1ms);
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_FALSE(sent);
  EXPECT_GE(monotonic_now() - began, 790ms);
  EXPECT_LT(monotonic_now() - began, 3s);
  EXPECT_TRUE(eventually([&] { return server->figures().dropped_slow == 1; }));
  EXPECT_TRUE(lines.has({"alice@", "did not finish it in time"})) << ::testing::PrintToString(lines.all());
  EXPECT_TRUE(serves(*server));
}

// Who sends one request behind the other, always with the beginning of the next, is busy and not late.
TEST_F(RpcServerLimitsTest, AStreamOfRequestsIsNotALateOne) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.request_timeout = 400ms; });
  HandClient busy(server->port(), as_alice());
  ASSERT_TRUE(busy.bind());
  const auto began = monotonic_now();
  Bytes kept;
  while (monotonic_now() - began < 1300ms) {
    Bytes octets = std::exchange(kept, {});
    const Bytes next = busy.seal(0, pattern(64));
    octets.insert(octets.end(), next.begin(), next.end());
    kept.assign(octets.end() - 30, octets.end());
    octets.resize(octets.size() - 30);
    ASSERT_TRUE(busy.socket.send(octets));
    std::this_thread::sleep_for(50ms);
  }
  ASSERT_TRUE(busy.socket.send(kept));
  EXPECT_EQ(busy.answer().value_or(Bytes{}), pattern(64));
  EXPECT_EQ(server->figures().dropped_slow, 0u);
}

// An answer is sealed as it is taken; who takes nothing is dropped, and with it what was to be sent.
TEST_F(RpcServerLimitsTest, AReaderThatTakesNothing) {
  const Bytes page(std::size_t{10} << 20);
  const auto server = serve_with([](RpcServerLimits& limits) { limits.send_timeout = 800ms; },
                                 [&](std::shared_ptr<RpcServerCall> call) { call->opnum == 1 ? call->complete(page) : call->complete(std::move(call->stub)); });
  HandClient deaf(server->port(), as_alice(), 0, {}, 4096);
  ASSERT_TRUE(deaf.bind());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(deaf.socket.send(deaf.seal(1, {})));
  ASSERT_TRUE(eventually([&] { return server->figures().held_octets >= 2 * page.size(); }));
  const auto began = monotonic_now();
  EXPECT_TRUE(serves(*server));
  EXPECT_TRUE(eventually([&] { return server->figures().dropped_slow == 1; }, 5s));
  EXPECT_LT(monotonic_now() - began, 4s);
  EXPECT_TRUE(eventually([&] { return server->figures().held_octets == 0; }));
  EXPECT_TRUE(lines.has({"alice@", "takes nothing"})) << ::testing::PrintToString(lines.all());
  EXPECT_FALSE(deaf.answer());
}

// A slow reader is no deaf one: it gets everything.
TEST_F(RpcServerLimitsTest, AReaderThatTakesLittleIsServed) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.send_timeout = 700ms; },
                                 [](std::shared_ptr<RpcServerCall> call) { call->complete(pattern(3'000'000)); });
  HandClient slow(server->port(), as_alice(), 0, {}, 4096);
  ASSERT_TRUE(slow.bind());
  ASSERT_TRUE(slow.socket.send(slow.seal(0, {})));
  std::this_thread::sleep_for(500ms);
  EXPECT_TRUE(slow.answer().value_or(Bytes{}) == pattern(3'000'000));
  EXPECT_EQ(server->figures().dropped_slow, 0u);
}

// What one client makes us hold has a limit, and beyond it nothing more is read from it: it waits, and in the end has all its answers.
TEST_F(RpcServerLimitsTest, ManyLargeAnswersToOneClient) {
  const Bytes page(std::size_t{4} << 20);
  std::atomic<std::size_t> most = 0;
  const auto server = serve_with([](RpcServerLimits& limits) { limits.connection_octets_max = std::size_t{8} << 20; },
                                 [&](std::shared_ptr<RpcServerCall> call) { call->opnum == 1 ? call->complete(page) : call->complete(std::move(call->stub)); });
  HandClient greedy(server->port(), as_alice(), 0, {}, 65536);
  ASSERT_TRUE(greedy.bind());
  constexpr int kCalls = 7;
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_TRUE(greedy.socket.send(greedy.seal(1, {})));
    std::this_thread::sleep_for(30ms);
    most = std::max<std::size_t>(most, server->figures().held_octets);
  }
  EXPECT_LE(most, 4 * page.size()) << "not " << kCalls << " pages";
  EXPECT_LT(server->figures().calls, static_cast<std::uint64_t>(kCalls));
  EXPECT_TRUE(serves(*server));
  for (int i = 0; i < kCalls; ++i) ASSERT_TRUE(greedy.answer());
  EXPECT_EQ(server->figures().calls, kCalls + 1u);
  EXPECT_TRUE(eventually([&] { return server->figures().held_octets == 0; }));
}

// The sum of all has a limit, too: the client that holds most goes, and nobody else.
TEST_F(RpcServerLimitsTest, TogetherTheyHoldTooMuch) {
  const Bytes page(std::size_t{6} << 20);
  const auto server = serve_with([](RpcServerLimits& limits) { limits.octets_max = std::size_t{16} << 20; },
                                 [&](std::shared_ptr<RpcServerCall> call) { call->opnum == 1 ? call->complete(page) : call->complete(std::move(call->stub)); });
  HandClient modest(server->port(), as_alice(), 0, "127.0.0.3", 4096), greedy(server->port(), as_alice(), 0, {}, 4096);
  ASSERT_TRUE(modest.bind() && greedy.bind());
  ASSERT_TRUE(modest.socket.send(modest.seal(1, {})));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(greedy.socket.send(greedy.seal(1, {})));
  EXPECT_TRUE(eventually([&] { return server->figures().violations == 1; }));
  EXPECT_TRUE(lines.has({"octets wait for it"})) << ::testing::PrintToString(lines.all());
  EXPECT_FALSE(greedy.answer());
  EXPECT_EQ(modest.answer().value_or(Bytes{}).size(), page.size());
}

// More than calls_per_connection_max calls under way are faulted with nca_s_server_too_busy, and the others are not disturbed.
TEST_F(RpcServerLimitsTest, CallsOfOneConnection) {
  std::mutex mutex;
  std::vector<std::shared_ptr<RpcServerCall>> held;
  const auto server = serve_with([](RpcServerLimits& limits) { limits.calls_per_connection_max = 5; },
                                 [&](std::shared_ptr<RpcServerCall> call) {
                                   const std::scoped_lock lock(mutex);
                                   held.push_back(std::move(call));
                                 });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  std::vector<std::future<Result<Bytes>>> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(begin_call(**connection, pattern(8)));
  for (std::size_t i = 5; i < 8; ++i) EXPECT_EQ(failure_of(answers[i].get()).first, win32::kRpcSServerTooBusy);
  {
    const std::scoped_lock lock(mutex);
    ASSERT_EQ(held.size(), 5u);
    for (const auto& call : held) call->complete(std::move(call->stub));
    held.clear();
  }
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(answers[i].get());
}

TEST_F(RpcServerLimitsTest, IdleConnectionsEndAndBusyOnesDoNot) {
  std::mutex mutex;
  std::shared_ptr<RpcServerCall> held;
  const auto server = serve_with([](RpcServerLimits& limits) { limits.idle_timeout = 500ms; },
                                 [&](std::shared_ptr<RpcServerCall> call) {
                                   const std::scoped_lock lock(mutex);
                                   held = std::move(call);
                                 });
  const auto idle = open(client, at(server->port())), busy = open(client, at(server->port()));
  ASSERT_TRUE(idle && busy);
  auto answer = begin_call(**busy, {});
  EXPECT_TRUE(eventually([&] { return !(*idle)->usable(); }, 5s));
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE((*busy)->usable());
  EXPECT_EQ(server->figures().dropped_idle, 1u);
  {
    const std::scoped_lock lock(mutex);
    held->complete({});
  }
  EXPECT_TRUE(answer.get());
  EXPECT_TRUE(lines.has({"alice@", "idle"}));
}

// One address has its share: its own oldest stranger gives way to its next connection, and nobody else's.
TEST_F(RpcServerLimitsTest, ConnectionsOfOneAddress) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.connections_per_address_max = 4; });
  RawSocket elsewhere(server->port(), "127.0.0.4");
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 4; ++i) sockets.emplace_back(server->port());
  ASSERT_TRUE(eventually([&] { return server->figures().open == 5; }));
  EXPECT_TRUE(serves(*server));
  EXPECT_TRUE(sockets[0].closed_within(2s));
  EXPECT_FALSE(sockets[1].closed_within(1ms));
  EXPECT_FALSE(elsewhere.closed_within(1ms));
  EXPECT_EQ(server->figures().refused, 1u);
  sockets.clear();
  // Those who have authenticated stay; then it is the new one that has to go.
  std::vector<Connection> connections;
  ASSERT_TRUE(eventually([&] { return server->figures().open == 1; }));
  for (int i = 0; i < 4; ++i) {
    auto connection = open(client, at(server->port()));
    ASSERT_TRUE(connection);
    connections.push_back(std::move(*connection));
  }
  RawSocket fifth(server->port());
  EXPECT_TRUE(fifth.closed_within(2s));
  for (const auto& connection : connections) EXPECT_TRUE(call(*connection, pattern(8)));
  EXPECT_TRUE(lines.has({"refused", "too many connections from its address"})) << ::testing::PrintToString(lines.all());
}

TEST_F(RpcServerLimitsTest, StrangersAreFewAndTheOldestGivesWay) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.unauthenticated_max = 6; });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 30; ++i) sockets.emplace_back(server->port(), "127.0.0." + std::to_string(10 + i));
  ASSERT_TRUE(eventually([&] { return server->figures().accepted == 31; }));
  EXPECT_EQ(server->figures().unauthenticated, 6u);
  EXPECT_TRUE(sockets[0].closed_within(2s));
  EXPECT_TRUE(sockets[23].closed_within(2s));
  EXPECT_FALSE(sockets[24].closed_within(1ms));
  EXPECT_TRUE(call(**connection, pattern(8)));
  EXPECT_TRUE(serves(*server));
}

TEST_F(RpcServerLimitsTest, ConnectionsAltogether) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.connections_max = 3; });
  std::vector<Connection> connections;
  for (int i = 0; i < 3; ++i) connections.push_back(open(client, at(server->port())).value());
  RawSocket fourth(server->port());
  EXPECT_TRUE(fourth.closed_within(2s));
  connections.pop_back();
  EXPECT_TRUE(eventually([&] { return server->figures().open == 2; }));
  EXPECT_TRUE(serves(*server));
}

/// What this process has in memory that is not a file's.
std::ptrdiff_t anonymous_octets() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    std::ptrdiff_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

// A stranger costs what he has sent, at most one fragment, and a few kilobytes. [MS-RPCE] 2.2.2.1: a fragment has at most 65,535 octets.
TEST_F(RpcServerLimitsTest, StrangersCostLittle) {
  const auto server = serve_with([](RpcServerLimits& limits) {
    limits.connections_per_address_max = 2000;
    limits.unauthenticated_max = 2000;
  });
  ASSERT_TRUE(serves(*server));
  const std::ptrdiff_t before = anonymous_octets();
  std::vector<RawSocket> silent, halfway;
  for (int i = 0; i < 1000; ++i) silent.emplace_back(server->port());
  ASSERT_TRUE(eventually([&] { return server->figures().unauthenticated == 1000; }));
  const std::ptrdiff_t with_silent = anonymous_octets();
  Bytes half = raw_bind(1, kEchoInterface);
  store_le<std::uint16_t>(half.data() + 8, 65535);
  half.resize(65534);
  for (int i = 0; i < 100; ++i) {
    halfway.emplace_back(server->port());
    ASSERT_TRUE(halfway.back().send(half));
  }
  ASSERT_TRUE(eventually([&] { return server->figures().held_octets == 100 * half.size(); }));
  const std::ptrdiff_t with_half = anonymous_octets();
  std::printf("a silent connection costs at most %td octets, one with half a PDU %td\n", (with_silent - before) / 1000, (with_half - with_silent) / 100);
  EXPECT_LT((with_silent - before) / 1000, 32 << 10);
  EXPECT_LT((with_half - with_silent) / 100, 256 << 10);
  EXPECT_TRUE(serves(*server));
}

/// Whatever this process may open, until the end of the scope.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t limit) {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit few = before_;
    few.rlim_cur = limit;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }

 private:
  rlimit before_{};
};

// accept(2), EMFILE: no descriptor is left. Trying again at once would take a core; who is connected is served, and later all are.
TEST_F(RpcServerLimitsTest, DescriptorsRunOut) {
  const auto server = serve();
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 6; ++i) sockets.push_back(RawSocket::unconnected());
  {
    const int next = ::dup(0);
    ::close(next);
    const FewDescriptors few(static_cast<rlim_t>(next));
    for (auto& socket : sockets) ASSERT_TRUE(socket.connect(server->port()));
    std::this_thread::sleep_for(450ms);
    const auto errors = server->figures().accept_errors;
    EXPECT_GE(errors, 2u);
    EXPECT_LE(errors, 10u) << "a busy loop";
    EXPECT_TRUE(call(**connection, pattern(100)));
  }
  EXPECT_TRUE(lines.has({"no connection can be accepted"}));
  EXPECT_TRUE(eventually([&] { return server->figures().open >= 2; }));
  EXPECT_TRUE(serves(*server));
}

/// A number from the environment: the long form of a test.
std::size_t from_environment(const char* name, std::size_t otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? static_cast<std::size_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

// [MS-RPCE] 3.3.3.5.3 and the issue's "ten thousand binds": strangers bind as fast as they can, some with tokens, some without, and leave
// without a word or stay. TRIBUTARY_TEST_BINDS=10000 is the long form.
TEST_F(RpcServerLimitsTest, AFloodOfBinds) {
  const std::size_t binds = from_environment("TRIBUTARY_TEST_BINDS", 2'000);
  const auto server = serve_with([](RpcServerLimits& limits) {
    limits.unauthenticated_max = 128;
    limits.handshake_timeout = 5s;
  });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  const Bytes token(600, 0x60);
  const Bytes with_token = raw_bind(1, kEchoInterface, rpc::AuthTrailer{.type = 9, .level = 6, .pad_length = 0, .context_id = 1, .token = token});
  const Bytes without = raw_bind(1, kEchoInterface);
  std::atomic<bool> over = false;
  std::atomic<std::size_t> sent = 0;
  const auto began = monotonic_now();
  std::thread flood([&] {
    std::deque<RawSocket> kept;
    for (std::size_t i = 0; i < binds; ++i) {
      RawSocket socket(server->port(), "127.0.1." + std::to_string(1 + i % 250));
      if (socket.connected() && socket.send(i % 2 == 0 ? with_token : without)) ++sent;
      if (i % 4 != 0) kept.push_back(std::move(socket));
      if (kept.size() > 300) kept.pop_front();
    }
    over = true;
  });
  std::size_t served = 0;
  MonoTime slowest{};
  while (!over) {
    const auto asked = monotonic_now();
    if (call(**connection, pattern(100), 5s)) ++served;
    slowest = std::max(slowest, monotonic_now() - asked);
    EXPECT_LE(server->figures().unauthenticated, 128u);
    std::this_thread::sleep_for(1ms);
  }
  flood.join();
  const auto took = monotonic_now() - began;
  EXPECT_TRUE(serves(*server));
  const auto figures = server->figures();
  std::printf("%zu binds in %lld ms, meanwhile %zu calls of somebody else, the slowest in %lld ms\n", sent.load(),
              static_cast<long long>(took / 1ms), served, static_cast<long long>(slowest / 1ms));
  EXPECT_GE(sent, binds * 9 / 10);
  EXPECT_LT(took, 30s * static_cast<int>(binds / 2'000));
  EXPECT_GE(served, 3u);
  EXPECT_LT(slowest, 2s);
  EXPECT_GE(figures.failed_handshakes + figures.refused, sent / 2);
  EXPECT_LE(lines.all().size(), 200u) << "nor is it a flood of lines";
  EXPECT_TRUE(eventually([&] { return server->figures().open <= 130; }));
}

// Faults are sent at once and wait in front of a reader that takes none: then no more requests are read.
TEST_F(RpcServerLimitsTest, FaultsThatNobodyReads) {
  const auto server = serve_with([](RpcServerLimits& limits) { limits.send_timeout = 1s; });
  RawSocket socket(server->port(), {}, 4096);
  ASSERT_TRUE(socket.send(raw_bind(1, kEchoInterface)));
  ASSERT_EQ(type_of(socket.receive_pdu()), rpc::PduType::kBindAck);
  std::size_t sent = 0;
  Bytes burst;
  for (std::uint32_t id = 2; sent < (std::size_t{64} << 20); burst.clear()) {
    for (int i = 0; i < 1000; ++i, ++id) {
      const Bytes request = raw_request(id, 0, {});
      burst.insert(burst.end(), request.begin(), request.end());
    }
    if (!socket.send(burst)) break;
    sent += burst.size();
  }
  EXPECT_LT(sent, std::size_t{64} << 20) << "it read on and on";
  EXPECT_TRUE(eventually([&] { return server->figures().dropped_slow == 1; }, 5s));
  EXPECT_TRUE(serves(*server));
}

}  // namespace
}  // namespace tributary::net::testing
