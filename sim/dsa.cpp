// SPDX-License-Identifier: Apache-2.0
// The life of a simulated DSA, and what it does as the one who carries the scheduler's actions out. See dsa.hpp; dsa_calls.cpp has the
// conversations with others.
#include "sim/dsa.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/updates/garbage.hpp"
#include "repl/updates/nc.hpp"
#include "schema/schema.hpp"
#include "sim/schema_world.hpp"

namespace tributary::sim {

using namespace repl;
using store::kNoDnt;

SimDsa::SimDsa(World& world, int index)
    : world_(world), index_(index), chance_(world.chance.split("dsa", static_cast<std::uint64_t>(index))), guid_{chance_.guid()},
      address_(to_string(guid_) + "._msdcs.sim"), storage_(world.options.store, fmt::format("{}/{}", world.options.folder, index)),
      schema_(schema::Schema::embedded()) {}
SimDsa::~SimDsa() = default;

Context SimDsa::context() {
  Context context;
  context.dsa = guid_;
  context.invocation_id = invocation_;
  context.schema = schema_;
  context.rules = world_.terms.rules;
  context.now = FileTime{world_.wall().ticks + skew_s_ * 10'000'000};
  context.random = &chance_;
  return context;
}

Now SimDsa::now() const { return {world_.loop.now(), FileTime{world_.wall().ticks + skew_s_ * 10'000'000}}; }

void SimDsa::later(MonoTime delay, std::move_only_function<void()> work) {
  world_.loop.after(delay, [this, life = life_, work = std::move(work)]() mutable {
    if (life == life_ && is_up()) work();
  });
}

// --- Life -----------------------------------------------------------------------------------------------------------------------

void SimDsa::create() {
  auto engine = storage_.engine();
  if (!engine) return world_.blame(name() + ": " + engine.error().detail);
  auto made = store::DirectoryStore::create(std::move(*engine), {guid_, InvocationId{chance_.guid()}}, nullptr);
  if (!made) return world_.blame(name() + " cannot make its database: " + made.error().detail);
  made->reset();
  harvested_ = Usn{};
  start();
}

bool SimDsa::start(std::optional<InvocationId> fresh) {
  auto engine = storage_.engine();
  if (!engine) return world_.log("{} does not start: {}", name(), engine.error().detail), false;
  store::Identity before;
  Usn highest_before;
  if (fresh) {
    const auto looked_at = store::DirectoryStore::inspect(std::move(*engine), nullptr);
    if (!looked_at) return world_.log("{} does not start: {}", name(), looked_at.error().detail), false;
    const auto snapshot = (*looked_at)->read();
    before = snapshot->identity();
    highest_before = snapshot->highest_committed_usn();
  }
  if (fresh) engine = storage_.engine();
  if (!engine) return world_.log("{} does not start: {}", name(), engine.error().detail), false;
  auto opened = store::DirectoryStore::open(std::move(*engine), nullptr, fresh);
  if (!opened) return world_.log("{} does not start: {}", name(), opened.error().detail), false;
  store_ = std::move(*opened);
  ++life_;
  const auto snapshot = store_->read();
  invocation_ = snapshot->identity().invocation_id;
  if (store_->opening() == store::Opening::kRenewed) harvested_ = snapshot->highest_committed_usn();
  is_quarantined_ = false;
  scheduler_ = std::make_unique<Scheduler>();
  if (store_->opening() == store::Opening::kRenewed) {
    const auto retired = change([&](store::WriteTransaction& tx) { return retire_id(tx, before.invocation_id, highest_before); });
    if (!retired) world_.log("{} cannot retire its invocationId: {}", name(), retired.error().detail);
  }
  if (!is_up()) return false;
  world_.log("{} starts as {} at USN {}", name(), to_string(invocation_), store_->read()->highest_committed_usn().value);
  settle();
  if (!is_up()) return false;
  reload_schema();
  if (is_rolled_back_) return true;  // it pulls nothing: what it is to be found out by is what others have seen of it
  replicas_changed();
  tell(Startup{});
  return is_up();
}

void SimDsa::stop() {
  if (!is_up()) return;
  ++life_;
  inbox_.clear();
  cycles_.clear();
  requests_.clear();
  notifications_.clear();
  const auto waiters = std::exchange(waiters_, {});
  scheduler_.reset();
  store_.reset();
  for (const auto& [call, done] : waiters) done(win32::kErrorDsDraShutdown);
}

void SimDsa::crash() {
  if (!is_up()) return;
  world_.log("{} crashes", name());
  storage_.crash();
  stop();
  storage_.power_on();
}

void SimDsa::rebuild() {
  stop();
  storage_.wipe();
  is_rolled_back_ = is_quarantined_ = false;
  world_.log("{} is built anew", name());
  create();
}

void SimDsa::take_new_invocation_id() {
  const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
    if (auto retired = retire_id(tx, invocation_, tx.highest_committed_usn()); !retired) return retired;
    tx.take_invocation_id(InvocationId{chance_.guid()});
    return {};
  });
  if (!is_up() || !done) return;
  invocation_ = store_->read()->identity().invocation_id;
  harvested_ = store_->read()->highest_committed_usn();
  world_.log("{} takes the invocationId {}", name(), to_string(invocation_));
}

