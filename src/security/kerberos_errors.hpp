// SPDX-License-Identifier: Apache-2.0
// What a failure of the Kerberos library means to a caller of the Windows API: a Win32 code and what to do about it.
// RFC 4120 section 7.5.9 numbers the protocol's errors, [MS-ERREF] 2.2 the Win32 codes. The table is in the .cpp; the reasons are in
// docs/decisions/0020. Private to this room.
#pragma once

#include <gssapi/gssapi.h>
#include <krb5/krb5.h>

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary::security {

/// The Win32 code of a krb5 code; kRpcSSecPkgError for one that has no counterpart.
[[nodiscard]] Win32 win32_of_krb5(krb5_error_code code) noexcept;
/// What the reader can do, a fragment without a period; empty when there is nothing better than the library's own text.
[[nodiscard]] std::string_view advice_of_krb5(krb5_error_code code) noexcept;

/// "<doing>: <the library's message>; <advice>" with the code and Phase::kAuthenticate. `context` may be null.
[[nodiscard]] Error krb5_failure(krb5_context context, krb5_error_code code, std::string_view doing);
/// The same for a GSSAPI failure of the mechanism `mech`.
[[nodiscard]] Error gss_failure(OM_uint32 major, OM_uint32 minor, gss_OID mech, std::string_view doing);

}  // namespace tributary::security
