// SPDX-License-Identifier: Apache-2.0
// NTLM without SPNEGO, as both forms of ntlm_context.hpp use it: what is the same at both ends, and the two ends. Private to this folder.
#pragma once

#include <optional>

#include "security/ntlm/messages.hpp"
#include "security/ntlm/ntlm_context.hpp"
#include "security/ntlm/protection.hpp"

namespace tributary::security::ntlm {

class PlainContext : public SecurityContext {
 public:
  PlainContext(MessageProtection::End end, const Clock& clock) : end_(end), clock_(clock) {}

  Result<Step> step(ByteView peer_token) final;
  bool complete() const noexcept final { return protection_.has_value(); }
  AuthType auth_type() const noexcept final { return AuthType::kNtlm; }
  bool always_signs_headers() const noexcept final { return true; }

  Result<std::size_t> token_size(AuthLevel level, std::size_t data_size) final;
  Result<> protect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, std::span<std::uint8_t> token) final;
  Result<> unprotect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView token) final;
  Result<Bytes> session_key() final;
  Result<std::string> peer_name() final;
  std::optional<std::int64_t> seconds_left() final;

  /// mechListMIC of SPNEGO, once complete and before the first message.
  [[nodiscard]] Result<Bytes> sign_mech_list(ByteView mech_list);
  [[nodiscard]] Result<> check_mech_list(ByteView mech_list, ByteView signature);

 protected:
  /// One leg; establish() once the keys are known.
  [[nodiscard]] virtual Result<Bytes> leg(int number, ByteView peer_token) = 0;
  void establish(const Key& exported_session_key, std::string peer);

 private:
  [[nodiscard]] Result<> check(AuthLevel level) const;

  const MessageProtection::End end_;
  const Clock& clock_;
  int steps_ = 0;
  bool failed_ = false;
  Key exported_session_key_;
  std::string peer_;
  MonoTime established_{};
  std::optional<MessageProtection> protection_;
};

[[nodiscard]] std::unique_ptr<PlainContext> make_plain_acceptor(std::shared_ptr<const AcceptorOptions> options);
[[nodiscard]] std::unique_ptr<PlainContext> make_plain_initiator(InitiatorOptions options);

/// The same inside SPNEGO.
[[nodiscard]] std::unique_ptr<SecurityContext> make_spnego_acceptor(std::unique_ptr<PlainContext> inner);
[[nodiscard]] std::unique_ptr<SecurityContext> make_spnego_initiator(std::unique_ptr<PlainContext> inner);

/// kErrorAccessDenied in Phase::kAuthenticate.
[[nodiscard]] std::unexpected<Error> denied(std::string what);

}  // namespace tributary::security::ntlm
