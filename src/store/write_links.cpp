// SPDX-License-Identifier: Apache-2.0
// Writing: link values. A new one costs three entries and no look-up beyond them: the record is inserted, and only when it was there
// already is its old state asked for.
#include <algorithm>

#include "store/writing.hpp"

namespace tributary::store {

using format::Key;
using kv::PutHint;
using kv::Table;
using Writing = WriteTransaction::Writing;

void Writing::put_link(const LinkValue& value) {
  if (failure) return;
  const auto source = known(value.key.source), target = known(value.key.target);
  if (!source || !target || has(source->flags, ObjectFlags::kPhantom) || source->nc == kNoDnt)
    return stick({win32::kErrorInvalidParameter, {}, "a link value between what is not there"});
  const Key key = format::link_key(value.key);
  format::encode_link(value, key, link_record);
  const auto there = insert(Table::kLinks, key, link_record);
  if (failure) return;
  if (!there) {
    put(Table::kBacklinks, format::backlink_key(key), {}, PutHint::kLast);
    put(Table::kLinkChanges, format::link_change_key(source->nc, value.usn_local, key), {}, PutHint::kLast);
    if (!value.is_present) put(Table::kLinkGraves, format::link_grave_key(value.time_deleted, key), {});
    ++size_deltas[source->nc].second;
    return;
  }
  if (std::ranges::equal(*there, link_record)) return;
  const auto old = format::decode_link(key, *there);
  if (!old) return stick(damaged(Table::kLinks, key).error());
  if (old->key.data != value.key.data)
    return stick({win32::kErrorDsDatabaseError, {}, fmt::format("two long link values have the key {}", to_hex(key))});
  put(Table::kLinks, key, link_record);
  if (old->usn_local != value.usn_local) {
    del(Table::kLinkChanges, format::link_change_key(source->nc, old->usn_local, key));
    put(Table::kLinkChanges, format::link_change_key(source->nc, value.usn_local, key), {}, PutHint::kLast);
  }
  if (old->is_present != value.is_present || old->time_deleted != value.time_deleted) {
    if (!old->is_present) del(Table::kLinkGraves, format::link_grave_key(old->time_deleted, key));
    if (!value.is_present) put(Table::kLinkGraves, format::link_grave_key(value.time_deleted, key), {});
  }
}

void Writing::erase_link(const LinkKey& which) {
  if (failure) return;
  const Key key = format::link_key(which);
  const auto stored = get(Table::kLinks, key);
  if (!stored) return;
  const auto old = format::decode_link(key, *stored);
  if (!old) return stick(damaged(Table::kLinks, key).error());
  if (old->key.data != which.data) return;
  const auto source = known(which.source);
  if (!source) return stick(damaged(Table::kObjects, format::key_of(which.source)).error());
  del(Table::kLinks, key);
  del(Table::kBacklinks, format::backlink_key(key));
  del(Table::kLinkChanges, format::link_change_key(source->nc, old->usn_local, key));
  if (!old->is_present) del(Table::kLinkGraves, format::link_grave_key(old->time_deleted, key));
  --size_deltas[source->nc].second;
  maybe_unreferenced.insert(which.target);
}

}  // namespace tributary::store
