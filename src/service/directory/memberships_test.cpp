// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetMemberships and IDL_DRSGetMemberships2 as their clients see them: [MS-DRSR] 4.1.8, 4.1.9.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;
using Type = REVERSE_MEMBERSHIP_OPERATION_TYPE;

constexpr std::uint32_t kGlobal = 0x80000002, kLocal = 0x80000004, kUniversal = 0x80000008, kDistribution = 0x00000002;

/// ann is in global; global in outer; outer in local and universal; universal in far; mail is no security group; a circle at the end.
class Memberships : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dsa_ = new ForestDsa;
    const auto group = [](const char* name, std::uint32_t rid, std::uint32_t type) {
      return dsa_->add_account("group", name, rid, {{attid::kGroupType, {u32_value(type)}}});
    };
    ann_ = dsa_->add_account("user", "ann", 1201, {{attid::kPrimaryGroupId, {u32_value(1210)}}});
    primary_ = group("primary", 1210, kGlobal);
    const Dnt global = group("global", 1211, kGlobal), outer = group("outer", 1212, kGlobal), local = group("local", 1213, kLocal);
    const Dnt universal = group("universal", 1214, kUniversal), far = group("far", 1215, kUniversal), mail = group("mail", 1216, kDistribution);
    const auto member = [](Dnt of, Dnt who) { dsa_->link(of, attid::kMember, who); };
    member(global, ann_);
    member(mail, ann_);
    member(local, ann_);
    member(universal, ann_);
    member(outer, global);
    member(local, outer);
    member(universal, outer);
    member(far, universal);
    member(universal, far);
    member(dsa_->find(in_lab("CN=Guests,CN=Builtin,")), ann_);
    dsa_->set(outer, attid::kSidHistory, {octets_value(encode_sid(parse_sid("S-1-5-21-9-9-9-1000").value()))});
    dsa_->set(global, attid::kSidHistory, {octets_value(encode_sid(parse_sid("S-1-5-21-9-9-9-1000").value()))});
  }
  static void TearDownTestSuite() { delete dsa_; }

  static DRS_MSG_REVMEMB_REQ_V1 request(Type type, std::vector<Dnt> objects) {
    DRS_MSG_REVMEMB_REQ_V1 made;
    made.OperationType = type;
    for (const Dnt dnt : objects) made.ppDsNames.push_back(dsa_->dsname(dnt));
    return made;
  }
  static Outcome<IDL_DRSGetMemberships> call(const DRS_MSG_REVMEMB_REQ_V1& message, const CallContext& who = dsa_call()) {
    IDL_DRSGetMemberships::In in;
    in.msgIn.emplace<1>() = message;
    return run<IDL_DRSGetMemberships>(get_memberships, *dsa_, who, in);
  }
  static std::vector<std::string> names(const DRS_MSG_REVMEMB_REPLY_V1& reply) {
    std::vector<std::string> all;
    for (const auto& name : reply.ppDsNames) {
      const auto dn = dsname_dn(*name).value();
      all.push_back(dn.substr(3, dn.find(',') - 3));
    }
    std::ranges::sort(all);
    return all;
  }
  static std::vector<std::string> groups(Type type, std::vector<Dnt> objects = {ann_}) {
    const auto outcome = call(request(type, std::move(objects)));
    EXPECT_EQ(outcome.code, win32::kErrorSuccess);
    return names(*outcome.out.msgOut.get_if<1>());
  }
  static Dnt user(std::string_view name) { return dsa_->find("CN=" + std::string(name) + ",CN=Users,DC=lab,DC=example"); }
  using Names = std::vector<std::string>;

  static inline ForestDsa* dsa_ = nullptr;
  static inline Dnt ann_ = store::kNoDnt, primary_ = store::kNoDnt;
};

