// SPDX-License-Identifier: Apache-2.0
// Decoding of the connection-oriented PDUs (C706 12.6, [MS-RPCE] 2.2.2), either byte order. Every read is checked against the
// octets that are there; the first one that fails names its field. Never copies a stub or a token.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "rpc/pdu.hpp"

namespace tributary::rpc {
namespace {

/// Reads forward through one PDU. After the first fault every read yields zero and the fault stays.
class Reader {
 public:
  Reader(ByteView octets, std::size_t position, std::endian order, std::string_view pdu)
      : octets_(octets), position_(position), order_(order), pdu_(pdu) {}

  std::uint8_t u8(std::string_view field) { return take(1, field) ? octets_[position_ - 1] : 0; }
  std::uint16_t u16(std::string_view field) { return integer<std::uint16_t>(field); }
  std::uint32_t u32(std::string_view field) { return integer<std::uint32_t>(field); }

  /// A uuid_t, turned into the little-endian packet form that Guid holds.
  Guid guid(std::string_view field) {
    Guid guid;
    if (!take(16, field)) return guid;
    std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(position_ - 16), 16, guid.octets.begin());
    if (order_ == std::endian::big) {
      auto* at = guid.octets.data();
      std::reverse(at, at + 4);
      std::reverse(at + 4, at + 6);
      std::reverse(at + 6, at + 8);
    }
    return guid;
  }
  /// p_syntax_id_t: the version is one 32-bit integer, the major version in its low half.
  SyntaxId syntax(std::string_view field) {
    SyntaxId id;
    id.uuid = guid(field);
    const std::uint32_t version = u32(field);
    id.major = static_cast<std::uint16_t>(version);
    id.minor = static_cast<std::uint16_t>(version >> 16);
    return id;
  }
  ByteView octets(std::size_t count, std::string_view field) {
    return take(count, field) ? octets_.subspan(position_ - count, count) : ByteView{};
  }
  ByteView rest() { return octets_.subspan(position_); }
  void align(std::size_t alignment, std::string_view field) {
    const std::size_t over = position_ % alignment;
    if (over != 0) take(alignment - over, field);
  }
  [[nodiscard]] bool at_end() const noexcept { return position_ == octets_.size(); }
  [[nodiscard]] bool ok() const noexcept { return fault_.empty(); }
  [[nodiscard]] std::unexpected<Error> fault() const { return fail(win32::kRpcSProtocolError, fault_); }

 private:
  template <class T>
  T integer(std::string_view field) {
    if (!take(sizeof(T), field)) return 0;
    const auto* at = octets_.data() + position_ - sizeof(T);
    return order_ == std::endian::little ? load_le<T>(at) : load_be<T>(at);
  }
  bool take(std::size_t count, std::string_view field) {
    if (!ok()) return false;
    const std::size_t left = octets_.size() - position_;
    if (left < count) {
      fault_ = fmt::format("{}.{}: {} octets needed, {} left", pdu_, field, count, left);
      return false;
    }
    position_ += count;
    return true;
  }

