// SPDX-License-Identifier: Apache-2.0
// RFC 4511 4.1.1, 4.2 to 4.12, 5.1: requests as OpenLDAP's tools 2.5.13 sent them to a socket of a test run, responses spelled out from
// the RFC's ASN.1, and what malformed messages end in.
#include "ldap/protocol/message.hpp"

#include <gmock/gmock.h>

#include "base/win32.hpp"

namespace tributary::ldap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string_view text(ByteView octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
Bytes hex(std::string_view digits) { return *from_hex(digits); }
Message must_read(std::string_view digits) {
  auto message = read_message(hex(digits));
  if (!message) throw std::runtime_error(message.error().outcome.message);
  return std::move(*message);
}
ReadFault must_fail(std::string_view digits) {
  auto message = read_message(hex(digits));
  if (message) throw std::runtime_error("was read");
  return message.error();
}
/// A message around an operation: shorter than 128 octets.
Bytes with_id(std::string_view operation, std::string_view id = "020107") {
  Bytes octets = hex(std::string(id) + std::string(operation));
  octets.insert(octets.begin(), {0x30, static_cast<std::uint8_t>(octets.size())});
  return octets;
}

TEST(Request, SimpleBind) {
  const auto message = must_read("302502010160200201030413636e3d61646d696e2c64633d6578616d706c658006736563726574");
  EXPECT_EQ(message.id, 1);
  const auto& bind = std::get<BindRequest>(message.request);
  EXPECT_EQ(bind.version, 3);
  EXPECT_EQ(bind.name, "cn=admin,dc=example");
  EXPECT_EQ(text(std::get<BindRequest::Simple>(bind.authentication).password), "secret");
  EXPECT_THAT(message.controls, IsEmpty());
}

TEST(Request, SaslBindAndSicily) {
  const auto sasl = read_message(with_id("6015020103 0400 a30e 040a4753532d53504e45474f 0400"));
  ASSERT_TRUE(sasl);
  const auto& credentials = std::get<BindRequest::Sasl>(std::get<BindRequest>(sasl->request).authentication);
  EXPECT_EQ(credentials.mechanism, "GSS-SPNEGO");
  ASSERT_TRUE(credentials.credentials);
  EXPECT_TRUE(credentials.credentials->empty());
  // Empty credentials and none are not the same (RFC 4513 5.2.1.4).
  const auto without = read_message(with_id("6013020103 0400 a30c 040a4753532d53504e45474f"));
  ASSERT_TRUE(without);
  EXPECT_FALSE(std::get<BindRequest::Sasl>(std::get<BindRequest>(without->request).authentication).credentials);
  const auto sicily = read_message(with_id("6007020103 0400 8900"));
  ASSERT_TRUE(sicily);
  EXPECT_EQ(std::get<BindRequest::Other>(std::get<BindRequest>(sicily->request).authentication).tag, 0x89U);
}

constexpr std::string_view kSearch =
    "308201120201026381ca040a64633d6578616d706c650a01020a010002010502010a010100a08194a313040b6f626a656374436c617373040475736572a11ca40f0402636e"
    "3009800161810162820163a209a5070402736e040178a9298117312e322e3834302e3131333535362e312e342e3139343182086d656d6265724f668304636e3d67870b6465"
    "736372697074696f6ea90a82026f758301788401ffa8070402736e040179a6070402736e04017aa4090402636e300381016d30160402636e04106d656d6265723b72616e67"
    "653d302d2aa040301b0416312e322e3834302e3131333535362e312e342e3431370101ff30210416312e322e3834302e3131333535362e312e342e33313904073005020164"
    "0400";

TEST(Request, SearchWithEveryKindOfFilterAndControls) {
  const auto message = must_read(kSearch);
  const auto& search = std::get<SearchRequest>(message.request);
  EXPECT_EQ(search.base, "dc=example");
  EXPECT_EQ(search.scope, Scope::kSubtree);
  EXPECT_EQ(search.deref, Deref::kNever);
  EXPECT_EQ(search.size_limit, 5U);
  EXPECT_EQ(search.time_limit_s, 10U);
  EXPECT_FALSE(search.types_only);
  EXPECT_EQ(format_filter(search.filter),
            "(&(objectClass=user)(|(cn=a*b*c)(!(sn>=x)))(memberOf:1.2.840.113556.1.4.1941:=cn=g)(description=*)(ou:dn:=x)(sn~=y)(sn<=z)(cn=*m*))");
  EXPECT_EQ(search.filter.nodes[0].end, 12U);
  EXPECT_EQ(search.filter.nodes[2].end, 6U);
  EXPECT_THAT(search.attributes, ElementsAre("cn", "member;range=0-*"));
  ASSERT_EQ(message.controls.size(), 2U);
  EXPECT_EQ(message.controls[0].oid, "1.2.840.113556.1.4.417");
  EXPECT_TRUE(message.controls[0].critical);
  EXPECT_FALSE(message.controls[0].value);
  EXPECT_FALSE(message.controls[1].critical);
  EXPECT_EQ(message.controls[1].value->size(), 7U);
}

TEST(Request, ViewsSurviveTheMessageBeingMoved) {
  auto first = std::make_unique<Message>(must_read(kSearch));
  const Message second = std::move(*first);
  first.reset();
  EXPECT_EQ(std::get<SearchRequest>(second.request).base, "dc=example");
}

TEST(Request, AddModifyDelete) {
  const auto add = must_read(
      "303f020102683a040f636e3d752c64633d6578616d706c653027301a040b6f626a656374436c617373310b0403746f7004047573657230090402636e3103040175");
  const auto& added = std::get<AddRequest>(add.request);
  EXPECT_EQ(added.dn, "cn=u,dc=example");
  ASSERT_EQ(added.attributes.size(), 2U);
  EXPECT_EQ(added.attributes[0].attribute, "objectClass");
  ASSERT_EQ(added.attributes[0].values.size(), 2U);
  EXPECT_EQ(text(added.attributes[0].values[1]), "user");

  const auto modify = must_read(
      "306d0201026668040f636e3d752c64633d6578616d706c65305530190a01003014040b6465736372697074696f6e310504036f6e65300e0a0101300904057469746c65"
      "310030110a0102300c0402736e310604017304017430150a0103301004097569644e756d6265723103040131");
  const auto& modified = std::get<ModifyRequest>(modify.request);
  ASSERT_EQ(modified.changes.size(), 4U);
  EXPECT_EQ(modified.changes[0].operation, ModifyRequest::Operation::kAdd);
  EXPECT_EQ(modified.changes[1].operation, ModifyRequest::Operation::kDelete);
  EXPECT_THAT(modified.changes[1].attribute.values, IsEmpty());
  EXPECT_EQ(modified.changes[2].attribute.values.size(), 2U);
  EXPECT_EQ(modified.changes[3].operation, ModifyRequest::Operation::kIncrement);

  const auto deletion = must_read("30140201024a0f636e3d752c64633d6578616d706c65");
  EXPECT_EQ(std::get<DeleteRequest>(deletion.request).dn, "cn=u,dc=example");
}

TEST(Request, ModifyDnCompareExtendedAbandonUnbind) {
  const auto rename = must_read("30300201026c2b040f636e3d752c64633d6578616d706c650404636e3d760101ff800f6f753d6f2c64633d6578616d706c65");
  const auto& renamed = std::get<ModifyDnRequest>(rename.request);
  EXPECT_EQ(renamed.new_rdn, "cn=v");
  EXPECT_TRUE(renamed.delete_old_rdn);
  EXPECT_EQ(renamed.new_superior, "ou=o,dc=example");

  const auto compare = must_read("301f0201026e1a040f636e3d752c64633d6578616d706c6530070402736e040173");
  EXPECT_EQ(std::get<CompareRequest>(compare.request).attribute, "sn");
  EXPECT_EQ(text(std::get<CompareRequest>(compare.request).value), "s");

  const auto whoami = must_read("301e02010277198017312e332e362e312e342e312e343230332e312e31312e33");
  EXPECT_EQ(std::get<ExtendedRequest>(whoami.request).oid, "1.3.6.1.4.1.4203.1.11.3");
  EXPECT_FALSE(std::get<ExtendedRequest>(whoami.request).value);

  EXPECT_EQ(std::get<AbandonRequest>(must_read("3006020108500102").request).message_id, 2);
  EXPECT_TRUE(std::holds_alternative<UnbindRequest>(must_read("30050201034200").request));
}

TEST(Request, TrailingElementsOfASequenceAreIgnored) {
  // RFC 4511 4: a component whose tag is not known, at the end of the operation and of the message.
  const auto message = read_message(with_id("600a020103 0400 8000 8901ff 8a01ff"));
  ASSERT_TRUE(message);
  EXPECT_TRUE(std::holds_alternative<BindRequest>(message->request));
}

TEST(Request, LengthsMayBeLongerThanNeeded) {
  // Windows clients write every length of a constructed element with four octets.
  const auto message = must_read("308400000012 020102 608400000009 020103 0400 80820000");
  EXPECT_TRUE(std::holds_alternative<BindRequest>(message.request));
}

TEST(Malformed, WhatEndsTheConnection) {
  for (const auto* digits : {
           "30050201004200",              // the id of unsolicited notifications (4.1.1.1)
           "300502 01ff4200",             // a negative id
           "3003040131",                  // no id
           "3003020101",                  // no operation
           "300502010a6100",              // a response
           "300502010a7f00",              // an unknown operation
           "3008020107 6003020303",       // a length beyond its element
           "3007020107 60800000",         // indefinite length (5.1)
           "3006020107 4a0100 00",        // octets behind the message
           "30060201074200 30",           // an element cut off after the operation
           "300c0206000000000001 60040400",  // an id of more than 32 bits
           "3006020107500180",            // abandon of a negative id: nobody can be told
           "0400",
           "",
       }) {
    const auto fault = must_fail(digits);
    EXPECT_FALSE(fault.id) << digits;
    EXPECT_EQ(fault.outcome.code, ResultCode::kProtocolError) << digits;
  }
}

TEST(Malformed, WhatEndsTheOperationAlone) {
  const auto check = [](std::string_view operation, std::uint32_t tag) {
    const auto message = read_message(with_id(operation));
    ASSERT_FALSE(message) << operation;
    EXPECT_EQ(message.error().id, 7) << operation;
    EXPECT_EQ(message.error().request_tag, tag) << operation;
    EXPECT_EQ(message.error().outcome.code, ResultCode::kProtocolError) << operation;
    EXPECT_EQ(message.error().outcome.message.substr(0, 10), "0000203D: ") << operation;
  };
  check("6000", 0x60);                                                           // no fields
  check("6007020100 0400 8000", 0x60);                                           // version 0
  check("6007020103 3000 8000", 0x60);                                           // the name is no string
  check("6305 0400 0a0107", 0x63);                                               // scope 7 and nothing else
  check("6316 0400 0a0107 0a0100 020100 020100 010100 8701 61 3000", 0x63);      // scope 7
  check("6316 0400 0a0102 0a0104 020100 020100 010100 8701 61 3000", 0x63);      // deref 4
  check("6316 0400 0a0102 0a0100 0201ff 020100 010100 8701 61 3000", 0x63);      // a negative limit
  check("6315 0400 0a0102 0a0100 020100 020100 010100 a200 3000", 0x63);         // not of nothing
  check("6315 0400 0a0102 0a0100 020100 020100 010100 aa00 3000", 0x63);         // a filter of the future
  check("660e 0400 300a 3008 0a0107 3003 040161", 0x66);                            // a change without values
  check("6610 0400 300c 300a 0a0107 3005 040161 3100", 0x66);                       // operation 7
  check("4a00 a0020400", 0x4A);                                                  // a control that is none
}

TEST(Malformed, EveryPrefixAndEveryFlippedBitIsHarmless) {
  const Bytes whole = hex(kSearch);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_message(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))));
    const auto announced = message_size(ByteView(whole).first(size), 1000);
    ASSERT_TRUE(announced);
    EXPECT_EQ(announced->has_value(), size >= 4);
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes changed = whole;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
    const auto message = read_message(std::move(changed));
    if (!message) EXPECT_NE(message.error().outcome.code, ResultCode::kSuccess);
  }
}

