// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.2.2 section by section, where a scenario as text would not show the rule: presence, failures, bridgeheads,
// keeping and removing, repsFrom. Each test states its rule in our words.
#include <gtest/gtest.h>

#include <algorithm>

#include "drsuapi/constants.hpp"
#include "topology/run.hpp"
#include "topology/testing/graph_check.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

using testing::Forest;

Forest one_site(std::size_t dcs) {
  Forest forest;
  forest.add_domain("corp");
  for (std::size_t i = 0; i < dcs; ++i)
    forest.add_dc({.name = std::string(1, static_cast<char>('a' + i)), .site = "paris", .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = {}});
  return forest;
}

/// a, b in paris; x, y in rome; one link; a and x generate.
Forest two_sites(std::uint32_t link_options = 0) {
  auto forest = one_site(2);
  for (const auto* name : {"x", "y"})
    forest.add_dc({.name = name, .site = "rome", .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = {}});
  forest.add_link({.name = "line", .sites = {"paris", "rome"}, .cost = 100, .interval_minutes = 60, .options = link_options, .schedule = std::nullopt, .transport = "IP"});
  for (const auto* name : {"paris", "rome"}) forest.site(name).settings->options = NTDSSETTINGS_OPT_IS_RAND_BH_SELECTION_DISABLED;
  forest.site("paris").settings->inter_site_topology_generator = forest.dc("a").guid;
  forest.site("rome").settings->inter_site_topology_generator = forest.dc("x").guid;
  return forest;
}

KccPlan run(Forest& forest, const std::string& name) { return forest.run(forest.dc(name).guid); }

std::vector<std::string> sources(Forest& forest, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& one : forest.view.connections)
    if (one.parent == forest.dc(name).guid) out.push_back(forest.name_of(one.from_server));
  std::ranges::sort(out);
  return out;
}

// 6.2.2: an NC replica that goes (IT_NC_GOING) is not present; one that msDS-HasInstantiatedNCs does not name yet is.
TEST(KccPresence, GoingAndComing) {
  auto forest = one_site(1);
  auto& a = forest.dc("a");
  const auto corp = forest.nc("corp").nc;
  EXPECT_EQ(Model(forest.view).present(a, corp), ReplicaKind::kWritable);
  a.ms_ds_has_instantiated_ncs = {{corp, drsuapi::IT_WRITE | drsuapi::IT_NC_HEAD}};
  EXPECT_EQ(Model(forest.view).present(a, corp), ReplicaKind::kWritable);
  a.ms_ds_has_instantiated_ncs = {{corp, drsuapi::IT_WRITE | drsuapi::IT_NC_GOING}};
  EXPECT_EQ(Model(forest.view).present(a, corp), ReplicaKind::kNone);
}

// 6.2.2: which replica should be present, for a writable DC, an RODC and a GC server.
TEST(KccPresence, Should) {
  auto forest = one_site(1);
  forest.add_domain("lab");
  forest.add_application_nc("zones");
  forest.add_dc({.name = "r", .site = "paris", .domain = "corp", .gc = true, .rodc = true, .version = 7, .mail = {}});
  forest.nc("zones").replica_locations = {forest.dc("a").guid};
  forest.nc("zones").ro_replica_locations = {forest.dc("r").guid, forest.dc("a").guid};
  const Model model(forest.view);
  const auto should = [&](const char* dc, const char* nc) { return model.should(forest.dc(dc), *model.find_nc(forest.nc(nc).nc)); };
  EXPECT_EQ(should("a", "config"), ReplicaKind::kWritable);
  EXPECT_EQ(should("a", "corp"), ReplicaKind::kWritable);
  EXPECT_EQ(should("a", "lab"), ReplicaKind::kNone);
  EXPECT_EQ(should("a", "zones"), ReplicaKind::kWritable);
  EXPECT_EQ(should("r", "schema"), ReplicaKind::kReadOnlyFull);
  EXPECT_EQ(should("r", "corp"), ReplicaKind::kReadOnlyFull);
  EXPECT_EQ(should("r", "lab"), ReplicaKind::kPartial);
  EXPECT_EQ(should("r", "zones"), ReplicaKind::kReadOnlyFull);
}

