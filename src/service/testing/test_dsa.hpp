// SPDX-License-Identifier: Apache-2.0
// For tests of operations: a small forest whose DSAs have databases in memory and live in one process. A TestDsa is a Dsa like the real
// one: what is submitted goes through a real scheduler, and a sync is a real cycle against another TestDsa, every message encoded and
// decoded. Everything happens before submit() returns, unless it is held: then tests see what waits.
// The forest is lab.example: Schema, Configuration and the domain DC=lab,DC=example, with OU=people (ann, bob, the group staff).
// Thread-safe as a Dsa; what tests call beside it belongs to the test's thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "repl/destination/replication_cycle.hpp"
#include "repl/queue/scheduler.hpp"
#include "repl/updates/test_forest.hpp"
#include "service/dsa.hpp"

namespace tributary::service::testing {

/// A self-relative security descriptor with a DACL of allow ACEs, in their order ([MS-DTYP] 2.4.6).
class Descriptor {
 public:
  Descriptor& allow(std::string_view sid, std::uint32_t mask);
  Descriptor& allow_right(std::string_view sid, const Guid& control_access_right);
  Descriptor& allow_property(std::string_view sid, std::uint32_t mask, const Guid& schema_id_guid);
  [[nodiscard]] Bytes octets() const;

 private:
  Bytes aces_;
  std::uint16_t count_ = 0;
};

inline constexpr std::string_view kDomainSid = "S-1-5-21-1-2-3";
inline constexpr std::string_view kAdministratorsSid = "S-1-5-32-544";  ///< full control over everything
inline constexpr std::string_view kOperatorSid = "S-1-5-21-1-2-3-1200";  ///< has no right that Descriptor does not give him
inline constexpr std::string_view kDomainDn = "DC=lab,DC=example";
inline constexpr std::string_view kConfigurationDn = "CN=Configuration,DC=lab,DC=example";
inline constexpr std::string_view kSchemaDn = "CN=Schema,CN=Configuration,DC=lab,DC=example";
inline constexpr std::string_view kSiteDn = "CN=Default-First-Site-Name,CN=Sites,CN=Configuration,DC=lab,DC=example";

[[nodiscard]] std::shared_ptr<const Caller> make_caller(std::string_view sid, std::vector<std::string_view> groups = {});
[[nodiscard]] std::shared_ptr<const Caller> administrator();  ///< of the group Administrators
[[nodiscard]] std::shared_ptr<const Caller> operator_();      ///< kOperatorSid
[[nodiscard]] std::shared_ptr<const Caller> other_dsa();      ///< a member of Enterprise Domain Controllers: may replicate everything

class TestForest;

class TestDsa final : public Dsa {
 public:
  TestDsa(TestForest& forest, std::uint8_t number, std::string name);
  ~TestDsa() override;

  // --- Dsa ---
  [[nodiscard]] const DsaIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] repl::Context context() override;
  [[nodiscard]] store::DirectoryStore& store() noexcept override { return *store_; }
  [[nodiscard]] drsuapi::DRS_EXTENSIONS_INT extensions() const override { return extensions_; }
  [[nodiscard]] std::uint32_t dsa_options() const noexcept override { return options_; }
  [[nodiscard]] Result<repl::Updates> update(const Update& work) override;
  void update_later(Update work, std::move_only_function<void(Result<repl::Updates>)> done) override { done(update(work)); }
  repl::CallId submit(repl::Request request, std::move_only_function<void(Win32)> done) override;
  void withdraw(repl::CallId call) override;
  [[nodiscard]] Pending pending_operations() override;
  void replicas_changed() override;
  Result<void> run_kcc(bool damped) override;
  [[nodiscard]] KccFailures kcc_failures() override { return failures_; }
  [[nodiscard]] Result<std::shared_ptr<client::DrsHandle>> partner(const DsaGuid& dsa, std::chrono::milliseconds timeout) override;
  [[nodiscard]] std::vector<OutgoingCall> outgoing_calls() override { return outgoing_calls_; }
  [[nodiscard]] Result<void> take_role(const DsaGuid& owner, store::Dnt object) override { return role_taker_(owner, object); }
  [[nodiscard]] Result<std::uint64_t> collect_garbage() override { return std::uint64_t{0}; }
  void want_rids() override {}
  void log(char level, std::string line) override;

  // --- What is there ---
  [[nodiscard]] const DsaGuid& guid() const noexcept { return identity_.dsa; }
  [[nodiscard]] std::string address() const { return to_string(identity_.dsa.value) + "._msdcs.lab.example"; }
  [[nodiscard]] std::string ntds_dn() const;
  [[nodiscard]] store::Dnt find(std::string_view dn);         ///< kNoDnt when there is none
  [[nodiscard]] ObjectGuid guid_of(std::string_view dn);      ///< null when there is none
  [[nodiscard]] std::vector<repl::RepsFrom> reps_from(std::string_view nc_dn);
  [[nodiscard]] std::vector<repl::RepsTo> reps_to(std::string_view nc_dn);
  [[nodiscard]] std::string text(std::string_view dn, store::Attid attid);  ///< "-" when there is none
  [[nodiscard]] std::vector<std::string> log_lines() const;

