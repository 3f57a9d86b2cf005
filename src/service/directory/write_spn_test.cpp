// SPDX-License-Identifier: Apache-2.0
// IDL_DRSWriteSPN, IDL_DRSWriteNgcKey and IDL_DRSReadNgcKey as their clients see them: [MS-DRSR] 4.1.28, 4.1.30, 4.1.31, 5.5.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/win32.hpp"
#include "security/access/sddl.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;
using Names = std::vector<std::string>;

class WriteSpn : public ::testing::Test {
 protected:
  WriteSpn() {
    host_ = dsa_.add(in_lab("CN=Computers,"), "computer", "HOST",
                     {{attid::kSamAccountName, {text_value("HOST$")}},
                      {attid::kObjectSid, {octets_value(encode_sid(dsa_.sid_of(1201)))}},
                      {attid::kUserAccountControl, {u32_value(0x1000)}},
                      {attid::kDnsHostName, {text_value("host.lab.example")}},
                      {attid::kServicePrincipalName, {text_value("host/host"), text_value("host/host.lab.example")}}});
  }
  static IDL_DRSWriteSPN::In request(std::uint32_t operation, std::string_view account, const Names& spns) {
    IDL_DRSWriteSPN::In in;
    auto& message = in.msgIn.emplace<1>();
    message.operation = operation;
    message.pwszAccount = wide(account);
    for (const auto& spn : spns) message.rpwszSPN.push_back(wide(spn));
    return in;
  }
  Win32 write(const IDL_DRSWriteSPN::In& in, const CallContext& who = administrators_call()) {
    const auto outcome = run<IDL_DRSWriteSPN>(write_spn, dsa_, who, in);
    EXPECT_EQ(outcome.out.msgOut.get_if<1>()->retVal, static_cast<std::uint32_t>(outcome.code)) << "both say the same";
    return outcome.code;
  }
  Win32 write(std::uint32_t operation, const Names& spns, const CallContext& who = administrators_call()) {
    return write(request(operation, kHost, spns), who);
  }
  Names spns() {
    auto all = dsa_.texts(host_, attid::kServicePrincipalName);
    std::ranges::sort(all);
    return all;
  }
  CallContext host_call() { return users_call(dsa_.sid_of(1201)); }

  static constexpr std::string_view kHost = "CN=HOST,CN=Computers,DC=lab,DC=example";
  ForestDsa dsa_;
  Dnt host_ = store::kNoDnt;
};

