// SPDX-License-Identifier: Apache-2.0
// Fuzzes the administrator's file of NTLM accounts (src/security/ntlm/accounts_file.hpp).
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "must_hold.hpp"
#include "security/ntlm/accounts_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary::security::ntlm;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = AccountsFile::parse(text, "accounts");
  if (!file) {
    must_hold(file.error().detail.starts_with("accounts:"), "a fault names its line");
    return 0;
  }
  must_hold(file->size() <= kAccountsMax && file->size() <= size / 34 + 1, "an account has a name and a hash");
  return 0;
}
