// SPDX-License-Identifier: Apache-2.0
// See password_check.hpp. Nothing of the ticket is kept.
#include "security/password_check.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "security/kerberos_errors.hpp"
#include "security/krb5_raii.hpp"
#include "security/tickets.hpp"

namespace tributary::security {
namespace {

/// A keytab may have many names; of so many that the KDC does not know we ask for none further.
constexpr int kNamesMax = 64;

/// The KDC has to give a ticket for one of our keys. Without a name MIT's library takes keys of "host" alone, which a DSA need not have.
krb5_error_code verify(const KrbContext& context, krb5_creds* credentials, krb5_keytab keys) {
  krb5_verify_init_creds_opt strict;
  krb5_verify_init_creds_opt_init(&strict);
  krb5_verify_init_creds_opt_set_ap_req_nofail(&strict, 1);
  krb5_kt_cursor cursor{};
  if (const auto code = krb5_kt_start_seq_get(context.get(), keys, &cursor); code != 0) return code;
  std::vector<std::unique_ptr<KrbPrincipal>> tried;
  krb5_keytab_entry entry{};
  while (tried.size() < kNamesMax && krb5_kt_next_entry(context.get(), keys, &entry, &cursor) == 0) {
    auto name = std::make_unique<KrbPrincipal>(context);
    const auto copied = krb5_copy_principal(context.get(), entry.principal, name->out());
    krb5_free_keytab_entry_contents(context.get(), &entry);
    if (copied != 0) break;
    const bool is_new = std::ranges::none_of(tried, [&](const auto& other) { return krb5_principal_compare(context.get(), other->get(), name->get()); });
    if (is_new) tried.push_back(std::move(name));
  }
  krb5_kt_end_seq_get(context.get(), keys, &cursor);
  krb5_error_code code = KRB5_KT_NOTFOUND;
  for (const auto& name : tried) {
    code = krb5_verify_init_creds(context.get(), credentials, name->get(), keys, nullptr, &strict);
    if (code != KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN) break;
  }
  return code;
}

}  // namespace

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
  if (const auto code = verify(context, credentials.get(), keys.get()); code != 0) return failed(code);
  return {};
}

}  // namespace tributary::security
