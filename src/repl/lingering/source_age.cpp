// SPDX-License-Identifier: Apache-2.0
// See source_age.hpp.
#include "repl/lingering/source_age.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::repl {

DsTime last_heard_of(const RepsFrom& source, const ReplUpToDateVector& utd) noexcept {
  const auto* const cursor = source.uuid_invoc_id.is_null() ? nullptr : utd.find(source.uuid_invoc_id);
  return cursor == nullptr ? source.time_last_success : std::max(source.time_last_success, cursor->time_last_sync_success);
}

Result<void> check_source_age(const RepsFrom& source, const ReplUpToDateVector& utd, const DirectoryRules& rules, DsTime now) {
  if (!rules.strict_consistency) return {};
  const auto heard = last_heard_of(source, utd);
  if (heard.seconds <= 0 || heard >= now) return {};
  const auto age_s = now.seconds - heard.seconds;
  const auto lifetime_s = std::max<std::int64_t>(rules.tombstone_lifetime_s, 0);
  if (age_s <= lifetime_s) return {};
  return fail(win32::kErrorDsReplLifetimeExceeded,
              fmt::format("the last success with {} was {} days ago, the tombstone lifetime is {} days; remove lingering objects from it and here, "
                          "then replicate once without strict consistency",
                          source.na_dsa.empty() ? to_string(source.uuid_dsa) : source.na_dsa, age_s / 86'400, lifetime_s / 86'400));
}

}  // namespace tributary::repl
