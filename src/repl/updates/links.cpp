// SPDX-License-Identifier: Apache-2.0
// Link values. [MS-ADTS] 3.1.1.1.6, 3.1.1.1.9, 3.1.1.1.16, 3.1.1.5.5.6. Declared in links.hpp.
// What remains of link work is the value "delayedLinks" of the DSA: for each object its DNT (eight octets, little-endian) and its fate (one).
#include "repl/updates/links.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {
namespace {

constexpr std::string_view kDelayedLinks = "delayedLinks";
constexpr std::size_t kEntryOctets = 9;

struct DelayedLinks {
  Dnt object = kNoDnt;
  LinkFate fate{};
};

Result<std::vector<DelayedLinks>> read_delayed(const Snapshot& snapshot) {
  const auto stored = snapshot.dsa_value(kDelayedLinks);
  if (!stored) return std::unexpected(stored.error());
  std::vector<DelayedLinks> all;
  if (!*stored) return all;
  for (std::size_t at = 0; at + kEntryOctets <= (*stored)->size(); at += kEntryOctets) {
    const auto* entry = (*stored)->data() + at;
    all.push_back({static_cast<Dnt>(load_le<std::uint64_t>(entry)), static_cast<LinkFate>(entry[8])});
  }
  return all;
}

void write_delayed(WriteTransaction& tx, std::span<const DelayedLinks> all) {
  if (all.empty()) return tx.erase_dsa_value(kDelayedLinks);
  Bytes octets(kEntryOctets * all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    store_le(octets.data() + kEntryOctets * i, static_cast<std::uint64_t>(all[i].object));
    octets[kEntryOctets * i + 8] = static_cast<std::uint8_t>(all[i].fate);
  }
  tx.put_dsa_value(kDelayedLinks, octets);
}

Result<bool> is_deleted_or_gone(const Snapshot& snapshot, Dnt dnt) {
  const auto object = snapshot.find(dnt);
  if (!object) return std::unexpected(object.error());
  return !*object || is_deleted(**object);
}

/// Whether the fate still has something to do with this value. `other` is the end that is not the object.
Result<bool> concerns(const Snapshot& snapshot, const LinkValue& value, Dnt other, LinkFate fate) {
  switch (fate) {
    case LinkFate::kRemove: return true;
    case LinkFate::kDeactivate: return value.is_present && !value.is_deactivated;
    case LinkFate::kActivate: break;
  }
  if (!value.is_deactivated) return false;
  const auto other_is_deleted = is_deleted_or_gone(snapshot, other);
  if (!other_is_deleted) return std::unexpected(other_is_deleted.error());
  return !*other_is_deleted;
}

/// Up to `limit` values of the object, then to it, that the fate still concerns.
Result<std::vector<LinkValue>> concerned_links(const Snapshot& snapshot, Dnt object, LinkFate fate, std::size_t limit) {
  std::vector<LinkValue> found;
  std::optional<Error> error;
  const auto consider = [&](const LinkValue& value, Dnt other) {
    const auto yes = concerns(snapshot, value, other, fate);
    if (!yes) error = yes.error();
    if (yes && *yes) found.push_back(value);
    return !error && found.size() < limit;
  };
  if (auto scan = snapshot.links(object, Attid{}, [&](const LinkValue& value) { return consider(value, value.key.target); }); !scan)
    return std::unexpected(scan.error());
  if (!error && found.size() < limit) {
    const auto scan = snapshot.backlinks(object, Attid{}, [&](const LinkKey& key) {
      const auto value = snapshot.find_link(key);
      if (!value) error = value.error();
      const bool is_seen = key.source == object;  // a link to itself came with the forward ones
      return !error && (!*value || is_seen || consider(**value, key.source));
    });
    if (!scan) return std::unexpected(scan.error());
  }
  if (error) return std::unexpected(*error);
  return found;
}

Result<std::size_t> do_link_work(WriteTransaction& tx, Dnt object, LinkFate fate, std::size_t limit) {
  auto links = concerned_links(tx, object, fate, limit);
  if (!links) return std::unexpected(links.error());
  for (auto& link : *links) {
    if (fate == LinkFate::kRemove) {
      tx.erase_link(link.key);
    } else {
      link.is_deactivated = fate == LinkFate::kDeactivate;
      tx.put_link(link);
    }
  }
  if (tx.failure()) return std::unexpected(*tx.failure());
  return links->size();
}

}  // namespace

