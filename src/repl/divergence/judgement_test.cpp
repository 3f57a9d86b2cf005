// SPDX-License-Identifier: Apache-2.0
// The judgement of one difference, on every combination of a small domain: docs/decisions/0045-divergence.md, [MS-DRSR] 5.11, 5.119, 5.187.
#include "repl/divergence/judgement.hpp"

#include <gtest/gtest.h>

namespace tributary::repl {
namespace {

Guid filled(std::uint8_t octet) {
  Guid guid;
  guid.octets.fill(octet);
  return guid;
}

/// Updates of two DSAs, null, and what a vector may say of them.
std::vector<std::optional<AttributeStamp>> stamps() {
  std::vector<std::optional<AttributeStamp>> all{std::nullopt};
  for (const std::uint32_t version : {1u, 2u})
    for (const std::int64_t time : {10, 20})
      for (const std::uint8_t dsa : std::initializer_list<std::uint8_t>{1, 2}) all.push_back(AttributeStamp{version, {time}, {filled(dsa)}, {version * 10 + time}});
  return all;
}
std::vector<ReplUpToDateVector> vectors() {
  std::vector<ReplUpToDateVector> all;
  for (const std::int64_t first : {0, 25, 99})
    for (const std::int64_t second : {0, 25, 99})
      all.push_back(ReplUpToDateVector({{{filled(1)}, Usn{first}, {}}, {{filled(2)}, Usn{second}, {}}}));
  return all;
}
ItemEntry item_of(ItemKind kind, const std::optional<AttributeStamp>& stamp) {
  ItemEntry item;
  item.kind = kind;
  item.stamp = stamp;
  return item;
}

/// The side that is behind decides, whichever it is; nobody's point of view counts.
TEST(Judgement, TheSideThatIsBehindDecides) {
  std::size_t diverged = 0, pending = 0;
  for (const auto kind : {ItemKind::kState, ItemKind::kPlace, ItemKind::kAttribute, ItemKind::kLink})
    for (const auto& a : stamps())
      for (const auto& b : stamps())
        for (const auto& utd_a : vectors())
          for (const auto& utd_b : vectors()) {
            const auto here = item_of(kind, a), there = item_of(kind, b);
            const auto verdict = judge_item(here, there, {utd_a, utd_b});
            ASSERT_EQ(verdict, judge_item(there, here, {utd_b, utd_a}));
            const auto order = compare_attribute_stamps(a, b);
            const bool is_missing = (order > 0 && !utd_b.covers(*a)) || (order < 0 && !utd_a.covers(*b));
            ASSERT_EQ(verdict, is_missing ? Verdict::kNotConverged : Verdict::kDiverged);
            ++(is_missing ? pending : diverged);
          }
  EXPECT_GT(diverged, 1'000u);
  EXPECT_GT(pending, 1'000u);
}

/// What is on one side only is under way, or diverged; of an absent link value nothing is lost.
TEST(Judgement, WhatIsOnOneSideOnly) {
  for (const auto kind : {ItemKind::kAttribute, ItemKind::kLink})
    for (const bool is_present : {true, false})
      for (const auto& stamp : stamps())
        for (const auto& other : vectors()) {
          auto lone = item_of(kind, stamp);
          lone.is_present = is_present;
          const ReplUpToDateVector everything({{{filled(1)}, Usn{1'000}, {}}, {{filled(2)}, Usn{1'000}, {}}});
          const auto verdict = judge_item(lone, std::nullopt, {everything, other});
          ASSERT_EQ(verdict, judge_item(std::nullopt, lone, {other, everything}));
          const bool is_missing = stamp && !other.covers(*stamp);
          const bool is_gone = kind == ItemKind::kLink && !is_present;
          ASSERT_EQ(verdict, is_missing ? Verdict::kNotConverged : is_gone ? Verdict::kGarbage : Verdict::kDiverged);
          const bool is_deleted = !is_present;
          ASSERT_EQ(judge_lone_object(stamp, is_deleted, other),
                    is_missing ? Verdict::kNotConverged : is_deleted ? Verdict::kGarbage : Verdict::kDiverged);
        }
}

/// 5.119: of link values the later creation wins before the version does.
TEST(Judgement, LinkValuesCompareByTheirCreationFirst) {
  const ReplUpToDateVector none, all({{{filled(1)}, Usn{1'000}, {}}, {{filled(2)}, Usn{1'000}, {}}});
  auto old_link = item_of(ItemKind::kLink, AttributeStamp{7, {50}, {filled(1)}, {5}});
  auto made_anew = item_of(ItemKind::kLink, AttributeStamp{1, {60}, {filled(2)}, {5}});
  old_link.time_created = DsTime{40};
  made_anew.time_created = DsTime{60};
  EXPECT_EQ(judge_item(old_link, made_anew, {none, all}), Verdict::kNotConverged);
  EXPECT_EQ(judge_item(old_link, made_anew, {all, none}), Verdict::kDiverged);
}

/// A deletion that one side has not heard of explains the rest of its object and the link values to it, and nothing else.
TEST(Judgement, ADeletionUnderWayExplainsWhatFollowsFromIt) {
  const ObjectGuid dead{filled(5)}, group{filled(6)}, other{filled(7)};
  std::map<ObjectGuid, ObjectDifference> differences;
  const auto add = [&](const ObjectGuid& guid, ItemKind kind, Verdict verdict, ObjectGuid target = {}) {
    auto item = item_of(kind, AttributeStamp{1, {1}, {filled(1)}, {1}});
    item.target = target;
    differences[guid].guid = guid;
    differences[guid].items.push_back({item, std::nullopt, verdict});
  };
  add(dead, ItemKind::kState, Verdict::kNotConverged);
  add(dead, ItemKind::kAttribute, Verdict::kDiverged);
  add(group, ItemKind::kLink, Verdict::kDiverged, dead);
  add(other, ItemKind::kLink, Verdict::kDiverged, group);
  add(other, ItemKind::kAttribute, Verdict::kNotConverged);
  judge_consequences(differences);
  EXPECT_EQ(differences[dead].verdict, Verdict::kNotConverged);
  EXPECT_EQ(differences[group].verdict, Verdict::kNotConverged);
  EXPECT_EQ(differences[other].verdict, Verdict::kDiverged);
  EXPECT_EQ(differences[other].items[1].verdict, Verdict::kNotConverged);
}

}  // namespace
}  // namespace tributary::repl
