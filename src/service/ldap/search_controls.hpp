// SPDX-License-Identifier: Apache-2.0
// The controls of a search request, read once ([MS-ADTS] 3.1.1.3.4.1). Views look into the message.
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "ldap/protocol/controls.hpp"
#include "service/ldap/refusals.hpp"

namespace tributary::service::ldap_face {

struct SearchControls {
  std::optional<ldap::PagedResults> paged;
  std::optional<std::vector<ldap::SortKey>> sort;
  bool sort_is_critical = false;
  std::optional<ldap::VlvRequest> vlv;
  bool vlv_is_critical = false;
  std::optional<std::string_view> asq;
  std::optional<std::uint32_t> extended_dn;
  std::optional<std::uint32_t> sd_flags;
  bool show_deleted = false, show_recycled = false, show_deactivated_links = false;
  bool domain_scope = false;   ///< no references to other NCs
  bool phantom_root = false;   ///< all NCs below the base
  bool ranges_never_fail = false;
  std::uint32_t stats = 0;     ///< kStats... of search_stats.hpp; 0: not asked for
  bool dirsync = false, notification = false;
};

/// unavailableCriticalExtension for a critical control that nobody knows or whose value is none; others of that kind are ignored.
[[nodiscard]] std::expected<SearchControls, ldap::Outcome> read_search_controls(std::span<const ldap::Control> controls);

}  // namespace tributary::service::ldap_face
