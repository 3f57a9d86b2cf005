// SPDX-License-Identifier: Apache-2.0
// See accounts_file.hpp.
#include "security/ntlm/accounts_file.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/private_file.hpp"

namespace tributary::security::ntlm {
namespace {

constexpr std::size_t kHashDigits = 2 * Key::kSize;
constexpr std::string_view kNotInNames = "\"/\\[]:;|=,+*?<>";  // of a sAMAccountName, [MS-SAMR] 3.1.1.6

/// What is wrong with a line, and the remedy.
struct Fault {
  std::string what, remedy;
};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::optional<Fault> judge(std::string_view name, std::string_view hash) {
  if (name.empty() || name.size() > kAccountNameOctetsMax || !to_utf16(name)) return Fault{"the name before the ':' is none", "write the account's sAMAccountName"};
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || kNotInNames.contains(c); }))
    return Fault{"the name before the ':' cannot be one", "write the account's sAMAccountName, without its domain"};
  if (hash.size() != kHashDigits || !std::ranges::all_of(hash, is_hex))
    return Fault{"behind the ':' there is no NT hash", "write 32 hexadecimal digits"};
  return std::nullopt;
}

Key hash_of(std::string_view digits) {
  Key key;
  auto octets = from_hex(digits);
  std::ranges::copy(*octets, key.span().begin());
  OPENSSL_cleanse(octets->data(), octets->size());
  return key;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  const auto begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

Result<AccountsFile> AccountsFile::parse(std::string_view text, const std::string& name) {
  AccountsFile file;
  std::size_t number = 0;
  const auto wrong = [&](std::string_view what, std::string_view remedy) {
    return fail(win32::kErrorInvalidData, fmt::format("{}:{}: {}: {}", name, number, what, remedy));
  };
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return wrong("there is no ':'", "write NAME:HASH, one account on each line");
    const auto account = trimmed(line.substr(0, colon)), hash = trimmed(line.substr(colon + 1));
    if (const auto fault = judge(account, hash)) return wrong(fault->what, fault->remedy);
    const Key key = hash_of(hash);
    if (is_empty_password(key)) return wrong("this is the hash of an empty password", "give the account a password");
    if (file.accounts_.size() == kAccountsMax) return wrong("there are too many accounts", fmt::format("the file may have {}", kAccountsMax));
    if (!file.accounts_.emplace(to_lower_ascii(account), key).second) return wrong("this account was there before", "take one of the two lines out");
  }
  return file;
}

Result<AccountsFile> AccountsFile::read(const std::string& path) {
  PrivateText text(kAccountsFileOctetsMax);
  if (auto done = read_private_file(path, "accounts file", text); !done) return std::unexpected(std::move(done.error()));
  return parse(text.octets, path);
}

const Key* AccountsFile::find(std::string_view sam_account_name) const {
  const auto at = accounts_.find(to_lower_ascii(sam_account_name));
  return at == accounts_.end() ? nullptr : &at->second;
}

}  // namespace tributary::security::ntlm
