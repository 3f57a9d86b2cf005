// SPDX-License-Identifier: Apache-2.0
// What the tests of writes begin with: a forest, an administrator's requests, and looks at what came of them.
#pragma once

#include "base/win32.hpp"
#include "service/ldap/sam.hpp"
#include "service/ldap/testing/write_requests.hpp"

namespace tributary::service::ldap_face::testing {

using repl::testing::attid_of;

class WriteTest : public ::testing::Test {
 protected:
  WriteTest() : requests(dsa) { dsa.add(service::testing::kLab, "organizationalUnit", "people"); }

  Answer add_user(const std::string& name, std::initializer_list<Values> = {}) {
    return requests.add(person(name), {{"objectClass", {"user"}}, {"sAMAccountName", {name}}});
  }
  Answer add_group(const std::string& name, std::uint32_t type = 0x80000002) {
    return requests.add(person(name), {{"objectClass", {"group"}}, {"sAMAccountName", {name}}, {"groupType", {std::to_string(static_cast<std::int32_t>(type))}}});
  }
  static std::string person(const std::string& name) { return "CN=" + name + "," + people(); }
  static std::string people() { return in_lab("OU=people,"); }

  Dnt find(std::string_view dn) { return dsa.find(dn); }
  [[nodiscard]] bool is_there(std::string_view dn) {
    const Dnt dnt = find(dn);
    return dnt != store::kNoDnt && !repl::is_deleted(*must(dsa.store().read()->find(dnt)));
  }
  std::optional<std::uint32_t> number(std::string_view dn, std::string_view attribute) {
    const auto snapshot = dsa.store().read();
    return must(snapshot->find(find(dn)))->first_u32(attid_of(attribute));
  }
  std::optional<std::int64_t> large(std::string_view dn, std::string_view attribute) {
    const auto snapshot = dsa.store().read();
    const auto value = must(snapshot->find(find(dn)))->first(attid_of(attribute));
    return value && value->size() == 8 ? std::optional(static_cast<std::int64_t>(load_le<std::uint64_t>(value->data()))) : std::nullopt;
  }
  std::vector<std::string> texts(std::string_view dn, std::string_view attribute) { return dsa.texts(find(dn), attid_of(attribute)); }
  Bytes descriptor(std::string_view dn) {
    const auto snapshot = dsa.store().read();
    return to_bytes(must(snapshot->find(find(dn)))->first(repl::attid::kNtSecurityDescriptor).value());
  }
  std::optional<Sid> sid(std::string_view dn) {
    const auto snapshot = dsa.store().read();
    return must(snapshot->find(find(dn)))->head().sid;
  }
  std::vector<Dnt> members(std::string_view group) { return dsa.links(find(group), repl::attid::kMember); }

  void as_user(std::string_view dn) { requests.caller = service::testing::users_call(sid(dn).value()).caller; }
  void as_administrator() { requests.caller = service::testing::administrators_call().caller; }

  service::testing::ForestDsa dsa;
  Requests requests;
};

}  // namespace tributary::service::ldap_face::testing
