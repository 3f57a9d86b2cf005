// SPDX-License-Identifier: Apache-2.0
// The value of LDAP_SERVER_GET_STATS_OID's response ([MS-ADTS] 3.1.1.3.4.1.6): StatsResponseValueV3, or V4 for SO_EXTENDED_FMT. Values only.
#pragma once

#include <cstdint>
#include <string>

#include "ldap/protocol/controls.hpp"

namespace tributary::service::ldap_face {

inline constexpr std::uint32_t kStatsNormal = 0, kStatsAsked = 1, kStatsOnlyOptimize = 2, kStatsExtendedFormat = 4;

/// The four octets of the request's value, little-endian; none: kStatsAsked.
[[nodiscard]] Result<std::uint32_t> read_stats_options(const ldap::Control& control);

struct SearchStatistics {
  std::uint32_t threads = 1;
  std::uint32_t call_time_ms = 0;
  std::uint32_t entries_returned = 0, entries_visited = 0;
  std::string filter, index;
};
[[nodiscard]] ldap::OwnedControl write_stats(const SearchStatistics& statistics, bool is_extended_format);

}  // namespace tributary::service::ldap_face
