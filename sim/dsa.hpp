// SPDX-License-Identifier: Apache-2.0
// One simulated DSA: a store on a simulated disk, the replication queue, cycles as a destination, GetNCChanges as a source, notifications,
// and a clock that is not quite right. It does what a daemon would do and nothing that the engine should: it carries actions out and
// messages to and fro, all of them as the octets of their stubs. [MS-DRSR] 4.1.10, 4.1.19, 4.1.23, 4.1.26.
// Owner: the World. One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "repl/destination/replication_cycle.hpp"
#include "repl/queue/scheduler.hpp"
#include "repl/source/source_call.hpp"
#include "repl/updates/updates.hpp"
#include "sim/core/storage.hpp"
#include "sim/world.hpp"

namespace tributary::sim {

class SimDsa {
 public:
  SimDsa(World& world, int index);
  ~SimDsa();

  [[nodiscard]] int index() const noexcept { return index_; }
  [[nodiscard]] std::string name() const { return "dsa" + std::to_string(index_); }
  [[nodiscard]] const DsaGuid& guid() const noexcept { return guid_; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] bool is_up() const noexcept { return store_ != nullptr; }
  [[nodiscard]] bool is_quarantined() const noexcept { return is_quarantined_; }
  [[nodiscard]] bool is_rolled_back() const noexcept { return is_rolled_back_; }
  [[nodiscard]] store::DirectoryStore& store() noexcept { return *store_; }
  [[nodiscard]] Storage& storage() noexcept { return storage_; }
  [[nodiscard]] const repl::Scheduler& scheduler() const noexcept { return *scheduler_; }
  [[nodiscard]] repl::Context context();

  // --- Its life ---
  void create();
  /// What a daemon does at its start; `fresh` as DirectoryStore::open wants it. False: it cannot, and why is in the history.
  bool start(std::optional<InvocationId> fresh = {});
  void stop();
  void crash();
  void set_skew(std::int64_t seconds) noexcept { skew_s_ = seconds; }
  void set_disk_delay(MonoTime delay) noexcept { disk_delay_ = delay; }
  void set_rolled_back() noexcept { is_rolled_back_ = true; }
  void take_new_invocation_id();
  /// Everything is lost, and it joins again.
  void rebuild();

  // --- Its work ---
  using Update = std::function<Result<repl::Updates>(store::WriteTransaction&, const repl::Context&)>;
  /// An originating update of a client: committed, remembered by the model, and partners are told.
  Result<repl::Updates> update(const Update& work);
  /// A change of this DSA's own state.
  Result<void> change(const std::function<Result<void>(store::WriteTransaction&)>& work);
  void receive(int from, const Bytes& message);
  /// Replicas as they are wanted: what is missing is asked for, what is too much is taken down.
  void maintain();
  /// A synchronous IDL_DRSReplicaSync of an administrator.
  void sync(const ObjectGuid& nc, int source, std::function<void(Win32)> done);
  void collect_garbage();
  /// The schema as the replica of the Schema NC has it.
  void reload_schema();
  void replicas_changed();

  /// The replica's root here, or kNoDnt.
  [[nodiscard]] store::Dnt root_of(const ObjectGuid& nc);
  [[nodiscard]] bool is_idle() const noexcept;

 private:
  struct Cycle {
    std::unique_ptr<repl::ReplicationCycle> cycle;
    ObjectGuid nc;
    int source = -1;
    std::uint64_t call = 0;  ///< the request that it waits for
    bool is_add = false;
    bool gives_way = false;
    repl::ApplyFigures told;
  };

  void tell(repl::Event event);
  void act(repl::Start action);
  void act(const repl::Preempt& action);
  void act(const repl::Reply& action);
  void act(const repl::Notify& action);
  void act(const repl::ForgetPartner& action);
  void act(const repl::WakeAt& action);
  void act(const repl::Log& action);

  void begin_cycle(const repl::Start& action);
  void take_step(repl::OperationId id, repl::CycleStep step);
  void send_request(repl::OperationId id, Cycle& cycle, drsuapi::DRS_MSG_GETCHGREQ request);
  void finish(repl::OperationId id, Win32 result);
  [[nodiscard]] repl::Changes news(Cycle& cycle);
  void on_changes_reply(std::uint64_t call, std::uint32_t status, ByteView stub);
  void judge_answer(const drsuapi::DRS_MSG_GETCHGREQ& request, const store::Snapshot& snapshot, int from);
  void serve_changes(int from, std::uint64_t call, ByteView stub);
  void serve_sync(int from, std::uint64_t call, ByteView stub);
  void serve_update_refs(const DsaGuid& destination, const ObjectGuid& nc, std::uint32_t options);
  [[nodiscard]] Win32 update_refs(const ObjectGuid& nc, const repl::UpdateRefsRequest& request);
  void on_notified(std::uint64_t call, Win32 result);
  void deliver(int from, std::uint8_t kind, std::uint64_t call, std::uint32_t status, ByteView body);
  void send(int to, std::uint8_t kind, std::uint64_t call, std::uint32_t status, ByteView body);

  void remove_replica(store::Dnt root);
  void drop_sources(const repl::NcReplica& held, const WantedReplica& wanted);
  void quarantine(std::string_view why);
  /// After anything was committed: the model learns what was originated; a crash that was armed is carried out.
  void settle();
  [[nodiscard]] Result<void> retire_id(store::WriteTransaction& tx, const InvocationId& old, Usn highest);
  void later(MonoTime delay, std::move_only_function<void()> work);
  [[nodiscard]] repl::Now now() const;
  [[nodiscard]] std::vector<repl::NcReplica> list_replicas();

  World& world_;
  int index_;
  Chance chance_;
  DsaGuid guid_;
  std::string address_;
  Storage storage_;
  std::unique_ptr<store::DirectoryStore> store_;
  std::unique_ptr<repl::Scheduler> scheduler_;
  std::shared_ptr<const schema::Schema> schema_;
  InvocationId invocation_;
  Usn harvested_;
  std::uint64_t life_ = 0;  ///< callbacks of an earlier one do nothing
  std::uint64_t wake_ = 0;
  std::uint64_t calls_ = 0;
  std::int64_t skew_s_ = 0;
  MonoTime disk_delay_{};
  bool is_quarantined_ = false;
  bool is_rolled_back_ = false;
  bool is_telling_ = false;
  bool is_client_ = false;  ///< the change under way is a client's
  std::deque<repl::Event> inbox_;
  std::map<repl::OperationId, Cycle> cycles_;
  std::map<std::uint64_t, repl::OperationId> requests_;                       ///< open requests to sources
  std::map<std::uint64_t, std::pair<ObjectGuid, DsaGuid>> notifications_;     ///< open ones
  std::map<repl::CallId, std::function<void(Win32)>> waiters_;
};

}  // namespace tributary::sim
