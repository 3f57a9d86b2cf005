// SPDX-License-Identifier: Apache-2.0
// The security layer of a SASL bind under libldap: every message leaves as a wrapped token behind four octets of length
// (RFC 4422 section 3.7). Private to this room.
#pragma once

#include <lber.h>

#include <memory>

#include "security/gss_context.hpp"

namespace tributary::ldap {

/// The largest wrapped token that is accepted: AD's and Samba's buffers are far below.
inline constexpr std::size_t kSaslBufferMax = std::size_t{16} << 20;
/// How much plaintext one of our own tokens carries.
inline constexpr std::size_t kSaslPlainMax = 64 * 1024;

/// Puts the layer over the connection of `sockbuf`, which owns it from then on. False when libldap refuses.
[[nodiscard]] bool install_sasl_layer(Sockbuf* sockbuf, std::shared_ptr<security::GssContext> context);

}  // namespace tributary::ldap
