// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetNCChanges on the wire: each rule of [MS-DRSR] 4.1.10.5 in its order, the rights of 5.101, what a DSA gets and what it leaves.
#include "drsuapi/compress/native_reply.hpp"
#include "schema/schema_info.hpp"
#include "service/drs/testing/rules.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace win32;

constexpr std::string_view kPeople = "OU=people,DC=lab,DC=example";
constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";
const Guid kClient = "44444444-0000-0000-0000-00000000000c"_guid;

using ChangesRule = Rule<IDL_DRSGetNCChanges, DRS_MSG_GETCHGREQ_V10>;
class GetNcChanges : public ::testing::TestWithParam<ChangesRule> {
 protected:
  TwoDsas dsas;
};

DRS_MSG_GETCHGREQ_V10 valid_request(TwoDsas& dsas) {
  DRS_MSG_GETCHGREQ_V10 request;
  request.uuidDsaObjDest = kClient;
  request.pNC = dsas.domain();
  request.ulFlags = DRS_WRIT_REP | DRS_INIT_SYNC;
  request.cMaxObjects = 1000;
  request.cMaxBytes = 1 << 20;
  request.PrefixTableDest = schema::make_message_prefix_table(schema::Schema::embedded()->prefix_table(), {});
  return request;
}
Unique<PARTIAL_ATTR_VECTOR_V1_EXT> attributes(std::initializer_list<ATTRTYP> ids) {
  PARTIAL_ATTR_VECTOR_V1_EXT vector;
  for (const auto id : ids) vector.rgPartialAttr.push_back(id);
  return vector;
}
/// cn and description: neither secret nor filtered.
Unique<PARTIAL_ATTR_VECTOR_V1_EXT> harmless() { return attributes({3, 13}); }

IDL_DRSGetNCChanges::Out ask(TwoDsas& dsas, DRS_MSG_GETCHGREQ request, const std::shared_ptr<const Caller>& who = other_dsa()) {
  return dsas.wire.call_as_dsa<IDL_DRSGetNCChanges>(who, kClient, {{}, std::move(request)});
}
DRS_MSG_GETCHGREPLY_V9 native(IDL_DRSGetNCChanges::Out out) {
  static ndr::Arena arena;
  static Bytes plain;
  auto made = native_reply(std::move(out.msgOut), arena, plain);
  EXPECT_TRUE(made.has_value()) << (made ? std::string() : made.error().detail);
  return made ? DRS_MSG_GETCHGREPLY_V9(*made) : DRS_MSG_GETCHGREPLY_V9{};
}
void grant(TestDsa& dsa, std::initializer_list<Guid> rights) {
  Descriptor descriptor;
  for (const auto& each : rights) descriptor.allow_right(kOperatorSid, each);
  dsa.set_descriptor(kDomainDn, descriptor);
}

