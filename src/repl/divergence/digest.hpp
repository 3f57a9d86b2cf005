// SPDX-License-Identifier: Apache-2.0
// The canonical form of what replicates of an object, in items that do not depend on the database that holds them, and the digest of each
// (docs/formats/divergence.md). Nothing local is in it: no DNT, local USN or local time, no number of a prefix table, no bit of
// instanceType. Digests add up, in any order: what an object, a range of objects and a replica have are sums.
// Detects every accident; not an adversary who may choose content on one side. Reads only. Must never know who compares.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repl/objects/context.hpp"
#include "repl/source/attribute_filter.hpp"
#include "repl/state/stamps.hpp"
#include "store/directory_store.hpp"

namespace tributary::repl {

using store::Dnt;

/// The first half of a SHA-256, or a sum of such modulo 2^128. Zero: of nothing.
struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  constexpr Digest& operator+=(const Digest& other) noexcept {
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
    return *this;
  }
  friend constexpr bool operator==(const Digest&, const Digest&) = default;
};
[[nodiscard]] Digest digest_of(ByteView octets) noexcept;
[[nodiscard]] std::string to_string(const Digest& digest);

/// What of an NC is compared. Both sides have to use the same.
struct DigestScope {
  std::optional<AttidSet> partial{};  ///< a partial replica's attributes; then members of universal groups only ([MS-DRSR] 4.1.10.5.6)
  bool with_secrets = false;          ///< values of secret attributes count; otherwise only their stamps do
  bool filtered = false;              ///< without the filtered attribute set, and without secrets: what a read-only DSA may hold
};

enum class ItemKind : std::uint32_t {
  kState = 0,      ///< that the object exists, and whether it is deleted or recycled
  kPlace = 1,      ///< parent and RDN
  kAttribute = 2,
  kLink = 3,
};

/// One thing that replicates. Views live until the visitor returns.
struct Item {
  ItemKind kind{};
  std::string_view oid{};            ///< of the attribute
  ObjectGuid target{};               ///< of a link value
  ByteView data{};                   ///< of a link value: the part beside the name
  bool is_present = true;
  bool is_asleep = false;            ///< deactivated: one end is a deleted-object
  std::optional<AttributeStamp> stamp{};
  DsTime time_created{};             ///< of a link value
  Digest digest{};                   ///< of all of it, the object's GUID included
  // Only with details:
  std::array<std::uint8_t, 16> key{};  ///< where the item stands among those of its object: the hash of what it is about
  Digest values{};                     ///< of the values alone
};

class ItemReader {
 public:
  /// Borrows all three.
  ItemReader(const Context& context, const store::Snapshot& snapshot, const DigestScope& scope);

  /// Every item of the object in scope; the visitor's false ends it.
  [[nodiscard]] Result<void> each(const store::ObjectView& object, bool with_details, const std::function<bool(const Item&)>& visit);
  /// The sum of them.
  [[nodiscard]] Result<Digest> sum(const store::ObjectView& object);

 private:
  [[nodiscard]] Result<bool> state_and_place(const store::ObjectView& object, const std::function<bool(const Item&)>& visit);
  [[nodiscard]] Result<bool> attribute(const store::ObjectView& object, const store::AttributeView& attribute,
                                       const std::function<bool(const Item&)>& visit);
  [[nodiscard]] Result<void> links(const store::ObjectView& object, const std::function<bool(const Item&)>& visit);
  [[nodiscard]] bool is_in_scope(const schema::AttributeSchema& attribute) const noexcept;
  [[nodiscard]] Result<void> add_value(const schema::AttributeSchema& attribute, bool references, ByteView value);
  [[nodiscard]] Result<void> add_secret(const store::ObjectView& object, const schema::AttributeSchema& attribute, ByteView stored);
  [[nodiscard]] std::string oid_of(Attid attid) const;
  void begin_values() noexcept { values_used_ = 0; }
  Bytes& next_value();
  void seal(const ObjectGuid& object, Item& item, std::uint8_t flags, bool sorts);

  const Context& context_;
  const store::Snapshot& snapshot_;
  const DigestScope& scope_;
  bool with_details_ = false;
  std::vector<Bytes> values_;       // of the item at hand; reused
  std::size_t values_used_ = 0;
  Bytes octets_;                    // the canonical form; reused
};

}  // namespace tributary::repl
