// SPDX-License-Identifier: Apache-2.0
// What a running DSA does before it is demoted: it tells which FSMO roles it still has, and sees to it that another DSA has all its changes.
#pragma once

#include <boost/json.hpp>

#include "base/error.hpp"

namespace tributary::dsa {

class Server;

/// "roles": names of the FSMO roles of this DSA ([MS-ADTS] 3.1.1.1.11); "server_dn", "domain_dn".
[[nodiscard]] Result<boost::json::object> roles_work(Server& server);
/// DSA `to` (host name or GUID) pulls every NC that we both hold from here, now ([MS-DRSR] 4.1.23).
[[nodiscard]] Result<boost::json::object> push_work(Server& server, const std::string& to);

}  // namespace tributary::dsa
