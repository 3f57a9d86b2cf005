// SPDX-License-Identifier: Apache-2.0
// Verification of every invariant of a database (docs/formats/store.md): of any snapshot, while the DSA runs or of a database that nobody has
// open. It changes nothing, needs memory of a fixed size, and reads each table a few times: records by their checksums and bounds, each
// index entry from its record and each record from its index entries, the tree, the NCs, USNs, link values from both ends, phantoms, counts.
// Not of a WriteTransaction: what that gathers until its commit is not in the tables yet.
// Errors of the engine end it; what is wrong with the data is a finding, never an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/directory_store.hpp"
#include "store/kv.hpp"

namespace tributary::store {

enum class FindingKind : std::uint8_t {
  kDamagedRecord,       ///< its sum or its bounds are wrong
  kBadKey,              ///< a key that the format does not have
  kMissingEntry,        ///< a record without the index entry that follows from it
  kStrayEntry,          ///< an index entry that follows from no record
  kWrongCount,          ///< a size of an NC or a count of references
  kNoParent,            ///< the parent is not there, or is a phantom
  kCycle,               ///< an object below itself
  kWrongNc,             ///< the NC is not that of the parent, or its root is none
  kNoReplica,           ///< the root of an NC without its replica record, or the other way round
  kWrongUsnChanged,     ///< below the usn_local of an attribute
  kUsnTooHigh,          ///< above the highest that was committed: of an entry, or of a stamp of our own invocationId
  kDnt,                 ///< a DNT that was not yet given out, or a root that is none
  kDanglingReference,   ///< a value or a link whose target or source is not there
  kForgottenPhantom,    ///< a phantom to which nothing refers
  kBadPhantom,          ///< a phantom with a place in the tree or with attributes
};
/// A word that never changes: "stray-entry".
[[nodiscard]] std::string_view finding_name(FindingKind kind) noexcept;

struct Finding {
  FindingKind kind;
  kv::Table table;  ///< where the entry is, or should be
  Bytes key;
  std::string detail;  ///< the same for the same database
  friend bool operator==(const Finding&, const Finding&) = default;
};
/// One line: "stray-entry: changes 0000…: there is no object 7".
[[nodiscard]] std::string to_string(const Finding& finding);

struct VerifyOptions {
  std::size_t findings_max = 1000;  ///< what is beyond is counted only
  /// DNTs whose references are counted in one reading of the objects: four octets of memory for each.
  std::size_t counted_at_once = std::size_t{1} << 22;
};

struct VerifyReport {
  std::vector<Finding> findings;
  std::uint64_t finding_count = 0;
  std::uint64_t objects = 0, phantoms = 0, link_values = 0;
  std::uint64_t entries = 0;  ///< read, of all tables; those of objects more than once
  [[nodiscard]] bool is_sound() const noexcept { return finding_count == 0; }
};

[[nodiscard]] Result<VerifyReport> verify(const Snapshot& snapshot, const VerifyOptions& options = {});

}  // namespace tributary::store
