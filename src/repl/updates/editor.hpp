// SPDX-License-Identifier: Apache-2.0
// One object under an originating update: the record as it will be, with the stamps that the update gives ([MS-ADTS] 3.1.1.1.9,
// 3.1.1.5.1.5). A helper of this room. Must never judge whether the update is allowed.
#pragma once

#include <optional>
#include <string_view>

#include "repl/state/stamps.hpp"
#include "repl/updates/updates.hpp"

namespace tributary::repl {

class ObjectEditor {
 public:
  /// For a new object: the head's USN, times and GUID are still to be set.
  ObjectEditor(WriteTransaction& tx, const Context& context);
  /// For an object that is there. Keeps nothing of the view.
  ObjectEditor(WriteTransaction& tx, const Context& context, const ObjectView& object);

  [[nodiscard]] store::ObjectDraft& draft() noexcept { return draft_; }
  [[nodiscard]] const Originator& by() const noexcept { return by_; }
  [[nodiscard]] const schema::Schema& schema() const noexcept { return *context_.schema; }

  /// The attribute without values and, if it is replicated, with the next stamp. Values are to be pushed to what is returned, before
  /// anything else is written.
  store::AttributeDraft& begin(Attid attid);
  void set(Attid attid, std::span<const NewValue> values);
  void set(Attid attid, const NewValue& value) { set(attid, std::span(&value, 1)); }
  /// Written only when it has another value ([MS-DRSR] 5.161: what conforms already is not changed).
  void ensure(Attid attid, const NewValue& value);
  void add(Attid attid, const NewValue& value);  ///< to the values that are there
  /// All values go; a stamp stays, and is raised if there were values ([MS-DRSR] 5.160: what conforms already is not changed).
  void clear(Attid attid);
  /// The stamp is raised, the values stay ([MS-DRSR] 5.199).
  void touch(Attid attid);
  /// name, the RDN attribute and the record's own RDN. The stamp of `name` is always raised: by it a move or rename replicates
  /// ([MS-DRSR] 4.1.10.6.8); that of the RDN attribute only when its value changes.
  void set_name(Attid rdn_type, std::string_view value);

  [[nodiscard]] bool has_values(Attid attid);
  [[nodiscard]] ByteView first(Attid attid);  ///< as it is stored; empty when there is none

  /// Writes the record, with uSNChanged and whenChanged of this update.
  [[nodiscard]] Result<ObjectUpdate> put();

 private:
  [[nodiscard]] bool is_stamped(const store::AttributeDraft& attribute) const;
  void stamp(store::AttributeDraft& attribute);
  /// As a value of that attribute is stored; a secret one is sealed.
  [[nodiscard]] ByteView keep(const store::AttributeDraft& attribute, const NewValue& value);
  [[nodiscard]] bool is_same(const store::AttributeDraft& attribute, ByteView stored, const NewValue& value);
  [[nodiscard]] const schema::AttributeSchema* sealed_attribute(Attid attid) const;  ///< null: its values are stored as they come

  WriteTransaction& tx_;
  const Context& context_;
  Originator by_;
  store::ObjectDraft draft_;
  std::optional<Error> failure_;  ///< a value that could not be sealed; put() says so
};

/// The sticky error of a transaction as the result of an update.
[[nodiscard]] Result<void> settle(const WriteTransaction& tx);
/// The record, or the code when there is none.
[[nodiscard]] Result<ObjectView> find_object(const Snapshot& snapshot, Dnt dnt, Win32 code);

/// [MS-ADTS] 3.1.1.5.1.7: whether a change of an object of these classes is urgent.
enum class UpdateKind : std::uint8_t { kAdd, kModify, kRename, kDelete };
[[nodiscard]] bool is_urgent(const schema::Schema& schema, std::span<const Attid> object_class, UpdateKind kind);
/// ... and of these attributes, whatever the object.
[[nodiscard]] bool is_urgent_attribute(Attid attid) noexcept;

}  // namespace tributary::repl
