// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetObjectExistence as a server, and the judgement of IDL_DRSReplicaVerifyObjects: [MS-DRSR] 4.1.12, 4.1.24.3.
#include "repl/lingering/object_existence.hpp"

#include "repl/lingering/test_scan.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kUsers = "DC=lab,DC=example";

DRS_MSG_EXISTREQ_V1 request_of(const Dsa& dsa, std::span<const ObjectGuid> guids) {
  DRS_MSG_EXISTREQ_V1 request;
  request.guidStart = guids.front().value;
  request.cGuids = static_cast<std::uint32_t>(guids.size());
  request.pNC = Unique<DSNAME>(domain_name(dsa));
  request.pUpToDateVecCommonV1 = Unique<UPTODATE_VECTOR_V1_EXT>(utd_to_wire_v1(told_utd(dsa)));
  request.Md5Digest = must(compute_digest(guids));
  return request;
}
Result<DRS_MSG_EXISTREPLY> answer(const Dsa& dsa, const DRS_MSG_EXISTREQ_V1& request, bool allowed = true) {
  return object_existence(dsa.context, *dsa.store->read(), DRS_MSG_EXISTREQ(request), allowed);
}
std::vector<ObjectGuid> all_of(const Dsa& dsa, const ReplUpToDateVector& utd) {
  return must(guid_sequence(*dsa.store->read(), dsa.nc_root(), ObjectGuid{}, kExistenceGuidsMax, utd));
}

/// 4.1.12.2.1: MD5 over the GUIDs as they stand, one after the other. The digests are those of RFC 1321's md5 of the same octets.
TEST(ObjectExistence, TheDigestIsMd5OverTheGuids) {
  EXPECT_EQ(to_hex(must(compute_digest({}))), "d41d8cd98f00b204e9800998ecf8427e");
  const std::vector<ObjectGuid> zero(1);
  EXPECT_EQ(to_hex(must(compute_digest(zero))), "4ae71336e44bf9bf79d2752e234818a5");
}

/// 4.1.12.2.1, 5.87: objects and tombstones in the order of their octets, from the start on, as many as asked for.
TEST(ObjectExistence, TheSequenceIsACluster) {
  Dsa a(1);
  a.make_domain();
  std::vector<ObjectGuid> users;
  for (int i = 0; i < 10; ++i) users.push_back(a.add(kUsers, "user", "u" + std::to_string(i)));
  a.remove(users[3]);
  const auto all = all_of(a, told_utd(a));
  EXPECT_EQ(all.size(), object_count(a));
  EXPECT_TRUE(std::ranges::is_sorted(all));
  for (const auto& user : users) EXPECT_TRUE(std::ranges::binary_search(all, user));
  const auto some = must(guid_sequence(*a.store->read(), a.nc_root(), all[2], 3, told_utd(a)));
  EXPECT_EQ(some, std::vector<ObjectGuid>(all.begin() + 2, all.begin() + 5));
  auto between = all[2];
  ++between.value.octets[15];
  EXPECT_EQ(must(guid_sequence(*a.store->read(), a.nc_root(), between, 1, told_utd(a))).front(), all[3]);
  EXPECT_TRUE(must(guid_sequence(*a.store->read(), a.nc_root(), all[0], 0, told_utd(a))).empty());
}

/// 4.1.12.2.1: what was created behind the vector is no candidate.
TEST(ObjectExistence, NewObjectsAreNoCandidates) {
  Dsa a(1);
  a.make_domain();
  const auto before = told_utd(a);
  const auto fresh = a.add(kUsers, "user", "fresh");
  EXPECT_FALSE(std::ranges::binary_search(all_of(a, before), fresh));
  EXPECT_TRUE(std::ranges::binary_search(all_of(a, told_utd(a)), fresh));
  EXPECT_TRUE(all_of(a, {}).empty());
}

