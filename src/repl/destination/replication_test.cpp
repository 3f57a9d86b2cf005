// SPDX-License-Identifier: Apache-2.0
// Two and three DSAs become equal: [MS-DRSR] 4.1.10.1.2 (the goal of a cycle), 4.1.10.5.7 (paging), 4.1.10.6 (applying).
#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kUsers = "DC=lab,DC=example";

void expect_done(const PullResult& result) {
  EXPECT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error);
}

/// 4.1.10.1.2: a replica that did not exist has after one cycle everything that the source has, and its vector says so.
TEST(Replication, ANewReplicaBecomesEqual) {
  Dsa a(1), b(2);
  a.make_domain();
  const auto user = a.add(kUsers, "user", "Kim Akers", {{attid::kDescription, {text_value("new")}}});
  const auto group = a.add(kUsers, "group", "GroupA");
  a.link(group, user);
  b.pass(5);
  expect_done(pull(b, a));
  EXPECT_EQ(content(b), content(a));
  EXPECT_EQ(b.dn(user), "CN=Kim Akers,DC=lab,DC=example");
  EXPECT_TRUE(b.is_member(group, user));
  const auto cursor = b.utd().find(a.context.invocation_id);
  ASSERT_NE(cursor, nullptr);
  EXPECT_EQ(cursor->usn_high_prop_update, a.store->read()->highest_committed_usn());
}

/// A cycle with nothing new sends nothing; one change sends one object with that attribute and instanceType (4.1.10.5.5).
TEST(Replication, OnlyWhatChangedTravels) {
  Dsa a(1), b(2);
  a.make_domain();
  const auto user = a.add(kUsers, "user", "Kim Akers");
  expect_done(pull(b, a));
  const auto quiet = pull(b, a);
  expect_done(quiet);
  EXPECT_EQ(quiet.objects_sent + quiet.links_sent, 0u);
  a.pass(10);
  a.set(user, attid::kDescription, "changed");
  std::vector<ATTRTYP> sent;
  PullOptions options;
  options.tamper = [&](DRS_MSG_GETCHGREPLY_V9& reply) {
    for (const auto& object : reply.pObjects)
      for (const auto& attribute : object.Entinf.AttrBlock.pAttr) sent.push_back(attribute.attrTyp);
  };
  const auto one = pull(b, a, options);
  expect_done(one);
  EXPECT_EQ(one.objects_sent, 1u);
  EXPECT_EQ(sent, (std::vector<ATTRTYP>{0x0000D, 0x20001}));
  EXPECT_EQ(b.text(user, attid::kDescription), "changed");
}

/// What came from a DSA does not go back to it: the vector filters it (4.1.10.5.6).
TEST(Replication, UpdatesDoNotGoBackToWhereTheyCameFrom) {
  Dsa a(1), b(2);
  a.make_domain();
  a.add(kUsers, "user", "Kim Akers");
  expect_done(pull(b, a));
  const auto back = pull(a, b);
  expect_done(back);
  EXPECT_EQ(back.objects_sent, 0u);
}

}  // namespace
}  // namespace tributary::repl::testing
