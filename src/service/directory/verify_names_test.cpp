// SPDX-License-Identifier: Apache-2.0
// IDL_DRSVerifyNames as its clients see it: [MS-DRSR] 4.1.27.
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/wire_values.hpp"
#include "repl/updates/modify.hpp"
#include "schema/prefix_table.hpp"
#include "schema/schema_builder.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
namespace attid = directory::attid;

class VerifyNames : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dsa_ = new ForestDsa;
    ann_ = dsa_->add_account("user", "ann", 1201,
                             {{attid::kUserPrincipalName, {text_value("ann@lab.example")}}, {attid::kSamAccountType, {u32_value(0x30000000)}}});
    const Dnt group = dsa_->add_account("group", "staff", 1202, {{attid::kGroupType, {u32_value(0x80000008)}}});
    dsa_->link(group, attid::kMember, ann_);
    gone_ = dsa_->add_account("user", "gone", 1203);
    dsa_->remove(gone_);
    foreign_ = dsa_->add(in_lab("CN=ForeignSecurityPrincipals,"), "foreignSecurityPrincipal", "S-1-5-21-8-8-8-1000",
                         {{attid::kObjectSid, {octets_value(encode_sid(parse_sid("S-1-5-21-8-8-8-1000").value()))}}});
  }
  static void TearDownTestSuite() { delete dsa_; }

  static IDL_DRSVerifyNames::In request(std::uint32_t flags, std::vector<DSNAME> names, std::vector<Attid> attributes = {}) {
    IDL_DRSVerifyNames::In in;
    auto& message = in.msgIn.emplace<1>();
    message.dwFlags = flags;
    for (auto& name : names) message.rpNames.push_back(std::move(name));
    message.PrefixTable = schema::PrefixTable::with_defaults().to_concrete();
    for (const Attid each : attributes) message.RequiredAttrs.pAttr.emplace_back().attrTyp = static_cast<ATTRTYP>(each);
    return in;
  }
  static Outcome<IDL_DRSVerifyNames> call(const IDL_DRSVerifyNames::In& in, const CallContext& who = dsa_call()) {
    return run<IDL_DRSVerifyNames>(verify_names, *dsa_, who, in);
  }
  static std::string verified(const ENTINF& entry) { return entry.pName ? dsname_dn(*entry.pName).value() : "(null)"; }
  static std::string verify(std::uint32_t flags, DSNAME name, const CallContext& who = dsa_call()) {
    const auto outcome = call(request(flags, {std::move(name)}), who);
    EXPECT_EQ(outcome.code, win32::kErrorSuccess);
    const auto& entries = outcome.out.msgOut.get_if<1>()->rpEntInf;
    return entries.size() == 1 ? verified(entries[0]) : "no entry";
  }
  static DSNAME dn(std::string_view text) { return dsname_from_dn(text).value(); }
  static DSNAME sid(std::string_view text) { return dsname_from_sid(parse_sid(text).value()).value(); }

  static inline ForestDsa* dsa_ = nullptr;
  static inline Dnt ann_ = store::kNoDnt, gone_ = store::kNoDnt, foreign_ = store::kNoDnt;
};

const std::string kAnn = "CN=ann,CN=Users,DC=lab,DC=example";

