// SPDX-License-Identifier: Apache-2.0
// The KCC over real databases ([MS-ADTS] 6.2.2): a forest of three sites and five DSAs, whose DSAs see each other only through what
// replicates along the sources that their own runs have made.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "drsuapi/dsname.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/state/reps_rules.hpp"
#include "repl/updates/remove.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/forest/add_dsa.hpp"
#include "service/forest/join_local.hpp"
#include "service/forest/new_forest.hpp"
#include "service/forest/tree_writer.hpp"
#include "service/kcc/carry_out.hpp"
#include "service/kcc/configuration_reader.hpp"
#include "service/kcc/kcc_values.hpp"
#include "topology/kcc.hpp"

namespace tributary::service {
namespace {

using namespace repl::testing;
using repl::RepsFrom;

const ForestNames kForest{"lab.example", "LAB"};
constexpr std::string_view kZones = "DC=zones,DC=test";

constexpr std::string_view kSites = R"(
CN=east,CN=Sites,{configuration}
 objectClass: site
CN=NTDS Site Settings,CN=east,CN=Sites,{configuration}
 objectClass: nTDSSiteSettings
CN=Servers,CN=east,CN=Sites,{configuration}
 objectClass: serversContainer
CN=west,CN=Sites,{configuration}
 objectClass: site
CN=NTDS Site Settings,CN=west,CN=Sites,{configuration}
 objectClass: nTDSSiteSettings
CN=Servers,CN=west,CN=Sites,{configuration}
 objectClass: serversContainer
CN=hub-east,CN=IP,CN=Inter-Site Transports,CN=Sites,{configuration}
 objectClass: siteLink
 cost: 100
 replInterval: 15
 options: 1
 siteList: CN=hub,CN=Sites,{configuration}
 siteList: CN=east,CN=Sites,{configuration}
CN=hub-west,CN=IP,CN=Inter-Site Transports,CN=Sites,{configuration}
 objectClass: siteLink
 cost: 50
 replInterval: 30
 siteList: CN=hub,CN=Sites,{configuration}
 siteList: CN=west,CN=Sites,{configuration}
)";

class World {
 public:
  World() {
    ForestPlan plan;
    plan.names = kForest;
    plan.host_name = "a";
    plan.site_name = "hub";
    plan.domain_sid = parse_sid("S-1-5-21-1-2-3").value();
    plan.application_ncs = {"zones.test"};
    auto& first = make("a");
    domain_sid_ = must(create_forest(first.context, *first.store, plan)).domain_sid;
    first.context.schema = must(take_schema(*first.store));
    add_sites(first);
    for (const auto& [host, site] : {std::pair("b", "hub"), std::pair("c", "east"), std::pair("d", "east"), std::pair("e", "west")}) join(host, site);
  }

  Dsa& operator[](const std::string& host) { return *dsas_.at(host); }
  std::vector<std::string> hosts() const {
    std::vector<std::string> names;
    for (const auto& [name, dsa] : dsas_) names.push_back(name);
    return names;
  }
  std::string name_of(const DsaGuid& guid) const {
    for (const auto& [name, dsa] : dsas_)
      if (dsa->context.dsa == guid) return name;
    return "?";
  }

