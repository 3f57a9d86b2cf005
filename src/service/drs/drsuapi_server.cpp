// SPDX-License-Identifier: Apache-2.0
// See drsuapi_server.hpp.
#include "service/drs/drsuapi_server.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>

#include "base/win32.hpp"
#include "ndr/ndr.hpp"
#include "rpc/status.hpp"
#include "service/drs/bind.hpp"
#include "service/drs/divergence_interface.hpp"
#include "service/drs/validate_input.hpp"

namespace tributary::service {

using namespace drsuapi;
namespace nca = rpc::nca;

namespace {
constexpr std::size_t kOpnums = std::tuple_size_v<DrsuapiOperations>;
}  // namespace

/// What outlives the server: calls that wait for replication hold it.
class DrsuapiServer::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Dsa& dsa_of, Options options_of)
      : dsa(dsa_of), options(std::move(options_of)), bindings(std::make_shared<OpenBindings>()), pool(options.limits.workers) {}

  /// A place among the calls; false when there is none.
  bool enter(const std::string& who) {
    const std::lock_guard lock(mutex);
    ++figures.calls;
    const auto at = calls_of.find(who);
    if (is_stopped || figures.in_progress >= options.limits.calls_max || (at != calls_of.end() && at->second >= options.limits.calls_per_caller_max)) {
      ++figures.refused_busy;
      return false;
    }
    ++calls_of[who];
    ++figures.in_progress;
    return true;
  }
  void leave(const std::string& who) {
    const std::lock_guard lock(mutex);
    const auto at = calls_of.find(who);
    if (--at->second == 0) calls_of.erase(at);
    --figures.in_progress;
  }
  void count(std::uint64_t DrsuapiFigures::* what) {
    const std::lock_guard lock(mutex);
    ++(figures.*what);
  }
  DsTime now() const { return to_ds_time(options.clock->wall()); }

  Result<std::shared_ptr<const Caller>> caller_of(const std::shared_ptr<const net::RpcPeer>& peer);

  Dsa& dsa;
  const Options options;
  const std::shared_ptr<OpenBindings> bindings;
  std::array<Entry, kOpnums> table;
  std::map<std::pair<std::size_t, std::uint16_t>, PlainOperation> plain;
  mutable std::mutex mutex;
  DrsuapiFigures figures;
  bool is_stopped = false;
  WorkerPool pool;

 private:
  struct Known {
    std::weak_ptr<const net::RpcPeer> peer;
    std::shared_ptr<const Caller> caller;
  };
  std::map<std::string, std::size_t> calls_of;
  std::map<std::uint64_t, Known> callers;  ///< by connection
  std::size_t callers_sweep = 64;          ///< look for connections that have gone when there are so many
};

Result<std::shared_ptr<const Caller>> DrsuapiServer::Core::caller_of(const std::shared_ptr<const net::RpcPeer>& peer) {
  {
    const std::lock_guard lock(mutex);
    const auto at = callers.find(peer->connection);
    if (at != callers.end() && at->second.peer.lock() == peer) return at->second.caller;
  }
  auto caller = options.resolve_caller(*peer);
  if (!caller || *caller == nullptr) {
    count(&DrsuapiFigures::refused_callers);
    return caller ? fail(win32::kErrorAccessDenied, peer->principal) : std::move(caller);
  }
  const std::lock_guard lock(mutex);
  if (callers.size() >= callers_sweep) {
    std::erase_if(callers, [](const auto& entry) { return entry.second.peer.expired(); });
    callers_sweep = 2 * callers.size() + 64;
  }
  callers[peer->connection] = {peer, *caller};
  return caller;
}

namespace {

/// One call on its way through the server.
class LiveCall final : public OpenCall, public std::enable_shared_from_this<LiveCall> {
 public:
  LiveCall(std::shared_ptr<DrsuapiServer::Core> core, std::shared_ptr<net::RpcServerCall> call)
      : core_(std::move(core)), call_(std::move(call)), who_(call_->peer->principal) {}
  ~LiveCall() override {
    if (!is_answered_) core_->leave(who_);
  }

