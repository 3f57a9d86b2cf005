// SPDX-License-Identifier: Apache-2.0
// GetNCChanges as a server, call by call: [MS-DRSR] 4.1.10.5 and its subsections, its worked examples (4.1.10.7 to .9), [MS-DRSR] 5.101.
#include <algorithm>

#include "drsuapi/compress/secrets.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";
const Bytes kKey(16, 0x33);

class Source : public ::testing::Test {
 protected:
  Source() : dsa(1) {
    dsa.make_domain();
    call.terms.client = our_extensions();
    call.terms.server = our_extensions();
    call.session_key = kKey;
  }
  DRS_MSG_GETCHGREQ_V10 request() const {
    DRS_MSG_GETCHGREQ_V10 made;
    made.uuidDsaObjDest = Guid{{0x77}};
    made.pNC = must(dsname_from_dn(kTop));
    made.ulFlags = DRS_WRIT_REP | DRS_INIT_SYNC;
    made.cMaxObjects = 1'000;
    made.cMaxBytes = 1u << 20;
    made.PrefixTableDest = schema::make_message_prefix_table(dsa.context.schema->prefix_table(), {});
    return made;
  }
  Result<SourceReply> answer(const DRS_MSG_GETCHGREQ& message) {
    snapshot = dsa.store->read();
    return get_nc_changes(dsa.context, call, *snapshot, message, arena);
  }
  DRS_MSG_GETCHGREPLY_V9 native(const DRS_MSG_GETCHGREQ& message) {
    auto reply = must(answer(message));
    return must(native_reply(std::move(reply.message), arena, plain));
  }
  static const REPLENTINFLIST* find(const DRS_MSG_GETCHGREPLY_V9& reply, const ObjectGuid& guid) {
    for (const auto& object : reply.pObjects)
      if (object.Entinf.pName->Guid == guid.value) return &object;
    return nullptr;
  }
  static const ATTR* find(const REPLENTINFLIST& object, Attid attid) {
    for (const auto& attribute : object.Entinf.AttrBlock.pAttr)
      if (attribute.attrTyp == static_cast<ATTRTYP>(attid)) return &attribute;
    return nullptr;
  }
  /// Everything that the source has is known to the client: what comes after is new.
  void client_knows_all(DRS_MSG_GETCHGREQ_V10& message) {
    const auto usn = dsa.store->read()->highest_committed_usn().value;
    message.uuidInvocIdSrc = dsa.context.invocation_id.value;
    message.usnvecFrom = {usn, 0, usn};
    UPTODATE_VECTOR_V1_EXT vector;
    vector.rgCursors.push_back({dsa.context.invocation_id.value, usn});
    message.pUpToDateVecDest = vector;
  }

  Dsa dsa;
  SourceCall call;
  ndr::Arena arena;
  Bytes plain;
  std::unique_ptr<store::Snapshot> snapshot;
};

/// 4.1.10.5.1: which reply answers which request, by what the client can read.
TEST_F(Source, VersionsFollowRequestAndExtensions) {
  EXPECT_EQ(must(answer(request())).version, 9u);
  call.terms.client.dwFlagsExt &= ~DRS_EXT_GETCHGREPLY_V9;
  EXPECT_EQ(must(answer(request())).version, 6u);
  DRS_MSG_GETCHGREQ_V8 v8;
  v8.pNC = request().pNC;
  v8.ulFlags = DRS_WRIT_REP;
  EXPECT_EQ(must(answer(v8)).version, 6u);
  DRS_MSG_GETCHGREQ_V5 v5;
  v5.pNC = request().pNC;
  v5.ulFlags = DRS_WRIT_REP;
  EXPECT_EQ(must(answer(v5)).version, 1u);
  call.terms.client.dwFlags &= ~DRS_EXT_GETCHGREPLY_V6;
  EXPECT_EQ(code_of(answer(request())), win32::kErrorRevisionMismatch);
  EXPECT_EQ(code_of(answer(v8)), win32::kErrorRevisionMismatch);
  EXPECT_EQ(must(answer(v5)).version, 1u);
  call.terms.request_version_min = 8;
  EXPECT_EQ(code_of(answer(v5)), win32::kErrorRevisionMismatch);
}

