// SPDX-License-Identifier: Apache-2.0
// RpcServer and clients that lie: calls below the privacy that an interface wants, PDUs that were changed, repeated or reordered on
// their way, credentials of somebody else, garbage. Each is refused with the status of the specification or dropped, logged
// and counted, and everybody else is served. [MS-DRSR] 2.2.3.1, 2.2.4.1; [MS-RPCE] 2.2.2.5, 3.3.1.5.2, 3.3.3.5; RFC 4120 3.2.3.
#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "base/win32.hpp"
#include "net/testing/server_test.hpp"
#include "rpc/epm.hpp"
#include "rpc/status.hpp"

namespace tributary::net::testing {
namespace {

using namespace std::chrono_literals;

class RpcServerHostile : public ServerTest {
 protected:
  /// A server whose handler counts what reaches it.
  std::unique_ptr<RpcServer> serve_counting(const Change& change = {}) {
    return serve([&](RpcServerOptions& options) {
      options.endpoint_mapper = {{.host = "127.0.0.1", .port = 0}};
      options.handler = [this](std::shared_ptr<RpcServerCall> call) {
        if (call->opnum == 7) ++reached;
        call->complete(std::move(call->stub));
      };
      if (change) change(options);
    });
  }
  std::atomic<int> reached = 0;  ///< calls of opnum 7, which is only for those who must not get through

