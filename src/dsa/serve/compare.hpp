// SPDX-License-Identifier: Apache-2.0
// Our replicas against those of another DSA of this house (docs/formats/divergence.md), over the interface beside drsuapi.
#pragma once

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/guid.hpp"

namespace tributary::dsa {

class Server;
struct Facts;

/// By DNS name, its first label, or GUID. kErrorNotFound.
[[nodiscard]] Result<DsaGuid> find_dsa_named(const Facts& facts, const std::string& name);

/// `against`: a host name or DSA GUID of the forest. `nc`: one NC, or empty: every one that is held here. tributary.dsa.compare/1.
[[nodiscard]] Result<boost::json::object> compare_work(Server& server, const std::string& against, const std::string& nc);

}  // namespace tributary::dsa
