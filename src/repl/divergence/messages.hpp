// SPDX-License-Identifier: Apache-2.0
// The exchange by which two DSAs compare their replicas of an NC: DigestRequest and DigestReply, plain structs with one description each
// and an encoded form of NDR20 behind a version (docs/formats/divergence.md). What is decoded is bounded in everything, and means nothing
// yet: answer.hpp and comparison.hpp judge it. Knows no store.
#pragma once

#include "drsuapi/types.hpp"
#include "repl/divergence/tree.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::repl {

// One call is bounded on both sides by these.
inline constexpr std::uint32_t kNodesMax = 64;         ///< nodes of a request
inline constexpr std::uint32_t kLeafObjectsMax = 16;   ///< a node with so many objects lists them
inline constexpr std::uint32_t kLeafItemsMax = 64;     ///< and one with so many items
inline constexpr std::uint32_t kScopeAttributesMax = 10'000;
inline constexpr std::uint32_t kCursorsMax = 100'000;

enum ScopeFlags : std::uint32_t { kScopePartial = 1, kScopeSecrets = 2, kScopeFiltered = 4 };

/// A DigestScope in the terms of everybody: OIDs.
struct WireScope {
  std::uint32_t flags = 0;
  ndr::Seq<ndr::WString> attributes;
  friend bool operator==(const WireScope&, const WireScope&) = default;
};
template <class W>
constexpr void describe(W& w, WireScope& v) {
  w.scalar("flags", v.flags);
  w.count("attributes_count", v.attributes, ndr::Range{0, kScopeAttributesMax});
  w.unique_string_array("attributes", v.attributes);
}

struct WireDigest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend constexpr bool operator==(const WireDigest&, const WireDigest&) = default;
};
template <class W>
constexpr void describe(W& w, WireDigest& v) {
  w.scalar("low", v.low);
  w.scalar("high", v.high);
}

struct WireNode {
  std::array<std::uint8_t, 32> address{};
  std::uint32_t depth = 0;
  WireDigest digest;  ///< of the one who asks
  friend bool operator==(const WireNode&, const WireNode&) = default;
};
template <class W>
constexpr void describe(W& w, WireNode& v) {
  w.fixed("address", v.address);
  w.scalar("depth", v.depth, ndr::Range{0, kItemDepth});
  w.nested("digest", v.digest);
}

struct DigestRequest {
  Guid nc;  ///< objectGUID of the NC's root
  WireScope scope;
  ndr::Seq<drsuapi::UPTODATE_CURSOR_V1> utd;  ///< of the one who asks, at this moment
  ndr::Seq<WireNode> nodes;
  friend bool operator==(const DigestRequest&, const DigestRequest&) = default;
};
template <class W>
constexpr void describe(W& w, DigestRequest& v) {
  w.scalar("nc", v.nc);
  w.nested("scope", v.scope);
  w.count("utd_count", v.utd, ndr::Range{0, kCursorsMax});
  w.unique_array("utd", v.utd);
  w.count("nodes_count", v.nodes, ndr::Range{0, kNodesMax});
  w.unique_array("nodes", v.nodes);
}

struct WireStamp {
  std::uint32_t is_there = 0;
  std::uint32_t version = 0;
  std::int64_t time_changed = 0;
  Guid originating;
  std::int64_t usn = 0;
  friend constexpr bool operator==(const WireStamp&, const WireStamp&) = default;
};
template <class W>
constexpr void describe(W& w, WireStamp& v) {
  w.scalar("is_there", v.is_there, ndr::Range{0, 1});
  w.scalar("version", v.version);
  w.scalar("time_changed", v.time_changed);
  w.scalar("originating", v.originating);
  w.scalar("usn", v.usn);
}

struct WireObject {
  Guid guid;
  std::uint32_t is_deleted = 0;
  WireDigest digest;
  WireStamp created;
  friend bool operator==(const WireObject&, const WireObject&) = default;
};
template <class W>
constexpr void describe(W& w, WireObject& v) {
  w.scalar("guid", v.guid);
  w.scalar("is_deleted", v.is_deleted, ndr::Range{0, 1});
  w.nested("digest", v.digest);
  w.nested("created", v.created);
}

enum ItemFlags : std::uint32_t { kItemPresent = 1, kItemAsleep = 2 };

