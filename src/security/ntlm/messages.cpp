// SPDX-License-Identifier: Apache-2.0
// See messages.hpp. Every message begins with "NTLMSSP\0" and its type; a field is a length, the same again, and an offset from the
// message's first octet.
//
//   NEGOTIATE     12 flags  16 domain  24 workstation  32 version
//   CHALLENGE     12 target name  20 flags  24 challenge  32 reserved  40 target info  48 version  56 payload
//   AUTHENTICATE  12 LM response  20 NT response  28 domain  36 user  44 workstation  52 session key  60 flags  64 version  72 MIC
#include "security/ntlm/messages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::security::ntlm {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature{'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};
enum class Type : std::uint32_t { kNegotiate = 1, kChallenge = 2, kAuthenticate = 3 };

constexpr std::size_t kNegotiateSizeMin = 16, kNegotiateSize = 40;
constexpr std::size_t kChallengeSizeMin = 48, kChallengeSize = 56;
constexpr std::size_t kAuthenticateSizeMin = 64, kAuthenticateSize = kMicOffset + kMicSize;
constexpr std::size_t kNtlmV1ResponseSize = 24;
constexpr std::size_t kProofSize = 16, kClientChallengeSizeMin = 28;
constexpr std::uint8_t kResponseVersion = 1;
/// What is in VERSION (2.2.2.10): of use to nobody but the field that says which revision of NTLM it is, 15.
constexpr std::array<std::uint8_t, 8> kVersion{10, 0, 0, 0, 0, 0, 0, 15};

[[nodiscard]] std::unexpected<Error> wrong(std::string_view message, std::string_view what) {
  return fail(win32::kErrorInvalidData, fmt::format("NTLM {}: {}", message, what), Phase::kAuthenticate);
}

[[nodiscard]] std::string_view name_of(Type type) {
  return type == Type::kNegotiate ? "NEGOTIATE" : type == Type::kChallenge ? "CHALLENGE" : "AUTHENTICATE";
}

/// A message whose fields are taken one by one. The first fault sticks.
class Reader {
 public:
  Reader(ByteView octets, Type type, std::size_t size_min) : octets_(octets), type_(type), header_(size_min) {
    const bool is_ours = octets.size() >= kSignature.size() + 4 && std::ranges::equal(octets.first(kSignature.size()), kSignature);
    if (!is_ours || load_le<std::uint32_t>(octets.data() + kSignature.size()) != static_cast<std::uint32_t>(type))
      refuse("another message was expected");
    else if (octets.size() < size_min)
      refuse("it is cut short");
  }

  [[nodiscard]] bool is_good() const noexcept { return fault_.empty(); }
  [[nodiscard]] std::unexpected<Error> fault() const { return wrong(name_of(type_), fault_); }

