// SPDX-License-Identifier: Apache-2.0
// For tests of writes: requests as clients mean them, run through the LDAP operations on a forest in memory, and what they are answered.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <vector>

#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face::testing {

using lp::ResultCode;
using service::testing::in_lab;
using service::testing::in_configuration;
using store::Dnt;

struct Values {
  std::string attribute;
  std::vector<std::string> values;
};
struct Change {
  lp::ModifyRequest::Operation operation{};
  std::string attribute;
  std::vector<std::string> values;
};
inline constexpr auto kAdd = lp::ModifyRequest::Operation::kAdd;
inline constexpr auto kDelete = lp::ModifyRequest::Operation::kDelete;
inline constexpr auto kReplace = lp::ModifyRequest::Operation::kReplace;
inline constexpr auto kIncrement = lp::ModifyRequest::Operation::kIncrement;

/// LDAPResult as a client reads it: the code, and the Win32 code at the beginning of the message (0: there is none).
struct Answer {
  ResultCode code{};
  std::uint32_t win32 = 0;
  std::string message;
  friend bool operator==(const Answer& answer, ResultCode wanted) { return answer.code == wanted; }
};
void PrintTo(const Answer& answer, std::ostream* out);

class Requests {
 public:
  explicit Requests(Dsa& dsa);

  std::shared_ptr<const Caller> caller;     ///< an administrator at first
  std::shared_ptr<LdapSettings> settings;
  bool is_protected = true;
  std::vector<lp::OwnedControl> controls;   ///< of the next requests

  Answer add(std::string_view dn, std::initializer_list<Values> attributes);
  Answer modify(std::string_view dn, std::initializer_list<Change> changes);
  Answer remove(std::string_view dn);
  Answer modify_dn(std::string_view dn, std::string_view new_rdn, std::optional<std::string_view> new_superior = {}, bool delete_old_rdn = true);

 private:
  [[nodiscard]] LdapCall call(lp::Request request);
  static Answer answer_of(lp::Operation& operation);

  Dsa& dsa_;
};

}  // namespace tributary::service::ldap_face::testing
