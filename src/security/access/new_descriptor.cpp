// SPDX-License-Identifier: Apache-2.0
// CreateSecurityDescriptor and its parts ([MS-DTYP] 2.5.3.4) with the parameters that [MS-ADTS] 6.1.3 gives: every object is a container,
// both lists inherit automatically, generic rights never stay.
#include "security/access/new_descriptor.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/win32.hpp"
#include "security/access/access_check.hpp"
#include "security/access/ace_order.hpp"
#include "security/access/rights.hpp"
#include "security/access/sddl.hpp"

namespace tributary::security {
namespace {

constexpr std::uint8_t kInheritance = kAceObjectInherit | kAceContainerInherit;
constexpr std::uint8_t kAllInheritance = kInheritance | kAceNoPropagateInherit | kAceInheritOnly;

/// What decides how one ACE comes out.
struct Target {
  std::span<const Guid> object_types;
  const Sid* owner = nullptr;
  const Sid* group = nullptr;
};

bool is_for_class(const Ace& ace, const Target& target) {
  return !ace.inherited_object_type || std::ranges::find(target.object_types, *ace.inherited_object_type) != target.object_types.end();
}

bool is_placeholder(const Sid& sid) { return sid == sids::kCreatorOwner || sid == sids::kCreatorGroup; }
bool is_placeholder(const Ace& ace) { return is_placeholder(ace.sid); }

/// CREATOR OWNER and CREATOR GROUP become who that is; false when the object has no such part, or one that is nobody either.
bool substitute(Ace& ace, const Target& target) {
  if (!is_placeholder(ace)) return true;
  const Sid* const real = ace.sid == sids::kCreatorOwner ? target.owner : target.group;
  if (real == nullptr || is_placeholder(*real)) return false;
  ace.sid = *real;
  return true;
}

/// Appends what works on the object itself and is not passed on.
void append_effective(std::vector<Ace>& out, Ace ace, const Target& target) {
  ace.flags = static_cast<std::uint8_t>(ace.flags & ~kAllInheritance);
  if (substitute(ace, target)) out.push_back(std::move(ace));
}

/// An ACE of the object's own ([MS-DTYP] 2.5.3.4.5, 2.5.3.4.7).
void append_explicit(std::vector<Ace>& out, Ace ace, const Target& target) {
  ace.flags = static_cast<std::uint8_t>(ace.flags & ~kAceInherited);
  if (!ace.has(kInheritance)) {
    if (ace.has(kAceInheritOnly) || substitute(ace, target)) out.push_back(std::move(ace));
    return;
  }
  if (!ace.has(kAceInheritOnly) && !is_for_class(ace, target)) ace.flags |= kAceInheritOnly;
  if (!ace.has(kAceInheritOnly) && is_placeholder(ace)) {
    append_effective(out, ace, target);
    ace.flags |= kAceInheritOnly;
  }
  out.push_back(std::move(ace));
}

/// An ACE of the parent ([MS-DTYP] 2.5.3.4.4 and its table). INHERIT_ONLY there says nothing about here.
void append_inherited(std::vector<Ace>& out, Ace ace, const Target& target) {
  const bool effective = ace.has(kAceContainerInherit) && is_for_class(ace, target);
  const bool goes_on = ace.has(kInheritance) && !ace.has(kAceNoPropagateInherit);
  ace.flags = static_cast<std::uint8_t>((ace.flags & ~kAceInheritOnly) | kAceInherited);
  if (!goes_on) {
    if (effective) append_effective(out, std::move(ace), target);
    return;
  }
  if (!effective || is_placeholder(ace)) {
    if (effective) append_effective(out, ace, target);
    ace.flags |= kAceInheritOnly;
  }
  out.push_back(std::move(ace));
}

/// The bits of one of the two lists.
struct ListBits {
  std::uint16_t present, is_protected, auto_inherited;
};
constexpr ListBits kDacl{kSdDaclPresent, kSdDaclProtected, kSdDaclAutoInherited};
constexpr ListBits kSacl{kSdSaclPresent, kSdSaclProtected, kSdSaclAutoInherited};

/// ComputeACL ([MS-DTYP] 2.5.3.4.2). Gives the control bits that belong to the list.
std::uint16_t compute_acl(std::optional<Acl>& result, const std::optional<Acl>& creator, std::uint16_t creator_control,
                          const SecurityDescriptor* parent, const std::optional<Acl>& parent_acl, const ListBits& bits, const Target& target) {
  const bool is_protected = (creator_control & bits.is_protected) != 0;
  std::vector<Ace> aces;
  if (creator)
    for (Ace ace : creator->aces) {
      if (ace.has(kAceInherited) && !is_protected) continue;  // 2.5.3.4.6: what was inherited once is computed anew
      if (ace_shape(ace.type) != AceShape::kOpaque) ace.mask = map_generic_rights(ace.mask);
      append_explicit(aces, std::move(ace), target);
    }
  if (!is_protected && parent != nullptr && parent_acl)
    for (Ace ace : parent_acl->aces) {
      if (ace_shape(ace.type) != AceShape::kOpaque) ace.mask = map_generic_rights(ace.mask);
      append_inherited(aces, std::move(ace), target);
    }
  std::uint16_t control = 0;
  if (is_protected) control |= bits.is_protected;
  if (!creator && aces.empty()) return control;
  standardize(aces);
  result = Acl{.revision = kAclRevisionDs, .aces = std::move(aces)};
  control |= bits.present;
  control |= !is_protected && parent != nullptr ? bits.auto_inherited : creator_control & bits.auto_inherited;
  return control;
}

/// What an object of a class without a default gets when nothing is inherited either: the DefaultDACL of a token ([MS-DTYP] 2.5.2).
Acl token_default_dacl(const Sid& owner) {
  Acl acl{.revision = kAclRevisionDs};
  for (const Sid& sid : {owner, sids::kLocalSystem}) acl.aces.push_back({.mask = kDsGenericAll, .sid = sid});
  return acl;
}

/// The parts of `given` that `sd_flags` names over those of `descriptor`.
void overlay(SecurityDescriptor& descriptor, SecurityDescriptor given, std::uint32_t sd_flags) {
  const auto take_bits = [&](std::uint16_t bits) {
    descriptor.control = static_cast<std::uint16_t>((descriptor.control & ~bits) | (given.control & bits));
  };
  if ((sd_flags & kOwnerSecurityInformation) != 0) descriptor.owner = given.owner;
  if ((sd_flags & kGroupSecurityInformation) != 0) descriptor.group = given.group;
  if ((sd_flags & kDaclSecurityInformation) != 0) {
    descriptor.dacl = std::move(given.dacl);
    take_bits(kSdDaclPresent | kSdDaclProtected | kSdDaclAutoInherited);
  }
  if ((sd_flags & kSaclSecurityInformation) != 0) {
    descriptor.sacl = std::move(given.sacl);
    take_bits(kSdSaclPresent | kSdSaclProtected | kSdSaclAutoInherited);
  }
  descriptor.rm_control = given.rm_control;
  take_bits(kSdRmControlValid);
}

/// Other DSAs sort otherwise, or not at all, and say what was defaulted (Samba): no reason to write every object of a replica anew.
bool says_the_same(SecurityDescriptor written, const SecurityDescriptor& made) {
  written.control &= ~(kSdOwnerDefaulted | kSdGroupDefaulted | kSdDaclDefaulted | kSdSaclDefaulted);
  for (auto* const acl : {&written.dacl, &written.sacl}) {
    if (!*acl) continue;
    (*acl)->revision = kAclRevisionDs;
    standardize((*acl)->aces);
  }
  return written == made;
}

Result<std::optional<SecurityDescriptor>> decode_parent(const std::optional<ByteView>& octets) {
  if (!octets) return std::nullopt;
  auto parent = decode_security_descriptor(*octets);
  if (!parent) return std::unexpected(std::move(parent.error()));
  return std::move(*parent);
}

/// The "default administrators group" of [MS-ADTS] 6.1.3.8, where the user has one.
const Sid* default_administrators(const NewObject& object, const Token& token) {
  const auto found = std::ranges::find_if(object.administrators, [&](const Sid& group) { return token.has(group); });
  return found == object.administrators.end() ? nullptr : &*found;
}

/// [MS-ADTS] 6.1.3.5: ownership can be taken, not given away.
Result<void> check_given_owner(const NewObject& object, const Token& token, const std::optional<Sid>& owner) {
  const Sid* const administrators = default_administrators(object, token);
  if (!owner || *owner == token.user || (administrators != nullptr && *owner == *administrators) || has_administrators_privileges(token)) return {};
  return fail(kErrorInvalidOwner, "nTSecurityDescriptor with the owner " + to_string(*owner));
}

/// The rest of the way, when it is known what the creator wants.
Result<Bytes> finish(const NewObject& object, SecurityDescriptor creator, const Token& token) {
  auto parent = decode_parent(object.parent);
  if (!parent) return std::unexpected(std::move(parent.error()));
  // [MS-ADTS] 6.1.3.7
  if (const Sid* const administrators = default_administrators(object, token); !creator.owner && administrators != nullptr)
    creator.owner = creator.group = *administrators;
  const DescriptorSources sources{.parent = *parent ? &**parent : nullptr,
                                  .creator = &creator,
                                  .object_types = object.object_types,
                                  .owner = token.user,
                                  .group = token.primary_group};
  SecurityDescriptor descriptor = create_security_descriptor(sources);
  if (!descriptor.dacl) descriptor.dacl = token_default_dacl(*descriptor.owner);
  return encode_security_descriptor(descriptor);
}

}  // namespace

SecurityDescriptor create_security_descriptor(const DescriptorSources& sources) {
  const SecurityDescriptor& creator = *sources.creator;
  SecurityDescriptor descriptor;
  descriptor.owner = creator.owner ? creator.owner : sources.owner;
  descriptor.group = creator.group ? creator.group : sources.group;
  if (creator.has(kSdRmControlValid)) {
    descriptor.rm_control = creator.rm_control & kSecurityPrivateObject;
    descriptor.control |= kSdRmControlValid;
  }
  const Target target{sources.object_types, &*descriptor.owner, descriptor.group ? &*descriptor.group : nullptr};
  static constexpr std::optional<Acl> kNone;
  const SecurityDescriptor* const parent = sources.parent;
  descriptor.control |= compute_acl(descriptor.dacl, creator.dacl, creator.control, parent, parent ? parent->dacl : kNone, kDacl,
                                    target);
  descriptor.control |= compute_acl(descriptor.sacl, creator.sacl, creator.control, parent, parent ? parent->sacl : kNone, kSacl,
                                    target);
  return descriptor;
}

namespace {

/// The default of a class is asked for by one new object after the other: this thread remembers the last.
Result<SecurityDescriptor> default_descriptor(std::string_view sddl, const DomainSids& domains) {
  struct Last {
    std::string sddl;
    DomainSids domains;
    SecurityDescriptor descriptor;
  };
  thread_local std::optional<Last> last;
  const bool is_known = last && last->sddl == sddl && last->domains.domain == domains.domain && last->domains.forest_root == domains.forest_root;
  if (is_known) return last->descriptor;
  auto parsed = parse_sddl(sddl, domains);
  if (parsed) last = Last{std::string(sddl), domains, *parsed};
  return parsed;
}

}  // namespace

Result<Bytes> new_descriptor(const NewObject& object, const Token& token) {
  auto creator = object.given ? decode_security_descriptor(*object.given) : default_descriptor(object.default_sddl, object.domains);
  if (!creator) return std::unexpected(std::move(creator.error()));
  if (object.given) {
    if (!creator->dacl) return fail(win32::kErrorDsUnwillingToPerform, "nTSecurityDescriptor without a DACL");
    if (auto may = check_given_owner(object, token, creator->owner); !may) return std::unexpected(std::move(may.error()));
  }
  return finish(object, std::move(*creator), token);
}

Result<std::optional<Bytes>> propagate_descriptor(ByteView parent, ByteView child, std::span<const Guid> object_types) {
  auto above = decode_security_descriptor(parent);
  if (!above) return std::unexpected(std::move(above.error()));
  auto own = decode_security_descriptor(child);
  if (!own) return std::unexpected(std::move(own.error()));
  if (!own->owner) return fail(win32::kErrorInvalidData, "security descriptor: it has no owner");
  const auto made = create_security_descriptor({.parent = &*above, .creator = &*own, .object_types = object_types});
  if (says_the_same(std::move(*own), made)) return std::nullopt;
  auto octets = encode_security_descriptor(made);
  if (!octets) return std::unexpected(std::move(octets.error()));
  return std::move(*octets);
}

Result<Bytes> modified_descriptor(const NewObject& object, ByteView current, std::uint32_t sd_flags, const Token& token) {
  auto descriptor = decode_security_descriptor(current);
  if (!descriptor) return std::unexpected(std::move(descriptor.error()));
  if (!object.given) return fail(win32::kErrorInvalidParameter, "there is no descriptor to write");
  auto given = decode_security_descriptor(*object.given);
  if (!given) return std::unexpected(std::move(given.error()));
  if ((sd_flags & kOwnerSecurityInformation) != 0)
    if (auto may = check_given_owner(object, token, given->owner); !may) return std::unexpected(std::move(may.error()));
  overlay(*descriptor, std::move(*given), sd_flags);
  if (!descriptor->dacl) return fail(win32::kErrorDsUnwillingToPerform, "nTSecurityDescriptor without a DACL");
  return finish(object, std::move(*descriptor), token);
}

}  // namespace tributary::security
