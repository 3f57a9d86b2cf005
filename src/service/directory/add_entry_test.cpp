// SPDX-License-Identifier: Apache-2.0
// IDL_DRSAddEntry as its clients see it: [MS-DRSR] 4.1.1. NTDS Settings made, crossRefs made and enabled, objects modified, in one
// transaction; what fails says so in the structures of the section.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/wire_values.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/forest/add_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;
namespace class_id = directory::class_id;
namespace code = directory::code;

const std::string kServers = "CN=Servers," + std::string(kFirstSite);

/// An entry with attributes under the default prefix table.
class EntryMaker {
 public:
  explicit EntryMaker(std::string_view dn, std::uint32_t flags = 0) {
    entry_.Entinf.pName = dsname_from_dn(dn).value();
    entry_.Entinf.ulFlags = flags;
  }
  EntryMaker& value(Attid attid, const Bytes& octets) {
    auto& attributes = entry_.Entinf.AttrBlock.pAttr;
    const auto found = std::ranges::find(attributes, static_cast<ATTRTYP>(attid), &ATTR::attrTyp);
    auto& attribute = found != attributes.end() ? *found : attributes.emplace_back();
    attribute.attrTyp = static_cast<ATTRTYP>(attid);
    attribute.AttrVal.pAVal.emplace_back().pVal = Seq<std::uint8_t>(octets);
    return *this;
  }
  EntryMaker& number(Attid attid, std::uint32_t number) { return value(attid, u32_value(number).octets); }
  EntryMaker& text(Attid attid, std::string_view utf8) { return value(attid, directory::unicode_octets(utf8)); }
  EntryMaker& name(Attid attid, std::string_view dn) {
    return value(attid, reference_octets(schema::Syntax::kDn, dsname_from_dn(dn).value(), {}));
  }
  EntryMaker& of_class(Attid object_class) { return number(attid::kObjectClass, static_cast<std::uint32_t>(object_class)); }
  operator ENTINFLIST() const { return entry_; }

 private:
  ENTINFLIST entry_;
};

/// NTDS Settings of dsa-b as a joining DC sends them.
EntryMaker settings(std::string_view domain = kLab) {
  EntryMaker made("CN=NTDS Settings,CN=dsa-b," + kServers);
  made.of_class(class_id::kNtdsDsa);
  for (const Attid list : {attid::kMsDsHasMasterNcs, attid::kHasMasterNcs})
    made.name(list, "CN=Schema,CN=Configuration,DC=lab,DC=example").name(list, "CN=Configuration,DC=lab,DC=example").name(list, domain);
  made.number(attid::kMsDsBehaviorVersion, 7).number(attid::kOptions, 0).number(attid::kSystemFlags, 0x02000000);
  made.value(attid::kInvocationId, Bytes(16, 0x77));
  return made;
}

struct Added {
  Win32 result{};
  std::uint32_t category = 0;
  std::uint32_t problem = 0;
  Win32 code{};
  std::size_t objects = 0;
  friend bool operator==(const Added&, const Added&) = default;
  friend void PrintTo(const Added& a, std::ostream* out) {
    *out << "{result " << static_cast<std::uint32_t>(a.result) << ", category " << a.category << ", problem " << a.problem << ", code "
         << static_cast<std::uint32_t>(a.code) << ", objects " << a.objects << "}";
  }
};
Added success(std::size_t objects) { return {{}, 0, 0, {}, objects}; }
Added failure(std::uint32_t category, PROBLEM problem, Win32 what) { return {{}, category, problem, what, 0}; }

