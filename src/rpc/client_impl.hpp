// SPDX-License-Identifier: Apache-2.0
// The inside of ClientAssociation: the handshake in client_association.cpp, the calls in client_calls.cpp.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "rpc/client_association.hpp"
#include "rpc/fragment.hpp"

namespace tributary::rpc {

class ClientAssociation::Impl {
 public:
  Impl(ClientOptions options, std::shared_ptr<security::SecurityContext> context);

  void start(MonoTime now);
  void on_bytes(ByteView octets, MonoTime now);
  void on_tick(MonoTime now);
  void on_security_step(Result<security::SecurityContext::Step> result);
  void on_transport_closed(Error error);
  Result<CallId> begin_call(std::size_t interface, std::uint16_t opnum, Bytes stub, CallOptions options);
  void cancel(CallId id, MonoTime now);
  void close();
  std::vector<ClientAction> poll_actions();

  [[nodiscard]] bool bound() const noexcept { return state_ == State::kBound; }
  [[nodiscard]] bool closed() const noexcept { return state_ == State::kClosed; }
  [[nodiscard]] bool accepts_calls() const noexcept { return !closed() && !draining_ && next_call_id_ <= kCallIdMax; }
  [[nodiscard]] std::size_t calls_in_flight() const noexcept { return calls_open_; }
  [[nodiscard]] security::SecurityContext* security() const noexcept { return context_.get(); }

 private:
  /// Windows refuses larger ids and does not let them wrap ([MS-RPCE] 3.3.3.5.2).
  static constexpr std::uint32_t kCallIdMax = 0x7FFFFFFF;
  /// Ids only grow on the wire, and calls may be begun before the handshake is over: it gets the ids below.
  static constexpr std::uint32_t kFirstRequestId = kSecurityLegsMax + 2;

  enum class State : std::uint8_t { kIdle, kSecurityStep, kAwaitBindAck, kAwaitAlterResp, kBound, kClosed };

  struct Call {
    std::size_t interface = 0;
    std::uint16_t opnum = 0;
    CallOptions options;
    Bytes stub;                        ///< until sending begins
    std::optional<StubSender> sender;  ///< while sending
    Bytes response;
    std::size_t received = 0;
    std::endian byte_order = std::endian::little;
    bool sending = false;  ///< something of it was sent
    bool sent = false;     ///< all of it was sent
    bool answered = false; ///< its first response fragment has come
    bool completed = false;  ///< reported to the owner; what still comes is discarded
    std::optional<MonoTime> orphan_at;
  };
  using Calls = std::map<std::uint32_t, Call>;

  // Handshake.
  void request_step(ByteView peer_token);
  void send_bind(ByteView token);
  void send_alter_context(ByteView token);
  void send_auth3(ByteView token);
  [[nodiscard]] Bind make_bind() const;
  [[nodiscard]] std::uint8_t handshake_flags() const noexcept;
  void send_handshake(PduType type, Pdu pdu, ByteView token);
  void on_bind_ack(const Pdu& pdu);
  void on_alter_resp(const Pdu& pdu);
  void on_server_token(const Pdu& pdu);
  [[nodiscard]] Result<> negotiate(const Pdu& pdu);
  [[nodiscard]] Result<> negotiate_contexts(const BindAck& ack);
  [[nodiscard]] Error no_interface_error(const BindAck& ack) const;
  void become_bound();
  [[nodiscard]] Phase phase() const noexcept;

  // Messages.
  void on_pdu(ByteView message, MonoTime now);
  void on_response(const Pdu& pdu, ByteView message, MonoTime now);
  void on_fault(const Pdu& pdu, ByteView message);
  void on_handshake_pdu(const Pdu& pdu);
  [[nodiscard]] Result<> take_response(std::uint32_t id, Call& call, const Pdu& pdu, ByteView message, MonoTime now);
  [[nodiscard]] Result<std::uint32_t> read_fault(const Pdu& pdu, ByteView message);
  [[nodiscard]] bool is_late(std::uint32_t id) const noexcept { return id >= kFirstRequestId && id < next_call_id_; }

  // Calls.
  void pump_requests();
  void prepare(std::uint32_t id, Call& call);
  [[nodiscard]] Result<> send_fragments(Bytes& batch);
  [[nodiscard]] bool may_start(const Call& call) const noexcept;
  void complete(std::uint32_t id, Call& call, Result<Bytes> stub, bool did_not_execute);
  void abandon(std::uint32_t id, Call& call, Error error, MonoTime now);
  void request_cancel(std::uint32_t id, Call& call, MonoTime now);
  void orphan(std::uint32_t id, Call& call);
  void forget(std::uint32_t id);
  void tick_call(std::uint32_t id, MonoTime now);
  void drain(Error reason);
  void finish_draining();
  [[nodiscard]] std::vector<std::uint32_t> call_ids() const;
  void send_control(PduType type, std::uint32_t call_id);
  void fail(Error error, bool transport = false);
  void arm_timer();

  ClientOptions options_;
  std::shared_ptr<security::SecurityContext> context_;
  State state_ = State::kIdle;
  bool bind_sent_ = false;
  bool step_complete_ = false;
  int legs_ = 0;
  std::uint32_t handshake_call_id_ = 0;
  std::uint32_t next_call_id_ = kFirstRequestId;

  FragmentReader reader_;
  Protection protection_;
  std::uint16_t xmit_max_ = 0;
  std::uint16_t recv_max_ = 0;
  std::vector<std::uint16_t> context_ids_;  ///< for each interface: the accepted presentation context
  Bound negotiated_;
  bool keep_on_orphan_ = false;

  Calls calls_;
  std::deque<std::uint32_t> send_queue_;
  std::size_t calls_open_ = 0;      ///< begun and not completed
  std::size_t calls_on_wire_ = 0;   ///< begun to be sent and not finished
  bool draining_ = false;           ///< no new calls; closes when the last one is done
  Error drain_reason_;

  std::vector<ClientAction> actions_;
  std::optional<MonoTime> armed_;
};

}  // namespace tributary::rpc
