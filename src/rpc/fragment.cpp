// SPDX-License-Identifier: Apache-2.0
// See fragment.hpp.
#include "rpc/fragment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/win32.hpp"

namespace tributary::rpc {
namespace {

constexpr auto kPrivacy = security::AuthLevel::kPrivacy;
/// Without authentication only the last fragment's stub may have any length; the others keep NDR's alignment (C706 12.6.2).
constexpr std::size_t kStubAlignment = 8;

/// A payload smaller than this is not worth a fragment; it also has to be larger than any tail that must stay whole.
constexpr std::size_t kPayloadMin = 256;

constexpr std::size_t round_down(std::size_t value, std::size_t multiple) noexcept { return value / multiple * multiple; }
constexpr std::size_t padding_to(std::size_t value, std::size_t multiple) noexcept { return (multiple - value % multiple) % multiple; }

/// What a FragmentReader keeps allocated between deliveries: one fragment of the largest size.
constexpr std::size_t kHeldCapacityKept = 65536;

ByteView stub_of(const Pdu& pdu) {
  if (const auto* request = std::get_if<Request>(&pdu.body)) return request->stub;
  if (const auto* response = std::get_if<Response>(&pdu.body)) return response->stub;
  return std::get<Fault>(pdu.body).body;
}

}  // namespace

// FragmentReader

bool FragmentReader::top_up(std::size_t size) {
  const std::size_t have = held_.size() - held_begin_;
  if (have < size) {
    const std::size_t more = std::min(size - have, input_.size());
    held_.insert(held_.end(), input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(more));
    input_ = input_.subspan(more);
  }
  return held_.size() - held_begin_ >= size;
}

Result<std::optional<ByteView>> FragmentReader::next_from_held() {
  if (!top_up(kCommonHeaderSize)) return std::optional<ByteView>{};
  auto header = decode_header(ByteView(held_).subspan(held_begin_));
  if (!header) return std::unexpected(header.error());
  if (!top_up(header->frag_length)) return std::optional<ByteView>{};
  const ByteView fragment = ByteView(held_).subspan(held_begin_, header->frag_length);
  held_begin_ += header->frag_length;
  return std::optional(fragment);
}

Result<std::optional<ByteView>> FragmentReader::next() {
  if (held_begin_ == held_.size()) {
    if (held_.capacity() > kHeldCapacityKept) Bytes().swap(held_);
    held_.clear();
    held_begin_ = 0;
  }
  if (!held_.empty()) return next_from_held();
  if (input_.size() < kCommonHeaderSize) return std::optional<ByteView>{};
  auto header = decode_header(input_);
  if (!header) return std::unexpected(header.error());
  if (input_.size() < header->frag_length) return std::optional<ByteView>{};
  const ByteView fragment = input_.first(header->frag_length);
  input_ = input_.subspan(header->frag_length);
  return std::optional(fragment);
}

void FragmentReader::keep_rest() {
  // What is in front of held_begin_ has been consumed. It is dropped when it is the larger part, so that each octet moves
  // a constant number of times however often this is called.
  if (held_begin_ * 2 >= held_.size()) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(held_begin_));
    held_begin_ = 0;
  }
  held_.insert(held_.end(), input_.begin(), input_.end());
  input_ = {};
}

// StubSender

StubSender::StubSender(Pdu first, Bytes stub, std::size_t tail)
    : first_(std::move(first)), stub_(std::move(stub)), tail_(tail), header_size_(kRequestHeaderSize) {
  const auto* request = std::get_if<Request>(&first_.body);
  if (request != nullptr && request->object) header_size_ += kObjectUuidSize;
}

Result<std::size_t> StubSender::choose_payload(std::uint16_t fragment_max, const Protection& protection) {
  if (payload_max_ != 0) return payload_max_;
  const std::size_t room = fragment_max - header_size_;
  if (!protection.active()) return payload_max_ = round_down(room, kStubAlignment);
  // The token's size may depend on the payload's: start from a payload without token and go down until both fit.
  std::size_t payload = round_down(room - kSecTrailerSize, kAuthAlignment);
  while (payload >= kPayloadMin) {
    auto token = protection.context->token_size(kPrivacy, payload);
    if (!token) return std::unexpected(token.error());
    const std::size_t all = payload + kSecTrailerSize + *token;
    if (all <= room) return payload_max_ = payload;
    const std::size_t excess = all - room;
    payload -= std::min(payload, round_down(excess + kAuthAlignment - 1, kAuthAlignment));
  }
  return fail(win32::kRpcSSecPkgError, fmt::format("a fragment of {} octets has no room beside the security token", fragment_max));
}

std::size_t StubSender::keep_tail_whole(std::size_t payload) const noexcept {
  const std::size_t left = stub_.size() - sent_;
  if (left <= payload) return left;
  if (left - payload >= tail_) return payload;
  // The cut would fall into the tail: cut earlier. The tail is far smaller than a fragment, so something remains.
  return round_down(left - tail_, kAuthAlignment);
}

