// SPDX-License-Identifier: Apache-2.0
// Encoding of the connection-oriented PDUs (C706 12.6, [MS-RPCE] 2.2.2), always little-endian, and the names of their parts.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "rpc/pdu.hpp"

namespace tributary::rpc {
namespace {

constexpr std::array<std::uint8_t, 8> kFeaturePrefix = {0x2c, 0x1c, 0xb7, 0x6c, 0x12, 0x98, 0x40, 0x45};

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  void u8(std::size_t value) {
    if (value > 0xFF) overflow_ = true;
    out_.push_back(static_cast<std::uint8_t>(value));
  }
  void u16(std::size_t value) {
    if (value > 0xFFFF) overflow_ = true;
    grow<std::uint16_t>(static_cast<std::uint16_t>(value));
  }
  void u32(std::uint32_t value) { grow<std::uint32_t>(value); }
  void octets(ByteView view) { out_.insert(out_.end(), view.begin(), view.end()); }
  void syntax(const SyntaxId& id) {
    octets(id.uuid.octets);
    u16(id.major);
    u16(id.minor);
  }
  void zeros(std::size_t count) { out_.resize(out_.size() + count); }
  void align(std::size_t alignment) { out_.resize((out_.size() + alignment - 1) / alignment * alignment); }
  [[nodiscard]] bool overflow() const noexcept { return overflow_; }

 private:
  template <class T>
  void grow(T value) {
    out_.resize(out_.size() + sizeof(T));
    store_le<T>(out_.data() + out_.size() - sizeof(T), value);
  }
  Bytes& out_;
  bool overflow_ = false;
};

struct BodyEncoder {
  Writer& out;

  void operator()(const Request& request) const {
    out.u32(request.alloc_hint);
    out.u16(request.context_id);
    out.u16(request.opnum);
    if (request.object) out.octets(request.object->octets);
    out.octets(request.stub);
  }
  void operator()(const Response& response) const {
    out.u32(response.alloc_hint);
    out.u16(response.context_id);
    out.u8(response.cancel_count);
    out.u8(0);
    out.octets(response.stub);
  }
  void operator()(const Fault& fault) const {
    out.u32(fault.alloc_hint);
    out.u16(fault.context_id);
    out.u8(fault.cancel_count);
    out.u8(fault.extended_error ? 1 : 0);
    out.octets(fault.body);
  }
  void operator()(const Bind& bind) const {
    out.u16(bind.max_xmit_frag);
    out.u16(bind.max_recv_frag);
    out.u32(bind.assoc_group_id);
    out.u8(bind.contexts.size());
    out.zeros(3);
    for (const auto& element : bind.contexts) {
      out.u16(element.context_id);
      out.u8(element.transfer_syntaxes.size());
      out.u8(0);
      out.syntax(element.abstract_syntax);
      for (const auto& syntax : element.transfer_syntaxes) out.syntax(syntax);
    }
  }
  void operator()(const BindAck& ack) const {
    out.u16(ack.max_xmit_frag);
    out.u16(ack.max_recv_frag);
    out.u32(ack.assoc_group_id);
    const std::size_t length = ack.secondary_address.empty() ? 0 : ack.secondary_address.size() + 1;
    out.u16(length);
    out.octets(as_bytes(ack.secondary_address));
    if (length != 0) out.u8(0);
    out.align(4);
    out.u8(ack.results.size());
    out.zeros(3);
    for (const auto& result : ack.results) {
      out.u16(static_cast<std::uint16_t>(result.outcome));
      out.u16(result.reason);
      out.syntax(result.transfer_syntax);
    }
  }
  void operator()(const BindNak& nak) const {
    out.u16(static_cast<std::uint16_t>(nak.reason));
    out.u8(nak.versions.size());
    for (const auto& version : nak.versions) {
      out.u8(version.major);
      out.u8(version.minor);
    }
  }
  void operator()(const Auth3&) const { out.zeros(4); }
  void operator()(const Shutdown&) const {}
  void operator()(const CoCancel&) const {}
  void operator()(const Orphaned&) const {}
};

/// Where the sec_trailer has to begin, and the octets of padding in front of it.
std::size_t auth_padding(const Pdu& pdu, std::size_t size) {
  const bool stub = std::holds_alternative<Request>(pdu.body) || std::holds_alternative<Response>(pdu.body) ||
                    std::holds_alternative<Fault>(pdu.body);
  if (!stub) return (4 - size % 4) % 4;
  const auto* request = std::get_if<Request>(&pdu.body);
  const std::size_t before = kRequestHeaderSize + (request != nullptr && request->object ? kObjectUuidSize : 0);
  return (kAuthAlignment - (size - before) % kAuthAlignment) % kAuthAlignment;
}

}  // namespace

