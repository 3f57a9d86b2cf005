// SPDX-License-Identifier: Apache-2.0
// What a peer's refusal means: fault statuses (C706 appendix N, [MS-RPCE] 3.1.1.5.5 and 3.3.3.5.1) and bind_nak reasons
// ([MS-RPCE] 2.2.2.5) as Win32 codes. Pure tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "rpc/pdu.hpp"

namespace tributary::rpc {

/// The statuses that this side sends or tells apart by name.
namespace nca {
inline constexpr std::uint32_t kOpRangeError = 0x1C010002;
inline constexpr std::uint32_t kUnknownInterface = 0x1C010003;
inline constexpr std::uint32_t kProtocolError = 0x1C01000B;
inline constexpr std::uint32_t kServerTooBusy = 0x1C010014;
inline constexpr std::uint32_t kFaultCancel = 0x1C00000D;
inline constexpr std::uint32_t kFaultUnspecified = 0x1C000012;
inline constexpr std::uint32_t kContextMismatch = 0x1C00001A;
inline constexpr std::uint32_t kInvalidPresentationContext = 0x1C00001C;
inline constexpr std::uint32_t kUnsupportedAuthnLevel = 0x1C00001D;
/// Win32 codes that Windows and Samba put into faults as they are.
inline constexpr std::uint32_t kAccessDenied = 5;
inline constexpr std::uint32_t kBadStubData = 0x6F7;
inline constexpr std::uint32_t kSecPkgError = 0x721;
}  // namespace nca

/// The Win32 code of a fault status; a status that [MS-RPCE] does not map is the code itself, and one that no server
/// may send is kRpcSProtocolError.
[[nodiscard]] Win32 win32_from_fault(std::uint32_t status) noexcept;
/// "nca_s_fault_context_mismatch (0x1C00001A)", or the bare number.
[[nodiscard]] std::string fault_name(std::uint32_t status);
/// Whether this status says by itself that the operation never began.
[[nodiscard]] bool fault_precedes_execution(std::uint32_t status) noexcept;
/// [MS-RPCE] 3.3.3.5.1: statuses that a server must not send.
[[nodiscard]] bool is_forbidden_fault(std::uint32_t status) noexcept;

/// The error of a bind_nak: the phase tells a refused interface (kBind) from refused credentials (kAuthenticate).
[[nodiscard]] Error error_from_bind_nak(const BindNak& nak);

}  // namespace tributary::rpc
