// SPDX-License-Identifier: Apache-2.0
// Pages: [MS-DRSR] 4.1.10.1.1 (cycles begin and go on), 4.1.10.5.2 (ancestors and targets), 4.1.10.5.7 (limits), 4.1.10.6.1 (asking
// again), .15 and .16 (position and vector).
#include <set>

#include "drsuapi/operations.hpp"
#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";

std::string number(int i) { return std::to_string(i); }

/// Containers that change after their children, groups that are older than their members: what paging has to cope with.
void populate(Dsa& dsa) {
  if (dsa.nc_root() == kNoDnt) dsa.make_domain();
  std::vector<ObjectGuid> containers, users;
  const auto group = dsa.add(kTop, "group", "everybody");
  for (int i = 0; i < 4; ++i) containers.push_back(dsa.add(kTop, "organizationalUnit", "ou" + number(i)));
  for (int i = 0; i < 20; ++i) {
    users.push_back(dsa.add("OU=ou" + number(i % 4) + ",DC=lab,DC=example", "user", "user" + number(i)));
    dsa.link(group, users.back());
  }
  for (int i = 0; i < 4; ++i) dsa.set(containers[i], attid::kDescription, "changed after its children");
  for (int i = 0; i < 20; i += 3) dsa.set(users[i], attid::kDescription, "changed after its membership");
  dsa.rename(users[5], containers[0], "moved");
  dsa.remove(users[7]);
  dsa.unlink(group, users[8]);
}

/// Any page size leads to the same replica.
TEST(Paging, EveryPageSizeGivesTheSameState) {
  Dsa a(1);
  populate(a);
  for (std::uint32_t size = 1; size <= 60; ++size) {
    Dsa b(2);
    PullOptions options;
    options.objects_max = size;
    const auto result = pull(b, a, options);
    ASSERT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error) << " size " << size;
    ASSERT_EQ(content(b), content(a)) << "size " << size;
    EXPECT_EQ(b.reps_from(a)->usn_vec.usnHighObjUpdate, a.store->read()->highest_committed_usn().value);
    expect_sound(b);
  }
}

TEST(Paging, OctetsLimitPagesAsWell) {
  Dsa a(1), b(2);
  populate(a);
  PullOptions options;
  options.octets_max = 2'000;
  const auto result = pull(b, a, options);
  EXPECT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error);
  EXPECT_GT(result.pages, 5u);
  EXPECT_EQ(content(b), content(a));
}

/// A destination that stops after any page goes on behind it: no object is fetched twice because of the interruption, and only the end of
/// the cycle moves the vector.
TEST(Paging, InterruptedCyclesGoOnBehindTheLastPage) {
  Dsa a(1);
  populate(a);
  Dsa whole(2);
  PullOptions options;
  options.objects_max = 3;
  options.flags = DRS_GET_ANC;
  const auto straight = pull(whole, a, options);
  ASSERT_EQ(straight.last.kind, CycleStep::Kind::kDone);
  for (std::uint64_t stop = 1; stop < straight.pages; ++stop) {
    Dsa b(2);
    auto first = options;
    first.pages_max = stop;
    const auto part = pull(b, a, first);
    ASSERT_EQ(part.pages, stop);
    EXPECT_TRUE(b.utd().empty()) << "the vector may move at the end only";
    EXPECT_TRUE(b.nc()->coming);
    const auto rest = pull(b, a, options);
    ASSERT_EQ(rest.last.kind, CycleStep::Kind::kDone) << describe_error(rest.last.error);
    EXPECT_EQ(part.pages + rest.pages, straight.pages);
    EXPECT_EQ(content(b), content(a)) << "stopped after " << stop;
    EXPECT_FALSE(b.nc()->coming);
  }
}

/// A preempted cycle is no failure (5.172), and goes on where it was.
TEST(Paging, PreemptionKeepsThePosition) {
  Dsa a(1), b(2);
  populate(a);
  PullOptions options;
  options.objects_max = 5;
  ReplicationCycle cycle(cycle_options(a, options));
  auto step = cycle.begin(b.context, *b.store);
  while (cycle.pages() < 2) {
    ndr::Arena arena;
    Bytes stub;
    step = cycle.on_reply(b.context, *b.store, must(ask(a, *step.request, arena, stub)));
    ASSERT_EQ(step.kind, CycleStep::Kind::kSend);
  }
  must(cycle.preempt(b.context, *b.store));
  const auto source = b.reps_from(a);
  ASSERT_TRUE(source);
  EXPECT_TRUE(source->has(DRS_PREEMPTED));
  EXPECT_EQ(source->consecutive_failures, 0u);
  EXPECT_EQ(source->result_last_attempt, win32::kErrorDsDraPreempted);
  EXPECT_GT(source->usn_vec.usnHighObjUpdate, 0);
  EXPECT_EQ(pull(b, a, options).last.kind, CycleStep::Kind::kDone);
  EXPECT_FALSE(b.reps_from(a)->has(DRS_PREEMPTED));
  EXPECT_EQ(content(b), content(a));
}