  /// Network thread, once.
  void watch() {
    call_->when_cancelled([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->cancel();
    });
  }
  void complete(Bytes stub) override {
    if (is_answered_.exchange(true)) return;
    core_->leave(who_);  // first: who has his answer may call again
    call_->complete(std::move(stub));
  }
  void fail(std::uint32_t fault) override {
    if (is_answered_.exchange(true)) return;
    if (fault == nca::kBadStubData) core_->count(&DrsuapiFigures::bad_stubs);
    core_->leave(who_);
    call_->fail(fault);
  }
  void when_cancelled(std::move_only_function<void()> notify) override {
    {
      const std::lock_guard lock(mutex_);
      if (!is_cancelled_) {
        notify_ = std::move(notify);
        return;
      }
    }
    notify();
  }
  void note(const Error& error) override {
    const bool is_denied = error.code == win32::kErrorDsDraAccessDenied || error.code == win32::kErrorAccessDenied;
    const auto name = call_->interface == DrsuapiServer::kDrsuapi ? drsuapi_operations()[call_->opnum].name : std::string_view("digest");
    core_->dsa.log(is_denied ? 'w' : 'd', fmt::format("{} of {} from {}: {}{}{}", name, who_, call_->peer->address, win32_name(error.code),
                                                      error.detail.empty() ? "" : ", ", error.detail));
  }

  [[nodiscard]] net::RpcServerCall& call() noexcept { return *call_; }
  [[nodiscard]] const std::string& who() const noexcept { return who_; }

 private:
  void cancel() {
    std::move_only_function<void()> notify;
    {
      const std::lock_guard lock(mutex_);
      is_cancelled_ = true;
      notify = std::move(notify_);
    }
    if (!is_answered_) core_->count(&DrsuapiFigures::cancelled);
    if (notify) {
      notify();
      fail(nca::kFaultCancel);
    }
  }

  std::shared_ptr<DrsuapiServer::Core> core_;
  std::shared_ptr<net::RpcServerCall> call_;
  std::string who_;
  std::atomic<bool> is_answered_{false};
  std::mutex mutex_;
  bool is_cancelled_ = false;
  std::move_only_function<void()> notify_;
};

/// IDL_DRSBind: what the operation gave becomes a handle, on the network thread.
void open_handle(DrsuapiServer::Core& core, const CallContext& context, const std::shared_ptr<LiveCall>& live) {
  ndr::Arena arena;
  const auto in = decode_in<IDL_DRSBind>(live->call().stub, {.order = live->call().byte_order, .arena = &arena});
  if (!in) {
    live->note(in.error());
    return live->fail(nca::kBadStubData);
  }
  auto bound = bind(core.dsa, context, *in);
  if (!bound) return Answer<IDL_DRSBind>(live)(std::unexpected(std::move(bound.error())));
  auto state = core.bindings->open(std::move(bound->binding), context.caller->account(), live->call().peer->address,
                                   core.options.limits.bindings_per_caller_max, core.now());
  if (state == nullptr) {
    core.count(&DrsuapiFigures::refused_busy);
    return live->fail(nca::kServerTooBusy);
  }
  live->call().with_handles([random = core.options.random, state = std::move(state), out = std::move(bound->out), live](rpc::ContextHandles* handles) mutable {
    if (handles == nullptr) return;
    const auto handle = handles->open(std::move(state), *random);
    if (!handle) return live->fail(nca::kServerTooBusy);
    out.phDrs = *handle;
    live->complete(encode_out<IDL_DRSBind>(out));
  });
}

}  // namespace

std::vector<rpc::Interface> DrsuapiServer::interfaces() {
  return {{{kDrsuapiInterface, 4, 0}, static_cast<std::uint16_t>(kOpnums), true}, {{kDivergenceInterface, 1, 0}, 1, true}};
}

DrsuapiServer::DrsuapiServer(Dsa& dsa, Options options) : core_(std::make_shared<Core>(dsa, std::move(options))) {}
DrsuapiServer::~DrsuapiServer() { stop(); }

void DrsuapiServer::stop() {
  {
    const std::lock_guard lock(core_->mutex);
    core_->is_stopped = true;
  }
  core_->pool.stop();
}

