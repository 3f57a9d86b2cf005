// SPDX-License-Identifier: Apache-2.0
// All groups that contain the SIDs of a token, however deep ([MS-DTYP] 2.5.2.1.1; [MS-ADTS] 3.1.1.4.5.19). A helper of caller_token.
#pragma once

#include <set>
#include <vector>

#include "base/sid.hpp"
#include "repl/objects/context.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

class MembershipWalk {
 public:
  /// `local_only`: groups of the domain that hold only here (domain local and built-in ones) and no others.
  MembershipWalk(const repl::Context& context, const store::Snapshot& snapshot, store::Dnt domain, bool local_only)
      : context_(context), snapshot_(snapshot), domain_(domain), local_only_(local_only) {}

  /// A SID of the token; all objects that have it are looked at, a foreignSecurityPrincipal as well as a group.
  void add(const Sid& sid);
  /// Follows until nothing new is found. Cycles end by themselves. kErrorTooManyContextIds beyond the limits.
  [[nodiscard]] Result<void> run();
  [[nodiscard]] const std::set<Sid>& sids() const noexcept { return seen_; }

 private:
  [[nodiscard]] Result<void> visit_sid(const Sid& sid);
  [[nodiscard]] Result<void> visit_object(store::Dnt object);
  [[nodiscard]] Result<void> consider_group(const store::LinkKey& membership);

  const repl::Context& context_;
  const store::Snapshot& snapshot_;
  store::Dnt domain_;
  bool local_only_;
  std::set<Sid> seen_;
  std::vector<Sid> waiting_;
  std::size_t memberships_ = 0;
};

}  // namespace tributary::service
