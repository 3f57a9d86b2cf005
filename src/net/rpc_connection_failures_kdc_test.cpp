// SPDX-License-Identifier: Apache-2.0
// Every way in which a peer can fail, in every phase: the deadline holds, and the error has the right code and names the phase
// (DNS, connect, endpoint map, bind, authenticate, call). The peer is really there and really stalls, resets or talks garbage.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/win32.hpp"
#include "net/testing/connection_test.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr auto kDeadline = 400ms;
/// How much later than its deadline a failure may come on a machine that is busy with other things.
constexpr auto kLateness = 2s;

class RpcConnectionFailures : public ConnectionTest {
 protected:
  Runtime runtime;

  /// Opens with kDeadline; the failure must come with the deadline, not before and not much later.
  Result<Connection> stalled(ConnectOptions options, ContextFactory factory = as_alice()) {
    options.timeout = kDeadline;
    const auto began = monotonic_now();
    auto result = open(runtime, std::move(options), std::move(factory));
    const auto elapsed = monotonic_now() - began;
    EXPECT_FALSE(result);
    EXPECT_GE(elapsed, kDeadline - 5ms);
    EXPECT_LT(elapsed, kDeadline + kLateness);
    return result;
  }
  /// Opens with a long deadline; the failure must come at once.
  Result<Connection> refused(ConnectOptions options, ContextFactory factory = as_alice()) {
    const auto began = monotonic_now();
    auto result = open(runtime, std::move(options), std::move(factory));
    EXPECT_FALSE(result);
    EXPECT_LT(monotonic_now() - began, kLateness);
    return result;
  }
  static std::unique_ptr<TestServer> with_mapper(Manner manner) {
    return make_server([manner](TestServerOptions& options) { options.mapper_manner = manner; });
  }
};

