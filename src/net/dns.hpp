// SPDX-License-Identifier: Apache-2.0
// Finding hosts: addresses of a name, and the domain controllers of a domain by their SRV records ([MS-ADTS] 6.3.6.1, RFC 2782).
// These functions block: call them from a thread that may (Runtime::post_blocking). They obey resolv.conf and hosts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace tributary::net {

/// SRV records used of one answer. A domain with more DCs than this still finds one.
inline constexpr std::size_t kSrvRecordsMax = 256;

struct SrvRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;  ///< without the final dot
};

/// Numeric addresses of `host`, in the order in which to try them. Errors: kRpcSServerUnavailable with Phase::kDns.
[[nodiscard]] Result<std::vector<std::string>> resolve_host(const std::string& host);

/// The SRV records of `name`, lowest priority first and, within one priority, heaviest first.
/// Errors: kErrorNotFound when there are none, kErrorNoSuchDomain when the name does not exist, else kRpcSServerUnavailable; Phase::kDns.
[[nodiscard]] Result<std::vector<SrvRecord>> resolve_srv(const std::string& name);

/// Hosts that announce themselves as DCs of `dns_domain` (_ldap._tcp.dc._msdcs.<domain>), best first.
/// With a site, the DCs of that site come before the others. kErrorNoSuchDomain when nobody does.
[[nodiscard]] Result<std::vector<std::string>> locate_domain_controllers(const std::string& dns_domain, const std::string& site = {});

}  // namespace tributary::net
