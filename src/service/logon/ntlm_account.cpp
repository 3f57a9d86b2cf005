// SPDX-License-Identifier: Apache-2.0
// See ntlm_account.hpp. DEVIATION: fine-grained password policies ([MS-ADTS] 3.1.1.4.5.36, msDS-ResultantPSO) are not looked at; the domain's own
// lockoutDuration and maxPwdAge count, because the directory does not compute msDS-ResultantPSO yet.
#include "service/logon/ntlm_account.hpp"

#include <algorithm>
#include <limits>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/constants.hpp"
#include "service/logon/nt_hash.hpp"
#include "service/logon/password_logon.hpp"

namespace tributary::service {

namespace attid = directory::attid;
using store::ObjectView;

namespace {

constexpr std::uint32_t kTrustAccounts = directory::kUfWorkstationTrustAccount | directory::kUfServerTrustAccount | directory::kUfInterdomainTrustAccount;
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::min();  // of an interval

/// A time or an interval (LargeInteger); 0 when there is none.
std::int64_t number_of(const ObjectView& object, store::Attid attribute) {
  const auto value = object.first(attribute);
  return value && value->size() == 8 ? static_cast<std::int64_t>(load_le<std::uint64_t>(value->data())) : 0;
}

std::string text_of(const ObjectView& object, store::Attid attribute) {
  const auto value = object.first(attribute).value_or(ByteView{});
  std::u16string text;
  for (std::size_t i = 0; i + 1 < value.size(); i += 2) text += static_cast<char16_t>(load_le<std::uint16_t>(value.data() + i));
  return to_utf8_lossy(text);
}

/// RFC 1964 section 2.1.1: a name of one component, whatever is in it.
std::string principal_of(std::string_view name, std::string_view realm) {
  std::string principal;
  for (const char c : name) {
    if (c == '\\' || c == '@' || c == '/') principal += '\\';
    principal += c;
  }
  principal += '@';
  for (const char c : realm) principal += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return principal;
}

bool is_name_of(const LogonDomain& domain, std::string_view name) {
  return name.empty() || equals_ignoring_case(name, domain.netbios_name) || equals_ignoring_case(name, domain.dns_name) ||
         equals_ignoring_case(name, domain.realm);
}

Result<ObjectView> object_of(const store::Snapshot& snapshot, store::Dnt dnt) {
  const auto object = snapshot.find(dnt);
  if (!object) return std::unexpected(object.error());
  return *object ? Result<ObjectView>(**object) : fail(win32::kErrorNoSuchUser, "the account is no longer there");
}

bool is_locked_out(const ObjectView& account, const ObjectView& root, std::uint32_t control, FileTime now) {
  const std::int64_t since = number_of(account, attid::kLockoutTime), duration = number_of(root, attid::kLockoutDuration);
  if ((control & kTrustAccounts) != 0 || since <= 0) return false;
  return duration >= 0 || duration <= since - now.ticks;  // intervals are negative; none and zero wait for an administrator
}

Result<> check_password_age(const ObjectView& account, const ObjectView& root, std::uint32_t control, FileTime now) {
  if ((control & (kTrustAccounts | directory::kUfSmartcardRequired | directory::kUfDontExpirePasswd)) != 0) return {};
  const std::int64_t set = number_of(account, attid::kPwdLastSet), age_max = number_of(root, attid::kMaxPwdAge);
  if (set <= 0) return fail(win32::kErrorPasswordMustChange, "the password must be changed first");
  if (age_max < 0 && age_max != kForever && now.ticks - set > -age_max) return fail(win32::kErrorPasswordExpired, "the password is too old");
  return {};
}

}  // namespace

Result<NtlmAccount> find_ntlm_account(const repl::Context& context, const store::Snapshot& snapshot, const LogonDomain& domain,
                                      const security::ntlm::AccountsFile& file, const security::ntlm::ClaimedIdentity& claimed) {
  if (!is_name_of(domain, claimed.domain)) return fail(win32::kErrorNoSuchDomain, "this domain is not ours");
  NtlmAccount account;
  account.principal = principal_of(claimed.user, domain.realm);
  auto found = find_account(context, snapshot, domain.account_domain(), account.principal);
  const auto at = claimed.user.rfind('@');
  if (!found && found.error().code == win32::kErrorNoSuchUser && at != std::string::npos && at + 1 < claimed.user.size() &&
      is_name_of(domain, claimed.user.substr(at + 1))) {
    account.principal = principal_of(std::string_view(claimed.user).substr(0, at), domain.realm);
    found = find_account(context, snapshot, domain.account_domain(), account.principal);
  }
  if (!found) return fail(found.error().code, "there is no such account");
  account.dnt = *found;
  const auto object = object_of(snapshot, account.dnt);
  if (!object) return std::unexpected(object.error());
  if (const auto* const hash = file.find(text_of(*object, attid::kSamAccountName))) {
    account.nt_hash = *hash;
    account.is_from_file = true;
    return account;
  }
  const auto hash = nt_hash_of(context, *object);
  if (!hash) return std::unexpected(hash.error());
  if (!*hash) return fail(win32::kErrorNotFound, "neither the accounts file nor the directory has its NT hash");
  if (security::ntlm::is_empty_password(**hash)) return fail(win32::kErrorAccountRestriction, "its password is empty");
  account.nt_hash = **hash;
  return account;
}

std::string principal_of_account(const ObjectView& account, const LogonDomain& domain) {
  return principal_of(text_of(account, attid::kSamAccountName), domain.realm);
}

Result<security::Token> may_log_on(const repl::Context& context, const store::Snapshot& snapshot, const LogonDomain& domain, store::Dnt dnt,
                                   bool is_password_of_directory) {
  const auto object = object_of(snapshot, dnt);
  if (!object) return std::unexpected(object.error());
  const auto root_dnt = snapshot.find_guid(domain.nc);
  if (!root_dnt) return std::unexpected(root_dnt.error());
  const auto root = object_of(snapshot, *root_dnt);
  if (!root) return std::unexpected(root.error());
  auto token = token_of_account(context, snapshot, domain.account_domain(), dnt);
  if (!token) return fail(token.error().code, token.error().detail.empty() ? "the account may not log on" : token.error().detail);
  const std::uint32_t control = object->first_u32(attid::kUserAccountControl).value_or(0);
  if (is_locked_out(*object, *root, control, context.now)) return fail(win32::kErrorAccountLockedOut, "the account is locked out");
  if (is_password_of_directory) {
    if (auto fresh = check_password_age(*object, *root, control, context.now); !fresh) return std::unexpected(std::move(fresh.error()));
  }
  return token;
}

Result<> may_log_on_with_ntlm(const repl::Context& context, const store::Snapshot& snapshot, const LogonDomain& domain, const NtlmAccount& account) {
  const auto token = may_log_on(context, snapshot, domain, account.dnt, !account.is_from_file);
  if (!token) return std::unexpected(token.error());
  const auto parts = security::split_sid(token->user);
  if (parts && std::ranges::find(token->groups, security::with_rid(parts->domain, security::rid::kProtectedUsers)) != token->groups.end())
    return fail(win32::kErrorAccountRestriction, "members of Protected Users do not use NTLM");
  return {};
}

}  // namespace tributary::service
