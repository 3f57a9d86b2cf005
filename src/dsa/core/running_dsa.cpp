// SPDX-License-Identifier: Apache-2.0
// What the running DSA knows and how it writes. See running_dsa.hpp.
#include "dsa/core/running_dsa.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "dsa/core/open_database.hpp"
#include "repl/objects/attids.hpp"
#include "repl/objects/schema_index.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/state/up_to_dateness.hpp"
#include "repl/updates/modify.hpp"
#include "schema/schema.hpp"

namespace tributary::dsa {
namespace {

using store::Dnt;
using store::kNoDnt;

/// Which retired invocationIds are in the vectors already: their octets one behind the other.
constexpr std::string_view kRetiredValue = "retiredApplied";
constexpr std::string_view kInvocationIdAttribute = "invocationId";
constexpr MonoTime kSecretsProgress = std::chrono::seconds(5);

DelayOverrides delays_of(const Config& config) { return {config.notify_first_s, config.notify_subsequent_s}; }

security::Credentials credentials_of(const Config& config) { return security::KeytabLogon{config.keytab, config.principal}; }

bool contains_id(ByteView list, const InvocationId& id) {
  for (std::size_t i = 0; i + 16 <= list.size(); i += 16)
    if (std::ranges::equal(list.subspan(i, 16), id.value.octets)) return true;
  return false;
}

}  // namespace

RunningDsa::RunningDsa(const Config& config, Log& log, net::Runtime& runtime, std::unique_ptr<store::DirectoryStore> store)
    : config_(config), log_(log), runtime_(runtime), store_(std::move(store)), partners_(runtime, credentials_of(config)),
      workers_(config.worker_threads_max), control_([this](repl::Action action) { act(std::move(action)); }),
      group_({*store_, turn_, [this] { return context(); },
              [this](const repl::Updates& updates, std::size_t works) {
                figures_.updates += works;
                after_updates(updates);
              }}) {}
RunningDsa::~RunningDsa() { stop(); }

Result<std::unique_ptr<RunningDsa>> RunningDsa::open(const Config& config, Log& log, net::Runtime& runtime) {
  auto opened = open_database(config, Access::kServe);
  if (!opened) return std::unexpected(std::move(opened.error()));
  std::unique_ptr<RunningDsa> dsa(new RunningDsa(config, log, runtime, std::move(*opened)));
  if (auto loaded = dsa->load(); !loaded) return std::unexpected(std::move(loaded.error()));
  return dsa;
}

Result<void> RunningDsa::load() {
  invocation_ = store_->read()->identity().invocation_id;
  if (auto done = reload_schema(); !done) return done;
  if (auto done = load_secrets(); !done) return done;
  if (auto done = settle_retired_ids(); !done) return done;
  if (auto done = reload_facts(); !done) return done;
  identity_ = facts()->identity;
  if (identity_.configuration_nc.is_null())
    return fail(win32::kErrorDsDatabaseError, fmt::format("the directory has no NTDS Settings object of this DSA ({}): a join that did not finish is begun again with `tributary dsa join`", to_string(identity_.dsa)));
  if (!config_.host_name.empty()) identity_.host_name = config_.host_name;
  if (auto done = publish_invocation_id(); !done) return done;
  partners_.set_hosts(config_.hosts);
  partners_.set_identity({identity_.dsa, identity_.forest_dns_name, identity_.domain_dns_name, extensions()});
  switch (store_->opening()) {
    case store::Opening::kRenewed: log('w', "the database is a copy or was put back: it goes on under the new invocationId " + to_string(invocation_)); break;
    case store::Opening::kAfterCrash: log('w', "the database was not closed; everything that was committed is there"); break;
    default: break;
  }
  return {};
}

// --- What it knows --------------------------------------------------------------------------------------------------------------

repl::Context RunningDsa::context() {
  repl::Context context;
  context.now = net::wall_now();
  context.random = &random_;
  context.sealer = secrets_;
  const std::lock_guard guard(facts_mutex_);
  context.dsa = store_ ? identity_.dsa : DsaGuid{};
  context.invocation_id = invocation_;
  context.schema = schema_;
  if (facts_) context.rules = facts_->rules;
  return context;
}

std::shared_ptr<const Facts> RunningDsa::facts() const {
  const std::lock_guard guard(facts_mutex_);
  return facts_;
}

drsuapi::DRS_EXTENSIONS_INT RunningDsa::extensions() const {
  using namespace drsuapi;
  auto extensions = client::default_client_extensions();
  extensions.dwFlagsExt = DRS_EXT_LH_BETA2 | DRS_EXT_GETCHGREPLY_V9;
  extensions.dwExtCaps = DRS_EXT_RECYCLE_BIN;
  const std::lock_guard guard(facts_mutex_);
  if (facts_ && facts_->rules.recycle_bin) extensions.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  extensions.SiteObjGuid = identity_.site.value;
  extensions.ConfigObjGUID = identity_.configuration_nc.value;
  extensions.Pid = 0;
  return extensions;
}

Result<void> RunningDsa::reload_schema() {
  auto loaded = repl::load_schema(*store_->read(), *schema::Schema::embedded());
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (!*loaded) *loaded = schema::Schema::embedded();
  store_->set_policy(std::make_shared<repl::SchemaIndex>(*loaded));
  {
    const std::lock_guard guard(facts_mutex_);
    schema_ = std::move(*loaded);
  }
  const std::lock_guard turn(turn_);
  return store_->reindex();
}

Result<void> RunningDsa::reload_facts() {
  DelayOverrides delays;
  {
    const std::lock_guard guard(config_mutex_);
    delays = delays_of(config_);
  }
  auto read = read_facts(*store_->read(), *context().schema, delays);
  if (!read) return std::unexpected(std::move(read.error()));
  dsa_options_.store(read->dsa_options);
  auto shared = std::make_shared<const Facts>(std::move(*read));
  const auto is_same_dsa = [](const auto& a, const auto& b) { return a.first == b.first; };
  const std::lock_guard guard(facts_mutex_);
  // A DSA came or went: the KCC need not wait for its quarter of an hour.
  if (facts_ && !std::ranges::equal(facts_->dsas, shared->dsas, is_same_dsa)) {
    wants_kcc_ = true;
    house_changed_.notify_all();
  }
  if (!shared->features_to_adopt.empty()) house_changed_.notify_all();
  facts_ = std::move(shared);
  return {};
}

void RunningDsa::replicas_changed() {
  if (auto done = reload_facts(); !done) return log('e', "the directory cannot be read: " + done.error().detail);
  const auto now = facts();
  control_.tell(repl::DsaOptionsChanged{now->dsa_options});
  control_.tell(repl::ReplicasChanged{now->replicas});
}

// --- How it writes --------------------------------------------------------------------------------------------------------------

Result<void> RunningDsa::change(const std::function<Result<void>(store::WriteTransaction&)>& work) {
  const std::lock_guard turn(turn_);
  const auto transaction = store_->write();
  if (auto done = work(*transaction); !done) return done;
  return transaction->commit();
}

Result<repl::Updates> RunningDsa::update(const Update& work) {
  Result<repl::Updates> made;
  const auto done = change([&](store::WriteTransaction& transaction) -> Result<void> {
    made = work(context(), transaction);
    if (!made) return std::unexpected(made.error());
    return {};
  });
  if (!done) return std::unexpected(done.error());
  ++figures_.updates;
  after_updates(*made);
  return made;
}

void RunningDsa::update_later(Update work, std::move_only_function<void(Result<repl::Updates>)> done) {
  group_.post(std::move(work), std::move(done));
}

void RunningDsa::after_updates(const repl::Updates& updates) {
  if (updates.schema_changed)
    if (auto done = reload_schema(); !done) log('e', "the schema cannot be read: " + done.error().detail);
  const auto known = facts();
  bool touches_configuration = false;
  for (const Dnt nc : updates.ncs()) {
    auto named = known->nc_guids.find(nc);
    ObjectGuid guid = named != known->nc_guids.end() ? named->second : ObjectGuid{};
    if (guid.is_null())
      if (const auto root = store_->read()->find(nc); root && *root) guid = (*root)->guid();
    touches_configuration |= guid == identity_.configuration_nc || named == known->nc_guids.end();
    control_.tell(repl::LocalChange{guid, updates.urgent});
  }
  changes().notify();
  if (touches_configuration) replicas_changed();
}

// --- Secrets at rest -------------------------------------------------------------------------------------------------------------

SecretsWork RunningDsa::secrets_work() {
  return {[this](const auto& work) { return change(work); }, [this] { return context(); }, [this](char level, std::string line) { log(level, std::move(line)); }};
}

Result<void> RunningDsa::load_secrets() {
  auto opened = open_secrets(config_, *store_->read());
  if (!opened) return std::unexpected(std::move(opened.error()));
  secrets_ = std::move(*opened);
  auto said = net::monotonic_now();
  const auto settled = settle_secrets(*secrets_, *store_, secrets_work(), [&](const SecretsSettled& so_far) {
    if (net::monotonic_now() - said < kSecretsProgress) return true;
    said = net::monotonic_now();
    log('i', fmt::format("sealing secrets: {} objects, {} values", so_far.objects_read, so_far.values_written));
    return true;
  });
  if (!settled) return std::unexpected(settled.error());
  return {};
}

Result<SecretsSettled> RunningDsa::rotate_secrets_key(bool forget, const std::function<bool(const SecretsSettled&)>& progress) {
  const std::unique_lock rotating(rotation_mutex_, std::try_to_lock);
  if (!rotating) return fail(win32::kErrorDsBusy, "the key of secrets is being changed already");
  const auto rotated = change([this](store::WriteTransaction&) { return secrets_->rotate(); });
  if (!rotated) return std::unexpected(rotated.error());
  auto settled = settle_secrets(*secrets_, *store_, secrets_work(), progress);
  if (!settled) return settled;
  if (forget && settled->values_unreadable != 0) return fail(win32::kErrorDsDatabaseError, "some secrets do not open (`tributary dsa check`): the older keys stay in the key file");
  if (forget)
    if (auto forgotten = secrets_->forget_old_keys(); !forgotten) return std::unexpected(std::move(forgotten.error()));
  return settled;
}

// --- invocationIds ([MS-ADTS] 3.1.1.1.9) -----------------------------------------------------------------------------------------

namespace {

/// Every NC that is held now knows what was made under the old id. NCs that come later never had it, so their vectors must not.
Result<void> retire_into_vectors(store::WriteTransaction& tx, DsTime now) {
  const auto retired = tx.retired_invocation_ids();
  if (!retired) return std::unexpected(retired.error());
  const auto stored = tx.dsa_value(kRetiredValue);
  if (!stored) return std::unexpected(stored.error());
  Bytes applied = stored->value_or(Bytes{});
  const auto roots = tx.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const auto& [id, highest] : *retired) {
    if (contains_id(applied, id)) continue;
    for (const Dnt root : *roots) {
      auto replica = tx.nc_replica(root);
      if (!replica) return std::unexpected(replica.error());
      if (!*replica || (*replica)->coming) continue;
      auto vector = (*replica)->up_to_dateness_vector.empty() ? Result<repl::ReplUpToDateVector>() : repl::decode_utd((*replica)->up_to_dateness_vector);
      if (!vector) return std::unexpected(vector.error());
      repl::retire(*vector, id, highest, now);
      (*replica)->up_to_dateness_vector = repl::encode_utd(*vector);
      tx.put_nc_replica(**replica);
    }
    applied.insert(applied.end(), id.value.octets.begin(), id.value.octets.end());
  }
  tx.put_dsa_value(kRetiredValue, applied);
  return {};
}

}  // namespace

