// SPDX-License-Identifier: Apache-2.0
// The directory operations behind the dispatcher: octets in, octets out. Which code a version that is none gets ([MS-DRSR] 4.1), that a stub which ends too early is none, and one call of each kind from end to end.
#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "rpc/status.hpp"
#include "service/directory/directory.hpp"
#include "service/drs/testing/wire.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;

class DirectoryOperations : public ::testing::Test {
 protected:
  DirectoryOperations() {
    wire.server.add<IDL_DRSVerifyNames>(&verify_names);
    wire.server.add<IDL_DRSGetMemberships>(&get_memberships);
    wire.server.add<IDL_DRSInterDomainMove>(&inter_domain_move);
    wire.server.add<IDL_DRSGetNT4ChangeLog>(&get_nt4_change_log);
    wire.server.add<IDL_DRSCrackNames>(&crack_names);
    wire.server.add<IDL_DRSWriteSPN>(&write_spn);
    wire.server.add<IDL_DRSRemoveDsServer>(&remove_ds_server);
    wire.server.add<IDL_DRSRemoveDsDomain>(&remove_ds_domain);
    wire.server.add<IDL_DRSDomainControllerInfo>(&domain_controller_info);
    wire.server.add<IDL_DRSAddEntry>(&add_entry);
    wire.server.add<IDL_DRSAddSidHistory>(&add_sid_history);
    wire.server.add<IDL_DRSGetMemberships2>(&get_memberships2);
    wire.server.add<IDL_DRSQuerySitesByCost>(&query_sites_by_cost);
    wire.server.add<IDL_DRSInitDemotion>(&init_demotion);
    wire.server.add<IDL_DRSReplicaDemotion>(&replica_demotion);
    wire.server.add<IDL_DRSFinishDemotion>(&finish_demotion);
    wire.server.add<IDL_DRSAddCloneDC>(&add_clone_dc);
    wire.server.add<IDL_DRSWriteNgcKey>(&write_ngc_key);
    wire.server.add<IDL_DRSReadNgcKey>(&read_ngc_key);
  }

  /// A handle and a version, and behind them nothing: as much as is read before the version is judged.
  Bytes stub(std::uint32_t version) {
    const auto handle = wire.bind(administrator());
    IDL_DRSCrackNames::In in;
    in.hDrs = handle;
    Bytes octets = encode_in<IDL_DRSCrackNames>(in);
    octets.resize(28);
    store_le(octets.data() + 20, version);
    store_le(octets.data() + 24, version);
    return octets;
  }

  TestForest forest;
  TestDsa& dsa = forest.first();
  Wire wire{forest, dsa};
};

struct WrongVersion {
  std::uint16_t opnum;
  Win32 code;
};
constexpr WrongVersion kWrongVersions[] = {
    {8, win32::kErrorDsDraInvalidParameter},  {9, win32::kErrorDsDraInvalidParameter},  {10, win32::kErrorDsDraInvalidParameter},
    {11, win32::kErrorDsDraInvalidParameter}, {12, win32::kErrorInvalidParameter},      {13, win32::kErrorInvalidParameter},
    {14, win32::kErrorInvalidParameter},      {15, win32::kErrorInvalidParameter},      {16, win32::kErrorInvalidParameter},
    {20, win32::kErrorInvalidParameter},      {21, win32::kErrorDsDraInvalidParameter}, {24, win32::kErrorDsDraInvalidParameter},
    {25, win32::kErrorInvalidParameter},      {26, win32::kErrorInvalidParameter},      {27, win32::kErrorInvalidParameter},
    {28, win32::kErrorDsDraInvalidParameter}, {29, win32::kErrorInvalidParameter},      {30, win32::kErrorInvalidParameter}};

TEST_F(DirectoryOperations, RefuseVersionsThatAreNone) {
  for (const auto& each : kWrongVersions)
    for (const std::uint32_t version : {0u, 99u, 0xFFFFFFFFu}) {
      const auto came = wire.send(administrator(), each.opnum, stub(version));
      ASSERT_TRUE(came.stub) << each.opnum << " version " << version << " faulted with " << came.fault;
      ASSERT_GE(came.stub->size(), 4u);
      EXPECT_EQ(Win32{load_le<std::uint32_t>(came.stub->data() + came.stub->size() - 4)}, each.code) << each.opnum << " version " << version;
    }
}
// A version that there is, and nothing behind it: no request.
TEST_F(DirectoryOperations, RefuseStubsThatEndTooEarly) {
  for (const auto& each : kWrongVersions) {
    const std::uint32_t version = each.opnum == 10 ? 2 : 1;
    auto octets = stub(version);
    octets.resize(24);
    const auto came = wire.send(administrator(), each.opnum, octets);
    EXPECT_FALSE(came.stub) << each.opnum;
    EXPECT_EQ(came.fault, rpc::nca::kBadStubData) << each.opnum;
  }
}
// One call of each kind.
TEST_F(DirectoryOperations, Answer) {
  IDL_DRSCrackNames::In crack;
  auto& names = crack.msgIn.emplace<1>();
  names.formatOffered = DS_FQDN_1779_NAME;
  names.formatDesired = DS_CANONICAL_NAME;
  names.rpNames.push_back(to_utf16_lossy("CN=ann,OU=people,DC=lab,DC=example"));
  const auto cracked = wire.call<IDL_DRSCrackNames>(operator_(), crack);
  EXPECT_EQ(cracked.msgOut.get_if<1>()->pResult->rItems[0].pName, u"lab.example/people/ann");

  IDL_DRSGetMemberships::In member;
  auto& membership = member.msgIn.emplace<1>();
  membership.OperationType = REVERSE_MEMBERSHIP_OPERATION_TYPE::RevMembGetUniversalGroups;
  DSNAME ann;
  ann.Guid = dsa.guid_of("CN=ann,OU=people,DC=lab,DC=example").value;
  membership.ppDsNames.push_back(ann);
  EXPECT_EQ(wire.call<IDL_DRSGetMemberships>(administrator(), member).msgOut.get_if<1>()->ppDsNames.size(), 1u);
  EXPECT_EQ(wire.code<IDL_DRSGetMemberships>(operator_(), member), win32::kErrorDsDraAccessDenied);

  IDL_DRSWriteSPN::In spn;
  auto& write = spn.msgIn.emplace<1>();
  write.pwszAccount = u"CN=ann,OU=people,DC=lab,DC=example";
  write.rpwszSPN.push_back(u"http/ann");
  dsa.set_descriptor("CN=ann,OU=people,DC=lab,DC=example", Descriptor().allow(kAdministratorsSid, 0x000F01FF));
  EXPECT_EQ(wire.code<IDL_DRSWriteSPN>(operator_(), spn), win32::kErrorDsInsuffAccessRights);
  EXPECT_EQ(wire.code<IDL_DRSWriteSPN>(administrator(), spn), win32::kErrorSuccess);
  EXPECT_EQ(dsa.text("CN=ann,OU=people,DC=lab,DC=example", repl::attid::kServicePrincipalName), "http/ann");

  IDL_DRSInitDemotion::In demotion;
  demotion.msgIn.emplace<1>();
  EXPECT_EQ(wire.code<IDL_DRSInitDemotion>(administrator(), demotion), win32::kErrorInvalidParameter);
}

}  // namespace
}  // namespace tributary::service::testing
