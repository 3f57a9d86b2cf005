// SPDX-License-Identifier: Apache-2.0
// The prefix table ([MS-DRSR] 5.16.4, 5.153): OIDs as 32-bit numbers and back (MakeAttid, OidFromAttid, NewPrefixTable), and the numbers
// of a peer's table in ours (LocalAttidFromRemoteAttid, 5.120). The only place that turns an ATTRTYP of the wire into an Attid.
// Owner: a PrefixTable is a value; a Schema owns the local one. An AttidTranslator keeps nothing of the tables it was made from.
// Threads: const members from any thread. Knows no attribute: what an OID means is in schema.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drsuapi/attid.hpp"
#include "drsuapi/types.hpp"

namespace tributary::drsuapi::blobs {
struct PrefixMap;
}

namespace tributary::schema {

using drsuapi::Attid;
using drsuapi::ATTRTYP;

/// [MS-ADTS] 3.1.1.2.6: from here to kIntIdLast an ATTRTYP is the msDS-IntId of a schema object, the same on every DC of the forest.
inline constexpr std::uint32_t kIntIdFirst = 0x80000000;
inline constexpr std::uint32_t kIntIdLast = 0xBFFFFFFF;
[[nodiscard]] constexpr bool is_int_id(std::uint32_t attrtyp) noexcept { return attrtyp >= kIntIdFirst && attrtyp <= kIntIdLast; }

/// An OID without its last arc needs far less; a peer that sends more is refused.
inline constexpr std::size_t kPrefixOctetsMax = 256;

class PrefixTable {
 public:
  struct Entry {
    std::uint16_t ndx = 0;  ///< prefixIndex: the upper 16 bits of the numbers under it; at most 0x7FFF
    Bytes prefix;           ///< BER, without the last one or two octets of the OID
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  /// New prefixes get the lowest index from here that is free: those below are the default table's.
  static constexpr std::uint16_t kFirstNewIndex = 100;

  PrefixTable() = default;  ///< empty
  /// NewPrefixTable. New prefixes are numbered from `first_new_index`: any choice is right, two DCs need not agree.
  [[nodiscard]] static PrefixTable with_defaults(std::uint16_t first_new_index = kFirstNewIndex);

  /// AbstractPTFromConcretePT (5.1). The schema signature that ends the table of a message must be taken off first
  /// (schema_info.hpp). kErrorInvalidData for an index or a prefix that is there twice, or is too large.
  [[nodiscard]] static Result<PrefixTable> from_concrete(const drsuapi::SCHEMA_PREFIX_TABLE& table);
  /// ConcretePTFromAbstractPT (5.28), in the order in which entries were added.
  [[nodiscard]] drsuapi::SCHEMA_PREFIX_TABLE to_concrete() const;
  /// The value of prefixMap on the schema NC. Entries for what the default table has are not required in it.
  [[nodiscard]] static Result<PrefixTable> from_prefix_map(const drsuapi::blobs::PrefixMap& map);
  [[nodiscard]] drsuapi::blobs::PrefixMap to_prefix_map() const;

  /// MakeAttid: adds the prefix when it is not there. kErrorInvalidData for what is no OID, and when all indexes are taken.
  [[nodiscard]] Result<Attid> make_attid(std::string_view oid);
  /// MakeAttid without adding: nothing when the prefix is not there.
  [[nodiscard]] std::optional<Attid> find_attid(std::string_view oid) const;
  /// OidFromAttid, dotted; empty when the table does not explain the number (always for a msDS-IntId). Only numbers that MakeAttid
  /// can have made are explained.
  [[nodiscard]] std::string oid_from_attid(ATTRTYP attrtyp) const;
  [[nodiscard]] std::string oid_from_attid(Attid attid) const { return oid_from_attid(static_cast<ATTRTYP>(attid)); }

  /// kErrorInvalidData when the index or the prefix is taken.
  [[nodiscard]] Result<void> add(std::uint32_t ndx, ByteView prefix);
  /// Adds those prefixes of `other` that are not here, under indexes of our own. For a replica of the schema NC, which may bring OIDs that
  /// no object here had. kErrorInvalidData when there is no room: then nothing was added.
  [[nodiscard]] Result<void> add_prefixes_of(const PrefixTable& other);

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const Entry* find(ByteView prefix) const noexcept;
  [[nodiscard]] const Entry* find_index(std::uint32_t ndx) const noexcept;
  friend bool operator==(const PrefixTable& a, const PrefixTable& b) { return a.entries_ == b.entries_; }

 private:
  [[nodiscard]] std::optional<std::uint16_t> free_index() const noexcept;
  void append(std::uint16_t ndx, ByteView prefix);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> by_prefix_;       // positions in entries_, by ascending prefix
  std::vector<std::uint32_t> by_index_;        // index -> position + 1, 0: not taken
  std::uint16_t first_new_index_ = kFirstNewIndex;
};

/// LocalAttidFromRemoteAttid (5.120) for every attribute of every object of a message: one array look-up each. Made once per message,
/// or kept as long as the peer sends the same table.
class AttidTranslator {
 public:
  AttidTranslator() = default;  ///< knows msDS-IntId values only
  AttidTranslator(const PrefixTable& local, const PrefixTable& remote);

  /// Nothing when the remote table does not explain the number, or ours has no such prefix: then no object of our schema is meant
  /// (schema mismatch). A msDS-IntId is the same everywhere and passes.
  [[nodiscard]] std::optional<Attid> local_attid_from_remote_attid(ATTRTYP remote) const noexcept {
    if (remote >= kIntIdFirst) return is_int_id(remote) ? std::optional(static_cast<Attid>(remote)) : std::nullopt;
    const std::uint32_t upper = remote >> 16;
    if (upper >= indexes_.size() || (indexes_[upper] & kKnown) == 0) return std::nullopt;
    const std::uint32_t lower = remote & 0xFFFF;
    // A last arc of 16,384 and more is marked; such numbers belong to a prefix that ends within that arc, and only those do.
    const std::uint32_t mark = (indexes_[upper] & kEndsWithinArc) != 0 ? 0x8000u : 0u;
    if ((lower & 0xC000) != mark) return std::nullopt;
    return static_cast<Attid>((indexes_[upper] & 0xFFFF0000) | lower);
  }
  /// Every number of the remote table is the same in ours.
  [[nodiscard]] bool is_identity() const noexcept { return is_identity_; }

 private:
  static constexpr std::uint32_t kKnown = 1;
  static constexpr std::uint32_t kEndsWithinArc = 2;
  std::vector<std::uint32_t> indexes_;  // remote index -> local index in the upper half, flags in the lower
  bool is_identity_ = true;
};

}  // namespace tributary::schema
