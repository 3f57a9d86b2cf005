// SPDX-License-Identifier: Apache-2.0
// Which operations our DSAs offer on drsuapi, and who a caller is to them. Wiring only: the operations are src/service's.
#pragma once

#include "service/drs/drsuapi_server.hpp"

namespace tributary::dsa {

void add_operations(service::DrsuapiServer& server);
/// The caller of a connection that is authenticated: from the PAC of its ticket, or from the directory when it has none. `realm`: of the
/// domain's principals, when it is not called as the domain is.
[[nodiscard]] Result<std::shared_ptr<const service::Caller>> resolve_caller(service::Dsa& dsa, const std::string& realm, const net::RpcPeer& peer);

}  // namespace tributary::dsa
