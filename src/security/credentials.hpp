// SPDX-License-Identifier: Apache-2.0
// With which identity we authenticate, and the tickets that this yields: RFC 4120 section 3.1 and [MS-KILE] 3.2 are what happens
// behind acquire(). There is no anonymous kind, on purpose.
//
// Realms and KDCs are found by the Kerberos library: DNS SRV records, or the krb5.conf that KRB5_CONFIG names (docs/decisions/0020).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "security/account_name.hpp"
#include "security/secret.hpp"

namespace tributary::security {

/// The cache that KRB5CCNAME or krb5.conf names: what `kinit` has filled.
struct DefaultCache {};
/// A cache by its name: "FILE:/run/user/0/krb5cc", "/tmp/krb5cc_0", "DIR:/path", "KEYRING:...".
struct NamedCache {
  std::string name;
};
/// Keys on disk. An empty principal means the first one in the keytab.
struct KeytabLogon {
  std::string keytab;  ///< "/etc/krb5.keytab" or "FILE:/etc/krb5.keytab"
  std::string principal;
};
/// An account and its password. `realm_hint` completes an account without realm (kerberos_principal says how);
/// pass the DNS domain of the DC one is about to talk to.
struct PasswordLogon {
  AccountName account;
  Secret password;
  std::string realm_hint;
};

using Credentials = std::variant<DefaultCache, NamedCache, KeytabLogon, PasswordLogon>;

namespace detail {
struct Tickets;
}

/// Tickets, ready to be used by any number of contexts in any number of threads at once. The tickets of a keytab or a password
/// are in a cache in this process's memory that nobody else can see, and that goes with the last user of this object.
class Credential {
 public:
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;
  ~Credential();

  /// "administrator@LAB.EXAMPLE".
  [[nodiscard]] std::string principal() const;
  /// Until the ticket-granting ticket ends; negative when it has ended. No request to a KDC.
  [[nodiscard]] std::int64_t seconds_left() const;

  /// For this room: tickets that are good for a while yet. Asks the KDC again, or reads the cache again, when they are not;
  /// may block for as long as a KDC takes to answer.
  [[nodiscard]] Result<std::shared_ptr<const detail::Tickets>> fresh_tickets();

 private:
  struct Private;
  friend Result<std::shared_ptr<Credential>> acquire(Credentials credentials);
  explicit Credential(std::unique_ptr<Private> state);
  std::unique_ptr<Private> state_;
};

/// Obtains tickets; blocks while it talks to a KDC (keytab and password). Errors carry Phase::kAuthenticate:
/// kErrorLogonFailure (no such account, wrong password), kErrorPasswordExpired, kErrorPasswordMustChange, kErrorAccountDisabled,
/// kErrorAccountLockedOut, kErrorAccountExpired, kErrorAccountRestriction, kErrorTimeSkew, kErrorNoLogonServers (no KDC answers),
/// kErrorNoSuchDomain (no KDC known for the realm), kErrorNoSuchLogonSession (no cache, or no ticket in it),
/// kErrorContextExpired (its ticket has expired), kErrorFileNotFound and kErrorNotFound (no keytab, no such key in it).
[[nodiscard]] Result<std::shared_ptr<Credential>> acquire(Credentials credentials);

}  // namespace tributary::security
