// SPDX-License-Identifier: Apache-2.0
// See kerb_validation_info.hpp. [MS-PAC] 2.5, [MS-RPCE] 2.2.6, [MS-DTYP] 2.4.2.4 (who is an authenticated user).
#include "security/access/kerb_validation_info.hpp"

#include <algorithm>
#include <string>

#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::security {
namespace {

constexpr std::size_t kHeadersSize = 16;  // common type header and private header, [MS-RPCE] 2.2.6.1, 2.2.6.2
constexpr std::uint32_t kFiller = 0xCCCC'CCCC;

/// The one parameter of the stream: a pointer to the structure.
struct LogonInfo {
  Unique<KERB_VALIDATION_INFO> info;
};
template <class W>
constexpr void describe(W& w, LogonInfo& v) {
  w.unique("KERB_VALIDATION_INFO", v.info);
}

std::unexpected<Error> wrong(std::string what) { return fail(win32::kErrorInvalidData, "PAC logon info: " + std::move(what)); }

void sort_once(std::vector<Sid>& sids) {
  std::ranges::sort(sids);
  sids.erase(std::ranges::unique(sids).begin(), sids.end());
}

Result<void> add_members(std::vector<Sid>& groups, const Unique<RPC_SID>& domain, const Seq<GROUP_MEMBERSHIP>& members) {
  if (members.empty()) return {};
  if (!domain) return wrong("groups without their domain");
  const auto sid = from_rpc_sid(*domain);
  if (!sid) return std::unexpected(sid.error());
  if (sid->sub_authority_count == kSidSubAuthoritiesMax) return wrong("a domain whose SID has no room for a RID");
  for (const GROUP_MEMBERSHIP& member : members)
    if ((member.Attributes & kSeGroupEnabled) != 0) groups.push_back(with_rid(*sid, member.RelativeId));
  return {};
}

Result<void> add_extra_sids(std::vector<Sid>& groups, const Seq<KERB_SID_AND_ATTRIBUTES>& extra) {
  for (const KERB_SID_AND_ATTRIBUTES& each : extra) {
    if (!each.Sid) return wrong("an extra SID that is null");
    const auto sid = from_rpc_sid(*each.Sid);
    if (!sid) return std::unexpected(sid.error());
    if ((each.Attributes & kSeGroupEnabled) != 0) groups.push_back(*sid);
  }
  return {};
}

/// The user's own SID, and with it the primary group's.
Result<void> set_user(Token& token, const KERB_VALIDATION_INFO& info) {
  if (info.UserId == 0) {
    if ((info.UserFlags & kLogonExtraSids) == 0 || info.ExtraSids.empty() || !info.ExtraSids.front().Sid) return wrong("it names no user");
    const auto user = from_rpc_sid(*info.ExtraSids.front().Sid);
    if (!user) return std::unexpected(user.error());
    token.user = *user;
    return {};
  }
  if (!info.LogonDomainId) return wrong("a user without a domain");
  const auto domain = from_rpc_sid(*info.LogonDomainId);
  if (!domain) return std::unexpected(domain.error());
  if (domain->sub_authority_count == kSidSubAuthoritiesMax) return wrong("a domain whose SID has no room for a RID");
  token.user = with_rid(*domain, info.UserId);
  token.primary_group = with_rid(*domain, info.PrimaryGroupId);
  token.groups.push_back(*token.primary_group);
  return {};
}

}  // namespace

RPC_SID to_rpc_sid(const Sid& sid) {
  RPC_SID wire{.Revision = sid.revision, .SubAuthorityCount = sid.sub_authority_count, .IdentifierAuthority = sid.identifier_authority,
               .SubAuthority = {}};
  for (std::size_t i = 0; i < sid.sub_authority_count; ++i) wire.SubAuthority.push_back(sid.sub_authority[i]);
  return wire;
}

