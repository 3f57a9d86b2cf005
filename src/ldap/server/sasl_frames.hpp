// SPDX-License-Identifier: Apache-2.0
// The security layer that a SASL bind has put under LDAP, at the server's end (RFC 4422 3.7, [MS-ADTS] 5.1.1.1.2): what arrives in frames
// of four octets of length and a wrapped token becomes octets of LDAP, and the other way round. Must never know a socket or a message.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "security/gss_context.hpp"

namespace tributary::ldap {

class SaslFrames {
 public:
  /// `peer_buffer_max`: the largest token that the client takes, 0: it did not say. `frame_octets_max`: the largest that we take.
  [[nodiscard]] static Result<SaslFrames> make(std::shared_ptr<security::GssContext> context, std::size_t peer_buffer_max, std::size_t frame_octets_max);

  /// Appends to `plain` what whole frames in `octets` hold, and keeps what is left for the next time. After an error nothing more is to be
  /// read: kErrorInsufficientBuffer for a frame that is announced too long, else what the context says.
  [[nodiscard]] Result<> open(ByteView octets, Bytes& plain);
  /// Appends `plain` to `out`, in as many frames as the client wants.
  [[nodiscard]] Result<> close(ByteView plain, Bytes& out);
  /// Memory for a frame that is not whole yet.
  [[nodiscard]] std::size_t held_octets() const noexcept { return begun_.capacity(); }
  [[nodiscard]] bool has_begun() const noexcept { return !begun_.empty(); }

 private:
  SaslFrames(std::shared_ptr<security::GssContext> context, std::size_t plain_max, std::size_t frame_max)
      : context_(std::move(context)), plain_octets_max_(plain_max), frame_octets_max_(frame_max) {}
  [[nodiscard]] Result<std::size_t> open_whole(ByteView octets, Bytes& plain);

  std::shared_ptr<security::GssContext> context_;
  std::size_t plain_octets_max_, frame_octets_max_;
  Bytes begun_;
};

}  // namespace tributary::ldap
