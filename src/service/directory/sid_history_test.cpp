// SPDX-License-Identifier: Apache-2.0
// IDL_DRSAddSidHistory, and the operations that have no use here, as their clients see them: [MS-DRSR] 4.1.2, 4.1.7, 4.1.11, 4.1.14, 4.1.15,
// 4.1.21, 4.1.29.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/source/local_state.hpp"
#include "schema/schema_info.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;
namespace code = directory::code;

class SidHistory : public ::testing::Test {
 protected:
  SidHistory() {
    kim_ = dsa_.add_account("user", "kim", 1201);
    kim1_ = dsa_.add_account("user", "kim1", 1202, {{attid::kSidHistory, {octets_value(encode_sid(parse_sid("S-1-5-21-9-9-9-1000").value()))}}});
  }
  struct Done {
    Win32 result{}, error{};
    friend bool operator==(const Done&, const Done&) = default;
    friend void PrintTo(const Done& each, std::ostream* out) {
      *out << "{" << static_cast<std::uint32_t>(each.result) << ", " << static_cast<std::uint32_t>(each.error) << "}";
    }
  };
  static Done ends(Win32 error) { return {win32::kErrorSuccess, error}; }
  Done call(const DRS_MSG_ADDSIDREQ_V1& message, const CallContext& who = administrators_call()) {
    IDL_DRSAddSidHistory::In in;
    in.msgIn.emplace<1>() = message;
    const auto outcome = run<IDL_DRSAddSidHistory>(add_sid_history, dsa_, who, in);
    return {outcome.code, static_cast<Win32>(outcome.out.msgOut.get_if<1>()->dwWin32Error)};
  }
  static DRS_MSG_ADDSIDREQ_V1 within(std::string_view source, std::string_view destination) {
    DRS_MSG_ADDSIDREQ_V1 message;
    message.Flags = DS_ADDSID_FLAG_PRIVATE_DEL_SRC_OBJ;
    message.SrcPrincipal = wide(source);
    message.DstPrincipal = wide(destination);
    return message;
  }
  static DRS_MSG_ADDSIDREQ_V1 across() {
    DRS_MSG_ADDSIDREQ_V1 message;
    message.SrcDomain = wide("source.example");
    message.SrcPrincipal = wide("kim");
    message.DstDomain = wide("lab.example");
    message.DstPrincipal = wide("kim");
    return message;
  }

  ForestDsa dsa_;
  Dnt kim_ = store::kNoDnt, kim1_ = store::kNoDnt;
  const std::string kKim = "CN=kim,CN=Users,DC=lab,DC=example", kKim1 = "CN=kim1,CN=Users,DC=lab,DC=example";
  const Done kBadArguments{win32::kErrorInvalidParameter, win32::kErrorDsInternalFailure};
};

