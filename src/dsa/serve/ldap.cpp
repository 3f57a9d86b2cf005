// SPDX-License-Identifier: Apache-2.0
// See ldap.hpp.
#include "dsa/serve/ldap.hpp"

#include <fmt/format.h>

#include "dsa/serve/password_command.hpp"
#include "security/password_check.hpp"

namespace tributary::dsa {
namespace {

using service::ldap_face::FaceSecurity;
using service::ldap_face::LdapSettings;

std::optional<std::uint16_t> if_any(std::uint16_t port) { return port == 0 ? std::nullopt : std::optional(port); }

std::optional<net::TlsFiles> tls_files(const LdapConfig& ldap) {
  if (ldap.certificate.empty() || ldap.key.empty()) return std::nullopt;
  return net::TlsFiles{ldap.certificate, ldap.key, ldap.client_ca};
}

std::string realm_of(const Config& config, const service::DsaIdentity& identity) {
  if (!config.realm.empty()) return config.realm;
  std::string realm = identity.domain_dns_name;
  for (char& each : realm)
    if (each >= 'a' && each <= 'z') each = static_cast<char>(each - 'a' + 'A');
  return realm;
}

}  // namespace

net::LdapServerOptions ldap_listener_options(const Config& config) {
  const auto& ldap = config.ldap;
  net::LdapServerOptions options;
  options.addresses = ldap.addresses.empty() ? config.addresses : ldap.addresses;
  options.port = if_any(ldap.port);
  options.tls_port = if_any(ldap.tls_port);
  options.catalog_port = if_any(ldap.catalog_port);
  options.catalog_tls_port = if_any(ldap.catalog_tls_port);
  options.tls = tls_files(ldap);
  options.threads = ldap.threads;
  options.workers = static_cast<unsigned>(config.worker_threads_max);
  options.limits.connections_max = ldap.connections_max;
  options.limits.connections_per_address_max = ldap.connections_per_address_max;
  options.limits.session.idle_timeout = ldap.idle_timeout;
  return options;
}

std::shared_ptr<const LdapSettings> ldap_settings(const Config& config, const service::DsaIdentity& identity) {
  const auto& ldap = config.ldap;
  auto settings = std::make_shared<LdapSettings>();
  settings->policies.max_page_size = ldap.max_page_size;
  settings->policies.max_value_range = ldap.max_value_range;
  settings->policies.max_query_duration = ldap.max_query_duration;
  settings->policies.max_result_set_octets = ldap.max_result_set_octets;
  settings->policies.max_temp_table_candidates = ldap.max_temp_table_candidates;
  settings->policies.max_notifications_per_connection = ldap.max_notifications_per_connection;
  settings->policies.max_paged_searches_per_connection = ldap.max_paged_searches_per_connection;
  if (ldap.port != 0) settings->ldap_port = ldap.port;
  if (ldap.catalog_port != 0) settings->global_catalog_port = ldap.catalog_port;
  settings->kerberos_realm = realm_of(config, identity);
  if (!ldap.password_command.empty()) settings->password_hook = std::make_shared<PasswordCommand>(ldap.password_command);
  settings->is_kdc = ldap.kdc;
  settings->is_time_server = ldap.time_server;
  return settings;
}

LdapService::LdapService(const Config& config, RunningDsa& dsa, Log& log, MakeAcceptor make_acceptor)
    : dsa_(dsa), log_(log), make_acceptor_(std::move(make_acceptor)), connections_max_(config.ldap.connections_max) {}

LdapService::~LdapService() = default;

FaceSecurity LdapService::security(const Config& config) const {
  FaceSecurity security;
  security.make_acceptor = make_acceptor_;
  security.realm = realm_of(config, dsa_.identity());
  security.check_password = [keytab = config.keytab](const std::string& principal, const security::Secret& password) {
    return security::check_password(principal, password, keytab);
  };
  security.requires_signing = config.ldap.require_signing;
  return security;
}

Result<std::unique_ptr<LdapService>> LdapService::start(const Config& config, RunningDsa& dsa, Log& log, MakeAcceptor make_acceptor) {
  std::unique_ptr<LdapService> service(new LdapService(config, dsa, log, std::move(make_acceptor)));
  service->face_ = service::ldap_face::make_ldap_face(dsa, ldap_settings(config, dsa.identity()), service->security(config));
  auto options = ldap_listener_options(config);
  options.log = [&log](std::string line) { log.write('i', line); };
  auto server = net::LdapServer::listen(std::move(options), service->face_);
  if (!server) return fail(server.error().code, fmt::format("{}: change [ldap] in the configuration", server.error().detail));
  service->server_ = std::move(*server);
  std::string urls;
  for (const auto& url : service->server_->urls()) urls += (urls.empty() ? "" : " ") + url;
  log.write('i', "ldap: listens at " + urls);
  return service;
}

void LdapService::reload(const Config& config) {
  face_->change_settings(ldap_settings(config, dsa_.identity()));
  face_->change_security(security(config));
  if (const auto files = tls_files(config.ldap))
    if (auto loaded = server_->reload_tls(*files); !loaded) log_.write('e', "ldap: the certificate stays as it is: " + loaded.error().detail);
}

boost::json::object LdapService::status() const {
  const auto figures = server_->figures();
  boost::json::array urls;
  for (const auto& url : server_->urls()) urls.emplace_back(url);
  return {{"urls", std::move(urls)},
          {"connections",
           {{"open", figures.open}, {"limit", connections_max_}, {"accepted", figures.accepted}, {"refused", figures.refused}, {"violations", figures.violations},
            {"dropped_slow", figures.dropped_slow}, {"dropped_idle", figures.dropped_idle}, {"dropped_memory", figures.dropped_memory}, {"expired", figures.expired},
            {"failed_tls", figures.failed_tls}, {"accept_errors", figures.accept_errors}, {"held_octets", figures.held_octets}}},
          {"operations",
           {{"bind", figures.binds}, {"bind_failed", figures.binds_failed}, {"search", figures.searches}, {"compare", figures.compares}, {"add", figures.adds},
            {"modify", figures.modifies}, {"delete", figures.deletes}, {"modify_dn", figures.modify_dns}, {"extended", figures.extended}, {"abandon", figures.abandons},
            {"malformed", figures.faults}, {"datagrams", figures.datagrams}}},
          {"octets", {{"in", figures.octets_in}, {"out", figures.octets_out}}}};
}

}  // namespace tributary::dsa