/// Into the vectors of the NCs that are held now, and no others: a replica that comes later never had what was made under the old one.
Result<void> SimDsa::retire_id(store::WriteTransaction& tx, const InvocationId& old, Usn highest) {
  const auto roots = tx.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    auto replica = tx.nc_replica(root);
    if (!replica || !*replica || (*replica)->coming) continue;
    auto vector = (*replica)->up_to_dateness_vector.empty() ? Result<ReplUpToDateVector>() : decode_utd((*replica)->up_to_dateness_vector);
    if (!vector) return std::unexpected(vector.error());
    retire(*vector, old, highest, now().ds());
    (*replica)->up_to_dateness_vector = encode_utd(*vector);
    tx.put_nc_replica(**replica);
  }
  return {};
}

void SimDsa::quarantine(std::string_view why) {
  if (is_quarantined_) return;
  is_quarantined_ = true;
  ++world_.figures.quarantines;
  world_.log("{} stops replicating: {}", name(), why);
  if (!is_rolled_back_) world_.blame(fmt::format("{} believes that it was rolled back, and it was not: {}", name(), why));
}

void SimDsa::settle() {
  if (storage_.has_crashed()) {
    world_.log("{} loses its power", name());
    stop();
    storage_.power_on();
    return;
  }
  const auto snapshot = store_->read();
  const Usn highest = snapshot->highest_committed_usn();
  if (highest <= harvested_) return;
  if (auto wrong = world_.model.harvest(*snapshot, harvested_, is_client_)) world_.blame(name() + ": " + *wrong);
  harvested_ = highest;
}

Result<void> SimDsa::change(const std::function<Result<void>(store::WriteTransaction&)>& work) {
  if (!is_up()) return fail(win32::kErrorDsDraShutdown);
  Result<void> done;
  {
    const auto tx = store_->write();
    done = work(*tx);
    if (done) done = tx->commit();
  }
  settle();
  return done;
}

Result<Updates> SimDsa::update(const Update& work) {
  Result<Updates> made;
  is_client_ = true;
  const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
    made = work(tx, context());
    return made ? Result<void>() : Result<void>(std::unexpected(made.error()));
  });
  is_client_ = false;
  if (!done) return std::unexpected(done.error());
  if (!is_up()) return made;
  if (made->schema_changed) reload_schema();
  for (const Dnt nc : made->ncs()) {
    const auto root = store_->read()->find(nc);
    if (root && *root) tell(LocalChange{(*root)->guid(), made->urgent});
    if (!is_up()) break;
  }
  return made;
}

void SimDsa::reload_schema() {
  auto loaded = load_schema(*store_->read(), *schema::Schema::embedded());
  if (!loaded) return world_.blame(name() + " cannot read its schema: " + loaded.error().detail);
  if (*loaded) schema_ = std::move(*loaded);
}

void SimDsa::collect_garbage() {
  for (bool more = true; more && is_up();) {
    more = false;
    const auto done = update([&](store::WriteTransaction& tx, const Context& context) -> Result<Updates> {
      auto collected = repl::collect_garbage(tx, context, 1000);
      if (!collected) return std::unexpected(collected.error());
      more = collected->more;
      world_.log("{} collects {} objects and {} links, recycles {}", name(), collected->objects_removed, collected->links_removed,
                 collected->objects_recycled);
      return collected->updates;
    });
    if (!done) return world_.log("{} cannot collect garbage: {}", name(), done.error().detail);
  }
}

// --- Replicas -------------------------------------------------------------------------------------------------------------------

