// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 4.1.4.2 (CrackNames), list by list, and 4.1.16.3 (QuerySitesByCost), as LDAP searches.
#include "ntdsapi/ldap_answers.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/utf.hpp"
#include "drsuapi/constants.hpp"
#include "ntdsapi/args.hpp"
#include "topology/site_costs.hpp"

namespace tributary::ntdsapi {
namespace {

// [MS-ADTS] 5.1.3.2: rights in validAccesses that make an extended right a property set, or a control access right.
constexpr std::uint32_t kPropertyRights = ACTRL_DS_READ_PROP | ACTRL_DS_WRITE_PROP;
constexpr std::uint32_t kControlRights = ACTRL_DS_CONTROL_ACCESS | ACTRL_DS_SELF;

void add(drsuapi::DS_NAME_RESULTW& result, const std::string& dn) {
  result.rItems.push_back({DS_NAME_NO_ERROR, {}, to_utf16_lossy(dn)});
}

Result<std::vector<ldap_client::Entry>> search(client::Directory& directory, const std::string& base, ldap_client::Scope scope, const std::string& filter,
                                        std::vector<std::string> attributes = {"objectGUID"}) {
  return directory.ldap().search({.base = base, .scope = scope, .filter = filter, .attributes = std::move(attributes)});
}

Result<std::string> name_at(std::span<const ndr::WString> names, std::size_t i) {
  if (i >= names.size() || !names[i]) return fail(win32::kErrorInvalidParameter, "a name is missing");
  return to_utf8(*names[i]);
}

bool contains(const std::vector<std::string>& names, const std::string& dn) {
  return std::ranges::any_of(names, [&dn](const std::string& name) { return client::same_dn(name, dn); });
}

std::vector<std::string> texts(const ldap_client::Entry& entry, std::string_view attribute) {
  std::vector<std::string> all;
  for (const auto& value : entry.values(attribute)) all.emplace_back(value.begin(), value.end());
  return all;
}

std::uint32_t number(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The DSAs below a site with the NCs that they hold writeable.
Result<std::vector<ldap_client::Entry>> dsas_in(client::Directory& directory, const std::string& site) {
  return search(directory, site, ldap_client::Scope::kSubtree, "(objectClass=nTDSDSA)", {"hasMasterNCs", "msDS-hasMasterNCs"});
}

Result<drsuapi::DS_NAME_RESULTW> entries(Result<std::vector<ldap_client::Entry>> found) {
  if (!found) return std::unexpected(std::move(found.error()));
  drsuapi::DS_NAME_RESULTW result;
  for (const auto& entry : *found) add(result, entry.dn);
  return result;
}

Result<drsuapi::DS_NAME_RESULTW> domains_in_site(client::Directory& directory, const std::string& site) {
  TRIBUTARY_TRY(dsas, dsas_in(directory, site));
  std::vector<std::string> domains;
  for (const auto& dsa : dsas)
    for (const auto& nc : texts(dsa, "hasMasterNCs")) {
      const bool is_domain = !client::same_dn(nc, directory.configuration_nc()) && !client::same_dn(nc, directory.schema_nc());
      if (is_domain && !contains(domains, nc)) domains.push_back(nc);
    }
  drsuapi::DS_NAME_RESULTW result;
  for (const auto& domain : domains) add(result, domain);
  return result;
}

Result<drsuapi::DS_NAME_RESULTW> servers_for_domain(client::Directory& directory, const std::string& domain, const std::string& site) {
  TRIBUTARY_TRY(dsas, dsas_in(directory, site));
  drsuapi::DS_NAME_RESULTW result;
  for (const auto& dsa : dsas)
    if (contains(texts(dsa, "msDS-hasMasterNCs"), domain)) add(result, std::string(client::parent_dn(dsa.dn)));
  return result;
}

Result<SchemaGuid> map_guid(client::Directory& directory, const Guid& guid) {
  SchemaGuid mapped{guid, DS_SCHEMA_GUID_NOT_FOUND, {}};
  TRIBUTARY_TRY(schema, search(directory, directory.schema_nc(), ldap_client::Scope::kOneLevel, "(schemaIDGUID=" + ldap_client::escape_filter(guid.octets) + ")",
                               {"objectClass", "lDAPDisplayName"}));
  for (const auto& entry : schema) {
    const auto classes = texts(entry, "objectClass");
    const bool is_attribute = std::ranges::find(classes, "attributeSchema") != classes.end();
    if (!is_attribute && mapped.guidType != DS_SCHEMA_GUID_NOT_FOUND) continue;  // an attribute goes before a class
    mapped.guidType = is_attribute ? DS_SCHEMA_GUID_ATTR : DS_SCHEMA_GUID_CLASS;
    mapped.pName = to_utf16_lossy(entry.text("lDAPDisplayName"));
  }
  if (mapped.guidType != DS_SCHEMA_GUID_NOT_FOUND) return mapped;
  TRIBUTARY_TRY(rights, search(directory, "CN=Extended-Rights," + directory.configuration_nc(), ldap_client::Scope::kOneLevel,
                               "(rightsGuid=" + to_string(guid) + ")", {"displayName", "validAccesses"}));
  for (const auto& right : rights) {
    const std::uint32_t accesses = number(right.text("validAccesses"));
    if ((accesses & (kPropertyRights | kControlRights)) == 0) continue;
    mapped.guidType = (accesses & kPropertyRights) != 0 ? DS_SCHEMA_GUID_ATTR_SET : DS_SCHEMA_GUID_CONTROL_RIGHT;
    mapped.pName = to_utf16_lossy(right.text("displayName"));
  }
  return mapped;
}

}  // namespace

Result<std::unique_ptr<client::Directory>> open_directory(client::DrsHandle& dc, std::chrono::milliseconds timeout) {
  client::DirectoryOptions options;
  options.host = dc.host();
  options.credential = dc.credential();
  options.timeout = timeout;
  options.bind = [&dc] { return Result<std::shared_ptr<client::DrsHandle>>(dc.shared_from_this()); };
  return client::Directory::open(options);
}

Result<drsuapi::DS_NAME_RESULTW> list_names(client::Directory& directory, std::uint32_t what, std::span<const ndr::WString> names) {
  if (what == drsuapi::DS_LIST_SITES)
    return entries(search(directory, "CN=Sites," + directory.configuration_nc(), ldap_client::Scope::kOneLevel, "(objectClass=site)"));
  TRIBUTARY_TRY(first, name_at(names, 0));
  if (what == drsuapi::DS_LIST_SERVERS_IN_SITE) return entries(search(directory, first, ldap_client::Scope::kSubtree, "(objectClass=server)"));
  if (what == drsuapi::DS_LIST_DOMAINS_IN_SITE) return domains_in_site(directory, first);
  if (what != drsuapi::DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE) return fail(win32::kErrorNotSupported, "the DC gives no such list", Phase::kCall);
  TRIBUTARY_TRY(site, name_at(names, 1));
  return servers_for_domain(directory, first, site);
}

Result<ndr::Seq<SchemaGuid>> map_guids(client::Directory& directory, std::span<const Guid> guids) {
  ndr::Seq<SchemaGuid> map;
  for (const Guid& guid : guids) {
    TRIBUTARY_TRY(mapped, map_guid(directory, guid));
    map.push_back(std::move(mapped));
  }
  return map;
}

namespace {

/// The sites with their links, as numbers.
struct SiteGraph {
  std::vector<std::string> sites;       ///< DNs
  std::vector<std::string> link_names;  ///< DNs
  std::vector<topology::WeightedLink> links;
  std::vector<topology::BridgedLinks> bridges;
  bool bridges_required = false;

