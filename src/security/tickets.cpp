// SPDX-License-Identifier: Apache-2.0
// How tickets are made from each kind of credentials: RFC 4120 sections 3.1 (AS exchange) and 3.3 (TGS exchange), through libkrb5.
// Every failure leaves here as a Win32 code with advice. Must never know SPNEGO or RPC.
#include "security/tickets.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/win32.hpp"
#include "security/gss_raii.hpp"
#include "security/kerberos_errors.hpp"
#include "security/kerberos_messages.hpp"
#include "security/krb5_raii.hpp"

namespace tributary::security::detail {
namespace {

using Made = Result<std::shared_ptr<const Tickets>>;

[[nodiscard]] std::unexpected<Error> krb5_fail(const KrbContext& context, krb5_error_code code, std::string_view doing) {
  return std::unexpected(krb5_failure(context.get(), code, doing));
}

/// krb5 timestamps are 32 bits wide and, since krb5 1.16, unsigned: they last until 2106.
[[nodiscard]] std::int64_t seconds_of(krb5_timestamp time) { return static_cast<std::uint32_t>(time); }

[[nodiscard]] std::string text_of(const KrbContext& context, krb5_const_principal principal) {
  KrbText text(context);
  if (krb5_unparse_name(context.get(), principal, text.out()) != 0) return "(unprintable name)";
  return text.get();
}

[[nodiscard]] std::string full_name(const KrbContext& context, krb5_ccache cache) {
  KrbString name(context);
  if (krb5_cc_get_full_name(context.get(), cache, name.out()) != 0) return "(unnamed cache)";
  return name.get();
}

[[nodiscard]] bool is_ticket_granting(const KrbContext& context, krb5_const_principal server) {
  return text_of(context, server).starts_with("krbtgt/");
}

/// When the cache's tickets end: the latest ticket-granting ticket, or, in a cache without one, the latest ticket. 0: no ticket.
[[nodiscard]] krb5_error_code latest_end(const KrbContext& context, krb5_ccache cache, std::int64_t& end) {
  std::int64_t granting = 0;
  std::int64_t any = 0;
  krb5_cc_cursor cursor = nullptr;
  if (const auto code = krb5_cc_start_seq_get(context.get(), cache, &cursor); code != 0) return code;
  for (;;) {
    KrbCreds creds(context);
    if (krb5_cc_next_cred(context.get(), cache, &cursor, creds.get()) != 0) break;
    if (krb5_is_config_principal(context.get(), creds->server)) continue;
    const std::int64_t ends = seconds_of(creds->times.endtime);
    any = std::max(any, ends);
    if (is_ticket_granting(context, creds->server)) granting = std::max(granting, ends);
  }
  end = granting != 0 ? granting : any;
  return krb5_cc_end_seq_get(context.get(), cache, &cursor);
}

/// GSSAPI's handle on the cache, for SPNEGO with nothing but Kerberos inside, and for Kerberos itself.
[[nodiscard]] Result<gss_cred_id_t> open_handle(const std::string& cache_name) {
  gss_OID_desc mechs[] = {krb5_mech(), spnego_mech()};
  gss_OID_set_desc both{2, mechs};
  gss_OID_set_desc only_krb5{1, mechs};
  gss_key_value_element_desc element{"ccache", cache_name.c_str()};
  const gss_key_value_set_desc store{1, &element};
  OM_uint32 minor = 0;
  GssCredential handle;
  OM_uint32 major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &both, GSS_C_INITIATE, &store, handle.out(),
                                          nullptr, nullptr);
  if (!GSS_ERROR(major)) major = gss_set_neg_mechs(&minor, handle.get(), &only_krb5);
  if (GSS_ERROR(major)) return std::unexpected(gss_failure(major, minor, &mechs[0], cache_name));
  return handle.release();
}

[[nodiscard]] Made finish(std::shared_ptr<Tickets> tickets) {
  auto handle = open_handle(tickets->cache_name);
  if (!handle) return std::unexpected(std::move(handle.error()));
  tickets->handle = *handle;
  return tickets;
}

/// A cache that others have filled.
[[nodiscard]] Made from_cache(const std::string* name) {
  const KrbContext context;
  if (context.code() != 0) return krb5_fail(context, context.code(), "Kerberos");
  KrbCache cache(context);
  const auto opened = name != nullptr ? krb5_cc_resolve(context.get(), name->c_str(), cache.out())
                                      : krb5_cc_default(context.get(), cache.out());
  if (opened != 0) return krb5_fail(context, opened, name != nullptr ? *name : "the default credential cache");

  auto tickets = std::make_shared<Tickets>();
  tickets->cache_name = full_name(context, cache.get());
  KrbPrincipal principal(context);
  if (const auto code = krb5_cc_get_principal(context.get(), cache.get(), principal.out()); code != 0)
    return krb5_fail(context, code, tickets->cache_name);
  tickets->principal = text_of(context, principal.get());
  if (const auto code = latest_end(context, cache.get(), tickets->end_time); code != 0)
    return krb5_fail(context, code, tickets->cache_name);
  if (tickets->end_time == 0) return krb5_fail(context, KRB5_CC_NOTFOUND, tickets->cache_name);
  if (tickets->end_time <= seconds_since_1970()) {
    const auto when = fmt::format("the ticket of {} in {} ended at {:%F %T} UTC", tickets->principal, tickets->cache_name,
                                  fmt::gmtime(static_cast<std::time_t>(tickets->end_time)));
    return krb5_fail(context, KRB5KRB_AP_ERR_TKT_EXPIRED, when);
  }
  return finish(std::move(tickets));
}

/// What Active Directory adds to its refusal ([MS-KILE] 2.2.1) tells a locked account from a disabled one.
[[nodiscard]] Error refusal(const KrbContext& context, krb5_init_creds_context exchange, krb5_error_code code, std::string_view doing) {
  Error error = krb5_failure(context.get(), code, doing);
  KrbError answer(context);
  if (krb5_init_creds_get_error(context.get(), exchange, answer.out()) != 0 || answer.get() == nullptr) return error;
  const krb5_data& e_data = answer.get()->e_data;
  const auto status = kerb_ext_error_status({reinterpret_cast<const std::uint8_t*>(e_data.data), e_data.length});
  const auto reason = status ? account_refusal(*status) : std::nullopt;
  if (reason) error = Error{reason->code, Phase::kAuthenticate, fmt::format("{}: {}", doing, reason->advice)};
  return error;
}

/// A fresh cache in memory with this one ticket.
[[nodiscard]] Made keep_in_memory(const KrbContext& context, krb5_creds* ticket) {
  KrbCache cache(context);
  // After the exchange, so that the cache learns the difference to the KDC's clock that the exchange has found out.
  if (const auto code = krb5_cc_new_unique(context.get(), "MEMORY", nullptr, cache.out()); code != 0)
    return krb5_fail(context, code, "a credential cache in memory");
  auto tickets = std::make_shared<Tickets>();
  tickets->cache_name = full_name(context, cache.get());
  tickets->owns_cache = true;
  tickets->principal = text_of(context, ticket->client);
  // The KDC's clock may differ from ours; the exchange has told libkrb5 by how much.
  krb5_timestamp kdc_now = 0;
  if (const auto code = krb5_timeofday(context.get(), &kdc_now); code != 0) return krb5_fail(context, code, tickets->principal);
  tickets->end_time = seconds_since_1970() + seconds_of(ticket->times.endtime) - seconds_of(kdc_now);
  auto code = krb5_cc_initialize(context.get(), cache.get(), ticket->client);
  if (code == 0) code = krb5_cc_store_cred(context.get(), cache.get(), ticket);
  if (code != 0) return krb5_fail(context, code, "a credential cache in memory");
  return finish(std::move(tickets));
}

/// The AS exchange. `give_key` hands the password or the keytab to the exchange; `said` is what came of it.
template <class GiveKey>
[[nodiscard]] Made from_exchange(const KrbContext& context, krb5_principal client, GiveKey give_key, krb5_error_code& said) {
  const std::string doing = text_of(context, client);
  KrbInitCredsOptions options(context);
  if (const auto code = krb5_get_init_creds_opt_alloc(context.get(), options.out()); code != 0)
    return krb5_fail(context, code, doing);
  krb5_get_init_creds_opt_set_canonicalize(options.get(), 1);  // [MS-KILE] 3.2.5.1
  krb5_get_init_creds_opt_set_forwardable(options.get(), 0);
  krb5_get_init_creds_opt_set_proxiable(options.get(), 0);

  KrbInitCreds exchange(context);
  auto code = krb5_init_creds_init(context.get(), client, nullptr, nullptr, 0, options.get(), exchange.out());
  if (code == 0) code = give_key(exchange.get());
  if (code != 0) return krb5_fail(context, code, doing);
  said = krb5_init_creds_get(context.get(), exchange.get());
  if (said != 0) return std::unexpected(refusal(context, exchange.get(), said, doing));

  KrbCreds ticket(context);
  code = krb5_init_creds_get_creds(context.get(), exchange.get(), ticket.get());
  if (code != 0) return krb5_fail(context, code, doing);
  return keep_in_memory(context, ticket.get());
}

[[nodiscard]] Made from_password_of(const KrbContext& context, const std::string& name, int parse_flags, const Secret& password,
                                    krb5_error_code& said) {
  KrbPrincipal client(context);
  if (const auto code = krb5_parse_name_flags(context.get(), name.c_str(), parse_flags, client.out()); code != 0)
    return krb5_fail(context, code, name);
  const auto give_password = [&](krb5_init_creds_context exchange) {
    return krb5_init_creds_set_password(context.get(), exchange, password.c_str());
  };
  return from_exchange(context, client.get(), give_password, said);
}

[[nodiscard]] Made from_password(const PasswordLogon& logon) {
  const KrbContext context;
  if (context.code() != 0) return krb5_fail(context, context.code(), "Kerberos");
  if (logon.password.reveal().contains('\0'))
    return fail(win32::kErrorLogonFailure, "a password with a NUL in it cannot be handed to Kerberos", Phase::kAuthenticate);
  krb5_error_code said = 0;
  auto made = from_password_of(context, kerberos_principal(logon.account, logon.realm_hint), 0, logon.password, said);
  if (made || made.error().code != win32::kErrorNoSuchDomain) return made;

  // What follows the '@' is no realm: it may be one of the forest's UPN suffixes, which the hinted realm's KDC knows.
  const std::string enterprise = enterprise_principal(logon.account, logon.realm_hint);
  if (enterprise.empty()) return made;
  auto again = from_password_of(context, enterprise, KRB5_PRINCIPAL_PARSE_ENTERPRISE, logon.password, said);
  const bool helps = again || (said != KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN && again.error().code != win32::kErrorNoSuchDomain);
  return helps ? again : made;
}

/// Whose key stands first in a keytab.
[[nodiscard]] krb5_error_code first_principal(const KrbContext& context, krb5_keytab keytab, krb5_principal* principal) {
  krb5_kt_cursor cursor = nullptr;
  if (const auto code = krb5_kt_start_seq_get(context.get(), keytab, &cursor); code != 0) return code;
  krb5_keytab_entry entry{};
  auto code = krb5_kt_next_entry(context.get(), keytab, &entry, &cursor);
  if (code == 0) {
    code = krb5_copy_principal(context.get(), entry.principal, principal);
    krb5_free_keytab_entry_contents(context.get(), &entry);
  } else if (code == KRB5_KT_END) {
    code = KRB5_KT_NOTFOUND;
  }
  krb5_kt_end_seq_get(context.get(), keytab, &cursor);
  return code;
}

[[nodiscard]] Made from_keytab(const KeytabLogon& logon) {
  const KrbContext context;
  if (context.code() != 0) return krb5_fail(context, context.code(), "Kerberos");
  const std::string doing = "keytab " + logon.keytab;
  KrbKeytab keytab(context);
  if (const auto code = krb5_kt_resolve(context.get(), logon.keytab.c_str(), keytab.out()); code != 0)
    return krb5_fail(context, code, doing);
  KrbPrincipal client(context);
  const auto named = logon.principal.empty() ? first_principal(context, keytab.get(), client.out())
                                             : krb5_parse_name(context.get(), logon.principal.c_str(), client.out());
  if (named != 0) return krb5_fail(context, named, doing + (logon.principal.empty() ? "" : " for " + logon.principal));
  // libkrb5 would report a missing file or key as "no matching encryption types"; look first.
  krb5_keytab_entry entry{};
  if (const auto code = krb5_kt_get_entry(context.get(), keytab.get(), client.get(), 0, 0, &entry); code != 0)
    return krb5_fail(context, code, doing);
  krb5_free_keytab_entry_contents(context.get(), &entry);
  const auto give_keytab = [&](krb5_init_creds_context exchange) {
    return krb5_init_creds_set_keytab(context.get(), exchange, keytab.get());
  };
  krb5_error_code said = 0;
  return from_exchange(context, client.get(), give_keytab, said);
}

struct Maker {
  Made operator()(const DefaultCache&) const { return from_cache(nullptr); }
  Made operator()(const NamedCache& cache) const { return from_cache(&cache.name); }
  Made operator()(const KeytabLogon& logon) const { return from_keytab(logon); }
  Made operator()(const PasswordLogon& logon) const { return from_password(logon); }
};

/// The principal that GSSAPI will make of the same name.
[[nodiscard]] krb5_error_code parse_target(const KrbContext& context, const TargetName& target, krb5_principal* server) {
  if (!target.is_host_based()) return krb5_parse_name(context.get(), target.gss_text().c_str(), server);
  const std::string& text = target.gss_text();
  const std::size_t at = text.find('@');
  return krb5_sname_to_principal(context.get(), text.substr(at + 1).c_str(), text.substr(0, at).c_str(), KRB5_NT_SRV_HST, server);
}

}  // namespace