  [[nodiscard]] std::uint32_t number(std::size_t at) const { return is_good() ? load_le<std::uint32_t>(octets_.data() + at) : 0; }
  /// The octets that the field at this place of the header points to; the second length is not looked at, as the section says.
  [[nodiscard]] ByteView field(std::size_t at, std::string_view name) {
    if (!is_good()) return {};
    const std::size_t size = load_le<std::uint16_t>(octets_.data() + at);
    const std::size_t offset = load_le<std::uint32_t>(octets_.data() + at + 4);
    if (size == 0) return {};
    if (offset > octets_.size() || octets_.size() - offset < size) return refuse(fmt::format("{} is not inside of it", name)), ByteView{};
    if (offset < header_) return refuse(fmt::format("{} lies in the header", name)), ByteView{};
    const Extent extent{offset, offset + size};
    for (const Extent& other : std::span(taken_).first(taken_count_))
      if (extent.begin < other.end && other.begin < extent.end) return refuse(fmt::format("{} overlaps another field", name)), ByteView{};
    taken_[taken_count_++] = extent;
    return octets_.subspan(offset, size);
  }
  [[nodiscard]] std::u16string text(std::size_t at, std::string_view name) {
    const ByteView octets = field(at, name);
    if (octets.size() % 2 != 0) return refuse(fmt::format("{} is no UTF-16", name)), std::u16string{};
    std::u16string text(octets.size() / 2, u'\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = load_le<std::uint16_t>(octets.data() + 2 * i);
    if (!to_utf8(text)) refuse(fmt::format("{} is no UTF-16", name));
    return text;
  }

 private:
  struct Extent {
    std::size_t begin, end;
  };
  void refuse(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  ByteView octets_;
  Type type_;
  std::size_t header_;
  std::array<Extent, 6> taken_{};  // as many as AUTHENTICATE has fields
  std::size_t taken_count_ = 0;
  std::string fault_;
};

/// The opposite.
class Writer {
 public:
  Writer(Type type, std::size_t header_size) : octets_(header_size) {
    std::ranges::copy(kSignature, octets_.begin());
    number(kSignature.size(), static_cast<std::uint32_t>(type));
  }
  void number(std::size_t at, std::uint32_t value) { store_le<std::uint32_t>(octets_.data() + at, value); }
  void octets(std::size_t at, ByteView value) { std::ranges::copy(value, octets_.begin() + static_cast<std::ptrdiff_t>(at)); }
  void field(std::size_t at, ByteView value) {
    fits_ = fits_ && value.size() <= UINT16_MAX;
    store_le<std::uint16_t>(octets_.data() + at, static_cast<std::uint16_t>(value.size()));
    store_le<std::uint16_t>(octets_.data() + at + 2, static_cast<std::uint16_t>(value.size()));
    number(at + 4, static_cast<std::uint32_t>(octets_.size()));
    octets_.insert(octets_.end(), value.begin(), value.end());
  }
  void text(std::size_t at, std::u16string_view value) {
    Bytes octets(value.size() * 2);
    for (std::size_t i = 0; i < value.size(); ++i) store_le<std::uint16_t>(octets.data() + 2 * i, value[i]);
    field(at, octets);
  }
  [[nodiscard]] bool fits() const noexcept { return fits_; }
  [[nodiscard]] Bytes take() { return std::move(octets_); }

 private:
  Bytes octets_;
  bool fits_ = true;
};

}  // namespace

std::string missing_flags(std::uint32_t flags) {
  static constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
      {flag::kUnicode, "Unicode"}, {flag::kSign, "signing"}, {flag::kSeal, "sealing"}, {flag::kNtlm, "NTLM itself"},
      {flag::kExtendedSessionSecurity, "extended session security"}, {flag::k128, "128-bit keys"}, {flag::kKeyExchange, "key exchange"}};
  std::string missing;
  for (const auto& [bit, name] : kNames)
    if ((flags & bit) == 0) missing += fmt::format("{} {}", missing.empty() ? "" : ",", name);
  return missing;
}

Result<std::vector<AvPair>> decode_av_pairs(ByteView octets) {
  std::vector<AvPair> pairs;
  while (octets.size() >= 4) {
    const auto id = static_cast<AvId>(load_le<std::uint16_t>(octets.data()));
    const std::size_t size = load_le<std::uint16_t>(octets.data() + 2);
    octets = octets.subspan(4);
    if (id == AvId::kEnd) return size == 0 ? Result<std::vector<AvPair>>(std::move(pairs)) : wrong("AV pairs", "the end has a value");
    if (size > octets.size()) return wrong("AV pairs", "a value is cut short");
    if (pairs.size() == kAvPairsMax) return wrong("AV pairs", "there are too many");
    pairs.push_back({id, octets.first(size)});
    octets = octets.subspan(size);
  }
  return wrong("AV pairs", "the list does not end");
}

Bytes encode_av_pairs(std::span<const AvPair> pairs) {
  Bytes octets;
  auto put = [&](AvId id, ByteView value) {
    std::array<std::uint8_t, 4> head{};
    store_le<std::uint16_t>(head.data(), static_cast<std::uint16_t>(id));
    store_le<std::uint16_t>(head.data() + 2, static_cast<std::uint16_t>(value.size()));
    octets.insert(octets.end(), head.begin(), head.end());
    octets.insert(octets.end(), value.begin(), value.end());
  };
  for (const AvPair& pair : pairs) put(pair.id, pair.value);
  put(AvId::kEnd, {});
  return octets;
}

const AvPair* find_av_pair(std::span<const AvPair> pairs, AvId id) noexcept {
  const auto at = std::ranges::find(pairs, id, &AvPair::id);
  return at == pairs.end() ? nullptr : &*at;
}

bool NtResponse::has_mic() const noexcept {
  const AvPair* const flags = find_av_pair(pairs, AvId::kFlags);
  return flags != nullptr && flags->value.size() == 4 && (load_le<std::uint32_t>(flags->value.data()) & kAvFlagMic) != 0;
}

