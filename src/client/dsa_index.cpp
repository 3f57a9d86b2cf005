// SPDX-License-Identifier: Apache-2.0
// See dsa_index.hpp.
#include "client/dsa_index.hpp"

#include "base/utf.hpp"

namespace tributary::client {

std::string site_and_server(std::string_view dn) {
  if (dn.empty()) return {};
  const std::string_view server = parent_dn(dn);
  const std::string_view servers = parent_dn(server);
  const std::string_view site = parent_dn(servers);
  if (!equals_ignoring_case(rdn_value(servers), "Servers") || site.empty()) return server.empty() ? rdn_value(dn) : rdn_value(server);
  return rdn_value(site) + '\\' + rdn_value(server);
}

}  // namespace tributary::client
