// SPDX-License-Identifier: Apache-2.0
// Credentials as C programs hand them over: SEC_WINNT_AUTH_IDENTITY in either width, and the block that
// DsMakePasswordCredentials makes. Passwords are wiped wherever they pass.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "security/credentials.hpp"
#include "tributary/wintypes.h"

namespace tributary::ntdsapi {

/// What a RPC_AUTH_IDENTITY_HANDLE says, in UTF-8.
struct Identity {
  std::string user;
  std::string domain;
  security::Secret password;
};

/// Null is nullopt: the caller's own tickets. kErrorInvalidParameter when Flags name no width, or a text is null but not empty;
/// kErrorAccessDenied for the anonymous identity; kErrorNoUnicodeTranslation.
[[nodiscard]] Result<std::optional<Identity>> read_identity(RPC_AUTH_IDENTITY_HANDLE handle);

/// The tickets to ask for. `dns_domain` completes an account whose domain is a NetBIOS name or missing.
[[nodiscard]] security::Credentials to_credentials(std::optional<Identity> identity, std::string_view dns_domain);

/// One block in the layout of SEC_WINNT_AUTH_IDENTITY_W, for free_identity(). Throws std::bad_alloc.
[[nodiscard]] RPC_AUTH_IDENTITY_HANDLE make_identity(std::u16string_view user, std::u16string_view domain, std::u16string_view password);
void free_identity(RPC_AUTH_IDENTITY_HANDLE handle) noexcept;

}  // namespace tributary::ntdsapi
