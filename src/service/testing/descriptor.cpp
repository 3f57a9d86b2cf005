// SPDX-License-Identifier: Apache-2.0
// Security descriptors and callers of tests. [MS-DTYP] 2.4.4.2, 2.4.4.3, 2.4.5, 2.4.6. Declared in test_dsa.hpp.
#include <algorithm>

#include "service/testing/test_dsa.hpp"

namespace tributary::service::testing {
namespace {

constexpr std::uint8_t kAccessAllowed = 0x00, kAccessAllowedObject = 0x05;
constexpr std::uint32_t kControlAccess = 0x00000100;
constexpr std::uint32_t kObjectTypePresent = 1;

void append_u16(Bytes& out, std::uint16_t value) {
  const auto at = out.size();
  out.resize(at + 2);
  store_le(out.data() + at, value);
}
void append_u32(Bytes& out, std::uint32_t value) {
  const auto at = out.size();
  out.resize(at + 4);
  store_le(out.data() + at, value);
}

Bytes object_ace(std::string_view sid, std::uint32_t mask, const Guid& type) {
  const Bytes trustee = encode_sid(parse_sid(sid).value());
  Bytes ace{kAccessAllowedObject, 0};
  append_u16(ace, static_cast<std::uint16_t>(4 + 4 + 4 + 16 + trustee.size()));
  append_u32(ace, mask);
  append_u32(ace, kObjectTypePresent);
  ace.insert(ace.end(), type.octets.begin(), type.octets.end());
  ace.insert(ace.end(), trustee.begin(), trustee.end());
  return ace;
}

}  // namespace

Descriptor& Descriptor::allow(std::string_view sid, std::uint32_t mask) {
  const Bytes trustee = encode_sid(parse_sid(sid).value());
  aces_.push_back(kAccessAllowed);
  aces_.push_back(0);
  append_u16(aces_, static_cast<std::uint16_t>(8 + trustee.size()));
  append_u32(aces_, mask);
  aces_.insert(aces_.end(), trustee.begin(), trustee.end());
  ++count_;
  return *this;
}
Descriptor& Descriptor::allow_right(std::string_view sid, const Guid& control_access_right) {
  return allow_property(sid, kControlAccess, control_access_right);
}
Descriptor& Descriptor::allow_property(std::string_view sid, std::uint32_t mask, const Guid& schema_id_guid) {
  const Bytes ace = object_ace(sid, mask, schema_id_guid);
  aces_.insert(aces_.end(), ace.begin(), ace.end());
  ++count_;
  return *this;
}

Bytes Descriptor::octets() const {
  const Bytes owner = encode_sid(parse_sid(kAdministratorsSid).value());
  Bytes out{1, 0};
  append_u16(out, 0x8004);  // self-relative, a DACL is present
  const auto dacl = static_cast<std::uint32_t>(20 + 2 * owner.size());
  for (const std::uint32_t offset : {20u, static_cast<std::uint32_t>(20 + owner.size()), 0u, dacl}) append_u32(out, offset);
  out.insert(out.end(), owner.begin(), owner.end());
  out.insert(out.end(), owner.begin(), owner.end());
  out.push_back(4);  // ACL_REVISION_DS
  out.push_back(0);
  append_u16(out, static_cast<std::uint16_t>(8 + aces_.size()));
  append_u16(out, count_);
  append_u16(out, 0);
  out.insert(out.end(), aces_.begin(), aces_.end());
  return out;
}

std::shared_ptr<const Caller> make_caller(std::string_view sid, std::vector<std::string_view> groups) {
  auto caller = std::make_shared<Caller>();
  caller->principal = std::string(sid);
  caller->token.user = parse_sid(sid).value();
  groups.push_back("S-1-1-0");
  groups.push_back("S-1-5-11");
  for (const auto& group : groups) caller->token.groups.push_back(parse_sid(group).value());
  std::ranges::sort(caller->token.groups);
  caller->session_key = Bytes(16, 0x5A);
  caller->address = "127.0.0.1:40000";
  return caller;
}
std::shared_ptr<const Caller> administrator() { return make_caller("S-1-5-21-1-2-3-500", {kAdministratorsSid}); }
std::shared_ptr<const Caller> operator_() { return make_caller(kOperatorSid); }
std::shared_ptr<const Caller> other_dsa() { return make_caller("S-1-5-21-1-2-3-1001", {"S-1-5-9"}); }

}  // namespace tributary::service::testing
