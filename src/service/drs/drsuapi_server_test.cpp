// SPDX-License-Identifier: Apache-2.0
// The dispatcher on the wire: handles, versions, stubs that are none, byte orders, who may call, limits, cancellation.
// [MS-DRSR] 4.1.3, 4.1.25, 5.213; C706 5.1.6; [MS-RPCE] 3.3.3.5.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "rpc/status.hpp"
#include "service/drs/testing/wire.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace win32;
namespace nca = rpc::nca;

class DrsuapiServerTest : public ::testing::Test {
 protected:
  TestForest forest;
  TestDsa& dsa = forest.first();
  Wire wire{forest, dsa};
};

const std::vector<std::uint16_t> kWithHandle = {2, 3, 4, 5, 6, 7, 18, 19, 22, 23};

void append(Bytes& out, std::uint32_t value, std::endian order = std::endian::little) {
  const auto at = out.size();
  out.resize(at + 4);
  store_le(out.data() + at, order == std::endian::little ? value : std::byteswap(value));
}
/// A handle as a big-endian client sends it: the first three fields of the UUID are numbers.
Bytes big_endian(const ndr::ContextHandle& handle) {
  Bytes out;
  append(out, handle.attributes, std::endian::big);
  const auto& o = handle.uuid.octets;
  for (const auto i : {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}) out.push_back(o[static_cast<std::size_t>(i)]);
  return out;
}
Bytes little_endian(const ndr::ContextHandle& handle) {
  Bytes out;
  append(out, handle.attributes);
  out.insert(out.end(), handle.uuid.octets.begin(), handle.uuid.octets.end());
  return out;
}
IDL_DRSExecuteKCC::In kcc(const ndr::ContextHandle& handle = {}) { return {handle, DRS_MSG_KCC_EXECUTE_V1{}}; }

// --- For each operation with a handle ---------------------------------------------------------------------------------------------

class EachOperation : public DrsuapiServerTest, public ::testing::WithParamInterface<std::uint16_t> {};
INSTANTIATE_TEST_SUITE_P(Drsuapi, EachOperation, ::testing::ValuesIn(kWithHandle), [](const auto& each) {
  return std::string(drsuapi_operations()[each.param].name);
});

