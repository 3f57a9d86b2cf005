// SPDX-License-Identifier: Apache-2.0
// Sealing and signing ([MS-RPCE] 2.2.2.11 and 2.2.2.12: which octets of a PDU are covered; [MS-KILE] 3.4.5.4: GSS_WrapEx).
// The header and the sec_trailer are SIGN_ONLY buffers before and behind the DATA. Must never know the handshake.
#include "security/gss_protection.hpp"

#include <array>
#include <cstring>
#include <string>

#include "base/win32.hpp"
#include "security/kerberos_errors.hpp"

namespace tributary::security::detail {
namespace {

/// The buffers of one call, in the order in which both ends feed them to the checksum. An absent header or trailer has no buffer.
class Buffers {
 public:
  gss_iov_buffer_desc& add(OM_uint32 type, gss_buffer_desc buffer) {
    gss_iov_buffer_desc& at = buffers_[static_cast<std::size_t>(count_++)];
    at = {type, buffer};
    return at;
  }
  void add_message(ByteView header, std::span<std::uint8_t> data, ByteView trailer) {
    if (!header.empty()) add(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, borrow(header));
    add(GSS_IOV_BUFFER_TYPE_DATA, {data.size(), data.data()});
    if (!trailer.empty()) add(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, borrow(trailer));
  }
  [[nodiscard]] gss_iov_buffer_desc* data() { return buffers_.data(); }
  [[nodiscard]] int count() const { return count_; }

