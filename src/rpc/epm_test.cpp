// SPDX-License-Identifier: Apache-2.0
// The endpoint mapper against Samba's bytes, and against bytes that nobody would send (C706 appendices L and O,
// [MS-RPCE] 2.2.1.2, 3.1.3.5.3).
#include "rpc/epm.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "rpc/test_files.hpp"

namespace tributary::rpc {
namespace {

using test::golden_pdu;

constexpr SyntaxId kDrsuapi{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0};

Bytes golden_stub(const std::string& name) {
  const Bytes pdu = golden_pdu(name);
  return Bytes(pdu.begin() + kRequestHeaderSize, pdu.end());
}

// tests/golden/samba-4.17/pdus/02: Samba's client asks where drsuapi listens.
TEST(EptMap, DecodesSambasQuestion) {
  const auto request = decode_ept_map(golden_stub("02-stream0-client-request"));
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_TRUE(request->obj);
  EXPECT_EQ(request->max_towers, 1u);
  EXPECT_TRUE(request->entry_handle.is_null());
  const auto tower = decode_tower(request->map_tower->tower_octet_string.span());
  ASSERT_TRUE(tower);
  EXPECT_EQ(tcp_endpoint(*tower), (TcpEndpoint{.interface = kDrsuapi}));
  EXPECT_EQ(encode_tower(*tower), to_bytes(request->map_tower->tower_octet_string.span()));
}

// Our question is Samba's, octet for octet, but for the referents of its two pointers (any number but zero, C706 14.3.10).
TEST(EptMap, AsksAsSambaDoes) {
  Bytes ours = encode_ept_map(kDrsuapi, 1);
  Bytes golden = golden_stub("02-stream0-client-request");
  ASSERT_EQ(ours.size(), golden.size());
  for (const std::size_t referent : {std::size_t{0}, std::size_t{20}}) {
    EXPECT_NE(load_le<std::uint32_t>(ours.data() + referent), 0u);
    store_le<std::uint32_t>(ours.data() + referent, load_le<std::uint32_t>(golden.data() + referent));
  }
  EXPECT_EQ(to_hex(ours), to_hex(golden));
}

TEST(EptMap, ReadsSambasAnswer) {
  const auto response = decode_ept_map_response(golden_stub("03-stream0-epmapper-response"));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 0u);
  ASSERT_EQ(response->towers.size(), 1u);
  EXPECT_EQ(find_tcp_port(*response, kDrsuapi), 0xC001);
  EXPECT_EQ(find_tcp_port(*response, kEndpointMapper).error().code, win32::kEptSNotRegistered);
  EXPECT_EQ(find_tcp_port(*response, kEndpointMapper).error().phase, Phase::kEndpointMap);
}

TEST(EptMap, AnswersAsSambaDoes) {
  const Bytes golden = golden_stub("03-stream0-epmapper-response");
  const auto response = decode_ept_map_response(golden);
  ASSERT_TRUE(response);
  Bytes ours = encode_ept_map_response(*response);
  // The one referent, behind handle, num_towers and the three numbers of the array, is the server's choice.
  store_le<std::uint32_t>(ours.data() + 36, load_le<std::uint32_t>(golden.data() + 36));
  EXPECT_EQ(to_hex(ours), to_hex(golden));
}

TEST(EptMap, RoundTripsThroughAServer) {
  const TcpEndpoint endpoints[] = {
      {.interface = kDrsuapi, .port = 49152, .address = {192, 0, 2, 1}},
      {.interface = kDrsuapi, .port = 49153, .address = {192, 0, 2, 1}},
      {.interface = {kDrsuapi.uuid, 3, 0}, .port = 1},
      {.interface = kDrsuapi, .transfer_syntax = kNdr64, .port = 2},
      {.interface = kEndpointMapper, .port = 135},
  };
  auto ask = [&](const SyntaxId& interface, std::uint32_t max) {
    const auto request = decode_ept_map(encode_ept_map(interface, max));
    EXPECT_TRUE(request);
    const auto response = decode_ept_map_response(encode_ept_map_response(map_endpoints(*request, endpoints)));
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *response : EptMapResponse{};
  };
  EXPECT_EQ(ask(kDrsuapi, 4).towers.size(), 2u);
  EXPECT_EQ(ask(kDrsuapi, 4).max_towers, 4u);
  EXPECT_EQ(ask(kDrsuapi, 1).towers.size(), 1u);
  EXPECT_EQ(find_tcp_port(ask(kDrsuapi, 4), kDrsuapi), 49152);
  EXPECT_EQ(ask({kDrsuapi.uuid, 4, 1}, 4).status, kEptNotRegistered);
  EXPECT_EQ(ask(kNdr20, 4).towers.size(), 0u);
  EXPECT_EQ(find_tcp_port(ask(kNdr20, 4), kNdr20).error().code, win32::kEptSNotRegistered);
}

TEST(EptMap, ServerDoesNotGuess) {
  EXPECT_EQ(map_endpoints({}, {}).status, kEptNotRegistered);
  EptMapRequest request;
  request.map_tower = twr_t{.tower_octet_string = {1, 2, 3}};
  EXPECT_EQ(map_endpoints(request, {}).status, kEptNotRegistered);
}

TEST(EptMap, OtherStatusesAreErrors) {
  const EptMapResponse response{.entry_handle = {}, .max_towers = 1, .towers = {}, .status = 0x6D8};
  const auto port = find_tcp_port(response, kDrsuapi);
  ASSERT_FALSE(port);
  EXPECT_EQ(win32_name(port.error().code), "EPT_S_CANT_PERFORM_OP");
}

// A tower of another transport, or of a later kind, stands beside the one that is wanted.
TEST(EptMap, PassesOverForeignTowers) {
  Tower pipe = make_tcp_tower({.interface = kDrsuapi});
  pipe.pop_back();
  pipe[3] = {.left = {0x0F}, .right = Bytes(10, 'x')};
  const EptMapResponse response{.entry_handle = {},
                                .max_towers = 4,
                                .towers = {pipe, make_tcp_tower({.interface = kDrsuapi}), make_tcp_tower({.interface = kDrsuapi, .port = 5})}};
  EXPECT_EQ(find_tcp_port(response, kDrsuapi), 5);
}

TEST(EptMap, BigEndianAnswer) {
  // handle, one tower of one, no referent, status "not registered"
  Bytes stub(20);
  for (const std::uint32_t value : {1u, 1u, 0u, 1u, 0u, kEptNotRegistered}) {
    stub.resize(stub.size() + 4);
    store_be(stub.data() + stub.size() - 4, value);
  }
  const auto response = decode_ept_map_response(stub, std::endian::big);
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, kEptNotRegistered);
  EXPECT_TRUE(response->towers.empty());
}

