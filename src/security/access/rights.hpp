// SPDX-License-Identifier: Apache-2.0
// The access rights of directory objects ([MS-ADTS] 5.1.3.2, [MS-DTYP] 2.4.3), what the generic ones stand for there, and the names that
// ACEs give to rights that have no bit: validated writes ([MS-ADTS] 5.1.3.2.2).
// Values only.
#pragma once

#include <cstdint>

#include "base/guid.hpp"

namespace tributary::security {

inline constexpr std::uint32_t kRightDsCreateChild = 0x0000'0001;
inline constexpr std::uint32_t kRightDsDeleteChild = 0x0000'0002;
inline constexpr std::uint32_t kRightDsListContents = 0x0000'0004;
inline constexpr std::uint32_t kRightDsWritePropertyExtended = 0x0000'0008;  ///< validated writes
inline constexpr std::uint32_t kRightDsReadProperty = 0x0000'0010;
inline constexpr std::uint32_t kRightDsWriteProperty = 0x0000'0020;
inline constexpr std::uint32_t kRightDsDeleteTree = 0x0000'0040;
inline constexpr std::uint32_t kRightDsListObject = 0x0000'0080;
inline constexpr std::uint32_t kRightDsControlAccess = 0x0000'0100;
inline constexpr std::uint32_t kRightDelete = 0x0001'0000;
inline constexpr std::uint32_t kRightReadControl = 0x0002'0000;
inline constexpr std::uint32_t kRightWriteDac = 0x0004'0000;
inline constexpr std::uint32_t kRightWriteOwner = 0x0008'0000;
inline constexpr std::uint32_t kAccessSystemSecurity = 0x0100'0000;  ///< the SACL; no ACE of a DACL gives it
inline constexpr std::uint32_t kGenericAll = 0x1000'0000;
inline constexpr std::uint32_t kGenericExecute = 0x2000'0000;
inline constexpr std::uint32_t kGenericWrite = 0x4000'0000;
inline constexpr std::uint32_t kGenericRead = 0x8000'0000;

inline constexpr std::uint32_t kDsGenericRead = kRightReadControl | kRightDsListContents | kRightDsReadProperty | kRightDsListObject;
inline constexpr std::uint32_t kDsGenericWrite = kRightReadControl | kRightDsWriteProperty | kRightDsWritePropertyExtended;
inline constexpr std::uint32_t kDsGenericExecute = kRightReadControl | kRightDsListContents;
/// Every right there is on an object.
inline constexpr std::uint32_t kDsGenericAll = kRightDelete | kRightReadControl | kRightWriteDac | kRightWriteOwner | kRightDsCreateChild |
                                               kRightDsDeleteChild | kRightDsDeleteTree | kRightDsReadProperty | kRightDsWriteProperty |
                                               kRightDsListContents | kRightDsListObject | kRightDsControlAccess |
                                               kRightDsWritePropertyExtended;

/// The mask with each generic bit replaced by the rights it stands for.
[[nodiscard]] constexpr std::uint32_t map_generic_rights(std::uint32_t mask) noexcept {
  std::uint32_t mapped = mask & ~(kGenericRead | kGenericWrite | kGenericExecute | kGenericAll);
  if ((mask & kGenericRead) != 0) mapped |= kDsGenericRead;
  if ((mask & kGenericWrite) != 0) mapped |= kDsGenericWrite;
  if ((mask & kGenericExecute) != 0) mapped |= kDsGenericExecute;
  if ((mask & kGenericAll) != 0) mapped |= kDsGenericAll;
  return mapped;
}

/// Validated writes: the schemaIDGUID of the attribute that the write is about.
namespace validated_write {
inline constexpr Guid kSelfMembership = "bf9679c0-0de6-11d0-a285-00aa003049e2"_guid;
inline constexpr Guid kDnsHostName = "72e39547-7b18-11d1-adef-00c04fd8d5cd"_guid;
inline constexpr Guid kAdditionalDnsHostName = "80863791-dbe9-4eb8-837e-7f0ab55d9ac7"_guid;
inline constexpr Guid kBehaviorVersion = "d31a8757-2447-4545-8081-3bb610cacbf2"_guid;
inline constexpr Guid kSpn = "f3a64788-5306-11d1-a9c5-0000f80367c1"_guid;
}  // namespace validated_write

}  // namespace tributary::security