// C706 5.1.6: a handle that this server never gave is nobody's. Nothing of the request is read.
TEST_P(EachOperation, AHandleThatIsNoneIsAContextMismatch) {
  ndr::ContextHandle handle;
  handle.uuid = "11111111-2222-3333-4444-555555555555"_guid;
  EXPECT_EQ(wire.send(administrator(), GetParam(), little_endian(handle)).fault, nca::kContextMismatch);
  EXPECT_EQ(wire.server.figures().unknown_handles, 1u);
}
TEST_P(EachOperation, TheNullHandleIsAContextMismatch) {
  EXPECT_EQ(wire.send(administrator(), GetParam(), Bytes(64, 0)).fault, nca::kContextMismatch);
}
TEST_P(EachOperation, AHandleThatWasUnboundIsAContextMismatch) {
  const auto handle = wire.bind(administrator());
  const auto unbound = wire.send(administrator(), IDL_DRSUnbind::opnum, little_endian(handle));
  EXPECT_TRUE(unbound.stub);
  EXPECT_EQ(wire.send(administrator(), GetParam(), little_endian(handle)).fault, nca::kContextMismatch);
}
TEST_P(EachOperation, AStubThatEndsInTheHandleIsBadStubData) {
  EXPECT_EQ(wire.send(administrator(), GetParam(), Bytes(19, 0)).fault, nca::kBadStubData);
}
TEST_P(EachOperation, AStubThatEndsAfterTheHandleIsBadStubData) {
  EXPECT_EQ(wire.send(administrator(), GetParam(), little_endian(wire.bind(administrator()))).fault, nca::kBadStubData);
}
TEST_P(EachOperation, AStubThatEndsAfterTheVersionIsBadStubData) {
  Bytes stub = little_endian(wire.bind(administrator()));
  append(stub, GetParam() == IDL_DRSGetNCChanges::opnum ? 8 : 1);
  EXPECT_EQ(wire.send(administrator(), GetParam(), stub).fault, nca::kBadStubData);
}
// The union's own discriminant has to be that of the version.
TEST_P(EachOperation, AUnionOfAnotherVersionIsBadStubData) {
  Bytes stub = little_endian(wire.bind(administrator()));
  append(stub, GetParam() == IDL_DRSGetNCChanges::opnum ? 8 : 1);
  append(stub, 77);
  stub.resize(stub.size() + 400);
  EXPECT_EQ(wire.send(administrator(), GetParam(), stub).fault, nca::kBadStubData);
}
// Each section's code for a version that it does not know; the other outputs are those of a failed call.
TEST_P(EachOperation, AVersionThatIsNoneHasTheSectionsCode) {
  Bytes stub = little_endian(wire.bind(administrator()));
  append(stub, 99);
  append(stub, 99);
  const auto came = wire.send(administrator(), GetParam(), stub);
  ASSERT_TRUE(came.stub) << came.fault;
  ASSERT_GE(came.stub->size(), 4u);
  const auto code = load_le<std::uint32_t>(came.stub->data() + came.stub->size() - 4);
  const bool is_revision = GetParam() == IDL_DRSGetNCChanges::opnum || GetParam() == IDL_DRSGetReplInfo::opnum;
  EXPECT_EQ(Win32{code}, is_revision ? kErrorRevisionMismatch : kErrorDsDraInvalidParameter);
}
// Whom this DSA does not know learns nothing, not even that his stub is none.
TEST_P(EachOperation, WhoIsUnknownIsFaultedBeforeHisRequestIsRead) {
  const auto stranger = make_caller("S-1-5-21-9-9-9-1000");
  wire.forget(stranger);
  Bytes stub = little_endian(wire.bind(administrator()));
  append(stub, 99);
  EXPECT_EQ(wire.send(stranger, GetParam(), stub).fault, nca::kAccessDenied);
  EXPECT_EQ(wire.send(stranger, IDL_DRSBind::opnum, {}).fault, nca::kAccessDenied);
}
// 5.213: a DSA's handle is as good as what this DSA was when it was bound.
TEST_P(EachOperation, AChangedDsaRaisesExtensionsChangedForDsas) {
  const auto handle = wire.bind(other_dsa(), dsa.guid().value, dsa.extensions());
  auto changed = dsa.extensions();
  changed.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  dsa.set_extensions(changed);
  EXPECT_EQ(wire.send(other_dsa(), GetParam(), little_endian(handle)).fault, static_cast<std::uint32_t>(kErrorDsDrsExtensionsChanged));
}
TEST_P(EachOperation, AnotherReplicationEpochRaisesDifferentReplEpochs) {
  auto client = dsa.extensions();
  client.dwReplEpoch = 5;
  const auto handle = wire.bind(other_dsa(), dsa.guid().value, client);
  EXPECT_EQ(wire.send(other_dsa(), GetParam(), little_endian(handle)).fault, static_cast<std::uint32_t>(kErrorDsDifferentReplEpochs));
}

// --- 4.1.3, 4.1.25 ----------------------------------------------------------------------------------------------------------------

