// SPDX-License-Identifier: Apache-2.0
// One TCP connection of an RPC server: carries out what a rpc::ServerAssociation decides, and sees to it that a client can neither
// keep it waiting nor make it hold more than its share ([MS-RPCE] 3.3.3). What a call means and who may connect is its owner's matter.
// Private to src/net; network thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "net/rpc_server.hpp"
#include "net/runtime_impl.hpp"
#include "rpc/server_association.hpp"

namespace tributary::net {

class ServerLink;
class ServerLinkCall;

/// How a connection came to its end.
enum class LinkEnd : std::uint8_t {
  kPeerLeft,
  kFinished,    ///< we wanted it: shut down, or the server ends
  kHandshake,   ///< not authenticated in time, or authentication failed
  kSlow,        ///< a request that did not arrive, or an answer that was not taken, in time
  kIdle,
  kViolation,   ///< what was sent breaks the protocol or the seal
  kGaveWay,     ///< to somebody else
  kMemory,      ///< held too much
};

/// What a link asks of the server that it belongs to.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  /// Memory to read into, used within one turn only.
  virtual std::span<std::uint8_t> read_buffer() noexcept = 0;
  virtual void on_call(ServerLink& link, rpc::CallReceived call) = 0;
  virtual void on_secured(ServerLink& link) = 0;
  /// The client's ticket has ended: calls under way are answered, and it is over then.
  virtual void on_expired(ServerLink& link) = 0;
  /// It is of no use any more. Once, some time before on_ended(): whoever was told why may get a while to read it.
  virtual void on_over(ServerLink& link, LinkEnd how, const Error& error) = 0;
  virtual void on_ended(ServerLink& link) = 0;
  /// ServerLink::held_octets() has changed from `before`.
  virtual void on_held(ServerLink& link, std::size_t before) = 0;
};

/// The way to the network thread for those who may outlive the server and its Runtime. Thread-safe.
class ServerGate {
 public:
  explicit ServerGate(Runtime& runtime) : runtime_(&runtime) {}
  /// Runs `task` on the network thread, unless the gate closes before: then it is destroyed.
  static void post(const std::shared_ptr<ServerGate>& gate, std::move_only_function<void()> task);
  void close();

 private:
  [[nodiscard]] bool open();
  std::mutex mutex_;
  Runtime* runtime_;
};

class ServerLink final : public std::enable_shared_from_this<ServerLink> {
 public:
  struct Setup {
    std::uint64_t number = 0;
    bool is_mapper = false;
    std::string peer;  ///< address and port
    std::string address_key;  ///< as admission counts it
    rpc::ServerOptions association;
  };
  /// `owner`, `groups` and `limits` outlive the link's end.
  ServerLink(Runtime& runtime, LinkOwner& owner, rpc::AssociationGroups& groups, const RpcServerLimits& limits, Setup setup,
             asio::ip::tcp::socket socket);

  void start();
  /// Looks for what is overdue. To be called often enough for the limits.
  void sweep(MonoTime now);
  /// Refuses new calls and closes when those under way have been answered; at once when nobody has authenticated.
  void drain();
  /// Closes without more ado.
  void abort(LinkEnd how, Error error);

  void complete(rpc::CallId id, Bytes stub);
  void fail(rpc::CallId id, std::uint32_t status);
  /// A call object for a handler. Its cancellation is this link's to tell.
  [[nodiscard]] std::shared_ptr<RpcServerCall> make_call(rpc::CallReceived received, const std::shared_ptr<ServerGate>& gate);
  [[nodiscard]] rpc::ContextHandles* handles() noexcept { return over_ ? nullptr : association_.context_handles(); }

  [[nodiscard]] std::uint64_t number() const noexcept { return setup_.number; }
  [[nodiscard]] bool is_mapper() const noexcept { return setup_.is_mapper; }
  [[nodiscard]] bool admitted() const noexcept { return admitted_; }
  [[nodiscard]] const std::string& peer_text() const noexcept { return setup_.peer; }
  /// The principal once secured, else empty.
  [[nodiscard]] const std::string& principal() const noexcept { return peer_->principal; }
  [[nodiscard]] asio::ip::address local_address() const noexcept { return local_; }
  [[nodiscard]] const std::string& address_key() const noexcept { return setup_.address_key; }
  /// What this client makes us hold: half requests, requests under way, answers that it has not taken.
  [[nodiscard]] std::size_t held_octets() const noexcept { return held_; }

 private:
  struct Overdue {
    LinkEnd how;
    const char* what;
  };

  void arm_read();
  void read_ready();
  void received(ByteView octets);
  [[nodiscard]] bool wants_input() const noexcept;
  void write_next();
  void written(const boost::system::error_code& error, std::size_t octets);
  void transport_over(const boost::system::error_code& error);
  void carry_out();
  void admit();
  void settle(rpc::CallId id, bool cancelled);
  void note_progress();
  void count_held();
  [[nodiscard]] LinkEnd reason_for(const Error& error) const noexcept;
  void half_close();
  void end();
  [[nodiscard]] std::optional<Overdue> overdue(MonoTime now) const;

  void perform(rpc::SendBytes& action);
  void perform(rpc::NeedSecurityStep& action);
  void perform(rpc::CallReceived& action);
  void perform(rpc::CallCancelled& action);
  void perform(rpc::WakeAt& action);
  void perform(rpc::Close& action);

  struct Under {
    std::weak_ptr<ServerLinkCall> call;
    std::size_t octets = 0;
  };

  Runtime& runtime_;
  LinkOwner& owner_;
  const RpcServerLimits& limits_;
  Setup setup_;
  asio::ip::tcp::socket socket_;
  asio::ip::address local_;
  rpc::ServerAssociation association_;
  std::shared_ptr<const RpcPeer> peer_;
  bool admitted_ = false;  ///< authenticated and sealed, and the owner knows
  std::optional<MonoTime> ticket_ends_;
  std::map<std::uint32_t, Under> calls_;   ///< that were handed out and are not answered
  std::size_t call_octets_ = 0;
  std::size_t held_ = 0;

  std::deque<Bytes> outbox_;
  std::size_t outbox_octets_ = 0;
  std::size_t written_of_front_ = 0;
  bool reading_ = false, writing_ = false, carrying_out_ = false, over_ = false;
  bool closing_ = false;    ///< the association is over: write what is left, then half-close
  bool half_closed_ = false;
  bool abrupt_ = false;     ///< nothing is said and nothing read any more
  std::optional<LinkEnd> how_;  ///< if known before the association says why
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);  ///< for steps that wait for a thread

  MonoTime born_;
  MonoTime last_octet_;
  MonoTime write_began_{};
  std::optional<MonoTime> request_began_;
  std::uint64_t requests_ended_ = 0;
  MonoTime linger_until_{};
};

}  // namespace tributary::net
