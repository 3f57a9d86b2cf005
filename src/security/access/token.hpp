// SPDX-License-Identifier: Apache-2.0
// Who somebody is when rights are judged: the security context of [MS-ADTS] 5.1.3, a user's SID and those of every group that counts.
// Values only. Must never know where they came from (a PAC, the directory).
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/sid.hpp"

namespace tributary::security {

struct Token {
  Sid user;
  /// Ascending, each once: the user's groups with all that contain them, and the well-known ones (Everyone, Authenticated Users ...).
  std::vector<Sid> groups;
  /// The group of what the user creates ([MS-DTYP] 2.5.2), where it is known.
  std::optional<Sid> primary_group{};

  [[nodiscard]] bool has(const Sid& sid) const noexcept { return sid == user || std::ranges::binary_search(groups, sid); }
  friend bool operator==(const Token&, const Token&) = default;
};

}  // namespace tributary::security