TEST(Malformed, ListsAreBounded) {
  // 5,000 selectors of no octets: 10,000 octets that are all in order.
  Bytes list(10'000);
  for (std::size_t i = 0; i < list.size(); i += 2) list[i] = 0x04;
  Bytes octets = hex("3082272f 020107 63822728 0400 0a0102 0a0100 020100 020100 010100 870161 30822710");
  octets.insert(octets.end(), list.begin(), list.end());
  ASSERT_EQ(message_size(octets, 100'000), octets.size());
  const auto message = read_message(octets);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().id, 7);
  EXPECT_EQ(message.error().outcome.code, ResultCode::kAdminLimitExceeded);
}

TEST(MessageSize, NeedsNoMoreThanTheHeader) {
  EXPECT_EQ(*message_size({}, 100), std::nullopt);
  EXPECT_EQ(*message_size(hex("30"), 100), std::nullopt);
  EXPECT_EQ(*message_size(hex("3005"), 100), 7U);
  EXPECT_EQ(*message_size(hex("3005"), 7), 7U);
  EXPECT_EQ(message_size(hex("3005"), 6).error().code, win32::kErrorInsufficientBuffer);
  EXPECT_EQ(*message_size(hex("3084000000"), 100), std::nullopt);
  EXPECT_EQ(*message_size(hex("308400000005"), 100), 11U);
  EXPECT_EQ(*message_size(hex("30880000000000000005"), 100), 15U);
  // Gigabytes are refused when they are announced.
  EXPECT_EQ(message_size(hex("308440000000"), 10'000'000).error().code, win32::kErrorInsufficientBuffer);
  EXPECT_EQ(message_size(hex("3088ffffffffffffffff"), SIZE_MAX).error().code, win32::kErrorInsufficientBuffer);
  EXPECT_EQ(message_size(hex("30ff"), 100).error().code, win32::kErrorInsufficientBuffer);
  EXPECT_EQ(message_size(hex("3080"), 100).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(message_size(hex("16"), 100).error().code, win32::kErrorInvalidData);  // a TLS handshake at the wrong port
}

TEST(Response, TagsBelongToTheirRequests) {
  for (const auto* digits : {"30050201034200", "3006020108500102"}) EXPECT_EQ(response_tag_of(must_read(digits).request), std::nullopt);
  const auto whole = must_read(kSearch);
  EXPECT_EQ(response_tag_of(whole.request), ResponseTag::kSearchDone);
  EXPECT_EQ(response_tag_of(std::uint32_t{0x63}), ResponseTag::kSearchDone);
  EXPECT_EQ(response_tag_of(Request{DeleteRequest{}}), ResponseTag::kDelete);
  EXPECT_EQ(response_tag_of(Request{ExtendedRequest{}}), ResponseTag::kExtended);
  EXPECT_EQ(response_tag_of(std::uint32_t{0x77}), ResponseTag::kExtended);
  EXPECT_EQ(response_tag_of(std::uint32_t{0x50}), std::nullopt);
}

TEST(Response, Results) {
  Bytes out;
  append_result(out, 2, ResponseTag::kSearchDone, {});
  EXPECT_EQ(to_hex(out), "300c02010265070a010004000400");
  out.clear();
  append_result(out, 300, ResponseTag::kAdd, {.code = ResultCode::kReferral, .matched_dn = "dc=a", .message = "m", .referrals = {"ldap://b"}});
  EXPECT_EQ(to_hex(out), "301e0202012c69180a010a040464633d6104016da30a04086c6461703a2f2f62");
  out.clear();
  const OwnedControl controls[] = {{.oid = "1.2", .critical = true, .value = Bytes{1}}, {.oid = "1.3"}};
  append_result(out, 1, ResponseTag::kModify, {}, controls);
  EXPECT_EQ(to_hex(out), "302202010167070a010004000400a014" "300b0403312e320101ff040101" "30050403312e33");
}

TEST(Response, BindExtendedReferenceNotice) {
  Bytes out;
  append_bind_result(out, 1, {.code = ResultCode::kSaslBindInProgress, .matched_dn = {}, .message = {}, .referrals = {}}, Bytes{0xAB});
  EXPECT_EQ(to_hex(out), "300f020101610a0a010e040004008701ab");
  out.clear();
  append_extended_result(out, 1, {}, "1.2", Bytes{});
  EXPECT_EQ(to_hex(out), "3013020101780e0a0100040004008a03312e328b00");
  out.clear();
  append_search_reference(out, 1, std::vector<std::string>{"ldap://a", "ldap://b"});
  EXPECT_EQ(to_hex(out), "3019020101731404086c6461703a2f2f6104086c6461703a2f2f62");
  out.clear();
  append_notice_of_disconnection(out, {.code = ResultCode::kProtocolError, .matched_dn = {}, .message = {}, .referrals = {}});
  EXPECT_EQ(to_hex(out), "3024020100781f0a0102040004008a16312e332e362e312e342e312e313436362e3230303336");
}

TEST(Entry, IsWrittenInPlaceAndCanBeTakenBack) {
  Bytes out = {0xEE};
  EntryWriter writer(out);
  writer.begin(2, "dc=a");
  writer.begin_attribute("cn");
  writer.value("x");
  writer.value(ByteView());
  writer.end_attribute();
  writer.begin_attribute("sn");
  writer.end_attribute();
  writer.end();
  EXPECT_EQ(to_hex(out), "ee" "30840000003a020102" "648400000031" "040464633d61" "308400000025"
                         "30840000000f" "0402636e" "318400000005" "040178" "0400"
                         "30840000000a" "0402736e" "318400000000");
  const Bytes one = out;
  writer.begin(3, "dc=b");
  writer.begin_attribute("cn");
  writer.discard();
  EXPECT_EQ(out, one);
  writer.begin(3, "dc=b");
  const OwnedControl controls[] = {{.oid = "1.3"}};
  writer.end(controls);
  EXPECT_EQ(to_hex(ByteView(out).subspan(one.size())), "30840000001e" "020103" "64840000000c" "040464633d62" "308400000000" "a00730050403312e33");
}

TEST(Entry, LengthsAndNumbersOfEverySize) {
  const std::pair<std::size_t, std::string_view> lengths[] = {{127, "047f"}, {128, "048180"}, {255, "0481ff"}, {256, "04820100"}, {65'536, "048400010000"}};
  for (const auto& [size, header] : lengths) {
    Bytes out;
    EntryWriter writer(out);
    writer.begin(1, {});
    const auto before = out.size();
    writer.value(Bytes(size));
    EXPECT_EQ(to_hex(ByteView(out).subspan(before, header.size() / 2)), header);
    EXPECT_EQ(out.size(), before + header.size() / 2 + size);
  }
  const std::pair<std::int32_t, std::string_view> ids[] = {{0, "020100"}, {127, "02017f"}, {128, "02020080"}, {65'535, "020300ffff"}, {0x7FFF'FFFF, "02047fffffff"}};
  for (const auto& [id, element] : ids) {
    Bytes out;
    EntryWriter(out).begin(id, {});
    EXPECT_EQ(to_hex(ByteView(out).subspan(6, element.size() / 2)), element);
  }
}

}  // namespace
}  // namespace tributary::ldap
