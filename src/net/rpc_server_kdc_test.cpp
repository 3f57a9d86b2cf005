// SPDX-License-Identifier: Apache-2.0
// RpcServer and decent clients: found through its endpoint mapper, sealed, many at once, answered from any thread in any order, with
// handles that belong to association groups, cancelled, shut down. [MS-RPCE] 3.3.1.4.1, 3.3.1.5.7, 3.3.3; C706 5.1.6, 9.3.3.
#include <time.h>

#include <gtest/gtest-spi.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

#include "base/win32.hpp"
#include "net/testing/server_test.hpp"
#include "rpc/status.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Pair;

class RpcServerTest : public ServerTest {};

/// Calls that a handler has taken and not answered.
class Held {
 public:
  RpcCallHandler handler() {
    return [this](std::shared_ptr<RpcServerCall> call) {
      const std::scoped_lock lock(mutex_);
      calls_.push_back(std::move(call));
    };
  }
  std::vector<std::shared_ptr<RpcServerCall>> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(calls_, {});
  }
  bool wait_for(std::size_t count) {
    return eventually([&] {
      const std::scoped_lock lock(mutex_);
      return calls_.size() >= count;
    });
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<RpcServerCall>> calls_;
};

// [MS-RPCE] 2.2.1.2.5: ept_map names the port at which the interface is served.
TEST_F(RpcServerTest, IsFoundThroughItsEndpointMapper) {
  const auto server = serve([](RpcServerOptions& options) { options.endpoint_mapper = {{.host = "127.0.0.1", .port = 0}}; });
  ASSERT_NE(server->mapper_port(), 0);
  auto options = at(server->port());
  options.port.reset();
  options.mapper_port = server->mapper_port();
  const auto connection = open(client, options);
  ASSERT_TRUE(connection) << connection.error().detail;
  EXPECT_EQ((*connection)->peer(), "127.0.0.1:" + std::to_string(server->port()));
  EXPECT_EQ(call(**connection, pattern(1000)).value_or(Bytes{}), pattern(1000));
  const auto figures = server->figures();
  EXPECT_EQ(figures.calls, 1u);
  EXPECT_EQ(figures.mapper_calls, 1u);
  options.interface = rpc::SyntaxId{"7e57ab1e-0000-4000-8000-00000000dead"_guid, 1, 0};
  EXPECT_THAT(failure_of(open(client, options)), Pair(win32::kEptSNotRegistered, Phase::kEndpointMap));
}

TEST_F(RpcServerTest, IpV6AndV4HaveTheSamePort) {
  const std::uint16_t port = serve()->port();  // free again
  const auto both = [port](RpcServerOptions& options) {
    options.listen = {{.host = "::", .port = port}, {.host = "0.0.0.0", .port = port}};
    options.endpoint_mapper = {{.host = "::1", .port = 0}};
  };
  if (!std::filesystem::exists("/proc/net/if_inet6")) {  // a machine without IPv6: it is said, and nothing is served by half
    EXPECT_NONFATAL_FAILURE(EXPECT_EQ(serve(both), nullptr), "[::]:");
    return;
  }
  const auto server = serve(both);
  ASSERT_TRUE(server);
  for (const char* const host : {"127.0.0.1", "::1"}) {
    const auto connection = open(client, at(port, host));
    ASSERT_TRUE(connection) << host << ": " << connection.error().detail;
    EXPECT_EQ(call(**connection, {1, 2, 3, 4}).value_or(Bytes{}), (Bytes{1, 2, 3, 4}));
  }
  auto options = at(port, "::1");
  options.port.reset();
  options.mapper_port = server->mapper_port();
  const auto connection = open(client, options);
  ASSERT_TRUE(connection) << connection.error().detail;
}

