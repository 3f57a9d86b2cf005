// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of filters as text (RFC 4515): what was read is a tree within its limits, and its text means the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ldap/protocol/filter.hpp"
#include "must_hold.hpp"

using namespace tributary;
using namespace tributary::ldap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<Bytes> storage, other_storage;
  const auto filter = parse_filter({reinterpret_cast<const char*>(data), size}, storage);
  if (!filter) {
    must_hold(!filter.error().detail.empty(), "refused without a word");
    return 0;
  }
  must_hold(!filter->nodes.empty() && filter->nodes[0].end == filter->nodes.size() && filter->nodes.size() <= kFilterNodesMax, "no tree, or too large a one");
  const auto text = format_filter(*filter);
  const auto again = parse_filter(text, other_storage);
  must_hold(again.has_value(), "its text is no filter");
  must_hold(again->nodes.size() == filter->nodes.size() && again->substrings.size() == filter->substrings.size(), "its text is another filter");
  must_hold(format_filter(*again) == text, "its text changes");
  return 0;
}
