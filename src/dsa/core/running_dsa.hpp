// SPDX-License-Identifier: Apache-2.0
// The DSA on a real machine: the database on disk, the scheduler on its thread, workers for cycles and calls, connections to partners.
// It carries out what the engine decides ([MS-DRSR] 4.1.10, 4.1.19 to 4.1.26; [MS-ADTS] 3.1.1.1.9, 3.1.1.5.1.6) and decides nothing itself.
// Whatever instant the process is killed at: every transaction leaves the database as the next start wants it.
// Order of locks: the turn to write, then the facts; neither is held while anything waits for a partner.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "dsa/config/config.hpp"
#include "dsa/core/control.hpp"
#include "dsa/core/facts.hpp"
#include "dsa/core/group_commit.hpp"
#include "dsa/core/partners.hpp"
#include "dsa/core/pull.hpp"
#include "dsa/core/secrets.hpp"
#include "dsa/core/system_random.hpp"
#include "dsa/core/turn.hpp"
#include "dsa/core/workers.hpp"
#include "dsa/edge/log.hpp"
#include "service/dsa.hpp"

namespace tributary::dsa {

/// What has happened since the start; for status.
struct DsaFigures {
  std::atomic<std::uint64_t> cycles{0}, cycles_failed{0}, objects_applied{0}, links_applied{0}, octets_received{0};
  std::atomic<std::uint64_t> notifications_sent{0}, notifications_failed{0}, updates{0};
};
/// A cycle that runs now; for status.
struct RunningCycle {
  std::string nc_dn, source;
  std::uint64_t pages = 0, objects = 0, links = 0, octets = 0;
  std::uint64_t objects_expected = 0;  ///< as the source estimates; 0: it was not asked
  MonoTime began{};
};

class RunningDsa final : public service::Dsa {
 public:
  /// Opens the database of the configuration. A copied or rolled-back one gets a new invocationId before anything else happens.
  [[nodiscard]] static Result<std::unique_ptr<RunningDsa>> open(const Config& config, Log& log, net::Runtime& runtime);
  ~RunningDsa() override;

  /// Replication begins.
  void start();
  /// No cycle and no call runs any more when it returns.
  void stop();
  /// What may change while it runs: hosts, log level, delays, the KCC, intervals.
  void reconfigure(const Config& config);

  // --- service::Dsa ---
  [[nodiscard]] const service::DsaIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] repl::Context context() override;
  [[nodiscard]] store::DirectoryStore& store() noexcept override { return *store_; }
  [[nodiscard]] drsuapi::DRS_EXTENSIONS_INT extensions() const override;
  [[nodiscard]] std::uint32_t dsa_options() const noexcept override { return dsa_options_.load(); }
  [[nodiscard]] Result<repl::Updates> update(const Update& work) override;
  void update_later(Update work, std::move_only_function<void(Result<repl::Updates>)> done) override;
  repl::CallId submit(repl::Request request, std::move_only_function<void(Win32)> done) override;
  void withdraw(repl::CallId call) override;
  [[nodiscard]] Pending pending_operations() override { return control_.pending_operations(); }
  void replicas_changed() override;
  Result<void> run_kcc(bool damped) override;
  [[nodiscard]] service::KccFailures kcc_failures() override;
  [[nodiscard]] Result<std::shared_ptr<client::DrsHandle>> partner(const DsaGuid& dsa, std::chrono::milliseconds timeout) override;
  [[nodiscard]] Result<void> take_role(const DsaGuid& owner, store::Dnt object) override;
  [[nodiscard]] std::vector<service::OutgoingCall> outgoing_calls() override { return partners_.outgoing_calls(); }
  void want_rids() override;
  void log(char level, std::string line) override { log_.write(level, line); }

  [[nodiscard]] std::shared_ptr<const Facts> facts() const;
  [[nodiscard]] const DsaFigures& figures() const noexcept { return figures_; }
  [[nodiscard]] std::vector<RunningCycle> running_cycles() const;
  [[nodiscard]] Control::Figures queue_figures() { return control_.figures(); }
  [[nodiscard]] Workers& workers() noexcept { return workers_; }
  /// Another interface of a partner, on a connection of its own.
  [[nodiscard]] Result<std::shared_ptr<net::RpcConnection>> connect(const DsaGuid& dsa, const rpc::SyntaxId& interface, std::chrono::milliseconds timeout);
  /// One piece of garbage collection after the other until there is no more; how many objects and links went.
  [[nodiscard]] Result<std::uint64_t> collect_garbage() override;
  /// A block of RIDs from the RID master (rids.cpp). Waits for it, and for the replication that brings it.
  Result<void> ask_for_rids();
  /// The FSMO role of an object goes to another DSA, which asks for it while we wait (roles.cpp).
  [[nodiscard]] Result<void> give_role(const DsaGuid& to, store::Dnt object);
  /// An optional feature of the forest, enabled by its administrator ([MS-ADTS] 3.1.1.3.3.28) or, kReplica, because a partner has it.
  /// Whether anything had to be written.
  Result<bool> enable_feature(const Guid& feature, repl::CheckLevel level);
  /// A new key seals secrets from now on, and everything that is sealed is sealed again under it; `forget` takes the older keys out of the
  /// key file then, and every backup of before needs a copy of the file of before. `progress`: false ends it, the next start goes on.
  Result<SecretsSettled> rotate_secrets_key(bool forget, const std::function<bool(const SecretsSettled&)>& progress);
  [[nodiscard]] const SecretKeeper& secrets() const noexcept { return *secrets_; }
  [[nodiscard]] bool has_rids();  ///< was ever given some, or is the master itself
  [[nodiscard]] bool is_alive();  ///< the control thread answers; for the watchdog

