// SPDX-License-Identifier: Apache-2.0
// The structures that answer a ping, and their numbers: [MS-ADTS] 6.3.1.1, 6.3.1.2, 6.3.1.3, 6.3.1.7, 6.3.1.8, 6.3.1.9. Octets only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/guid.hpp"

namespace tributary::service::ldap_face::netlogon {

// NETLOGON_NT_VERSION, 6.3.1.1.
inline constexpr std::uint32_t kVersion1 = 0x1;
inline constexpr std::uint32_t kVersion5 = 0x2;
inline constexpr std::uint32_t kVersion5Ex = 0x4;
inline constexpr std::uint32_t kVersion5ExWithIp = 0x8;
inline constexpr std::uint32_t kVersionWithClosestSite = 0x10;

// DS_FLAG, 6.3.1.2.
inline constexpr std::uint32_t kFlagPdc = 0x1;
inline constexpr std::uint32_t kFlagGc = 0x4;
inline constexpr std::uint32_t kFlagLdap = 0x8;
inline constexpr std::uint32_t kFlagDs = 0x10;
inline constexpr std::uint32_t kFlagKdc = 0x20;
inline constexpr std::uint32_t kFlagTimeServer = 0x40;
inline constexpr std::uint32_t kFlagClosest = 0x80;
inline constexpr std::uint32_t kFlagWritable = 0x100;
inline constexpr std::uint32_t kFlagApplicationNc = 0x400;
inline constexpr std::uint32_t kFlagSelectSecretDomain = 0x800;
inline constexpr std::uint32_t kFlagFullSecretDomain = 0x1000;
inline constexpr std::uint32_t kFlagDs8 = 0x4000;
inline constexpr std::uint32_t kFlagDs9 = 0x8000;

struct Facts {
  bool is_paused = false;
  bool is_user_unknown = false;
  std::uint32_t flags = 0;
  Guid domain_guid;
  std::string forest, dns_domain, dns_host, netbios_domain, netbios_host, user, server_site, client_site;
  std::array<std::uint8_t, 4> ipv4{127, 0, 0, 1};  ///< what 6.3.1.9 wants of a DC without such an address
  std::optional<std::string> next_closest_site{};
};

/// NETLOGON_SAM_LOGON_RESPONSE_EX for a client that asked with `nt_version`. Nothing when a name cannot be written (6.3.7).
[[nodiscard]] std::optional<Bytes> encode_response_ex(const Facts& facts, std::uint32_t nt_version);
/// NETLOGON_SAM_LOGON_RESPONSE.
[[nodiscard]] std::optional<Bytes> encode_response(const Facts& facts);
/// NETLOGON_SAM_LOGON_RESPONSE_NT40.
[[nodiscard]] std::optional<Bytes> encode_response_nt40(const Facts& facts);

}  // namespace tributary::service::ldap_face::netlogon