TEST_P(GetNcChanges, HasTheCodeOfItsRule) {
  auto request = valid_request(dsas);
  GetParam().change(dsas, request);
  const auto out = ask(dsas, std::move(request), GetParam().who());
  EXPECT_EQ(Win32{out.result}, GetParam().expected);
  if (out.result != 0) EXPECT_EQ(out.msgOut, DRS_MSG_GETCHGREPLY(DRS_MSG_GETCHGREPLY_V1{})) << "the other outputs are those of a failed call";
}
INSTANTIATE_TEST_SUITE_P(
    Access_4_1_10_5, GetNcChanges,
    ::testing::Values(
        ChangesRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}, &other_dsa},
        ChangesRule{"ByMailOverRpcIsInvalidParameter", kErrorInvalidParameter, [](TwoDsas&, auto& r) { r.ulFlags |= DRS_MAIL_REP; }, &other_dsa},
        ChangesRule{"TheTransportGoesBeforeAccess", kErrorInvalidParameter, [](TwoDsas&, auto& r) { r.ulFlags |= DRS_MAIL_REP; }, &operator_},
        ChangesRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pNC = {}; }, &other_dsa},
        ChangesRule{"NoNcGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pNC = {}; }, &operator_},
        ChangesRule{"AnNcThatIsNotHereCannotBeFound", kErrorDsCantFindExpectedNc, [](TwoDsas&, auto& r) { r.pNC = nowhere(); }, &other_dsa},
        ChangesRule{"ADnOutsideOfEveryNcCannotBeFound", kErrorDsCantFindExpectedNc, [](TwoDsas&, auto& r) { r.pNC = named("DC=other,DC=example"); },
                    &other_dsa},
        ChangesRule{"TheNcGoesBeforeAccess", kErrorDsCantFindExpectedNc, [](TwoDsas&, auto& r) { r.pNC = nowhere(); }, &operator_},
        ChangesRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        ChangesRule{"AFullReplicaHasSecretsAndWantsGetChangesAll", kErrorDsDraAccessDenied,
                    [](TwoDsas& d, auto&) { grant(d.b, {right::kGetChanges}); }, &operator_},
        ChangesRule{"GetChangesAllAloneIsNotEnough", kErrorDsDraAccessDenied, [](TwoDsas& d, auto&) { grant(d.b, {right::kGetChangesAll}); }, &operator_},
        ChangesRule{"BothRightsSuffice", kErrorSuccess, [](TwoDsas& d, auto&) { grant(d.b, {right::kGetChanges, right::kGetChangesAll}); }, &operator_},
        ChangesRule{"WithoutSecretsTheFilteredSetIsLeft", kErrorDsDraAccessDenied,
                    [](TwoDsas& d, auto& r) {
                      grant(d.b, {right::kGetChanges});
                      r.ulFlags |= DRS_SPECIAL_SECRET_PROCESSING;
                    },
                    &operator_},
        ChangesRule{"TheRightOnTheFilteredSetSufficesThen", kErrorSuccess,
                    [](TwoDsas& d, auto& r) {
                      grant(d.b, {right::kGetChanges, right::kGetChangesInFilteredSet});
                      r.ulFlags |= DRS_SPECIAL_SECRET_PROCESSING;
                    },
                    &operator_},
        ChangesRule{"HarmlessAttributesWantGetChangesOnly", kErrorSuccess,
                    [](TwoDsas& d, auto& r) {
                      grant(d.b, {right::kGetChanges});
                      r.pPartialAttrSet = harmless();
                      r.ulFlags = DRS_INIT_SYNC;
                    },
                    &operator_},
        ChangesRule{"ASecretAttributeWantsGetChangesAll", kErrorDsDraAccessDenied,
                    [](TwoDsas& d, auto& r) {
                      grant(d.b, {right::kGetChanges});
                      r.pPartialAttrSet = attributes({static_cast<ATTRTYP>(repl::testing::attid_of("unicodePwd"))});
                      r.ulFlags = DRS_INIT_SYNC;
                    },
                    &operator_},
        ChangesRule{"AccessGoesBeforeTheObject", kErrorDsDraAccessDenied, [](TwoDsas&, auto& r) { r.pNC = named(kPeople); }, &operator_}),
    kRuleName);