Dnt SimDsa::root_of(const ObjectGuid& nc) {
  if (!is_up()) return kNoDnt;  // what was done just before may have been its end
  const auto snapshot = store_->read();
  const auto dnt = snapshot->find_guid(nc);
  if (!dnt || *dnt == kNoDnt) return kNoDnt;
  const auto replica = snapshot->nc_replica(*dnt);
  return replica && *replica ? *dnt : kNoDnt;
}

std::vector<repl::NcReplica> SimDsa::list_replicas() {
  std::vector<repl::NcReplica> list;
  const auto snapshot = store_->read();
  const auto roots = snapshot->nc_roots();
  if (!roots) return list;
  for (const Dnt root : *roots) {
    const auto object = snapshot->find(root);
    const auto stored = snapshot->nc_replica(root);
    if (!object || !*object || !stored || !*stored || (*stored)->going) continue;
    repl::NcReplica replica;
    replica.guid = (*object)->guid();
    const auto* wanted = world_.find_nc(replica.guid);
    replica.dn = wanted ? wanted->dn : to_string(replica.guid);
    replica.kind = wanted && wanted->is_schema ? NcImportance::kSchema : wanted && wanted->is_configuration ? NcImportance::kConfiguration : NcImportance::kOther;
    replica.is_writable = (*stored)->writable;
    replica.notify_first_s = world_.terms.notify_first_s;
    replica.notify_subsequent_s = world_.terms.notify_subsequent_s;
    for (const auto& octets : (*stored)->reps_from)
      if (auto source = decode_reps_from(octets)) replica.sources.push_back({std::move(*source), {}, true});
    for (const auto& octets : (*stored)->reps_to)
      if (auto partner = decode_reps_to(octets)) replica.partners.push_back(std::move(*partner));
    list.push_back(std::move(replica));
  }
  return list;
}

void SimDsa::replicas_changed() { tell(ReplicasChanged{list_replicas()}); }

void SimDsa::remove_replica(Dnt root) {
  if (const auto object = store_->read()->find(root); object && *object) world_.given_back.push_back((*object)->guid());
  const auto begun = change([&](store::WriteTransaction& tx) -> Result<void> {
    auto replica = tx.nc_replica(root);
    if (!replica || !*replica) return fail(win32::kErrorDsDraNoReplica);
    (*replica)->reps_from.clear();
    (*replica)->reps_to.clear();
    tx.put_nc_replica(**replica);
    return begin_nc_removal(tx, context(), root);
  });
  if (!begun) return world_.log("{} cannot take an NC down: {}", name(), begun.error().detail);
  for (bool finished = false; !finished && is_up();) {
    const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
      auto removal = continue_nc_removal(tx, context(), root, 500, false);
      if (!removal) return std::unexpected(removal.error());
      finished = removal->finished;
      return {};
    });
    if (!done) return world_.log("{} cannot go on taking an NC down: {}", name(), done.error().detail);
  }
  if (!is_up()) return;
  // Its vector must not claim for another replica of this NC what this one had: what it originates from now on is another's.
  take_new_invocation_id();
  if (is_up()) replicas_changed();
}

void SimDsa::drop_sources(const repl::NcReplica& held, const WantedReplica& wanted) {
  const auto is_wanted = [&](const DsaGuid& source) {
    return std::ranges::any_of(wanted.sources, [&](int each) { return world_.dsas[static_cast<std::size_t>(each)]->guid() == source; });
  };
  if (std::ranges::all_of(held.sources, [&](const Source& each) { return is_wanted(each.reps.uuid_dsa); })) return;
  const Dnt root = root_of(held.guid);
  const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
    auto replica = tx.nc_replica(root);
    if (!replica || !*replica) return fail(win32::kErrorDsDraNoReplica);
    std::erase_if((*replica)->reps_from, [&](const Bytes& octets) {
      const auto source = decode_reps_from(octets);
      return source && !is_wanted(source->uuid_dsa);
    });
    tx.put_nc_replica(**replica);
    return {};
  });
  if (done && is_up()) replicas_changed();
}

