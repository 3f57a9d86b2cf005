// SPDX-License-Identifier: Apache-2.0
// One search (RFC 4511 4.5; [MS-ADTS] 3.1.1.3.1.3) as an operation that works in slices: what to look at is found once, then each slice
// takes a fresh snapshot, so that no state of the database is kept for a slow reader. Only this room's files include it.
#pragma once

#include "query/plan.hpp"
#include "service/ldap/entry.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/page_cookie.hpp"
#include "service/ldap/search_controls.hpp"

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
  [[nodiscard]] std::optional<lp::Outcome> begin_page();
  [[nodiscard]] std::optional<lp::Outcome> list_asq(const View& view);

  State look_at_candidates(Slice& slice);
  State look_at_listed(Slice& slice);
  State look_at_all(Slice& slice);
  /// Nothing when the search goes on; otherwise it is over.
  [[nodiscard]] std::optional<State> consider(Slice& slice, store::Dnt dnt);
  [[nodiscard]] std::optional<State> found(Slice& slice, const store::ObjectView& object);
  [[nodiscard]] Result<bool> matches(Slice& slice, const store::ObjectView& object);

  State finish(const View& view, Bytes& out, lp::Outcome outcome);
  State finish_page(const View& view, Bytes& out);

  LdapCall call_;
  const lp::SearchRequest& request_;  ///< in call_.message
  SearchControls controls_;
  Stopwatch::time_point deadline_;
  bool has_begun_ = false;

  Selection selection_;
  std::optional<query::CompiledFilter> filter_;
  std::optional<query::Matcher> matcher_;
  query::Area area_;
  query::Plan plan_;
  store::Dnt base_ = store::kNoDnt;  ///< kNoDnt: everything
  bool is_asq_ = false;
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
};

}  // namespace tributary::service::ldap_face