Result<void> RunningDsa::settle_retired_ids() {
  bool is_settled = true;
  {
    const auto snapshot = store_->read();
    const auto retired = snapshot->retired_invocation_ids();
    const auto applied = snapshot->dsa_value(kRetiredValue);
    if (!retired) return std::unexpected(retired.error());
    if (!applied) return std::unexpected(applied.error());
    for (const auto& [id, highest] : *retired) is_settled &= *applied && contains_id(**applied, id);
  }
  if (is_settled) return {};
  return change([&](store::WriteTransaction& tx) { return retire_into_vectors(tx, context().ds_now()); });
}

Result<void> RunningDsa::take_new_invocation_id(std::string_view why) {
  const InvocationId fresh{random_guid()};
  {
    const std::lock_guard turn(turn_);
    const auto transaction = store_->write();
    transaction->take_invocation_id(fresh);
    if (auto retired = retire_into_vectors(*transaction, context().ds_now()); !retired) return retired;
    if (auto committed = transaction->commit(); !committed) return committed;
    const std::lock_guard guard(facts_mutex_);
    invocation_ = fresh;  // before anybody else's turn
  }
  log('w', fmt::format("{}: this DSA goes on under the invocationId {}", why, to_string(fresh)));
  return publish_invocation_id();
}

/// invocationId of our nTDSDSA object ([MS-ADTS] 6.1.1.2.2.1.2.1.1), if it says another.
Result<void> RunningDsa::publish_invocation_id() {
  const auto now = context();
  const auto* attribute = now.schema->find_attribute(kInvocationIdAttribute);
  const auto own = store_->read()->find_guid(ObjectGuid{identity_.dsa.value});
  if (!own) return std::unexpected(own.error());
  if (attribute == nullptr || *own == kNoDnt) return {};
  {
    const auto snapshot = store_->read();
    const auto object = snapshot->find(*own);
    if (!object) return std::unexpected(object.error());
    if (!*object) return {};
    const auto value = (*object)->first(attribute->attid);
    if (value && std::ranges::equal(*value, now.invocation_id.value.octets)) return {};
  }
  const auto made = update([&](const repl::Context& context, store::WriteTransaction& tx) {
    const repl::Modification modification{repl::ModifyOperation::kReplace, attribute->attid, {repl::octets_value(now.invocation_id.value.octets)}};
    return repl::modify(tx, context, *own, {&modification, 1}, {repl::CheckLevel::kReplica, false, false});
  });
  if (!made) return std::unexpected(made.error());
  return {};
}