void StubSender::append_header(Bytes& out, std::size_t payload) {
  const bool last = sent_ + payload == stub_.size();
  const std::size_t begin = out.size();
  out.resize(begin + header_size_);
  std::uint8_t* at = out.data() + begin;
  const auto* request = std::get_if<Request>(&first_.body);
  std::uint8_t flags = static_cast<std::uint8_t>((started_ ? 0 : pfc::kFirstFrag) | (last ? pfc::kLastFrag : 0));
  if (header_size_ > kRequestHeaderSize) flags |= pfc::kObjectUuid;
  const std::array<std::uint8_t, 8> head = {5, 0, static_cast<std::uint8_t>(first_.header.type), flags, 0x10, 0, 0, 0};
  std::ranges::copy(head, at);
  store_le<std::uint32_t>(at + 12, first_.header.call_id);
  store_le<std::uint32_t>(at + 16, static_cast<std::uint32_t>(stub_.size() - sent_));
  if (request != nullptr) {
    store_le<std::uint16_t>(at + 20, request->context_id);
    store_le<std::uint16_t>(at + 22, request->opnum);
    if (request->object) std::ranges::copy(request->object->octets, at + kRequestHeaderSize);
  } else {
    const auto& response = std::get<Response>(first_.body);
    store_le<std::uint16_t>(at + 20, response.context_id);
    at[22] = response.cancel_count;
  }
}

Result<> StubSender::append_auth(Bytes& out, std::size_t begin, std::size_t payload, const Protection& protection) {
  const std::size_t padding = padding_to(payload, kAuthAlignment);
  const std::size_t protected_size = payload + padding;
  auto token_size = protection.context->token_size(kPrivacy, protected_size);
  if (!token_size) return std::unexpected(token_size.error());
  const std::size_t trailer = begin + header_size_ + protected_size;
  const std::size_t end = trailer + kSecTrailerSize + *token_size;
  out.resize(end);
  std::uint8_t* at = out.data();
  at[trailer] = static_cast<std::uint8_t>(protection.context->auth_type());
  at[trailer + 1] = static_cast<std::uint8_t>(kPrivacy);
  at[trailer + 2] = static_cast<std::uint8_t>(padding);
  store_le<std::uint32_t>(at + trailer + 4, protection.auth_context_id);
  // Both lengths are inside the signed header: they have to be right before protect().
  store_le<std::uint16_t>(at + begin + 8, static_cast<std::uint16_t>(end - begin));
  store_le<std::uint16_t>(at + begin + 10, static_cast<std::uint16_t>(*token_size));
  const ByteView header{at + begin, protection.header_signing ? header_size_ : 0};
  const ByteView sec_trailer{at + trailer, protection.header_signing ? kSecTrailerSize : 0};
  return protection.context->protect(kPrivacy, header, {at + begin + header_size_, protected_size}, sec_trailer,
                                     {at + trailer + kSecTrailerSize, *token_size});
}

Result<> StubSender::append_next(Bytes& out, std::uint16_t fragment_max, const Protection& protection) {
  TRIBUTARY_ASSERT(!done_);
  auto payload_max = choose_payload(fragment_max, protection);
  if (!payload_max) return std::unexpected(payload_max.error());
  const std::size_t payload = keep_tail_whole(*payload_max);
  const std::size_t begin = out.size();
  append_header(out, payload);
  const auto from = stub_.begin() + static_cast<std::ptrdiff_t>(sent_);
  out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(payload));
  if (protection.active()) {
    if (auto sealed = append_auth(out, begin, payload, protection); !sealed) return sealed;
  } else {
    store_le<std::uint16_t>(out.data() + begin + 8, static_cast<std::uint16_t>(out.size() - begin));
  }
  TRIBUTARY_ASSERT(out.size() - begin <= fragment_max);
  sent_ += payload;
  started_ = true;
  done_ = sent_ == stub_.size();
  if (done_) Bytes().swap(stub_);
  return {};
}

// Receiving

Result<> check_auth(const Pdu& pdu, const Protection& protection) {
  const std::string_view name = pdu_type_name(pdu.header.type);
  if (!protection.active()) {
    if (pdu.auth) return fail(win32::kRpcSProtocolError, fmt::format("{}: authenticated, on an association that is not", name));
    return {};
  }
  if (!pdu.auth) return fail(win32::kErrorAccessDenied, fmt::format("{}: not authenticated", name));
  if (pdu.auth->type != static_cast<std::uint8_t>(protection.context->auth_type()) ||
      pdu.auth->level != static_cast<std::uint8_t>(kPrivacy) || pdu.auth->context_id != protection.auth_context_id)
    return fail(win32::kErrorAccessDenied, fmt::format("{}: auth_type {}, auth_level {}, auth_context_id {} were not agreed on", name,
                                                       pdu.auth->type, pdu.auth->level, pdu.auth->context_id));
  return {};
}

Result<> append_unprotected(Bytes& out, const Pdu& pdu, ByteView message, const Protection& protection) {
  const ByteView body = stub_of(pdu);
  const std::size_t begin = out.size();
  out.insert(out.end(), body.begin(), body.end());
  if (!pdu.auth || !protection.active()) return {};
  const std::size_t header_size = static_cast<std::size_t>(body.data() - message.data());
  const ByteView header = protection.header_signing ? message.first(header_size) : ByteView{};
  const ByteView trailer = protection.header_signing ? message.subspan(header_size + body.size(), kSecTrailerSize) : ByteView{};
  auto opened = protection.context->unprotect(kPrivacy, header, {out.data() + begin, body.size()}, trailer, pdu.auth->token);
  out.resize(opened ? begin + body.size() - pdu.auth->pad_length : begin);
  return opened;
}

}  // namespace tributary::rpc
