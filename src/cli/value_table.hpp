// SPDX-License-Identifier: Apache-2.0
// Stamps of linked values as showobjmeta and showvalue show them.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "cli/context.hpp"
#include "client/dsa_index.hpp"
#include "client/repl_state.hpp"

namespace tributary::cli {

void say_values(const Context& context, const client::DsaIndex& dsas, const std::vector<client::ValueStamp>& values);
[[nodiscard]] boost::json::array values_to_json(const client::DsaIndex& dsas, const std::vector<client::ValueStamp>& values);

}  // namespace tributary::cli
