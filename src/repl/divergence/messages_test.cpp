// SPDX-License-Identifier: Apache-2.0
// Messages of a comparison: encoded forms, bounds, versions; and what the one who is asked judges before he answers.
#include "repl/divergence/messages.hpp"

#include "repl/divergence/test_compare.hpp"

namespace tributary::repl::testing {
namespace {

DigestRequest request_of(const Dsa& dsa) {
  DigestRequest request;
  request.nc = nc_guid(dsa).value;
  request.utd = {{Guid{}, 5}};
  request.nodes.push_back(to_wire(NodeAddress{}, Digest{1, 2}));
  return request;
}
Win32 judge(const Dsa& dsa, const DigestRequest& request, const ReplicationRights& rights = {}) {
  return code_of(answer_digest(dsa.context, *dsa.store->read(), request, rights));
}

TEST(DivergenceMessages, ComeBackAsTheyWere) {
  Dsa a(1);
  a.make_domain();
  auto request = request_of(a);
  request.scope = {kScopePartial, {std::optional<std::u16string>(u"2.5.4.0")}};
  EXPECT_EQ(must(decode_digest_request(encode_digest_request(request))), request);
  const auto reply = must(answer_digest(a.context, *a.store->read(), request_of(a), {}));
  EXPECT_EQ(must(decode_digest_reply(encode_digest_reply(reply))), reply);
  ASSERT_EQ(reply.answers.size(), 1u);
  EXPECT_EQ(reply.answers[0].kind, static_cast<std::uint32_t>(AnswerKind::kObjects));
}

/// The first octets of the format, as docs/formats/divergence.md has them.
TEST(DivergenceMessages, BeginWithTheirNameAndVersion) {
  const auto octets = encode_digest_request({});
  EXPECT_EQ(to_hex(ByteView(octets).first(8)), "5452445101000000");
  EXPECT_EQ(to_hex(ByteView(encode_digest_reply({})).first(8)), "5452445201000000");
  auto later = octets;
  later[4] = 2;
  EXPECT_EQ(code_of(decode_digest_request(later)), win32::kErrorRevisionMismatch);
  EXPECT_EQ(code_of(decode_digest_reply(octets)), win32::kRpcXBadStubData);
  later = octets;
  later.push_back(0);
  EXPECT_EQ(code_of(decode_digest_request(later)), win32::kRpcXBadStubData);
  for (std::size_t size = 0; size < octets.size(); ++size) EXPECT_FALSE(decode_digest_request(ByteView(octets).first(size)));
}

TEST(DivergenceMessages, AreBounded) {
  Dsa a(1);
  a.make_domain();
  auto request = request_of(a);
  for (std::uint32_t i = 0; i < kNodesMax; ++i) request.nodes.push_back(to_wire(NodeAddress{}, {}));
  EXPECT_EQ(code_of(decode_digest_request(encode_digest_request(request))), win32::kRpcXBadStubData);
}

TEST(DivergenceAnswer, RequestsAreJudged) {
  Dsa a(1);
  a.make_domain();
  EXPECT_EQ(judge(a, request_of(a)), win32::kErrorSuccess);
  auto request = request_of(a);
  request.nc.octets[3] ^= 1;
  EXPECT_EQ(judge(a, request), win32::kErrorDsDraBadNc);
  EXPECT_EQ(judge(a, request_of(a), {.get_changes = false}), win32::kErrorDsDraAccessDenied);
  request = request_of(a);
  request.scope.flags = kScopeSecrets;
  EXPECT_EQ(judge(a, request, {.get_changes_all = false}), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(judge(a, request), win32::kErrorSuccess);
  request = request_of(a);
  request.nodes[0].address[0] = 0x10;  // behind its depth
  EXPECT_EQ(judge(a, request), win32::kErrorDsDraInvalidParameter);
  request = request_of(a);
  request.scope = {kScopePartial, {std::optional<std::u16string>(u"1.2.3.4.5")}};
  EXPECT_EQ(judge(a, request), win32::kErrorDsDraIncompatiblePartialSet);
}

/// Replies that cannot be one end the comparison.
TEST(DivergenceComparison, RepliesThatCannotBeAreRefused) {
  Dsa a(1);
  a.make_domain();
  const auto good = must(answer_digest(a.context, *a.store->read(), request_of(a), {}));
  const auto judge_reply = [&](const std::function<void(DigestReply&)>& change) {
    DivergenceComparison comparison({nc_guid(a)});
    EXPECT_EQ(comparison.begin(a.context, *a.store->read()).kind, ComparisonStep::Kind::kSend);
    auto reply = good;
    change(reply);
    const auto step = comparison.on_reply(a.context, *a.store->read(), reply);
    return step.kind == ComparisonStep::Kind::kFailed ? step.error.code : win32::kErrorSuccess;
  };
  EXPECT_EQ(judge_reply([](auto&) {}), win32::kErrorSuccess);
  EXPECT_EQ(judge_reply([](auto& reply) { reply.answers.clear(); }), win32::kErrorInvalidData);
  EXPECT_EQ(judge_reply([](auto& reply) { std::swap(reply.answers[0].objects[0], reply.answers[0].objects[1]); }), win32::kErrorInvalidData);
  EXPECT_EQ(judge_reply([](auto& reply) { reply.answers[0].kind = 3; }), win32::kErrorInvalidData);
  EXPECT_EQ(judge_reply([](auto& reply) { reply.answers[0].kind = 1; }), win32::kErrorInvalidData);
}

/// A peer that narrows the scope without end, or answers with branches for ever, is given up.
TEST(DivergenceComparison, EndlessPeersAreGivenUp) {
  Dsa a(1);
  a.make_domain();
  DivergenceComparison narrowing({nc_guid(a)});
  auto step = narrowing.begin(a.context, *a.store->read());
  DigestReply narrower;
  narrower.is_narrower = 1;
  int rounds = 0;
  for (; step.kind == ComparisonStep::Kind::kSend; ++rounds) step = narrowing.on_reply(a.context, *a.store->read(), narrower);
  EXPECT_EQ(step.error.code, win32::kErrorInvalidData);
  EXPECT_LT(rounds, 6);

  // One branch that differs at every level: the end of the tree ends it.
  DivergenceComparison deep({nc_guid(a)});
  step = deep.begin(a.context, *a.store->read());
  for (rounds = 0; step.kind == ComparisonStep::Kind::kSend && rounds < 100; ++rounds) {
    DigestReply reply;
    for (const auto& wire : step.request->nodes) {
      const auto mine = must(expand(a.context, *a.store->read(), a.nc_root(), {}, {wire.address, wire.depth}, 0));
      WireAnswer answer;
      answer.kind = static_cast<std::uint32_t>(AnswerKind::kChildren);
      for (const auto& child : mine.children) answer.children.push_back(to_wire(child));
      answer.children[7].low ^= 1;
      reply.answers.push_back(answer);
    }
    step = deep.on_reply(a.context, *a.store->read(), reply);
  }
  EXPECT_EQ(step.kind, ComparisonStep::Kind::kFailed);
  EXPECT_EQ(step.error.code, win32::kErrorInvalidData);
  EXPECT_EQ(rounds, 65);
}

}  // namespace
}  // namespace tributary::repl::testing
