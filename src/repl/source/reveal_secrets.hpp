// SPDX-License-Identifier: Apache-2.0
// Whose secrets a read-only DSA may have: RevealSecretsPolicy, GetRevealSecretsPolicyForUser, RevealSecretsForUserAllowed
// ([MS-DRSR] 4.1.10.5.13 to .15) with IsUserIncluded (4.1.10.3.12). Reads only.
#pragma once

#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

enum class RevealSecretsPolicy : std::uint8_t { kDeny = 0, kAllow = 1, kNoPolicy = 2 };

/// `rodc` is the computer object of the read-only DSA.
[[nodiscard]] Result<RevealSecretsPolicy> get_reveal_secrets_policy_for_user(const Context& context, const Snapshot& snapshot, Dnt rodc, Dnt user);
[[nodiscard]] Result<bool> reveal_secrets_for_user_allowed(const Context& context, const Snapshot& snapshot, Dnt rodc, Dnt user);

/// The computer object that belongs to an nTDSDSA object: its parent's serverReference; kNoDnt when there is none.
[[nodiscard]] Result<Dnt> computer_of_dsa(const Snapshot& snapshot, const schema::Schema& schema, Dnt dsa);

}  // namespace tributary::repl
