// SPDX-License-Identifier: Apache-2.0
// Reading and writing self-relative security descriptors ([MS-DTYP] 2.4.4 to 2.4.6). Every offset, length and count is checked against
// the octets that are there; nothing is allocated that the octets do not pay for.
#include "security/access/security_descriptor.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

constexpr std::size_t kDescriptorHead = 20;
constexpr std::size_t kAclHead = 8;
constexpr std::size_t kAceHead = 4;
constexpr std::size_t kSidHead = 8;
constexpr std::size_t kGuidSize = 16;
constexpr std::uint32_t kObjectTypePresent = 0x1;
constexpr std::uint32_t kInheritedObjectTypePresent = 0x2;
constexpr std::size_t kListMax = std::numeric_limits<std::uint16_t>::max();

std::unexpected<Error> wrong(std::string what) { return fail(win32::kErrorInvalidData, "security descriptor: " + std::move(what)); }

/// The SID at the front of `octets`; `size` becomes its length.
Result<Sid> front_sid(ByteView octets, std::size_t& size) {
  if (octets.size() < kSidHead) return wrong("a SID is cut short");
  size = kSidHead + std::size_t{4} * octets[1];
  if (octets[1] > kSidSubAuthoritiesMax || octets.size() < size) return wrong("a SID is cut short");
  return decode_sid(octets.first(size));
}

Result<std::optional<Guid>> take_guid(ByteView& rest, bool present) {
  if (!present) return std::nullopt;
  if (rest.size() < kGuidSize) return wrong("a GUID of an ACE is cut short");
  Guid guid;
  std::copy_n(rest.begin(), kGuidSize, guid.octets.begin());
  rest = rest.subspan(kGuidSize);
  return guid;
}

/// What follows the header of a simple or an object ACE.
Result<void> read_ace_body(ByteView rest, AceShape shape, Ace& ace) {
  const std::size_t fixed = shape == AceShape::kObject ? 8 : 4;
  if (rest.size() < fixed) return wrong("an ACE is cut short");
  ace.mask = load_le<std::uint32_t>(rest.data());
  const std::uint32_t present = shape == AceShape::kObject ? load_le<std::uint32_t>(rest.data() + 4) : 0;
  rest = rest.subspan(fixed);
  auto object_type = take_guid(rest, (present & kObjectTypePresent) != 0);
  if (!object_type) return std::unexpected(std::move(object_type.error()));
  auto inherited = take_guid(rest, (present & kInheritedObjectTypePresent) != 0);
  if (!inherited) return std::unexpected(std::move(inherited.error()));
  std::size_t sid_size = 0;
  auto sid = front_sid(rest, sid_size);
  if (!sid) return std::unexpected(std::move(sid.error()));
  ace.object_type = *object_type;
  ace.inherited_object_type = *inherited;
  ace.sid = *sid;
  ace.application_data = to_bytes(rest.subspan(sid_size));
  return {};
}

/// Takes one ACE from the front.
Result<Ace> take_ace(ByteView& rest) {
  if (rest.size() < kAceHead) return wrong("an ACL promises more ACEs than it has octets for");
  const std::size_t size = load_le<std::uint16_t>(rest.data() + 2);
  if (size < kAceHead || size % 4 != 0 || size > rest.size())
    return wrong("an ACE of " + std::to_string(size) + " octets where " + std::to_string(rest.size()) + " are left");
  Ace ace{.type = static_cast<AceType>(rest[0]), .flags = rest[1]};
  const ByteView body = rest.subspan(kAceHead, size - kAceHead);
  const AceShape shape = ace_shape(ace.type);
  if (shape == AceShape::kOpaque) {
    ace.application_data = to_bytes(body);
  } else if (auto read = read_ace_body(body, shape, ace); !read) {
    return std::unexpected(std::move(read.error()));
  }
  rest = rest.subspan(size);
  return ace;
}

