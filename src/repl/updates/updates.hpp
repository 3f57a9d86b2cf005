// SPDX-License-Identifier: Apache-2.0
// What all originating updates ([MS-ADTS] 3.1.1.5) have in common: how values come in, how strictly they are judged, and what is told
// about what changed, so that notification (3.1.1.5.1.6) can follow.
//
// Contract of every function of this room that takes a WriteTransaction: it is one originating update, with one USN for each object that
// it writes. When it fails nothing was changed, unless tx.failure() is set; then the transaction is lost. It commits nothing. Who may do
// what (access checks, FSMO roles, quotas) was judged before; the codes are those of the section that the function names.
#pragma once

#include <string_view>
#include <vector>

#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

using store::WriteTransaction;

enum class CheckLevel : std::uint8_t {
  /// What keeps the replica consistent: known attributes and classes, well-formed values, one value where one is allowed, references to
  /// what exists, one object per name, no cycles, protected objects. For whoever builds a forest, restores or repairs.
  kReplica,
  /// Also what the schema and 3.1.1.5 demand of clients: must-have and may-have, possible superiors, ranges, system-only attributes and
  /// classes, containers that clients may not touch.
  kClient,
};

/// A value that comes in. Of object reference syntaxes `target` names the object, and `octets` is the binary or string part; of all others
/// `octets` is the concrete representation ([MS-DRSR] 5.16), of OIDs the local Attid.
struct NewValue {
  Dnt target = kNoDnt;
  Bytes octets;
  friend bool operator==(const NewValue&, const NewValue&) = default;
};
[[nodiscard]] NewValue reference_value(Dnt target, ByteView rest = {});
[[nodiscard]] NewValue octets_value(ByteView octets);
[[nodiscard]] NewValue u32_value(std::uint32_t value);  ///< Integer, Enumeration, OID
[[nodiscard]] NewValue bool_value(bool value);
[[nodiscard]] NewValue i64_value(std::int64_t value);  ///< LargeInteger, and the times (DSTIME)
/// String(Unicode). Malformed parts become U+FFFD.
[[nodiscard]] NewValue text_value(std::string_view utf8);

struct NewAttribute {
  Attid attid{};
  std::vector<NewValue> values;
};

/// One object that was written, at which USN, in which NC.
struct ObjectUpdate {
  Dnt dnt = kNoDnt;
  Dnt nc = kNoDnt;
  Usn usn;
  friend bool operator==(const ObjectUpdate&, const ObjectUpdate&) = default;
};
/// What was changed. Empty when the update found everything as it should be.
struct Updates {
  std::vector<ObjectUpdate> objects;
  bool urgent = false;          ///< 3.1.1.5.1.7: partners are told at once
  bool schema_changed = false;  ///< an object of the Schema NC: a new Schema has to be made

  void append(const Updates& other);
  [[nodiscard]] bool empty() const noexcept { return objects.empty(); }
  [[nodiscard]] std::vector<Dnt> ncs() const;  ///< each once, ascending
};

}  // namespace tributary::repl
