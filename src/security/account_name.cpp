// SPDX-License-Identifier: Apache-2.0
// Account names: where they are divided and how they become a principal. Must never know a password or a KDC.
#include "security/account_name.hpp"

#include <algorithm>
#include <utility>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::security {
namespace {

[[nodiscard]] bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

[[nodiscard]] std::unexpected<Error> malformed(std::string detail) {
  return fail(win32::kErrorInvalidAccountName, std::move(detail), Phase::kAuthenticate);
}

[[nodiscard]] Result<AccountName> whole(AccountName name) {
  if (name.user.empty()) return malformed("the account name has no user part");
  if (name.form != AccountName::Form::kUser && name.domain.empty()) return malformed("the account name has an empty domain part");
  return name;
}

/// '@' divides name and realm in a principal and '\' escapes; '/' stays, it divides components ("host/dc1").
[[nodiscard]] std::string escape(std::string_view part) {
  std::string out;
  out.reserve(part.size());
  for (const char c : part) {
    if (c == '@' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace

Result<AccountName> parse_account_name(std::string_view text) {
  if (text.size() > kAccountNameBytesMax) return malformed("the account name is too long");
  if (std::ranges::any_of(text, is_control)) return malformed("the account name holds a control character");
  if (!to_utf16(text)) return malformed("the account name is not UTF-8");

  using Form = AccountName::Form;
  const std::size_t backslash = text.find('\\');
  const std::size_t at = text.rfind('@');
  if (backslash != std::string_view::npos) {
    if (at != std::string_view::npos) return malformed("write DOMAIN\\user or user@REALM, not both at once");
    if (text.find('\\', backslash + 1) != std::string_view::npos) return malformed("the account name has two backslashes");
    return whole({Form::kDownLevel, std::string(text.substr(backslash + 1)), std::string(text.substr(0, backslash))});
  }
  if (at != std::string_view::npos) {
    return whole({Form::kPrincipal, std::string(text.substr(0, at)), std::string(text.substr(at + 1))});
  }
  return whole({Form::kUser, std::string(text), {}});
}

std::string kerberos_principal(const AccountName& name, std::string_view realm_hint) {
  const bool own_realm = name.form == AccountName::Form::kPrincipal ||
                         (name.form == AccountName::Form::kDownLevel && name.domain.contains('.'));
  const std::string realm = realm_of_domain(own_realm ? std::string_view(name.domain) : realm_hint);
  std::string principal = escape(name.user);
  if (!realm.empty()) principal += "@" + escape(realm);
  return principal;
}

std::string enterprise_principal(const AccountName& name, std::string_view realm_hint) {
  const std::string realm = realm_of_domain(realm_hint);
  if (name.form != AccountName::Form::kPrincipal || realm.empty() || realm == realm_of_domain(name.domain)) return {};
  // The first '@' belongs to the name here, so one in the user part would move the border.
  if (name.user.contains('@')) return {};
  return escape(name.user) + "@" + escape(name.domain) + "@" + escape(realm);
}

std::string realm_of_domain(std::string_view dns_domain) {
  if (dns_domain.ends_with('.')) dns_domain.remove_suffix(1);
  std::string realm(dns_domain);
  for (char& c : realm) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return realm;
}

}  // namespace tributary::security
