// SPDX-License-Identifier: Apache-2.0
// The names in an X.509 certificate by which a directory finds whose it is: RFC 5280 4.1.2, 4.2.1.6, and the userPrincipalName that Windows puts
// among the alternative names (1.3.6.1.4.1.311.20.2.3). Whether the certificate is good was judged by TLS. Knows no directory.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::security {

struct CertificateNames {
  std::string issuer, subject;         ///< "DC=com,DC=contoso,CN=ann": in the order of the certificate, as altSecurityIdentities has them
  std::string serial_reversed;         ///< hex, the last octet first
  std::string subject_key_identifier;  ///< hex; empty: it has none
  std::vector<std::string> principal_names, dns_names;  ///< alternative names
};

/// Of so many alternative names of a kind we look at most.
inline constexpr std::size_t kAlternativeNamesMax = 32;

/// kErrorInvalidData for what is no certificate.
[[nodiscard]] Result<CertificateNames> read_certificate_names(ByteView der);

}  // namespace tributary::security
