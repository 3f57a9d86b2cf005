// SPDX-License-Identifier: Apache-2.0
// Garbage collection. [MS-ADTS] 3.1.1.1.5.1, 3.1.1.1.6, 6.1.1.4.2; [MS-DRSR] 5.58. Declared in garbage.hpp.
#include "repl/updates/garbage.hpp"

#include <algorithm>
#include <limits>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/remove.hpp"

namespace tributary::repl {
namespace {

DsTime before(DsTime now, std::int64_t lifetime_s) {
  const std::int64_t lifetime = std::max<std::int64_t>(lifetime_s, 0);
  return {now.seconds < lifetime ? 0 : now.seconds - lifetime};
}

bool is_nc_writable(const Snapshot& snapshot, const Context& context, Dnt nc) { return check_writable(snapshot, context, nc).has_value(); }

enum class Fate : std::uint8_t { kStays, kGoes, kIsRecycled };

/// What has become of a deleted object by now.
Result<Fate> fate_of(const Snapshot& snapshot, const Context& context, const ObjectView& object) {
  const auto when = object.head().when_deleted;
  if (!is_deleted(object)) return Fate::kStays;
  const auto container = well_known_object(snapshot, object.nc(), kGuidDeletedObjectsContainer);
  if (!container) return std::unexpected(container.error());
  if (*container == object.dnt()) return Fate::kStays;
  if (!is_recycled(object)) {
    const bool is_due = context.rules.recycle_bin && when < before(context.ds_now(), context.rules.deleted_object_lifetime_s);
    return is_due && is_nc_writable(snapshot, context, object.nc()) ? Fate::kIsRecycled : Fate::kStays;
  }
  if (when >= before(context.ds_now(), context.rules.tombstone_lifetime_s)) return Fate::kStays;
  bool has_children = false;
  const auto scan = snapshot.children(object.dnt(), [&](const Dnt&) {
    has_children = true;
    return false;
  });
  if (!scan) return std::unexpected(scan.error());
  return has_children ? Fate::kStays : Fate::kGoes;
}

struct Grave {
  Dnt dnt = kNoDnt;
  Fate fate = Fate::kStays;
};

Result<std::vector<Grave>> due_graves(const Snapshot& snapshot, const Context& context, std::size_t limit) {
  const auto shorter = std::min(context.rules.tombstone_lifetime_s, context.rules.deleted_object_lifetime_s);
  std::vector<Grave> due;
  std::optional<Error> error;
  const auto scan = snapshot.object_graves(before(context.ds_now(), shorter), [&](const Dnt& dnt) {
    const auto object = snapshot.find(dnt);
    if (!object) error = object.error();
    if (error || !*object) return !error;
    const auto fate = fate_of(snapshot, context, **object);
    if (!fate) error = fate.error();
    if (!error && *fate != Fate::kStays) due.push_back({dnt, *fate});
    return !error && due.size() < limit;
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(*error);
  return due;
}

Result<std::vector<LinkKey>> due_links(const Snapshot& snapshot, const Context& context, std::size_t limit) {
  std::vector<LinkKey> due;
  const auto scan = snapshot.link_graves(before(context.ds_now(), context.rules.tombstone_lifetime_s), [&](const LinkKey& key) {
    due.push_back(key);
    return due.size() < limit;
  });
  if (!scan) return std::unexpected(scan.error());
  return due;
}

}  // namespace

Result<GarbageCollection> collect_garbage(WriteTransaction& tx, const Context& context, std::size_t changes_max) {
  GarbageCollection result;
  const auto links = due_links(tx, context, changes_max);
  if (!links) return std::unexpected(links.error());
  for (const auto& key : *links) tx.erase_link(key);
  result.links_removed = links->size();
  const auto room = changes_max - links->size();
  if (room > 0) {
    const auto graves = due_graves(tx, context, room);
    if (!graves) return std::unexpected(graves.error());
    for (const auto& grave : *graves) {
      if (grave.fate == Fate::kGoes) {
        if (auto good = expunge(tx, context, grave.dnt); !good) return std::unexpected(good.error());
        ++result.objects_removed;
        continue;
      }
      const auto recycled = recycle_object(tx, context, grave.dnt);
      if (!recycled && recycled.error().code == win32::kErrorDsDatabaseError && !tx.failure()) continue;  // its links are being worked on
      if (!recycled) return std::unexpected(recycled.error());
      result.updates.append(*recycled);
      ++result.objects_recycled;
    }
    result.more = graves->size() == room;
  } else {
    result.more = true;
  }
  result.more = result.more && result.links_removed + result.objects_removed + result.objects_recycled > 0;
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return result;
}

Result<TombstoneRecycling> recycle_tombstones(WriteTransaction& tx, const Context& context, std::size_t objects_max) {
  std::vector<Dnt> tombstones;
  std::optional<Error> error;
  const auto scan = tx.object_graves(DsTime{std::numeric_limits<std::int64_t>::max()}, [&](const Dnt& dnt) {
    const auto object = tx.find(dnt);
    if (!object) error = object.error();
    if (error || !*object || !is_recycled(**object) || is_true(**object, attid::kIsRecycled)) return !error;
    const bool is_ours = is_nc_writable(tx, context, (*object)->nc()) && check_no_link_work(tx, dnt);
    if (is_ours) tombstones.push_back(dnt);
    return tombstones.size() < objects_max;
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(*error);
  TombstoneRecycling result;
  for (const Dnt dnt : tombstones) {
    const auto recycled = recycle_object(tx, context, dnt);
    if (!recycled) return std::unexpected(recycled.error());
    result.updates.append(*recycled);
  }
  result.more = objects_max > 0 && tombstones.size() == objects_max;
  return result;
}

Result<void> expunge(WriteTransaction& tx, const Context& context, Dnt dnt) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  bool has_children = false;
  const auto scan = tx.children(dnt, [&](const Dnt&) {
    has_children = true;
    return false;
  });
  if (!scan) return scan;
  if (has_children) return fail(win32::kErrorDsChildrenExist);
  const auto dn = dn_of(tx, *context.schema, dnt);
  if (!dn) return std::unexpected(dn.error());
  if (auto good = remove_all_links(tx, dnt); !good) return good;
  tx.erase(dnt, *dn);
  return settle(tx);
}

}  // namespace tributary::repl
