// SPDX-License-Identifier: Apache-2.0
// The operations that use and change repsFrom and repsTo, on the wire: each rule of their sections in its order, and what they do.
// [MS-DRSR] 4.1.19.2, 4.1.20.2, 4.1.22.2, 4.1.23.2, 4.1.26.2.
#include "service/drs/testing/rules.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace win32;

constexpr std::string_view kPeople = "OU=people,DC=lab,DC=example";
constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";
constexpr std::uint32_t kUnknownOption = DRS_GET_ANC;

// --- 4.1.23: IDL_DRSReplicaSync -----------------------------------------------------------------------------------------------------

using SyncRule = Rule<IDL_DRSReplicaSync, DRS_MSG_REPSYNC_V1>;
class ReplicaSync : public ::testing::TestWithParam<SyncRule> {
 protected:
  TwoDsas dsas;
};
DRS_MSG_REPSYNC_V1 valid_sync(TwoDsas& dsas) { return {dsas.domain(), dsas.a.guid().value, {}, 0}; }

TEST_P(ReplicaSync, HasTheCodeOfItsRule) {
  auto message = valid_sync(dsas);
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(GetParam().who(), {{}, std::move(message)}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_23_2, ReplicaSync,
    ::testing::Values(
        SyncRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        SyncRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }},
        SyncRule{"NoNcGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }, &operator_},
        SyncRule{"AnNcThatIsNotHereIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }},
        SyncRule{"ADnThatIsNotHereIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = named("DC=other,DC=example"); }},
        SyncRule{"ANameThatIsNoDnIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = named("what, no dn"); }},
        SyncRule{"BadNcGoesBeforeTheSource", kErrorDsDraBadNc,
                 [](TwoDsas&, auto& m) {
                   m.pNC = nowhere();
                   m.uuidDsaSrc = {};
                 }},
        SyncRule{"BadNcGoesBeforeAccess", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }, &operator_},
        SyncRule{"TheNullGuidIsNoSource", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidDsaSrc = {}; }},
        SyncRule{"TheNullGuidWithANameIsNoSourceEither", kErrorDsDraInvalidParameter,
                 [](TwoDsas& d, auto& m) {
                   m.uuidDsaSrc = {};
                   m.pszDsaSrc = d.a.address();
                 }},
        SyncRule{"ByNameWithoutANameIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions = DRS_SYNC_BYNAME; }},
        SyncRule{"TheSourceGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidDsaSrc = {}; }, &operator_},
        SyncRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        SyncRule{"WhoMayManageMayNotSynchronize", kErrorDsDraAccessDenied,
                 [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology)); }, &operator_},
        SyncRule{"WithTheRightAloneItSucceeds", kErrorSuccess,
                 [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kSynchronize)); }, &operator_},
        SyncRule{"AccessGoesBeforeTheSourceThatIsNone", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.uuidDsaSrc = nowhere().Guid; }, &operator_},
        SyncRule{"ASourceThatIsNoneIsNoReplica", kErrorDsDraNoReplica, [](TwoDsas&, auto& m) { m.uuidDsaSrc = nowhere().Guid; }},
        SyncRule{"AnAddressThatIsNoneIsNoReplica", kErrorDsDraNoReplica,
                 [](TwoDsas&, auto& m) {
                   m.pszDsaSrc = "nobody.lab.example";
                   m.ulOptions = DRS_SYNC_BYNAME;
                 }},
        SyncRule{"ByNameFindsTheAddress", kErrorSuccess,
                 [](TwoDsas& d, auto& m) {
                   m.uuidDsaSrc = {};
                   m.pszDsaSrc = d.a.address();
                   m.ulOptions = DRS_SYNC_BYNAME;
                 }},
        SyncRule{"AllNeedsNoSource", kErrorSuccess,
                 [](TwoDsas&, auto& m) {
                   m.uuidDsaSrc = {};
                   m.ulOptions = DRS_SYNC_ALL;
                 }},
        SyncRule{"AnObjectThatIsNoReplicaHasNoSources", kErrorDsDraNoReplica,
                 [](TwoDsas& d, auto& m) {
                   m.pNC = named(kPeople);
                   d.b.set_descriptor(kPeople, Descriptor().allow(kAdministratorsSid, 0x100));
                 }},
        SyncRule{"WhoDoesNotWaitIsNotToldOfASourceThatIsNone", kErrorSuccess,
                 [](TwoDsas&, auto& m) {
                   m.uuidDsaSrc = nowhere().Guid;
                   m.ulOptions = DRS_ASYNC_OP;
                 }},
        SyncRule{"WhoDoesNotWaitIsToldOfTheNc", kErrorDsDraBadNc,
                 [](TwoDsas&, auto& m) {
                   m.pNC = nowhere();
                   m.ulOptions = DRS_ASYNC_OP;
                 }},
        SyncRule{"WhoDoesNotWaitIsToldOfAccess", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.ulOptions = DRS_ASYNC_OP; }, &operator_},
        SyncRule{"ANotificationOfASourceThatNeverNotifiesIsNoReplica", kErrorDsDraNoReplica,
                 [](TwoDsas& d, auto& m) {
                   d.b.change_replica(kDomainDn, [](store::NcReplica& replica) {
                     auto source = repl::decode_reps_from(replica.reps_from.at(0)).value();
                     source.options |= DRS_NEVER_NOTIFY;
                     replica.reps_from[0] = repl::encode_reps_from(source).value();
                   });
                   m.ulOptions = DRS_UPDATE_NOTIFICATION;
                 }},
        SyncRule{"InboundReplicationThatIsOffIsSinkDisabled", kErrorDsDraSinkDisabled,
                 [](TwoDsas& d, auto&) { d.b.set_options(kNtdsdsaOptDisableInboundRepl); }},
        SyncRule{"AForcedOneDoesNotMind", kErrorSuccess,
                 [](TwoDsas& d, auto& m) {
                   d.b.set_options(kNtdsdsaOptDisableInboundRepl);
                   m.ulOptions = DRS_SYNC_FORCED;
                 }},
        SyncRule{"OutboundReplicationThatIsOffAtTheSourceIsItsCode", kErrorDsDraSourceDisabled,
                 [](TwoDsas& d, auto&) { d.a.set_options(kNtdsdsaOptDisableOutboundRepl); }},
        SyncRule{"ASourceThatIsAwayIsTheTransportsCode", kRpcSServerUnavailable, [](TwoDsas& d, auto&) { d.a.set_unreachable(true); }}),
    kRuleName);

