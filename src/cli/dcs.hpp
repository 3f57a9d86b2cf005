// SPDX-License-Identifier: Apache-2.0
// What several commands do first: read the DSAs of the forest through one DC, find the one that a name means, and say so when an
// answer came through LDAP because the DC does not serve the call.
#pragma once

#include <string>

#include "cli/context.hpp"
#include "client/dsa_index.hpp"
#include "client/repl_state.hpp"

namespace tributary::cli {

/// The DSAs of the forest as `dc` shows them.
[[nodiscard]] Result<client::DsaIndex> read_dsas(Context& context, const std::string& dc);

/// The DSA that a host name, server name, DSA GUID or DN means. A GUID that the directory does not know comes back as a DSA of which
/// only the GUID is known: the DC judges it, and has codes of its own for that.
[[nodiscard]] Result<client::Dsa> find_dsa(Context& context, const std::string& dc, const std::string& name);

/// The DN of "<GUID=...>" or "<SID=...>", which not every call takes; any other name as it is.
[[nodiscard]] Result<std::string> dn_of(Context& context, const std::string& dc, const std::string& name);

/// The same in place, for an NC that a call wants by its DN.
[[nodiscard]] Result<> use_dn(std::string& name, Context& context, const std::string& dc);

/// "<dsa guid>._msdcs.<forest>": how DSAs address each other.
[[nodiscard]] Result<std::string> dsa_address(Context& context, const std::string& dc, const client::Dsa& dsa);

/// A note on stderr when an answer came another way than by the call that is there for it, with the code that the call had.
void note_source(const Context& context, const std::string& host, std::string_view what, client::StateSource source,
                 const std::optional<Error>& refusal);

/// An error of client::lacks_call as ERROR_NOT_SUPPORTED, with the code that the DC answered and the sentence that nothing serves
/// `what`; any other error as it is.
[[nodiscard]] Error nothing_serves(Error error, std::string_view what);

}  // namespace tributary::cli