// 4.1.2.4.1: the check of the channel, whatever else is asked for.
TEST_F(SidHistory, ChecksTheChannel) {
  DRS_MSG_ADDSIDREQ_V1 message;
  message.Flags = DS_ADDSID_FLAG_PRIVATE_CHK_SECURE;
  EXPECT_EQ(call(message, users_call()), ends(win32::kErrorSuccess));
  message.Flags |= DS_ADDSID_FLAG_PRIVATE_DEL_SRC_OBJ;
  EXPECT_EQ(call(message), ends(win32::kErrorSuccess));
}
// 4.1.2.4.2: the SIDs of one go to the other, and the one goes.
TEST_F(SidHistory, MovesSidsWithinTheDomain) {
  EXPECT_EQ(call(within(kKim1, kKim)), ends(win32::kErrorSuccess));
  EXPECT_EQ(dsa_.find(kKim1), store::kNoDnt);
  const auto snapshot = dsa_.store().read();
  const auto context = dsa_.context();
  const directory::Reader reader(context, *snapshot, dsa_.identity());
  auto history = reader.sids(reader.object(kim_), attid::kSidHistory);
  std::ranges::sort(history);
  std::vector<Sid> expected = {dsa_.sid_of(1202), parse_sid("S-1-5-21-9-9-9-1000").value()};
  std::ranges::sort(expected);
  EXPECT_EQ(history, expected);
}
// 4.1.2.3, second mode: arguments that make the call fail.
TEST_F(SidHistory, WithinTheDomainWrongArguments) {
  auto message = within(kKim1, kKim);
  const auto fails = [&](auto&& change) {
    auto wrong = message;
    change(wrong);
    EXPECT_EQ(call(wrong), kBadArguments);
  };
  fails([](auto& m) { m.SrcDomain = wide("x"); });
  fails([](auto& m) { m.DstDomain = wide(""); });
  fails([](auto& m) { m.SrcCredsUser = Seq<char16_t>{u'x'}; });
  fails([](auto& m) { m.SrcCredsDomain = Seq<char16_t>{u'x'}; });
  fails([](auto& m) { m.SrcCredsPassword = Seq<char16_t>{u'x'}; });
  fails([](auto& m) { m.SrcDomainController = wide(""); });
  fails([](auto& m) { m.SrcPrincipal.reset(); });
  fails([](auto& m) { m.SrcPrincipal = wide(""); });
  fails([](auto& m) { m.DstPrincipal.reset(); });
  fails([](auto& m) { m.DstPrincipal = wide(""); });
}
// 4.1.2.3, second mode: what the reply says, in the section's order.
TEST_F(SidHistory, WithinTheDomainRefused) {
  const std::string site(kFirstSite);
  EXPECT_EQ(call(within("no name", kKim)), ends(win32::kErrorInvalidParameter));
  EXPECT_EQ(call(within(site, kKim)), ends(win32::kErrorInvalidParameter)) << "two NCs";
  EXPECT_EQ(call(within(site, site)), ends(code::kErrorDsMasterdsaRequired)) << "not the domain";
  EXPECT_EQ(call(within(kKim1, kKim), users_call()), ends(win32::kErrorDsInsuffAccessRights));
  EXPECT_EQ(call(within(kKim, kKim)), ends(win32::kErrorInvalidParameter)) << "the same";
  EXPECT_EQ(call(within("CN=nobody,DC=lab,DC=example", kKim)), ends(win32::kErrorInvalidParameter));
  EXPECT_EQ(call(within(in_lab("CN=Computers,"), kKim)), ends(win32::kErrorInvalidParameter)) << "no principal";
  EXPECT_EQ(call(within(in_lab("CN=Guest,CN=Users,"), kKim)), ends(win32::kErrorInvalidParameter)) << "a well-known one";
  EXPECT_EQ(call(within(kKim1, in_lab("CN=Administrator,CN=Users,"))), ends(win32::kErrorInvalidParameter));
  dsa_.set(dsa_.find(in_configuration("CN=LAB,CN=Partitions,")), attid::kNtMixedDomain, {u32_value(1)});
  EXPECT_EQ(call(within(kKim1, kKim)), ends(code::kErrorDsDstDomainNotNative));
  EXPECT_NE(dsa_.find(kKim1), store::kNoDnt);
}
// 4.1.2.3, third mode.
TEST_F(SidHistory, AcrossForests) {
  EXPECT_EQ(call(across()), ends(code::kErrorDsCantFindDcForSrcDomain)) << "as far as it goes";
  const auto changed = [&](auto&& change) {
    auto message = across();
    change(message);
    return call(message);
  };
  for (auto member : {&DRS_MSG_ADDSIDREQ_V1::SrcDomain, &DRS_MSG_ADDSIDREQ_V1::DstDomain, &DRS_MSG_ADDSIDREQ_V1::SrcPrincipal, &DRS_MSG_ADDSIDREQ_V1::DstPrincipal}) {
    EXPECT_EQ(changed([&](auto& m) { m.*member = wide(""); }), kBadArguments);
    EXPECT_EQ(changed([&](auto& m) { (m.*member).reset(); }), kBadArguments);
  }
  EXPECT_EQ(changed([](auto& m) { m.SrcDomainController = wide(""); }), kBadArguments);
  EXPECT_EQ(changed([](auto& m) { m.DstDomain = wide("other.example"); }), ends(code::kErrorDsDestinationDomainNotInForest));
  EXPECT_EQ(changed([](auto& m) { m.SrcDomain = wide("LAB"); }), ends(code::kErrorDsSourceDomainInForest));
  EXPECT_EQ(changed([](auto& m) { m.DstPrincipal = wide("nobody"); }), ends(win32::kErrorDsObjNotFound));
  EXPECT_EQ(call(across(), users_call()), ends(win32::kErrorDsInsuffAccessRights));
  dsa_.set(dsa_.find(in_configuration("CN=LAB,CN=Partitions,")), attid::kNtMixedDomain, {u32_value(1)});
  EXPECT_EQ(call(across()), ends(code::kErrorDsDstDomainNotNative));
}

class NotApplicable : public ::testing::Test {
 protected:
  ForestDsa dsa_;
};