 private:
  std::array<gss_iov_buffer_desc, 4> buffers_{};  // token, header, data, trailer
  int count_ = 0;
};

[[nodiscard]] std::unexpected<Error> refused(OM_uint32 major, OM_uint32 minor, std::string doing) {
  gss_OID_desc mech = krb5_mech();
  Error error = gss_failure(major, minor, &mech, doing);
  // Here every Kerberos error means the same: these octets are not what the peer has sent.
  if (error.code != win32::kErrorContextExpired) error.code = win32::kErrorAccessDenied;
  return std::unexpected(std::move(error));
}

[[nodiscard]] std::unexpected<Error> unsupported(AuthLevel level) {
  return fail(win32::kErrorNotSupported, "protection level " + std::to_string(static_cast<int>(level)) + " is not offered",
              Phase::kAuthenticate);
}

[[nodiscard]] std::unexpected<Error> wrong_token_size(std::size_t size) {
  return fail(win32::kErrorAccessDenied, "an authentication token of " + std::to_string(size) + " octets does not fit the message",
              Phase::kAuthenticate);
}

/// Tokens of this size and below are copied to the stack before they are verified. AES-256 needs 76 octets.
constexpr std::size_t kTokenSizeMax = 256;

}  // namespace

Result<std::size_t> token_size(gss_ctx_id_t context, AuthLevel level, std::size_t data_size) {
  OM_uint32 minor = 0;
  OM_uint32 major = GSS_S_COMPLETE;
  Buffers buffers;
  if (level == AuthLevel::kPrivacy) {
    const auto& token = buffers.add(GSS_IOV_BUFFER_TYPE_HEADER, GSS_C_EMPTY_BUFFER);
    buffers.add(GSS_IOV_BUFFER_TYPE_DATA, {data_size, nullptr});
    major = gss_wrap_iov_length(&minor, context, 1, GSS_C_QOP_DEFAULT, nullptr, buffers.data(), buffers.count());
    if (major == GSS_S_COMPLETE) return token.buffer.length;
  } else if (level == AuthLevel::kIntegrity) {
    buffers.add(GSS_IOV_BUFFER_TYPE_DATA, {data_size, nullptr});
    const auto& token = buffers.add(GSS_IOV_BUFFER_TYPE_MIC_TOKEN, GSS_C_EMPTY_BUFFER);
    major = gss_get_mic_iov_length(&minor, context, GSS_C_QOP_DEFAULT, buffers.data(), buffers.count());
    if (major == GSS_S_COMPLETE) return token.buffer.length;
  } else {
    return unsupported(level);
  }
  return refused(major, minor, "size of a token");
}

Result<> protect(gss_ctx_id_t context, AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                 std::span<std::uint8_t> token) {
  const auto size = token_size(context, level, data.size());
  if (!size) return std::unexpected(size.error());
  if (*size != token.size()) {
    return fail(win32::kErrorInvalidParameter, "the token needs exactly " + std::to_string(*size) + " octets", Phase::kAuthenticate);
  }
  OM_uint32 minor = 0;
  OM_uint32 major = GSS_S_COMPLETE;
  Buffers buffers;
  if (level == AuthLevel::kPrivacy) {
    int sealed = 0;
    buffers.add(GSS_IOV_BUFFER_TYPE_HEADER, {token.size(), token.data()});
    buffers.add_message(header, data, trailer);
    major = gss_wrap_iov(&minor, context, 1, GSS_C_QOP_DEFAULT, &sealed, buffers.data(), buffers.count());
    if (major == GSS_S_COMPLETE && sealed == 0)
      return fail(win32::kErrorAccessDenied, "the message was not encrypted", Phase::kAuthenticate);
  } else {
    buffers.add_message(header, data, trailer);
    buffers.add(GSS_IOV_BUFFER_TYPE_MIC_TOKEN, {token.size(), token.data()});
    major = gss_get_mic_iov(&minor, context, GSS_C_QOP_DEFAULT, buffers.data(), buffers.count());
  }
  if (major != GSS_S_COMPLETE) return refused(major, minor, "protecting a message");
  return {};
}

Result<> unprotect(gss_ctx_id_t context, AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                   ByteView token) {
  const auto size = token_size(context, level, data.size());
  if (!size) return std::unexpected(size.error());
  if (*size != token.size() || token.size() > kTokenSizeMax) return wrong_token_size(token.size());
  std::array<std::uint8_t, kTokenSizeMax> copy;  // NOLINT: GSSAPI decrypts the confounder in place
  std::memcpy(copy.data(), token.data(), token.size());

  OM_uint32 minor = 0;
  OM_uint32 major = GSS_S_COMPLETE;
  Buffers buffers;
  if (level == AuthLevel::kPrivacy) {
    int sealed = 0;
    buffers.add(GSS_IOV_BUFFER_TYPE_HEADER, {token.size(), copy.data()});
    buffers.add_message(header, data, trailer);
    major = gss_unwrap_iov(&minor, context, &sealed, nullptr, buffers.data(), buffers.count());
    if (major == GSS_S_COMPLETE && sealed == 0)
      return fail(win32::kErrorAccessDenied, "the message was signed but not encrypted", Phase::kAuthenticate);
  } else {
    buffers.add_message(header, data, trailer);
    buffers.add(GSS_IOV_BUFFER_TYPE_MIC_TOKEN, {token.size(), copy.data()});
    major = gss_verify_mic_iov(&minor, context, nullptr, buffers.data(), buffers.count());
  }
  // Anything but COMPLETE: also the informational GSS_S_DUPLICATE_TOKEN, GSS_S_OLD_TOKEN, GSS_S_UNSEQ_TOKEN, GSS_S_GAP_TOKEN.
  if (major != GSS_S_COMPLETE) return refused(major, minor, "verifying a message");
  return {};
}

Result<Bytes> wrap(gss_ctx_id_t context, bool sealing, ByteView message) {
  OM_uint32 minor = 0;
  int sealed = 0;
  gss_buffer_desc in = borrow(message);
  GssBuffer out;
  const OM_uint32 major = gss_wrap(&minor, context, sealing ? 1 : 0, GSS_C_QOP_DEFAULT, &in, &sealed, out.out());
  if (major != GSS_S_COMPLETE) return refused(major, minor, "protecting a message");
  if (sealing && sealed == 0) return fail(win32::kErrorAccessDenied, "the message was not encrypted", Phase::kAuthenticate);
  return to_bytes(out.view());
}

Result<Bytes> unwrap(gss_ctx_id_t context, bool sealing, ByteView token) {
  OM_uint32 minor = 0;
  int sealed = 0;
  gss_buffer_desc in = borrow(token);
  GssBuffer out;
  const OM_uint32 major = gss_unwrap(&minor, context, &in, out.out(), &sealed, nullptr);
  if (major != GSS_S_COMPLETE) return refused(major, minor, "verifying a message");
  if (sealing && sealed == 0)
    return fail(win32::kErrorAccessDenied, "the message was signed but not encrypted", Phase::kAuthenticate);
  return to_bytes(out.view());
}

}  // namespace tributary::security::detail