// 4.1.3.2: what the server says of itself, and a handle.
TEST_F(DrsuapiServerTest, BindAnswersWithOurExtensionsAndAHandle) {
  IDL_DRSBind::In in;
  in.puuidClientDsa = client::kNtdsapiClientGuid;
  in.pextClient = encode_extensions(client::default_client_extensions());
  const auto out = Wire::answer_of<IDL_DRSBind>(wire.send(administrator(), 0, encode_in<IDL_DRSBind>(in)));
  EXPECT_EQ(out.result, 0u);
  EXPECT_FALSE(out.phDrs.is_null());
  ASSERT_TRUE(out.ppextServer);
  EXPECT_EQ(decode_extensions(*out.ppextServer), dsa.extensions());
}
TEST_F(DrsuapiServerTest, BindRefusesTheNullGuid) {
  IDL_DRSBind::In in;
  in.puuidClientDsa = Guid{};
  in.pextClient = encode_extensions(client::default_client_extensions());
  const auto out = Wire::answer_of<IDL_DRSBind>(wire.send(administrator(), 0, encode_in<IDL_DRSBind>(in)));
  EXPECT_EQ(Win32{out.result}, kErrorDsDraInvalidParameter);
  EXPECT_TRUE(out.phDrs.is_null());
  EXPECT_FALSE(out.ppextServer);
}
TEST_F(DrsuapiServerTest, BindRefusesNoGuid) {
  const auto out = Wire::answer_of<IDL_DRSBind>(wire.send(administrator(), 0, encode_in<IDL_DRSBind>({})));
  EXPECT_EQ(Win32{out.result}, kErrorDsDraInvalidParameter);
}
// Everybody who is authenticated may bind, and a client without extensions can do nothing in particular.
TEST_F(DrsuapiServerTest, BindTakesAClientWithoutExtensions) {
  IDL_DRSBind::In in;
  in.puuidClientDsa = client::kNtdsapiClientGuid;
  const auto out = Wire::answer_of<IDL_DRSBind>(wire.send(operator_(), 0, encode_in<IDL_DRSBind>(in)));
  EXPECT_EQ(out.result, 0u);
  EXPECT_FALSE(out.phDrs.is_null());
}
TEST_F(DrsuapiServerTest, BindTakesTheShortExtensionsOfOldClients) {
  for (const std::uint32_t cb : {24u, 28u, 32u, 48u, 52u}) {
    auto extensions = client::default_client_extensions();
    extensions.cb = cb;
    EXPECT_FALSE(wire.bind(administrator(), client::kNtdsapiClientGuid, extensions).is_null()) << cb;
  }
}
TEST_F(DrsuapiServerTest, AStubOfBindThatIsNoneIsBadStubData) {
  EXPECT_EQ(wire.send(administrator(), 0, Bytes{1, 2, 3}).fault, nca::kBadStubData);
  EXPECT_EQ(wire.server.figures().bad_stubs, 1u);
}
TEST_F(DrsuapiServerTest, UnbindGivesTheNullHandleAndForgetsOurs) {
  const auto handle = wire.bind(administrator());
  EXPECT_EQ(wire.server.figures().bindings, 1u);
  const auto out = Wire::answer_of<IDL_DRSUnbind>(wire.send(administrator(), 1, little_endian(handle)));
  EXPECT_TRUE(out.phDrs.is_null());
  EXPECT_EQ(out.result, 0u);
  EXPECT_EQ(wire.server.figures().bindings, 0u);
  EXPECT_EQ(wire.send(administrator(), 1, little_endian(handle)).fault, nca::kContextMismatch);
}
// 5.213: unbinding is always possible.
TEST_F(DrsuapiServerTest, UnbindDoesNotMindChangedExtensions) {
  const auto handle = wire.bind(other_dsa(), dsa.guid().value, dsa.extensions());
  auto changed = dsa.extensions();
  changed.Pid = 9;
  dsa.set_extensions(changed);
  EXPECT_TRUE(wire.send(other_dsa(), 1, little_endian(handle)).stub);
}
// [MS-RPCE] 3.3.3: when the group's last connection is gone its handles are.
TEST_F(DrsuapiServerTest, BindingsEndWithTheAssociation) {
  (void)wire.bind(administrator());
  (void)wire.bind(operator_());
  EXPECT_EQ(wire.server.figures().bindings, 2u);
  wire.run_down();
  EXPECT_EQ(wire.server.figures().bindings, 0u);
}

// --- 5.213 ------------------------------------------------------------------------------------------------------------------------

TEST_F(DrsuapiServerTest, AdministratorsProgramsDoNotMindChangedExtensions) {
  const auto handle = wire.bind(administrator());
  auto changed = dsa.extensions();
  changed.Pid = 9;
  changed.dwReplEpoch = 3;
  dsa.set_extensions(changed);
  EXPECT_TRUE(wire.send(administrator(), 18, encode_in<IDL_DRSExecuteKCC>(kcc(handle))).stub);
}
TEST_F(DrsuapiServerTest, ADsaThatBindsAgainIsServed) {
  auto changed = dsa.extensions();
  changed.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  dsa.set_extensions(changed);
  const auto handle = wire.bind(other_dsa(), dsa.guid().value, changed);
  EXPECT_TRUE(wire.send(other_dsa(), 18, encode_in<IDL_DRSExecuteKCC>(kcc(handle))).stub);
}

// --- What is not offered ----------------------------------------------------------------------------------------------------------

