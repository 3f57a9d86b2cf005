// SPDX-License-Identifier: Apache-2.0
// See answer.hpp.
#include "repl/divergence/answer.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/wire_values.hpp"
#include "repl/source/local_state.hpp"

namespace tributary::repl {

using store::Snapshot;

namespace {

bool is_same(const DigestScope& a, const DigestScope& b) {
  const bool same_set = a.partial.has_value() == b.partial.has_value() && (!a.partial || a.partial->attids() == b.partial->attids());
  return same_set && a.with_secrets == b.with_secrets && a.filtered == b.filtered;
}

WireAnswer answer_of(const NodeAddress& node, const Expansion& mine, const Digest& theirs) {
  WireAnswer answer;
  if (mine.total == theirs) return answer;
  if (!node.is_below_object() && mine.count <= kLeafObjectsMax) {
    answer.kind = static_cast<std::uint32_t>(AnswerKind::kObjects);
    for (const auto& entry : mine.objects) answer.objects.push_back(to_wire(entry));
  } else if (node.is_below_object() && (mine.count <= kLeafItemsMax || node.depth == kItemDepth)) {
    answer.kind = static_cast<std::uint32_t>(AnswerKind::kItems);
    for (const auto& entry : mine.items) answer.items.push_back(to_wire(entry));
  } else {
    answer.kind = static_cast<std::uint32_t>(AnswerKind::kChildren);
    for (const auto& child : mine.children) answer.children.push_back(to_wire(child));
  }
  return answer;
}

}  // namespace

Result<ReplicaHere> find_replica(const Snapshot& snapshot, const ObjectGuid& nc) {
  const auto root = snapshot.find_guid(nc);
  if (!root) return std::unexpected(root.error());
  auto replica = *root == store::kNoDnt ? Result<std::optional<store::NcReplica>>(std::nullopt) : snapshot.nc_replica(*root);
  if (!replica) return std::unexpected(std::move(replica.error()));
  if (!*replica || (*replica)->going) return fail(win32::kErrorDsDraBadNc, to_string(nc));
  return ReplicaHere{*root, std::move(**replica)};
}

Result<DigestScope> scope_of_replica(const Context& context, const store::NcReplica& replica) {
  DigestScope scope;
  scope.with_secrets = true;
  scope.filtered = context.rules.read_only;
  if (!replica.partial) return scope;
  auto set = decode_partial_set(replica.partial_attribute_set);
  if (!set) return std::unexpected(std::move(set.error()));
  scope.partial = AttidSet(std::move(*set));
  return scope;
}

DigestScope intersect(const DigestScope& a, const DigestScope& b) {
  DigestScope both;
  both.with_secrets = a.with_secrets && b.with_secrets;
  both.filtered = a.filtered || b.filtered;
  if (!a.partial || !b.partial) {
    both.partial = a.partial ? a.partial : b.partial;
    return both;
  }
  std::vector<Attid> common;
  std::ranges::set_intersection(a.partial->attids(), b.partial->attids(), std::back_inserter(common));
  both.partial = AttidSet(std::move(common));
  return both;
}

Result<DigestReply> answer_digest(const Context& context, const Snapshot& snapshot, const DigestRequest& request, const ReplicationRights& rights) {
  const auto here = find_replica(snapshot, ObjectGuid{request.nc});
  if (!here) return std::unexpected(here.error());
  if (!rights.get_changes || ((request.scope.flags & kScopeSecrets) != 0 && !rights.get_changes_all))
    return fail(win32::kErrorDsDraAccessDenied, "DS-Replication-Get-Changes");
  const auto asked = scope_from_wire(request.scope, *context.schema);
  if (!asked) return std::unexpected(asked.error());
  const auto own = scope_of_replica(context, here->replica);
  if (!own) return std::unexpected(own.error());
  const auto utd = local_utd(context, snapshot, here->replica);
  if (!utd) return std::unexpected(utd.error());

  DigestReply reply;
  reply.utd = cursors_to_wire(*utd);
  const auto common = intersect(*asked, *own);
  reply.scope = scope_to_wire(common, *context.schema);
  if (!is_same(common, *asked)) {
    reply.is_narrower = 1;
    return reply;
  }
  for (const auto& wire : request.nodes) {
    const NodeAddress node{wire.address, wire.depth};
    if (!node.is_valid()) return fail(win32::kErrorDsDraInvalidParameter, "a node that cannot be");
    const auto mine = expand(context, snapshot, here->root, common, node, node.is_below_object() ? kLeafItemsMax : kLeafObjectsMax);
    if (!mine) return std::unexpected(mine.error());
    reply.answers.push_back(answer_of(node, *mine, from_wire(wire.digest)));
  }
  return reply;
}

}  // namespace tributary::repl
