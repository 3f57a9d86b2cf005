// SPDX-License-Identifier: Apache-2.0
// See protection.hpp. A signature is: version 1, eight octets of HMAC-MD5 over sequence number and message, encrypted with the handle
// after the message was, and the sequence number.
#include "security/ntlm/protection.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/win32.hpp"

namespace tributary::security::ntlm {
namespace {

using namespace std::string_view_literals;

// 3.4.5.2, 3.4.5.3: each with its terminating zero.
constexpr std::string_view kClientSigning = "session key to client-to-server signing key magic constant\0"sv;
constexpr std::string_view kServerSigning = "session key to server-to-client signing key magic constant\0"sv;
constexpr std::string_view kClientSealing = "session key to client-to-server sealing key magic constant\0"sv;
constexpr std::string_view kServerSealing = "session key to server-to-client sealing key magic constant\0"sv;

constexpr std::uint32_t kSignatureVersion = 1;
constexpr std::size_t kChecksumSize = 8;

}  // namespace

MessageProtection::Direction::Direction(const Key& exported_session_key, bool from_client)
    : signing(md5({exported_session_key.view(), as_bytes(from_client ? kClientSigning : kServerSigning)})),
      sealing(md5({exported_session_key.view(), as_bytes(from_client ? kClientSealing : kServerSealing)})),
      handle(sealing) {}

Signature MessageProtection::Direction::sign(ByteView header, ByteView data, ByteView trailer) {
  std::array<std::uint8_t, 4> number{};
  store_le<std::uint32_t>(number.data(), sequence++);
  const Key mac = hmac_md5(signing, {number, header, data, trailer});
  Signature signature{};
  store_le<std::uint32_t>(signature.data(), kSignatureVersion);
  std::copy_n(mac.view().begin(), kChecksumSize, signature.begin() + 4);
  std::ranges::copy(number, signature.begin() + 4 + kChecksumSize);
  return signature;
}

MessageProtection::MessageProtection(const Key& exported_session_key, End end)
    : out_(exported_session_key, end == End::kClient), in_(exported_session_key, end == End::kServer) {}

Result<> MessageProtection::usable(const Direction& direction) const {
  if (failed_) return fail(win32::kErrorInvalidHandle, "an NTLM context that has failed before", Phase::kAuthenticate);
  if (direction.sequence == std::numeric_limits<std::uint32_t>::max())
    return fail(win32::kErrorContextExpired, "the NTLM context has no more sequence numbers", Phase::kAuthenticate);
  return {};
}

Result<> MessageProtection::judge(ByteView signature, const Signature& expected) {
  if (same_octets(signature, expected)) return {};
  failed_ = true;
  return fail(win32::kErrorAccessDenied, "verifying a message: it was changed, replayed or came out of order", Phase::kAuthenticate);
}

Result<Signature> MessageProtection::seal(ByteView header, std::span<std::uint8_t> data, ByteView trailer) {
  if (const auto good = usable(out_); !good) return std::unexpected(good.error());
  Signature signature = out_.sign(header, data, trailer);
  out_.handle.apply(data);
  out_.handle.apply(std::span(signature).subspan(4, kChecksumSize));
  return signature;
}

Result<> MessageProtection::open(ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView signature) {
  if (auto good = usable(in_); !good) return good;
  in_.handle.apply(data);
  Signature expected = in_.sign(header, data, trailer);
  in_.handle.apply(std::span(expected).subspan(4, kChecksumSize));
  auto verdict = judge(signature, expected);
  if (!verdict) std::ranges::fill(data, std::uint8_t{0});
  return verdict;
}

Result<Signature> MessageProtection::sign_mech_list(ByteView mech_list) {
  auto signature = seal(mech_list, {}, {});
  out_.handle = Rc4(out_.sealing);
  return signature;
}

Result<> MessageProtection::check_mech_list(ByteView mech_list, ByteView signature) {
  auto verdict = open(mech_list, {}, {}, signature);
  in_.handle = Rc4(in_.sealing);
  return verdict;
}

}  // namespace tributary::security::ntlm
