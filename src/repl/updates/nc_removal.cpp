// SPDX-License-Identifier: Apache-2.0
// Taking an NC replica down, leaves first. [MS-DRSR] 4.1.20.2, 5.58. Declared in nc.hpp.
#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/nc.hpp"
#include "repl/updates/nc_bookkeeping.hpp"

namespace tributary::repl {
namespace {

using store::NcReplica;
using store::ObjectDraft;
using store::ObjectFlags;

Result<NcReplica> find_replica(const Snapshot& snapshot, Dnt nc) {
  auto replica = snapshot.nc_replica(nc);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica) return fail(win32::kErrorDsDraBadNc, "no replica of it is here");
  return std::move(**replica);
}

/// NC roots directly below objects of this NC.
Result<std::vector<Dnt>> roots_below(const Snapshot& snapshot, Dnt nc) {
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  std::vector<Dnt> below;
  for (const Dnt root : *roots) {
    const auto object = find_object(snapshot, root, win32::kErrorDsCantFindExpectedNc);
    if (!object) return std::unexpected(object.error());
    if (root == nc || object->parent() == store::kRootDnt) continue;
    const auto parent = find_object(snapshot, object->parent(), win32::kErrorDsNoParentObject);
    if (!parent) return std::unexpected(parent.error());
    if (parent->nc() == nc) below.push_back(root);
  }
  return below;
}

/// An NC root stands by itself: its record has its whole name.
Result<void> set_free(WriteTransaction& tx, const Context& context, Dnt root) {
  if (auto good = list_in_subrefs(tx, root, false); !good) return good;
  const auto dn = dn_of(tx, *context.schema, root);
  if (!dn) return std::unexpected(dn.error());
  const auto object = find_object(tx, root, win32::kErrorDsCantFindExpectedNc);
  if (!object) return std::unexpected(object.error());
  ObjectDraft draft(*object);
  draft.keep_all();
  draft.head.parent = store::kRootDnt;
  draft.rdn = *dn;
  if (const auto written = tx.put(draft); !written) return std::unexpected(written.error());
  return change_instance_type(tx, root, 0, drsuapi::IT_NC_ABOVE);
}

Result<Dnt> first_leaf(const Snapshot& snapshot, Dnt from) {
  Dnt at = from;
  for (std::size_t depth = 0; depth < kDnRdnsMax; ++depth) {
    Dnt child = kNoDnt;
    const auto scan = snapshot.children(at, [&](const Dnt& each) {
      child = each;
      return false;
    });
    if (!scan) return std::unexpected(scan.error());
    if (child == kNoDnt) return at;
    at = child;
  }
  return fail(win32::kErrorDsDatabaseError, "the tree is too deep");
}

/// Takes up to `limit` of the object's own link values; how many.
Result<std::size_t> take_links(WriteTransaction& tx, Dnt source, std::size_t limit) {
  std::vector<LinkKey> keys;
  const auto scan = tx.links(source, Attid{}, [&](const LinkValue& link) {
    keys.push_back(link.key);
    return keys.size() < limit;
  });
  if (!scan) return std::unexpected(scan.error());
  for (const auto& key : keys) tx.erase_link(key);
  return keys.size();
}

/// The root becomes the name of an NC that is elsewhere: it keeps its GUID, SID and name, and is in the NC above.
Result<void> turn_into_subref(WriteTransaction& tx, const Context& context, Dnt root) {
  const auto object = find_object(tx, root, win32::kErrorDsCantFindExpectedNc);
  if (!object) return std::unexpected(object.error());
  const auto parent = find_object(tx, object->parent(), win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  const auto name = rdn_of(*context.schema, *object);
  if (!name) return std::unexpected(name.error());
  ObjectEditor editor(tx, context);
  auto& draft = editor.draft();
  draft.dnt = root;
  draft.head = object->head();
  draft.head.flags = ObjectFlags::kSubref;
  draft.head.nc = parent->nc();
  editor.set_name(name->type, name->value);
  editor.set(attid::kObjectClass, u32_value(static_cast<std::uint32_t>(class_id::kTop)));
  editor.set(attid::kInstanceType, u32_value(drsuapi::IT_NC_HEAD | drsuapi::IT_UNINSTANT | drsuapi::IT_NC_ABOVE));
  editor.set(attid::kObjectGuid, octets_value(draft.head.guid.value.octets));
  tx.erase_nc_replica(root);
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  return list_in_subrefs(tx, root, true);
}

Result<void> finish(WriteTransaction& tx, const Context& context, Dnt root, bool is_in_forest) {
  const auto object = find_object(tx, root, win32::kErrorDsCantFindExpectedNc);
  if (!object) return std::unexpected(object.error());
  if (is_in_forest && object->parent() != store::kRootDnt) return turn_into_subref(tx, context, root);
  if (auto good = list_in_subrefs(tx, root, false); !good) return good;
  const auto dn = dn_of(tx, *context.schema, root);
  if (!dn) return std::unexpected(dn.error());
  tx.erase_nc_replica(root);
  tx.erase(root, *dn);
  return settle(tx);
}

}  // namespace

Result<void> begin_nc_removal(WriteTransaction& tx, const Context& context, Dnt nc) {
  auto replica = find_replica(tx, nc);
  if (!replica) return std::unexpected(replica.error());
  const auto below = roots_below(tx, nc);
  if (!below) return std::unexpected(below.error());
  replica->going = true;
  tx.put_nc_replica(*replica);
  for (const Dnt root : *below)
    if (auto good = set_free(tx, context, root); !good) return good;
  if (auto good = change_instance_type(tx, nc, drsuapi::IT_NC_GOING, 0); !good) return good;
  return settle(tx);
}

Result<NcRemoval> continue_nc_removal(WriteTransaction& tx, const Context& context, Dnt nc, std::size_t removals_max, bool is_in_forest) {
  const auto replica = find_replica(tx, nc);
  if (!replica) return std::unexpected(replica.error());
  if (!replica->going) return fail(win32::kErrorDsDraBadNc, "its removal has not begun");
  NcRemoval removal;
  while (removal.removed < removals_max && !removal.finished) {
    const auto leaf = first_leaf(tx, nc);
    if (!leaf) return std::unexpected(leaf.error());
    const auto room = removals_max - removal.removed;
    const auto links = take_links(tx, *leaf, room);
    if (!links) return std::unexpected(links.error());
    removal.removed += *links;
    if (*links == room) break;
    if (*leaf == nc) {
      if (auto good = finish(tx, context, nc, is_in_forest); !good) return std::unexpected(good.error());
      removal.finished = true;
    } else {
      const auto dn = dn_of(tx, *context.schema, *leaf);
      if (!dn) return std::unexpected(dn.error());
      tx.erase(*leaf, *dn);
    }
    ++removal.removed;
  }
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return removal;
}

}  // namespace tributary::repl
