// SPDX-License-Identifier: Apache-2.0
// The client library: a bound DRS handle on one DC, typed calls for every operation of drsuapi, blocking and asynchronous.
// [MS-DRSR] 4.1 (the operations), 4.1.3 (IDL_DRSBind), 4.1.25 (IDL_DRSUnbind), 2.2.4 (client-to-DC security).
//
// Several DCs at once: bind several handles on one Runtime. A handle may be used by any number of threads at once; its calls share one
// connection. Nothing is ever sent unsealed or unauthenticated.
//
// Errors. Every failure is an Error with a Win32 code and the phase it happened in. Phase::kCall with a code that the DC returned is
// that code exactly; everything before the call has the codes that net/rpc_connection.hpp and security/credentials.hpp name.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "base/win32.hpp"
#include "drsuapi/extensions.hpp"
#include "drsuapi/operations.hpp"
#include "net/rpc_connection.hpp"
#include "net/runtime.hpp"
#include "security/credentials.hpp"

namespace tributary::client {

/// NTSAPI_CLIENT_GUID ([MS-DRSR] 5.138): says "I am an administrative client, not a DC".
inline constexpr Guid kNtdsapiClientGuid = "e24d201a-4fd6-11d1-a3da-0000f875ae0d"_guid;

/// Which DC. With `domain_controller`, that host (a DNS name, an address, or "<dsa guid>._msdcs.<forest>"; each also with a port behind it,
/// "dc1.lab.example:7002"; hosts.hpp says where those are that DNS does not know); if no such host exists, it is taken for a domain. With `domain` alone, a DC that DNS announces for it, the next one when one does not answer. With neither,
/// the domain of the credentials.
struct Target {
  std::string domain_controller;
  std::string domain;
  std::string site;                   ///< prefer DCs of this site
  std::optional<std::uint16_t> port;  ///< the drsuapi port; without it the endpoint mapper is asked
  std::string spn;                    ///< "ldap/dc1.lab.example"; without it that of the host is used
};

struct BindOptions {
  Target target;
  /// Tickets to use; several handles may share them. Without them `credentials` are acquired.
  std::shared_ptr<security::Credential> credential;
  security::Credentials credentials = security::DefaultCache{};
  /// For all phases together, until the handle is bound.
  std::chrono::milliseconds timeout{30'000};
  Guid client_guid = kNtdsapiClientGuid;
  /// Sent as pextClient; default_client_extensions() without it.
  std::optional<drsuapi::DRS_EXTENSIONS_INT> extensions;
};

/// What this client can do, as DRS_EXTENSIONS_INT ([MS-DRSR] 5.39).
[[nodiscard]] drsuapi::DRS_EXTENSIONS_INT default_client_extensions();

struct CallOptions {
  /// Zero: as long as it takes. A synchronous IDL_DRSReplicaSync legitimately takes hours.
  std::chrono::milliseconds timeout{0};
  /// Receives a ticket for DrsHandle::cancel before the call is sent.
  net::RpcConnection::Ticket* ticket = nullptr;
};

/// A DRS handle (IDL_DRSBind to IDL_DRSUnbind). Thread-safe. The last reference unbinds, without waiting for the answer.
class DrsHandle : public std::enable_shared_from_this<DrsHandle> {
 public:
  using BindHandler = std::move_only_function<void(Result<std::shared_ptr<DrsHandle>>)>;
  /// `handler` runs on the network thread and must not block. `runtime` must outlive the handle.
  static void bind_async(net::Runtime& runtime, BindOptions options, BindHandler handler);
  [[nodiscard]] static Result<std::shared_ptr<DrsHandle>> bind(net::Runtime& runtime, BindOptions options);

  ~DrsHandle();
  DrsHandle(const DrsHandle&) = delete;
  DrsHandle& operator=(const DrsHandle&) = delete;

  /// One operation. `in.hDrs` is filled in. A return value other than zero comes back as an Error with that code.
  template <class Op>
  void call_async(typename Op::In in, CallOptions options, std::move_only_function<void(Result<typename Op::Out>)> handler) {
    in.hDrs = context_;
    const auto ticket = send(Op::opnum, drsuapi::encode_in<Op>(in, ndr::Syntax::kNdr20), options.timeout,
                             [handler = std::move(handler)](Result<net::CallReply> reply) mutable { handler(finish<Op>(std::move(reply))); });
    if (options.ticket != nullptr) *options.ticket = ticket;
  }
  /// The same, waiting for the answer. Not from the network thread.
  template <class Op>
  [[nodiscard]] Result<typename Op::Out> call(typename Op::In in, CallOptions options = {}) {
    std::promise<Result<typename Op::Out>> promise;
    auto future = promise.get_future();
    call_async<Op>(std::move(in), options, [&promise](Result<typename Op::Out> out) { promise.set_value(std::move(out)); });
    return future.get();
  }
  /// Asks the DC to stop a call; it completes with kRpcSCallCancelled, or with its answer if that was quicker.
  void cancel(net::RpcConnection::Ticket ticket);
  /// Sends IDL_DRSUnbind and waits for the answer. The handle carries no calls afterwards.
  [[nodiscard]] Result<> unbind(std::chrono::milliseconds timeout = std::chrono::seconds(10));

  /// What the DC said of itself when we bound.
  [[nodiscard]] const drsuapi::DRS_EXTENSIONS_INT& server_extensions() const noexcept { return server_extensions_; }
  /// The DC's name as the binding used it, "dc1.lab.example"; with the port when the caller gave one.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// The caller or the file of hosts gave the port: nothing is known then of any other port of that host.
  [[nodiscard]] bool port_was_known() const noexcept { return port_was_known_; }
  /// The address and port, "10.77.0.1:49153".
  [[nodiscard]] const std::string& peer() const noexcept;
  /// Seals secrets in GetNCChanges replies.
  [[nodiscard]] const Bytes& session_key() const noexcept;
  /// The connection carries calls, and the DC has not asked to be bound anew (ERROR_DS_DRS_EXTENSIONS_CHANGED, [MS-DRSR] 5.212).
  [[nodiscard]] bool usable() const noexcept;
  [[nodiscard]] net::Runtime& runtime() const noexcept { return runtime_; }
  [[nodiscard]] const std::shared_ptr<security::Credential>& credential() const noexcept { return credential_; }

  /// An operation already encoded, answer not decoded: for pages that are decoded into an arena.
  net::RpcConnection::Ticket send(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds timeout, net::CallHandler handler);
  [[nodiscard]] const ndr::ContextHandle& context() const noexcept { return context_; }

 private:
  friend class BindProcedure;
  explicit DrsHandle(net::Runtime& runtime) : runtime_(runtime) {}

  template <class Op>
  static Result<typename Op::Out> finish(Result<net::CallReply> reply) {
    if (!reply) return std::unexpected(std::move(reply.error()));
    auto out = drsuapi::decode_out<Op>(reply->stub, ndr::ReadOptions{ndr::Syntax::kNdr20, reply->byte_order, nullptr});
    if (!out) return std::unexpected(in_phase(std::move(out.error()), Phase::kCall));
    if (out->result != 0) return fail(Win32{out->result}, std::string(Op::name), Phase::kCall);
    return out;
  }

  net::Runtime& runtime_;
  std::shared_ptr<net::RpcConnection> connection_;
  std::shared_ptr<security::Credential> credential_;
  ndr::ContextHandle context_;
  drsuapi::DRS_EXTENSIONS_INT server_extensions_;
  std::string host_;
  bool port_was_known_ = false;
  std::atomic<bool> wants_new_bind_{false};
};

}  // namespace tributary::client
