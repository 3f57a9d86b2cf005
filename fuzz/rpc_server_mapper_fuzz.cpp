// SPDX-License-Identifier: Apache-2.0
// What strangers ask an endpoint mapper, before anybody has authenticated. The first octet is the opnum and the byte order, the rest the
// stub. Whatever is answered, an answer to ept_map decodes and names only what is there.
#include "base/assert.hpp"
#include "net/rpc_server_mapper.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::vector<rpc::TcpEndpoint> endpoints = {
      {.interface = {"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0}, .port = 49152, .address = {10, 0, 0, 1}}};
  rpc::CallReceived call;
  call.opnum = data[0] & 15;
  call.byte_order = (data[0] & 16) != 0 ? std::endian::big : std::endian::little;
  call.stub.assign(data + 1, data + size);
  const auto answer = net::answer_endpoint_mapper(call, endpoints);
  if (!answer) {
    TRIBUTARY_ASSERT(answer.error() != 0);
    return 0;
  }
  if (call.opnum != rpc::kEptMapOpnum) return 0;
  const auto response = rpc::decode_ept_map_response(*answer);
  TRIBUTARY_ASSERT(response.has_value() && response->towers.size() <= 1);
  TRIBUTARY_ASSERT((response->status == 0) == !response->towers.empty());
  for (const auto& tower : response->towers) TRIBUTARY_ASSERT(rpc::tcp_endpoint(tower) == endpoints[0]);
  return 0;
}
