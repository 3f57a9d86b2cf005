// SPDX-License-Identifier: Apache-2.0
// The inside of ServerAssociation: the handshake in server_association.cpp, the calls in server_calls.cpp.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "rpc/fragment.hpp"
#include "rpc/server_association.hpp"

namespace tributary::rpc {

class ServerAssociation::Impl {
 public:
  Impl(ServerOptions options, AssociationGroups& groups);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  void start(MonoTime now);
  void on_bytes(ByteView octets);
  void on_tick(MonoTime now);
  void on_security_step(Result<security::SecurityContext::Step> result);
  void complete_call(CallId id, Bytes stub);
  void fail_call(CallId id, std::uint32_t status, bool did_not_execute);
  void shutdown();
  void close(Error error);
  std::vector<ServerAction> poll_actions(bool answers);

  [[nodiscard]] bool wants_bytes() const noexcept { return !closed_ && pending_ == Pending::kNone; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] std::size_t calls_in_progress() const noexcept { return calls_.size(); }
  [[nodiscard]] std::uint64_t requests_ended() const noexcept { return requests_ended_; }
  [[nodiscard]] std::size_t incoming_octets() const noexcept { return reader_.waiting() + (incoming_ ? incoming_->stub.size() + 1 : 0); }
  [[nodiscard]] std::size_t answer_octets() const noexcept { return answer_octets_; }
  [[nodiscard]] bool secured() const noexcept { return secured_; }
  [[nodiscard]] security::SecurityContext* security() const noexcept { return secured_ ? context_.get() : nullptr; }
  [[nodiscard]] std::uint32_t group() const noexcept { return group_; }
  [[nodiscard]] ContextHandles* context_handles() noexcept { return groups_.handles(group_); }

 private:
  /// What the security step under way will be the answer to.
  enum class Pending : std::uint8_t { kNone, kBind, kAlterContext, kAuth3 };

  struct PresentationContext {
    std::size_t interface = 0;
    SyntaxId transfer_syntax;
  };
  /// The request whose fragments are arriving: only one at a time ([MS-RPCE] 3.3.3).
  struct Incoming {
    PduHeader header;
    std::uint16_t context_id = 0;
    std::uint16_t opnum = 0;
    std::optional<Guid> object;
    Bytes stub;
    bool refused = false;  ///< faulted already; the rest is discarded
  };
  struct Call {
    std::uint16_t context_id = 0;
    std::optional<StubSender> sender;  ///< once answered
    std::size_t answer_octets = 0;
  };

  // Handshake.
  void process();
  void on_pdu(ByteView message);
  void on_bind(const Pdu& pdu);
  void on_alter_context(const Pdu& pdu);
  void on_auth3(const Pdu& pdu);
  [[nodiscard]] Result<> begin_security(const AuthTrailer& auth);
  void request_step(Pending answer, ByteView token);
  [[nodiscard]] bool take_step(const Result<security::SecurityContext::Step>& result);
  [[nodiscard]] Result<> enter_group(std::uint32_t wanted);
  [[nodiscard]] Result<std::vector<ContextResult>> negotiate(const std::vector<ContextElement>& contexts);
  [[nodiscard]] Result<ContextResult> negotiate_one(const ContextElement& element, const std::vector<ContextElement>& all);
  [[nodiscard]] std::optional<std::size_t> find_interface(const SyntaxId& id) const noexcept;
  void send_ack(ByteView token);
  void send_nak(std::uint32_t call_id, BindRejectReason reason, Error error);
  [[nodiscard]] bool established() const noexcept;

  // Calls.
  void on_request(const Pdu& pdu, ByteView message);
  void begin_request(const Pdu& pdu);
  [[nodiscard]] bool open_request(const Pdu& pdu, ByteView message);
  [[nodiscard]] std::optional<std::uint32_t> policy_fault(std::uint16_t context_id) const noexcept;
  [[nodiscard]] bool sequence_is_wrong(const Pdu& pdu);
  void refuse(std::uint32_t status);
  void finish_request();
  [[nodiscard]] Result<> check_trailer(Incoming& incoming) const;
  void on_cancel(std::uint32_t id, bool orphaned);
  void send_fault(std::uint32_t call_id, std::uint16_t context_id, std::uint32_t status, bool did_not_execute);
  void pump_responses();
  void forget(std::map<std::uint32_t, Call>::iterator call);
  [[nodiscard]] Result<> send_fragments(Bytes& batch);
  void protocol_error(std::uint32_t call_id, std::string detail);
  void send(const Pdu& pdu);

  ServerOptions options_;
  AssociationGroups& groups_;
  std::uint32_t group_ = 0;
  bool closed_ = false;
  bool bind_done_ = false;
  bool draining_ = false;
  std::optional<MonoTime> handshake_deadline_;
  bool deadline_armed_ = false;

  std::shared_ptr<security::SecurityContext> context_;
  std::uint8_t auth_level_ = 0;
  bool secured_ = false;
  std::optional<Error> auth_failure_;  ///< of an auth3, which nobody answers
  Pending pending_ = Pending::kNone;
  Pdu ack_;  ///< waits for the token of the security step
  int legs_ = 0;

  FragmentReader reader_;
  Protection protection_;
  bool header_sign_offered_ = false;
  bool multiplexing_ = false;
  std::uint16_t xmit_max_ = 0;
  std::uint16_t recv_max_ = 0;
  std::map<std::uint16_t, PresentationContext> contexts_;

  std::optional<Incoming> incoming_;
  std::uint32_t current_call_id_ = 0;
  std::map<std::uint32_t, Call> calls_;
  std::deque<std::uint32_t> send_queue_;
  std::size_t answer_octets_ = 0;
  std::uint64_t requests_ended_ = 0;
  std::vector<ServerAction> actions_;
};

}  // namespace tributary::rpc
