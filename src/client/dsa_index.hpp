// SPDX-License-Identifier: Apache-2.0
// The DSAs of a forest by their GUIDs: a name for each repsFrom value, cursor and stamp. [MS-ADTS] 6.1.1.2.2.1.2.1.1.
// A value: reads nothing itself.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "client/directory.hpp"

namespace tributary::client {

class DsaIndex {
 public:
  DsaIndex() = default;
  explicit DsaIndex(std::vector<Dsa> dsas) : all_(std::move(dsas)) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      by_guid_.emplace(all_[i].guid, i);
      by_invocation_.emplace(all_[i].invocation_id, i);
    }
  }

  /// Null when the forest has no such DSA (any more). Pointers live as long as the index.
  [[nodiscard]] const Dsa* find(DsaGuid guid) const noexcept {
    const auto found = by_guid_.find(guid);
    return found == by_guid_.end() ? nullptr : &all_[found->second];
  }
  /// Null also for a former invocationId of a DSA.
  [[nodiscard]] const Dsa* find(InvocationId id) const noexcept {
    const auto found = by_invocation_.find(id);
    return found == by_invocation_.end() ? nullptr : &all_[found->second];
  }
  [[nodiscard]] const std::vector<Dsa>& all() const noexcept { return all_; }

 private:
  std::vector<Dsa> all_;
  std::unordered_map<DsaGuid, std::size_t> by_guid_;
  std::unordered_map<InvocationId, std::size_t> by_invocation_;
};

/// "Default-First-Site-Name\DC1" from the DN of an NTDS Settings object. The RDNs alone when it is no such DN; empty for an empty DN.
[[nodiscard]] std::string site_and_server(std::string_view ntds_settings_dn);

}  // namespace tributary::client
