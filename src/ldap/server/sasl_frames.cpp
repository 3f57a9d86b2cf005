// SPDX-License-Identifier: Apache-2.0
// See sasl_frames.hpp.
#include "ldap/server/sasl_frames.hpp"

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::ldap {
namespace {

constexpr std::size_t kLengthOctets = 4;
/// What a client surely takes that has not said how much it takes.
constexpr std::size_t kPeerBufferUnsaid = 65'536;
/// Longer answers are cut into frames of this size whatever the client would take: it can read the first while we wrap the next.
constexpr std::size_t kPlainOctetsMax = std::size_t{128} << 10;

}  // namespace

Result<SaslFrames> SaslFrames::make(std::shared_ptr<security::GssContext> context, std::size_t peer_buffer_max, std::size_t frame_octets_max) {
  auto room = context->wrap_bytes_max(peer_buffer_max == 0 ? kPeerBufferUnsaid : peer_buffer_max);
  if (!room) return std::unexpected(std::move(room.error()));
  if (*room == 0) return fail(win32::kErrorInvalidParameter, "the client's buffer has no room for a single octet");
  return SaslFrames(std::move(context), std::min(*room, kPlainOctetsMax), frame_octets_max);
}

/// How many octets were whole frames.
Result<std::size_t> SaslFrames::open_whole(ByteView octets, Bytes& plain) {
  std::size_t at = 0;
  while (octets.size() - at >= kLengthOctets) {
    const std::size_t length = load_be<std::uint32_t>(octets.data() + at);
    if (length > frame_octets_max_) return fail(win32::kErrorInsufficientBuffer, "a SASL buffer of " + std::to_string(length) + " octets");
    if (octets.size() - at - kLengthOctets < length) break;
    auto opened = context_->unwrap(octets.subspan(at + kLengthOctets, length));
    if (!opened) return std::unexpected(std::move(opened.error()));
    plain.insert(plain.end(), opened->begin(), opened->end());
    at += kLengthOctets + length;
  }
  return at;
}

Result<> SaslFrames::open(ByteView octets, Bytes& plain) {
  if (!begun_.empty()) {
    begun_.insert(begun_.end(), octets.begin(), octets.end());
    octets = begun_;
  }
  const auto whole = open_whole(octets, plain);
  if (!whole) return std::unexpected(whole.error());
  if (octets.data() != begun_.data())
    begun_.assign(octets.begin() + static_cast<std::ptrdiff_t>(*whole), octets.end());
  else if (*whole == begun_.size())
    Bytes().swap(begun_);
  else
    begun_.erase(begun_.begin(), begun_.begin() + static_cast<std::ptrdiff_t>(*whole));
  return {};
}

Result<> SaslFrames::close(ByteView plain, Bytes& out) {
  while (!plain.empty()) {
    const std::size_t n = std::min(plain.size(), plain_octets_max_);
    const auto token = context_->wrap(plain.first(n));
    if (!token) return std::unexpected(token.error());
    const std::size_t at = out.size();
    out.resize(at + kLengthOctets);
    store_be(out.data() + at, static_cast<std::uint32_t>(token->size()));
    out.insert(out.end(), token->begin(), token->end());
    plain = plain.subspan(n);
  }
  return {};
}

}  // namespace tributary::ldap
