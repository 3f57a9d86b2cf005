// SPDX-License-Identifier: Apache-2.0
// EXTERNAL ([MS-ADTS] 5.1.1.2): whose a certificate is. Certificates are made here; that they are good is TLS's business.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/win32.hpp"
#include "security/certificate_names.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/binds.hpp"
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::ResultCode;
using namespace service::testing;
namespace attid = directory::attid;

/// C=DE, CN=Test CA signs nothing: the subject's key is its own. `alternative`: subjectAltName as OpenSSL writes it.
Bytes certificate(const std::string& common_name, const char* alternative) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 0x1234);
  X509_gmtime_adj(X509_getm_notBefore(made), 0);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, key);
  const auto add = [](X509_NAME* name, const char* type, const std::string& value) {
    X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()), -1, 0);
  };
  add(X509_get_subject_name(made), "DC", "example");
  add(X509_get_subject_name(made), "ST", "Bayern");
  add(X509_get_subject_name(made), "CN", common_name);
  X509_NAME* const issuer = X509_NAME_new();
  add(issuer, "C", "DE");
  add(issuer, "CN", "Test CA");
  X509_set_issuer_name(made, issuer);
  X509_NAME_free(issuer);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, made, made, nullptr, nullptr, 0);
  for (const auto& [nid, value] : {std::pair<int, const char*>{NID_subject_key_identifier, "hash"}, {NID_subject_alt_name, alternative}}) {
    if (value == nullptr) continue;
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    EXPECT_NE(extension, nullptr) << value;
    X509_add_ext(made, extension, -1);
    X509_EXTENSION_free(extension);
  }
  EXPECT_GT(X509_sign(made, key, EVP_sha256()), 0);
  unsigned char* octets = nullptr;
  const int size = i2d_X509(made, &octets);
  Bytes der(octets, octets + size);
  OPENSSL_free(octets);
  X509_free(made);
  EVP_PKEY_free(key);
  return der;
}

class External : public ::testing::Test {
 protected:
  External() {
    ann = forest.add_account("user", "ann", 1601, {{attid::kUserAccountControl, {repl::u32_value(0x200)}}});
    connection.is_tls = true;
    connection.peer_address = "10.0.0.7:51234";
  }
  lp::BindExchange::Step bind(std::optional<std::string_view> identity = {}) {
    lp::BindRequest request;
    request.authentication = lp::BindRequest::Sasl{"EXTERNAL", identity ? std::optional(as_bytes(*identity)) : std::nullopt};
    return begin_bind(forest, std::make_shared<const FaceSecurity>(), connection, request)->step(connection, request);
  }
  std::string who() {
    const auto step = bind();
    return step.outcome.ok() ? step.principal->name : std::string(lp::result_name(step.outcome.code));
  }
  ForestDsa forest;
  store::Dnt ann{};
  lp::Connection connection;
};

TEST_F(External, ACertificateIsWhoseTheDirectorySaysItIs) {
  connection.client_certificate = certificate("anything", nullptr);
  EXPECT_EQ(who(), "invalidCredentials") << "nobody has it";
  const auto names = security::read_certificate_names(*connection.client_certificate);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->subject, "DC=example,S=Bayern,CN=anything");
  EXPECT_EQ(names->serial_reversed, "3412");
  EXPECT_EQ(names->subject_key_identifier.size(), 40U);
  for (const std::string& mapping : {std::string("X509:<I>C=DE,CN=Test CA<S>DC=example,S=Bayern,CN=anything"), std::string("X509:<I>C=DE,CN=Test CA<SR>3412"),
                                     "X509:<SKI>" + names->subject_key_identifier}) {
    forest.set_text(ann, attid::kAltSecurityIdentities, mapping);
    EXPECT_EQ(who(), "ann@LAB.EXAMPLE") << mapping;
  }
  const auto bob = forest.add_account("user", "bob", 1602, {{attid::kUserAccountControl, {repl::u32_value(0x200)}}});
  forest.set_text(bob, attid::kAltSecurityIdentities, "X509:<SKI>" + names->subject_key_identifier);
  EXPECT_EQ(who(), "invalidCredentials") << "of two nobody knows whose it is";
}

TEST_F(External, AlternativeNamesNameAccounts) {
  connection.client_certificate = certificate("x", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@lab.example");
  EXPECT_EQ(who(), "ann@LAB.EXAMPLE");
  forest.set_text(ann, attid::kUserPrincipalName, "ann.smith@corp.example");
  connection.client_certificate = certificate("x", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:Ann.Smith@corp.example");
  EXPECT_EQ(who(), "ann@LAB.EXAMPLE");
  connection.client_certificate = certificate("x", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@elsewhere.example");
  EXPECT_EQ(who(), "invalidCredentials");
  forest.add(in_lab("CN=Computers,"), "computer", "pc1",
             {{attid::kSamAccountName, {repl::text_value("pc1$")}}, {attid::kObjectSid, {repl::octets_value(encode_sid(forest.sid_of(1603)))}},
              {attid::kUserAccountControl, {repl::u32_value(0x1000)}}, {attid::kDnsHostName, {repl::text_value("pc1.lab.example")}}});
  connection.client_certificate = certificate("x", "DNS:other.lab.example,DNS:PC1.lab.example");
  EXPECT_EQ(who(), "pc1$@LAB.EXAMPLE");
}

TEST_F(External, WithoutACertificateOrForSomebodyElseNobodyIsLetIn) {
  EXPECT_EQ(who(), "invalidCredentials");
  connection.client_certificate = certificate("x", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@lab.example");
  EXPECT_TRUE(bind("dn:" + in_lab("CN=ann,CN=Users,")).outcome.ok());
  EXPECT_FALSE(bind("dn:" + in_lab("CN=Guest,CN=Users,")).outcome.ok());
  EXPECT_FALSE(bind("u:ann").outcome.ok());
  forest.set(ann, attid::kUserAccountControl, {repl::u32_value(0x202)});
  const auto disabled = bind();
  EXPECT_NE(disabled.outcome.message.find("data 533"), std::string::npos) << disabled.outcome.message;
  forest.set(ann, attid::kUserAccountControl, {repl::u32_value(0x200)});
  connection.is_tls = false;
  EXPECT_EQ(who(), "invalidCredentials");
  connection.is_tls = true;
  connection.client_certificate = Bytes(40, 0x30);
  EXPECT_EQ(who(), "invalidCredentials");
}

}  // namespace
}  // namespace tributary::service::ldap_face
