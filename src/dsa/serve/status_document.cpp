// SPDX-License-Identifier: Apache-2.0
// How a running DSA is doing, as one JSON document: replicas with sources and partners, the queue, cycles, connections, figures, limits.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "dsa/serve/control_commands.hpp"
#include "dsa/serve/ldap.hpp"
#include "dsa/serve/server.hpp"

namespace tributary::dsa {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value time_or_null(DsTime time) { return time.seconds == 0 ? value(nullptr) : value(to_string(time)); }

object source_document(const repl::Source& source, const Facts& facts) {
  const auto known = facts.dsas.find(source.reps.uuid_dsa);
  return {{"dsa_guid", to_string(source.reps.uuid_dsa)},
          {"host", known == facts.dsas.end() ? std::string() : known->second.host_name},
          {"address", source.reps.na_dsa},
          {"last_success", time_or_null(source.reps.time_last_success)},
          {"last_attempt", time_or_null(source.reps.time_last_attempt)},
          {"result", static_cast<std::uint32_t>(source.reps.result_last_attempt)},
          {"result_name", win32_name(source.reps.result_last_attempt)},
          {"consecutive_failures", source.reps.consecutive_failures},
          {"usn", source.reps.usn_vec.usnHighObjUpdate}};
}

object partner_document(const repl::RepsTo& partner, const Facts& facts) {
  const auto known = facts.dsas.find(partner.uuid_dsa);
  return {{"dsa_guid", to_string(partner.uuid_dsa)},
          {"host", known == facts.dsas.end() ? std::string() : known->second.host_name},
          {"address", partner.na_dsa},
          {"last_success", time_or_null(partner.time_last_success)},
          {"result", static_cast<std::uint32_t>(partner.result_last_attempt)},
          {"consecutive_failures", partner.consecutive_failures}};
}

array replica_documents(RunningDsa& dsa, const Facts& facts) {
  array replicas;
  const auto snapshot = dsa.store().read();
  for (const auto& replica : facts.replicas) {
    object document{{"nc", replica.dn}, {"guid", to_string(replica.guid)}, {"writable", replica.is_writable}};
    const auto root = snapshot->find_guid(replica.guid);
    if (root)
      if (const auto size = snapshot->nc_size(*root)) document["objects"] = size->first, document["links"] = size->second;
    array sources, partners;
    for (const auto& source : replica.sources) sources.push_back(source_document(source, facts));
    for (const auto& partner : replica.partners) partners.push_back(partner_document(partner, facts));
    document["sources"] = std::move(sources);
    document["partners"] = std::move(partners);
    replicas.push_back(std::move(document));
  }
  return replicas;
}

array cycle_documents(const RunningDsa& dsa) {
  array cycles;
  for (const auto& cycle : dsa.running_cycles()) {
    const double seconds = std::chrono::duration<double>(net::monotonic_now() - cycle.began).count();
    cycles.push_back({{"nc", cycle.nc_dn}, {"source", cycle.source}, {"pages", cycle.pages}, {"objects", cycle.objects}, {"links", cycle.links},
                      {"objects_expected", cycle.objects_expected}, {"seconds", seconds}, {"objects_per_second", seconds > 0 ? static_cast<double>(cycle.objects) / seconds : 0.0}});
  }
  return cycles;
}

array queue_documents(RunningDsa& dsa) {
  static constexpr const char* kKinds[] = {"sync", "add", "delete", "modify", "update-refs"};
  array queue;
  for (const auto& operation : dsa.pending_operations().operations)
    queue.push_back({{"serial", operation.serial_number}, {"kind", kKinds[static_cast<std::size_t>(operation.operation_type) % std::size(kKinds)]}, {"nc", operation.naming_context},
                     {"source", operation.dsa_dn.empty() ? operation.dsa_address : operation.dsa_dn}, {"priority", operation.priority}, {"enqueued", to_string(operation.time_enqueued)}});
  return queue;
}

}  // namespace

object status_document(Server& server) {
  auto& dsa = server.dsa();
  // repsFrom moves with every cycle; what the scheduler was told need not.
  const auto now = dsa.context();
  auto read = read_facts(*dsa.store().read(), *now.schema, {});
  const Facts facts = read ? std::move(*read) : *dsa.facts();
  const auto& identity = dsa.identity();
  const auto& figures = dsa.figures();
  const auto rpc = server.rpc_figures();
  const auto calls = server.drsuapi_figures();
  const auto scheduler = dsa.queue_figures();
  return {{"schema", "tributary.dsa.status/1"},
          {"host", identity.host_name},
          {"dsa_guid", to_string(identity.dsa)},
          {"invocation_id", to_string(now.invocation_id)},
          {"forest", identity.forest_dns_name},
          {"domain", identity.domain_dns_name},
          {"options", dsa.dsa_options()},
          {"started", to_string(server.started())},
          {"time", to_string(now.now)},
          {"port", server.port()},
          {"mapper_port", server.mapper_port()},
          {"highest_committed_usn", dsa.store().read()->highest_committed_usn().value},
          {"replicas", replica_documents(dsa, facts)},
          {"queue", queue_documents(dsa)},
          {"cycles", cycle_documents(dsa)},
          {"figures",
           {{"cycles", figures.cycles.load()}, {"cycles_failed", figures.cycles_failed.load()}, {"objects_applied", figures.objects_applied.load()},
            {"links_applied", figures.links_applied.load()}, {"octets_received", figures.octets_received.load()}, {"updates", figures.updates.load()},
            {"notifications_sent", figures.notifications_sent.load()}, {"notifications_failed", figures.notifications_failed.load()},
            {"notifications_owed", scheduler.notifications_owed}, {"initial_syncs_missing", scheduler.initial_syncs_missing}}},
          {"connections",
           {{"open", rpc.open}, {"unauthenticated", rpc.unauthenticated}, {"accepted", rpc.accepted}, {"refused", rpc.refused},
            {"failed_handshakes", rpc.failed_handshakes}, {"violations", rpc.violations}, {"held_octets", rpc.held_octets},
            {"limit", server.config().connections_max}}},
          {"ldap", server.ldap() == nullptr ? value(nullptr) : value(server.ldap()->status())},
          {"calls",
           {{"served", calls.calls}, {"in_progress", calls.in_progress}, {"refused_busy", calls.refused_busy}, {"refused_callers", calls.refused_callers},
            {"bindings", calls.bindings}, {"cancelled", calls.cancelled}}}};
}

}  // namespace tributary::dsa