/// 4.1.10.5.1: mail and RPC do not mix; 4.1.10.5.22: a client has to know the optional features that are enabled.
TEST_F(Source, TransportsAndOptionalFeaturesAreChecked) {
  auto by_mail = request();
  by_mail.ulFlags |= DRS_MAIL_REP;
  EXPECT_EQ(code_of(answer(by_mail)), win32::kErrorInvalidParameter);
  DRS_MSG_GETCHGREQ_V7 v7;
  v7.pmtxReturnAddress.mtx_name = Seq<char>(std::string("a@b"));
  v7.V3.pNC = request().pNC;
  v7.V3.ulFlags = DRS_WRIT_REP | DRS_MAIL_REP;
  EXPECT_EQ(must(answer(v7)).response_smtp_address, "a@b");
  call.terms.server.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  EXPECT_EQ(must(answer(request())).version, 9u);
  call.terms.client.cb = DRS_EXTENSIONS_INT::kCbMax;
  call.terms.client.dwExtCaps = 0;
  EXPECT_EQ(code_of(answer(request())), win32::kErrorRevisionMismatch);
}

/// 4.1.10.5.20: compressed replies hold the one that was made.
TEST_F(Source, RepliesAreCompressedWhenAskedFor) {
  for (int i = 0; i < 20; ++i) dsa.add(kTop, "user", "user" + std::to_string(i));
  const auto uncompressed = native(request());
  auto message = request();
  message.ulFlags |= DRS_USE_COMPRESSION;
  EXPECT_EQ(must(answer(message)).version, 7u);
  EXPECT_EQ(native(message), uncompressed);
  DRS_MSG_GETCHGREQ_V5 v5;
  v5.pNC = message.pNC;
  v5.ulFlags = message.ulFlags;
  EXPECT_EQ(must(answer(v5)).version, 2u);
}

/// 4.1.10.5, validation: the codes.
TEST_F(Source, RequestsAreValidatedInOrder) {
  auto message = request();
  message.pNC = DSNAME{};
  EXPECT_EQ(code_of(answer(message)), win32::kErrorDsDraInvalidParameter);
  message.pNC = must(dsname_from_dn("DC=elsewhere,DC=example"));
  EXPECT_EQ(code_of(answer(message)), win32::kErrorDsCantFindExpectedNc);
  message.pNC = must(dsname_from_dn("CN=LostAndFound,DC=lab,DC=example"));  // an object, and no NC
  EXPECT_EQ(code_of(answer(message)), win32::kErrorDsCantFindExpectedNc);
  message = request();
  message.ulFlags |= DRS_SYNC_PAS;
  EXPECT_EQ(code_of(answer(message)), win32::kErrorInvalidParameter);
  PARTIAL_ATTR_VECTOR_V1_EXT set;
  set.rgPartialAttr.push_back(0);
  message.pPartialAttrSet = set;
  EXPECT_EQ(code_of(answer(message)), win32::kErrorInvalidParameter) << "DRS_SYNC_PAS wants pPartialAttrSetEx";
  message.ulFlags = DRS_INIT_SYNC;
  message.PrefixTableDest = {};
  EXPECT_EQ(code_of(answer(message)), win32::kErrorInvalidParameter) << "attributes want a prefix table";
  message = request();
  message.pPartialAttrSetEx = set;
  EXPECT_EQ(code_of(answer(message)), win32::kErrorInvalidParameter) << "an addition to no set";
}

/// 5.101: secrets and the filtered set need more than the right to replicate.
TEST_F(Source, RightsAreFacts) {
  call.rights = {.get_changes = false, .get_changes_all = true, .get_changes_filtered_set = true};
  EXPECT_EQ(code_of(answer(request())), win32::kErrorDsDraAccessDenied);
  call.rights = {.get_changes = true, .get_changes_all = false, .get_changes_filtered_set = true};
  EXPECT_EQ(code_of(answer(request())), win32::kErrorDsDraAccessDenied);
  auto message = request();
  message.ulFlags |= DRS_SPECIAL_SECRET_PROCESSING;
  EXPECT_TRUE(answer(message)) << "without secrets";
}

