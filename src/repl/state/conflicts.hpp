// SPDX-License-Identifier: Apache-2.0
// Which of two updates stays, as pure functions: of one link value ([MS-DRSR] 4.1.10.6.14) and of two objects that want one name
// under one parent (4.1.10.6.12). The attribute's rule is the order of stamps itself (stamps.hpp).
// Each is a choice of the greatest by a total order, so replicas agree in whatever order updates arrive.
// Must never know objects: who renames and who stores is elsewhere.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "base/guid.hpp"
#include "repl/state/stamps.hpp"

namespace tributary::repl {

enum class Winner : std::uint8_t { kLocal, kReplicated };

/// 4.1.10.6.14: whether a replicated link value replaces what is here. `local` is null when the value is not here at all, or has no
/// stamp of its own. An equal stamp changes nothing: it is the same update once more.
[[nodiscard]] constexpr Winner resolve_link_value(const std::optional<LinkValueStamp>& local, const LinkValueStamp& replicated) noexcept {
  return compare_link_value_stamps(local, std::optional(replicated)) < 0 ? Winner::kReplicated : Winner::kLocal;
}
/// The rule of UpdateObject (4.1.10.6.10) for one attribute: a replicated value is applied when its stamp is greater.
[[nodiscard]] constexpr Winner resolve_attribute(const std::optional<AttributeStamp>& local, const AttributeStamp& replicated) noexcept {
  return compare_attribute_stamps(local, std::optional(replicated)) < 0 ? Winner::kReplicated : Winner::kLocal;
}

/// What one object brings to a conflict about a name: its GUID, and when it got the name (timeChanged of the stamp of `name`).
struct NameClaim {
  ObjectGuid object;
  DsTime time_named;
  friend constexpr bool operator==(const NameClaim&, const NameClaim&) = default;
};
/// 4.1.10.6.12: the later naming keeps the name; of two in the same second the object with the greater GUID (5.87).
/// Version and originator of the stamp take no part. The loser is renamed by an originating update, to conflict_rdn() (mangled_rdn.hpp).
[[nodiscard]] constexpr std::strong_ordering compare_name_claims(const NameClaim& x, const NameClaim& y) noexcept {
  if (const auto order = x.time_named <=> y.time_named; order != 0) return order;
  return x.object <=> y.object;
}
/// Who keeps the name. One object does not conflict with itself: kReplicated, the update is applied as it is.
[[nodiscard]] constexpr Winner resolve_name_conflict(const NameClaim& local, const NameClaim& replicated) noexcept {
  return compare_name_claims(local, replicated) > 0 ? Winner::kLocal : Winner::kReplicated;
}

}  // namespace tributary::repl