TEST(ReplicaSyncWork, BringsWhatTheSourceHas) {
  TwoDsas dsas;
  dsas.a.set(kAnn, repl::attid::kDescription, {repl::text_value("news")});
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, valid_sync(dsas)}), kErrorSuccess);
  EXPECT_EQ(dsas.b.text(kAnn, repl::attid::kDescription), "news");
}
TEST(ReplicaSyncWork, AFailureIsCountedInRepsFrom) {
  TwoDsas dsas;
  dsas.a.set_unreachable(true);
  (void)dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, valid_sync(dsas)});
  EXPECT_EQ(dsas.b.reps_from(kDomainDn).at(0).consecutive_failures, 1u);
}
// 4.1.3.2 says that version 1 alone is known, unless we said that we know correlation IDs.
TEST(ReplicaSyncWork, VersionTwoIsForWhoWasToldOfIt) {
  TwoDsas dsas;
  DRS_MSG_REPSYNC_V2 message{dsas.domain(), dsas.a.guid().value, {}, 0, {}, {}};
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, message}), kErrorDsDraInvalidParameter);
  auto extensions = dsas.b.extensions();
  extensions.dwFlagsExt |= DRS_EXT_RPC_CORRELATIONID_1;
  dsas.b.set_extensions(extensions);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, message}), kErrorSuccess);
}
TEST(ReplicaSyncWork, AnAsynchronousOneIsAnsweredBeforeItRuns) {
  TwoDsas dsas;
  dsas.a.set(kAnn, repl::attid::kDescription, {repl::text_value("news")});
  dsas.b.hold();
  auto message = valid_sync(dsas);
  message.ulOptions = DRS_ASYNC_OP;
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, message}), kErrorSuccess);
  EXPECT_EQ(dsas.b.text(kAnn, repl::attid::kDescription), "-");
  dsas.b.release();
  EXPECT_EQ(dsas.b.text(kAnn, repl::attid::kDescription), "news");
}

