// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetReplInfo on the wire: rights, codes and content of every type of information. [MS-DRSR] 4.1.13.3 and its examples.
#include "base/utf.hpp"
#include "repl/state/up_to_dateness.hpp"
#include "service/drs/testing/rules.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace win32;

constexpr std::string_view kPeople = "OU=people,DC=lab,DC=example";
constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";
constexpr std::string_view kBob = "CN=bob,OU=people,DC=lab,DC=example";
constexpr std::string_view kStaff = "CN=staff,OU=people,DC=lab,DC=example";
constexpr std::uint32_t kReadProperty = 0x10;
constexpr std::uint32_t kNoMore = 0xFFFFFFFF;

using InfoRule = Rule<IDL_DRSGetReplInfo, DRS_MSG_GETREPLINFO_REQ_V2>;
DRS_MSG_GETREPLINFO_REQ_V2 asking(std::uint32_t type, std::string_view object = {}) {
  DRS_MSG_GETREPLINFO_REQ_V2 request;
  request.InfoType = type;
  if (!object.empty()) request.pszObjectDN = to_utf16(object).value();
  return request;
}
IDL_DRSGetReplInfo::Out ask(Wire& wire, DRS_MSG_GETREPLINFO_REQ request, const std::shared_ptr<const Caller>& who = administrator()) {
  return wire.call<IDL_DRSGetReplInfo>(who, {{}, std::move(request)});
}

class GetReplInfo : public ::testing::TestWithParam<InfoRule> {
 protected:
  TwoDsas dsas;
};
TEST_P(GetReplInfo, HasTheCodeOfItsRule) {
  DRS_MSG_GETREPLINFO_REQ_V2 request;
  GetParam().change(dsas, request);
  const auto out = ask(dsas.wire, request, GetParam().who());
  EXPECT_EQ(Win32{out.result}, GetParam().expected);
}
Guid schema_guid(std::string_view attribute) { return schema::Schema::embedded()->find_attribute(attribute)->schema_id_guid; }