// --- Its life -------------------------------------------------------------------------------------------------------------------

void RunningDsa::start() {
  is_started_ = true;
  control_.begin();
  replicas_changed();
  control_.tell(repl::Startup{});
  house_ = std::thread([this] { keep_house(); });
}

void RunningDsa::stop() {
  {
    const std::lock_guard guard(house_mutex_);
    if (std::exchange(is_stopping_, true)) return;
  }
  house_changed_.notify_all();
  // First of all: whoever waits for replication, the house among them, is answered.
  if (is_started_) control_.tell_and_wait(repl::Shutdown{});
  if (house_.joinable()) house_.join();
  group_.stop();
  workers_.stop();
  control_.stop();
  partners_.drop_all();
  std::map<repl::CallId, std::move_only_function<void(Win32)>> left;
  {
    const std::lock_guard guard(waiters_mutex_);
    left.swap(waiters_);
  }
  for (auto& [call, done] : left) done(win32::kErrorDsDraShutdown);
}

void RunningDsa::reconfigure(const Config& config) {
  {
    const std::lock_guard guard(config_mutex_);
    config_.hosts = config.hosts;
    config_.notify_first_s = config.notify_first_s;
    config_.notify_subsequent_s = config.notify_subsequent_s;
    config_.kcc = config.kcc;
    config_.garbage_collection_interval = config.garbage_collection_interval;
    config_.call_timeout = config.call_timeout;
    config_.compress = config.compress;
  }
  log_.set_level(config.log_level);
  partners_.set_hosts(config.hosts);
  partners_.drop_all();
  replicas_changed();
  house_changed_.notify_all();
}

