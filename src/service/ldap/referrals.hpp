// SPDX-License-Identifier: Apache-2.0
// Which servers have what this one does not: referrals ([MS-ADTS] 3.1.1.4.6) and continuation references (3.1.1.4.7), from the crossRefs.
// Reads only. No right is judged: names of NCs are no secret.
#pragma once

#include <string>
#include <vector>

#include "ldap/protocol/message.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {

/// An NC of the forest by its crossRef. Only those that are enabled.
struct NamedNc {
  store::Dnt nc = store::kNoDnt;  ///< its root, a subordinate reference or a phantom
  bool is_held = false;           ///< a replica of it is here
  repl::Dn dn;
  std::vector<std::string> dns_roots;
};
[[nodiscard]] Result<std::vector<NamedNc>> named_ncs(const View& view);

/// `below` ends in `above`, or is it.
[[nodiscard]] bool is_dn_within(std::span<const repl::Rdn> below, std::span<const repl::Rdn> above);

/// The URLs of the NC that a DN belongs to when no replica of it is held here; empty: it is held, or the DN can be nowhere.
[[nodiscard]] Result<std::vector<std::string>> referral_urls(const View& view, std::span<const repl::Rdn> dn);
/// One list of URLs for each NC that begins within what is searched and is not searched itself.
[[nodiscard]] Result<std::vector<std::vector<std::string>>> continuation_urls(const View& view, store::Dnt base, ldap::Scope scope);

}  // namespace tributary::service::ldap_face