class AddEntry : public ::testing::Test {
 protected:
  AddEntry() {
    dsa_.add(kServers, "server", "dsa-b");
    dsa_.add(in_lab("OU=Domain Controllers,"), "computer", "dsa-b", {{attid::kSamAccountName, {text_value("dsa-b$")}}});
  }
  template <std::uint32_t Version>
  Outcome<IDL_DRSAddEntry> send(const std::vector<ENTINFLIST>& entries, const CallContext& who) {
    IDL_DRSAddEntry::In in;
    auto& message = in.msgIn.template emplace<Version>();
    for (const auto& entry : entries) message.EntInfList.push_back(entry);
    last_ = run<IDL_DRSAddEntry>(add_entry, dsa_, who, in);
    return last_;
  }
  /// What the reply of version 2 says.
  Added add(const std::vector<ENTINFLIST>& entries, const CallContext& who = administrators_call()) {
    const auto outcome = send<2>(entries, with_flags(who, DRS_EXT_BASE));
    const auto* reply = outcome.out.msgOut.get_if<2>();
    if (reply == nullptr) return {outcome.code, 99, 0, {}, 0};
    return {outcome.code, reply->errCode, reply->problem, static_cast<Win32>(reply->extendedErr), reply->infoList.size()};
  }
  Guid added_guid(std::size_t i = 0) { return last_.out.msgOut.get_if<2>()->infoList[i].objGuid; }

  ForestDsa dsa_;
  Outcome<IDL_DRSAddEntry> last_;
};

