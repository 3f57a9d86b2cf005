// SPDX-License-Identifier: Apache-2.0
// Delete ([MS-ADTS] 3.1.1.5.5; RFC 4511 4.8), with LDAP_SERVER_TREE_DELETE_OID a whole tree (3.1.1.5.5.7), in as many transactions as it takes.
#include "base/win32.hpp"
#include "repl/updates/remove.hpp"
#include "service/ldap/requests.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

constexpr Guid kReanimateTombstones = "45ec5156-db7e-47bb-b53f-dbeb2d03c40f"_guid;
constexpr std::size_t kObjectsInPiece = 250;  ///< so that nobody waits long for his turn

void delete_tree(Write& write, const store::ObjectView& object) {
  const Dnt dnt = object.dnt();
  write.demand(write.access(dnt).object(security::kRightDsDeleteTree), dnt, "deleting a tree needs RIGHT_DS_DELETE_TREE");
  std::optional<WriteRefusal> refusal;
  const auto judge = [&](const store::ObjectView& each) -> Result<void> {
    try {
      if (!repl::is_deleted(each)) check_account_deletable(write, each);
      return {};
    } catch (const WriteRefusal& why) {
      refusal = why;
      return fail(why.win32);
    }
  };
  auto removal = repl::remove_tree(write.tx, write.context, dnt, kObjectsInPiece, repl::CheckLevel::kClient, judge);
  if (!removal && refusal) throw *refusal;
  const auto done = must(std::move(removal));
  write.updates.append(done.updates);
  if (done.finished) return;
  // What was deleted stays so: the next piece finds at once what stops it.
  write.progress.again = true;
}

}  // namespace

bool may_delete(const Write& write, const store::ObjectView& object) {
  if (write.access(object.dnt()).object(security::kRightDelete)) return true;
  const auto* structural = repl::structural_class(write.schema(), object);
  const auto type = structural == nullptr ? std::nullopt : std::optional(structural->schema_id_guid);
  return !repl::is_nc_root(object) && write.access(object.parent()).object(security::kRightDsDeleteChild, type);
}

void perform_delete(Write& write, const lp::DeleteRequest& request) {
  const Dnt dnt = write.locate(request.dn);
  const auto object = write.object(dnt);
  write.check_role(object.nc(), dnt, object);
  if (object.nc() == write.reader.schema_nc()) unwilling(win32::kErrorDsCantDelete, "objects of the schema become defunct; they are not deleted");
  if (write.controls.tree_delete) return delete_tree(write, object);
  write.demand(may_delete(write, object), dnt, "deleting");
  if (repl::is_deleted(object)) {
    write.demand(write.access(object.nc()).control_access(kReanimateTombstones), dnt, "recycling needs Reanimate-Tombstones on the NC");
  } else {
    check_account_deletable(write, object);
  }
  write.updates.append(must(repl::remove_object(write.tx, write.context, dnt, repl::CheckLevel::kClient)));
}

std::unique_ptr<lp::Operation> start_delete(LdapCall call) {
  const auto controls = read_write_controls(call.message.controls);
  if (!controls) return finished(call.message.id, lp::ResponseTag::kDelete, controls.error());
  return write_operation(std::move(call), lp::ResponseTag::kDelete, *controls,
                         [](Write& write) { perform_delete(write, std::get<lp::DeleteRequest>(write.call.message.request)); });
}

}  // namespace tributary::service::ldap_face
