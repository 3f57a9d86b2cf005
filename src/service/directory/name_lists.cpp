// SPDX-License-Identifier: Apache-2.0
// Lists of what the Configuration NC has. Objects are found by the index of objectCategory.
#include "service/directory/name_lists.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "security/access/rights.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;

using Names = std::vector<CrackedName>;

/// A value that is not there has no name. DEVIATION: 4.1.4.2.9 would call that a success with a null name.
CrackedName item(std::optional<std::string> name) {
  return {name ? DS_NAME_NO_ERROR : DS_NAME_ERROR_NOT_FOUND, {}, std::move(name)};
}

class Lister {
 public:
  Lister(const Reader& reader, const Partitions& partitions, std::span<const std::string> names)
      : reader_(reader), partitions_(partitions), names_(names) {}

  Names roles() const {
    Names items;
    for (const auto role : {FsmoRole::kSchema, FsmoRole::kDomainNaming, FsmoRole::kPdc, FsmoRole::kRid, FsmoRole::kInfrastructure})
      items.push_back(item(dn(partitions_.role_owner(role))));
    return items;
  }
  Names sites() const {
    const Dnt container = reader_.child(reader_.configuration_nc(), "Sites");
    Names items;
    for (const Dnt site : reader_.of_category(class_id::kSite, container))
      if (reader_.parent(site) == container) items.push_back(item(dn(site)));
    return items;
  }
  Names servers_in_site() const { return items(reader_.of_category(class_id::kServer, named(0))); }
  Names ncs(bool domains_only) const {
    Names items;
    for (const auto& each : partitions_.all())
      if (!domains_only || each.is_domain()) items.push_back(item(each.nc == kNoDnt ? std::nullopt : std::optional(reader_.dn(each.nc))));
    return items;
  }
  Names domains_in_site() const {
    std::vector<Dnt> domains;
    for (const Dnt dsa : dsas_below(named(0)))
      for (const Dnt nc : reader_.references(dsa, attid::kHasMasterNcs))
        if (nc != reader_.schema_nc() && nc != reader_.configuration_nc() && !has_element(domains, nc)) domains.push_back(nc);
    return items(domains);
  }
  Names servers_for_domain_in_site() const {
    const auto domain = repl::parse_dn(reader_.schema(), name(0));
    const Dnt nc = domain ? must(repl::resolve_dn(reader_.snapshot(), reader_.schema(), *domain)) : kNoDnt;
    std::vector<Dnt> servers;
    for (const Dnt dsa : dsas_below(named(1)))
      if (nc != kNoDnt && has_element(reader_.references(dsa, attid::kMsDsHasMasterNcs), nc)) servers.push_back(reader_.parent(dsa));
    return items(servers);
  }
  Names servers_with_dcs_in_site() const {
    std::vector<Dnt> servers;
    for (const Dnt dsa : dsas_below(named(0)))
      if (!reader_.references(dsa, attid::kHasMasterNcs).empty()) servers.push_back(reader_.parent(dsa));
    return items(servers);
  }
  Names info_for_server() const {
    const Dnt server = named(0);
    const auto dsas = dsas_below(server);
    if (dsas.empty()) return {};
    const Dnt computer = reader_.reference(server, attid::kServerReference);
    return {item(dn(dsas.front())), item(reader_.text(reader_.object(server), attid::kDnsHostName)), item(dn(computer))};
  }
  Names global_catalogs() const {
    Names items;
    for (const Dnt dsa : dsas_below(reader_.configuration_nc())) {
      const auto record = reader_.object(dsa);
      if ((record.first_u32(attid::kOptions).value_or(0) & kNtdsdsaOptIsGc) == 0 || !record.first(attid::kInvocationId)) continue;
      const Dnt server = reader_.parent(dsa);
      // DEVIATION: 4.1.4.2.9 takes the server's parent for the site; between them is the container of servers ([MS-ADTS] 6.1.1.2.2.1.2).
      const Dnt site = reader_.parent(reader_.parent(server));
      items.push_back({DS_NAME_NO_ERROR, reader_.text(reader_.object(server), attid::kDnsHostName), reader_.rdn(site)});
    }
    return items;
  }

