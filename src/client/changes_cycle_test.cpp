// SPDX-License-Identifier: Apache-2.0
// One cycle as requests and answers, without a DC: the rules of [MS-DRSR] 4.1.10.1.1, 4.1.10.4.1 and 4.1.10.6.1 about what is asked
// next and what is known then; every version of an answer as one shape.
#include "client/changes_cycle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "client/schema_names.hpp"
#include "drsuapi/compress/compression.hpp"
#include "drsuapi/compress/pickle.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "ndr/ndr.hpp"

namespace tributary::client {
namespace {

using namespace drsuapi;
using testing::HasSubstr;

constexpr Guid kSource = "11111111-0000-0000-0000-000000000001"_guid;
constexpr Guid kOther = "22222222-0000-0000-0000-000000000002"_guid;

ChangesOptions options_for(std::string nc_dn) {
  ChangesOptions options;
  options.nc_dn = std::move(nc_dn);
  return options;
}

ChangesCookie start_of(const ChangesOptions& options) {
  auto position = starting_point(options);
  EXPECT_TRUE(position) << position.error().detail;
  return position.value_or(ChangesCookie{});
}

DRS_EXTENSIONS_INT server_with(std::uint32_t flags) {
  DRS_EXTENSIONS_INT extensions;
  extensions.dwFlags = flags;
  return extensions;
}
const DRS_EXTENSIONS_INT kModern = server_with(DRS_EXT_GETCHGREQ_V8 | DRS_EXT_GETCHGREQ_V10);

DRS_MSG_GETCHGREQ_V10 v10(const ChangesCookie& position, const ChangesOptions& options = {}) {
  const auto request = request_from(position, options, kModern);
  EXPECT_EQ(request.tag(), 10u);
  return *request.get_if<10>();
}

DRS_MSG_GETCHGREPLY_V9 page_to(USN usn, bool more) {
  DRS_MSG_GETCHGREPLY_V9 page;
  page.uuidInvocIdSrc = kSource;
  page.usnvecTo = {usn, 0, usn};
  page.fMoreData = more ? 1 : 0;
  return page;
}

UPTODATE_VECTOR_V2_EXT knows(std::initializer_list<std::pair<Guid, USN>> cursors) {
  UPTODATE_VECTOR_V2_EXT vector;
  for (const auto& [dsa, usn] : cursors) vector.rgCursors.push_back({dsa, usn, 7});
  return vector;
}

// 4.1.10.1.1: a cycle starts with no invocationId and no USNs.
TEST(ChangesRequest, TheFirstOneKnowsNothing) {
  const auto request = v10(start_of(options_for("DC=lab,DC=example")));
  EXPECT_TRUE(request.uuidInvocIdSrc.is_null());
  EXPECT_EQ(request.usnvecFrom, USN_VECTOR{});
  EXPECT_FALSE(request.pUpToDateVecDest);
  EXPECT_FALSE(request.pPartialAttrSet);
  EXPECT_TRUE(request.PrefixTableDest.pPrefixEntry.empty());
  EXPECT_EQ(*dsname_dn(request.pNC), "DC=lab,DC=example");
  EXPECT_EQ(request.ulFlags, kReaderFlags);
  EXPECT_EQ(request.ulExtendedOp, 0u);
  EXPECT_TRUE(request.uuidDsaObjDest.is_null());
  EXPECT_EQ(request.cMaxObjects, 400u);
}

// A client that asks with a version that the server's extensions do not have is refused (4.1.10.5.1).
TEST(ChangesRequest, IsAVersionThatTheServerTakes) {
  auto options = options_for("DC=lab");
  options.more_flags = DRS_GET_TGT;
  const auto position = start_of(options);
  EXPECT_EQ(request_from(position, options, server_with(DRS_EXT_GETCHGREQ_V8)).tag(), 8u);
  EXPECT_EQ(v10(position, options).ulMoreFlags, DRS_GET_TGT);
}

// 4.1.10.4.1: with pPartialAttrSet goes the table that explains its numbers.
TEST(ChangesRequest, CarriesThePrefixTableOfItsAttributes) {
  auto options = options_for("DC=lab");
  options.partial_attribute_set = {0x90001, 3, 0x90001};
  auto request = v10(start_of(options), options);
  ASSERT_TRUE(request.pPartialAttrSet);
  EXPECT_THAT(request.pPartialAttrSet->rgPartialAttr.span(), testing::ElementsAre(3u, 0x90001u));
  // Behind its entries stands the schema signature: FF, a version, an invocationId.
  Seq<std::uint8_t> signature(Bytes(21, 0));
  signature[0] = 0xFF;
  auto expected = schema::PrefixTable::with_defaults().to_concrete();
  expected.pPrefixEntry.push_back({0, {signature}});
  EXPECT_EQ(request.PrefixTableDest, expected);
  options.prefix_table.pPrefixEntry.push_back({77, {Seq<std::uint8_t>{0x2A, 0x03}}});
  expected = options.prefix_table;
  expected.pPrefixEntry.push_back({0, {signature}});
  EXPECT_EQ(v10(start_of(options), options).PrefixTableDest, expected);
}

// 4.1.10.4.1: the flags stay the same through a cycle, apart from four that may change.
TEST(ChangesRequest, KeepsTheFlagsOfTheCycle) {
  auto options = options_for("DC=lab");
  options.flags = DRS_WRIT_REP | DRS_GET_ANC;
  options.compress = true;
  auto cookie = start_of(options);
  EXPECT_EQ(cookie.flags, DRS_WRIT_REP);
  EXPECT_EQ(v10(cookie, options).ulFlags, DRS_WRIT_REP | DRS_GET_ANC | DRS_USE_COMPRESSION);

  ChangesOptions resumed;
  resumed.cookie = cookie;
  EXPECT_EQ(start_of(resumed), cookie);
  resumed.flags = DRS_WRIT_REP | DRS_GET_NC_SIZE;
  EXPECT_EQ(start_of(resumed), cookie);
  resumed.flags = DRS_INIT_SYNC;
  const auto refused = starting_point(resumed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorInvalidParameter);
  EXPECT_THAT(refused.error().detail, HasSubstr("DRS_WRIT_REP"));
}

TEST(ChangesRequest, RefusesOptionsThatContradictTheCookie) {
  const auto cookie = start_of(options_for("DC=lab"));
  const auto refusal = [&](auto change) {
    ChangesOptions options;
    options.cookie = cookie;
    change(options);
    const auto position = starting_point(options);
    return position ? std::string("none") : position.error().detail;
  };
  EXPECT_EQ(refusal([](ChangesOptions& o) { o.nc_dn = "dc=LAB"; }), "none");
  EXPECT_THAT(refusal([](ChangesOptions& o) { o.nc_dn = "DC=other"; }), HasSubstr("DC=other"));
  EXPECT_THAT(refusal([](ChangesOptions& o) { o.partial_attribute_set = {3}; }), HasSubstr("another set"));
  EXPECT_THAT(refusal([](ChangesOptions& o) { o.extended_op = EXOP_REPL_OBJ; }), HasSubstr("extended operation"));
  EXPECT_THAT(refusal([](ChangesOptions& o) { o.cookie->nc_dn.clear(); }), HasSubstr("no naming context"));
  EXPECT_THAT(refusal([](ChangesOptions& o) { o.cookie->flags = 0; o.flags = DRS_WRIT_REP; }), HasSubstr("flags 0"));
  const auto malformed = starting_point(options_for("DC=\xFF"));
  ASSERT_FALSE(malformed);
  EXPECT_EQ(malformed.error().code, win32::kErrorNoUnicodeTranslation);
}

// 4.1.10.4.2: one object, whole.
TEST(ChangesRequest, OfOneObjectNamesTheOperation) {
  auto options = options_for("CN=a,DC=lab");
  options.extended_op = EXOP_REPL_OBJ;
  const auto request = v10(start_of(options), options);
  EXPECT_EQ(request.ulExtendedOp, EXOP_REPL_OBJ);
  EXPECT_EQ(request.usnvecFrom, USN_VECTOR{});
}

// 4.1.10.6.1: usnvecTo becomes the next usnvecFrom; what the reader knows (the up-to-dateness vector) changes with the last page only.
TEST(ChangesCookieAfter, AdvancesWithinACycleAndLearnsAtItsEnd) {
  auto position = start_of(options_for("DC=lab"));
  auto first = page_to(100, true);
  first.pObjects.emplace_back();
  first.pUpToDateVecSrc = knows({{kSource, 999}});  // not to be believed before the end
  auto after_first = cookie_after(position, first);
  ASSERT_TRUE(after_first);
  EXPECT_FALSE(after_first->cycle_complete);
  EXPECT_EQ(after_first->invocation_id.value, kSource);
  EXPECT_TRUE(after_first->up_to_dateness.rgCursors.empty());
  const auto request = v10(*after_first);
  EXPECT_EQ(request.uuidInvocIdSrc, kSource);
  EXPECT_EQ(request.usnvecFrom, (USN_VECTOR{100, 0, 100}));
  EXPECT_FALSE(request.pUpToDateVecDest);

  auto last = page_to(200, false);
  last.pUpToDateVecSrc = knows({{kSource, 200}, {kOther, 50}});
  const auto after_last = cookie_after(*after_first, last);
  ASSERT_TRUE(after_last);
  EXPECT_TRUE(after_last->cycle_complete);
  EXPECT_EQ(after_last->usn_vector, (USN_VECTOR{200, 0, 200}));
  const auto& cursors = after_last->up_to_dateness.rgCursors;
  EXPECT_THAT(cursors.span(), testing::ElementsAre(UPTODATE_CURSOR_V1{kSource, 200}, UPTODATE_CURSOR_V1{kOther, 50}));
  ASSERT_TRUE(v10(*after_last).pUpToDateVecDest);
  EXPECT_EQ(v10(*after_last).pUpToDateVecDest->rgCursors, cursors);
}

// MergeUTD: of each DSA the greater USN stays, so that knowledge never shrinks.
TEST(ChangesCookieAfter, MergesWhatItKnewWithWhatTheSourceKnows) {
  auto position = start_of(options_for("DC=lab"));
  position.up_to_dateness.rgCursors.push_back({kOther, 70});
  position.up_to_dateness.rgCursors.push_back({kOther, 60});
  auto last = page_to(1, false);
  last.pUpToDateVecSrc = knows({{kOther, 50}, {kSource, 1}});
  const auto after = cookie_after(position, last);
  ASSERT_TRUE(after);
  EXPECT_THAT(after->up_to_dateness.rgCursors.span(), testing::ElementsAre(UPTODATE_CURSOR_V1{kSource, 1}, UPTODATE_CURSOR_V1{kOther, 70}));
  last.pUpToDateVecSrc = nullptr;
  EXPECT_EQ(cookie_after(position, last)->up_to_dateness, position.up_to_dateness);
}

// 4.1.10.1.1: USNs count for one invocationId only. The cookie takes the new one with the new USNs, never one without the other.
TEST(ChangesCookieAfter, FollowsASourceThatWasRestored) {
  auto position = start_of(options_for("DC=lab"));
  position.invocation_id = InvocationId{kOther};
  position.usn_vector = {5000, 0, 5000};
  position.up_to_dateness.rgCursors.push_back({kOther, 5000});
  auto page = page_to(10, true);
  page.pObjects.emplace_back();
  const auto after = cookie_after(position, page);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->invocation_id.value, kSource);
  EXPECT_EQ(after->usn_vector, (USN_VECTOR{10, 0, 10}));
  EXPECT_EQ(after->up_to_dateness, position.up_to_dateness);
}

TEST(ChangesCookieAfter, DoesNotFollowASourceThatStandsStill) {
  auto position = start_of(options_for("DC=lab"));
  position.invocation_id = InvocationId{kSource};
  position.usn_vector = {100, 0, 100};
  auto page = page_to(100, true);
  const auto stuck = cookie_after(position, page);
  ASSERT_FALSE(stuck);
  EXPECT_EQ(stuck.error().code, win32::kErrorDsDraInternalError);
  page.rgValues.emplace_back();
  EXPECT_TRUE(cookie_after(position, page));
  page.rgValues.clear();
  page.usnvecTo.usnHighPropUpdate = 101;
  EXPECT_TRUE(cookie_after(position, page));
}

// 4.1.10.2.21
TEST(ChangesExtendedOp, AnyAnswerButSuccessIsAnError) {
  EXPECT_TRUE(check_extended_op(EXOP_ERR_SUCCESS));
  EXPECT_EQ(check_extended_op(EXOP_ERR_ACCESS_DENIED).error().code, win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(check_extended_op(EXOP_ERR_PARAM_ERR).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(check_extended_op(EXOP_ERR_MISMATCH).error().code, win32::kErrorDsDraGeneric);
  EXPECT_THAT(check_extended_op(EXOP_ERR_MISMATCH).error().detail, HasSubstr("EXOP_ERR_MISMATCH"));
}

// A source may begin the cycle anew when the connection is lost, although it was told where the reader stands (USN_VECTOR is the
// server's own business, 4.1.10.1.1). What came before the break is dropped, and only that.
TEST(ChangesDelivered, AResumedCycleBringsNothingTwice) {
  DRS_MSG_GETCHGREPLY_V9 first = page_to(100, true);
  for (const USN usn : {1, 2}) {
    auto& object = first.pObjects.emplace_back();
    object.Entinf.pName = dsname_from_guid(kOther);
    PROPERTY_META_DATA_EXT_VECTOR stamps;
    stamps.rgMetaData.push_back({1, 5, kSource, usn});
    object.pMetaDataExt = stamps;
  }
  for (const auto value : {std::uint8_t{1}, std::uint8_t{2}}) {
    auto& link = first.rgValues.emplace_back();
    link.pObject = dsname_from_guid(kOther);
    link.Aval.pVal = {value};
  }
  const auto cookie = cookie_after(start_of(options_for("DC=lab")), first);
  ASSERT_TRUE(cookie);
  EXPECT_EQ(cookie->delivered.size(), 4u);
  const Delivered delivered(cookie->delivered.begin(), cookie->delivered.end());

  DRS_MSG_GETCHGREPLY_V9 again = first;
  again.pObjects[0].pMetaDataExt->rgMetaData[0].dwVersion = 2;  // changed since
  again.rgValues[1].fIsPresent = 1;
  const auto after = cookie_after(*cookie, again, delivered);
  EXPECT_EQ(after->delivered.size(), 6u) << "the four of before and the two that changed";
  ChangesPage page;
  page.reply = &again;
  drop_delivered(page, delivered);
  ASSERT_EQ(again.pObjects.size(), 1u);
  EXPECT_EQ(again.pObjects[0].pMetaDataExt->rgMetaData[0].dwVersion, 2u);
  ASSERT_EQ(again.rgValues.size(), 1u);
  EXPECT_EQ(again.rgValues[0].fIsPresent, 1);
  again.fMoreData = 0;
  EXPECT_TRUE(cookie_after(*cookie, again)->delivered.empty()) << "a finished cycle needs none";
}

TEST(ChangesDelivered, RemembersSoManyAndNoMore) {
  auto position = start_of(options_for("DC=lab"));
  position.delivered.resize(ChangesCookie::kDeliveredMax - 1);
  auto page = page_to(100, true);
  for (const std::uint32_t attrtyp : {1u, 2u}) {
    auto& link = page.rgValues.emplace_back();
    link.pObject = dsname_from_guid(kOther);
    link.attrTyp = attrtyp;
  }
  const auto after = cookie_after(position, page);
  EXPECT_EQ(after->delivered.size(), ChangesCookie::kDeliveredMax);
  EXPECT_TRUE(ChangesCookie::decode(after->encode()));
}

// Without a GUID and stamps nobody can say that it is the same change.
TEST(ChangesDelivered, NeverTakesOneChangeForAnother) {
  auto page = page_to(100, true);
  page.pObjects.emplace_back();
  page.pObjects.emplace_back().Entinf.pName = dsname_from_guid(kOther);
  page.pObjects.emplace_back().Entinf.pName = *dsname_from_dn("CN=a");
  page.rgValues.emplace_back();
  page.rgValues.emplace_back().pObject = *dsname_from_dn("CN=a");
  const auto after = cookie_after(start_of(options_for("DC=lab")), page);
  EXPECT_TRUE(after->delivered.empty());
  Delivered everything;
  for (const auto& object : page.pObjects) everything.insert(fingerprint(object));
  for (const auto& link : page.rgValues) everything.insert(fingerprint(link));
  ChangesPage made;
  made.reply = &page;
  drop_delivered(made, everything);
  EXPECT_EQ(page.pObjects.size(), 3u);
  EXPECT_EQ(page.rgValues.size(), 2u);
}

// Cookies hold fingerprints (FNV-1a of the fields in their wire order): they must not change between versions of this program.
TEST(ChangesDelivered, FingerprintsAreStable) {
  EXPECT_EQ(fingerprint(REPLENTINFLIST{}), 0xCBF29CE484222325u);
  REPLENTINFLIST object;
  object.Entinf.pName = dsname_from_guid(kOther);
  PROPERTY_META_DATA_EXT_VECTOR stamps;
  stamps.rgMetaData.push_back({1, 5, kSource, 7});
  object.pMetaDataExt = stamps;
  object.Entinf.AttrBlock.pAttr.push_back({});
  EXPECT_EQ(fingerprint(object), 0xC4273E5C7FCFB88Bu);
}

// The answers. One content in every version: an object with a stamp, a cursor, a prefix, and (from V6 on) a link.

template <class Reply>
Reply common_content() {
  Reply reply;
  reply.uuidDsaObjSrc = kOther;
  reply.uuidInvocIdSrc = kSource;
  reply.pNC = *dsname_from_dn("DC=lab");
  reply.usnvecFrom = {1, 2, 3};
  reply.usnvecTo = {4, 5, 6};
  reply.PrefixTableSrc.pPrefixEntry.push_back({0, {Seq<std::uint8_t>{0x55, 0x04}}});
  reply.ulExtendedRet = 1;
  reply.cNumObjects = 1;
  reply.cNumBytes = 1234;
  reply.fMoreData = 1;
  REPLENTINFLIST object;
  object.Entinf.pName = *dsname_from_dn("CN=a,DC=lab");
  object.Entinf.ulFlags = ENTINF_FROM_MASTER;
  ATTR cn;
  cn.attrTyp = 3;
  cn.AttrVal.pAVal.push_back({Seq<std::uint8_t>{'a', 0}});
  object.Entinf.AttrBlock.pAttr.push_back(cn);
  PROPERTY_META_DATA_EXT_VECTOR stamps;
  stamps.rgMetaData.push_back({1, 13'000'000'000, kSource, 3});
  object.pMetaDataExt = stamps;
  object.pParentGuid = kOther;
  reply.pObjects.push_back(object);
  return reply;
}

template <class Reply, class Link>
Reply content_with_links() {
  auto reply = common_content<Reply>();
  reply.pUpToDateVecSrc = knows({{kSource, 6}});
  reply.cNumNcSizeObjects = 10;
  reply.cNumNcSizeValues = 20;
  Link link;
  link.pObject = *dsname_from_dn("CN=g,DC=lab");
  link.attrTyp = 31;
  link.Aval.pVal = {1, 2, 3, 4};
  link.fIsPresent = 1;
  link.MetaData.timeCreated = 9;
  link.MetaData.MetaData = {2, 10, kSource, 4};
  reply.rgValues.push_back(link);
  return reply;
}

DRS_MSG_GETCHGREPLY_V1 reply_v1() {
  auto reply = common_content<DRS_MSG_GETCHGREPLY_V1>();
  UPTODATE_VECTOR_V1_EXT vector;
  vector.rgCursors.push_back({kSource, 6});
  reply.pUpToDateVecSrcV1 = vector;
  return reply;
}
DRS_MSG_GETCHGREPLY_V6 reply_v6() { return content_with_links<DRS_MSG_GETCHGREPLY_V6, REPLVALINF_V1>(); }
DRS_MSG_GETCHGREPLY_V9 reply_v9() { return content_with_links<DRS_MSG_GETCHGREPLY_V9, REPLVALINF_V3>(); }

template <class Reply>
DRS_COMPRESSED_BLOB squeezed(const Reply& reply, ReplyCompression algorithm) {
  const auto object = ndr::encode(reply);
  Bytes pickle(kPickleHeaderSize);
  pickle.insert(pickle.end(), object.begin(), object.end());
  finish_pickle(pickle);
  const auto compressed = compress_reply(algorithm, pickle);
  EXPECT_TRUE(compressed);
  DRS_COMPRESSED_BLOB blob;
  blob.cbUncompressedSize = static_cast<std::uint32_t>(pickle.size());
  blob.pbCompressedData = Seq<std::uint8_t>(*compressed);
  return blob;
}

DRS_MSG_GETCHGREPLY_V7 reply_v7(std::uint32_t version, DRS_COMP_ALG_TYPE algorithm, DRS_COMPRESSED_BLOB blob) {
  DRS_MSG_GETCHGREPLY_V7 reply;
  reply.dwCompressedVersion = version;
  reply.CompressionAlg = algorithm;
  reply.CompressedAny = std::move(blob);
  return reply;
}

Result<ChangesPage> decoded(DRS_MSG_GETCHGREPLY reply, std::uint32_t result = 0) {
  IDL_DRSGetNCChanges::Out out;
  out.msgOut = std::move(reply);
  out.result = result;
  return decode_page(encode_out<IDL_DRSGetNCChanges>(out), std::endian::little);
}

void expect_page(Result<ChangesPage> result, std::uint32_t version, bool links) {
  ASSERT_TRUE(result) << result.error().detail;
  const ChangesPage page = std::move(*result);  // a page survives being moved
  EXPECT_EQ(page.version, version);
  EXPECT_GT(page.wire_octets, 0u);
  auto expected = reply_v9();
  if (!links) {
    expected.rgValues.clear();
    expected.cNumNcSizeObjects = expected.cNumNcSizeValues = 0;
    expected.pUpToDateVecSrc->rgCursors[0].timeLastSyncSuccess = 0;
  }
  EXPECT_EQ(*page.reply, expected);
  EXPECT_FALSE(page.last());
}

TEST(ChangesPage, EveryVersionHasOneShape) {
  expect_page(decoded(reply_v1()), 1, false);
  expect_page(decoded(reply_v6()), 6, true);
  expect_page(decoded(reply_v9()), 9, true);
  expect_page(decoded(DRS_MSG_GETCHGREPLY_V2{squeezed(reply_v1(), ReplyCompression::kMszip)}), 2, false);
  using enum DRS_COMP_ALG_TYPE;
  expect_page(decoded(reply_v7(1, DRS_COMP_ALG_MSZIP, squeezed(reply_v1(), ReplyCompression::kMszip))), 7, false);
  expect_page(decoded(reply_v7(6, DRS_COMP_ALG_MSZIP, squeezed(reply_v6(), ReplyCompression::kMszip))), 7, true);
  expect_page(decoded(reply_v7(9, DRS_COMP_ALG_WIN2K3, squeezed(reply_v9(), ReplyCompression::kWin2k3))), 7, true);
}

// Values are views into the message: nothing is copied on the way from the wire.
TEST(ChangesPage, ValuesAreViewsIntoTheMessage) {
  const auto check = [](const Result<ChangesPage>& result) {
    ASSERT_TRUE(result);
    const auto& message = result->message;
    const auto inside = [&](ByteView octets) { return octets.data() >= message.data() && octets.data() + octets.size() <= message.data() + message.size(); };
    EXPECT_TRUE(inside(result->reply->pObjects[0].Entinf.AttrBlock.pAttr[0].AttrVal.pAVal[0].pVal.span()));
    EXPECT_TRUE(inside(result->reply->rgValues[0].Aval.pVal.span()));
  };
  check(decoded(reply_v6()));
  check(decoded(reply_v7(6, DRS_COMP_ALG_TYPE::DRS_COMP_ALG_MSZIP, squeezed(reply_v6(), ReplyCompression::kMszip))));
}

TEST(ChangesPage, AnswersWithoutContentStayEmpty) {
  const auto v1 = decoded(DRS_MSG_GETCHGREPLY_V1{});
  ASSERT_TRUE(v1);
  EXPECT_EQ(*v1->reply, DRS_MSG_GETCHGREPLY_V9{});
  EXPECT_TRUE(v1->last());
  const auto v6 = decoded(DRS_MSG_GETCHGREPLY_V6{});
  ASSERT_TRUE(v6);
  EXPECT_EQ(*v6->reply, DRS_MSG_GETCHGREPLY_V9{});
}

TEST(ChangesPage, TheCodeOfTheDcIsTheError) {
  const auto refused = decoded(DRS_MSG_GETCHGREPLY_V6{}, 8453);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(refused.error().phase, Phase::kCall);
  auto broken = reply_v6();
  broken.dwDRSError = 8451;
  const auto in_the_middle = decoded(broken);
  ASSERT_FALSE(in_the_middle);
  EXPECT_EQ(in_the_middle.error().code, win32::kErrorDsDraDbError);
}

TEST(ChangesPage, RefusesWhatDoesNotDecompressOrDecode) {
  const auto code = [](Result<ChangesPage> page) {
    EXPECT_FALSE(page);
    if (!page) {
      EXPECT_EQ(page.error().phase, Phase::kCall);
    }
    return page ? Win32::kSuccess : page.error().code;
  };
  using enum DRS_COMP_ALG_TYPE;
  EXPECT_EQ(code(decode_page({}, std::endian::little)), win32::kRpcXBadStubData);
  const auto good = squeezed(reply_v6(), ReplyCompression::kMszip);
  EXPECT_EQ(code(decoded(reply_v7(5, DRS_COMP_ALG_MSZIP, good))), win32::kErrorInvalidData);
  EXPECT_NE(code(decoded(reply_v7(6, DRS_COMP_ALG_UNUSED, good))), Win32::kSuccess);
  EXPECT_NE(code(decoded(reply_v7(6, DRS_COMP_ALG_WIN2K3, good))), Win32::kSuccess);
  auto liar = good;
  liar.cbUncompressedSize = 0x7FFFFFFF;
  EXPECT_EQ(code(decoded(reply_v7(6, DRS_COMP_ALG_MSZIP, liar))), win32::kErrorDsDraOutOfMem);
  EXPECT_EQ(code(decoded(reply_v7(6, DRS_COMP_ALG_MSZIP, squeezed(DRS_MSG_GETCHGREPLY_V2{}, ReplyCompression::kMszip)))), win32::kRpcXBadStubData);
  DRS_COMPRESSED_BLOB no_pickle;
  no_pickle.cbUncompressedSize = 3;
  no_pickle.pbCompressedData = {1, 2, 3};
  EXPECT_EQ(code(decoded(reply_v7(6, DRS_COMP_ALG_NONE, no_pickle))), win32::kErrorInvalidData);
}

}  // namespace
}  // namespace tributary::client