/// 4.1.10.6.15: what a destination will ask for next is known from the reply alone, although applying it moves the own USN: so both ends can
/// have the next page under way meanwhile.
TEST(Paging, RequestsOfACycleDifferInTheirPositionAlone) {
  Dsa a(1), b(2);
  a.make_domain();
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  populate(a);
  PullOptions options;
  options.objects_max = 5;
  options.flags = DRS_GET_ANC;
  ReplicationCycle cycle(cycle_options(a, options));
  const auto octets = [](const DRS_MSG_GETCHGREQ& request) {
    IDL_DRSGetNCChanges::In in;
    in.msgIn = request;
    return encode_in<IDL_DRSGetNCChanges>(in);
  };
  std::size_t compared = 0;
  for (auto step = cycle.begin(b.context, *b.store); step.kind == CycleStep::Kind::kSend;) {
    const auto sent = *step.request;
    ndr::Arena arena;
    Bytes stub;
    step = cycle.on_reply(b.context, *b.store, must(ask(a, sent, arena, stub)));
    if (step.kind != CycleStep::Kind::kSend) continue;
    const auto* next = step.request->get_if<10>();
    ASSERT_NE(next, nullptr);
    if (next->usnvecFrom == sent.get_if<10>()->usnvecFrom) continue;  // the same page once more, with its targets
    EXPECT_EQ(octets(*step.request), octets(request_after(sent, next->uuidInvocIdSrc, next->usnvecFrom)));
    ++compared;
  }
  EXPECT_GT(compared, 5u);
  EXPECT_EQ(content(b), content(a));
}

/// 4.1.10.6.8: a child whose parent has not come makes the destination ask again with DRS_GET_ANC, from the same position.
TEST(Paging, MissingParentsAreAskedFor) {
  Dsa a(1), b(2);
  a.make_domain();
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  populate(a);
  PullOptions options;
  options.objects_max = 2;
  std::uint64_t asked = 0;
  ReplicationCycle cycle(cycle_options(a, options));
  auto step = cycle.begin(b.context, *b.store);
  while (step.kind == CycleStep::Kind::kSend) {
    const auto& request = *step.request->get_if<10>();
    if ((request.ulFlags & DRS_GET_ANC) != 0) ++asked;
    ndr::Arena arena;
    Bytes stub;
    step = cycle.on_reply(b.context, *b.store, must(ask(a, *step.request, arena, stub)));
  }
  EXPECT_EQ(step.kind, CycleStep::Kind::kDone) << describe_error(step.error);
  EXPECT_GT(asked, 0u);
  EXPECT_EQ(content(b), content(a));
}

/// 4.1.10.5.2, Ancestors predicate: with DRS_GET_ANC no object comes before its changed ancestors, in any page.
TEST(Paging, AncestorsComeFirst) {
  Dsa a(1), b(2);
  populate(a);
  PullOptions options;
  options.objects_max = 1;
  options.flags = DRS_GET_ANC;
  std::set<Guid> seen;
  options.tamper = [&](DRS_MSG_GETCHGREPLY_V9& reply) {
    for (const auto& object : reply.pObjects) {
      if (object.pParentGuid) EXPECT_TRUE(seen.contains(*object.pParentGuid));
      seen.insert(object.Entinf.pName->Guid);
    }
    for (const auto& link : reply.rgValues) EXPECT_TRUE(seen.contains(link.pObject->Guid));
  };
  EXPECT_EQ(pull(b, a, options).last.kind, CycleStep::Kind::kDone);
}

/// 4.1.10.5.17: link values are in order of object, attribute, presence and target.
TEST(Paging, LinkValuesAreSorted) {
  Dsa a(1), b(2);
  populate(a);
  PullOptions options;
  options.tamper = [](DRS_MSG_GETCHGREPLY_V9& reply) {
    for (std::size_t i = 1; i < reply.rgValues.size(); ++i) {
      const auto key = [&](std::size_t at) {
        const auto& link = reply.rgValues[at];
        const auto target = read_dsname(link.Aval.pVal.span())->guid;
        return std::tuple(link.pObject->Guid, link.attrTyp, link.fIsPresent != 0, target);
      };
      EXPECT_LT(key(i - 1), key(i));
    }
  };
  const auto result = pull(b, a, options);
  EXPECT_EQ(result.last.kind, CycleStep::Kind::kDone);
  EXPECT_GT(result.links_sent, 10u);
}

