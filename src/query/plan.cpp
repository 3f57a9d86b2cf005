// SPDX-License-Identifier: Apache-2.0
// See plan.hpp.
#include "query/plan.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "query/links.hpp"
#include "repl/objects/attids.hpp"
#include "repl/objects/dn.hpp"
#include "repl/objects/facts.hpp"

namespace tributary::query {
namespace {

using store::kNoDnt;

/// Counting begins small: most searches look for one object.
constexpr std::size_t kFirstBound = 8, kBoundFactor = 8;
/// Parts of one "and" that are tried, and index look-ups of one plan: a filter is no way to keep a DSA busy before it has begun.
constexpr std::size_t kAndPartsMax = 64, kLookUpsMax = 50'000;

std::int64_t first_usn(const Item& item) noexcept {
  // The normal form is big-endian with the sign bit turned.
  return static_cast<std::int64_t>(load_be<std::uint64_t>(item.form.data()) ^ (std::uint64_t{1} << 63));
}

Result<std::vector<Dnt>> ncs_of(const store::Snapshot& snapshot, const Area& area) {
  std::vector<Dnt> ncs;
  for (const Dnt top : area.tops) {
    const auto object = snapshot.find(top);
    if (!object) return std::unexpected(object.error());
    if (*object) ncs.push_back((*object)->nc());
  }
  std::ranges::sort(ncs);
  ncs.erase(std::unique(ncs.begin(), ncs.end()), ncs.end());
  return ncs;
}

/// How an item's objects are found without looking at all of them.
StepKind kind_of(const store::Snapshot& snapshot, const Item& item) {
  if (item.test == Test::kConstant) return item.constant == Truth::kTrue ? StepKind::kScan : StepKind::kNothing;
  if (item.test == Test::kInChain) return StepKind::kChain;
  if (item.place == Place::kUsnChanged && (item.test == Test::kGreaterOrEqual || item.test == Test::kEqual)) return StepKind::kChanges;
  if (item.test != Test::kEqual) return StepKind::kScan;
  switch (item.place) {
    case Place::kForwardLink: return StepKind::kSources;
    case Place::kBackLink: return StepKind::kTargets;
    case Place::kDistinguishedName: return StepKind::kObject;
    case Place::kRecord: break;
    default: return StepKind::kScan;
  }
  if (item.attribute->attid == repl::attid::kObjectGuid) return StepKind::kObject;
  return snapshot.has_index(item.attribute->attid) ? StepKind::kIndex : StepKind::kScan;
}

/// Calls with every object that an item's index gives.
Result<void> walk(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area, StepKind kind, const Item& item,
                  const store::Visitor<Dnt>& visit) {
  switch (kind) {
    case StepKind::kObject: {
      if (item.place == Place::kDistinguishedName) return (void)visit(item.target), Result<void>();
      const auto guid = guid_from_bytes(item.form);
      const auto found = guid ? snapshot.find_guid(ObjectGuid{*guid}) : Result<Dnt>(kNoDnt);
      if (!found) return std::unexpected(found.error());
      if (*found != kNoDnt) (void)visit(*found);
      return {};
    }
    case StepKind::kIndex: return snapshot.equal(item.attribute->attid, item.form, visit);
    case StepKind::kTargets: return for_each_target(snapshot, item.target, item.link, filter.shows_deactivated_links, visit);
    case StepKind::kSources: return for_each_source(snapshot, item.target, item.link, filter.shows_deactivated_links, visit);
    case StepKind::kChain:
      for (const Dnt dnt : filter.chains[item.chain])
        if (!visit(dnt)) break;
      return {};
    case StepKind::kChanges: {
      const auto ncs = ncs_of(snapshot, area);
      if (!ncs) return std::unexpected(ncs.error());
      const auto first = first_usn(item);
      bool more = true;
      for (const Dnt nc : *ncs) {
        auto walked = snapshot.changes(nc, Usn{first <= 0 ? 0 : first - 1}, [&](const store::ObjectChange& change) {
          if (item.test == Test::kEqual && change.usn.value > first) return false;
          return more = visit(change.dnt);
        });
        if (!walked || !more) return walked;
      }
      return {};
    }
    default: return {};
  }
}

/// Everything under the tops of an area, up to NC borders, without recursion. False when there is more than `objects_max`.
Result<bool> walk_tree(const store::Snapshot& snapshot, const Area& area, std::size_t objects_max, const store::Visitor<Dnt>& visit) {
  std::vector<Dnt> waiting(area.tops.begin(), area.tops.end());
  for (std::size_t at = 0; at < waiting.size(); ++at) {
    const auto object = snapshot.find(waiting[at]);
    if (!object) return std::unexpected(object.error());
    if (!*object || (at >= area.tops.size() && repl::is_nc_root(**object))) continue;
    if (!visit(waiting[at])) return true;
    const auto walked = snapshot.children(waiting[at], [&](const Dnt& child) {
      waiting.push_back(child);
      return waiting.size() <= objects_max;
    });
    if (!walked) return std::unexpected(walked.error());
    if (waiting.size() > objects_max) return false;
  }
  return true;
}

class Planner {
 public:
  Planner(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area) : snapshot_(snapshot), filter_(filter), area_(area) {}