TEST(EptMap, EveryPrefixOfAnAnswerIsRefused) {
  const Bytes golden = golden_stub("03-stream0-epmapper-response");
  // The last octets are alignment behind the status.
  const std::size_t whole = golden.size() / 4 * 4;
  for (std::size_t size = 0; size + 4 < whole; ++size) {
    const auto response = decode_ept_map_response(ByteView(golden).first(size));
    if (response) continue;
    EXPECT_EQ(response.error().code, win32::kRpcXBadStubData);
    EXPECT_EQ(response.error().phase, Phase::kEndpointMap);
  }
  EXPECT_FALSE(decode_ept_map_response(ByteView(golden).first(whole - 8)));
  EXPECT_FALSE(decode_ept_map(ByteView(golden).first(10)));
}

TEST(EptMap, LyingCountsAreRefused) {
  auto answer = [](std::uint32_t num, std::uint32_t max, std::uint32_t offset, std::uint32_t actual) {
    Bytes stub(20);
    for (const std::uint32_t value : {num, max, offset, actual}) {
      stub.resize(stub.size() + 4);
      store_le(stub.data() + stub.size() - 4, value);
    }
    stub.resize(stub.size() + 64);
    return decode_ept_map_response(stub).has_value();
  };
  EXPECT_TRUE(answer(0, 4, 0, 0));
  EXPECT_TRUE(answer(4, 4, 0, 4));
  EXPECT_FALSE(answer(501, 501, 0, 501));
  EXPECT_FALSE(answer(1, 4, 1, 1));
  EXPECT_FALSE(answer(2, 1, 0, 2));
  EXPECT_FALSE(answer(1, 4, 0, 2));
  EXPECT_FALSE(answer(400, 400, 0, 400)) << "more pointers than octets";
}

TEST(Tower, RefusesWhatDoesNotAddUp) {
  auto detail = [](std::string_view text) {
    const auto tower = decode_tower(from_hex(text).value());
    EXPECT_FALSE(tower) << text;
    return tower ? std::string() : tower.error().detail;
  };
  EXPECT_EQ(detail("01"), "tower: no floor count");
  EXPECT_EQ(detail("0700"), "tower: 7 floors");
  EXPECT_EQ(detail("0100"), "tower: floor[0].left: no length");
  EXPECT_EQ(detail("0100ffff0d"), "tower: floor[0].left: 65535 octets, 1 left");
  EXPECT_EQ(detail("010000000000"), "tower: floor[0].left: empty");
  EXPECT_EQ(detail("010001000d01"), "tower: floor[0].right: no length");
  EXPECT_EQ(detail("010001000d000001"), "tower: 1 octets behind the last floor");
  EXPECT_TRUE(decode_tower(from_hex("0000").value())->empty());
}

TEST(Tower, OtherShapesAreNoTcpEndpoint) {
  const Tower good = make_tcp_tower({.interface = kDrsuapi, .port = 7});
  ASSERT_TRUE(tcp_endpoint(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Tower bad = good;
    bad[i].left[0] ^= 0xFF;
    EXPECT_EQ(tcp_endpoint(bad), std::nullopt) << i;
    bad = good;
    bad[i].left.push_back(0);
    EXPECT_EQ(tcp_endpoint(bad), std::nullopt) << i;
    bad = good;
    bad[i].right.pop_back();
    EXPECT_EQ(tcp_endpoint(bad), std::nullopt) << i;
  }
  EXPECT_EQ(tcp_endpoint({}), std::nullopt);
}

}  // namespace
}  // namespace tributary::rpc
