// SPDX-License-Identifier: Apache-2.0
// What a running DSA does for the commands of its own machine; control/control_socket.hpp carries it. One file each where it is long.
#pragma once

#include <boost/json.hpp>

#include "dsa/control/control_socket.hpp"

namespace tributary::dsa {

class Server;
class RunningDsa;

[[nodiscard]] Result<boost::json::object> run_control_command(Server& server, const boost::json::object& request, Descriptor file,
                                                              const ControlReply& progress);
/// The document of `tributary dsa status --json`, docs/json/dsa-status.md.
[[nodiscard]] boost::json::object status_document(Server& server);

}  // namespace tributary::dsa
