// SPDX-License-Identifier: Apache-2.0
// See up_to_dateness.hpp. Every procedure is one pass over sorted cursors.
#include "repl/state/up_to_dateness.hpp"

#include <algorithm>

#include "drsuapi/blobs/vectors.hpp"

namespace tributary::repl {
namespace {

/// Samba writes timeLastSyncSuccess in units of 100 ns. No time in seconds is as large before the year 300,000, and no time in
/// such units is as small after the first months of 1602.
constexpr std::int64_t kSecondsLimit = 10'000'000'000'000;

constexpr DsTime time_from_wire(drsuapi::DSTIME time) {
  return time > kSecondsLimit ? to_ds_time(FileTime{time}) : DsTime{time};
}

constexpr bool is_before(const UpToDateCursor& cursor, const InvocationId& invocation) { return cursor.uuid_dsa < invocation; }

/// The greater of two cursors of one invocation; of equal USNs the later time.
constexpr UpToDateCursor join(const UpToDateCursor& a, const UpToDateCursor& b) {
  if (a.usn_high_prop_update != b.usn_high_prop_update) return a.usn_high_prop_update < b.usn_high_prop_update ? b : a;
  return a.time_last_sync_success < b.time_last_sync_success ? b : a;
}
constexpr UpToDateCursor meet(const UpToDateCursor& a, const UpToDateCursor& b) {
  return {a.uuid_dsa, std::min(a.usn_high_prop_update, b.usn_high_prop_update),
          std::min(a.time_last_sync_success, b.time_last_sync_success)};
}

}  // namespace

ReplUpToDateVector::ReplUpToDateVector(std::vector<UpToDateCursor> cursors) : cursors_(std::move(cursors)) {
  std::ranges::sort(cursors_, {}, &UpToDateCursor::uuid_dsa);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    if (kept > 0 && cursors_[kept - 1].uuid_dsa == cursors_[i].uuid_dsa)
      cursors_[kept - 1] = join(cursors_[kept - 1], cursors_[i]);
    else
      cursors_[kept++] = cursors_[i];
  }
  cursors_.resize(kept);
}

const UpToDateCursor* ReplUpToDateVector::find(const InvocationId& invocation) const noexcept {
  const auto at = std::lower_bound(cursors_.begin(), cursors_.end(), invocation, is_before);
  return at != cursors_.end() && at->uuid_dsa == invocation ? &*at : nullptr;
}

bool ReplUpToDateVector::covers(const InvocationId& invocation, Usn usn) const noexcept {
  const auto* cursor = find(invocation);
  return cursor != nullptr && cursor->usn_high_prop_update >= usn;
}

bool ReplUpToDateVector::advance(const UpToDateCursor& cursor) {
  const auto at = std::lower_bound(cursors_.begin(), cursors_.end(), cursor.uuid_dsa, is_before);
  if (at == cursors_.end() || at->uuid_dsa != cursor.uuid_dsa) {
    cursors_.insert(at, cursor);
    return true;
  }
  const bool more = at->usn_high_prop_update < cursor.usn_high_prop_update;
  *at = join(*at, cursor);
  return more;
}

bool ReplUpToDateVector::remove(const InvocationId& invocation) {
  return std::erase_if(cursors_, [&](const auto& cursor) { return cursor.uuid_dsa == invocation; }) != 0;
}

std::size_t ReplUpToDateVector::remove_obsolete(DsTime limit, std::span<const InvocationId> known) {
  return std::erase_if(cursors_, [&](const auto& cursor) {
    return cursor.time_last_sync_success < limit && !std::ranges::binary_search(known, cursor.uuid_dsa);
  });
}

bool stamp_less_than_or_equal_utd(const AttributeStamp& stamp, const ReplUpToDateVector& utd) noexcept { return utd.covers(stamp); }

ReplUpToDateVector merge_utd(const ReplUpToDateVector& utd1, const ReplUpToDateVector& utd2) {
  std::vector<UpToDateCursor> merged;
  merged.reserve(std::min(utd1.size(), utd2.size()));
  for (const auto& cursor : utd1.cursors())
    if (const auto* other = utd2.find(cursor.uuid_dsa)) merged.push_back(meet(cursor, *other));
  return ReplUpToDateVector(std::move(merged));
}

