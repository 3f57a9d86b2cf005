// SPDX-License-Identifier: Apache-2.0
// A connection that works: found through the endpoint mapper, sealed with Kerberos, used by many calls at once, and closed in every
// way. The peer is the server's end of src/rpc on loopback. [MS-RPCE] 3.3.1.5, 3.3.2.5; C706 12.6 for fragments and multiplexing.
#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/win32.hpp"
#include "net/testing/connection_test.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Pair;

class RpcConnectionTest : public ConnectionTest {
 protected:
  Runtime runtime;

  static std::function<void(TestServerOptions&)> holding() {
    return [](TestServerOptions& options) { options.answer = [](const rpc::CallReceived&) { return Answer{.stub = {}, .fault = 0, .hold = true}; }; };
  }
};

/// What each of this process's descriptors is.
std::vector<std::string> files() {
  std::vector<std::string> found;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) found.push_back(std::filesystem::read_symlink(entry, gone).string());
  return found;
}
std::size_t sockets() {
  return static_cast<std::size_t>(std::ranges::count_if(files(), [](const std::string& file) { return file.starts_with("socket:"); }));
}

TEST_F(RpcConnectionTest, IsFoundThroughTheEndpointMapper) {
  const auto server = make_server();
  const auto connection = open(runtime, through_mapper(*server));
  ASSERT_TRUE(connection) << connection.error().detail;
  EXPECT_EQ((*connection)->peer(), "127.0.0.1:" + std::to_string(server->port()));
  EXPECT_EQ((*connection)->session_key().size(), 32u) << "the subkey of AES-256";
  EXPECT_TRUE((*connection)->usable());
  EXPECT_EQ(call(**connection, pattern(100)).value_or(Bytes{}), pattern(100));
}

TEST_F(RpcConnectionTest, FindsHostsByName) {
  const auto server = make_server();
  auto options = to(*server);
  options.host = "localhost";
  const auto connection = open(runtime, options);
  ASSERT_TRUE(connection) << connection.error().detail;
  EXPECT_EQ(call(**connection, {1, 2, 3, 4}).value_or(Bytes{}), (Bytes{1, 2, 3, 4}));
}

TEST_F(RpcConnectionTest, OneConnectionCarriesManyCalls) {
  const auto server = make_server();
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  for (std::size_t size = 0; size < 1200; size += 4) ASSERT_EQ(call(**connection, pattern(size)).value_or(Bytes{}), pattern(size));
  EXPECT_EQ(server->connections(), 1u);
  EXPECT_EQ(server->calls(), 300u);
}

// PFC_CONC_MPX: answers come in any order, each to its call.
TEST_F(RpcConnectionTest, AnswersInAnyOrderFindTheirCalls) {
  const auto server = make_server(holding());
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  std::vector<std::future<Result<Bytes>>> answers;
  for (std::size_t i = 0; i < 40; ++i) answers.push_back(begin_call(**connection, pattern(i * 1000)));
  ASSERT_TRUE(eventually([&] { return server->calls() == 40; }));
  server->release([](const rpc::CallReceived& call) { return call.stub; });
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i].get().value_or(Bytes{1}), pattern(i * 1000));
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(RpcConnectionTest, ManyThreadsShareIt) {
  const auto server = make_server();
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (std::size_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 50; ++i) right += call(**connection, pattern(4 * (thread * 50 + i))).value_or(Bytes{1}) == pattern(4 * (thread * 50 + i));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 400);
}

// Pages of GetNCChanges are large: the time must grow with the size and no faster.
TEST_F(RpcConnectionTest, LargeAnswers) {
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const auto server = make_server([](TestServerOptions& options) {
    options.answer = [](const rpc::CallReceived& call) { return Answer{.stub = pattern(load_le<std::uint32_t>(call.stub.data())), .fault = 0, .hold = false}; };
  });
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  Bytes question(4);
  store_le<std::uint32_t>(question.data(), kSize);
  const auto began = monotonic_now();
  const auto answer = call(**connection, question, 120s);
  const auto elapsed = monotonic_now() - began;
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->size(), kSize);
  EXPECT_EQ(*answer, pattern(kSize));
  EXPECT_LT(elapsed, 60s);
}

TEST_F(RpcConnectionTest, LargeRequests) {
  const auto server = make_server();
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  EXPECT_EQ(call(**connection, pattern(4'000'000)).value_or(Bytes{}), pattern(4'000'000));
}

