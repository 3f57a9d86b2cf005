// SPDX-License-Identifier: Apache-2.0
// Which DC a bind function means when it does not name a host: one instance of the directory service ([MS-DRSR] 2.2.4), or
// the intersite topology generator of a site ([MS-ADTS] 6.1.1.2.2.1.1). Asks over LDAP.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "client/client.hpp"

namespace tributary::ntdsapi {

/// kErrorNotSupported for an annotation that names another LDAP port than that of a domain controller: endpoints of AD LDS are
/// found by ept_lookup, which this library does not speak.
[[nodiscard]] Result<> check_annotation(std::string_view annotation);
/// kEptSNotRegistered when the bound DC's DSA has another GUID.
[[nodiscard]] Result<> check_instance(client::DrsHandle& dc, const Guid& instance, std::chrono::milliseconds timeout);
/// The host name of a site's generator; an empty site means that of `dc`. kErrorNoSitename when there is no such site or generator.
[[nodiscard]] Result<std::string> host_of_istg(client::DrsHandle& dc, const std::string& site, std::chrono::milliseconds timeout);

}  // namespace tributary::ntdsapi
