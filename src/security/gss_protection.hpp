// SPDX-License-Identifier: Apache-2.0
// The protection of messages once a GSS context stands: the IOV forms for RPC fragments, wrap and unwrap for SASL.
// RFC 4121 section 4.2, [MS-KILE] 3.4.5.4 to 3.4.5.7. Private to this room. Must never know how the context came about.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "security/gss_raii.hpp"
#include "security/security_context.hpp"

namespace tributary::security::detail {

/// Functions over one established context; the arguments are those of SecurityContext.
[[nodiscard]] Result<std::size_t> token_size(gss_ctx_id_t context, AuthLevel level, std::size_t data_size);
[[nodiscard]] Result<> protect(gss_ctx_id_t context, AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                               std::span<std::uint8_t> token);
[[nodiscard]] Result<> unprotect(gss_ctx_id_t context, AuthLevel level, ByteView header, std::span<std::uint8_t> data,
                                 ByteView trailer, ByteView token);
[[nodiscard]] Result<Bytes> wrap(gss_ctx_id_t context, bool sealing, ByteView message);
[[nodiscard]] Result<Bytes> unwrap(gss_ctx_id_t context, bool sealing, ByteView token);

}  // namespace tributary::security::detail
