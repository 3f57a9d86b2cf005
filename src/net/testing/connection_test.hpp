// SPDX-License-Identifier: Apache-2.0
// The GoogleTest base of tests that connect: a realm, tickets of its user, a service's keys, and blocking forms of the asynchronous calls.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <utility>

#include "net/rpc_connection.hpp"
#include "net/testing/test_server.hpp"
#include "security/credentials.hpp"
#include "security/testing/realm_test.hpp"

namespace tributary::net::testing {

/// An interface that exists in tests only.
inline constexpr rpc::SyntaxId kEchoInterface{"7e57ab1e-0000-4000-8000-00000000ec40"_guid, 1, 0};

using Connection = std::shared_ptr<RpcConnection>;

class ConnectionTest : public security::testing::RealmTest {
 protected:
  static void SetUpTestSuite() {
    ASSERT_NO_FATAL_FAILURE(RealmTest::SetUpTestSuite());
    auto acquired = security::acquire(security::PasswordLogon{*security::parse_account_name(kUser), security::Secret(kPassword), {}});
    ASSERT_TRUE(acquired) << acquired.error().detail;
    alice = *acquired;
    auto loaded = security::load_acceptor_keys(kdc->keytab(), kdc->replay_cache());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    keys = *loaded;
  }
  static void TearDownTestSuite() {
    keys.reset();
    alice.reset();
    RealmTest::TearDownTestSuite();
  }

  /// A server that answers each call with its stub; a change of the options is `change`'s.
  static std::unique_ptr<TestServer> make_server(const std::function<void(TestServerOptions&)>& change = {}) {
    TestServerOptions options;
    options.keys = keys;
    options.interface = kEchoInterface;
    options.answer = [](const rpc::CallReceived& call) { return Answer{.stub = call.stub, .fault = 0, .hold = false}; };
    if (change) change(options);
    return std::make_unique<TestServer>(std::move(options));
  }
  static std::unique_ptr<TestServer> make_server(Manner manner) {
    return make_server([manner](TestServerOptions& options) { options.manner = manner; });
  }

  /// A fresh initiator with alice's tickets.
  static ContextFactory as_alice(std::string_view spn = kSpn) {
    return [spn = std::string(spn)]() -> Result<std::shared_ptr<security::SecurityContext>> {
      auto context = security::make_initiator(alice, *security::TargetName::from_spn(spn));
      if (!context) return std::unexpected(std::move(context.error()));
      return std::shared_ptr<security::SecurityContext>(std::move(*context));
    };
  }

  static ConnectOptions to(const TestServer& server, std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    ConnectOptions options;
    options.host = "127.0.0.1";
    options.port = server.port();
    options.interface = kEchoInterface;
    options.timeout = timeout;
    return options;
  }
  static ConnectOptions through_mapper(const TestServer& server, std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    auto options = to(server, timeout);
    options.port.reset();
    options.mapper_port = server.mapper_port();
    return options;
  }

  static Result<Connection> open(Runtime& runtime, ConnectOptions options, ContextFactory factory = as_alice()) {
    std::promise<Result<Connection>> promise;
    auto future = promise.get_future();
    RpcConnection::open(runtime, std::move(options), std::move(factory), [&promise](Result<Connection> result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  /// The answer's stub.
  static Result<Bytes> call(RpcConnection& connection, Bytes stub, std::chrono::milliseconds timeout = std::chrono::seconds(20), std::uint16_t opnum = 0) {
    return begin_call(connection, std::move(stub), timeout, opnum).get();
  }
  static std::future<Result<Bytes>> begin_call(RpcConnection& connection, Bytes stub, std::chrono::milliseconds timeout = std::chrono::seconds(20),
                                               std::uint16_t opnum = 0, RpcConnection::Ticket* ticket = nullptr) {
    auto promise = std::make_shared<std::promise<Result<Bytes>>>();
    const auto issued = connection.call(opnum, std::move(stub), timeout, [promise](Result<CallReply> reply) {
      promise->set_value(reply ? Result<Bytes>(std::move(reply->stub)) : std::unexpected(std::move(reply.error())));
    });
    if (ticket != nullptr) *ticket = issued;
    return promise->get_future();
  }

  static inline std::shared_ptr<security::Credential> alice;
  static inline std::shared_ptr<const security::AcceptorKeys> keys;
};

/// "1460 call": what a failure is, in one comparison.
template <class T>
[[nodiscard]] std::pair<Win32, Phase> failure_of(const Result<T>& result) {
  return result ? std::pair{Win32::kSuccess, Phase::kNone} : std::pair{result.error().code, result.error().phase};
}

/// Octets that differ from place to place.
[[nodiscard]] inline Bytes pattern(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
  return octets;
}

}  // namespace tributary::net::testing