// 4.1.27.2: each kind of name.
TEST_F(VerifyNames, OfEachKind) {
  EXPECT_EQ(verify(DRS_VERIFY_DSNAMES, dn(kAnn)), kAnn);
  EXPECT_EQ(verify(DRS_VERIFY_DSNAMES, dsname_from_guid(dsa_->guid(ann_))), kAnn);
  EXPECT_EQ(verify(DRS_VERIFY_DSNAMES, dn("CN=nobody,DC=lab,DC=example")), "(null)");
  EXPECT_EQ(verify(DRS_VERIFY_DSNAMES, dn("no name")), "(null)");
  EXPECT_EQ(verify(DRS_VERIFY_SIDS, sid("S-1-5-21-1-2-3-1201")), kAnn);
  EXPECT_EQ(verify(DRS_VERIFY_SIDS, sid("S-1-5-21-8-8-8-1000")), "(null)") << "a foreign one";
  EXPECT_EQ(verify(DRS_VERIFY_SIDS, dn(kAnn)), "(null)") << "without a SID";
  EXPECT_EQ(verify(DRS_VERIFY_FPOS, sid("S-1-5-21-8-8-8-1000")), dsa_->dn(foreign_));
  EXPECT_EQ(verify(DRS_VERIFY_FPOS, sid("S-1-5-21-1-2-3-1201")), "(null)");
  EXPECT_EQ(verify(DRS_VERIFY_SAM_ACCOUNT_NAMES, dn("LAB\\ann")), kAnn);
  EXPECT_EQ(verify(DRS_VERIFY_SAM_ACCOUNT_NAMES, dn("OTHER\\ann")), "(null)");
  EXPECT_EQ(verify(DRS_VERIFY_SAM_ACCOUNT_NAMES, dn("ann@lab.example")), kAnn);
  EXPECT_EQ(verify(DRS_VERIFY_SAM_ACCOUNT_NAMES, dn("ann")), "(null)");
}
// 4.1.27.2: deleted objects too.
TEST_F(VerifyNames, OfDeletedObjects) {
  const auto found = verify(DRS_VERIFY_DSNAMES, dsname_from_guid(dsa_->guid(gone_)));
  EXPECT_TRUE(found.starts_with("CN=gone\\0ADEL:")) << found;
  EXPECT_EQ(verify(DRS_VERIFY_SIDS, sid("S-1-5-21-1-2-3-1203")), found);
  EXPECT_EQ(verify(DRS_VERIFY_SAM_ACCOUNT_NAMES, dn("LAB\\gone")), found);
}
// 4.1.27.2, 4.1.27.1.4: the attributes that were asked for, of those that a global catalog may have.
TEST_F(VerifyNames, GivesAttributes) {
  const auto outcome = call(request(DRS_VERIFY_SAM_ACCOUNT_NAMES, {dn("LAB\\ann")},
                                    {attid::kSamAccountType, attid::kObjectSid, attid::kSamAccountName, attid::kDnsHostName, attid::kUserAccountControl}));
  const auto& reply = *outcome.out.msgOut.get_if<1>();
  ASSERT_EQ(reply.rpEntInf.size(), 1u);
  const auto& entry = reply.rpEntInf[0];
  EXPECT_EQ(entry.pName->Guid, dsa_->guid(ann_));
  EXPECT_EQ(dsname_sid(*entry.pName), dsa_->sid_of(1201));
  EXPECT_EQ(entry.ulFlags, ENTINF_FROM_MASTER);
  std::vector<std::string> attributes;
  for (const auto& each : entry.AttrBlock.pAttr) {
    std::string text = std::to_string(each.attrTyp) + ":";
    for (const auto& value : each.AttrVal.pAVal) text += to_hex(ByteView(value.pVal.span()));
    attributes.push_back(text);
  }
  const auto line = [](Attid attid, const Bytes& value) { return std::to_string(static_cast<std::uint32_t>(attid)) + ":" + to_hex(value); };
  const auto host = std::to_string(static_cast<std::uint32_t>(attid::kDnsHostName)) + ":";
  const auto control = std::to_string(static_cast<std::uint32_t>(attid::kUserAccountControl)) + ":";
  ASSERT_EQ(attributes.size(), 5u);
  EXPECT_EQ(attributes[0], line(attid::kSamAccountType, {0, 0, 0, 0x30}));
  EXPECT_EQ(attributes[1], line(attid::kObjectSid, encode_sid(dsa_->sid_of(1201))));
  EXPECT_EQ(attributes[2], line(attid::kSamAccountName, directory::unicode_octets("ann")));
  EXPECT_EQ(attributes[3], host) << "what the object does not have has no value";
  EXPECT_EQ(attributes[4], control);
  EXPECT_EQ(reply.PrefixTable, schema::Schema::embedded()->prefix_table().to_concrete());
}
// 4.1.27.2: outside of the partial attribute set, of no schema, linked.
TEST_F(VerifyNames, LeavesAttributesOut) {
  const auto secret = dsa_->context().schema->find_attribute("unicodePwd")->attid, plain = dsa_->context().schema->find_attribute("logonHours")->attid;
  const auto outcome = call(request(DRS_VERIFY_DSNAMES, {dn("CN=staff,CN=Users,DC=lab,DC=example")},
                                    {secret, plain, Attid{0x7FFF0001}, attid::kMember, attid::kMemberOf}));
  const auto& entry = outcome.out.msgOut.get_if<1>()->rpEntInf[0];
  ASSERT_EQ(entry.AttrBlock.pAttr.size(), 1u);
  EXPECT_EQ(entry.AttrBlock.pAttr[0].attrTyp, static_cast<ATTRTYP>(attid::kMember));
  ASSERT_EQ(entry.AttrBlock.pAttr[0].AttrVal.pAVal.size(), 1u);
  const auto member = read_dsname(ByteView(entry.AttrBlock.pAttr[0].AttrVal.pAVal[0].pVal.span()));
  EXPECT_EQ(member.value().guid.value, dsa_->guid(ann_));
}
// A secret is left out whatever set it was put into: nothing here would encrypt it ([MS-DRSR] 4.1.10.3.11).
TEST_F(VerifyNames, LeavesSecretsOutOfAnySet) {
  const auto before = dsa_->context().schema;
  auto secret = *before->find_attribute("unicodePwd");
  const Modification password{ModifyOperation::kReplace, secret.attid, {octets_value(Bytes(16, 0x55))}};
  ASSERT_TRUE(dsa_->update([&](const Context& context, WriteTransaction& tx) { return modify(tx, context, ann_, {&password, 1}, {CheckLevel::kReplica, false, false}); }));
  secret.is_member_of_partial_attribute_set = true;
  schema::SchemaBuilder builder(*before);
  ASSERT_TRUE(builder.put(secret));
  dsa_->rules().schema = builder.build();
  ASSERT_TRUE(dsa_->context().schema->find_attribute("unicodePwd")->is_in_gc_pas());
  const auto outcome = call(request(DRS_VERIFY_DSNAMES, {dn(kAnn)}, {secret.attid, attid::kSamAccountName}));
  dsa_->rules().schema = before;
  const auto& entry = outcome.out.msgOut.get_if<1>()->rpEntInf[0];
  ASSERT_EQ(entry.AttrBlock.pAttr.size(), 1u);
  EXPECT_EQ(entry.AttrBlock.pAttr[0].attrTyp, static_cast<ATTRTYP>(attid::kSamAccountName));
}
// 4.1.27.2: whoever may not replicate the NC learns of none of its objects.
TEST_F(VerifyNames, OfWhatTheCallerMayNotReplicate) {
  EXPECT_EQ(verify(DRS_VERIFY_DSNAMES, dn(kAnn), users_call()), "(null)");
  EXPECT_EQ(verify(DRS_VERIFY_DSNAMES, dn(kAnn), administrators_call()), kAnn);
}
// 4.1.27.2: the arguments.
TEST_F(VerifyNames, WrongRequests) {
  EXPECT_EQ(call(request(4, {dn(kAnn)})).code, win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(call(request(0xFFFFFFFF, {dn(kAnn)})).code, win32::kErrorDsDraInvalidParameter);
  auto two_tables = request(DRS_VERIFY_DSNAMES, {dn(kAnn)});
  auto& entries = two_tables.msgIn.get_if<1>()->PrefixTable.pPrefixEntry;
  entries.push_back(entries[0]);
  EXPECT_NE(call(two_tables).code, win32::kErrorSuccess) << "a prefix table with the same index twice";
}
TEST_F(VerifyNames, EveryNameHasAnEntry) {
  auto in = request(DRS_VERIFY_DSNAMES, {dn(kAnn), dn("CN=nobody,DC=lab,DC=example")});
  in.msgIn.get_if<1>()->rpNames.push_back(nullptr);
  const auto outcome = call(in);
  ASSERT_EQ(outcome.code, win32::kErrorSuccess);
  const auto& entries = outcome.out.msgOut.get_if<1>()->rpEntInf;
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(verified(entries[0]), kAnn);
  EXPECT_EQ(verified(entries[1]), "(null)");
  EXPECT_EQ(verified(entries[2]), "(null)");
}
// 4.1.27.2: who is no global catalog verifies names of its own domain only.
TEST_F(VerifyNames, NeedAGlobalCatalog) {
  ForestDsa other;
  other.add(in_configuration("CN=Partitions,"), "crossRef", "TWO",
            {{attid::kNcName, {reference_value(other.configuration())}}, {attid::kSystemFlags, {u32_value(3)}}});
  const auto code = [&](std::uint32_t flags, DSNAME name) {
    return run<IDL_DRSVerifyNames>(verify_names, other, dsa_call(), request(flags, {std::move(name)})).code;
  };
  EXPECT_EQ(code(DRS_VERIFY_SIDS, sid("S-1-5-21-1-2-3-500")), win32::kErrorDsGcRequired);
  EXPECT_EQ(code(DRS_VERIFY_FPOS, sid("S-1-5-11")), win32::kErrorDsGcRequired);
  EXPECT_EQ(code(DRS_VERIFY_SAM_ACCOUNT_NAMES, dn("LAB\\Administrator")), win32::kErrorDsGcRequired);
  EXPECT_EQ(code(DRS_VERIFY_DSNAMES, dn(in_configuration("CN=Sites,"))), win32::kErrorDsGcRequired);
  EXPECT_EQ(code(DRS_VERIFY_DSNAMES, dn("DC=elsewhere")), win32::kErrorDsGcRequired);
  EXPECT_EQ(code(DRS_VERIFY_DSNAMES, dn(in_lab("CN=Users,"))), win32::kErrorSuccess);
  EXPECT_EQ(code(DRS_VERIFY_DSNAMES, dn(in_lab("CN=nobody,CN=Users,"))), win32::kErrorSuccess) << "it would be of this domain";
  EXPECT_EQ(code(4, dn(kAnn)), win32::kErrorDsDraInvalidParameter) << "the argument comes first";
}

}  // namespace
}  // namespace tributary::service::testing
