// SPDX-License-Identifier: Apache-2.0
// See cross_refs.hpp.
#include "repl/destination/cross_refs.hpp"

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/nc.hpp"

namespace tributary::repl {

Result<void> follow_cross_ref(store::WriteTransaction& transaction, const Context& context, Dnt dnt) {
  const auto object = transaction.find(dnt);
  if (!object) return std::unexpected(object.error());
  const auto name = *object ? (*object)->first(attid::kNcName) : std::nullopt;
  if (!name || !is_instance_of(*context.schema, **object, class_id::kCrossRef)) return {};
  const bool is_dead = is_deleted(**object);
  const Dnt nc = store::reference_target(*name);
  const auto target = transaction.find(nc);
  if (!target) return std::unexpected(target.error());
  if (!*target) return {};
  if (is_dead) return is_subref(**target) ? remove_subref(transaction, context, nc) : Result<void>();
  const auto dn = dn_of(transaction, *context.schema, nc);
  if (!dn) return std::unexpected(dn.error());
  if (dn->empty()) return {};
  const auto head = (*target)->head();
  const auto added = add_subref(transaction, context, head.guid, head.sid, *dn);
  // A name that something else has got, or a DN that nobody can read, leaves the NC without its reference; the crossRef is applied all the same.
  if (!added && transaction.failure()) return std::unexpected(*transaction.failure());
  return {};
}

}  // namespace tributary::repl