struct WireItem {
  std::uint32_t kind = 0;
  ndr::WString oid;
  Guid target;
  WireDigest data;
  std::uint32_t flags = 0;
  WireStamp stamp;
  std::int64_t time_created = 0;
  WireDigest values;
  WireDigest digest;
  std::array<std::uint8_t, 16> key{};
  friend bool operator==(const WireItem&, const WireItem&) = default;
};
template <class W>
constexpr void describe(W& w, WireItem& v) {
  w.scalar("kind", v.kind, ndr::Range{0, 3});
  w.unique_string("oid", v.oid);
  w.scalar("target", v.target);
  w.nested("data", v.data);
  w.scalar("flags", v.flags, ndr::Range{0, 3});
  w.nested("stamp", v.stamp);
  w.scalar("time_created", v.time_created);
  w.nested("values", v.values);
  w.nested("digest", v.digest);
  w.fixed("key", v.key);
}

enum class AnswerKind : std::uint32_t { kSame = 0, kChildren = 1, kObjects = 2, kItems = 3 };

/// What is below one node of the request at the one who answers: one of the three, or nothing when the digests are the same.
struct WireAnswer {
  std::uint32_t kind = 0;
  ndr::Seq<WireDigest> children;  ///< all 16
  ndr::Seq<WireObject> objects;
  ndr::Seq<WireItem> items;
  friend bool operator==(const WireAnswer&, const WireAnswer&) = default;
};
template <class W>
constexpr void describe(W& w, WireAnswer& v) {
  w.scalar("kind", v.kind, ndr::Range{0, 3});
  w.count("children_count", v.children, ndr::Range{0, 16});
  w.unique_array("children", v.children);
  w.count("objects_count", v.objects, ndr::Range{0, kLeafObjectsMax});
  w.unique_array("objects", v.objects);
  w.count("items_count", v.items, ndr::Range{0, kLeafItemsMax});
  w.unique_array("items", v.items);
}

struct DigestReply {
  ndr::Seq<drsuapi::UPTODATE_CURSOR_V1> utd;  ///< of the one who answers, in the state that the answers are of
  /// With narrower: the replica here has less than the request's scope. Ask again with this one; there are no answers.
  std::uint32_t is_narrower = 0;
  WireScope scope;
  ndr::Seq<WireAnswer> answers;  ///< of the request's nodes, in their order
  friend bool operator==(const DigestReply&, const DigestReply&) = default;
};
template <class W>
constexpr void describe(W& w, DigestReply& v) {
  w.count("utd_count", v.utd, ndr::Range{0, kCursorsMax});
  w.unique_array("utd", v.utd);
  w.scalar("is_narrower", v.is_narrower, ndr::Range{0, 1});
  w.nested("scope", v.scope);
  w.count("answers_count", v.answers, ndr::Range{0, kNodesMax});
  w.unique_array("answers", v.answers);
}

[[nodiscard]] Bytes encode_digest_request(const DigestRequest& request);
[[nodiscard]] Bytes encode_digest_reply(const DigestReply& reply);
/// kErrorRevisionMismatch for another version; RPC_X_BAD_STUB_DATA, as of every message, for what is none.
[[nodiscard]] Result<DigestRequest> decode_digest_request(ByteView octets);
[[nodiscard]] Result<DigestReply> decode_digest_reply(ByteView octets);

// Conversions of like-named fields.
[[nodiscard]] inline WireDigest to_wire(const Digest& digest) noexcept { return {digest.low, digest.high}; }
[[nodiscard]] inline Digest from_wire(const WireDigest& digest) noexcept { return {digest.low, digest.high}; }
[[nodiscard]] WireStamp to_wire(const std::optional<AttributeStamp>& stamp) noexcept;
[[nodiscard]] std::optional<AttributeStamp> from_wire(const WireStamp& stamp) noexcept;
[[nodiscard]] WireNode to_wire(const NodeAddress& node, const Digest& digest) noexcept;
[[nodiscard]] WireObject to_wire(const ObjectEntry& entry) noexcept;
[[nodiscard]] ObjectEntry from_wire(const WireObject& object) noexcept;
[[nodiscard]] WireItem to_wire(const ItemEntry& entry);
[[nodiscard]] ItemEntry from_wire(const WireItem& item);
[[nodiscard]] ndr::Seq<drsuapi::UPTODATE_CURSOR_V1> cursors_to_wire(const ReplUpToDateVector& utd);
[[nodiscard]] ReplUpToDateVector cursors_from_wire(const ndr::Seq<drsuapi::UPTODATE_CURSOR_V1>& cursors);
[[nodiscard]] WireScope scope_to_wire(const DigestScope& scope, const schema::Schema& schema);
/// kErrorDsDraIncompatiblePartialSet for an attribute that our schema does not have: nothing can be said of it here.
[[nodiscard]] Result<DigestScope> scope_from_wire(const WireScope& scope, const schema::Schema& schema);

}  // namespace tributary::repl
