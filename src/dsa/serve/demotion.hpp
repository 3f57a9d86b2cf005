// SPDX-License-Identifier: Apache-2.0
// FSMO roles ([MS-ADTS] 3.1.1.1.11) of a running DSA, for its administrator: who has them, taking one, giving all away; and what else is done
// before a DSA is demoted: another one gets all its changes. Results of the control socket.
#pragma once

#include <boost/json.hpp>

#include "base/error.hpp"

namespace tributary::dsa {

class Server;

/// "roles": names of the roles of this DSA; "holders": of each of the five its "role", "key", "object" and "host"; "server_dn", "domain_dn".
[[nodiscard]] Result<boost::json::object> roles_work(Server& server);
/// The role that `key` names goes from its owner to this DSA. kErrorInvalidParameter: no such role.
[[nodiscard]] Result<boost::json::object> take_role_work(Server& server, const std::string& key);
/// Every role of this DSA goes to DSA `to` (host name or GUID). "roles": those that went.
[[nodiscard]] Result<boost::json::object> surrender_work(Server& server, const std::string& to);
/// DSA `to` pulls every NC that we both hold from here, now ([MS-DRSR] 4.1.23).
[[nodiscard]] Result<boost::json::object> push_work(Server& server, const std::string& to);

}  // namespace tributary::dsa
