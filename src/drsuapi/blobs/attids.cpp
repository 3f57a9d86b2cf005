// SPDX-License-Identifier: Apache-2.0
// See attids.hpp. The table is generated: tools/generate-attids.
#include "drsuapi/blobs/attids.hpp"

#include <algorithm>

#include "drsuapi/blobs/walk/leaves.hpp"

namespace tributary::drsuapi::blobs {
namespace {

/// Ascending by value.
constexpr Named kAttids[] = {
#include "drsuapi/blobs/attids.inc"
};
static_assert(std::ranges::is_sorted(kAttids, {}, &Named::value));

}  // namespace

std::string_view ldap_display_name(Attid attid) noexcept {
  const auto value = static_cast<std::uint32_t>(attid);
  const auto* at = std::ranges::lower_bound(kAttids, value, {}, &Named::value);
  return at != std::end(kAttids) && at->value == value ? at->name : std::string_view();
}

std::optional<Attid> attid_of(std::string_view name) noexcept {
  const auto* at = std::ranges::find(kAttids, name, &Named::name);
  if (at == std::end(kAttids)) return std::nullopt;
  return static_cast<Attid>(at->value);
}

}  // namespace tributary::drsuapi::blobs
