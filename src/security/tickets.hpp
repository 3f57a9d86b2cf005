// SPDX-License-Identifier: Apache-2.0
// What stands behind a Credential at one moment: a credential cache and GSSAPI's handle on it. Private to this room.
// Immutable once made, so that contexts of several threads share it; a renewal makes a new one and swaps the pointer.
#pragma once

#include <gssapi/gssapi.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "security/credentials.hpp"
#include "security/target_name.hpp"

namespace tributary::security::detail {

struct Tickets {
  Tickets() = default;
  Tickets(const Tickets&) = delete;
  Tickets& operator=(const Tickets&) = delete;
  ~Tickets();

  std::string cache_name;  ///< "FILE:/tmp/krb5cc_0", "MEMORY:a1B2c3"
  bool owns_cache = false; ///< true: the cache was made here and is destroyed here
  std::string principal;
  std::int64_t end_time = 0;  ///< seconds since 1970, on this machine's clock
  gss_cred_id_t handle = GSS_C_NO_CREDENTIAL;
};

/// One attempt, start to end. Blocks.
[[nodiscard]] Result<std::shared_ptr<const Tickets>> make_tickets(const Credentials& credentials);

/// The clock of Tickets::end_time.
[[nodiscard]] std::int64_t seconds_since_1970();

/// Puts the ticket for a service into the cache, if it is not there yet. GSSAPI would do it too, but under SPNEGO it hides the
/// Kerberos error behind a number of its own; asked this way, the KDC's answer reaches the caller. Blocks.
[[nodiscard]] Result<> fetch_service_ticket(const Tickets& tickets, const TargetName& target);

/// Whether there is a keytab with at least one key. GSSAPI would say "not found" for a missing file and a malformed one alike.
[[nodiscard]] Result<> check_keytab(const std::string& keytab);

}  // namespace tributary::security::detail