Tickets::~Tickets() {
  OM_uint32 minor = 0;
  if (handle != GSS_C_NO_CREDENTIAL) gss_release_cred(&minor, &handle);
  if (!owns_cache) return;
  const KrbContext context;
  KrbCache cache(context);
  if (context.code() != 0 || krb5_cc_resolve(context.get(), cache_name.c_str(), cache.out()) != 0) return;
  krb5_cc_destroy(context.get(), cache.release());
}

Made make_tickets(const Credentials& credentials) { return std::visit(Maker{}, credentials); }

std::int64_t seconds_since_1970() { return static_cast<std::int64_t>(std::time(nullptr)); }

Result<> check_keytab(const std::string& keytab) {
  const KrbContext context;
  if (context.code() != 0) return krb5_fail(context, context.code(), "Kerberos");
  KrbKeytab table(context);
  KrbPrincipal first(context);
  auto code = krb5_kt_resolve(context.get(), keytab.c_str(), table.out());
  if (code == 0) code = first_principal(context, table.get(), first.out());
  if (code != 0) return krb5_fail(context, code, "keytab " + keytab);
  return {};
}

Result<> fetch_service_ticket(const Tickets& tickets, const TargetName& target) {
  const KrbContext context;
  if (context.code() != 0) return krb5_fail(context, context.code(), "Kerberos");
  KrbCache cache(context);
  KrbCreds wanted(context);
  auto code = krb5_cc_resolve(context.get(), tickets.cache_name.c_str(), cache.out());
  if (code == 0) code = krb5_cc_get_principal(context.get(), cache.get(), &wanted->client);
  if (code == 0) code = parse_target(context, target, &wanted->server);
  KrbTicket ticket(context);
  if (code == 0) code = krb5_get_credentials(context.get(), 0, cache.get(), wanted.get(), ticket.out());
  if (code != 0) return krb5_fail(context, code, target.text());
  return {};
}

}  // namespace tributary::security::detail
