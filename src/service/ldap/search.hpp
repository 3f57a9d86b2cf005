// SPDX-License-Identifier: Apache-2.0
// One search (RFC 4511 4.5; [MS-ADTS] 3.1.1.3.1.3) as an operation that works in slices: what to look at is found once, then each slice
// takes a fresh snapshot, so that no state of the database is kept for a slow reader. Only this room's files include it.
#pragma once

#include "query/plan.hpp"
#include "service/ldap/entry.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/page_cookie.hpp"
#include "service/ldap/search_controls.hpp"
#include "service/ldap/search_order.hpp"
#include "service/ldap/search_stats.hpp"

namespace tributary::service::ldap_face {

class SearchOperation final : public lp::Operation {
 public:
  SearchOperation(LdapCall call, SearchControls controls);
  State run(Bytes& out) override;

 private:
  using Stopwatch = std::chrono::steady_clock;
  /// What one slice works with.
  struct Slice {
    const View& view;
    ReadAccess& access;
    EntryMaker& maker;
    query::AreaJudge& judge;
    Bytes& out;
    std::size_t begin = 0;       ///< of `out`
    Stopwatch::time_point end;
    [[nodiscard]] bool is_over() const;
  };

  [[nodiscard]] std::optional<lp::Outcome> begin(const View& view);
  [[nodiscard]] std::optional<lp::Outcome> find_area(const View& view);
  [[nodiscard]] std::optional<lp::Outcome> find_everything(const View& view);
  [[nodiscard]] std::optional<lp::Outcome> add_subordinate_ncs(const View& view);
  [[nodiscard]] std::optional<lp::Outcome> compile(const View& view);
  [[nodiscard]] std::optional<lp::Outcome> begin_order();
  [[nodiscard]] std::optional<lp::Outcome> begin_page();
  [[nodiscard]] std::optional<lp::Outcome> list_asq(const View& view);

  State look_at_candidates(Slice& slice);
  State look_at_listed(Slice& slice);
  State look_at_all(Slice& slice);
  /// Nothing when the search goes on; otherwise it is over.
  [[nodiscard]] std::optional<State> consider(Slice& slice, store::Dnt dnt);
  [[nodiscard]] std::optional<State> found(Slice& slice, const store::ObjectView& object);
  [[nodiscard]] Result<bool> matches(Slice& slice, const store::ObjectView& object);

  // Sorted ones (search_sorted.cpp).
  [[nodiscard]] std::optional<State> keep_for_sort(Slice& slice, const store::ObjectView& object);
  State end_of_candidates(Slice& slice);
  [[nodiscard]] std::optional<lp::Outcome> choose_window(const View& view);
  State give_sorted(Slice& slice);

  State finish(Bytes& out, lp::Outcome outcome);
  State finish_page(const View& view, Bytes& out);
  [[nodiscard]] bool is_whole() const noexcept;
  void add_page_control(std::vector<lp::OwnedControl>& controls) const;
  void add_statistics(std::vector<lp::OwnedControl>& controls) const;

  LdapCall call_;
  const lp::SearchRequest& request_;  ///< in call_.message
  SearchControls controls_;
  Stopwatch::time_point begun_, deadline_;
  bool has_begun_ = false;

  Selection selection_;
  std::optional<query::CompiledFilter> filter_;
  std::optional<query::Matcher> matcher_;
  query::Area area_;
  query::Plan plan_;
  store::Dnt base_ = store::kNoDnt;  ///< kNoDnt: everything
  bool is_asq_ = false, lacks_asq_objects_ = false;
  std::size_t entries_max_ = 0;
  bool ends_with_page_ = false;
  std::uint64_t digest_ = 0;

  // Where it stands.
  bool is_scan_ = false;
  std::vector<store::Dnt> list_;
  std::size_t next_ = 0;             ///< in list_
  ObjectGuid next_guid_{};           ///< of a scan
  bool is_scan_over_ = false;
  std::uint64_t visited_ = 0, returned_ = 0;

  // Sorted results: collected first, then given.
  SortOrder order_;                  ///< without an attribute: as they are found
  std::vector<SortedObject> sorted_;
  std::size_t sorted_octets_ = 0;
  bool is_sorted_ = false;
  std::size_t next_sorted_ = 0, end_sorted_ = 0;
  std::vector<lp::OwnedControl> response_controls_;
};

}  // namespace tributary::service::ldap_face
