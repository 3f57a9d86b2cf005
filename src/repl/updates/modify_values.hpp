// SPDX-License-Identifier: Apache-2.0
// Modifications of one object, worked out before anything is written ([MS-ADTS] 3.1.1.5.3). A helper of this room: Modify and Undelete
// are made of it.
#pragma once

#include <map>

#include "repl/updates/editor.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/modify.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {

/// A link value that is to come or to go.
struct LinkEdit {
  LinkKey key;
  std::optional<LinkValue> existing;
  bool is_present = false;
};

/// What remains to be written.
struct ModifyPlan {
  std::map<Attid, std::vector<NewValue>> attributes;  ///< only those whose values change
  std::vector<LinkEdit> links;
  std::vector<Attid> legacy_links;  ///< link attributes whose own stamp has to be raised
  bool urgent = false;
  [[nodiscard]] bool empty() const noexcept { return attributes.empty() && links.empty(); }
};

/// Judges and works out. The object's state (deleted or not) is not judged here.
[[nodiscard]] Result<ModifyPlan> plan_modifications(const Snapshot& snapshot, const Context& context, const ObjectView& object,
                                                    std::span<const Modification> modifications, const ModifyOptions& options);
/// To the draft; links follow when it has been put.
void apply_to_draft(ObjectEditor& editor, const ModifyPlan& plan);
void apply_to_links(WriteTransaction& tx, const Context& context, const Originator& by, const ModifyPlan& plan);

/// 3.1.1.5.1.1 for what changes: nothing that a class demands goes, nothing comes that no class allows.
[[nodiscard]] Result<void> check_changed_content(const Snapshot& snapshot, const schema::Schema& schema, ObjectEditor& editor,
                                                 const ModifyPlan& plan);
/// ... and for the whole object as it will be, links included.
[[nodiscard]] Result<void> check_whole_content(const Snapshot& snapshot, const schema::Schema& schema, ObjectEditor& editor,
                                               const ModifyPlan& plan);

}  // namespace tributary::repl