Result<Sid> from_rpc_sid(const RPC_SID& sid) {
  if (sid.Revision != 1) return wrong("a SID of revision " + std::to_string(sid.Revision));
  if (sid.SubAuthorityCount != sid.SubAuthority.size()) return wrong("a SID with " + std::to_string(sid.SubAuthorityCount) + " sub-authorities");
  Sid result{.identifier_authority = sid.IdentifierAuthority, .sub_authority_count = sid.SubAuthorityCount};
  std::ranges::copy(sid.SubAuthority, result.sub_authority.begin());
  return result;
}

Result<KERB_VALIDATION_INFO> decode_validation_info(ByteView octets) {
  if (octets.size() < kHeadersSize) return wrong("it is shorter than its headers");
  if (octets[0] != 1) return wrong("type serialization version " + std::to_string(octets[0]));
  if (octets[1] != 0x10) return wrong("it is not little-endian");
  if (load_le<std::uint16_t>(octets.data() + 2) != 8) return wrong("its common header has no 8 octets");
  const std::size_t size = load_le<std::uint32_t>(octets.data() + 8);
  if (size > octets.size() - kHeadersSize) return wrong("it promises " + std::to_string(size) + " octets");
  auto decoded = ndr::decode<LogonInfo>(octets.subspan(kHeadersSize, size));
  if (!decoded) return wrong(std::move(decoded.error().detail));
  if (!decoded->info) return wrong("a null pointer");
  return std::move(*decoded->info);
}

Bytes encode_validation_info(const KERB_VALIDATION_INFO& info) {
  LogonInfo top;
  top.info = Unique<KERB_VALIDATION_INFO>(info);
  const Bytes body = ndr::encode(top);
  Bytes octets(kHeadersSize + (body.size() + 7) / 8 * 8);
  octets[0] = 1;
  octets[1] = 0x10;
  octets[2] = 8;
  store_le<std::uint32_t>(octets.data() + 4, kFiller);
  store_le<std::uint32_t>(octets.data() + 8, static_cast<std::uint32_t>(octets.size() - kHeadersSize));
  std::ranges::copy(body, octets.begin() + kHeadersSize);
  return octets;
}

Result<Token> token_of_validation_info(const KERB_VALIDATION_INFO& info) {
  const std::size_t count = info.GroupIds.size() + info.ExtraSids.size() + info.ResourceGroupIds.size();
  if (count > kTokenSidsMax) return fail(kErrorTooManyContextIds, "PAC logon info: " + std::to_string(count) + " SIDs");
  Token token;
  if (auto set = set_user(token, info); !set) return std::unexpected(std::move(set.error()));
  if (auto added = add_members(token.groups, info.LogonDomainId, info.GroupIds); !added) return std::unexpected(std::move(added.error()));
  if ((info.UserFlags & kLogonExtraSids) != 0)
    if (auto added = add_extra_sids(token.groups, info.ExtraSids); !added) return std::unexpected(std::move(added.error()));
  if ((info.UserFlags & kLogonResourceGroups) != 0)
    if (auto added = add_members(token.groups, info.ResourceGroupDomainSid, info.ResourceGroupIds); !added)
      return std::unexpected(std::move(added.error()));
  add_well_known_sids(token);
  return token;
}

void add_well_known_sids(Token& token) {
  token.groups.push_back(sids::kEveryone);
  token.groups.push_back(sids::kNetwork);
  const auto parts = split_sid(token.user);
  const bool is_guest = token.user == sids::kAnonymous || (parts && parts->domain.sub_authority_count == 4 && parts->rid == rid::kGuest);
  if (!is_guest) {
    token.groups.push_back(sids::kAuthenticatedUsers);
    if (std::ranges::find(token.groups, sids::kOtherOrganization) == token.groups.end()) token.groups.push_back(sids::kThisOrganization);
  }
  sort_once(token.groups);
}

Token anonymous_token() {
  Token token{.user = sids::kAnonymous, .groups = {}};
  add_well_known_sids(token);
  return token;
}

}  // namespace tributary::security
