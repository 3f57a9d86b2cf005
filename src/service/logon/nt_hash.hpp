// SPDX-License-Identifier: Apache-2.0
// The NT hash of an account as the directory keeps it. The only place that reads unicodePwd to judge a password by it: whatever the store
// does with secrets at rest, and whatever layers a value carries, ends here.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "repl/objects/context.hpp"
#include "security/ntlm/crypto.hpp"
#include "store/object.hpp"

namespace tributary::service {

/// nullopt when the account has none. kErrorInvalidData for a value that cannot be one, kErrorDsDatabaseError for a sealed one that does not open.
///
/// unicodePwd as a replica has it ([MS-DRSR] 4.1.10.6.17): the session key has been taken off, the layer of DES under the account's RID
/// ([MS-SAMR] 2.2.11.1.2) has not. Samba and Windows both send it under that layer; Windows keeps it so, Samba takes it off.
[[nodiscard]] Result<std::optional<security::ntlm::Key>> nt_hash_of(const repl::Context& context, const store::ObjectView& account);

}  // namespace tributary::service