 private:
  RunningDsa(const Config& config, Log& log, net::Runtime& runtime, std::unique_ptr<store::DirectoryStore> store);

  // Its state (running_dsa.cpp).
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<void> reload_schema();
  [[nodiscard]] Result<void> reload_facts();
  [[nodiscard]] Result<void> settle_retired_ids();
  [[nodiscard]] Result<void> load_secrets();
  [[nodiscard]] SecretsWork secrets_work();
  [[nodiscard]] Result<void> publish_invocation_id();
  [[nodiscard]] Result<void> take_new_invocation_id(std::string_view why);
  /// A change of this DSA's own state, which no partner is told of.
  [[nodiscard]] Result<void> change(const std::function<Result<void>(store::WriteTransaction&)>& work);
  void after_updates(const repl::Updates& updates);

  // Actions (actions.cpp).
  void act(repl::Action action);
  void act_on(repl::Start action);
  void act_on(const repl::Preempt& action);
  void act_on(const repl::Reply& action);
  void act_on(const repl::Notify& action);
  void act_on(const repl::ForgetPartner& action);
  void act_on(const repl::WakeAt&) {}
  void act_on(const repl::Log& action);
  void notify(const repl::Notify& action, const std::shared_ptr<client::DrsHandle>& handle, bool was_kept);
  bool notify_bound(const repl::Notify& action);
  [[nodiscard]] bool is_silent(const repl::Notify& action) const;
  void note_notification(const repl::Notify& action, Win32 result);
  [[nodiscard]] PartnerHint hint_of(const DsaGuid& dsa, std::string address) const;

  // Cycles (cycles.cpp).
  struct Cycle {
    std::atomic<bool> gives_way{false};
    RunningCycle shown;  // under cycles_mutex_
  };
  void run_cycle(const repl::Start& start);
  [[nodiscard]] Result<repl::CycleOptions> cycle_options(const repl::Start& start);
  [[nodiscard]] Result<void> add_source(const repl::Start& start, const repl::ReplicaAddRequest& request, repl::CycleOptions& options);
  [[nodiscard]] Pulled converse(const repl::Start& start, repl::CycleOptions options, Cycle& cycle, repl::Changes& changes);
  bool page_applied(const repl::Start& start, const repl::ReplicationCycle& done, const repl::CycleStep& step, Cycle& cycle, repl::ApplyFigures& told);
  void after_failed_cycle(const repl::Start& start, const repl::CycleStep& step);
  [[nodiscard]] static repl::Request own_sync(const ObjectGuid& nc, const DsaGuid& from);  ///< a ReplicaSync that this DSA wants itself
  void sync_again_after(const ObjectGuid& first, const repl::Start& start);

  // References (references.cpp).
  [[nodiscard]] Win32 edit_replica(const ObjectGuid& nc, const std::function<Win32(store::NcReplica&)>& edit);
  [[nodiscard]] Win32 carry_out(const repl::Start& start, const repl::ReplicaDelRequest& request);
  [[nodiscard]] Win32 carry_out(const repl::Start& start, const repl::ReplicaModifyRequest& request);
  [[nodiscard]] Win32 carry_out(const repl::Start& start, const repl::UpdateRefsRequest& request);
  [[nodiscard]] Win32 expunge(const ObjectGuid& nc);
  void send_update_refs(const DsaGuid& to, const std::string& address, const ObjectGuid& nc, std::uint32_t options);

  // Work that comes by itself (housekeeping.cpp).
  void keep_house();
  void finish_link_work();
  void finish_descriptor_work();
  void see_to_rids();
  void adopt_features();

  // Extended operations (roles.cpp).
  [[nodiscard]] Result<void> ask_extended(const DsaGuid& of, store::Dnt object, std::uint32_t operation, std::uint64_t fsmo_info);
  [[nodiscard]] Result<void> pull_now(const DsaGuid& from, store::Dnt nc_root);
  [[nodiscard]] std::string host_of(const DsaGuid& dsa) const;  ///< its name, or its GUID

  Config config_;
  Log& log_;
  net::Runtime& runtime_;
  std::unique_ptr<store::DirectoryStore> store_;
  service::DsaIdentity identity_;
  SystemRandom random_;
  TurnLock turn_;
  std::shared_ptr<SecretKeeper> secrets_;  ///< there before any other thread is
  std::mutex rotation_mutex_;              ///< one change of keys at a time
  std::atomic<std::uint32_t> dsa_options_{0};
  mutable std::mutex facts_mutex_;  ///< of the three that follow
  std::shared_ptr<const Facts> facts_;
  std::shared_ptr<const schema::Schema> schema_;
  InvocationId invocation_;
  mutable std::mutex config_mutex_;  ///< of config_'s parts that reconfigure() changes
  Partners partners_;
  Workers workers_;
  Control control_;
  GroupCommit group_;
  std::atomic<std::uint64_t> last_call_{0};
  std::mutex waiters_mutex_;
  std::map<repl::CallId, std::move_only_function<void(Win32)>> waiters_;
  mutable std::mutex cycles_mutex_;
  std::map<repl::OperationId, std::shared_ptr<Cycle>> cycles_;
  DsaFigures figures_;
  std::mutex house_mutex_;
  std::condition_variable house_changed_;
  bool is_stopping_ = false;
  std::atomic<bool> wants_kcc_{false};
  std::atomic<bool> is_asking_for_rids_{false};
  bool is_started_ = false;
  std::mutex kcc_mutex_;
  std::optional<MonoTime> last_kcc_run_;  ///< under kcc_mutex_
  std::thread house_;
};

}  // namespace tributary::dsa
