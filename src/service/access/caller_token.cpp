// SPDX-License-Identifier: Apache-2.0
// See caller_token.hpp.
#include "service/access/caller_token.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/updates.hpp"
#include "schema/value_compare.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/membership_walk.hpp"
#include "service/access/principal.hpp"
#include "service/directory/constants.hpp"

namespace tributary::service {

using security::Token;
using store::Dnt;
using store::ObjectView;

namespace {

constexpr store::Attid kAccountExpires{0x9009F};  // accountExpires, [MS-ADA1] 2.1
constexpr std::size_t kCandidatesMax = 65'536;  // deleted objects keep their sAMAccountName, so that one name may have many
constexpr std::size_t kSidHistoryMax = 64;

/// What the look-ups of one caller have in common.
class Accounts {
 public:
  Accounts(const repl::Context& context, const store::Snapshot& snapshot, Dnt domain) : context_(context), snapshot_(snapshot), domain_(domain) {}

  /// The one account of the domain that has this text in the attribute; kNoDnt when there is none.
  [[nodiscard]] Result<Dnt> find(store::Attid attid, std::string_view text) const {
    const auto* const attribute = context_.schema->find_attribute(attid);
    if (attribute == nullptr || !to_utf16(text)) return store::kNoDnt;
    if (!snapshot_.has_index(attid)) return fail(win32::kErrorNotSupported, attribute->ldap_display_name + " is not indexed");
    std::vector<Dnt> candidates;
    const auto form = schema::normal_form(attribute->syntax, repl::text_value(text).octets);
    const auto scanned = snapshot_.equal(attid, form, [&](const Dnt& dnt) {
      candidates.push_back(dnt);
      return candidates.size() < kCandidatesMax;
    });
    if (!scanned) return std::unexpected(scanned.error());
    if (candidates.size() == kCandidatesMax) return fail(win32::kErrorDsNameErrorNotUnique, attribute->ldap_display_name + " of too many objects");
    Dnt found = store::kNoDnt;
    for (const Dnt candidate : candidates) {
      const auto account = this->account(candidate);
      if (!account) return std::unexpected(account.error());
      if (!*account) continue;
      if (found != store::kNoDnt) return fail(win32::kErrorDsNameErrorNotUnique, attribute->ldap_display_name + " " + to_printable(text, 80));
      found = candidate;
    }
    return found;
  }

  /// The object when it is a living account of the domain.
  [[nodiscard]] Result<std::optional<ObjectView>> account(Dnt dnt) const {
    const auto object = snapshot_.find(dnt);
    if (!object) return object;
    if (!*object || repl::is_phantom(**object) || repl::is_deleted(**object) || (*object)->nc() != domain_ || !(*object)->head().sid ||
        !repl::is_instance_of(*context_.schema, **object, repl::class_id::kUser))
      return std::nullopt;
    return object;
  }

  [[nodiscard]] Result<Dnt> find_service(const Principal& principal) const {
    std::string spn = principal.components.front();
    for (std::size_t i = 1; i < principal.components.size(); ++i) spn += "/" + principal.components[i];
    auto found = find(repl::attid::kServicePrincipalName, spn);
    if (!found || *found != store::kNoDnt) return found;
    // The key of "host" is the machine's own; that of any other service may be somebody else's on the same machine.
    if (principal.components.size() != 2 || !equals_ignoring_case(principal.components[0], "host")) return store::kNoDnt;
    const std::string& host = principal.components[1];
    found = find(repl::attid::kSamAccountName, host.substr(0, host.find('.')) + "$");
    if (!found || *found == store::kNoDnt) return found;
    const auto computer = account(*found);
    if (!computer) return std::unexpected(computer.error());
    const auto& schema = *context_.schema;
    const auto name = (*computer)->first(directory::attid::kDnsHostName);
    const auto* const attribute = schema.find_attribute(directory::attid::kDnsHostName);
    const bool is_host = name && attribute != nullptr && schema::values_equal(attribute->syntax, *name, repl::text_value(host).octets);
    return is_host ? *found : store::kNoDnt;
  }

  [[nodiscard]] Result<Dnt> find_user(const std::string& name, std::string_view dns_name) const {
    if (name.contains('@')) return find(repl::attid::kUserPrincipalName, name);
    auto found = find(repl::attid::kSamAccountName, name);
    if (!found || *found != store::kNoDnt) return found;
    return find(repl::attid::kUserPrincipalName, name + "@" + std::string(dns_name));
  }