/// Rules that hold for every type that is about an object: nobody, and each of three rights.
std::vector<InfoRule> rules_of(const std::string& name, std::uint32_t type, std::string_view object, std::string_view attribute) {
  const auto with = [=](const Descriptor& descriptor) {
    return [=](TwoDsas& d, DRS_MSG_GETREPLINFO_REQ_V2& r) {
      r = asking(type, object);
      d.b.set_descriptor(object.empty() ? kDomainDn : object, descriptor);
    };
  };
  std::vector<InfoRule> rules{
      {name + "IsDenied", kErrorDsDraAccessDenied, [=](TwoDsas&, auto& r) { r = asking(type, object); }, &operator_},
      {name + "IsForAdministrators", kErrorSuccess, [=](TwoDsas&, auto& r) { r = asking(type, object); }},
      {name + "IsForWhoManages", kErrorSuccess, with(Descriptor().allow_right(kOperatorSid, right::kManageTopology)), &operator_},
      {name + "IsForWhoMonitors", kErrorSuccess, with(Descriptor().allow_right(kOperatorSid, right::kMonitorTopology)), &operator_},
      {name + "IsNotForWhoSynchronizes", kErrorDsDraAccessDenied, with(Descriptor().allow_right(kOperatorSid, right::kSynchronize)), &operator_},
  };
  if (!attribute.empty()) {
    rules.push_back({name + "IsForWhoReadsTheAttribute", kErrorSuccess,
                     with(Descriptor().allow_property(kOperatorSid, kReadProperty, schema_guid(attribute))), &operator_});
    rules.push_back({name + "IsNotForWhoReadsAnother", kErrorDsDraAccessDenied,
                     with(Descriptor().allow_property(kOperatorSid, kReadProperty, schema_guid("description"))), &operator_});
  }
  return rules;
}
std::vector<InfoRule> all_rules() {
  std::vector<InfoRule> all;
  const auto append = [&](std::vector<InfoRule> rules) { all.insert(all.end(), rules.begin(), rules.end()); };
  append(rules_of("Neighbors", DS_REPL_INFO_NEIGHBORS, {}, "repsFrom"));
  append(rules_of("NeighborsOfAnNc", DS_REPL_INFO_NEIGHBORS, kConfigurationDn, "repsFrom"));
  append(rules_of("RepsTo", DS_REPL_INFO_REPSTO, {}, "repsTo"));
  append(rules_of("RepsToOfAnNc", DS_REPL_INFO_REPSTO, kConfigurationDn, "repsTo"));
  append(rules_of("Cursors", DS_REPL_INFO_CURSORS_FOR_NC, kDomainDn, "replUpToDateVector"));
  append(rules_of("Cursors2", DS_REPL_INFO_CURSORS_2_FOR_NC, kDomainDn, "replUpToDateVector"));
  append(rules_of("Cursors3", DS_REPL_INFO_CURSORS_3_FOR_NC, kDomainDn, "replUpToDateVector"));
  append(rules_of("Vector", DS_REPL_INFO_UPTODATE_VECTOR_V1, kDomainDn, "replUpToDateVector"));
  append(rules_of("Metadata", DS_REPL_INFO_METADATA_FOR_OBJ, kDomainDn, "replPropertyMetaData"));
  append(rules_of("Metadata2", DS_REPL_INFO_METADATA_2_FOR_OBJ, kDomainDn, "replPropertyMetaData"));
  append(rules_of("ValueMetadata", DS_REPL_INFO_METADATA_FOR_ATTR_VALUE, kDomainDn, "replPropertyMetaData"));
  append(rules_of("ValueMetadata2", DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kDomainDn, "replPropertyMetaData"));
  append(rules_of("PendingOps", DS_REPL_INFO_PENDING_OPS, {}, {}));
  append(rules_of("ConnectFailures", DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES, {}, {}));
  append(rules_of("LinkFailures", DS_REPL_INFO_KCC_DSA_LINK_FAILURES, {}, {}));
  append(rules_of("ClientContexts", DS_REPL_INFO_CLIENT_CONTEXTS, {}, {}));
  append(rules_of("OutgoingCalls", DS_REPL_INFO_SERVER_OUTGOING_CALLS, {}, {}));
  return all;
}
INSTANTIATE_TEST_SUITE_P(Rights, GetReplInfo, ::testing::ValuesIn(all_rules()), kRuleName);

