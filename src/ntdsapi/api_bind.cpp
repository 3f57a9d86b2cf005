// SPDX-License-Identifier: Apache-2.0
// Handles and credentials of ntdsapi.h. [MS-DRSR] 4.1.3, 4.1.25.
#include <string.h>

#include <utility>

#include "ntdsapi/args.hpp"
#include "ntdsapi/guids.hpp"
#include "ntdsapi/identity.hpp"
#include "ntdsapi/instance.hpp"
#include "ntdsapi/session.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

constexpr DWORD kBindFlagsKnown = NTDSAPI_BIND_ALLOW_DELEGATION | NTDSAPI_BIND_FIND_BINDING | NTDSAPI_BIND_FORCE_KERBEROS;
constexpr std::chrono::milliseconds kBindTimeout{60'000};
constexpr std::chrono::milliseconds kUnbindTimeout{2'000};  // a courtesy: a DC also notices that the connection is gone

/// The arguments of the widest of the bind functions; the others leave some null.
template <class Char>
struct BindArguments {
  const Char* domain_controller = nullptr;
  const Char* dns_domain = nullptr;
  RPC_AUTH_IDENTITY_HANDLE identity = nullptr;
  const Char* spn = nullptr;
  DWORD flags = 0;
  const Char* annotation = nullptr;
  const GUID* instance = nullptr;
};

/// "\\dc1" and "dc1" name the same host.
std::string without_backslashes(std::string host) {
  if (host.starts_with("\\\\")) host.erase(0, 2);
  return host;
}

template <class Char>
Result<client::BindOptions> bind_options(const BindArguments<Char>& arguments) {
  if ((arguments.flags & ~kBindFlagsKnown) != 0) return fail(win32::kErrorInvalidFlags, "unknown BindFlags");
  TRIBUTARY_TRY(host, optional_utf8(arguments.domain_controller));
  TRIBUTARY_TRY(domain, optional_utf8(arguments.dns_domain));
  TRIBUTARY_TRY(spn, optional_utf8(arguments.spn));
  TRIBUTARY_TRY(annotation, optional_utf8(arguments.annotation));
  TRIBUTARY_TRY(identity, read_identity(arguments.identity));
  client::BindOptions options;
  options.timeout = kBindTimeout;
  options.target.domain_controller = without_backslashes(std::move(host));
  options.target.domain = std::move(domain);
  options.target.spn = std::move(spn);
  const std::string realm_hint =
      options.target.domain.empty() ? domain_of_host(options.target.domain_controller) : options.target.domain;
  options.credentials = to_credentials(std::move(identity), realm_hint);
  if (auto supported = check_annotation(annotation); !supported) return std::unexpected(std::move(supported.error()));
  return options;
}

/// Binds. A domain may be named where a DC is asked for: its name also resolves, to any of its DCs, which then is not
/// the target that the ticket is for.
Result<std::shared_ptr<Session>> bind_host_or_domain(client::BindOptions options) {
  auto session = bind_session(options);
  const bool may_be_domain = !options.target.domain_controller.empty() && options.target.domain.empty() && options.target.spn.empty();
  if (session || session.error().code != win32::kErrorWrongTargetName || !may_be_domain) return session;
  options.target.domain = std::exchange(options.target.domain_controller, {});
  auto located = bind_session(std::move(options));
  return located ? located : session;
}

template <class Char>
DWORD bind(const BindArguments<Char>& arguments, HANDLE* handle) noexcept {
  if (handle != nullptr) *handle = nullptr;
  return run([&]() -> Result<> {
    if (handle == nullptr) return null_argument("phDS");
    TRIBUTARY_TRY(options, bind_options(arguments));
    TRIBUTARY_TRY(session, bind_host_or_domain(std::move(options)));
    if (arguments.instance != nullptr) {
      if (auto same = check_instance(session->dc(), from_c_guid(*arguments.instance), kBindTimeout); !same) return same;
    }
    TRIBUTARY_TRY(opened, open_handle(std::move(session)));
    *handle = opened;
    return {};
  });
}

template <class Char>
DWORD bind_to_istg(const Char* site, HANDLE* handle) noexcept {
  if (handle != nullptr) *handle = nullptr;
  return run([&]() -> Result<> {
    if (handle == nullptr) return null_argument("phDS");
    TRIBUTARY_TRY(site_name, optional_utf8(site));
    client::BindOptions options;
    options.timeout = kBindTimeout;
    options.target.site = site_name;
    TRIBUTARY_TRY(finder, bind_session(options));
    TRIBUTARY_TRY(generator, host_of_istg(finder->dc(), site_name, kBindTimeout));
    options.credential = finder->dc().credential();
    options.target = {};
    options.target.domain_controller = generator;
    TRIBUTARY_TRY(session, bind_session(std::move(options)));
    TRIBUTARY_TRY(opened, open_handle(std::move(session)));
    *handle = opened;
    return {};
  });
}

DWORD unbind(HANDLE* handle) noexcept {
  return run([&]() -> Result<> {
    if (handle == nullptr) return null_argument("phDS");
    auto session = sessions().close(*handle);
    if (session == nullptr) return fail(win32::kErrorInvalidHandle, "the handle is not open");
    *handle = nullptr;
    // Nobody can find the session any more. Alone with it, we tell the DC and wait for its answer, whatever that is; while other
    // threads are inside calls, the last of them to return tells the DC when it drops its reference.
    if (session.use_count() == 1 && session->dc().usable()) (void)session->dc().unbind(kUnbindTimeout);
    return {};
  });
}

template <class Char>
DWORD make_credentials(const Char* user, const Char* domain, const Char* password, RPC_AUTH_IDENTITY_HANDLE* identity) noexcept {
  if (identity != nullptr) *identity = nullptr;
  return run([&]() -> Result<> {
    if (identity == nullptr) return null_argument("pAuthIdentity");
    if (user == nullptr && (domain != nullptr || password != nullptr)) return null_argument("User");
    TRIBUTARY_TRY(wide_user, optional_wide(user));
    TRIBUTARY_TRY(wide_domain, optional_wide(domain));
    TRIBUTARY_TRY(wide_password, optional_wide(password));
    *identity = make_identity(wide_user.value_or(u""), wide_domain.value_or(u""), wide_password ? *wide_password : std::u16string_view());
    if (wide_password) explicit_bzero(wide_password->data(), wide_password->size() * sizeof(char16_t));
    return {};
  });
}

}  // namespace

DWORD DsBindW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, HANDLE* phDS) {
  return bind<WCHAR>({.domain_controller = DomainControllerName, .dns_domain = DnsDomainName}, phDS);
}
DWORD DsBindA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, HANDLE* phDS) {
  return bind<CHAR>({.domain_controller = DomainControllerName, .dns_domain = DnsDomainName}, phDS);
}
DWORD DsBindWithCredW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity, HANDLE* phDS) {
  return bind<WCHAR>({.domain_controller = DomainControllerName, .dns_domain = DnsDomainName, .identity = AuthIdentity}, phDS);
}
DWORD DsBindWithCredA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity, HANDLE* phDS) {
  return bind<CHAR>({.domain_controller = DomainControllerName, .dns_domain = DnsDomainName, .identity = AuthIdentity}, phDS);
}
DWORD DsBindWithSpnW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                     LPCWSTR ServicePrincipalName, HANDLE* phDS) {
  return DsBindWithSpnExW(DomainControllerName, DnsDomainName, AuthIdentity, ServicePrincipalName, 0, phDS);
}
DWORD DsBindWithSpnA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                     LPCSTR ServicePrincipalName, HANDLE* phDS) {
  return DsBindWithSpnExA(DomainControllerName, DnsDomainName, AuthIdentity, ServicePrincipalName, 0, phDS);
}
DWORD DsBindWithSpnExW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                       LPCWSTR ServicePrincipalName, DWORD BindFlags, HANDLE* phDS) {
  return bind<WCHAR>({.domain_controller = DomainControllerName,
                      .dns_domain = DnsDomainName,
                      .identity = AuthIdentity,
                      .spn = ServicePrincipalName,
                      .flags = BindFlags},
                     phDS);
}
DWORD DsBindWithSpnExA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                       LPCSTR ServicePrincipalName, DWORD BindFlags, HANDLE* phDS) {
  return bind<CHAR>({.domain_controller = DomainControllerName,
                     .dns_domain = DnsDomainName,
                     .identity = AuthIdentity,
                     .spn = ServicePrincipalName,
                     .flags = BindFlags},
                    phDS);
}
DWORD DsBindByInstanceW(LPCWSTR ServerName, LPCWSTR Annotation, GUID* InstanceGuid, LPCWSTR DnsDomainName,
                        RPC_AUTH_IDENTITY_HANDLE AuthIdentity, LPCWSTR ServicePrincipalName, DWORD BindFlags, HANDLE* phDS) {
  return bind<WCHAR>({ServerName, DnsDomainName, AuthIdentity, ServicePrincipalName, BindFlags, Annotation, InstanceGuid}, phDS);
}
DWORD DsBindByInstanceA(LPCSTR ServerName, LPCSTR Annotation, GUID* InstanceGuid, LPCSTR DnsDomainName,
                        RPC_AUTH_IDENTITY_HANDLE AuthIdentity, LPCSTR ServicePrincipalName, DWORD BindFlags, HANDLE* phDS) {
  return bind<CHAR>({ServerName, DnsDomainName, AuthIdentity, ServicePrincipalName, BindFlags, Annotation, InstanceGuid}, phDS);
}
DWORD DsBindToISTGW(LPCWSTR SiteName, HANDLE* phDS) { return bind_to_istg(SiteName, phDS); }
DWORD DsBindToISTGA(LPCSTR SiteName, HANDLE* phDS) { return bind_to_istg(SiteName, phDS); }

DWORD DsBindingSetTimeout(HANDLE hDS, ULONG cTimeoutSecs) {
  return with_session(hDS, [&](Session& session) -> Result<> {
    session.set_timeout(std::chrono::seconds(cTimeoutSecs));
    return {};
  });
}
DWORD DsUnBindW(HANDLE* phDS) { return unbind(phDS); }
DWORD DsUnBindA(HANDLE* phDS) { return unbind(phDS); }

DWORD DsMakePasswordCredentialsW(LPCWSTR User, LPCWSTR Domain, LPCWSTR Password, RPC_AUTH_IDENTITY_HANDLE* pAuthIdentity) {
  return make_credentials(User, Domain, Password, pAuthIdentity);
}
DWORD DsMakePasswordCredentialsA(LPCSTR User, LPCSTR Domain, LPCSTR Password, RPC_AUTH_IDENTITY_HANDLE* pAuthIdentity) {
  return make_credentials(User, Domain, Password, pAuthIdentity);
}
VOID DsFreePasswordCredentials(RPC_AUTH_IDENTITY_HANDLE AuthIdentity) { free_identity(AuthIdentity); }
