// SPDX-License-Identifier: Apache-2.0
// What only some objects do: secrets, partial replicas, objects that moved from another NC, crossRefs, a schema that differs, the recycle bin.
// [MS-DRSR] 4.1.10.6.1, .2, .4, .5, .9, .17; 5.6, 5.157.
#include "repl/destination/test_dsas.hpp"
#include "repl/updates/editor.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";

void modify_as_system(Dsa& dsa, const ObjectGuid& object, Attid attid, NewValue value) {
  const Modification modification{ModifyOperation::kReplace, attid, {std::move(value)}};
  (void)dsa.update([&](WriteTransaction& tx) {
    return modify(tx, dsa.context, dsa.dnt(object), std::span(&modification, 1), {CheckLevel::kReplica, true, false});
  });
}

/// 4.1.10.6.17: secrets are in the store as they were, whatever key they travelled under.
TEST(Special, SecretsArriveClear) {
  Dsa a(1), b(2);
  a.make_domain();
  const auto user = a.add(kTop, "user", "user");
  modify_as_system(a, user, attid_of("unicodePwd"), octets_value(Bytes(16, 0x42)));
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  const auto snapshot = b.store->read();
  const auto value = must(snapshot->find(b.dnt(user)))->first(attid_of("unicodePwd"));
  ASSERT_TRUE(value);
  EXPECT_EQ(to_bytes(*value), Bytes(16, 0x42));
}

/// 4.1.10.6.5, 4.1.10.6.6: a partial replica is not writable, and says so in instanceType; it has nothing beyond its set.
TEST(Special, PartialReplicas) {
  Dsa a(1), b(2);
  a.make_domain();
  const auto user = a.add(kTop, "user", "user", {{attid_of("telephoneNumber"), {text_value("1")}}, {attid_of("mail"), {text_value("m@lab")}},
                                                 {attid_of("homePostalAddress"), {text_value("somewhere")}}});
  auto options = cycle_options(a, {});
  options.source.options = DRS_INIT_SYNC | DRS_PER_SYNC;
  options.partial = true;
  ReplicationCycle cycle(options);
  auto step = cycle.begin(b.context, *b.store);
  while (step.kind == CycleStep::Kind::kSend) {
    ndr::Arena arena;
    Bytes stub;
    step = cycle.on_reply(b.context, *b.store, must(ask(a, *step.request, arena, stub)));
  }
  ASSERT_EQ(step.kind, CycleStep::Kind::kDone) << describe_error(step.error);
  const auto replica = b.nc();
  ASSERT_TRUE(replica);
  EXPECT_TRUE(replica->partial);
  EXPECT_FALSE(replica->writable);
  EXPECT_FALSE(replica->partial_attribute_set.empty());
  const auto snapshot = b.store->read();
  const auto object = must(snapshot->find(b.dnt(user)));
  ASSERT_TRUE(object);
  EXPECT_EQ(instance_type(*object) & IT_WRITE, 0u);
  EXPECT_EQ(b.text(user, attid_of("mail")), "m@lab");
  EXPECT_EQ(b.text(user, attid_of("homePostalAddress")), "-");
  expect_sound(b);
}

/// A partial replica is no source for a full one (4.1.10.5).
TEST(Special, AFullReplicaNeedsAFullSource) {
  Dsa a(1), b(2), c(3);
  a.make_domain();
  auto options = cycle_options(a, {});
  options.source.options = DRS_INIT_SYNC;
  options.partial = true;
  ReplicationCycle cycle(options);
  auto step = cycle.begin(b.context, *b.store);
  while (step.kind == CycleStep::Kind::kSend) {
    ndr::Arena arena;
    Bytes stub;
    step = cycle.on_reply(b.context, *b.store, must(ask(a, *step.request, arena, stub)));
  }
  EXPECT_EQ(pull(c, b).last.error.code, win32::kErrorDsDraSourceIsPartialReplica);
}

NewValue proxied_name(Dnt target, std::uint32_t epoch) {
  Bytes rest(8);
  store_be<std::uint32_t>(rest.data() + 4, epoch);
  return reference_value(target, rest);
}

/// 4.1.10.6.4: of an object that moved between NCs the later epoch counts: an update of an earlier one is not applied.
TEST(Special, EarlierEpochsAreNotApplied) {
  Dsa a(1), b(2);
  a.make_domain();
  const auto user = a.add(kTop, "user", "mover");
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  modify_as_system(a, user, attid::kProxiedObjectName, proxied_name(a.dnt(user), 1));
  modify_as_system(b, user, attid::kProxiedObjectName, proxied_name(b.dnt(user), 2));
  a.set(user, attid::kDescription, "from an earlier life");
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(b.text(user, attid::kDescription), "-");
}

