// SPDX-License-Identifier: Apache-2.0
// The Attids of attributes and classes that replication and updates speak of by name. Their OIDs lie under prefixes of the default
// prefix table ([MS-DRSR] 5.16.4, NewPrefixTable), so the numbers are the same in every local table; a test holds them against the
// embedded schema. Those that make up schema objects are schema_rows.hpp's. What an attribute is like (syntax, flags) is only in the schema.
#pragma once

#include "schema/schema_rows.hpp"

namespace tributary::repl {

using drsuapi::Attid;

namespace attid {
using schema::attid::kObjectClass;
using schema::attid::kCn;
inline constexpr Attid kL{0x00007};
inline constexpr Attid kO{0x0000A};
inline constexpr Attid kOu{0x0000B};
inline constexpr Attid kDc{0x150019};
inline constexpr Attid kDescription{0x0000D};
inline constexpr Attid kInstanceType{0x20001};
inline constexpr Attid kWhenCreated{0x20002};
inline constexpr Attid kWhenChanged{0x20003};
inline constexpr Attid kUsnCreated{0x20013};
inline constexpr Attid kUsnChanged{0x20078};
inline constexpr Attid kSubRefs{0x20007};
inline constexpr Attid kNcName{0x20010};
inline constexpr Attid kIsDeleted{0x20030};
inline constexpr Attid kIsRecycled{0x9080A};
inline constexpr Attid kName{0x90001};
inline constexpr Attid kObjectGuid{0x90002};
inline constexpr Attid kObjectSid{0x90092};
inline constexpr Attid kNtSecurityDescriptor{0x20119};
using schema::attid::kSystemFlags;
inline constexpr Attid kIsCriticalSystemObject{0x90364};
inline constexpr Attid kObjectCategory{0x9030E};
inline constexpr Attid kDistinguishedName{0x00031};
inline constexpr Attid kLastKnownParent{0x9030D};
inline constexpr Attid kMsDsLastKnownRdn{0x90813};
inline constexpr Attid kWellKnownObjects{0x9026A};
inline constexpr Attid kOtherWellKnownObjects{0x9054F};
inline constexpr Attid kSamAccountName{0x900DD};
inline constexpr Attid kSamAccountType{0x9012E};
inline constexpr Attid kUserAccountControl{0x90008};
inline constexpr Attid kPwdLastSet{0x90060};
inline constexpr Attid kLockoutTime{0x90296};
inline constexpr Attid kUserPrincipalName{0x90290};
inline constexpr Attid kServicePrincipalName{0x90303};
inline constexpr Attid kGroupType{0x902EE};
inline constexpr Attid kMember{0x0001F};
inline constexpr Attid kMemberOf{0x20066};
using schema::attid::kShowInAdvancedViewOnly;
inline constexpr Attid kReplPropertyMetaData{0x90003};
inline constexpr Attid kUsnLastObjRem{0x20079};
inline constexpr Attid kUsnDsaLastObjRemoved{0x2010B};
inline constexpr Attid kProxiedObjectName{0x904E1};
inline constexpr Attid kHasMasterNcs{0x2000E};
inline constexpr Attid kFsmoRoleOwner{0x90171};
inline constexpr Attid kRidSetReferences{0x9029D};
inline constexpr Attid kServerReference{0x90203};
using schema::attid::kAttributeId;
using schema::attid::kGovernsId;
using schema::attid::kMsDsIntId;
using schema::attid::kSchemaIdGuid;
inline constexpr Attid kSchemaInfo{0x9054E};
inline constexpr Attid kPrefixMap{0x9021A};
using schema::attid::kLdapDisplayName;
using schema::attid::kSubClassOf;
using schema::attid::kDefaultObjectCategory;
using schema::attid::kIsDefunct;
}  // namespace attid

namespace class_id {
inline constexpr Attid kTop = schema::kClassTop;
inline constexpr Attid kContainer{0x30017};
inline constexpr Attid kOrganizationalUnit{0x10005};
inline constexpr Attid kDomainDns{0xA0043};
inline constexpr Attid kConfiguration{0xA000C};
inline constexpr Attid kDmd{0x30009};
inline constexpr Attid kLostAndFound{0xA008B};
inline constexpr Attid kCrossRef{0x3000B};
inline constexpr Attid kNtdsDsa{0x17002F};
inline constexpr Attid kNtdsDsaRo{0xA00FE};
inline constexpr Attid kServer{0xA0011};
inline constexpr Attid kServersContainer{0x170030};
inline constexpr Attid kSite{0xA001F};
inline constexpr Attid kSiteLink{0xA0093};
inline constexpr Attid kSiteLinkBridge{0xA0094};
inline constexpr Attid kNtdsConnection{0xA0047};
inline constexpr Attid kSubnetContainer{0xA005F};
inline constexpr Attid kSitesContainer{0xA006B};
inline constexpr Attid kInterSiteTransportContainer{0xA008C};
inline constexpr Attid kSecret{0xA001C};
inline constexpr Attid kTrustedDomain{0xA0022};
inline constexpr Attid kRidManager{0xA0053};
inline constexpr Attid kInfrastructureUpdate{0xA00AF};
inline constexpr Attid kMsDsQuotaContainer{0xA00F2};
inline constexpr Attid kAttributeSchema = schema::kClassAttributeSchema;
inline constexpr Attid kClassSchema = schema::kClassClassSchema;
inline constexpr Attid kUser{0xA0009};
inline constexpr Attid kGroup{0xA0008};
inline constexpr Attid kComputer{0x3001E};
}  // namespace class_id

}  // namespace tributary::repl