  /// Binds at a level below privacy, through all legs; the socket and the number of the last PDU.
  static std::pair<RawSocket, std::uint32_t> bind_at(security::AuthLevel level, std::uint16_t port) {
    RawSocket socket(port);
    const auto context = std::move(*as_alice()());
    std::uint32_t call_id = 1;
    Bytes pdu;
    ByteView token;
    for (int leg = 0; leg < 4 && !(leg > 0 && token.empty()); ++leg) {
      const auto step = context->step(token);
      EXPECT_TRUE(step);
      if (!step || step->token.empty()) break;
      const rpc::AuthTrailer auth{.type = 9, .level = static_cast<std::uint8_t>(level), .pad_length = 0, .context_id = 1, .token = step->token};
      EXPECT_TRUE(socket.send(raw_bind(call_id, kEchoInterface, auth, leg > 0)));
      pdu = socket.receive_pdu();
      const auto answer = rpc::decode_pdu(pdu);
      EXPECT_TRUE(answer) << "leg " << leg;
      token = answer && answer->auth ? answer->auth->token : ByteView{};
    }
    return {std::move(socket), call_id};
  }
  static Bytes garbage(std::size_t size, unsigned seed) {
    std::mt19937 engine(seed);
    Bytes octets(size);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(engine());
    return octets;
  }
};

// [MS-DRSR] 2.2.3.1, 2.2.4.1: the level is packet privacy. Who binds below it may bind, and every call is refused before its stub is looked at.
TEST_F(RpcServerHostile, AnUnsealedBindGetsNoCallThrough) {
  const auto server = serve_counting();
  for (const auto level : {security::AuthLevel::kConnect, security::AuthLevel::kPacket, security::AuthLevel::kIntegrity}) {
    auto [socket, call_id] = bind_at(level, server->port());
    ASSERT_TRUE(socket.send(raw_request(call_id + 1, 7, pattern(64))));
    EXPECT_EQ(fault_of(socket.receive_pdu()), rpc::nca::kAccessDenied) << static_cast<int>(level);
  }
  EXPECT_EQ(reached, 0);
  EXPECT_EQ(server->figures().calls, 0u);
}

// [MS-RPCE] 3.3.1.5.2: without a security context there is nobody to ask for rights.
TEST_F(RpcServerHostile, AnAnonymousCallIsRefused) {
  const auto server = serve_counting();
  RawSocket socket(server->port());
  ASSERT_TRUE(socket.send(raw_bind(1, kEchoInterface)));
  ASSERT_EQ(type_of(socket.receive_pdu()), rpc::PduType::kBindAck);
  for (std::uint32_t id = 2; id < 20; ++id) {
    ASSERT_TRUE(socket.send(raw_request(id, 7, pattern(id * 8))));
    EXPECT_EQ(fault_of(socket.receive_pdu()), rpc::nca::kAccessDenied);
  }
  EXPECT_EQ(reached, 0);
  EXPECT_EQ(server->figures().unauthenticated, 1u);
}

// On a connection that is sealed, a request in the clear is a request of somebody else.
TEST_F(RpcServerHostile, ARequestInTheClearOnASealedConnection) {
  const auto server = serve_counting();
  HandClient client_in_the_middle(server->port(), as_alice());
  ASSERT_TRUE(client_in_the_middle.bind());
  ASSERT_TRUE(client_in_the_middle.call(0, pattern(40)));
  ASSERT_TRUE(client_in_the_middle.socket.send(raw_request(100, 7, pattern(40))));
  EXPECT_EQ(fault_of(client_in_the_middle.socket.receive_pdu()), rpc::nca::kAccessDenied);
  EXPECT_TRUE(client_in_the_middle.socket.closed_within(5s));
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(eventually([&] { return server->figures().violations == 1; }));
  EXPECT_TRUE(lines.has({"alice@TRIBUTARY.TEST"}));
}

// [MS-RPCE] 3.3.1.5.2.2: header, body and trailer are signed. One bit anywhere in a PDU, and neither the call nor the connection goes on.
TEST_F(RpcServerHostile, AFlippedBitEndsTheConnection) {
  const auto server = serve_counting();
  HandClient bystander(server->port(), as_alice());
  ASSERT_TRUE(bystander.bind());
  constexpr std::size_t kStub = 96;
  std::size_t size = 0;
  int tried = 0;
  for (std::size_t at = 0; at == 0 || at < size; at += 9, ++tried) {
    HandClient victim(server->port(), as_alice());
    ASSERT_TRUE(victim.bind());
    Bytes request = victim.seal(7, pattern(kStub));
    size = request.size();
    request[at] ^= 0x20;
    ASSERT_TRUE(victim.socket.send(request));
    // A changed length makes the server wait for octets that do not come: they end, too.
    victim.socket.shut_down_sending();
    EXPECT_TRUE(victim.socket.closed_within(5s)) << "octet " << at;
    ASSERT_EQ(reached, 0) << "octet " << at;
    if (at % 27 == 0) ASSERT_TRUE(bystander.call(0, pattern(at))) << "somebody else's connection";
  }
  EXPECT_GE(tried, 20);
  EXPECT_TRUE(eventually([&] { return server->figures().open == 1; }));
  EXPECT_GE(server->figures().violations, 15u);
  EXPECT_TRUE(lines.has({"alice@TRIBUTARY.TEST", "dropped", "ERROR_ACCESS_DENIED"})) << ::testing::PrintToString(lines.all());
  EXPECT_TRUE(serves(*server));
}

// [MS-RPCE] 3.3.3.5.2 (call_ids grow), and the sequence numbers of RFC 4121 4.2.6.2 below it: a PDU counts once.
TEST_F(RpcServerHostile, AReplayedPduEndsTheConnection) {
  const auto server = serve_counting();
  HandClient victim(server->port(), as_alice());
  ASSERT_TRUE(victim.bind());
  const Bytes request = victim.seal(0, pattern(64));
  ASSERT_TRUE(victim.socket.send(request));
  ASSERT_TRUE(victim.answer());
  ASSERT_TRUE(victim.socket.send(request));
  EXPECT_EQ(fault_of(victim.socket.receive_pdu()), rpc::nca::kProtocolError);
  EXPECT_TRUE(victim.socket.closed_within(5s));
  EXPECT_EQ(server->figures().calls, 1u);
  EXPECT_TRUE(eventually([&] { return server->figures().violations == 1; }));
  EXPECT_TRUE(serves(*server));
}

TEST_F(RpcServerHostile, AReplayUnderANewCallIdIsFoundOut) {
  const auto server = serve_counting();
  HandClient victim(server->port(), as_alice());
  ASSERT_TRUE(victim.bind());
  Bytes request = victim.seal(0, pattern(64));
  ASSERT_TRUE(victim.socket.send(request));
  ASSERT_TRUE(victim.answer());
  store_le<std::uint32_t>(request.data() + 12, 1000);
  ASSERT_TRUE(victim.socket.send(request));
  EXPECT_TRUE(victim.socket.closed_within(5s));
  EXPECT_EQ(server->figures().calls, 1u);
}

TEST_F(RpcServerHostile, PdusInAnotherOrderEndTheConnection) {
  const auto server = serve_counting();
  HandClient victim(server->port(), as_alice());
  ASSERT_TRUE(victim.bind());
  const Bytes first = victim.seal(7, pattern(64)), second = victim.seal(7, pattern(64));
  ASSERT_TRUE(victim.socket.send(second));
  EXPECT_TRUE(victim.socket.closed_within(5s));
  EXPECT_EQ(reached, 0);
}

// A PDU that was sealed for another connection of the same user.
TEST_F(RpcServerHostile, APduOfAnotherConnectionEndsThisOne) {
  const auto server = serve_counting();
  HandClient one(server->port(), as_alice()), other(server->port(), as_alice());
  ASSERT_TRUE(one.bind() && other.bind());
  ASSERT_TRUE(other.socket.send(one.seal(7, pattern(64))));
  EXPECT_TRUE(other.socket.closed_within(5s));
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(one.call(0, pattern(8)).error().code != Win32::kSuccess) << "its own sequence has a gap now";
}

// RFC 4120 3.2.3: an authenticator that was seen before is a replay. [MS-KILE] 3.1.1.1 demands a replay cache.
TEST_F(RpcServerHostile, AReplayedBindIsRefused) {
  const auto server = serve_counting();
  const auto context = std::move(*as_alice()());
  const auto step = context->step({});
  ASSERT_TRUE(step);
  const rpc::AuthTrailer auth{.type = 9, .level = 6, .pad_length = 0, .context_id = 1, .token = step->token};
  const Bytes bind = raw_bind(1, kEchoInterface, auth);
  RawSocket first(server->port());
  ASSERT_TRUE(first.send(bind));
  ASSERT_EQ(type_of(first.receive_pdu()), rpc::PduType::kBindAck);
  RawSocket again(server->port());
  ASSERT_TRUE(again.send(bind));
  EXPECT_EQ(type_of(again.receive_pdu()), rpc::PduType::kBindNak);
  EXPECT_TRUE(again.closed_within(5s));
  EXPECT_TRUE(eventually([&] { return server->figures().failed_handshakes == 1; }));
}

// A ticket for a service whose key this server has not: the KDC knows it, the keytab does not.
TEST_F(RpcServerHostile, ATicketForSomebodyElseIsRefused) {
  ASSERT_TRUE(kdc->kadmin("addprinc -randkey ldap/elsewhere.tributary.test"));
  const auto server = serve_counting();
  const auto refused = open(client, at(server->port()), as_alice("ldap/elsewhere.tributary.test"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(eventually([&] { return server->figures().failed_handshakes == 1; }));
  EXPECT_TRUE(lines.has({"rpc: 127.0.0.1:"})) << ::testing::PrintToString(lines.all());
  EXPECT_TRUE(serves(*server));
}

/// Kerberos tolerates clocks that differ by five minutes; a test has not that long.
class SmallClockSkew {
 public:
  explicit SmallClockSkew(std::string file) : file_(std::move(file)) {
    std::ifstream in(file_);
    before_.assign(std::istreambuf_iterator<char>(in), {});
    std::string text = before_;
    text.insert(text.find('\n') + 1, "  clockskew = 1\n");
    std::ofstream(file_) << text;
  }
  SmallClockSkew(const SmallClockSkew&) = delete;
  SmallClockSkew& operator=(const SmallClockSkew&) = delete;
  ~SmallClockSkew() { std::ofstream(file_) << before_; }

 private:
  std::string file_, before_;
};

// RFC 4120 3.2.3: a ticket that has ended opens nothing, and what it has opened ends with it: nobody is served longer than the KDC allows.
TEST_F(RpcServerHostile, AnExpiredTicket) {
  const SmallClockSkew skew(kdc->path("krb5.conf"));
  std::this_thread::sleep_for(1100ms);  // the library looks at its file once a second
  const auto cache = kdc->kinit("alice", kPassword, {"-l", "3s"});
  ASSERT_TRUE(cache) << cache.error().detail;
  const auto credential = security::acquire(security::NamedCache{*cache});
  ASSERT_TRUE(credential) << credential.error().detail;
  const auto make = [&]() -> Result<std::shared_ptr<security::SecurityContext>> {
    return std::shared_ptr<security::SecurityContext>(*security::make_initiator(*credential, *security::TargetName::from_spn(kSpn)));
  };
  std::promise<std::shared_ptr<RpcServerCall>> slow_call;
  const auto server = serve_counting([&](RpcServerOptions& options) {
    options.limits.handshake_timeout = 4s;
    options.handler = [&, quick = options.handler](std::shared_ptr<RpcServerCall> call) { call->opnum == 3 ? slow_call.set_value(std::move(call)) : quick(std::move(call)); };
  });
  const auto waits = *make();
  const auto step = waits->step({});
  ASSERT_TRUE(step) << step.error().detail;
  const auto connection = open(client, at(server->port()), make), with_call = open(client, at(server->port()), make);
  ASSERT_TRUE(connection && with_call);
  ASSERT_TRUE(call(**connection, pattern(8)));
  auto slow = begin_call(**with_call, pattern(400), 20s, 3);
  ASSERT_TRUE(eventually([&] { return !(*connection)->usable() && !(*with_call)->usable(); }));
  const auto held = slow_call.get_future().get();
  held->complete(std::move(held->stub));
  EXPECT_EQ(slow.get().value_or(Bytes{}), pattern(400)) << "what began in time is finished";
  EXPECT_FALSE(call(**connection, pattern(8), 5s, 7));
  EXPECT_EQ(server->figures().expired, 2u);
  EXPECT_TRUE(lines.has({"alice@TRIBUTARY.TEST", "its ticket has ended"})) << ::testing::PrintToString(lines.all());
  std::this_thread::sleep_for(1s);
  RawSocket late(server->port());
  ASSERT_TRUE(late.send(raw_bind(1, kEchoInterface, rpc::AuthTrailer{.type = 9, .level = 6, .pad_length = 0, .context_id = 1, .token = step->token})));
  EXPECT_EQ(type_of(late.receive_pdu()), rpc::PduType::kBindNak);
  EXPECT_EQ(reached, 0);
  EXPECT_EQ(server->figures().failed_handshakes, 1u);
  EXPECT_TRUE(serves(*server));
}

// [MS-RPCE] 3.3.3.5.3: a provider that is not offered is a bind_nak with authentication_type_not_recognized.
TEST_F(RpcServerHostile, AProviderThatIsNotOffered) {
  const auto server = serve_counting();
  for (const std::uint8_t type : {std::uint8_t{10}, std::uint8_t{14}, std::uint8_t{68}, std::uint8_t{255}}) {
    RawSocket socket(server->port());
    const Bytes token(40, 1);
    ASSERT_TRUE(socket.send(raw_bind(1, kEchoInterface, rpc::AuthTrailer{.type = type, .level = 6, .pad_length = 0, .context_id = 1, .token = token})));
    const Bytes answer = socket.receive_pdu();
    const auto nak = rpc::decode_pdu(answer);
    ASSERT_TRUE(nak && nak->header.type == rpc::PduType::kBindNak) << int{type};
    EXPECT_EQ(std::get<rpc::BindNak>(nak->body).reason, rpc::BindRejectReason::kAuthenticationTypeNotRecognized);
    EXPECT_TRUE(socket.closed_within(5s));
  }
  EXPECT_TRUE(eventually([&] { return server->figures().failed_handshakes == 4; }));
}

// [MS-RPCE] 3.3.3.5.4: 4 megabytes of stub and no more; the connection survives it.
TEST_F(RpcServerHostile, ARequestThatIsTooLarge) {
  const auto server = serve_counting();
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  EXPECT_EQ(failure_of(call(**connection, Bytes(rpc::kRequestStubMax + 4096), 20s, 7)).first, win32::kErrorAccessDenied);
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(call(**connection, pattern(8)));
}

// Handles are bounded, and so is what a client can make by asking for them again and again without giving them back.
TEST_F(RpcServerHostile, HandlesThatAreNeverClosed) {
  struct Nothing final : rpc::HandleState {};
  struct Counter final : Random {
    void fill(std::span<std::uint8_t> octets) override {
      std::ranges::fill(octets, std::uint8_t{0});
      store_le<std::uint32_t>(octets.data(), ++next);
    }
    std::uint32_t next = 0;
  };
  Counter random;
  const auto server = serve_counting([&](RpcServerOptions& options) {
    options.handler = [&](std::shared_ptr<RpcServerCall> call) {
      const auto opened = call->handles()->open(std::make_shared<Nothing>(), random);
      return opened ? call->complete({}) : call->fail(static_cast<std::uint32_t>(opened.error().code));
    };
  });
  const auto connection = open(client, at(server->port()));
  ASSERT_TRUE(connection);
  std::size_t given = 0;
  for (std::size_t round = 0; round < 24; ++round) {
    std::vector<std::future<Result<Bytes>>> answers;
    for (int i = 0; i < 50; ++i) answers.push_back(begin_call(**connection, {}));
    for (auto& answer : answers) {
      const auto result = answer.get();
      given += result ? 1 : 0;
      if (!result) EXPECT_EQ(result.error().code, win32::kRpcSServerTooBusy);
    }
  }
  EXPECT_EQ(given, rpc::kHandlesPerGroupMax);
}

// [MS-RPCE] 3.3.3.5.5: the number of presentation contexts of a connection is restricted.
TEST_F(RpcServerHostile, PresentationContextsWithoutEnd) {
  const auto server = serve_counting();
  RawSocket socket(server->port());
  ASSERT_TRUE(socket.send(raw_bind(1, kEchoInterface)));
  ASSERT_EQ(type_of(socket.receive_pdu()), rpc::PduType::kBindAck);
  std::uint16_t accepted = 1;
  for (std::uint16_t id = 1; id < 200; ++id) {
    const rpc::Bind alter{.contexts = {{.context_id = id, .abstract_syntax = kEchoInterface, .transfer_syntaxes = {rpc::kNdr20}}}};
    const auto pdu = rpc::encode_pdu({.header = {.type = rpc::PduType::kAlterContext, .flags = rpc::pfc::kWhole, .call_id = id + 1u}, .body = alter, .auth = {}});
    if (!socket.send(*pdu)) break;
    if (type_of(socket.receive_pdu()) != rpc::PduType::kAlterContextResp) break;
    ++accepted;
  }
  EXPECT_EQ(accepted, rpc::kServerContextsMax);
  EXPECT_TRUE(socket.closed_within(5s));
}

// [MS-RPCE] 2.2.2.5, 3.3.3.5.7: what is no PDU of version 5.0 before the bind is answered with a bind_nak, and the end.
TEST_F(RpcServerHostile, Garbage) {
  const auto server = serve_counting();
  const std::string http = "GET / HTTP/1.1\r\nHost: dc1\r\n\r\n";
  Bytes huge = raw_bind(1, kEchoInterface);
  store_le<std::uint16_t>(huge.data() + 8, 65535);
  Bytes old = raw_bind(1, kEchoInterface);
  old[0] = 4;
  Bytes many = raw_bind(1, kEchoInterface);
  many[rpc::kCommonHeaderSize + 8] = 255;  // n_context_elem
  const std::vector<Bytes> openings = {to_bytes(as_bytes(http)), old, many, Bytes(4096, 0), Bytes(4096, 0xFF), raw_request(1, 7, {}),
                                       raw_bind(1, kEchoInterface, {}, true)};
  for (const std::uint16_t port : {server->port(), server->mapper_port()}) {
    for (std::size_t i = 0; i < openings.size(); ++i) {
      RawSocket socket(port);
      ASSERT_TRUE(socket.send(openings[i]));
      EXPECT_EQ(type_of(socket.receive_pdu()), rpc::PduType::kBindNak) << i;
      EXPECT_TRUE(socket.closed_within(5s)) << i;
    }
    for (unsigned seed = 0; seed < 100; ++seed) {
      RawSocket socket(port);
      if ((seed & 1) != 0) (void)socket.send(raw_bind(1, port == server->port() ? kEchoInterface : rpc::kEndpointMapper));
      (void)socket.send(garbage(1 + seed * 61 % 3000, seed));
      socket.shut_down_sending();
      EXPECT_TRUE(socket.closed_within(5s)) << seed;
    }
    RawSocket patient(port);
    ASSERT_TRUE(patient.send(ByteView(huge)));
  }
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(serves(*server));
  EXPECT_LE(lines.all().size(), 2 * ServerLog::kLinesPerWindow) << "a flood of garbage is no flood of lines";
}

// [MS-RPCE] 2.2.1.2.4 to 2.2.1.2.10: what the mapper says to the rest of its interface.
TEST_F(RpcServerHostile, TheMapperAnswersItsOwnInterfaceOnly) {
  const auto server = serve_counting();
  RawSocket socket(server->mapper_port());
  ASSERT_TRUE(socket.send(raw_bind(1, rpc::kEndpointMapper)));
  ASSERT_EQ(type_of(socket.receive_pdu()), rpc::PduType::kBindAck);
  auto ask = [&, id = 1u](std::uint16_t opnum, ByteView stub) mutable {
    EXPECT_TRUE(socket.send(raw_request(++id, opnum, stub)));
    return socket.receive_pdu();
  };
  for (const int opnum : {0, 1, 5, 6}) EXPECT_EQ(fault_of(ask(static_cast<std::uint16_t>(opnum), {})), static_cast<std::uint32_t>(win32::kEptSCantPerformOp)) << opnum;
  EXPECT_EQ(fault_of(ask(7, {})), rpc::nca::kOpRangeError);
  EXPECT_EQ(fault_of(ask(8, {})), rpc::nca::kOpRangeError);
  EXPECT_EQ(fault_of(ask(rpc::kEptMapOpnum, pattern(7))), rpc::nca::kBadStubData);
  EXPECT_EQ(type_of(ask(rpc::kEptMapOpnum, rpc::encode_ept_map(kEchoInterface))), rpc::PduType::kResponse);
  RawSocket wrong(server->mapper_port());
  ASSERT_TRUE(wrong.send(raw_bind(1, kEchoInterface)));
  const Bytes ack = wrong.receive_pdu();
  ASSERT_EQ(type_of(ack), rpc::PduType::kBindAck);
  EXPECT_EQ(std::get<rpc::BindAck>(rpc::decode_pdu(ack)->body).results.at(0).outcome, rpc::ContextOutcome::kProviderRejection);
}

}  // namespace
}  // namespace tributary::net::testing
