// SPDX-License-Identifier: Apache-2.0
// Wire types as C structures: every field must be found where ntdsapi.h says it is. [MS-DRSR] 4.1.13.1, 4.1.4.1, 4.1.5.1.
#include "ntdsapi/c_layout.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "drsuapi/dcinfo.hpp"
#include "drsuapi/names.hpp"
#include "drsuapi/replinfo.hpp"
#include "ntdsapi.h"
#include "ntdsapi/name_calls.hpp"

namespace tributary::ntdsapi {
namespace {

constexpr auto kGuid = "00112233-4455-6677-8899-aabbccddeeff"_guid;

struct Free {
  void operator()(void* block) const noexcept { std::free(block); }
};
template <class C, class Char = char16_t, class T>
std::unique_ptr<C, Free> as_c(const T& value) {
  return std::unique_ptr<C, Free>(static_cast<C*>(c_structure<Char>(value)));
}
template <class C, class Char = char16_t, class T>
std::unique_ptr<C, Free> as_c_array(const ndr::Seq<T>& items) {
  return std::unique_ptr<C, Free>(static_cast<C*>(c_array<Char>(items)));
}
std::u16string text(const WCHAR* at) { return at == nullptr ? u"(null)" : std::u16string(at); }
bool same(const GUID& guid, const Guid& expected) { return from_c_guid(guid) == expected; }

drsuapi::DS_REPL_NEIGHBORW neighbor(std::int64_t n) {
  drsuapi::DS_REPL_NEIGHBORW v;
  v.pszNamingContext = u"DC=lab";
  v.pszSourceDsaDN = u"CN=NTDS Settings";
  v.pszAsyncIntersiteTransportDN = u"";
  v.dwReplicaFlags = 0x70;
  v.uuidSourceDsaObjGuid = kGuid;
  v.usnLastObjChangeSynced = n;
  v.usnAttributeFilter = -n;
  v.ftimeLastSyncSuccess = {1, 2};
  v.dwLastSyncResult = 8440;
  v.cNumConsecutiveSyncFailures = 7;
  return v;
}

TEST(CLayout, Neighbors) {
  drsuapi::DS_REPL_NEIGHBORSW wire;
  wire.dwReserved = 5;
  wire.rgNeighbor.push_back(neighbor(1LL << 40));
  wire.rgNeighbor.push_back(neighbor(3));
  const auto c = as_c<DS_REPL_NEIGHBORSW>(wire);
  ASSERT_EQ(c->cNumNeighbors, 2u);
  EXPECT_EQ(c->dwReserved, 5u);
  const auto& first = c->rgNeighbor[0];
  EXPECT_EQ(text(first.pszNamingContext), u"DC=lab");
  EXPECT_EQ(text(first.pszSourceDsaDN), u"CN=NTDS Settings");
  EXPECT_EQ(first.pszSourceDsaAddress, nullptr);            // a null pointer stays null
  EXPECT_EQ(text(first.pszAsyncIntersiteTransportDN), u"");  // and empty text is not null
  EXPECT_EQ(first.dwReplicaFlags, 0x70u);
  EXPECT_TRUE(same(first.uuidSourceDsaObjGuid, kGuid));
  EXPECT_EQ(first.uuidSourceDsaObjGuid.Data1, 0x00112233u);
  EXPECT_EQ(first.usnLastObjChangeSynced, 1LL << 40);
  EXPECT_EQ(first.usnAttributeFilter, -(1LL << 40));
  EXPECT_EQ(first.ftimeLastSyncSuccess.dwHighDateTime, 2u);
  EXPECT_EQ(first.dwLastSyncResult, 8440u);
  EXPECT_EQ(first.cNumConsecutiveSyncFailures, 7u);
  EXPECT_EQ(c->rgNeighbor[1].usnLastObjChangeSynced, 3);
  EXPECT_EQ(text(c->rgNeighbor[1].pszSourceDsaDN), u"CN=NTDS Settings");
}

TEST(CLayout, AnEmptyArrayStillHasRoomForTheDeclaredElement) {
  const auto c = as_c<DS_REPL_NEIGHBORSW>(drsuapi::DS_REPL_NEIGHBORSW{});
  EXPECT_EQ(c->cNumNeighbors, 0u);
  EXPECT_EQ(c->rgNeighbor[0].pszNamingContext, nullptr);
  EXPECT_EQ(c->rgNeighbor[0].cNumConsecutiveSyncFailures, 0u);
}

TEST(CLayout, Cursors) {
  drsuapi::DS_REPL_CURSORS_3W wire;
  wire.dwEnumerationContext = 0xFFFFFFFF;
  wire.rgCursor.push_back({kGuid, 42, {3, 4}, u"CN=DC1"});
  wire.rgCursor.push_back({Guid{}, 43, {}, {}});
  const auto c = as_c<DS_REPL_CURSORS_3W>(wire);
  EXPECT_EQ(c->dwEnumerationContext, 0xFFFFFFFFu);
  EXPECT_TRUE(same(c->rgCursor[0].uuidSourceDsaInvocationID, kGuid));
  EXPECT_EQ(c->rgCursor[0].usnAttributeFilter, 42);
  EXPECT_EQ(c->rgCursor[0].ftimeLastSyncSuccess.dwLowDateTime, 3u);
  EXPECT_EQ(text(c->rgCursor[0].pszSourceDsaDN), u"CN=DC1");
  EXPECT_EQ(c->rgCursor[1].usnAttributeFilter, 43);
  EXPECT_EQ(c->rgCursor[1].pszSourceDsaDN, nullptr);

  drsuapi::DS_REPL_CURSORS plain;
  plain.rgCursor.push_back({kGuid, 9});
  plain.rgCursor.push_back({kGuid, 10});
  EXPECT_EQ(as_c<DS_REPL_CURSORS>(plain)->rgCursor[1].usnAttributeFilter, 10);
}

TEST(CLayout, ObjectMetadata) {
  drsuapi::DS_REPL_OBJ_META_DATA_2 wire;
  wire.rgMetaData.push_back({u"cn", 3, {5, 6}, kGuid, 100, 200, u"CN=DC1"});
  wire.rgMetaData.push_back({u"sn", 4, {7, 8}, kGuid, 101, 201, {}});
  const auto c = as_c<DS_REPL_OBJ_META_DATA_2>(wire);
  EXPECT_EQ(text(c->rgMetaData[0].pszAttributeName), u"cn");
  EXPECT_EQ(c->rgMetaData[0].dwVersion, 3u);
  EXPECT_EQ(c->rgMetaData[0].usnOriginatingChange, 100);
  EXPECT_EQ(text(c->rgMetaData[0].pszLastOriginatingDsaDN), u"CN=DC1");
  EXPECT_EQ(text(c->rgMetaData[1].pszAttributeName), u"sn");
  EXPECT_EQ(c->rgMetaData[1].ftimeLastOriginatingChange.dwHighDateTime, 8u);
  EXPECT_EQ(c->rgMetaData[1].usnLocalChange, 201);
}

TEST(CLayout, ValueMetadataHasOctetsBehindAPointer) {
  drsuapi::DS_REPL_ATTR_VALUE_META_DATA_2 wire;
  wire.dwEnumerationContext = 1;
  auto& value = wire.rgMetaData.emplace_back();
  value.pszAttributeName = u"member";
  value.pszObjectDn = u"CN=g";
  value.pbData = ndr::Seq<std::uint8_t>{1, 2, 3};
  value.ftimeCreated = {9, 10};
  value.dwVersion = 6;
  value.usnOriginatingChange = 77;
  value.usnLocalChange = 78;
  value.pszLastOriginatingDsaDN = u"CN=DC2";
  wire.rgMetaData.emplace_back().pszAttributeName = u"second";
  const auto c = as_c<DS_REPL_ATTR_VALUE_META_DATA_2>(wire);
  const auto& first = c->rgMetaData[0];
  EXPECT_EQ(text(first.pszObjectDn), u"CN=g");
  ASSERT_EQ(first.cbData, 3u);
  EXPECT_EQ(first.pbData[2], 3);
  EXPECT_EQ(first.ftimeCreated.dwHighDateTime, 10u);
  EXPECT_EQ(first.dwVersion, 6u);
  EXPECT_EQ(first.usnOriginatingChange, 77);
  EXPECT_EQ(first.usnLocalChange, 78);
  EXPECT_EQ(text(first.pszLastOriginatingDsaDN), u"CN=DC2");
  EXPECT_EQ(text(c->rgMetaData[1].pszAttributeName), u"second");
  EXPECT_EQ(c->rgMetaData[1].pbData, nullptr);
}

TEST(CLayout, FailuresAndPendingOperations) {
  drsuapi::DS_REPL_KCC_DSA_FAILURESW failures;
  failures.rgDsaFailure.push_back({u"CN=DC9", kGuid, {1, 1}, 12, 1722});
  const auto f = as_c<DS_REPL_KCC_DSA_FAILURESW>(failures);
  EXPECT_EQ(text(f->rgDsaFailure[0].pszDsaDN), u"CN=DC9");
  EXPECT_EQ(f->rgDsaFailure[0].cNumFailures, 12u);
  EXPECT_EQ(f->rgDsaFailure[0].dwLastResult, 1722u);

  drsuapi::DS_REPL_PENDING_OPSW pending;
  pending.ftimeCurrentOpStarted = {8, 9};
  auto& operation = pending.rgPendingOp.emplace_back();
  operation.ulSerialNumber = 11;
  operation.ulPriority = 12;
  operation.OpType = drsuapi::DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_DELETE;
  operation.ulOptions = 13;
  operation.pszDsaAddress = u"dc9";
  operation.uuidDsaObjGuid = kGuid;
  const auto p = as_c<DS_REPL_PENDING_OPSW>(pending);
  EXPECT_EQ(p->ftimeCurrentOpStarted.dwHighDateTime, 9u);
  ASSERT_EQ(p->cNumPendingOps, 1u);
  EXPECT_EQ(p->rgPendingOp[0].ulPriority, 12u);
  EXPECT_EQ(p->rgPendingOp[0].OpType, DS_REPL_OP_TYPE_DELETE);
  EXPECT_EQ(p->rgPendingOp[0].ulOptions, 13u);
  EXPECT_EQ(text(p->rgPendingOp[0].pszDsaAddress), u"dc9");
  EXPECT_TRUE(same(p->rgPendingOp[0].uuidDsaObjGuid, kGuid));
}

TEST(CLayout, NamesInBothWidths) {
  drsuapi::DS_NAME_RESULTW wire;
  wire.rItems.push_back({0, u"lab.example", u"CN=Zoë"});
  wire.rItems.push_back({2, {}, {}});
  const auto w = as_c<::DS_NAME_RESULTW>(wire);
  ASSERT_EQ(w->cItems, 2u);
  EXPECT_EQ(text(w->rItems[0].pName), u"CN=Zoë");
  EXPECT_EQ(w->rItems[1].status, 2u);
  EXPECT_EQ(w->rItems[1].pName, nullptr);
  const auto a = as_c<::DS_NAME_RESULTA, char>(wire);
  EXPECT_STREQ(a->rItems[0].pName, "CN=Zoë");
  EXPECT_STREQ(a->rItems[0].pDomain, "lab.example");
}

TEST(CLayout, DomainControllersAndSchemaGuidsAreArrays) {
  ndr::Seq<drsuapi::DS_DOMAIN_CONTROLLER_INFO_3W> wire;
  auto& dc = wire.emplace_back();
  dc.NetbiosName = u"DC1";
  dc.NtdsDsaObjectName = u"CN=NTDS Settings,CN=DC1";
  dc.fIsGc = 1;
  dc.fIsRodc = 1;
  dc.NtdsDsaObjectGuid = kGuid;
  wire.emplace_back().NetbiosName = u"DC2";
  const auto c = as_c_array<::DS_DOMAIN_CONTROLLER_INFO_3A, char>(wire);
  EXPECT_STREQ(c.get()[0].NetbiosName, "DC1");
  EXPECT_STREQ(c.get()[0].NtdsDsaObjectName, "CN=NTDS Settings,CN=DC1");
  EXPECT_EQ(c.get()[0].fIsPdc, 0);
  EXPECT_EQ(c.get()[0].fIsRodc, 1);
  EXPECT_TRUE(same(c.get()[0].NtdsDsaObjectGuid, kGuid));
  EXPECT_STREQ(c.get()[1].NetbiosName, "DC2");

  ndr::Seq<SchemaGuid> guids;
  guids.push_back({kGuid, DS_SCHEMA_GUID_CLASS, u"user"});
  guids.push_back({Guid{}, DS_SCHEMA_GUID_NOT_FOUND, {}});
  const auto map = as_c_array<::DS_SCHEMA_GUID_MAPW>(guids);
  EXPECT_TRUE(same(map.get()[0].guid, kGuid));
  EXPECT_EQ(text(map.get()[0].pName), u"user");
  EXPECT_EQ(map.get()[1].guidType, 0u);
  EXPECT_EQ(map.get()[1].pName, nullptr);
}

TEST(CGuids, KeepTheirNumbersBothWays) {
  const GUID c = to_c_guid(kGuid);
  EXPECT_EQ(c.Data1, 0x00112233u);
  EXPECT_EQ(c.Data2, 0x4455u);
  EXPECT_EQ(c.Data3, 0x6677u);
  EXPECT_EQ(c.Data4[0], 0x88);
  EXPECT_EQ(from_c_guid(c), kGuid);
}

}  // namespace
}  // namespace tributary::ntdsapi
