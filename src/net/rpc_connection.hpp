// SPDX-License-Identifier: Apache-2.0
// One sealed RPC connection to one interface of one server: name resolution, endpoint mapping, TCP, bind and authentication, then calls.
// It moves octets and waits; what the octets mean is src/rpc's. [MS-DRSR] 2.1, 2.2; [C706] for the rest.
#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "net/runtime.hpp"
#include "rpc/epm.hpp"
#include "rpc/pdu.hpp"
#include "security/security_context.hpp"

namespace tributary::net {

/// Makes a fresh initiator for this connection. Called once, on a thread that may block (it may talk to a KDC).
using ContextFactory = std::move_only_function<Result<std::shared_ptr<security::SecurityContext>>()>;

struct ConnectOptions {
  std::string host;                  ///< a DNS name or a numeric address
  std::optional<std::uint16_t> port; ///< the interface's port; without it the endpoint mapper is asked
  std::uint16_t mapper_port = rpc::kEndpointMapperPort;
  rpc::SyntaxId interface;
  std::chrono::milliseconds timeout{30'000};  ///< for all phases together, until the connection can carry calls
};

/// The answer to a call.
struct CallReply {
  Bytes stub;
  std::endian byte_order = std::endian::little;
};
using CallHandler = std::move_only_function<void(Result<CallReply>)>;

/// Thread-safe. Calls complete in any order, each exactly once, on the network thread. When the last reference goes, the
/// connection is closed and calls under way complete with kRpcSCallCancelled. The Runtime must outlive it.
class RpcConnection {
 public:
  using OpenHandler = std::move_only_function<void(Result<std::shared_ptr<RpcConnection>>)>;
  /// Errors name their phase: kRpcSServerUnavailable (kDns, kConnect), kEptSNotRegistered (kEndpointMap), the codes of src/rpc and
  /// src/security (kBind, kAuthenticate); kErrorTimeout in whichever phase the deadline found it.
  static void open(Runtime& runtime, ConnectOptions options, ContextFactory make_context, OpenHandler handler);

  ~RpcConnection();
  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;

  /// A name for a call under way.
  enum class Ticket : std::uint64_t {};
  /// Sends a request. A timeout of zero means no deadline. Errors are those of rpc::ClientAssociation, with Phase::kCall.
  Ticket call(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds timeout, CallHandler handler);
  /// Asks the server to stop; the call still completes, with kRpcSCallCancelled or with its answer.
  void cancel(Ticket ticket);

  /// False once it can carry no further calls.
  [[nodiscard]] bool usable() const noexcept;
  /// The session key of the security context ([MS-DRSR] 4.1.10.5.10 seals secrets with it).
  [[nodiscard]] const Bytes& session_key() const noexcept;
  /// The address and port it is connected to, "10.0.0.1:49153".
  [[nodiscard]] const std::string& peer() const noexcept;

  class Impl;
  explicit RpcConnection(std::shared_ptr<Impl> impl);

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::net
