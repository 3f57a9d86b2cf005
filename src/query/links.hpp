// SPDX-License-Identifier: Apache-2.0
// Link values as searches see them: present ones, and those that the recycle bin has put aside only for who asks for them
// ([MS-ADTS] 3.1.1.3.4.1.25); the transitive closure of a link ([MS-ADTS] 3.1.1.3.4.4.3). Reads only.
#pragma once

#include <vector>

#include "store/directory_store.hpp"

namespace tributary::query {

using store::Dnt;

[[nodiscard]] inline bool is_shown(const store::LinkValue& link, bool shows_deactivated) noexcept {
  return link.is_present && (shows_deactivated || !link.is_deactivated);
}
[[nodiscard]] Result<bool> is_shown(const store::Snapshot& snapshot, const store::LinkKey& key, bool shows_deactivated);

/// Calls with every object that `source` has as a value, or that has `target` as one; false ends it.
[[nodiscard]] Result<void> for_each_target(const store::Snapshot& snapshot, Dnt source, drsuapi::Attid link, bool shows_deactivated,
                                           const store::Visitor<Dnt>& visit);
[[nodiscard]] Result<void> for_each_source(const store::Snapshot& snapshot, Dnt target, drsuapi::Attid link, bool shows_deactivated,
                                           const store::Visitor<Dnt>& visit);

/// The objects from which `to` is reached by following the forward link (`forward`), or its back link; ascending. Takes what it walked
/// from `links_left`; kErrorDsAdminLimitExceeded when that is not enough.
[[nodiscard]] Result<std::vector<Dnt>> chain_to(const store::Snapshot& snapshot, Dnt to, drsuapi::Attid link, bool forward, bool shows_deactivated,
                                                std::size_t& links_left);

}  // namespace tributary::query
