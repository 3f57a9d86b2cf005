// SPDX-License-Identifier: Apache-2.0
// SECURITY_DESCRIPTOR in its self-relative form, with its ACLs and ACEs ([MS-DTYP] 2.4.4 to 2.4.6): the value of nTSecurityDescriptor.
// An ACE of a type that nobody knows keeps its octets. Knows nothing of what rights mean.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "base/sid.hpp"

namespace tributary::security {

/// [MS-DTYP] 2.4.4.1.
enum class AceType : std::uint8_t {
  kAccessAllowed = 0x00,
  kAccessDenied = 0x01,
  kSystemAudit = 0x02,
  kSystemAlarm = 0x03,
  kAccessAllowedObject = 0x05,
  kAccessDeniedObject = 0x06,
  kSystemAuditObject = 0x07,
  kSystemAlarmObject = 0x08,
  kAccessAllowedCallback = 0x09,
  kAccessDeniedCallback = 0x0A,
  kAccessAllowedCallbackObject = 0x0B,
  kAccessDeniedCallbackObject = 0x0C,
  kSystemAuditCallback = 0x0D,
  kSystemAlarmCallback = 0x0E,
  kSystemAuditCallbackObject = 0x0F,
  kSystemAlarmCallbackObject = 0x10,
  kSystemMandatoryLabel = 0x11,
  kSystemResourceAttribute = 0x12,
  kSystemScopedPolicyId = 0x13,
};

inline constexpr std::uint8_t kAceObjectInherit = 0x01;
inline constexpr std::uint8_t kAceContainerInherit = 0x02;
inline constexpr std::uint8_t kAceNoPropagateInherit = 0x04;
inline constexpr std::uint8_t kAceInheritOnly = 0x08;
inline constexpr std::uint8_t kAceInherited = 0x10;
inline constexpr std::uint8_t kAceCritical = 0x20;
inline constexpr std::uint8_t kAceSuccessfulAccess = 0x40;
inline constexpr std::uint8_t kAceFailedAccess = 0x80;

/// How the octets of an ACE of this type go on behind the header.
enum class AceShape : std::uint8_t {
  kSimple,  ///< mask, SID
  kObject,  ///< mask, which GUIDs there are, those GUIDs, SID
  kOpaque,  ///< we do not know
};
[[nodiscard]] AceShape ace_shape(AceType type) noexcept;

struct Ace {
  AceType type = AceType::kAccessAllowed;
  std::uint8_t flags = 0;  ///< kAce...
  std::uint32_t mask = 0;
  std::optional<Guid> object_type{};            ///< only in an object ACE
  std::optional<Guid> inherited_object_type{};  ///< only in an object ACE
  Sid sid{};
  /// What follows the SID: the condition of a callback ACE, for example. Of an opaque ACE: everything behind the header.
  Bytes application_data{};

  [[nodiscard]] bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  friend bool operator==(const Ace&, const Ace&) = default;
};

inline constexpr std::uint8_t kAclRevision = 2;    ///< without object ACEs
inline constexpr std::uint8_t kAclRevisionDs = 4;  ///< with or without

struct Acl {
  std::uint8_t revision = kAclRevision;  ///< encoded as kAclRevisionDs when there is an object ACE
  std::vector<Ace> aces{};
  friend bool operator==(const Acl&, const Acl&) = default;
};

// [MS-DTYP] 2.4.6, Control.
inline constexpr std::uint16_t kSdOwnerDefaulted = 0x0001;
inline constexpr std::uint16_t kSdGroupDefaulted = 0x0002;
inline constexpr std::uint16_t kSdDaclPresent = 0x0004;
inline constexpr std::uint16_t kSdDaclDefaulted = 0x0008;
inline constexpr std::uint16_t kSdSaclPresent = 0x0010;
inline constexpr std::uint16_t kSdSaclDefaulted = 0x0020;
inline constexpr std::uint16_t kSdDaclInheritanceRequired = 0x0100;
inline constexpr std::uint16_t kSdSaclInheritanceRequired = 0x0200;
inline constexpr std::uint16_t kSdDaclAutoInherited = 0x0400;
inline constexpr std::uint16_t kSdSaclAutoInherited = 0x0800;
inline constexpr std::uint16_t kSdDaclProtected = 0x1000;
inline constexpr std::uint16_t kSdSaclProtected = 0x2000;
inline constexpr std::uint16_t kSdRmControlValid = 0x4000;
inline constexpr std::uint16_t kSdSelfRelative = 0x8000;

inline constexpr std::uint8_t kSecurityPrivateObject = 0x01;  ///< the one bit of RM control that a directory keeps ([MS-ADTS] 6.1.3)

struct SecurityDescriptor {
  std::uint8_t rm_control = 0;
  std::uint16_t control = kSdSelfRelative;
  std::optional<Sid> owner{}, group{};
  /// Present without a value (kSdDaclPresent and no list) is a null DACL: everything is granted. Not present means the same.
  std::optional<Acl> sacl{}, dacl{};

  [[nodiscard]] bool has(std::uint16_t bit) const noexcept { return (control & bit) != 0; }
  friend bool operator==(const SecurityDescriptor&, const SecurityDescriptor&) = default;
};

/// kErrorInvalidData for anything that is not a self-relative descriptor. Octets that nothing points at are not kept.
[[nodiscard]] Result<SecurityDescriptor> decode_security_descriptor(ByteView octets);
/// SACL, DACL, owner, group, in this order. kErrorInvalidData when a list needs more than the 65,535 octets that it can have.
[[nodiscard]] Result<Bytes> encode_security_descriptor(const SecurityDescriptor& descriptor);
/// One ACE with its header. kErrorInvalidData when it is too long.
[[nodiscard]] Result<Bytes> encode_ace(const Ace& ace);

}  // namespace tributary::security
