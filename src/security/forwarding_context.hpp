// SPDX-License-Identifier: Apache-2.0
// A SecurityContext that conducts the handshake and leaves all the rest to another one, once there is another one to leave it to.
#pragma once

#include "security/security_context.hpp"

namespace tributary::security {

class ForwardingContext : public SecurityContext {
 public:
  Result<std::size_t> token_size(AuthLevel level, std::size_t data_size) final;
  Result<> protect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, std::span<std::uint8_t> token) final;
  Result<> unprotect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView token) final;
  Result<Bytes> session_key() final;
  Result<std::string> peer_name() final;
  std::optional<std::int64_t> seconds_left() final;
  bool always_signs_headers() const noexcept final;
  std::optional<Bytes> pac_logon_info() final;

 protected:
  /// The other one; null as long as nothing may be asked of it.
  [[nodiscard]] virtual SecurityContext* other() const noexcept = 0;
};

}  // namespace tributary::security