  topology::KccPlan plan(Dsa& dsa) {
    const auto snapshot = dsa.store->read();
    const auto view = must(read_configuration(*snapshot, *dsa.context.schema));
    auto local = must(read_local_state(*snapshot, *dsa.context.schema));
    const topology::KccInput input{view, local, dsa.context.ds_now(), ++seed_};
    for (const auto& whom : topology::dsas_to_contact(input)) {
      const bool is_off = off.contains(name_of(whom.dsa));
      local.contacts.push_back({whom.dsa, is_off ? win32::kRpcSServerUnavailable : win32::kErrorSuccess, {}, {}});
    }
    return must(topology::run_kcc(input));
  }
  /// A whole run: true when it changed something.
  bool run(const std::string& host) {
    auto& dsa = (*this)[host];
    const auto view = must(read_configuration(*dsa.store->read(), *dsa.context.schema));
    const auto made = last_plan = plan(dsa);
    must(dsa.update([&](store::WriteTransaction& tx) { return update_nc_lists(tx, dsa.context); }));
    must(dsa.update([&](store::WriteTransaction& tx) { return write_kcc_plan(tx, dsa.context, view, made); }));
    const auto requests = must(kcc_requests(*dsa.store->read(), *dsa.context.schema, view, made, "lab.example"));
    for (const auto& request : requests) carry_out(dsa, request);
    return !made.changes_nothing();
  }
  /// Everybody pulls from every source that it has.
  void replicate() {
    for (auto& [host, dsa] : dsas_) {
      if (off.contains(host)) continue;
      for (const auto& [nc, sources] : sources_of(*dsa))
        for (const auto& source : sources) {
          const auto from = name_of(source.uuid_dsa);
          // A source may have taken its replica away, and this DSA not have heard of it.
          if (off.contains(from) || !sources_of((*this)[from]).contains(nc)) {
            fail_to_pull(*dsa, (*this)[from], nc);
          } else {
            pull_nc(*dsa, (*this)[from], nc);
          }
        }
    }
  }
  /// Rounds of a quarter of an hour until a round changes nothing; how many it took.
  std::size_t settle(std::size_t rounds_max) {
    for (std::size_t round = 1; round <= rounds_max; ++round)
      if (this->round() == 0) return round;
    return rounds_max + 1;
  }
  /// How many runs changed something.
  std::size_t round() {
    std::size_t changed = 0;
    for (const auto& host : hosts()) changed += !off.contains(host) && run(host) ? 1 : 0;
    for (auto& [host, dsa] : dsas_) dsa->pass(topology::kRunIntervalSeconds);
    // What a run wrote comes to the others by what the runs before have made.
    for (int i = 0; i < 3; ++i) replicate();
    return changed;
  }

  /// Of each NC that is held the decoded repsFrom, by the NC's name.
  std::map<std::string, std::vector<RepsFrom>> sources_of(Dsa& dsa) {
    std::map<std::string, std::vector<RepsFrom>> sources;
    const auto snapshot = dsa.store->read();
    for (const auto root : must(snapshot->nc_roots())) {
      auto& of = sources[must(repl::dn_of(*snapshot, *dsa.context.schema, root))];
      const auto replica = must(snapshot->nc_replica(root));
      for (const auto& octets : replica->reps_from) of.push_back(must(repl::decode_reps_from(octets)));
    }
    return sources;
  }
  /// Everybody who holds the NC has everything that anybody who holds it writes.
  bool is_connected(const std::string& nc) {
    std::map<std::string, std::set<std::string>> reached;
    for (auto& [host, dsa] : dsas_)
      if (!off.contains(host) && sources_of(*dsa).contains(nc)) reached[host] = {host};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (auto& [host, from] : reached) {
        const auto sources = sources_of((*this)[host]);
        for (const auto& source : sources.at(nc))
          if (const auto at = reached.find(name_of(source.uuid_dsa)); at != reached.end()) from.insert(at->second.begin(), at->second.end());
      }
    return std::ranges::all_of(reached, [&](const auto& each) { return each.second.size() == reached.size(); });
  }
  void pull_nc(Dsa& to, Dsa& from, const std::string& nc) {
    PullOptions options;
    options.nc = nc;
    const auto result = pull(to, from, options);
    EXPECT_EQ(result.last.kind, repl::CycleStep::Kind::kDone) << nc << " to " << name_of(to.context.dsa) << ": " << describe_error(result.last.error);
  }

  /// The source does not answer: its repsFrom says so from now on.
  void fail_to_pull(Dsa& to, Dsa& from, const std::string& nc) {
    PullOptions options;
    options.nc = nc;
    repl::ReplicationCycle cycle(cycle_options(from, options));
    ASSERT_EQ(cycle.begin(to.context, *to.store).kind, repl::CycleStep::Kind::kSend);
    (void)cycle.on_failure(to.context, *to.store, {win32::kRpcSServerUnavailable, Phase::kConnect, {}});
  }

