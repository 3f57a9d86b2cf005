// SPDX-License-Identifier: Apache-2.0
// IDL_DRSRemoveDsServer and IDL_DRSRemoveDsDomain as their clients see them: [MS-DRSR] 4.1.17, 4.1.18.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/win32.hpp"
#include "repl/updates/nc.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;

const std::string kServerB = "CN=dsa-b,CN=Servers," + std::string(kFirstSite);

class Removal : public ::testing::Test {
 protected:
  struct Removed {
    Win32 code{};
    bool is_last = false;
    friend bool operator==(const Removed&, const Removed&) = default;
  };
  Removed remove_server(const drsuapi::WString& server, const drsuapi::WString& domain, bool commit, const CallContext& who = administrators_call()) {
    IDL_DRSRemoveDsServer::In in;
    auto& message = in.msgIn.emplace<1>();
    message.ServerDN = server;
    message.DomainDN = domain;
    message.fCommit = commit ? 1 : 0;
    const auto outcome = run<IDL_DRSRemoveDsServer>(remove_ds_server, dsa_, who, in);
    return {outcome.code, outcome.out.msgOut.get_if<1>()->fLastDcInDomain != 0};
  }
  Win32 remove_domain(const drsuapi::WString& domain, const CallContext& who = administrators_call()) {
    IDL_DRSRemoveDsDomain::In in;
    in.msgIn.emplace<1>().DomainDN = domain;
    return run<IDL_DRSRemoveDsDomain>(remove_ds_domain, dsa_, who, in).code;
  }
  /// A domain of which this DSA knows the name only.
  Dnt add_child_domain() {
    (void)repl::testing::must(dsa_.update([&](const Context& context, WriteTransaction& tx) {
      return add_subref(tx, context, context.new_guid(), {}, "DC=child,DC=lab,DC=example");
    }));
    return dsa_.add(in_configuration("CN=Partitions,"), "crossRef", "CHILD",
                    {{attid::kNcName, {reference_value(dsa_.find("DC=child,DC=lab,DC=example"))}},
                     {attid::kSystemFlags, {u32_value(3)}},
                     {attid::kDnsRoot, {text_value("child.lab.example")}}});
  }
  [[nodiscard]] bool is_there(const std::string& dn) { return dsa_.find(dn) != store::kNoDnt; }

  ForestDsa dsa_;
};

