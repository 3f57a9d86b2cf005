// SPDX-License-Identifier: Apache-2.0
// Stands in front of src/repl/state/conflicts.hpp when the destination is compiled for planted bugs: it has the real rules, and then gives
// three of their names to functions that may decide wrongly. The engine's own sources know nothing of it.
#pragma once

#include "../../../../src/repl/state/conflicts.hpp"
#include "sim/planted/bugs.hpp"

namespace tributary::repl {

/// The bug: of equal versions the later time does not win; what is here stays.
[[nodiscard]] inline Winner planted_resolve_attribute(const std::optional<AttributeStamp>& local, const AttributeStamp& replicated) noexcept {
  if (sim::planted_bug() == sim::Bug::kStamp && local && local->version == replicated.version) return Winner::kLocal;
  return resolve_attribute(local, replicated);
}
/// The bug: a value that was changed again elsewhere stays as it is here, whatever the stamps say.
[[nodiscard]] inline Winner planted_resolve_link_value(const std::optional<LinkValueStamp>& local, const LinkValueStamp& replicated) noexcept {
  if (sim::planted_bug() == sim::Bug::kLink && local && local->stamp.version != replicated.stamp.version) return Winner::kLocal;
  return resolve_link_value(local, replicated);
}
/// The bug: the object that was here first keeps its name.
[[nodiscard]] inline Winner planted_resolve_name_conflict(const NameClaim& local, const NameClaim& replicated) noexcept {
  if (sim::planted_bug() == sim::Bug::kConflict) return Winner::kLocal;
  return resolve_name_conflict(local, replicated);
}

}  // namespace tributary::repl

#define resolve_attribute planted_resolve_attribute
#define resolve_link_value planted_resolve_link_value
#define resolve_name_conflict planted_resolve_name_conflict
