// SPDX-License-Identifier: Apache-2.0
// Passwords that are written over LDAP ([MS-ADTS] 3.1.1.3.1.5): unicodePwd, quoted UTF-16. The forest's KDC is told first, by the hook of
// LdapSettings; without a hook a password is refused with the DC that takes it. Inside the write library. No password reaches a log or an error.
#pragma once

#include "service/ldap/write.hpp"

namespace tributary::service::ldap_face {

/// unicodePwd, and userPassword, which means a password to every client that writes it.
[[nodiscard]] bool is_password(const schema::Schema& schema, std::string_view attribute);
/// The request writes one.
[[nodiscard]] bool writes_password(const repl::Context& context, const lp::Request& request);

/// A modify with a reset, beside changes of other attributes; or an add with a password: the object is made, then gets it, and when the KDC
/// refuses the object goes again. Blocks while it runs.
[[nodiscard]] std::unique_ptr<lp::Operation> password_operation(LdapCall call, lp::ResponseTag tag, WriteControls controls);

}  // namespace tributary::service::ldap_face