TEST_F(DrsuapiServerTest, OpnumsBeyondTheInterfaceAreARangeError) {
  EXPECT_EQ(wire.send(administrator(), 31, Bytes(40, 0)).fault, nca::kOpRangeError);
  EXPECT_EQ(wire.send(administrator(), 0xFFFF, Bytes(40, 0)).fault, nca::kOpRangeError);
  EXPECT_EQ(wire.send(administrator(), 7, Bytes(40, 0), std::endian::little, DrsuapiServer::kDivergence).fault, nca::kOpRangeError);
}
TEST_F(DrsuapiServerTest, AnOperationThatNobodyRegisteredIsARangeError) {
  EXPECT_EQ(wire.send(administrator(), IDL_DRSCrackNames::opnum, Bytes(40, 0)).fault, nca::kOpRangeError);
}
TEST_F(DrsuapiServerTest, InterfacesAreSealed) {
  const auto all = DrsuapiServer::interfaces();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[DrsuapiServer::kDrsuapi].opnum_count, 31);
  for (const auto& each : all) EXPECT_TRUE(each.require_privacy);
}

// --- Byte orders ------------------------------------------------------------------------------------------------------------------

// C706 14.2.5: the receiver makes it right.
TEST_F(DrsuapiServerTest, ABigEndianRequestIsUnderstood) {
  const auto handle = wire.bind(administrator());
  Bytes stub = big_endian(handle);
  for (const std::uint32_t value : {1u, 1u, 0u, kDsKccFlagDamped}) append(stub, value, std::endian::big);
  const auto out = Wire::answer_of<IDL_DRSExecuteKCC>(wire.send(administrator(), 18, stub, std::endian::big));
  EXPECT_EQ(out.result, 0u);
  EXPECT_EQ(dsa.kcc_runs(), std::vector<bool>{true});
}
TEST_F(DrsuapiServerTest, ABigEndianVersionThatIsNoneIsFound) {
  const auto handle = wire.bind(administrator());
  Bytes stub = big_endian(handle);
  for (const std::uint32_t value : {0x01000000u, 1u}) append(stub, value, std::endian::big);
  const auto out = Wire::answer_of<IDL_DRSExecuteKCC>(wire.send(administrator(), 18, stub, std::endian::big));
  EXPECT_EQ(Win32{out.result}, kErrorDsDraInvalidParameter);
}
TEST_F(DrsuapiServerTest, ABigEndianUnbindFindsItsHandle) {
  EXPECT_TRUE(wire.send(administrator(), 1, big_endian(wire.bind(administrator())), std::endian::big).stub);
}

// --- Who calls --------------------------------------------------------------------------------------------------------------------

TEST_F(DrsuapiServerTest, ACallerIsLookedUpOnceForAConnection) {
  const auto handle = wire.bind(administrator());
  for (int i = 0; i < 5; ++i) (void)wire.send(administrator(), 18, encode_in<IDL_DRSExecuteKCC>(kcc(handle)));
  EXPECT_EQ(wire.resolved(), 1u);
}
// A handle may be used on every connection of its group: rights are those of the connection, not of who bound.
TEST_F(DrsuapiServerTest, RightsAreThoseOfWhoCallsNotOfWhoBound) {
  const auto handle = wire.bind(administrator());
  const auto out = Wire::answer_of<IDL_DRSExecuteKCC>(wire.send(operator_(), 18, encode_in<IDL_DRSExecuteKCC>(kcc(handle))));
  EXPECT_EQ(Win32{out.result}, kErrorDsDraAccessDenied);
}
TEST_F(DrsuapiServerTest, ADenialIsLogged) {
  (void)wire.call<IDL_DRSExecuteKCC>(operator_(), kcc());
  bool found = false;
  for (const auto& line : dsa.log_lines()) found = found || (line.starts_with("w ") && line.find("ERROR_DS_DRA_ACCESS_DENIED") != std::string::npos);
  EXPECT_TRUE(found);
}

// --- Limits and cancellation ------------------------------------------------------------------------------------------------------

IDL_DRSReplicaSync::In sync_of(TestDsa& dsa, const DsaGuid& source, const ndr::ContextHandle& handle) {
  DRS_MSG_REPSYNC_V1 message;
  message.pNC = dsname_from_guid(dsa.guid_of(kDomainDn).value);
  message.uuidDsaSrc = source.value;
  return {handle, std::move(message)};
}