// 6.1.1.2.1.1: a crossRef that is not enabled, or not of this forest, is no NC; a domain that is kept from GC servers is not for them.
TEST(KccPresence, CrossRefs) {
  auto forest = one_site(1);
  forest.add_domain("lab");
  forest.dc("a").options |= NTDSDSA_OPT_IS_GC;
  const auto lab = forest.nc("lab").nc;
  ASSERT_NE(Model(forest.view).find_nc(lab), nullptr);
  EXPECT_EQ(Model(forest.view).should(forest.dc("a"), *Model(forest.view).find_nc(lab)), ReplicaKind::kPartial);
  forest.nc("lab").system_flags |= kFlagCrNtdsNotGcReplicated;
  EXPECT_EQ(Model(forest.view).should(forest.dc("a"), *Model(forest.view).find_nc(lab)), ReplicaKind::kNone);
  forest.nc("lab").enabled = false;
  EXPECT_EQ(Model(forest.view).find_nc(lab), nullptr);
  forest.nc("lab").enabled = true;
  forest.nc("lab").system_flags = 0;
  EXPECT_EQ(Model(forest.view).find_nc(lab), nullptr);
}

// 6.2.2.1, [MS-DRSR] 5.112: per source the most failures, the earliest success, the last result; what does not fail any more counts 0 and goes (6.2.2.6).
TEST(KccFailures, LinksAreRefreshed) {
  auto forest = one_site(3);
  forest.settle(4);
  auto& state = forest.state("a");
  const auto b = forest.dc("b").guid;
  const auto c = forest.dc("c").guid;
  state.failed_links = {{.dsa = b, .time_first_failure = DsTime{5}, .failure_count = 90, .last_result = Win32{1}},
                        {.dsa = c, .time_first_failure = DsTime{6}, .failure_count = 7, .last_result = Win32{2}}};
  std::uint32_t failures = 2;
  for (auto& replica : state.replicas) {
    for (auto& value : replica.reps_from) {
      if (value.uuid_dsa != b.value) continue;
      value.consecutive_failures = failures;
      value.time_last_success = DsTime{forest.now.seconds - failures};
      value.result_last_attempt = Win32{8000 + failures};
      failures = failures == 2 ? 9 : 4;
    }
  }
  const auto plan = run(forest, "a");
  ASSERT_EQ(plan.failed_links.size(), 1u);
  EXPECT_EQ(plan.failed_links[0], (FailedTuple{.dsa = b, .time_first_failure = DsTime{forest.now.seconds - 9}, .failure_count = 9, .last_result = Win32{8004}}));
}

// 6.2.2.1, 6.2.2.6, [MS-DRSR] 5.111: a DC that answers leaves kCCFailedConnections, one that does not counts one more, one that nobody tried goes.
TEST(KccFailures, ConnectionsAreTriedAgain) {
  auto forest = one_site(4);
  auto& state = forest.state("a");
  for (const auto* name : {"b", "c", "d"})
    state.failed_connections.push_back({.dsa = forest.dc(name).guid, .time_first_failure = DsTime{forest.now.seconds - 60}, .failure_count = 4, .last_result = Win32{1722}});
  EXPECT_EQ(dsas_to_contact({.view = forest.view, .local = state, .now = forest.now}).size(), 3u);
  state.contacts = {{.dsa = forest.dc("b").guid, .result = {}, .failed_links = {}, .failed_connections = {}},
                    {.dsa = forest.dc("c").guid, .result = Win32{5}, .failed_links = {}, .failed_connections = {}}};
  const auto plan = run(forest, "a");
  ASSERT_EQ(plan.failed_connections.size(), 1u);
  EXPECT_EQ(plan.failed_connections[0].dsa, forest.dc("c").guid);
  EXPECT_EQ(plan.failed_connections[0].failure_count, 5u);
  EXPECT_EQ(plan.failed_connections[0].last_result, Win32{5});
}