// 4.1.1.2.3
TEST_F(AddEntry, MakesNtdsSettings) {
  EXPECT_EQ(add({settings()}), success(1));
  const Dnt made = dsa_.find("CN=NTDS Settings,CN=dsa-b," + kServers);
  ASSERT_NE(made, store::kNoDnt);
  EXPECT_EQ(added_guid(), dsa_.guid(made));
  EXPECT_EQ(dsa_.links(made, attid::kHasMasterNcs).size(), 3u);
  EXPECT_EQ(add({settings()}), failure(updError, UP_PROBLEM_ENTRY_EXISTS, win32::kErrorDsObjStringNameExists));
}
// 4.1.1.2.1, 4.1.1.2.3: serverReference is not the object's: it names who gets the replication SPN.
TEST_F(AddEntry, GivesTheComputerItsReplicationSpn) {
  const std::string computer = in_lab("CN=dsa-b,OU=Domain Controllers,");
  EXPECT_EQ(add({settings().name(attid::kServerReference, computer)}), success(1));
  EXPECT_EQ(dsa_.texts(dsa_.find(computer), attid::kServicePrincipalName),
            (std::vector<std::string>{"E3514235-4B06-11D1-AB04-00C04FC2DCD2/" + to_string(added_guid()) + "/lab.example"}));
}
// 4.1.1.2.3: the rules in their order.
TEST_F(AddEntry, RefusesNtdsSettings) {

  const struct {
    const char* what;
    ENTINFLIST entry;
    CallContext who;
    Added expected;
  } cases[] = {
      {"no right", settings(), users_call(), failure(serviceError, SV_PROBLEM_DIR_ERROR, win32::kErrorAccessDenied)},
      {"a domain that nobody makes", settings("DC=other"), administrators_call(), failure(serviceError, SV_PROBLEM_DIR_ERROR, win32::kErrorAccessDenied)},
      {"no domain", EntryMaker("CN=NTDS Settings,CN=dsa-b," + kServers).of_class(class_id::kNtdsDsa), administrators_call(),
       failure(serviceError, SV_PROBLEM_DIR_ERROR, win32::kErrorAccessDenied)},
      {"the lists in the wrong order",
       EntryMaker("CN=NTDS Settings,CN=dsa-b," + kServers).of_class(class_id::kNtdsDsa).name(attid::kHasMasterNcs, kLab).name(attid::kMsDsHasMasterNcs, kLab),
       administrators_call(), failure(serviceError, SV_PROBLEM_DIR_ERROR, win32::kErrorDsNoCrossrefForNc)},
      {"a functional level below the forest's",
       EntryMaker("CN=NTDS Settings,CN=dsa-b," + kServers).of_class(class_id::kNtdsDsa).name(attid::kHasMasterNcs, kLab).number(attid::kMsDsBehaviorVersion, 2),
       administrators_call(), failure(serviceError, SV_PROBLEM_WILL_NOT_PERFORM, code::kErrorDsIncompatibleVersion)},
      {"no functional level",
       EntryMaker("CN=NTDS Settings,CN=dsa-b," + kServers).of_class(class_id::kNtdsDsa).name(attid::kHasMasterNcs, kLab), administrators_call(),
       failure(serviceError, SV_PROBLEM_WILL_NOT_PERFORM, code::kErrorDsIncompatibleVersion)},
      {"no server object",
       EntryMaker("CN=NTDS Settings,CN=nobody," + kServers).of_class(class_id::kNtdsDsa).name(attid::kHasMasterNcs, kLab).number(attid::kMsDsBehaviorVersion, 7),
       administrators_call(), failure(nameError, NA_PROBLEM_NO_OBJECT, win32::kErrorDsNoParentObject)},
  };
  for (const auto& each : cases) EXPECT_EQ(add({each.entry}, each.who), each.expected) << each.what;
  EXPECT_EQ(dsa_.find("CN=NTDS Settings,CN=dsa-b," + kServers), store::kNoDnt);
}
// 4.1.1.3: all or nothing.
TEST_F(AddEntry, IsOneTransaction) {
  EXPECT_EQ(add({settings(), settings()}), failure(updError, UP_PROBLEM_ENTRY_EXISTS, win32::kErrorDsObjStringNameExists));
  EXPECT_EQ(dsa_.find("CN=NTDS Settings,CN=dsa-b," + kServers), store::kNoDnt);
  ASSERT_TRUE(last_.out.msgOut.get_if<2>()->pErrorObject);
  EXPECT_EQ(dsname_dn(*last_.out.msgOut.get_if<2>()->pErrorObject).value(), "CN=NTDS Settings,CN=dsa-b," + kServers);
}
// 4.1.1.3: a client of version 3 gets replies of version 3, whichever request it sends.
TEST_F(AddEntry, AnswersInTheVersionOfTheClient) {
  auto outcome = send<2>({settings("DC=other")}, administrators_call());
  const auto* reply = outcome.out.msgOut.get_if<3>();
  ASSERT_NE(reply, nullptr);
  ASSERT_TRUE(reply->pErrData);
  const auto* data = reply->pErrData->get_if<1>();
  EXPECT_EQ(data->errCode, serviceError);
  ASSERT_TRUE(data->pErrInfo);
  EXPECT_EQ(data->pErrInfo->get_if<5>()->problem, SV_PROBLEM_DIR_ERROR);
  EXPECT_EQ(data->pErrInfo->get_if<5>()->extendedErr, static_cast<std::uint32_t>(win32::kErrorAccessDenied));
  EXPECT_EQ(dsname_dn(*reply->pdsErrObject).value(), "CN=NTDS Settings,CN=dsa-b," + kServers);
  outcome = send<3>({settings()}, administrators_call());
  ASSERT_NE(outcome.out.msgOut.get_if<3>(), nullptr);
  EXPECT_EQ(outcome.out.msgOut.get_if<3>()->infoList.size(), 1u);
  EXPECT_FALSE(outcome.out.msgOut.get_if<3>()->pErrData);
}
// 4.1.1.3: version 1 is obsolete, and its reply is of version 2.
TEST_F(AddEntry, RefusesTheOldVersion) {
  IDL_DRSAddEntry::In in;
  in.msgIn.emplace<1>().pObject = dsname_from_dn("CN=x,DC=lab,DC=example").value();
  const auto outcome = run<IDL_DRSAddEntry>(add_entry, dsa_, administrators_call(), in);
  EXPECT_EQ(outcome.code, win32::kErrorSuccess);
  ASSERT_NE(outcome.out.msgOut.get_if<2>(), nullptr);
  EXPECT_EQ(outcome.out.msgOut.get_if<2>()->problem, SV_PROBLEM_UNAVAILABLE);
  EXPECT_EQ(outcome.out.msgOut.get_if<2>()->errCode, 0u);
  EXPECT_EQ(outcome.out.msgOut.get_if<2>()->extendedErr, static_cast<std::uint32_t>(win32::kErrorDsUnavailable));
}
// 4.1.1.2.4: credentials in the request.
TEST_F(AddEntry, TakesNoCredentials) {
  IDL_DRSAddEntry::In in;
  auto& message = in.msgIn.emplace<3>();
  message.EntInfList.push_back(settings());
  message.pClientCreds = DRS_SecBufferDesc();
  EXPECT_EQ(run<IDL_DRSAddEntry>(add_entry, dsa_, administrators_call(), in).code, win32::kErrorNotSupported);
  EXPECT_EQ(dsa_.find("CN=NTDS Settings,CN=dsa-b," + kServers), store::kNoDnt);
}
// 4.1.1.3: any other class.
TEST_F(AddEntry, TakesNoOtherClass) {
  const auto busy = failure(0, SV_PROBLEM_BUSY, win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(add({EntryMaker(in_lab("CN=x,CN=Users,")).of_class(class_id::kUser)}), busy);
  EXPECT_EQ(add({EntryMaker(in_lab("CN=x,CN=Users,"))}), busy) << "no class at all";
}
// Octets of clients that are none of what they should be.
TEST_F(AddEntry, HostileEntries) {
  EXPECT_EQ(add({settings().value(attid::kDescription, {1})}), failure(attributeError, PR_PROBLEM_INVALID_ATT_SYNTAX, win32::kErrorDsInvalidAttributeSyntax));
  EXPECT_EQ(add({settings().number(Attid{0x7FFF0001}, 1)}),
            failure(attributeError, PR_PROBLEM_UNDEFINED_ATT_TYPE, win32::kErrorDsAttributeTypeUndefined));
  EXPECT_EQ(add({settings().value(attid::kServerReference, {1, 2, 3})}).category, attributeError);
  ENTINFLIST nameless = settings();
  nameless.Entinf.pName = nullptr;
  EXPECT_EQ(add({nameless}), failure(updError, UP_PROBLEM_NAME_VIOLATION, win32::kErrorDsNameUnparseable));
  ENTINFLIST twice = settings();
  twice.Entinf.AttrBlock.pAttr.push_back(twice.Entinf.AttrBlock.pAttr[0]);
  EXPECT_EQ(add({twice}).category, attributeError);
  EXPECT_EQ(add({EntryMaker("no name").of_class(class_id::kNtdsDsa)}), failure(updError, UP_PROBLEM_NAME_VIOLATION, win32::kErrorDsNameUnparseable));
  EXPECT_EQ(add({EntryMaker("CN=x,DC=lab,DC=example").value(attid::kObjectClass, {1})}),
            failure(attributeError, PR_PROBLEM_INVALID_ATT_SYNTAX, win32::kErrorDsInvalidAttributeSyntax));
}

EntryMaker cross_ref(std::string_view rdn, std::string_view nc, std::string_view dns_root) {
  EntryMaker made(std::string(rdn) + ",CN=Partitions,CN=Configuration,DC=lab,DC=example");
  made.of_class(class_id::kCrossRef).name(attid::kNcName, nc).text(attid::kDnsRoot, dns_root);
  return made;
}
// 4.1.1.2.2: made by the naming master for whoever may make it; the NC is known from then on (5.6).
TEST_F(AddEntry, MakesACrossRef) {
  EXPECT_EQ(add({cross_ref("CN=child", "DC=child,DC=lab,DC=example", "child.lab.example").number(attid::kSystemFlags, 0)}), success(1));
  const Dnt made = dsa_.find("CN=child,CN=Partitions,CN=Configuration,DC=lab,DC=example");
  ASSERT_NE(made, store::kNoDnt);
  EXPECT_EQ(added_guid(), dsa_.guid(made));
  EXPECT_EQ(dsa_.texts(made, attid::kDnsRoot), std::vector<std::string>{"child.lab.example"});
  EXPECT_NE(dsa_.find("DC=child,DC=lab,DC=example"), store::kNoDnt) << "a subordinate reference";
}
TEST_F(AddEntry, RefusesACrossRef) {
  const auto child = cross_ref("CN=child", "DC=child,DC=lab,DC=example", "child.lab.example");
  EXPECT_EQ(add({child}, users_call()), failure(securityError, SE_PROBLEM_INSUFF_ACCESS_RIGHTS, win32::kErrorDsInsuffAccessRights));
  auto with_flags_of_nc = child;
  EXPECT_EQ(add({with_flags_of_nc.number(attid::kSystemFlags, 1)}),
            failure(serviceError, SV_PROBLEM_WILL_NOT_PERFORM, code::kErrorDsMissingExpectedAtt));
  const std::string partitions = in_configuration("CN=Partitions,");
  EXPECT_EQ(add({EntryMaker("CN=child," + partitions).of_class(class_id::kCrossRef)}),
            failure(updError, UP_PROBLEM_OBJ_CLASS_VIOLATION, win32::kErrorDsMissingRequiredAtt));
  dsa_.become(dsa_.add_dsa(kFirstSite, "dsa-z", 1300));
  EXPECT_EQ(add({child}), failure(serviceError, SV_PROBLEM_INVALID_REFERENCE, win32::kErrorDsReferral)) << "another DSA is the naming master";
}
// 4.1.1.2.2: a disabled crossRef is enabled by the host that it waits for.
TEST_F(AddEntry, EnablesACrossRef) {
  const auto child = cross_ref("CN=child", "DC=child,DC=lab,DC=example", "127.0.0.1");
  ASSERT_EQ(add({child}), success(1));
  const Dnt made = dsa_.find("CN=child,CN=Partitions,CN=Configuration,DC=lab,DC=example");
  auto enabling = cross_ref("CN=child", "DC=child,DC=lab,DC=example", "child.lab.example");
  enabling.number(attid::kSystemFlags, 3);
  EXPECT_EQ(add({enabling}), failure(serviceError, SV_PROBLEM_DIR_ERROR, code::kErrorDupDomainname)) << "it is enabled already";
  dsa_.set(made, attid::kEnabled, {bool_value(false)});
  auto stranger = administrators_call();
  auto caller = std::make_shared<Caller>(*stranger.caller);
  caller->address = "[2001:db8::1]:40312";
  stranger.caller = caller;
  EXPECT_EQ(add({enabling}, stranger), failure(securityError, SE_PROBLEM_INAPPROPRIATE_AUTH, win32::kErrorDsInternalFailure));
  EntryMaker rootless("CN=child,CN=Partitions,CN=Configuration,DC=lab,DC=example");
  rootless.of_class(class_id::kCrossRef).name(attid::kNcName, "DC=child,DC=lab,DC=example").number(attid::kSystemFlags, 3);
  EXPECT_EQ(add({rootless}), failure(attributeError, PR_PROBLEM_NO_ATTRIBUTE_OR_VAL, win32::kErrorDsMissingRequiredAtt));
  EXPECT_EQ(add({enabling}, users_call()), success(1)) << "no other right is asked for";
  EXPECT_EQ(added_guid(), dsa_.guid(made));
  EXPECT_EQ(dsa_.texts(made, attid::kDnsRoot), std::vector<std::string>{"child.lab.example"});
}
// 4.1.1.2.3, 4.1.1.2.5: NTDS Settings of a domain that the same call makes.
TEST_F(AddEntry, MakesADomainAndItsFirstDsa) {
  const auto child = cross_ref("CN=child", "DC=child,DC=lab,DC=example", "child.lab.example");
  EXPECT_EQ(add({child, settings("DC=child,DC=lab,DC=example")}), success(2));
  EXPECT_EQ(added_guid(1), dsa_.guid(dsa_.find("CN=NTDS Settings,CN=dsa-b," + kServers)));
}

EntryMaker modification(std::string_view dn) { return EntryMaker(dn, ENTINF_REMOTE_MODIFY); }
// 4.1.1.2.10
TEST_F(AddEntry, ModifiesObjects) {
  const std::string users = in_lab("CN=Users,");
  EXPECT_EQ(add({modification(users).text(attid::kDescription, "news")}), success(1));
  EXPECT_EQ(added_guid(), dsa_.guid(dsa_.find(users)));
  EXPECT_EQ(dsa_.texts(dsa_.find(users), attid::kDescription), std::vector<std::string>{"news"});
  EXPECT_EQ(add({modification(in_lab("CN=nobody,")).text(attid::kDescription, "x")}), failure(nameError, NA_PROBLEM_NO_OBJECT, win32::kErrorDsObjNotFound));
  EXPECT_EQ(add({modification(users).text(attid::kDescription, "x")}, users_call()),
            failure(securityError, SE_PROBLEM_INSUFF_ACCESS_RIGHTS, win32::kErrorDsInsuffAccessRights));
  EXPECT_EQ(add({modification(users).number(attid::kInstanceType, 4)}).category, serviceError) << "system-only";
  const auto secret = dsa_.context().schema->find_attribute("unicodePwd")->attid;
  EXPECT_EQ(add({modification(in_lab("CN=Administrator,CN=Users,")).value(secret, {1, 2})}),
            failure(serviceError, SV_PROBLEM_WILL_NOT_PERFORM, win32::kErrorDsUnwillingToPerform));
}
// 4.1.1.3: two objects at once, or none.
TEST_F(AddEntry, ModifiesSeveralObjectsAtOnce) {
  const std::string users = in_lab("CN=Users,"), computers = in_lab("CN=Computers,");
  EXPECT_EQ(add({modification(users).text(attid::kDescription, "both"), modification(computers).text(attid::kDescription, "both")}), success(2));
  EXPECT_EQ(add({modification(users).text(attid::kDescription, "half"), modification(in_lab("CN=nobody,")).text(attid::kDescription, "half")}).objects, 0u);
  EXPECT_EQ(dsa_.texts(dsa_.find(users), attid::kDescription), std::vector<std::string>{"both"});
}
// 4.1.1.3: DSAs of an older level do not modify for others.
TEST_F(AddEntry, ModifiesOnlyFromALevelOn) {
  dsa_.set(dsa_.find("CN=NTDS Settings,CN=DSA-A," + kServers), attid::kMsDsBehaviorVersion, {u32_value(2)});
  EXPECT_EQ(add({modification(in_lab("CN=Users,")).text(attid::kDescription, "x")}), failure(0, SV_PROBLEM_UNAVAILABLE, win32::kErrorDsUnavailable));
}

// What a DSA of ours sends to join: its computer, its server object, its NTDS Settings.
TEST_F(AddEntry, TakesADsaThatJoins) {
  DsaPlan plan;
  plan.host_name = "dsa-c";
  plan.invocation_id = InvocationId{"33333333-3333-3333-3333-333333333333"_guid};
  const auto entries = repl::testing::must(dsa_entries(*dsa_.context().schema, {"lab.example", "LAB"}, plan));
  std::vector<ENTINFLIST> list;
  for (const auto& entry : entries) list.emplace_back().Entinf = entry;
  EXPECT_EQ(add(list, users_call()), failure(securityError, SE_PROBLEM_INSUFF_ACCESS_RIGHTS, win32::kErrorDsInsuffAccessRights));
  ASSERT_EQ(add(list), success(3));
  const Dnt computer = dsa_.find(in_lab("CN=DSA-C,OU=Domain Controllers,"));
  ASSERT_NE(computer, store::kNoDnt);
  const auto snapshot = dsa_.store().read();
  const auto sid = repl::testing::must(snapshot->find(computer))->head().sid;
  ASSERT_TRUE(sid) << "drawn from this DSA's pool";
  const auto spns = dsa_.texts(computer, attid::kServicePrincipalName);
  EXPECT_TRUE(std::ranges::any_of(spns, [&](const auto& spn) { return spn.contains(to_string(added_guid(2)) + "/lab.example"); }));
}

}  // namespace
}  // namespace tributary::service::testing
