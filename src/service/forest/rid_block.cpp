// SPDX-License-Identifier: Apache-2.0
// See rid_block.hpp.
#include "service/forest/rid_block.hpp"

#include "base/win32.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/modify.hpp"
#include "schema/schema.hpp"

namespace tributary::service {
namespace {

using repl::Dnt;
using store::kNoDnt;

constexpr std::uint32_t kBlock = 500;

Result<store::ObjectView> computer_of(const store::Snapshot& snapshot, const repl::Context& context) {
  const auto self = repl::resolve_guid(snapshot, ObjectGuid{context.dsa.value});
  if (!self) return std::unexpected(self.error());
  const auto computer = *self == kNoDnt ? self : repl::computer_of_dsa(snapshot, *context.schema, *self);
  if (!computer) return std::unexpected(computer.error());
  return repl::find_object(snapshot, *computer, win32::kErrorDsNoServerObject);
}
Result<Dnt> reference(const store::Snapshot& snapshot, const repl::Context& context, Dnt dnt, std::string_view name) {
  const auto* attribute = context.schema->find_attribute(name);
  if (attribute == nullptr) return fail(win32::kErrorDsAttNotDefInSchema, std::string(name));
  const auto targets = repl::reference_targets(snapshot, *context.schema, dnt, attribute->attid);
  if (!targets) return std::unexpected(targets.error());
  return targets->empty() ? kNoDnt : targets->front();
}
Result<std::uint64_t> pool(const store::Snapshot& snapshot, const repl::Context& context, Dnt dnt, std::string_view name) {
  const auto* attribute = context.schema->find_attribute(name);
  const auto object = repl::find_object(snapshot, dnt, win32::kErrorDsNoServerObject);
  if (!object) return std::unexpected(object.error());
  const auto value = attribute != nullptr ? object->first(attribute->attid) : std::nullopt;
  return value && value->size() == 8 ? load_le<std::uint64_t>(value->data()) : 0;
}

}  // namespace

Result<Sid> domain_sid_of_dsa(const store::Snapshot& snapshot, const repl::Context& context) {
  const auto computer = computer_of(snapshot, context);
  if (!computer) return std::unexpected(computer.error());
  const auto root = repl::find_object(snapshot, computer->nc(), win32::kErrorDsNoServerObject);
  if (!root) return std::unexpected(root.error());
  const auto sid = root->head().sid;
  if (!sid) return fail(win32::kErrorDsNoServerObject, "the domain has no SID");
  return *sid;
}

Result<repl::Updates> take_rid_block(store::WriteTransaction& tx, const repl::Context& context) {
  const auto computer = computer_of(tx, context);
  if (!computer) return std::unexpected(computer.error());
  const auto rid_set = reference(tx, context, computer->dnt(), "rIDSetReferences");
  const auto manager = reference(tx, context, computer->nc(), "rIDManagerReference");
  if (!rid_set || !manager) return std::unexpected(rid_set ? manager.error() : rid_set.error());
  if (*rid_set == kNoDnt || *manager == kNoDnt) return fail(win32::kErrorDsNoServerObject, "this DSA has no RID Set: the RID master of the domain can make accounts");
  const auto owner = reference(tx, context, *manager, "fSMORoleOwner");
  const auto self = repl::resolve_guid(tx, ObjectGuid{context.dsa.value});
  if (!owner || !self) return std::unexpected(owner ? self.error() : owner.error());
  if (*owner != *self) return fail(win32::kErrorDsCouldntContactFsmo, "the RIDs of this DSA are used up: the RID master of the domain can make accounts");
  const auto all = pool(tx, context, *manager, "rIDAvailablePool");
  if (!all) return std::unexpected(all.error());
  const auto available = *all;
  const auto first = static_cast<std::uint32_t>(available), last = static_cast<std::uint32_t>(available >> 32);
  if (last <= first || last - first <= kBlock) return fail(win32::kErrorDsGenericError, "the RIDs of the domain are used up");
  const auto pool_of = [](std::uint64_t from, std::uint64_t to) { return repl::i64_value(static_cast<std::int64_t>(to << 32 | from)); };
  const std::pair<Dnt, std::pair<std::string_view, repl::NewValue>> writes[] = {
      {*manager, {"rIDAvailablePool", pool_of(first + kBlock + 1, last)}},
      {*rid_set, {"rIDAllocationPool", pool_of(first, first + kBlock)}},
      {*rid_set, {"rIDPreviousAllocationPool", repl::i64_value(0)}},
      {*rid_set, {"rIDNextRID", repl::u32_value(0)}},
  };
  repl::Updates updates;
  for (const auto& [object, write] : writes) {
    const auto* attribute = context.schema->find_attribute(write.first);
    if (attribute == nullptr) return fail(win32::kErrorDsAttNotDefInSchema, std::string(write.first));
    const repl::Modification modification{repl::ModifyOperation::kReplace, attribute->attid, {write.second}};
    auto done = repl::modify(tx, context, object, {&modification, 1}, {repl::CheckLevel::kReplica, false, false});
    if (!done) return done;
    updates.append(*done);
  }
  return updates;
}

}  // namespace tributary::service
