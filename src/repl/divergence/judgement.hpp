// SPDX-License-Identifier: Apache-2.0
// What a difference between two replicas means: the one has not heard of a change yet, or it has and differs all the same. Decided by
// stamps and by the vectors at which the two stood ([MS-DRSR] 5.187). Pure. docs/decisions/0045-divergence.md says why so.
#pragma once

#include <map>
#include <vector>

#include "repl/divergence/tree.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::repl {

enum class Verdict : std::uint8_t {
  kNotConverged,  ///< the side that is behind does not claim to have the change
  kGarbage,       ///< what is deleted is gone on one side and not yet on the other: each forgets by its own clock
  kDiverged,      ///< the vector claims the change, and the content differs
};
[[nodiscard]] std::string_view verdict_name(Verdict verdict) noexcept;

/// One attribute, link value, place or state that differs. Null: not there.
struct ItemDifference {
  std::optional<ItemEntry> here;
  std::optional<ItemEntry> there;
  Verdict verdict = Verdict::kDiverged;
  [[nodiscard]] const ItemEntry& any() const noexcept { return here ? *here : *there; }
};

struct ObjectDifference {
  enum class Where : std::uint8_t { kBoth, kOnlyHere, kOnlyThere };
  ObjectGuid guid;
  Where where = Where::kBoth;
  std::optional<AttributeStamp> created;  ///< of whenCreated; of an object that is on one side only
  bool is_deleted = false;                ///< the same
  std::vector<ItemDifference> items;      ///< of an object that is on both
  Verdict verdict = Verdict::kDiverged;
};

/// The vectors of both sides at the moment of a difference.
struct BothVectors {
  ReplUpToDateVector here;
  ReplUpToDateVector there;
};

/// The newer stamp decides: whether the side that has the older, or nothing, claims to have it.
[[nodiscard]] Verdict judge_item(const std::optional<ItemEntry>& here, const std::optional<ItemEntry>& there, const BothVectors& standing);
[[nodiscard]] Verdict judge_lone_object(const std::optional<AttributeStamp>& created, bool is_deleted, const ReplUpToDateVector& utd_of_other);

/// What follows from other differences, when all are known: a deletion or undeletion that one side has not heard of takes attributes off the
/// object, and link values off others, without stamps of their own.
void judge_consequences(std::map<ObjectGuid, ObjectDifference>& differences);

}  // namespace tributary::repl
