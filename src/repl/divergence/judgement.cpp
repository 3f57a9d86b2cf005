// SPDX-License-Identifier: Apache-2.0
// See judgement.hpp.
#include "repl/divergence/judgement.hpp"

#include <algorithm>

namespace tributary::repl {

namespace {

std::weak_ordering compare(const ItemEntry& a, const ItemEntry& b) noexcept {
  if (a.kind == ItemKind::kLink && a.stamp && b.stamp)
    return compare_link_value_stamps(LinkValueStamp{a.time_created, *a.stamp}, LinkValueStamp{b.time_created, *b.stamp});
  return compare_attribute_stamps(a.stamp, b.stamp);
}
Verdict if_covered(const std::optional<AttributeStamp>& stamp, const ReplUpToDateVector& utd) noexcept {
  return stamp && !utd.covers(*stamp) ? Verdict::kNotConverged : Verdict::kDiverged;
}

/// One side does not know yet whether the object lives.
bool is_pending_life(const ObjectDifference& object) noexcept {
  if (object.where != ObjectDifference::Where::kBoth) return object.verdict != Verdict::kDiverged;
  return std::ranges::any_of(object.items, [](const ItemDifference& item) {
    return item.any().kind == ItemKind::kState && item.verdict == Verdict::kNotConverged;
  });
}

/// Values of the time before stamps come and go with the stamp of their attribute.
bool follows_attribute(const ObjectDifference& object, const ItemDifference& link) noexcept {
  if (link.any().stamp) return false;
  return std::ranges::any_of(object.items, [&](const ItemDifference& item) {
    return item.any().kind == ItemKind::kAttribute && item.any().oid == link.any().oid && item.verdict == Verdict::kNotConverged;
  });
}

void sum_up(ObjectDifference& object) noexcept {
  if (object.where != ObjectDifference::Where::kBoth || object.items.empty()) return;
  const auto worst = std::ranges::max_element(object.items, {}, [](const ItemDifference& item) {
    return item.verdict == Verdict::kDiverged ? 2 : item.verdict == Verdict::kNotConverged ? 1 : 0;
  });
  object.verdict = worst->verdict;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kNotConverged: return "not converged yet";
    case Verdict::kGarbage: return "garbage on one side";
    case Verdict::kDiverged: return "diverged";
  }
  return "?";
}

Verdict judge_item(const std::optional<ItemEntry>& here, const std::optional<ItemEntry>& there, const BothVectors& standing) {
  if (here && there) {
    const auto order = compare(*here, *there);
    if (order > 0) return if_covered(here->stamp, standing.there);
    if (order < 0) return if_covered(there->stamp, standing.here);
    return Verdict::kDiverged;
  }
  const auto& lone = here ? *here : *there;
  const auto verdict = if_covered(lone.stamp, here ? standing.there : standing.here);
  if (verdict == Verdict::kDiverged && lone.kind == ItemKind::kLink && !lone.is_present) return Verdict::kGarbage;
  return verdict;
}

Verdict judge_lone_object(const std::optional<AttributeStamp>& created, bool is_deleted, const ReplUpToDateVector& utd_of_other) {
  const auto verdict = if_covered(created, utd_of_other);
  return verdict == Verdict::kDiverged && is_deleted ? Verdict::kGarbage : verdict;
}

void judge_consequences(std::map<ObjectGuid, ObjectDifference>& differences) {
  for (auto& [guid, object] : differences) {
    const bool follows = object.where == ObjectDifference::Where::kBoth && is_pending_life(object);
    for (auto& item : object.items) {
      if (item.verdict != Verdict::kDiverged) continue;
      if (follows) item.verdict = Verdict::kNotConverged;
      if (item.any().kind != ItemKind::kLink) continue;
      if (follows_attribute(object, item)) item.verdict = Verdict::kNotConverged;
      const auto target = differences.find(item.any().target);
      if (target != differences.end() && is_pending_life(target->second)) item.verdict = Verdict::kNotConverged;
    }
    // kState items do not change here, so is_pending_life() is the same in whatever order.
  }
  for (auto& [guid, object] : differences) sum_up(object);
}

}  // namespace tributary::repl
