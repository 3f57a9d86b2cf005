// SPDX-License-Identifier: Apache-2.0
// A search filter as it is sent (RFC 4511 4.5.1.7) or written (RFC 4515): a tree laid flat, so that its depth costs no stack. What its
// names and values mean is the schema's business (src/query). Views look into the message or text that it was read from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::ldap {

enum class FilterKind : std::uint8_t {
  kAnd,
  kOr,
  kNot,
  kEqual,
  kSubstrings,
  kGreaterOrEqual,
  kLessOrEqual,
  kPresent,
  kApprox,
  kExtensible,
};

struct FilterNode {
  FilterKind kind{};
  std::uint32_t end = 0;           ///< index behind its last descendant: the next sibling, if there is one
  std::string_view attribute{};    ///< as the client wrote it, options included; empty for and, or, not and an extensible match without type
  ByteView value{};                ///< the assertion value; empty for kSubstrings
  std::string_view matching_rule{};  ///< kExtensible: OID or name; empty: the attribute's equality
  bool dn_attributes = false;      ///< kExtensible
  /// kSubstrings: into Filter::substrings.
  std::uint32_t substrings_begin = 0, substrings_end = 0;
};
struct Substring {
  enum class Place : std::uint8_t { kInitial, kAny, kFinal };
  Place place{};
  ByteView value{};
};

/// nodes[0] is the root; children of a node follow it at once, each subtree whole. Empty nodes: no filter was read.
struct Filter {
  std::vector<FilterNode> nodes;
  std::vector<Substring> substrings;
};

/// Deeper filters are refused with adminLimitExceeded; so are those with more nodes.
inline constexpr std::size_t kFilterDepthMax = 512;
inline constexpr std::size_t kFilterNodesMax = 20'000;

/// RFC 4515. Values are unescaped into `storage`, which must live as long as the filter. kErrorInvalidParameter with the place.
[[nodiscard]] Result<Filter> parse_filter(std::string_view text, std::vector<Bytes>& storage);
/// The filter as RFC 4515 text, for logs and statistics.
[[nodiscard]] std::string format_filter(const Filter& filter);

}  // namespace tributary::ldap
