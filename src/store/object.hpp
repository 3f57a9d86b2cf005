// SPDX-License-Identifier: Apache-2.0
// An object as the store holds it: ObjectView reads a record in place, ObjectDraft is what a writer hands in.
// The layout of a record is docs/formats/store.md. An attribute without values keeps its stamp: that is how a removal replicates
// ([MS-DRSR] 5.11). Values of DN syntaxes are references: eight octets of DNT (little-endian), then the binary or string part, so that
// a rename of the target needs no write here. OID syntaxes hold the local Attid (four octets, little-endian). All others are the octets
// of the concrete representation ([MS-DRSR] 5.16). Linked attributes are not here but in link.hpp.
// Knows no schema and no rule of replication.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/sid.hpp"
#include "store/ids.hpp"
#include "store/stamp.hpp"

namespace tributary::store {

enum class ObjectFlags : std::uint32_t {
  kNone = 0,
  kPhantom = 1u << 0,       ///< only a name: something refers to it, this database does not hold it
  kDeleted = 1u << 1,       ///< isDeleted
  kRecycled = 1u << 2,      ///< isRecycled, or a tombstone
  kNcRoot = 1u << 3,        ///< the root of an NC replica that is held here: `nc` is the object itself
  kSubref = 1u << 4,        ///< the root of an NC below this one that is not held here: `nc` is the NC above
  kRdnMangled = 1u << 5,    ///< the RDN was made by a deletion or a name conflict
  kPartial = 1u << 6,       ///< of a partial replica
};
[[nodiscard]] constexpr ObjectFlags operator|(ObjectFlags a, ObjectFlags b) noexcept {
  return static_cast<ObjectFlags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr ObjectFlags operator&(ObjectFlags a, ObjectFlags b) noexcept {
  return static_cast<ObjectFlags>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr ObjectFlags operator~(ObjectFlags a) noexcept { return static_cast<ObjectFlags>(~static_cast<std::uint32_t>(a)); }
[[nodiscard]] constexpr bool has(ObjectFlags set, ObjectFlags flag) noexcept { return (set & flag) != ObjectFlags::kNone; }

/// What every record begins with.
struct ObjectHead {
  ObjectFlags flags = ObjectFlags::kNone;
  Dnt parent = kNoDnt;  ///< a phantom has none
  Dnt nc = kNoDnt;      ///< the NC replica it belongs to; a phantom has none
  ObjectGuid guid{};
  std::optional<Sid> sid{};  ///< objectSid, or the SID of the name by which a phantom is known
  Usn usn_created{};         ///< local, as uSNCreated
  Usn usn_changed{};         ///< local, as uSNChanged: the key in the index of changes
  DsTime when_created{};     ///< the earliest stamp's time is whenCreated's own; this is that value
  DsTime when_changed{};     ///< local
  DsTime when_deleted{};     ///< local clock of the deletion's application; zero while alive: the index of graves
  friend bool operator==(const ObjectHead&, const ObjectHead&) = default;
};

/// One attribute read in place. Views live as long as the record they come from (see Snapshot).
class AttributeView {
 public:
  [[nodiscard]] Attid attid() const noexcept;
  [[nodiscard]] bool has_stamp() const noexcept;   ///< false: not replicated
  [[nodiscard]] bool references() const noexcept;  ///< values begin with a DNT
  [[nodiscard]] AttributeStamp stamp() const noexcept;  ///< zeros without has_stamp
  [[nodiscard]] Usn usn_local() const noexcept;    ///< usnProperty: the local USN of the transaction that wrote it
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] ByteView value(std::size_t i) const noexcept;

 private:
  friend class ObjectView;
  const std::uint8_t* record_ = nullptr;
  const std::uint8_t* entry_ = nullptr;
  const std::uint8_t* ids_ = nullptr;  // the record's list of invocationIds
};

/// A record read in place: trivially copyable. Its octets were checked (sum and bounds) when it was found.
class ObjectView {
 public:
  [[nodiscard]] Dnt dnt() const noexcept;
  [[nodiscard]] ObjectHead head() const;
  [[nodiscard]] ObjectFlags flags() const noexcept;
  [[nodiscard]] Dnt parent() const noexcept;
  [[nodiscard]] Dnt nc() const noexcept;
  [[nodiscard]] ObjectGuid guid() const noexcept;
  [[nodiscard]] Usn usn_changed() const noexcept;
  [[nodiscard]] DsTime when_deleted() const noexcept;
  /// The RDN: its attribute type and its value in UTF-8, unescaped. Of a phantom: the whole DN as the reference had it, type 0.
  [[nodiscard]] Attid rdn_type() const noexcept;
  [[nodiscard]] std::string_view rdn() const noexcept;
  /// Attributes in ascending order of Attid.
  [[nodiscard]] std::size_t attribute_count() const noexcept;
  [[nodiscard]] AttributeView attribute(std::size_t i) const noexcept;
  [[nodiscard]] std::optional<AttributeView> find(Attid attid) const noexcept;  ///< binary search
  [[nodiscard]] std::optional<AttributeStamp> stamp(Attid attid) const noexcept;
  /// The first value, if there is one.
  [[nodiscard]] std::optional<ByteView> first(Attid attid) const noexcept;
  [[nodiscard]] std::optional<std::uint32_t> first_u32(Attid attid) const noexcept;
  /// The record, for who copies or compares it as a whole.
  [[nodiscard]] ByteView octets() const noexcept;

 private:
  friend class RecordCodec;
  [[nodiscard]] const std::uint8_t* ids() const noexcept;
  Dnt dnt_ = kNoDnt;
  const std::uint8_t* record_ = nullptr;
};

/// An attribute to be written. `values` are views: what they look at must live until the put.
struct AttributeDraft {
  Attid attid{};
  bool references = false;
  std::optional<AttributeStamp> stamp{};  ///< nothing: not replicated
  Usn usn_local{};
  std::vector<ByteView> values{};
};

/// What a writer hands in. Made empty, or from a view of the record that it will replace.
class ObjectDraft {
 public:
  ObjectDraft() = default;
  explicit ObjectDraft(const ObjectView& view);
  ObjectDraft(const ObjectDraft& other);  ///< the copy keeps all values itself
  ObjectDraft(ObjectDraft&&) noexcept = default;
  ObjectDraft& operator=(const ObjectDraft& other);
  ObjectDraft& operator=(ObjectDraft&&) noexcept = default;
  ~ObjectDraft() = default;

  Dnt dnt = kNoDnt;  ///< kNoDnt: a new object; the store chooses
  ObjectHead head;
  Attid rdn_type{};
  std::string rdn;

  [[nodiscard]] AttributeDraft* find(Attid attid) noexcept;
  /// Finds or inserts in order.
  AttributeDraft& attribute(Attid attid);
  void remove(Attid attid);  ///< values and stamp: as if it had never been there
  [[nodiscard]] const std::vector<AttributeDraft>& attributes() const noexcept { return attributes_; }
  [[nodiscard]] std::vector<AttributeDraft>& attributes() noexcept { return attributes_; }

  /// Octets that live as long as the draft: for values that the writer has to make. The view stays valid when the draft moves.
  [[nodiscard]] ByteView keep(ByteView octets);
  [[nodiscard]] ByteView keep_u32(std::uint32_t value);
  [[nodiscard]] ByteView keep_i64(std::int64_t value);
  [[nodiscard]] ByteView keep_reference(Dnt target, ByteView rest = {});
  /// Copies what all values look at, so that the draft outlives the next change of the transaction whose views it was made from.
  void keep_all();
  void clear();  ///< for reuse without giving memory back

 private:
  std::span<std::uint8_t> room(std::size_t size);

  std::vector<AttributeDraft> attributes_;
  std::vector<Bytes> kept_;                     // pieces with room reserved: never grown beyond it, so that views stay
  std::vector<std::vector<ByteView>> spare_;    // of attributes that were cleared
};

/// The two parts of a reference value.
[[nodiscard]] Dnt reference_target(ByteView value) noexcept;   ///< kNoDnt when it is shorter than eight octets
[[nodiscard]] ByteView reference_rest(ByteView value) noexcept;

}  // namespace tributary::store
