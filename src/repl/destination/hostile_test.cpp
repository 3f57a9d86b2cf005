// SPDX-License-Identifier: Apache-2.0
// Sources that are wrong or worse: the batch is refused with its code in repsFrom, and the replica stays as it was.
// [MS-DRSR] 4.1.10.6.1, .8, .9, .14, .17, 4.1.10.3.9 (GetStampsForUpdate), 5.162; docs/decisions/0044-replication.md.
#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";

struct Scene {
  Scene() : a(1), b(2) {
    a.make_domain();
    user = a.add(kTop, "user", "user");
    group = a.add(kTop, "group", "group");
    EXPECT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
    a.pass(10);
    b.pass(10);
    a.add(kTop, "user", "second");
    a.set(user, attid::kDescription, "changed");
    a.link(group, user);
  }
  /// Delivers a reply that was tampered with, and sees that nothing came of it.
  Error refused(std::function<void(DRS_MSG_GETCHGREPLY_V9&)> tamper, PullOptions options = {}) {
    const auto before = whole_state(b);
    options.tamper = std::move(tamper);
    const auto result = pull(b, a, options);
    EXPECT_EQ(result.last.kind, CycleStep::Kind::kFailed);
    EXPECT_EQ(whole_state(b), before);
    const auto source = b.reps_from(a);
    EXPECT_EQ(source->result_last_attempt, result.last.error.code);
    EXPECT_EQ(source->consecutive_failures, 1u);
    expect_sound(b);
    step = result.last;
    return result.last.error;
  }
  Dsa a, b;
  ObjectGuid user, group;
  CycleStep step;
};

/// The attributes of the object that has `attid`, made our own to be changed.
REPLENTINFLIST& own(DRS_MSG_GETCHGREPLY_V9& reply, std::size_t i) {
  Seq<REPLENTINFLIST> copy(reply.pObjects.span());
  reply.pObjects = std::move(copy);
  return reply.pObjects[i];
}
REPLVALINF_V3& own_link(DRS_MSG_GETCHGREPLY_V9& reply, std::size_t i) {
  Seq<REPLVALINF_V3> copy(reply.rgValues.span());
  reply.rgValues = std::move(copy);
  return reply.rgValues[i];
}

TEST(Hostile, UnknownAttributesAreASchemaMismatch) {
  Scene scene;
  const auto error = scene.refused([](auto& reply) {
    auto copy = own(reply, 0);
    Seq<ATTR> attributes(copy.Entinf.AttrBlock.pAttr.span());
    attributes[0].attrTyp = 0x7FFF1234;
    copy.Entinf.AttrBlock.pAttr = std::move(attributes);
    reply.pObjects[0] = std::move(copy);
  });
  EXPECT_EQ(error.code, win32::kErrorDsDraSchemaMismatch);
  EXPECT_TRUE(scene.step.schema_first);
}

/// 4.1.10.6.8: a parent that never comes.
TEST(Hostile, ChildrenWithoutParents) {
  Scene scene;
  const auto error = scene.refused([](auto& reply) {
    for (std::size_t i = 0; i < reply.pObjects.size(); ++i)
      if (own(reply, i).pParentGuid) reply.pObjects[i].pParentGuid = Unique<Guid>(Guid{{9, 9, 9}});
  });
  EXPECT_EQ(error.code, win32::kErrorDsDraMissingParent);
}

TEST(Hostile, StampsFromTheFuture) {
  Scene scene;
  const auto error = scene.refused([](auto& reply) {
    auto copy = own(reply, 0);
    auto stamps = *copy.pMetaDataExt;
    Seq<PROPERTY_META_DATA_EXT> own_stamps(stamps.rgMetaData.span());
    own_stamps[0].timeChanged += 10 * 86'400;
    stamps.rgMetaData = std::move(own_stamps);
    copy.pMetaDataExt = std::move(stamps);
    reply.pObjects[0] = std::move(copy);
  });
  EXPECT_EQ(error.code, win32::kErrorTimeSkew);
}

/// 5.162: stamps and attributes are parallel.
TEST(Hostile, StampsThatDoNotMatchAttributes) {
  Scene scene;
  const auto error = scene.refused([](auto& reply) { own(reply, 0).pMetaDataExt = PROPERTY_META_DATA_EXT_VECTOR{}; });
  EXPECT_EQ(error.code, win32::kErrorDsDraInvalidParameter);
}

