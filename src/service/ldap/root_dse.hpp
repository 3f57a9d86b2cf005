// SPDX-License-Identifier: Apache-2.0
// What parts of the face say of a caller alike: 3.1.1.3.2.38 of [MS-ADTS], and RFC 4532.
#pragma once

#include <string>

#include "service/directory/reader.hpp"

namespace tributary::service::ldap_face {

/// "LAB\administrator"; the SID when no account here has it. May refuse (service/directory/refusal.hpp).
[[nodiscard]] std::string nt4_name_of(Dsa& dsa, const directory::Reader& reader, const Sid& sid);

/// 3.1.1.3.2.11: no replica is still on its first way here. May refuse.
[[nodiscard]] bool is_synchronized(const directory::Reader& reader);

}  // namespace tributary::service::ldap_face