// 4.1.10.5.1, and the tables of 4.1.3.1: which reply goes with which request.
TEST(GetNcChangesVersions, V10HasV9AndV8HasV6) {
  TwoDsas dsas;
  EXPECT_EQ(ask(dsas, valid_request(dsas)).msgOut.tag(), 9u);
  DRS_MSG_GETCHGREQ_V8 v8;
  v8.uuidDsaObjDest = kClient;
  v8.pNC = dsas.domain();
  v8.ulFlags = DRS_WRIT_REP;
  v8.PrefixTableDest = valid_request(dsas).PrefixTableDest;
  EXPECT_EQ(ask(dsas, v8).msgOut.tag(), 6u);
  DRS_MSG_GETCHGREQ_V5 v5;
  v5.uuidDsaObjDest = kClient;
  v5.pNC = dsas.domain();
  v5.ulFlags = DRS_WRIT_REP;
  EXPECT_EQ(ask(dsas, v5).msgOut.tag(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Inputs_4_1_10_5, GetNcChanges,
    ::testing::Values(
        ChangesRule{"AnObjectThatIsNoNcRootCannotBeFound", kErrorDsCantFindExpectedNc, [](TwoDsas&, auto& r) { r.pNC = named(kPeople); }, &other_dsa},
        ChangesRule{"AnExtendedOperationNeedsItsObject", kErrorDsCantFindExpectedNc,
                    [](TwoDsas&, auto& r) {
                      r.ulExtendedOp = EXOP_REPL_OBJ;
                      r.pNC = named("CN=nobody,OU=people,DC=lab,DC=example");
                    },
                    &other_dsa},
        ChangesRule{"SyncPasIsNotForFullReplicas", kErrorInvalidParameter, [](TwoDsas&, auto& r) { r.ulFlags |= DRS_SYNC_PAS; }, &other_dsa},
        ChangesRule{"SyncPasNeedsTheAttributesToAdd", kErrorInvalidParameter,
                    [](TwoDsas&, auto& r) {
                      r.pPartialAttrSet = harmless();
                      r.ulFlags = DRS_SYNC_PAS;
                    },
                    &other_dsa},
        ChangesRule{"AttributesToAddNeedTheSetItself", kErrorInvalidParameter,
                    [](TwoDsas&, auto& r) {
                      r.pPartialAttrSetEx = harmless();
                      r.ulFlags = DRS_SYNC_PAS;
                    },
                    &other_dsa},
        ChangesRule{"AnNcThatIsTakenDownIsNoReplica", kErrorDsDraNoReplica,
                    [](TwoDsas& d, auto&) { d.b.change_replica(kDomainDn, [](store::NcReplica& replica) { replica.going = true; }); }, &other_dsa},
        ChangesRule{"OutboundReplicationThatIsOffIsSourceDisabled", kErrorDsDraSourceDisabled,
                    [](TwoDsas& d, auto&) { d.b.set_options(kNtdsdsaOptDisableOutboundRepl); }, &other_dsa},
        ChangesRule{"AccessGoesBeforeThat", kErrorDsDraAccessDenied, [](TwoDsas& d, auto&) { d.b.set_options(kNtdsdsaOptDisableOutboundRepl); }, &operator_},
        ChangesRule{"AForcedOneDoesNotMind", kErrorSuccess,
                    [](TwoDsas& d, auto& r) {
                      d.b.set_options(kNtdsdsaOptDisableOutboundRepl);
                      r.ulFlags |= DRS_SYNC_FORCED;
                    },
                    &other_dsa},
        ChangesRule{"AReadOnlyDsaIsNobodysSource", kErrorDsDraSourceDisabled,
                    [](TwoDsas& d, auto&) {
                      repl::DirectoryRules rules;
                      rules.read_only = true;
                      d.b.set_rules(rules);
                    },
                    &other_dsa},
        ChangesRule{"APositionBeyondWhatWeHaveProvesAnOldCopy", kErrorDsDraSourceDisabled,
                    [](TwoDsas& d, auto& r) {
                      r.uuidInvocIdSrc = d.b.context().invocation_id.value;
                      r.usnvecFrom.usnHighObjUpdate = 1'000'000'000;
                    },
                    &other_dsa},
        ChangesRule{"APositionOfAnotherInvocationIsForgotten", kErrorSuccess,
                    [](TwoDsas&, auto& r) {
                      r.uuidInvocIdSrc = nowhere().Guid;
                      r.usnvecFrom.usnHighObjUpdate = 1'000'000'000;
                    },
                    &other_dsa}),
    kRuleName);

TEST(GetNcChangesVersions, AClientThatKnowsNoReplyIsARevisionMismatch) {
  TwoDsas dsas;
  auto extensions = dsas.b.extensions();
  extensions.dwFlags &= ~DRS_EXT_GETCHGREPLY_V6;
  extensions.dwFlagsExt = 0;
  IDL_DRSGetNCChanges::In in{dsas.wire.bind(operator_(), kClient, extensions), valid_request(dsas)};
  const auto out = Wire::answer_of<IDL_DRSGetNCChanges>(dsas.wire.send(operator_(), 3, encode_in<IDL_DRSGetNCChanges>(in)));
  EXPECT_EQ(Win32{out.result}, kErrorRevisionMismatch) << "before access";
}
TEST(GetNcChangesVersions, AClientThatDoesNotKnowTheRecycleBinIsARevisionMismatch) {
  TwoDsas dsas;
  auto ours = dsas.b.extensions();
  auto theirs = ours;
  theirs.dwExtCaps = 0;
  ours.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  dsas.b.set_extensions(ours);
  IDL_DRSGetNCChanges::In in{dsas.wire.bind(other_dsa(), kClient, theirs), valid_request(dsas)};
  const auto out = Wire::answer_of<IDL_DRSGetNCChanges>(dsas.wire.send(other_dsa(), 3, encode_in<IDL_DRSGetNCChanges>(in)));
  EXPECT_EQ(Win32{out.result}, kErrorRevisionMismatch);
}
TEST(GetNcChangesVersions, AnswersByMailAreNotSupported) {
  TwoDsas dsas;
  DRS_MSG_GETCHGREQ_V4 v4;
  for (const char c : std::string("repl@lab.example")) v4.pmtxReturnAddress.mtx_name.push_back(c);
  v4.V3.pNC = dsas.domain();
  v4.V3.ulFlags = DRS_WRIT_REP | DRS_MAIL_REP;
  v4.V3.PrefixTableDest = valid_request(dsas).PrefixTableDest;
  EXPECT_EQ(Win32{ask(dsas, v4, operator_()).result}, kErrorDsDraAccessDenied);
  EXPECT_EQ(Win32{ask(dsas, v4).result}, kErrorDsDraNotSupported);
}

TEST(GetNcChangesWork, GivesEverythingAndTheNameOfTheSource) {
  TwoDsas dsas;
  const auto reply = native(ask(dsas, valid_request(dsas)));
  EXPECT_EQ(reply.uuidDsaObjSrc, dsas.b.guid().value);
  EXPECT_EQ(reply.uuidInvocIdSrc, dsas.b.context().invocation_id.value);
  EXPECT_EQ(reply.fMoreData, 0);
  EXPECT_TRUE(reply.pUpToDateVecSrc);
  EXPECT_GT(reply.pObjects.size(), 5u);
  EXPECT_EQ(reply.rgValues.size(), 1u) << "the member of the group";
  bool found = false;
  for (const auto& object : reply.pObjects) found = found || (object.Entinf.pName && object.Entinf.pName->Guid == dsas.b.guid_of(kAnn).value);
  EXPECT_TRUE(found);
}
TEST(GetNcChangesWork, GoesOnBehindAPage) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.cMaxObjects = 2;
  std::size_t pages = 0, objects = 0;
  for (bool more = true; more && pages < 100; ++pages) {
    const auto reply = native(ask(dsas, request));
    objects += reply.pObjects.size();
    more = reply.fMoreData != 0;
    request.uuidInvocIdSrc = reply.uuidInvocIdSrc;
    request.usnvecFrom = reply.usnvecTo;
  }
  EXPECT_GT(pages, 3u);
  EXPECT_LT(pages, 100u);
  EXPECT_EQ(objects, native(ask(dsas, valid_request(dsas))).pObjects.size());
}
TEST(GetNcChangesWork, WhoHasEverythingGetsNothing) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  const auto first = native(ask(dsas, request));
  request.uuidInvocIdSrc = first.uuidInvocIdSrc;
  request.usnvecFrom = first.usnvecTo;
  const auto second = native(ask(dsas, request));
  EXPECT_EQ(second.pObjects.size(), 0u);
  EXPECT_EQ(second.rgValues.size(), 0u);
  EXPECT_EQ(second.fMoreData, 0);
}
// 4.1.10.5.20
TEST(GetNcChangesWork, CompressesForWhoAsks) {
  TwoDsas dsas;
  for (int i = 0; i < 60; ++i) dsas.b.add(kPeople, "user", "user" + std::to_string(i));
  auto request = valid_request(dsas);
  request.ulFlags |= DRS_USE_COMPRESSION;
  auto out = ask(dsas, request);
  EXPECT_EQ(out.msgOut.tag(), 7u);
  EXPECT_GT(native(std::move(out)).pObjects.size(), 60u);
}
// 4.1.10.5.2, DRS_ADD_REF: the client is told of changes from now on.
TEST(GetNcChangesWork, AddRefAddsTheClientToRepsTo) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.ulFlags |= DRS_ADD_REF;
  EXPECT_EQ(ask(dsas, request).result, 0u);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask(dsas, request).result, 0u) << "again is no failure";
  const auto partners = dsas.b.reps_to(kDomainDn);
  ASSERT_EQ(partners.size(), 1u);
  EXPECT_EQ(partners[0].uuid_dsa.value, kClient);
  EXPECT_EQ(partners[0].na_dsa, to_string(kClient) + "._msdcs.lab.example");
  EXPECT_EQ(partners[0].options, std::uint32_t{DRS_WRIT_REP});
}
TEST(GetNcChangesWork, GetNcSizeTellsIt) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.ulFlags |= DRS_GET_NC_SIZE;
  EXPECT_GT(native(ask(dsas, request)).cNumNcSizeObjects, 5u);
}

