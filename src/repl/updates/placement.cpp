// SPDX-License-Identifier: Apache-2.0
// Places of objects. Declared in placement.hpp.
#include "repl/updates/placement.hpp"

#include "base/rdn.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/editor.hpp"

namespace tributary::repl {

namespace {

auto illegal(const char* why) { return fail(win32::kErrorDsIllegalModOperation, why); }

}  // namespace

Result<void> check_new_parent(const Snapshot& snapshot, const ObjectView& object, Dnt parent) {
  const auto found = find_object(snapshot, parent, win32::kErrorDsNoParentObject);
  if (!found) return std::unexpected(found.error());
  if (is_deleted(*found)) return fail(win32::kErrorDsNoParentObject, "the new parent is deleted");
  if (is_subref(*found) || found->nc() != object.nc()) return illegal("the new parent is in another NC");
  const auto below = is_self_or_descendant(snapshot, parent, object.dnt());
  if (!below) return std::unexpected(below.error());
  if (*below) return illegal("the new parent is the object itself or below it");
  return {};
}

Result<void> check_system_container(const Snapshot& snapshot, const ObjectView& object, Dnt new_parent) {
  const auto system = well_known_object(snapshot, object.nc(), kGuidSystemsContainer);
  if (!system) return std::unexpected(system.error());
  if (*system == kNoDnt) return {};
  const auto from_there = is_self_or_descendant(snapshot, object.dnt(), *system);
  const auto to_there = is_self_or_descendant(snapshot, new_parent, *system);
  if (!from_there || !to_there) return std::unexpected(from_there ? to_there.error() : from_there.error());
  return *from_there == *to_there ? Result<void>() : fail(win32::kErrorDsDisallowedInSystemContainer);
}

store::ObjectFlags object_flags_with_mangling(const store::ObjectDraft& draft) {
  const auto others = draft.head.flags & ~store::ObjectFlags::kRdnMangled;
  return mangling_of(std::string_view(draft.rdn)) ? others | store::ObjectFlags::kRdnMangled : others;
}

Result<bool> has_living_children(const Snapshot& snapshot, Dnt parent) {
  bool found = false;
  std::optional<Error> error;
  const auto scan = snapshot.children(parent, [&](const Dnt& child) {
    const auto object = snapshot.find(child);
    if (!object) error = object.error();
    found = !error && *object && !is_deleted(**object);
    return !error && !found;
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(*error);
  return found;
}

}  // namespace tributary::repl
