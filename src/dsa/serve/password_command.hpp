// SPDX-License-Identifier: Apache-2.0
// The administrator's program that sets passwords in the forest's KDC (ldap.password_command). It is given the arguments "set-password" and the
// principal, a third one, "disabled", for an account that may not log on yet, and the password on standard input, without a line end. Exit
// status 0: it is set. What it writes on standard error is the reason otherwise. The password reaches no log and no argument.
#pragma once

#include <chrono>
#include <string>

#include "service/ldap/operations.hpp"

namespace tributary::dsa {

class PasswordCommand final : public service::ldap_face::PasswordHook {
 public:
  /// A KDC that takes longer does not answer at all; the program is killed then.
  static constexpr std::chrono::seconds kTimeout{30};

  explicit PasswordCommand(std::string program, std::chrono::milliseconds timeout = kTimeout) : program_(std::move(program)), timeout_(timeout) {}
  /// kErrorFileNotFound when it cannot be started, kErrorTimeout, kErrorAccessDenied with what it said.
  [[nodiscard]] Result<void> set_password(const std::string& principal, std::string_view password, bool is_enabled) override;

 private:
  std::string program_;
  std::chrono::milliseconds timeout_;
};

}  // namespace tributary::dsa
