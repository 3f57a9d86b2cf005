// SPDX-License-Identifier: Apache-2.0
// Numbers that only the directory operations speak of: attributes and classes beyond repl/objects/attids.hpp, bits of their values, and
// the Win32 codes of [MS-DRSR] 4.1.1, 4.1.2, 4.1.5, 4.1.11, 4.1.15 and 4.1.21 that base/win32.hpp does not name ([MS-ERREF] 2.2).
// Values only; a test holds the attributes against the embedded schema.
#pragma once

#include "base/error.hpp"
#include "base/guid.hpp"
#include "repl/objects/attids.hpp"

namespace tributary::service::directory {

using repl::Attid;

namespace attid {
using namespace repl::attid;
inline constexpr Attid kDisplayName{0x2000D};
inline constexpr Attid kInvocationId{0x20073};
inline constexpr Attid kCost{0x20087};
inline constexpr Attid kDnsRoot{0x9001C};
inline constexpr Attid kLockoutDuration{0x9003C};
inline constexpr Attid kMaxPwdAge{0x9004A};
inline constexpr Attid kNetbiosName{0x90057};
inline constexpr Attid kUnicodePwd{0x9005A};
inline constexpr Attid kPrimaryGroupId{0x90062};
inline constexpr Attid kSecurityIdentifier{0x90079};
inline constexpr Attid kTrustPartner{0x90085};
inline constexpr Attid kOptions{0x90133};
inline constexpr Attid kRightsGuid{0x90154};
inline constexpr Attid kNtMixedDomain{0x90165};
inline constexpr Attid kRidManagerReference{0x90170};
inline constexpr Attid kTrustAttributes{0x901D6};
inline constexpr Attid kTrustParent{0x901D7};
inline constexpr Attid kServerReferenceBl{0x90204};
inline constexpr Attid kEnabled{0x2022D};
inline constexpr Attid kSidHistory{0x90261};
inline constexpr Attid kDnsHostName{0x9026B};
inline constexpr Attid kRootTrust{0x902A2};
inline constexpr Attid kSiteList{0x90335};
inline constexpr Attid kSiteLinkList{0x90336};
inline constexpr Attid kAltSecurityIdentities{0x90363};
inline constexpr Attid kSpnMappings{0x90543};
inline constexpr Attid kValidAccesses{0x9054C};
inline constexpr Attid kMsDsBehaviorVersion{0x905B3};
inline constexpr Attid kMsDsTrustForestTrustInfo{0x906A6};
inline constexpr Attid kMsDsAdditionalDnsHostName{0x906B5};
inline constexpr Attid kMsDsAdditionalSamAccountName{0x906B6};
inline constexpr Attid kMsDsHasMasterNcs{0x9072C};
inline constexpr Attid kMsDsKrbTgtLink{0x90783};
inline constexpr Attid kMsDsRevealedUsers{0x90784};
inline constexpr Attid kMsDsNeverRevealGroup{0x90786};
inline constexpr Attid kMsDsRevealOnDemandGroup{0x90788};
inline constexpr Attid kMsDsAuthenticatedAtDc{0x907A6};
inline constexpr Attid kMsDsKeyCredentialLink{0x90918};
}  // namespace attid

namespace class_id {
using namespace repl::class_id;
inline constexpr Attid kForeignSecurityPrincipal{0xA004C};
}  // namespace class_id

// userAccountControl, [MS-ADTS] 2.2.16.
inline constexpr std::uint32_t kUfAccountDisable = 0x00000002;
inline constexpr std::uint32_t kUfTempDuplicateAccount = 0x00000100;
inline constexpr std::uint32_t kUfNormalAccount = 0x00000200;
inline constexpr std::uint32_t kUfInterdomainTrustAccount = 0x00000800;
inline constexpr std::uint32_t kUfWorkstationTrustAccount = 0x00001000;
inline constexpr std::uint32_t kUfServerTrustAccount = 0x00002000;
inline constexpr std::uint32_t kUfDontExpirePasswd = 0x00010000;
inline constexpr std::uint32_t kUfSmartcardRequired = 0x00040000;
inline constexpr std::uint32_t kUfPartialSecretsAccount = 0x04000000;

// groupType, [MS-DRSR] 5.86.
inline constexpr std::uint32_t kGroupTypeAccount = 0x00000002;
inline constexpr std::uint32_t kGroupTypeResource = 0x00000004;
inline constexpr std::uint32_t kGroupTypeUniversal = 0x00000008;
inline constexpr std::uint32_t kGroupTypeAppBasic = 0x00000010;
inline constexpr std::uint32_t kGroupTypeAppQuery = 0x00000020;
inline constexpr std::uint32_t kGroupTypeSecurityEnabled = 0x80000000;

// sAMAccountType, [MS-SAMR] 2.2.1.9 as [MS-DRSR] 4.1.4.1.8 refers to it.
inline constexpr std::uint32_t kSamGroupObject = 0x10000000;
inline constexpr std::uint32_t kSamNonSecurityGroupObject = 0x10000001;
inline constexpr std::uint32_t kSamAliasObject = 0x20000000;
inline constexpr std::uint32_t kSamNonSecurityAliasObject = 0x20000001;
inline constexpr std::uint32_t kSamUserObject = 0x30000000;
inline constexpr std::uint32_t kSamMachineAccount = 0x30000001;
inline constexpr std::uint32_t kSamTrustAccount = 0x30000002;

// The attributes of a group in a token, 4.1.8.1.6.
inline constexpr std::uint32_t kSeGroupMandatory = 0x1;
inline constexpr std::uint32_t kSeGroupEnabledByDefault = 0x2;
inline constexpr std::uint32_t kSeGroupEnabled = 0x4;

inline constexpr std::uint32_t kBehaviorWin2008 = 3;  ///< [MS-ADTS] 6.1.4.2
inline constexpr std::uint32_t kTrustAttributeForestTransitive = 0x00000008;  ///< [MS-ADTS] 6.1.6.7.9
inline constexpr std::uint32_t kNtdsTransportOptBridgesRequired = 0x00000002;  ///< [MS-ADTS] 6.1.1.2.2.3.1

// Control access rights, [MS-ADTS] 5.1.3.2.1.
inline constexpr Guid kMigrateSidHistory = "ba33815a-4f93-4c76-87f3-57574bff8109"_guid;
inline constexpr Guid kCloneDomainController = "3e0f7e18-2c7a-4c10-ba82-4d926db99a3e"_guid;

namespace code {
inline constexpr Win32 kErrorDupDomainname{1221};
inline constexpr Win32 kErrorInvalidDomainRole{1354};
inline constexpr Win32 kErrorDsMasterdsaRequired{8314};
inline constexpr Win32 kErrorDsCodeInconsistency{8408};
inline constexpr Win32 kErrorDsMissingExpectedAtt{8411};
inline constexpr Win32 kErrorDsDstNcMismatch{8486};
inline constexpr Win32 kErrorDsSrcGuidMismatch{8488};
inline constexpr Win32 kErrorDsEpochMismatch{8483};
inline constexpr Win32 kErrorDsIllegalXdomMoveOperation{8492};
inline constexpr Win32 kErrorDsDstDomainNotNative{8496};
inline constexpr Win32 kErrorDsSourceDomainInForest{8534};
inline constexpr Win32 kErrorDsDestinationDomainNotInForest{8535};
inline constexpr Win32 kErrorDsDestinationAuditingNotEnabled{8536};
inline constexpr Win32 kErrorDsCantFindDcForSrcDomain{8537};
inline constexpr Win32 kErrorDsIncompatibleVersion{8567};
}  // namespace code

}  // namespace tributary::service::directory
