// SPDX-License-Identifier: Apache-2.0
// The rootDSE ([MS-ADTS] 3.1.1.3.2): what a DSA says of itself to everybody. A table has each attribute, whether it comes only when it is
// asked for by name, and what makes its values. "+" asks for all of those, as other servers have it.
// DEVIATION: whatever the filter says, the entry is given; some clients send other filters than (objectClass=*) and are answered by Samba.
// Reads only. Replication state (3.1.1.3.2.28 to .30) is constructed/repl_state.hpp's.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf.hpp"
#include "query/ldap_values.hpp"
#include "schema/prefix_table.hpp"
#include "service/directory/partitions.hpp"
#include "service/ldap/constructed/repl_state.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/root_dse.hpp"

namespace tributary::service::ldap_face {
namespace {

using directory::FsmoRole;
using directory::Partitions;
using directory::Reader;
using store::Dnt;
using store::kNoDnt;
namespace attid = directory::attid;

using Values = std::vector<std::string>;

/// One answer's view of the directory.
struct Source {
  const LdapCall& call;
  const repl::Context& context;
  const store::Snapshot& snapshot;
  const Reader& reader;
  const Partitions& partitions;

  [[nodiscard]] Values dn(Dnt dnt) const { return dnt == kNoDnt ? Values{} : Values{reader.dn(dnt)}; }
  [[nodiscard]] Values level(Dnt dnt) const {
    const auto object = reader.find(dnt);
    return object ? Values{std::to_string(object->first_u32(attid::kMsDsBehaviorVersion).value_or(0))} : Values{};
  }
};

Values boolean(bool value) { return {value ? "TRUE" : "FALSE"}; }
template <std::size_t N>
Values list(const std::array<std::string_view, N>& names) {
  return {names.begin(), names.end()};
}

constexpr std::array<std::string_view, 6> kCapabilities = {
    "1.2.840.113556.1.4.800",  "1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.1791",
    "1.2.840.113556.1.4.1935", "1.2.840.113556.1.4.2080", "1.2.840.113556.1.4.2237"};
constexpr std::array kControls = {
    lp::oid::kPagedResults,      lp::oid::kShowDeleted,  lp::oid::kServerSort,   lp::oid::kServerSortResponse, lp::oid::kExtendedDn,
    lp::oid::kSdFlags,           lp::oid::kTreeDelete,   lp::oid::kDirSync,      lp::oid::kDirSyncEx,          lp::oid::kDomainScope,
    lp::oid::kSearchOptions,     lp::oid::kNotification, lp::oid::kLazyCommit,   lp::oid::kGetStats,           lp::oid::kAsq,
    lp::oid::kPermissiveModify,  lp::oid::kRangeOption,  lp::oid::kVlvRequest,   lp::oid::kVlvResponse,        lp::oid::kShowRecycled,
    lp::oid::kShowDeactivatedLink, lp::oid::kVerifyName, lp::oid::kForceUpdate,  lp::oid::kRangeRetrievalNoErr};
constexpr std::array kExtensions = {lp::oid::kStartTls, lp::oid::kWhoAmI};
constexpr std::array<std::string_view, 7> kPolicies = {"MaxNotificationPerConn", "MaxReceiveBuffer", "MaxPageSize", "MaxQueryDuration",
                                                       "MaxResultSetSize", "MaxTempTableSize", "MaxValRange"};
constexpr std::array<std::string_view, 3> kMechanisms = {"GSSAPI", "GSS-SPNEGO", "EXTERNAL"};
constexpr std::array kRoles = {FsmoRole::kSchema, FsmoRole::kDomainNaming, FsmoRole::kPdc, FsmoRole::kRid, FsmoRole::kInfrastructure};

Values naming_contexts(const Source& source) {
  Values names;
  for (const Dnt root : directory::must(source.snapshot.nc_roots())) names.push_back(source.reader.dn(root));
  return names;
}
Values root_domain(const Source& source) {
  const auto* const domain = source.partitions.domain_called(source.reader.identity().forest_dns_name);
  return domain == nullptr ? Values{} : source.dn(domain->nc);
}
/// 3.1.1.3.2.12. The DC's own account is named as its first label says.
Values ldap_service_name(const Source& source) {
  const auto& identity = source.reader.identity();
  std::string realm = source.call.settings->kerberos_realm.empty() ? identity.domain_dns_name : source.call.settings->kerberos_realm;
  std::ranges::transform(realm, realm.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return {fmt::format("{}:{}$@{}", identity.forest_dns_name, std::string_view(identity.host_name).substr(0, identity.host_name.find('.')), realm)};
}
Values domain_level(const Source& source) {
  const Dnt domain = source.reader.default_nc();
  return domain == kNoDnt ? Values{} : source.level(domain);
}
Values schema_nc_child(const Source& source, std::string_view rdn) {
  const Dnt schema = source.reader.schema_nc();
  return schema == kNoDnt ? Values{} : Values{std::string(rdn) + "," + source.reader.dn(schema)};
}
Values valid_fsmos(const Source& source) {
  Values names;
  for (const auto role : kRoles)
    if (source.partitions.owns(role)) names.push_back(source.reader.dn(source.partitions.role_object(role)));
  return names;
}
Values token_groups(const Source& source) {
  Values sids;
  const auto add = [&](const Sid& sid) {
    const auto octets = encode_sid(sid);
    sids.emplace_back(reinterpret_cast<const char*>(octets.data()), octets.size());
  };
  const auto& token = source.call.caller->token;
  add(token.user);
  for (const Sid& group : token.groups) add(group);
  return sids;
}
Values server_name(const Source& source) {
  const Dnt dsa = source.reader.dsa_object();
  return dsa == kNoDnt ? Values{} : source.dn(source.reader.parent(dsa));
}

struct RootDseAttribute {
  std::string_view name;
  bool is_operational;
  Values (*values)(const Source&);
};

constexpr RootDseAttribute kAttributes[] = {
    {"domainFunctionality", false, domain_level},
    {"forestFunctionality", false, [](const Source& s) { return s.level(s.partitions.container()); }},
    {"domainControllerFunctionality", false, [](const Source& s) { return s.level(s.reader.dsa_object()); }},
    {"rootDomainNamingContext", false, root_domain},
    {"ldapServiceName", false, ldap_service_name},
    {"isGlobalCatalogReady", false, [](const Source& s) { return boolean(s.partitions.is_gc() && is_synchronized(s.reader)); }},
    {"supportedSASLMechanisms", false, [](const Source&) { return list(kMechanisms); }},
    {"supportedLDAPVersion", false, [](const Source&) { return Values{"3", "2"}; }},
    {"supportedLDAPPolicies", false, [](const Source&) { return list(kPolicies); }},
    {"supportedControl", false, [](const Source&) { return list(kControls); }},
    {"supportedCapabilities", false, [](const Source&) { return list(kCapabilities); }},
    {"subschemaSubentry", false, [](const Source& s) { return schema_nc_child(s, "CN=Aggregate"); }},
    {"serverName", false, server_name},
    {"schemaNamingContext", false, [](const Source& s) { return s.dn(s.reader.schema_nc()); }},
    {"namingContexts", false, naming_contexts},
    {"isSynchronized", false, [](const Source& s) { return boolean(is_synchronized(s.reader)); }},
    {"highestCommittedUSN", false, [](const Source& s) { return Values{std::to_string(s.snapshot.highest_committed_usn().value)}; }},
    {"dsServiceName", false, [](const Source& s) { return s.dn(s.reader.dsa_object()); }},
    {"dnsHostName", false, [](const Source& s) { return Values{s.reader.identity().host_name}; }},
    {"defaultNamingContext", false, [](const Source& s) { return s.dn(s.reader.default_nc()); }},
    {"currentTime", false, [](const Source& s) { return Values{query::format_ldap_time(schema::Syntax::kGeneralizedTime, s.context.ds_now())}; }},
    {"configurationNamingContext", false, [](const Source& s) { return s.dn(s.reader.configuration_nc()); }},
    {"dsSchemaAttrCount", true, [](const Source& s) { return Values{std::to_string(s.context.schema->attributes().size())}; }},
    {"dsSchemaClassCount", true, [](const Source& s) { return Values{std::to_string(s.context.schema->classes().size())}; }},
    {"dsSchemaPrefixCount", true, [](const Source& s) { return Values{std::to_string(s.context.schema->prefix_table().to_concrete().pPrefixEntry.size())}; }},
    {"supportedExtension", true, [](const Source&) { return list(kExtensions); }},
    {"supportedConfigurableSettings", true, [](const Source&) { return Values{}; }},
    {"validFSMOs", true, valid_fsmos},
    {"msDS-PortLDAP", true, [](const Source& s) { return Values{std::to_string(s.call.settings->ldap_port)}; }},
    {"msDS-PrincipalName", true, [](const Source& s) { return Values{nt4_name_of(s.call.dsa, s.reader, s.call.caller->token.user)}; }},
    {"spnRegistrationResult", true, [](const Source&) { return Values{"0"}; }},
    {"tokenGroups", true, token_groups},
};

struct Wanted {
  bool defaults = false, operational = false;
  const std::vector<std::string_view>& names;
  explicit Wanted(const std::vector<std::string_view>& attributes) : names(attributes) {
    defaults = attributes.empty() || std::ranges::find(attributes, "*") != attributes.end();
    operational = std::ranges::find(attributes, "+") != attributes.end();
  }
  [[nodiscard]] bool has(const RootDseAttribute& attribute) const {
    if (attribute.is_operational ? operational : defaults) return true;
    return std::ranges::any_of(names, [&](std::string_view name) { return equals_ignoring_case(name, attribute.name); });
  }
};

void write_entry(const LdapCall& call, const lp::SearchRequest& request, Bytes& out) {
  const auto context = call.dsa.context();
  const auto snapshot = call.dsa.store().read();
  const Reader reader(context, *snapshot, call.dsa.identity());
  const Partitions partitions(reader);
  const Source source{call, context, *snapshot, reader, partitions};
  const Wanted wanted(request.attributes);
  lp::EntryWriter entry(out);
  entry.begin(call.message.id, "");
  const auto write = [&](std::string_view name, const Values& values) {
    if (values.empty()) return;
    entry.begin_attribute(name);
    for (const auto& value : values)
      if (!request.types_only) entry.value(std::string_view(value));
    entry.end_attribute();
  };
  for (const auto& attribute : kAttributes)
    if (wanted.has(attribute)) write(attribute.name, attribute.values(source));
  for (const auto name : request.attributes) {  // 3.1.1.3.2.28 to .30
    const auto plain = name.substr(0, name.find(';'));
    if (is_repl_state(plain)) write(name, directory::must(repl_state_values(call.dsa, *call.caller, plain, equals_ignoring_case(name.substr(plain.size()), ";binary"))));
  }
  entry.end();
}

class RootDseSearch final : public lp::Operation {
 public:
  explicit RootDseSearch(LdapCall call) : call_(std::move(call)) {}
  State run(Bytes& out) override {
    const auto& request = std::get<lp::SearchRequest>(call_.message.request);
    const std::size_t before = out.size();
    lp::Outcome outcome;
    if (const auto written = directory::guarded([&] { write_entry(call_, request, out); }); !written) {
      out.resize(before);
      outcome = lp::outcome_of(written.error());
    }
    lp::append_result(out, call_.message.id, lp::ResponseTag::kSearchDone, outcome);
    return State::kDone;
  }

 private:
  LdapCall call_;
};

}  // namespace

bool is_synchronized(const directory::Reader& reader) {
  return std::ranges::none_of(directory::must(reader.snapshot().nc_roots()), [&](Dnt root) {
    const auto object = reader.find(root);
    return object && (repl::instance_type(*object) & drsuapi::IT_NC_COMING) != 0;
  });
}

std::string nt4_name_of(Dsa& dsa, const directory::Reader& reader, const Sid& sid) {
  const Dnt account = directory::must(repl::resolve_sid(reader.snapshot(), sid));
  const auto object = reader.living(account);
  const auto name = object ? reader.text(*object, attid::kSamAccountName) : std::nullopt;
  return name ? dsa.identity().domain_netbios_name + "\\" + *name : to_string(sid);
}

std::unique_ptr<lp::Operation> start_root_dse_search(LdapCall call) {
  for (const auto& control : call.message.controls)
    if (control.critical && std::ranges::find(kControls, control.oid) == kControls.end())
      return finished(call.message.id, lp::ResponseTag::kSearchDone,
                      refusal(lp::ResultCode::kUnavailableCriticalExtension, win32::kErrorDsUnavailableCritExtension,
                              fmt::format("the control {} is not served", to_printable(control.oid, 80))));
  return std::make_unique<RootDseSearch>(std::move(call));
}

}  // namespace tributary::service::ldap_face