bool has_update_knowledge(const ReplUpToDateVector& utd1, const ReplUpToDateVector& utd2) noexcept {
  return std::ranges::all_of(utd2.cursors(),
                             [&](const auto& cursor) { return utd1.covers(cursor.uuid_dsa, cursor.usn_high_prop_update); });
}

ReplUpToDateVector update_utd(const ReplUpToDateVector& mine, const ReplUpToDateVector& source, const InvocationId& local) {
  std::vector<UpToDateCursor> all(mine.cursors().begin(), mine.cursors().end());
  all.reserve(mine.size() + source.size());
  std::ranges::copy_if(source.cursors(), std::back_inserter(all), [&](const auto& cursor) { return cursor.uuid_dsa != local; });
  return ReplUpToDateVector(std::move(all));
}

ReplUpToDateVector with_local(ReplUpToDateVector stored, const InvocationId& local, Usn highest_committed, DsTime now) {
  stored.remove(local);
  stored.advance({local, highest_committed, now});
  return stored;
}

std::optional<Usn> find_rollback(const ReplUpToDateVector& remote, const InvocationId& local, Usn highest_committed) noexcept {
  const auto* cursor = remote.find(local);
  if (cursor == nullptr || cursor->usn_high_prop_update <= highest_committed) return std::nullopt;
  return cursor->usn_high_prop_update;
}

void retire(ReplUpToDateVector& stored, const InvocationId& old, Usn highest_committed, DsTime now) {
  stored.remove(old);
  stored.advance({old, highest_committed, now});
}

ReplUpToDateVector utd_from_wire(const drsuapi::UPTODATE_VECTOR_V1_EXT& wire) {
  std::vector<UpToDateCursor> cursors;
  cursors.reserve(wire.rgCursors.size());
  for (const auto& cursor : wire.rgCursors) cursors.push_back({{cursor.uuidDsa}, {cursor.usnHighPropUpdate}, {}});
  return ReplUpToDateVector(std::move(cursors));
}

ReplUpToDateVector utd_from_wire(const drsuapi::UPTODATE_VECTOR_V2_EXT& wire) {
  std::vector<UpToDateCursor> cursors;
  cursors.reserve(wire.rgCursors.size());
  for (const auto& cursor : wire.rgCursors)
    cursors.push_back({{cursor.uuidDsa}, {cursor.usnHighPropUpdate}, time_from_wire(cursor.timeLastSyncSuccess)});
  return ReplUpToDateVector(std::move(cursors));
}

drsuapi::UPTODATE_VECTOR_V1_EXT utd_to_wire_v1(const ReplUpToDateVector& utd) {
  drsuapi::UPTODATE_VECTOR_V1_EXT wire;
  wire.rgCursors.reserve(utd.size());
  for (const auto& cursor : utd.cursors()) wire.rgCursors.push_back({cursor.uuid_dsa.value, cursor.usn_high_prop_update.value});
  return wire;
}

drsuapi::UPTODATE_VECTOR_V2_EXT utd_to_wire_v2(const ReplUpToDateVector& utd) {
  drsuapi::UPTODATE_VECTOR_V2_EXT wire;
  wire.rgCursors.reserve(utd.size());
  for (const auto& cursor : utd.cursors())
    wire.rgCursors.push_back({cursor.uuid_dsa.value, cursor.usn_high_prop_update.value, cursor.time_last_sync_success.seconds});
  return wire;
}

Result<ReplUpToDateVector> decode_utd(ByteView octets) {
  const auto value = drsuapi::blobs::decode_repl_up_to_date_vector(octets);
  if (!value) return std::unexpected(value.error());
  return std::visit([](const auto& vector) { return utd_from_wire(vector); }, value->vector);
}

Bytes encode_utd(const ReplUpToDateVector& utd) {
  return drsuapi::blobs::encode_repl_up_to_date_vector({utd_to_wire_v2(utd), {}});
}

}  // namespace tributary::repl