// 4.1.18.2: everything that makes a DC one goes; its account and its server object stay.
TEST_F(Removal, OfADc) {
  const Dnt settings = dsa_.add_dsa(kFirstSite, "dsa-b", 1300);
  dsa_.add("CN=NTDS Settings," + kServerB, "nTDSConnection", "from-a", {{repl::testing::attid_of("fromServer"), {reference_value(settings)}}});
  const Dnt computer = dsa_.find(in_lab("CN=dsa-b,OU=Domain Controllers,"));
  dsa_.set(computer, attid::kServicePrincipalName,
           {text_value("ldap/dsa-b"), text_value("GC/dsa-b/lab.example"), text_value("E3514235-4B06-11D1-AB04-00C04FC2DCD2/x/lab.example"),
            text_value("RPC/x"), text_value("HOST/dsa-b"), text_value("ldapx/dsa-b")});
  const Dnt rids = dsa_.add(in_lab("CN=dsa-b,OU=Domain Controllers,"), "rIDSet", "RID Set");
  dsa_.link(computer, attid::kRidSetReferences, rids);
  EXPECT_EQ(remove_server(wide(kServerB), wide(kLab), true), (Removed{win32::kErrorSuccess, false}));
  EXPECT_FALSE(is_there("CN=NTDS Settings," + kServerB));
  EXPECT_FALSE(is_there("CN=from-a,CN=NTDS Settings," + kServerB));
  EXPECT_FALSE(is_there(in_lab("CN=RID Set,CN=dsa-b,OU=Domain Controllers,")));
  EXPECT_TRUE(is_there(kServerB));
  auto left = dsa_.texts(computer, attid::kServicePrincipalName);
  std::ranges::sort(left);
  EXPECT_EQ(left, (std::vector<std::string>{"HOST/dsa-b", "ldapx/dsa-b"}));
}
// 4.1.18.2: whether it is the last of its domain, with and without a change.
TEST_F(Removal, TellsWhetherADcIsTheLast) {
  const std::string server_a = "CN=DSA-A,CN=Servers," + std::string(kFirstSite);
  EXPECT_EQ(remove_server(wide(server_a), wide(kLab), false), (Removed{win32::kErrorSuccess, true}));
  dsa_.add_dsa(kFirstSite, "dsa-b", 1300);
  EXPECT_EQ(remove_server(wide(server_a), wide(kLab), false), (Removed{win32::kErrorSuccess, false}));
  EXPECT_EQ(remove_server(wide(server_a), wide("DC=elsewhere"), false), (Removed{win32::kErrorSuccess, true})) << "nobody hosts it";
  EXPECT_EQ(remove_server(wide(server_a), std::nullopt, false), (Removed{win32::kErrorSuccess, false})) << "nobody asked";
  EXPECT_EQ(remove_server(wide("CN=nobody"), wide(kLab), false, users_call()), (Removed{win32::kErrorSuccess, false})) << "no right is asked for";
  EXPECT_TRUE(is_there("CN=NTDS Settings," + kServerB));
}
// 4.1.18.2: arguments and rights, in their order. The answer of the first question stays when the second fails.
TEST_F(Removal, OfADcRefused) {
  dsa_.add_dsa(kFirstSite, "dsa-b", 1300);
  EXPECT_EQ(remove_server(std::nullopt, std::nullopt, true).code, win32::kErrorInvalidParameter);
  EXPECT_EQ(remove_server(wide(""), wide(""), true).code, win32::kErrorInvalidParameter);
  EXPECT_EQ(remove_server(wide(kServerB), wide(""), false).code, win32::kErrorInvalidParameter);
  EXPECT_EQ(remove_server(wide("CN=nobody," + std::string(kLab)), std::nullopt, true).code, win32::kErrorDsCantFindDsaObj);
  EXPECT_EQ(remove_server(wide(kServerB), std::nullopt, true, users_call()).code, win32::kErrorAccessDenied);
  EXPECT_EQ(remove_server(wide("CN=nobody," + std::string(kLab)), wide("DC=elsewhere"), true), (Removed{win32::kErrorDsCantFindDsaObj, true}));
  EXPECT_TRUE(is_there("CN=NTDS Settings," + kServerB));
}
// [MS-ADTS] 3.1.1.5.5: a DSA does not remove itself.
TEST_F(Removal, OfItselfIsRefused) {
  const std::string server_a = "CN=DSA-A,CN=Servers," + std::string(kFirstSite);
  EXPECT_EQ(remove_server(wide(server_a), wide(kLab), true), (Removed{win32::kErrorDsCantDeleteDsaObj, true}));
  EXPECT_TRUE(is_there("CN=NTDS Settings," + server_a));
}
// 4.1.18.2: a DC whose account is gone.
TEST_F(Removal, OfADcWithoutAnAccount) {
  dsa_.add_dsa(kFirstSite, "dsa-b", 1300);
  dsa_.remove(dsa_.find(in_lab("CN=dsa-b,OU=Domain Controllers,")));
  EXPECT_EQ(remove_server(wide(kServerB), std::nullopt, true).code, win32::kErrorSuccess);
  EXPECT_FALSE(is_there("CN=NTDS Settings," + kServerB));
}

// 4.1.17.3: the crossRef goes, and the name of the NC with it.
TEST_F(Removal, OfADomain) {
  add_child_domain();
  EXPECT_EQ(remove_domain(wide("dc=CHILD, dc=lab, dc=example")), win32::kErrorSuccess);
  EXPECT_FALSE(is_there("CN=CHILD,CN=Partitions,CN=Configuration,DC=lab,DC=example"));
  EXPECT_FALSE(is_there("DC=child,DC=lab,DC=example"));
}
// 4.1.17.3: the rules in their order.
TEST_F(Removal, OfADomainRefused) {
  EXPECT_EQ(remove_domain(std::nullopt), win32::kErrorInvalidParameter);
  EXPECT_EQ(remove_domain(wide("")), win32::kErrorInvalidParameter);
  EXPECT_EQ(remove_domain(wide(kLab)), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(remove_domain(wide("CN=Configuration,DC=lab,DC=example")), win32::kErrorDsNcStillHasDsas);
  EXPECT_EQ(remove_domain(wide("DC=elsewhere")), win32::kErrorDsNoCrossrefForNc);
  EXPECT_EQ(remove_domain(wide("no name")), win32::kErrorDsNoCrossrefForNc);
  add_child_domain();
  EXPECT_EQ(remove_domain(wide("DC=child,DC=lab,DC=example"), users_call()), win32::kErrorAccessDenied);
  const Dnt settings = dsa_.add_dsa(kFirstSite, "dsa-b", 1300);
  EXPECT_EQ(remove_domain(wide("DC=child,DC=lab,DC=example")), win32::kErrorDsRoleNotVerified) << "nobody has replicated with dsa-b yet";
  dsa_.link(settings, attid::kHasMasterNcs, dsa_.find("DC=child,DC=lab,DC=example"));
  EXPECT_EQ(remove_domain(wide("DC=child,DC=lab,DC=example")), win32::kErrorDsNcStillHasDsas);
}
TEST_F(Removal, OfADomainIsTheNamingMasters) {
  add_child_domain();
  dsa_.become(dsa_.add_dsa(kFirstSite, "dsa-b", 1300));
  EXPECT_EQ(remove_domain(wide("DC=child,DC=lab,DC=example")), win32::kErrorDsObjNotFound);
}

}  // namespace
}  // namespace tributary::service::testing
