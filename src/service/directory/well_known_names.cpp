// SPDX-License-Identifier: Apache-2.0
// The table of well-known SIDs.
#include "service/directory/well_known_names.hpp"

#include "security/access/well_known_sids.hpp"

namespace tributary::service::directory {
namespace {

using security::make_sid;

constexpr std::uint32_t kFirstUserRid = 1000;
constexpr std::string_view kNtAuthority = "NT AUTHORITY";

constexpr struct {
  Sid sid;
  WellKnownName name;
} kNames[] = {
    {make_sid(1, {0}), {"", "Everyone"}},
    {make_sid(2, {0}), {"", "LOCAL"}},
    {make_sid(3, {0}), {"", "CREATOR OWNER"}},
    {make_sid(3, {1}), {"", "CREATOR GROUP"}},
    {make_sid(3, {4}), {"", "OWNER RIGHTS"}},
    {make_sid(5, {1}), {kNtAuthority, "DIALUP"}},
    {make_sid(5, {2}), {kNtAuthority, "NETWORK"}},
    {make_sid(5, {3}), {kNtAuthority, "BATCH"}},
    {make_sid(5, {4}), {kNtAuthority, "INTERACTIVE"}},
    {make_sid(5, {6}), {kNtAuthority, "SERVICE"}},
    {make_sid(5, {7}), {kNtAuthority, "ANONYMOUS LOGON"}},
    {make_sid(5, {8}), {kNtAuthority, "PROXY"}},
    {make_sid(5, {9}), {kNtAuthority, "ENTERPRISE DOMAIN CONTROLLERS"}},
    {make_sid(5, {10}), {kNtAuthority, "SELF"}},
    {make_sid(5, {11}), {kNtAuthority, "Authenticated Users"}},
    {make_sid(5, {12}), {kNtAuthority, "RESTRICTED"}},
    {make_sid(5, {13}), {kNtAuthority, "TERMINAL SERVER USER"}},
    {make_sid(5, {14}), {kNtAuthority, "REMOTE INTERACTIVE LOGON"}},
    {make_sid(5, {15}), {kNtAuthority, "This Organization"}},
    {make_sid(5, {17}), {kNtAuthority, "IUSR"}},
    {make_sid(5, {18}), {kNtAuthority, "SYSTEM"}},
    {make_sid(5, {19}), {kNtAuthority, "LOCAL SERVICE"}},
    {make_sid(5, {20}), {kNtAuthority, "NETWORK SERVICE"}},
    {make_sid(5, {1000}), {kNtAuthority, "Other Organization"}},
};

}  // namespace

std::optional<WellKnownName> well_known_name(const Sid& sid) {
  for (const auto& each : kNames)
    if (each.sid == sid) return each.name;
  return std::nullopt;
}

bool is_builtin_principal(const Sid& sid) noexcept {
  constexpr Sid authority = make_sid(5, {});
  return sid.identifier_authority == authority.identifier_authority && sid.sub_authority_count == 2 && sid.sub_authority[0] == 32;
}

bool is_well_known_domain_relative(const Sid& sid, const Sid& domain) noexcept {
  const auto parts = security::split_sid(sid);
  return parts && parts->domain == domain && parts->rid < kFirstUserRid;
}

}  // namespace tributary::service::directory