// --- Extended operations: 4.1.10.5.12 ---------------------------------------------------------------------------------------------

TEST(ExtendedOperation, ReplObjGivesTheObject) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.uuidDsaObjDest = dsas.a.guid().value;
  request.pNC = named(kAnn);
  request.ulExtendedOp = EXOP_REPL_OBJ;
  const auto reply = native(ask(dsas, request));
  EXPECT_EQ(reply.ulExtendedRet, std::uint32_t{EXOP_ERR_SUCCESS});
  ASSERT_EQ(reply.pObjects.size(), 1u);
  EXPECT_EQ(reply.pObjects[0].Entinf.pName->Guid, dsas.b.guid_of(kAnn).value);
}
TEST(ExtendedOperation, ACallerWhoIsNoDsaIsUnknownInTheReply) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.ulExtendedOp = EXOP_REPL_OBJ;
  const auto out = ask(dsas, request);
  EXPECT_EQ(out.result, 0u);
  EXPECT_EQ(native(out).ulExtendedRet, std::uint32_t{EXOP_ERR_UNKNOWN_CALLER});
}
TEST(ExtendedOperation, OneThatIsNoneIsUnknownInTheReply) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.uuidDsaObjDest = dsas.a.guid().value;
  request.ulExtendedOp = 99;
  const auto out = ask(dsas, request);
  EXPECT_EQ(out.result, 0u);
  EXPECT_EQ(native(out).ulExtendedRet, std::uint32_t{EXOP_ERR_UNKNOWN_OP});
}
TEST(ExtendedOperation, WithoutTheRightAccessIsDenied) {
  TwoDsas dsas;
  auto request = valid_request(dsas);
  request.pNC = named(kAnn);
  request.ulExtendedOp = EXOP_REPL_OBJ;
  EXPECT_EQ(Win32{ask(dsas, request, operator_()).result}, kErrorDsDraAccessDenied);
}
// EXOP_FSMO_ABANDON_ROLE: whoever is asked takes the role from its owner, and says so when it has it.
class AbandonRole : public ::testing::Test {
 protected:
  AbandonRole() {
    owns(dsas.a);
    DRS_MSG_REPSYNC_V1 sync{dsas.domain(), dsas.a.guid().value, {}, 0};
    EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, sync}), kErrorSuccess);
  }
  void owns(const TestDsa& owner) { dsas.a.set(kDomainDn, repl::attid::kFsmoRoleOwner, {repl::reference_value(dsas.a.find(owner.ntds_dn()))}); }
  std::uint32_t abandon() {
    auto request = valid_request(dsas);
    request.uuidDsaObjDest = dsas.a.guid().value;
    request.ulExtendedOp = EXOP_FSMO_ABANDON_ROLE;
    return native(ask(dsas, request)).ulExtendedRet;
  }
  TwoDsas dsas;
};
TEST_F(AbandonRole, ItIsTakenFromItsOwner) {
  std::vector<std::pair<DsaGuid, store::Dnt>> asked;
  dsas.b.set_role_taker([&](const DsaGuid& owner, store::Dnt object) -> Result<void> {
    asked.emplace_back(owner, object);
    dsas.b.set(kDomainDn, repl::attid::kFsmoRoleOwner, {repl::reference_value(dsas.b.find(dsas.b.ntds_dn()))});
    return {};
  });
  EXPECT_EQ(abandon(), std::uint32_t{EXOP_ERR_SUCCESS});
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].first, dsas.a.guid());
  EXPECT_EQ(asked[0].second, dsas.b.find(kDomainDn));
  EXPECT_EQ(abandon(), std::uint32_t{EXOP_ERR_SUCCESS}) << "what one has needs nobody";
  EXPECT_EQ(asked.size(), 1u);
}
TEST_F(AbandonRole, AnOwnerWhoDoesNotAnswerKeepsIt) {
  EXPECT_EQ(abandon(), std::uint32_t{EXOP_ERR_COULDNT_CONTACT});
}
TEST_F(AbandonRole, AnOwnerWhoAnswersAndKeepsItKeepsIt) {
  dsas.b.set_role_taker([](const DsaGuid&, store::Dnt) -> Result<void> { return {}; });
  EXPECT_EQ(abandon(), std::uint32_t{EXOP_ERR_COULDNT_CONTACT});
}
TEST(ExtendedOperation, ARoleThatIsNotOursStaysWhereItIs) {
  TwoDsas dsas;
  dsas.a.set(kDomainDn, repl::attid::kFsmoRoleOwner, {repl::reference_value(dsas.a.find(dsas.a.ntds_dn()))});
  DRS_MSG_REPSYNC_V1 sync{dsas.domain(), dsas.a.guid().value, {}, 0};
  ASSERT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, sync}), kErrorSuccess);
  auto request = valid_request(dsas);
  request.uuidDsaObjDest = dsas.a.guid().value;
  request.ulExtendedOp = EXOP_FSMO_REQ_PDC;
  const auto reply = native(ask(dsas, request));
  EXPECT_EQ(reply.ulExtendedRet, std::uint32_t{EXOP_ERR_FSMO_NOT_OWNER});
}
TEST(ExtendedOperation, ARoleOfOursGoesToWhoAsks) {
  TwoDsas dsas;
  dsas.b.set(kDomainDn, repl::attid::kFsmoRoleOwner, {repl::reference_value(dsas.b.find(dsas.b.ntds_dn()))});
  auto request = valid_request(dsas);
  request.uuidDsaObjDest = dsas.a.guid().value;
  request.ulExtendedOp = EXOP_FSMO_REQ_PDC;
  const auto out = ask(dsas, request);
  EXPECT_EQ(out.result, 0u);
  const auto reply = native(out);
  EXPECT_EQ(reply.ulExtendedRet, std::uint32_t{EXOP_ERR_SUCCESS});
  EXPECT_GE(reply.pObjects.size(), 1u);
  const auto snapshot = dsas.b.store().read();
  const auto root = snapshot->find(dsas.b.find(kDomainDn)).value();
  EXPECT_EQ(store::reference_target(*root->first(repl::attid::kFsmoRoleOwner)), dsas.b.find(dsas.a.ntds_dn()));
}
TEST(ExtendedOperation, ARoleIsNotGivenToWhoMayNotReplicate) {
  TwoDsas dsas;
  dsas.b.set(kDomainDn, repl::attid::kFsmoRoleOwner, {repl::reference_value(dsas.b.find(dsas.b.ntds_dn()))});
  auto request = valid_request(dsas);
  request.uuidDsaObjDest = dsas.a.guid().value;
  request.ulExtendedOp = EXOP_FSMO_REQ_PDC;
  EXPECT_EQ(Win32{ask(dsas, request, operator_()).result}, kErrorDsDraAccessDenied);
  const auto snapshot = dsas.b.store().read();
  const auto root = snapshot->find(dsas.b.find(kDomainDn)).value();
  EXPECT_EQ(store::reference_target(*root->first(repl::attid::kFsmoRoleOwner)), dsas.b.find(dsas.b.ntds_dn()));
}

}  // namespace
}  // namespace tributary::service::testing
