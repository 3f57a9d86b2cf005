// SPDX-License-Identifier: Apache-2.0
// See forwarding_context.hpp.
#include "security/forwarding_context.hpp"

#include "base/win32.hpp"

namespace tributary::security {
namespace {

[[nodiscard]] std::unexpected<Error> not_now() {
  return fail(win32::kErrorInvalidHandle, "the security context is not complete", Phase::kAuthenticate);
}

}  // namespace

Result<std::size_t> ForwardingContext::token_size(AuthLevel level, std::size_t data_size) {
  return other() ? other()->token_size(level, data_size) : not_now();
}
Result<> ForwardingContext::protect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, std::span<std::uint8_t> token) {
  return other() ? other()->protect(level, header, data, trailer, token) : not_now();
}
Result<> ForwardingContext::unprotect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView token) {
  return other() ? other()->unprotect(level, header, data, trailer, token) : not_now();
}
Result<Bytes> ForwardingContext::session_key() { return other() ? other()->session_key() : not_now(); }
Result<std::string> ForwardingContext::peer_name() { return other() ? other()->peer_name() : not_now(); }
std::optional<std::int64_t> ForwardingContext::seconds_left() { return other() ? other()->seconds_left() : 0; }
bool ForwardingContext::always_signs_headers() const noexcept { return other() && other()->always_signs_headers(); }
std::optional<Bytes> ForwardingContext::pac_logon_info() { return other() ? other()->pac_logon_info() : std::nullopt; }

}  // namespace tributary::security
