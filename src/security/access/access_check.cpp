// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 5.1.3.3. Rights are bits that do not know of each other, so a mask is judged by two masks: granted so far, denied so far.
#include "security/access/access_check.hpp"

#include <algorithm>

#include "security/access/well_known_sids.hpp"

namespace tributary::security {
namespace {

enum class Effect : std::uint8_t { kNone, kGrants, kDenies };

Effect effect_of(AceType type) noexcept {
  switch (type) {
    case AceType::kAccessAllowed:
    case AceType::kAccessAllowedObject:
      return Effect::kGrants;
    case AceType::kAccessDenied:
    case AceType::kAccessDeniedObject:
    case AceType::kAccessDeniedCallback:  // the condition cannot be judged: it denies ([MS-DTYP] 2.5.3.2 with an unknown result)
    case AceType::kAccessDeniedCallbackObject:
      return Effect::kDenies;
    default:
      return Effect::kNone;
  }
}

/// What is the same for all ACEs of one check.
class Judge {
 public:
  Judge(const SecurityDescriptor& descriptor, const AccessSubject& subject)
      : token_(subject.token),
        is_self_(subject.self && subject.token.has(*subject.self)),
        is_owner_(descriptor.owner && subject.token.has(*descriptor.owner)) {}

  [[nodiscard]] bool is_meant(const Sid& trustee) const noexcept {
    if (trustee == sids::kPrincipalSelf) return is_self_;
    if (trustee == sids::kOwnerRights) return is_owner_;
    return token_.has(trustee);
  }
  /// What it does to this subject.
  [[nodiscard]] Effect effect_of_ace(const Ace& ace) const noexcept {
    if (ace.has(kAceInheritOnly)) return Effect::kNone;
    const Effect effect = effect_of(ace.type);
    return effect != Effect::kNone && is_meant(ace.sid) ? effect : Effect::kNone;
  }
  /// What needs no ACE: the owner's READ_CONTROL and WRITE_DAC (5.1.3.3.1), unless an ACE for OWNER RIGHTS says what owners may; and what
  /// privileges give.
  [[nodiscard]] std::uint32_t implied(const Acl& dacl) const noexcept {
    std::uint32_t rights = has_administrators_privileges(token_) ? kRightWriteOwner | kAccessSystemSecurity : 0;
    const auto speaks_of_owners = [](const Ace& ace) { return !ace.has(kAceInheritOnly) && ace.sid == sids::kOwnerRights; };
    if (is_owner_ && std::ranges::none_of(dacl.aces, speaks_of_owners)) rights |= kRightReadControl | kRightWriteDac;
    return rights;
  }

 private:
  const Token& token_;
  bool is_self_;
  bool is_owner_;
};

/// What a null DACL grants (5.1.3.3.1).
std::uint32_t everything_for(const Token& token) noexcept {
  return kDsGenericAll | (has_administrators_privileges(token) ? kAccessSystemSecurity : 0);
}

struct Masks {
  std::uint32_t granted = 0, denied = 0;
  void apply(Effect effect, std::uint32_t mask) noexcept {
    if (effect == Effect::kGrants) granted |= mask & ~denied;
    if (effect == Effect::kDenies) denied |= mask & ~granted;
  }
};

/// The object type tree while it is judged (5.1.3.3.3).
class Tree {
 public:
  Tree(std::span<const ObjectTypeNode> nodes, std::uint32_t implied) : nodes_(nodes), masks_(nodes.size(), Masks{.granted = implied}) {}

  void apply(const Ace& ace, Effect effect) {
    std::size_t at = 0;
    if (ace.object_type) {
      const auto found = std::ranges::find(nodes_, *ace.object_type, &ObjectTypeNode::guid);
      if (found == nodes_.end()) return;
      at = static_cast<std::size_t>(found - nodes_.begin());
    }
    for (std::size_t i = at; i < nodes_.size(); ++i)
      if (is_below_or_same(i, at)) masks_[i].apply(effect, ace.mask);
    for (std::size_t child = at; child != 0; child = nodes_[child].parent) {
      Masks& above = masks_[nodes_[child].parent];
      if (effect == Effect::kDenies) above.denied |= ace.mask;
      if (effect == Effect::kGrants) above.apply(effect, granted_by_all_children(nodes_[child].parent));
    }
  }
  [[nodiscard]] std::vector<std::uint32_t> granted() const {
    std::vector<std::uint32_t> result(masks_.size());
    std::ranges::transform(masks_, result.begin(), &Masks::granted);
    return result;
  }

 private:
  [[nodiscard]] bool is_below_or_same(std::size_t node, std::size_t top) const {
    while (node > top) node = nodes_[node].parent;  // a parent has a lower number
    return node == top;
  }
  [[nodiscard]] std::uint32_t granted_by_all_children(std::size_t parent) const {
    std::uint32_t common = 0xFFFF'FFFF;
    for (std::size_t i = parent + 1; i < nodes_.size(); ++i)
      if (nodes_[i].parent == parent) common &= masks_[i].granted;
    return common;
  }

  std::span<const ObjectTypeNode> nodes_;
  std::vector<Masks> masks_;
};

}  // namespace

std::uint32_t granted_access(const SecurityDescriptor& descriptor, const AccessSubject& subject, std::span<const Guid> path) {
  if (!descriptor.dacl) return everything_for(subject.token);
  const Judge judge(descriptor, subject);
  Masks masks{.granted = judge.implied(*descriptor.dacl)};
  for (const Ace& ace : descriptor.dacl->aces) {
    if (ace.object_type && std::ranges::find(path, *ace.object_type) == path.end()) continue;
    masks.apply(judge.effect_of_ace(ace), ace.mask);
  }
  return masks.granted;
}

bool check_access(const SecurityDescriptor& descriptor, const AccessSubject& subject, std::uint32_t access, std::span<const Guid> path) {
  const std::uint32_t wanted = map_generic_rights(access);
  return (granted_access(descriptor, subject, path) & wanted) == wanted;
}

bool check_control_access(const SecurityDescriptor& descriptor, const AccessSubject& subject, const Guid& right) {
  return check_access(descriptor, subject, kRightDsControlAccess, std::span(&right, 1));
}

bool check_validated_write(const SecurityDescriptor& descriptor, const AccessSubject& subject, const Guid& right) {
  return check_access(descriptor, subject, kRightDsWritePropertyExtended, std::span(&right, 1));
}

std::vector<std::uint32_t> granted_access_in_tree(const SecurityDescriptor& descriptor, const AccessSubject& subject,
                                                  std::span<const ObjectTypeNode> tree) {
  if (!descriptor.dacl) return std::vector<std::uint32_t>(tree.size(), everything_for(subject.token));
  if (tree.empty()) return {};
  const Judge judge(descriptor, subject);
  Tree masks(tree, judge.implied(*descriptor.dacl));
  for (const Ace& ace : descriptor.dacl->aces)
    if (const Effect effect = judge.effect_of_ace(ace); effect != Effect::kNone) masks.apply(ace, effect);
  return masks.granted();
}

bool has_administrators_privileges(const Token& token) noexcept { return token.has(sids::kAdministrators) || token.has(sids::kLocalSystem); }

}  // namespace tributary::security