TEST_F(RpcServerTest, AddressesThatCannotBeHadAreNamed) {
  const auto server = serve();
  RpcServerOptions options;
  options.interfaces = {{.id = kEchoInterface, .opnum_count = 8}};
  options.handler = [](std::shared_ptr<RpcServerCall>) {};
  const auto start = [&](std::string host, std::uint16_t port) {
    auto given = options;
    given.listen = {{.host = std::move(host), .port = port}};
    return RpcServer::start(runtime, given);
  };
  const auto taken = start("127.0.0.1", server->port());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, win32::kErrorAlreadyExists);
  EXPECT_THAT(taken.error().detail, HasSubstr("127.0.0.1:" + std::to_string(server->port())));
  EXPECT_EQ(start("192.0.2.1", 0).error().code, win32::kErrorInvalidParameter) << "an address of somebody else";
  EXPECT_EQ(start("localhost", 0).error().code, win32::kErrorInvalidParameter) << "a name";
  EXPECT_FALSE(RpcServer::start(runtime, options)) << "nowhere";
}

// [MS-RPCE] 3.3.3.4.3: a server asks who its caller is.
TEST_F(RpcServerTest, KnowsItsPeer) {
  Held held;
  const auto server = serve([&](RpcServerOptions& options) { options.handler = held.handler(); });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  auto first = begin_call(**connection, {}, 20s, 5), second = begin_call(**connection, {});
  ASSERT_TRUE(held.wait_for(2));
  const auto calls = held.take();
  const RpcPeer& peer = *calls[0]->peer;
  EXPECT_EQ(calls[0]->peer, calls[1]->peer);
  EXPECT_EQ(calls[0]->opnum, 5);
  EXPECT_EQ(peer.principal, kUser);
  EXPECT_EQ(peer.session_key, (*connection)->session_key());
  EXPECT_THAT(peer.address, ::testing::StartsWith("127.0.0.1:"));
  EXPECT_EQ(peer.connection, 1u);
  EXPECT_FALSE(peer.pac_logon_info) << "MIT's KDC puts none into its tickets";
  for (const auto& call : calls) call->complete({});
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

// PFC_CONC_MPX (C706 12.6.4.3): many calls of one connection are under way, and answered in any order by any thread.
TEST_F(RpcServerTest, ManyThreadsAnswerInAnyOrder) {
  Held held;
  const auto server = serve([&](RpcServerOptions& options) { options.handler = held.handler(); });
  std::vector<Connection> connections;
  std::vector<std::future<Result<Bytes>>> answers;
  for (std::size_t c = 0; c < 8; ++c) {
    auto connection = open(client, at(server->port()));
    ASSERT_TRUE(connection) << connection.error().detail;
    for (std::size_t i = 0; i < 40; ++i) answers.push_back(begin_call(**connection, pattern(c * 4000 + i * 100)));
    connections.push_back(std::move(*connection));
  }
  ASSERT_TRUE(held.wait_for(320));
  auto calls = held.take();
  std::shuffle(calls.begin(), calls.end(), std::mt19937(4));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < calls.size(); i += 8) {
        auto call = std::move(calls[i]);
        call->complete(std::move(call->stub));
      }
    });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_TRUE(answers[i].get().value_or(Bytes{1}) == pattern(i / 40 * 4000 + i % 40 * 100)) << i;
  EXPECT_EQ(server->figures().calls, 320u);
  EXPECT_TRUE(eventually([&] { return server->figures().held_octets == 0; }));
}

TEST_F(RpcServerTest, ManyConnectionsAtOnce) {
  const auto server = serve();
  std::vector<std::promise<Result<Connection>>> promises(200);
  for (auto& promise : promises)
    RpcConnection::open(client, at(server->port()), as_alice(), [&promise](Result<Connection> result) { promise.set_value(std::move(result)); });
  std::vector<Connection> connections;
  for (auto& promise : promises) {
    auto result = promise.get_future().get();
    ASSERT_TRUE(result) << result.error().detail;
    connections.push_back(std::move(*result));
  }
  std::vector<std::future<Result<Bytes>>> answers;
  for (auto& connection : connections) answers.push_back(begin_call(*connection, pattern(500)));
  for (auto& answer : answers) EXPECT_EQ(answer.get().value_or(Bytes{}), pattern(500));
  EXPECT_EQ(server->figures().open, 200u);
  EXPECT_EQ(server->figures().unauthenticated, 0u);
  connections.clear();
  EXPECT_TRUE(eventually([&] { return server->figures().open == 0; }));
  EXPECT_EQ(server->figures().accepted, 200u);
}

