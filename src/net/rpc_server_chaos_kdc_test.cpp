// SPDX-License-Identifier: Apache-2.0
// RpcServer under everything at once: decent clients and bad ones side by side, handlers that answer from other threads, late, never or
// twice, servers that end in the middle of it. Nothing hangs, nothing stays, and decent clients get right answers. C706 chapter 9.
#include <atomic>
#include <random>
#include <thread>

#include "base/win32.hpp"
#include "net/testing/server_test.hpp"
#include "rpc/status.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;

/// Threads that answer calls late, in any order, sometimes twice and sometimes never.
class LateAnswers {
 public:
  explicit LateAnswers(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, i] { work(static_cast<unsigned>(i)); });
  }
  LateAnswers(const LateAnswers&) = delete;
  LateAnswers& operator=(const LateAnswers&) = delete;
  ~LateAnswers() {
    over_ = true;
    for (auto& thread : threads_) thread.join();
  }
  RpcCallHandler handler() {
    return [this](std::shared_ptr<RpcServerCall> call) {
      if (call->opnum != 1) call->when_cancelled([this, call] { ++cancelled; });  // holds itself until it is answered or cancelled
      const std::scoped_lock lock(mutex_);
      waiting_.push_back(std::move(call));
    };
  }
  std::atomic<int> cancelled = 0;

 private:
  void work(unsigned seed) {
    std::mt19937 random(seed);
    while (!over_) {
      std::shared_ptr<RpcServerCall> call;
      {
        const std::scoped_lock lock(mutex_);
        if (!waiting_.empty()) {
          std::swap(waiting_[random() % waiting_.size()], waiting_.back());
          call = std::move(waiting_.back());
          waiting_.pop_back();
        }
      }
      if (!call) {
        std::this_thread::sleep_for(1ms);
      } else {
        answer(std::move(call), random() % 8);
      }
    }
  }
  static void answer(std::shared_ptr<RpcServerCall> call, unsigned how) {
    if (how == 0) std::this_thread::sleep_for(3ms);
    if (how == 1) call->with_handles([](rpc::ContextHandles* handles) { (void)(handles != nullptr && handles->size() > 0); });
    if (call->opnum == 1) return;  // dropped
    if (call->opnum == 2) return call->fail(0x2105);
    call->complete(call->stub);
    if (how == 2) call->fail(5);  // too late
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<RpcServerCall>> waiting_;
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

class RpcServerChaos : public ServerTest {
 protected:
  /// One bad client's life.
  static void misbehave(std::uint16_t port, unsigned seed) {
    std::mt19937 random(seed);
    const std::string from = "127.0.2." + std::to_string(1 + seed % 200);
    if (random() % 3 == 0) {
      RawSocket socket(port, from);
      Bytes octets(random() % 3000);
      for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
      if (random() % 2 == 0) (void)socket.send(raw_bind(1, kEchoInterface));
      (void)socket.send(octets);
      if (random() % 2 == 0) (void)socket.receive(3ms);
      return;
    }
    HandClient client(port, as_alice(), 0, from, 4096);
    if (!client.bind()) return;
    for (unsigned calls = random() % 4; calls > 0; --calls) (void)client.socket.send(client.seal(0, Bytes(random() % 40'000)));
    Bytes last = client.seal(static_cast<std::uint16_t>(random() % 4), Bytes(random() % 9'000));
    switch (random() % 4) {
      case 0: last[random() % last.size()] ^= 1; break;
      case 1: last.resize(random() % last.size()); break;
      case 2: last.insert(last.end(), last.begin(), last.end()); break;
      default: break;
    }
    (void)client.socket.send(last);
    if (random() % 2 == 0) (void)client.socket.receive(5ms);
  }
};

TEST_F(RpcServerChaos, DecentClientsAreServedAmongOthers) {
  LateAnswers late(3);
  auto server = serve([&](RpcServerOptions& options) {
    options.handler = late.handler();
    options.limits.unauthenticated_max = 64;
  });
  std::atomic<bool> over = false;
  std::atomic<int> bad = 0;
  std::vector<std::thread> crowd;
  for (unsigned t = 0; t < 3; ++t)
    crowd.emplace_back([&, t] {
      for (unsigned i = 0; !over; ++i, ++bad) misbehave(server->port(), t * 100'000 + i);
    });
  int right = 0, faults = 0, asked = 0;
  for (int round = 0; round < 6; ++round) {
    const auto connection = open(client, at(server->port()));
    ASSERT_TRUE(connection) << connection.error().detail;
    std::vector<std::future<Result<Bytes>>> answers;
    for (std::size_t i = 0; i < 40; ++i) answers.push_back(begin_call(**connection, pattern(i * 1200), 20s, static_cast<std::uint16_t>(i % 4)));
    for (std::size_t i = 0; i < answers.size(); ++i, ++asked) {
      const auto answer = answers[i].get();
      if (i % 4 == 0 || i % 4 == 3) right += answer.value_or(Bytes{1}) == pattern(i * 1200);
      if (i % 4 == 1) faults += failure_of(answer).first == rpc::win32_from_fault(rpc::nca::kFaultUnspecified);
      if (i % 4 == 2) faults += failure_of(answer).first == Win32{0x2105};
    }
  }
  over = true;
  for (auto& each : crowd) each.join();
  EXPECT_EQ(right, asked / 2);
  EXPECT_EQ(faults, asked / 2);
  EXPECT_GT(bad, 20);
  EXPECT_TRUE(eventually([&] { return server->figures().open == 0 && server->figures().held_octets == 0; })) << server->figures().open;
  const auto figures = server->figures();
  EXPECT_GE(figures.accepted, figures.refused + figures.dropped_slow + figures.failed_handshakes + figures.dropped_idle + figures.violations);
  EXPECT_LE(lines.all().size(), 100u);
}

TEST_F(RpcServerChaos, ServersThatEndInTheMiddle) {
  for (unsigned round = 0; round < 12; ++round) {
    LateAnswers late(2);
    auto server = serve([&](RpcServerOptions& options) { options.handler = late.handler(); });
    std::vector<std::thread> crowd;
    const std::uint16_t port = server->port();
    std::atomic<bool> over = false;
    for (unsigned t = 0; t < 2; ++t)
      crowd.emplace_back([&over, port, t, round] {
        for (unsigned i = 0; !over; ++i) misbehave(port, round * 1000 + t * 100 + i);
      });
    std::vector<std::future<Result<Bytes>>> answers;
    const auto connection = open(client, at(port));
    for (std::size_t i = 0; connection && i < 30; ++i) answers.push_back(begin_call(**connection, pattern(i * 3000)));
    std::this_thread::sleep_for(std::chrono::milliseconds(round * 3));
    if (round % 3 == 0) server->shut_down(std::chrono::milliseconds(round));
    server.reset();
    for (auto& answer : answers) EXPECT_EQ(answer.wait_for(10s), std::future_status::ready);
    over = true;
    for (auto& each : crowd) each.join();
  }
}

}  // namespace
}  // namespace tributary::net::testing