void DrsuapiServer::add_entry(std::uint16_t opnum, Entry entry) { core_->table.at(opnum) = std::move(entry); }
void DrsuapiServer::add_plain(std::size_t interface, std::uint16_t opnum, PlainOperation operation) {
  core_->plain[{interface, opnum}] = std::move(operation);
}
bool DrsuapiServer::has(std::uint16_t opnum) const noexcept {
  return opnum == IDL_DRSBind::opnum || opnum == IDL_DRSUnbind::opnum || (opnum < kOpnums && core_->table[opnum]);
}

DrsuapiFigures DrsuapiServer::figures() const {
  const std::lock_guard lock(core_->mutex);
  auto figures = core_->figures;
  figures.bindings = core_->bindings->size();
  return figures;
}

namespace {

/// On a worker: who calls, what 5.213 says, and then the operation.
void serve(DrsuapiServer::Core& core, const std::shared_ptr<LiveCall>& live, std::shared_ptr<const DrsBinding> binding) {
  auto& call = live->call();
  if (call.cancelled()) return live->fail(nca::kFaultCancel);
  const auto caller = core.caller_of(call.peer);
  if (!caller) {
    live->note(caller.error());
    return live->fail(nca::kAccessDenied);
  }
  CallContext context{*caller, std::move(binding), [&call] { return call.cancelled(); }, core.bindings.get()};
  if (call.interface != DrsuapiServer::kDrsuapi) {
    auto answer = core.plain.at({call.interface, call.opnum})(core.dsa, context, call.stub);
    if (answer) return live->complete(std::move(*answer));
    live->note(answer.error());
    return live->fail(static_cast<std::uint32_t>(answer.error().code));
  }
  if (call.opnum == IDL_DRSBind::opnum) return open_handle(core, context, live);
  if (const auto valid = validate_drs_input(core.dsa, *context.binding); !valid) {
    live->note(valid.error());
    return live->fail(static_cast<std::uint32_t>(valid.error().code));
  }
  const std::shared_ptr<OpenCall> open = live;
  core.table[call.opnum](core.dsa, context, {call.stub, call.byte_order, open});
}

}  // namespace

void DrsuapiServer::handle(std::shared_ptr<net::RpcServerCall> call) {
  if (call->peer == nullptr) return call->fail(nca::kAccessDenied);
  const bool is_drsuapi = call->interface == kDrsuapi;
  if (is_drsuapi ? !has(call->opnum) : !core_->plain.contains({call->interface, call->opnum})) return call->fail(nca::kOpRangeError);
  if (!core_->enter(call->peer->principal)) return call->fail(nca::kServerTooBusy);
  const auto live = std::make_shared<LiveCall>(core_, call);
  std::shared_ptr<const DrsBinding> binding;
  if (is_drsuapi && call->opnum != IDL_DRSBind::opnum) {
    const auto handle = ndr::decode_parameters<IDL_DRSUnbind::In>(ByteView(call->stub).first(std::min(call->stub.size(), kHandleOctets)),
                                                                 {.order = call->byte_order});
    if (!handle) return live->fail(nca::kBadStubData);
    auto* const handles = call->handles();
    const auto state = handles == nullptr ? nullptr : handles->find<BindingState>(handle->phDrs);
    if (state == nullptr) {
      core_->count(&DrsuapiFigures::unknown_handles);
      return live->fail(nca::kContextMismatch);
    }
    if (call->opnum == IDL_DRSUnbind::opnum) {
      handles->close(handle->phDrs);
      return live->complete(encode_out<IDL_DRSUnbind>(unbind()));
    }
    binding = state->binding();
    core_->bindings->touch(binding->number, core_->now());
  }
  live->watch();
  const bool is_queued = core_->pool.submit(live->who(), [core = core_.get(), live, binding = std::move(binding)]() mutable {
    try {
      serve(*core, live, std::move(binding));
    } catch (const std::exception& e) {
      core->dsa.log('e', fmt::format("a call of {} was given up: {}", live->who(), e.what()));
      live->fail(nca::kFaultUnspecified);
    }
  });
  if (is_queued) return;
  core_->count(&DrsuapiFigures::refused_busy);
  live->fail(nca::kServerTooBusy);
}

}  // namespace tributary::service
