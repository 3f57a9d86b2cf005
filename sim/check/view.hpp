// SPDX-License-Identifier: Apache-2.0
// What a replica holds, in terms that every DSA shares: GUIDs instead of DNTs, digests instead of octets. Checkers compare these and
// nothing else. The order of stamps is written here a second time, on purpose: the judge must not ask the judged ([MS-DRSR] 5.11, 5.119).
// Knows no rule of the engine.
#pragma once

#include <string>
#include <vector>

#include "store/directory_store.hpp"

namespace tributary::sim {

using store::AttributeStamp;
using store::LinkValueStamp;
using store::Attid;
using store::Dnt;
using store::Snapshot;

[[nodiscard]] bool is_newer(const AttributeStamp& a, const AttributeStamp& b) noexcept;
[[nodiscard]] bool is_newer(const LinkValueStamp& a, const LinkValueStamp& b) noexcept;

struct AttributeFact {
  Attid attid{};
  AttributeStamp stamp;
  std::uint64_t digest = 0;  ///< of the values, whatever their order; 0: none
  bool has_values = false;
};
struct ObjectFact {
  ObjectGuid guid;
  ObjectGuid parent;  ///< null for the root of an NC
  std::string rdn;    ///< empty for the root of an NC
  store::ObjectFlags flags{};
  std::vector<AttributeFact> attributes;  ///< replicated ones, by Attid
  [[nodiscard]] const AttributeFact* find(Attid attid) const noexcept;
  [[nodiscard]] bool is_deleted() const noexcept { return has(flags, store::ObjectFlags::kDeleted); }
};

struct LinkId {
  ObjectGuid source;
  Attid attid{};
  ObjectGuid target;
  Bytes data;
  friend auto operator<=>(const LinkId&, const LinkId&) = default;
};
struct LinkFact {
  LinkId id;
  LinkValueStamp stamp;
  bool is_present = false;
  bool ends_alive = false;   ///< neither end is deleted here
  bool is_resting = false;   ///< deactivated
};

struct ReplicaView {
  std::vector<ObjectFact> objects;  ///< by GUID
  std::vector<LinkFact> links;      ///< by id
  [[nodiscard]] const ObjectFact* find(const ObjectGuid& guid) const noexcept;
  [[nodiscard]] const LinkFact* find(const LinkId& id) const noexcept;
};

/// The attribute replicates. That of the RDN does not: every DSA makes it and its stamp from `name` ([MS-DRSR] 4.1.10.5.8).
[[nodiscard]] bool is_shared(const store::ObjectView& object, const store::AttributeView& attribute) noexcept;
/// The digest of a Boolean attribute that is TRUE.
[[nodiscard]] std::uint64_t digest_of_true() noexcept;
/// One attribute; that of `name` speaks of the parent as well, since its stamp does.
[[nodiscard]] Result<AttributeFact> view_attribute(const Snapshot& snapshot, const store::ObjectView& object, const store::AttributeView& attribute);
[[nodiscard]] Result<ObjectFact> view_object(const Snapshot& snapshot, const store::ObjectView& object);
[[nodiscard]] Result<LinkFact> view_link(const Snapshot& snapshot, const store::LinkValue& link);
[[nodiscard]] Result<ReplicaView> view_replica(const Snapshot& snapshot, Dnt nc);

}  // namespace tributary::sim
