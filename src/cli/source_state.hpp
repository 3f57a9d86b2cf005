// SPDX-License-Identifier: Apache-2.0
// The repsFrom value that a DC keeps for one source of one NC, read raw over LDAP and decoded, or, from a DC without LDAP, as far as
// IDL_DRSGetReplInfo tells it; shown, compared, put into JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "drsuapi/blobs/reps.hpp"

namespace tributary::cli {

/// Which of the two it is: what is only in the raw value is zero in the other one, and not in its JSON.
enum class StateOrigin : std::uint8_t { kRawValue, kCall };
[[nodiscard]] Result<StateOrigin> origin_of_state(const client::DcView& dc);

/// The value for one source; nullopt when the NC is not replicated from it. A raw value that does not decode is an error: none is skipped.
[[nodiscard]] Result<std::optional<drsuapi::blobs::REPS_FROM>> read_source_state(const client::DcView& dc, const std::string& nc_dn, DsaGuid source);

/// A table with one line a field and one column a state; a field that moved is marked.
void say_change(const Context& context, const std::optional<drsuapi::blobs::REPS_FROM>& before,
                const std::optional<drsuapi::blobs::REPS_FROM>& after);

/// null, or the JSON of the blob, of which a call tells less.
[[nodiscard]] boost::json::value to_json_or_null(const std::optional<drsuapi::blobs::REPS_FROM>& state, StateOrigin origin);

}  // namespace tributary::cli