/// 4.1.10.6.9, 5.6: a crossRef of an NC below brings its subordinate reference; when it dies the reference goes.
TEST(Special, CrossRefsBringSubordinateReferences) {
  Dsa a(1), b(2);
  a.make_domain();
  const ObjectGuid child{Guid{{0xC1}}};
  a.add(kTop, "crossRefContainer", "Partitions");
  const auto guid = a.add("CN=Partitions,DC=lab,DC=example", "crossRef", "child");
  // A client cannot name an object that is not here; a naming master that makes an NC elsewhere does.
  (void)a.update([&](WriteTransaction& tx) {
    const Dnt phantom = tx.refer(child, std::nullopt, "DC=child,DC=lab,DC=example");
    ObjectEditor editor(tx, a.context, *must(tx.find(must(tx.find_guid(guid)))));
    editor.set(attid::kNcName, reference_value(phantom));
    return editor.put();
  });
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  const auto reference = [&] {
    const auto snapshot = b.store->read();
    const auto object = must(snapshot->find(must(snapshot->find_guid(child))));
    return object && is_subref(*object);
  };
  EXPECT_TRUE(reference());
  a.remove(guid);
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  EXPECT_FALSE(reference());
  expect_sound(b);
}

/// 4.1.10.6.1: a source with a newer schema has to be asked for the schema first; one with an older has not.
TEST(Special, SchemaSignatures) {
  Dsa a(1), b(2);
  a.make_domain();
  a.add(kTop, "user", "user");
  const auto sign = [](Dsa& dsa, std::uint32_t version) {
    (void)dsa.update([&](WriteTransaction& tx) -> Result<void> {
      tx.put_dsa_value("schemaInfo", schema::encode_schema_info({version, dsa.context.invocation_id}));
      return {};
    });
  };
  sign(a, 7);
  const auto newer = pull(b, a);
  EXPECT_EQ(newer.last.error.code, win32::kErrorDsDraSchemaMismatch);
  EXPECT_TRUE(newer.last.schema_first);
  sign(b, 9);
  EXPECT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
}

/// 4.1.10.6.1, .2: the source has enabled the recycle bin, we have not.
TEST(Special, TheRecycleBinComesFirst) {
  Dsa a(1, true), b(2);
  a.make_domain();
  PullOptions options;
  options.recycle_bin = true;
  const auto result = pull(b, a, options);
  EXPECT_EQ(result.last.error.code, win32::kErrorDsDrsExtensionsChanged);
  EXPECT_TRUE(result.last.enable_recycle_bin);
  // The same code from the source says that it has changed, and nothing of a recycle bin ([MS-DRSR] 5.212).
  options.recycle_bin = false;
  ReplicationCycle cycle(cycle_options(a, options));
  ASSERT_EQ(cycle.begin(b.context, *b.store).kind, CycleStep::Kind::kSend);
  EXPECT_FALSE(cycle.on_failure(b.context, *b.store, {win32::kErrorDsDrsExtensionsChanged, Phase::kCall, "the source"}).enable_recycle_bin);
}

/// [MS-ADTS] 3.1.1.1.15: a source that was silent for longer than tombstones live is not asked; repsFrom says why, and what it had stays.
TEST(Special, ASourceThatWasSilentTooLongIsNotAsked) {
  Dsa a(1), b(2), c(3);
  a.make_domain();
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  ASSERT_EQ(pull(c, a).last.kind, CycleStep::Kind::kDone);
  const auto late = a.add(kTop, "user", "late");
  const auto pass = [&](std::int64_t seconds) {
    for (auto* dsa : {&a, &b, &c}) dsa->pass(seconds);
  };
  pass(b.context.rules.tombstone_lifetime_s + 1);
  const auto before = content(b);
  const auto refused = pull(b, a);
  EXPECT_EQ(refused.last.kind, CycleStep::Kind::kFailed);
  EXPECT_EQ(refused.last.error.code, win32::kErrorDsReplLifetimeExceeded);
  EXPECT_EQ(refused.calls, 0u) << "nothing was asked";
  EXPECT_EQ(content(b), before);
  EXPECT_EQ(b.reps_from(a)->result_last_attempt, win32::kErrorDsReplLifetimeExceeded);
  EXPECT_EQ(b.reps_from(a)->consecutive_failures, 1u);
  // What an administrator decides, he decides for one cycle: after it the source is as fresh as any.
  b.context.rules.strict_consistency = false;
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  b.context.rules.strict_consistency = true;
  EXPECT_NE(b.dnt(late), kNoDnt);
  EXPECT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  // Nobody has asked c anything: a replica that begins has nothing stale.
  Dsa d(4);
  d.pass(b.context.rules.tombstone_lifetime_s + 1);
  EXPECT_EQ(pull(d, c).last.kind, CycleStep::Kind::kDone);
}

/// ... but a source whose updates came by way of others all the time is not silent.
TEST(Special, ASourceThatWasHeardOfByWayOfOthersIsAsked) {
  Dsa a(1), b(2), c(3);
  a.make_domain();
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  ASSERT_EQ(pull(c, b).last.kind, CycleStep::Kind::kDone);
  for (int month = 0; month < 12; ++month) {
    for (auto* dsa : {&a, &b, &c}) dsa->pass(30 * 86'400);
    (void)a.add(kTop, "user", "user" + std::to_string(month));
    ASSERT_EQ(pull(c, a).last.kind, CycleStep::Kind::kDone) << month;
    ASSERT_EQ(pull(b, c).last.kind, CycleStep::Kind::kDone) << month;
  }
  EXPECT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(content(b), content(a));
}

}  // namespace
}  // namespace tributary::repl::testing
