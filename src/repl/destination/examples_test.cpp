// SPDX-License-Identifier: Apache-2.0
// The worked examples of [MS-DRSR] 4.1.10.7 to .9 from end to end: the state before, DC2's request, DC1's answer, the state after. The
// people are the section's; identities and USNs are those of the DSAs here. What DC1 answers in detail is source_test.cpp's.
#include "repl/destination/test_dsas.hpp"
#include "repl/source/local_state.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";

/// DC1 and DC2 with equal replicas, after which attempts of DC2 have failed: what all three sections begin with.
class ReplicationExample : public ::testing::Test {
 protected:
  ReplicationExample() : dc1(1), dc2(2) {
    dc1.make_domain();
    group = dc1.add(kTop, "group", "GroupA");
    (void)pull(dc2, dc1);
    before = *dc2.reps_from(dc1);
  }
  void fail_attempts(int count) {
    for (int i = 0; i < count; ++i) {
      dc2.pass(60);
      ReplicationCycle cycle(cycle_options(dc1, {}));
      (void)cycle.begin(dc2.context, *dc2.store);
      (void)cycle.on_failure(dc2.context, *dc2.store, Error{Win32{0x2108}, Phase::kCall, "unreachable"});
    }
    const auto failed = *dc2.reps_from(dc1);
    EXPECT_EQ(failed.consecutive_failures, static_cast<std::uint32_t>(count));
    EXPECT_EQ(failed.result_last_attempt, Win32{0x2108});
    EXPECT_EQ(failed.time_last_success, before.time_last_success);
    EXPECT_EQ(failed.usn_vec, before.usn_vec);
  }
  /// The request of the sections: the position and the source of repsFrom, the vector of both, all changes, the flags of the source.
  void check_request() {
    ReplicationCycle cycle(cycle_options(dc1, {}));
    const auto step = cycle.begin(dc2.context, *dc2.store);
    ASSERT_EQ(step.kind, CycleStep::Kind::kSend) << describe_error(step.error);
    const auto* request = step.request->get_if<10>();
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(request->uuidDsaObjDest, dc2.context.dsa.value);
    EXPECT_EQ(request->uuidInvocIdSrc, dc1.context.invocation_id.value);
    EXPECT_EQ(request->usnvecFrom, before.usn_vec);
    EXPECT_EQ(request->ulFlags & (DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC), DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC);
    EXPECT_EQ(request->ulExtendedOp, 0u);
    EXPECT_EQ(request->liFsmoInfo, 0u);
    EXPECT_EQ(request->ulMoreFlags, 0u);
    ASSERT_TRUE(request->pUpToDateVecDest);
    std::vector<Guid> told;
    for (const auto& cursor : request->pUpToDateVecDest->rgCursors) told.push_back(cursor.uuidDsa);
    EXPECT_TRUE(std::ranges::find(told, dc1.context.invocation_id.value) != told.end());
  }
  /// The cycle, of one reply.
  void replicate() {
    PullOptions options;
    options.tamper = [&](DRS_MSG_GETCHGREPLY_V9& reply) {
      EXPECT_EQ(reply.usnvecFrom, before.usn_vec);
      sent_objects = reply.pObjects.size();
      sent_links = reply.rgValues.size();
      usn_to = reply.usnvecTo;
    };
    const auto result = pull(dc2, dc1, options);
    EXPECT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error);
    EXPECT_EQ(result.pages, 1u);
  }
  /// The state after: no failures, both times now, the position of the reply, the vector up to date with DC1.
  void check_final_state() {
    const auto after = *dc2.reps_from(dc1);
    EXPECT_EQ(after.consecutive_failures, 0u);
    EXPECT_EQ(after.result_last_attempt, win32::kErrorSuccess);
    EXPECT_EQ(after.time_last_success, dc2.context.ds_now());
    EXPECT_EQ(after.time_last_attempt, dc2.context.ds_now());
    EXPECT_EQ(after.usn_vec, usn_to);
    EXPECT_GT(after.usn_vec.usnHighObjUpdate, before.usn_vec.usnHighObjUpdate);
    EXPECT_EQ(after.uuid_dsa, dc1.context.dsa);
    EXPECT_EQ(after.uuid_invoc_id, dc1.context.invocation_id);
    EXPECT_EQ(after.options & DRS_NEVER_SYNCED, 0u);
    const auto cursor = dc2.utd().find(dc1.context.invocation_id);
    ASSERT_NE(cursor, nullptr);
    EXPECT_EQ(cursor->usn_high_prop_update, dc1.store->read()->highest_committed_usn());
    EXPECT_EQ(content(dc2), content(dc1));
  }

  Dsa dc1, dc2;
  ObjectGuid group;
  RepsFrom before;
  std::size_t sent_objects = 0, sent_links = 0;
  USN_VECTOR usn_to;
};

