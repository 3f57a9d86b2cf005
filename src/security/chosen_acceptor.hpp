// SPDX-License-Identifier: Apache-2.0
// SPNEGO for a server that has more than one mechanism: the client's first message decides which of them goes on (RFC 4178 section 3.2).
// Must never look into a mechanism's own token.
#pragma once

#include <functional>
#include <memory>

#include "security/security_context.hpp"

namespace tributary::security {

/// A fresh acceptor for auth type kSpnego, or null.
using MakeAcceptor = std::function<std::shared_ptr<SecurityContext>()>;

/// What the client likes best of Kerberos and NTLM goes on; `kerberos` also gets what is no NegTokenInit, so that it says what is wrong.
[[nodiscard]] std::shared_ptr<SecurityContext> make_chosen_acceptor(MakeAcceptor kerberos, MakeAcceptor ntlm);

}  // namespace tributary::security
