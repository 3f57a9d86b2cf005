// SPDX-License-Identifier: Apache-2.0
// The computer and server objects of a DSA that joins ([MS-ADTS] 6.1.1.2.2.1.2.1, 6.1.1.3.1).
// DEVIATION: 4.1.1.3 takes crossRefs and nTDSDSA objects only; a joining DSA of ours has no SAMR and no LDAP server to write to, so that its
// account and its server object are entries of the same call. The rights are those that LDAP and SAMR ask for.
#include "base/win32.hpp"
#include "service/directory/add_entry_steps.hpp"

namespace tributary::service::directory {
namespace {

/// RIGHT_DS_CREATE_CHILD for the class, on the parent.
void check_create_child(const AddEntryWork& work, const Entry& entry, Attid object_class) {
  const Dnt parent = entry.parent();
  if (parent == kNoDnt) refuse(win32::kErrorDsNoParentObject);
  const auto* definition = work.reader.schema().find_class(object_class);
  if (definition == nullptr) refuse(win32::kErrorDsObjClassNotDefined);
  if (!work.asker().may(parent, security::kRightDsCreateChild, definition->schema_id_guid)) refuse(win32::kErrorDsInsuffAccessRights);
}

}  // namespace

drsuapi::ADDENTRY_REPLY_INFO create_computer(AddEntryWork& work, const Entry& entry) {
  check_create_child(work, entry, class_id::kComputer);
  // Whose account says that it is a DC has to have the right to install one (DS-Install-Replica, [MS-ADTS] 3.1.1.5.3.1.1.3).
  if (!work.asker().has_right(work.reader.default_nc(), right::kReplicaAddRemove)) refuse(win32::kErrorDsInsuffAccessRights);
  if (!work.reader.is_below(entry.parent(), work.reader.default_nc())) refuse(win32::kErrorDsReferral);
  const Attid left_out[] = {attid::kObjectSid, attid::kObjectGuid};
  return info_of(work.reader, perform_add(work, entry, class_id::kComputer, {.left_out = left_out, .as_system = true, .with_sid = true}));
}

drsuapi::ADDENTRY_REPLY_INFO create_server(AddEntryWork& work, const Entry& entry) {
  check_create_child(work, entry, class_id::kServer);
  return info_of(work.reader, perform_add(work, entry, class_id::kServer, {}));
}

}  // namespace tributary::service::directory
