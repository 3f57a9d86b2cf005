// SPDX-License-Identifier: Apache-2.0
// What the face does before an operation runs: who may ask at all ([MS-ADTS] 6.1.1.2.4.1.2), what goes where, CLDAP (3.1.1.3.1.11).
#include "service/ldap/face.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/principal.hpp"
#include "service/ldap/testing/answers.hpp"

namespace tributary::service::ldap_face {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using lp::ResultCode;
using testing::Answers;
using namespace service::testing;

class FaceTest : public ::testing::Test {
 protected:
  FaceTest() {
    connection.number = 3;
    connection.peer_address = "127.0.0.1:50000";
    connection.local_address = "127.0.0.1";
  }
  static lp::Message message(lp::Request request) {
    lp::Message made;
    made.id = 9;
    made.request = std::move(request);
    return made;
  }
  Answers ask(lp::Request request) { return testing::run(face->start(connection, message(std::move(request)), [] {})); }
  static lp::SearchRequest search(std::string_view base, lp::Scope scope = lp::Scope::kBase) {
    lp::SearchRequest request;
    request.base = base;
    request.scope = scope;
    request.filter.nodes.push_back({.kind = lp::FilterKind::kPresent, .end = 1, .attribute = "objectClass"});
    return request;
  }
  void bind_as(std::shared_ptr<const Caller> caller) { connection.principal = principal_of(std::move(caller), std::nullopt); }
  void set_heuristics(std::string_view text) {
    forest.set_text(forest.find(in_configuration("CN=Directory Service,CN=Windows NT,CN=Services,")), repl::testing::attid_of("dSHeuristics"), text);
  }

  ForestDsa forest;
  lp::Connection connection;
  std::shared_ptr<LdapFace> face = make_ldap_face(forest, std::make_shared<LdapSettings>(), {});
};

TEST_F(FaceTest, StrangersReadTheRootDseAndNoMore) {
  EXPECT_EQ(ask(search("")).code, ResultCode::kSuccess);
  const lp::Request others[] = {search(kLab),
                                search("", lp::Scope::kSubtree),
                                lp::CompareRequest{kLab, "name", as_bytes("lab")},
                                lp::AddRequest{"CN=x,DC=lab,DC=example", {}},
                                lp::DeleteRequest{"CN=x,DC=lab,DC=example"},
                                lp::ModifyDnRequest{"CN=x,DC=lab,DC=example", "CN=y", true, {}},
                                lp::ModifyRequest{"CN=x,DC=lab,DC=example", {}},
                                lp::ModifyRequest{"", {}}};
  for (const auto& request : others) {
    const auto refused = ask(request);
    EXPECT_EQ(refused.code, ResultCode::kOperationsError) << request.index();
    EXPECT_THAT(refused.message, StartsWith("000004DC: ")) << request.index();
    EXPECT_THAT(refused.message, HasSubstr("a successful bind must be completed on the connection"));
  }
  EXPECT_EQ(ask(lp::ExtendedRequest{lp::oid::kWhoAmI, {}}).value, "");
}

TEST_F(FaceTest, AnAdministratorMayLetStrangersIn) {
  set_heuristics("0000002");
  EXPECT_NE(ask(search(kLab)).code, ResultCode::kOperationsError);
  set_heuristics("0000001");
  EXPECT_EQ(ask(search(kLab)).code, ResultCode::kOperationsError);
}

TEST_F(FaceTest, WhoHasBoundIsWhoHeIs) {
  bind_as(administrators_call().caller);
  const auto found = ask(search(kLab));
  EXPECT_EQ(found.code, ResultCode::kSuccess) << found.message;
  ASSERT_EQ(found.entries.size(), 1U);
  EXPECT_EQ(found.entries.front().dn, kLab);
  EXPECT_EQ(ask(lp::DeleteRequest{"CN=nobody,DC=lab,DC=example"}).code, ResultCode::kNoSuchObject);
  EXPECT_EQ(ask(lp::ModifyRequest{"", {{lp::ModifyRequest::Operation::kAdd, {"schemaUpdateNow", {as_bytes("1")}}}}}).code, ResultCode::kSuccess);
}

// Of datagrams only what reads the rootDSE has an answer.
TEST_F(FaceTest, DatagramsAskForTheRootDse) {
  const auto answer = testing::read_answers(face->datagram(connection, message(search(""))));
  EXPECT_EQ(answer.code, ResultCode::kSuccess);
  ASSERT_EQ(answer.entries.size(), 1U);
  EXPECT_EQ(answer.entries.front().one("dnsHostName"), "dsa-a.lab.example");
  EXPECT_TRUE(face->datagram(connection, message(search(kLab))).empty());
  EXPECT_TRUE(face->datagram(connection, message(lp::DeleteRequest{kLab})).empty());
}

TEST_F(FaceTest, ThePingIsAnsweredOnBothWays) {
  auto request = search("");
  request.attributes = {"netlogon"};
  static constexpr std::uint8_t kVersion[] = {0x16, 0, 0, 0};
  request.filter.nodes = {{.kind = lp::FilterKind::kAnd, .end = 3},
                          {.kind = lp::FilterKind::kEqual, .end = 2, .attribute = "DnsDomain", .value = as_bytes("lab.example")},
                          {.kind = lp::FilterKind::kEqual, .end = 3, .attribute = "NtVer", .value = kVersion}};
  auto settings = std::make_shared<LdapSettings>();
  settings->is_kdc = true;
  face->change_settings(settings);
  const auto over_udp = testing::read_answers(face->datagram(connection, message(request)));
  ASSERT_EQ(over_udp.entries.size(), 1U) << over_udp.message;
  const auto value = over_udp.entries.front().one("netlogon");
  ASSERT_GT(value.size(), 8U);
  EXPECT_EQ(static_cast<std::uint8_t>(value[0]), 23) << "LOGON_SAM_LOGON_RESPONSE_EX";
  EXPECT_NE(static_cast<std::uint8_t>(value[4]) & 0x20, 0) << "DS_KDC_FLAG, as the settings say";
  EXPECT_EQ(ask(request).entries.size(), 1U) << "and strangers may ask";
}

}  // namespace
}  // namespace tributary::service::ldap_face
