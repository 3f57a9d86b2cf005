// SPDX-License-Identifier: Apache-2.0
// IDL_DRSExecuteKCC, IDL_DRSGetObjectExistence, IDL_DRSReplicaVerifyObjects and the comparison of replicas on the wire.
// [MS-DRSR] 4.1.6.3, 4.1.12.4, 4.1.24.3; docs/formats/divergence.md.
#include "repl/divergence/comparison.hpp"
#include "repl/lingering/object_existence.hpp"
#include "repl/source/local_state.hpp"
#include "repl/updates/links.hpp"
#include "rpc/status.hpp"
#include "service/drs/divergence_interface.hpp"
#include "service/drs/replica_verify_objects.hpp"
#include "service/drs/testing/rules.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace win32;
namespace nca = rpc::nca;

constexpr std::string_view kPeople = "OU=people,DC=lab,DC=example";
constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";

// --- 4.1.6: IDL_DRSExecuteKCC -------------------------------------------------------------------------------------------------------

using KccRule = Rule<IDL_DRSExecuteKCC, DRS_MSG_KCC_EXECUTE_V1>;
class ExecuteKcc : public ::testing::TestWithParam<KccRule> {
 protected:
  TwoDsas dsas;
};
TEST_P(ExecuteKcc, HasTheCodeOfItsRule) {
  DRS_MSG_KCC_EXECUTE_V1 message;
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSExecuteKCC>(GetParam().who(), {{}, message}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_6_3, ExecuteKcc,
    ::testing::Values(
        KccRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        KccRule{"ATaskThatIsNoneIsInvalidParameter", kErrorInvalidParameter, [](TwoDsas&, auto& m) { m.dwTaskID = 1; }},
        KccRule{"TheTaskGoesBeforeAccess", kErrorInvalidParameter, [](TwoDsas&, auto& m) { m.dwTaskID = 1; }, &operator_},
        KccRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        KccRule{"AnAsynchronousOneIsDeniedAsWell", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.dwFlags = kDsKccFlagAsyncOp; }, &operator_},
        KccRule{"TheRightOnTheDomainIsNotEnough", kErrorDsDraAccessDenied,
                [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology)); }, &operator_},
        KccRule{"TheRightOnTheConfigurationSuffices", kErrorSuccess,
                [](TwoDsas& d, auto&) { d.b.set_descriptor(kConfigurationDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology)); },
                &operator_},
        KccRule{"WhatTheKccSaysIsTheAnswer", kErrorDsDraInternalError,
                [](TwoDsas& d, auto&) { d.b.set_kcc_result(fail(kErrorDsDraInternalError, "no")); }},
        KccRule{"WhoDoesNotWaitIsNotTold", kErrorSuccess,
                [](TwoDsas& d, auto& m) {
                  d.b.set_kcc_result(fail(kErrorDsDraInternalError, "no"));
                  m.dwFlags = kDsKccFlagAsyncOp;
                }}),
    kRuleName);

TEST(ExecuteKccWork, DampedIsHandedOn) {
  TwoDsas dsas;
  DRS_MSG_KCC_EXECUTE_V1 message;
  (void)dsas.wire.code<IDL_DRSExecuteKCC>(administrator(), {{}, message});
  message.dwFlags = kDsKccFlagDamped;
  (void)dsas.wire.code<IDL_DRSExecuteKCC>(administrator(), {{}, message});
  EXPECT_EQ(dsas.b.kcc_runs(), (std::vector<bool>{false, true}));
  (void)dsas.wire.code<IDL_DRSExecuteKCC>(operator_(), {{}, message});
  EXPECT_EQ(dsas.b.kcc_runs().size(), 2u) << "whoever may not does not make it run";
}

// --- 4.1.12: IDL_DRSGetObjectExistence ----------------------------------------------------------------------------------------------