// 6.2.2.3.2: the generator takes over what the bridgeheads of its site know, and notes a bridgehead that does not answer.
TEST(KccFailures, BridgeheadsTellTheirs) {
  auto forest = two_sites();
  forest.settle(6);
  forest.connect("b", "x", NTDSCONN_OPT_IS_GENERATED).transport = forest.transport("IP").guid;
  auto& state = forest.state("a");
  EXPECT_EQ(dsas_to_contact({.view = forest.view, .local = state, .now = forest.now}), (std::vector<DsaToContact>{{forest.dc("b").guid, true}}));
  const FailedTuple told{.dsa = forest.dc("x").guid, .time_first_failure = DsTime{forest.now.seconds - 3 * 3600}, .failure_count = 8, .last_result = Win32{1722}};
  state.contacts = {{.dsa = forest.dc("b").guid, .result = {}, .failed_links = {told}, .failed_connections = {}}};
  auto plan = run(forest, "a");
  ASSERT_EQ(plan.failed_links, std::vector{told});
  ASSERT_EQ(plan.creates.size(), 1u);  // x has failed: y takes its place
  EXPECT_EQ(plan.creates[0].connection.from_server, forest.dc("y").guid);
  state.contacts[0].result = Win32{1722};
  plan = run(forest, "a");
  ASSERT_EQ(plan.failed_connections.size(), 1u);
  EXPECT_EQ(plan.failed_connections[0], (FailedTuple{.dsa = forest.dc("b").guid, .time_first_failure = forest.now, .failure_count = 1, .last_result = Win32{1722}}));
  EXPECT_TRUE(plan.failed_links.empty());
}

