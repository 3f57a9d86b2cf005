// SPDX-License-Identifier: Apache-2.0
// What a DSA of the tests does about its scheduler's actions: cycles, changes of repsFrom and repsTo, notifications.
// [MS-DRSR] 4.1.19, 4.1.20, 4.1.22, 4.1.23, 4.1.26. Declared in test_dsa.hpp.
#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/source/get_nc_changes.hpp"
#include "service/testing/test_dsa.hpp"

namespace tributary::service::testing {

using namespace repl;
using repl::testing::must;
using store::Dnt;
using store::kNoDnt;

Now TestDsa::now() const { return {forest_.mono_, forest_.wall_}; }

void TestDsa::tell(Event event) {
  const std::lock_guard lock(forest_.world_);
  inbox_.push_back(std::move(event));
  if (is_telling_) return;
  is_telling_ = true;
  while (!inbox_.empty()) {
    const Event next = std::move(inbox_.front());
    inbox_.pop_front();
    for (const auto& action : scheduler_.handle(next, now())) act(action);
  }
  is_telling_ = false;
}

void TestDsa::act(const Action& action) {
  if (const auto* start = std::get_if<Start>(&action)) {
    if (is_held_)
      held_.push_back(*start);
    else
      carry_out(*start);
  } else if (const auto* reply = std::get_if<Reply>(&action)) {
    const auto at = waiters_.find(reply->call);
    if (at == waiters_.end()) return;
    replies_.emplace_back(std::move(at->second), reply->result);
    waiters_.erase(at);
  } else if (const auto* preempt = std::get_if<Preempt>(&action)) {
    give_way_.insert(preempt->operation);
  } else if (const auto* notify = std::get_if<Notify>(&action)) {
    auto* const partner = forest_.find(notify->partner);
    Win32 result = win32::kRpcSServerUnavailable;
    if (partner != nullptr && !partner->is_unreachable_) {
      Request request;
      request.caller = "S-1-5-9";
      request.nc = notify->nc;
      request.operation = ReplicaSyncRequest{guid(), {}, notify->options};
      partner->submit(std::move(request), [&result](Win32 code) { result = code; });
    }
    tell(NotificationAnswered{notify->nc, notify->partner, result});
  }
}

void TestDsa::answer_replies() {
  std::vector<std::pair<std::move_only_function<void(Win32)>, Win32>> replies;
  {
    const std::lock_guard lock(forest_.world_);
    replies = std::exchange(replies_, {});
  }
  for (auto& [done, result] : replies) done(result);
}

void TestDsa::carry_out(const Start& start) {
  Changes changes;
  const Win32 result = std::visit([&](const auto& request) { return run(start, request, changes); }, start.request);
  give_way_.erase(start.operation);
  tell(Finished{start.operation, result, changes});
}

// --- Cycles ---------------------------------------------------------------------------------------------------------------------

CycleOptions TestDsa::cycle_options(const ObjectGuid& nc, const DsaGuid& source, std::uint32_t flags) {
  auto* const partner = forest_.find(source);
  CycleOptions options;
  options.nc = must(dsname_of(*partner->store_->read(), *schema::Schema::embedded(), must(partner->store_->read()->find_guid(nc))));
  options.is_schema_nc = nc == identity_.schema_nc;
  options.flags = flags & (drsuapi::DRS_FULL_SYNC_NOW | drsuapi::DRS_SYNC_FORCED | drsuapi::DRS_CRITICAL_ONLY);
  options.server = partner->extensions();
  options.session_key = Bytes(16, 0x5A);
  options.source.uuid_dsa = source;
  return options;
}

Win32 TestDsa::replicate(const Start& start, CycleOptions options, Changes& changes) {
  auto* const source = forest_.find(options.source.uuid_dsa);
  ReplicationCycle cycle(std::move(options));
  auto step = cycle.begin(context(), *store_);
  while (step.kind == CycleStep::Kind::kSend) {
    if (step.applied) tell(PageBoundary{start.operation, {}});
    if (give_way_.contains(start.operation)) {
      must(cycle.preempt(context(), *store_));
      return win32::kErrorDsDraPreempted;
    }
    if (source->is_unreachable_) {
      step = cycle.on_failure(context(), *store_, {win32::kRpcSServerUnavailable, Phase::kConnect, "unreachable"});
      break;
    }
    SourceCall call;
    call.terms = {extensions_, source->extensions_};
    const Bytes key(16, 0x5A);
    call.session_key = key;
    call.outbound_disabled = (source->options_ & drsuapi::kNtdsdsaOptDisableOutboundRepl) != 0;
    const auto travelled = must(drsuapi::decode_in<drsuapi::IDL_DRSGetNCChanges>(drsuapi::encode_in<drsuapi::IDL_DRSGetNCChanges>({{}, *step.request})));
    ndr::Arena source_arena, arena;
    const auto snapshot = source->store_->read();
    auto reply = get_nc_changes(source->context(), call, *snapshot, travelled.msgIn, source_arena);
    if (!reply) {
      step = cycle.on_failure(context(), *store_, std::move(reply.error()));
      continue;
    }
    const Bytes stub = drsuapi::encode_out<drsuapi::IDL_DRSGetNCChanges>({std::move(reply->message), 0});
    auto answer = must(drsuapi::decode_out<drsuapi::IDL_DRSGetNCChanges>(stub, {.arena = &arena}));
    step = cycle.on_reply(context(), *store_, std::move(answer.msgOut));
  }
  const auto& figures = cycle.figures();
  changes.replicated = figures.objects_added + figures.objects_changed + figures.links_changed != 0;
  changes.originated = figures.conflicts_resolved != 0;
  if (changes.replicated) this->changes().notify();
  return step.kind == CycleStep::Kind::kDone ? win32::kErrorSuccess : step.error.code;
}

Win32 TestDsa::run(const Start& start, const ReplicaSyncRequest& request, Changes& changes) {
  if (forest_.find(start.partner.guid) == nullptr) return win32::kRpcSServerUnavailable;
  return replicate(start, cycle_options(start.nc, start.partner.guid, request.options), changes);
}

Win32 TestDsa::run(const Start& start, const ReplicaAddRequest& request, Changes& changes) {
  const auto root = must(store_->read()->find_guid(start.nc));
  const auto replica = must(store_->read()->nc_replica(root));
  NcFacts facts;
  facts.exists = replica.has_value();
  if (replica) facts.instance_type = drsuapi::IT_NC_HEAD | (replica->writable ? drsuapi::IT_WRITE : 0u);
  std::vector<RepsFrom> values;
  if (replica)
    for (const auto& octets : replica->reps_from) values.push_back(must(decode_reps_from(octets)));
  auto added = replica_add(request, facts, values, context().ds_now());
  if (!added) return added.error();
  auto* source = forest_.find(added->value.uuid_dsa);
  if (source == nullptr) return win32::kRpcSServerUnavailable;
  if (added->call) send_update_refs(source->guid(), start.nc, *added->call);
  auto options = cycle_options(start.nc, source->guid(), request.options);
  options.source = std::move(added->value);
  const Win32 result = replicate(start, std::move(options), changes);
  replicas_changed();
  return result;
}

// --- References -----------------------------------------------------------------------------------------------------------------

Win32 TestDsa::edit_replica(const ObjectGuid& nc, const std::function<Win32(store::NcReplica&)>& edit) {
  const std::lock_guard lock(forest_.world_);
  const auto root = must(store_->read()->find_guid(nc));
  const auto tx = store_->write();
  auto replica = must(tx->nc_replica(root));
  if (!replica) return win32::kErrorDsDraBadNc;
  const Win32 result = edit(*replica);
  tx->put_nc_replica(*replica);
  must(tx->commit());
  return result;
}

void TestDsa::send_update_refs(const DsaGuid& to, const ObjectGuid& nc, const UpdateRefsCall& call) {
  auto* const partner = forest_.find(to);
  if (partner == nullptr || partner->is_unreachable_) return;
  Request request;
  request.caller = "S-1-5-9";
  request.nc = nc;
  request.operation = UpdateRefsRequest{address(), guid(), call.options};
  partner->submit(std::move(request), [](Win32) {});
}

Win32 TestDsa::expunge(const ObjectGuid& nc) {
  const auto root = must(store_->read()->find_guid(nc));
  const auto begin = [&] {
    const auto tx = store_->write();
    must(begin_nc_removal(*tx, context(), root));
    must(tx->commit());
  };
  begin();
  for (bool finished = false; !finished;) {
    const auto tx = store_->write();
    finished = must(continue_nc_removal(*tx, context(), root, 500, true)).finished;
    must(tx->commit());
  }
  replicas_changed();
  return win32::kErrorSuccess;
}

Win32 TestDsa::run(const Start& start, const ReplicaDelRequest& request, Changes&) {
  std::optional<ReplicaDeleted> deleted;
  DsaGuid source;
  const Win32 result = edit_replica(start.nc, [&](store::NcReplica& replica) {
    std::vector<RepsFrom> values;
    for (const auto& octets : replica.reps_from) values.push_back(must(decode_reps_from(octets)));
    auto done = replica_del(request, values);
    if (!done) return done.error();
    deleted = *done;
    if (done->expunges_nc) return win32::kErrorSuccess;
    source = values[done->removed].uuid_dsa;
    replica.reps_from.erase(replica.reps_from.begin() + static_cast<std::ptrdiff_t>(done->removed));
    return win32::kErrorSuccess;
  });
  if (result != win32::kErrorSuccess) return result;
  if (deleted->expunges_nc) return expunge(start.nc);
  if (deleted->call) send_update_refs(source, start.nc, *deleted->call);
  replicas_changed();
  return result;
}

Win32 TestDsa::run(const Start& start, const ReplicaModifyRequest& request, Changes&) {
  const Win32 result = edit_replica(start.nc, [&](store::NcReplica& replica) {
    std::vector<RepsFrom> values;
    for (const auto& octets : replica.reps_from) values.push_back(must(decode_reps_from(octets)));
    const auto modified = replica_modify(request, values);
    if (!modified) return modified.error();
    replica.reps_from[modified->place] = must(encode_reps_from(modified->value));
    return win32::kErrorSuccess;
  });
  replicas_changed();
  return result;
}

Win32 TestDsa::run(const Start& start, const UpdateRefsRequest& request, Changes&) {
  const Win32 result = edit_replica(start.nc, [&](store::NcReplica& replica) {
    std::vector<RepsTo> values;
    for (const auto& octets : replica.reps_to) values.push_back(must(decode_reps_to(octets)));
    const auto updated = update_refs(request, values, context().ds_now());
    replica.reps_to.clear();
    for (const auto& value : updated.values) replica.reps_to.push_back(must(encode_reps_to(value)));
    return updated.result;
  });
  replicas_changed();
  return result;
}

std::vector<repl::NcReplica> TestDsa::list_replicas() {
  std::vector<repl::NcReplica> list;
  const auto snapshot = store_->read();
  for (const Dnt root : must(snapshot->nc_roots())) {
    const auto stored = must(snapshot->nc_replica(root));
    if (!stored || stored->going) continue;
    repl::NcReplica replica;
    replica.guid = must(snapshot->find(root))->guid();
    replica.dn = must(dn_of(*snapshot, *schema::Schema::embedded(), root));
    replica.kind = replica.guid == identity_.schema_nc          ? NcImportance::kSchema
                   : replica.guid == identity_.configuration_nc ? NcImportance::kConfiguration
                                                                : NcImportance::kOther;
    replica.is_writable = stored->writable;
    for (const auto& octets : stored->reps_from) {
      Source source{must(decode_reps_from(octets)), {}, true};
      if (const auto* const dsa = forest_.find(source.reps.uuid_dsa)) source.dsa_dn = dsa->ntds_dn();
      replica.sources.push_back(std::move(source));
    }
    for (const auto& octets : stored->reps_to) replica.partners.push_back(must(decode_reps_to(octets)));
    list.push_back(std::move(replica));
  }
  return list;
}

}  // namespace tributary::service::testing
