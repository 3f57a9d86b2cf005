// SPDX-License-Identifier: Apache-2.0
// See epm.hpp.
#include "rpc/epm.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "rpc/status.hpp"

namespace tributary::rpc {
namespace {

std::unexpected<Error> bad_tower(std::string detail) { return fail(win32::kRpcXBadStubData, "tower: " + std::move(detail)); }

void put16(Bytes& out, std::size_t value) {
  out.resize(out.size() + 2);
  store_le<std::uint16_t>(out.data() + out.size() - 2, static_cast<std::uint16_t>(value));
}
void put32(Bytes& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  store_le(out.data() + out.size() - 4, value);
}

/// Takes a counted side of a floor off the front of `octets`.
Result<Bytes> take_side(ByteView& octets, std::size_t floor, std::string_view side) {
  if (octets.size() < 2) return bad_tower(fmt::format("floor[{}].{}: no length", floor, side));
  const auto length = load_le<std::uint16_t>(octets.data());
  if (length > octets.size() - 2) return bad_tower(fmt::format("floor[{}].{}: {} octets, {} left", floor, side, length, octets.size() - 2));
  Bytes taken = to_bytes(octets.subspan(2, length));
  octets = octets.subspan(2u + length);
  return taken;
}

/// The left side is the identifier, the UUID and the major version; the minor version is the right side.
Floor syntax_floor(const SyntaxId& id) {
  Floor floor;
  floor.left.push_back(floor_id::kUuid);
  floor.left.insert(floor.left.end(), id.uuid.octets.begin(), id.uuid.octets.end());
  put16(floor.left, id.major);
  put16(floor.right, id.minor);
  return floor;
}

std::optional<SyntaxId> syntax_of(const Floor& floor) {
  if (floor.left.size() != 19 || floor.left[0] != floor_id::kUuid || floor.right.size() < 2) return std::nullopt;
  SyntaxId id;
  std::copy_n(floor.left.begin() + 1, 16, id.uuid.octets.begin());
  id.major = load_le<std::uint16_t>(floor.left.data() + 17);
  id.minor = load_le<std::uint16_t>(floor.right.data());
  return id;
}

bool is_floor(const Floor& floor, std::uint8_t id, std::size_t right_size) {
  return floor.left.size() == 1 && floor.left[0] == id && floor.right.size() == right_size;
}

twr_t to_twr(const Tower& tower) { return {.tower_octet_string = ndr::Seq<std::uint8_t>(encode_tower(tower))}; }

/// The parts of ept_map's answer in front of the array.
struct ResponseHead {
  ndr::ContextHandle entry_handle;
  std::uint32_t num_towers = 0;
  std::uint32_t max_count = 0;
  std::uint32_t offset = 0;
  std::uint32_t actual_count = 0;
};
template <class W>
constexpr void describe(W& w, ResponseHead& v) {
  w.nested("entry_handle", v.entry_handle);
  w.scalar("num_towers", v.num_towers, ndr::Range{0, kTowersMax});
  w.scalar("ITowers.max_count", v.max_count, ndr::Range{0, kTowersMax});
  w.scalar("ITowers.offset", v.offset, ndr::Range{0, 0});
  w.scalar("ITowers.actual_count", v.actual_count, ndr::Range{0, kTowersMax});
}

std::unexpected<Error> bad_response(std::string detail) {
  return fail(win32::kRpcXBadStubData, "ept_map: " + std::move(detail), Phase::kEndpointMap);
}

/// Reads the integers between the towers.
class Cursor {
 public:
  Cursor(ByteView octets, std::size_t at, std::endian order) : octets_(octets), at_(at), order_(order) {}
  std::optional<std::uint32_t> u32() {
    if (octets_.size() - at_ < 4) return std::nullopt;
    at_ += 4;
    const auto* from = octets_.data() + at_ - 4;
    return order_ == std::endian::little ? load_le<std::uint32_t>(from) : load_be<std::uint32_t>(from);
  }
  /// A structure on its own, padded to 4.
  Result<twr_t> twr() {
    std::size_t consumed = 0;
    auto decoded = ndr::decode<twr_t>(octets_.subspan(at_), {.order = order_}, &consumed);
    if (decoded) at_ = std::min(octets_.size(), at_ + (consumed + 3) / 4 * 4);
    return decoded;
  }

