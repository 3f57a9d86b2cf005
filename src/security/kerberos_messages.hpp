// SPDX-License-Identifier: Apache-2.0
// Details of the authentication exchange that the Kerberos library leaves to its caller: the error of a service (RFC 4120 section 5.9.1),
// and the NTSTATUS with which Active Directory says why it refused an account ([MS-KILE] 2.2.1, 2.2.2). Pure decoders of hostile input.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::security {

/// The error-code of a KRB-ERROR (RFC 4120 section 5.9.1) that a service sends instead of its answer: bare as in DCE style, in
/// the framing of RFC 4121 section 4.1, or either of them inside a NegTokenResp. nullopt when the token is none.
[[nodiscard]] std::optional<std::uint8_t> krb_error_code(ByteView token) noexcept;

/// The NTSTATUS in the e-data of a KRB-ERROR: a KERB-ERROR-DATA of type 3 that holds a KERB-EXT-ERROR, alone as [MS-KILE] has it or
/// as the element of a sequence (METHOD-DATA) as some KDCs send it.
[[nodiscard]] std::optional<std::uint32_t> kerb_ext_error_status(ByteView e_data) noexcept;

/// What such an NTSTATUS means to a caller of the Windows API, and what to do about it (a fragment without a period).
struct AccountRefusal {
  Win32 code{};
  std::string_view advice;
};
/// For the NTSTATUS values with which a KDC refuses an account ([MS-ERREF] 2.3); nullopt for any other.
[[nodiscard]] std::optional<AccountRefusal> account_refusal(std::uint32_t ntstatus) noexcept;

}  // namespace tributary::security
