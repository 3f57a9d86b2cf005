// SPDX-License-Identifier: Apache-2.0
// See naming.hpp.
#include "repl/destination/naming.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/state/conflicts.hpp"
#include "repl/state/mangled_rdn.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/placement.hpp"

namespace tributary::repl {
namespace {

using store::AttributeStamp;
using store::WriteTransaction;

/// The stamp that beats both what the update says and what is here.
AttributeStamp beat(const NameClaimant& claimant, const Context& context, Usn usn) {
  if (!claimant.may_originate) return claimant.stamp;
  const bool local_is_ahead = compare_attribute_stamps(claimant.local_stamp, std::optional(claimant.stamp)) > 0;
  return originating_stamp(local_is_ahead ? claimant.local_stamp : std::optional(claimant.stamp),
                           {context.invocation_id, usn, context.ds_now()});
}

Result<Dnt> orphanage(const Snapshot& snapshot, Dnt nc_root) {
  const auto container = well_known_object(snapshot, nc_root, kGuidLostAndFoundContainer);
  if (!container) return container;
  return *container == kNoDnt ? nc_root : *container;
}

/// The parent that the update names, and whether the object can go there.
struct Parent {
  Dnt dnt = kNoDnt;
  bool is_fit = true;
};
Result<Parent> wanted_parent(const Snapshot& snapshot, Dnt nc_root, const NameClaimant& claimant) {
  if (!claimant.parent_guid)
    return fail(win32::kErrorDsInsufficientAttrToCreateObject, "a name without a parent: " + to_string(claimant.guid));
  const auto dnt = resolve_guid(snapshot, *claimant.parent_guid);
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == kNoDnt) return fail(win32::kErrorDsDraMissingParent, "parent " + to_string(*claimant.parent_guid) + " of " + to_string(claimant.guid));
  const auto parent = find_object(snapshot, *dnt, win32::kErrorDsDatabaseError);
  if (!parent) return std::unexpected(parent.error());
  if (parent->nc() != nc_root) return fail(win32::kErrorDsDraObjNcMismatch, "parent " + to_string(*claimant.parent_guid));
  Parent result{*dnt, claimant.is_deleted || !is_deleted(*parent)};
  if (claimant.existing == kNoDnt) return result;
  const auto is_below = is_self_or_descendant(snapshot, *dnt, claimant.existing);
  if (!is_below) return std::unexpected(is_below.error());
  result.is_fit = result.is_fit && !*is_below;
  return result;
}

/// An originating move or rename of an object that lost its place or name.
Result<void> move_away(WriteTransaction& transaction, const Context& context, const ObjectView& loser, Dnt parent, const std::string& rdn) {
  ObjectEditor editor(transaction, context, loser);
  editor.draft().head.parent = parent;
  editor.set_name(editor.draft().rdn_type, rdn);
  editor.draft().head.flags = object_flags_with_mangling(editor.draft());
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  return settle(transaction);
}

/// In a replica where nothing originates: another place or name, and the stamp says still what it was.
Result<void> place_for_now(WriteTransaction& transaction, const ObjectView& object, Dnt parent, std::string_view rdn) {
  store::ObjectDraft draft(object);
  draft.keep_all();
  draft.head.parent = parent;
  draft.rdn = rdn;
  const auto text = text_value(rdn);
  for (const Attid attid : {attid::kName, draft.rdn_type})
    if (auto* const attribute = draft.find(attid); attribute != nullptr) attribute->values.assign(1, draft.keep(text.octets));
  draft.head.flags = object_flags_with_mangling(draft);
  const auto written = transaction.put(draft);
  if (!written) return std::unexpected(written.error());
  return settle(transaction);
}

Result<void> set_loser_aside(WriteTransaction& transaction, const ObjectView& loser, const std::string& rdn) {
  const Dnt dnt = loser.dnt();
  const auto parent = find_object(transaction, loser.parent(), win32::kErrorDsDatabaseError);
  if (!parent) return std::unexpected(parent.error());
  const ObjectGuid parent_guid = parent->guid();
  const std::string own_rdn(loser.rdn());
  if (auto noted = note_place_aside(transaction, dnt, parent_guid, own_rdn); !noted) return noted;
  const auto again = find_object(transaction, dnt, win32::kErrorDsDatabaseError);
  if (!again) return std::unexpected(again.error());
  return place_for_now(transaction, *again, again->parent(), rdn);
}

/// "placesAside": for each object its DNT (eight octets), the GUIDs of its parent and of the originator of its name's stamp, the stamp's
/// version (four), the octets of the name (two), the name in UTF-8. Numbers are little-endian.
constexpr std::string_view kPlacesAside = "placesAside";
constexpr std::size_t kAsideHead = 46;
struct PlaceAside {
  Dnt dnt = kNoDnt;
  ObjectGuid parent;
  InvocationId originator;    // of the stamp: a name that was written since has another one
  std::uint32_t version = 0;
  std::string rdn;
};

Result<std::vector<PlaceAside>> read_places_aside(const Snapshot& snapshot) {
  const auto stored = snapshot.dsa_value(kPlacesAside);
  if (!stored) return std::unexpected(stored.error());
  std::vector<PlaceAside> places;
  ByteView rest = *stored ? ByteView(**stored) : ByteView{};
  while (rest.size() >= kAsideHead) {
    PlaceAside place{static_cast<Dnt>(load_le<std::uint64_t>(rest.data())), {}, {}, load_le<std::uint32_t>(rest.data() + 40), {}};
    std::copy_n(rest.data() + 8, 16, place.parent.value.octets.begin());
    std::copy_n(rest.data() + 24, 16, place.originator.value.octets.begin());
    const std::size_t size = load_le<std::uint16_t>(rest.data() + 44);
    rest = rest.subspan(kAsideHead);
    if (rest.size() < size) return fail(win32::kErrorDsDatabaseError, std::string(kPlacesAside));
    place.rdn.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    rest = rest.subspan(size);
    places.push_back(std::move(place));
  }
  return places;
}

void write_places_aside(WriteTransaction& transaction, std::span<const PlaceAside> places) {
  if (places.empty()) return transaction.erase_dsa_value(kPlacesAside);
  Bytes octets;
  for (const auto& place : places) {
    std::uint8_t head[kAsideHead];
    store_le(head, static_cast<std::uint64_t>(place.dnt));
    std::ranges::copy(place.parent.value.octets, head + 8);
    std::ranges::copy(place.originator.value.octets, head + 24);
    store_le(head + 40, place.version);
    store_le(head + 44, static_cast<std::uint16_t>(place.rdn.size()));
    octets.insert(octets.end(), head, head + kAsideHead);
    octets.insert(octets.end(), place.rdn.begin(), place.rdn.end());
  }
  transaction.put_dsa_value(kPlacesAside, octets);
}

/// True: nothing is to be done for it any more.
Result<bool> give_place_back(WriteTransaction& transaction, const PlaceAside& place) {
  const auto object = transaction.find(place.dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object || is_deleted(**object)) return true;
  const auto stamp = (*object)->stamp(attid::kName).value_or(AttributeStamp{});
  if (stamp.version != place.version || stamp.uuid_originating != place.originator) return true;
  const auto parent = resolve_guid(transaction, place.parent);
  if (!parent) return std::unexpected(parent.error());
  if (*parent == kNoDnt) return false;
  const auto above = find_object(transaction, *parent, win32::kErrorDsDatabaseError);
  if (!above) return std::unexpected(above.error());
  const auto is_below = is_self_or_descendant(transaction, *parent, place.dnt);
  if (!is_below) return is_below;
  const auto taken = transaction.find_child(*parent, place.rdn);
  if (!taken) return std::unexpected(taken.error());
  if (*is_below || is_deleted(*above) || *taken != kNoDnt) return false;
  if (auto placed = place_for_now(transaction, **object, *parent, place.rdn); !placed) return std::unexpected(std::move(placed.error()));
  return true;
}

Result<void> require_free(const Snapshot& snapshot, Dnt parent, std::string_view rdn, Dnt self) {
  const auto taken = snapshot.find_child(parent, rdn);
  if (!taken) return std::unexpected(taken.error());
  if (*taken != kNoDnt && *taken != self) return fail(win32::kErrorDsDraNameCollision, "even the conflict name is taken");
  return {};
}

/// ResolveNameConflict, once the parent is known.
Result<void> settle_conflict(WriteTransaction& transaction, const Context& context, const NameClaimant& claimant, NamedPlace& place, Usn usn) {
  const auto sibling = transaction.find_child(place.parent, place.rdn);
  if (!sibling) return std::unexpected(sibling.error());
  if (*sibling == kNoDnt || *sibling == claimant.existing) return {};
  const auto other = find_object(transaction, *sibling, win32::kErrorDsDatabaseError);
  if (!other) return std::unexpected(other.error());
  place.is_conflict = true;
  const NameClaim local{other->guid(), other->stamp(attid::kName).value_or(AttributeStamp{}).time_changed};
  const NameClaim replicated{claimant.guid, place.stamp.time_changed};
  // The root of an NC keeps its name whatever comes: nobody may rename it.
  if (is_nc_root(*other) || is_subref(*other) || resolve_name_conflict(local, replicated) == Winner::kLocal) {
    place.rdn = conflict_rdn(place.rdn, claimant.guid);
    place.stamp = beat(claimant, context, usn);
    place.is_aside = !claimant.may_originate;
    return require_free(transaction, place.parent, place.rdn, claimant.existing);
  }
  const auto rdn = conflict_rdn(other->rdn(), other->guid());
  if (auto free = require_free(transaction, place.parent, rdn, *sibling); !free) return free;
  return claimant.may_originate ? move_away(transaction, context, *other, other->parent(), rdn) : set_loser_aside(transaction, *other, rdn);
}

}  // namespace