// [MS-RPCE] 3.1.1.5.5: a status that is no nca status travels as it is. A call that nobody answers is answered all the same.
TEST_F(RpcServerTest, FaultsAndCallsThatAreDropped) {
  const auto server = serve([](RpcServerOptions& options) {
    options.handler = [](std::shared_ptr<RpcServerCall> call) {
      if (call->opnum == 0) call->fail(5);
      if (call->opnum == 1) std::thread([dropped = std::move(call)]() mutable { dropped.reset(); }).detach();
    };
  });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  EXPECT_THAT(failure_of(call(**connection, {}, 5s, 0)), Pair(win32::kErrorAccessDenied, Phase::kCall));
  EXPECT_THAT(failure_of(call(**connection, {}, 5s, 1)), Pair(rpc::win32_from_fault(rpc::nca::kFaultUnspecified), Phase::kCall));
  EXPECT_THAT(failure_of(call(**connection, {}, 5s, 8)), Pair(win32::kRpcSProcnumOutOfRange, Phase::kCall)) << "opnum_count is 8";
  EXPECT_EQ(server->figures().calls, 2u);
}

// co_cancel asks, orphaned and the end of a connection tell (C706 9.3.2.5, 12.6.4.6; [MS-RPCE] 3.3.1.5.10).
TEST_F(RpcServerTest, CallsAreCancelled) {
  Held held;
  const auto server = serve([&](RpcServerOptions& options) { options.handler = held.handler(); });
  auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  RpcConnection::Ticket ticket{};
  auto asked = begin_call(**connection, {}, 20s, 0, &ticket), left = begin_call(**connection, {});
  ASSERT_TRUE(held.wait_for(2));
  auto calls = held.take();
  std::atomic<int> told = 0;
  for (const auto& call : calls) {
    EXPECT_FALSE(call->cancelled());
    call->with_handles([&, call](rpc::ContextHandles*) { call->when_cancelled([&told] { ++told; }); });
  }
  (*connection)->cancel(ticket);
  ASSERT_TRUE(eventually([&] { return calls[0]->cancelled() && told == 1; }));
  EXPECT_FALSE(calls[1]->cancelled());
  calls[0]->fail(rpc::nca::kFaultCancel);
  EXPECT_THAT(failure_of(asked.get()), Pair(win32::kRpcSCallCancelled, Phase::kCall));
  connection->reset();
  ASSERT_TRUE(eventually([&] { return calls[1]->cancelled() && told == 2; }));
  calls[1]->complete(pattern(100));
  std::promise<void> late;
  calls[1]->with_handles([&](rpc::ContextHandles* handles) {
    EXPECT_EQ(handles, nullptr);
    calls[1]->when_cancelled([&] { late.set_value(); });
  });
  EXPECT_EQ(late.get_future().wait_for(5s), std::future_status::ready) << "at once when it has happened already";
  EXPECT_FALSE(left.get());
}

