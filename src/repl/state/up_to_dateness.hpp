// SPDX-License-Identifier: Apache-2.0
// Up-to-dateness vectors: ReplUpToDateVector ([MS-DRSR] 5.166), its wire forms (5.202 to 5.205) and stored form, and the procedures
// on it: StampLessThanOrEqualUTD (5.187), MergeUTD (5.131), HasUpdateKnowledge (4.1.10.1.2), and the vector part of
// UpdateUTDandPAS (4.1.10.6.16). Pure. Must never know where a vector is kept.
//
// A cursor {invocationId, USN} in the vector of an NC replica says: every update that this invocation made in the NC up to this
// USN is in the replica. Claiming less than one has costs bytes; claiming more loses updates. Whence the rules:
//   - The stored vector has no cursor for the local invocationId: what the database itself contains says that, and a copy of it in
//     an attribute could only disagree. Whoever tells the vector to others adds it with with_local().
//   - What another DSA says about the local invocationId is never adopted. When it is more than was ever originated here, the
//     database was rolled back (find_rollback).
//   - A retired invocationId (the database was restored, or the NC was removed and added again) is a foreign one from then on:
//     retire() leaves a cursor at the last USN that this replica is known to have under it, and what peers have beyond it comes
//     back by replication like anybody's updates.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "repl/state/stamps.hpp"

namespace tributary::repl {

/// One element of replUpToDateVector.
struct UpToDateCursor {
  InvocationId uuid_dsa;
  Usn usn_high_prop_update;
  DsTime time_last_sync_success;  ///< for reports of latency only
  friend constexpr bool operator==(const UpToDateCursor&, const UpToDateCursor&) = default;
};

/// Cursors in ascending order of invocationId, at most one for each.
class ReplUpToDateVector {
 public:
  ReplUpToDateVector() = default;
  /// Any order, with repetitions: of several cursors for one invocationId the greatest USN counts, as 5.187 reads them.
  explicit ReplUpToDateVector(std::vector<UpToDateCursor> cursors);

  [[nodiscard]] std::span<const UpToDateCursor> cursors() const noexcept { return cursors_; }
  [[nodiscard]] bool empty() const noexcept { return cursors_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return cursors_.size(); }
  /// Null when the vector says nothing about this invocation.
  [[nodiscard]] const UpToDateCursor* find(const InvocationId& invocation) const noexcept;
  [[nodiscard]] bool covers(const InvocationId& invocation, Usn usn) const noexcept;
  [[nodiscard]] bool covers(const AttributeStamp& stamp) const noexcept { return covers(stamp.uuid_originating, stamp.usn_originating); }

  /// Moves a cursor forward, or adds it; never back. True when the vector claims more than before.
  bool advance(const UpToDateCursor& cursor);
  /// Forgets a cursor: always allowed, it only costs bytes. True when there was one.
  bool remove(const InvocationId& invocation);
  /// Forgets those that were last confirmed before `limit`, except those of `known` (ascending): DSAs that are gone.
  /// Gives back how many.
  std::size_t remove_obsolete(DsTime limit, std::span<const InvocationId> known);

  friend bool operator==(const ReplUpToDateVector&, const ReplUpToDateVector&) = default;

 private:
  std::vector<UpToDateCursor> cursors_;
};

/// 5.187: whether a replica with this vector has the stamped update, or has seen something newer in its place.
[[nodiscard]] bool stamp_less_than_or_equal_utd(const AttributeStamp& stamp, const ReplUpToDateVector& utd) noexcept;

/// 5.131: what both replicas have: the invocations that both know, each at the smaller USN (and the earlier time).
[[nodiscard]] ReplUpToDateVector merge_utd(const ReplUpToDateVector& utd1, const ReplUpToDateVector& utd2);

/// 4.1.10.1.2: whether `utd1` asserts every update that `utd2` asserts.
[[nodiscard]] bool has_update_knowledge(const ReplUpToDateVector& utd1, const ReplUpToDateVector& utd2) noexcept;

/// 4.1.10.6.16, at the end of a cycle: the local vector with what the source has, except what the source says about `local`.
/// DEVIATION: with equal USNs the later time stays, where the section keeps the local one; nothing but reports reads it, and so
/// the result does not depend on the order in which sources are asked.
[[nodiscard]] ReplUpToDateVector update_utd(const ReplUpToDateVector& mine, const ReplUpToDateVector& source, const InvocationId& local);

/// The vector as this DSA tells it: with a cursor for itself at the highest USN that it has committed.
[[nodiscard]] ReplUpToDateVector with_local(ReplUpToDateVector stored, const InvocationId& local, Usn highest_committed, DsTime now);

/// The highest USN that `remote` has seen from `local`, when it is more than `highest_committed`: this database is older than
/// what it once told the world (an old copy was put back, and no new invocationId was taken).
[[nodiscard]] std::optional<Usn> find_rollback(const ReplUpToDateVector& remote, const InvocationId& local, Usn highest_committed) noexcept;

/// After a new invocationId was taken: the old one becomes a foreign one, known up to the USN that the database had.
void retire(ReplUpToDateVector& stored, const InvocationId& old, Usn highest_committed, DsTime now);

/// Conversions: 4.1.10.3.3, 4.1.10.3.7. Towards the wire the cursors are sorted, as 5.204 asks for.
[[nodiscard]] ReplUpToDateVector utd_from_wire(const drsuapi::UPTODATE_VECTOR_V1_EXT& wire);
[[nodiscard]] ReplUpToDateVector utd_from_wire(const drsuapi::UPTODATE_VECTOR_V2_EXT& wire);
[[nodiscard]] drsuapi::UPTODATE_VECTOR_V1_EXT utd_to_wire_v1(const ReplUpToDateVector& utd);
[[nodiscard]] drsuapi::UPTODATE_VECTOR_V2_EXT utd_to_wire_v2(const ReplUpToDateVector& utd);

/// The value of the attribute replUpToDateVector; both versions are read, version 2 is written. kErrorInvalidData.
[[nodiscard]] Result<ReplUpToDateVector> decode_utd(ByteView octets);
[[nodiscard]] Bytes encode_utd(const ReplUpToDateVector& utd);

}  // namespace tributary::repl
