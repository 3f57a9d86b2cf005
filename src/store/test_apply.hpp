// SPDX-License-Identifier: Apache-2.0
// A workload like that of a replication cycle, for crash tests: numbered batches of additions, changes, deletions, moves and link values,
// each committed together with its cursor. What the database must hold follows from the cursor alone, so that after a crash at any instant
// it can be judged without knowing when it was.
#pragma once

#include <fmt/format.h>

#include "store/directory_store.hpp"
#include "store/test_world.hpp"
#include "store/verify.hpp"

namespace tributary::store::testing {

class ApplyWorkload {
 public:
  static constexpr std::uint64_t kAdded = 12;       ///< objects of a batch
  static constexpr std::uint64_t kKeptBatches = 30;  ///< those of older batches are taken away again

  /// The NC and a group. The cursor is then 0.
  static Result<void> begin(DirectoryStore& store) {
    const auto t = store.write();
    const Dnt root = put_root(*t, 1, "x");
    put_new(*t, 2, root, root, "group");
    put_new(*t, 3, root, root, "folder");
    write_cursor(*t, root, 0);
    return t->commit();
  }

  /// The batch after the cursor.
  static Result<void> next(DirectoryStore& store) {
    const auto t = store.write();
    if (t->failure()) return std::unexpected(*t->failure());
    const std::uint64_t batch = cursor(*t) + 1;
    const Dnt root = *t->find_guid(object_guid(1)), group = *t->find_guid(object_guid(2)), folder = *t->find_guid(object_guid(3));
    for (std::uint64_t i = 0; i < kAdded; ++i) {
      ObjectDraft draft = draft_of(*t, number(batch, i), root, root, fmt::format("{}-{}", batch, i));
      draft.attribute(kIndexed).values = {draft.keep(as_bytes(fmt::format("value {}", i)))};
      draft.attribute(kOther).values = {draft.keep(Bytes(100 + 900 * (i % 4), static_cast<std::uint8_t>(batch)))};
      draft.attribute(kReference).references = true;
      draft.attribute(kReference).values = {draft.keep_reference(t->refer(object_guid(number(batch, i + 1)), std::nullopt, "CN=next"))};
      const auto dnt = t->put(draft);
      if (!dnt) return std::unexpected(dnt.error());
      t->put_link(link_of(*t, group, *dnt));
    }
    if (batch > 1) change(*t, number(batch - 1, 0), folder);
    if (batch > kKeptBatches) take_away(*t, group, batch - kKeptBatches);
    write_cursor(*t, root, batch);
    return t->commit();
  }

  /// Nothing, or what is wrong.
  static std::string judge(DirectoryStore& store) {
    const auto snapshot = store.read();
    const auto report = verify(*snapshot);
    if (!report) return report.error().detail;
    if (!report->is_sound()) return to_string(report->findings.front());
    const auto root = snapshot->find_guid(object_guid(1));
    if (!root) return root.error().detail;
    if (*root == kNoDnt) return {};  // it was killed before it began
    const std::uint64_t batch = cursor(*snapshot);
    const auto replica = snapshot->nc_replica(*root);
    if (!replica || !*replica || (*replica)->reps_from != std::vector<Bytes>{cursor_octets(batch, snapshot->highest_committed_usn())})
      return fmt::format("the replica's state is not that of batch {}", batch);
    const std::uint64_t oldest = batch > kKeptBatches ? batch - kKeptBatches + 1 : 1;
    for (std::uint64_t b = oldest > 1 ? oldest - 1 : 1; b <= batch + 1; ++b)
      for (std::uint64_t i = 0; i < kAdded; ++i) {
        const auto dnt = snapshot->find_guid(object_guid(number(b, i)));
        const auto view = dnt ? snapshot->find(*dnt) : Result<std::optional<ObjectView>>(std::unexpected(dnt.error()));
        const bool is_there = view && *view && !has((*view)->flags(), ObjectFlags::kPhantom);
        if (is_there != (b >= oldest && b <= batch)) return fmt::format("object {} of batch {} and the cursor {} disagree", i, b, batch);
      }
    const std::uint64_t kept = (batch + 1 - oldest) * kAdded;
    const auto size = snapshot->nc_size(*root);
    if (!size || size->first != kept + 3 || size->second != kept) return fmt::format("the sizes are not those of batch {}", batch);
    return {};
  }

  static std::uint64_t cursor(const Snapshot& snapshot) {
    const auto value = snapshot.dsa_value("cursor");
    return value && *value && (*value)->size() == 8 ? load_le<std::uint64_t>((*value)->data()) : 0;
  }

 private:
  static std::uint64_t number(std::uint64_t batch, std::uint64_t i) { return batch * 1000 + i; }
  static Bytes cursor_octets(std::uint64_t batch, Usn usn) { return to_bytes(as_bytes(fmt::format("batch {} usn {}", batch, usn.value))); }
  static void write_cursor(WriteTransaction& t, Dnt root, std::uint64_t batch) {
    Bytes octets(8);
    store_le(octets.data(), batch);
    t.put_dsa_value("cursor", octets);
    t.put_nc_replica({.root = root, .reps_from = {cursor_octets(batch, t.highest_committed_usn())}});
  }
  static void change(WriteTransaction& t, std::uint64_t which, Dnt parent) {
    const auto view = t.find(*t.find_guid(object_guid(which)));
    if (!view || !*view) return;
    ObjectDraft draft(**view);
    draft.keep_all();
    draft.head.parent = parent;
    draft.head.usn_changed = draft.attribute(kPlain).usn_local = t.next_usn();
    draft.attribute(kIndexed).values = {draft.keep(as_bytes("changed"))};
    EXPECT_TRUE(t.put(draft) || t.failure());
  }
  static void take_away(WriteTransaction& t, Dnt group, std::uint64_t batch) {
    for (std::uint64_t i = 0; i < kAdded; ++i) {
      const auto dnt = t.find_guid(object_guid(number(batch, i)));
      if (!dnt || *dnt == kNoDnt) continue;
      t.erase_link({group, kMember, *dnt, {}});
      t.erase(*dnt, "CN=gone");
    }
  }
};

}  // namespace tributary::store::testing