bool RunningDsa::is_alive() {
  control_.tell_and_wait(repl::Tick{});
  return true;
}

// --- Requests of callers --------------------------------------------------------------------------------------------------------

repl::CallId RunningDsa::submit(repl::Request request, std::move_only_function<void(Win32)> done) {
  const repl::CallId call{++last_call_};
  request.call = call;
  {
    const std::lock_guard guard(waiters_mutex_);
    waiters_[call] = std::move(done);
  }
  control_.tell(std::move(request));
  return call;
}

void RunningDsa::withdraw(repl::CallId call) {
  {
    const std::lock_guard guard(waiters_mutex_);
    waiters_.erase(call);
  }
  control_.tell(repl::CallerGone{call});
}

Result<std::shared_ptr<client::DrsHandle>> RunningDsa::partner(const DsaGuid& dsa, std::chrono::milliseconds timeout) {
  auto bound = partners_.handle(hint_of(dsa, {}), timeout);
  if (!bound) return std::unexpected(std::move(bound.error()));
  return std::move(bound->handle);
}

Result<std::shared_ptr<net::RpcConnection>> RunningDsa::connect(const DsaGuid& dsa, const rpc::SyntaxId& interface, std::chrono::milliseconds timeout) {
  return partners_.connect(hint_of(dsa, {}), interface, timeout);
}

std::vector<RunningCycle> RunningDsa::running_cycles() const {
  const std::lock_guard guard(cycles_mutex_);
  std::vector<RunningCycle> list;
  for (const auto& [id, cycle] : cycles_) list.push_back(cycle->shown);
  return list;
}

}  // namespace tributary::dsa
