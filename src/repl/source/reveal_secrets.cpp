// SPDX-License-Identifier: Apache-2.0
// See reveal_secrets.hpp.
#include "repl/source/reveal_secrets.hpp"

#include <unordered_set>

#include "repl/objects/facts.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {
namespace {

/// UF_INTERDOMAIN_TRUST_ACCOUNT ([MS-ADTS] 2.2.16)
constexpr std::uint32_t kInterdomainTrustAccount = 0x00000800;
/// A user is in fewer groups than this; whoever is not is not included, which reveals nothing.
constexpr std::size_t kGroupsMax = 100'000;

std::optional<Attid> attid_named(const Context& context, std::string_view name) {
  const auto* const attribute = context.schema->find_attribute(name);
  return attribute == nullptr ? std::nullopt : std::optional(attribute->attid);
}

/// The objects whose forward link points at `target` and is there.
Result<std::vector<Dnt>> sources(const Snapshot& snapshot, Dnt target, Attid attid) {
  std::vector<store::LinkKey> keys;
  const auto walked = snapshot.backlinks(target, attid, [&](const store::LinkKey& key) {
    keys.push_back(key);
    return true;
  });
  if (!walked) return std::unexpected(walked.error());
  std::vector<Dnt> found;
  for (const auto& key : keys) {
    const auto link = snapshot.find_link(key);
    if (!link) return std::unexpected(link.error());
    if (*link && (*link)->is_present) found.push_back(key.source);
  }
  return found;
}

/// The user and every group that he is in, directly or through others.
Result<std::unordered_set<Dnt>> memberships(const Snapshot& snapshot, Dnt user) {
  std::unordered_set<Dnt> all{user};
  std::vector<Dnt> waiting{user};
  while (!waiting.empty() && all.size() < kGroupsMax) {
    const Dnt at = waiting.back();
    waiting.pop_back();
    const auto groups = sources(snapshot, at, attid::kMember);
    if (!groups) return std::unexpected(groups.error());
    for (const Dnt group : *groups)
      if (all.insert(group).second) waiting.push_back(group);
  }
  return all;
}

Result<std::vector<Dnt>> named_by(const Context& context, const Snapshot& snapshot, Dnt object, std::string_view attribute) {
  const auto attid = attid_named(context, attribute);
  if (!attid) return std::vector<Dnt>{};
  return reference_targets(snapshot, *context.schema, object, *attid);
}

Result<bool> any_included(const Context& context, const Snapshot& snapshot, const std::unordered_set<Dnt>& memberships, Dnt rodc,
                          std::string_view list) {
  const auto listed = named_by(context, snapshot, rodc, list);
  if (!listed) return std::unexpected(listed.error());
  for (const Dnt dnt : *listed)
    if (memberships.contains(dnt)) return true;
  return false;
}

}  // namespace

Result<Dnt> computer_of_dsa(const Snapshot& snapshot, const schema::Schema& schema, Dnt dsa) {
  const auto object = snapshot.find(dsa);
  if (!object) return std::unexpected(object.error());
  if (!*object) return kNoDnt;
  const Dnt server = (*object)->parent();
  const auto named = reference_targets(snapshot, schema, server, attid::kServerReference);
  if (!named) return std::unexpected(named.error());
  return named->empty() ? kNoDnt : named->front();
}

Result<RevealSecretsPolicy> get_reveal_secrets_policy_for_user(const Context& context, const Snapshot& snapshot, Dnt rodc, Dnt user) {
  if (rodc == user) return RevealSecretsPolicy::kAllow;
  const auto krbtgt_link = attid_named(context, "msDS-KrbTgtLink");
  const auto own_krbtgt = named_by(context, snapshot, rodc, "msDS-KrbTgtLink");
  if (!own_krbtgt) return std::unexpected(own_krbtgt.error());
  for (const Dnt krbtgt : *own_krbtgt)
    if (krbtgt == user) return RevealSecretsPolicy::kAllow;
  // Anybody else's ticket-granting account: somebody's msDS-KrbTgtLink points at it.
  if (krbtgt_link) {
    const auto others = sources(snapshot, user, *krbtgt_link);
    if (!others) return std::unexpected(others.error());
    if (!others->empty()) return RevealSecretsPolicy::kDeny;
  }
  const auto object = snapshot.find(user);
  if (!object) return std::unexpected(object.error());
  if (!*object) return RevealSecretsPolicy::kNoPolicy;
  if (((*object)->first_u32(attid::kUserAccountControl).value_or(0) & kInterdomainTrustAccount) != 0) return RevealSecretsPolicy::kDeny;

  const auto groups = memberships(snapshot, user);
  if (!groups) return std::unexpected(groups.error());
  const auto never = any_included(context, snapshot, *groups, rodc, "msDS-NeverRevealGroup");
  if (!never) return std::unexpected(never.error());
  if (*never) return RevealSecretsPolicy::kDeny;
  const auto on_demand = any_included(context, snapshot, *groups, rodc, "msDS-RevealOnDemandGroup");
  if (!on_demand) return std::unexpected(on_demand.error());
  return *on_demand ? RevealSecretsPolicy::kAllow : RevealSecretsPolicy::kNoPolicy;
}

Result<bool> reveal_secrets_for_user_allowed(const Context& context, const Snapshot& snapshot, Dnt rodc, Dnt user) {
  const auto policy = get_reveal_secrets_policy_for_user(context, snapshot, rodc, user);
  if (!policy) return std::unexpected(policy.error());
  return *policy == RevealSecretsPolicy::kAllow;
}

}  // namespace tributary::repl