void SimDsa::maintain() {
  if (!is_up() || is_quarantined_ || is_rolled_back_) return;
  const auto held = list_replicas();
  for (const auto& nc : world_.ncs) {
    const auto wanted = nc.replicas.find(index_);
    const auto here = std::ranges::find(held, nc.guid, &repl::NcReplica::guid);
    const bool is_other_kind = wanted != nc.replicas.end() && here != held.end() && here->is_writable == wanted->second.is_partial;
    if (wanted == nc.replicas.end() || is_other_kind) {
      const Dnt root = root_of(nc.guid);
      const bool is_busy = std::ranges::any_of(cycles_, [&](const auto& entry) { return entry.second.nc == nc.guid; });
      if (root != kNoDnt && !is_busy) {
        world_.log("{} takes its replica of {} down", name(), nc.dn);
        remove_replica(root);
        if (!is_up()) return;
      }
      continue;
    }
    if (here != held.end()) drop_sources(*here, wanted->second);
    if (!is_up()) return;
    for (const int source : wanted->second.sources) {
      const auto& partner = *world_.dsas[static_cast<std::size_t>(source)];
      const auto is_it = [&](const Source& each) { return each.reps.uuid_dsa == partner.guid(); };
      if (here != held.end() && std::ranges::any_of(here->sources, is_it)) continue;
      ReplicaAddRequest add;
      add.source_address = partner.address();
      add.source_dsa = {true, partner.guid().value};
      add.schedule = make_schedule(world_.terms.is_hourly);
      add.options = drsuapi::DRS_ASYNC_OP | drsuapi::DRS_INIT_SYNC | drsuapi::DRS_PER_SYNC;
      if (!wanted->second.is_partial) add.options |= drsuapi::DRS_WRIT_REP;
      if (world_.terms.uses_compression) add.options |= drsuapi::DRS_USE_COMPRESSION;
      tell(Request{CallId{++calls_}, "admin", nc.guid, add, nc.dn, {}, true});
      if (!is_up()) return;
    }
  }
}

bool SimDsa::is_idle() const noexcept {
  return scheduler_ == nullptr || (scheduler_->queue().pending_count() == 0 && scheduler_->queue().running_count() == 0);
}

// --- Actions --------------------------------------------------------------------------------------------------------------------

void SimDsa::tell(Event event) {
  if (!is_up()) return;
  inbox_.push_back(std::move(event));
  if (is_telling_) return;
  is_telling_ = true;
  while (!inbox_.empty() && is_up()) {
    const Event next = std::move(inbox_.front());
    inbox_.pop_front();
    auto actions = scheduler_->handle(next, now());
    world_.figures.queue_max = std::max(world_.figures.queue_max, scheduler_->queue().pending_count());
    for (auto& action : actions) {
      if (!is_up()) break;
      std::visit([this](auto& each) { act(std::move(each)); }, action);
    }
  }
  is_telling_ = false;
}

void SimDsa::act(Start action) {
  if (kind_of(action.request) == OperationKind::kSync || kind_of(action.request) == OperationKind::kAdd) return begin_cycle(action);
  Win32 result = win32::kErrorNotSupported;
  if (const auto* refs = std::get_if<UpdateRefsRequest>(&action.request)) result = update_refs(action.nc, *refs);
  tell(Finished{action.operation, result, {}});
  if (is_up()) replicas_changed();
}

void SimDsa::act(const Preempt& action) {
  if (const auto at = cycles_.find(action.operation); at != cycles_.end()) at->second.gives_way = true;
}

void SimDsa::act(const Reply& action) {
  const auto at = waiters_.find(action.call);
  if (at == waiters_.end()) return;
  const auto done = std::move(at->second);
  waiters_.erase(at);
  done(action.result);
}

void SimDsa::act(const ForgetPartner& action) {
  (void)update_refs(action.nc, {{}, action.partner, drsuapi::DRS_DEL_REF | drsuapi::DRS_WRIT_REP});
  if (is_up()) replicas_changed();
}

void SimDsa::act(const WakeAt& action) {
  const auto generation = ++wake_;
  if (!action.time) return;
  later(std::max(MonoTime{}, *action.time - world_.loop.now()), [this, generation] {
    if (generation == wake_) tell(Tick{});
  });
}

void SimDsa::act(const repl::Log& action) { world_.log("{}: {}", name(), action.text); }

void SimDsa::sync(const ObjectGuid& nc, int source, std::function<void(Win32)> done) {
  if (!is_up()) return done(win32::kErrorDsDraShutdown);
  const CallId call{++calls_};
  waiters_[call] = std::move(done);
  ReplicaSyncRequest request{world_.dsas[static_cast<std::size_t>(source)]->guid(), std::nullopt, drsuapi::DRS_SYNC_FORCED};
  tell(Request{call, "admin", nc, request, {}, {}, true});
}

}  // namespace tributary::sim