  Result<Plan> run(std::size_t candidates_max) {
    if (area_.scope == Scope::kBase) return Plan{{Step{StepKind::kBase, 0, 1, 1}}};
    for (std::size_t bound = kFirstBound; !fault_; bound = std::min(bound * kBoundFactor, candidates_max)) {
      steps_.clear();
      const auto by_filter = count(0, bound);
      // The scope is worth a look only when it could be the smaller one.
      const auto by_scope = by_filter && bound == kFirstBound ? std::nullopt : count_scope(bound);
      if (fault_) break;
      if (by_scope && (!by_filter || *by_scope < *by_filter))
        return Plan{{Step{area_.scope == Scope::kOneLevel ? StepKind::kChildren : StepKind::kTree, 0, 1, *by_scope}}};
      if (by_filter) return Plan{std::move(steps_)};
      if (bound >= candidates_max) return Plan{{Step{StepKind::kScan, 0, 1, 0}}};
    }
    return std::unexpected(std::move(*fault_));
  }

 private:
  /// How many objects an item's steps give; nothing when that is `bound` or more, or only a scan tells. The steps are appended then.
  std::optional<std::uint64_t> count(std::uint32_t at, std::size_t bound) {
    const Item& item = filter_.items[at];
    switch (item.test) {
      case Test::kAnd: return count_and(at, bound);
      case Test::kOr: return count_or(at, bound);
      case Test::kNot: return std::nullopt;
      default: return count_leaf(at, bound);
    }
  }

  std::optional<std::uint64_t> count_and(std::uint32_t at, std::size_t bound) {
    const Item& item = filter_.items[at];
    std::optional<std::uint64_t> best;
    const std::size_t begin = steps_.size();
    for (std::uint32_t child = at + 1; child < item.end; child = filter_.items[child].end)
      if (filter_.items[child].test == Test::kConstant && filter_.items[child].constant != Truth::kTrue) return count_leaf(child, bound);
    std::size_t parts = 0;
    for (std::uint32_t child = at + 1; child < item.end && parts < kAndPartsMax; child = filter_.items[child].end, ++parts) {
      const std::size_t mark = steps_.size();
      const auto counted = count(child, best ? static_cast<std::size_t>(*best) : bound);
      if (!counted || (best && *counted >= *best)) {
        steps_.resize(mark);
        continue;
      }
      erase_steps(begin, mark);
      best = counted;
      if (*best <= 1) break;
    }
    return best;
  }

  std::optional<std::uint64_t> count_or(std::uint32_t at, std::size_t bound) {
    const Item& item = filter_.items[at];
    const std::size_t begin = steps_.size();
    steps_.push_back(Step{StepKind::kUnion, at, 0, 0});
    std::uint64_t sum = 0;
    for (std::uint32_t child = at + 1; child < item.end; child = filter_.items[child].end) {
      const auto counted = count(child, bound - static_cast<std::size_t>(sum));
      if (!counted) {
        steps_.resize(begin);
        return std::nullopt;
      }
      sum += *counted;
    }
    steps_[begin].end = static_cast<std::uint32_t>(steps_.size());
    steps_[begin].estimate = sum;
    return sum;
  }

  std::optional<std::uint64_t> count_leaf(std::uint32_t at, std::size_t bound) {
    const Item& item = filter_.items[at];
    const StepKind kind = kind_of(snapshot_, item);
    if (kind == StepKind::kScan || bound == 0) return std::nullopt;
    std::uint64_t counted = 0;
    if (kind == StepKind::kChain) {
      counted = filter_.chains[item.chain].size();
    } else if (kind != StepKind::kNothing) {
      if (++look_ups_ > kLookUpsMax) return std::nullopt;
      keep_fault(walk(snapshot_, filter_, area_, kind, item, [&](const Dnt&) { return ++counted < bound; }));
    }
    if (counted >= bound) return std::nullopt;
    steps_.push_back(Step{kind, at, static_cast<std::uint32_t>(steps_.size() + 1), counted});
    return counted;
  }

