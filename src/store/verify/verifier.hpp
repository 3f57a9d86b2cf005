// SPDX-License-Identifier: Apache-2.0
// The inside of verify(): one object that walks the tables and gathers findings. For the store's own files only.
#pragma once

#include <array>
#include <map>

#include "store/format/link_record.hpp"
#include "store/state.hpp"
#include "store/verify.hpp"

namespace tributary::store {

class Verifier {
 public:
  Verifier(const Snapshot& snapshot, const VerifyOptions& options);
  [[nodiscard]] Result<VerifyReport> run();

 private:
  /// What is asked of an object from many sides.
  struct Brief {
    Dnt dnt = kNoDnt;
    Dnt parent = kNoDnt;
    Dnt nc = kNoDnt;
    ObjectFlags flags = ObjectFlags::kNone;
    [[nodiscard]] bool is_phantom() const noexcept { return has(flags, ObjectFlags::kPhantom); }
    [[nodiscard]] bool is_object() const noexcept { return !is_phantom() && dnt != kRootDnt; }
  };

  void find(FindingKind kind, kv::Table table, ByteView key, std::string detail);
  /// Nothing when there is none or it is damaged, which the walk over the objects reports.
  std::optional<Brief> brief(Dnt dnt);
  std::optional<ObjectView> object(Dnt dnt);
  std::optional<ByteView> get(kv::Table table, ByteView key);
  bool has_any(kv::Table table, ByteView prefix);
  /// Every entry of a table, until the engine fails.
  template <class Visit>
  void walk(kv::Table table, Visit&& visit);
  void expect_entry(kv::Table table, ByteView key, std::string_view of);
  void check_usn(kv::Table table, ByteView key, Usn usn, std::string_view what);
  void check_stamp(kv::Table table, ByteView key, const AttributeStamp& stamp);

  void meta();
  void objects();
  void one_object(ByteView key, const ObjectView& view);
  void phantom(ByteView key, const ObjectView& view);
  void place(ByteView key, const ObjectView& view);
  void ancestry(ByteView key, Dnt dnt);
  void attributes(ByteView key, const ObjectView& view);
  void equality_of(Dnt dnt, const AttributeView& attribute);
  void references();
  void references_from(std::uint64_t first);
  void object_indexes();
  void equality_index();
  bool has_value_of(Dnt dnt, Attid attid, ByteView key);
  void links();
  void one_link(ByteView key, const LinkValue& value);
  void link_indexes();
  void ncs();

  /// Slots of a cache by DNT: as many as there are DNTs, up to 8 MB.
  static constexpr std::size_t kCacheMax = std::size_t{1} << 18;
  [[nodiscard]] std::size_t slot_of(Dnt dnt) const noexcept { return static_cast<std::size_t>(dnt) % cache_.size(); }

  const Snapshot& snapshot_;
  const VerifyOptions& options_;
  const kv::Reader* reader_;  // null when failure_ is set from the beginning
  const format::Meta& meta_;
  std::optional<Error> failure_;
  VerifyReport report_;
  std::vector<Attid> indexed_;  // complete, and of the policy
  std::map<Dnt, std::array<std::uint64_t, 2>> sizes_;
  std::vector<Brief> cache_;
  std::vector<Dnt> rooted_;  // objects that were found to be below the root
  Bytes form_;
};

template <class Visit>
void Verifier::walk(kv::Table table, Visit&& visit) {
  if (failure_) return;
  const auto done = scan(*reader_, table, {}, format::Key().u8(0), [&](ByteView key, ByteView value) -> Result<bool> {
    ++report_.entries;
    visit(key, value);
    return !failure_;
  });
  if (!done && !failure_) failure_ = done.error();
}

}  // namespace tributary::store