/// 5.105, 5.107: the attributes that a request names say whether it wants secrets or the filtered set.
TEST_F(Source, NamedAttributesDecideWhichRightsAreNeeded) {
  const auto code_for = [&](std::string_view attribute, ReplicationRights rights) {
    auto message = request();
    PARTIAL_ATTR_VECTOR_V1_EXT set;
    const std::vector<ATTRTYP> ids{static_cast<ATTRTYP>(attid_of(attribute))};
    set.rgPartialAttr = Seq<ATTRTYP>(ids);
    message.ulFlags &= ~static_cast<std::uint32_t>(DRS_WRIT_REP);
    message.pPartialAttrSet = set;
    message.PrefixTableDest = schema::make_message_prefix_table(dsa.context.schema->prefix_table(), {});
    call.rights = rights;
    return code_of(answer(message));
  };
  constexpr ReplicationRights kChanges{.get_changes = true, .get_changes_all = false, .get_changes_filtered_set = false};
  constexpr ReplicationRights kFiltered{.get_changes = true, .get_changes_all = false, .get_changes_filtered_set = true};
  constexpr ReplicationRights kAll{.get_changes = true, .get_changes_all = true, .get_changes_filtered_set = false};
  EXPECT_EQ(code_for("mail", kChanges), win32::kErrorSuccess);
  EXPECT_EQ(code_for("unicodePwd", kChanges), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(code_for("unicodePwd", kFiltered), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(code_for("unicodePwd", kAll), win32::kErrorSuccess);
  EXPECT_EQ(code_for("msFVE-RecoveryPassword", kChanges), win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(code_for("msFVE-RecoveryPassword", kFiltered), win32::kErrorSuccess);
  EXPECT_EQ(code_for("msFVE-RecoveryPassword", kAll), win32::kErrorSuccess);
}

/// 4.1.10.5.2: who serves nobody.
TEST_F(Source, SourcesThatDoNotServe) {
  call.outbound_disabled = true;
  EXPECT_EQ(code_of(answer(request())), win32::kErrorDsDraSourceDisabled);
  auto forced = request();
  forced.ulFlags |= DRS_SYNC_FORCED;
  EXPECT_TRUE(answer(forced));
  call.outbound_disabled = false;
  dsa.context.rules.read_only = true;
  EXPECT_EQ(code_of(answer(request())), win32::kErrorDsDraSourceDisabled);
}

/// 4.1.10.1.1: a position of another database begins a new cycle; one beyond our own past proves that we were rolled back.
TEST_F(Source, PositionsOfOthersBeginAnew) {
  auto message = request();
  message.uuidInvocIdSrc = Guid{{9}};
  message.usnvecFrom = {1'000'000, 0, 1'000'000};
  EXPECT_GT(native(message).pObjects.size(), 3u);
  message.uuidInvocIdSrc = dsa.context.invocation_id.value;
  EXPECT_EQ(code_of(answer(message)), win32::kErrorDsDraSourceDisabled);
  message = request();
  UPTODATE_VECTOR_V1_EXT vector;
  vector.rgCursors.push_back({dsa.context.invocation_id.value, 1'000'000});
  message.pUpToDateVecDest = vector;
  EXPECT_EQ(code_of(answer(message)), win32::kErrorDsDraSourceDisabled);
}

/// 4.1.10.5.2: DRS_ADD_REF is for the caller of the engine to carry out.
TEST_F(Source, ReferencesAreAskedFor) {
  auto message = request();
  message.ulFlags |= DRS_ADD_REF;
  const auto reply = must(answer(message));
  ASSERT_TRUE(reply.update_refs);
  EXPECT_EQ(reply.update_refs->destination.value, message.uuidDsaObjDest);
  EXPECT_EQ(reply.update_refs->options, DRS_ADD_REF | DRS_ASYNC_OP | DRS_GETCHG_CHECK | DRS_WRIT_REP);
}

/// 4.1.10.5.8: the schema signature ends the prefix table, the NC's root is the prefix, others have their parent.
TEST_F(Source, RepliesHaveTheirFrame) {
  const auto user = dsa.add(kTop, "user", "user");
  const auto reply = native(request());
  EXPECT_EQ(reply.uuidDsaObjSrc, dsa.context.dsa.value);
  EXPECT_EQ(reply.uuidInvocIdSrc, dsa.context.invocation_id.value);
  EXPECT_EQ(reply.PrefixTableSrc.pPrefixEntry.back().prefix.elements.size(), schema::kSchemaInfoSize);
  EXPECT_EQ(reply.cNumObjects, reply.pObjects.size());
  std::size_t prefixes = 0;
  Guid root;
  for (const auto& object : reply.pObjects) {
    if (object.fIsNCPrefix == 0) continue;
    ++prefixes;
    root = object.Entinf.pName->Guid;
  }
  EXPECT_EQ(prefixes, 1u);
  const auto* const object = find(reply, user);
  ASSERT_NE(object, nullptr);
  ASSERT_TRUE(object->pParentGuid);
  EXPECT_EQ(*object->pParentGuid, root);
  EXPECT_EQ(find(*object, attid::kCn), nullptr) << "the naming attribute is filtered (4.1.10.5.6)";
  EXPECT_NE(find(*object, attid::kName), nullptr);
}

/// 4.1.10.5.6, 4.1.10.3.2, 4.1.10.3.6, 5.86: a partial replica gets its attributes, and members of universal groups only.
TEST_F(Source, PartialReplicasGetTheirSet) {
  constexpr std::uint32_t kUniversal = 0x80000008, kGlobal = 0x80000002;
  const auto user = dsa.add(kTop, "user", "user", {{attid::kDescription, {text_value("d")}}, {attid::kUserPrincipalName, {text_value("u@lab")}}});
  const auto universal = dsa.add(kTop, "group", "universal", {{attid::kGroupType, {u32_value(kUniversal)}}});
  const auto global = dsa.add(kTop, "group", "global", {{attid::kGroupType, {u32_value(kGlobal)}}});
  dsa.link(universal, user);
  dsa.link(global, user);
  auto message = request();
  message.ulFlags = DRS_INIT_SYNC;
  PARTIAL_ATTR_VECTOR_V1_EXT set;
  for (const auto attid : {attid::kObjectClass, attid::kInstanceType, attid::kName, attid::kObjectGuid, attid::kUserPrincipalName, attid::kMember})
    set.rgPartialAttr.push_back(static_cast<ATTRTYP>(attid));
  message.pPartialAttrSet = set;
  const auto reply = native(message);
  const auto* const object = find(reply, user);
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(find(*object, attid::kDescription), nullptr);
  EXPECT_NE(find(*object, attid::kUserPrincipalName), nullptr);
  EXPECT_EQ(object->Entinf.ulFlags & ENTINF_FROM_MASTER, 0u);
  ASSERT_EQ(reply.rgValues.size(), 1u);
  EXPECT_EQ(reply.rgValues[0].pObject->Guid, universal.value);
}

/// 4.1.10.5.6: attributes that are new to a partial replica come although its vector says that it has all updates.
TEST_F(Source, PartialSetsGrow) {
  const auto user = dsa.add(kTop, "user", "user", {{attid::kDescription, {text_value("d")}}});
  auto message = request();
  client_knows_all(message);
  message.usnvecFrom = {};
  message.ulFlags = DRS_INIT_SYNC | DRS_SYNC_PAS;
  PARTIAL_ATTR_VECTOR_V1_EXT set, more;
  set.rgPartialAttr.push_back(static_cast<ATTRTYP>(attid::kObjectClass));
  more.rgPartialAttr.push_back(static_cast<ATTRTYP>(attid::kDescription));
  message.pPartialAttrSet = set;
  message.pPartialAttrSetEx = more;
  const auto reply = native(message);
  const auto* const object = find(reply, user);
  ASSERT_NE(object, nullptr);
  EXPECT_NE(find(*object, attid::kDescription), nullptr);
  EXPECT_EQ(find(*object, attid::kObjectClass), nullptr);
}

/// 4.1.10.5.8, .11: secrets travel under the session key, or, to who asks for it, without a value and with no time in the stamp.
TEST_F(Source, SecretsAreEncryptedOrLeftOut) {
  const auto user = dsa.add(kTop, "user", "user");
  const auto unicode_pwd = attid_of("unicodePwd");
  const Bytes clear(16, 0x42);
  (void)dsa.update([&](WriteTransaction& tx) {
    const Modification set{ModifyOperation::kReplace, unicode_pwd, {octets_value(clear)}};
    return modify(tx, dsa.context, dsa.dnt(user), std::span(&set, 1), {CheckLevel::kReplica, false, false});
  });
  auto reply = native(request());
  const auto* attribute = find(*find(reply, user), unicode_pwd);
  ASSERT_NE(attribute, nullptr);
  ASSERT_EQ(attribute->AttrVal.pAVal.size(), 1u);
  const auto payload = attribute->AttrVal.pAVal[0].pVal.span();
  EXPECT_EQ(payload.size(), clear.size() + kSecretOverhead);
  EXPECT_TRUE(std::ranges::equal(must(decrypt_secret_value(kKey, payload)).view(), clear));

  auto special = request();
  special.ulFlags |= DRS_SPECIAL_SECRET_PROCESSING;
  reply = native(special);
  const auto* const object = find(reply, user);
  attribute = find(*object, unicode_pwd);
  ASSERT_NE(attribute, nullptr);
  EXPECT_TRUE(attribute->AttrVal.pAVal.empty());
  const auto place = static_cast<std::size_t>(attribute - object->Entinf.AttrBlock.pAttr.data());
  EXPECT_EQ(object->pMetaDataExt->rgMetaData[place].timeChanged, 0);

  call.session_key = {};
  EXPECT_EQ(code_of(answer(request())), kSecEAlgorithmMismatch);
}

/// 4.1.10.7.1 to .3: a new user: one object with its attributes, no link values, the vector of the source.
TEST_F(Source, ExampleAddUser) {
  auto message = request();
  client_knows_all(message);
  const auto user = dsa.add(kTop, "user", "Kim Akers", {{attid::kUserPrincipalName, {text_value("KimAkers@contoso.com")}}});
  const auto reply = native(message);
  ASSERT_EQ(reply.pObjects.size(), 1u);
  EXPECT_TRUE(reply.rgValues.empty());
  EXPECT_EQ(reply.usnvecFrom, message.usnvecFrom);
  const auto usn = dsa.store->read()->highest_committed_usn().value;
  EXPECT_EQ(reply.usnvecTo, (USN_VECTOR{usn, 0, usn}));
  EXPECT_EQ(reply.fMoreData, 0);
  ASSERT_EQ(reply.pUpToDateVecSrc->rgCursors.size(), 1u);
  EXPECT_EQ(reply.pUpToDateVecSrc->rgCursors[0].usnHighPropUpdate, usn);
  EXPECT_EQ(reply.pUpToDateVecSrc->rgCursors[0].timeLastSyncSuccess, dsa.context.ds_now().seconds);
  for (const auto attid : {attid::kObjectClass, attid::kInstanceType, attid::kWhenCreated, attid::kUserPrincipalName})
    EXPECT_NE(find(*find(reply, user), attid), nullptr);
  EXPECT_EQ(find(*find(reply, user), attid::kObjectGuid), nullptr) << "it is in the name, and does not replicate as an attribute";
}

/// 4.1.10.8.1 to .3, 4.1.10.5.10: a user joins a group: no objects, one link value.
TEST_F(Source, ExampleAddUserToGroup) {
  const auto user = dsa.add(kTop, "user", "Kim Akers");
  const auto group = dsa.add(kTop, "group", "GroupA");
  auto message = request();
  client_knows_all(message);
  dsa.link(group, user);
  const auto reply = native(message);
  EXPECT_TRUE(reply.pObjects.empty());
  ASSERT_EQ(reply.rgValues.size(), 1u);
  EXPECT_EQ(reply.rgValues[0].pObject->Guid, group.value);
  EXPECT_EQ(reply.rgValues[0].attrTyp, static_cast<ATTRTYP>(attid::kMember));
  EXPECT_NE(reply.rgValues[0].fIsPresent, 0);
  EXPECT_EQ(must(read_dsname(reply.rgValues[0].Aval.pVal.span())).guid, user);
}

/// 4.1.10.9.1 to .3: a changed password: instanceType and the secrets, nothing else.
TEST_F(Source, ExampleChangePassword) {
  const auto user = dsa.add(kTop, "user", "Kim Akers");
  auto message = request();
  client_knows_all(message);
  (void)dsa.update([&](WriteTransaction& tx) {
    const std::array<Modification, 2> changes = {
        Modification{ModifyOperation::kReplace, attid_of("unicodePwd"), {octets_value(Bytes(16, 1))}},
        Modification{ModifyOperation::kReplace, attid::kPwdLastSet, {i64_value(1)}}};
    return modify(tx, dsa.context, dsa.dnt(user), changes, {CheckLevel::kReplica, false, false});
  });
  const auto reply = native(message);
  ASSERT_EQ(reply.pObjects.size(), 1u);
  std::vector<ATTRTYP> sent;
  for (const auto& attribute : reply.pObjects[0].Entinf.AttrBlock.pAttr) sent.push_back(attribute.attrTyp);
  EXPECT_EQ(sent, (std::vector<ATTRTYP>{static_cast<ATTRTYP>(attid::kInstanceType), static_cast<ATTRTYP>(attid_of("unicodePwd")),
                                        static_cast<ATTRTYP>(attid::kPwdLastSet)}));
}

/// 4.1.10.5.12, 4.1.10.2.22: a single object, with its links; unknown operations and unknown callers have codes of their own.
TEST_F(Source, ExtendedOperations) {
  const auto user = dsa.add(kTop, "user", "user");
  const auto group = dsa.add(kTop, "group", "group");
  dsa.link(group, user);
  auto message = request();
  message.pNC = dsname_from_guid(group.value);
  message.ulExtendedOp = EXOP_REPL_OBJ;
  EXPECT_EQ(native(message).ulExtendedRet, EXOP_ERR_UNKNOWN_CALLER);
  message.uuidDsaObjDest = user.value;  // any object stands for the caller's nTDSDSA here
  const auto reply = native(message);
  EXPECT_EQ(reply.ulExtendedRet, EXOP_ERR_SUCCESS);
  ASSERT_EQ(reply.pObjects.size(), 1u);
  EXPECT_EQ(reply.rgValues.size(), 1u);
  EXPECT_EQ(reply.fMoreData, 0);
  message.ulExtendedOp = 99;
  EXPECT_EQ(native(message).ulExtendedRet, EXOP_ERR_UNKNOWN_OP);
  message.ulExtendedOp = EXOP_REPL_OBJ;
  call.outbound_disabled = true;
  EXPECT_EQ(native(message).dwDRSError, static_cast<std::uint32_t>(win32::kErrorDsDraSourceDisabled));
}

// [MS-DRSR] 4.1.10.6.15: the next request begins where the reply ended, at the invocation that sent it.
TEST(RequestAfter, MovesThePositionAndNothingElse) {
  const auto other = "6f5f9a3c-0c1d-4b8e-9d7e-2f3a4b5c6d7e"_guid;
  DRS_MSG_GETCHGREQ_V8 before;
  before.ulFlags = 5;
  before.cMaxObjects = 7;
  const auto after = request_after(DRS_MSG_GETCHGREQ(before), other, {10, 0, 11});
  const auto* moved = after.get_if<8>();
  ASSERT_NE(moved, nullptr);
  EXPECT_EQ(moved->uuidInvocIdSrc, other);
  EXPECT_EQ(moved->usnvecFrom, (USN_VECTOR{10, 0, 11}));
  EXPECT_EQ(moved->ulFlags, 5u);
  EXPECT_EQ(moved->cMaxObjects, 7u);
  const auto newest = request_after(DRS_MSG_GETCHGREQ(DRS_MSG_GETCHGREQ_V11{}), other, {10, 0, 11});
  ASSERT_NE(newest.get_if<11>(), nullptr);
  EXPECT_EQ(newest.get_if<11>()->usnvecFrom, (USN_VECTOR{10, 0, 11}));
}

}  // namespace
}  // namespace tributary::repl::testing
