// SPDX-License-Identifier: Apache-2.0
// What the resolver says: the names of this machine, and the canonical name of another. Edge: waits for DNS.
#pragma once

#include <string>

#include "ntdsapi/spn.hpp"

namespace tributary::ntdsapi {

/// From the host name; the DNS name is completed by the resolver when it has no dot. NetBIOS: the first label, upper case, 15 characters.
[[nodiscard]] LocalNames<char> local_names();
/// The name that DNS gives for a name or an address; the argument when it gives none.
[[nodiscard]] std::string canonical_host(const std::string& host);
/// "HOST" from "host.example.com" ([MS-NBTE] names have at most 15 characters).
[[nodiscard]] std::string netbios_name(std::string_view dns_name);

}  // namespace tributary::ntdsapi
