// SPDX-License-Identifier: Apache-2.0
// The changes of repsFrom that a plan wants, as requests ([MS-ADTS] 6.2.2.5; [MS-DRSR] 4.1.19 to 4.1.22). Declared in carry_out.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "drsuapi/constants.hpp"
#include "repl/objects/names.hpp"
#include "repl/state/reps.hpp"
#include "service/kcc/carry_out.hpp"

namespace tributary::service {
namespace {

using topology::RepsFromState;

class RequestMaker {
 public:
  RequestMaker(const store::Snapshot& snapshot, const schema::Schema& schema, const topology::ConfigurationView& view, const topology::KccPlan& plan,
               std::string_view forest)
      : snapshot_(snapshot), schema_(schema), view_(view), plan_(plan), forest_(forest), own_site_(site_of(plan.dsa)) {}

  Result<std::vector<repl::Request>> make() {
    for (const auto& each : plan_.reps_removes)
      if (auto done = remove_source(each.nc, each.value.uuid_dsa); !done) return std::unexpected(done.error());
    for (const auto& nc : plan_.replica_removes)
      if (auto done = remove_replica(nc); !done) return std::unexpected(done.error());
    for (const auto& each : plan_.reps_modifies) modify(each);
    for (const auto& each : plan_.reps_adds)
      if (auto done = add(each); !done) return std::unexpected(done.error());
    return std::move(requests_);
  }

 private:
  [[nodiscard]] ObjectGuid site_of(const DsaGuid& dsa) const {
    const auto settings = std::ranges::find(view_.dsas, dsa, &topology::NtdsDsa::guid);
    if (settings == view_.dsas.end()) return {};
    const auto server = std::ranges::find(view_.servers, settings->server, &topology::Server::guid);
    return server == view_.servers.end() ? ObjectGuid{} : server->site;
  }
  /// [MS-DRSR] 2.2.4.2. By mail a server has the address of its server object.
  [[nodiscard]] std::string address_of(const DsaGuid& dsa, const RepsFromState& value) const {
    if ((value.replica_flags & drsuapi::DRS_MAIL_REP) == 0) return fmt::format("{}._msdcs.{}", to_string(dsa), forest_);
    const auto settings = std::ranges::find(view_.dsas, dsa, &topology::NtdsDsa::guid);
    const auto server = std::ranges::find(view_.servers, settings == view_.dsas.end() ? ObjectGuid{} : settings->server, &topology::Server::guid);
    return server == view_.servers.end() ? std::string() : server->mail_address;
  }
  [[nodiscard]] Result<std::string> name_of(const Guid& guid) const {
    const auto dnt = repl::resolve_guid(snapshot_, ObjectGuid{guid});
    if (!dnt) return std::unexpected(dnt.error());
    return *dnt == store::kNoDnt ? std::string() : repl::dn_of(snapshot_, schema_, *dnt);
  }
  [[nodiscard]] std::string nc_name_of(const ObjectGuid& nc) const {
    const auto at = std::ranges::find(view_.cross_refs, nc, &topology::CrossRef::nc);
    return at == view_.cross_refs.end() ? std::string() : at->nc_name;
  }
  void push(const ObjectGuid& nc, const DsaGuid& source, repl::OperationRequest operation) {
    repl::Request request;
    request.caller = kKccCaller;
    request.nc = nc;
    request.operation = std::move(operation);
    request.nc_dn = nc_name_of(nc);
    if (const auto name = name_of(source.value)) request.dsa_dn = *name;
    request.is_intrasite = !own_site_.is_null() && site_of(source) == own_site_;
    requests_.push_back(std::move(request));
  }

  /// The values of repsFrom as they are stored: an address is what ReplicaDel goes by.
  Result<std::vector<repl::RepsFrom>> sources_of(const ObjectGuid& nc) {
    std::vector<repl::RepsFrom> sources;
    const auto root = repl::resolve_guid(snapshot_, nc);
    if (!root) return std::unexpected(root.error());
    const auto replica = *root == store::kNoDnt ? Result<std::optional<store::NcReplica>>(std::nullopt) : snapshot_.nc_replica(*root);
    if (!replica) return std::unexpected(replica.error());
    if (!*replica) return sources;
    for (const auto& octets : (*replica)->reps_from)
      if (auto value = repl::decode_reps_from(octets)) sources.push_back(std::move(*value));
    return sources;
  }
  void remove(const ObjectGuid& nc, const repl::RepsFrom& source) {
    push(nc, source.uuid_dsa, repl::ReplicaDelRequest{source.na_dsa, drsuapi::DRS_ASYNC_OP | (source.options & drsuapi::DRS_WRIT_REP)});
  }
  Result<void> remove_source(const ObjectGuid& nc, const Guid& dsa) {
    const auto sources = sources_of(nc);
    if (!sources) return std::unexpected(sources.error());
    const auto at = std::ranges::find(*sources, DsaGuid{dsa}, &repl::RepsFrom::uuid_dsa);
    if (at != sources->end()) remove(nc, *at);
    return {};
  }
  /// 4.1.20.2: the replica can go when it has no source any more.
  Result<void> remove_replica(const ObjectGuid& nc) {
    const auto sources = sources_of(nc);
    if (!sources) return std::unexpected(sources.error());
    for (const auto& source : *sources) remove(nc, source);
    push(nc, {}, repl::ReplicaDelRequest{"", drsuapi::DRS_ASYNC_OP | drsuapi::DRS_ASYNC_REP | drsuapi::DRS_NO_SOURCE | drsuapi::DRS_REF_OK});
    return {};
  }
  void modify(const topology::RepsFromModify& change) {
    repl::ReplicaModifyRequest request;
    request.source_dsa = DsaGuid{change.before.uuid_dsa};
    request.source_address = address_of(change.source, change.after);
    request.schedule = repl::Schedule(topology::to_repltimes(change.after.schedule));
    request.replica_flags = change.after.replica_flags;
    request.modify_fields = change.fields;
    request.options = drsuapi::DRS_ASYNC_OP;
    push(change.nc, change.source, std::move(request));
  }
  Result<void> add(const topology::RepsFromAdd& addition) {
    repl::ReplicaAddRequest request;
    request.source_address = address_of(addition.source, addition.value);
    request.source_dsa = {true, addition.source.value};
    if (!addition.value.uuid_transport.is_null()) request.transport = {true, addition.value.uuid_transport};
    request.schedule = repl::Schedule(topology::to_repltimes(addition.value.schedule));
    request.options = addition.value.replica_flags | drsuapi::DRS_ASYNC_OP | drsuapi::DRS_ASYNC_REP;
    if (!request.source_address.empty()) push(addition.nc, addition.source, std::move(request));
    return {};
  }

  const store::Snapshot& snapshot_;
  const schema::Schema& schema_;
  const topology::ConfigurationView& view_;
  const topology::KccPlan& plan_;
  std::string_view forest_;
  ObjectGuid own_site_;
  std::vector<repl::Request> requests_;
};

}  // namespace

Result<std::vector<repl::Request>> kcc_requests(const store::Snapshot& snapshot, const schema::Schema& schema, const topology::ConfigurationView& view,
                                                const topology::KccPlan& plan, std::string_view forest_dns_name) {
  return RequestMaker(snapshot, schema, view, plan, forest_dns_name).make();
}

}  // namespace tributary::service
