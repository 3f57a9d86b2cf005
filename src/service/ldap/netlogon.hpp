// SPDX-License-Identifier: Apache-2.0
// The LDAP ping ([MS-ADTS] 6.3.3): a search of the rootDSE for the attribute netlogon, over TCP or UDP, by which clients find a DC that is
// alive and fits, and learn their site. Anybody may ask. Reads the directory only; knows no socket: addresses are texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ldap/protocol/message.hpp"
#include "service/dsa.hpp"

namespace tributary::service::ldap_face {

/// The elements of the filter (6.3.3). Those that it did not have are absent.
struct NetlogonQuery {
  std::optional<std::string> dns_domain{}, host{}, dns_host_name{}, user{};
  std::optional<std::uint32_t> account_control{};  ///< AAC, in the bits of [MS-SAMR] 2.2.1.12
  std::optional<Bytes> domain_sid{}, domain_guid{};  ///< as they came, the GUID of 16 octets
  std::uint32_t nt_version = 0;                  ///< NETLOGON_NT_VERSION bits (6.3.1.1)
  std::string client_address{}, server_address{};    ///< "10.0.0.7", with or without a port; "[fd00::7]:389" too
};

/// What the directory does not know of the host that it is on (6.3.1.2).
struct NetlogonServices {
  bool is_kdc = false;          ///< DS_KDC_FLAG: a KDC of the domain is here
  bool is_time_server = false;  ///< DS_TIMESERV_FLAG
  bool is_paused = false;       ///< not yet synchronized: clients shall look for another DC
};

/// A search of the rootDSE for netlogon alone.
[[nodiscard]] bool is_netlogon_search(const ldap::SearchRequest& request) noexcept;
/// The elements of its filter; nothing for one that is not valid (6.3.3.1). Addresses are the caller's to set.
[[nodiscard]] std::optional<NetlogonQuery> read_netlogon_query(const ldap::SearchRequest& request);

/// The value of the attribute (6.3.3.2). Nothing: the answer has no entry, for a filter that is not valid or names what is not here (6.3.3.3).
[[nodiscard]] Result<std::optional<Bytes>> netlogon_response(Dsa& dsa, const NetlogonQuery& query, const NetlogonServices& services);

/// All of the answer to the search of message `id`, appended to `out`: the entry, if there is one, and the result.
void append_netlogon_answer(Bytes& out, std::int32_t id, const ldap::SearchRequest& request, Dsa& dsa, std::string client_address,
                            std::string server_address, const NetlogonServices& services);

}  // namespace tributary::service::ldap_face