std::vector<InfoRule> object_rules() {
  std::vector<InfoRule> all;
  const std::pair<const char*, std::uint32_t> metadata[] = {{"Metadata", DS_REPL_INFO_METADATA_FOR_OBJ},
                                                            {"Metadata2", DS_REPL_INFO_METADATA_2_FOR_OBJ},
                                                            {"ValueMetadata", DS_REPL_INFO_METADATA_FOR_ATTR_VALUE},
                                                            {"ValueMetadata2", DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE}};
  for (const auto& [name, type] : metadata) {
    const std::string prefix = name;
    all.push_back({prefix + "NeedsAnObject", kErrorInvalidParameter, [=](TwoDsas&, auto& r) { r = asking(type); }, &operator_});
    all.push_back({prefix + "OfWhatIsNotHereIsObjNotFound", kErrorDsObjNotFound,
                   [=](TwoDsas&, auto& r) { r = asking(type, "CN=nobody,DC=lab,DC=example"); }, &operator_});
    all.push_back({prefix + "OfWhatIsNoDnIsBadDn", kErrorDsDraBadDn, [=](TwoDsas&, auto& r) { r = asking(type, "what, no dn"); }, &operator_});
    all.push_back({prefix + "OfAGuidThatIsNotHereIsBadDn", kErrorDsDraBadDn,
                   [=](TwoDsas&, auto& r) { r = asking(type, "<GUID=99999999-1111-2222-3333-444444444444>"); }});
    all.push_back({prefix + "TakesAGuid", kErrorSuccess,
                   [=](TwoDsas& d, auto& r) { r = asking(type, "<GUID=" + to_string(d.b.guid_of(kDomainDn).value) + ">"); }});
  }
  const std::pair<const char*, std::uint32_t> vectors[] = {{"Cursors", DS_REPL_INFO_CURSORS_FOR_NC},
                                                           {"Cursors2", DS_REPL_INFO_CURSORS_2_FOR_NC},
                                                           {"Cursors3", DS_REPL_INFO_CURSORS_3_FOR_NC},
                                                           {"Vector", DS_REPL_INFO_UPTODATE_VECTOR_V1}};
  for (const auto& [name, type] : vectors) {
    const std::string prefix = name;
    all.push_back({prefix + "NeedsAnNc", kErrorInvalidParameter, [=](TwoDsas&, auto& r) { r = asking(type); }});
    all.push_back({prefix + "OfWhatIsNotHereIsDenied", kErrorDsDraAccessDenied,
                   [=](TwoDsas&, auto& r) { r = asking(type, "DC=other,DC=example"); }});
    all.push_back({prefix + "OfWhatIsNoNcRootIsBadNc", kErrorDsDraBadNc, [=](TwoDsas& d, auto& r) {
                     r = asking(type, kPeople);
                     d.b.set_descriptor(kPeople, Descriptor().allow(kAdministratorsSid, 0x100));
                   }});
  }
  all.push_back({"NeighborsOfWhatIsNotHereAreDenied", kErrorDsDraAccessDenied,
                 [](TwoDsas&, auto& r) { r = asking(DS_REPL_INFO_NEIGHBORS, "DC=other,DC=example"); }});
  all.push_back({"ATypeThatIsNoneIsInvalidParameter", kErrorInvalidParameter, [](TwoDsas&, auto& r) { r = asking(77); }});
  all.push_back({"ATypeThatIsNoneGoesBeforeAccess", kErrorInvalidParameter, [](TwoDsas&, auto& r) { r = asking(11, kDomainDn); }, &operator_});
  all.push_back({"TheEndOfAnEnumerationIsNoMoreItems", kErrorNoMoreItems, [](TwoDsas&, auto& r) {
                   r = asking(DS_REPL_INFO_CURSORS_2_FOR_NC, kDomainDn);
                   r.dwEnumerationContext = kNoMore;
                 }});
  all.push_back({"TheEndGoesBeforeAccess", kErrorNoMoreItems,
                 [](TwoDsas&, auto& r) {
                   r = asking(DS_REPL_INFO_NEIGHBORS);
                   r.dwEnumerationContext = kNoMore;
                 },
                 &operator_});
  all.push_back({"AnAttributeThatIsNoLinkIsWrongLinkedAttSyntax", kErrorDsWrongLinkedAttSyntax, [](TwoDsas& d, auto& r) {
                   d.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
                   r = asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kStaff);
                   r.pszAttributeName = u"description";
                 }});
  all.push_back({"ABackLinkIsWrongLinkedAttSyntax", kErrorDsWrongLinkedAttSyntax, [](TwoDsas& d, auto& r) {
                   d.b.set_descriptor(kAnn, Descriptor().allow(kAdministratorsSid, 0x110));
                   r = asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kAnn);
                   r.pszAttributeName = u"memberOf";
                 }});
  all.push_back({"AnAttributeThatNobodyKnowsIsWrongLinkedAttSyntax", kErrorDsWrongLinkedAttSyntax, [](TwoDsas& d, auto& r) {
                   d.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
                   r = asking(DS_REPL_INFO_METADATA_FOR_ATTR_VALUE, kStaff);
                   r.pszAttributeName = u"noSuchThing";
                 }});
  all.push_back({"AValueThatIsNotHereIsObjNotFound", kErrorDsObjNotFound, [](TwoDsas& d, auto& r) {
                   d.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
                   r = asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kStaff);
                   r.pszAttributeName = u"member";
                   r.pszValueDN = u"CN=nobody,DC=lab,DC=example";
                 }});
  return all;
}
INSTANTIATE_TEST_SUITE_P(Objects, GetReplInfo, ::testing::ValuesIn(object_rules()), kRuleName);