TEST(Hostile, ObjectsWithoutIdentity) {
  Scene scene;
  EXPECT_EQ(scene.refused([](auto& reply) { own(reply, 0).Entinf.pName->Guid = Guid{}; }).code, win32::kErrorDsDraInvalidParameter);
}

/// 4.1.10.6.14: a link value to an object of the NC that does not exist is refused after the target was asked for.
TEST(Hostile, LinksToNothing) {
  Scene scene;
  const auto error = scene.refused([](auto& reply) {
    for (std::size_t i = 0; i < reply.rgValues.size(); ++i) {
      auto& link = own_link(reply, i);
      Bytes octets = to_bytes(link.Aval.pVal.span());
      octets[8] = 0xEE;
      octets[9] = 0xEE;
      link.Aval.pVal = Seq<std::uint8_t>(octets);
    }
  });
  EXPECT_EQ(error.code, win32::kErrorDsDraRecycledTarget);
}

TEST(Hostile, LinkValuesThatAreNoNames) {
  Scene scene;
  EXPECT_EQ(scene.refused([](auto& reply) { own_link(reply, 0).Aval.pVal = Seq<std::uint8_t>(Bytes{1, 2, 3}); }).code,
            win32::kErrorDsInvalidAttributeSyntax);
  EXPECT_EQ(pull(scene.b, scene.a).last.kind, CycleStep::Kind::kDone);
}

/// The same position again with more to come, and nothing in it: a list that never ends.
TEST(Hostile, ASourceThatStandsStill) {
  Scene scene;
  const auto error = scene.refused([](auto& reply) {
    reply.pObjects.clear();
    reply.rgValues.clear();
    reply.usnvecTo = reply.usnvecFrom;
    reply.fMoreData = 1;
  });
  EXPECT_EQ(error.code, win32::kErrorDsDraInternalError);
}

TEST(Hostile, ASourceThatSendsEmptyPagesForEver) {
  Scene scene;
  std::int64_t usn = 1'000;
  const auto before = content(scene.b);
  PullOptions options;
  options.tamper = [&](auto& reply) {
    reply.pObjects.clear();
    reply.rgValues.clear();
    reply.usnvecTo.usnHighObjUpdate = ++usn;
    reply.fMoreData = 1;
  };
  // The real source refuses positions that it never gave out: what it says is of no matter to the destination.
  ReplicationCycle cycle(cycle_options(scene.a, options));
  auto step = cycle.begin(scene.b.context, *scene.b.store);
  std::uint64_t replies = 0;
  ndr::Arena arena;
  Bytes stub, plain;
  const auto first = must(native_reply(must(ask(scene.a, *step.request, arena, stub)), arena, plain));
  while (step.kind == CycleStep::Kind::kSend && ++replies < 100'000) {
    auto reply = first;
    options.tamper(reply);
    step = cycle.on_reply(scene.b.context, *scene.b.store, DRS_MSG_GETCHGREPLY(std::move(reply)));
  }
  EXPECT_EQ(step.kind, CycleStep::Kind::kFailed);
  EXPECT_EQ(step.error.code, win32::kErrorDsDraAbandonSync);
  EXPECT_EQ(content(scene.b), before);
}

