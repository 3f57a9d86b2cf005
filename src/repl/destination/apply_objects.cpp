// SPDX-License-Identifier: Apache-2.0
// The object phase of a page. Declared in page_applier.hpp.
#include <algorithm>
#include <utility>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/destination/cross_nc_move.hpp"
#include "repl/destination/cross_refs.hpp"
#include "repl/destination/deleted_objects.hpp"
#include "repl/destination/naming.hpp"
#include "repl/destination/page_applier.hpp"
#include "repl/objects/facts.hpp"
#include "repl/state/conflicts.hpp"
#include "repl/updates/nc.hpp"
#include "repl/updates/placement.hpp"

namespace tributary::repl {

using namespace drsuapi;
using store::AttributeStamp;
using store::ObjectFlags;

namespace {

/// How far clocks of two DSAs may be apart (Kerberos takes no more): a stamp's time may be that much of another's.
constexpr std::int64_t kClockSkewSeconds = 300;

}  // namespace

void ApplyFigures::add(const ApplyFigures& other) noexcept {
  objects_added += other.objects_added;
  objects_changed += other.objects_changed;
  objects_unchanged += other.objects_unchanged;
  links_changed += other.links_changed;
  links_unchanged += other.links_unchanged;
  conflicts_resolved += other.conflicts_resolved;
  schema_changed = schema_changed || other.schema_changed;
}

PageApplier::PageApplier(const Context& context, store::WriteTransaction& transaction, IncomingValues& values, ApplyTerms terms)
    : context_(context), tx_(transaction), values_(values), terms_(std::move(terms)) {}

Result<void> PageApplier::objects(const ndr::Seq<REPLENTINFLIST>& list) {
  for (const auto& entry : list) {
    if (auto applied = apply(entry); !applied) {
      auto error = std::move(applied.error());
      error.detail += (error.detail.empty() ? "object " : "; object ") + tributary::to_string(entry.Entinf.pName->Guid);
      return std::unexpected(std::move(error));
    }
    if (tx_.failure()) return std::unexpected(*tx_.failure());
  }
  for (const Dnt dnt : std::exchange(newly_deleted_, {}))
    if (auto orphaned = orphan_children(tx_, context_, terms_.nc_root, dnt, terms_.writable); !orphaned) return orphaned;
  if (auto noted = add_descriptor_work(tx_, std::exchange(descriptors_, {})); !noted) return noted;
  return terms_.writable ? Result<void>() : give_places_back(tx_);
}

/// When a descriptor above, or the place of one of those objects, was last changed after it was made; zero: never. Everybody who inherits
/// from there inherits anew then, without a stamp.
Result<DsTime> PageApplier::descriptors_changed_above(Dnt parent) {
  std::vector<Dnt> path;
  DsTime latest{};
  for (Dnt at = parent; at != kNoDnt && at != store::kRootDnt && path.size() < kDnRdnsMax;) {
    if (const auto known = changed_above_.find(at); known != changed_above_.end()) {
      latest = std::max(latest, known->second);
      break;
    }
    const auto object = tx_.find(at);
    if (!object) return std::unexpected(object.error());
    if (!*object) break;
    path.push_back(at);
    for (const Attid attid : {attid::kNtSecurityDescriptor, attid::kName})
      if (const auto stamp = (*object)->stamp(attid); stamp && stamp->version > 1) latest = std::max(latest, stamp->time_changed);
    if (is_nc_root(**object)) break;
    at = (*object)->parent();
  }
  if (!path.empty()) changed_above_[path.front()] = latest;
  return latest;
}

/// The new object was made where a change of a descriptor above was not known yet: what it inherited there may be of before.
Result<bool> PageApplier::is_outdated_descriptor(Dnt parent) {
  const auto* const descriptor = incoming_.draft.find(attid::kNtSecurityDescriptor);
  if (descriptor == nullptr || descriptor->values.empty() || !descriptor->stamp) return false;
  const auto changed = descriptors_changed_above(parent);
  if (!changed) return std::unexpected(changed.error());
  return *changed != DsTime{} && changed->seconds + kClockSkewSeconds >= descriptor->stamp->time_changed.seconds;
}

Result<void> PageApplier::apply(const REPLENTINFLIST& entry) {
  if (auto read = incoming_.read(entry, context_, values_, tx_, terms_.session_key); !read) return read;
  const auto goes_on = prepare_cross_nc_move(tx_, context_, incoming_);
  if (!goes_on) return std::unexpected(goes_on.error());
  if (*goes_on == CrossNcMove::kExpunged) values_.forget();
  if (*goes_on == CrossNcMove::kStale) return {};
  const auto applies = adjust_instance_type();
  if (!applies) return std::unexpected(applies.error());
  if (!*applies) return {};
  const auto existing = resolve_guid(tx_, incoming_.guid);
  if (!existing) return std::unexpected(existing.error());
  if (incoming_.is_nc_prefix && terms_.nc_root != kNoDnt && *existing != terms_.nc_root)
    return fail(win32::kErrorDsDraInvalidParameter, "a second root of the NC");
  if (*existing != kNoDnt) return update_object(*existing);
  return add_object();
}

/// AdjustInstanceTypeAttrVal (4.1.10.6.5) and SetResetInstanceTypeBits (4.1.10.6.6, with what Windows does). False: skip the object.
/// DEVIATION: subRefs of the NC's root is not written; the records of subordinate references are what it would list.
Result<bool> PageApplier::adjust_instance_type() {
  const auto value = incoming_.first_u32(attid::kInstanceType);
  if (!value) return true;
  std::uint32_t adjusted = *value;
  if ((*value & IT_NC_HEAD) != 0 && !incoming_.is_nc_prefix) {
    const auto existing = resolve_guid(tx_, incoming_.guid);
    if (!existing) return std::unexpected(existing.error());
    if (*existing != kNoDnt) {
      const auto replica = tx_.nc_replica(*existing);
      if (!replica) return std::unexpected(replica.error());
      if (*replica) return false;  // it is a replica of its own here, and comes with that
    }
    adjusted |= IT_NC_ABOVE | IT_UNINSTANT;
  } else {
    if (!terms_.writable) adjusted &= ~std::uint32_t{IT_WRITE};
    adjusted &= ~std::uint32_t{IT_UNINSTANT | IT_NC_ABOVE};
    if (incoming_.is_nc_prefix) {
      const auto place = place_of_root();
      if (!place) return std::unexpected(place.error());
      if (place->parent != store::kRootDnt) adjusted |= IT_NC_ABOVE;
    }
  }
  if (adjusted != *value) {
    auto& values = incoming_.draft.attribute(attid::kInstanceType).values;
    values.assign(1, incoming_.draft.keep_u32(adjusted));
  }
  return true;
}

/// Everything in the head that attributes or terms decide.
void PageApplier::set_head_from_attributes(store::ObjectDraft& draft) {
  const auto u32 = [&](Attid attid) -> std::uint32_t {
    const auto* const attribute = draft.find(attid);
    if (attribute == nullptr || attribute->values.empty() || attribute->values.front().size() != 4) return 0;
    return load_le<std::uint32_t>(attribute->values.front().data());
  };
  auto& head = draft.head;
  constexpr auto kDerived = ObjectFlags::kDeleted | ObjectFlags::kRecycled | ObjectFlags::kSubref | ObjectFlags::kPartial;
  const auto before = head.flags;
  const auto* const deleted = draft.find(attid::kIsDeleted);
  // The Deleted Objects container is known by the time of its stamp ([MS-ADTS] 6.1.1.4.2): it is no tombstone and never garbage.
  const bool is_container = deleted != nullptr && deleted->stamp && deleted->stamp->time_changed == kDeletedObjectsTime;
  const auto deletion = is_container ? ObjectFlags::kDeleted
                                     : deletion_flags(u32(attid::kIsDeleted) != 0, u32(attid::kIsRecycled) != 0,
                                                      store::has(before, ObjectFlags::kRecycled), context_.rules);
  head.flags = (before & ~kDerived) | deletion;
  if (terms_.partial) head.flags = head.flags | ObjectFlags::kPartial;
  if (!store::has(before, ObjectFlags::kNcRoot) && (u32(attid::kInstanceType) & IT_NC_HEAD) != 0) head.flags = head.flags | ObjectFlags::kSubref;
  head.flags = object_flags_with_mangling(draft);
  const bool newly_deleted = store::has(deletion, ObjectFlags::kDeleted) && !store::has(before, ObjectFlags::kDeleted);
  const bool newly_recycled = store::has(deletion, ObjectFlags::kRecycled) && !store::has(before, ObjectFlags::kRecycled);
  if (newly_deleted || newly_recycled) head.when_deleted = is_container ? kDeletedObjectsTime : context_.ds_now();
  if (!store::has(deletion, ObjectFlags::kDeleted)) head.when_deleted = DsTime{};
  if (const auto* const sid = draft.find(attid::kObjectSid); sid != nullptr && !sid->values.empty())
    if (auto decoded = decode_sid(sid->values.front())) head.sid = *decoded;
  if (const auto* const created = draft.find(attid::kWhenCreated); created != nullptr && !created->values.empty() && created->values.front().size() == 8)
    head.when_created = DsTime{static_cast<std::int64_t>(load_le<std::uint64_t>(created->values.front().data()))};
}

/// The update as a new record, but for its place: with what does not travel as an attribute.
store::ObjectDraft& PageApplier::begin_new(Usn usn) {
  auto& draft = incoming_.draft;
  auto& guid = draft.attribute(attid::kObjectGuid);
  guid.values.assign(1, draft.keep(ByteView(incoming_.guid.value.octets)));
  for (auto& attribute : draft.attributes()) attribute.usn_local = usn;
  draft.head.guid = incoming_.guid;
  draft.head.sid = incoming_.sid;
  draft.head.usn_created = draft.head.usn_changed = usn;
  draft.head.when_created = draft.head.when_changed = context_.ds_now();
  return draft;
}

Result<void> PageApplier::add_object() {
  const bool is_dead = incoming_.is_true(attid::kIsDeleted);
  if (!incoming_.has_values(attid::kObjectClass) || !incoming_.name_stamp()) {
    // It was here and is forgotten; there it is dead as well.
    if (is_dead) return ++figures_.objects_unchanged, Result<void>{};
    return fail(win32::kErrorDsInsufficientAttrToCreateObject, "the source changed an object that is not here");
  }
  if (incoming_.is_nc_prefix) return make_nc_root();
  if (terms_.nc_root == kNoDnt) return fail(win32::kErrorDsDraMissingParent, "the root of the NC has not come");

  const Usn usn = tx_.next_usn();
  const NameClaimant claimant{incoming_.guid, kNoDnt, is_dead, incoming_.rdn, incoming_.parent_guid, *incoming_.name_stamp(), std::nullopt,
                              terms_.writable};
  auto place = name_object(tx_, context_, terms_.nc_root, claimant, usn);
  if (!place) return std::unexpected(std::move(place.error()));
  if (place->is_conflict) ++figures_.conflicts_resolved;

  auto& draft = begin_new(usn);
  incoming_.set_name(draft, place->rdn, place->rdn, place->stamp, usn);
  draft.head.parent = place->parent;
  draft.head.nc = terms_.nc_root;
  set_head_from_attributes(draft);
  const auto flags = draft.head.flags;
  const auto dnt = tx_.put(draft);
  if (!dnt) return std::unexpected(dnt.error());
  if (place->is_aside)
    if (auto noted = note_place_aside(tx_, *dnt, *incoming_.parent_guid, incoming_.rdn); !noted) return noted;
  ++figures_.objects_added;
  const auto is_outdated = is_outdated_descriptor(place->parent);
  if (!is_outdated) return std::unexpected(is_outdated.error());
  if (*is_outdated) descriptors_.push_back({*dnt, false});
  if (auto done = legacy_links(*dnt); !done) return done;
  return after_change(*dnt, ObjectFlags::kNone, flags);
}

/// Where the record of the NC's root belongs.
Result<Place> PageApplier::place_of_root() {
  const auto dn = incoming_.whole_dn();
  if (!dn) return std::unexpected(dn.error());
  const auto rdns = parse_dn(*context_.schema, *dn);
  if (!rdns) return std::unexpected(rdns.error());
  return place_of_nc_root(tx_, *context_.schema, *rdns);
}

Result<void> PageApplier::make_nc_root() {
  const auto place = place_of_root();
  if (!place) return std::unexpected(place.error());
  const Usn usn = tx_.next_usn();
  auto& draft = begin_new(usn);
  incoming_.set_name(draft, incoming_.rdn, place->rdn, *incoming_.name_stamp(), usn);
  draft.head.flags = ObjectFlags::kNcRoot;
  draft.head.parent = place->parent;
  set_head_from_attributes(draft);
  const auto dnt = tx_.put(draft);
  if (!dnt) return std::unexpected(dnt.error());
  terms_.nc_root = *dnt;
  ++figures_.objects_added;
  return legacy_links(*dnt);
}

/// Copies what wins into `local`; true when anything did. Names are not copied here.
Result<bool> PageApplier::merge_attributes(store::ObjectDraft& local, bool name_wins) {
  bool changed = false;
  std::erase_if(incoming_.legacy, [&](const auto& links) {
    const auto* const here = local.find(links.attid);
    return resolve_attribute(here == nullptr ? std::nullopt : here->stamp, links.stamp) == Winner::kLocal;
  });
  for (const auto& attribute : incoming_.draft.attributes()) {
    const bool is_name = attribute.attid == attid::kName && !incoming_.is_nc_prefix;
    if (is_name || attribute.attid == local.rdn_type) continue;
    const auto* const here = local.find(attribute.attid);
    if (resolve_attribute(here == nullptr ? std::nullopt : here->stamp, *attribute.stamp) == Winner::kLocal) continue;
    auto& to = local.attribute(attribute.attid);
    to.references = attribute.references;
    to.stamp = attribute.stamp;
    to.values = attribute.values;
    to.usn_local = Usn{};  // set with the change's USN
    changed = true;
  }
  return changed || name_wins;
}

Result<void> PageApplier::update_object(Dnt dnt) {
  auto object = tx_.find(dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object) return fail(win32::kErrorDsDatabaseError, "an object that the index knows is not there");
  const bool becomes_root = incoming_.is_nc_prefix && terms_.nc_root == kNoDnt;
  const bool is_ours = (*object)->nc() == terms_.nc_root || dnt == terms_.nc_root || becomes_root;
  if (!is_ours) return fail(win32::kErrorDsDraObjNcMismatch, "the object is in another NC here");

  const auto local_name = (*object)->stamp(attid::kName);
  const auto remote_name = incoming_.name_stamp();
  const bool name_wins = remote_name && !incoming_.is_nc_prefix && resolve_attribute(local_name, *remote_name) == Winner::kReplicated;
  const auto wins = [&](const store::AttributeDraft& attribute) {
    return resolve_attribute((*object)->stamp(attribute.attid), *attribute.stamp) == Winner::kReplicated;
  };
  if (!becomes_root && std::ranges::none_of(incoming_.draft.attributes(), wins)) return ++figures_.objects_unchanged, Result<void>{};

  const Usn usn = tx_.next_usn();
  std::optional<NamedPlace> place;
  if (name_wins) {
    const auto* const deletion = incoming_.draft.find(attid::kIsDeleted);
    const bool will_be_deleted = deletion != nullptr && wins(*deletion) ? incoming_.is_true(attid::kIsDeleted) : is_deleted(**object);
    auto named = name_object(tx_, context_, terms_.nc_root,
                             {incoming_.guid, dnt, will_be_deleted, incoming_.rdn, incoming_.parent_guid, *remote_name, local_name,
                              terms_.writable},
                             usn);
    if (!named) return std::unexpected(std::move(named.error()));
    if (named->is_conflict) ++figures_.conflicts_resolved;
    place = std::move(*named);
    object = tx_.find(dnt);  // renaming another object may have moved the record
    if (!object || !*object) return fail(win32::kErrorDsDatabaseError, "the object went away");
  }
  store::ObjectDraft local(**object);
  const auto before = local.head.flags;
  const Dnt parent_before = local.head.parent;
  const auto* const descriptor = incoming_.draft.find(attid::kNtSecurityDescriptor);
  const bool has_new_descriptor = descriptor != nullptr && !descriptor->values.empty() && wins(*descriptor);
  const auto changed = merge_attributes(local, name_wins);
  if (!changed) return std::unexpected(changed.error());
  for (auto& attribute : local.attributes())
    if (attribute.usn_local == Usn{}) attribute.usn_local = usn;
  if (place) {
    local.head.parent = place->parent;
    incoming_.set_name(local, place->rdn, place->rdn, place->stamp, usn);
  }
  if (becomes_root) {
    // It was a subordinate reference: whatever the stamps say, instanceType is now that of a replica.
    local.head.flags = (local.head.flags & ~ObjectFlags::kSubref) | ObjectFlags::kNcRoot;
    if (const auto value = incoming_.first_u32(attid::kInstanceType)) {
      auto& type = local.attribute(attid::kInstanceType);
      type.values.assign(1, local.keep_u32(*value));
      type.usn_local = usn;
    }
  }
  local.head.usn_changed = usn;
  local.head.when_changed = context_.ds_now();
  set_head_from_attributes(local);
  const auto now = local.head.flags;
  const auto undeleted = undeletion_time(local, context_.rules);
  const bool forgets_links = undeleted && !store::has(before, ObjectFlags::kDeleted) && local.find(attid::kIsDeleted)->usn_local == usn;
  const auto written = tx_.put(local);
  if (!written) return std::unexpected(written.error());
  // Deleted and undeleted elsewhere while nobody told us: the others have lost the links that it had.
  if (forgets_links)
    if (auto forgotten = forget_links_before(tx_, dnt, *undeleted); !forgotten) return forgotten;
  if (becomes_root) terms_.nc_root = dnt;
  if (place && place->is_aside)
    if (auto noted = note_place_aside(tx_, dnt, *incoming_.parent_guid, incoming_.rdn); !noted) return noted;
  ++figures_.objects_changed;
  if (has_new_descriptor || local.head.parent != parent_before) {
    descriptors_.push_back({dnt, has_new_descriptor});
    changed_above_.clear();
  }
  if (auto done = legacy_links(dnt); !done) return done;
  if (auto done = after_change(dnt, before, now); !done) return done;
  // Where nothing originates the writable replicas' updates are waited for.
  if (!store::has(now, ObjectFlags::kDeleted) || !terms_.writable) return {};
  const auto conformed = conform_deleted_object(tx_, context_, dnt);
  if (!conformed) return std::unexpected(conformed.error());
  return {};
}

Result<void> PageApplier::after_change(Dnt dnt, ObjectFlags before, ObjectFlags now) {
  const bool lives_or_dies = store::has(before, ObjectFlags::kDeleted) != store::has(now, ObjectFlags::kDeleted);
  if (lives_or_dies || incoming_.has_values(attid::kNcName))
    if (auto followed = follow_cross_ref(tx_, context_, dnt); !followed) return followed;
  if (before == now) return {};
  if (lives_or_dies && store::has(now, ObjectFlags::kDeleted)) newly_deleted_.push_back(dnt);
  return follow_deletion(tx_, dnt, before, now);
}

/// Values without stamps of their own: the list that came is the list that is.
Result<void> PageApplier::legacy_links(Dnt dnt) {
  for (auto& links : incoming_.legacy) {
    std::vector<store::LinkKey> gone;
    const auto walked = tx_.links(dnt, links.attid, [&](const store::LinkValue& link) {
      const auto is_it = [&](const store::LinkKey& key) { return key.target == link.key.target && key.data == link.key.data; };
      if (link.legacy && std::ranges::none_of(links.targets, is_it)) gone.push_back(link.key);
      return true;
    });
    if (!walked) return walked;
    for (const auto& key : gone) tx_.erase_link(key);
    for (auto& key : links.targets) {
      key.source = dnt;
      const auto here = tx_.find_link(key);
      if (!here) return std::unexpected(here.error());
      if (*here) continue;
      store::LinkValue link;
      link.key = key;
      link.legacy = true;
      link.usn_local = tx_.next_usn();
      tx_.put_link(link);
    }
  }
  return {};
}

}  // namespace tributary::repl