Result<Acl> read_acl(ByteView octets) {
  if (octets.size() < kAclHead) return wrong("an ACL is cut short");
  Acl acl{.revision = octets[0]};
  if (acl.revision != kAclRevision && acl.revision != kAclRevisionDs)
    return wrong("ACL revision " + std::to_string(acl.revision) + " is neither 2 nor 4");
  const std::size_t size = load_le<std::uint16_t>(octets.data() + 2);
  const std::size_t count = load_le<std::uint16_t>(octets.data() + 4);
  if (size < kAclHead || size > octets.size())
    return wrong("an ACL of " + std::to_string(size) + " octets where " + std::to_string(octets.size()) + " are left");
  ByteView rest = octets.subspan(kAclHead, size - kAclHead);
  if (count > rest.size() / kAceHead) return wrong("an ACL promises more ACEs than it has octets for");
  acl.aces.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto ace = take_ace(rest);
    if (!ace) return std::unexpected(std::move(ace.error()));
    acl.aces.push_back(std::move(*ace));
  }
  return acl;
}

/// What an offset of the head points at; empty for offset 0.
Result<ByteView> part_at(ByteView octets, std::size_t where) {
  const std::uint32_t offset = load_le<std::uint32_t>(octets.data() + where);
  if (offset == 0) return ByteView{};
  if (offset < kDescriptorHead || offset >= octets.size()) return wrong("offset " + std::to_string(offset) + " is outside");
  return octets.subspan(offset);
}

Result<std::optional<Sid>> read_sid_at(ByteView octets, std::size_t where) {
  const auto part = part_at(octets, where);
  if (!part) return std::unexpected(part.error());
  if (part->empty()) return std::nullopt;
  std::size_t size = 0;
  auto sid = front_sid(*part, size);
  if (!sid) return std::unexpected(std::move(sid.error()));
  return *sid;
}

Result<std::optional<Acl>> read_acl_at(ByteView octets, std::size_t where, bool present) {
  if (!present) return std::nullopt;
  const auto part = part_at(octets, where);
  if (!part) return std::unexpected(part.error());
  if (part->empty()) return std::nullopt;
  auto acl = read_acl(*part);
  if (!acl) return std::unexpected(std::move(acl.error()));
  return std::move(*acl);
}

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void append_u32(Bytes& out, std::uint32_t value) {
  append_u16(out, value & 0xFFFF);
  append_u16(out, value >> 16);
}

void append(Bytes& out, ByteView octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void append_ace_body(Bytes& out, const Ace& ace, AceShape shape) {
  append_u32(out, ace.mask);
  if (shape == AceShape::kObject) {
    append_u32(out, (ace.object_type ? kObjectTypePresent : 0) | (ace.inherited_object_type ? kInheritedObjectTypePresent : 0));
    if (ace.object_type) append(out, ace.object_type->octets);
    if (ace.inherited_object_type) append(out, ace.inherited_object_type->octets);
  }
  append(out, encode_sid(ace.sid));
}

/// Appends the ACE; false when it has no room in 65,535 octets.
bool append_ace(Bytes& out, const Ace& ace) {
  const std::size_t start = out.size();
  out.push_back(static_cast<std::uint8_t>(ace.type));
  out.push_back(ace.flags);
  append_u16(out, 0);
  if (const AceShape shape = ace_shape(ace.type); shape != AceShape::kOpaque) append_ace_body(out, ace, shape);
  append(out, ace.application_data);
  out.resize(start + (out.size() - start + 3) / 4 * 4);
  if (out.size() - start > kListMax) return false;
  store_le<std::uint16_t>(out.data() + start + 2, static_cast<std::uint16_t>(out.size() - start));
  return true;
}

bool append_acl(Bytes& out, const Acl& acl) {
  const std::size_t start = out.size();
  const bool has_object_ace = std::ranges::any_of(acl.aces, [](const Ace& ace) { return ace_shape(ace.type) == AceShape::kObject; });
  out.push_back(has_object_ace ? kAclRevisionDs : acl.revision);
  out.push_back(0);
  append_u16(out, 0);
  append_u16(out, acl.aces.size());
  append_u16(out, 0);
  for (const Ace& ace : acl.aces)
    if (!append_ace(out, ace) || out.size() - start > kListMax) return false;
  store_le<std::uint16_t>(out.data() + start + 2, static_cast<std::uint16_t>(out.size() - start));
  return true;
}

}  // namespace

