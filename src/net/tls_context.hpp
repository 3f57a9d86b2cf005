// SPDX-License-Identifier: Apache-2.0
// The server's end of TLS (RFC 8446, RFC 5246; [MS-ADTS] 5.1.1.1.1's transport): certificate, key and whom to trust, out of PEM files. At
// least TLS 1.2, with the system's choice of ciphers. Knows files and OpenSSL, no connection.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "base/error.hpp"

namespace tributary::net {

struct TlsFiles {
  std::string certificate;  ///< PEM: ours, then those of the issuers between it and the root
  std::string key;          ///< PEM, not encrypted
  std::string ca;           ///< PEM: who issues certificates of clients; empty: clients are not asked for any
  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

/// Shared by any number of connections, on any thread.
using TlsContext = std::shared_ptr<SSL_CTX>;
/// kErrorInvalidParameter with the file and what is wrong with it.
[[nodiscard]] Result<TlsContext> load_tls(const TlsFiles& files);

}  // namespace tributary::net