Result<NegotiateMessage> decode_negotiate(ByteView octets) {
  // The names that it may hold are not asked for: they come again in AUTHENTICATE, and there they are proven.
  const Reader reader(octets, Type::kNegotiate, kNegotiateSizeMin);
  if (!reader.is_good()) return reader.fault();
  return NegotiateMessage{.flags = reader.number(12)};
}

Result<ChallengeMessage> decode_challenge(ByteView octets) {
  Reader reader(octets, Type::kChallenge, kChallengeSizeMin);
  ChallengeMessage message;
  message.flags = reader.number(20);
  message.target_name = reader.text(12, "TargetName");
  message.target_info = reader.field(40, "TargetInfo");
  if (!reader.is_good()) return reader.fault();
  std::copy_n(octets.begin() + 24, message.challenge.size(), message.challenge.begin());
  return message;
}

Result<AuthenticateMessage> decode_authenticate(ByteView octets) {
  Reader reader(octets, Type::kAuthenticate, kAuthenticateSizeMin);
  AuthenticateMessage message;
  message.flags = reader.number(60);
  if (reader.is_good() && (message.flags & flag::kUnicode) == 0) return wrong("AUTHENTICATE", "its names are not in Unicode");
  message.lm_response = reader.field(12, "LmChallengeResponse");
  message.nt_response = reader.field(20, "NtChallengeResponse");
  message.domain = reader.text(28, "DomainName");
  message.user = reader.text(36, "UserName");
  message.workstation = reader.text(44, "Workstation");
  message.encrypted_session_key = reader.field(52, "EncryptedRandomSessionKey");
  if (!reader.is_good()) return reader.fault();
  return message;
}

Result<NtResponse> decode_nt_response(ByteView octets) {
  if (octets.size() == kNtlmV1ResponseSize)
    return fail(win32::kErrorNotSupported, "the client answers with NTLMv1, and only NTLMv2 is accepted", Phase::kAuthenticate);
  if (octets.size() < kProofSize + kClientChallengeSizeMin) return wrong("NTLMv2 response", "it is cut short");
  const ByteView behind = octets.subspan(kProofSize);
  if (behind[0] != kResponseVersion || behind[1] != kResponseVersion) return wrong("NTLMv2 response", "its version is not 1");
  auto pairs = decode_av_pairs(behind.subspan(kClientChallengeSizeMin));
  if (!pairs) return std::unexpected(std::move(pairs.error()));
  return NtResponse{.proof = octets.first(kProofSize),
                    .client_challenge = behind,
                    .timestamp = FileTime{static_cast<std::int64_t>(load_le<std::uint64_t>(behind.data() + 8))},
                    .pairs = std::move(*pairs)};
}

Bytes encode_negotiate(const NegotiateMessage& message) {
  Writer writer(Type::kNegotiate, kNegotiateSize);
  writer.number(12, message.flags);
  writer.field(16, {});
  writer.field(24, {});
  writer.octets(32, kVersion);
  return writer.take();
}

Bytes encode_challenge(const ChallengeMessage& message) {
  Writer writer(Type::kChallenge, kChallengeSize);
  writer.text(12, message.target_name);
  writer.number(20, message.flags);
  writer.octets(24, message.challenge);
  writer.field(40, message.target_info);
  writer.octets(48, kVersion);
  return writer.take();
}

Result<Bytes> encode_authenticate(const AuthenticateMessage& message) {
  Writer writer(Type::kAuthenticate, kAuthenticateSize);
  writer.text(28, message.domain);
  writer.text(36, message.user);
  writer.text(44, message.workstation);
  writer.field(12, message.lm_response);
  writer.field(20, message.nt_response);
  writer.field(52, message.encrypted_session_key);
  writer.number(60, message.flags);
  writer.octets(64, kVersion);
  if (!writer.fits()) return fail(win32::kErrorInvalidParameter, "a name is too long for NTLM", Phase::kAuthenticate);
  return writer.take();
}

Bytes encode_client_challenge(FileTime timestamp, const ChallengeOctets& challenge, std::span<const AvPair> pairs) {
  Bytes octets(kClientChallengeSizeMin);
  octets[0] = octets[1] = kResponseVersion;
  store_le<std::uint64_t>(octets.data() + 8, static_cast<std::uint64_t>(timestamp.ticks));
  std::ranges::copy(challenge, octets.begin() + 16);
  const Bytes list = encode_av_pairs(pairs);
  octets.insert(octets.end(), list.begin(), list.end());
  octets.insert(octets.end(), 4, 0);
  return octets;
}

}  // namespace tributary::security::ntlm