// --- 4.1.26: IDL_DRSUpdateRefs ------------------------------------------------------------------------------------------------------

using RefsRule = Rule<IDL_DRSUpdateRefs, DRS_MSG_UPDREFS_V1>;
class UpdateRefs : public ::testing::TestWithParam<RefsRule> {
 protected:
  TwoDsas dsas;
};
DRS_MSG_UPDREFS_V1 valid_refs(TwoDsas& dsas) {
  return {dsas.domain(), "third.lab.example", "33333333-0000-0000-0000-000000000001"_guid, DRS_ADD_REF | DRS_WRIT_REP};
}

TEST_P(UpdateRefs, HasTheCodeOfItsRule) {
  auto message = valid_refs(dsas);
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSUpdateRefs>(GetParam().who(), {{}, std::move(message)}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_26_2, UpdateRefs,
    ::testing::Values(
        RefsRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        RefsRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }},
        RefsRule{"NoAddressIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pszDsaDest.clear(); }},
        RefsRule{"NoDsaIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidDsaObjDest = {}; }},
        RefsRule{"NeitherAddNorDeleteIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions = DRS_WRIT_REP; }},
        RefsRule{"AnOptionThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions |= kUnknownOption; }},
        RefsRule{"TheOptionGoesBeforeTheNc", kErrorDsDraInvalidParameter,
                 [](TwoDsas&, auto& m) {
                   m.ulOptions |= kUnknownOption;
                   m.pNC = nowhere();
                 }},
        RefsRule{"AnNcThatIsNotHereIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }},
        RefsRule{"BadNcGoesBeforeAccess", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }, &operator_},
        RefsRule{"AnObjectThatIsNoReplicaIsBadNc", kErrorDsDraBadNc,
                 [](TwoDsas& d, auto& m) {
                   m.pNC = named(kPeople);
                   m.ulOptions = DRS_ADD_REF;
                   d.b.set_descriptor(kPeople, Descriptor().allow(kAdministratorsSid, 0x100));
                 }},
        RefsRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        RefsRule{"WhoMaySynchronizeMayNotManage", kErrorDsDraAccessDenied,
                 [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kSynchronize)); }, &operator_},
        RefsRule{"WithTheRightAloneItSucceeds", kErrorSuccess,
                 [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology)); }, &operator_},
        RefsRule{"DeletingWhatIsNotThereIsRefNotFound", kErrorDsDraRefNotFound, [](TwoDsas&, auto& m) { m.ulOptions = DRS_DEL_REF; }},
        RefsRule{"WithGetchgCheckItIsForgiven", kErrorSuccess, [](TwoDsas&, auto& m) { m.ulOptions = DRS_DEL_REF | DRS_GETCHG_CHECK; }},
        RefsRule{"WhoDoesNotWaitIsNotToldOfIt", kErrorSuccess, [](TwoDsas&, auto& m) { m.ulOptions = DRS_DEL_REF | DRS_ASYNC_OP; }},
        RefsRule{"DeleteAndAddOfWhatIsNotThereAdds", kErrorSuccess, [](TwoDsas&, auto& m) { m.ulOptions = DRS_DEL_REF | DRS_ADD_REF; }}),
    kRuleName);

