// SPDX-License-Identifier: Apache-2.0
// A Filter of a SearchRequest (RFC 4511 4.5.1.7), read from its element without recursion. For message.cpp.
#pragma once

#include "ldap/protocol/ber.hpp"
#include "ldap/protocol/filter.hpp"

namespace tributary::ldap {

enum class FilterReading : std::uint8_t {
  kRead,
  kBroken,     ///< lengths that do not hold
  kMalformed,  ///< elements that are not those of a filter
  kTooLarge,   ///< kFilterDepthMax, kFilterNodesMax
};
[[nodiscard]] FilterReading read_filter(BerScratch& scratch, const BerItem& element, Filter& filter);

}  // namespace tributary::ldap