/// 5.162: one object is the root; found by the fuzzer.
TEST(Hostile, TwoRoots) {
  Dsa a(1), b(2);
  a.make_domain();
  a.add(kTop, "user", "user");
  PullOptions options;
  options.tamper = [](auto& reply) {
    for (std::size_t i = 0; i < reply.pObjects.size(); ++i) own(reply, i).fIsNCPrefix = 1;
  };
  EXPECT_EQ(pull(b, a, options).last.error.code, win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(b.nc_root(), kNoDnt);
}

TEST(Hostile, AnotherNcOrAnotherSource) {
  {
    Scene scene;
    EXPECT_EQ(scene.refused([](auto& reply) { reply.pNC->Guid = Guid{{7}}; }).code, win32::kErrorDsDraBadNc);
  }
  Scene scene;
  EXPECT_EQ(scene.refused([](auto& reply) { reply.uuidDsaObjSrc = Guid{{7}}; }).code, win32::kErrorDsDraSourceReinstalled);
}

/// A source that went back in time without a new invocationId: position or vector behind what it gave out.
TEST(Hostile, AVectorOrPositionThatGoesBackwards) {
  {
    Scene scene;
    const auto error = scene.refused([](auto& reply) {
      UPTODATE_VECTOR_V2_EXT vector;
      vector.rgCursors.push_back({reply.uuidInvocIdSrc, 1, 0});
      reply.pUpToDateVecSrc = vector;
    });
    EXPECT_EQ(error.code, win32::kErrorDsDraSourceReinstalled);
  }
  Scene scene;
  EXPECT_EQ(scene.refused([](auto& reply) { reply.usnvecTo.usnHighObjUpdate = 1; }).code, win32::kErrorDsDraSourceReinstalled);
}

/// A peer that has seen more of us than we have done: our own database is an old copy.
TEST(Hostile, OurOwnRollbackIsNoticed) {
  {
    Scene scene;
    const auto error = scene.refused([&](auto& reply) {
      UPTODATE_VECTOR_V2_EXT vector;
      vector.rgCursors.push_back({scene.b.context.invocation_id.value, 1'000'000, 0});
      reply.pUpToDateVecSrc = vector;
    });
    EXPECT_EQ(error.code, win32::kErrorDsDraSinkDisabled);
    EXPECT_TRUE(scene.step.rolled_back);
  }
  Scene scene;
  const auto error = scene.refused([&](auto& reply) {
    auto& link = own_link(reply, 0);
    link.MetaData.MetaData.uuidDsaOriginating = scene.b.context.invocation_id.value;
    link.MetaData.MetaData.usnOriginating = 1'000'000;
  });
  EXPECT_EQ(error.code, win32::kErrorDsDraSinkDisabled);
}

/// The other side of it: the source that is told of updates which it has not made does not serve (and the client learns why).
TEST(Hostile, ASourceThatWasRolledBackDoesNotServe) {
  Dsa a(1), b(2);
  a.make_domain();
  for (int i = 0; i < 30; ++i) a.add(kTop, "user", "user" + std::to_string(i));
  ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
  Dsa old(1);  // the same identity, fewer updates
  old.make_domain();
  const auto result = pull(b, old);
  EXPECT_EQ(result.last.kind, CycleStep::Kind::kFailed);
}

/// An update of an object that is not here: strict consistency stops, loose consistency fetches the whole object.
TEST(Hostile, LingeringObjects) {
  for (const bool strict : {true, false}) {
    Dsa a(1), b(2);
    a.make_domain();
    const auto user = a.add(kTop, "user", "lingering");
    ASSERT_EQ(pull(b, a).last.kind, CycleStep::Kind::kDone);
    must(b.update([&](WriteTransaction& tx) -> Result<void> { return tx.erase(b.dnt(user)), Result<void>{}; }));
    a.set(user, attid::kDescription, "still here");
    b.context.rules.strict_consistency = strict;
    const auto result = pull(b, a);
    if (strict) {
      EXPECT_EQ(result.last.error.code, win32::kErrorDsInsufficientAttrToCreateObject);
      EXPECT_EQ(b.dn(user), "-");
    } else {
      EXPECT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error);
      EXPECT_EQ(content(b), content(a));
    }
  }
}

/// 4.1.10.6.17: a secret under another key than that of the connection.
TEST(Hostile, SecretsUnderAnotherKey) {
  Scene scene;
  const auto unicode_pwd = attid_of("unicodePwd");
  (void)scene.a.update([&](WriteTransaction& tx) {
    const Modification set{ModifyOperation::kReplace, unicode_pwd, {octets_value(Bytes(16, 0x77))}};
    return modify(tx, scene.a.context, scene.a.dnt(scene.user), std::span(&set, 1), {CheckLevel::kReplica, false, false});
  });
  const auto error = scene.refused([&](auto& reply) {
    for (std::size_t i = 0; i < reply.pObjects.size(); ++i) {
      auto copy = own(reply, i);
      Seq<ATTR> attributes(copy.Entinf.AttrBlock.pAttr.span());
      for (auto& attribute : attributes)
        if (attribute.attrTyp == static_cast<ATTRTYP>(unicode_pwd)) attribute.AttrVal.pAVal = Seq<ATTRVAL>({ATTRVAL{Seq<std::uint8_t>(Bytes(40, 1))}});
      copy.Entinf.AttrBlock.pAttr = std::move(attributes);
      reply.pObjects[i] = std::move(copy);
    }
  });
  EXPECT_EQ(error.code, kSecEAlgorithmMismatch);
  EXPECT_EQ(pull(scene.b, scene.a).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(content(scene.b), content(scene.a));
}

}  // namespace
}  // namespace tributary::repl::testing
