// SPDX-License-Identifier: Apache-2.0
// The bits of searchFlags ([MS-ADTS] 2.2.9), systemFlags (2.2.10) and schemaFlagsEx (2.2.11), and objectClassCategory (3.1.1.2.4.8).
// systemFlags stands on any object: what the lower bits mean depends on its class.
#pragma once

#include <cstdint>

namespace tributary::schema {

inline constexpr std::uint32_t kSearchIndexed = 0x00000001;             ///< fATTINDEX
inline constexpr std::uint32_t kSearchContainerIndexed = 0x00000002;    ///< fPDNTATTINDEX
inline constexpr std::uint32_t kSearchAnr = 0x00000004;                 ///< fANR
inline constexpr std::uint32_t kSearchPreserveOnDelete = 0x00000008;    ///< fPRESERVEONDELETE
inline constexpr std::uint32_t kSearchCopy = 0x00000010;                ///< fCOPY
inline constexpr std::uint32_t kSearchTupleIndexed = 0x00000020;        ///< fTUPLEINDEX
inline constexpr std::uint32_t kSearchSubtreeIndexed = 0x00000040;      ///< fSUBTREEATTINDEX
inline constexpr std::uint32_t kSearchConfidential = 0x00000080;        ///< fCONFIDENTIAL
inline constexpr std::uint32_t kSearchNeverValueAudit = 0x00000100;     ///< fNEVERVALUEAUDIT
inline constexpr std::uint32_t kSearchRodcFiltered = 0x00000200;        ///< fRODCFilteredAttribute
inline constexpr std::uint32_t kSearchExtendedLinkTracking = 0x00000400;  ///< fEXTENDEDLINKTRACKING
inline constexpr std::uint32_t kSearchBaseOnly = 0x00000800;            ///< fBASEONLY
inline constexpr std::uint32_t kSearchPartitionSecret = 0x00001000;     ///< fPARTITIONSECRET

// Of an attributeSchema (the last also of a classSchema).
inline constexpr std::uint32_t kSystemAttrNotReplicated = 0x00000001;        ///< FLAG_ATTR_NOT_REPLICATED
inline constexpr std::uint32_t kSystemAttrReqPartialSetMember = 0x00000002;  ///< FLAG_ATTR_REQ_PARTIAL_SET_MEMBER
inline constexpr std::uint32_t kSystemAttrIsConstructed = 0x00000004;        ///< FLAG_ATTR_IS_CONSTRUCTED
inline constexpr std::uint32_t kSystemAttrIsOperational = 0x00000008;        ///< FLAG_ATTR_IS_OPERATIONAL
inline constexpr std::uint32_t kSystemAttrIsRdn = 0x00000020;                ///< FLAG_ATTR_IS_RDN
inline constexpr std::uint32_t kSystemSchemaBaseObject = 0x00000010;         ///< FLAG_SCHEMA_BASE_OBJECT
// Of any object.
inline constexpr std::uint32_t kSystemDisallowMoveOnDelete = 0x02000000;     ///< FLAG_DISALLOW_MOVE_ON_DELETE
inline constexpr std::uint32_t kSystemDomainDisallowMove = 0x04000000;       ///< FLAG_DOMAIN_DISALLOW_MOVE
inline constexpr std::uint32_t kSystemDomainDisallowRename = 0x08000000;     ///< FLAG_DOMAIN_DISALLOW_RENAME
inline constexpr std::uint32_t kSystemConfigAllowLimitedMove = 0x10000000;   ///< FLAG_CONFIG_ALLOW_LIMITED_MOVE
inline constexpr std::uint32_t kSystemConfigAllowMove = 0x20000000;          ///< FLAG_CONFIG_ALLOW_MOVE
inline constexpr std::uint32_t kSystemConfigAllowRename = 0x40000000;        ///< FLAG_CONFIG_ALLOW_RENAME
inline constexpr std::uint32_t kSystemDisallowDelete = 0x80000000;           ///< FLAG_DISALLOW_DELETE

inline constexpr std::uint32_t kSchemaAttrIsCritical = 0x00000001;  ///< FLAG_ATTR_IS_CRITICAL

enum class ClassCategory : std::uint8_t { k88 = 0, kStructural = 1, kAbstract = 2, kAuxiliary = 3 };

}  // namespace tributary::schema