// 6.2.2.2 and 6.2.2.3.4.4 differ: inside a site one failure is enough, for a bridgehead there have to be two; both over two hours old.
TEST(KccFailures, HowManyAndHowOld) {
  Failures failures;
  const DsaGuid dsa{Chance(1).guid()};
  const DsTime now{100'000};
  failures.links[dsa] = {.dsa = dsa, .time_first_failure = DsTime{now.seconds - 7201}, .failure_count = 1, .last_result = {}};
  EXPECT_TRUE(failures.is_stale(dsa, 0, now));
  EXPECT_FALSE(failures.is_stale(dsa, 1, now));
  failures.links[dsa].time_first_failure = DsTime{now.seconds - 7200};
  EXPECT_FALSE(failures.is_stale(dsa, 0, now));
  failures.connections[dsa] = {.dsa = dsa, .time_first_failure = DsTime{0}, .failure_count = 2, .last_result = {}};
  EXPECT_TRUE(failures.is_stale(dsa, 1, now));
  failures.connections[dsa].time_first_failure = DsTime{INT64_MIN};
  EXPECT_TRUE(failures.is_stale(dsa, 1, now));
}

// 6.2.2.2: n+2 edges where n is the smallest with |R| <= 2n^2+6n+7, and never more than 50.
TEST(KccIntrasite, HowManyEdges) {
  for (const auto& [dcs, edges] : {std::pair{2, 1}, {3, 2}, {7, 2}, {8, 3}, {15, 3}, {16, 4}, {27, 4}, {28, 5}, {100, 8}}) {
    Forest forest;
    forest.add_domain("corp");
    for (int i = 0; i < dcs; ++i)
      forest.add_dc({.name = std::to_string(i), .site = "paris", .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = {}});
    std::size_t beyond = 0;
    for (const auto& dsa : forest.view.dsas) {
      const auto plan = forest.run(dsa.guid);
      const auto hops = std::ranges::count(plan.creates, "6.2.2.2: nobody more than three hops away", &ConnectionCreate::why);
      ASSERT_EQ(plan.creates.size(), static_cast<std::size_t>(edges + hops)) << dcs;
      beyond += static_cast<std::size_t>(hops);
    }
    EXPECT_LE(beyond, forest.view.dsas.size() * 3) << dcs;  // what three hops need beyond the section's number
  }
}

// 6.2.2.2: what a new connection looks like.
TEST(KccIntrasite, NewConnection) {
  auto forest = one_site(2);
  const auto plan = run(forest, "a");
  ASSERT_EQ(plan.creates.size(), 1u);
  const auto& made = plan.creates[0].connection;
  EXPECT_EQ(made.parent, forest.dc("a").guid);
  EXPECT_EQ(made.from_server, forest.dc("b").guid);
  EXPECT_TRUE(made.enabled);
  EXPECT_EQ(made.options, static_cast<std::uint32_t>(NTDSCONN_OPT_IS_GENERATED));
  EXPECT_EQ(made.schedule, hourly_schedule());
  EXPECT_TRUE(made.transport.is_null());
  EXPECT_FALSE(made.guid.is_null());
  EXPECT_EQ(made.when_created, forest.now);
}

// 6.2.2.2: a connection for file replication does not count as the one that an edge needs.
TEST(KccIntrasite, FileReplicationConnectionDoesNotCount) {
  auto forest = one_site(2);
  forest.connect("a", "b", NTDSCONN_OPT_IS_GENERATED | NTDSCONN_OPT_RODC_TOPOLOGY);
  EXPECT_EQ(run(forest, "a").creates.size(), 1u);
  forest.connect("a", "b", 0);
  EXPECT_EQ(run(forest, "a").creates.size(), 0u);
}

// 6.2.2.2: an RODC takes its domain from DCs of version 3 and more, everything else from any.
TEST(KccIntrasite, OldDcsDoNotFeedTheDomainOfAnRodc) {
  auto forest = one_site(2);
  forest.add_dc({.name = "r", .site = "paris", .domain = "corp", .gc = false, .rodc = true, .version = 7, .mail = {}});
  forest.dc("a").behavior_version = DS_BEHAVIOR_WIN2003;
  const auto plan = run(forest, "r");
  const auto corp = forest.nc("corp").nc;
  ASSERT_EQ(plan.creates.size(), 2u);
  for (const auto& step : plan.creates) {
    const bool for_corp = std::ranges::find(step.connection.reasons, corp, &NcReason::nc) != step.connection.reasons.end();
    EXPECT_EQ(for_corp, step.connection.from_server == forest.dc("b").guid);
  }
}

// 6.2.2.2: the ring is made around the DCs that fail and then as if none did.
TEST(KccIntrasite, RingWithAndWithoutTheFailed) {
  auto forest = one_site(4);
  forest.state("a").failed_connections = {{.dsa = forest.dc("b").guid, .time_first_failure = DsTime{1}, .failure_count = 1, .last_result = {}}};
  forest.state("a").contacts = {{.dsa = forest.dc("b").guid, .result = Win32{1722}, .failed_links = {}, .failed_connections = {}}};
  forest.apply(forest.run(forest.dc("a").guid));
  EXPECT_EQ(sources(forest, "a"), (std::vector<std::string>{"b", "c", "d"}));
}

// 6.2.2.3.4.4, GetAllBridgeheadDCs: preferred bridgeheads of a site are taken, a site that names none is free to choose.
TEST(KccBridgeheads, PreferredOnes) {
  auto forest = two_sites();
  forest.transport("IP").bridgehead_servers = {forest.server("y").guid};
  const auto plan = run(forest, "a");
  ASSERT_EQ(plan.creates.size(), 2u);
  EXPECT_EQ(plan.creates[1].connection.parent, forest.dc("a").guid);
  EXPECT_EQ(plan.creates[1].connection.from_server, forest.dc("y").guid);
}

// 6.2.2.3.4.4: without chance GC servers come first, then the least objectGUID.
TEST(KccBridgeheads, GlobalCatalogFirst) {
  auto forest = two_sites();
  EXPECT_EQ(run(forest, "a").creates[1].connection.from_server, forest.dc("x").guid);
  forest.dc("y").options |= NTDSDSA_OPT_IS_GC;
  EXPECT_EQ(run(forest, "a").creates[1].connection.from_server, forest.dc("y").guid);
}

// 6.2.2.3.4.4: by chance each of the pairs is chosen for some seed, and always the same for the same seed.
TEST(KccBridgeheads, ChanceIsFairAndTheSame) {
  auto forest = two_sites();
  for (const auto* name : {"paris", "rome"}) forest.site(name).settings->options = 0;
  std::set<std::pair<DsaGuid, DsaGuid>> pairs;
  for (forest.seed = 1; forest.seed <= 40; ++forest.seed) {
    const auto plan = run(forest, "a");
    const auto& made = plan.creates.at(1).connection;
    pairs.emplace(made.parent, made.from_server);
    EXPECT_EQ(run(forest, "a").creates.at(1).connection, made);
  }
  EXPECT_EQ(pairs.size(), 4u);
}

// 6.2.2.3.4.5: the bits of the site link become those of the connection, and back.
TEST(KccIntersite, OptionsOfTheLink) {
  for (std::uint32_t link = 0; link < 8; ++link) {
    auto forest = two_sites(link);
    const auto made = run(forest, "a").creates.at(1).connection.options;
    EXPECT_EQ((made & NTDSCONN_OPT_USE_NOTIFY) != 0, (link & NTDSSITELINK_OPT_USE_NOTIFY) != 0);
    EXPECT_EQ((made & NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT) != 0, (link & NTDSSITELINK_OPT_USE_NOTIFY) != 0);
    EXPECT_EQ((made & NTDSCONN_OPT_TWOWAY_SYNC) != 0, (link & NTDSSITELINK_OPT_TWOWAY_SYNC) != 0);
    EXPECT_EQ((made & NTDSCONN_OPT_DISABLE_INTERSITE_COMPRESSION) != 0, (link & NTDSSITELINK_OPT_DISABLE_COMPRESSION) != 0);
    forest.settle(6);
    for (std::uint32_t changed = 0; changed < 8; ++changed) {
      forest.link("line").options = changed;
      const auto plan = run(forest, "a");
      EXPECT_EQ(plan.modifies.size(), changed == link ? 0u : 1u);
      for (const auto& step : plan.modifies) EXPECT_EQ(step.after.options, run(forest, "a").modifies.at(0).after.options);
    }
  }
}

// 6.2.2.3.4.5: half of the pair "override the default, and notify" is an administrator's choice and stays while the link does not ask.
TEST(KccIntersite, HalfOfTheNotifyPairStays) {
  auto forest = two_sites();
  forest.settle(6);
  for (auto& one : forest.view.connections)
    if (one.parent == forest.dc("a").guid && one.from_server == forest.dc("x").guid) one.options |= NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT;
  EXPECT_TRUE(run(forest, "a").modifies.empty());
  forest.link("line").options = NTDSSITELINK_OPT_USE_NOTIFY;
  EXPECT_EQ(run(forest, "a").modifies.size(), 1u);
}

// 6.2.2.3.4.2: when the failed ones leave no tree, the connections of the tree without failures are made.
TEST(KccIntersite, IdealTreeWhenAllHaveFailed) {
  auto forest = two_sites();
  auto& state = forest.state("a");
  for (const auto* name : {"x", "y"}) {
    state.failed_connections.push_back({.dsa = forest.dc(name).guid, .time_first_failure = DsTime{1}, .failure_count = 9, .last_result = {}});
    state.contacts.push_back({.dsa = forest.dc(name).guid, .result = Win32{1722}, .failed_links = {}, .failed_connections = {}});
  }
  const auto plan = run(forest, "a");
  EXPECT_FALSE(plan.all_connected);
  ASSERT_EQ(plan.creates.size(), 2u);
  EXPECT_EQ(plan.creates[1].connection.from_server, forest.dc("x").guid);
}

// 6.2.2.3.4.5: an edge between partial replicas is followed towards the site that is further from a full one, and only so.
TEST(KccIntersite, PartialReplicasReadTowardsTheFullOnes) {
  Forest forest;
  forest.add_domain("corp");
  forest.add_domain("lab");
  forest.add_dc({.name = "full", .site = "paris", .domain = "lab", .gc = false, .rodc = false, .version = 7, .mail = {}});
  forest.add_dc({.name = "near", .site = "rome", .domain = "corp", .gc = true, .rodc = false, .version = 7, .mail = {}});
  forest.add_dc({.name = "far", .site = "oslo", .domain = "corp", .gc = true, .rodc = false, .version = 7, .mail = {}});
  forest.add_link({.name = "first", .sites = {"paris", "rome"}, .cost = 100, .interval_minutes = 15, .options = 0, .schedule = std::nullopt, .transport = "IP"});
  forest.add_link({.name = "second", .sites = {"rome", "oslo"}, .cost = 10, .interval_minutes = 15, .options = 0, .schedule = std::nullopt, .transport = "IP"});
  const auto reads_lab = [&](const char* to, const char* from) {
    for (const auto& step : run(forest, to).creates)
      if (step.connection.from_server == forest.dc(from).guid)
        return std::ranges::find(step.connection.reasons, forest.nc("lab").nc, &NcReason::nc) != step.connection.reasons.end();
    return false;
  };
  EXPECT_TRUE(reads_lab("near", "full"));
  EXPECT_TRUE(reads_lab("far", "near"));
  EXPECT_FALSE(reads_lab("near", "far"));
}

// 6.2.2, 6.2.2.3.3: neither a writable replica of a domain nor an RODC's full one comes by mail.
TEST(KccIntersite, DomainsDoNotComeByMail) {
  Forest forest;
  forest.add_domain("corp");
  forest.add_dc({.name = "a", .site = "paris", .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = "a@corp"});
  forest.add_dc({.name = "r", .site = "rome", .domain = "corp", .gc = false, .rodc = true, .version = 7, .mail = "r@corp"});
  forest.add_link({.name = "post", .sites = {"paris", "rome"}, .cost = 10, .interval_minutes = 15, .options = 0, .schedule = std::nullopt, .transport = "SMTP"});
  auto plan = run(forest, "r");
  const auto corp = forest.nc("corp").nc;
  ASSERT_EQ(plan.creates.size(), 1u);
  EXPECT_EQ(std::ranges::find(plan.creates[0].connection.reasons, corp, &NcReason::nc), plan.creates[0].connection.reasons.end());
  forest.add_dc({.name = "b", .site = "rome", .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = "b@corp"});
  forest.site("rome").settings->options = NTDSSETTINGS_OPT_IS_INTER_SITE_AUTO_TOPOLOGY_DISABLED | NTDSSETTINGS_OPT_IS_AUTO_TOPOLOGY_DISABLED;
  forest.connect("b", "a", 0).transport = forest.transport("SMTP").guid;
  plan = run(forest, "b");
  EXPECT_EQ(plan.reps_adds.size(), 2u);
  for (const auto& step : plan.reps_adds) EXPECT_NE(step.nc, corp);
}

// 6.2.2.3.1: only the generator makes connections from other sites, for all DCs of its site.
TEST(KccIntersite, OnlyTheGenerator) {
  auto forest = two_sites();
  EXPECT_EQ(run(forest, "b").creates.size(), 1u);
  EXPECT_FALSE(run(forest, "b").acts_as_istg);
  forest.site("paris").settings->inter_site_topology_generator = forest.dc("b").guid;
  const auto plan = run(forest, "b");
  EXPECT_TRUE(plan.acts_as_istg);
  EXPECT_FALSE(plan.claims_istg);
  EXPECT_EQ(plan.creates.size(), 2u);
}

// 6.2.2.3.1: a generator whose clock is ahead of the failover time is no evidence; the first DC takes over, as periods go.
TEST(KccGenerator, ClockFromTheFuture) {
  auto forest = one_site(3);
  forest.site("paris").settings->inter_site_topology_generator = forest.dc("c").guid;
  for (const auto* name : {"a", "b", "c"})
    forest.state(name).config_cursors = {{forest.dc("c").invocation_id, DsTime{forest.now.seconds + 3 * 3600}}};
  int generators = 0;
  for (const auto* name : {"a", "b"}) generators += run(forest, name).acts_as_istg ? 1 : 0;
  const auto period = static_cast<std::size_t>(forest.now.seconds / 7200) % 3;
  EXPECT_EQ(generators, period == 2 ? 0 : 1);
  EXPECT_EQ(run(forest, "a").acts_as_istg, period == 0);
  // An hour ahead is within the failover time: it is alive.
  for (const auto* name : {"a", "b"}) {
    forest.state(name).config_cursors = {{forest.dc("c").invocation_id, DsTime{forest.now.seconds + 3600}}};
    EXPECT_FALSE(run(forest, name).acts_as_istg);
  }
}

// 6.2.2.4: what an administrator made is never deleted, whatever else there is.
TEST(KccCleanup, HandMadeStays) {
  auto forest = two_sites();
  forest.settle(6);
  forest.connect("a", "b", 0);
  forest.connect("b", "y", 0);
  forest.connect("a", "y", 0);
  for (const auto* name : {"a", "b"})
    for (const auto& step : run(forest, name).deletes) EXPECT_NE(step.connection.options & NTDSCONN_OPT_IS_GENERATED, 0u);
}

// 6.2.2.4: of two from the same source the younger stays; the connection for file replication is no twin.
TEST(KccCleanup, TheYoungerTwinStays) {
  auto forest = one_site(2);
  forest.connect("a", "b", NTDSCONN_OPT_IS_GENERATED).when_created.seconds -= 10;
  const auto younger = forest.connect("a", "b", NTDSCONN_OPT_IS_GENERATED).guid;
  auto plan = run(forest, "a");
  ASSERT_EQ(plan.deletes.size(), 1u);
  EXPECT_NE(plan.deletes[0].connection.guid, younger);
  forest.apply(plan);
  forest.connect("a", "b", NTDSCONN_OPT_IS_GENERATED | NTDSCONN_OPT_RODC_TOPOLOGY).when_created.seconds += 10;
  EXPECT_TRUE(run(forest, "a").deletes.empty());
}

// 6.2.2.4: a hub's connections from two sites say the same about NCs and are both needed.
TEST(KccCleanup, AnotherSiteDoesNotSupersede) {
  auto forest = two_sites();
  forest.add_dc({.name = "z", .site = "oslo", .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = {}});
  forest.add_link({.name = "north", .sites = {"paris", "oslo"}, .cost = 100, .interval_minutes = 15, .options = 0, .schedule = std::nullopt, .transport = "IP"});
  EXPECT_LE(forest.settle(8), 8u);
  EXPECT_EQ(sources(forest, "a"), (std::vector<std::string>{"b", "x", "z"}));
  EXPECT_TRUE(testing::violations(forest).empty());
}

// 6.2.2.4: of two generated connections from one site that imply the same one stays, and a failed end keeps both.
TEST(KccCleanup, SupersededOnce) {
  auto forest = two_sites();
  forest.settle(6);
  forest.now.seconds += 100;
  forest.connect("a", "y", NTDSCONN_OPT_IS_GENERATED).transport = forest.transport("IP").guid;
  const auto plan = run(forest, "a");
  ASSERT_EQ(plan.deletes.size(), 1u);
  EXPECT_EQ(plan.deletes[0].connection.from_server, forest.dc("y").guid);
  auto& failed = forest.state("a").failed_connections;
  failed = {{.dsa = forest.dc("x").guid, .time_first_failure = DsTime{1}, .failure_count = 9, .last_result = Win32{1722}}};
  forest.state("a").contacts = {{.dsa = forest.dc("x").guid, .result = Win32{1722}, .failed_links = {}, .failed_connections = {}}};
  EXPECT_TRUE(run(forest, "a").deletes.empty());
}

// 6.2.2.5: an NC replica that should not be present is removed with all its tuples.
TEST(KccTranslation, ReplicaThatShouldNotBe) {
  auto forest = one_site(2);
  forest.add_domain("lab");
  forest.dc("a").options |= NTDSDSA_OPT_IS_GC;
  forest.state("a").replicas.push_back({forest.nc("lab").nc, {}});
  EXPECT_TRUE(run(forest, "a").replica_removes.empty());
  forest.dc("a").options = 0;
  EXPECT_EQ(run(forest, "a").replica_removes, std::vector{forest.nc("lab").nc});
}

// The Configuration NC itself is never removed, not even from a view that lacks its crossRef.
TEST(KccTranslation, ConfigurationStays) {
  auto forest = one_site(2);
  forest.view.cross_refs.clear();
  EXPECT_TRUE(run(forest, "a").replica_removes.empty());
}

// 6.2.2.5: flags that replication keeps for itself survive an update; a disabled connection switches its tuples off and keeps them.
TEST(KccTranslation, DisabledConnectionAndForeignFlags) {
  auto forest = one_site(2);
  forest.settle(4);
  for (auto& replica : forest.state("a").replicas)
    for (auto& value : replica.reps_from) value.replica_flags |= drsuapi::DRS_NEVER_SYNCED | drsuapi::DRS_PREEMPTED;
  EXPECT_TRUE(run(forest, "a").changes_nothing());
  for (auto& one : forest.view.connections) one.enabled = false;
  const auto plan = run(forest, "a");
  EXPECT_TRUE(plan.reps_removes.empty());
  ASSERT_EQ(plan.reps_modifies.size(), 3u);
  for (const auto& step : plan.reps_modifies) {
    EXPECT_EQ(step.fields, static_cast<std::uint32_t>(drsuapi::DRS_UPDATE_FLAGS));
    EXPECT_EQ(step.after.replica_flags ^ step.before.replica_flags, drsuapi::DRS_DISABLE_AUTO_SYNC | drsuapi::DRS_DISABLE_PERIODIC_SYNC);
  }
}

// 6.2.2.5: a full replica never keeps a tuple of a partial one.
TEST(KccTranslation, PartialSourceOfAFullReplica) {
  auto forest = one_site(2);
  forest.settle(4);
  const auto corp = forest.nc("corp").nc;
  auto& b = forest.dc("b");
  std::erase(b.has_master_ncs, corp);
  std::erase(b.ms_ds_has_master_ncs, corp);
  b.has_partial_replica_ncs = {corp};
  const auto plan = run(forest, "a");
  ASSERT_EQ(plan.reps_removes.size(), 1u);
  EXPECT_EQ(plan.reps_removes[0].nc, corp);
}

// A run needs to know who it is for, and a view that is too large is refused.
TEST(Kcc, Refuses) {
  auto forest = one_site(2);
  LocalState nobody;
  EXPECT_FALSE(run_kcc({.view = forest.view, .local = nobody, .now = forest.now}));
  auto& state = forest.state("a");
  EXPECT_FALSE(run_kcc({.view = forest.view, .local = state, .now = forest.now, .seed = 0, .limits = {.objects_max = 3}}));
  EXPECT_TRUE(run_kcc({.view = forest.view, .local = state, .now = forest.now}));
  forest.server("a").site = ObjectGuid{Chance(9).guid()};
  EXPECT_FALSE(run_kcc({.view = forest.view, .local = state, .now = forest.now}));
}

}  // namespace
}  // namespace tributary::topology
