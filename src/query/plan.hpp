// SPDX-License-Identifier: Apache-2.0
// Which objects a search has to look at ([MS-ADTS] 3.1.1.3.1.3 leaves it open): the cheapest set that the indexes of the store give, found by
// counting, with a growing bound, what each part of the filter and the scope would give. What no index narrows down is a scan.
// The order of candidates is that of their DNTs; of a scan that of the GUIDs: a position in either stays good while the directory changes.
// Functions of a snapshot. Knows no right and no client.
#pragma once

#include <string>
#include <vector>

#include "query/filter.hpp"

namespace tributary::query {

enum class Scope : std::uint8_t { kBase, kOneLevel, kSubtree };

/// Where to search. `tops`: the base, and roots of other NCs that count as parts of its subtree; NC borders are not crossed otherwise.
struct Area {
  Scope scope{};
  Dnt base = store::kNoDnt;
  std::vector<Dnt> tops;
};

/// Whether objects lie in an area, with what it found out about their parents kept. Of one snapshot.
class AreaJudge {
 public:
  AreaJudge(const store::Snapshot& snapshot, const Area& area) : snapshot_(snapshot), area_(area) {}
  [[nodiscard]] Result<bool> contains(const store::ObjectView& object);

 private:
  [[nodiscard]] Result<bool> is_below_top(Dnt dnt);
  const store::Snapshot& snapshot_;
  const Area& area_;
  std::vector<std::pair<Dnt, bool>> known_;  // direct-mapped, made when first needed
};

enum class StepKind : std::uint8_t {
  kNothing,    ///< no object can match
  kBase,
  kChildren,   ///< of the base
  kTree,       ///< under the tops
  kObject,     ///< the one that the item's GUID or DN names
  kIndex,      ///< equality index
  kTargets,    ///< of the link values of the item's object
  kSources,    ///< of the link values that point at the item's object
  kChain,
  kChanges,    ///< change index of the NCs
  kUnion,      ///< of the steps that follow
  kScan,       ///< every object of the database
};
struct Step {
  StepKind kind{};
  std::uint32_t item = 0;      ///< of the filter
  std::uint32_t end = 0;       ///< behind its last part
  std::uint64_t estimate = 0;  ///< objects
};
struct Plan {
  std::vector<Step> steps;  ///< steps[0] is the whole
  [[nodiscard]] bool is_scan() const noexcept { return steps.empty() || steps.front().kind == StepKind::kScan; }
};

/// More candidates than that are not collected: a scan needs no memory.
inline constexpr std::size_t kCandidatesMax = 16'384;

[[nodiscard]] Result<Plan> make_plan(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area,
                                     std::size_t candidates_max = kCandidatesMax);
/// Ascending, each once. Not for a scan. May contain objects outside of the area, and such that do not match.
[[nodiscard]] Result<std::vector<Dnt>> candidates(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area, const Plan& plan);

/// One line a step: "union of: 12", "  index sAMAccountName=ann: 1".
[[nodiscard]] std::vector<std::string> explain(const CompiledFilter& filter, const Plan& plan);

/// A search that was carried out to see what it costs: whoever asks may read everything, and gets numbers only.
struct Trial {
  std::string filter;              ///< in the words of the schema
  std::vector<std::string> steps;  ///< explain()
  std::uint64_t looked_at = 0, matching = 0;  ///< objects; deleted ones do not match
};
[[nodiscard]] Result<Trial> try_search(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area);

}  // namespace tributary::query