// 4.1.15.3
TEST_F(NotApplicable, MovesBetweenDomains) {
  const auto call = [&](const IDL_DRSInterDomainMove::In& in, const CallContext& who) {
    const auto outcome = run<IDL_DRSInterDomainMove>(inter_domain_move, dsa_, who, in);
    const auto* reply = outcome.out.msgOut.get_if<2>();
    EXPECT_TRUE(reply != nullptr && reply->win32Error == static_cast<std::uint32_t>(win32::kErrorDsGenericError));
    return outcome.code;
  };
  IDL_DRSInterDomainMove::In old;
  old.msgIn.emplace<1>();
  EXPECT_EQ(call(old, dsa_call()), win32::kErrorDsDraInvalidParameter);
  IDL_DRSInterDomainMove::In in;
  auto& message = in.msgIn.emplace<2>();
  EXPECT_EQ(call(in, dsa_call()), code::kErrorDsDstNcMismatch);
  message.pExpectedTargetNC = dsa_.dsname(dsa_.configuration());
  EXPECT_EQ(call(in, dsa_call()), code::kErrorDsDstNcMismatch);
  message.pExpectedTargetNC = dsa_.dsname(dsa_.domain());
  EXPECT_EQ(call(in, dsa_call()), win32::kErrorDsDraSchemaMismatch);
  message.PrefixTable = schema::PrefixTable::with_defaults().to_concrete();
  EXPECT_EQ(call(in, dsa_call()), win32::kErrorDsDraSchemaMismatch);
  const auto info = repl::testing::must(local_schema_info(*dsa_.store().read()));
  message.PrefixTable = schema::make_message_prefix_table(schema::PrefixTable::with_defaults(), info);
  EXPECT_EQ(call(in, users_call()), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(call(in, dsa_call()), win32::kErrorNotSupported);
}
// 4.1.11.3: the log is empty, and only the PDC emulator has one.
TEST_F(NotApplicable, Nt4ChangeLog) {
  const auto call = [&](std::uint32_t flags, const Bytes& cookie, const CallContext& who) {
    IDL_DRSGetNT4ChangeLog::In in;
    auto& message = in.msgIn.emplace<1>();
    message.dwFlags = flags;
    message.pRestart = Seq<std::uint8_t>(cookie);
    return run<IDL_DRSGetNT4ChangeLog>(get_nt4_change_log, dsa_, who, in);
  };
  EXPECT_EQ(call(1, {}, users_call()).code, win32::kErrorAccessDenied);
  const auto both = call(3, {}, dsa_call());
  EXPECT_EQ(both.code, win32::kErrorSuccess);
  EXPECT_TRUE(both.out.msgOut.get_if<1>()->pLog.empty());
  EXPECT_EQ(both.out.msgOut.get_if<1>()->ReplicationState.LsaSerialNumber, 1);
  EXPECT_EQ(both.out.msgOut.get_if<1>()->ReplicationState.LsaCreationTime, dsa_.context().now.ticks);
  EXPECT_EQ(call(1, {}, dsa_call()).out.msgOut.get_if<1>()->ReplicationState.LsaSerialNumber, 0) << "not asked for";
  const auto cookie = call(3, {1, 2, 3}, dsa_call());
  EXPECT_EQ(cookie.code, win32::kErrorInvalidParameter);
  EXPECT_EQ(cookie.out.msgOut.get_if<1>()->ActualNtStatus, 0xC000000Du);
  EXPECT_EQ(cookie.out.msgOut.get_if<1>()->ReplicationState.LsaSerialNumber, 0) << "an error ends it";
  dsa_.become(dsa_.add_dsa(kFirstSite, "dsa-b", 1300));
  EXPECT_EQ(call(1, {}, dsa_call()).code, code::kErrorInvalidDomainRole);
  EXPECT_EQ(call(1, {}, users_call()).code, win32::kErrorAccessDenied) << "the right comes first";
}
// 5.212: only AD LDS is demoted so.
TEST_F(NotApplicable, Demotion) {
  IDL_DRSInitDemotion::In init;
  init.msgIn.emplace<1>();
  EXPECT_EQ(run<IDL_DRSInitDemotion>(init_demotion, dsa_, administrators_call(), init).code, win32::kErrorInvalidParameter);
  IDL_DRSReplicaDemotion::In replica;
  replica.msgIn.emplace<1>().dwFlags = DS_REPLICA_DEMOTE_TRY_ALL_SRCS;
  EXPECT_EQ(run<IDL_DRSReplicaDemotion>(replica_demotion, dsa_, administrators_call(), replica).code, win32::kErrorInvalidParameter);
  IDL_DRSFinishDemotion::In finish;
  finish.msgIn.emplace<1>().dwOperations = DS_DEMOTE_ROLLBACK_DEMOTE;
  EXPECT_EQ(run<IDL_DRSFinishDemotion>(finish_demotion, dsa_, administrators_call(), finish).code, win32::kErrorInvalidParameter);
}
// 4.1.29.3: rights, then the role, then that it is not done here.
TEST_F(NotApplicable, Clones) {
  IDL_DRSAddCloneDC::In in;
  in.msgIn.emplace<1>().pwszCloneDCName = wide("clone");
  const auto clone = [&](const CallContext& who) { return run<IDL_DRSAddCloneDC>(add_clone_dc, dsa_, who, in).code; };
  EXPECT_EQ(clone(users_call()), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(clone(administrators_call()), win32::kErrorDsDraAccessDenied) << "the right, but no DC";
  auto both = administrators_call();
  auto caller = std::make_shared<Caller>(*both.caller);
  caller->token.groups.push_back(parse_sid("S-1-5-9").value());
  std::ranges::sort(caller->token.groups);
  both.caller = caller;
  EXPECT_EQ(clone(both), win32::kErrorDsUnwillingToPerform);
  dsa_.become(dsa_.add_dsa(kFirstSite, "dsa-b", 1300));
  EXPECT_EQ(clone(both), code::kErrorInvalidDomainRole);
}

}  // namespace
}  // namespace tributary::service::testing
