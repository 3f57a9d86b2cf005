// SPDX-License-Identifier: Apache-2.0
// See spnego_messages.hpp. NegTokenInit travels as [APPLICATION 0] { SPNEGO's OID, [0] { SEQUENCE } }, NegTokenResp as [1] { SEQUENCE }.
#include "security/spnego_messages.hpp"

#include <algorithm>
#include <array>

#include "security/der.hpp"

namespace tributary::security {
namespace {

constexpr std::uint8_t kGssFrame = 0x60;  // [APPLICATION 0], RFC 2743 section 3.1
constexpr std::array<std::uint8_t, 6> kSpnegoOid{0x2B, 0x06, 0x01, 0x05, 0x05, 0x02};                                      // 1.3.6.1.5.5.2
constexpr std::array<std::uint8_t, 9> kKerberosOid{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02};                  // 1.2.840.113554.1.2.2
constexpr std::array<std::uint8_t, 9> kMicrosoftKerberosOid{0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 0x01, 0x02, 0x02};         // 1.2.840.48018.1.2.2
constexpr std::array<std::uint8_t, 10> kNtlmOid{0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0A};               // 1.3.6.1.4.1.311.2.2.10

Mech mech_of(ByteView oid) noexcept {
  if (std::ranges::equal(oid, kKerberosOid) || std::ranges::equal(oid, kMicrosoftKerberosOid)) return Mech::kKerberos;
  return std::ranges::equal(oid, kNtlmOid) ? Mech::kNtlm : Mech::kUnknown;
}

/// The value of the only item in field [n] of a sequence; `is_broken` when there is such a field and it holds something else.
std::optional<ByteView> field(ByteView fields, unsigned n, std::uint8_t tag, bool& is_broken) noexcept {
  const auto found = find_der(fields, der_field(n));
  const auto value = found ? only_der(*found, tag) : std::nullopt;
  is_broken = is_broken || (found && !value);
  return value;
}

}  // namespace

std::optional<NegTokenInit> decode_neg_token_init(ByteView octets) {
  auto framed = only_der(octets, kGssFrame);
  const auto oid = framed ? take_der(*framed) : std::nullopt;
  if (!oid || oid->tag != kDerObjectIdentifier || !std::ranges::equal(oid->value, kSpnegoOid)) return std::nullopt;
  const auto choice = only_der(*framed, der_field(0));
  const auto fields = choice ? only_der(*choice, kDerSequence) : std::nullopt;
  const auto mech_list = fields ? find_der(*fields, der_field(0)) : std::nullopt;
  auto mechs = mech_list ? only_der(*mech_list, kDerSequence) : std::nullopt;
  if (!mechs) return std::nullopt;
  NegTokenInit message;
  bool is_broken = false;
  message.mech_list = *mech_list;
  message.token = field(*fields, 2, kDerOctetString, is_broken);
  while (const auto mech = take_der(*mechs)) {
    if (mech->tag != kDerObjectIdentifier || message.mechs.size() == kMechsMax) return std::nullopt;
    message.mechs.push_back(mech_of(mech->value));
  }
  if (is_broken || !mechs->empty()) return std::nullopt;
  return message;
}

std::optional<NegTokenResp> decode_neg_token_resp(ByteView octets) noexcept {
  const auto response = only_der(octets, der_field(1));
  const auto fields = response ? only_der(*response, kDerSequence) : std::nullopt;
  if (!fields) return std::nullopt;
  NegTokenResp message;
  bool is_broken = false;
  if (const auto state = field(*fields, 0, kDerEnumerated, is_broken)) {
    if (state->size() != 1 || (*state)[0] > 3) return std::nullopt;
    message.state = static_cast<NegState>((*state)[0]);
  }
  if (const auto mech = field(*fields, 1, kDerObjectIdentifier, is_broken)) message.mech = mech_of(*mech);
  message.token = field(*fields, 2, kDerOctetString, is_broken);
  message.mic = field(*fields, 3, kDerOctetString, is_broken);
  if (is_broken) return std::nullopt;
  return message;
}

std::optional<NegState> spnego_state(ByteView token) noexcept {
  const auto message = decode_neg_token_resp(token);
  return message ? message->state : std::nullopt;
}

Bytes encode_ntlm_mech_list() { return der_item(kDerSequence, {der_item(kDerObjectIdentifier, {kNtlmOid})}); }

Bytes encode_neg_token_init(ByteView mech_list, ByteView token) {
  const Bytes fields = der_item(kDerSequence, {der_item(der_field(0), {mech_list}), der_item(der_field(2), {der_item(kDerOctetString, {token})})});
  return der_item(kGssFrame, {der_item(kDerObjectIdentifier, {kSpnegoOid}), der_item(der_field(0), {fields})});
}

Bytes encode_neg_token_resp(const NegTokenResp& message) {
  Bytes fields;
  auto put = [&](unsigned n, std::uint8_t tag, ByteView value) {
    const Bytes item = der_item(der_field(n), {der_item(tag, {value})});
    fields.insert(fields.end(), item.begin(), item.end());
  };
  if (message.state) put(0, kDerEnumerated, std::array{static_cast<std::uint8_t>(*message.state)});
  if (message.mech == Mech::kNtlm) put(1, kDerObjectIdentifier, kNtlmOid);
  if (message.mech == Mech::kKerberos) put(1, kDerObjectIdentifier, kKerberosOid);
  if (message.token) put(2, kDerOctetString, *message.token);
  if (message.mic) put(3, kDerOctetString, *message.mic);
  return der_item(der_field(1), {der_item(kDerSequence, {fields})});
}

}  // namespace tributary::security
