// SPDX-License-Identifier: Apache-2.0
// The version of a request, read before anything else of it: behind the handle comes the switch of the message's union, in every operation
// but IDL_DRSBind and IDL_DRSUnbind. [MS-DRSR] 4.1.3.1. Pure.
#pragma once

#include <algorithm>
#include <bit>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/win32.hpp"
#include "drsuapi/operations.hpp"

namespace tributary::service {

inline constexpr std::size_t kHandleOctets = 20;

/// Every version of the message in the IDL; empty for a request without one.
template <class In>
[[nodiscard]] constexpr std::span<const std::uint32_t> versions_of() {
  if constexpr (requires(In in) { in.msgIn; })
    return decltype(In::msgIn)::tags();
  else if constexpr (requires(In in) { in.msgSync; })
    return decltype(In::msgSync)::tags();
  else if constexpr (requires(In in) { in.msgUpdRefs; })
    return decltype(In::msgUpdRefs)::tags();
  else if constexpr (requires(In in) { in.msgAdd; })
    return decltype(In::msgAdd)::tags();
  else if constexpr (requires(In in) { in.msgDel; })
    return decltype(In::msgDel)::tags();
  else if constexpr (requires(In in) { in.msgMod; })
    return decltype(In::msgMod)::tags();
  else if constexpr (requires(In in) { in.msgVerify; })
    return decltype(In::msgVerify)::tags();
  else
    return {};
}

/// What the section returns for a version that is none; those that say nothing (4.1.1.3, 4.1.2.3, 4.1.20.2, 4.1.22.2) as their neighbours do.
[[nodiscard]] constexpr Win32 wrong_version_code(std::uint16_t opnum) noexcept {
  switch (opnum) {
    case drsuapi::IDL_DRSGetNCChanges::opnum:
    case drsuapi::IDL_DRSGetReplInfo::opnum: return win32::kErrorRevisionMismatch;
    case drsuapi::IDL_DRSCrackNames::opnum:
    case drsuapi::IDL_DRSWriteSPN::opnum:
    case drsuapi::IDL_DRSRemoveDsServer::opnum:
    case drsuapi::IDL_DRSRemoveDsDomain::opnum:
    case drsuapi::IDL_DRSDomainControllerInfo::opnum:
    case drsuapi::IDL_DRSAddSidHistory::opnum:
    case drsuapi::IDL_DRSInitDemotion::opnum:
    case drsuapi::IDL_DRSReplicaDemotion::opnum:
    case drsuapi::IDL_DRSFinishDemotion::opnum:
    case drsuapi::IDL_DRSWriteNgcKey::opnum:
    case drsuapi::IDL_DRSReadNgcKey::opnum: return win32::kErrorInvalidParameter;
    default: return win32::kErrorDsDraInvalidParameter;
  }
}

/// A number of a stub in the sender's byte order; nothing when the stub ends before it.
[[nodiscard]] inline std::optional<std::uint32_t> u32_at(ByteView stub, std::size_t offset, std::endian order) {
  if (stub.size() < offset + 4) return std::nullopt;
  const auto value = load_le<std::uint32_t>(stub.data() + offset);
  return order == std::endian::little ? value : std::byteswap(value);
}

/// True as well for what ends before the version: that is a matter of decoding.
template <class Op>
[[nodiscard]] bool is_known_version(ByteView stub, std::endian order) {
  const auto versions = versions_of<typename Op::In>();
  const auto version = versions.empty() ? std::nullopt : u32_at(stub, kHandleOctets, order);
  return !version || std::ranges::find(versions, *version) != versions.end();
}

}  // namespace tributary::service
