// SPDX-License-Identifier: Apache-2.0
// See plain_context.hpp: the order of steps, and everything of an established context.
#include "security/ntlm/plain_context.hpp"

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::security::ntlm {
namespace {

constexpr int kStepsMax = 2;  // a client sends NEGOTIATE and AUTHENTICATE, a server answers the first

[[nodiscard]] std::unexpected<Error> not_now(std::string_view what) {
  return fail(win32::kErrorInvalidHandle, std::string(what) + " of an NTLM context that is not complete", Phase::kAuthenticate);
}

}  // namespace

std::unexpected<Error> denied(std::string what) { return fail(win32::kErrorAccessDenied, std::move(what), Phase::kAuthenticate); }

Result<SecurityContext::Step> PlainContext::step(ByteView peer_token) {
  if (complete() || failed_ || steps_ == kStepsMax) return not_now("a further step");
  failed_ = true;  // until this step turns out well
  if (peer_token.size() > kTokenBytesMax) return denied("NTLM: a token that is too long");
  auto token = leg(++steps_, peer_token);
  if (!token) return std::unexpected(std::move(token.error()));
  failed_ = false;
  return Step{std::move(*token), complete()};
}

void PlainContext::establish(const Key& exported_session_key, std::string peer) {
  exported_session_key_ = exported_session_key;
  peer_ = std::move(peer);
  established_ = clock_.monotonic();
  protection_.emplace(exported_session_key_, end_);
}

Result<> PlainContext::check(AuthLevel level) const {
  if (!complete()) return not_now("protection");
  if (level == AuthLevel::kPrivacy) return {};
  return fail(win32::kErrorNotSupported, "NTLM seals here, or does nothing", Phase::kAuthenticate);
}

Result<std::size_t> PlainContext::token_size(AuthLevel level, std::size_t) {
  if (auto usable = check(level); !usable) return std::unexpected(std::move(usable.error()));
  return kSignatureSize;
}

Result<> PlainContext::protect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, std::span<std::uint8_t> token) {
  if (auto usable = check(level); !usable) return usable;
  if (token.size() != kSignatureSize) return fail(win32::kErrorInvalidParameter, "an NTLM signature has 16 octets", Phase::kAuthenticate);
  const auto signature = protection_->seal(header, data, trailer);
  if (!signature) return std::unexpected(signature.error());
  std::ranges::copy(*signature, token.begin());
  return {};
}

Result<> PlainContext::unprotect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView token) {
  if (auto usable = check(level); !usable) return usable;
  return protection_->open(header, data, trailer, token);
}

Result<Bytes> PlainContext::session_key() {
  if (!complete()) return not_now("the session key");
  return to_bytes(exported_session_key_.view());
}

Result<std::string> PlainContext::peer_name() {
  if (!complete()) return not_now("the peer's name");
  return peer_;
}

std::optional<std::int64_t> PlainContext::seconds_left() {
  if (!complete()) return 0;
  return std::chrono::duration_cast<std::chrono::seconds>(kContextLifetime - (clock_.monotonic() - established_)).count();
}

Result<Bytes> PlainContext::sign_mech_list(ByteView mech_list) {
  if (!complete()) return not_now("protection");
  const auto signature = protection_->sign_mech_list(mech_list);
  if (!signature) return std::unexpected(signature.error());
  return to_bytes(*signature);
}

Result<> PlainContext::check_mech_list(ByteView mech_list, ByteView signature) {
  if (!complete()) return not_now("protection");
  return protection_->check_mech_list(mech_list, signature);
}

Result<std::unique_ptr<SecurityContext>> make_acceptor(AuthType type, std::shared_ptr<const AcceptorOptions> options) {
  if (auto able = check_algorithms(); !able) return std::unexpected(std::move(able.error()));
  if (type == AuthType::kNtlm) return make_plain_acceptor(std::move(options));
  if (type == AuthType::kSpnego) return make_spnego_acceptor(make_plain_acceptor(std::move(options)));
  return fail(win32::kErrorNotSupported, "NTLM goes alone or inside SPNEGO", Phase::kAuthenticate);
}

Result<std::unique_ptr<SecurityContext>> make_initiator(AuthType type, InitiatorOptions options) {
  if (auto able = check_algorithms(); !able) return std::unexpected(std::move(able.error()));
  if (type == AuthType::kNtlm) return make_plain_initiator(std::move(options));
  if (type == AuthType::kSpnego) return make_spnego_initiator(make_plain_initiator(std::move(options)));
  return fail(win32::kErrorNotSupported, "NTLM goes alone or inside SPNEGO", Phase::kAuthenticate);
}

}  // namespace tributary::security::ntlm
