// SPDX-License-Identifier: Apache-2.0
// Replication cycles as a destination: IDL_DRSReplicaSync and the second half of IDL_DRSReplicaAdd ([MS-DRSR] 4.1.23.2, 4.1.19.2), from the
// scheduler's Start to its Finished, and what follows from how a cycle ended (4.1.10.6.1, 4.1.10.6.2).
#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/objects/names.hpp"
#include "repl/updates/garbage.hpp"
#include "repl/updates/optional_features.hpp"

namespace tributary::dsa {
namespace {

using drsuapi::DRS_OPTIONS;
using repl::CycleStep;
using store::kNoDnt;

constexpr std::chrono::milliseconds kReachTimeout{15'000};
/// DRS_OPTIONS of a request that a cycle has to know.
constexpr std::uint32_t kCycleFlags = drsuapi::DRS_FULL_SYNC_NOW | drsuapi::DRS_ADD_REF | drsuapi::DRS_GET_NC_SIZE | drsuapi::DRS_CRITICAL_ONLY |
                                      drsuapi::DRS_SYNC_FORCED | drsuapi::DRS_SYNC_PAS | drsuapi::DRS_USE_COMPRESSION;
constexpr std::uint64_t kWorthALine = 100;  // objects of a cycle that the log tells of unasked
constexpr std::string_view kSelf = "this DSA";  // whose place in the queue our own requests take

std::uint64_t applied_by(const repl::ApplyFigures& figures) { return figures.objects_added + figures.objects_changed + figures.links_changed; }

/// What is new since it was told last.
repl::Changes news(const repl::ApplyFigures& figures, repl::ApplyFigures& told) {
  repl::Changes changes;
  changes.replicated = applied_by(figures) != applied_by(told);
  changes.originated = figures.conflicts_resolved != told.conflicts_resolved;
  told = figures;
  return changes;
}

}  // namespace

void RunningDsa::run_cycle(const repl::Start& start) {
  auto cycle = std::make_shared<Cycle>();
  cycle->shown.began = net::monotonic_now();
  cycle->shown.source = host_of(start.partner.guid);
  cycle->shown.nc_dn = control_.nc_dn_of(start.operation);
  {
    const std::lock_guard guard(cycles_mutex_);
    cycles_[start.operation] = cycle;
  }
  ++figures_.cycles;
  repl::Changes changes;
  Win32 result = win32::kErrorSuccess;
  auto options = cycle_options(start);
  if (!options) {
    result = options.error().code;
    log('w', fmt::format("{} cannot be pulled from {}: {}", cycle->shown.nc_dn, cycle->shown.source, describe_error(options.error())));
  } else {
    const auto pulled = converse(start, std::move(*options), *cycle, changes);
    if (pulled.gave_way) {
      result = win32::kErrorDsDraPreempted;
    } else if (pulled.step.kind == CycleStep::Kind::kFailed) {
      result = pulled.step.error.code;
      ++figures_.cycles_failed;
      log('w', fmt::format("{} from {}: {}", cycle->shown.nc_dn, cycle->shown.source, describe_error(pulled.step.error)));
      after_failed_cycle(start, pulled.step);
    }
  }
  if (changes.replicated) finish_descriptor_work();
  {
    const std::lock_guard guard(cycles_mutex_);
    cycles_.erase(start.operation);
  }
  const auto& shown = cycle->shown;
  if (result == win32::kErrorSuccess)
    log(shown.objects >= kWorthALine ? 'i' : 'd', fmt::format("{} from {}: {} objects and {} link values in {:.2f} s", shown.nc_dn, shown.source, shown.objects, shown.links,
                                                              std::chrono::duration<double>(net::monotonic_now() - shown.began).count()));
  const bool is_new = kind_of(start.request) == repl::OperationKind::kAdd;
  if (is_new || (start.nc == identity_.configuration_nc && changes.replicated)) replicas_changed();
  control_.tell(repl::Finished{start.operation, result, changes});
}

Result<repl::CycleOptions> RunningDsa::cycle_options(const repl::Start& start) {
  repl::CycleOptions options;
  const auto now = context();
  options.flags = options_of(start.request) & kCycleFlags;
  options.is_schema_nc = start.nc == identity_.schema_nc;
  options.inbound_disabled = (dsa_options() & drsuapi::kNtdsdsaOptDisableInboundRepl) != 0;
  {
    const std::lock_guard guard(config_mutex_);
    options.objects_max = config_.page_objects_max;
    options.octets_max = config_.page_octets_max;
    if (config_.compress) options.flags |= drsuapi::DRS_USE_COMPRESSION;
  }
  const auto snapshot = store_->read();
  const auto root = snapshot->find_guid(start.nc);
  if (!root) return std::unexpected(root.error());
  std::string dn = control_.nc_dn_of(start.operation);
  if (*root != kNoDnt) {
    const auto known = repl::dn_of(*snapshot, *now.schema, *root);
    if (known && !known->empty()) dn = *known;
    const auto replica = snapshot->nc_replica(*root);
    if (!replica) return std::unexpected(replica.error());
    if (*replica) options.partial = (*replica)->partial;
  }
  auto name = drsuapi::make_dsname(dn, start.nc.value);
  if (!name) return std::unexpected(std::move(name.error()));
  options.nc = std::move(*name);
  options.source.uuid_dsa = start.partner.guid;
  options.source.na_dsa = start.partner.address;
  if (options.source.uuid_dsa.is_null()) {
    // "<guid>._msdcs.<forest>" names a DSA by itself.
    const auto guid = parse_guid(std::string_view(start.partner.address).substr(0, 36));
    if (!guid) return fail(win32::kErrorDsDraBadDn, start.partner.address + " tells no DSA GUID");
    options.source.uuid_dsa = DsaGuid{*guid};
  }
  if (const auto* add = std::get_if<repl::ReplicaAddRequest>(&start.request); add != nullptr && !start.is_resumed)
    if (auto added = add_source(start, *add, options); !added) return std::unexpected(std::move(added.error()));
  return options;
}

/// The value of repsFrom is there before the first page is asked for, so that it stays and is tried again when the source does not
/// answer; of a replica that is not here yet it comes with the first page.
Result<void> RunningDsa::add_source(const repl::Start& start, const repl::ReplicaAddRequest& request, repl::CycleOptions& options) {
  repl::NcFacts facts;
  std::vector<repl::RepsFrom> values;
  {
    const auto snapshot = store_->read();
    const auto root = snapshot->find_guid(start.nc);
    auto replica = root && *root != kNoDnt ? snapshot->nc_replica(*root) : Result<std::optional<store::NcReplica>>();
    if (!replica) return std::unexpected(replica.error());
    facts.exists = replica->has_value();
    const bool writable = *replica ? (*replica)->writable : (request.options & drsuapi::DRS_WRIT_REP) != 0;
    facts.instance_type = drsuapi::IT_NC_HEAD | (writable ? drsuapi::IT_WRITE : 0u);
    options.partial = *replica ? (*replica)->partial : !writable;
    if (*replica)
      for (const auto& octets : (*replica)->reps_from)
        if (auto value = repl::decode_reps_from(octets)) values.push_back(std::move(*value));
  }
  auto added = repl::replica_add(request, facts, values, context().ds_now());
  if (!added) return fail(added.error(), "the source cannot be added");
  const DsaGuid named = options.source.uuid_dsa;  // of the partner, or as its address has it
  options.source = added->value;
  if (options.source.uuid_dsa.is_null()) options.source.uuid_dsa = named;
  if (facts.exists) {
    const Win32 written = edit_replica(start.nc, [&](store::NcReplica& replica) -> Win32 {
      auto encoded = repl::encode_reps_from(options.source);
      if (!encoded) return encoded.error().code;
      replica.reps_from.push_back(std::move(*encoded));
      return win32::kErrorSuccess;
    });
    if (written != win32::kErrorSuccess) return fail(written, "repsFrom cannot be written");
  }
  if (added->call)
    (void)workers_.post([this, source = options.source, nc = start.nc, call = added->call->options] { send_update_refs(source.uuid_dsa, source.na_dsa, nc, call); });
  return {};
}

Pulled RunningDsa::converse(const repl::Start& start, repl::CycleOptions options, Cycle& cycle, repl::Changes& changes) {
  Pulled pulled;
  repl::ApplyFigures told;
  const auto hint = hint_of(options.source.uuid_dsa, options.source.na_dsa);
  // A kept connection may have died unnoticed: then once more with a fresh one.
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto bound = partners_.handle(hint, kReachTimeout);
    if (bound) {
      options.server = bound->handle->server_extensions();
      options.session_key = bound->handle->session_key();
    }
    repl::ReplicationCycle engine(options);
    CycleStep step;
    {
      const std::lock_guard turn(turn_);
      step = engine.begin(context(), *store_);
      if (!bound && step.kind == CycleStep::Kind::kSend) step = engine.on_failure(context(), *store_, std::move(bound.error()));
    }
    if (!bound) return pulled.step = std::move(step), std::move(pulled);
    std::chrono::milliseconds timeout;
    {
      const std::lock_guard guard(config_mutex_);
      timeout = config_.call_timeout;
    }
    const Partners::Call outgoing(partners_, {hint.host_name, drsuapi::IDL_DRSGetNCChanges::opnum, true, bound->is_from_cache, true, 0, timeout, context().ds_now()});
    const PullTerms terms{*store_, turn_, [this] { return context(); }, timeout, [&cycle] { return cycle.gives_way.load(); },
                          [&](const repl::ReplicationCycle& done, const CycleStep& at) { return page_applied(start, done, at, cycle, told); }};
    pulled = pull(engine, std::move(step), bound->handle, terms);
    figures_.octets_received += pulled.octets;
    if (!bound->handle->usable()) partners_.drop(options.source.uuid_dsa, bound->handle);
    changes = news(engine.figures(), told);
    if (!pulled.is_untouched) break;
    if (attempt == 1 || !bound->is_from_cache) {
      const std::lock_guard turn(turn_);
      pulled.step = engine.on_failure(context(), *store_, std::move(pulled.step.error));
      break;
    }
  }
  return pulled;
}

bool RunningDsa::page_applied(const repl::Start& start, const repl::ReplicationCycle& done, const CycleStep& step, Cycle& cycle, repl::ApplyFigures& told) {
  const auto& figures = done.figures();
  figures_.objects_applied += figures.objects_added + figures.objects_changed - told.objects_added - told.objects_changed;
  figures_.links_applied += figures.links_changed - told.links_changed;
  {
    const std::lock_guard guard(cycles_mutex_);
    cycle.shown.pages = done.pages();
    cycle.shown.objects = figures.objects_added + figures.objects_changed + figures.objects_unchanged;
    cycle.shown.links = figures.links_changed + figures.links_unchanged;
    cycle.shown.objects_expected = done.nc_size_objects();
  }
  if (figures.schema_changed && applied_by(figures) != applied_by(told))
    if (auto loaded = reload_schema(); !loaded) log('e', "the schema cannot be read: " + loaded.error().detail);
  if (applied_by(figures) != applied_by(told)) changes().notify();
  if (step.kind != CycleStep::Kind::kSend) return true;
  control_.tell_and_wait(repl::PageBoundary{start.operation, news(figures, told)});
  return !cycle.gives_way;
}

// --- What follows from a failure ------------------------------------------------------------------------------------------------

void RunningDsa::after_failed_cycle(const repl::Start& start, const CycleStep& step) {
  if (step.rolled_back) {
    if (auto renewed = take_new_invocation_id("others have seen more of this database than it knows: it was rolled back"); !renewed)
      return log('e', "no new invocationId: " + describe_error(renewed.error()));
    return sync_again_after({}, start);
  }
  if (step.schema_first && start.nc != identity_.schema_nc) return sync_again_after(identity_.schema_nc, start);
  if (step.enable_recycle_bin) {
    const auto enabled = enable_feature(repl::kRecycleBinFeature, repl::CheckLevel::kReplica);
    if (!enabled) return log('e', "the source has the recycle bin: " + describe_error(enabled.error()));
    if (*enabled) return sync_again_after({}, start);
  }
}

repl::Request RunningDsa::own_sync(const ObjectGuid& nc, const DsaGuid& from) {
  repl::Request request;
  request.caller = kSelf;
  request.nc = nc;
  request.operation = repl::ReplicaSyncRequest{from, std::nullopt, drsuapi::DRS_WRIT_REP};
  return request;
}

/// Another NC from the same source first (none: at once), then this one again.
void RunningDsa::sync_again_after(const ObjectGuid& first, const repl::Start& start) {
  auto again = own_sync(start.nc, start.partner.guid);
  options_of(again.operation) |= drsuapi::DRS_ASYNC_OP;
  if (first.is_null()) return (void)submit(std::move(again), [](Win32) {});
  (void)submit(own_sync(first, start.partner.guid), [this, again = std::move(again)](Win32 result) mutable {
    if (result == win32::kErrorSuccess) (void)submit(std::move(again), [](Win32) {});
  });
}

}  // namespace tributary::dsa