// 4.1.28.3: what is there is not added twice, what is not there is not missed, a replacement may be empty.
TEST_F(WriteSpn, AddsRemovesAndReplaces) {
  EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {"http/host", "HOST/host", "http/HOST"}), win32::kErrorSuccess);
  EXPECT_EQ(spns().size(), 3u);
  EXPECT_EQ(write(DS_SPN_DELETE_SPN_OP, {"http/host", "nfs/host"}), win32::kErrorSuccess);
  EXPECT_EQ(spns(), (Names{"host/host", "host/host.lab.example"}));
  EXPECT_EQ(write(DS_SPN_REPLACE_SPN_OP, {"ldap/host"}), win32::kErrorSuccess);
  EXPECT_EQ(spns(), (Names{"ldap/host"}));
  EXPECT_EQ(write(DS_SPN_REPLACE_SPN_OP, {}), win32::kErrorSuccess);
  EXPECT_EQ(spns(), Names{});
}
// 4.1.28.3: the arguments in their order.
TEST_F(WriteSpn, WrongRequests) {
  const struct {
    const char* what;
    IDL_DRSWriteSPN::In in;
    Win32 code;
  } cases[] = {
      {"no account", request(DS_SPN_ADD_SPN_OP, "", {"a/b"}), win32::kErrorInvalidParameter},
      {"no account, and no operation either", request(3, "", {"a/b"}), win32::kErrorInvalidParameter},
      {"no operation", request(3, kHost, {"a/b"}), win32::kErrorInvalidFunction},
      {"no operation, and no SPN either", request(99, kHost, {}), win32::kErrorInvalidFunction},
      {"nothing to add", request(DS_SPN_ADD_SPN_OP, kHost, {}), win32::kErrorInvalidParameter},
      {"nothing to remove", request(DS_SPN_DELETE_SPN_OP, kHost, {}), win32::kErrorInvalidParameter},
      {"an empty SPN", request(DS_SPN_ADD_SPN_OP, kHost, {"a/b", ""}), win32::kErrorInvalidParameter},
      {"an empty SPN of nobody", request(DS_SPN_ADD_SPN_OP, "CN=nobody,DC=lab,DC=example", {""}), win32::kErrorInvalidParameter},
      {"nobody", request(DS_SPN_ADD_SPN_OP, "CN=nobody,DC=lab,DC=example", {"a/b"}), win32::kErrorDsObjNotFound},
      {"no name", request(DS_SPN_ADD_SPN_OP, "HOST", {"a/b"}), win32::kErrorDsObjNotFound},
  };
  for (const auto& each : cases) EXPECT_EQ(write(each.in), each.code) << each.what;
  auto null_account = request(DS_SPN_ADD_SPN_OP, "", {"a/b"});
  null_account.msgIn.get_if<1>()->pwszAccount.reset();
  EXPECT_EQ(write(null_account), win32::kErrorInvalidParameter);
  auto null_spn = request(DS_SPN_ADD_SPN_OP, kHost, {"a/b"});
  null_spn.msgIn.get_if<1>()->rpwszSPN.push_back(std::nullopt);
  EXPECT_EQ(write(null_spn), win32::kErrorInvalidParameter);
  EXPECT_EQ(spns(), (Names{"host/host", "host/host.lab.example"})) << "nothing was written";
}
// 4.1.28.3: only for handles of administrators' programs.
TEST_F(WriteSpn, IsNotForDsas) { EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {"a/b"}, dsa_call()), win32::kErrorInvalidParameter); }
TEST_F(WriteSpn, IsNotForReadOnlyDsas) {
  dsa_.rules().rules.read_only = true;
  EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {"a/b"}), win32::kErrorDsUnwillingToPerform);
}
// 5.5: without a right to the attribute nothing.
TEST_F(WriteSpn, NeedsARight) {
  EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {"http/host"}, users_call()), win32::kErrorDsInsuffAccessRights);
  EXPECT_EQ(write(DS_SPN_REPLACE_SPN_OP, {}, users_call()), win32::kErrorDsInsuffAccessRights);
  EXPECT_EQ(spns(), (Names{"host/host", "host/host.lab.example"}));
}
// 5.5: with the validated write alone (SELF has it) a computer may name itself, and nobody else.
TEST_F(WriteSpn, MayNameTheAccountItself) {
  for (const auto* own : {"http/host.lab.example", "http/HOST.LAB.EXAMPLE", "http/host", "nfs/HOST"})
    EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {own}, host_call()), win32::kErrorSuccess) << own;
  for (const auto* other : {"http/other.lab.example", "http", "http/host.lab.example/lab.example", "a/b/c/d", "http/host:80"})
    EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {other}, host_call()), win32::kErrorDsInvalidAttributeSyntax) << other;
  EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {"http/host", "http/other"}, host_call()), win32::kErrorDsInvalidAttributeSyntax) << "each has to be right";
  dsa_.set(host_, attid::kMsDsAdditionalDnsHostName, {text_value("alias.lab.example")});
  EXPECT_EQ(write(DS_SPN_ADD_SPN_OP, {"http/alias.lab.example"}, host_call()), win32::kErrorSuccess);
}
// 5.5, 5.102, 5.110: a DC may have names of three parts and those of its DSA.
TEST_F(WriteSpn, MayNameADc) {
  const Dnt settings = dsa_.add_dsa(kFirstSite, "dsa-b", 1300);
  const std::string guid = to_string(dsa_.guid(settings));
  const auto self = users_call(dsa_.sid_of(1300));
  const std::string account = in_lab("CN=dsa-b,OU=Domain Controllers,");
  const auto add = [&](const std::string& spn) { return write(request(DS_SPN_ADD_SPN_OP, account, {spn}), self); };
  for (const auto& own : {std::string("ldap/dsa-b.lab.example/lab.example"), std::string("GC/dsa-b.lab.example/lab.example"),
                          "ldap/" + guid + "._msdcs.lab.example"})
    EXPECT_EQ(add(own), win32::kErrorSuccess) << own;
  for (const auto& other : {std::string("ldap/dsa-b.lab.example/other.example"), std::string("GC/dsa-b.lab.example/other.example"),
                            std::string("ldap/11111111-1111-1111-1111-111111111111._msdcs.lab.example"), std::string("ldap/dsa-a.lab.example")})
    EXPECT_EQ(add(other), win32::kErrorDsInvalidAttributeSyntax) << other;
}

