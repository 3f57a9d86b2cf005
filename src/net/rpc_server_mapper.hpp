// SPDX-License-Identifier: Apache-2.0
// The endpoint mapper of an RPC server, as answers to calls ([MS-RPCE] 2.2.1.2.4 to 2.2.1.2.10): ept_map from the interfaces and
// ports of this server, and nothing else of a mapper. Values only: no socket. Private to src/net.
#pragma once

#include <span>

#include "rpc/epm.hpp"
#include "rpc/server_association.hpp"

namespace tributary::net {

/// The answer's stub, or the status of a fault.
[[nodiscard]] std::expected<Bytes, std::uint32_t> answer_endpoint_mapper(const rpc::CallReceived& call, std::span<const rpc::TcpEndpoint> endpoints);

}  // namespace tributary::net