TEST(UpdateRefsWork, AddsOnceAndDeletes) {
  TwoDsas dsas;
  EXPECT_EQ(dsas.wire.code<IDL_DRSUpdateRefs>(administrator(), {{}, valid_refs(dsas)}), kErrorSuccess);
  ASSERT_EQ(dsas.b.reps_to(kDomainDn).size(), 1u);
  EXPECT_EQ(dsas.b.reps_to(kDomainDn)[0].na_dsa, "third.lab.example");
  EXPECT_EQ(dsas.b.reps_to(kDomainDn)[0].options, std::uint32_t{DRS_WRIT_REP});
  EXPECT_EQ(dsas.wire.code<IDL_DRSUpdateRefs>(administrator(), {{}, valid_refs(dsas)}), kErrorDsDraRefAlreadyExists);
  auto remove = valid_refs(dsas);
  remove.ulOptions = DRS_DEL_REF;
  EXPECT_EQ(dsas.wire.code<IDL_DRSUpdateRefs>(administrator(), {{}, remove}), kErrorSuccess);
  EXPECT_TRUE(dsas.b.reps_to(kDomainDn).empty());
}
TEST(UpdateRefsWork, AWritableReferenceToAReplicaThatIsNotIsBadNc) {
  TwoDsas dsas;
  dsas.b.set(kDomainDn, repl::attid::kInstanceType, {repl::u32_value(IT_NC_HEAD)});
  EXPECT_EQ(dsas.wire.code<IDL_DRSUpdateRefs>(operator_(), {{}, valid_refs(dsas)}), kErrorDsDraBadNc) << "before access";
}

// --- 4.1.19: IDL_DRSReplicaAdd ------------------------------------------------------------------------------------------------------

using AddRule = Rule<IDL_DRSReplicaAdd, DRS_MSG_REPADD_V2>;
class ReplicaAdd : public ::testing::TestWithParam<AddRule> {
 protected:
  TwoDsas dsas;
};
/// Of a third DSA, which is there but not yet a source of b.
DRS_MSG_REPADD_V2 valid_add(TwoDsas& dsas) {
  auto& c = dsas.forest.join("dsa-c");
  DRS_MSG_REPADD_V2 message;
  message.pNC = dsas.domain();
  message.pszSourceDsaAddress = c.address();
  message.pSourceDsaDN = dsname_from_guid(c.guid().value);
  message.ulOptions = DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC;
  // b knows c's objects only after it has the configuration
  DRS_MSG_REPSYNC_V1 sync{dsname_from_guid(dsas.b.guid_of(kConfigurationDn).value), dsas.a.guid().value, {}, 0};
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, sync}), kErrorSuccess);
  return message;
}