/// A listener whose queue is full: further connections are neither accepted nor refused.
class FullListener {
 public:
  FullListener() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    port_ = ntohs(address.sin_port);
    for (auto& filler : fillers_) {
      filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      (void)::connect(filler, reinterpret_cast<sockaddr*>(&address), size);
    }
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  ~FullListener() {
    for (const int filler : fillers_) ::close(filler);
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int listener_;
  std::array<int, 4> fillers_{};
  std::uint16_t port_ = 0;
};

TEST_F(RpcConnectionFailures, StalledConnect) {
  const FullListener nobody;
  const auto server = make_server();
  auto options = to(*server);
  options.port = nobody.port();
  const auto at_the_interface = stalled(options);
  EXPECT_THAT(failure_of(at_the_interface), Pair(win32::kRpcSServerUnavailable, Phase::kConnect));
  EXPECT_THAT(at_the_interface.error().detail, HasSubstr(std::to_string(nobody.port())));
  options.port.reset();
  options.mapper_port = nobody.port();
  EXPECT_THAT(failure_of(stalled(options)), Pair(win32::kRpcSServerUnavailable, Phase::kConnect));
}

TEST_F(RpcConnectionFailures, StalledEndpointMapper) {
  for (const auto manner : {Manner::kSilent, Manner::kDeaf, Manner::kSilentAfterBind}) {
    const auto server = with_mapper(manner);
    const auto result = stalled(through_mapper(*server));
    EXPECT_THAT(failure_of(result), Pair(win32::kErrorTimeout, Phase::kEndpointMap)) << static_cast<int>(manner);
    EXPECT_THAT(result.error().detail, HasSubstr(std::to_string(server->mapper_port())));
  }
}

TEST_F(RpcConnectionFailures, StalledBind) {
  for (const auto manner : {Manner::kSilent, Manner::kDeaf}) {
    const auto server = make_server(manner);
    const auto result = stalled(to(*server));
    EXPECT_THAT(failure_of(result), Pair(win32::kErrorTimeout, Phase::kBind)) << static_cast<int>(manner);
    EXPECT_THAT(result.error().detail, HasSubstr(std::to_string(server->port())));
    EXPECT_TRUE(manner == Manner::kDeaf || eventually([&] { return server->open_connections() == 0; })) << "the connection was given up";
  }
}

TEST_F(RpcConnectionFailures, StalledAuthentication) {
  const auto server = make_server(Manner::kSilentAfterBind);
  EXPECT_THAT(failure_of(stalled(to(*server))), Pair(win32::kErrorTimeout, Phase::kAuthenticate));
}

// The KDC is asked on a thread that blocks; the deadline does not wait for it.
TEST_F(RpcConnectionFailures, StalledKdc) {
  const auto server = make_server();
  const auto made_slowly = [] {
    return [make = as_alice()]() mutable {
      std::this_thread::sleep_for(3 * kDeadline);
      return make();
    };
  };
  EXPECT_THAT(failure_of(stalled(to(*server), made_slowly())), Pair(win32::kErrorTimeout, Phase::kAuthenticate));
}

TEST_F(RpcConnectionFailures, StalledCall) {
  const auto server = make_server([](TestServerOptions& options) {
    options.answer = [](const rpc::CallReceived& call) { return call.opnum == 1 ? Answer{.stub = {}, .fault = 0, .hold = true} : Answer{.stub = call.stub, .fault = 0, .hold = false}; };
  });
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  auto unaffected = begin_call(**connection, {1, 2, 3, 4}, 0ms, 1);
  const auto began = monotonic_now();
  const auto result = call(**connection, {}, kDeadline, 1);
  const auto elapsed = monotonic_now() - began;
  EXPECT_THAT(failure_of(result), Pair(win32::kErrorTimeout, Phase::kCall));
  EXPECT_GE(elapsed, kDeadline - 5ms);
  EXPECT_LT(elapsed, kDeadline + kLateness);
  server->release([](const rpc::CallReceived& call) { return call.stub; });
  EXPECT_EQ(unaffected.get().value_or(Bytes{}), (Bytes{1, 2, 3, 4})) << "a call without deadline waits as long as it takes";
}

TEST_F(RpcConnectionFailures, NobodyThere) {
  std::uint16_t gone = 0, gone_mapper = 0;
  {
    const auto server = make_server();
    gone = server->port();
    gone_mapper = server->mapper_port();
  }
  ConnectOptions options;
  options.host = "127.0.0.1";
  options.interface = kEchoInterface;
  options.port = gone;
  const auto result = refused(options);
  EXPECT_THAT(failure_of(result), Pair(win32::kRpcSServerUnavailable, Phase::kConnect));
  EXPECT_THAT(result.error().detail, HasSubstr("refused"));
  options.port.reset();
  options.mapper_port = gone_mapper;
  EXPECT_THAT(failure_of(refused(options)), Pair(win32::kRpcSServerUnavailable, Phase::kConnect));
}

TEST_F(RpcConnectionFailures, UnknownHost) {
  ConnectOptions options;
  options.interface = kEchoInterface;
  options.timeout = 3s;
  // RFC 6761: there is no such name, and no label may be empty.
  for (const auto* host : {"no-such-host.invalid", "a..b"}) {
    options.host = host;
    const auto result = open(runtime, options);
    EXPECT_THAT(failure_of(result), Pair(win32::kRpcSServerUnavailable, Phase::kDns)) << host;
    EXPECT_THAT(result.error().detail, HasSubstr(host));
  }
}

TEST_F(RpcConnectionFailures, InterfaceThatIsNotRegistered) {
  const auto server = make_server([](TestServerOptions& options) { options.registered = false; });
  EXPECT_THAT(failure_of(refused(through_mapper(*server))), Pair(win32::kEptSNotRegistered, Phase::kEndpointMap));
}

TEST_F(RpcConnectionFailures, InterfaceThatIsNotServed) {
  const auto server = make_server();
  auto options = to(*server);
  options.interface.major = 9;
  EXPECT_THAT(failure_of(refused(options)), Pair(win32::kRpcSUnknownIf, Phase::kBind));
}

TEST_F(RpcConnectionFailures, Resets) {
  const auto lost = AnyOf(win32::kRpcSCallFailed, win32::kRpcSCallFailedDne, win32::kRpcSServerUnavailable);
  const auto mapper = with_mapper(Manner::kReset);
  EXPECT_THAT(failure_of(refused(through_mapper(*mapper))), Pair(lost, AnyOf(Phase::kEndpointMap, Phase::kConnect)));
  const auto at_once = make_server(Manner::kReset);
  EXPECT_THAT(failure_of(refused(to(*at_once))), Pair(lost, AnyOf(Phase::kBind, Phase::kConnect, Phase::kAuthenticate)));
  const auto later = make_server(Manner::kResetAfterBind);
  EXPECT_THAT(failure_of(refused(to(*later))), Pair(lost, AnyOf(Phase::kBind, Phase::kAuthenticate)));
}

TEST_F(RpcConnectionFailures, AResetEndsAllCallsUnderWay) {
  const auto server = make_server([](TestServerOptions& options) {
    options.manner = Manner::kResetDuringAnswer;
    options.answer = [](const rpc::CallReceived& call) { return Answer{.stub = call.opnum == 1 ? pattern(1'000'000) : Bytes{}, .fault = 0, .hold = call.opnum == 2}; };
  });
  const auto connection = open(runtime, to(*server));
  ASSERT_TRUE(connection);
  auto waiting = begin_call(**connection, {}, 0ms, 2);
  EXPECT_THAT(failure_of(call(**connection, {}, 0ms, 1)), Pair(win32::kRpcSCallFailed, Phase::kCall));
  EXPECT_THAT(failure_of(waiting.get()), Pair(win32::kRpcSCallFailed, Phase::kCall));
  EXPECT_TRUE(eventually([&] { return !(*connection)->usable(); }));
}

TEST_F(RpcConnectionFailures, Garbage) {
  const auto mapper = with_mapper(Manner::kGarbage);
  EXPECT_THAT(failure_of(refused(through_mapper(*mapper))), Pair(win32::kRpcSProtocolError, Phase::kEndpointMap));
  const auto server = make_server(Manner::kGarbage);
  EXPECT_THAT(failure_of(refused(to(*server))), Pair(win32::kRpcSProtocolError, Phase::kBind));
  const auto later = make_server(Manner::kGarbageAfterBind);
  const auto connection = open(runtime, to(*later));
  ASSERT_TRUE(connection) << connection.error().detail;
  EXPECT_THAT(failure_of(call(**connection, {})), Pair(win32::kRpcSProtocolError, Phase::kCall));
  EXPECT_TRUE(eventually([&] { return !(*connection)->usable(); }));
}

TEST_F(RpcConnectionFailures, WrongPassword) {
  const auto server = make_server();
  const auto with_wrong_password = []() -> Result<std::shared_ptr<security::SecurityContext>> {
    auto credential = security::acquire(security::PasswordLogon{*security::parse_account_name(kUser), security::Secret("wrong"), {}});
    if (!credential) return std::unexpected(std::move(credential.error()));
    return fail(win32::kErrorInternalError, "a wrong password was accepted");
  };
  EXPECT_THAT(failure_of(refused(to(*server), with_wrong_password)), Pair(win32::kErrorLogonFailure, Phase::kAuthenticate));
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

TEST_F(RpcConnectionFailures, ServiceThatTheKdcDoesNotKnow) {
  const auto server = make_server();
  EXPECT_THAT(failure_of(refused(to(*server), as_alice("ldap/nobody.tributary.test"))), Pair(win32::kErrorWrongTargetName, Phase::kAuthenticate));
}

}  // namespace
}  // namespace tributary::net::testing
