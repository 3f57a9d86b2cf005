// SPDX-License-Identifier: Apache-2.0
// The endpoint mapper's stubs and towers. The first octet chooses what the rest is taken for, and its byte order.
#include "base/assert.hpp"
#include "rpc/epm.hpp"
#include "rpc_fuzz.hpp"

using namespace tributary;
using namespace tributary::rpc;

namespace {

void check_tower(ByteView octets) {
  const auto tower = decode_tower(octets);
  if (!tower) return;
  TRIBUTARY_ASSERT(encode_tower(*tower) == to_bytes(octets));
  if (const auto endpoint = tcp_endpoint(*tower)) TRIBUTARY_ASSERT(tcp_endpoint(make_tcp_tower(*endpoint)) == endpoint);
}

void check_request(ByteView stub, std::endian order) {
  const auto request = decode_ept_map(stub, order);
  if (!request) return;
  const TcpEndpoint endpoints[] = {{.interface = kEndpointMapper, .port = 135}, {.interface = kEndpointMapper, .port = 136}};
  const auto response = map_endpoints(*request, endpoints);
  TRIBUTARY_ASSERT(response.towers.size() <= request->max_towers);
  TRIBUTARY_ASSERT(decode_ept_map_response(encode_ept_map_response(response)).has_value());
}

void check_response(ByteView stub, std::endian order) {
  const auto response = decode_ept_map_response(stub, order);
  if (!response) return;
  TRIBUTARY_ASSERT(response->towers.size() <= stub.size() / 4);
  (void)find_tcp_port(*response, kEndpointMapper);
  const auto again = decode_ept_map_response(encode_ept_map_response(*response));
  TRIBUTARY_ASSERT(again && again->towers == response->towers && again->status == response->status);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rpc::fuzz::Input input(data, size);
  const std::uint8_t kind = input.u8();
  const std::endian order = (kind & 4) != 0 ? std::endian::big : std::endian::little;
  switch (kind & 3) {
    case 0: check_request(input.rest(), order); break;
    case 1: check_response(input.rest(), order); break;
    default: check_tower(input.rest()); break;
  }
  return 0;
}