TEST_P(ReplicaAdd, HasTheCodeOfItsRule) {
  auto message = valid_add(dsas);
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(GetParam().who(), {{}, std::move(message)}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_19_2, ReplicaAdd,
    ::testing::Values(
        AddRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        AddRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }},
        AddRule{"NoAddressIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pszSourceDsaAddress.clear(); }},
        AddRule{"NoAddressGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pszSourceDsaAddress.clear(); }, &operator_},
        AddRule{"AnNcWithoutACrossRefIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = named("DC=other,DC=example"); }},
        AddRule{"AnObjectWithoutACrossRefIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = named(kPeople); }},
        AddRule{"BadNcGoesBeforeTheOptions", kErrorDsDraBadNc,
                [](TwoDsas&, auto& m) {
                  m.pNC = nowhere();
                  m.ulOptions |= kUnknownOption;
                }},
        AddRule{"BadNcGoesBeforeAccess", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }, &operator_},
        AddRule{"AnOptionThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions |= kUnknownOption; }},
        AddRule{"TheOptionGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions |= kUnknownOption; }, &operator_},
        AddRule{"AReadOnlyDsaHoldsNoWritableReplica", kErrorDsDraInvalidParameter,
                [](TwoDsas& d, auto&) {
                  repl::DirectoryRules rules;
                  rules.read_only = true;
                  d.b.set_rules(rules);
                }},
        AddRule{"AReadOnlyDsaHasNoMail", kErrorDsDraInvalidParameter,
                [](TwoDsas& d, auto& m) {
                  repl::DirectoryRules rules;
                  rules.read_only = true;
                  d.b.set_rules(rules);
                  m.ulOptions = DRS_MAIL_REP | DRS_ASYNC_REP;
                }},
        AddRule{"MailThatIsNotAsynchronousIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions |= DRS_MAIL_REP; }},
        AddRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        AddRule{"WithTheRightAloneItSucceeds", kErrorSuccess,
                [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology)); }, &operator_},
        AddRule{"AccessGoesBeforeTheInstanceType", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.ulOptions = DRS_INIT_SYNC; }, &operator_},
        AddRule{"AReplicaOfTheOtherKindIsBadInstanceType", kErrorDsDraBadInstanceType, [](TwoDsas&, auto& m) { m.ulOptions = DRS_INIT_SYNC; }},
        AddRule{"ASourceThatIsOneAlreadyIsDnExists", kErrorDsDraDnExists,
                [](TwoDsas& d, auto& m) {
                  m.pszSourceDsaAddress = d.a.address();
                  m.pSourceDsaDN = dsname_from_guid(d.a.guid().value);
                }},
        AddRule{"AnAsynchronousReplicaNeedsTheSourcesDn", kErrorDsDraInvalidParameter,
                [](TwoDsas&, auto& m) {
                  m.ulOptions |= DRS_ASYNC_REP;
                  m.pSourceDsaDN = nullptr;
                }},
        AddRule{"AnAsynchronousReplicaNeedsASourceThatExists", kErrorDsDraInvalidParameter,
                [](TwoDsas&, auto& m) {
                  m.ulOptions |= DRS_ASYNC_REP;
                  m.pSourceDsaDN = nowhere();
                }},
        AddRule{"MailNeedsATransport", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions |= DRS_ASYNC_REP | DRS_MAIL_REP; }},
        AddRule{"WhoDoesNotWaitIsNotToldOfTheInstanceType", kErrorSuccess, [](TwoDsas&, auto& m) { m.ulOptions = DRS_INIT_SYNC | DRS_ASYNC_OP; }},
        AddRule{"WhoDoesNotWaitIsToldOfAccess", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.ulOptions |= DRS_ASYNC_OP; }, &operator_}),
    kRuleName);

