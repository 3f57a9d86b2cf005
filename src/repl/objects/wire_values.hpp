// SPDX-License-Identifier: Apache-2.0
// Values between the store and the wire: ATTRVALFromValue and ValueFromATTRVAL ([MS-DRSR] 5.16.3, 5.19, 5.218) for stored values.
// References become DSNAME (5.50) or SYNTAX_DISTNAME_BINARY (5.193) structures with the target's GUID, SID and DN, and back; OIDs
// change from one prefix table to the other; all other syntaxes have the same octets on both sides and are never copied.
// Names of one page are made once. Hostile octets are errors here, whatever they are. Knows no stamp and no rule of replication.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "ndr/arena.hpp"
#include "schema/schema.hpp"
#include "store/directory_store.hpp"

namespace tributary::repl {

using store::Dnt;

/// A DSNAME structure read in place, out of an attribute value or a message.
struct DsnameView {
  ObjectGuid guid;             ///< may be null
  std::optional<Sid> sid;
  ByteView name;               ///< the DN, UTF-16 little-endian, without the terminator; may be empty
  std::size_t octets = 0;      ///< of the structure
};
/// At the beginning of `octets`. kErrorDsInvalidAttributeSyntax when it is none.
[[nodiscard]] Result<DsnameView> read_dsname(ByteView octets);
[[nodiscard]] DsnameView view_of(const drsuapi::DSNAME& name) noexcept;
/// The DN of a view in UTF-8. kErrorNoUnicodeTranslation when it is no UTF-16.
[[nodiscard]] Result<std::string> dn_text(ByteView name);

/// A reference value as it travels.
struct ReferenceView {
  DsnameView target;
  ByteView rest;  ///< byteVal of the SYNTAX_ADDRESS (5.192); empty for Object(DS-DN)
};
/// kErrorDsInvalidAttributeSyntax when the octets are no value of that syntax.
[[nodiscard]] Result<ReferenceView> read_reference(schema::Syntax syntax, ByteView octets);
/// Object(DN-Binary) and the like carry octets behind the name.
[[nodiscard]] constexpr bool has_rest(schema::Syntax syntax) noexcept { return schema::is_reference(syntax) && syntax != schema::Syntax::kDn; }

/// The value of a reference attribute that names an object so, for who has no store: the inverse of read_reference().
[[nodiscard]] Bytes reference_octets(schema::Syntax syntax, const drsuapi::DSNAME& target, ByteView rest);

/// Whether the octets can be a value of the syntax as it travels: fixed sizes, whole UTF-16 units, well-formed structures.
[[nodiscard]] bool is_well_formed(schema::Syntax syntax, ByteView octets) noexcept;

/// The stored partialAttributeSet of an NC replica (5.147), in local numbers. kErrorInvalidData.
[[nodiscard]] Result<std::vector<schema::Attid>> decode_partial_set(ByteView octets);
[[nodiscard]] Bytes encode_partial_set(std::span<const schema::Attid> attids);

/// Names of objects and reference values, for one page of a reply: each is made once, in the arena. Must not outlive either.
class OutgoingNames {
 public:
  OutgoingNames(const store::Snapshot& snapshot, const schema::Schema& schema, ndr::Arena& arena);

  /// With GUID, SID and DN; of a phantom, what is known. kErrorDsDatabaseError for a DNT without a record.
  [[nodiscard]] Result<const drsuapi::DSNAME*> dsname(Dnt dnt);
  /// The same for an object that is at hand.
  [[nodiscard]] Result<const drsuapi::DSNAME*> dsname(const store::ObjectView& object);
  /// The value of a reference attribute.
  [[nodiscard]] Result<ByteView> value(schema::Syntax syntax, Dnt target, ByteView rest);
  /// The DSNAME as octets.
  [[nodiscard]] Result<ByteView> structure(Dnt dnt);

 private:
  struct Name {
    drsuapi::DSNAME* dsname = nullptr;
    ByteView structure;
  };
  [[nodiscard]] Result<Name*> find(Dnt dnt, const store::ObjectView* object, int depth);
  [[nodiscard]] Result<std::u16string_view> make_dn(const store::ObjectView& object, int depth);
  [[nodiscard]] std::uint8_t* octets(std::size_t count) { return arena_.make_array<std::uint8_t>(count); }

  const store::Snapshot& snapshot_;
  const schema::Schema& schema_;
  ndr::Arena& arena_;
  std::unordered_map<Dnt, Name> names_;                           // looked up, never walked
  std::unordered_map<schema::Attid, std::u16string> rdn_keys_;    // "CN="
};

/// Reference targets and OIDs of one message of a peer, in our terms. Keeps what it has looked up.
class IncomingValues {
 public:
  /// `local` is the schema's own table, or one that has grown for a replica of the Schema NC.
  IncomingValues(const schema::Schema& schema, const schema::PrefixTable& local, const schema::PrefixTable& remote);

  /// LocalAttidFromRemoteAttid (5.120) and what the schema says of it; null when our schema has no such attribute.
  [[nodiscard]] const schema::AttributeSchema* attribute(drsuapi::ATTRTYP remote) const noexcept;
  [[nodiscard]] std::optional<schema::Attid> class_or_attribute(drsuapi::ATTRTYP remote) const noexcept;

  /// The object or phantom that a name means, without making any; kNoDnt when there is none.
  [[nodiscard]] Result<Dnt> find(const store::Snapshot& snapshot, const DsnameView& name);
  /// The same, making a phantom. kErrorDsInvalidAttributeSyntax for a name without a GUID.
  [[nodiscard]] Result<Dnt> refer(store::WriteTransaction& transaction, const DsnameView& name);
  /// What of the kept look-ups may be wrong after an object took a phantom's place is nothing: the DNT stays. After an expunge: forget.
  void forget() noexcept { dnts_.clear(); }

  /// The stored form of one value that travelled; views `octets` where they are the same, else memory of the draft.
  /// kErrorDsInvalidAttributeSyntax; kErrorDsDraSchemaMismatch for an OID that is not known here.
  [[nodiscard]] Result<ByteView> stored_value(const schema::AttributeSchema& attribute, ByteView octets, store::WriteTransaction& transaction,
                                              store::ObjectDraft& draft);

 private:
  const schema::Schema& schema_;
  schema::AttidTranslator translator_;
  std::unordered_map<ObjectGuid, Dnt> dnts_;  // looked up, never walked
};

}  // namespace tributary::repl