  ByteView octets_;
  std::size_t position_;
  std::endian order_;
  std::string_view pdu_;
  std::string fault_;
};

Bind decode_bind(Reader& reader) {
  Bind bind;
  bind.max_xmit_frag = reader.u16("max_xmit_frag");
  bind.max_recv_frag = reader.u16("max_recv_frag");
  bind.assoc_group_id = reader.u32("assoc_group_id");
  const int count = reader.u8("n_context_elem");
  reader.octets(3, "p_context_elem.reserved");
  for (int i = 0; i < count && reader.ok(); ++i) {
    ContextElement element;
    element.context_id = reader.u16("p_cont_id");
    const int syntaxes = reader.u8("n_transfer_syn");
    reader.u8("p_cont_elem.reserved");
    element.abstract_syntax = reader.syntax("abstract_syntax");
    for (int j = 0; j < syntaxes && reader.ok(); ++j) element.transfer_syntaxes.push_back(reader.syntax("transfer_syntaxes"));
    bind.contexts.push_back(std::move(element));
  }
  return bind;
}

BindAck decode_bind_ack(Reader& reader) {
  BindAck ack;
  ack.max_xmit_frag = reader.u16("max_xmit_frag");
  ack.max_recv_frag = reader.u16("max_recv_frag");
  ack.assoc_group_id = reader.u32("assoc_group_id");
  const ByteView address = reader.octets(reader.u16("sec_addr.length"), "sec_addr.port_spec");
  const auto end = std::find(address.begin(), address.end(), std::uint8_t{0});
  ack.secondary_address.assign(address.begin(), end);
  reader.align(4, "sec_addr.pad");
  const int count = reader.u8("n_results");
  reader.octets(3, "p_result_list.reserved");
  for (int i = 0; i < count && reader.ok(); ++i) {
    ContextResult result;
    result.outcome = static_cast<ContextOutcome>(reader.u16("result"));
    result.reason = reader.u16("reason");
    result.transfer_syntax = reader.syntax("transfer_syntax");
    ack.results.push_back(result);
  }
  return ack;
}

BindNak decode_bind_nak(Reader& reader) {
  BindNak nak;
  nak.reason = static_cast<BindRejectReason>(reader.u16("provider_reject_reason"));
  if (reader.at_end()) return nak;  // older servers leave the list of versions out
  const int count = reader.u8("versions.n_protocols");
  for (int i = 0; i < count && reader.ok(); ++i) {
    ProtocolVersion version;
    version.major = reader.u8("versions.p_protocols");
    version.minor = reader.u8("versions.p_protocols");
    nak.versions.push_back(version);
  }
  return nak;
}

Request decode_request(Reader& reader, const PduHeader& header) {
  Request request;
  request.alloc_hint = reader.u32("alloc_hint");
  request.context_id = reader.u16("p_cont_id");
  request.opnum = reader.u16("opnum");
  if (header.has(pfc::kObjectUuid)) request.object = reader.guid("object");
  if (reader.ok()) request.stub = reader.rest();
  return request;
}

Response decode_response(Reader& reader) {
  Response response;
  response.alloc_hint = reader.u32("alloc_hint");
  response.context_id = reader.u16("p_cont_id");
  response.cancel_count = reader.u8("cancel_count");
  reader.u8("reserved");
  if (reader.ok()) response.stub = reader.rest();
  return response;
}

Fault decode_fault(Reader& reader) {
  Fault fault;
  fault.alloc_hint = reader.u32("alloc_hint");
  fault.context_id = reader.u16("p_cont_id");
  fault.cancel_count = reader.u8("cancel_count");
  fault.extended_error = (reader.u8("reserved") & 1) != 0;
  if (reader.ok()) fault.body = reader.rest();
  return fault;
}

/// Whether authentication padding is part of the body that decode_pdu() hands out.
bool keeps_padding(PduType type) noexcept {
  return type == PduType::kRequest || type == PduType::kResponse || type == PduType::kFault;
}

/// The sec_trailer, found from the end of the fragment ([MS-RPCE] 2.2.2.11). decode_header() has checked that it fits.
AuthTrailer decode_auth(ByteView octets, const PduHeader& header, std::string_view name) {
  Reader reader(octets, header.frag_length - header.auth_length - kSecTrailerSize, header.byte_order(), name);
  AuthTrailer auth;
  auth.type = reader.u8("auth_type");
  auth.level = reader.u8("auth_level");
  auth.pad_length = reader.u8("auth_pad_length");
  reader.u8("auth_reserved");
  auth.context_id = reader.u32("auth_context_id");
  auth.token = reader.octets(header.auth_length, "auth_value");
  return auth;
}

}  // namespace