  // --- What tests do ---
  ObjectGuid add(std::string_view parent_dn, std::string_view object_class, std::string rdn, std::vector<repl::NewAttribute> attributes = {});
  void set(std::string_view dn, store::Attid attid, std::vector<repl::NewValue> values);  ///< replaces
  void link(std::string_view group_dn, std::string_view member_dn);
  void unlink(std::string_view group_dn, std::string_view member_dn);
  void remove(std::string_view dn);
  void set_descriptor(std::string_view dn, const Descriptor& descriptor);
  /// This DSA's replica of the NC, as `change` makes it.
  void change_replica(std::string_view nc_dn, const std::function<void(store::NcReplica&)>& change);
  void set_options(std::uint32_t options);
  void set_extensions(const drsuapi::DRS_EXTENSIONS_INT& extensions) { extensions_ = extensions; }
  void set_rules(const repl::DirectoryRules& rules) { rules_ = rules; }
  void set_kcc_result(Result<void> result) { kcc_result_ = std::move(result); }
  void set_kcc_failures(KccFailures failures) { failures_ = std::move(failures); }
  void set_outgoing_calls(std::vector<OutgoingCall> calls) { outgoing_calls_ = std::move(calls); }
  using PartnerMaker = std::function<Result<std::shared_ptr<client::DrsHandle>>(const DsaGuid&, std::chrono::milliseconds)>;
  void set_partner_maker(PartnerMaker maker) { partner_maker_ = std::move(maker); }
  using RoleTaker = std::function<Result<void>(const DsaGuid& owner, store::Dnt object)>;
  void set_role_taker(RoleTaker taker) { role_taker_ = std::move(taker); }
  [[nodiscard]] std::vector<bool> kcc_runs() const;  ///< of each run whether it was a damped one

  /// Operations that the scheduler starts wait until release().
  void hold();
  void release();
  [[nodiscard]] std::size_t withdrawn() const noexcept { return withdrawn_; }
  /// This DSA does not answer others.
  void set_unreachable(bool unreachable) noexcept { is_unreachable_ = unreachable; }
  void tick();  ///< the scheduler sees the time

 private:
  friend class TestForest;
  void tell(repl::Event event);
  void act(const repl::Action& action);
  void carry_out(const repl::Start& start);
  [[nodiscard]] Win32 replicate(const repl::Start& start, repl::CycleOptions options, repl::Changes& changes);
  [[nodiscard]] repl::CycleOptions cycle_options(const ObjectGuid& nc, const DsaGuid& source, std::uint32_t flags);
  [[nodiscard]] Win32 run(const repl::Start& start, const repl::ReplicaSyncRequest& request, repl::Changes& changes);
  [[nodiscard]] Win32 run(const repl::Start& start, const repl::ReplicaAddRequest& request, repl::Changes& changes);
  [[nodiscard]] Win32 run(const repl::Start& start, const repl::ReplicaDelRequest& request, repl::Changes& changes);
  [[nodiscard]] Win32 run(const repl::Start& start, const repl::ReplicaModifyRequest& request, repl::Changes& changes);
  [[nodiscard]] Win32 run(const repl::Start& start, const repl::UpdateRefsRequest& request, repl::Changes& changes);
  [[nodiscard]] Win32 edit_replica(const ObjectGuid& nc, const std::function<Win32(store::NcReplica&)>& edit);
  [[nodiscard]] Win32 expunge(const ObjectGuid& nc);
  void send_update_refs(const DsaGuid& to, const ObjectGuid& nc, const repl::UpdateRefsCall& call);
  [[nodiscard]] std::vector<repl::NcReplica> list_replicas();
  [[nodiscard]] repl::Now now() const;
  void answer_replies();

  TestForest& forest_;
  std::string name_;
  repl::testing::TestRandom random_;
  DsaIdentity identity_;
  InvocationId invocation_;
  std::unique_ptr<store::DirectoryStore> store_;
  repl::Scheduler scheduler_;
  repl::DirectoryRules rules_;
  drsuapi::DRS_EXTENSIONS_INT extensions_;
  std::uint32_t options_ = 0;
  KccFailures failures_;
  Result<void> kcc_result_;
  std::vector<bool> kcc_runs_;
  std::vector<OutgoingCall> outgoing_calls_;
  PartnerMaker partner_maker_;
  RoleTaker role_taker_ = [](const DsaGuid&, store::Dnt) { return fail(win32::kErrorDsCouldntContactFsmo, "DSAs of tests have no network"); };
  std::vector<std::string> log_;
  bool is_held_ = false;
  bool is_telling_ = false;
  bool is_unreachable_ = false;
  std::size_t withdrawn_ = 0;
  std::uint64_t calls_ = 0;
  std::deque<repl::Event> inbox_;
  std::vector<repl::Start> held_;
  std::set<repl::OperationId> give_way_;
  std::map<repl::CallId, std::move_only_function<void(Win32)>> waiters_;
  std::vector<std::pair<std::move_only_function<void(Win32)>, Win32>> replies_;
};

class TestForest {
 public:
  /// With one DSA, "dsa-a".
  TestForest();
  ~TestForest();
  [[nodiscard]] TestDsa& first() { return *dsas_.front(); }
  /// A DSA of the same site that has joined: all three NCs pulled from the first, which notifies it.
  TestDsa& join(std::string name);
  [[nodiscard]] TestDsa* find(const DsaGuid& guid);
  void pass(std::int64_t seconds);
  [[nodiscard]] FileTime wall() const noexcept { return wall_; }

 private:
  friend class TestDsa;
  void make_first();
  void add_dsa_objects(TestDsa& dsa);

  mutable std::recursive_mutex world_;  ///< one thing happens at a time
  FileTime wall_;
  MonoTime mono_{};
  std::vector<std::unique_ptr<TestDsa>> dsas_;
};

}  // namespace tributary::service::testing