  [[nodiscard]] std::optional<std::size_t> site(const std::string& rdn) const {
    for (std::size_t i = 0; i < sites.size(); ++i)
      if (equals_ignoring_case(client::rdn_value(sites[i]), rdn)) return i;
    return std::nullopt;
  }
};

/// Where each of `names` stands in `among`; unknown ones are left out.
std::vector<std::size_t> indices(const std::vector<std::string>& names, const std::vector<std::string>& among) {
  std::vector<std::size_t> found;
  for (const auto& name : names)
    for (std::size_t i = 0; i < among.size(); ++i)
      if (client::same_dn(name, among[i])) found.push_back(i);
  return found;
}

Result<SiteGraph> read_site_graph(client::Directory& directory) {
  const std::string container = "CN=Sites," + directory.configuration_nc();
  const std::string transport = "CN=IP,CN=Inter-Site Transports," + container;
  SiteGraph graph;
  TRIBUTARY_TRY(sites, search(directory, container, ldap_client::Scope::kOneLevel, "(objectClass=site)"));
  for (const auto& site : sites) graph.sites.push_back(site.dn);
  TRIBUTARY_TRY(links, search(directory, transport, ldap_client::Scope::kOneLevel, "(objectClass=siteLink)", {"siteList", "cost"}));
  for (const auto& link : links) {
    graph.link_names.push_back(link.dn);
    graph.links.push_back({indices(texts(link, "siteList"), graph.sites), number(link.text("cost"))});
  }
  TRIBUTARY_TRY(bridges, search(directory, transport, ldap_client::Scope::kOneLevel, "(objectClass=siteLinkBridge)", {"siteLinkList"}));
  for (const auto& bridge : bridges) graph.bridges.push_back(indices(texts(bridge, "siteLinkList"), graph.link_names));
  TRIBUTARY_TRY(options, directory.ldap().read(transport, {"options"}));
  graph.bridges_required = (number(options.text("options")) & NTDSTRANSPORT_OPT_BRIDGES_REQUIRED) != 0;
  return graph;
}

}  // namespace

Result<ndr::Seq<drsuapi::DRS_MSG_QUERYSITESREPLYELEMENT_V1>> query_site_costs(client::Directory& directory, const std::string& from,
                                                                          std::span<const std::string> to) {
  TRIBUTARY_TRY(graph, read_site_graph(directory));
  const auto start = graph.site(from);
  if (!start) return fail(kErrorDsObjNotFound, "there is no site " + from, Phase::kLdap);
  const auto costs = topology::site_costs(graph.sites.size(), *start, graph.links, graph.bridges_required ? &graph.bridges : nullptr);
  ndr::Seq<drsuapi::DRS_MSG_QUERYSITESREPLYELEMENT_V1> answer;
  for (const auto& name : to) {
    const auto site = graph.site(name);
    answer.push_back(site ? drsuapi::DRS_MSG_QUERYSITESREPLYELEMENT_V1{0, costs[*site]}
                          : drsuapi::DRS_MSG_QUERYSITESREPLYELEMENT_V1{static_cast<std::uint32_t>(kErrorDsObjNotFound), topology::kNotConnected});
  }
  return answer;
}

Result<std::u16string> computer_account(client::Directory& directory, const std::string& netbios_name) {
  TRIBUTARY_TRY(found, search(directory, directory.default_nc(), ldap_client::Scope::kSubtree,
                              "(&(objectCategory=computer)(sAMAccountName=" + ldap_client::escape_filter(netbios_name + "$") + "))"));
  if (found.size() != 1) return fail(kErrorDsObjNotFound, "the domain has no computer account " + netbios_name + "$", Phase::kLdap);
  return to_utf16(found[0].dn);
}

Result<std::map<Guid, std::u16string>> dsa_names(client::Directory& directory) {
  TRIBUTARY_TRY(dsas, directory.dsas());
  std::map<Guid, std::u16string> names;
  for (const auto& dsa : dsas) names[dsa.invocation_id.value] = to_utf16_lossy(dsa.dn);
  return names;
}

}  // namespace tributary::ntdsapi
