// SPDX-License-Identifier: Apache-2.0
// Fragments: cutting a stream of octets into PDUs, a stub into sealed fragments, and sealed fragments back into a stub
// (C706 12.6.2 and 12.6.4.9, [MS-RPCE] 2.2.2.1, 2.2.2.6, 2.2.2.11, 3.3.1.5.2.2). Shared by both ends of an association;
// knows no states and no calls. A stub's octet is copied once on its way in and once on its way out.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "rpc/pdu.hpp"
#include "security/security_context.hpp"

namespace tributary::rpc {

/// Cuts what the transport delivers into whole PDUs. Views into the delivered octets are handed out where a PDU lies whole in
/// them; only a PDU that spans two deliveries, or octets that had to wait, are copied.
class FragmentReader {
 public:
  /// Borrows `octets` until keep_rest().
  void push(ByteView octets) noexcept { input_ = octets; }
  /// The next whole PDU (valid until the next call of any member), or nullopt when there is none.
  /// An error when what comes next is no PDU header; it will come again.
  [[nodiscard]] Result<std::optional<ByteView>> next();
  /// Copies what was pushed and not consumed.
  void keep_rest();
  /// Octets that wait, pushed ones included.
  [[nodiscard]] std::size_t waiting() const noexcept { return held_.size() - held_begin_ + input_.size(); }

 private:
  [[nodiscard]] Result<std::optional<ByteView>> next_from_held();
  bool top_up(std::size_t size);

  Bytes held_;
  std::size_t held_begin_ = 0;
  ByteView input_;
};

/// How the fragments of one association are protected: always PKT_PRIVACY, or not at all (context is null).
struct Protection {
  security::SecurityContext* context = nullptr;
  std::uint32_t auth_context_id = 0;
  bool header_signing = false;

  [[nodiscard]] bool active() const noexcept { return context != nullptr; }
};

/// One stub on its way out.
class StubSender {
 public:
  /// `first` gives type, call_id, context id, opnum or cancel count and object; its stub and flags are ignored.
  /// The last `tail` octets of the stub must not be cut (a verification trailer).
  StubSender(Pdu first, Bytes stub, std::size_t tail = 0);

  /// Appends the next fragment of at most `fragment_max` octets. Not after done().
  [[nodiscard]] Result<> append_next(Bytes& out, std::uint16_t fragment_max, const Protection& protection);
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  [[nodiscard]] Result<std::size_t> choose_payload(std::uint16_t fragment_max, const Protection& protection);
  [[nodiscard]] std::size_t keep_tail_whole(std::size_t payload) const noexcept;
  void append_header(Bytes& out, std::size_t payload);
  [[nodiscard]] Result<> append_auth(Bytes& out, std::size_t begin, std::size_t payload, const Protection& protection);

  Pdu first_;
  Bytes stub_;
  std::size_t tail_;
  std::size_t header_size_;
  std::size_t sent_ = 0;
  std::size_t payload_max_ = 0;  ///< computed once: the largest payload of a fragment
  bool started_ = false;
  bool done_ = false;
};

/// Whether a PDU's sec_trailer is what this association agreed on: kErrorAccessDenied when it is missing or different.
/// Without protection a sec_trailer is a kRpcSProtocolError.
[[nodiscard]] Result<> check_auth(const Pdu& pdu, const Protection& protection);

/// Verifies, decrypts and appends the body of a request, response or fault to `out`, without its padding.
/// `message` is the whole PDU that `pdu` was decoded from. On failure `out` keeps its old length.
[[nodiscard]] Result<> append_unprotected(Bytes& out, const Pdu& pdu, ByteView message, const Protection& protection);

}  // namespace tributary::rpc
