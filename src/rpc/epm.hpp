// SPDX-License-Identifier: Apache-2.0
// The endpoint mapper: protocol towers (C706 appendix L), ept_map (C706 appendix O, [MS-RPCE] 2.2.1.2.5), and the map itself
// for a server that answers. Values only: who asks and who listens is not known here.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "ndr/ndr.hpp"
#include "ndr/types.hpp"
#include "rpc/pdu.hpp"

namespace tributary::rpc {

/// The operations of the interface kEndpointMapper that are spoken here.
inline constexpr std::uint16_t kEptMapOpnum = 3;
inline constexpr std::uint16_t kEptLookupHandleFreeOpnum = 4;
inline constexpr std::uint16_t kEptOpnumCount = 8;
inline constexpr std::uint16_t kEndpointMapperPort = 135;

inline constexpr std::size_t kTowerFloorsMax = 6;        ///< [MS-RPCE] 3.1.3.5.3
inline constexpr std::uint32_t kTowerOctetsMax = 2000;   ///< [MS-RPCE] 2.2.1.2.2
inline constexpr std::uint32_t kTowersMax = 500;         ///< [MS-RPCE] 2.2.1.2.5
/// ept_s_not_registered of C706, which is also what the mapper says when nothing matches.
inline constexpr std::uint32_t kEptNotRegistered = 0x16C9A0D6;

/// Protocol identifiers of floors (C706 appendix I).
namespace floor_id {
inline constexpr std::uint8_t kTcp = 0x07;
inline constexpr std::uint8_t kIp = 0x09;
inline constexpr std::uint8_t kConnectionOriented = 0x0B;
inline constexpr std::uint8_t kUuid = 0x0D;
}  // namespace floor_id

/// One floor as it stands on the wire: the left side with its protocol identifier first, and the right side.
struct Floor {
  Bytes left;
  Bytes right;
  friend bool operator==(const Floor&, const Floor&) = default;
};
using Tower = std::vector<Floor>;

/// tower_octet_string. Integers in it are little-endian whatever the PDU says.
[[nodiscard]] Bytes encode_tower(const Tower& tower);
/// kRpcXBadStubData for lengths that do not add up, trailing octets, an empty left side, or more than kTowerFloorsMax floors.
[[nodiscard]] Result<Tower> decode_tower(ByteView octets);

/// An interface on ncacn_ip_tcp: what the five floors of such a tower say.
struct TcpEndpoint {
  SyntaxId interface;
  SyntaxId transfer_syntax = kNdr20;
  std::uint16_t port = 0;                  ///< 0 in a question
  std::array<std::uint8_t, 4> address{};   ///< IPv4; to be ignored ([MS-RPCE] 3.1.3.5.3)
  friend bool operator==(const TcpEndpoint&, const TcpEndpoint&) = default;
};
[[nodiscard]] Tower make_tcp_tower(const TcpEndpoint& endpoint);
/// nullopt when the tower is not one of ncacn_ip_tcp.
[[nodiscard]] std::optional<TcpEndpoint> tcp_endpoint(const Tower& tower);

// twr_t and the parameters of ept_map, for the describe walkers.
struct twr_t {
  ndr::Seq<std::uint8_t> tower_octet_string;
};
template <class W>
constexpr void describe(W& w, twr_t& v) {
  w.count("tower_length", v.tower_octet_string, ndr::Range{0, kTowerOctetsMax});
  w.conformant_array("tower_octet_string", v.tower_octet_string);
}

struct EptMapRequest {
  ndr::Unique<Guid> obj;
  ndr::Unique<twr_t> map_tower;
  ndr::ContextHandle entry_handle;
  std::uint32_t max_towers = 1;
};
template <class W>
constexpr void describe(W& w, EptMapRequest& v) {
  w.unique("obj", v.obj);
  w.unique("map_tower", v.map_tower);
  w.nested("entry_handle", v.entry_handle);
  w.scalar("max_towers", v.max_towers, ndr::Range{0, kTowersMax});
}

/// ept_map's answer. `towers` holds those that decode; the wire may have null ones between them.
struct EptMapResponse {
  ndr::ContextHandle entry_handle;
  std::uint32_t max_towers = 0;  ///< the array's size, as the question asked
  std::vector<Tower> towers;
  std::uint32_t status = 0;
};

/// The stub that asks where an interface listens on TCP.
[[nodiscard]] Bytes encode_ept_map(const SyntaxId& interface, std::uint32_t max_towers = 4);
/// kRpcXBadStubData when the stub is malformed.
[[nodiscard]] Result<EptMapRequest> decode_ept_map(ByteView stub, std::endian order = std::endian::little);

[[nodiscard]] Bytes encode_ept_map_response(const EptMapResponse& response);
[[nodiscard]] Result<EptMapResponse> decode_ept_map_response(ByteView stub, std::endian order = std::endian::little);

/// The TCP port that an answer names for an interface. kEptSNotRegistered (phase kEndpointMap) when it names none, and the
/// status itself when the mapper failed otherwise.
[[nodiscard]] Result<std::uint16_t> find_tcp_port(const EptMapResponse& response, const SyntaxId& interface);

/// A server's answer to ept_map: the endpoints that match the question's tower, at most max_towers of them, and no handle:
/// whoever asks for fewer than there are gets fewer.
[[nodiscard]] EptMapResponse map_endpoints(const EptMapRequest& request, std::span<const TcpEndpoint> endpoints);

}  // namespace tributary::rpc
