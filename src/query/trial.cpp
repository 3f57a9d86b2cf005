// SPDX-License-Identifier: Apache-2.0
// try_search() of plan.hpp.
#include "query/match.hpp"
#include "query/plan.hpp"
#include "repl/objects/facts.hpp"

namespace tributary::query {

Result<Trial> try_search(const store::Snapshot& snapshot, const CompiledFilter& filter, const Area& area) {
  constexpr std::size_t kFilterOctetsMax = 2'000;
  const auto plan = make_plan(snapshot, filter, area);
  if (!plan) return std::unexpected(plan.error());
  Trial trial{describe(filter, kFilterOctetsMax), explain(filter, *plan)};
  Matcher matcher(filter);
  AreaJudge judge(snapshot, area);
  std::optional<Error> failure;
  const auto consider = [&](const Dnt& dnt) {
    ++trial.looked_at;
    const auto object = snapshot.find(dnt);
    if (object && (!*object || repl::is_phantom(**object) || repl::is_deleted(**object) || repl::is_subref(**object))) return true;
    const auto inside = object ? judge.contains(**object) : std::unexpected(object.error());
    if (inside && !*inside) return true;
    const auto truth = inside ? matcher.match(snapshot, **object, nullptr) : std::unexpected(inside.error());
    if (!truth) failure = truth.error();
    else if (*truth == Truth::kTrue) ++trial.matching;
    return !failure;
  };
  if (plan->is_scan()) {
    if (auto walked = snapshot.by_guid({}, consider); !walked) return std::unexpected(std::move(walked.error()));
  } else {
    const auto list = candidates(snapshot, filter, area, *plan);
    if (!list) return std::unexpected(list.error());
    for (const Dnt dnt : *list)
      if (!consider(dnt)) break;
  }
  if (failure) return std::unexpected(std::move(*failure));
  return trial;
}

}  // namespace tributary::query