 private:
  const repl::Context& context_;
  const store::Snapshot& snapshot_;
  Dnt domain_;
};

/// [MS-KILE] 3.3.5.7.1: what a KDC of Active Directory looks at. An MIT KDC knows none of it.
Result<void> check_may_log_on(const ObjectView& account, FileTime now) {
  const std::uint32_t control = account.first_u32(repl::attid::kUserAccountControl).value_or(0);
  if ((control & directory::kUfAccountDisable) != 0) return fail(win32::kErrorAccountDisabled);
  if ((control & directory::kUfInterdomainTrustAccount) != 0) return fail(kErrorNologonInterdomainTrustAccount);
  const auto expires = account.first(kAccountExpires);
  if (!expires || expires->size() != 8) return {};
  const auto ticks = load_le<std::uint64_t>(expires->data());
  const bool never = ticks == 0 || ticks >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!never && ticks <= static_cast<std::uint64_t>(now.ticks)) return fail(win32::kErrorAccountExpired);
  return {};
}

Result<Dnt> domain_root(const store::Snapshot& snapshot, const AccountDomain& domain) {
  const auto root = snapshot.find_guid(domain.nc);
  if (!root) return root;
  return *root == store::kNoDnt ? fail(win32::kErrorNoSuchDomain, to_printable(domain.dns_name, 80)) : root;
}

/// Adds the groups of everything that is in the token.
Result<void> add_groups(const repl::Context& context, const store::Snapshot& snapshot, Dnt domain, bool local_only, Token& token) {
  MembershipWalk walk(context, snapshot, domain, local_only);
  walk.add(token.user);
  for (const Sid& group : token.groups) walk.add(group);
  if (auto done = walk.run(); !done) return done;
  token.groups.assign(walk.sids().begin(), walk.sids().end());
  std::erase(token.groups, token.user);
  return {};
}

}  // namespace

Result<Dnt> find_account(const repl::Context& context, const store::Snapshot& snapshot, const AccountDomain& domain, std::string_view principal) {
  const auto parsed = parse_principal(principal);
  if (!parsed) return std::unexpected(parsed.error());
  if (!equals_ignoring_case(parsed->realm, domain.dns_name)) return fail(win32::kErrorNoSuchDomain, to_printable(parsed->realm, 80));
  const auto root = domain_root(snapshot, domain);
  if (!root) return root;
  const Accounts accounts(context, snapshot, *root);
  const auto found = parsed->components.size() > 1 ? accounts.find_service(*parsed) : accounts.find_user(parsed->components.front(), domain.dns_name);
  if (found && *found == store::kNoDnt) return fail(win32::kErrorNoSuchUser, to_printable(principal, 80));
  return found;
}

Result<Token> token_of_account(const repl::Context& context, const store::Snapshot& snapshot, const AccountDomain& domain, Dnt account) {
  const auto root = domain_root(snapshot, domain);
  if (!root) return std::unexpected(root.error());
  const auto object = Accounts(context, snapshot, *root).account(account);
  if (!object) return std::unexpected(object.error());
  if (!*object) return fail(win32::kErrorNoSuchUser, "the object is no account of the domain");
  if (auto may = check_may_log_on(**object, context.now); !may) return std::unexpected(std::move(may.error()));
  Token token{.user = *(*object)->head().sid, .groups = {}};
  const auto parts = security::split_sid(token.user);
  if (const auto group = (*object)->first_u32(directory::attid::kPrimaryGroupId); group && parts) {
    token.primary_group = security::with_rid(parts->domain, *group);
    token.groups.push_back(*token.primary_group);
  }
  if (((*object)->first_u32(repl::attid::kUserAccountControl).value_or(0) & directory::kUfServerTrustAccount) != 0)
    token.groups.push_back(security::sids::kEnterpriseDomainControllers);
  const auto history = (*object)->find(directory::attid::kSidHistory);
  for (std::size_t i = 0; history && i < std::min(history->size(), kSidHistoryMax); ++i)
    if (const auto sid = decode_sid(history->value(i))) token.groups.push_back(*sid);
  security::add_well_known_sids(token);
  if (auto added = add_groups(context, snapshot, *root, false, token); !added) return std::unexpected(std::move(added.error()));
  return token;
}

Result<Token> caller_token(const repl::Context& context, const store::Snapshot& snapshot, const AccountDomain& domain, std::string_view principal,
                           const std::optional<Bytes>& pac_logon_info) {
  if (!pac_logon_info) {
    const auto account = find_account(context, snapshot, domain, principal);
    if (!account) return std::unexpected(account.error());
    return token_of_account(context, snapshot, domain, *account);
  }
  const auto info = security::decode_validation_info(*pac_logon_info);
  if (!info) return std::unexpected(info.error());
  auto token = security::token_of_validation_info(*info);
  if (!token) return token;
  const auto root = domain_root(snapshot, domain);
  if (!root) return std::unexpected(root.error());
  if (auto added = add_groups(context, snapshot, *root, true, *token); !added) return std::unexpected(std::move(added.error()));
  return token;
}

}  // namespace tributary::service
