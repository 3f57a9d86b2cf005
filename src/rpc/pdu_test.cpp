// SPDX-License-Identifier: Apache-2.0
// The PDUs: golden ones of a real conversation, round trips of every type, big-endian receive, and every way to be too short
// or to lie about a length (C706 12.6, [MS-RPCE] 2.2.2).
#include "rpc/pdu.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "rpc/test_files.hpp"

namespace tributary::rpc {
namespace {

using test::golden_pdu;

constexpr SyntaxId kDrsuapi{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0};

Bytes hex(std::string_view text) {
  auto octets = from_hex(text);
  EXPECT_TRUE(octets) << text;
  return octets ? *octets : Bytes{};
}

template <class Body>
Body body_of(const Result<Pdu>& pdu) {
  EXPECT_TRUE(pdu) << pdu.error().detail;
  if (!pdu || !std::holds_alternative<Body>(pdu->body)) {
    ADD_FAILURE() << "another body";
    return {};
  }
  return std::get<Body>(pdu->body);
}

void set_length(Bytes& octets) { store_le<std::uint16_t>(octets.data() + 8, static_cast<std::uint16_t>(octets.size())); }

TEST(GoldenPdu, EndpointMapperBindDecodesAndEncodesToTheSameOctets) {
  const Bytes golden = golden_pdu("00-stream0-client-bind");
  const auto pdu = decode_pdu(golden);
  const auto bind = body_of<Bind>(pdu);
  EXPECT_EQ(pdu->header.type, PduType::kBind);
  EXPECT_EQ(pdu->header.flags, pfc::kWhole);
  EXPECT_EQ(pdu->header.call_id, 1u);
  EXPECT_EQ(bind.max_xmit_frag, kDefaultFragment);
  EXPECT_EQ(bind.max_recv_frag, kDefaultFragment);
  ASSERT_EQ(bind.contexts.size(), 2u);
  EXPECT_EQ(bind.contexts[0], (ContextElement{0, kEndpointMapper, {kNdr20}}));
  EXPECT_EQ(bind.contexts[1].abstract_syntax, kEndpointMapper);
  // [MS-RPCE] 3.3.1.5.3: Samba's client can multiplex security contexts and keep connections.
  EXPECT_EQ(offered_features(bind.contexts[1].transfer_syntaxes[0]),
            feature::kSecurityContextMultiplexing | feature::kKeepConnectionOnOrphan);
  EXPECT_EQ(encode_pdu(*pdu), golden);
}

TEST(GoldenPdu, BindAckWithNegotiateAck) {
  const Bytes golden = golden_pdu("01-stream0-epmapper-bind_ack");
  const auto pdu = decode_pdu(golden);
  const auto ack = body_of<BindAck>(pdu);
  EXPECT_EQ(ack.secondary_address, "135");
  ASSERT_EQ(ack.results.size(), 2u);
  EXPECT_EQ(ack.results[0], (ContextResult{ContextOutcome::kAcceptance, 0, kNdr20}));
  EXPECT_EQ(ack.results[1], (ContextResult{ContextOutcome::kNegotiateAck, 3, {}}));
  EXPECT_EQ(encode_pdu(*pdu), golden);
}

TEST(GoldenPdu, AuthenticatedHandshake) {
  for (const auto* name : {"04-stream1-client-bind", "05-stream1-drsuapi-bind_ack", "06-stream1-client-alter_context",
                           "07-stream1-drsuapi-alter_context_resp"}) {
    const Bytes golden = golden_pdu(name);
    const auto pdu = decode_pdu(golden);
    ASSERT_TRUE(pdu) << name;
    ASSERT_TRUE(pdu->auth) << name;
    EXPECT_EQ(pdu->auth->type, 9) << "SPNEGO";
    EXPECT_EQ(pdu->auth->level, 6) << "PKT_PRIVACY";
    EXPECT_EQ(pdu->auth->context_id, 1u);
    EXPECT_EQ(pdu->auth->token.size(), pdu->header.auth_length);
    EXPECT_EQ(encode_pdu(*pdu), golden) << name;
  }
  EXPECT_TRUE(decode_pdu(golden_pdu("05-stream1-drsuapi-bind_ack"))->header.has(pfc::kSupportHeaderSign));
}

TEST(GoldenPdu, SealedRequestKeepsItsPaddingInTheStub) {
  const Bytes golden = golden_pdu("08-stream1-client-request");
  const auto pdu = decode_pdu(golden);
  const auto request = body_of<Request>(pdu);
  EXPECT_EQ(request.opnum, 0);
  EXPECT_EQ(request.stub.size() % kAuthAlignment, 0u);
  EXPECT_EQ(request.stub.size(), golden.size() - kRequestHeaderSize - kSecTrailerSize - 76);
  EXPECT_EQ(pdu->auth->pad_length, request.stub.size() - request.alloc_hint);
  EXPECT_EQ(pdu->auth->token.size(), 76u);
}

TEST(GoldenPdu, FragmentedResponseAndFault) {
  EXPECT_EQ(decode_pdu(golden_pdu("13-stream1-drsuapi-response"))->header.flags, pfc::kFirstFrag);
  EXPECT_EQ(decode_pdu(golden_pdu("14-stream1-drsuapi-response"))->header.flags, 0);
  EXPECT_EQ(decode_pdu(golden_pdu("15-stream1-drsuapi-response"))->header.flags, pfc::kLastFrag);
  const Bytes golden = golden_pdu("17-stream1-drsuapi-fault");
  const auto fault = decode_pdu(golden);
  EXPECT_EQ(fault_status(body_of<Fault>(fault).body, fault->header.byte_order()), 0x6F7u);
}

TEST(Pdu, EveryTypeSurvivesARoundTrip) {
  const Bytes stub = hex("0102030405060708090a0b0c0d0e0f10");  // a whole block: padding would be part of what is decoded
  const Bytes token = hex("a1a2a3");
  const auto fault_body = encode_fault_body(0x1C010003);
  const AuthTrailer auth{.type = 9, .level = 6, .context_id = 7, .token = token};
  const Bind bind{.max_xmit_frag = 4280, .max_recv_frag = 5840, .assoc_group_id = 0x53f0,
                  .contexts = {{0, kDrsuapi, {kNdr20, kNdr64}}, {5, kEndpointMapper, {feature_negotiation_syntax(3)}}}};
  const BindAck ack{.assoc_group_id = 9, .secondary_address = "49152",
                    .results = {{ContextOutcome::kAcceptance, 0, kNdr20}, {ContextOutcome::kProviderRejection, 2, {}}}};
  const Pdu pdus[] = {
      {{.type = PduType::kRequest, .flags = 3 | pfc::kObjectUuid, .call_id = 2},
       Request{.alloc_hint = 10, .context_id = 1, .opnum = 3, .object = "00112233-4455-6677-8899-aabbccddeeff"_guid, .stub = stub}, {}},
      {{.type = PduType::kRequest, .flags = 3, .call_id = 2}, Request{.alloc_hint = 10, .context_id = 1, .opnum = 3, .object = {}, .stub = stub}, auth},
      {{.type = PduType::kResponse, .flags = 3, .call_id = 3}, Response{.alloc_hint = 10, .context_id = 1, .cancel_count = 2, .stub = stub}, {}},
      {{.type = PduType::kFault, .flags = 3 | pfc::kDidNotExecute, .call_id = 3},
       Fault{.alloc_hint = 32, .context_id = 1, .cancel_count = 1, .extended_error = true, .body = fault_body}, {}},
      {{.type = PduType::kBind, .flags = 7, .call_id = 1}, bind, auth},
      {{.type = PduType::kAlterContext, .flags = 3, .call_id = 1}, bind, {}},
      {{.type = PduType::kBindAck, .flags = 3, .call_id = 1}, ack, auth},
      {{.type = PduType::kAlterContextResp, .flags = 3, .call_id = 1}, BindAck{}, {}},
      {{.type = PduType::kBindNak, .flags = 3, .call_id = 1}, BindNak{.reason = BindRejectReason::kInvalidChecksum, .versions = {{5, 0}, {5, 1}}}, {}},
      {{.type = PduType::kAuth3, .flags = 3, .call_id = 1}, Auth3{}, auth},
      {{.type = PduType::kShutdown, .flags = 3, .call_id = 0}, Shutdown{}, {}},
      {{.type = PduType::kCoCancel, .flags = 3, .call_id = 8}, CoCancel{}, {}},
      {{.type = PduType::kOrphaned, .flags = 3, .call_id = 9}, Orphaned{}, {}},
  };
  for (const auto& pdu : pdus) {
    const auto encoded = encode_pdu(pdu);
    ASSERT_TRUE(encoded);
    const auto decoded = decode_pdu(*encoded);
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_EQ(decoded->header.type, pdu.header.type);
    EXPECT_EQ(decoded->header.flags, pdu.header.flags);
    EXPECT_EQ(decoded->header.call_id, pdu.header.call_id);
    EXPECT_EQ(decoded->header.frag_length, encoded->size());
    EXPECT_EQ(decoded->body.index(), pdu.body.index());
    EXPECT_EQ(decoded->auth.has_value(), pdu.auth.has_value());
    EXPECT_EQ(encode_pdu(*decoded).value(), *encoded) << pdu_type_name(pdu.header.type);
  }
  const auto decoded_bind = decode_pdu(encode_pdu(pdus[4]).value());
  EXPECT_EQ(body_of<Bind>(decoded_bind), bind);
}

// [MS-RPCE] 2.2.2.11: the sec_trailer of a request begins 16-aligned behind the body, whatever the object UUID does to the header.
TEST(Pdu, StubIsPaddedToSixteenBeforeTheSecTrailer) {
  const Bytes token(4, 1);
  for (std::size_t size = 0; size < 40; ++size) {
    const Bytes stub(size, 0xEE);
    for (const bool object : {false, true}) {
      Request request{.alloc_hint = 0, .context_id = 0, .opnum = 0, .object = {}, .stub = stub};
      if (object) request.object = Guid{};
      const auto encoded = encode_pdu({{.type = PduType::kRequest, .flags = 3}, request, AuthTrailer{.token = token}});
      const auto decoded = decode_pdu(*encoded);
      EXPECT_EQ(body_of<Request>(decoded).stub.size(), (size + 15) / 16 * 16);
      EXPECT_EQ(decoded->auth->pad_length, (size + 15) / 16 * 16 - size);
    }
  }
}

// A peer may order integers as it likes (C706 14.1); UUIDs are made of integers too.
TEST(Pdu, BigEndianBind) {
  const Bytes bind = hex(
      "05000b0300000000" "004c0000" "00000102"           // header, drep 0
      "10b8" "16d0" "00005566" "01000000"                // sizes, group, one context
      "0007" "02" "00"
      "e35142354b0611d1ab0400c04fc2dcd2" "00000004"      // drsuapi v4.0
      "8a885d041ceb11c99fe808002b104860" "00000002"      // NDR v2.0
      "8a885d041ceb11c99fe808002b104860" "00030002");    // the same with a minor version
  Bytes whole = bind;
  store_be<std::uint16_t>(whole.data() + 8, static_cast<std::uint16_t>(whole.size()));
  const auto pdu = decode_pdu(whole);
  const auto body = body_of<Bind>(pdu);
  EXPECT_EQ(pdu->header.byte_order(), std::endian::big);
  EXPECT_EQ(pdu->header.call_id, 0x102u);
  EXPECT_EQ(body.max_xmit_frag, 4280);
  EXPECT_EQ(body.max_recv_frag, 5840);
  EXPECT_EQ(body.assoc_group_id, 0x5566u);
  ASSERT_EQ(body.contexts.size(), 1u);
  EXPECT_EQ(body.contexts[0], (ContextElement{7, kDrsuapi, {kNdr20, SyntaxId{kNdr20.uuid, 2, 3}}}));
}

TEST(Pdu, BigEndianRequestWithAuthAndFault) {
  const Bytes request_octets = hex("0500008300000000" "00370003" "0000000a"
                                   "00000004" "0002" "0011" "e35142354b0611d1ab0400c04fc2dcd2" "deadbeef"
                                   "09060400" "00000102" "cccccc");
  const auto request = decode_pdu(request_octets);
  const auto body = body_of<Request>(request);
  EXPECT_EQ(request->header.frag_length, 0x37);
  EXPECT_EQ(body.alloc_hint, 4u);
  EXPECT_EQ(body.context_id, 2);
  EXPECT_EQ(body.opnum, 0x11);
  EXPECT_EQ(body.object, kDrsuapi.uuid);
  EXPECT_EQ(to_bytes(body.stub), hex("deadbeef"));
  EXPECT_EQ(request->auth->context_id, 0x102u);
  const Bytes fault_octets = hex("0500032300000000" "00200000" "0000000a" "00000020" "0001" "0000" "1c01000b00000000");
  const auto fault = decode_pdu(fault_octets);
  EXPECT_EQ(fault_status(body_of<Fault>(fault).body, fault->header.byte_order()), 0x1C01000Bu);
  EXPECT_TRUE(fault->header.has(pfc::kDidNotExecute));
}

TEST(PduHeader, RefusesWhatIsNotThisProtocol) {
  const Bytes good = hex("05000b03100000001000000001000000");
  ASSERT_TRUE(decode_header(good));
  auto broken = [&](std::size_t at, std::uint8_t value) {
    Bytes octets = good;
    octets[at] = value;
    const auto header = decode_header(octets);
    EXPECT_FALSE(header) << at << " " << int{value};
    return header ? Error{} : header.error();
  };
  EXPECT_EQ(broken(0, 4).detail, "pdu header: protocol version 4.0 instead of 5.0");
  EXPECT_EQ(broken(1, 1).detail, "pdu header: protocol version 5.1 instead of 5.0");  // [MS-RPCE] 3.3.1.5.1
  EXPECT_EQ(broken(2, 1).detail, "pdu header: 1 is no PDU type of this protocol");    // ping: connectionless
  EXPECT_EQ(broken(2, 20).code, win32::kRpcSProtocolError);
  EXPECT_EQ(broken(4, 0x11).detail, "pdu header: the character set is not ASCII");
  EXPECT_EQ(broken(8, 15).detail, "pdu header: frag_length 15 with auth_length 0");
  EXPECT_EQ(broken(10, 1).detail, "pdu header: frag_length 16 with auth_length 1");
  for (std::size_t size = 0; size < kCommonHeaderSize; ++size) EXPECT_FALSE(decode_header(ByteView(good).first(size)));
}

// Cut anywhere, with a frag_length that agrees with the cut: an error that names the field, or a body that is merely shorter.
TEST(Pdu, EveryPrefixIsHandled) {
  for (const auto* name : {"00-stream0-client-bind", "01-stream0-epmapper-bind_ack", "02-stream0-client-request",
                           "04-stream1-client-bind", "09-stream1-drsuapi-response", "17-stream1-drsuapi-fault"}) {
    const Bytes golden = golden_pdu(name);
    for (std::size_t size = kCommonHeaderSize; size < golden.size(); ++size) {
      Bytes cut(golden.begin(), golden.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(decode_pdu(cut)) << "the frag_length still promises more";
      set_length(cut);
      const auto pdu = decode_pdu(cut);
      if (!pdu) EXPECT_EQ(pdu.error().code, win32::kRpcSProtocolError);
      if (!pdu) EXPECT_FALSE(pdu.error().detail.empty());
    }
  }
}

TEST(Pdu, ErrorsNameTheField) {
  Bytes bind = golden_pdu("00-stream0-client-bind");
  bind[24] = 200;  // more contexts than there are
  EXPECT_EQ(decode_pdu(bind).error().detail, "bind.p_cont_id: 2 octets needed, 0 left");
  bind = golden_pdu("00-stream0-client-bind");
  bind[30] = 255;  // more transfer syntaxes
  EXPECT_EQ(decode_pdu(bind).error().detail, "bind.transfer_syntaxes: 16 octets needed, 4 left");
  Bytes ack = golden_pdu("01-stream0-epmapper-bind_ack");
  ack[24] = 0xFF;
  ack[25] = 0xFF;
  EXPECT_EQ(decode_pdu(ack).error().detail, "bind_ack.sec_addr.port_spec: 65535 octets needed, 58 left");
  Bytes handshake = golden_pdu("07-stream1-drsuapi-alter_context_resp");
  handshake[handshake.size() - 0x29 - 8 + 2] = 0xFF;
  EXPECT_EQ(decode_pdu(handshake).error().detail, "alter_context_resp.auth_pad_length: 255 octets of padding do not fit");
  Bytes sealed = golden_pdu("09-stream1-drsuapi-response");
  sealed[sealed.size() - 76 - 8 + 2] = 0xFF;
  EXPECT_EQ(decode_pdu(sealed).error().detail, "response.auth_pad_length: 255 octets of padding do not fit");
  EXPECT_EQ(fault_status(Bytes(3), std::endian::little).error().detail, "fault.status: 4 octets needed, 3 left");
}

// [MS-RPCE] 2.2.2.9: what follows the versions (a signature, extended error information) is not ours to read.
TEST(Pdu, BindNakForms) {
  EXPECT_EQ(body_of<BindNak>(decode_pdu(hex("05000d0310000000120000000100000004 00"))),
            (BindNak{BindRejectReason::kProtocolVersionNotSupported, {}}));
  EXPECT_EQ(body_of<BindNak>(decode_pdu(hex("05000d03100000002800000001000000" "0000" "01" "0500" "00"
                                            "20037490d0fad31182d7009027b130ab" "0000"))),
            (BindNak{BindRejectReason::kNotSpecified, {{5, 0}}}));
  EXPECT_EQ(decode_pdu(hex("05000d03100000001500000001000000" "0400" "03" "0500")).error().detail,
            "bind_nak.versions.p_protocols: 1 octets needed, 0 left");
}

TEST(Pdu, EncodingRefusesWhatDoesNotFit) {
  Bind bind;
  bind.contexts.resize(256);
  EXPECT_FALSE(encode_pdu({{.type = PduType::kBind}, bind, {}}));
  const Bytes stub(65535 - kRequestHeaderSize, 0);
  const Request fits{.alloc_hint = 0, .context_id = 0, .opnum = 0, .object = {}, .stub = stub};
  EXPECT_TRUE(encode_pdu({{.type = PduType::kRequest}, fits, {}}));
  const Bytes more(stub.size() + 1, 0);
  const Request too_long{.alloc_hint = 0, .context_id = 0, .opnum = 0, .object = {}, .stub = more};
  const auto refused = encode_pdu({{.type = PduType::kRequest}, too_long, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kRpcSProtocolError);
}

TEST(Pdu, NamesAndFeatures) {
  EXPECT_EQ(pdu_type_name(PduType::kAlterContextResp), "alter_context_resp");
  EXPECT_EQ(pdu_type_name(static_cast<PduType>(7)), "?");
  EXPECT_EQ(to_string(kDrsuapi), "e3514235-4b06-11d1-ab04-00c04fc2dcd2 v4.0");
  // [MS-RPCE] 3.3.1.5.3 and 2.2.2.14: prefix 6CB71C2C-9812-4540, version 1.0, then the bits.
  EXPECT_EQ(to_string(feature_negotiation_syntax(3)), "6cb71c2c-9812-4540-0300-000000000000 v1.0");
  EXPECT_EQ(offered_features(feature_negotiation_syntax(2)), 2);
  SyntaxId other = feature_negotiation_syntax(2);
  other.minor = 1;
  EXPECT_EQ(offered_features(other), std::nullopt);
  EXPECT_EQ(offered_features(kNdr20), std::nullopt);
  EXPECT_EQ(offered_features(kNdr64), std::nullopt);
}

}  // namespace
}  // namespace tributary::rpc