  std::optional<std::uint64_t> count_scope(std::size_t bound) {
    std::uint64_t counted = 0;
    const auto visit = [&](const Dnt&) { return ++counted < bound; };
    bool is_whole = true;
    if (area_.scope == Scope::kOneLevel) {
      keep_fault(snapshot_.children(area_.base, visit));
    } else if (const auto walked = walk_tree(snapshot_, area_, bound, visit); walked) {
      is_whole = *walked;
    } else {
      keep_fault(std::unexpected(walked.error()));
    }
    return counted < bound && is_whole ? std::optional(counted) : std::nullopt;
  }

  void keep_fault(Result<void> walked) {
    if (!walked && !fault_) fault_ = std::move(walked.error());
  }
  void erase_steps(std::size_t from, std::size_t to) {
    steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(from), steps_.begin() + static_cast<std::ptrdiff_t>(to));
    for (std::size_t i = from; i < steps_.size(); ++i) steps_[i].end -= static_cast<std::uint32_t>(to - from);
  }

  const store::Snapshot& snapshot_;
  const CompiledFilter& filter_;
  const Area& area_;
  std::vector<Step> steps_;
  std::size_t look_ups_ = 0;
  std::optional<Error> fault_;
};

}  // namespace

Result<Plan> make_plan(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area, std::size_t candidates_max) {
  return Planner(snapshot, filter, area).run(std::max(candidates_max, kFirstBound));
}

Result<std::vector<Dnt>> candidates(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area, const Plan& plan) {
  std::vector<Dnt> found;
  const auto take = [&](const Dnt& dnt) {
    if (dnt != kNoDnt) found.push_back(dnt);
    return found.size() < kCandidatesMax * 4;  // what was counted may have grown since
  };
  for (const Step& step : plan.steps) {
    Result<void> walked;
    switch (step.kind) {
      case StepKind::kUnion:
      case StepKind::kNothing: break;
      case StepKind::kBase: (void)take(area.base); break;
      case StepKind::kChildren: walked = snapshot.children(area.base, take); break;
      case StepKind::kTree:
        if (const auto whole = walk_tree(snapshot, area, kCandidatesMax * 4, take); !whole) walked = std::unexpected(whole.error());
        break;
      default: walked = walk(snapshot, filter, area, step.kind, filter.items[step.item], take);
    }
    if (!walked) return std::unexpected(std::move(walked.error()));
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Result<bool> AreaJudge::contains(const store::ObjectView& object) {
  switch (area_.scope) {
    case Scope::kBase: return object.dnt() == area_.base;
    case Scope::kOneLevel: return object.parent() == area_.base;
    case Scope::kSubtree: break;
  }
  // The root of its NC being a top decides most questions at once.
  if (std::ranges::find(area_.tops, object.nc()) != area_.tops.end()) return true;
  return is_below_top(object.dnt());
}

Result<bool> AreaJudge::is_below_top(Dnt dnt) {
  constexpr std::size_t kKnown = 1024;
  if (known_.empty()) known_.resize(kKnown);
  const auto slot = [&](Dnt at) -> std::pair<Dnt, bool>& { return known_[static_cast<std::size_t>(at) % kKnown]; };
  std::vector<Dnt> path;
  bool is_in = false;
  for (Dnt at = dnt; at != kNoDnt && at != store::kRootDnt;) {
    if (slot(at).first == at) {
      is_in = slot(at).second;
      break;
    }
    if (path.size() > repl::kDnRdnsMax) return fail(win32::kErrorDsDatabaseError, "a name lies too deep");
    path.push_back(at);
    if (std::ranges::find(area_.tops, at) != area_.tops.end()) {
      is_in = true;
      break;
    }
    const auto object = snapshot_.find(at);
    if (!object) return std::unexpected(object.error());
    if (!*object || repl::is_nc_root(**object)) break;
    at = (*object)->parent();
  }
  for (const Dnt at : path) slot(at) = {at, is_in};
  return is_in;
}

}  // namespace tributary::query
