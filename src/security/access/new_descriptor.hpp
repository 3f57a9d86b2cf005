// SPDX-License-Identifier: Apache-2.0
// What a directory object's descriptor is: made for a new object, made again when the parent's changed ([MS-DTYP] 2.5.3.4 with the
// parameters and additions of [MS-ADTS] 6.1.3). Pure functions; who may write a descriptor is not judged here.
// DEVIATION: where [MS-DTYP] 2.5.3.4's steps disagree with its own table of flags, or with [MS-ADTS] 6.1.3, the reading in
// docs/decisions/0051-access.md holds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "security/access/security_descriptor.hpp"
#include "security/access/token.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::security {

/// CreateSecurityDescriptor ([MS-DTYP] 2.5.3.4.1) as [MS-ADTS] 6.1.3 calls it.
struct DescriptorSources {
  const SecurityDescriptor* parent = nullptr;   ///< null: the root of an NC, nothing is inherited
  const SecurityDescriptor* creator = nullptr;  ///< given by the client, the class's default, or what the object has now; never null
  /// schemaIDGUIDs of the most specific structural class and of dynamic auxiliary classes.
  std::span<const Guid> object_types{};
  Sid owner{};                 ///< when `creator` has none
  std::optional<Sid> group{};  ///< when `creator` has none
};
/// Explicit ACEs of `creator` with generic rights mapped and CREATOR OWNER and CREATOR GROUP made effective, then what `parent` passes on
/// (unless protected), in the order of [MS-ADTS] 6.1.3.1. Doing it again with the result as `creator` changes nothing.
[[nodiscard]] SecurityDescriptor create_security_descriptor(const DescriptorSources& sources);

/// ERROR_INVALID_OWNER ([MS-ERREF] 2.2).
inline constexpr Win32 kErrorInvalidOwner{1307};

/// An object that is about to be added.
struct NewObject {
  std::optional<ByteView> parent{};         ///< nTSecurityDescriptor of its parent; nothing for the root of an NC
  std::optional<ByteView> given{};          ///< nTSecurityDescriptor as the client sent it
  std::string_view default_sddl{};          ///< defaultSecurityDescriptor of its most specific structural class
  std::span<const Guid> object_types{};     ///< as in DescriptorSources
  DomainSids domains{};                     ///< whose words default_sddl has
  /// Groups of administrators, in order: the first that the token has is the "default administrators group" of [MS-ADTS] 6.1.3.8, to which
  /// new objects belong.
  std::span<const Sid> administrators{};
};
/// The value of nTSecurityDescriptor for an object that `token` adds ([MS-ADTS] 6.1.3.3, 6.1.3.6, 6.1.3.7).
/// kErrorDsUnwillingToPerform when the client gave one without a DACL; kErrorInvalidOwner when it names an owner that is neither the user nor
/// his group of administrators, and the user may not restore (6.1.3.5); kErrorInvalidData when a descriptor cannot be read.
[[nodiscard]] Result<Bytes> new_descriptor(const NewObject& object, const Token& token);

/// The descriptor of a living object after its parent's has changed or it was moved below another: its own explicit ACEs, the parent's
/// inheritable ones ([MS-ADTS] 6.1.3, 6.1.3.3). Nothing when the child's says that already, in whatever octets and
/// order of ACEs that mean the same. Not for NC roots and not for deleted objects, which keep theirs.
[[nodiscard]] Result<std::optional<Bytes>> propagate_descriptor(ByteView parent, ByteView child, std::span<const Guid> object_types);

/// What a client writes over an existing descriptor: the parts that `sd_flags` names ([MS-ADTS] 6.1.3.2; kOwnerSecurityInformation ...)
/// come from `given`, the others stay; then as for a new object, with the same errors. `parent` as in NewObject.
inline constexpr std::uint32_t kOwnerSecurityInformation = 0x1;
inline constexpr std::uint32_t kGroupSecurityInformation = 0x2;
inline constexpr std::uint32_t kDaclSecurityInformation = 0x4;
inline constexpr std::uint32_t kSaclSecurityInformation = 0x8;
inline constexpr std::uint32_t kAllSecurityInformation = 0xF;
[[nodiscard]] Result<Bytes> modified_descriptor(const NewObject& object, ByteView current, std::uint32_t sd_flags, const Token& token);

}  // namespace tributary::security
