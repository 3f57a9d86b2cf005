// SPDX-License-Identifier: Apache-2.0
// The inside of a WriteTransaction, for the store's own files only. The engine's failures stick in `failure`: after the first every
// change does nothing and every look-up finds nothing, so that the code above reads without a test after each line.
#pragma once

#include <map>
#include <set>

#include "store/format/link_record.hpp"
#include "store/format/record.hpp"
#include "store/generation.hpp"
#include "store/state.hpp"

namespace tributary::store {

struct WriteTransaction::Writing final : Snapshot::State {
  /// What is asked of an object again and again while links and children are written.
  struct Known {
    Dnt dnt = kNoDnt;
    Dnt nc = kNoDnt;
    ObjectFlags flags = ObjectFlags::kNone;
  };

  explicit Writing(MarkKeeper* keeper) : State(2048), mark(keeper) {}
  std::pair<std::int64_t, std::int64_t> size_delta(Dnt nc) const override;

  // The engine, sticky.
  void stick(Error error);
  std::optional<ByteView> get(kv::Table table, ByteView key);
  void put(kv::Table table, ByteView key, ByteView value, kv::PutHint hint = kv::PutHint::kNone);
  void del(kv::Table table, ByteView key);
  /// The value that was there already, which is then kept.
  std::optional<ByteView> insert(kv::Table table, ByteView key, ByteView value, kv::PutHint hint = kv::PutHint::kNone);
  [[nodiscard]] bool has_any(kv::Table table, ByteView prefix);
  std::optional<ObjectView> stored(Dnt dnt);
  std::optional<Dnt> dnt_at(kv::Table table, ByteView key);
  /// Nothing when there is no such record.
  std::optional<Known> known(Dnt dnt);
  void remember(Dnt dnt, Dnt nc, ObjectFlags flags) noexcept { cache[cache_slot(dnt)] = {dnt, nc, flags}; }
  void forget(Dnt dnt) noexcept { cache[cache_slot(dnt)] = {}; }

  // Objects (write_objects.cpp).
  Result<Dnt> put_object(const ObjectDraft& draft);
  void erase_object(Dnt dnt, std::string_view dn);
  Dnt refer(const ObjectGuid& guid, const std::optional<Sid>& sid, std::string_view dn);
  [[nodiscard]] bool is_acceptable(const ObjectDraft& draft, const ObjectHead& head, const ObjectView* old, Dnt dnt);
  [[nodiscard]] bool is_below(Dnt dnt, Dnt top);
  /// A copy of the stored record that stays while things are written.
  std::optional<ObjectView> old_object(Dnt dnt);
  /// Replaces a record and everything that follows from it; null: there is none.
  void replace(const ObjectView* old, const ObjectView* now, kv::PutHint hint);
  [[nodiscard]] bool is_referred_to(Dnt dnt);
  std::uint64_t reference_count(Dnt dnt);

  // What follows from a record (write_indexes.cpp).
  void replace_indexes(const ObjectView* old, const ObjectView* now);
  void replace_values(Dnt dnt, const AttributeView* old, const AttributeView* now);
  void replace_equality(Dnt dnt, Attid attid, const AttributeView* old, const AttributeView* now);
  void count_references(const AttributeView* attribute, std::int64_t by);
  void move_link_changes(Dnt source, Dnt from, Dnt to);

  // Link values (write_links.cpp).
  void put_link(const LinkValue& value);
  void erase_link(const LinkKey& key);

  /// Everything that is written once for a transaction, before its commit.
  void flush();
  void flush_references();
  void drop_phantoms();
  void flush_sizes();

  static constexpr std::size_t kCacheSize = 1024;
  [[nodiscard]] static std::size_t cache_slot(Dnt dnt) noexcept { return static_cast<std::size_t>(dnt) % kCacheSize; }

  MarkKeeper* mark;
  kv::Writer* writer = nullptr;  // State::reader owns it
  std::optional<Error> failure;
  bool is_changed = false;
  std::uint64_t changes = 0;
  std::optional<InvocationId> fresh_id;
  Bytes record, old_record, form, link_record;
  std::map<Dnt, std::int64_t> reference_deltas;
  std::map<Dnt, std::pair<std::int64_t, std::int64_t>> size_deltas;
  std::set<Dnt> maybe_unreferenced;
  std::array<Known, kCacheSize> cache{};
};

}  // namespace tributary::store
