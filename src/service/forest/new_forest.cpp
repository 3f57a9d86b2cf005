// SPDX-License-Identifier: Apache-2.0
// See new_forest.hpp. [MS-ADTS] 6.1.1, 6.1.2, 6.1.4, 6.1.5.
#include "service/forest/new_forest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/stored_schema.hpp"
#include "service/access.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/forest/principals.hpp"
#include "service/forest/schema_objects.hpp"
#include "service/forest/tree_writer.hpp"

namespace tributary::service {
namespace {

constexpr std::string_view kDomain =
#include "service/forest/data/domain.inc"
    ;
constexpr std::string_view kContainers =
#include "service/forest/data/containers.inc"
    ;
constexpr std::string_view kConfiguration =
#include "service/forest/data/configuration.inc"
    ;
constexpr std::string_view kExtendedRights =
#include "service/forest/data/extended_rights.inc"
    ;

/// The account of the first DSA has the RID that Windows gives it too; pools begin where [MS-ADTS] 6.1.5.3 says.
constexpr std::uint32_t kFirstComputerRid = 1000;
constexpr std::uint64_t kRidsFirst = 1101;
constexpr std::uint64_t kRidsLast = 0x3FFFFFFF;
constexpr std::uint64_t kRidPool = 500;  ///< [MS-DRSR] 4.1.10.5.12: what a DSA is given at once, and one

std::uint64_t rid_range(std::uint64_t first, std::uint64_t last) { return last << 32 | first; }

struct WellKnownContainer {
  std::string_view dn;  ///< in front of the domain's
  const repl::WellKnownGuid* guid;
};
/// [MS-ADTS] 6.1.1.4, without those that come with every NC.
constexpr WellKnownContainer kWellKnownContainers[] = {
    {"CN=Users,", &repl::kGuidUsersContainer},
    {"CN=Computers,", &repl::kGuidComputersContainer},
    {"OU=Domain Controllers,", &repl::kGuidDomainControllersContainer},
    {"CN=System,", &repl::kGuidSystemsContainer},
    {"CN=ForeignSecurityPrincipals,", &repl::kGuidForeignSecurityPrincipalsContainer},
    {"CN=Program Data,", &repl::kGuidProgramDataContainer},
    {"CN=Microsoft,CN=Program Data,", &repl::kGuidMicrosoftProgramDataContainer},
};

std::string named(const repl::WellKnownGuid& guid, std::string_view dn) { return fmt::format("B:32:{}:{}", to_hex(guid), dn); }

/// [MS-ADTS] 6.1.1.1.2, 6.1.1.1.3: what DSAs and administrators may do with the Configuration and the Schema NC, as ACEs.
std::string replication_rights() {
  std::string aces = fmt::format("(OA;;CR;{};;RO)", to_string(right::kGetChanges));
  for (const auto who : {"ED", "BA"})
    for (const auto& right : {right::kGetChanges, right::kGetChangesAll, right::kGetChangesInFilteredSet, right::kSynchronize, right::kManageTopology,
                              right::kMonitorTopology, right::kReplicaAddRemove})
      aces += fmt::format("(OA;;CR;{};;{})", to_string(right), who);
  return aces;
}

class Founder {
 public:
  Founder(store::WriteTransaction& tx, const repl::Context& context, const ForestPlan& plan, const Sid& domain_sid)
      : tx_(tx), context_(context), plan_(plan), names_(plan.names), domain_sid_(domain_sid),
        dsa_{plan.host_name, plan.site_name, context.dsa, context.invocation_id, plan.global_catalog, plan.recycle_bin},
        writer_(tx, context, names_.schema_dn(), [this](auto&&... of) { return descriptor(of...); }), founder_(founder_token(domain_sid)) {
    writer_.plan(dsa_.dsa_dn(names_), ObjectGuid{context.dsa.value});
  }

  Result<ForestCreated> found();

