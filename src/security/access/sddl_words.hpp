// SPDX-License-Identifier: Apache-2.0
// The words of SDDL ([MS-DTYP] 2.5.1.1), for its parser and its printer only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "security/access/security_descriptor.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::security::sddl {

struct BitWord {
  std::string_view word;
  std::uint32_t bits;
};

/// One bit each, in ascending order: what printing uses.
inline constexpr BitWord kRights[] = {
    {"CC", 0x1},        {"DC", 0x2},        {"LC", 0x4},        {"SW", 0x8},        {"RP", 0x10},       {"WP", 0x20},
    {"DT", 0x40},       {"LO", 0x80},       {"CR", 0x100},      {"SD", 0x10000},    {"RC", 0x20000},    {"WD", 0x40000},
    {"WO", 0x80000},    {"GA", 0x10000000}, {"GX", 0x20000000}, {"GW", 0x40000000}, {"GR", 0x80000000},
};
/// Of files and registry keys: read, never written.
inline constexpr BitWord kForeignRights[] = {
    {"FA", 0x001F01FF}, {"FX", 0x001200A0}, {"FW", 0x00120116}, {"FR", 0x00120089},
    {"KA", 0x000F003F}, {"KR", 0x00020019}, {"KX", 0x00020019}, {"KW", 0x00020006},
};
/// Of a mandatory label ([MS-DTYP] 2.4.4.13).
inline constexpr BitWord kLabelRights[] = {{"NW", 0x1}, {"NR", 0x2}, {"NX", 0x4}};
inline constexpr BitWord kAceFlags[] = {
    {"OI", kAceObjectInherit}, {"CI", kAceContainerInherit}, {"NP", kAceNoPropagateInherit}, {"IO", kAceInheritOnly},
    {"ID", kAceInherited},     {"CR", kAceCritical},         {"SA", kAceSuccessfulAccess},   {"FA", kAceFailedAccess},
};

struct TypeWord {
  std::string_view word;
  AceType type;
};
inline constexpr TypeWord kAceTypes[] = {
    {"A", AceType::kAccessAllowed},        {"D", AceType::kAccessDenied},        {"AU", AceType::kSystemAudit},
    {"AL", AceType::kSystemAlarm},         {"OA", AceType::kAccessAllowedObject}, {"OD", AceType::kAccessDeniedObject},
    {"OU", AceType::kSystemAuditObject},   {"OL", AceType::kSystemAlarmObject},   {"ML", AceType::kSystemMandatoryLabel},
    {"SP", AceType::kSystemScopedPolicyId},
};

/// One of the two lists: its mark and its control bits.
struct ListWord {
  std::string_view mark;
  std::uint16_t present, is_protected, auto_inherited, inheritance_required;
};
inline constexpr ListWord kDacl{"D:", kSdDaclPresent, kSdDaclProtected, kSdDaclAutoInherited, kSdDaclInheritanceRequired};
inline constexpr ListWord kSacl{"S:", kSdSaclPresent, kSdSaclProtected, kSdSaclAutoInherited, kSdSaclInheritanceRequired};
inline constexpr std::string_view kNullList = "NO_ACCESS_CONTROL";

[[nodiscard]] std::optional<Sid> sid_of_word(std::string_view word, const DomainSids& domains);
[[nodiscard]] bool is_sid_word(std::string_view word) noexcept;
/// Empty when the SID has no word.
[[nodiscard]] std::string_view word_of_sid(const Sid& sid, const DomainSids& domains);

}  // namespace tributary::security::sddl
