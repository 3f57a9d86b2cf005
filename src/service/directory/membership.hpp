// SPDX-License-Identifier: Apache-2.0
// The membership graph of [MS-DRSR] 4.1.8.3, walked and never built: an arc leads from a member to a group, by `member` and by
// primaryGroupID; backwards to the members. IsMatchedGroup is 4.1.8.2.6. Knows no message.
#pragma once

#include <functional>

#include "service/directory/partitions.hpp"

namespace tributary::service::directory {

/// One request's predicate for groups.
struct GroupFilter {
  drsuapi::REVERSE_MEMBERSHIP_OPERATION_TYPE operation{};
  bool limits_domain = false;
  Dnt limiting_domain = kNoDnt;  ///< kNoDnt with limits_domain: a domain that is not here, of which nothing is
};

class MembershipGraph {
 public:
  /// `step` is told of every object that is visited and may end the walk by refusing.
  MembershipGraph(const Reader& reader, const Partitions& partitions, std::function<void(std::size_t)> step);

  /// vSet: everything on a GC, else the default NC.
  [[nodiscard]] bool has(Dnt dnt) const;
  [[nodiscard]] bool is_matched_group(Dnt group, const GroupFilter& filter) const;
  /// Groups of an object. In the order of the database.
  [[nodiscard]] std::vector<Dnt> groups_of(Dnt member) const;
  [[nodiscard]] std::vector<Dnt> members_of(Dnt group) const;
  /// Neighbors and Closure over groups that match; `from` itself is left out.
  [[nodiscard]] std::vector<Dnt> neighbors(Dnt from, const GroupFilter& filter) const;
  [[nodiscard]] std::vector<Dnt> closure(Dnt from, const GroupFilter& filter) const;
  [[nodiscard]] std::vector<Dnt> all_members(Dnt group) const;
  /// GetDSNameOfEnterpriseRODCsGroup; kNoDnt when there is none.
  [[nodiscard]] Dnt enterprise_rodcs() const;

 private:
  template <class Next>
  [[nodiscard]] std::vector<Dnt> walk(Dnt from, Next&& next) const;
  [[nodiscard]] Dnt primary_group(Dnt member) const;
  [[nodiscard]] std::optional<Sid> domain_sid(Dnt domain) const;

  const Reader& reader_;
  const Partitions& partitions_;
  std::function<void(std::size_t)> step_;
  bool is_forest_wide_;
};

}  // namespace tributary::service::directory