TEST(ReplicaAddWork, AddsASourceAndAsksItToNotify) {
  TwoDsas dsas;
  auto message = valid_add(dsas);
  message.ulOptions |= DRS_ASYNC_REP;
  const DsaGuid c{message.pSourceDsaDN->Guid};
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(administrator(), {{}, message}), kErrorSuccess);
  const auto sources = dsas.b.reps_from(kDomainDn);
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_TRUE(sources[0].uuid_dsa == c || sources[1].uuid_dsa == c);
  const auto partners = dsas.forest.find(c)->reps_to(kDomainDn);
  ASSERT_FALSE(partners.empty());
  EXPECT_EQ(partners.back().uuid_dsa, dsas.b.guid());
}
TEST(ReplicaAddWork, VersionOneHasNoDsa) {
  TwoDsas dsas;
  DRS_MSG_REPADD_V1 message;
  message.pNC = dsas.domain();
  message.pszDsaSrc = dsas.a.address();
  message.ulOptions = DRS_WRIT_REP;
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(administrator(), {{}, message}), kErrorDsDraDnExists);
}
TEST(ReplicaAddWork, VersionThreeIsForWhoWasToldOfIt) {
  TwoDsas dsas;
  DRS_MSG_REPADD_V3 message;
  message.pNC = dsas.domain();
  message.pszSourceDsaAddress = dsas.a.address();
  message.ulOptions = DRS_WRIT_REP;
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(administrator(), {{}, message}), kErrorDsDraInvalidParameter);
  auto extensions = dsas.b.extensions();
  extensions.dwFlagsExt |= DRS_EXT_RPC_CORRELATIONID_1;
  dsas.b.set_extensions(extensions);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(administrator(), {{}, message}), kErrorDsDraDnExists);
}
// The right is looked for on the default NC where the NC itself is not here.
TEST(ReplicaAddWork, ANewNcIsAMatterOfTheDefaultNc) {
  TwoDsas dsas;
  const std::string partitions = "CN=Partitions,CN=Configuration,DC=lab,DC=example";
  const auto phantom = "77777777-0000-0000-0000-000000000001"_guid;
  dsas.b.add(partitions, "crossRef", "APP", {{repl::attid::kNcName, {repl::reference_value(dsas.b.find(kDomainDn))}}});
  {  // as it replicates: nCName names what is not here
    const auto tx = dsas.b.store().write();
    const auto nc = tx->refer(ObjectGuid{phantom}, {}, "DC=app,DC=example");
    store::ObjectDraft draft(*repl::testing::must(tx->find(dsas.b.find("CN=APP," + partitions))));
    draft.keep_all();
    draft.attribute(repl::attid::kNcName).values = {draft.keep_reference(nc)};
    (void)repl::testing::must(tx->put(draft));
    repl::testing::must(tx->commit());
  }
  DRS_MSG_REPADD_V1 message;
  message.pNC = named("DC=app,DC=example");
  message.pszDsaSrc = "elsewhere.lab.example";
  message.ulOptions = DRS_WRIT_REP;
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(operator_(), {{}, message}), kErrorDsDraAccessDenied) << "the crossRef was found by its DN";
  message.pNC = dsname_from_guid(phantom);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(operator_(), {{}, message}), kErrorDsDraAccessDenied) << "and by its GUID";
  dsas.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology));
  message.ulOptions |= DRS_ASYNC_OP;
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaAdd>(operator_(), {{}, message}), kErrorSuccess);
}

// --- 4.1.20: IDL_DRSReplicaDel ------------------------------------------------------------------------------------------------------

using DelRule = Rule<IDL_DRSReplicaDel, DRS_MSG_REPDEL_V1>;
class ReplicaDel : public ::testing::TestWithParam<DelRule> {
 protected:
  TwoDsas dsas;
};
void drop_references(TestDsa& dsa, std::string_view nc) {
  dsa.change_replica(nc, [](store::NcReplica& replica) {
    replica.reps_from.clear();
    replica.reps_to.clear();
  });
}

