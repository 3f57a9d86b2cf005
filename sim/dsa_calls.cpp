// SPDX-License-Identifier: Apache-2.0
// The conversations of a simulated DSA: cycles with sources, GetNCChanges for destinations, notifications. Every message is the stub that
// would travel, with the codec at both ends; in front of it stand the call's number and a status, as RPC would have them.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "repl/source/get_nc_changes.hpp"
#include "sim/dsa.hpp"

namespace tributary::sim {

using namespace repl;
using namespace drsuapi;
using store::kNoDnt;

namespace {

enum Kind : std::uint8_t { kChanges, kChangesReply, kSync, kSyncReply, kRefs };

constexpr std::size_t kHeadOctets = 13;  // kind, call, status
constexpr MonoTime kCallTimeout = std::chrono::seconds(45);
constexpr std::uint8_t kSessionKey[16] = {'t', 'h', 'e', ' ', 's', 'e', 's', 's', 'i', 'o', 'n', ' ', 'k', 'e', 'y', '.'};

DRS_EXTENSIONS_INT extensions(const Terms& terms) {
  DRS_EXTENSIONS_INT extensions;
  extensions.dwFlags = DRS_EXT_BASE | DRS_EXT_ASYNCREPL | DRS_EXT_LINKED_VALUE_REPLICATION | DRS_EXT_STRONG_ENCRYPTION | DRS_EXT_GETCHG_DEFLATE |
                       DRS_EXT_GETCHGREQ_V5 | DRS_EXT_GETCHGREQ_V6 | DRS_EXT_GETCHGREQ_V8 | DRS_EXT_GETCHGREPLY_V5 | DRS_EXT_GETCHGREPLY_V6 |
                       DRS_EXT_GETCHGREQ_V10 | DRS_EXT_W2K3_DEFLATE | DRS_EXT_NONDOMAIN_NCS | DRS_EXT_INSTANCE_TYPE_NOT_REQ_ON_MOD;
  extensions.dwFlagsExt = DRS_EXT_LH_BETA2;
  if (terms.has_v9) extensions.dwFlagsExt |= DRS_EXT_GETCHGREPLY_V9;
  extensions.dwExtCaps = DRS_EXT_RECYCLE_BIN;
  if (terms.rules.recycle_bin) extensions.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  return extensions;
}

Bytes with_head(std::uint8_t kind, std::uint64_t call, std::uint32_t status, ByteView body) {
  Bytes message(kHeadOctets + body.size());
  message[0] = kind;
  store_le(message.data() + 1, call);
  store_le(message.data() + 9, status);
  if (!body.empty()) std::memcpy(message.data() + kHeadOctets, body.data(), body.size());
  return message;
}

}  // namespace

void SimDsa::send(int to, std::uint8_t kind, std::uint64_t call, std::uint32_t status, ByteView body) {
  world_.network.send(index_, to, with_head(kind, call, status, body));
}

void SimDsa::receive(int from, const Bytes& message) {
  if (!is_up() || is_quarantined_) return;
  const auto kind = message[0];
  const auto call = load_le<std::uint64_t>(message.data() + 1);
  const auto status = load_le<std::uint32_t>(message.data() + 9);
  if (disk_delay_.count() == 0) return deliver(from, kind, call, status, ByteView(message).subspan(kHeadOctets));
  later(disk_delay_, [this, from, kind, call, status, body = Bytes(message.begin() + kHeadOctets, message.end())] {
    deliver(from, kind, call, status, body);
  });
}

void SimDsa::deliver(int from, std::uint8_t kind, std::uint64_t call, std::uint32_t status, ByteView body) {
  switch (kind) {
    case kChanges: return serve_changes(from, call, body);
    case kChangesReply: return on_changes_reply(call, status, body);
    case kSync: return is_rolled_back_ ? void() : serve_sync(from, call, body);
    case kSyncReply: return on_notified(call, Win32{status});
    default: break;
  }
  const auto refs = decode_in<IDL_DRSUpdateRefs>(body);
  if (!refs) return world_.blame("a stub of IDL_DRSUpdateRefs does not decode");
  const auto& message = *refs->msgUpdRefs.get_if<1>();
  serve_update_refs(DsaGuid{message.uuidDsaObjDest}, ObjectGuid{message.pNC.Guid}, message.ulOptions);
}

// --- As a destination -----------------------------------------------------------------------------------------------------------

void SimDsa::begin_cycle(const Start& action) {
  const int source = world_.find_dsa(action.partner.guid);
  const auto* wanted = world_.find_nc(action.nc);
  if (source < 0 || wanted == nullptr) return tell(Finished{action.operation, win32::kErrorDsDraBadNc, {}});
  const auto place = wanted->replicas.find(index_);
  CycleOptions options;
  options.nc = make_dsname(wanted->dn, wanted->guid.value).value_or(DSNAME{});
  options.is_schema_nc = wanted->is_schema;
  options.partial = place != wanted->replicas.end() && place->second.is_partial;
  options.objects_max = world_.terms.page_objects_max;
  options.octets_max = world_.terms.page_octets_max;
  options.server = extensions(world_.terms);
  options.session_key = to_bytes(kSessionKey);
  options.flags = options_of(action.request) & (DRS_FULL_SYNC_NOW | DRS_SYNC_FORCED | DRS_CRITICAL_ONLY);
  options.source.uuid_dsa = action.partner.guid;
  const auto* add = std::get_if<ReplicaAddRequest>(&action.request);
  if (add != nullptr) {
    NcFacts facts;
    facts.exists = root_of(action.nc) != kNoDnt;
    facts.instance_type = (add->options & DRS_WRIT_REP) != 0 ? IT_NC_HEAD | IT_WRITE : IT_NC_HEAD;
    auto added = replica_add(*add, facts, {}, now().ds());
    if (!added) return tell(Finished{action.operation, added.error(), {}});
    options.source = std::move(added->value);
    if (added->call) {
      DRS_MSG_UPDREFS_V1 refs{make_dsname(wanted->dn, wanted->guid.value).value_or(DSNAME{}), address_, guid_.value, added->call->options};
      send(source, kRefs, 0, 0, encode_in<IDL_DRSUpdateRefs>({{}, std::move(refs)}));
    }
  }
  if (chance_.per_mille(100)) options.flags |= DRS_ADD_REF;
  ++world_.figures.cycles;
  auto& cycle = cycles_[action.operation];
  cycle.cycle = std::make_unique<ReplicationCycle>(std::move(options));
  cycle.nc = action.nc;
  cycle.source = source;
  cycle.is_add = add != nullptr;
  world_.log("{} pulls {} from dsa{}", name(), wanted->dn, source);
  auto step = cycle.cycle->begin(context(), *store_);
  take_step(action.operation, std::move(step));
}

Changes SimDsa::news(Cycle& cycle) {
  const auto& figures = cycle.cycle->figures();
  const auto sum = [](const ApplyFigures& of) { return of.objects_added + of.objects_changed + of.links_changed; };
  Changes changes;
  changes.replicated = sum(figures) != sum(cycle.told);
  changes.originated = figures.conflicts_resolved != cycle.told.conflicts_resolved;
  cycle.told = figures;
  return changes;
}

void SimDsa::take_step(OperationId id, CycleStep step) {
  settle();
  if (!is_up()) return;
  auto& cycle = cycles_.at(id);
  if (step.applied) ++world_.figures.pages;
  if (cycle.cycle->figures().schema_changed && !cycle.told.schema_changed) reload_schema();
  if (step.kind == CycleStep::Kind::kDone) return finish(id, Win32::kSuccess);
  if (step.kind == CycleStep::Kind::kFailed) {
    ++world_.figures.failed_cycles;
    world_.log("{} fails to pull from dsa{}: {} {}", name(), cycle.source, win32_name(step.error.code), step.error.detail);
    const int source = cycle.source;
    finish(id, step.error.code);
    if (is_up() && step.rolled_back) quarantine(step.error.detail);
    if (is_up() && step.schema_first)
      for (const auto& nc : world_.ncs)
        if (nc.is_schema) sync(nc.guid, source, [](Win32) {});
    return;
  }
  if (step.applied) {
    tell(PageBoundary{id, news(cycle)});
    if (!is_up() || !cycles_.contains(id)) return;
    if (cycle.gives_way) {
      if (auto done = cycle.cycle->preempt(context(), *store_); !done) world_.log("{}: {}", name(), done.error().detail);
      settle();
      if (is_up()) finish(id, win32::kErrorDsDraPreempted);
      return;
    }
  }
  send_request(id, cycle, std::move(*step.request));
}

void SimDsa::send_request(OperationId id, Cycle& cycle, DRS_MSG_GETCHGREQ request) {
  const auto call = cycle.call = ++calls_;
  requests_[call] = id;
  send(cycle.source, kChanges, call, 0, encode_in<IDL_DRSGetNCChanges>({{}, std::move(request)}));
  later(kCallTimeout, [this, call] {
    const auto at = requests_.find(call);
    if (at == requests_.end()) return;
    const auto operation = at->second;
    requests_.erase(at);
    take_step(operation, cycles_.at(operation).cycle->on_failure(context(), *store_, {win32::kRpcSCallFailed, Phase::kCall, "no answer"}));
  });
}

void SimDsa::on_changes_reply(std::uint64_t call, std::uint32_t status, ByteView stub) {
  const auto at = requests_.find(call);
  if (at == requests_.end()) return;  // too late, or once more
  const auto id = at->second;
  requests_.erase(at);
  auto& cycle = *cycles_.at(id).cycle;
  if (status != 0) return take_step(id, cycle.on_failure(context(), *store_, {Win32{status}, Phase::kCall, "the source refuses"}));
  ndr::Arena arena;
  auto reply = decode_out<IDL_DRSGetNCChanges>(stub, {.arena = &arena});
  if (!reply) return world_.blame("a stub of IDL_DRSGetNCChanges does not decode: " + reply.error().detail);
  take_step(id, cycle.on_reply(context(), *store_, std::move(reply->msgOut)));
}

void SimDsa::finish(OperationId id, Win32 result) {
  const auto at = cycles_.find(id);
  const auto changes = news(at->second);
  const bool is_new = at->second.is_add;
  const auto& figures = at->second.told;
  world_.log("{} ends with dsa{}: {}, {}+{}/{} objects, {}/{} links, {} conflicts", name(), at->second.source, win32_name(result),
             figures.objects_added, figures.objects_changed, figures.objects_unchanged, figures.links_changed, figures.links_unchanged,
             figures.conflicts_resolved);
  requests_.erase(at->second.call);
  cycles_.erase(at);
  tell(Finished{id, result, changes});
  if (is_up() && is_new) replicas_changed();
}

// --- As a source ----------------------------------------------------------------------------------------------------------------

/// This database went back in time, and answered: nobody may have seen more of it than it knows.
void SimDsa::judge_answer(const DRS_MSG_GETCHGREQ& request, const store::Snapshot& snapshot, int from) {
  SourceTerms terms;
  terms.client = terms.server = extensions(world_.terms);
  const auto native = transform_input(terms, *schema_, request);
  const Usn highest = snapshot.highest_committed_usn();
  const auto* claim = native && native->utd ? native->utd->find(invocation_) : nullptr;
  const bool has_seen_more = native && native->source_invocation == invocation_ && native->usnvec_from.usnHighObjUpdate > highest.value;
  if (has_seen_more || (claim != nullptr && claim->usn_high_prop_update > highest))
    world_.blame(fmt::format("{} was rolled back and answers dsa{}, which has seen more of it", name(), from));
}

void SimDsa::serve_changes(int from, std::uint64_t call, ByteView stub) {
  ndr::Arena arena;
  const auto request = decode_in<IDL_DRSGetNCChanges>(stub, {.arena = &arena});
  if (!request) return world_.blame("a request of IDL_DRSGetNCChanges does not decode: " + request.error().detail);
  SourceCall terms;
  terms.terms.client = terms.terms.server = extensions(world_.terms);
  terms.session_key = kSessionKey;
  const auto snapshot = store_->read();
  auto reply = get_nc_changes(context(), terms, *snapshot, request->msgIn, arena);
  if (!reply) {
    world_.log("{} refuses dsa{}: {} {}", name(), from, win32_name(reply.error().code), reply.error().detail);
    if (reply.error().code == win32::kErrorDsDraSourceDisabled) quarantine(reply.error().detail);
    return send(from, kChangesReply, call, static_cast<std::uint32_t>(reply.error().code), {});
  }
  if (is_rolled_back_) judge_answer(request->msgIn, *snapshot, from);
  world_.figures.objects_sent += reply->objects;
  world_.figures.links_sent += reply->links;
  world_.log("{} sends dsa{} {} objects and {} links{}", name(), from, reply->objects, reply->links, reply->more_data ? ", has more" : "");
  if (reply->update_refs) {
    const auto native = transform_input(terms.terms, *schema_, request->msgIn);
    if (native) serve_update_refs(reply->update_refs->destination, ObjectGuid{native->nc->Guid}, reply->update_refs->options);
    if (!is_up()) return;
  }
  send(from, kChangesReply, call, 0, encode_out<IDL_DRSGetNCChanges>({std::move(reply->message), 0}));
}

// --- Notifications and references -----------------------------------------------------------------------------------------------

void SimDsa::act(const Notify& action) {
  const int partner = world_.find_dsa(action.partner);
  if (partner < 0) return tell(NotificationAnswered{action.nc, action.partner, win32::kErrorDsDraBadDn});
  const auto call = ++calls_;
  notifications_[call] = {action.nc, action.partner};
  DRS_MSG_REPSYNC_V1 message{dsname_from_guid(action.nc.value), guid_.value, {}, action.options};
  send(partner, kSync, call, 0, encode_in<IDL_DRSReplicaSync>({{}, std::move(message)}));
  later(kCallTimeout, [this, call] { on_notified(call, win32::kRpcSCallFailed); });
}

void SimDsa::on_notified(std::uint64_t call, Win32 result) {
  const auto at = notifications_.find(call);
  if (at == notifications_.end()) return;
  const auto [nc, partner] = at->second;
  notifications_.erase(at);
  const Dnt root = root_of(nc);
  if (root != kNoDnt) {
    const auto noted = change([&](store::WriteTransaction& tx) -> Result<void> {
      auto replica = tx.nc_replica(root);
      if (!replica || !*replica) return fail(win32::kErrorDsDraNoReplica);
      for (auto& octets : (*replica)->reps_to) {
        auto value = decode_reps_to(octets);
        if (!value || value->uuid_dsa != partner || !after_notification(*value, result, now().ds())) continue;
        auto encoded = encode_reps_to(*value);
        if (!encoded) return std::unexpected(encoded.error());
        octets = std::move(*encoded);
        tx.put_nc_replica(**replica);
      }
      return {};
    });
    if (!noted) world_.log("{} cannot note a notification: {}", name(), noted.error().detail);
  }
  tell(NotificationAnswered{nc, partner, result});
}

void SimDsa::serve_sync(int from, std::uint64_t call, ByteView stub) {
  const auto request = decode_in<IDL_DRSReplicaSync>(stub);
  if (!request) return world_.blame("a stub of IDL_DRSReplicaSync does not decode: " + request.error().detail);
  const auto& message = *request->msgSync.get_if<1>();
  ReplicaSyncRequest sync{DsaGuid{message.uuidDsaSrc}, message.pszDsaSrc, message.ulOptions};
  const CallId own{++calls_};
  waiters_[own] = [this, from, call](Win32 result) { send(from, kSyncReply, call, static_cast<std::uint32_t>(result), {}); };
  tell(Request{own, world_.dsas[static_cast<std::size_t>(from)]->address(), ObjectGuid{message.pNC.Guid}, sync, {}, {}, true});
}

void SimDsa::serve_update_refs(const DsaGuid& destination, const ObjectGuid& nc, std::uint32_t options) {
  const int from = world_.find_dsa(destination);
  if (from < 0) return;
  const auto& address = world_.dsas[static_cast<std::size_t>(from)]->address();
  UpdateRefsRequest refs{address, destination, options | DRS_ASYNC_OP | DRS_GETCHG_CHECK};
  tell(Request{CallId{++calls_}, address, nc, refs, {}, {}, true});
}

Win32 SimDsa::update_refs(const ObjectGuid& nc, const UpdateRefsRequest& request) {
  const Dnt root = root_of(nc);
  if (root == kNoDnt) return win32::kErrorDsDraBadNc;
  Win32 result{};
  const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
    auto replica = tx.nc_replica(root);
    if (!replica || !*replica) return fail(win32::kErrorDsDraNoReplica);
    std::vector<RepsTo> values;
    for (const auto& octets : (*replica)->reps_to)
      if (auto value = decode_reps_to(octets)) values.push_back(std::move(*value));
    auto updated = repl::update_refs(request, values, now().ds());
    result = updated.result;
    (*replica)->reps_to.clear();
    for (const auto& value : updated.values) {
      auto encoded = encode_reps_to(value);
      if (!encoded) return std::unexpected(encoded.error());
      (*replica)->reps_to.push_back(std::move(*encoded));
    }
    tx.put_nc_replica(**replica);
    return {};
  });
  return done ? result : done.error().code;
}

}  // namespace tributary::sim
