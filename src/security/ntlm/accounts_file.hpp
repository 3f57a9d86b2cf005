// SPDX-License-Identifier: Apache-2.0
// The administrator's file of NTLM accounts: a line "sAMAccountName:hash" for each, the hash as 32 hex digits of MD4 over the password in
// UTF-16LE ([MS-NLMP] 3.3.1, NTOWFv1); empty lines and those that begin with '#' say nothing. docs/dsa.md tells how a line is made.
// Owner of its hashes, which are overwritten when it goes; immutable, any thread. No error ever holds a hash.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "security/ntlm/crypto.hpp"

namespace tributary::security::ntlm {

inline constexpr std::size_t kAccountsFileOctetsMax = std::size_t{1} << 20;
inline constexpr std::size_t kAccountsMax = 10'000;
/// The longest sAMAccountName, in octets: 256 characters ([MS-ADA3]).
inline constexpr std::size_t kAccountNameOctetsMax = 1024;

class AccountsFile {
 public:
  AccountsFile() = default;
  /// kErrorFileNotFound, kErrorAccessDenied (others may read it), kErrorInvalidData with "PATH:LINE: what is wrong: what to do".
  [[nodiscard]] static Result<AccountsFile> read(const std::string& path);
  /// A text; `name` is for messages.
  [[nodiscard]] static Result<AccountsFile> parse(std::string_view text, const std::string& name);

  /// ASCII letters are the same in either case.
  [[nodiscard]] const Key* find(std::string_view sam_account_name) const;
  [[nodiscard]] std::size_t size() const noexcept { return accounts_.size(); }

 private:
  std::map<std::string, Key, std::less<>> accounts_;  ///< by name in lower case
};

}  // namespace tributary::security::ntlm