class NgcKey : public WriteSpn {
 protected:
  Win32 write_key(std::string_view account, const Bytes& key, const CallContext& who) {
    IDL_DRSWriteNgcKey::In in;
    auto& message = in.msgIn.emplace<1>();
    message.pwszAccount = wide(account);
    message.pNgcKey = Seq<std::uint8_t>(key);
    return run<IDL_DRSWriteNgcKey>(write_ngc_key, dsa_, who, in).code;
  }
  std::pair<Win32, std::string> read_key(std::string_view account, const CallContext& who) {
    IDL_DRSReadNgcKey::In in;
    in.msgIn.emplace<1>().pwszAccount = wide(account);
    const auto outcome = run<IDL_DRSReadNgcKey>(read_ngc_key, dsa_, who, in);
    return {outcome.code, to_hex(ByteView(outcome.out.msgOut.get_if<1>()->pNgcKey.span()))};
  }
  using Read = std::pair<Win32, std::string>;
};

// 4.1.30.3, 4.1.31.2: a key is written in place of all others, and read again.
TEST_F(NgcKey, IsWrittenAndRead) {
  EXPECT_EQ(read_key(kHost, administrators_call()), (Read{win32::kErrorDsObjNotFound, ""}));
  EXPECT_EQ(write_key(kHost, {1, 2, 3}, administrators_call()), win32::kErrorSuccess);
  EXPECT_EQ(read_key(kHost, administrators_call()), (Read{win32::kErrorSuccess, "010203"}));
  EXPECT_EQ(write_key(kHost, {4}, administrators_call()), win32::kErrorSuccess);
  EXPECT_EQ(read_key(kHost, administrators_call()), (Read{win32::kErrorSuccess, "04"}));
}
// 4.1.30.2.1: a computer gives itself its first key, and no second.
TEST_F(NgcKey, IsTheComputersOwn) {
  const auto descriptor = security::parse_sddl("O:BAG:BAD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(OA;;SW;9b026da6-0d3c-465c-8bee-5199d7165cba;;PS)").value();
  dsa_.set(host_, attid::kNtSecurityDescriptor, {octets_value(security::encode_security_descriptor(descriptor).value())});
  EXPECT_EQ(write_key(kHost, {1}, users_call()), win32::kErrorDsInsuffAccessRights);
  EXPECT_EQ(write_key(kHost, {1}, host_call()), win32::kErrorSuccess);
  EXPECT_EQ(write_key(kHost, {2}, host_call()), win32::kErrorDsInsuffAccessRights);
  EXPECT_EQ(read_key(kHost, administrators_call()), (Read{win32::kErrorSuccess, "01"}));
}
TEST_F(NgcKey, WrongRequests) {
  for (const auto* account : {"", "CN=nobody,DC=lab,DC=example"}) {
    const Win32 code = *account == '\0' ? win32::kErrorInvalidParameter : win32::kErrorDsObjNotFound;
    EXPECT_EQ(write_key(account, {1}, administrators_call()), code);
    EXPECT_EQ(read_key(account, administrators_call()).first, code);
  }
  EXPECT_EQ(write_key(kHost, {1}, dsa_call()), win32::kErrorInvalidParameter);
  EXPECT_EQ(read_key(kHost, dsa_call()).first, win32::kErrorInvalidParameter);
}

}  // namespace
}  // namespace tributary::service::testing
