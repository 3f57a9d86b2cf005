// SPDX-License-Identifier: Apache-2.0
// See password_logon.hpp.
#include "service/logon/password_logon.hpp"

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "service/access/resolve_caller.hpp"
#include "service/directory/name_cracker.hpp"
#include "service/logon/nt_hash.hpp"

namespace tributary::service {

Result<store::Dnt> find_by_any_name(Dsa& dsa, const repl::Context& context, const store::Snapshot& snapshot, const std::string& name) {
  using namespace directory;
  auto found = guarded([&]() -> Dnt {
    const Reader reader(context, snapshot, dsa.identity());
    const Partitions partitions(reader);
    const auto cracked = NameCracker(reader, partitions, 0).lookup(drsuapi::DS_UNKNOWN_NAME, drsuapi::DS_FQDN_1779_NAME, name);
    if (cracked.status == drsuapi::DS_NAME_ERROR_NOT_UNIQUE) refuse(win32::kErrorInvalidParameter, "the name means more than one object");
    if (cracked.status != drsuapi::DS_NAME_NO_ERROR || !cracked.name) return kNoDnt;
    return reader.of_dn(*cracked.name);
  });
  if (!found) return found;
  if (*found == store::kNoDnt) return fail(win32::kErrorNoSuchUser, "the name means nobody");
  return found;
}

LogonDomain logon_domain(const DsaIdentity& identity, std::string_view realm) {
  return {.realm = account_domain_name(identity, realm), .dns_name = identity.domain_dns_name, .netbios_name = identity.domain_netbios_name, .nc = identity.domain_nc};
}

Result<LoggedOn> log_on_with_password(Dsa& dsa, std::string_view realm, const std::string& name, const security::Secret& password,
                                      const CheckPassword& check) {
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto domain = logon_domain(dsa.identity(), realm);
  const auto dnt = find_by_any_name(dsa, context, *snapshot, name);
  if (!dnt) return std::unexpected(dnt.error());
  const auto account = snapshot->find(*dnt);
  if (!account) return std::unexpected(account.error());
  if (!*account || !(*account)->head().sid) return fail(win32::kErrorNoSuchUser, "the name means an object that cannot log on");
  LoggedOn logged_on{.principal = principal_of_account(**account, domain), .token = {}};
  const auto hash = nt_hash_of(context, **account);
  if (!hash) return std::unexpected(hash.error());
  if (*hash) {
    const auto offered = security::ntlm::nt_hash(password.reveal());
    if (!offered && offered.error().code != win32::kErrorNoUnicodeTranslation) return std::unexpected(offered.error());
    if (!offered || !security::ntlm::same_octets(offered->view(), (*hash)->view())) return fail(win32::kErrorLogonFailure, "the password is wrong");
  } else if (password.reveal().find('\0') != std::string_view::npos) {
    return fail(win32::kErrorLogonFailure, "a password with a NUL in it");  // the KDC's library would look at what is before it alone
  } else if (!check) {
    return fail(win32::kErrorLogonFailure, "neither the directory has a password of the account nor is there a KDC to ask");
  } else if (auto right = check(logged_on.principal, password); !right) {
    return std::unexpected(std::move(right.error()));
  }
  auto token = may_log_on(context, *snapshot, domain, *dnt, hash->has_value());
  if (!token) return std::unexpected(std::move(token.error()));
  logged_on.token = std::move(*token);
  return logged_on;
}

}  // namespace tributary::service
