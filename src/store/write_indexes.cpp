// SPDX-License-Identifier: Apache-2.0
// Writing: what follows from a record. Every index is a function of the record alone, so its change is the difference between what the old
// record and the new one ask for; what both ask for is not written.
#include <algorithm>

#include "store/writing.hpp"

namespace tributary::store {

using format::Key;
using format::key_of;
using kv::PutHint;
using kv::Table;
using Writing = WriteTransaction::Writing;

namespace {

bool is_object(const ObjectView* view) noexcept {
  return view != nullptr && !has(view->flags(), ObjectFlags::kPhantom) && view->dnt() != kRootDnt;
}

bool are_same(const AttributeView& a, const AttributeView& b) noexcept {
  if (a.size() != b.size() || a.references() != b.references()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!std::ranges::equal(a.value(i), b.value(i))) return false;
  return true;
}

std::array<std::uint8_t, 8> encode_dnt(Dnt dnt) noexcept {
  std::array<std::uint8_t, 8> octets;
  store_le(octets.data(), static_cast<std::uint64_t>(dnt));
  return octets;
}

}  // namespace

void Writing::replace_indexes(const ObjectView* old, const ObjectView* now) {
  const Dnt dnt = (now != nullptr ? now : old)->dnt();
  const bool was = is_object(old), is = is_object(now);
  if (old == nullptr) put(Table::kGuids, now->guid().value.octets, encode_dnt(dnt));
  if (now == nullptr) del(Table::kGuids, old->guid().value.octets);

  if (!(was && is && old->parent() == now->parent() && old->rdn() == now->rdn())) {
    if (was) del(Table::kChildren, format::child_key(old->parent(), rdn_form_of(policy.get(), old->rdn())));
    if (is) put(Table::kChildren, format::child_key(now->parent(), rdn_form_of(policy.get(), now->rdn())), encode_dnt(dnt));
  }
  if (!(was && is && old->nc() == now->nc() && old->usn_changed() == now->usn_changed())) {
    if (was) del(Table::kChanges, format::change_key(old->nc(), old->usn_changed(), dnt));
    if (is) put(Table::kChanges, format::change_key(now->nc(), now->usn_changed(), dnt), {}, PutHint::kLast);
  }
  const DsTime old_grave = was ? old->when_deleted() : DsTime{}, grave = is ? now->when_deleted() : DsTime{};
  if (old_grave != grave) {
    if (old_grave != DsTime{}) del(Table::kObjectGraves, format::grave_key(old_grave, dnt));
    if (grave != DsTime{}) put(Table::kObjectGraves, format::grave_key(grave, dnt), {});
  }
  const Dnt old_nc = was ? old->nc() : kNoDnt, nc = is ? now->nc() : kNoDnt;
  if (old_nc != nc) {
    if (was) --size_deltas[old_nc].first;
    if (is) ++size_deltas[nc].first;
    if (was && is) move_link_changes(dnt, old_nc, nc);
  }

  std::size_t a = 0, b = 0;
  const std::size_t a_end = old != nullptr ? old->attribute_count() : 0, b_end = now != nullptr ? now->attribute_count() : 0;
  while (a < a_end || b < b_end) {
    std::optional<AttributeView> from, to;
    if (a < a_end) from = old->attribute(a);
    if (b < b_end) to = now->attribute(b);
    if (from && to && from->attid() != to->attid()) (from->attid() < to->attid() ? to : from).reset();
    if (from) ++a;
    if (to) ++b;
    replace_values(dnt, from ? &*from : nullptr, to ? &*to : nullptr);
  }
}

void Writing::replace_values(Dnt dnt, const AttributeView* old, const AttributeView* now) {
  if (old != nullptr && now != nullptr && are_same(*old, *now)) return;
  count_references(old, -1);
  count_references(now, 1);
  if (policy == nullptr) return;
  const Attid attid = (now != nullptr ? now : old)->attid();
  if (std::ranges::binary_search(policy->indexed(), attid)) replace_equality(dnt, attid, old, now);
}

void Writing::replace_equality(Dnt dnt, Attid attid, const AttributeView* old, const AttributeView* now) {
  const auto key_of_value = [&](ByteView value) -> std::optional<Key> {
    if (!policy->normal_form(attid, value, form)) return std::nullopt;
    return Key().attid(attid).value_form(form).dnt(dnt);
  };
  if (old == nullptr) {  // the usual case of a new object: nothing to compare with
    for (std::size_t i = 0; i < now->size(); ++i)
      if (const auto key = key_of_value(now->value(i))) put(Table::kEquality, *key, {});
    return;
  }
  std::set<Bytes> before, after;
  const auto collect = [&](const AttributeView* attribute, std::set<Bytes>& into) {
    for (std::size_t i = 0; attribute != nullptr && i < attribute->size(); ++i)
      if (const auto key = key_of_value(attribute->value(i))) into.insert(to_bytes(*key));
  };
  collect(old, before);
  collect(now, after);
  for (const Bytes& key : before)
    if (!after.contains(key)) del(Table::kEquality, key);
  for (const Bytes& key : after)
    if (!before.contains(key)) put(Table::kEquality, key, {});
}

void Writing::count_references(const AttributeView* attribute, std::int64_t by) {
  if (attribute == nullptr || !attribute->references()) return;
  for (std::size_t i = 0; i < attribute->size(); ++i) reference_deltas[reference_target(attribute->value(i))] += by;
}

void Writing::move_link_changes(Dnt source, Dnt from, Dnt to) {
  if (failure) return;
  // Collected first: a scan and a change do not go together. Objects move between NCs rarely, and seldom with many values.
  std::vector<std::pair<Bytes, Usn>> values;
  const auto done = scan(*writer, Table::kLinks, key_of(source), [&](ByteView key, ByteView stored) -> Result<bool> {
    const auto value = format::decode_link(key, stored);
    if (!value) return damaged(Table::kLinks, key);
    values.emplace_back(to_bytes(key), value->usn_local);
    return true;
  });
  if (!done) return stick(done.error());
  for (const auto& [key, usn] : values) {
    del(Table::kLinkChanges, format::link_change_key(from, usn, key));
    put(Table::kLinkChanges, format::link_change_key(to, usn, key), {});
  }
  size_deltas[from].second -= static_cast<std::int64_t>(values.size());
  size_deltas[to].second += static_cast<std::int64_t>(values.size());
}

}  // namespace tributary::store
