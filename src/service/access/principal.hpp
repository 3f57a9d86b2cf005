// SPDX-License-Identifier: Apache-2.0
// The name of a Kerberos principal taken apart (RFC 1964 section 2.1.1). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::service {

inline constexpr std::size_t kPrincipalOctetsMax = 4'096;  ///< a userPrincipalName has at most 1,024 characters ([MS-ADA3])

/// "host/dsa-a.lab.example@LAB.EXAMPLE"; with '\' before a '@' or '/' that is part of a name ("ann\@corp@LAB.EXAMPLE").
struct Principal {
  std::vector<std::string> components;  ///< never empty, nor is one of them
  std::string realm;                    ///< never empty
  friend bool operator==(const Principal&, const Principal&) = default;
};

/// kErrorInvalidParameter for a name without a realm, with an empty part or a control character, or too long.
[[nodiscard]] Result<Principal> parse_principal(std::string_view text);

}  // namespace tributary::service