 private:
  std::string name(std::size_t i) const { return i < names_.size() ? names_[i] : std::string(); }
  Dnt named(std::size_t i) const { return reader_.of_dn(name(i)); }
  std::optional<std::string> dn(Dnt dnt) const { return reader_.is_living(dnt) ? std::optional(reader_.dn(dnt)) : std::nullopt; }
  std::vector<Dnt> dsas_below(Dnt dnt) const { return reader_.of_category(class_id::kNtdsDsa, dnt); }
  /// Of NCs that are not held here only the name is known: it counts.
  Names items(const std::vector<Dnt>& dnts) const {
    Names made;
    for (const Dnt dnt : dnts) made.push_back(item(reader_.dn(dnt)));
    return made;
  }

  const Reader& reader_;
  const Partitions& partitions_;
  std::span<const std::string> names_;
};

}  // namespace

CrackedName map_schema_guid(const Reader& reader, const std::string& name) {
  const CrackedName unknown{DS_NAME_ERROR_SCHEMA_GUID_NOT_FOUND, {}, {}};
  const auto guid = parse_braced_guid(name);
  if (!guid) return unknown;
  if (const auto* attribute = reader.schema().find_attribute_by_guid(*guid))
    return {DS_NAME_ERROR_SCHEMA_GUID_ATTR, {}, attribute->ldap_display_name};
  if (const auto* object_class = reader.schema().find_class_by_guid(*guid))
    return {DS_NAME_ERROR_SCHEMA_GUID_CLASS, {}, object_class->ldap_display_name};
  // rightsGuid has no index: the container's children are looked at.
  for (const Dnt dnt : reader.children(reader.child(reader.configuration_nc(), "Extended-Rights"))) {
    const auto object = reader.object(dnt);
    const auto rights_guid = reader.text(object, attid::kRightsGuid);
    if (!rights_guid || !equals_ignoring_case(*rights_guid, to_string(*guid))) continue;
    const auto accesses = object.first_u32(attid::kValidAccesses).value_or(0);
    const auto display_name = reader.text(object, attid::kDisplayName);
    if ((accesses & (security::kRightDsReadProperty | security::kRightDsWriteProperty)) != 0)
      return {DS_NAME_ERROR_SCHEMA_GUID_ATTR_SET, {}, display_name};
    if ((accesses & (security::kRightDsControlAccess | security::kRightDsWritePropertyExtended)) != 0)
      return {DS_NAME_ERROR_SCHEMA_GUID_CONTROL_RIGHT, {}, display_name};
  }
  return unknown;
}

std::optional<std::vector<CrackedName>> list_names(const Reader& reader, const Partitions& partitions, std::uint32_t format,
                                                   std::span<const std::string> names) {
  const Lister lister(reader, partitions, names);
  switch (format) {
    case DS_LIST_ROLES: return lister.roles();
    case DS_LIST_SITES: return lister.sites();
    case DS_LIST_SERVERS_IN_SITE: return lister.servers_in_site();
    case DS_LIST_DOMAINS: return lister.ncs(true);
    case DS_LIST_NCS: return lister.ncs(false);
    case DS_LIST_DOMAINS_IN_SITE: return lister.domains_in_site();
    case DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE: return lister.servers_for_domain_in_site();
    case DS_LIST_SERVERS_WITH_DCS_IN_SITE: return lister.servers_with_dcs_in_site();
    case DS_LIST_INFO_FOR_SERVER: return lister.info_for_server();
    case DS_LIST_GLOBAL_CATALOG_SERVERS: return lister.global_catalogs();
    default: return std::nullopt;
  }
}

}  // namespace tributary::service::directory
