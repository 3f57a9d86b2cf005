// SPDX-License-Identifier: Apache-2.0
// NegTokenResp.negState (RFC 4178 section 4.2.2) and KERB-EXT-ERROR ([MS-KILE] 2.2.1). Must never trust a length.
#include "security/kerberos_messages.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "security/der.hpp"
#include "security/spnego_messages.hpp"

namespace tributary::security {
namespace {

constexpr std::uint8_t kKerbErrTypeExtended = 3;  // [MS-KILE] 2.2.2

/// The fields of one KERB-ERROR-DATA; the status if it is of the extended type.
[[nodiscard]] std::optional<std::uint32_t> status_of_error_data(ByteView fields) noexcept {
  const auto type = take_der(fields);
  const auto data = take_der(fields);
  if (!type || type->tag != der_field(1) || !data || data->tag != der_field(2)) return std::nullopt;
  const auto type_value = only_der(type->value, kDerInteger);
  const auto status = only_der(data->value, kDerOctetString);
  if (!type_value || type_value->size() != 1 || (*type_value)[0] != kKerbErrTypeExtended) return std::nullopt;
  if (!status || status->size() < 4) return std::nullopt;
  return load_le<std::uint32_t>(status->data());
}

struct AccountStatus {
  std::uint32_t ntstatus;
  AccountRefusal refusal;
};
constexpr AccountStatus kAccountStatuses[] = {
    {0xC000006D, {win32::kErrorLogonFailure, "check the name, the password, and which realm the account is in"}},
    {0xC000006E, {win32::kErrorAccountRestriction, "the domain forbids this account to log on this way"}},
    {0xC000006F, {win32::kErrorInvalidLogonHours, "the account may not log on at this hour; see its logon hours"}},
    {0xC0000070, {win32::kErrorInvalidWorkstation, "the account may not log on from this machine; see its userWorkstations"}},
    {0xC0000071, {win32::kErrorPasswordExpired, "the password has expired; change it (kpasswd), then try again"}},
    {0xC0000072, {win32::kErrorAccountDisabled, "the account is disabled; enable it"}},
    {0xC0000133, {win32::kErrorTimeSkew, "set the clocks of this machine and of the domain controller"}},
    {0xC0000193, {win32::kErrorAccountExpired, "the account's expiry date has passed; extend it"}},
    {0xC0000224, {win32::kErrorPasswordMustChange, "the password must be changed first (kpasswd)"}},
    {0xC0000234, {win32::kErrorAccountLockedOut, "too many wrong passwords; unlock the account or wait"}},
};

}  // namespace

std::optional<std::uint8_t> krb_error_code(ByteView token) noexcept {
  constexpr std::uint8_t kGssFrame = 0x60;      // [APPLICATION 0], RFC 2743 section 3.1
  constexpr std::uint8_t kKrbErrorTag = 0x7E;   // [APPLICATION 30]
  if (const auto response = decode_neg_token_resp(token); response && response->token) token = *response->token;
  if (auto framed = only_der(token, kGssFrame)) {
    const auto mech = take_der(*framed);
    if (!mech || framed->size() < 2) return std::nullopt;
    token = framed->subspan(2);  // TOK_ID
  }
  const auto error = only_der(token, kKrbErrorTag);
  auto fields = error ? only_der(*error, kDerSequence) : std::nullopt;
  if (!fields) return std::nullopt;
  const auto code = find_der(*fields, der_field(6));
  const auto value = code ? only_der(*code, kDerInteger) : std::nullopt;
  if (!value || value->size() != 1) return std::nullopt;
  return (*value)[0];
}

std::optional<std::uint32_t> kerb_ext_error_status(ByteView e_data) noexcept {
  const auto outer = only_der(e_data, kDerSequence);
  if (!outer) return std::nullopt;
  if (const auto status = status_of_error_data(*outer)) return status;
  ByteView rest = *outer;
  while (const auto element = take_der(rest)) {
    if (element->tag != kDerSequence) continue;
    if (const auto status = status_of_error_data(element->value)) return status;
  }
  return std::nullopt;
}

std::optional<AccountRefusal> account_refusal(std::uint32_t ntstatus) noexcept {
  const auto* const found = std::ranges::find(kAccountStatuses, ntstatus, &AccountStatus::ntstatus);
  if (found == std::end(kAccountStatuses)) return std::nullopt;
  return found->refusal;
}

}  // namespace tributary::security