  std::set<std::string> off;
  topology::KccPlan last_plan;  ///< of the last run

 private:
  Dsa& make(const std::string& host) { return *(dsas_[host] = std::make_unique<Dsa>(static_cast<std::uint8_t>(host[0] - 'a' + 1), true)); }

  void add_sites(Dsa& first) {
    const auto tx = first.store->write();
    TreeWriter writer(*tx, first.context, kForest.schema_dn(), {});
    for (const auto& object : must(read_tree(kSites, forest_variables(kForest)))) (void)must(writer.create(object));
    (void)must(writer.finish());
    must(tx->commit());
  }
  void join(const std::string& host, const std::string& site) {
    auto& first = (*this)["a"];
    auto& dsa = make(host);
    DsaPlan plan;
    plan.host_name = host;
    plan.site_name = site;
    plan.dsa = dsa.context.dsa;
    plan.invocation_id = dsa.context.invocation_id;
    (void)must(first.update([&](store::WriteTransaction& tx) { return add_dsa(tx, first.context, founder_token(domain_sid_), plan); }));
    for (const auto& nc : ncs_to_join(kForest)) pull_nc(dsa, first, nc);
    dsa.context.schema = must(take_schema(*dsa.store));
  }

  /// What the queue does with a request, without its cycle.
  void carry_out(Dsa& dsa, const repl::Request& request) {
    const auto held = must(repl::resolve_guid(*dsa.store->read(), request.nc));
    if (held == store::kNoDnt || !must(dsa.store->read()->nc_replica(held))) return start_replica(dsa, request);
    const auto tx = dsa.store->write();
    const auto root = held;
    const auto replica = must(tx->nc_replica(root));
    std::vector<RepsFrom> values;
    for (const auto& octets : replica->reps_from) values.push_back(must(repl::decode_reps_from(octets)));
    repl::NcFacts nc;
    nc.has_cross_ref = nc.exists = nc.access_granted = true;
    nc.instance_type = repl::instance_type(*must(tx->find(root)));
    if (const auto* add = std::get_if<repl::ReplicaAddRequest>(&request.operation)) {
      ASSERT_EQ(repl::check_replica_add(*add, nc, {}), win32::kErrorSuccess);
      const auto added = repl::replica_add(*add, nc, values, dsa.context.ds_now());
      ASSERT_TRUE(added) << static_cast<std::uint32_t>(added.error());
      values.push_back(added->value);
    } else if (const auto* change = std::get_if<repl::ReplicaModifyRequest>(&request.operation)) {
      ASSERT_EQ(repl::check_replica_modify(*change, nc), win32::kErrorSuccess);
      const auto modified = repl::replica_modify(*change, values);
      ASSERT_TRUE(modified);
      values[modified->place] = modified->value;
    } else if (const auto* removal = std::get_if<repl::ReplicaDelRequest>(&request.operation)) {
      ASSERT_EQ(repl::check_replica_del(*removal, nc, values.size(), 0), win32::kErrorSuccess);
      const auto deleted = repl::replica_del(*removal, values);
      ASSERT_TRUE(deleted);
      if (deleted->expunges_nc) {
        expunge(*tx, dsa, root);
      } else {
        values.erase(values.begin() + static_cast<std::ptrdiff_t>(deleted->removed));
      }
    }
    if (auto now = must(tx->nc_replica(root))) {
      now->reps_from.clear();
      std::ranges::sort(values, {}, &RepsFrom::uuid_dsa);
      for (const auto& value : values) now->reps_from.push_back(must(repl::encode_reps_from(value)));
      tx->put_nc_replica(*now);
    }
    must(tx->commit());
  }
  void expunge(store::WriteTransaction& tx, Dsa& dsa, store::Dnt root) {
    must(repl::begin_nc_removal(tx, dsa.context, root));
    while (!must(repl::continue_nc_removal(tx, dsa.context, root, 1000, true)).finished) {
    }
    replicas_removed++;
  }
  /// A replica that is not here yet begins with its first cycle; what the next runs find is the source that this one had.
  void start_replica(Dsa& dsa, const repl::Request& request) {
    const auto& add = std::get<repl::ReplicaAddRequest>(request.operation);
    ASSERT_TRUE(add.source_dsa.guid);
    const auto from = name_of(DsaGuid{*add.source_dsa.guid});
    if (!off.contains(from)) pull_nc(dsa, (*this)[from], request.nc_dn);
  }