 private:
  /// The three roots, with the containers that come with them, and then the schema, which everything else refers to.
  Result<void> roots();
  Result<void> schema();
  Result<void> domain();
  Result<void> domain_well_known();
  [[nodiscard]] std::string protected_sddl() const;
  Result<void> first_dsa();
  Result<void> configuration();
  Result<void> features();
  Result<void> application_ncs();
  Result<void> application_nc(const std::string& dns_name);
  [[nodiscard]] TreeVariables variables() const;
  Result<void> create_all(std::span<const TreeObject> objects);
  /// The first object of a tree is the root of an NC.
  Result<store::Dnt> create_root(std::span<const TreeObject> objects, repl::NcKind kind);
  Result<Bytes> descriptor(const store::Snapshot& snapshot, store::Dnt parent, const schema::ClassSchema& object_class, std::string_view sddl) const;

  store::WriteTransaction& tx_;
  const repl::Context& context_;
  const ForestPlan& plan_;
  const ForestNames& names_;
  Sid domain_sid_;
  DsaPlan dsa_;
  TreeWriter writer_;
  security::Token founder_;
  std::vector<TreeObject> domain_, configuration_, rights_;
  ForestCreated created_;
};

TreeVariables Founder::variables() const {
  auto all = forest_variables(names_);
  all.insert(all.end(), {{"domainSid", to_string(domain_sid_)},
                         {"dsa", dsa_.dsa_dn(names_)},
                         {"site", plan_.site_name},
                         {"level", std::to_string(plan_.functional_level)},
                         {"fileTime", std::to_string(context_.now.ticks)},
                         {"replicationRights", replication_rights()},
                         {"tombstoneDays", std::to_string(plan_.tombstone_lifetime_days)},
                         {"ridsAvailable", std::to_string(rid_range(kRidsFirst + kRidPool + 1, kRidsLast))}});
  return all;
}

Result<void> Founder::create_all(std::span<const TreeObject> objects) {
  for (const auto& object : objects)
    if (const auto made = writer_.create(object); !made) return std::unexpected(made.error());
  return {};
}

Result<store::Dnt> Founder::create_root(std::span<const TreeObject> objects, repl::NcKind kind) {
  auto known = variables();
  known.emplace_back("nc", objects.front().dn);
  const auto containers = read_tree(kContainers, known);
  if (!containers) return std::unexpected(containers.error());
  const auto nc = writer_.create_nc(objects.front(), kind, *containers);
  if (!nc) return std::unexpected(nc.error());
  return nc->root;
}

Result<Bytes> Founder::descriptor(const store::Snapshot& snapshot, store::Dnt parent, const schema::ClassSchema& object_class,
                                  std::string_view sddl) const {
  NewObjectDescriptor object;
  object.parent = parent;
  object.object_class = &object_class;
  object.sddl = sddl;
  object.domains = {domain_sid_, domain_sid_};
  return new_object_descriptor(context_, snapshot, founder_, object);
}

Result<void> Founder::roots() {
  for (auto [text, objects] : {std::pair(kDomain, &domain_), std::pair(kConfiguration, &configuration_), std::pair(kExtendedRights, &rights_)}) {
    auto tree = read_tree(text, variables());
    if (!tree) return std::unexpected(tree.error());
    *objects = std::move(*tree);
  }
  const auto domain = create_root(domain_, repl::NcKind::kDomain);
  if (!domain) return std::unexpected(domain.error());
  created_.domain = *domain;
  const auto configuration = create_root(configuration_, repl::NcKind::kConfiguration);
  if (!configuration) return std::unexpected(configuration.error());
  created_.configuration = *configuration;
  const auto schema_nc = create_schema_root(writer_, names_.schema_dn(), dsa_.dsa_dn(names_), replication_rights());
  if (!schema_nc) return std::unexpected(schema_nc.error());
  created_.schema_nc = *schema_nc;
  return {};
}

Result<void> Founder::schema() { return create_schema_objects(writer_, tx_, context_, names_.schema_dn()); }

Result<void> Founder::domain_well_known() {
  const auto domain = names_.domain_dn();
  TreeObject root{domain, {}};
  for (const auto& each : kWellKnownContainers) root.values.emplace_back("wellKnownObjects", named(*each.guid, std::string(each.dn) + domain));
  root.values.emplace_back("otherWellKnownObjects",
                           named(repl::kGuidManagedServiceAccountsContainer, "CN=Managed Service Accounts," + domain));
  return writer_.extend(root);
}

Result<void> Founder::domain() {
  if (auto good = create_all(std::span(domain_).subspan(1)); !good) return good;
  if (auto good = domain_well_known(); !good) return good;
  return create_all(domain_principals({names_.domain_dn(), names_.configuration_dn(), to_string(domain_sid_), plan_.administrator, protected_sddl()}));
}

/// What AdminSDHolder has ([MS-ADTS] 3.1.1.6.1).
std::string Founder::protected_sddl() const {
  const auto at = std::ranges::find_if(domain_, [](const TreeObject& each) { return each.dn.starts_with("CN=AdminSDHolder,"); });
  return at == domain_.end() ? std::string() : std::string(at->first("sddl"));
}

/// 6.1.2.1, and the RID pool of the first DSA, which nobody can give it but itself.
Result<void> Founder::first_dsa() {
  const auto objects = dsa_objects(names_, dsa_, security::with_rid(domain_sid_, kFirstComputerRid));
  if (!objects) return std::unexpected(objects.error());
  if (auto good = create_all(*objects); !good) return good;
  const auto computer = dsa_.computer_dn(names_);
  const auto pool = std::to_string(rid_range(kRidsFirst, kRidsFirst + kRidPool));
  const TreeObject rid_set{"CN=RID Set," + computer,
                           {{"objectClass", "rIDSet"},
                            {"rIDAllocationPool", pool},
                            {"rIDPreviousAllocationPool", pool},
                            {"rIDUsedPool", "0"},
                            {"rIDNextRID", std::to_string(kRidsFirst)}}};
  if (auto good = create_all(std::span(&rid_set, 1)); !good) return good;
  return writer_.extend({computer, {{"rIDSetReferences", rid_set.dn}}});
}

Result<void> Founder::features() {
  if (!plan_.recycle_bin) return {};
  return writer_.extend({"CN=Partitions," + names_.configuration_dn(), {{"msDS-EnabledFeature", recycle_bin_dn(names_)}}});
}

Result<void> Founder::configuration() {
  for (const auto& objects : {std::span<const TreeObject>(configuration_).subspan(1), std::span<const TreeObject>(rights_)})
    if (auto good = create_all(objects); !good) return good;
  return create_all(well_known_principals(names_.configuration_dn()));
}

/// 6.1.1.1.5, 6.1.1.2.1.1.5.
Result<void> Founder::application_nc(const std::string& dns_name) {
  const auto root = dn_of_dns_name(dns_name);
  const auto dsa = dsa_.dsa_dn(names_);
  const TreeObject object{root, {{"objectClass", "domainDNS"}}};
  if (auto nc = create_root(std::span(&object, 1), repl::NcKind::kApplication); !nc) return std::unexpected(nc.error());
  const TreeObject cross_ref{fmt::format("CN={},CN=Partitions,{}", to_string(context_.new_guid()), names_.configuration_dn()),
                             {{"objectClass", "crossRef"},
                              {"systemFlags", "5"},
                              {"nCName", root},
                              {"dnsRoot", dns_name},
                              {"msDS-NC-Replica-Locations", dsa},
                              {"msDS-SDReferenceDomain", names_.domain_dn()}}};
  if (auto good = create_all(std::span(&cross_ref, 1)); !good) return good;
  const bool is_below = root.size() > names_.domain_dn().size() && root.ends_with("," + names_.domain_dn());
  return writer_.extend({dsa, {{"msDS-hasMasterNCs", root}, {"msDS-HasInstantiatedNCs", fmt::format("B:8:000000{}:{}", is_below ? "0D" : "05", root)}}});
}

Result<void> Founder::application_ncs() {
  for (const auto& name : plan_.application_ncs)
    if (auto good = application_nc(name); !good) return good;
  return {};
}

Result<ForestCreated> Founder::found() {
  for (const auto step : {&Founder::roots, &Founder::schema, &Founder::domain, &Founder::configuration, &Founder::first_dsa, &Founder::features,
                          &Founder::application_ncs})
    if (auto good = (this->*step)(); !good) return std::unexpected(good.error());
  auto updates = writer_.finish();
  if (!updates) return std::unexpected(updates.error());
  created_.updates = std::move(*updates);
  created_.domain_sid = domain_sid_;
  return std::move(created_);
}

Result<void> check_plan(const repl::Context& context, const store::DirectoryStore& store, const ForestPlan& plan) {
  if (auto good = check_names(plan.names); !good) return good;
  if (auto good = check_names(DsaPlan{plan.host_name, plan.site_name, context.dsa, context.invocation_id, true, false}); !good) return good;
  if (!is_plain_name(plan.administrator)) return fail(win32::kErrorInvalidParameter, "the administrator's name has characters that a DN quotes");
  if (plan.functional_level < kFunctionalLevelMin || plan.functional_level > kFunctionalLevelMax)
    return fail(win32::kErrorInvalidParameter, fmt::format("a functional level of {} is not supported", plan.functional_level));
  if (plan.tombstone_lifetime_days < 2) return fail(win32::kErrorInvalidParameter, "a tombstone lifetime is two days or more");
  const auto snapshot = store.read();
  if (snapshot->identity().dsa != context.dsa || snapshot->identity().invocation_id != context.invocation_id)
    return fail(win32::kErrorInvalidParameter, "the database is another DSA's");
  const auto roots = snapshot->nc_roots();
  if (!roots) return std::unexpected(roots.error());
  return roots->empty() ? Result<void>() : fail(win32::kErrorAlreadyExists, "the database holds an NC");
}

Result<ObjectGuid> guid_of(const store::Snapshot& snapshot, store::Dnt dnt) {
  const auto object = snapshot.find(dnt);
  if (!object) return std::unexpected(object.error());
  return *object ? (*object)->guid() : ObjectGuid{};
}

/// What is known only when everything is there.
Result<void> describe(const store::Snapshot& snapshot, const repl::Context& context, const ForestPlan& plan, ForestCreated& created) {
  const DsaPlan dsa{plan.host_name, plan.site_name, context.dsa, context.invocation_id, true, false};
  const auto site = repl::resolve_dn(snapshot, *context.schema, dsa.site_dn(plan.names));
  if (!site) return std::unexpected(site.error());
  for (const auto& [dnt, guid] : {std::pair(created.domain, &created.domain_guid), std::pair(created.configuration, &created.configuration_guid),
                                  std::pair(created.schema_nc, &created.schema_guid), std::pair(*site, &created.site_guid)}) {
    const auto found = guid_of(snapshot, dnt);
    if (!found) return std::unexpected(found.error());
    *guid = *found;
  }
  auto schema = repl::load_schema(snapshot, *context.schema);
  if (!schema) return std::unexpected(schema.error());
  created.schema = std::move(*schema);
  return {};
}

}  // namespace

Sid random_domain_sid(Random& random) {
  std::array<std::uint8_t, 12> octets{};
  random.fill(octets);
  Sid sid{1, {0, 0, 0, 0, 0, 5}, 4, {21}};
  for (std::size_t i = 0; i < 3; ++i) sid.sub_authority[i + 1] = load_le<std::uint32_t>(octets.data() + 4 * i);
  return sid;
}

Result<ForestCreated> create_forest(const repl::Context& context, store::DirectoryStore& store, const ForestPlan& plan) {
  if (auto good = check_plan(context, store, plan); !good) return std::unexpected(good.error());
  const auto tx = store.write();
  Founder founder(*tx, context, plan, plan.domain_sid ? *plan.domain_sid : random_domain_sid(*context.random));
  auto created = founder.found();
  if (!created) return created;
  if (auto good = tx->commit(); !good) return std::unexpected(good.error());
  if (auto good = describe(*store.read(), context, plan, *created); !good) return std::unexpected(good.error());
  return created;
}

}  // namespace tributary::service
