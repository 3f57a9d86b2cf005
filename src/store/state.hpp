// SPDX-License-Identifier: Apache-2.0
// The inside of a Snapshot, for the store's own files only: a reader of the engine, what the meta record said, and scans.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "store/directory_store.hpp"
#include "store/format/keys.hpp"
#include "store/format/small_records.hpp"
#include "store/kv.hpp"

namespace tributary::store {

/// The error of a record that is not as it should be.
[[nodiscard]] inline std::unexpected<Error> damaged(kv::Table table, ByteView key) {
  return fail(win32::kErrorDsDatabaseError, fmt::format("table {}, key {}: the record is damaged", kv::table_name(table), to_hex(key)));
}
[[nodiscard]] inline std::optional<Dnt> decode_dnt(ByteView value) noexcept {
  if (value.size() != 8) return std::nullopt;
  return Dnt{load_le<std::uint64_t>(value.data())};
}
/// The RDN form that the policy gives, in memory that lasts until the next call in this thread.
[[nodiscard]] ByteView rdn_form_of(const IndexPolicy* policy, std::string_view rdn);
/// Calls visit(key, value) -> Result<bool> from `from` on while keys begin with `prefix` and the visitor is true.
template <class Visit>
[[nodiscard]] Result<void> scan(const kv::Reader& reader, kv::Table table, ByteView prefix, ByteView from, Visit&& visit) {
  const auto cursor = reader.cursor(table);
  for (auto at = cursor->seek(from);; at = cursor->next()) {
    if (!at) return std::unexpected(at.error());
    if (!*at || !format::begins_with(cursor->key(), prefix)) return {};
    Result<bool> more = visit(cursor->key(), cursor->value());
    if (!more) return std::unexpected(std::move(more.error()));
    if (!*more) return {};
  }
}
template <class Visit>
[[nodiscard]] Result<void> scan(const kv::Reader& reader, kv::Table table, ByteView prefix, Visit&& visit) {
  return scan(reader, table, prefix, prefix, std::forward<Visit>(visit));
}
/// The meta record, checked. kErrorDsDatabaseError when there is none, kErrorRevisionMismatch for another version.
[[nodiscard]] Result<format::Meta> read_meta(const kv::Reader& reader);
[[nodiscard]] Result<std::optional<ObjectView>> read_object(const kv::Reader& reader, Dnt dnt);
/// The link of a key in any of the tables that hold it in short: a cut one is looked up.
[[nodiscard]] Result<LinkKey> read_link_key(const kv::Reader& reader, ByteView short_key);

struct Snapshot::State {
  explicit State(std::size_t checked_max = 1024) : checked_max_(checked_max) {}
  virtual ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// The record of an object, checked: once only as long as it is the same octets at the same place, which within a snapshot means
  /// that nothing has changed. A writer says uncheck() when it changes one.
  [[nodiscard]] Result<std::optional<ObjectView>> object(Dnt dnt);
  void uncheck(Dnt dnt) noexcept {
    if (!checked_.empty()) slot_of(dnt) = {};
  }
  /// Objects and link values that a transaction has added to an NC and not yet flushed.
  [[nodiscard]] virtual std::pair<std::int64_t, std::int64_t> size_delta(Dnt /*nc*/) const { return {0, 0}; }

  std::unique_ptr<kv::Reader> reader;  // null when broken
  std::optional<Error> broken;
  format::Meta meta;
  std::shared_ptr<const IndexPolicy> policy;
  std::optional<std::vector<Attid>> complete_indexes;  // read when first asked for

 private:
  struct Checked {
    Dnt dnt = kNoDnt;
    const std::uint8_t* record = nullptr;
  };
  Checked& slot_of(Dnt dnt) noexcept { return checked_[static_cast<std::size_t>(dnt) % checked_.size()]; }
  /// Room for a few with the first look-up, for all when it becomes many: most snapshots are for one small question.
  void make_room() {
    constexpr std::size_t kFew = 64, kMany = 128;
    if (look_ups_ == 0) checked_.resize(std::min(kFew, checked_max_));
    else if (look_ups_ == kMany) checked_.assign(checked_max_, {});
    if (look_ups_ <= kMany) ++look_ups_;
  }
  std::size_t checked_max_;
  std::size_t look_ups_ = 0;
  std::vector<Checked> checked_;
};

}  // namespace tributary::store
