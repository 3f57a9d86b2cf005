// SPDX-License-Identifier: Apache-2.0
// Writing: objects and phantoms. A record is encoded into a reused buffer and read back from there for its index entries, so that what is
// stored and what is indexed cannot differ.
#include "store/writing.hpp"

namespace tributary::store {

using format::key_of;
using kv::Table;
using Writing = WriteTransaction::Writing;

namespace {

bool is_phantom(const ObjectView* view) noexcept { return view != nullptr && has(view->flags(), ObjectFlags::kPhantom); }
std::uint64_t number(Dnt dnt) noexcept { return static_cast<std::uint64_t>(dnt); }

}  // namespace

std::optional<ObjectView> Writing::old_object(Dnt dnt) {
  const auto there = stored(dnt);
  if (!there) return std::nullopt;
  const ByteView octets = there->octets();
  old_record.assign(octets.begin(), octets.end());
  return RecordCodec::at(dnt, old_record.data());
}

bool Writing::is_below(Dnt dnt, Dnt top) {
  while (dnt != kNoDnt && dnt != kRootDnt && !failure) {
    if (dnt == top) return true;
    const auto view = stored(dnt);
    if (!view) return false;
    dnt = view->parent();
  }
  return false;
}

/// The rules that keep a database valid whatever its caller does. A failure sticks.
bool Writing::is_acceptable(const ObjectDraft& draft, const ObjectHead& head, const ObjectView* old, Dnt dnt) {
  const auto refuse = [&](const char* why) {
    stick({win32::kErrorInvalidParameter, {}, fmt::format("object {} ({}): {}", number(dnt), to_string(head.guid), why)});
    return false;
  };
  if (head.guid.is_null()) return refuse("it has no objectGUID");
  if (dnt == kRootDnt) return refuse("the root is no object");
  if (old != nullptr && old->guid() != head.guid) return refuse("its objectGUID cannot change");
  if (has(head.flags, ObjectFlags::kPhantom)) {
    if (!draft.attributes().empty()) return refuse("a phantom has no attributes");
    if (head.parent != kNoDnt || head.nc != kNoDnt) return refuse("a phantom has neither parent nor NC");
    if (old != nullptr && !is_phantom(old)) return refuse("an object becomes a phantom by erase()");
    return true;
  }
  if (old == nullptr || old->parent() != head.parent) {
    const auto parent = known(head.parent);
    if (!parent || has(parent->flags, ObjectFlags::kPhantom)) return refuse("its parent is not there");
    if (old != nullptr && is_below(head.parent, dnt)) return refuse("its new parent is below it");
    if (head.nc != dnt && parent->nc != head.nc) return refuse("its NC is not its parent's");
  }
  if (head.nc != dnt && (old == nullptr || old->nc() != head.nc)) {
    const auto nc = known(head.nc);
    if (!nc || !has(nc->flags, ObjectFlags::kNcRoot)) return refuse("its NC is not that of a root");
  }
  if (old != nullptr && !is_phantom(old) && old->nc() != head.nc && has_any(Table::kChildren, key_of(dnt)))
    return refuse("its children would stay behind in another NC");
  return !failure;
}

Result<Dnt> Writing::put_object(const ObjectDraft& draft) {
  if (failure) return std::unexpected(*failure);
  ObjectHead head = draft.head;
  Dnt dnt = draft.dnt;
  if (dnt == kNoDnt) dnt = dnt_at(Table::kGuids, head.guid.value.octets).value_or(kNoDnt);
  std::optional<ObjectView> old;
  if (dnt != kNoDnt) {
    old = old_object(dnt);
    if (!old) return stick({win32::kErrorInvalidParameter, {}, fmt::format("there is no object {} to replace", number(dnt))}), kNoDnt;
    if (draft.dnt == kNoDnt && !is_phantom(&*old))
      return fail(win32::kErrorAlreadyExists, fmt::format("objectGUID {} is that of object {}", to_string(head.guid), number(dnt)));
  } else {
    dnt = meta.next_dnt;
  }
  if (has(head.flags, ObjectFlags::kNcRoot)) head.nc = dnt;
  if (!is_acceptable(draft, head, old ? &*old : nullptr, dnt)) return kNoDnt;

  const bool is_name_kept = old && !is_phantom(&*old) && old->parent() == head.parent && old->rdn() == draft.rdn;
  if (!is_name_kept && !has(head.flags, ObjectFlags::kPhantom)) {
    const auto sibling = dnt_at(Table::kChildren, format::child_key(head.parent, rdn_form_of(policy.get(), draft.rdn)));
    if (sibling && *sibling != dnt)
      return fail(win32::kErrorDsObjStringNameExists, fmt::format("object {} has a child of that name: {}", number(head.parent), number(*sibling)));
  }
  if (auto done = RecordCodec::encode(draft, head, dnt, record); !done) return stick(std::move(done.error())), kNoDnt;
  if (dnt == meta.next_dnt) meta.next_dnt = Dnt{number(dnt) + 1};
  const ObjectView now = RecordCodec::at(dnt, record.data());
  replace(old ? &*old : nullptr, &now, old ? kv::PutHint::kNone : kv::PutHint::kLast);
  if (has(head.flags, ObjectFlags::kPhantom)) maybe_unreferenced.insert(dnt);
  return dnt;
}

void Writing::replace(const ObjectView* old, const ObjectView* now, kv::PutHint hint) {
  const Dnt dnt = (now != nullptr ? now : old)->dnt();
  uncheck(dnt);
  if (now != nullptr) {
    put(Table::kObjects, key_of(dnt), now->octets(), hint);
    remember(dnt, now->nc(), now->flags());
  } else {
    del(Table::kObjects, key_of(dnt));
    forget(dnt);
  }
  replace_indexes(old, now);
}

std::uint64_t Writing::reference_count(Dnt dnt) {
  std::array<std::uint64_t, 1> count{};
  const format::Key key = key_of(dnt);
  if (const auto counted = get(Table::kReferences, key); counted && !format::decode_counts(key, *counted, count))
    stick(damaged(Table::kReferences, key).error());
  return count[0];
}

bool Writing::is_referred_to(Dnt dnt) {
  const auto delta = reference_deltas.find(dnt);
  const std::int64_t pending = delta == reference_deltas.end() ? 0 : delta->second;
  return reference_count(dnt) + static_cast<std::uint64_t>(pending) != 0 || has_any(Table::kBacklinks, key_of(dnt));
}

void Writing::erase_object(Dnt dnt, std::string_view dn) {
  if (failure) return;
  const auto old = old_object(dnt);
  if (!old || dnt == kRootDnt)
    return stick({win32::kErrorInvalidParameter, {}, fmt::format("there is no object {} to erase", number(dnt))});
  if (has_any(Table::kChildren, key_of(dnt))) return stick({win32::kErrorDsCantOnNonLeaf, {}, fmt::format("object {} has children", number(dnt))});
  if (has_any(Table::kLinks, key_of(dnt)))
    return stick({win32::kErrorInvalidParameter, {}, fmt::format("object {} still has link values", number(dnt))});
  // Its own references go first: one to itself keeps nothing.
  for (std::size_t i = 0; i < old->attribute_count(); ++i) {
    const AttributeView attribute = old->attribute(i);
    count_references(&attribute, -1);
  }
  const bool stays = is_referred_to(dnt);
  for (std::size_t i = 0; i < old->attribute_count(); ++i) {
    const AttributeView attribute = old->attribute(i);
    count_references(&attribute, 1);  // replace() takes them off again
  }
  if (!stays) return replace(&*old, nullptr, kv::PutHint::kNone);
  ObjectDraft phantom;
  phantom.head.flags = ObjectFlags::kPhantom;
  phantom.head.guid = old->guid();
  phantom.head.sid = old->head().sid;
  phantom.rdn = dn;
  if (auto done = RecordCodec::encode(phantom, phantom.head, dnt, record); !done) return stick(std::move(done.error()));
  const ObjectView now = RecordCodec::at(dnt, record.data());
  replace(&*old, &now, kv::PutHint::kNone);
}

Dnt Writing::refer(const ObjectGuid& guid, const std::optional<Sid>& sid, std::string_view dn) {
  if (failure) return kNoDnt;
  if (guid.is_null()) return stick({win32::kErrorInvalidParameter, {}, "a reference without an objectGUID"}), kNoDnt;
  const auto there = dnt_at(Table::kGuids, guid.value.octets);
  ObjectDraft phantom;
  phantom.head.flags = ObjectFlags::kPhantom;
  phantom.head.guid = guid;
  if (there) {
    const auto what = known(*there);
    if (!what || !has(what->flags, ObjectFlags::kPhantom)) return *there;
    const auto old = stored(*there);
    if (!old) return kNoDnt;
    const auto old_sid = old->head().sid;
    if ((old_sid || !sid) && (!old->rdn().empty() || dn.empty())) return *there;  // nothing new is known of it
    phantom.dnt = *there;
    phantom.head.sid = old_sid ? old_sid : sid;
    phantom.rdn = old->rdn().empty() ? dn : old->rdn();
  } else {
    phantom.head.sid = sid;
    phantom.rdn = dn;
  }
  const auto dnt = put_object(phantom);
  if (!dnt) return stick(dnt.error()), kNoDnt;
  return *dnt;
}

}  // namespace tributary::store