using ExistRule = Rule<IDL_DRSGetObjectExistence, DRS_MSG_EXISTREQ_V1>;
class ObjectExistence : public ::testing::TestWithParam<ExistRule> {
 protected:
  TwoDsas dsas;
};
DRS_MSG_EXISTREQ_V1 valid_existence(TwoDsas& dsas) {
  DRS_MSG_EXISTREQ_V1 request;
  request.guidStart.octets[15] = 1;
  request.cGuids = 1'000;
  request.pNC = dsas.domain();
  const auto snapshot = dsas.b.store().read();
  const auto replica = snapshot->nc_replica(dsas.b.find(kDomainDn)).value().value();
  request.pUpToDateVecCommonV1 = repl::utd_to_wire_v1(repl::local_utd(dsas.b.context(), *snapshot, replica).value());
  return request;
}
TEST_P(ObjectExistence, HasTheCodeOfItsRule) {
  auto request = valid_existence(dsas);
  GetParam().change(dsas, request);
  const auto out = dsas.wire.call<IDL_DRSGetObjectExistence>(GetParam().who(), {{}, std::move(request)});
  EXPECT_EQ(Win32{out.result}, GetParam().expected);
  EXPECT_EQ(out.msgOut.tag(), 1u);
  if (out.result != 0) EXPECT_EQ(out.msgOut.get_if<1>()->rgGuids.size(), 0u);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_12_4, ObjectExistence,
    ::testing::Values(
        ExistRule{"AValidOneSucceeds", kErrorSuccess, [](TwoDsas&, auto&) {}},
        ExistRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pNC = nullptr; }},
        ExistRule{"AnNcThatIsNotHereIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pNC = nowhere(); }},
        ExistRule{"AnObjectThatIsNoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pNC = named(kPeople); }},
        ExistRule{"AReplicaThatIsNotWritableIsInvalidParameter", kErrorDsDraInvalidParameter,
                  [](TwoDsas& d, auto&) { d.b.change_replica(kDomainDn, [](store::NcReplica& replica) { replica.writable = false; }); }},
        ExistRule{"TheNcGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pNC = nowhere(); }, &operator_},
        ExistRule{"TheNullGuidIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.guidStart = {}; }},
        ExistRule{"TheNullGuidGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.guidStart = {}; }, &operator_},
        ExistRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        ExistRule{"WithTheRightAloneItSucceeds", kErrorSuccess,
                  [](TwoDsas& d, auto&) { d.b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kGetChanges)); }, &operator_},
        ExistRule{"NoVectorIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.pUpToDateVecCommonV1 = nullptr; }},
        ExistRule{"TooManyGuidsAreInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& r) { r.cGuids = repl::kExistenceGuidsMax + 1; }}),
    kRuleName);

TEST(ObjectExistenceWork, TheSameDigestIsAllTheAnswer) {
  TwoDsas dsas;
  auto request = valid_existence(dsas);
  auto out = dsas.wire.call<IDL_DRSGetObjectExistence>(administrator(), {{}, request});
  const auto& guids = out.msgOut.get_if<1>()->rgGuids;
  EXPECT_EQ(out.msgOut.get_if<1>()->dwStatusFlags, 0u);
  EXPECT_GT(guids.size(), 5u);
  std::vector<ObjectGuid> all;
  for (const auto& guid : guids) all.push_back(ObjectGuid{guid});
  request.Md5Digest = repl::compute_digest(all).value();
  out = dsas.wire.call<IDL_DRSGetObjectExistence>(administrator(), {{}, request});
  EXPECT_EQ(out.msgOut.get_if<1>()->dwStatusFlags, 1u);
  EXPECT_EQ(out.msgOut.get_if<1>()->rgGuids.size(), 0u);
}

// --- 4.1.24: IDL_DRSReplicaVerifyObjects --------------------------------------------------------------------------------------------

using VerifyRule = Rule<IDL_DRSReplicaVerifyObjects, DRS_MSG_REPVERIFYOBJ_V1>;
class VerifyObjects : public ::testing::TestWithParam<VerifyRule> {
 protected:
  TwoDsas dsas;
};
TEST_P(VerifyObjects, HasTheCodeOfItsRule) {
  DRS_MSG_REPVERIFYOBJ_V1 message{dsas.domain(), dsas.a.guid().value, 0};
  GetParam().change(dsas, message);
  EXPECT_EQ(dsas.wire.code<IDL_DRSReplicaVerifyObjects>(GetParam().who(), {{}, std::move(message)}), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Section_4_1_24_3, VerifyObjects,
    ::testing::Values(
        VerifyRule{"NoNcIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.pNC = {}; }},
        VerifyRule{"NoDsaIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidDsaSrc = {}; }},
        VerifyRule{"NoDsaGoesBeforeAccess", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidDsaSrc = {}; }, &operator_},
        VerifyRule{"AnNcThatIsNotHereIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }},
        VerifyRule{"AnObjectThatIsNoNcIsBadNc", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = named(kPeople); }},
        VerifyRule{"BadNcGoesBeforeAccess", kErrorDsDraBadNc, [](TwoDsas&, auto& m) { m.pNC = nowhere(); }, &operator_},
        VerifyRule{"WithoutTheRightAccessIsDenied", kErrorDsDraAccessDenied, [](TwoDsas&, auto&) {}, &operator_},
        VerifyRule{"AccessGoesBeforeTheDsa", kErrorDsDraAccessDenied, [](TwoDsas&, auto& m) { m.uuidDsaSrc = nowhere().Guid; }, &operator_},
        VerifyRule{"ADsaThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.uuidDsaSrc = nowhere().Guid; }},
        VerifyRule{"AnObjectThatIsNoDsaIsInvalidParameter", kErrorDsDraInvalidParameter,
                   [](TwoDsas& d, auto& m) { m.uuidDsaSrc = d.b.guid_of(kAnn).value; }},
        VerifyRule{"AnOptionThatIsNoneIsInvalidParameter", kErrorDsDraInvalidParameter, [](TwoDsas&, auto& m) { m.ulOptions = 2; }},
        VerifyRule{"AReferenceThatIsAwayIsTheTransportsCode", kRpcSServerUnavailable, [](TwoDsas&, auto&) {}}),
    kRuleName);

/// The reference DSA over the wire of the tests.
ReferenceDsa over(Wire& wire) {
  ReferenceDsa reference;
  reference.vector = [&wire](const DRS_MSG_GETREPLINFO_REQ& request) -> Result<DRS_MSG_GETREPLINFO_REPLY> {
    auto out = wire.call<IDL_DRSGetReplInfo>(administrator(), {{}, request});
    if (out.result != 0) return fail(Win32{out.result});
    return std::move(out.msgOut);
  };
  reference.existence = [&wire](const DRS_MSG_EXISTREQ& request) -> Result<DRS_MSG_EXISTREPLY> {
    auto out = wire.call<IDL_DRSGetObjectExistence>(administrator(), {{}, request});
    if (out.result != 0) return fail(Win32{out.result});
    return std::move(out.msgOut);
  };
  return reference;
}
/// An object that both had, and that the reference lost without a tombstone.
void make_linger(TwoDsas& dsas) {
  const auto tx = dsas.a.store().write();
  repl::testing::must(repl::remove_all_links(*tx, dsas.a.find(kAnn)));
  tx->erase(dsas.a.find(kAnn));
  repl::testing::must(tx->commit());
}
repl::VerifyObjects what(TwoDsas& dsas, bool advisory) { return {dsname_from_guid(dsas.b.guid_of(kDomainDn).value), dsas.a.guid(), dsas.a.ntds_dn(), advisory}; }

TEST(VerifyObjectsWork, RemovesWhatTheReferenceNoLongerHas) {
  TwoDsas dsas;
  dsas.b.unlink("CN=staff,OU=people,DC=lab,DC=example", kAnn);
  DRS_MSG_REPSYNC_V1 sync{dsas.domain(), dsas.a.guid().value, {}, 0};
  ASSERT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, sync}), kErrorSuccess);
  make_linger(dsas);
  Wire to_a(dsas.forest, dsas.a);
  auto name = what(dsas, true);
  name.nc = make_dsname(kDomainDn, name.nc.Guid).value();
  const auto listed = run_lingering_scan(dsas.b, name, over(to_a), [] { return false; });
  ASSERT_TRUE(listed) << describe_error(listed.error());
  EXPECT_EQ(listed->listed, 1u);
  EXPECT_NE(dsas.b.find(kAnn), store::kNoDnt);
  name.advisory = false;
  const auto removed = run_lingering_scan(dsas.b, name, over(to_a), [] { return false; });
  ASSERT_TRUE(removed) << describe_error(removed.error());
  EXPECT_EQ(removed->removed, 1u);
  EXPECT_EQ(dsas.b.find(kAnn), store::kNoDnt);
}
TEST(VerifyObjectsWork, EndsWhenTheCallerHasGone) {
  TwoDsas dsas;
  Wire to_a(dsas.forest, dsas.a);
  const auto done = run_lingering_scan(dsas.b, what(dsas, false), over(to_a), [] { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, kErrorDsDraRpcCancelled);
}

// --- The comparison of replicas -----------------------------------------------------------------------------------------------------

Result<repl::DigestReply> compare(Wire& wire, const repl::DigestRequest& request, const std::shared_ptr<const Caller>& who) {
  const auto came = wire.send(who, kDigestOpnum, encode_digest_call(request), std::endian::little, DrsuapiServer::kDivergence);
  EXPECT_TRUE(came.stub) << came.fault;
  return came.stub ? decode_digest_answer(*came.stub) : fail(Win32{came.fault});
}
repl::ComparisonResult compare_with_a(TwoDsas& dsas) {
  Wire to_a(dsas.forest, dsas.a);
  repl::DivergenceComparison comparison({dsas.b.guid_of(kDomainDn), false, 1000});
  auto step = comparison.begin(dsas.b.context(), *dsas.b.store().read());
  for (int i = 0; step.kind == repl::ComparisonStep::Kind::kSend && i < 1000; ++i) {
    auto reply = compare(to_a, *step.request, other_dsa());
    EXPECT_TRUE(reply) << (reply ? std::string() : describe_error(reply.error()));
    if (!reply) break;
    step = comparison.on_reply(dsas.b.context(), *dsas.b.store().read(), *reply);
  }
  EXPECT_EQ(step.kind, repl::ComparisonStep::Kind::kDone);
  return comparison.result();
}

TEST(Divergence, EqualReplicasAreFoundEqualOverTheWire) {
  TwoDsas dsas;
  EXPECT_TRUE(compare_with_a(dsas).is_equal());
}
TEST(Divergence, ADifferenceIsFoundOverTheWire) {
  TwoDsas dsas;
  dsas.a.set(kAnn, repl::attid::kDescription, {repl::text_value("news")});
  const auto result = compare_with_a(dsas);
  ASSERT_EQ(result.objects.size(), 1u);
  EXPECT_EQ(result.objects.begin()->first, dsas.a.guid_of(kAnn));
}
TEST(Divergence, WithoutTheRightAccessIsDenied) {
  TwoDsas dsas;
  repl::DigestRequest request;
  request.nc = dsas.b.guid_of(kDomainDn).value;
  const auto reply = compare(dsas.wire, request, operator_());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, kErrorDsDraAccessDenied);
}
TEST(Divergence, AnNcThatIsNotHereIsBadNc) {
  TwoDsas dsas;
  repl::DigestRequest request;
  request.nc = nowhere().Guid;
  EXPECT_EQ(compare(dsas.wire, request, administrator()).error().code, kErrorDsDraBadNc);
}
TEST(Divergence, WhatIsNoRequestIsBadStubData) {
  TwoDsas dsas;
  EXPECT_EQ(dsas.wire.send(administrator(), 0, Bytes{1, 2, 3}, std::endian::little, DrsuapiServer::kDivergence).fault, nca::kBadStubData);
}
TEST(Divergence, AnotherVersionIsARevisionMismatch) {
  TwoDsas dsas;
  Bytes stub = encode_digest_call({});
  stub[4] = 9;
  const auto came = dsas.wire.send(administrator(), 0, stub, std::endian::little, DrsuapiServer::kDivergence);
  ASSERT_TRUE(came.stub);
  EXPECT_EQ(decode_digest_answer(*came.stub).error().code, kErrorRevisionMismatch);
}

}  // namespace
}  // namespace tributary::service::testing
