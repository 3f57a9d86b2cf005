// SPDX-License-Identifier: Apache-2.0
// See verify.hpp: the order of the passes, meta, NC replicas, sizes and the values of the DSA.
#include "store/verify.hpp"

#include <algorithm>

#include "store/format/record.hpp"
#include "store/verify/verifier.hpp"

namespace tributary::store {

using format::key_of;
using kv::Table;

std::string_view finding_name(FindingKind kind) noexcept {
  static constexpr std::array<std::string_view, 15> kNames = {
      "damaged-record", "bad-key", "missing-entry", "stray-entry", "wrong-count", "no-parent", "cycle", "wrong-nc",
      "no-replica", "wrong-usn-changed", "usn-too-high", "bad-dnt", "dangling-reference", "forgotten-phantom", "bad-phantom"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string to_string(const Finding& finding) {
  return fmt::format("{}: {} {}: {}", finding_name(finding.kind), kv::table_name(finding.table), to_hex(finding.key), finding.detail);
}

Result<VerifyReport> verify(const Snapshot& snapshot, const VerifyOptions& options) { return Verifier(snapshot, options).run(); }

Verifier::Verifier(const Snapshot& snapshot, const VerifyOptions& options)
    : snapshot_(snapshot), options_(options), reader_(snapshot.state_->reader.get()), meta_(snapshot.state_->meta), failure_(snapshot.state_->broken),
      cache_(std::clamp<std::size_t>(static_cast<std::size_t>(meta_.next_dnt), 1, kCacheMax)), rooted_(cache_.size(), kNoDnt) {}

Result<VerifyReport> Verifier::run() {
  meta();
  objects();
  references();
  object_indexes();
  equality_index();
  links();
  link_indexes();
  ncs();
  if (failure_) return std::unexpected(*failure_);
  return std::move(report_);
}

void Verifier::find(FindingKind kind, Table table, ByteView key, std::string detail) {
  if (++report_.finding_count <= options_.findings_max) report_.findings.push_back({kind, table, to_bytes(key), std::move(detail)});
}

std::optional<ByteView> Verifier::get(Table table, ByteView key) {
  if (failure_) return std::nullopt;
  const auto value = reader_->get(table, key);
  if (!value) return failure_ = value.error(), std::nullopt;
  return *value;
}

bool Verifier::has_any(Table table, ByteView prefix) {
  if (failure_) return false;
  const auto cursor = reader_->cursor(table);
  const auto at = cursor->seek(prefix);
  if (!at) return failure_ = at.error(), false;
  return *at && format::begins_with(cursor->key(), prefix);
}

std::optional<ObjectView> Verifier::object(Dnt dnt) {
  const auto record = get(Table::kObjects, key_of(dnt));
  return record ? RecordCodec::open(dnt, *record) : std::nullopt;
}

std::optional<Verifier::Brief> Verifier::brief(Dnt dnt) {
  if (dnt == kNoDnt) return std::nullopt;
  Brief& slot = cache_[slot_of(dnt)];
  if (slot.dnt == dnt) return slot;
  const auto view = object(dnt);
  if (!view) return std::nullopt;
  slot = {dnt, view->parent(), view->nc(), view->flags()};
  return slot;
}

void Verifier::expect_entry(Table table, ByteView key, std::string_view of) {
  if (!get(table, key) && !failure_) find(FindingKind::kMissingEntry, table, key, fmt::format("of {}", of));
}

void Verifier::check_usn(Table table, ByteView key, Usn usn, std::string_view what) {
  if (usn > meta_.highest_usn || usn < Usn{})
    find(FindingKind::kUsnTooHigh, table, key, fmt::format("{} is {}, the highest committed USN {}", what, usn.value, meta_.highest_usn.value));
}

/// A stamp of our own invocationId names a change of ours. Not so of a retired one: what a restored database had forgotten comes back.
void Verifier::check_stamp(Table table, ByteView key, const AttributeStamp& stamp) {
  if (stamp.uuid_originating == meta_.identity.invocation_id) check_usn(table, key, stamp.usn_originating, "the USN of a stamp of our own");
}

void Verifier::meta() {
  walk(Table::kMeta, [&](ByteView key, ByteView value) {
    if (std::ranges::equal(key, format::meta_key())) {
      if (!format::decode_meta(value)) find(FindingKind::kDamagedRecord, Table::kMeta, key, "the meta record");
    } else if (std::ranges::equal(key, format::indexes_key())) {
      const auto complete = format::decode_indexes(value);
      if (!complete) return find(FindingKind::kDamagedRecord, Table::kMeta, key, "the list of indexes");
      if (const auto& policy = snapshot_.state_->policy; policy != nullptr)
        std::ranges::set_intersection(*complete, policy->indexed(), std::back_inserter(indexed_));
    } else if (key.size() == 5 && format::begins_with(key, format::retired_prefix())) {
      const auto retired = format::decode_retired(key, value);
      if (!retired) return find(FindingKind::kDamagedRecord, Table::kMeta, key, "a retired invocationId");
      check_usn(Table::kMeta, key, retired->second, "the USN of a retired invocationId");
    } else {
      find(FindingKind::kBadKey, Table::kMeta, key, "no such thing");
    }
  });
}

void Verifier::ncs() {
  walk(Table::kNcReplicas, [&](ByteView key, ByteView value) {
    if (!format::decode_nc_replica(key, value)) return find(FindingKind::kDamagedRecord, Table::kNcReplicas, key, "an NC replica");
    const auto root = brief(format::load_dnt_be(key.data()));
    if (!root || !has(root->flags, ObjectFlags::kNcRoot)) find(FindingKind::kNoReplica, Table::kNcReplicas, key, "its object is no root of an NC");
  });
  walk(Table::kNcSizes, [&](ByteView key, ByteView value) {
    std::array<std::uint64_t, 2> counts{};
    if (key.size() != 8 || !format::decode_counts(key, value, counts)) return find(FindingKind::kDamagedRecord, Table::kNcSizes, key, "sizes");
    const auto real = sizes_.extract(format::load_dnt_be(key.data()));
    const auto expected = real ? real.mapped() : std::array<std::uint64_t, 2>{};
    if (counts != expected)
      find(FindingKind::kWrongCount, Table::kNcSizes, key,
           fmt::format("says {} objects and {} link values, there are {} and {}", counts[0], counts[1], expected[0], expected[1]));
  });
  for (const auto& [nc, real] : sizes_)
    find(FindingKind::kWrongCount, Table::kNcSizes, key_of(nc), fmt::format("is missing, there are {} objects and {} link values", real[0], real[1]));
  walk(Table::kDsaValues, [&](ByteView key, ByteView value) {
    if (key.size() > format::kDsaNameMax || !format::decode_dsa_value(key, value))
      find(FindingKind::kDamagedRecord, Table::kDsaValues, key, "a value of the DSA");
  });
}

}  // namespace tributary::store
