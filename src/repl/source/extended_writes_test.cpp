// SPDX-License-Identifier: Apache-2.0
// Extended operations that write: [MS-DRSR] 4.1.10.5.9 (revealed secrets), .12 (roles, RIDs), .13 to .15 (who may have secrets), .16 (scopes).
#include "repl/source/extended_writes.hpp"

#include "drsuapi/dsname.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/source/extended_operations.hpp"
#include "repl/source/reveal_secrets.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";

/// A domain with the objects of two DSAs: server, nTDSDSA, computer; and the RID manager.
class ExtendedOperationWrites : public ::testing::Test {
 protected:
  ExtendedOperationWrites() : dsa(1) {
    dsa.make_domain();
    sites = dsa.add(kTop, "container", "servers");
    own = make_dsa("own", dsa.context.dsa.value);
    other = make_dsa("other", Guid{{0x42}});
    manager = dsa.add(kTop, "rIDManager", "RID Manager$", {{attid_of("rIDAvailablePool"), {i64_value(pool(1000, 100'000))}}});
    set(manager, attid::kFsmoRoleOwner, reference_value(dsa.dnt(own.dsa)));
    (void)dsa.update([&](WriteTransaction& tx) {
      const Modification modification{ModifyOperation::kReplace, attid_of("rIDManagerReference"), {reference_value(dsa.dnt(manager))}};
      return modify(tx, dsa.context, dsa.nc_root(), std::span(&modification, 1), {CheckLevel::kReplica, true, false});
    });
    call.terms.client = our_extensions();
    call.terms.server = our_extensions();
    call.session_key = key;
  }
  struct Server {
    ObjectGuid computer, server, dsa;
  };
  static std::int64_t pool(std::uint32_t low, std::uint32_t high) { return static_cast<std::int64_t>((std::uint64_t{high} << 32) | low); }
  Server make_dsa(std::string name, const Guid& guid) {
    Server made;
    made.computer = dsa.add(kTop, "computer", name);
    made.server = dsa.add("CN=servers,DC=lab,DC=example", "server", name, {{attid::kServerReference, {reference_value(dsa.dnt(made.computer))}}});
    AddRequest settings;
    settings.parent = dsa.dnt(made.server);
    settings.rdn = "NTDS Settings";
    settings.guid = ObjectGuid{guid};
    settings.attributes = {{attid::kObjectClass, {class_value("nTDSDSA")}}};
    (void)must(dsa.update([&](WriteTransaction& tx) { return add(tx, dsa.context, settings, CheckLevel::kReplica); }));
    made.dsa = ObjectGuid{guid};
    return made;
  }
  void set(const ObjectGuid& object, Attid attid, NewValue value) {
    const Modification modification{ModifyOperation::kReplace, attid, {std::move(value)}};
    (void)dsa.update([&](WriteTransaction& tx) { return modify(tx, dsa.context, dsa.dnt(object), std::span(&modification, 1), {CheckLevel::kReplica, true, false}); });
  }
  std::uint64_t number(const ObjectGuid& object, std::string_view attribute) {
    const auto now = dsa.store->read();
    const auto value = must(now->find(dsa.dnt(object)))->first(attid_of(attribute));
    return value && value->size() == 8 ? load_le<std::uint64_t>(value->data()) : 0;
  }
  DRS_MSG_GETCHGREQ_V10 request(EXOP_REQ operation, const ObjectGuid& object) const {
    DRS_MSG_GETCHGREQ_V10 made;
    made.uuidDsaObjDest = other.dsa.value;
    made.pNC = dsname_from_guid(object.value);
    made.ulFlags = DRS_WRIT_REP;
    made.ulExtendedOp = operation;
    return made;
  }
  /// Both halves, as a server runs them.
  DRS_MSG_GETCHGREPLY_V9 run(const DRS_MSG_GETCHGREQ_V10& message) {
    if (writes(message.ulExtendedOp))
      call.extended_result = must(dsa.update([&](WriteTransaction& tx) { return perform_extended_writes(dsa.context, tx, call, message); })).result;
    snapshot = dsa.store->read();
    auto reply = must(get_nc_changes(dsa.context, call, *snapshot, message, arena));
    revealed = reply.revealed;
    return must(native_reply(std::move(reply.message), arena, plain));
  }
  bool has(const DRS_MSG_GETCHGREPLY_V9& reply, const ObjectGuid& object) {
    return std::ranges::any_of(reply.pObjects, [&](const auto& entry) { return entry.Entinf.pName->Guid == object.value; });
  }

  Dsa dsa;
  ObjectGuid sites, manager;
  Server own, other;
  SourceCall call;
  const Bytes key = Bytes(16, 0x21);
  ndr::Arena arena;
  Bytes plain;
  std::unique_ptr<store::Snapshot> snapshot;
  std::vector<RevealedSecret> revealed;
};

/// The owner gives the role away, and the reply says so to the new owner; nobody else can.
TEST_F(ExtendedOperationWrites, RolesChangeTheirOwner) {
  const auto reply = run(request(EXOP_FSMO_RID_REQ_ROLE, manager));
  EXPECT_EQ(reply.ulExtendedRet, EXOP_ERR_SUCCESS);
  EXPECT_TRUE(has(reply, manager));
  const auto owners = must(reference_targets(*dsa.store->read(), *dsa.context.schema, dsa.dnt(manager), attid::kFsmoRoleOwner));
  ASSERT_EQ(owners.size(), 1u);
  EXPECT_EQ(owners[0], dsa.dnt(other.dsa));
  const auto again = run(request(EXOP_FSMO_RID_REQ_ROLE, manager));
  EXPECT_EQ(again.ulExtendedRet, EXOP_ERR_FSMO_NOT_OWNER);
  EXPECT_TRUE(again.pObjects.empty());
}

/// The first request makes the rIDSet; blocks do not overlap; a client that has not used its block gets it again.
TEST_F(ExtendedOperationWrites, RidsAreAllocatedOnce) {
  auto message = request(EXOP_FSMO_REQ_RID_ALLOC, manager);
  auto reply = run(message);
  ASSERT_EQ(reply.ulExtendedRet, EXOP_ERR_SUCCESS);
  const auto sets = must(reference_targets(*dsa.store->read(), *dsa.context.schema, dsa.dnt(other.computer), attid::kRidSetReferences));
  ASSERT_EQ(sets.size(), 1u);
  const auto rid_set = must(dsa.store->read()->find(sets[0]))->guid();
  EXPECT_TRUE(has(reply, rid_set));
  EXPECT_TRUE(has(reply, other.computer));
  EXPECT_EQ(number(rid_set, "rIDAllocationPool"), static_cast<std::uint64_t>(pool(1000, 1500)));
  EXPECT_EQ(number(manager, "rIDAvailablePool"), static_cast<std::uint64_t>(pool(1501, 100'000)));
  (void)run(message);  // it never got the answer
  EXPECT_EQ(number(rid_set, "rIDAllocationPool"), static_cast<std::uint64_t>(pool(1000, 1500)));
  message.liFsmoInfo = static_cast<std::uint64_t>(pool(1000, 1500));
  (void)run(message);
  EXPECT_EQ(number(rid_set, "rIDAllocationPool"), static_cast<std::uint64_t>(pool(1501, 2001)));
}

TEST_F(ExtendedOperationWrites, ThePoolEnds) {
  set(manager, attid_of("rIDAvailablePool"), i64_value(pool(99'900, 100'000)));
  EXPECT_EQ(run(request(EXOP_FSMO_REQ_RID_ALLOC, manager)).ulExtendedRet, EXOP_ERR_RID_ALLOC);
  EXPECT_EQ(run(request(EXOP_FSMO_REQ_RID_ALLOC, other.computer)).ulExtendedRet, EXOP_ERR_MISMATCH);
}

TEST_F(ExtendedOperationWrites, AbandoningARoleAsksItsOwner) {
  auto outcome = must(dsa.update([&](WriteTransaction& tx) { return perform_extended_writes(dsa.context, tx, call, request(EXOP_FSMO_ABANDON_ROLE, manager)); }));
  EXPECT_EQ(outcome.result, EXOP_ERR_SUCCESS) << "it is ours already";
  EXPECT_EQ(run(request(EXOP_FSMO_RID_REQ_ROLE, manager)).ulExtendedRet, EXOP_ERR_SUCCESS);
  outcome = must(dsa.update([&](WriteTransaction& tx) { return perform_extended_writes(dsa.context, tx, call, request(EXOP_FSMO_ABANDON_ROLE, manager)); }));
  EXPECT_EQ(outcome.result, EXOP_ERR_COULDNT_CONTACT);
  ASSERT_TRUE(outcome.ask_owner);
  EXPECT_EQ(outcome.ask_owner->value, other.dsa.value);
}

/// 4.1.10.5.16: of the domain's root the root alone; of the RID manager itself, as nothing was moved away; of the containers of a role what
/// is in them.
TEST_F(ExtendedOperationWrites, ScopesOfRoles) {
  const auto partitions = dsa.add(kTop, "container", "Partitions");
  const auto inside = dsa.add("CN=Partitions,DC=lab,DC=example", "container", "one");
  const auto now = dsa.store->read();
  const auto scope = [&](Dnt role) { return must(get_role_scope(dsa.context, *now, role)); };
  EXPECT_EQ(scope(dsa.nc_root()), std::vector{dsa.nc_root()});
  EXPECT_EQ(scope(dsa.dnt(manager)), std::vector{dsa.dnt(manager)});
  EXPECT_EQ(scope(dsa.dnt(partitions)), (std::vector{dsa.dnt(partitions), dsa.dnt(inside)}));
  const auto infrastructure = must(resolve_dn(*now, *dsa.context.schema, "CN=Infrastructure,DC=lab,DC=example"));
  ASSERT_NE(infrastructure, kNoDnt);
  EXPECT_EQ(scope(infrastructure), std::vector{infrastructure});
}

/// 4.1.10.5.13 to .15, 4.1.10.3.12: a read-only DSA has its own secrets, those of whom it may cache, and nobody else's; denial goes first.
TEST_F(ExtendedOperationWrites, WhoseSecretsAReadOnlyDsaMayHave) {
  const auto user = dsa.add(kTop, "user", "user");
  const auto allowed = dsa.add(kTop, "group", "allowed");
  const auto denied = dsa.add(kTop, "group", "denied");
  const auto nested = dsa.add(kTop, "group", "nested");
  const auto policy = [&](const ObjectGuid& whose) {
    return must(get_reveal_secrets_policy_for_user(dsa.context, *dsa.store->read(), dsa.dnt(other.computer), dsa.dnt(whose)));
  };
  EXPECT_EQ(policy(other.computer), RevealSecretsPolicy::kAllow);
  EXPECT_EQ(policy(user), RevealSecretsPolicy::kNoPolicy);
  set(other.computer, attid_of("msDS-RevealOnDemandGroup"), reference_value(dsa.dnt(allowed)));
  set(other.computer, attid_of("msDS-NeverRevealGroup"), reference_value(dsa.dnt(denied)));
  dsa.link(nested, user);
  EXPECT_EQ(policy(user), RevealSecretsPolicy::kNoPolicy);
  dsa.link(allowed, nested);
  EXPECT_EQ(policy(user), RevealSecretsPolicy::kAllow);
  dsa.link(denied, user);
  EXPECT_EQ(policy(user), RevealSecretsPolicy::kDeny);
}

/// EXOP_REPL_SECRETS: the secrets come although the vector has them, and what was revealed is written down, once for each attribute.
TEST_F(ExtendedOperationWrites, RevealedSecretsAreListed) {
  const auto user = dsa.add(kTop, "user", "user");
  set(user, attid_of("unicodePwd"), octets_value(Bytes(16, 5)));
  const auto allowed = dsa.add(kTop, "group", "allowed");
  dsa.link(allowed, user);
  auto message = request(EXOP_REPL_SECRETS, user);
  EXPECT_TRUE(run(message).pObjects.empty()) << "the caller is no read-only DSA";
  call.caller_is_rodc = true;
  EXPECT_TRUE(run(message).pObjects.empty()) << "and this one may not have it";
  set(other.computer, attid_of("msDS-RevealOnDemandGroup"), reference_value(dsa.dnt(allowed)));
  for (int i = 0; i < 2; ++i) {
    const auto reply = run(message);
    EXPECT_EQ(reply.ulExtendedRet, EXOP_ERR_SUCCESS);
    ASSERT_EQ(reply.pObjects.size(), 1u);
    ASSERT_EQ(revealed.size(), 1u);
    (void)must(dsa.update([&](WriteTransaction& tx) { return update_revealed_list(dsa.context, tx, DsaGuid{other.dsa.value}, revealed); }));
    const auto listed = must(reference_targets(*dsa.store->read(), *dsa.context.schema, dsa.dnt(other.computer), attid_of("msDS-RevealedUsers")));
    EXPECT_EQ(listed, std::vector<Dnt>{dsa.dnt(user)});
    set(user, attid_of("unicodePwd"), octets_value(Bytes(16, 6)));
  }
}

}  // namespace
}  // namespace tributary::repl::testing
