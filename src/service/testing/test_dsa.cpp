// SPDX-License-Identifier: Apache-2.0
// A DSA of the tests as a Dsa, and what tests see of it. Declared in test_dsa.hpp; test_dsa_work.cpp carries the scheduler's actions out.
#include "service/testing/test_dsa.hpp"

#include "base/win32.hpp"
#include "repl/updates/remove.hpp"

namespace tributary::service::testing {

using namespace repl;
using repl::testing::must;
using store::Dnt;
using store::kNoDnt;

namespace {

Guid numbered(std::uint8_t number, std::uint8_t kind) {
  Guid guid;
  guid.octets.fill(number);
  guid.octets[15] = kind;
  return guid;
}

drsuapi::DRS_EXTENSIONS_INT usual_extensions() {
  using namespace drsuapi;
  DRS_EXTENSIONS_INT extensions;
  extensions.dwFlags = DRS_EXT_BASE | DRS_EXT_ASYNCREPL | DRS_EXT_REMOVEAPI | DRS_EXT_GETCHG_DEFLATE | DRS_EXT_DCINFO_V1 |
                       DRS_EXT_RESTORE_USN_OPTIMIZATION | DRS_EXT_KCC_EXECUTE | DRS_EXT_ADDENTRY_V2 | DRS_EXT_LINKED_VALUE_REPLICATION |
                       DRS_EXT_DCINFO_V2 | DRS_EXT_GET_REPL_INFO | DRS_EXT_STRONG_ENCRYPTION | DRS_EXT_DCINFO_VFFFFFFFF |
                       DRS_EXT_POST_BETA3 | DRS_EXT_GETCHGREQ_V5 | DRS_EXT_GETMEMBERSHIPS2 | DRS_EXT_GETCHGREQ_V8 |
                       DRS_EXT_GETCHGREPLY_V6 | DRS_EXT_WHISTLER_BETA3 | DRS_EXT_W2K3_DEFLATE | DRS_EXT_GETCHGREQ_V10;
  extensions.dwFlagsExt = DRS_EXT_LH_BETA2 | DRS_EXT_GETCHGREPLY_V9;
  extensions.dwExtCaps = DRS_EXT_RECYCLE_BIN;
  extensions.Pid = 4711;
  return extensions;
}

}  // namespace

TestDsa::TestDsa(TestForest& forest, std::uint8_t number, std::string name)
    : forest_(forest), name_(std::move(name)), random_(number), invocation_{numbered(number, 0x1D)}, extensions_(usual_extensions()) {
  identity_.dsa = DsaGuid{numbered(number, 0xD5)};
  identity_.host_name = name_ + ".lab.example";
  identity_.forest_dns_name = identity_.domain_dns_name = "lab.example";
  identity_.domain_netbios_name = "LAB";
  store_ = must(store::DirectoryStore::create(store::memory::make_memory_engine(), {identity_.dsa, invocation_},
                                              std::make_shared<SchemaIndex>(schema::Schema::embedded())));
}
TestDsa::~TestDsa() = default;

Context TestDsa::context() {
  const std::lock_guard lock(forest_.world_);
  Context context;
  context.dsa = identity_.dsa;
  context.invocation_id = invocation_;
  context.schema = schema::Schema::embedded();
  context.rules = rules_;
  context.now = forest_.wall_;
  context.random = &random_;
  return context;
}

Result<Updates> TestDsa::update(const Update& work) {
  const std::lock_guard lock(forest_.world_);
  Result<Updates> made;
  {
    const auto tx = store_->write();
    made = work(context(), *tx);
    if (!made) return made;
    if (auto done = tx->commit(); !done) return std::unexpected(std::move(done.error()));
  }
  for (const Dnt nc : made->ncs()) {
    const auto root = must(store_->read()->find(nc));
    if (root) tell(LocalChange{root->guid(), made->urgent});
  }
  changes().notify();
  return made;
}

CallId TestDsa::submit(Request request, std::move_only_function<void(Win32)> done) {
  CallId call{};
  {
    const std::lock_guard lock(forest_.world_);
    call = request.call = CallId{++calls_};
    waiters_[call] = std::move(done);
    tell(std::move(request));
  }
  answer_replies();
  return call;
}

void TestDsa::withdraw(CallId call) {
  const std::lock_guard lock(forest_.world_);
  if (waiters_.erase(call) == 0) return;
  ++withdrawn_;
  tell(CallerGone{call});
}

Dsa::Pending TestDsa::pending_operations() {
  const std::lock_guard lock(forest_.world_);
  return {scheduler_.queue().operations(now()), scheduler_.queue().current_operation_started()};
}

void TestDsa::replicas_changed() {
  const std::lock_guard lock(forest_.world_);
  tell(ReplicasChanged{list_replicas()});
}

Result<void> TestDsa::run_kcc(bool damped) {
  const std::lock_guard lock(forest_.world_);
  kcc_runs_.push_back(damped);
  return kcc_result_;
}
std::vector<bool> TestDsa::kcc_runs() const {
  const std::lock_guard lock(forest_.world_);
  return kcc_runs_;
}

Result<std::shared_ptr<client::DrsHandle>> TestDsa::partner(const DsaGuid& dsa, std::chrono::milliseconds timeout) {
  if (partner_maker_) return partner_maker_(dsa, timeout);
  return fail(win32::kRpcSServerUnavailable, "DSAs of tests have no network", Phase::kConnect);
}

void TestDsa::log(char level, std::string line) {
  const std::lock_guard lock(forest_.world_);
  log_.push_back(std::string(1, level) + " " + std::move(line));
}
std::vector<std::string> TestDsa::log_lines() const {
  const std::lock_guard lock(forest_.world_);
  return log_;
}

// --- What is there --------------------------------------------------------------------------------------------------------------

std::string TestDsa::ntds_dn() const { return "CN=NTDS Settings,CN=" + name_ + ",CN=Servers," + std::string(kSiteDn); }
Dnt TestDsa::find(std::string_view dn) { return must(resolve_dn(*store_->read(), *schema::Schema::embedded(), dn)); }
ObjectGuid TestDsa::guid_of(std::string_view dn) {
  const auto dnt = find(dn);
  return dnt == kNoDnt ? ObjectGuid{} : must(store_->read()->find(dnt))->guid();
}
std::vector<RepsFrom> TestDsa::reps_from(std::string_view nc_dn) {
  std::vector<RepsFrom> values;
  const auto replica = must(store_->read()->nc_replica(find(nc_dn)));
  if (replica)
    for (const auto& octets : replica->reps_from) values.push_back(must(decode_reps_from(octets)));
  return values;
}
std::vector<RepsTo> TestDsa::reps_to(std::string_view nc_dn) {
  std::vector<RepsTo> values;
  const auto replica = must(store_->read()->nc_replica(find(nc_dn)));
  if (replica)
    for (const auto& octets : replica->reps_to) values.push_back(must(decode_reps_to(octets)));
  return values;
}
std::string TestDsa::text(std::string_view dn, store::Attid attid) {
  const auto snapshot = store_->read();
  const auto object = must(snapshot->find(find(dn)));
  const auto value = object ? object->first(attid) : std::nullopt;
  return value ? repl::testing::text_of(*value) : "-";
}

// --- What tests do --------------------------------------------------------------------------------------------------------------

ObjectGuid TestDsa::add(std::string_view parent_dn, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes) {
  AddRequest request;
  request.parent = find(parent_dn);
  request.rdn = std::move(rdn);
  request.attributes = std::move(attributes);
  request.attributes.push_back({attid::kObjectClass, {repl::testing::class_value(object_class)}});
  Dnt made = kNoDnt;
  (void)must(update([&](const Context& context, WriteTransaction& tx) -> Result<Updates> {
    auto added = repl::add(tx, context, request, CheckLevel::kReplica);
    if (!added) return std::unexpected(std::move(added.error()));
    made = added->dnt;
    return std::move(added->updates);
  }));
  return must(store_->read()->find(made))->guid();
}

void TestDsa::set(std::string_view dn, store::Attid attid, std::vector<NewValue> values) {
  const Modification modification{ModifyOperation::kReplace, attid, std::move(values)};
  (void)must(update([&](const Context& context, WriteTransaction& tx) {
    return modify(tx, context, find(dn), std::span(&modification, 1), {CheckLevel::kReplica, false, false});
  }));
}
void TestDsa::link(std::string_view group_dn, std::string_view member_dn) {
  const Modification modification{ModifyOperation::kAdd, attid::kMember, {reference_value(find(member_dn))}};
  (void)must(update([&](const Context& context, WriteTransaction& tx) {
    return modify(tx, context, find(group_dn), std::span(&modification, 1), {CheckLevel::kReplica, true, false});
  }));
}
void TestDsa::unlink(std::string_view group_dn, std::string_view member_dn) {
  const Modification modification{ModifyOperation::kDelete, attid::kMember, {reference_value(find(member_dn))}};
  (void)must(update([&](const Context& context, WriteTransaction& tx) {
    return modify(tx, context, find(group_dn), std::span(&modification, 1), {CheckLevel::kReplica, true, false});
  }));
}
void TestDsa::remove(std::string_view dn) {
  (void)must(update([&](const Context& context, WriteTransaction& tx) { return remove_object(tx, context, find(dn), CheckLevel::kReplica); }));
}
void TestDsa::set_descriptor(std::string_view dn, const Descriptor& descriptor) {
  set(dn, attid::kNtSecurityDescriptor, {octets_value(descriptor.octets())});
}
void TestDsa::change_replica(std::string_view nc_dn, const std::function<void(store::NcReplica&)>& change) {
  const auto nc = guid_of(nc_dn);
  EXPECT_EQ(edit_replica(nc,
                         [&](store::NcReplica& replica) {
                           change(replica);
                           return win32::kErrorSuccess;
                         }),
            win32::kErrorSuccess);
  replicas_changed();
}
void TestDsa::set_options(std::uint32_t options) {
  const std::lock_guard lock(forest_.world_);
  options_ = options;
  tell(DsaOptionsChanged{options});
}

void TestDsa::hold() {
  const std::lock_guard lock(forest_.world_);
  is_held_ = true;
}
void TestDsa::release() {
  {
    const std::lock_guard lock(forest_.world_);
    is_held_ = false;
    for (const auto& start : std::exchange(held_, {})) carry_out(start);
  }
  answer_replies();
}
void TestDsa::tick() {
  {
    const std::lock_guard lock(forest_.world_);
    tell(Tick{});
  }
  answer_replies();
}

}  // namespace tributary::service::testing
