// SPDX-License-Identifier: Apache-2.0
// KERB_VALIDATION_INFO ([MS-PAC] 2.5): who a ticket's client is and in which groups, as KDCs of Active Directory and Samba say it; and the
// token that follows from it. The octets are those of GssContext::pac_logon_info(): type serialization version 1 ([MS-RPCE] 2.2.6).
// Whether the PAC is genuine was judged before. Knows no directory: groups of the server's own domain are added elsewhere.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/sid.hpp"
#include "ndr/ndr.hpp"
#include "security/access/token.hpp"

namespace tributary::security {

using ndr::Seq;
using ndr::Unique;
using ndr::WString;

/// [MS-DTYP] 2.4.2.3. Its count has one octet, which no verb of the walkers has: so it is a member here.
struct RPC_SID {
  std::uint8_t Revision = 1;
  std::uint8_t SubAuthorityCount = 0;
  std::array<std::uint8_t, 6> IdentifierAuthority{};
  Seq<std::uint32_t> SubAuthority;
  friend bool operator==(const RPC_SID&, const RPC_SID&) = default;
};
template <class W>
constexpr void describe(W& w, RPC_SID& v) {
  w.scalar("Revision", v.Revision);
  w.scalar("SubAuthorityCount", v.SubAuthorityCount);
  w.fixed("IdentifierAuthority", v.IdentifierAuthority);
  if constexpr (std::same_as<W, ndr::Reader>) {  // a count above 15 stays different from the size, by which it is found
    const std::size_t size = std::min<std::size_t>(v.SubAuthorityCount, kSidSubAuthoritiesMax);
    if (v.SubAuthority.size() != size) v.SubAuthority.resize(size);
  }
  w.conformant_array("SubAuthority", v.SubAuthority);
}

/// FILETIME ([MS-DTYP] 2.3.3): two DWORDs, so that it is aligned to four octets.
struct FILETIME {
  std::uint32_t dwLowDateTime = 0, dwHighDateTime = 0;
  friend constexpr bool operator==(const FILETIME&, const FILETIME&) = default;
};
template <class W>
constexpr void describe(W& w, FILETIME& v) {
  w.scalar("dwLowDateTime", v.dwLowDateTime);
  w.scalar("dwHighDateTime", v.dwHighDateTime);
}

/// [MS-PAC] 2.2.2
struct GROUP_MEMBERSHIP {
  std::uint32_t RelativeId = 0;
  std::uint32_t Attributes = 0;  ///< kSeGroup...
  friend constexpr bool operator==(const GROUP_MEMBERSHIP&, const GROUP_MEMBERSHIP&) = default;
};
template <class W>
constexpr void describe(W& w, GROUP_MEMBERSHIP& v) {
  w.scalar("RelativeId", v.RelativeId);
  w.scalar("Attributes", v.Attributes);
}

/// [MS-PAC] 2.2.1
struct KERB_SID_AND_ATTRIBUTES {
  Unique<RPC_SID> Sid;
  std::uint32_t Attributes = 0;
  friend bool operator==(const KERB_SID_AND_ATTRIBUTES&, const KERB_SID_AND_ATTRIBUTES&) = default;
};
template <class W>
constexpr void describe(W& w, KERB_SID_AND_ATTRIBUTES& v) {
  w.unique("Sid", v.Sid);
  w.scalar("Attributes", v.Attributes);
}

inline constexpr std::uint32_t kSeGroupMandatory = 0x1;
inline constexpr std::uint32_t kSeGroupEnabledByDefault = 0x2;
inline constexpr std::uint32_t kSeGroupEnabled = 0x4;
inline constexpr std::uint32_t kSeGroupUsual = kSeGroupMandatory | kSeGroupEnabledByDefault | kSeGroupEnabled;

// UserFlags: which of the optional groups are there.
inline constexpr std::uint32_t kLogonExtraSids = 0x0020;
inline constexpr std::uint32_t kLogonResourceGroups = 0x0200;

struct KERB_VALIDATION_INFO {
  FILETIME LogonTime, LogoffTime, KickOffTime, PasswordLastSet, PasswordCanChange, PasswordMustChange;
  WString EffectiveName, FullName, LogonScript, ProfilePath, HomeDirectory, HomeDirectoryDrive;
  std::uint16_t LogonCount = 0;
  std::uint16_t BadPasswordCount = 0;
  std::uint32_t UserId = 0;
  std::uint32_t PrimaryGroupId = 0;
  Seq<GROUP_MEMBERSHIP> GroupIds;
  std::uint32_t UserFlags = 0;
  std::array<std::uint8_t, 16> UserSessionKey{};
  WString LogonServer, LogonDomainName;
  Unique<RPC_SID> LogonDomainId;
  std::array<std::uint32_t, 2> Reserved1{};
  std::uint32_t UserAccountControl = 0;
  std::uint32_t SubAuthStatus = 0;
  FILETIME LastSuccessfulILogon, LastFailedILogon;
  std::uint32_t FailedILogonCount = 0;
  std::uint32_t Reserved3 = 0;
  Seq<KERB_SID_AND_ATTRIBUTES> ExtraSids;
  Unique<RPC_SID> ResourceGroupDomainSid;
  Seq<GROUP_MEMBERSHIP> ResourceGroupIds;
  friend bool operator==(const KERB_VALIDATION_INFO&, const KERB_VALIDATION_INFO&) = default;
};
template <class W>
constexpr void describe(W& w, KERB_VALIDATION_INFO& v) {
  w.nested("LogonTime", v.LogonTime);
  w.nested("LogoffTime", v.LogoffTime);
  w.nested("KickOffTime", v.KickOffTime);
  w.nested("PasswordLastSet", v.PasswordLastSet);
  w.nested("PasswordCanChange", v.PasswordCanChange);
  w.nested("PasswordMustChange", v.PasswordMustChange);
  w.counted_string("EffectiveName", v.EffectiveName);
  w.counted_string("FullName", v.FullName);
  w.counted_string("LogonScript", v.LogonScript);
  w.counted_string("ProfilePath", v.ProfilePath);
  w.counted_string("HomeDirectory", v.HomeDirectory);
  w.counted_string("HomeDirectoryDrive", v.HomeDirectoryDrive);
  w.scalar("LogonCount", v.LogonCount);
  w.scalar("BadPasswordCount", v.BadPasswordCount);
  w.scalar("UserId", v.UserId);
  w.scalar("PrimaryGroupId", v.PrimaryGroupId);
  w.count("GroupCount", v.GroupIds);
  w.unique_array("GroupIds", v.GroupIds);
  w.scalar("UserFlags", v.UserFlags);
  w.fixed("UserSessionKey", v.UserSessionKey);
  w.counted_string("LogonServer", v.LogonServer);
  w.counted_string("LogonDomainName", v.LogonDomainName);
  w.unique("LogonDomainId", v.LogonDomainId);
  w.fixed("Reserved1", v.Reserved1);
  w.scalar("UserAccountControl", v.UserAccountControl);
  w.scalar("SubAuthStatus", v.SubAuthStatus);
  w.nested("LastSuccessfulILogon", v.LastSuccessfulILogon);
  w.nested("LastFailedILogon", v.LastFailedILogon);
  w.scalar("FailedILogonCount", v.FailedILogonCount);
  w.scalar("Reserved3", v.Reserved3);
  w.count("SidCount", v.ExtraSids);
  w.unique_array("ExtraSids", v.ExtraSids);
  w.unique("ResourceGroupDomainSid", v.ResourceGroupDomainSid);
  w.count("ResourceGroupCount", v.ResourceGroupIds);
  w.unique_array("ResourceGroupIds", v.ResourceGroupIds);
}

[[nodiscard]] RPC_SID to_rpc_sid(const Sid& sid);
/// kErrorInvalidData for what cannot be a SID.
[[nodiscard]] Result<Sid> from_rpc_sid(const RPC_SID& sid);

/// kErrorInvalidData with what is wrong: a header of another version or byte order, a length that is not there, a stub that is none.
[[nodiscard]] Result<KERB_VALIDATION_INFO> decode_validation_info(ByteView octets);
[[nodiscard]] Bytes encode_validation_info(const KERB_VALIDATION_INFO& info);

/// A user has at most so many SIDs: Windows' own limit on tokens.
inline constexpr std::size_t kTokenSidsMax = 1'024;
/// ERROR_TOO_MANY_CONTEXT_IDS ([MS-ERREF] 2.2): what logons with more get.
inline constexpr Win32 kErrorTooManyContextIds{1384};

/// The user (UserId below LogonDomainId, or the first extra SID when UserId is 0), GroupIds below LogonDomainId, ExtraSids and resource
/// groups when UserFlags say that they are there, and everybody's SIDs (add_well_known_sids). A group that is not enabled does not count.
[[nodiscard]] Result<Token> token_of_validation_info(const KERB_VALIDATION_INFO& info);

/// Everyone, Network, and unless the user is a guest Authenticated Users and This Organization (not beside Other Organization); then sorts.
void add_well_known_sids(Token& token);
/// Who has not said who he is: S-1-5-7 with Everyone and Network.
[[nodiscard]] Token anonymous_token();

}  // namespace tributary::security
