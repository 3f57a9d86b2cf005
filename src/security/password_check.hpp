// SPDX-License-Identifier: Apache-2.0
// Whether a password is an account's, asked of the KDC (RFC 4120 section 3.1): a ticket is asked for with it, and the KDC is made to prove
// with one of our own keys that it is the KDC, so that nobody who answers in its place can let anybody in.
#pragma once

#include <string>

#include "base/error.hpp"
#include "security/secret.hpp"

namespace tributary::security {

/// `principal`: "ann@LAB.EXAMPLE"; `keytab` as for load_acceptor_keys. Blocks for as long as the KDC takes. Errors as acquire() has them for a
/// password: kErrorLogonFailure, kErrorPasswordExpired, kErrorAccountDisabled, kErrorNoLogonServers ...
[[nodiscard]] Result<void> check_password(const std::string& principal, const Secret& password, const std::string& keytab);

}  // namespace tributary::security
