// SPDX-License-Identifier: Apache-2.0
// The Win32 codes that Tributary speaks: constants for the ones the code names, and a table of every code
// of [MS-ERREF] 2.2 with its name; for those an administrator of replication meets, also a meaning, a likely cause and a remedy
// in our own words. Pure tables: no I/O.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

/// What `tributary showmsg` prints. `name` is always there; the other three are empty for codes outside our field.
struct Win32Info {
  Win32 code{};
  std::string_view name;     ///< "ERROR_DS_DRA_BAD_NC"
  std::string_view meaning;  ///< one sentence
  std::string_view cause;    ///< the likely cause, one sentence
  std::string_view remedy;   ///< what the administrator can do, one sentence
};

/// The entry of a code, or null for a code that [MS-ERREF] does not list.
[[nodiscard]] const Win32Info* find_win32(Win32 code) noexcept;
/// Looks a code up by its name, in any case, with or without "ERROR_"; null when there is none.
[[nodiscard]] const Win32Info* find_win32(std::string_view name) noexcept;
/// Every entry, ascending by code.
[[nodiscard]] std::span<const Win32Info> all_win32() noexcept;

/// "ERROR_DS_DRA_BAD_NC", or "0x000020F8" for an unknown code.
[[nodiscard]] std::string win32_name(Win32 code);
/// The whole sentence for a person: "ERROR_DS_DRA_BAD_NC (8440): <meaning> <remedy> [call: detail]".
[[nodiscard]] std::string describe_error(const Error& error);

namespace win32 {
inline constexpr Win32 kErrorSuccess{0};
inline constexpr Win32 kErrorFileNotFound{2};
inline constexpr Win32 kErrorAccessDenied{5};
inline constexpr Win32 kErrorInvalidHandle{6};
inline constexpr Win32 kErrorNotEnoughMemory{8};
inline constexpr Win32 kErrorInvalidData{13};
inline constexpr Win32 kErrorOutOfMemory{14};
inline constexpr Win32 kErrorNotSupported{50};
inline constexpr Win32 kErrorInvalidParameter{87};
inline constexpr Win32 kErrorInsufficientBuffer{122};
inline constexpr Win32 kErrorMoreData{234};
inline constexpr Win32 kErrorNoMoreItems{259};
inline constexpr Win32 kErrorInvalidFlags{1004};
inline constexpr Win32 kErrorCancelled{1223};
inline constexpr Win32 kErrorConnectionRefused{1225};
inline constexpr Win32 kErrorNotFound{1168};
inline constexpr Win32 kErrorNoSuchDomain{1355};
inline constexpr Win32 kErrorInternalError{1359};
inline constexpr Win32 kErrorTimeout{1460};
inline constexpr Win32 kErrorNoSuchLogonSession{1312};
inline constexpr Win32 kErrorInvalidAccountName{1315};
inline constexpr Win32 kErrorLogonFailure{1326};
inline constexpr Win32 kErrorAccountRestriction{1327};
inline constexpr Win32 kErrorInvalidLogonHours{1328};
inline constexpr Win32 kErrorInvalidWorkstation{1329};
inline constexpr Win32 kErrorPasswordExpired{1330};
inline constexpr Win32 kErrorAccountDisabled{1331};
inline constexpr Win32 kErrorWrongTargetName{1396};
inline constexpr Win32 kErrorMutualAuthFailed{1397};
inline constexpr Win32 kErrorAccountExpired{1793};
inline constexpr Win32 kErrorPasswordMustChange{1907};
inline constexpr Win32 kErrorAccountLockedOut{1909};
inline constexpr Win32 kErrorContextExpired{1931};
inline constexpr Win32 kErrorNoLogonServers{1311};
inline constexpr Win32 kErrorTimeSkew{1398};
inline constexpr Win32 kErrorNoUnicodeTranslation{1113};
inline constexpr Win32 kErrorRevisionMismatch{1306};
inline constexpr Win32 kErrorDsNoSuchObject{8240};
inline constexpr Win32 kErrorDsDraGeneric{8436};
inline constexpr Win32 kErrorDsDraInvalidParameter{8437};
inline constexpr Win32 kErrorDsDraBusy{8438};
inline constexpr Win32 kErrorDsDraBadDn{8439};
inline constexpr Win32 kErrorDsDraBadNc{8440};
inline constexpr Win32 kErrorDsDraInternalError{8442};
inline constexpr Win32 kErrorDsDraOutOfMem{8446};
inline constexpr Win32 kErrorDsDraNoReplica{8452};
inline constexpr Win32 kErrorDsDraAccessDenied{8453};
inline constexpr Win32 kErrorDsDraExtnConnectionFailed{8466};
inline constexpr Win32 kErrorDsDraShutdown{8463};
inline constexpr Win32 kErrorDsDraNotSupported{8454};
inline constexpr Win32 kErrorDsDraRpcCancelled{8455};
inline constexpr Win32 kRpcSInvalidBinding{1702};
inline constexpr Win32 kRpcSServerUnavailable{1722};
inline constexpr Win32 kRpcSServerTooBusy{1723};
inline constexpr Win32 kRpcSCallFailed{1726};
inline constexpr Win32 kRpcSCallFailedDne{1727};
inline constexpr Win32 kRpcSProtocolError{1728};
inline constexpr Win32 kRpcSUnsupportedTransSyn{1730};
inline constexpr Win32 kRpcSUnknownIf{1717};
inline constexpr Win32 kRpcSProcnumOutOfRange{1745};
inline constexpr Win32 kEptSNotRegistered{1753};
inline constexpr Win32 kRpcXBadStubData{1783};
inline constexpr Win32 kRpcSCallCancelled{1818};
inline constexpr Win32 kRpcSSecPkgError{1825};
}  // namespace win32
}  // namespace tributary