Result<NamedPlace> name_object(WriteTransaction& transaction, const Context& context, Dnt nc_root, const NameClaimant& claimant, Usn usn) {
  const auto parent = wanted_parent(transaction, nc_root, claimant);
  if (!parent) return std::unexpected(parent.error());
  NamedPlace place{parent->dnt, std::string(claimant.rdn), claimant.stamp, !parent->is_fit};
  if (!parent->is_fit) {
    const auto container = orphanage(transaction, nc_root);
    if (!container) return std::unexpected(container.error());
    place.parent = *container;
    place.stamp = beat(claimant, context, usn);
    place.is_aside = !claimant.may_originate;
  }
  if (auto settled = settle_conflict(transaction, context, claimant, place, usn); !settled) return std::unexpected(std::move(settled.error()));
  return place;
}

Result<void> orphan_children(WriteTransaction& transaction, const Context& context, Dnt nc_root, Dnt parent, bool may_originate) {
  const auto dead = transaction.find(parent);
  if (!dead) return std::unexpected(dead.error());
  if (!*dead || !is_deleted(**dead)) return {};  // it is alive again, or gone
  const ObjectGuid parent_guid = (*dead)->guid();
  std::vector<Dnt> children;
  const auto walked = transaction.children(parent, [&](const Dnt& child) {
    children.push_back(child);
    return true;
  });
  if (!walked) return walked;
  if (children.empty()) return {};
  const auto container = orphanage(transaction, nc_root);
  if (!container) return std::unexpected(container.error());
  for (const Dnt child : children) {
    const auto object = find_object(transaction, child, win32::kErrorDsDatabaseError);
    if (!object) return std::unexpected(object.error());
    if (is_deleted(*object) || is_nc_root(*object) || is_subref(*object)) continue;
    const std::string rdn(object->rdn());
    const auto stamp = object->stamp(attid::kName);
    const NameClaimant claimant{object->guid(), child, false, rdn, parent_guid, stamp.value_or(AttributeStamp{}), stamp, may_originate};
    NamedPlace place{*container, rdn, claimant.stamp};
    if (auto settled = settle_conflict(transaction, context, claimant, place, Usn{}); !settled) return settled;
    if (!may_originate)
      if (auto noted = note_place_aside(transaction, child, parent_guid, rdn); !noted) return noted;
    const auto again = find_object(transaction, child, win32::kErrorDsDatabaseError);
    if (!again) return std::unexpected(again.error());
    if (auto moved = may_originate ? move_away(transaction, context, *again, place.parent, place.rdn)
                                   : place_for_now(transaction, *again, place.parent, place.rdn);
        !moved)
      return moved;
  }
  return {};
}

Result<void> note_place_aside(WriteTransaction& transaction, Dnt dnt, const ObjectGuid& parent, std::string_view rdn) {
  auto places = read_places_aside(transaction);
  if (!places) return std::unexpected(places.error());
  const auto object = find_object(transaction, dnt, win32::kErrorDsDatabaseError);
  if (!object) return std::unexpected(object.error());
  const auto stamp = object->stamp(attid::kName).value_or(AttributeStamp{});
  std::erase_if(*places, [&](const PlaceAside& each) { return each.dnt == dnt; });
  places->push_back({dnt, parent, stamp.uuid_originating, stamp.version, std::string(rdn)});
  write_places_aside(transaction, *places);
  return settle(transaction);
}

Result<void> give_places_back(WriteTransaction& transaction) {
  auto places = read_places_aside(transaction);
  if (!places) return std::unexpected(places.error());
  std::vector<PlaceAside> left;
  for (auto& place : *places) {
    const auto done = give_place_back(transaction, place);
    if (!done) return std::unexpected(done.error());
    if (!*done) left.push_back(std::move(place));
  }
  if (left.size() != places->size()) write_places_aside(transaction, left);
  return settle(transaction);
}

}  // namespace tributary::repl