TEST_P(ReplicaDel, HasTheCodeOfItsRule) {
  DRS_MSG_REPDEL_V1 message{dsas.domain(), dsas.a.address(), DRS_WRIT_REP};
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaDel>(GetParam().who(), {{}, std::move(message)}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_20_2, ReplicaDel,
    ::testing::Values(
        DelRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        DelRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }},
        DelRule{"AnNcThatIsNotHereIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }},
        DelRule{"BadNcGoesBeforeAccess", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }, &operator_},
        DelRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        DelRule{"AccessGoesBeforeTheOptions", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.ulOptions |= kUnknownOption; }, &operator_},
        DelRule{"WithTheRightAloneItSucceeds", kErrorSuccess,
                [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology)); }, &operator_},
        DelRule{"AnOptionThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions |= kUnknownOption; }},
        DelRule{"NoSourceIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pszDsaSrc.reset(); }},
        DelRule{"AnEmptySourceIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pszDsaSrc = ""; }},
        DelRule{"ASourceThatIsNoneIsNoReplica", kErrorDsDraNoReplica, [](TwoDsas&, auto& m) { m.pszDsaSrc = "nobody.lab.example"; }},
        DelRule{"WhoDoesNotWaitIsNotToldOfIt", kErrorSuccess,
                [](TwoDsas&, auto& m) {
                  m.pszDsaSrc = "nobody.lab.example";
                  m.ulOptions |= DRS_ASYNC_OP;
                }},
        DelRule{"ExpungingWhatIsNoNcRootIsBadNc", kErrorDsDraBadNc,
                [](TwoDsas& d, auto& m) {
                  m.pNC = named(kPeople);
                  d.b.set_descriptor(kPeople, Descriptor().allow(kAdministratorsSid, 0x100));
                  m.ulOptions = DRS_NO_SOURCE;
                }},
        DelRule{"ExpungingWhatHasSourcesIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions = DRS_NO_SOURCE; }},
        DelRule{"ExpungingWhatOthersPullIsObjIsRepSource", kErrorDsDraObjIsRepSource,
                [](TwoDsas& d, auto& m) {
                  d.b.change_replica(kDomainDn, [](store::NcReplica& replica) {
                    replica.reps_from.clear();
                    replica.reps_to = {repl::encode_reps_to({"x.lab.example", DsaGuid{nowhere().Guid}, DRS_WRIT_REP, {}, 0, {}, {}, {}}).value()};
                  });
                  m.ulOptions = DRS_NO_SOURCE;
                }},
        DelRule{"RefOkAllowsThat", kErrorDsDraInvalidParameter,  // and then the domain is one that is needed
                [](TwoDsas& d, auto& m) {
                  d.b.change_replica(kDomainDn, [](store::NcReplica& replica) {
                    replica.reps_from.clear();
                    replica.reps_to = {repl::encode_reps_to({"x.lab.example", DsaGuid{nowhere().Guid}, DRS_WRIT_REP, {}, 0, {}, {}, {}}).value()};
                  });
                  m.ulOptions = DRS_NO_SOURCE | DRS_REF_OK;
                }},
        DelRule{"ExpungingTheDomainIsInvalidParameter", kErrorDsDraInvalidParameter,
                [](TwoDsas& d, auto& m) {
                  drop_references(d.b, kDomainDn);
                  m.ulOptions = DRS_NO_SOURCE;
                }},
        DelRule{"ExpungingTheConfigurationIsInvalidParameter", kErrorDsDraInvalidParameter,
                [](TwoDsas& d, auto& m) {
                  m.pNC = dsname_from_guid(d.b.guid_of(kConfigurationDn).value);
                  drop_references(d.b, kConfigurationDn);
                  m.ulOptions = DRS_NO_SOURCE;
                }},
        DelRule{"ExpungingTheSchemaIsInvalidParameter", kErrorDsDraInvalidParameter,
                [](TwoDsas& d, auto& m) {
                  m.pNC = dsname_from_guid(d.b.guid_of(kSchemaDn).value);
                  drop_references(d.b, kSchemaDn);
                  m.ulOptions = DRS_NO_SOURCE;
                }}),
    kRuleName);

TEST(ReplicaDelWork, TakesTheSourceOutAndTellsIt) {
  TwoDsas dsas;
  ASSERT_FALSE(dsas.a.reps_to(kDomainDn).empty());
  DRS_MSG_REPDEL_V1 message{dsas.domain(), dsas.a.address(), DRS_WRIT_REP};
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaDel>(administrator(), {{}, message}), kErrorSuccess);
  EXPECT_TRUE(dsas.b.reps_from(kDomainDn).empty());
  EXPECT_TRUE(dsas.a.reps_to(kDomainDn).empty());
}
TEST(ReplicaDelWork, LocalOnlyTellsNobody) {
  TwoDsas dsas;
  DRS_MSG_REPDEL_V1 message{dsas.domain(), dsas.a.address(), DRS_WRIT_REP | DRS_LOCAL_ONLY};
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaDel>(administrator(), {{}, message}), kErrorSuccess);
  EXPECT_TRUE(dsas.b.reps_from(kDomainDn).empty());
  EXPECT_FALSE(dsas.a.reps_to(kDomainDn).empty());
}

// --- 4.1.22: IDL_DRSReplicaModify ---------------------------------------------------------------------------------------------------

