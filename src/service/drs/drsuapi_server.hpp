// SPDX-License-Identifier: Apache-2.0
// drsuapi as a server: which operation a call is for, who calls, whether there is room, and what the client is told when it is not to be.
// [MS-DRSR] 3.1.4, 4.1, 5.213 (ValidateDRSInput). What an operation does is a file of its own; this one knows none of them.
//
// A call goes this way: the network thread finds the handle's binding and puts the call in its caller's line; a worker finds out who the
// caller is, then checks what 5.213 says, and only then reads the stub. Whoever may not call at all learns nothing more.
// Faults: nca_s_fault_context_mismatch for a handle that is none, RPC_X_BAD_STUB_DATA for what does not decode, access denied for who is
// nobody here, nca_server_too_busy beyond the limits, and the codes of 5.213.
// DEVIATION: a version that the IDL does not list is answered with the code that the section has for a wrong version, not with a fault.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/win32.hpp"
#include "net/rpc_server.hpp"
#include "rpc/status.hpp"
#include "service/drs/open_bindings.hpp"
#include "service/drs/operation.hpp"
#include "service/drs/request_version.hpp"
#include "service/drs/worker_pool.hpp"

namespace tributary::service {

struct DrsuapiLimits {
  WorkerPool::Limits workers;
  std::size_t calls_max = 4096;               ///< that wait, run, or wait for replication
  std::size_t calls_per_caller_max = 128;     ///< a program uses a handful, sync --all one for each NC and source
  std::size_t bindings_per_caller_max = 4096;
};

struct DrsuapiFigures {
  std::uint64_t calls = 0;
  std::uint64_t refused_busy = 0;
  std::uint64_t refused_callers = 0;   ///< nobody here knows them
  std::uint64_t unknown_handles = 0;
  std::uint64_t bad_stubs = 0;
  std::uint64_t cancelled = 0;
  std::size_t in_progress = 0;
  std::size_t bindings = 0;
};

class DrsuapiServer {
 public:
  /// On a worker; may block. An Error is logged, and the caller is faulted.
  using ResolveCaller = std::function<Result<std::shared_ptr<const Caller>>(const net::RpcPeer&)>;
  struct Options {
    ResolveCaller resolve_caller;
    Random* random = nullptr;       ///< for handles; used on the network thread
    const Clock* clock = nullptr;
    DrsuapiLimits limits;
  };
  /// The answer's stub, or what to fault with. For interfaces beside drsuapi that have no handles.
  using PlainOperation = std::function<Result<Bytes>(Dsa&, const CallContext&, ByteView stub)>;

  /// Index into RpcServerOptions::interfaces.
  static constexpr std::size_t kDrsuapi = 0, kDivergence = 1;
  /// What an RpcServer must offer, in that order.
  [[nodiscard]] static std::vector<rpc::Interface> interfaces();

  /// Options' random and clock, and the DSA, outlive it.
  DrsuapiServer(Dsa& dsa, Options options);
  /// Calls that have begun are waited for; the others are faulted when the client asks again. Answers that come later are dropped.
  ~DrsuapiServer();
  DrsuapiServer(const DrsuapiServer&) = delete;
  DrsuapiServer& operator=(const DrsuapiServer&) = delete;

  // Before the first call.
  template <class Op>
  void add(Operation<Op> operation) {
    add_entry(Op::opnum, [operation](Dsa& dsa, const CallContext& context, const Request& request) {
      read<Op>(request, [&](const typename Op::In& in, const Answer<Op>& answer) { answer(operation(dsa, context, in)); });
    });
  }
  template <class Op>
  void add(AnsweringOperation<Op> operation) {
    add_entry(Op::opnum, [operation](Dsa& dsa, const CallContext& context, const Request& request) {
      read<Op>(request, [&](const typename Op::In& in, const Answer<Op>& answer) { operation(dsa, context, in, answer); });
    });
  }
  void add_plain(std::size_t interface, std::uint16_t opnum, PlainOperation operation);
  [[nodiscard]] bool has(std::uint16_t opnum) const noexcept;

  /// RpcServerOptions::handler. Network thread.
  void handle(std::shared_ptr<net::RpcServerCall> call);
  [[nodiscard]] DrsuapiFigures figures() const;
  /// As the destructor; handle() faults everything afterwards.
  void stop();

  /// A call as the worker has it.
  struct Request {
    ByteView stub;
    std::endian order = std::endian::little;
    const std::shared_ptr<OpenCall>& call;
  };
  class Core;

 private:
  using Entry = std::function<void(Dsa&, const CallContext&, const Request&)>;
  void add_entry(std::uint16_t opnum, Entry entry);

  template <class Op, class Then>
  static void read(const Request& request, Then&& then) {
    const Answer<Op> answer(request.call);
    if (!is_known_version<Op>(request.stub, request.order)) {
      constexpr Win32 kCode = wrong_version_code(Op::opnum);
      typename Op::Out out;
      out.result = static_cast<std::uint32_t>(kCode);
      if constexpr (requires { out.msgOut.template get_if<1>()->retVal; }) out.msgOut.template get_if<1>()->retVal = out.result;
      request.call->note({kCode, Phase::kCall, "the request's version"});
      return request.call->complete(drsuapi::encode_out<Op>(out));
    }
    ndr::Arena arena;
    const auto in = drsuapi::decode_in<Op>(request.stub, {.order = request.order, .arena = &arena});
    if (!in) {
      request.call->note(in.error());
      return request.call->fail(rpc::nca::kBadStubData);
    }
    then(*in, answer);
  }

  std::shared_ptr<Core> core_;
};

}  // namespace tributary::service
