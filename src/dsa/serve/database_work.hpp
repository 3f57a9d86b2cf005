// SPDX-License-Identifier: Apache-2.0
// Work on the database of a DSA that its commands ask for: verification, digests, import, export, backup. The running DSA does it for them,
// or the command itself when no DSA runs: the same functions, the same documents (docs/json/dsa-*.md).
#pragma once

#include <boost/json.hpp>

#include "dsa/control/control_socket.hpp"
#include "dsa/core/running_dsa.hpp"
#include "dsa/ldif/import.hpp"
#include "service/dsa.hpp"

namespace tributary::dsa {

/// tributary.dsa.check/1. Findings are part of the answer, not an error. `no_keys`: why the context's sealer is missing, though it should not be.
[[nodiscard]] Result<boost::json::object> check_work(const repl::Context& context, store::DirectoryStore& store, const std::optional<Error>& no_keys);
/// tributary.dsa.digest/1: of each NC replica that is held, or of the one of `request`'s "nc".
[[nodiscard]] Result<boost::json::object> digest_work(const repl::Context& context, store::DirectoryStore& store, const boost::json::object& request);
/// tributary.dsa.import/1; progress lines have "objects" and "seconds".
[[nodiscard]] Result<boost::json::object> import_work(const Updater& update, const RidSource& more_rids, const Descriptor& file, const boost::json::object& request,
                                                      const ControlReply& progress);
/// tributary.dsa.export/1.
[[nodiscard]] Result<boost::json::object> export_work(const repl::Context& context, store::DirectoryStore& store, const Descriptor& file,
                                                      const boost::json::object& request);
/// tributary.dsa.backup/1: a copy of one state in the folder of "to". The key file of secrets is not in it.
[[nodiscard]] Result<boost::json::object> backup_work(const Config& config, store::DirectoryStore& store, const boost::json::object& request);
/// tributary.dsa.rotate-key/1; progress lines have "objects" and "values". "forget": the older keys leave the key file.
[[nodiscard]] Result<boost::json::object> rotate_key_work(RunningDsa& dsa, const boost::json::object& request, const ControlReply& progress);

[[nodiscard]] std::string text_member(const boost::json::object& object, const char* name);
[[nodiscard]] bool flag_member(const boost::json::object& object, const char* name);

}  // namespace tributary::dsa
