// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.1.3.1. Equal directories give equal octets only when both sides sort, so the order is total.
#include "security/access/ace_order.hpp"

#include <algorithm>
#include <tuple>

namespace tributary::security {
namespace {

bool denies(const Ace& ace) noexcept {
  return ace.type == AceType::kAccessDenied || ace.type == AceType::kAccessDeniedObject || ace.type == AceType::kAccessDeniedCallback ||
         ace.type == AceType::kAccessDeniedCallbackObject;
}

/// The first three rules: a lower number comes first.
int group_of(const Ace& ace) noexcept {
  return (ace.has(kAceInherited) ? 4 : 0) + (denies(ace) ? 0 : 2) + (ace_shape(ace.type) == AceShape::kObject ? 1 : 0);
}

}  // namespace

bool is_canonical(std::span<const Ace> aces) noexcept {
  // Inherited ACEs come in the order in which they were inherited: only that they are at the end is asked of them.
  const auto position = [](const Ace& ace) { return std::min(group_of(ace), 4); };
  return std::ranges::is_sorted(aces, {}, position);
}

void standardize(std::vector<Ace>& aces) {
  if (!is_canonical(aces)) return;
  struct Keyed {
    int group;
    Bytes octets;
    Ace ace;
  };
  std::vector<Keyed> keyed;
  keyed.reserve(aces.size());
  for (Ace& ace : aces) {
    auto octets = encode_ace(ace);
    if (!octets) return;  // too long to be stored at all: encoding the list says so
    keyed.push_back({group_of(ace), std::move(*octets), ace});
  }
  std::ranges::sort(keyed, [](const Keyed& a, const Keyed& b) { return std::tie(a.group, a.octets) < std::tie(b.group, b.octets); });
  std::ranges::transform(keyed, aces.begin(), [](Keyed& entry) { return std::move(entry.ace); });
}

}  // namespace tributary::security
