// SPDX-License-Identifier: Apache-2.0
// Rights to change attributes ([MS-ADTS] 3.1.1.5.3.1 with its validated writes and FSMO changes, 6.1.3.5). Inside the write library.
#pragma once

#include "service/ldap/write.hpp"

namespace tributary::service::ldap_face {

/// Every change is the caller's to make. `changes` have been translated; nTSecurityDescriptor is judged by the parts that are written.
void check_modify_rights(const Write& write, const store::ObjectView& object, std::span<const repl::Modification> changes);

/// 3.1.1.5.3.1.1.2: what a computer may say that it is called. `account`: its sAMAccountName.
[[nodiscard]] bool is_own_host_name(const Write& write, std::string_view account, std::string_view host_name);

}  // namespace tributary::service::ldap_face