// --- Content ----------------------------------------------------------------------------------------------------------------------

class ReplInfoContent : public ::testing::Test {
 protected:
  template <std::uint32_t Type>
  auto content(DRS_MSG_GETREPLINFO_REQ request) {
    const auto out = ask(dsas.wire, std::move(request));
    EXPECT_EQ(Win32{out.result}, kErrorSuccess);
    const auto* arm = out.msgOut.get_if<Type>();
    EXPECT_NE(arm, nullptr);
    return arm == nullptr || !*arm ? typename std::remove_cvref_t<decltype(*arm)>::value_type{} : **arm;
  }
  TwoDsas dsas;
};

// 4.1.13.4.2: every NC, with the NC's GUID when none is named.
TEST_F(ReplInfoContent, NeighborsAreTheSourcesOfAllNcs) {
  const auto all = content<DS_REPL_INFO_NEIGHBORS>(asking(DS_REPL_INFO_NEIGHBORS)).rgNeighbor;
  ASSERT_EQ(all.size(), 3u);
  for (const auto& each : all) {
    EXPECT_EQ(each.uuidSourceDsaObjGuid, dsas.a.guid().value);
    EXPECT_EQ(to_utf8_lossy(*each.pszSourceDsaAddress), dsas.a.address());
    EXPECT_EQ(to_utf8_lossy(*each.pszSourceDsaDN), dsas.a.ntds_dn());
    EXPECT_EQ(each.uuidSourceDsaInvocationID, dsas.a.context().invocation_id.value);
    EXPECT_FALSE(each.uuidNamingContextObjGuid.is_null());
    EXPECT_FALSE(each.pszAsyncIntersiteTransportDN);
    EXPECT_EQ(each.dwReplicaFlags, DRS_WRIT_REP | DRS_INIT_SYNC);
    EXPECT_EQ(each.dwLastSyncResult, 0u);
    EXPECT_GT(each.usnLastObjChangeSynced, 0);
    EXPECT_NE(each.ftimeLastSyncSuccess.dwHighDateTime, 0u);
  }
}
// 4.1.13.4.1: of one NC, whose GUID is then not told.
TEST_F(ReplInfoContent, NeighborsOfOneNc) {
  const auto all = content<DS_REPL_INFO_NEIGHBORS>(asking(DS_REPL_INFO_NEIGHBORS, kDomainDn)).rgNeighbor;
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(to_utf8_lossy(*all[0].pszNamingContext), kDomainDn);
  EXPECT_TRUE(all[0].uuidNamingContextObjGuid.is_null());
}
TEST_F(ReplInfoContent, NeighborsOfOneSource) {
  auto request = asking(DS_REPL_INFO_NEIGHBORS);
  request.uuidSourceDsaObjGuid = dsas.b.guid().value;
  EXPECT_EQ(content<DS_REPL_INFO_NEIGHBORS>(request).rgNeighbor.size(), 0u);
  request.uuidSourceDsaObjGuid = dsas.a.guid().value;
  EXPECT_EQ(content<DS_REPL_INFO_NEIGHBORS>(request).rgNeighbor.size(), 3u);
}
TEST_F(ReplInfoContent, NeighborsFromAnIndex) {
  auto request = asking(DS_REPL_INFO_NEIGHBORS);
  request.dwEnumerationContext = 2;
  EXPECT_EQ(content<DS_REPL_INFO_NEIGHBORS>(request).rgNeighbor.size(), 1u);
  request.dwEnumerationContext = 3;
  EXPECT_EQ(content<DS_REPL_INFO_NEIGHBORS>(request).rgNeighbor.size(), 0u);
}
TEST_F(ReplInfoContent, VersionOneHasNoIndex) {
  DRS_MSG_GETREPLINFO_REQ_V1 request;
  request.InfoType = DS_REPL_INFO_NEIGHBORS;
  EXPECT_EQ(content<DS_REPL_INFO_NEIGHBORS>(request).rgNeighbor.size(), 3u);
}
TEST_F(ReplInfoContent, AnObjectThatIsNoNcHasNoNeighbors) {
  dsas.b.set_descriptor(kPeople, Descriptor().allow(kAdministratorsSid, 0x110));
  EXPECT_EQ(content<DS_REPL_INFO_NEIGHBORS>(asking(DS_REPL_INFO_NEIGHBORS, kPeople)).rgNeighbor.size(), 0u);
}
// 4.1.13.4.3
TEST_F(ReplInfoContent, RepsToAreWhomWeTell) {
  Wire to_a(dsas.forest, dsas.a);
  const auto out = ask(to_a, asking(DS_REPL_INFO_REPSTO));
  const auto& all = (*out.msgOut.get_if<DS_REPL_INFO_REPSTO>())->rgNeighbor;
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].uuidSourceDsaObjGuid, dsas.b.guid().value);
  EXPECT_EQ(to_utf8_lossy(*all[0].pszSourceDsaDN), dsas.b.ntds_dn());
  EXPECT_EQ(all[0].dwReplicaFlags, std::uint32_t{DRS_WRIT_REP});
}
// 4.1.13.2.4: with our own cursor, ascending.
TEST_F(ReplInfoContent, CursorsHaveOurOwn) {
  const auto all = content<DS_REPL_INFO_CURSORS_FOR_NC>(asking(DS_REPL_INFO_CURSORS_FOR_NC, kDomainDn)).rgCursor;
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].uuidSourceDsaInvocationID, dsas.a.context().invocation_id.value);
  EXPECT_EQ(all[1].uuidSourceDsaInvocationID, dsas.b.context().invocation_id.value);
  EXPECT_EQ(all[1].usnAttributeFilter, dsas.b.store().read()->highest_committed_usn().value);
}
TEST_F(ReplInfoContent, Cursors2HaveTimes) {
  const auto out = content<DS_REPL_INFO_CURSORS_2_FOR_NC>(asking(DS_REPL_INFO_CURSORS_2_FOR_NC, kDomainDn));
  ASSERT_EQ(out.rgCursor.size(), 2u);
  EXPECT_EQ(out.dwEnumerationContext, kNoMore);
  EXPECT_NE(out.rgCursor[0].ftimeLastSyncSuccess.dwHighDateTime, 0u);
}
// 4.1.13.4.4
TEST_F(ReplInfoContent, Cursors3HaveNames) {
  const auto out = content<DS_REPL_INFO_CURSORS_3_FOR_NC>(asking(DS_REPL_INFO_CURSORS_3_FOR_NC, kDomainDn));
  ASSERT_EQ(out.rgCursor.size(), 2u);
  EXPECT_EQ(to_utf8_lossy(out.rgCursor[0].pszSourceDsaDN.value_or(u"")), dsas.a.ntds_dn());
  EXPECT_EQ(to_utf8_lossy(out.rgCursor[1].pszSourceDsaDN.value_or(u"")), dsas.b.ntds_dn());
}
TEST_F(ReplInfoContent, CursorsComeInPages) {
  std::vector<repl::UpToDateCursor> many;
  for (std::uint32_t i = 0; i < 2'500; ++i) {
    Guid guid;
    store_le(guid.octets.data() + 12, i + 1);
    many.push_back({InvocationId{guid}, Usn{1}, DsTime{1}});
  }
  dsas.b.change_replica(kDomainDn, [&](store::NcReplica& replica) { replica.up_to_dateness_vector = repl::encode_utd(repl::ReplUpToDateVector(many)); });
  auto request = asking(DS_REPL_INFO_CURSORS_2_FOR_NC, kDomainDn);
  std::vector<std::size_t> pages;
  while (request.dwEnumerationContext != kNoMore && pages.size() < 10) {
    const auto out = content<DS_REPL_INFO_CURSORS_2_FOR_NC>(request);
    pages.push_back(out.rgCursor.size());
    request.dwEnumerationContext = out.dwEnumerationContext;
  }
  EXPECT_EQ(pages, (std::vector<std::size_t>{1000, 1000, 501}));
}
TEST_F(ReplInfoContent, TheVectorIsWhatLingeringScansAskFor) {
  const auto out = content<DS_REPL_INFO_UPTODATE_VECTOR_V1>(asking(DS_REPL_INFO_UPTODATE_VECTOR_V1, kDomainDn));
  EXPECT_EQ(out.rgCursors.size(), 2u);
}
// 4.1.13.4.5
TEST_F(ReplInfoContent, MetadataIsEveryStamp) {
  dsas.b.set_descriptor(kAnn, Descriptor().allow(kAdministratorsSid, 0x110));
  dsas.b.set(kAnn, repl::attid::kDescription, {repl::text_value("one")});
  dsas.b.set(kAnn, repl::attid::kDescription, {repl::text_value("two")});
  const auto all = content<DS_REPL_INFO_METADATA_2_FOR_OBJ>(asking(DS_REPL_INFO_METADATA_2_FOR_OBJ, kAnn)).rgMetaData;
  const auto at = std::ranges::find_if(all, [](const auto& each) { return each.pszAttributeName == u"description"; });
  ASSERT_NE(at, all.end());
  EXPECT_EQ(at->dwVersion, 2u);
  EXPECT_EQ(at->uuidLastOriginatingDsaInvocationID, dsas.b.context().invocation_id.value);
  EXPECT_EQ(at->usnOriginatingChange, at->usnLocalChange);
  EXPECT_EQ(to_utf8_lossy(at->pszLastOriginatingDsaDN.value_or(u"")), dsas.b.ntds_dn());
  const auto class_at = std::ranges::find_if(all, [](const auto& each) { return each.pszAttributeName == u"objectClass"; });
  ASSERT_NE(class_at, all.end());
  EXPECT_EQ(class_at->uuidLastOriginatingDsaInvocationID, dsas.a.context().invocation_id.value);
  EXPECT_NE(class_at->usnOriginatingChange, class_at->usnLocalChange);
  EXPECT_EQ(content<DS_REPL_INFO_METADATA_FOR_OBJ>(asking(DS_REPL_INFO_METADATA_FOR_OBJ, kAnn)).rgMetaData.size(), all.size());
  auto later = asking(DS_REPL_INFO_METADATA_2_FOR_OBJ, kAnn);
  later.dwEnumerationContext = 3;
  EXPECT_EQ(content<DS_REPL_INFO_METADATA_2_FOR_OBJ>(later).rgMetaData.size(), all.size() - 3);
}
TEST_F(ReplInfoContent, MetadataWithLinksImproved) {
  dsas.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
  auto request = asking(DS_REPL_INFO_METADATA_2_FOR_OBJ, kStaff);
  const auto has_member = [&] {
    const auto all = content<DS_REPL_INFO_METADATA_2_FOR_OBJ>(request).rgMetaData;
    return std::ranges::any_of(all, [](const auto& each) { return each.pszAttributeName == u"member"; });
  };
  EXPECT_FALSE(has_member()) << "values have stamps of their own";
  request.ulFlags = kDsReplInfoFlagImproveLinkedAttrs;
  EXPECT_TRUE(has_member());
  const auto all = content<DS_REPL_INFO_METADATA_2_FOR_OBJ>(request).rgMetaData;
  const auto at = std::ranges::find_if(all, [](const auto& each) { return each.pszAttributeName == u"member"; });
  EXPECT_TRUE(at->uuidLastOriginatingDsaInvocationID.is_null());
  EXPECT_GT(at->dwVersion, 0u);
}
// 4.1.13.4.6
TEST_F(ReplInfoContent, ValueMetadataIsEveryValue) {
  dsas.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
  dsas.b.link(kStaff, kBob);
  dsas.b.unlink(kStaff, kAnn);
  auto request = asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kStaff);
  const auto out = content<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>(request);
  EXPECT_EQ(out.dwEnumerationContext, kNoMore);
  ASSERT_EQ(out.rgMetaData.size(), 2u);
  for (const auto& each : out.rgMetaData) {
    const bool is_ann = to_utf8_lossy(*each.pszObjectDn) == kAnn;
    EXPECT_TRUE(is_ann || to_utf8_lossy(*each.pszObjectDn) == kBob);
    EXPECT_EQ(each.pszAttributeName, u"member");
    EXPECT_EQ(each.ftimeDeleted.dwHighDateTime != 0, is_ann) << "a value that was removed says when";
    EXPECT_EQ(each.dwVersion, is_ann ? 2u : 1u);
    EXPECT_NE(each.ftimeCreated.dwHighDateTime, 0u);
    EXPECT_EQ(to_utf8_lossy(*each.pszLastOriginatingDsaDN), dsas.b.ntds_dn());
  }
  EXPECT_EQ(content<DS_REPL_INFO_METADATA_FOR_ATTR_VALUE>(asking(DS_REPL_INFO_METADATA_FOR_ATTR_VALUE, kStaff)).rgMetaData.size(), 2u);
}
// 4.1.13.4.7: one value, and the index of the next.
TEST_F(ReplInfoContent, ValueMetadataOfOneValue) {
  dsas.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
  dsas.b.link(kStaff, kBob);
  auto request = asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kStaff);
  request.pszAttributeName = u"member";
  request.pszValueDN = to_utf16(kBob).value();
  const auto out = content<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>(request);
  ASSERT_EQ(out.rgMetaData.size(), 1u);
  EXPECT_EQ(to_utf8_lossy(*out.rgMetaData[0].pszObjectDn), kBob);
}
TEST_F(ReplInfoContent, ValueMetadataComesInPages) {
  dsas.b.set_descriptor(kStaff, Descriptor().allow(kAdministratorsSid, 0x110));
  for (int i = 0; i < 1'200; ++i) {
    dsas.b.add(kPeople, "user", "u" + std::to_string(i));
    dsas.b.link(kStaff, "CN=u" + std::to_string(i) + "," + std::string(kPeople));
  }
  auto request = asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kStaff);
  const auto first = content<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>(request);
  EXPECT_EQ(first.rgMetaData.size(), 1'000u);
  EXPECT_EQ(first.dwEnumerationContext, 1'000u);
  request.dwEnumerationContext = first.dwEnumerationContext;
  const auto second = content<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>(request);
  EXPECT_EQ(second.rgMetaData.size(), 201u);
  EXPECT_EQ(second.dwEnumerationContext, kNoMore);
}
TEST_F(ReplInfoContent, AnObjectWithoutLinksHasNothingToTell) {
  dsas.b.set_descriptor(kAnn, Descriptor().allow(kAdministratorsSid, 0x110));
  const auto out = ask(dsas.wire, asking(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, kAnn));
  EXPECT_EQ(out.result, 0u);
  EXPECT_FALSE(*out.msgOut.get_if<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>());
}
// 4.1.13.4.9
TEST_F(ReplInfoContent, PendingOpsAreTheQueue) {
  dsas.b.hold();
  DRS_MSG_REPSYNC_V1 sync{dsas.domain(), dsas.a.guid().value, {}, DRS_ASYNC_OP};
  ASSERT_EQ(dsas.wire.code<IDL_DRSReplicaSync>(administrator(), {{}, sync}), kErrorSuccess);
  const auto out = content<DS_REPL_INFO_PENDING_OPS>(asking(DS_REPL_INFO_PENDING_OPS));
  ASSERT_EQ(out.rgPendingOp.size(), 1u);
  EXPECT_EQ(out.rgPendingOp[0].OpType, DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_SYNC);
  EXPECT_EQ(to_utf8_lossy(out.rgPendingOp[0].pszNamingContext.value_or(u"")), kDomainDn);
  EXPECT_EQ(out.rgPendingOp[0].uuidDsaObjGuid, dsas.a.guid().value);
  EXPECT_NE(out.ftimeCurrentOpStarted.dwHighDateTime, 0u);
  dsas.b.release();
  EXPECT_EQ(content<DS_REPL_INFO_PENDING_OPS>(asking(DS_REPL_INFO_PENDING_OPS)).rgPendingOp.size(), 0u);
}
// 4.1.13.4.8
TEST_F(ReplInfoContent, FailuresAreTheKccs) {
  KccFailures failures;
  failures.connections.push_back({dsas.a.guid(), DsTime{13'439'822'000}, 3, kRpcSServerUnavailable});
  failures.links.push_back({dsas.a.guid(), DsTime{13'439'822'000}, 7, kErrorDsDraAccessDenied});
  failures.links.push_back({DsaGuid{nowhere().Guid}, DsTime{13'439'822'000}, 1, kErrorDsDraAccessDenied});
  dsas.b.set_kcc_failures(failures);
  const auto connections = content<DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES>(asking(DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES)).rgDsaFailure;
  ASSERT_EQ(connections.size(), 1u);
  EXPECT_EQ(to_utf8_lossy(*connections[0].pszDsaDN), dsas.a.ntds_dn());
  EXPECT_EQ(connections[0].cNumFailures, 3u);
  EXPECT_EQ(Win32{connections[0].dwLastResult}, kRpcSServerUnavailable);
  const auto links = content<DS_REPL_INFO_KCC_DSA_LINK_FAILURES>(asking(DS_REPL_INFO_KCC_DSA_LINK_FAILURES)).rgDsaFailure;
  ASSERT_EQ(links.size(), 2u);
  EXPECT_FALSE(links[1].pszDsaDN) << "a DSA that is gone has no name";
}
TEST_F(ReplInfoContent, ClientContextsAreWhoIsBound) {
  (void)dsas.wire.bind(other_dsa(), dsas.a.guid().value, dsas.b.extensions());
  const auto all = content<DS_REPL_INFO_CLIENT_CONTEXTS>(asking(DS_REPL_INFO_CLIENT_CONTEXTS)).rgContext;
  ASSERT_EQ(all.size(), 2u);  // and who asks
  EXPECT_EQ(all[0].uuidClient, dsas.a.guid().value);
  EXPECT_EQ(all[0].pid, 4711);
  EXPECT_EQ(all[0].IPAddr, 0x0100007Fu) << "127.0.0.1";
  EXPECT_EQ(all[0].fIsBound, 1);
  EXPECT_EQ(all[1].uuidClient, client::kNtdsapiClientGuid);
  EXPECT_GT(all[1].timeLastUsed, 0);
}
TEST_F(ReplInfoContent, OutgoingCallsAreOurs) {
  OutgoingCall call;
  call.server_name = "dsa-a.lab.example";
  call.opnum = 3;
  call.is_handle_bound = true;
  call.timeout = std::chrono::minutes(5);
  call.time_created = DsTime{13'439'822'000};
  dsas.b.set_outgoing_calls({call});
  const auto all = content<DS_REPL_INFO_SERVER_OUTGOING_CALLS>(asking(DS_REPL_INFO_SERVER_OUTGOING_CALLS)).rgCall;
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].dwCallType, 3u);
  EXPECT_EQ(all[0].dwBindingTimeoutMins, 5u);
  EXPECT_EQ(all[0].dstimeCreated, 13'439'822'000);
}

}  // namespace
}  // namespace tributary::service::testing
