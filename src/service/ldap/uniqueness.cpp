// SPDX-License-Identifier: Apache-2.0
// Names that nobody else may have: sAMAccountName in the domain, userPrincipalName and servicePrincipalName in the forest as far as it is held
// here ([MS-ADTS] 3.1.1.5.1.3). See sam.hpp.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "service/directory/names.hpp"
#include "service/ldap/heuristics.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

constexpr std::size_t kMadeUpNamesMax = 100;
constexpr std::size_t kDontVerifyPosition = 21;  ///< DoNotVerifyUPNAndOrSPNUniqueness, [MS-ADTS] 6.1.1.2.4.1.2
constexpr std::uint32_t kDontVerifyUpn = 1, kDontVerifySpn = 2;

bool is_anybody_elses(const Write& write, Attid attid, std::string_view name, Dnt self, Dnt nc) {
  for (const Dnt other : write.reader.equal_text(attid, name))
    if (other != self && (nc == kNoDnt || write.object(other).nc() == nc)) return true;
  return false;
}

std::uint32_t unverified(const Write& write) {
  const char digit = ds_heuristic(write.reader, kDontVerifyPosition);
  return digit >= '0' && digit <= '7' ? static_cast<std::uint32_t>(digit - '0') : 0;
}

}  // namespace

void check_account_name(const Write& write, std::string_view name, Dnt self) {
  if (name.empty() || name.find_first_of("\"/\\[]:;|=,+*?<>") != std::string_view::npos)
    refuse(ResultCode::kConstraintViolation, win32::kErrorInvalidAccountName, "sAMAccountName: " + to_printable(name, 80));
  if (is_anybody_elses(write, attid::kSamAccountName, name, self, write.reader.default_nc()))
    refuse(ResultCode::kEntryAlreadyExists, code::kUserExists, "another account of the domain has the sAMAccountName " + to_printable(name, 80));
}

void check_principal_name(const Write& write, std::string_view name, Dnt self) {
  if (!is_anybody_elses(write, attid::kUserPrincipalName, name, self, kNoDnt) || (unverified(write) & kDontVerifyUpn) != 0) return;
  refuse(ResultCode::kConstraintViolation, code::kUpnNotUniqueInForest, "another object has the userPrincipalName " + to_printable(name, 120));
}

void check_service_names(const Write& write, std::span<const std::string> names, Dnt self) {
  for (const auto& name : names) {
    if (!directory::parse_spn(name))
      refuse(ResultCode::kConstraintViolation, win32::kErrorDsNameReferenceInvalid, "servicePrincipalName: " + to_printable(name, 120));
    if (!is_anybody_elses(write, attid::kServicePrincipalName, name, self, kNoDnt) || (unverified(write) & kDontVerifySpn) != 0) continue;
    refuse(ResultCode::kConstraintViolation, code::kSpnNotUniqueInForest, "another object has the servicePrincipalName " + to_printable(name, 120));
  }
}

std::string made_up_account_name(const Write& write) {
  for (std::size_t i = 0; i < kMadeUpNamesMax; ++i) {
    const auto chance = write.context.new_guid().value.octets;
    const auto name = fmt::format("${:06X}-{:012X}", load_le<std::uint32_t>(chance.data()) & 0xFFFFFF, load_le<std::uint64_t>(chance.data() + 8) & 0xFFFF'FFFF'FFFF);
    if (!is_anybody_elses(write, attid::kSamAccountName, name, kNoDnt, write.reader.default_nc())) return name;
  }
  refuse(ResultCode::kOther, win32::kErrorDsGenericError, "no sAMAccountName is left to make up");
}

}  // namespace tributary::service::ldap_face
