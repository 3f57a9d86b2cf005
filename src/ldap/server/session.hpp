// SPDX-License-Identifier: Apache-2.0
// The rules of one LDAP connection at the server's end, without a socket: messages out of octets, who is bound, which operations are
// outstanding, what may be sent when (RFC 4511 4.1.1, 4.2, 4.3, 4.11, 4.14, 5; [MS-ADTS] 5.1.1.1, 3.1.1.3.4.6). Octets and answers go in,
// octets and jobs come out; whoever has the socket carries out. Must never know a clock, a thread, or what is in a directory.
//
// The contract: after every call look at unsent(), take_jobs(), can_run(), wants_input(), wants_tls(), end(). One thread at a time; nothing
// blocks. What is outstanding is bounded by SessionLimits; an idle session holds no buffer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "ldap/server/handler.hpp"
#include "ldap/server/sasl_frames.hpp"

namespace tributary::ldap {

struct SessionLimits {
  /// Of strangers: the longest is a bind with a Kerberos ticket, whose token has at most 65,535 octets.
  std::size_t message_octets_before_bind_max = std::size_t{80} << 10;
  std::size_t message_octets_max = 10'485'760;              ///< MaxReceiveBuffer
  std::size_t operations_max = 64;                          ///< outstanding; more are not read. Pipelining gains nothing beyond
  std::size_t unsent_octets_max = std::size_t{256} << 10;   ///< while more waits to be sent no operation of this client runs
  /// Read, but not looked at while something else has to be over first: only so is the end of a client noticed that waits.
  std::size_t read_ahead_octets_max = std::size_t{64} << 10;
  std::chrono::milliseconds first_message_timeout{120'000};  ///< InitRecvTimeout
  std::chrono::milliseconds message_timeout{120'000};        ///< a message that began and is not complete
  std::chrono::milliseconds idle_timeout{900'000};           ///< MaxConnIdleTime
  std::chrono::milliseconds bind_patience{5'000};            ///< how long a bind waits for operations before it abandons them
};

/// Since the start, all sessions of a server together. Any thread.
struct SessionCounters {
  std::atomic<std::uint64_t> binds{0}, binds_failed{0}, searches{0}, modifies{0}, adds{0}, deletes{0}, modify_dns{0}, compares{0}, extended{0}, abandons{0}, faults{0};
};

enum class SessionEnd : std::uint8_t {
  kPeerLeft,   ///< unbind, or the end of its octets
  kFinished,   ///< we wanted it
  kViolation,  ///< what was sent is no LDAP, too long, or breaks the layer
  kIdle,
  kSlow,     ///< said nothing at first, or did not finish a message
  kExpired,  ///< the client's ticket has ended
  kMemory,   ///< the server has no memory left for what it sends
};

using OperationKey = std::uint64_t;

/// An operation that runs where it may block, while the session may give it up.
class SharedOperation {
 public:
  explicit SharedOperation(std::unique_ptr<Operation> operation) : operation_(std::move(operation)) {}
  [[nodiscard]] bool blocks() const noexcept { return operation_->blocks(); }
  Operation::State run(Bytes& out) { return abandoned_ ? Operation::State::kDone : operation_->run(out); }
  void abandon() noexcept {
    abandoned_ = true;
    operation_->abandon();
  }

 private:
  std::unique_ptr<Operation> operation_;
  std::atomic<bool> abandoned_{false};
};

/// What has to run where blocking is allowed. The answers come back with on_ran() and on_bind_step().
struct OperationJob {
  OperationKey key = 0;
  std::shared_ptr<SharedOperation> operation;
};
struct BindJob {
  std::shared_ptr<BindExchange> exchange;
  std::shared_ptr<const Message> message;  ///< holds a BindRequest
};
using SessionJob = std::variant<OperationJob, BindJob>;

/// Memory to write answers into, which sessions of one thread share.
struct SessionMemory {
  Bytes out, plain;
};

class Session {
 public:
  /// Makes what an operation calls to be run again: it leads to on_woken(), on the session's thread, later.
  using MakeWake = std::function<std::function<void()>(OperationKey)>;
  /// `handler`, `limits` and `counters` outlive it. `can_start_tls`: there is a certificate.
  Session(Handler& handler, Connection connection, const SessionLimits& limits, SessionCounters& counters, MakeWake make_wake, bool can_start_tls, MonoTime now);
  ~Session() { abandon_all(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Octets.
  void receive(ByteView octets, MonoTime now);
  void receive_end();
  [[nodiscard]] bool wants_input() const noexcept;
  [[nodiscard]] ByteView unsent() const noexcept { return ByteView(out_).subspan(sent_); }
  void sent(std::size_t octets, MonoTime now);
  /// Lends memory for what is to be sent, and takes it back when all was sent: idle sessions need none of their own.
  void lend(SessionMemory& spare);
  void give_back(SessionMemory& spare);

  // Operations.
  [[nodiscard]] bool can_run() const noexcept;
  /// Runs operations for a while: so many slices at most, and none behind one that has more to say.
  void run(int slices_max, MonoTime now);
  [[nodiscard]] std::vector<SessionJob> take_jobs() { return std::exchange(jobs_, {}); }
  void on_woken(OperationKey key);
  void on_ran(OperationKey key, Operation::State state, Bytes output, MonoTime now);
  void on_bind_step(BindExchange::Step step, MonoTime now, std::int64_t wall_s);

  // TLS: begins when this is true and nothing is unsent.
  [[nodiscard]] bool wants_tls() const noexcept { return tls_asked_ && !end_; }
  void on_tls(std::optional<Bytes> client_certificate);

  // Time and the end. Once end() has a value nothing is read any more; what is unsent is the reason, for the client.
  void tick(MonoTime now);
  /// With a notice of disconnection (RFC 4511 4.4.1), if `outcome` is no success.
  void finish(SessionEnd how, const Outcome& outcome);
  [[nodiscard]] std::optional<SessionEnd> end() const noexcept { return end_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }
  [[nodiscard]] std::size_t outstanding() const noexcept { return operations_.size(); }
  /// What this client makes us hold: half messages, requests, answers that it has not taken.
  [[nodiscard]] std::size_t held_octets() const noexcept;

 private:
  enum class Stand : std::uint8_t { kReady, kRunning, kWaiting };
  struct Outstanding {
    OperationKey key = 0;
    std::int32_t id = 0;
    Stand stand = Stand::kReady;
    bool woken = false;  ///< while it ran
    std::size_t octets = 0;
    std::unique_ptr<Operation> own;
    std::shared_ptr<SharedOperation> shared;  ///< instead of `own` once it has run where it may block
    [[nodiscard]] bool blocks() const noexcept { return shared ? shared->blocks() : own->blocks(); }
    Operation::State run(Bytes& out) const { return shared ? shared->run(out) : own->run(out); }
    void abandon() const noexcept { shared ? shared->abandon() : own->abandon(); }
  };

  [[nodiscard]] bool is_stalled() const noexcept;
  void take_in(ByteView octets);
  void take_in_pending();
  [[nodiscard]] std::size_t take_messages(ByteView octets);
  void take(Bytes octets);
  void take(Message message);
  void fault(const ReadFault& fault);
  void refuse(const Message& message, ResultCode code, std::string text);
  void start_operation(Message message);
  void start_tls(const Message& message);
  void abandon(std::int32_t id);
  void abandon_all() noexcept;
  void bind(Message message);
  void begin_bind();
  [[nodiscard]] Outstanding* find(OperationKey key) noexcept;
  void after_slice(Outstanding& each, Operation::State state);
  void settle();
  void close_output();
  [[nodiscard]] Bytes& output() noexcept { return layer_ ? plain_ : out_; }
  [[nodiscard]] std::size_t message_octets_max() const noexcept;
  [[nodiscard]] bool is_expired() const noexcept { return expires_ && now_ >= *expires_; }

  Handler& handler_;
  Connection connection_;
  const SessionLimits& limits_;
  SessionCounters& counters_;
  MakeWake make_wake_;

  Bytes in_;                   ///< LDAP octets that were not looked at, or a message that is not whole
  Bytes out_, plain_;          ///< plain_: to be wrapped into out_
  std::size_t sent_ = 0;       ///< of out_
  std::optional<SaslFrames> layer_;

  std::vector<Outstanding> operations_;
  std::size_t operation_octets_ = 0;
  std::size_t next_ = 0;  ///< whose turn it is
  OperationKey next_key_ = 1;
  std::vector<SessionJob> jobs_;

  std::shared_ptr<const Message> bind_;      ///< a bind that waits, or whose step is under way
  std::shared_ptr<BindExchange> exchange_;   ///< between the steps of a SASL bind, and during one
  std::string mechanism_;                    ///< of exchange_
  bool stepping_ = false;
  MonoTime bind_since_{};

  bool can_start_tls_, tls_asked_ = false;
  std::optional<SessionEnd> end_;
  std::string reason_;

  MonoTime now_, born_, last_activity_;
  std::optional<MonoTime> message_began_;
  bool heard_ = false;  ///< a whole message has come
  std::optional<MonoTime> expires_;
};

}  // namespace tributary::ldap