/// 4.1.10.6.14: a link value whose target is deleted here may be out of date about the target: it is asked for (DRS_GET_TGT), and then
/// the value is forgotten.
TEST(Paging, RecycledTargetsAreAskedFor) {
  Dsa a(1), b(2);
  a.make_domain();
  const auto user = a.add(kTop, "user", "user");
  const auto group = a.add(kTop, "group", "group");
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  b.remove(user);
  a.link(group, user);
  bool asked = false;
  ReplicationCycle cycle(cycle_options(a, {}));
  auto step = cycle.begin(b.context, *b.store);
  while (step.kind == CycleStep::Kind::kSend) {
    asked = asked || (step.request->get_if<10>()->ulMoreFlags & DRS_GET_TGT) != 0;
    ndr::Arena arena;
    Bytes stub;
    step = cycle.on_reply(b.context, *b.store, must(ask(a, *step.request, arena, stub)));
  }
  EXPECT_EQ(step.kind, CycleStep::Kind::kDone) << describe_error(step.error);
  EXPECT_TRUE(asked);
  EXPECT_FALSE(b.is_member(group, user));
  converge({&a, &b});
}

/// A source of the time before DRS_GET_TGT: link values whose target comes in a later page lead to a phantom until then.
TEST(Paging, SourcesThatCannotBeAskedForTargets) {
  Dsa a(1);
  a.make_domain();
  Dsa b(2);
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  populate(a);
  for (const std::uint32_t size : {1u, 2u, 5u, 100u}) {
    Dsa c(3);
    PullOptions options;
    options.objects_max = size;
    options.knows_v10 = false;
    const auto result = pull(c, a, options);
    ASSERT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error) << " size " << size;
    EXPECT_EQ(content(c), content(a));
    expect_sound(c);
  }
  PullOptions options;
  options.objects_max = 2;
  options.knows_v10 = false;
  EXPECT_EQ(pull(b, a, options).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(content(b), content(a));
}

/// DRS_FULL_SYNC_NOW: everything comes again, what is here is not changed by it, and an interruption does not end it.
TEST(Paging, FullSynchronisationFetchesEverythingAndChangesNothing) {
  Dsa a(1), b(2);
  populate(a);
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  const auto before = content(b);
  PullOptions options;
  options.flags = DRS_FULL_SYNC_NOW;
  options.objects_max = 4;
  options.pages_max = 3;
  EXPECT_EQ(pull(b, a, options).pages, 3u);
  EXPECT_TRUE(b.reps_from(a)->has(DRS_FULL_SYNC_IN_PROGRESS));
  options.flags = 0;
  options.pages_max = 1'000;
  const auto rest = pull(b, a, options);
  EXPECT_EQ(rest.last.kind, CycleStep::Kind::kDone) << describe_error(rest.last.error);
  EXPECT_GT(rest.objects_sent, 10u);
  EXPECT_EQ(rest.figures.objects_added + rest.figures.objects_changed, 0u);
  EXPECT_FALSE(b.reps_from(a)->has(DRS_FULL_SYNC_IN_PROGRESS));
  EXPECT_EQ(content(b), before);
}

/// 4.1.10.5.3: DRS_CRITICAL_ONLY brings critical objects with their ancestors, and claims nothing; the cycle that follows brings the rest.
TEST(Paging, CriticalObjectsComeFirstAndAlone) {
  Dsa a(1), b(2);
  a.make_domain();
  a.add(kTop, "organizationalUnit", "deep");
  const auto critical = a.add("OU=deep,DC=lab,DC=example", "user", "krbtgt", {{attid::kIsCriticalSystemObject, {bool_value(true)}}});
  const auto plain = a.add(kTop, "user", "plain");
  PullOptions options;
  options.flags = DRS_CRITICAL_ONLY;
  EXPECT_EQ(pull(b, a, options).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(b.dn(critical), "CN=krbtgt,OU=deep,DC=lab,DC=example");
  EXPECT_EQ(b.dn(plain), "-");
  EXPECT_TRUE(b.utd().empty());
  EXPECT_TRUE(b.nc()->coming);
  EXPECT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(content(b), content(a));
}

/// DRS_GET_NC_SIZE (4.1.10.5.2).
TEST(Paging, TheSizeOfTheNcIsToldWhenAskedFor) {
  Dsa a(1), b(2);
  populate(a);
  PullOptions options;
  options.flags = DRS_GET_NC_SIZE;
  std::uint32_t objects = 0, values = 0;
  options.tamper = [&](DRS_MSG_GETCHGREPLY_V9& reply) {
    objects = reply.cNumNcSizeObjects;
    values = reply.cNumNcSizeValues;
  };
  EXPECT_EQ(pull(b, a, options).last.kind, CycleStep::Kind::kDone);
  const auto size = must(a.store->read()->nc_size(a.nc_root()));
  EXPECT_EQ(objects, size.first);
  EXPECT_EQ(values, size.second);
}

}  // namespace
}  // namespace tributary::repl::testing