std::string_view pdu_type_name(PduType type) noexcept {
  switch (type) {
    case PduType::kRequest: return "request";
    case PduType::kResponse: return "response";
    case PduType::kFault: return "fault";
    case PduType::kBind: return "bind";
    case PduType::kBindAck: return "bind_ack";
    case PduType::kBindNak: return "bind_nak";
    case PduType::kAlterContext: return "alter_context";
    case PduType::kAlterContextResp: return "alter_context_resp";
    case PduType::kAuth3: return "auth3";
    case PduType::kShutdown: return "shutdown";
    case PduType::kCoCancel: return "co_cancel";
    case PduType::kOrphaned: return "orphaned";
  }
  return "?";
}

std::string to_string(const SyntaxId& id) { return fmt::format("{} v{}.{}", to_string(id.uuid), id.major, id.minor); }

SyntaxId feature_negotiation_syntax(std::uint8_t features) noexcept {
  SyntaxId id{.uuid = {}, .major = 1, .minor = 0};
  std::ranges::copy(kFeaturePrefix, id.uuid.octets.begin());
  id.uuid.octets[kFeaturePrefix.size()] = features;
  return id;
}

std::optional<std::uint8_t> offered_features(const SyntaxId& id) noexcept {
  if (id.major != 1 || id.minor != 0) return std::nullopt;
  if (!std::equal(kFeaturePrefix.begin(), kFeaturePrefix.end(), id.uuid.octets.begin())) return std::nullopt;
  return id.uuid.octets[kFeaturePrefix.size()];
}

std::array<std::uint8_t, 8> encode_fault_body(std::uint32_t status) noexcept {
  std::array<std::uint8_t, 8> body{};
  store_le<std::uint32_t>(body.data(), status);
  return body;
}

Result<Bytes> encode_pdu(const Pdu& pdu) {
  const auto* request = std::get_if<Request>(&pdu.body);
  std::uint8_t flags = pdu.header.flags;
  if (request != nullptr && request->object) flags |= pfc::kObjectUuid;
  Bytes out;
  out.reserve(256);
  Writer writer(out);
  writer.octets(std::array<std::uint8_t, 8>{5, 0, static_cast<std::uint8_t>(pdu.header.type), flags, 0x10, 0, 0, 0});
  writer.zeros(4);
  writer.u32(pdu.header.call_id);
  std::visit(BodyEncoder{writer}, pdu.body);
  std::size_t auth_length = 0;
  if (pdu.auth) {
    const std::size_t padding = auth_padding(pdu, out.size());
    writer.zeros(padding);
    writer.u8(pdu.auth->type);
    writer.u8(pdu.auth->level);
    writer.u8(padding);
    writer.u8(0);
    writer.u32(pdu.auth->context_id);
    writer.octets(pdu.auth->token);
    auth_length = pdu.auth->token.size();
  }
  if (writer.overflow() || out.size() > std::numeric_limits<std::uint16_t>::max())
    return fail(win32::kRpcSProtocolError,
                fmt::format("{}: {} octets, or one of its counts, do not fit into a fragment", pdu_type_name(pdu.header.type), out.size()));
  store_le<std::uint16_t>(out.data() + 8, static_cast<std::uint16_t>(out.size()));
  store_le<std::uint16_t>(out.data() + 10, static_cast<std::uint16_t>(auth_length));
  return out;
}

}  // namespace tributary::rpc