/// 4.1.10.7.1 to .4: a user is made on DC1 while DC2 cannot reach it; the next cycle brings the user and clears the failures.
TEST_F(ReplicationExample, AddUser) {
  const auto user = dc1.add(kTop, "user", "Kim Akers", {{attid::kUserPrincipalName, {text_value("KimAkers@contoso.com")}}});
  fail_attempts(4);
  EXPECT_EQ(dc2.dnt(user), kNoDnt);
  check_request();
  dc2.pass(433);
  replicate();
  EXPECT_EQ(sent_objects, 1u);
  EXPECT_EQ(sent_links, 0u);
  check_final_state();
  EXPECT_EQ(dc2.dn(user), "CN=Kim Akers,DC=lab,DC=example");
  EXPECT_EQ(dc2.text(user, attid::kUserPrincipalName), "KimAkers@contoso.com");
}

/// 4.1.10.8.1 to .4: she joins GroupA: one link value, no object; the group has its member on DC2.
TEST_F(ReplicationExample, AddUserToGroup) {
  const auto user = dc1.add(kTop, "user", "Kim Akers");
  (void)pull(dc2, dc1);
  before = *dc2.reps_from(dc1);
  dc1.pass(120);
  dc1.link(group, user);
  fail_attempts(3);
  check_request();
  EXPECT_FALSE(dc2.is_member(group, user));
  dc2.pass(60);
  replicate();
  EXPECT_EQ(sent_objects, 0u);
  EXPECT_EQ(sent_links, 1u);
  check_final_state();
  EXPECT_TRUE(dc2.is_member(group, user));
}

/// 4.1.10.9.1 to .4: her password is changed: one object with the secrets, which arrive as they were.
TEST_F(ReplicationExample, ChangePassword) {
  const auto user = dc1.add(kTop, "user", "Kim Akers", {{attid_of("unicodePwd"), {octets_value(Bytes(16, 1))}}});
  (void)pull(dc2, dc1);
  before = *dc2.reps_from(dc1);
  dc1.pass(120);
  (void)dc1.update([&](WriteTransaction& tx) {
    const std::array<Modification, 2> changes = {Modification{ModifyOperation::kReplace, attid_of("unicodePwd"), {octets_value(Bytes(16, 2))}},
                                                 Modification{ModifyOperation::kReplace, attid::kPwdLastSet, {i64_value(1)}}};
    return modify(tx, dc1.context, dc1.dnt(user), changes, {CheckLevel::kReplica, false, false});
  });
  check_request();
  replicate();
  EXPECT_EQ(sent_objects, 1u);
  EXPECT_EQ(sent_links, 0u);
  check_final_state();
  const auto now = dc2.store->read();
  const auto object = *must(now->find(dc2.dnt(user)));
  const auto value = object.first(attid_of("unicodePwd"));
  ASSERT_TRUE(value);
  EXPECT_EQ(Bytes(value->begin(), value->end()), Bytes(16, 2));
  EXPECT_EQ(object.stamp(attid_of("unicodePwd"))->version, 2u);
}

/// 4.1.10.1.3, 4.1.10.4.3: an extended operation asks about its object, with its number and the FSMO's; secrets only for a read-only DSA.
TEST(ReplicationRequest, ExtendedOperations) {
  Dsa dc1(1), dc2(2);
  dc1.make_domain();
  (void)pull(dc2, dc1);
  RequestTerms terms;
  terms.nc = cycle_options(dc1, {}).nc;
  terms.nc_root = dc2.nc_root();
  terms.extended_op = EXOP_FSMO_REQ_RID_ALLOC;
  terms.fsmo_info = 0x1234;
  terms.flags = DRS_WRIT_REP;
  const auto request = must(make_request(dc2.context, *dc2.store->read(), terms, our_extensions()));
  ASSERT_NE(request.get_if<10>(), nullptr);
  const auto& v10 = *request.get_if<10>();
  EXPECT_EQ(v10.ulExtendedOp, EXOP_FSMO_REQ_RID_ALLOC);
  EXPECT_EQ(v10.liFsmoInfo, 0x1234u);
  EXPECT_EQ(v10.uuidDsaObjDest, dc2.context.dsa.value);
  terms.nc_root = kNoDnt;
  EXPECT_EQ(code_of(make_request(dc2.context, *dc2.store->read(), terms, our_extensions())), win32::kErrorDsDraBadNc);
  terms.nc_root = dc2.nc_root();
  terms.extended_op = EXOP_REPL_SECRETS;
  EXPECT_EQ(code_of(make_request(dc2.context, *dc2.store->read(), terms, our_extensions())), win32::kErrorInvalidParameter);
}

}  // namespace
}  // namespace tributary::repl::testing
