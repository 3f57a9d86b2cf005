// SPDX-License-Identifier: Apache-2.0
// Well-known SIDs ([MS-DTYP] 2.4.2.4): those that are the same everywhere, and the RIDs of those below a domain's SID.
// Values only.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "base/sid.hpp"

namespace tributary::security {

/// S-1-<authority>-<sub-authorities>.
[[nodiscard]] constexpr Sid make_sid(std::uint8_t authority, std::initializer_list<std::uint32_t> sub_authorities) {
  Sid sid{.identifier_authority = {0, 0, 0, 0, 0, authority}};
  for (const std::uint32_t value : sub_authorities) sid.sub_authority[sid.sub_authority_count++] = value;
  return sid;
}

namespace sids {
inline constexpr Sid kEveryone = make_sid(1, {0});
inline constexpr Sid kCreatorOwner = make_sid(3, {0});
inline constexpr Sid kCreatorGroup = make_sid(3, {1});
inline constexpr Sid kOwnerRights = make_sid(3, {4});
inline constexpr Sid kNetwork = make_sid(5, {2});
inline constexpr Sid kAnonymous = make_sid(5, {7});
inline constexpr Sid kEnterpriseDomainControllers = make_sid(5, {9});
inline constexpr Sid kPrincipalSelf = make_sid(5, {10});
inline constexpr Sid kAuthenticatedUsers = make_sid(5, {11});
inline constexpr Sid kThisOrganization = make_sid(5, {15});
inline constexpr Sid kLocalSystem = make_sid(5, {18});
inline constexpr Sid kAdministrators = make_sid(5, {32, 544});
inline constexpr Sid kUsers = make_sid(5, {32, 545});
inline constexpr Sid kGuests = make_sid(5, {32, 546});
inline constexpr Sid kPreWindows2000CompatibleAccess = make_sid(5, {32, 554});
inline constexpr Sid kOtherOrganization = make_sid(5, {1000});
}  // namespace sids

namespace rid {
inline constexpr std::uint32_t kEnterpriseReadOnlyDomainControllers = 498;
inline constexpr std::uint32_t kAdministrator = 500;
inline constexpr std::uint32_t kGuest = 501;
inline constexpr std::uint32_t kKrbtgt = 502;
inline constexpr std::uint32_t kDomainAdmins = 512;
inline constexpr std::uint32_t kDomainUsers = 513;
inline constexpr std::uint32_t kDomainGuests = 514;
inline constexpr std::uint32_t kDomainComputers = 515;
inline constexpr std::uint32_t kDomainControllers = 516;
inline constexpr std::uint32_t kCertPublishers = 517;
inline constexpr std::uint32_t kSchemaAdmins = 518;
inline constexpr std::uint32_t kEnterpriseAdmins = 519;
inline constexpr std::uint32_t kGroupPolicyCreatorOwners = 520;
inline constexpr std::uint32_t kReadOnlyDomainControllers = 521;
inline constexpr std::uint32_t kCloneableControllers = 522;
inline constexpr std::uint32_t kProtectedUsers = 525;
inline constexpr std::uint32_t kKeyAdmins = 526;
inline constexpr std::uint32_t kEnterpriseKeyAdmins = 527;
inline constexpr std::uint32_t kRasServers = 553;
}  // namespace rid

/// The SID below a domain's (or BUILTIN's). `domain` has room for one more: with all 15 it is given back as it is.
[[nodiscard]] constexpr Sid with_rid(Sid domain, std::uint32_t rid) noexcept {
  if (domain.sub_authority_count < kSidSubAuthoritiesMax) domain.sub_authority[domain.sub_authority_count++] = rid;
  return domain;
}

/// The SID without its last part, and that part. Nothing for one that has no sub-authority.
struct SidParts {
  Sid domain;
  std::uint32_t rid = 0;
  friend bool operator==(const SidParts&, const SidParts&) = default;
};
[[nodiscard]] constexpr std::optional<SidParts> split_sid(Sid sid) noexcept {
  if (sid.sub_authority_count == 0) return std::nullopt;
  const std::uint32_t rid = sid.sub_authority[--sid.sub_authority_count];
  sid.sub_authority[sid.sub_authority_count] = 0;
  return SidParts{sid, rid};
}

/// Whose groups the words "Domain Admins" and "Enterprise Admins" mean.
struct DomainSids {
  std::optional<Sid> domain;
  std::optional<Sid> forest_root;
};

}  // namespace tributary::security
