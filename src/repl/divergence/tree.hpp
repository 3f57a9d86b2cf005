// SPDX-License-Identifier: Apache-2.0
// The tree of an NC replica's digests: 16 branches at each node, by the halves of the octets of objectGUIDs, and below an object by those of
// its items' keys. Nothing is stored: a node is made by a walk over its range in the index of GUIDs, in memory that does not grow with it.
// Must never know who compares.
#pragma once

#include <array>
#include <vector>

#include "repl/divergence/digest.hpp"

namespace tributary::repl {

/// 32 halves of octets are an object, 64 one item of it.
inline constexpr std::uint32_t kObjectDepth = 32;
inline constexpr std::uint32_t kItemDepth = 64;

/// The node of everything that begins with these halves of octets, upper half first. What lies behind `depth` is zero.
struct NodeAddress {
  std::array<std::uint8_t, 32> octets{};
  std::uint32_t depth = 0;

  [[nodiscard]] bool is_valid() const noexcept;
  [[nodiscard]] std::uint8_t half(std::uint32_t at) const noexcept;
  [[nodiscard]] NodeAddress child(std::uint8_t half) const noexcept;
  [[nodiscard]] ObjectGuid guid() const noexcept;  ///< the first GUID of its range, or the object's
  [[nodiscard]] bool holds(const ObjectGuid& guid) const noexcept;
  /// `key` is an Item's; the node is an object's or below.
  [[nodiscard]] bool holds_key(const std::array<std::uint8_t, 16>& key) const noexcept;
  [[nodiscard]] bool is_below_object() const noexcept { return depth >= kObjectDepth; }
  friend bool operator==(const NodeAddress&, const NodeAddress&) = default;
};
[[nodiscard]] NodeAddress node_of(const ObjectGuid& guid) noexcept;

struct ObjectEntry {
  ObjectGuid guid;
  Digest digest;
  std::optional<AttributeStamp> created;  ///< of whenCreated
  bool is_deleted = false;
  friend bool operator==(const ObjectEntry&, const ObjectEntry&) = default;
};
/// An Item that outlives its visitor.
struct ItemEntry {
  ItemKind kind{};
  std::string oid;
  ObjectGuid target;
  Digest data;  ///< of a link value's data; zero when it has none
  bool is_present = true;
  bool is_asleep = false;
  std::optional<AttributeStamp> stamp;
  DsTime time_created;
  Digest values;
  Digest digest;
  std::array<std::uint8_t, 16> key{};
  friend bool operator==(const ItemEntry&, const ItemEntry&) = default;
};

/// What is below a node.
struct Expansion {
  Digest total;
  std::uint64_t count = 0;               ///< of objects, or of items
  std::array<Digest, 16> children{};
  std::vector<ObjectEntry> objects;      ///< ascending; the first `list_max` of them
  std::vector<ItemEntry> items;          ///< ascending by key; the first `list_max` of them
};

/// `nc` is the root of a replica. At kItemDepth there are no children. An object that is not in the NC has no items.
[[nodiscard]] Result<Expansion> expand(const Context& context, const store::Snapshot& snapshot, Dnt nc, const DigestScope& scope,
                                       const NodeAddress& node, std::size_t list_max);

/// The whole replica: for who wants to know whether two are equal and no more.
[[nodiscard]] Result<Digest> replica_digest(const Context& context, const store::Snapshot& snapshot, Dnt nc, const DigestScope& scope);

}  // namespace tributary::repl
