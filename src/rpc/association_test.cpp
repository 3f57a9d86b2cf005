// SPDX-License-Identifier: Apache-2.0
// Associations: the transcripts of testdata/, and both ends joined in memory.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "rpc/test_files.hpp"
#include "rpc/transcript.hpp"

namespace tributary::rpc {
namespace {

using namespace test;

const std::string kTestdata = TRIBUTARY_SOURCE_DIR "/src/rpc/testdata/";

class Transcript : public testing::TestWithParam<std::string> {};

TEST_P(Transcript, IsWhatHappens) {
  const std::string path = kTestdata + GetParam() + ".txt";
  const std::string expected = read_text(path);
  const std::string actual = run_transcript(expected);
  if (std::getenv("UPDATE_TRANSCRIPTS") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(actual, expected);
}

INSTANTIATE_TEST_SUITE_P(Testdata, Transcript,
                         testing::Values("client_handshake", "client_refusals", "client_calls", "client_faults", "client_cancel",
                                         "client_end", "client_hostile", "server_handshake", "server_calls", "server_hostile",
                                         "server_end"),
                         [](const auto& info) { return info.param; });

/// A client and a server whose bytes travel in portions of `chunk` octets.
class Pair {
 public:
  struct Settings {
    ClientOptions client{};
    Script script = kSpnegoScript;
    std::size_t chunk = 1000;
    bool endpoint_mapper = false;
  };
  explicit Pair(Settings settings)
      : chunk_(settings.chunk), acceptor_(std::make_shared<TestContext>(false, settings.script)),
        client_(make_client(settings)), server_(make_server(), groups_) {
    client_.start(now_);
    server_.start(now_);
    settle();
  }

  /// Carries everything that is on its way until nothing moves any more.
  void settle() {
    for (int turn = 0; turn < 100000; ++turn) {
      const bool client_moved = step_client();
      const bool moved = step_server() || client_moved;
      if (!moved) return;
    }
    ADD_FAILURE() << "the two never come to rest";
  }

  ClientAssociation& client() { return client_; }
  ServerAssociation& server() { return server_; }

  std::vector<CallCompleted> completed_;
  std::vector<CallFragment> fragments_;
  std::vector<CallReceived> received_;
  std::vector<Close> closed_;
  std::optional<Bound> bound_;
  /// What the server answers; the stub of the request when it is not set.
  std::function<Bytes(const CallReceived&)> answer_;
  MonoTime now_{};

 private:
  static ClientAssociation make_client(Settings& settings) {
    if (settings.endpoint_mapper) return ClientAssociation::for_endpoint_mapper(settings.client).value();
    if (settings.client.interfaces.empty()) settings.client.interfaces = {kDrsuapi};
    return ClientAssociation::sealed(settings.client, std::make_shared<TestContext>(true, settings.script)).value();
  }
  ServerOptions make_server() {
    ServerOptions options;
    options.interfaces = {{.id = kDrsuapi, .opnum_count = 31}, {.id = kEndpointMapper, .opnum_count = 8, .require_privacy = false}};
    options.make_acceptor = [this](security::AuthType type) { return type == acceptor_->auth_type() ? acceptor_ : nullptr; };
    return options;
  }
  template <class To>
  void carry(To& to, const Bytes& octets) {
    for (std::size_t at = 0; at < octets.size(); at += chunk_)
      to.on_bytes(ByteView(octets).subspan(at, std::min(chunk_, octets.size() - at)), now_);
  }
  bool step_client() {
    auto actions = client_.poll_actions();
    for (auto& action : actions) {
      if (auto* send = std::get_if<SendBytes>(&action)) carry(server_, send->octets);
      if (auto* step = std::get_if<NeedSecurityStep>(&action)) client_.on_security_step(step->context->step(step->peer_token), now_);
      if (auto* bound = std::get_if<Bound>(&action)) bound_ = *bound;
      if (auto* fragment = std::get_if<CallFragment>(&action)) fragments_.push_back(std::move(*fragment));
      if (auto* completed = std::get_if<CallCompleted>(&action)) completed_.push_back(std::move(*completed));
      if (auto* close = std::get_if<Close>(&action)) closed_.push_back(std::move(*close));
    }
    return !actions.empty();
  }
  bool step_server() {
    auto actions = server_.poll_actions();
    for (auto& action : actions) {
      if (auto* send = std::get_if<SendBytes>(&action)) carry(client_, send->octets);
      if (auto* step = std::get_if<NeedSecurityStep>(&action)) server_.on_security_step(step->context->step(step->peer_token), now_);
      if (auto* close = std::get_if<Close>(&action)) closed_.push_back(std::move(*close));
      if (auto* received = std::get_if<CallReceived>(&action)) {
        server_.complete_call(received->id, answer_ ? answer_(*received) : received->stub);
        received_.push_back(std::move(*received));
      }
    }
    return !actions.empty();
  }

  std::size_t chunk_;
  AssociationGroups groups_;
  std::shared_ptr<TestContext> acceptor_;
  ClientAssociation client_;
  ServerAssociation server_;
};

Bytes pattern(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 31 + i / 253);
  return octets;
}

TEST(Pair, BindsWithEveryMechanismAndCallsBothWays) {
  const struct {
    Script script;
    LastLeg last_leg;
  } mechanisms[] = {{kSpnegoScript, LastLeg::kAlterContext}, {kKerberosScript, LastLeg::kAlterContext}, {kNtlmScript, LastLeg::kAuth3}};
  for (const auto& mechanism : mechanisms) {
    Pair pair({.client = {.interfaces = {kDrsuapi}, .last_leg = mechanism.last_leg}, .script = mechanism.script});
    ASSERT_TRUE(pair.client().bound());
    EXPECT_TRUE(pair.server().secured());
    EXPECT_EQ(pair.server().security()->peer_name(), "client");
    ASSERT_TRUE(pair.client().begin_call(0, 3, pattern(100), {}, pair.now_));
    pair.settle();
    ASSERT_EQ(pair.completed_.size(), 1u);
    EXPECT_EQ(pair.completed_[0].stub, pattern(100));
    EXPECT_EQ(pair.received_[0].opnum, 3);
  }
}

// Stubs of every size around the fragments' boundaries, delivered in every awkward portion, with and without trailer and object.
TEST(Pair, CarriesStubsOfAllSizes) {
  for (const std::size_t chunk : {1, 15, 16, 17, 1431, 5840, 70000}) {
    for (const bool trailer : {false, true}) {
      ClientOptions options{.interfaces = {kDrsuapi}, .verification_trailer = trailer, .fragment_max = 1432};
      Pair pair({.client = options, .chunk = chunk});
      std::size_t count = 0;
      for (const std::size_t size : {0, 1, 3, 4, 15, 16, 17, 1243, 1244, 1308, 1312, 1313, 1324, 1328, 2624, 2625, 20000}) {
        CallOptions call;
        if (size % 2 == 1) call.object = kDsaop.uuid;
        ASSERT_TRUE(pair.client().begin_call(0, 1, pattern(size), call, pair.now_));
        pair.settle();
        ASSERT_EQ(pair.completed_.size(), ++count);
        ASSERT_TRUE(pair.completed_.back().stub) << pair.completed_.back().stub.error().detail;
        // With a trailer behind it the server cannot tell the stub's end from its alignment to 4.
        const Bytes expected = [&] {
          Bytes stub = pattern(size);
          if (trailer) stub.resize((size + 3) / 4 * 4);
          return stub;
        }();
        EXPECT_EQ(*pair.completed_.back().stub, expected) << size;
        EXPECT_EQ(pair.received_.back().object, call.object);
      }
    }
  }
}

TEST(Pair, ManyCallsAtOnce) {
  for (const bool multiplexing : {true, false}) {
    Pair pair({.client = {.interfaces = {kDrsuapi}, .offer_multiplexing = multiplexing}});
    EXPECT_EQ(pair.bound_->multiplexing, multiplexing);
    for (std::uint16_t op = 0; op < 20; ++op) ASSERT_TRUE(pair.client().begin_call(0, op, pattern(op * 1000u), {}, pair.now_));
    EXPECT_EQ(pair.client().calls_in_flight(), 20u);
    pair.settle();
    ASSERT_EQ(pair.completed_.size(), 20u);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(pair.completed_[i].stub, pattern(i * 1000));
    EXPECT_EQ(pair.client().calls_in_flight(), 0u);
    EXPECT_EQ(pair.server().calls_in_progress(), 0u);
  }
}

TEST(Pair, EndpointMapperNeedsNoAuthentication) {
  Pair pair({.client = {}, .endpoint_mapper = true});
  ASSERT_TRUE(pair.client().bound());
  EXPECT_FALSE(pair.server().secured());
  EXPECT_EQ(pair.client().security(), nullptr);
  EXPECT_EQ(pair.server().security(), nullptr);
  ASSERT_TRUE(pair.client().begin_call(0, 3, pattern(9000), {}, pair.now_));
  pair.settle();
  ASSERT_EQ(pair.completed_.size(), 1u);
  EXPECT_EQ(pair.completed_[0].stub, pattern(9000));
}

TEST(Pair, StreamsAnAnswerInPieces) {
  Pair pair({.client = {.interfaces = {kDrsuapi}}, .chunk = 65536});
  const Bytes answer = pattern(3'000'000);
  pair.answer_ = [&](const CallReceived&) { return answer; };
  ASSERT_TRUE(pair.client().begin_call(0, 3, {}, {.streaming = true}, pair.now_));
  pair.settle();
  ASSERT_EQ(pair.completed_.size(), 1u);
  EXPECT_EQ(pair.completed_[0].stub, Bytes{});
  Bytes whole;
  for (const auto& fragment : pair.fragments_) {
    EXPECT_LE(fragment.stub.size(), kDefaultFragment);
    whole.insert(whole.end(), fragment.stub.begin(), fragment.stub.end());
  }
  EXPECT_EQ(whole, answer);
}

// [MS-RPCE] 3.3.3.5.4: four megabytes are what a server takes.
TEST(Pair, RequestLimit) {
  Pair pair({.client = {.interfaces = {kDrsuapi}, .verification_trailer = false}, .chunk = 65536});
  ASSERT_TRUE(pair.client().begin_call(0, 3, Bytes(kRequestStubMax), {}, pair.now_));
  ASSERT_TRUE(pair.client().begin_call(0, 3, Bytes(kRequestStubMax + 1), {}, pair.now_));
  ASSERT_TRUE(pair.client().begin_call(0, 3, pattern(10), {}, pair.now_));
  pair.settle();
  ASSERT_EQ(pair.completed_.size(), 3u);
  std::map<std::uint32_t, const CallCompleted*> by_id;
  for (const auto& completed : pair.completed_) by_id[static_cast<std::uint32_t>(completed.id)] = &completed;
  auto at = by_id.begin();
  EXPECT_TRUE((at++)->second->stub);
  EXPECT_EQ((at++)->second->stub.error().code, win32::kErrorAccessDenied);
  EXPECT_EQ((at++)->second->stub, pattern(10)) << "the connection is still good";
}

TEST(Pair, ContextHandlesLiveInTheGroup) {
  Pair pair({.client = {.interfaces = {kDrsuapi}}});
  ASSERT_NE(pair.server().context_handles(), nullptr);
  EXPECT_EQ(pair.server().association_group(), pair.bound_->assoc_group_id);
  pair.server().close({});
  EXPECT_EQ(pair.server().context_handles(), nullptr);
}

// A handshake that never ends is ended, by whichever side counts first.
TEST(Pair, HandshakesHaveALimit) {
  Pair pair({.client = {.interfaces = {kDrsuapi}}, .script = {.initiator_tokens = 40, .acceptor_tokens = 40}});
  ASSERT_FALSE(pair.closed_.empty());
  EXPECT_EQ(pair.closed_[0].error.code, win32::kRpcSSecPkgError);
  EXPECT_EQ(pair.closed_[0].error.phase, Phase::kAuthenticate);
}

// What a security package wants to send may not fit into a PDU, and its signature may leave no room in a fragment.
TEST(ClientAssociation, FailsWhenTheTokenDoesNotFit) {
  auto client = ClientAssociation::sealed({.interfaces = {kDrsuapi}}, std::make_shared<TestContext>(true, kSpnegoScript)).value();
  client.start({});
  (void)client.poll_actions();
  client.on_security_step(security::SecurityContext::Step{.token = Bytes(66000), .complete = false}, {});
  const auto actions = client.poll_actions();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(std::get<Close>(actions[0]).error.code, win32::kRpcSProtocolError);

  Pair pair({.client = {.interfaces = {kDrsuapi}, .fragment_max = 1432}, .script = {.token_size = 1300}});
  ASSERT_TRUE(pair.client().begin_call(0, 0, pattern(10), {}, pair.now_));
  pair.settle();
  ASSERT_EQ(pair.completed_.size(), 1u);
  EXPECT_EQ(pair.completed_[0].stub.error().code, win32::kRpcSSecPkgError);
  EXPECT_TRUE(pair.completed_[0].did_not_execute);
}

/// A server in the middle of a security step, or past it.
struct LoneServer {
  explicit LoneServer(std::shared_ptr<TestContext> acceptor = std::make_shared<TestContext>(false, kKerberosScript))
      : server(
            [&] {
              ServerOptions options;
              options.interfaces = {{.id = kDrsuapi, .opnum_count = 31}};
              options.make_acceptor = [acceptor](security::AuthType) { return acceptor; };
              return options;
            }(),
            groups) {
    server.start({});
    send(PduType::kBind, "i1");
  }
  void send(PduType type, const std::string& token) {
    const Bind bind{.contexts = {{0, kDrsuapi, {kNdr20}}}};
    const Pdu pdu{.header = {.type = type, .flags = pfc::kWhole, .call_id = 1},
                  .body = bind,
                  .auth = AuthTrailer{.type = 16, .level = 6, .context_id = 1, .token = as_bytes(token)}};
    server.on_bytes(encode_pdu(pdu).value(), {});
  }
  std::optional<Close> close() {
    for (auto& action : server.poll_actions())
      if (auto* found = std::get_if<Close>(&action)) return *found;
    return std::nullopt;
  }
  AssociationGroups groups;
  ServerAssociation server;
};

TEST(ServerAssociation, BuffersWithALimitDuringASecurityStep) {
  LoneServer lone;
  EXPECT_FALSE(lone.server.wants_bytes());
  const Bytes portion(std::size_t{1} << 20, 0);
  for (std::size_t sent = 0; sent + portion.size() <= kBufferedMax; sent += portion.size()) lone.server.on_bytes(portion, {});
  EXPECT_FALSE(lone.close());
  lone.server.on_bytes(Bytes(1), {});
  const auto close = lone.close();
  ASSERT_TRUE(close);
  EXPECT_EQ(close->error.code, win32::kRpcSProtocolError);
  EXPECT_EQ(lone.groups.size(), 0u);
}

TEST(ServerAssociation, ClosesWhenATokenDoesNotFit) {
  LoneServer lone;
  lone.server.on_security_step(security::SecurityContext::Step{.token = Bytes(66000), .complete = false}, {});
  const auto close = lone.close();
  ASSERT_TRUE(close);
  EXPECT_EQ(close->error.code, win32::kRpcSProtocolError);
}

TEST(ServerAssociation, MovesWithItsCalls) {
  LoneServer lone;
  ServerAssociation moved(std::move(lone.server));
  EXPECT_NE(moved.association_group(), 0u);
  moved.on_transport_closed({win32::kRpcSCallFailed, Phase::kNone, "gone"});
  EXPECT_TRUE(moved.closed());
}

TEST(ClientAssociation, CannotBeBuiltWithoutSecurity) {
  EXPECT_EQ(ClientAssociation::for_endpoint_mapper({.interfaces = {kDrsuapi}}).error().code, win32::kErrorAccessDenied);
  EXPECT_EQ(ClientAssociation::for_endpoint_mapper({.interfaces = {kEndpointMapper, kDrsuapi}}).error().code, win32::kErrorAccessDenied);
  EXPECT_FALSE(ClientAssociation::sealed({.interfaces = {kDrsuapi}}, nullptr));
  const auto context = std::make_shared<TestContext>(true, kSpnegoScript);
  EXPECT_FALSE(ClientAssociation::sealed({}, context));
  EXPECT_FALSE(ClientAssociation::sealed({.interfaces = std::vector<SyntaxId>(33, kDrsuapi)}, context));
  EXPECT_FALSE(ClientAssociation::sealed({.interfaces = {kDrsuapi}, .fragment_max = 1431}, context));
}

}  // namespace
}  // namespace tributary::rpc
