// SPDX-License-Identifier: Apache-2.0
// The JSON of replication state. The members of a neighbour and of a connection that `samba-tool drs showrepl --json` has
// carry its names and its forms of values; ours stand beside them under other names. docs/json/ describes every member. Pure.
#pragma once

#include <boost/json.hpp>

#include "client/dsa_index.hpp"
#include "client/repl_state.hpp"

namespace tributary::cli {

[[nodiscard]] boost::json::object to_json(const client::Neighbor& neighbor, bool dsa_is_deleted);
[[nodiscard]] boost::json::object to_json(const client::NtdsConnection& connection);
[[nodiscard]] boost::json::object to_json(const client::Cursor& cursor);
[[nodiscard]] boost::json::object to_json(const client::AttributeStamp& stamp);
[[nodiscard]] boost::json::object to_json(const client::ValueStamp& stamp);
[[nodiscard]] boost::json::object to_json(const client::KccFailure& failure);
[[nodiscard]] boost::json::object to_json(const client::PendingOperation& operation);

/// {"source": "rpc"}, or {"source": "ldap", "refusal": {...}}: who told.
[[nodiscard]] boost::json::object source_to_json(client::StateSource source, const std::optional<Error>& refusal);

}  // namespace tributary::cli