AceShape ace_shape(AceType type) noexcept {
  switch (type) {
    case AceType::kAccessAllowed:
    case AceType::kAccessDenied:
    case AceType::kSystemAudit:
    case AceType::kSystemAlarm:
    case AceType::kAccessAllowedCallback:
    case AceType::kAccessDeniedCallback:
    case AceType::kSystemAuditCallback:
    case AceType::kSystemAlarmCallback:
    case AceType::kSystemMandatoryLabel:
    case AceType::kSystemResourceAttribute:
    case AceType::kSystemScopedPolicyId:
      return AceShape::kSimple;
    case AceType::kAccessAllowedObject:
    case AceType::kAccessDeniedObject:
    case AceType::kSystemAuditObject:
    case AceType::kSystemAlarmObject:
    case AceType::kAccessAllowedCallbackObject:
    case AceType::kAccessDeniedCallbackObject:
    case AceType::kSystemAuditCallbackObject:
    case AceType::kSystemAlarmCallbackObject:
      return AceShape::kObject;
  }
  return AceShape::kOpaque;
}

Result<SecurityDescriptor> decode_security_descriptor(ByteView octets) {
  if (octets.size() < kDescriptorHead) return wrong("it has at least 20 octets, not " + std::to_string(octets.size()));
  if (octets[0] != 1) return wrong("revision " + std::to_string(octets[0]) + " is not 1");
  SecurityDescriptor descriptor{.rm_control = octets[1], .control = load_le<std::uint16_t>(octets.data() + 2)};
  if (!descriptor.has(kSdSelfRelative)) return wrong("it is not self-relative");
  auto owner = read_sid_at(octets, 4);
  if (!owner) return std::unexpected(std::move(owner.error()));
  auto group = read_sid_at(octets, 8);
  if (!group) return std::unexpected(std::move(group.error()));
  auto sacl = read_acl_at(octets, 12, descriptor.has(kSdSaclPresent));
  if (!sacl) return std::unexpected(std::move(sacl.error()));
  auto dacl = read_acl_at(octets, 16, descriptor.has(kSdDaclPresent));
  if (!dacl) return std::unexpected(std::move(dacl.error()));
  descriptor.owner = *owner;
  descriptor.group = *group;
  descriptor.sacl = std::move(*sacl);
  descriptor.dacl = std::move(*dacl);
  return descriptor;
}

Result<Bytes> encode_security_descriptor(const SecurityDescriptor& descriptor) {
  Bytes out(kDescriptorHead);
  std::uint16_t control = descriptor.control | kSdSelfRelative;
  const auto point = [&out](std::size_t where) { store_le<std::uint32_t>(out.data() + where, static_cast<std::uint32_t>(out.size())); };
  if (descriptor.sacl) {
    control |= kSdSaclPresent;
    point(12);
    if (!append_acl(out, *descriptor.sacl)) return wrong("the SACL is longer than 65,535 octets");
  }
  if (descriptor.dacl) {
    control |= kSdDaclPresent;
    point(16);
    if (!append_acl(out, *descriptor.dacl)) return wrong("the DACL is longer than 65,535 octets");
  }
  if (descriptor.owner) {
    point(4);
    append(out, encode_sid(*descriptor.owner));
  }
  if (descriptor.group) {
    point(8);
    append(out, encode_sid(*descriptor.group));
  }
  out[0] = 1;
  out[1] = descriptor.rm_control;
  store_le<std::uint16_t>(out.data() + 2, control);
  return out;
}

Result<Bytes> encode_ace(const Ace& ace) {
  Bytes out;
  if (!append_ace(out, ace)) return wrong("an ACE is longer than 65,535 octets");
  return out;
}

}  // namespace tributary::security