class Counted final : public rpc::HandleState {
 public:
  explicit Counted(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~Counted() override { --alive_; }

 private:
  std::atomic<int>& alive_;
};
class Seeded final : public Random {
 public:
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937 engine_{7};
};

class RpcServerHandles : public ServerTest {
 protected:
  /// Opnum 0 opens a handle and answers it, opnum 1 says whether there is one, opnum 2 closes it.
  std::unique_ptr<RpcServer> serve_handles(const Change& change = {}) {
    return serve([&](RpcServerOptions& options) {
      options.handler = [this](std::shared_ptr<RpcServerCall> call) {
        ndr::ContextHandle handle;
        if (call->stub.size() == 16) std::ranges::copy(call->stub, handle.uuid.octets.begin());
        rpc::ContextHandles& handles = *call->handles();
        if (call->opnum == 0) {
          const auto opened = handles.open(std::make_shared<Counted>(alive), random);
          return opened ? call->complete(Bytes(opened->uuid.octets.begin(), opened->uuid.octets.end())) : call->fail(static_cast<std::uint32_t>(opened.error().code));
        }
        const bool there = call->opnum == 1 ? handles.find<Counted>(handle) != nullptr : handles.close(handle) != nullptr;
        return there ? call->complete({}) : call->fail(rpc::nca::kContextMismatch);
      };
      if (change) change(options);
    });
  }
  std::atomic<int> alive = 0;
  Seeded random;
};

// [MS-RPCE] 3.3.1.5.7: a handle is good on every connection of its association group, and on no other.
TEST_F(RpcServerHandles, BelongToAnAssociationGroup) {
  const auto server = serve_handles();
  auto first = std::make_unique<HandClient>(server->port(), as_alice());
  ASSERT_TRUE(first->bind());
  const auto handle = first->call(0, {});
  ASSERT_TRUE(handle);
  HandClient second(server->port(), as_alice(), first->group());
  ASSERT_TRUE(second.bind());
  EXPECT_TRUE(second.call(1, *handle));
  HandClient stranger(server->port(), as_alice());
  ASSERT_TRUE(stranger.bind());
  EXPECT_NE(stranger.group(), first->group());
  EXPECT_EQ(stranger.call(1, *handle).error().code, rpc::win32_from_fault(rpc::nca::kContextMismatch));
  first.reset();
  ASSERT_TRUE(eventually([&] { return server->figures().open == 2; }));
  EXPECT_TRUE(second.call(1, *handle)) << "the group lives as long as one of its connections";
  EXPECT_TRUE(second.call(2, *handle));
  EXPECT_EQ(second.call(1, *handle).error().code, rpc::win32_from_fault(rpc::nca::kContextMismatch));
  EXPECT_EQ(alive, 0);
}

// C706 5.1.6 (rundown): the end of the last connection destroys what is behind the handles.
TEST_F(RpcServerHandles, AreRunDown) {
  const auto server = serve_handles();
  {
    HandClient leaves(server->port(), as_alice());
    ASSERT_TRUE(leaves.bind());
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(leaves.call(0, {}));
    EXPECT_EQ(alive, 5);
  }
  EXPECT_TRUE(eventually([&] { return alive == 0; }));
}

// [MS-RPCE] 3.3.1.5.7: a group is joined from the machine that made it, and only while it is there.
TEST_F(RpcServerHandles, AGroupIsOfOneMachine) {
  const auto server = serve_handles();
  HandClient first(server->port(), as_alice());
  ASSERT_TRUE(first.bind());
  HandClient elsewhere(server->port(), as_alice(), first.group(), "127.0.0.9");
  EXPECT_FALSE(elsewhere.bind());
  HandClient guesses(server->port(), as_alice(), first.group() + 77);
  EXPECT_FALSE(guesses.bind());
  EXPECT_TRUE(first.call(0, {}));
}

// The destructor cancels what is under way, and whoever still holds a call may answer or drop it at any later time.
TEST_F(RpcServerTest, ItsEndCancelsAndHoldsNothing) {
  Held held;
  auto server = serve([&](RpcServerOptions& options) { options.handler = held.handler(); });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  std::vector<std::future<Result<Bytes>>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(begin_call(**connection, pattern(10)));
  ASSERT_TRUE(held.wait_for(3));
  auto calls = held.take();
  server.reset();
  for (auto& answer : answers) EXPECT_FALSE(answer.get());
  for (const auto& call : calls) EXPECT_TRUE(call->cancelled());
  const auto witness = std::make_shared<int>(0);
  calls[0]->complete(pattern(10));
  calls[1]->fail(5);
  calls[1]->with_handles([witness](rpc::ContextHandles*) { ADD_FAILURE() << "the server has ended"; });
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_EQ(calls[2]->handles(), nullptr);
  calls.clear();
}

TEST_F(RpcServerTest, ACallMayOutliveTheRuntime) {
  Held held;
  {
    Runtime short_lived;
    RpcServerOptions options;
    options.listen = {{.host = "127.0.0.1", .port = 0}};
    options.interfaces = {{.id = kEchoInterface, .opnum_count = 8}};
    options.make_acceptor = acceptors();
    options.handler = held.handler();
    auto server = RpcServer::start(short_lived, std::move(options));
    ASSERT_TRUE(server);
    const auto connection = open(client, at((*server)->port()));
    ASSERT_TRUE(connection);
    auto answer = begin_call(**connection, {});
    ASSERT_TRUE(held.wait_for(1));
    server->reset();
    EXPECT_FALSE(answer.get());
  }
  for (const auto& call : held.take()) call->complete({});
}

// rpc_shutdown (C706 12.6.4.11): no new calls, those under way are answered, and then everything closes.
TEST_F(RpcServerTest, ShutsDownWhenCallsAreAnswered) {
  Held held;
  const auto server = serve([&](RpcServerOptions& options) { options.handler = held.handler(); });
  const auto connection = open(client, at(server->port())), idle = open(client, at(server->port()));
  ASSERT_TRUE(connection && idle);
  const RawSocket stranger(server->port());
  auto answer = begin_call(**connection, pattern(100'000));
  ASSERT_TRUE(held.wait_for(1));
  std::thread answers_later([&] {
    std::this_thread::sleep_for(150ms);
    for (const auto& call : held.take()) call->complete(std::move(call->stub));
  });
  const auto began = monotonic_now();
  server->shut_down(20s);
  const auto took = monotonic_now() - began;
  answers_later.join();
  EXPECT_GE(took, 150ms);
  EXPECT_LT(took, 5s);
  EXPECT_EQ(answer.get().value_or(Bytes{}), pattern(100'000));
  EXPECT_EQ(server->figures().open, 0u);
  EXPECT_FALSE(open(client, at(server->port())));
  server->shut_down(1s);
}

TEST_F(RpcServerTest, ShutsDownWhenTheGraceIsOver) {
  Held held;
  const auto server = serve([&](RpcServerOptions& options) { options.handler = held.handler(); });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  auto answer = begin_call(**connection, {});
  ASSERT_TRUE(held.wait_for(1));
  const auto began = monotonic_now();
  server->shut_down(200ms);
  const auto took = monotonic_now() - began;
  EXPECT_GE(took, 190ms);
  EXPECT_LT(took, 3s);
  EXPECT_FALSE(answer.get());
  EXPECT_TRUE(held.take()[0]->cancelled());
}

// What a call costs beside its work: two small PDUs, sealed, opened, and a turn of two threads.
TEST_F(RpcServerTest, SmallCallsAreQuick) {
  const auto server = serve();
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  std::vector<MonoTime> took;
  for (int i = 0; i < 500; ++i) {
    const auto began = monotonic_now();
    ASSERT_TRUE(call(**connection, pattern(100)));
    took.push_back(monotonic_now() - began);
  }
  std::ranges::sort(took);
  const auto micros = [&](std::size_t i) { return std::chrono::duration<double, std::micro>(took[i]).count(); };
  std::printf("a call of 100 octets over loopback: median %.0f us, 99 of 100 within %.0f us\n", micros(250), micros(495));
  EXPECT_LT(took[250], 20ms);
}

// [MS-DRSR] 4.1.10.5: pages are large. What has been said of the memory: an answer is sealed as it is sent.
TEST_F(RpcServerTest, LargeAnswersAtTheSpeedOfTheSeal) {
  constexpr std::size_t kPage = std::size_t{10} << 20;
  constexpr std::size_t kPages = 4;
  const Bytes page = pattern(kPage);
  std::atomic<double> cpu_first = 0, cpu_last = 0;  ///< seconds of the network thread when the first and the last page were asked for
  const auto server = serve([&](RpcServerOptions& options) {
    options.handler = [&](std::shared_ptr<RpcServerCall> call) {
      timespec now{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      cpu_last = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
      if (cpu_first == 0) cpu_first = cpu_last.load();
      call->complete(page);
    };
  });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  const auto began = monotonic_now();
  for (std::size_t i = 0; i < kPages; ++i) ASSERT_TRUE(call(**connection, {}).value_or(Bytes{}) == page);
  const double seconds = std::chrono::duration<double>(monotonic_now() - began).count();
  const double rate = static_cast<double>(kPages * kPage) / (1 << 20) / seconds;
  RecordProperty("sealed_mb_per_s", static_cast<int>(rate));
  const double rate_of_thread = static_cast<double>((kPages - 1) * kPage) / (1 << 20) / (cpu_last - cpu_first);
  std::printf("sealed answers of 10 MB over loopback, both ends in one process: %.0f MB/s; %.0f MB for each second of the server's network thread\n", rate,
              rate_of_thread);
  EXPECT_GT(rate_of_thread, 15.0) << "no step may take time that grows with the square";
}

}  // namespace
}  // namespace tributary::net::testing