Result<PduHeader> decode_header(ByteView octets) {
  if (octets.size() < kCommonHeaderSize)
    return fail(win32::kRpcSProtocolError, fmt::format("pdu header: {} octets needed, {} left", kCommonHeaderSize, octets.size()));
  if (octets[0] != 5 || octets[1] != 0)
    return fail(win32::kRpcSProtocolError, fmt::format("pdu header: protocol version {}.{} instead of 5.0", octets[0], octets[1]));
  PduHeader header;
  header.type = static_cast<PduType>(octets[2]);
  if (pdu_type_name(header.type) == "?")
    return fail(win32::kRpcSProtocolError, fmt::format("pdu header: {} is no PDU type of this protocol", octets[2]));
  header.flags = octets[3];
  std::copy_n(octets.begin() + 4, 4, header.drep.begin());
  if ((header.drep[0] & 0x0F) != 0)
    return fail(win32::kRpcSProtocolError, "pdu header: the character set is not ASCII");
  Reader reader(octets.first(kCommonHeaderSize), 8, header.byte_order(), "pdu header");
  header.frag_length = reader.u16("frag_length");
  header.auth_length = reader.u16("auth_length");
  header.call_id = reader.u32("call_id");
  const std::size_t least = kCommonHeaderSize + (header.auth_length == 0 ? 0u : kSecTrailerSize + header.auth_length);
  if (header.frag_length < least)
    return fail(win32::kRpcSProtocolError,
                fmt::format("pdu header: frag_length {} with auth_length {}", header.frag_length, header.auth_length));
  return header;
}

Result<Pdu> decode_pdu(ByteView octets) {
  auto header = decode_header(octets);
  if (!header) return std::unexpected(header.error());
  const std::string_view name = pdu_type_name(header->type);
  if (octets.size() != header->frag_length)
    return fail(win32::kRpcSProtocolError, fmt::format("{}: {} octets for a frag_length of {}", name, octets.size(), header->frag_length));

  Pdu pdu{.header = *header, .body = Shutdown{}, .auth = {}};
  std::size_t end = octets.size();
  if (header->auth_length != 0) {
    pdu.auth = decode_auth(octets, *header, name);
    end -= header->auth_length + kSecTrailerSize;
    if (!keeps_padding(header->type)) {
      if (pdu.auth->pad_length > end - kCommonHeaderSize)
        return fail(win32::kRpcSProtocolError, fmt::format("{}.auth_pad_length: {} octets of padding do not fit", name, pdu.auth->pad_length));
      end -= pdu.auth->pad_length;
    }
  }
  Reader reader(octets.first(end), kCommonHeaderSize, header->byte_order(), name);
  switch (header->type) {
    case PduType::kRequest: pdu.body = decode_request(reader, *header); break;
    case PduType::kResponse: pdu.body = decode_response(reader); break;
    case PduType::kFault: pdu.body = decode_fault(reader); break;
    case PduType::kBind:
    case PduType::kAlterContext: pdu.body = decode_bind(reader); break;
    case PduType::kBindAck:
    case PduType::kAlterContextResp: pdu.body = decode_bind_ack(reader); break;
    case PduType::kBindNak: pdu.body = decode_bind_nak(reader); break;
    case PduType::kAuth3: pdu.body = Auth3{}; break;  // its four octets of padding mean nothing, and not everybody sends them
    case PduType::kShutdown: pdu.body = Shutdown{}; break;
    case PduType::kCoCancel: pdu.body = CoCancel{}; break;
    case PduType::kOrphaned: pdu.body = Orphaned{}; break;
  }
  if (!reader.ok()) return reader.fault();
  if (pdu.auth && keeps_padding(header->type) && pdu.auth->pad_length > reader.rest().size())
    return fail(win32::kRpcSProtocolError, fmt::format("{}.auth_pad_length: {} octets of padding do not fit", name, pdu.auth->pad_length));
  return pdu;
}

Result<std::uint32_t> fault_status(ByteView fault_body, std::endian order) {
  Reader reader(fault_body, 0, order, "fault");
  const std::uint32_t status = reader.u32("status");
  if (!reader.ok()) return reader.fault();
  return status;
}

}  // namespace tributary::rpc