TEST_F(RpcConnectionTest, TwoHundredAtOnce) {
  const auto server = make_server();
  std::vector<std::promise<Result<Connection>>> promises(200);
  for (auto& promise : promises)
    RpcConnection::open(runtime, through_mapper(*server, 60s), as_alice(), [&promise](Result<Connection> result) { promise.set_value(std::move(result)); });
  std::vector<Connection> connections;
  for (auto& promise : promises) {
    auto result = promise.get_future().get();
    ASSERT_TRUE(result) << result.error().detail;
    connections.push_back(std::move(*result));
  }
  EXPECT_EQ(server->connections(), 200u);
  std::vector<std::future<Result<Bytes>>> answers;
  for (auto& connection : connections) answers.push_back(begin_call(*connection, pattern(500)));
  for (auto& answer : answers) EXPECT_EQ(answer.get().value_or(Bytes{}), pattern(500));
  connections.clear();
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

TEST_F(RpcConnectionTest, FaultsAreCodes) {
  const auto server = make_server([](TestServerOptions& options) { options.answer = [](const rpc::CallReceived&) { return Answer{.stub = {}, .fault = 5, .hold = false}; }; });
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  EXPECT_THAT(failure_of(call(**connection, {})), Pair(win32::kErrorAccessDenied, Phase::kCall));
  EXPECT_THAT(failure_of(call(**connection, {}, 20s, 31)), Pair(win32::kRpcSProcnumOutOfRange, Phase::kCall)) << "beyond the interface's operations";
  EXPECT_TRUE((*connection)->usable()) << "a fault ends a call, not the connection";
}

TEST_F(RpcConnectionTest, ACallCanBeCancelled) {
  const auto server = make_server(holding());
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  RpcConnection::Ticket ticket{};
  auto given_up = begin_call(**connection, {}, 20s, 0, &ticket);
  ASSERT_TRUE(eventually([&] { return server->calls() == 1; }));
  (*connection)->cancel(ticket);
  ASSERT_EQ(given_up.wait_for(5s), std::future_status::ready);
  EXPECT_THAT(failure_of(given_up.get()), Pair(win32::kRpcSCallCancelled, Phase::kCall));
  EXPECT_GE(server->cancelled(), 1u);
  (*connection)->cancel(ticket);
  (*connection)->cancel(RpcConnection::Ticket{999});
}

TEST_F(RpcConnectionTest, AnAnswerThatIsQuickerThanItsCancelCounts) {
  const auto server = make_server(holding());
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  RpcConnection::Ticket ticket{};
  auto answer = begin_call(**connection, {}, 20s, 0, &ticket);
  ASSERT_TRUE(eventually([&] { return server->calls() == 1; }));
  (*connection)->cancel(ticket);
  ASSERT_TRUE(eventually([&] { return server->cancelled() == 1; }));
  server->release([](const rpc::CallReceived&) { return Bytes{7, 7, 7, 7}; });
  EXPECT_EQ(answer.get().value_or(Bytes{}), Bytes(4, 7));
}

TEST_F(RpcConnectionTest, ItsEndCompletesTheCallsUnderWay) {
  const auto server = make_server(holding());
  auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  std::vector<std::future<Result<Bytes>>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(begin_call(**connection, pattern(10'000)));
  ASSERT_TRUE(eventually([&] { return server->calls() == 10; }));
  connection->reset();
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(5s), std::future_status::ready);
    EXPECT_THAT(failure_of(answer.get()), Pair(win32::kRpcSCallCancelled, Phase::kCall));
  }
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

// The last reference may go in a handler, on the network thread.
TEST_F(RpcConnectionTest, ItMayEndInItsOwnHandler) {
  const auto server = make_server();
  auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  std::promise<void> done;
  auto& used = **connection;
  used.call(0, {1}, 20s, [keep = std::move(*connection), &done](Result<CallReply> reply) mutable {
    EXPECT_TRUE(reply);
    keep.reset();
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

TEST_F(RpcConnectionTest, KnowsWhenAnIdleServerHasGone) {
  for (const bool reset : {false, true}) {
    const auto server = make_server();
    const auto connection = open(runtime, to(*server));
    ASSERT_TRUE(connection);
    server->close_connections(reset);
    EXPECT_TRUE(eventually([&] { return !(*connection)->usable(); }));
    const auto refused = call(**connection, {});
    EXPECT_THAT(failure_of(refused), Pair(win32::kRpcSCallFailedDne, Phase::kCall)) << "the call was never sent";
  }
}

// A peer that stops reading takes neither the call's deadline nor the socket hostage.
TEST_F(RpcConnectionTest, APeerThatDoesNotReadHoldsNothing) {
  const auto server = make_server(Manner::kDeafAfterBind);
  const std::size_t before = sockets();
  auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  EXPECT_EQ(sockets(), before + 2) << "both ends are in this process";
  // Far more than the sockets' buffers hold.
  std::vector<std::future<Result<Bytes>>> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(begin_call(**connection, Bytes(4'000'000), 300ms));
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
    EXPECT_FALSE(answer.get());
  }
  connection->reset();
  // The server's end of the connection stays open in this process.
  EXPECT_TRUE(eventually([&] { return sockets() == before + 1; }, 5s)) << sockets() << " sockets, " << before << " before";
}

TEST_F(RpcConnectionTest, ARuntimeMayEndWhileConnectionsAreMade) {
  const auto server = make_server(Manner::kSilent);
  const auto held = std::make_shared<int>(0);
  for (const auto delay : {0ms, 5ms, 50ms}) {
    Runtime short_lived;
    for (int i = 0; i < 10; ++i)
      RpcConnection::open(short_lived, through_mapper(*server), as_alice(), [held](Result<Connection>) { ADD_FAILURE() << "nobody answered"; });
    std::this_thread::sleep_for(delay);
  }
  EXPECT_EQ(held.use_count(), 1) << "handlers that were not called are gone";
}

TEST_F(RpcConnectionTest, ARuntimeMayEndWithCallsThatKeepTheirConnection) {
  const auto server = make_server(holding());
  const auto held = std::make_shared<int>(0);
  {
    Runtime short_lived;
    auto connection = open(short_lived, to(*server));
    ASSERT_TRUE(connection);
    auto& used = **connection;
    used.call(0, pattern(100'000), 0ms, [keep = std::move(*connection), held](Result<CallReply>) mutable { keep.reset(); });
    ASSERT_TRUE(eventually([&] { return server->calls() == 1; }));
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

}  // namespace
}  // namespace tributary::net::testing
