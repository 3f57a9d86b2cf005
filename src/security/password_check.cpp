// SPDX-License-Identifier: Apache-2.0
// See password_check.hpp. Nothing of the ticket is kept.
#include "security/password_check.hpp"

#include "security/kerberos_errors.hpp"
#include "security/krb5_raii.hpp"
#include "security/tickets.hpp"

namespace tributary::security {

Result<void> check_password(const std::string& principal, const Secret& password, const std::string& keytab) {
  if (auto there = detail::check_keytab(keytab); !there) return there;
  const KrbContext context;
  const auto failed = [&](krb5_error_code code) -> Result<void> { return std::unexpected(krb5_failure(context.get(), code, principal)); };
  if (context.code() != 0) return std::unexpected(krb5_failure(nullptr, context.code(), "krb5.conf"));
  KrbPrincipal client(context);
  if (const auto code = krb5_parse_name(context.get(), principal.c_str(), client.out()); code != 0) return failed(code);
  KrbInitCredsOptions options(context);
  if (const auto code = krb5_get_init_creds_opt_alloc(context.get(), options.out()); code != 0) return failed(code);
  krb5_get_init_creds_opt_set_forwardable(options.get(), 0);
  krb5_get_init_creds_opt_set_proxiable(options.get(), 0);
  krb5_get_init_creds_opt_set_change_password_prompt(options.get(), 0);
  KrbCreds credentials(context);
  if (const auto code = krb5_get_init_creds_password(context.get(), credentials.get(), client.get(), password.c_str(), nullptr, nullptr, 0, nullptr, options.get());
      code != 0)
    return failed(code);
  KrbKeytab keys(context);
  if (const auto code = krb5_kt_resolve(context.get(), keytab.c_str(), keys.out()); code != 0) return failed(code);
  krb5_verify_init_creds_opt strict;
  krb5_verify_init_creds_opt_init(&strict);
  krb5_verify_init_creds_opt_set_ap_req_nofail(&strict, 1);
  if (const auto code = krb5_verify_init_creds(context.get(), credentials.get(), nullptr, keys.get(), nullptr, &strict); code != 0) return failed(code);
  return {};
}

}  // namespace tributary::security