// 4.1.8.1.3, 4.1.8.2.6: what each operation counts, over one arc or over all.
TEST_F(Memberships, OfEachType) {
  EXPECT_EQ(groups(Type::RevMembGetGroupsForUser), (Names{"global", "primary", "universal"})) << "one arc, no local group, no builtin one";
  EXPECT_EQ(groups(Type::RevMembGetAliasMembership), (Names{"Guests", "local"})) << "one arc, builtin ones as well";
  EXPECT_EQ(groups(Type::RevMembGetAccountGroups), (Names{"global", "outer", "primary"})) << "all arcs over account groups";
  EXPECT_EQ(groups(Type::RevMembGetResourceGroups), (Names{"local"})) << "a path may not lead through other groups";
  EXPECT_EQ(groups(Type::RevMembGetUniversalGroups), (Names{"far", "universal"})) << "a circle ends";
  EXPECT_EQ(groups(Type::RevMembGlobalGroupsNonTransitive), (Names{"global", "primary"}));
}
// 4.1.8.3: members of members, and those whose primary group it is.
TEST_F(Memberships, MembersOfAGroup) {
  EXPECT_EQ(groups(Type::GroupMembersTransitive, {user("far")}), (Names{"ann", "global", "outer", "universal"}));
  EXPECT_EQ(groups(Type::GroupMembersTransitive, {primary_}), (Names{"ann"}));
  EXPECT_EQ(groups(Type::GroupMembersTransitive, {ann_}), Names{});
}
// 4.1.8.3: the sets of all names together, each object once.
TEST_F(Memberships, OfSeveralObjectsAtOnce) {
  EXPECT_EQ(groups(Type::RevMembGetAccountGroups, {ann_, user("global")}), (Names{"global", "outer", "primary"}));
  EXPECT_EQ(groups(Type::RevMembGetAccountGroups, {user("outer")}), Names{});
}
// 4.1.8.1.2: a domain filter; not for universal groups.
TEST_F(Memberships, WithinADomain) {
  auto limited = request(Type::RevMembGetAccountGroups, {ann_});
  limited.pLimitingDomain = dsa_->dsname(dsa_->domain());
  EXPECT_EQ(names(*call(limited).out.msgOut.get_if<1>()), (Names{"global", "outer", "primary"}));
  limited.pLimitingDomain = dsa_->dsname(dsa_->configuration());
  EXPECT_EQ(names(*call(limited).out.msgOut.get_if<1>()), Names{});
  limited.pLimitingDomain = dsname_from_dn("DC=elsewhere").value();
  EXPECT_EQ(names(*call(limited).out.msgOut.get_if<1>()), Names{});
  limited.OperationType = Type::RevMembGetUniversalGroups;
  EXPECT_EQ(names(*call(limited).out.msgOut.get_if<1>()), (Names{"far", "universal"}));
}
// 4.1.8.1.5, 4.1.8.1.6: what a token needs of each group, and every SID of their histories once.
TEST_F(Memberships, TellAttributesAndHistories) {
  auto message = request(Type::RevMembGetAccountGroups, {ann_});
  auto reply = *call(message).out.msgOut.get_if<1>();
  EXPECT_EQ(reply.pAttributes, (Seq<std::uint32_t>{0, 0, 0}));
  ASSERT_EQ(reply.ppSidHistory.size(), 1u);
  EXPECT_EQ(decode_sid(ByteView(reply.ppSidHistory[0]->Data).first(28)).value(), parse_sid("S-1-5-21-9-9-9-1000").value());
  message.dwFlags = DRS_REVMEMB_FLAG_GET_ATTRIBUTES;
  reply = *call(message).out.msgOut.get_if<1>();
  EXPECT_EQ(reply.pAttributes, (Seq<std::uint32_t>{7, 7, 7}));
}
// 4.1.8.3: the account of an RODC belongs to one more group.
TEST_F(Memberships, OfAnRodc) {
  const Dnt account = dsa_->add_account("computer", "rodc$", 1230, {{attid::kUserAccountControl, {u32_value(0x04001000)}}});
  EXPECT_EQ(groups(Type::RevMembGetUniversalGroups, {account}), (Names{"Enterprise Read-only Domain Controllers"}));
  dsa_->set(account, attid::kUserAccountControl, {u32_value(0x1000)});
  EXPECT_EQ(groups(Type::RevMembGetUniversalGroups, {account}), Names{});
}
// 4.1.8.3: a name of nothing adds nothing.
TEST_F(Memberships, OfNobody) {
  DRS_MSG_REVMEMB_REQ_V1 message;
  message.OperationType = Type::RevMembGetAccountGroups;
  message.ppDsNames.push_back(dsname_from_dn("CN=nobody,DC=lab,DC=example").value());
  message.ppDsNames.push_back(dsname_from_dn("no name").value());
  message.ppDsNames.push_back(nullptr);
  message.ppDsNames.push_back(dsname_from_guid("00000000-0000-0000-0000-000000000001"_guid));
  const auto outcome = call(message);
  EXPECT_EQ(outcome.code, win32::kErrorSuccess);
  EXPECT_TRUE(outcome.out.msgOut.get_if<1>()->ppDsNames.empty());
}
// A name may be a SID alone.
TEST_F(Memberships, OfASid) {
  DRS_MSG_REVMEMB_REQ_V1 message;
  message.OperationType = Type::RevMembGlobalGroupsNonTransitive;
  message.ppDsNames.push_back(dsname_from_sid(dsa_->sid_of(1201)).value());
  EXPECT_EQ(names(*call(message).out.msgOut.get_if<1>()), (Names{"global", "primary"}));
}
// 4.1.8.3: DS-Replication-Get-Changes on the default NC.
TEST_F(Memberships, AreForThoseWhoMayReplicate) {
  const auto message = request(Type::RevMembGetAccountGroups, {ann_});
  EXPECT_EQ(call(message, administrators_call()).code, win32::kErrorSuccess);
  const auto refused = call(message, users_call());
  EXPECT_EQ(refused.code, win32::kErrorDsDraAccessDenied);
  EXPECT_TRUE(refused.out.msgOut.get_if<1>()->ppDsNames.empty());
}
// 4.1.8.3: universal groups are a matter of the forest.
TEST_F(Memberships, OfUniversalGroupsNeedAGlobalCatalog) {
  ForestDsa other;
  other.add(in_configuration("CN=Partitions,"), "crossRef", "TWO",
            {{attid::kNcName, {reference_value(other.configuration())}}, {attid::kSystemFlags, {u32_value(3)}}});
  IDL_DRSGetMemberships::In in;
  auto& message = in.msgIn.emplace<1>();
  message.OperationType = Type::RevMembGetUniversalGroups;
  message.ppDsNames.push_back(other.dsname(other.domain()));
  EXPECT_EQ(run<IDL_DRSGetMemberships>(get_memberships, other, dsa_call(), in).code, win32::kErrorDsGcRequired);
  EXPECT_EQ(run<IDL_DRSGetMemberships>(get_memberships, other, users_call(), in).code, win32::kErrorDsDraAccessDenied) << "the right comes first";
  message.OperationType = Type::RevMembGetAccountGroups;
  EXPECT_EQ(run<IDL_DRSGetMemberships>(get_memberships, other, dsa_call(), in).code, win32::kErrorSuccess);
}
TEST_F(Memberships, StopWhenTheClientHasGone) {
  const Dnt group = dsa_->add_account("group", "crowd", 1400, {{attid::kGroupType, {u32_value(kGlobal)}}});
  for (std::uint32_t i = 1; i <= 70; ++i) dsa_->link(group, attid::kMember, dsa_->add_account("user", "u" + std::to_string(i), 1400 + i));
  auto who = dsa_call();
  who.cancelled = [] { return true; };
  EXPECT_EQ(call(request(Type::GroupMembersTransitive, {group}), who).code, win32::kRpcSCallCancelled);
  EXPECT_EQ(groups(Type::GroupMembersTransitive, {group}).size(), 70u);
}
// 4.1.8.1.5: more than the IDL lets a reply carry.
TEST_F(Memberships, AreTooMany) {
  ForestDsa other;
  const Dnt group = other.add_account("group", "huge", 1400, {{attid::kGroupType, {u32_value(kGlobal)}}});
  const auto type = repl::testing::must(other.update([&](const Context& context, WriteTransaction& tx) -> Result<Updates> {
    Updates updates;
    for (std::uint32_t i = 0; i <= kItemsMax; ++i) {
      AddRequest request;
      request.parent = repl::testing::must(resolve_dn(tx, *context.schema, in_lab("CN=Users,")));
      request.rdn = "many" + std::to_string(i);
      request.attributes = {{attid::kObjectClass, {repl::testing::class_value("contact")}},
                            {attid::kNtSecurityDescriptor, {octets_value(repl::testing::some_descriptor())}}};
      auto added = repl::add(tx, context, request, CheckLevel::kReplica);
      if (!added) return std::unexpected(added.error());
      const Modification change{ModifyOperation::kAdd, attid::kMember, {reference_value(added->dnt)}};
      auto linked = modify(tx, context, group, std::span(&change, 1), {CheckLevel::kReplica, false, false});
      if (!linked) return linked;
      updates.append(added->updates);
    }
    return updates;
  }));
  ASSERT_EQ(type.objects.size(), kItemsMax + 1u);
  IDL_DRSGetMemberships::In in;
  auto& message = in.msgIn.emplace<1>();
  message.OperationType = Type::GroupMembersTransitive;
  message.ppDsNames.push_back(other.dsname(group));
  const auto outcome = run<IDL_DRSGetMemberships>(get_memberships, other, dsa_call(), in);
  EXPECT_EQ(outcome.code, win32::kErrorSuccess);
  EXPECT_EQ(outcome.out.msgOut.get_if<1>()->errCode, 0xC000015Au);
  EXPECT_TRUE(outcome.out.msgOut.get_if<1>()->ppDsNames.empty());
}

// 4.1.9.2: one reply for each request, in their order; the first error is the call's.
TEST_F(Memberships, SeveralRequestsInOneCall) {
  IDL_DRSGetMemberships2::In in;
  auto& requests = in.msgIn.emplace<1>().Requests;
  requests.push_back(request(Type::RevMembGetAccountGroups, {ann_}));
  requests.push_back(request(Type::GroupMembersTransitive, {primary_}));
  const auto outcome = run<IDL_DRSGetMemberships2>(get_memberships2, *dsa_, dsa_call(), in);
  ASSERT_EQ(outcome.code, win32::kErrorSuccess);
  const auto& replies = outcome.out.msgOut.get_if<1>()->Replies;
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(names(replies[0]), (Names{"global", "outer", "primary"}));
  EXPECT_EQ(names(replies[1]), (Names{"ann"}));
  EXPECT_EQ(run<IDL_DRSGetMemberships2>(get_memberships2, *dsa_, users_call(), in).code, win32::kErrorDsDraAccessDenied);
}

}  // namespace
}  // namespace tributary::service::testing