/// 4.1.12.4: equal digests are answered with 1 and no GUIDs, others with 0 and the server's sequence.
TEST(ObjectExistence, EqualSequencesNeedNoGuids) {
  Dsa a(1);
  a.make_domain();
  const auto all = all_of(a, told_utd(a));
  auto request = request_of(a, all);
  const auto same = must(answer(a, request));
  EXPECT_EQ(same.get_if<1>()->dwStatusFlags, 1u);
  EXPECT_EQ(same.get_if<1>()->rgGuids.size(), 0u);
  request.Md5Digest[0] ^= 1;
  const auto other = must(answer(a, request));
  EXPECT_EQ(other.get_if<1>()->dwStatusFlags, 0u);
  ASSERT_EQ(other.get_if<1>()->rgGuids.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(other.get_if<1>()->rgGuids[i], all[i].value);
}

/// 4.1.12.4: the order of validation: the replica, then guidStart, then access.
TEST(ObjectExistence, RequestsAreJudgedInTheOrderOfTheSection) {
  Dsa a(1);
  a.make_domain();
  auto request = request_of(a, all_of(a, told_utd(a)));
  auto bad = request;
  bad.pNC = Unique<DSNAME>(must(dsname_from_dn("DC=elsewhere")));
  EXPECT_EQ(code_of(answer(a, bad, false)), win32::kErrorDsDraInvalidParameter);
  bad = request;
  bad.guidStart = Guid{};
  EXPECT_EQ(code_of(answer(a, bad, false)), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(code_of(answer(a, request, false)), win32::kErrorDsDraAccessDenied);
  bad = request;
  bad.pUpToDateVecCommonV1 = {};
  EXPECT_EQ(code_of(answer(a, bad, false)), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(code_of(answer(a, bad)), win32::kErrorDsDraInvalidParameter);
  bad = request;
  bad.cGuids = kExistenceGuidsMax + 1;
  EXPECT_EQ(code_of(answer(a, bad)), win32::kErrorDsDraInvalidParameter);
  bad = request;
  bad.pNC = {};
  EXPECT_EQ(code_of(answer(a, bad)), win32::kErrorDsDraInvalidParameter);
}

/// 4.1.12.4, 5.126: a replica that cannot be written is no reference.
TEST(ObjectExistence, OnlyWritableReplicasAnswer) {
  Dsa a(1);
  a.make_domain();
  const auto request = request_of(a, all_of(a, told_utd(a)));
  const auto transaction = a.store->write();
  auto replica = *must(transaction->nc_replica(a.nc_root()));
  replica.writable = false;
  transaction->put_nc_replica(replica);
  must(transaction->commit());
  EXPECT_EQ(code_of(answer(a, request)), win32::kErrorDsDraInvalidParameter);
}

/// A server and its nTDSDSA object, below the domain for once: what 4.1.24.3 looks for is the GUID and the class.
ObjectGuid add_dsa(Dsa& dsa) {
  dsa.add(kUsers, "container", "Box");
  dsa.add("CN=Box,DC=lab,DC=example", "server", "DC2");
  return dsa.add("CN=DC2,CN=Box,DC=lab,DC=example", "nTDSDSA", "NTDS Settings");
}

/// 4.1.24.3: null arguments, no replica, access, an unknown reference DSA, in this order.
TEST(VerifyObjects, RequestsAreJudgedInTheOrderOfTheSection) {
  Dsa a(1);
  a.make_domain();
  const auto reference = add_dsa(a);
  const auto user = a.add(kUsers, "user", "u");
  const auto judge = [&](const DRS_MSG_REPVERIFYOBJ_V1& request, bool allowed) {
    return code_of(verify_objects(a.context, *a.store->read(), DRS_MSG_REPVERIFYOBJ(request), allowed));
  };
  DRS_MSG_REPVERIFYOBJ_V1 request{domain_name(a), reference.value, 0};
  EXPECT_EQ(judge(request, true), win32::kErrorSuccess);
  EXPECT_EQ(judge({DSNAME{}, reference.value, 0}, false), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(judge({domain_name(a), Guid{}, 0}, false), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(judge({must(dsname_from_dn("DC=elsewhere")), reference.value, 0}, false), win32::kErrorDsDraBadNc);
  EXPECT_EQ(judge({domain_name(a), user.value, 0}, false), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(judge({domain_name(a), user.value, 0}, true), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(judge({domain_name(a), reference.value, 2}, true), win32::kErrorDsDraInvalidParameter);
  request.ulOptions = 1;
  const auto verify = must(verify_objects(a.context, *a.store->read(), DRS_MSG_REPVERIFYOBJ(request), true));
  EXPECT_TRUE(verify.advisory);
  EXPECT_EQ(verify.reference_dn, "CN=NTDS Settings,CN=DC2,CN=Box,DC=lab,DC=example");
}

/// 4.1.24.2.1: the vector is asked for by DS_REPL_INFO_UPTODATE_VECTOR_V1; an answer of another kind is none.
TEST(VerifyObjects, TheRemoteVector) {
  Dsa a(1);
  a.make_domain();
  const auto request = remote_utd_request(domain_name(a));
  EXPECT_EQ(request.get_if<1>()->InfoType, 0xFFFFFFFBu);
  EXPECT_EQ(request.get_if<1>()->pszObjectDN, u"DC=lab,DC=example");
  EXPECT_EQ(code_of(remote_utd(DRS_MSG_GETREPLINFO_REPLY{})), win32::kErrorInvalidData);
}

}  // namespace
}  // namespace tributary::repl::testing
