// SPDX-License-Identifier: Apache-2.0
// See rid_pool.hpp. [MS-ADA3] 2.201, 2.204, 2.205.
#include "service/forest/rid_pool.hpp"

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/updates/editor.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::service {
namespace {

constexpr repl::Attid kRidAllocationPool{0x90173};
constexpr repl::Attid kRidPreviousAllocationPool{0x90174};
constexpr repl::Attid kRidNextRid{0x90176};

struct Pool {
  std::uint32_t first = 0, last = 0;
};
Pool pool_in(const store::ObjectView& rid_set, repl::Attid attid) {
  const auto value = rid_set.first(attid);
  if (!value || value->size() != 8) return {};
  return {load_le<std::uint32_t>(value->data()), load_le<std::uint32_t>(value->data() + 4)};
}

/// The next RID and the pool that it is of: the current one, or the one that was allocated since.
struct Next {
  std::uint32_t rid = 0;
  Pool pool;
};
std::optional<Next> next_of(const store::ObjectView& rid_set) {
  const auto current = pool_in(rid_set, kRidPreviousAllocationPool);
  const auto next = rid_set.first_u32(kRidNextRid).value_or(0);
  if (next >= current.first && next <= current.last && current.first != 0) return Next{next, current};
  const auto allocated = pool_in(rid_set, kRidAllocationPool);
  const bool is_new = allocated.first != 0 && allocated.last >= allocated.first && allocated.first != current.first;
  return is_new ? std::optional(Next{allocated.first, allocated}) : std::nullopt;
}

/// The rIDSet object of our own computer.
Result<store::Dnt> own_rid_set(const store::Snapshot& snapshot, const repl::Context& context) {
  const auto& schema = *context.schema;
  const auto dsa = repl::resolve_guid(snapshot, ObjectGuid{context.dsa.value});
  if (!dsa || *dsa == store::kNoDnt) return dsa;
  const auto computer = repl::computer_of_dsa(snapshot, schema, *dsa);
  if (!computer || *computer == store::kNoDnt) return computer;
  const auto sets = repl::reference_targets(snapshot, schema, *computer, repl::attid::kRidSetReferences);
  if (!sets) return std::unexpected(sets.error());
  return sets->empty() ? store::kNoDnt : sets->front();
}

struct Found {
  store::ObjectView rid_set;
  Next next;
  RidDraw draw;
};
Result<Found> find_next(const store::Snapshot& snapshot, const repl::Context& context) {
  const auto dnt = own_rid_set(snapshot, context);
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == store::kNoDnt) return fail(kErrorDsNoRidsAllocated, "this DSA has no RID Set yet");
  const auto rid_set = repl::find_object(snapshot, *dnt, kErrorDsNoRidsAllocated);
  if (!rid_set) return std::unexpected(rid_set.error());
  const auto root = repl::find_object(snapshot, rid_set->nc(), win32::kErrorDsCantFindExpectedNc);
  if (!root) return std::unexpected(root.error());
  const auto domain = root->head().sid;
  if (!domain) return fail(win32::kErrorNotSupported, "the RID Set is not in a domain");
  const auto next = next_of(*rid_set);
  if (!next) return fail(kErrorDsNoRidsAllocated, "the RID pool is used up");
  const auto size = std::uint64_t{next->pool.last} - next->pool.first + 1;
  const bool is_low = (next->pool.last - next->rid) * std::uint64_t{5} < size;
  return Found{*rid_set, *next, {security::with_rid(*domain, next->rid), {}, is_low}};
}

}  // namespace

Result<RidDraw> peek_sid(const store::Snapshot& snapshot, const repl::Context& context) {
  auto found = find_next(snapshot, context);
  if (!found) return std::unexpected(std::move(found.error()));
  return std::move(found->draw);
}

Result<RidDraw> draw_sid(store::WriteTransaction& tx, const repl::Context& context) {
  auto found = find_next(tx, context);
  if (!found) return std::unexpected(std::move(found.error()));
  const auto& [rid, pool] = found->next;
  repl::ObjectEditor editor(tx, context, found->rid_set);
  editor.ensure(kRidPreviousAllocationPool, repl::i64_value(static_cast<std::int64_t>(std::uint64_t{pool.last} << 32 | pool.first)));
  editor.set(kRidNextRid, repl::u32_value(rid + 1));
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  found->draw.updates = {{*written}, false, false};
  return std::move(found->draw);
}

}  // namespace tributary::service
