// SPDX-License-Identifier: Apache-2.0
// What every new object gets, ordinary ones and NC roots: its classes, name, GUID, category and system attributes
// ([MS-ADTS] 3.1.1.5.2.4). A helper of this room.
#pragma once

#include "repl/objects/stored_schema.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/editor.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {

/// A new object before it is written.
struct NewObject {
  Dnt dnt = kNoDnt;  ///< a subordinate reference that becomes the object; otherwise kNoDnt
  Dnt parent = kNoDnt;
  Dnt nc = kNoDnt;
  std::string record_rdn;  ///< what the record has as its RDN
  std::string rdn;         ///< the leaf's value
  Attid rdn_type{};
  const schema::ClassSchema* object_class = nullptr;
  std::vector<Attid> classes;
  std::uint32_t instance_type = 0;
  store::ObjectFlags flags = store::ObjectFlags::kNone;
};

/// The classes of the request and what follows from them. Judges the class and the RDN.
[[nodiscard]] Result<NewObject> plan_new_object(const Snapshot& snapshot, const Context& context, const AddRequest& request, CheckLevel level);
/// Judges the attributes of the request: each known, well-formed, and the caller's to give.
[[nodiscard]] Result<void> check_new_attributes(const Snapshot& snapshot, const Context& context, const NewObject& plan,
                                                const AddRequest& request, CheckLevel level);
/// Writes the object and its links.
[[nodiscard]] Result<AddResult> make_new_object(WriteTransaction& tx, const Context& context, const NewObject& plan, const AddRequest& request,
                                                CheckLevel level);

/// What is left of the systemFlags that a client gives ([MS-ADTS] 3.1.1.5.2.4).
[[nodiscard]] std::uint32_t client_system_flags(std::uint32_t given, bool is_attribute_schema) noexcept;
/// The classSchema object that defaultObjectCategory names ([MS-ADTS] 3.1.1.2.4.8), or kNoDnt when the Schema NC is not here.
[[nodiscard]] Result<Dnt> default_object_category(const Snapshot& snapshot, const schema::Schema& schema,
                                                  const schema::ClassSchema& object_class);

}  // namespace tributary::repl
