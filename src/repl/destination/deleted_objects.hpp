// SPDX-License-Identifier: Apache-2.0
// What applying a deletion, a recycling or an undeletion brings with it: links ([MS-ADTS] 3.1.1.5.5.6) and, for values that were changed
// elsewhere meanwhile, RemoveObj and RecycleObj once more ([MS-DRSR] 4.1.10.6.10, 5.160, 5.161).
#pragma once

#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

/// What kDeleted and kRecycled are to be, from the attributes and the rules: without the recycle bin a deleted object is a tombstone.
[[nodiscard]] store::ObjectFlags deletion_flags(bool is_deleted, bool is_recycled_attribute, bool was_recycled, const DirectoryRules& rules) noexcept;

/// After the record was written: links go, rest or wake, as the change of flags says.
[[nodiscard]] Result<void> follow_deletion(store::WriteTransaction& transaction, Dnt dnt, store::ObjectFlags before, store::ObjectFlags now);

/// Without the recycle bin an object that was a tombstone has lost all links that it had until it came back ([MS-ADTS] 3.1.1.5.5.6.1), and
/// nothing replicates that. A replica that did not see the tombstone must lose them as well, and none may take them up again: this is
/// the moment up to which they count for nothing: the time of the stamp of isDeleted that has no value. Nothing for any other object.
/// DEVIATION: [MS-DRSR] says nothing of it, and replicas would stay different.
[[nodiscard]] std::optional<DsTime> undeletion_time(const store::ObjectView& object, const DirectoryRules& rules) noexcept;
[[nodiscard]] std::optional<DsTime> undeletion_time(store::ObjectDraft& object, const DirectoryRules& rules) noexcept;
/// Takes away link values of and to the object that were last changed before `time`.
[[nodiscard]] Result<void> forget_links_before(store::WriteTransaction& transaction, Dnt dnt, DsTime time);

/// Makes a deleted object what it has to be, as an originating update of what is not so: values that do not survive go, the name is
/// mangled and the place is the Deleted Objects container. Nothing happens when all is well, which is the rule, nor to that container.
[[nodiscard]] Result<bool> conform_deleted_object(store::WriteTransaction& transaction, const Context& context, Dnt dnt);

}  // namespace tributary::repl
