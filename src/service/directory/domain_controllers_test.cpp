// SPDX-License-Identifier: Apache-2.0
// IDL_DRSDomainControllerInfo and IDL_DRSQuerySitesByCost as their clients see them: [MS-DRSR] 4.1.5, 4.1.16.
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;

class DomainControllers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dsa_ = new ForestDsa;
    settings_b_ = dsa_->add_dsa(kFirstSite, "dsa-b", 1300);
    dsa_->add(in_lab("OU=Domain Controllers,"), "computer", "rodc",
                               {{attid::kSamAccountName, {text_value("rodc$")}}, {attid::kUserAccountControl, {u32_value(0x04001000)}}});
    dsa_->add(in_lab("CN=Computers,"), "computer", "client",
              {{attid::kSamAccountName, {text_value("client$")}}, {attid::kUserAccountControl, {u32_value(0x1000)}}});
  }
  static void TearDownTestSuite() { delete dsa_; }

  static Outcome<IDL_DRSDomainControllerInfo> call(std::string_view domain, std::uint32_t level, const CallContext& who = administrators_call()) {
    IDL_DRSDomainControllerInfo::In in;
    auto& message = in.msgIn.emplace<1>();
    message.Domain = wide(domain);
    message.InfoLevel = level;
    return run<IDL_DRSDomainControllerInfo>(domain_controller_info, *dsa_, who, in);
  }
  template <std::uint32_t Level>
  static const auto* find(const Outcome<IDL_DRSDomainControllerInfo>& outcome, std::string_view netbios) {
    const auto& items = outcome.out.msgOut.template get_if<Level>()->rItems;
    const auto found = std::ranges::find_if(items, [&](const auto& item) { return narrow(item.NetbiosName) == netbios; });
    return found == items.end() ? nullptr : &*found;
  }

  static inline ForestDsa* dsa_ = nullptr;
  static inline Dnt settings_b_ = store::kNoDnt;
};

