// SPDX-License-Identifier: Apache-2.0
// How long TCP waits for a peer that says nothing any more (RFC 1122 4.2.3.5 and 4.2.3.6, RFC 5482). Without it a connection over a cut line
// backs off for as long as the cut lasted before it notices that the line is back, and a partner waits that long for what it should have.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace tributary::net {

/// Octets that were not acknowledged for this long end the connection; so does a peer that takes nothing for as long.
inline constexpr int kUnacknowledgedMaxMs = 25'000;
/// A connection on which nothing travels is asked after this long, and again at this interval.
inline constexpr int kKeepAliveIdleSeconds = 30, kKeepAliveIntervalSeconds = 5, kKeepAliveProbes = 4;

/// No delay of small segments, and the limits above. What the system does not have is left out. Where a peer may take its time, like a person who
/// reads page by page, `unacknowledged_max_ms` is longer.
void watch_peer(boost::asio::ip::tcp::socket& socket, int unacknowledged_max_ms = kUnacknowledgedMaxMs);

}  // namespace tributary::net