Result<std::vector<LinkValue>> link_values(const Snapshot& snapshot, Dnt source, Attid attid) {
  std::vector<LinkValue> values;
  const auto scan = snapshot.links(source, attid, [&](const LinkValue& value) {
    if (value.key.attid == attid) values.push_back(value);
    return true;
  });
  if (!scan) return std::unexpected(scan.error());
  return values;
}

bool has_own_stamps(const Context& context, const schema::AttributeSchema& attribute) noexcept {
  return context.rules.linked_value_replication && attribute.is_replicated();
}

void write_link(WriteTransaction& tx, const Originator& by, bool own_stamps, const LinkKey& key, const std::optional<LinkValue>& existing,
                bool is_present) {
  const bool was_present = existing && existing->is_present;
  if (was_present == is_present) return;
  const bool was_stamped = existing && !existing->legacy;
  if (!own_stamps && !was_stamped) {
    if (!is_present) return tx.erase_link(key);
    LinkValue value;
    value.key = key;
    value.legacy = true;
    value.usn_local = by.usn;
    return tx.put_link(value);
  }
  LinkValue value;
  value.key = key;
  value.is_present = is_present;
  value.stamp = originating_link_stamp(was_stamped ? std::optional(existing->stamp) : std::nullopt, by);
  value.usn_local = by.usn;
  if (!is_present) value.time_deleted = by.now;
  tx.put_link(value);
}

Result<void> begin_link_work(WriteTransaction& tx, Dnt object, LinkFate fate) {
  const auto changed = do_link_work(tx, object, fate, kLinksInUpdateMax);
  if (!changed) return std::unexpected(changed.error());
  auto delayed = read_delayed(tx);
  if (!delayed) return std::unexpected(delayed.error());
  // A replicated update may turn the fate around while there is work left of the one before.
  const auto outdated = std::erase_if(*delayed, [&](const DelayedLinks& each) { return each.object == object; });
  const bool is_unfinished = *changed == kLinksInUpdateMax;
  if (is_unfinished) delayed->push_back({object, fate});
  if (is_unfinished || outdated > 0) write_delayed(tx, *delayed);
  return {};
}

Result<void> remove_all_links(WriteTransaction& tx, Dnt object) {
  for (std::size_t changed = kLinksInUpdateMax; changed == kLinksInUpdateMax;) {
    const auto removed = do_link_work(tx, object, LinkFate::kRemove, kLinksInUpdateMax);
    if (!removed) return std::unexpected(removed.error());
    changed = *removed;
  }
  auto delayed = read_delayed(tx);
  if (!delayed) return std::unexpected(delayed.error());
  if (std::erase_if(*delayed, [&](const DelayedLinks& each) { return each.object == object; }) > 0) write_delayed(tx, *delayed);
  return {};
}

Result<void> check_no_link_work(const Snapshot& snapshot, Dnt object) {
  const auto delayed = read_delayed(snapshot);
  if (!delayed) return std::unexpected(delayed.error());
  if (std::ranges::find(*delayed, object, &DelayedLinks::object) != delayed->end())
    return fail(win32::kErrorDsDatabaseError, "an earlier update of the object's links is still under way");
  return {};
}

Result<LinkWork> continue_link_work(WriteTransaction& tx, std::size_t limit) {
  auto delayed = read_delayed(tx);
  if (!delayed) return std::unexpected(delayed.error());
  LinkWork work;
  std::size_t done = 0;
  while (done < delayed->size() && work.changed < limit) {
    const auto& next = (*delayed)[done];
    const auto room = limit - work.changed;
    const auto changed = do_link_work(tx, next.object, next.fate, room);
    if (!changed) return std::unexpected(changed.error());
    work.changed += *changed;
    if (*changed < room) ++done;
  }
  if (done > 0) {
    delayed->erase(delayed->begin(), delayed->begin() + static_cast<std::ptrdiff_t>(done));
    write_delayed(tx, *delayed);
  }
  work.more = !delayed->empty();
  if (tx.failure()) return std::unexpected(*tx.failure());
  return work;
}

}  // namespace tributary::repl