 public:
  std::size_t replicas_removed = 0;

 private:
  std::uint64_t seed_ = 0;  ///< another one in every run, as in the world
  Sid domain_sid_;
  std::map<std::string, std::unique_ptr<Dsa>> dsas_;
};

const std::vector<std::string> kNcs = {"CN=Schema,CN=Configuration,DC=lab,DC=example", "CN=Configuration,DC=lab,DC=example", "DC=lab,DC=example"};

class Kcc : public ::testing::Test {
 protected:
  void expect_connected() {
    for (const auto& nc : kNcs) EXPECT_TRUE(world_.is_connected(nc)) << nc;
    for (const auto& host : world_.hosts()) expect_sound(world_[host]);
  }
  World world_;
};

TEST_F(Kcc, ThreeSitesBecomeConnectedAndStayAsTheyAre) {
  EXPECT_LE(world_.settle(12), 12u) << "the forest does not come to rest";
  expect_connected();
  for (const auto& host : world_.hosts()) {
    EXPECT_TRUE(world_.plan(world_[host]).changes_nothing()) << host;
    for (const auto& nc : kNcs) EXPECT_EQ(content(world_[host], nc), content(world_["a"], nc)) << host << " " << nc;
  }
  // Inside a site a source notifies, and is asked when we start; between sites only where the site link says so (options 1 of hub-east).
  for (const auto& [nc, sources] : world_.sources_of(world_["d"]))
    for (const auto& source : sources) {
      const bool is_near = world_.name_of(source.uuid_dsa) == "c";
      EXPECT_EQ(source.has(drsuapi::DRS_INIT_SYNC), is_near || world_.name_of(source.uuid_dsa) == "a") << nc;
      EXPECT_FALSE(source.has(drsuapi::DRS_NEVER_NOTIFY)) << nc;
      EXPECT_EQ(source.na_dsa, to_string(source.uuid_dsa) + "._msdcs.lab.example");
    }
}

// 6.2.2: what a run wrote is what the next one reads: connections as they were planned.
TEST_F(Kcc, ConnectionsAreReadAsTheyWereWritten) {
  auto& b = world_["b"];
  (void)world_.run("b");
  const auto& before = world_.last_plan;
  ASSERT_FALSE(before.creates.empty());
  const auto view = must(read_configuration(*b.store->read(), *b.context.schema));
  for (const auto& create : before.creates) {
    const auto at = std::ranges::find(view.connections, create.connection.guid, &topology::NtdsConnection::guid);
    ASSERT_NE(at, view.connections.end());
    auto read = *at;
    EXPECT_EQ(read.when_created, b.context.ds_now());
    read.when_created = create.connection.when_created;
    EXPECT_EQ(read, create.connection);
  }
  const auto snapshot = b.store->read();
  const auto object = must(snapshot->find(must(repl::resolve_guid(*snapshot, before.creates[0].connection.guid))));
  EXPECT_EQ(repl::system_flags(*object), topology::kConnectionSystemFlags);
  EXPECT_TRUE(object->first(repl::attid::kNtSecurityDescriptor));
}

TEST_F(Kcc, AReadOnlyDsaWritesItsVariablesOnly) {
  auto& b = world_["b"];
  const auto view = must(read_configuration(*b.store->read(), *b.context.schema));
  auto plan = world_.plan(b);
  ASSERT_FALSE(plan.creates.empty());
  plan.failed_links.push_back({b.context.dsa, DsTime{1}, 1, win32::kRpcSServerUnavailable});
  b.context.rules.read_only = true;
  const auto updates = must(b.update([&](store::WriteTransaction& tx) { return write_kcc_plan(tx, b.context, view, plan); }));
  EXPECT_TRUE(updates.empty());
  EXPECT_TRUE(must(read_configuration(*b.store->read(), *b.context.schema)).connections.empty());
  EXPECT_EQ(must(read_kcc_values(*b.store->read())).failed_links, plan.failed_links);
  EXPECT_TRUE(must(b.update([&](store::WriteTransaction& tx) { return update_nc_lists(tx, b.context); })).empty());
}

// 6.2.2.1: a DSA that does not answer is gone round, and taken back when it answers again.
TEST_F(Kcc, GoesRoundABridgeheadThatIsOff) {
  ASSERT_LE(world_.settle(12), 12u);
  world_.off = {"c"};
  // Failures count when they last: 6.2.2.1 waits for two hours.
  for (int i = 0; i < 12; ++i) (void)world_.round();
  ASSERT_LE(world_.settle(24), 24u);
  for (const auto& nc : kNcs) EXPECT_TRUE(world_.is_connected(nc)) << nc;
  const auto values = must(read_kcc_values(*world_["d"].store->read()));
  EXPECT_FALSE(values.failed_connections.empty() && values.failed_links.empty()) << "the failure is remembered";
  world_.off.clear();
  ASSERT_LE(world_.settle(24), 24u);
  expect_connected();
  EXPECT_TRUE(must(read_kcc_values(*world_["d"].store->read())).failed_connections.empty());
}

// 6.1.2.3.1, 6.2.2.5: who is told to hold an application NC fetches it, who is told no longer takes it away, and the lists say so.
TEST_F(Kcc, ApplicationNcsComeAndGo) {
  ASSERT_LE(world_.settle(12), 12u);
  auto& a = world_["a"];
  const auto zones_cross_ref = [&] {
    const auto view = must(read_configuration(*a.store->read(), *a.context.schema));
    const auto at = std::ranges::find(view.cross_refs, std::string(kZones), &topology::CrossRef::nc_name);
    return must(repl::resolve_guid(*a.store->read(), at->guid));
  };
  const auto tell = [&](repl::ModifyOperation operation, const std::string& host) {
    const auto dsa = must(repl::resolve_guid(*a.store->read(), ObjectGuid{world_[host].context.dsa.value}));
    const repl::Modification change{operation, attid_of("msDS-NC-Replica-Locations"), {repl::reference_value(dsa)}};
    must(a.update([&](store::WriteTransaction& tx) {
      return repl::modify(tx, a.context, zones_cross_ref(), std::span(&change, 1), {repl::CheckLevel::kReplica, true, false});
    }));
  };
  const auto holds = [&](const std::string& host) {
    const auto sources = world_.sources_of(world_[host]);
    return sources.contains(std::string(kZones));
  };
  const auto lists = [&](const std::string& host) {
    const auto view = must(read_configuration(*a.store->read(), *a.context.schema));
    const auto zones = must(a.store->read()->find(must(repl::resolve_dn(*a.store->read(), *a.context.schema, kZones))))->guid();
    const auto at = std::ranges::find(view.dsas, world_[host].context.dsa, &topology::NtdsDsa::guid);
    return std::ranges::find(at->ms_ds_has_master_ncs, zones) != at->ms_ds_has_master_ncs.end();
  };
  EXPECT_FALSE(holds("e"));
  tell(repl::ModifyOperation::kAdd, "e");
  for (int i = 0; i < 3; ++i) world_.replicate();
  ASSERT_LE(world_.settle(12), 12u);
  EXPECT_TRUE(holds("e"));
  EXPECT_TRUE(lists("e"));
  EXPECT_TRUE(world_.is_connected(std::string(kZones)));
  tell(repl::ModifyOperation::kDelete, "e");
  for (int i = 0; i < 3; ++i) world_.replicate();
  ASSERT_LE(world_.settle(12), 12u);
  EXPECT_FALSE(holds("e"));
  EXPECT_FALSE(lists("e"));
  EXPECT_EQ(world_.replicas_removed, 1u);
  expect_connected();
}

}  // namespace
}  // namespace tributary::service