using ModRule = Rule<IDL_DRSReplicaModify, DRS_MSG_REPMOD_V1>;
class ReplicaModify : public ::testing::TestWithParam<ModRule> {
 protected:
  TwoDsas dsas;
};
DRS_MSG_REPMOD_V1 valid_modify(TwoDsas& dsas) {
  DRS_MSG_REPMOD_V1 message;
  message.pNC = dsas.domain();
  message.uuidSourceDRA = dsas.a.guid().value;
  message.ulReplicaFlags = DRS_WRIT_REP | DRS_DISABLE_PERIODIC_SYNC;
  message.ulModifyFields = DRS_UPDATE_FLAGS;
  return message;
}

TEST_P(ReplicaModify, HasTheCodeOfItsRule) {
  auto message = valid_modify(dsas);
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaModify>(GetParam().who(), {{}, std::move(message)}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_22_2, ReplicaModify,
    ::testing::Values(
        ModRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        ModRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }},
        ModRule{"NeitherDsaNorAddressIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidSourceDRA = {}; }},
        ModRule{"ANewAddressThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulModifyFields = DRS_UPDATE_ADDRESS; }},
        ModRule{"ANewAddressThatIsEmptyIsInvalidParameter", kErrorDsDraInvalidParameter,
                [](TwoDsas&, auto& m) {
                  m.ulModifyFields = DRS_UPDATE_ADDRESS;
                  m.pszSourceDRA = "";
                }},
        ModRule{"NoFieldIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulModifyFields = 0; }},
        ModRule{"AFieldThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulModifyFields |= 8; }},
        ModRule{"AnOptionThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions = DRS_WRIT_REP; }},
        ModRule{"TheFieldsGoBeforeTheNc", kErrorDsDraInvalidParameter,
                [](TwoDsas&, auto& m) {
                  m.ulModifyFields = 0;
                  m.pNC = nowhere();
                }},
        ModRule{"AnNcThatIsNotHereIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }},
        ModRule{"BadNcGoesBeforeAccess", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }, &operator_},
        ModRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        ModRule{"AccessGoesBeforeTheSourceThatIsNone", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.uuidSourceDRA = nowhere().Guid; }, &operator_},
        ModRule{"ASourceThatIsNoneIsNoReplica", kErrorDsDraNoReplica, [](TwoDsas&, auto& m) { m.uuidSourceDRA = nowhere().Guid; }},
        ModRule{"AnAddressThatIsNoneIsNoReplica", kErrorDsDraNoReplica,
                [](TwoDsas&, auto& m) {
                  m.uuidSourceDRA = {};
                  m.pszSourceDRA = "nobody.lab.example";
                }},
        ModRule{"AnObjectThatIsNoReplicaHasNoSources", kErrorDsDraNoReplica,
                [](TwoDsas& d, auto& m) {
                  m.pNC = named(kPeople);
                  d.b.set_descriptor(kPeople, Descriptor().allow(kAdministratorsSid, 0x100));
                }},
        ModRule{"WhoDoesNotWaitIsNotToldOfASourceThatIsNone", kErrorSuccess,
                [](TwoDsas&, auto& m) {
                  m.uuidSourceDRA = nowhere().Guid;
                  m.ulOptions = DRS_ASYNC_OP;
                }}),
    kRuleName);

TEST(ReplicaModifyWork, ChangesFlagsAddressAndSchedule) {
  TwoDsas dsas;
  auto message = valid_modify(dsas);
  message.pszSourceDRA = "other.lab.example";
  message.rtSchedule.rgTimes.fill(0x55);
  message.ulModifyFields = DRS_UPDATE_FLAGS | DRS_UPDATE_ADDRESS | DRS_UPDATE_SCHEDULE;
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaModify>(administrator(), {{}, message}), kErrorSuccess);
  const auto source = dsas.b.reps_from(kDomainDn).at(0);
  EXPECT_EQ(source.options, message.ulReplicaFlags);
  EXPECT_EQ(source.na_dsa, "other.lab.example");
  EXPECT_EQ(source.schedule.times(), message.rtSchedule);
}

}  // namespace
}  // namespace tributary::service::testing