// 4.1.5.2: DCs by their account; RODCs only from level 3 on.
TEST_F(DomainControllers, AreListedInEachLevel) {
  const auto one = call("lab.example", 1), two = call("lab.example", 2), three = call("lab.example", 3);
  EXPECT_EQ(one.out.msgOut.get_if<1>()->rItems.size(), 2u);
  EXPECT_EQ(two.out.msgOut.get_if<2>()->rItems.size(), 2u);
  EXPECT_EQ(three.out.msgOut.get_if<3>()->rItems.size(), 3u);
  const std::string server = "CN=DSA-A,CN=Servers," + std::string(kFirstSite);
  const auto* a1 = find<1>(one, "DSA-A");
  ASSERT_NE(a1, nullptr);
  EXPECT_EQ(narrow(a1->DnsHostName), "dsa-a.lab.example");
  EXPECT_EQ(narrow(a1->SiteName), "Default-First-Site-Name");
  EXPECT_EQ(narrow(a1->ComputerObjectName), in_lab("CN=DSA-A,OU=Domain Controllers,"));
  EXPECT_EQ(narrow(a1->ServerObjectName), server);
  EXPECT_EQ(a1->fIsPdc, 1);
  EXPECT_EQ(a1->fDsEnabled, 1);
  const auto* a2 = find<2>(two, "DSA-A");
  ASSERT_NE(a2, nullptr);
  EXPECT_EQ(narrow(a2->SiteObjectName), kFirstSite);
  EXPECT_EQ(narrow(a2->NtdsDsaObjectName), "CN=NTDS Settings," + server);
  EXPECT_EQ(a2->NtdsDsaObjectGuid, dsa_->identity().dsa.value);
  EXPECT_EQ(a2->SiteObjectGuid, dsa_->identity().site.value);
  EXPECT_EQ(a2->ServerObjectGuid, dsa_->guid(dsa_->find(server)));
  EXPECT_EQ(a2->ComputerObjectGuid, dsa_->guid(dsa_->find(in_lab("CN=DSA-A,OU=Domain Controllers,"))));
  EXPECT_EQ(a2->fIsGc, 1);
  const auto* b = find<3>(three, "dsa-b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->fIsPdc, 0);
  EXPECT_EQ(b->fIsGc, 0);
  EXPECT_EQ(b->fIsRodc, 0);
  EXPECT_EQ(b->NtdsDsaObjectGuid, dsa_->guid(settings_b_));
  const auto* rodc = find<3>(three, "rodc");
  ASSERT_NE(rodc, nullptr);
  EXPECT_EQ(rodc->fIsRodc, 1);
  EXPECT_EQ(narrow(rodc->ServerObjectName), "(null)") << "it has no server object";
}
// 4.1.5.2: every name of the own domain; another's is wrong, nobody's is not found.
TEST_F(DomainControllers, OfTheDomainByAnyName) {
  for (const auto* name : {"lab.example", "LAB.EXAMPLE", "LAB", "lab", "DC=lab,DC=example", "lab.example/"})
    EXPECT_EQ(call(name, 1).code, win32::kErrorSuccess) << name;
  for (const auto* name : {"other.example", "nothing", ""}) EXPECT_EQ(call(name, 1).code, win32::kErrorDsObjNotFound) << name;
  for (const auto* name : {"Administrator@lab.example", "CN=Users,DC=lab,DC=example", "LAB\\Administrator"})
    EXPECT_EQ(call(name, 1).code, win32::kErrorInvalidParameter) << name;
}
// 4.1.5.2: the version of the reply is the level, also of one that says no.
TEST_F(DomainControllers, AnswerInTheLevelThatWasAskedFor) {
  for (const std::uint32_t level : {1u, 2u, 3u, 0xFFFFFFFFu}) EXPECT_EQ(call("nothing", level, users_call()).out.msgOut.tag(), level);
}
// 4.1.5.2: the level is judged before the domain.
TEST_F(DomainControllers, WrongLevels) {
  for (const std::uint32_t level : {0u, 4u, 0xFFFFFFFEu, 0x80000001u}) EXPECT_EQ(call("nothing", level).code, win32::kErrorInvalidParameter) << level;
}
// 4.1.5.2: connections are for administrators, whatever domain they name.
TEST_F(DomainControllers, ConnectionsAreForAdministrators) {
  EXPECT_EQ(call("lab.example", 0xFFFFFFFF, users_call()).code, win32::kErrorAccessDenied);
  const auto outcome = call("nothing", 0xFFFFFFFF);
  EXPECT_EQ(outcome.code, win32::kErrorSuccess);
  ASSERT_NE(outcome.out.msgOut.get_if<0xFFFFFFFF>(), nullptr);
  EXPECT_TRUE(outcome.out.msgOut.get_if<0xFFFFFFFF>()->rItems.empty());
}
// 4.1.5.2, [MS-ADTS] 3.1.1.4.3: what the caller may not read is left out.
TEST_F(DomainControllers, WithoutWhatTheCallerMayNotRead) {
  auto nobody = users_call();
  auto caller = std::make_shared<Caller>(*nobody.caller);
  caller->token.groups.clear();
  nobody.caller = caller;
  const auto outcome = call("lab.example", 1, nobody);
  ASSERT_EQ(outcome.code, win32::kErrorSuccess);
  ASSERT_EQ(outcome.out.msgOut.get_if<1>()->rItems.size(), 2u);
  for (const auto& item : outcome.out.msgOut.get_if<1>()->rItems) {
    EXPECT_EQ(narrow(item.DnsHostName), "(null)");
    EXPECT_EQ(narrow(item.NetbiosName), "(null)");
  }
}

/// The graph of 4.1.16.4: DC1 to DC4, the links SL1 (8), SL2 (3), SL3 (5), SL4 (7), and a bridge of SL1 and SL3.
class SiteCosts : public ::testing::Test {
 protected:
  SiteCosts() {
    const std::string sites = in_configuration("CN=Sites,"), ip = "CN=IP,CN=Inter-Site Transports," + sites;
    const auto site = [&](const char* name) { return dsa_.add(sites, "site", name); };
    const Dnt one = site("DC1"), two = site("DC2"), three = site("DC3"), four = site("DC4");
    site("alone");
    const auto link = [&](const char* name, Dnt a, Dnt b, std::uint32_t cost) {
      return dsa_.add(ip, "siteLink", name, {{attid::kSiteList, {reference_value(a), reference_value(b)}}, {attid::kCost, {u32_value(cost)}}});
    };
    const Dnt sl1 = link("SL1", one, two, 8);
    link("SL2", one, three, 3);
    const Dnt sl3 = link("SL3", two, four, 5);
    link("SL4", three, four, 7);
    dsa_.add(ip, "siteLinkBridge", "B", {{attid::kSiteLinkList, {reference_value(sl1), reference_value(sl3)}}});
    transport_ = dsa_.find(ip);
  }
  Outcome<IDL_DRSQuerySitesByCost> call(const drsuapi::WString& from, const std::vector<drsuapi::WString>& to) {
    IDL_DRSQuerySitesByCost::In in;
    auto& message = in.msgIn.emplace<1>();
    message.pwszFromSite = from;
    for (const auto& name : to) message.rgszToSites.push_back(name);
    return run<IDL_DRSQuerySitesByCost>(query_sites_by_cost, dsa_, users_call(), in);
  }
  std::vector<std::uint32_t> costs(std::string_view from, const std::vector<std::string_view>& to) {
    std::vector<drsuapi::WString> names;
    for (const auto name : to) names.push_back(wide(name));
    const auto outcome = call(wide(from), names);
    EXPECT_EQ(outcome.code, win32::kErrorSuccess);
    std::vector<std::uint32_t> all;
    for (const auto& each : outcome.out.msgOut.get_if<1>()->rgCostInfo) all.push_back(each.dwCost);
    return all;
  }
  using Costs = std::vector<std::uint32_t>;

  ForestDsa dsa_;
  Dnt transport_ = store::kNoDnt;
};

// 4.1.16.4.2: any path counts.
TEST_F(SiteCosts, OverAnyPath) { EXPECT_EQ(costs("DC1", {"DC2", "DC3", "DC4"}), (Costs{8, 3, 10})); }
// 4.1.16.4.1: with bridges required only a path over bridged links counts, or one link.
TEST_F(SiteCosts, OverBridges) {
  dsa_.set(transport_, attid::kOptions, {u32_value(2)});
  EXPECT_EQ(costs("DC1", {"DC2", "DC3", "DC4"}), (Costs{8, 3, 13}));
}
// 4.1.16.3: where no path leads the cost is the greatest number, and no error; the way to oneself costs nothing.
TEST_F(SiteCosts, OfWhatCannotBeReached) { EXPECT_EQ(costs("dc1", {"alone", "DC1"}), (Costs{0xFFFFFFFF, 0})); }
// 4.1.16.3: an unknown destination has an error of its own, an unknown origin is the call's.
TEST_F(SiteCosts, OfUnknownSites) {
  const auto outcome = call(wide("DC1"), {wide("nowhere"), wide("DC2"), wide("Inter-Site Transports")});
  ASSERT_EQ(outcome.code, win32::kErrorSuccess);
  const auto& answers = outcome.out.msgOut.get_if<1>()->rgCostInfo;
  EXPECT_EQ(answers[0].dwErrorCode, static_cast<std::uint32_t>(win32::kErrorDsObjNotFound));
  EXPECT_EQ(answers[0].dwCost, 0xFFFFFFFFu);
  EXPECT_EQ(answers[1].dwErrorCode, 0u);
  EXPECT_EQ(answers[2].dwErrorCode, static_cast<std::uint32_t>(win32::kErrorDsObjNotFound)) << "no site";
  EXPECT_EQ(call(wide("nowhere"), {wide("DC2")}).code, win32::kErrorDsObjNotFound);
}
// 4.1.16.2.1, 4.1.16.3: names are judged before anything is looked up, the origin's first.
TEST_F(SiteCosts, WrongRequests) {
  const auto code = [&](const drsuapi::WString& from, const drsuapi::WString& to) { return call(from, {wide("DC1"), to}).code; };
  const auto too_long = wide(std::string(65, 'x'));
  EXPECT_EQ(code(std::nullopt, wide("DC2")), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(code(wide(""), wide("DC2")), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(code(wide("CN=DC1"), wide("DC2")), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(code(wide("a,b"), too_long), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(code(too_long, wide("DC2")), win32::kErrorDsNameTooLong);
  EXPECT_EQ(code(wide("nowhere"), too_long), win32::kErrorDsNameTooLong);
  EXPECT_EQ(code(wide("DC1"), std::nullopt), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(code(wide("DC1"), wide("")), win32::kErrorDsDraInvalidParameter);
}

}  // namespace
}  // namespace tributary::service::testing
