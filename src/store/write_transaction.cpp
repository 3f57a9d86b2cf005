// SPDX-License-Identifier: Apache-2.0
// WriteTransaction (directory_store.hpp): the face of Writing, the engine with its sticky failure, and the commit.
#include "base/assert.hpp"
#include "store/writing.hpp"

namespace tributary::store {

using format::key_of;
using kv::Table;
using Writing = WriteTransaction::Writing;

void Writing::stick(Error error) {
  if (!failure) failure = std::move(error);
}

std::optional<ByteView> Writing::get(Table table, ByteView key) {
  if (failure) return std::nullopt;
  auto value = writer->get(table, key);
  if (!value) return stick(std::move(value.error())), std::nullopt;
  return *value;
}

void Writing::put(Table table, ByteView key, ByteView value, kv::PutHint hint) {
  if (failure) return;
  is_changed = true;
  ++changes;
  if (auto done = writer->put(table, key, value, hint); !done) stick(std::move(done.error()));
}

void Writing::del(Table table, ByteView key) {
  if (failure) return;
  is_changed = true;
  ++changes;
  if (auto done = writer->del(table, key); !done) stick(std::move(done.error()));
}

std::optional<ByteView> Writing::insert(Table table, ByteView key, ByteView value, kv::PutHint hint) {
  if (failure) return std::nullopt;
  is_changed = true;
  auto there = writer->insert(table, key, value, hint);
  if (!there) return stick(std::move(there.error())), std::nullopt;
  if (!*there) ++changes;
  return *there;
}

bool Writing::has_any(Table table, ByteView prefix) {
  if (failure) return false;
  const auto cursor = writer->cursor(table);
  const auto at = cursor->seek(prefix);
  if (!at) return stick(at.error()), false;
  return *at && format::begins_with(cursor->key(), prefix);
}

std::optional<ObjectView> Writing::stored(Dnt dnt) {
  if (failure) return std::nullopt;
  auto view = object(dnt);
  if (!view) return stick(std::move(view.error())), std::nullopt;
  return *view;
}

std::optional<Dnt> Writing::dnt_at(Table table, ByteView key) {
  const auto value = get(table, key);
  if (!value) return std::nullopt;
  const auto dnt = decode_dnt(*value);
  if (!dnt) stick(damaged(table, key).error());
  return dnt;
}

std::optional<Writing::Known> Writing::known(Dnt dnt) {
  if (dnt == kNoDnt) return std::nullopt;
  Known& slot = cache[cache_slot(dnt)];
  if (slot.dnt == dnt) return slot;
  const auto view = stored(dnt);
  if (!view) return std::nullopt;
  slot = {dnt, view->nc(), view->flags()};
  return slot;
}

std::pair<std::int64_t, std::int64_t> Writing::size_delta(Dnt nc) const {
  const auto at = size_deltas.find(nc);
  return at == size_deltas.end() ? std::pair<std::int64_t, std::int64_t>{0, 0} : at->second;
}

void Writing::flush() {
  flush_references();
  drop_phantoms();
  flush_sizes();
  if (is_changed) put(Table::kMeta, format::meta_key(), format::encode_meta(meta));
}

void Writing::flush_references() {
  for (const auto& [target, delta] : reference_deltas) {
    if (delta == 0 || failure) continue;
    const std::uint64_t before = reference_count(target);
    const std::uint64_t after = before + static_cast<std::uint64_t>(delta);
    if (delta < 0 && before < static_cast<std::uint64_t>(-delta)) return stick(damaged(Table::kReferences, key_of(target)).error());
    if (delta > 0 && !known(target))
      return stick({win32::kErrorInvalidParameter, {}, fmt::format("a value refers to DNT {}, which is nothing", static_cast<std::uint64_t>(target))});
    if (after == 0) {
      del(Table::kReferences, key_of(target));
    } else {
      put(Table::kReferences, key_of(target), format::encode_counts(key_of(target), {{after}}));
    }
    if (after == 0) maybe_unreferenced.insert(target);
  }
  reference_deltas.clear();
}

void Writing::drop_phantoms() {
  for (const Dnt dnt : maybe_unreferenced) {
    const auto what = known(dnt);
    if (!what || !has(what->flags, ObjectFlags::kPhantom) || is_referred_to(dnt)) continue;
    if (const auto old = old_object(dnt)) replace(&*old, nullptr, kv::PutHint::kNone);
  }
  maybe_unreferenced.clear();
}

void Writing::flush_sizes() {
  for (const auto& [nc, delta] : size_deltas) {
    if ((delta.first == 0 && delta.second == 0) || failure) continue;
    const format::Key key = key_of(nc);
    std::array<std::uint64_t, 2> counts{};
    if (const auto stored = get(Table::kNcSizes, key); stored && !format::decode_counts(key, *stored, counts))
      return stick(damaged(Table::kNcSizes, key).error());
    counts[0] += static_cast<std::uint64_t>(delta.first);
    counts[1] += static_cast<std::uint64_t>(delta.second);
    if (counts[0] == 0 && counts[1] == 0) {
      del(Table::kNcSizes, key);
    } else {
      put(Table::kNcSizes, key, format::encode_counts(key, counts));
    }
  }
  size_deltas.clear();
}

WriteTransaction::WriteTransaction() = default;
WriteTransaction::~WriteTransaction() = default;
Writing& WriteTransaction::writing() noexcept { return static_cast<Writing&>(*state_); }

Usn WriteTransaction::next_usn() {
  Writing& w = writing();
  TRIBUTARY_ASSERT(w.meta.highest_usn.value < INT64_MAX);
  ++w.meta.highest_usn.value;
  w.is_changed = true;
  return w.meta.highest_usn;
}

Result<Dnt> WriteTransaction::put(const ObjectDraft& draft) {
  auto dnt = writing().put_object(draft);
  if (writing().failure) return std::unexpected(*writing().failure);
  return dnt;
}
void WriteTransaction::erase(Dnt dnt, std::string_view dn) { writing().erase_object(dnt, dn); }
Dnt WriteTransaction::refer(const ObjectGuid& guid, const std::optional<Sid>& sid, std::string_view dn) { return writing().refer(guid, sid, dn); }
void WriteTransaction::put_link(const LinkValue& value) { writing().put_link(value); }
void WriteTransaction::erase_link(const LinkKey& key) { writing().erase_link(key); }

void WriteTransaction::put_nc_replica(const NcReplica& replica) {
  const format::Key key = key_of(replica.root);
  writing().put(Table::kNcReplicas, key, format::encode_nc_replica(key, replica));
}
void WriteTransaction::erase_nc_replica(Dnt root) { writing().del(Table::kNcReplicas, key_of(root)); }

void WriteTransaction::put_dsa_value(std::string_view name, ByteView value) {
  if (name.empty() || name.size() > format::kDsaNameMax)
    return writing().stick({win32::kErrorInvalidParameter, {}, "the name of a DSA value has 1 to 255 octets"});
  writing().put(Table::kDsaValues, as_bytes(name), format::encode_dsa_value(as_bytes(name), value));
}
void WriteTransaction::erase_dsa_value(std::string_view name) {
  if (!name.empty() && name.size() <= format::kDsaNameMax) writing().del(Table::kDsaValues, as_bytes(name));
}

void WriteTransaction::take_invocation_id(InvocationId fresh) {
  Writing& w = writing();
  const auto retired = retired_invocation_ids();
  if (!retired) return w.stick(retired.error());
  const InvocationId before = w.meta.identity.invocation_id;
  bool is_used = fresh.is_null() || fresh == before;
  for (const auto& [id, usn] : *retired) is_used = is_used || id == fresh;
  if (is_used) return w.stick({win32::kErrorInvalidParameter, {}, fmt::format("{} is no fresh invocationId", to_string(fresh))});
  const Bytes key = format::retired_key(static_cast<std::uint32_t>(retired->size()));
  w.put(Table::kMeta, key, format::encode_retired(key, {before, w.meta.highest_usn}));
  w.meta.identity.invocation_id = fresh;
  w.fresh_id = fresh;
}

std::uint64_t WriteTransaction::changes() const noexcept { return static_cast<const Writing&>(*state_).changes; }
const std::optional<Error>& WriteTransaction::failure() const noexcept { return static_cast<const Writing&>(*state_).failure; }

Result<void> WriteTransaction::commit() {
  Writing& w = writing();
  w.flush();
  if (!w.failure && w.fresh_id && w.mark != nullptr) {
    if (auto done = w.mark->prepare(*w.fresh_id); !done) w.stick(std::move(done.error()));
  }
  if (!w.failure) {
    if (auto done = w.writer->commit(); !done) w.stick(std::move(done.error()));
  } else if (w.writer != nullptr) {
    w.writer->abort();
  }
  Result<void> result = w.failure ? Result<void>(std::unexpected(*w.failure)) : Result<void>();
  w.writer = nullptr;
  w.reader.reset();
  w.broken = Error{win32::kErrorInvalidParameter, {}, "the transaction is over"};
  w.stick(*w.broken);
  if (result && w.mark != nullptr) w.mark->committed(w.meta);
  return result;
}

}  // namespace tributary::store
