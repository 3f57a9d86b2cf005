// SPDX-License-Identifier: Apache-2.0
// FilterAttribute ([MS-DRSR] 4.1.10.5.6): which updates the destination has, or does not want. Pure: stamps and sets in, yes or no out.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "repl/objects/attids.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::repl {

/// Attributes, ascending.
class AttidSet {
 public:
  AttidSet() = default;
  explicit AttidSet(std::vector<Attid> attids) : attids_(std::move(attids)) {
    std::ranges::sort(attids_);
    attids_.erase(std::ranges::unique(attids_).begin(), attids_.end());
  }
  [[nodiscard]] bool has(Attid attid) const noexcept { return std::ranges::binary_search(attids_, attid); }
  [[nodiscard]] const std::vector<Attid>& attids() const noexcept { return attids_; }

 private:
  std::vector<Attid> attids_;
};

struct AttributeFilter {
  const ReplUpToDateVector* utd = nullptr;  ///< null: the destination claims nothing, or wants everything
  std::optional<AttidSet> partial;          ///< nothing: a full replica
  AttidSet partial_ex;                      ///< attributes that are new to the partial replica: the vector does not count for them

  /// What the vector and the attribute sets say about one update. DEVIATION: the pseudocode asks the vector only when there is a
  /// pPartialAttrSetEx; its summary asks it always but for the attributes in that set, and so does everybody.
  [[nodiscard]] bool filters(Attid attid, const store::AttributeStamp& stamp) const noexcept {
    const bool is_new = !partial_ex.attids().empty() && partial_ex.has(attid);
    if (utd != nullptr && !is_new && stamp_less_than_or_equal_utd(stamp, *utd)) return true;
    return partial && !is_new && !partial->has(attid);
  }
  /// The same for `member` of one group: partial replicas hold the members of universal groups only.
  [[nodiscard]] bool filters_members(bool is_universal_group) const noexcept { return partial && !is_universal_group; }
};

}  // namespace tributary::repl