 private:
  ByteView octets_;
  std::size_t at_;
  std::endian order_;
};

}  // namespace

// Towers

Bytes encode_tower(const Tower& tower) {
  Bytes out;
  put16(out, tower.size());
  for (const auto& floor : tower) {
    put16(out, floor.left.size());
    out.insert(out.end(), floor.left.begin(), floor.left.end());
    put16(out, floor.right.size());
    out.insert(out.end(), floor.right.begin(), floor.right.end());
  }
  return out;
}

Result<Tower> decode_tower(ByteView octets) {
  if (octets.size() < 2) return bad_tower("no floor count");
  const auto count = load_le<std::uint16_t>(octets.data());
  if (count > kTowerFloorsMax) return bad_tower(fmt::format("{} floors", count));
  octets = octets.subspan(2);
  Tower tower;
  for (std::size_t i = 0; i < count; ++i) {
    auto left = take_side(octets, i, "left");
    if (!left) return std::unexpected(left.error());
    if (left->empty()) return bad_tower(fmt::format("floor[{}].left: empty", i));
    auto right = take_side(octets, i, "right");
    if (!right) return std::unexpected(right.error());
    tower.push_back({std::move(*left), std::move(*right)});
  }
  if (!octets.empty()) return bad_tower(fmt::format("{} octets behind the last floor", octets.size()));
  return tower;
}

Tower make_tcp_tower(const TcpEndpoint& endpoint) {
  Bytes port(2);
  store_be<std::uint16_t>(port.data(), endpoint.port);
  return {syntax_floor(endpoint.interface), syntax_floor(endpoint.transfer_syntax),
          Floor{{floor_id::kConnectionOriented}, {0, 0}}, Floor{{floor_id::kTcp}, std::move(port)},
          Floor{{floor_id::kIp}, Bytes(endpoint.address.begin(), endpoint.address.end())}};
}

std::optional<TcpEndpoint> tcp_endpoint(const Tower& tower) {
  if (tower.size() != 5) return std::nullopt;
  const auto interface = syntax_of(tower[0]);
  const auto transfer_syntax = syntax_of(tower[1]);
  if (!interface || !transfer_syntax || !is_floor(tower[2], floor_id::kConnectionOriented, 2) || !is_floor(tower[3], floor_id::kTcp, 2) ||
      !is_floor(tower[4], floor_id::kIp, 4))
    return std::nullopt;
  TcpEndpoint endpoint{.interface = *interface, .transfer_syntax = *transfer_syntax};
  endpoint.port = load_be<std::uint16_t>(tower[3].right.data());
  std::ranges::copy(tower[4].right, endpoint.address.begin());
  return endpoint;
}

// ept_map

Bytes encode_ept_map(const SyntaxId& interface, std::uint32_t max_towers) {
  EptMapRequest request;
  request.obj.emplace();
  request.map_tower = to_twr(make_tcp_tower({.interface = interface}));
  request.max_towers = max_towers;
  return ndr::encode_parameters(request);
}

Result<EptMapRequest> decode_ept_map(ByteView stub, std::endian order) {
  return ndr::decode_parameters<EptMapRequest>(stub, {.order = order});
}

Bytes encode_ept_map_response(const EptMapResponse& response) {
  const auto count = static_cast<std::uint32_t>(response.towers.size());
  const ResponseHead head{.entry_handle = response.entry_handle,
                          .num_towers = count,
                          .max_count = std::max(response.max_towers, count),
                          .offset = 0,
                          .actual_count = count};
  Bytes out = ndr::encode_parameters(head);
  for (std::uint32_t i = 1; i <= count; ++i) put32(out, i);  // referents: any number but zero
  for (const auto& tower : response.towers) {
    const Bytes twr = ndr::encode(to_twr(tower));
    out.insert(out.end(), twr.begin(), twr.end());
    out.resize((out.size() + 3) / 4 * 4);
  }
  put32(out, response.status);
  return out;
}

Result<EptMapResponse> decode_ept_map_response(ByteView stub, std::endian order) {
  ResponseHead head;
  ndr::Reader reader(stub, {.order = order});
  reader.parameters(head);
  if (reader.fault()) return std::unexpected(in_phase(ndr::to_error(reader.fault()), Phase::kEndpointMap));
  if (head.actual_count > head.max_count || head.actual_count != head.num_towers)
    return bad_response(fmt::format("{} towers in an array of {} of {}", head.num_towers, head.actual_count, head.max_count));
  Cursor cursor(stub, reader.consumed(), order);
  std::size_t present = 0;
  for (std::uint32_t i = 0; i < head.actual_count; ++i) {
    const auto referent = cursor.u32();
    if (!referent) return bad_response(fmt::format("ITowers[{}]: no pointer", i));
    if (*referent != 0) ++present;
  }
  EptMapResponse response{.entry_handle = head.entry_handle, .max_towers = head.max_count, .towers = {}};
  for (std::size_t i = 0; i < present; ++i) {
    auto twr = cursor.twr();
    if (!twr) return std::unexpected(in_phase(twr.error(), Phase::kEndpointMap));
    // A tower of a protocol we do not speak is not a reason to give up the others.
    if (auto tower = decode_tower(twr->tower_octet_string.span())) response.towers.push_back(std::move(*tower));
  }
  const auto status = cursor.u32();
  if (!status) return bad_response("no status");
  response.status = *status;
  return response;
}

Result<std::uint16_t> find_tcp_port(const EptMapResponse& response, const SyntaxId& interface) {
  if (response.status != 0 && response.status != kEptNotRegistered)
    return fail(win32_from_fault(response.status), fmt::format("the endpoint mapper answered 0x{:08X}", response.status), Phase::kEndpointMap);
  for (const auto& tower : response.towers) {
    const auto endpoint = tcp_endpoint(tower);
    if (endpoint && endpoint->port != 0 && endpoint->interface.uuid == interface.uuid && endpoint->interface.major == interface.major)
      return endpoint->port;
  }
  return fail(win32::kEptSNotRegistered, to_string(interface) + " is not registered on TCP", Phase::kEndpointMap);
}

EptMapResponse map_endpoints(const EptMapRequest& request, std::span<const TcpEndpoint> endpoints) {
  EptMapResponse response{.entry_handle = {}, .max_towers = request.max_towers, .towers = {}, .status = kEptNotRegistered};
  if (!request.map_tower) return response;
  const auto tower = decode_tower(request.map_tower->tower_octet_string.span());
  const auto wanted = tower ? tcp_endpoint(*tower) : std::nullopt;
  if (!wanted) return response;
  for (const auto& endpoint : endpoints) {
    if (response.towers.size() >= request.max_towers) break;
    const SyntaxId& offered = endpoint.interface;
    if (offered.uuid != wanted->interface.uuid || offered.major != wanted->interface.major || offered.minor < wanted->interface.minor ||
        endpoint.transfer_syntax != wanted->transfer_syntax)
      continue;
    response.towers.push_back(make_tcp_tower(endpoint));
  }
  if (!response.towers.empty()) response.status = 0;
  return response;
}

}  // namespace tributary::rpc
