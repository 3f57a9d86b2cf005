// SPDX-License-Identifier: Apache-2.0
// Reading the Configuration NC. Searches are by object class below CN=Sites, so a forest of a hundred DSAs is two paged searches.
#include "client/directory.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "client/drs_directory.hpp"
#include "client/hosts.hpp"
#include "security/target_name.hpp"

namespace tributary::client {
namespace {

const std::vector<std::string> kDsaAttributes = {"objectGUID",       "invocationId", "options", "hasMasterNCs", "msDS-hasMasterNCs",
                                                 "hasPartialReplicaNCs", "objectClass"};

std::vector<std::string> texts(const ldap_client::Entry& entry, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& value : entry.values(name)) all.emplace_back(value.begin(), value.end());
  return all;
}

template <class T>
T number(const ldap_client::Entry& entry, std::string_view name) {
  const std::string text = entry.text(name);
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Guid guid_value(const ldap_client::Entry& entry, std::string_view name) {
  const auto& values = entry.values(name);
  return values.empty() ? Guid{} : guid_from_bytes(values.front()).value_or(Guid{});
}

/// A DN with ASCII letters in lower case and no blanks around its separators.
std::string comparable(std::string_view dn) {
  std::string out;
  for (std::size_t i = 0; i < dn.size(); ++i) {
    if (dn[i] == '\\' && i + 1 < dn.size()) {
      out += dn[i];
      out += dn[++i];
    } else if (dn[i] == ',' || dn[i] == '=') {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out += dn[i];
      while (i + 1 < dn.size() && dn[i + 1] == ' ') ++i;
    } else {
      out += dn[i];
    }
  }
  return to_lower_ascii(out);
}

Dsa make_dsa(const ldap_client::Entry& settings, std::string dns_host_name) {
  Dsa dsa;
  dsa.dn = settings.dn;
  dsa.guid = {guid_value(settings, "objectGUID")};
  dsa.invocation_id = {guid_value(settings, "invocationId")};
  dsa.options = number<std::uint32_t>(settings, "options");
  dsa.full_replicas = texts(settings, "msDS-hasMasterNCs");
  if (dsa.full_replicas.empty()) dsa.full_replicas = texts(settings, "hasMasterNCs");
  dsa.partial_replicas = texts(settings, "hasPartialReplicaNCs");
  for (const auto& name : texts(settings, "objectClass")) dsa.is_read_only |= equals_ignoring_case(name, "nTDSDSARO");
  const std::string_view server = parent_dn(settings.dn);
  dsa.server_name = rdn_value(server);
  dsa.site = rdn_value(parent_dn(parent_dn(server)));
  dsa.dns_host_name = std::move(dns_host_name);
  return dsa;
}

bool is_no_such_object(const Error& error) {
  return error.code == win32::kErrorDsNoSuchObject || error.code == win32::kErrorDsObjNotFound;
}

/// DN-Binary ([MS-ADTS] 3.1.1.2.2.2.3): "B:8:00000002:DC=lab,DC=example", four octets in hex.
std::optional<NtdsConnection::Reason> parse_reason(std::string_view text) {
  constexpr std::string_view kHead = "B:8:";
  if (!text.starts_with(kHead) || text.size() < kHead.size() + 9 || text[kHead.size() + 8] != ':') return std::nullopt;
  NtdsConnection::Reason reason;
  const char* const digits = text.data() + kHead.size();
  if (const auto [end, error] = std::from_chars(digits, digits + 8, reason.reason, 16); error != std::errc{} || end != digits + 8) return std::nullopt;
  reason.nc_dn = text.substr(kHead.size() + 9);
  return reason;
}

}  // namespace

Result<> Directory::read_root() {
  auto root = connection_->root_dse();
  if (!root) return std::unexpected(std::move(root.error()));
  default_nc_ = root->text("defaultNamingContext");
  configuration_nc_ = root->text("configurationNamingContext");
  schema_nc_ = root->text("schemaNamingContext");
  root_domain_nc_ = root->text("rootDomainNamingContext");
  dns_host_name_ = root->text("dnsHostName");
  ds_service_name_ = root->text("dsServiceName");
  naming_contexts_ = texts(*root, "namingContexts");
  is_samba_ = root->text("vendorName").starts_with("Samba");
  highest_committed_usn_ = number<std::int64_t>(*root, "highestCommittedUSN");
  return {};
}

Result<std::unique_ptr<Directory>> Directory::open_over_ldap(const DirectoryOptions& options) {
  auto connection = ldap_client::Connection::open({options.host, options.port, options.timeout});
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto directory = std::unique_ptr<Directory>(new Directory(std::move(*connection), true));
  if (auto read = directory->read_root(); !read) return std::unexpected(std::move(read.error()));
  // The name to authenticate is the one the caller trusts; an address has to be content with what the server calls itself.
  const std::string spn =
      !options.spn.empty() ? options.spn : security::ldap_spn(is_numeric_address(options.host) ? directory->dns_host_name_ : options.host);
  if (auto bound = directory->connection_->bind(options.credential, spn); !bound) return std::unexpected(std::move(bound.error()));
  return directory;
}

Result<std::unique_ptr<Directory>> Directory::open_over_drsuapi(std::shared_ptr<DrsHandle> dc, std::chrono::milliseconds timeout) {
  auto directory = std::unique_ptr<Directory>(new Directory(entries_over_drsuapi(std::move(dc), timeout), false));
  if (auto read = directory->read_root(); !read) return std::unexpected(std::move(read.error()));
  return directory;
}

Result<std::unique_ptr<Directory>> Directory::open(const DirectoryOptions& options) {
  const auto map = HostMap::from_environment();
  if (!map) return std::unexpected(in_phase(map.error(), Phase::kDns));
  const HostPort called = split_host_port(options.host);
  const HostPort* const known = map->find(called.host);
  const bool only_drsuapi = options.bind && (called.port || (known != nullptr && known->port));
  Result<std::unique_ptr<Directory>> opened = fail(win32::kErrorNotSupported);
  if (!only_drsuapi) {
    DirectoryOptions there = options;
    there.host = known != nullptr ? known->host : called.host;
    if (there.spn.empty() && !is_numeric_address(called.host)) there.spn = security::ldap_spn(called.host);
    opened = open_over_ldap(there);
    const bool nobody_listens = !opened && opened.error().phase == Phase::kConnect && opened.error().code == win32::kRpcSServerUnavailable;
    if (!nobody_listens || !options.bind) return opened;
  }
  auto dc = options.bind();
  if (dc) return open_over_drsuapi(std::move(*dc), options.timeout);
  if (only_drsuapi) return std::unexpected(std::move(dc.error()));
  return opened;
}

std::string Directory::forest_dns_name() const { return dns_name_of_dn(root_domain_nc_); }

Result<Dsa> Directory::local_dsa() {
  auto settings = connection_->read(ds_service_name_, kDsaAttributes);
  if (!settings) return std::unexpected(std::move(settings.error()));
  auto server = connection_->read(std::string(parent_dn(settings->dn)), {"dNSHostName"});
  if (!server) return std::unexpected(std::move(server.error()));
  return make_dsa(*settings, server->text("dNSHostName"));
}

Result<DsaGuid> Directory::stand_in_dsa() {
  if (is_samba_) return DsaGuid{};
  auto local = local_dsa();
  if (!local) return std::unexpected(std::move(local.error()));
  return local->guid;
}

Result<std::vector<Dsa>> Directory::dsas() {
  const std::string sites = "CN=Sites," + configuration_nc_;
  auto servers = connection_->search({.base = sites, .scope = ldap_client::Scope::kSubtree, .filter = "(objectClass=server)", .attributes = {"dNSHostName"}});
  if (!servers) return std::unexpected(std::move(servers.error()));
  std::map<std::string, std::string> host_names;
  for (const auto& server : *servers) host_names[comparable(server.dn)] = server.text("dNSHostName");
  auto found = connection_->search({.base = sites, .scope = ldap_client::Scope::kSubtree, .filter = "(objectClass=nTDSDSA)", .attributes = kDsaAttributes});
  if (!found) return std::unexpected(std::move(found.error()));
  std::vector<Dsa> all;
  for (const auto& settings : *found) all.push_back(make_dsa(settings, host_names[comparable(parent_dn(settings.dn))]));
  std::ranges::sort(all, {}, &Dsa::dn);
  return all;
}

Result<std::vector<NtdsConnection>> Directory::connections(const std::string& ntds_settings_dn) {
  auto found = connection_->search({.base = ntds_settings_dn,
                                    .scope = ldap_client::Scope::kOneLevel,
                                    .filter = "(objectClass=nTDSConnection)",
                                    .attributes = {"name", "fromServer", "options", "enabledConnection", "mS-DS-ReplicatesNCReason"}});
  if (!found) return std::unexpected(std::move(found.error()));
  std::vector<NtdsConnection> all;
  for (const auto& entry : *found) {
    NtdsConnection connection;
    connection.dn = entry.dn;
    connection.name = entry.text("name");
    connection.from_server = entry.text("fromServer");
    connection.options = number<std::uint32_t>(entry, "options");
    connection.enabled = !equals_ignoring_case(entry.text("enabledConnection"), "FALSE");
    for (const auto& reason : texts(entry, "mS-DS-ReplicatesNCReason"))
      if (auto parsed = parse_reason(reason)) connection.reasons.push_back(std::move(*parsed));
    auto server = connection_->read(std::string(parent_dn(connection.from_server)), {"dNSHostName"});
    if (server && !server->values("dNSHostName").empty()) connection.from_dns_host_name = server->text("dNSHostName");
    if (!server && !is_no_such_object(server.error())) return std::unexpected(std::move(server.error()));
    connection.from_server_gone = !server;
    all.push_back(std::move(connection));
  }
  return all;
}

Result<bool> Directory::exists(const Guid& object_guid) {
  auto entry = connection_->read(ldap_client::guid_dn(object_guid), {"objectClass"});
  if (entry) return true;
  if (is_no_such_object(entry.error())) return false;
  return std::unexpected(std::move(entry.error()));
}

Result<Dsa> Directory::find_dsa(std::string_view named) {
  auto all = dsas();
  if (!all) return std::unexpected(std::move(all.error()));
  // A host may be named by the way that leads to it. A DN is no host.
  const HostPort called = named.find('=') == named.npos ? split_host_port(named) : HostPort{std::string(named), {}};
  std::string name = called.host;
  if (is_numeric_address(name)) {
    const auto map = HostMap::from_environment();
    if (auto known = map ? map->name_of(called) : std::string(); !known.empty()) name = std::move(known);
  }
  const auto guid = parse_guid(std::string_view(name).substr(0, name.find("._msdcs.")));
  const Dsa* match = nullptr;
  std::size_t matches = 0;
  for (const auto& dsa : *all) {
    const bool fits = guid ? dsa.guid.value == *guid
                           : equals_ignoring_case(dsa.dns_host_name, name) || equals_ignoring_case(dsa.server_name, name) ||
                                 same_dn(dsa.dn, name) || same_dn(parent_dn(dsa.dn), name);
    if (!fits) continue;
    match = &dsa;
    ++matches;
  }
  if (matches == 1) return *match;
  return fail(win32::kErrorNotFound, std::string(named) + (matches == 0 ? ": no DSA of this forest has that name" : ": several DSAs have that name, give the DSA GUID"),
              Phase::kLdap);
}

Result<std::vector<Bytes>> Directory::attribute(const std::string& dn, const std::string& name) {
  auto entry = connection_->read(dn, {name});
  if (!entry) return std::unexpected(std::move(entry.error()));
  return entry->values(name);
}

std::string_view parent_dn(std::string_view dn) noexcept {
  for (std::size_t i = 0; i < dn.size(); ++i) {
    if (dn[i] == '\\') {
      ++i;
    } else if (dn[i] == ',') {
      dn.remove_prefix(i + 1);
      while (!dn.empty() && dn.front() == ' ') dn.remove_prefix(1);
      return dn;
    }
  }
  return {};
}

std::string rdn_value(std::string_view dn) {
  const auto parent = parent_dn(dn);
  std::string_view rdn = parent.empty() ? dn : dn.substr(0, dn.size() - parent.size());
  while (!rdn.empty() && (rdn.back() == ' ' || rdn.back() == ',')) rdn.remove_suffix(1);
  rdn.remove_prefix(std::min(rdn.size(), rdn.find('=') + 1));
  std::string value;
  for (std::size_t i = 0; i < rdn.size(); ++i) {
    if (rdn[i] != '\\' || i + 1 == rdn.size()) {
      value += rdn[i];
      continue;
    }
    const auto octet = i + 2 < rdn.size() ? from_hex(rdn.substr(i + 1, 2)) : Result<Bytes>(fail(win32::kErrorInvalidData));
    if (octet && octet->size() == 1) {
      value += static_cast<char>(octet->front());
      i += 2;
    } else {
      value += rdn[++i];
    }
  }
  return value;
}

std::string dns_name_of_dn(std::string_view dn) {
  std::string name;
  for (; !dn.empty(); dn = parent_dn(dn)) {
    if (dn.size() < 3 || !equals_ignoring_case(dn.substr(0, 3), "DC=")) continue;
    if (!name.empty()) name += '.';
    name += rdn_value(dn);
  }
  return name;
}

bool same_dn(std::string_view a, std::string_view b) { return comparable(a) == comparable(b); }

}  // namespace tributary::client