TEST_F(DrsuapiServerTest, CallsOfOneCallerAreLimited) {
  auto& b = forest.join("dsa-b");
  DrsuapiLimits limits;
  limits.calls_per_caller_max = 2;
  Wire narrow(forest, b, limits);
  b.hold();
  const auto handle = narrow.bind(administrator());
  const Bytes stub = encode_in<IDL_DRSReplicaSync>(sync_of(b, dsa.guid(), handle));
  const auto first = narrow.begin(administrator(), 2, stub);
  const auto second = narrow.begin(administrator(), 2, stub);
  EXPECT_EQ(narrow.send(administrator(), 2, stub).fault, nca::kServerTooBusy);
  EXPECT_TRUE(narrow.send(operator_(), 0, encode_in<IDL_DRSBind>({})).stub) << "others are served";
  b.release();
  EXPECT_TRUE(first->wait() && second->wait());
  EXPECT_TRUE(narrow.send(administrator(), 2, stub).stub) << "there is room again";
  EXPECT_EQ(narrow.server.figures().refused_busy, 1u);
}
TEST_F(DrsuapiServerTest, CallsInTotalAreLimited) {
  auto& b = forest.join("dsa-b");
  DrsuapiLimits limits;
  limits.calls_max = 1;
  Wire narrow(forest, b, limits);
  b.hold();
  const auto waiting = narrow.begin(administrator(), 2, encode_in<IDL_DRSReplicaSync>(sync_of(b, dsa.guid(), narrow.bind(administrator()))));
  EXPECT_EQ(narrow.send(operator_(), 0, encode_in<IDL_DRSBind>({})).fault, nca::kServerTooBusy);
  b.release();
  EXPECT_TRUE(waiting->wait());
}
TEST_F(DrsuapiServerTest, BindingsOfOneAccountAreLimited) {
  DrsuapiLimits limits;
  limits.bindings_per_caller_max = 2;
  Wire narrow(forest, dsa, limits);
  (void)narrow.bind(administrator());
  (void)narrow.bind(administrator());
  IDL_DRSBind::In in;
  in.puuidClientDsa = client::kNtdsapiClientGuid;
  EXPECT_EQ(narrow.send(administrator(), 0, encode_in<IDL_DRSBind>(in)).fault, nca::kServerTooBusy);
  EXPECT_TRUE(narrow.send(operator_(), 0, encode_in<IDL_DRSBind>(in)).stub);
  narrow.run_down();
  EXPECT_TRUE(narrow.send(administrator(), 0, encode_in<IDL_DRSBind>(in)).stub);
}
// A synchronous sync holds no worker while it waits: many more may wait than there are workers.
TEST_F(DrsuapiServerTest, WaitingSyncsHoldNoWorker) {
  auto& b = forest.join("dsa-b");
  DrsuapiLimits limits;
  limits.workers.threads = 2;
  Wire narrow(forest, b, limits);
  b.hold();
  const auto handle = narrow.bind(administrator());
  std::vector<std::shared_ptr<WireCall>> waiting;
  for (int i = 0; i < 40; ++i) waiting.push_back(narrow.begin(administrator(), 2, encode_in<IDL_DRSReplicaSync>(sync_of(b, dsa.guid(), handle))));
  EXPECT_TRUE(narrow.send(administrator(), 18, encode_in<IDL_DRSExecuteKCC>(kcc(handle))).stub);
  b.release();
  for (const auto& each : waiting) EXPECT_TRUE(each->wait());
}
TEST_F(DrsuapiServerTest, WhoGivesUpIsWithdrawnFromTheQueue) {
  auto& b = forest.join("dsa-b");
  Wire to_b(forest, b);
  b.hold();
  const auto call = to_b.begin(administrator(), 2, encode_in<IDL_DRSReplicaSync>(sync_of(b, dsa.guid(), to_b.bind(administrator()))));
  (void)to_b.bind(operator_());  // the sync was submitted before this one was answered, or soon is
  for (int i = 0; i < 1000 && b.pending_operations().operations.empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  call->cancel();
  EXPECT_TRUE(call->wait());
  EXPECT_EQ(call->fault, nca::kFaultCancel);
  EXPECT_EQ(b.withdrawn(), 1u);
  EXPECT_EQ(to_b.server.figures().cancelled, 1u);
  b.release();
}
TEST_F(DrsuapiServerTest, AServerThatStoppedIsBusy) {
  const auto handle = wire.bind(administrator());
  wire.server.stop();
  EXPECT_EQ(wire.send(administrator(), 18, encode_in<IDL_DRSExecuteKCC>(kcc(handle))).fault, nca::kServerTooBusy);
}

}  // namespace
}  // namespace tributary::service::testing
