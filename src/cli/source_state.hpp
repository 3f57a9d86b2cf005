// SPDX-License-Identifier: Apache-2.0
// The repsFrom value that a DC keeps for one source of one NC, read raw over LDAP and decoded; shown, compared, put into JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "drsuapi/blobs/reps.hpp"

namespace tributary::cli {

/// Every repsFrom value of an NC root, in the directory's order. Values that do not decode are an error: they are never skipped.
[[nodiscard]] Result<std::vector<drsuapi::blobs::REPS_FROM>> read_reps_from(client::Directory& directory, const std::string& nc_dn);

/// The value for one source; nullopt when the NC is not replicated from it.
[[nodiscard]] Result<std::optional<drsuapi::blobs::REPS_FROM>> read_source_state(client::Directory& directory, const std::string& nc_dn,
                                                                                 DsaGuid source);

/// A table with one line a field and one column a state; a field that moved is marked.
void say_change(const Context& context, const std::optional<drsuapi::blobs::REPS_FROM>& before,
                const std::optional<drsuapi::blobs::REPS_FROM>& after);

/// null, or the JSON of the blob.
[[nodiscard]] boost::json::value to_json_or_null(const std::optional<drsuapi::blobs::REPS_FROM>& state);

}  // namespace tributary::cli
