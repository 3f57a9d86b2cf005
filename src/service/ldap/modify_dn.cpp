// SPDX-License-Identifier: Apache-2.0
// Modify DN within an NC ([MS-ADTS] 3.1.1.5.4.1; RFC 4511 4.9).
// DEVIATION: an object does not move to another domain (3.1.1.5.4.2): LDAP_SERVER_CROSSDOM_MOVE_TARGET_OID is refused.
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/updates/rename.hpp"
#include "service/ldap/requests.hpp"
#include "service/ldap/special_objects.hpp"

namespace tributary::service::ldap_face {
namespace {

void check_rights(const Write& write, const store::ObjectView& object, const repl::RenameRequest& request) {
  const Dnt dnt = object.dnt();
  const auto rights = write.access(dnt);
  write.demand(rights.attribute(security::kRightDsWriteProperty, attid::kName), dnt, "writing name");
  if (request.new_rdn && *request.new_rdn != object.rdn())
    write.demand(rights.attribute(security::kRightDsWriteProperty, object.rdn_type()), dnt, "writing the attribute of the RDN");
  if (*request.new_parent == object.parent()) return;
  const auto* structural = repl::structural_class(write.schema(), object);
  write.demand(structural != nullptr && may_create(write, *request.new_parent, *structural), *request.new_parent, "creating an object there");
  write.demand(may_delete(write, object), dnt, "taking the object away from where it is");
}

Dnt new_parent_of(const Write& write, std::string_view dn) {
  const auto parsed = repl::parse_dn(write.schema(), dn);
  const bool is_special = dn.starts_with('<');
  if (!parsed && !is_special) refuse(ResultCode::kInvalidDnSyntax, win32::kErrorDsInvalidDnSyntax, "newSuperior");
  const Dnt parent = is_special ? write.locate(dn) : must(repl::resolve_dn(write.tx, write.schema(), *parsed));
  if (!write.reader.is_living(parent)) refuse(ResultCode::kOther, win32::kErrorDsNoParentObject, "the new parent");
  return parent;
}

}  // namespace

void perform_modify_dn(Write& write, const lp::ModifyDnRequest& request) {
  if (!request.delete_old_rdn) unwilling(win32::kErrorInvalidParameter, "an object has one name: deleteoldrdn has to be true");
  if (request.new_rdn.empty()) refuse(ResultCode::kProtocolError, win32::kErrorInvalidParameter, "newrdn is empty");
  const auto rdn = repl::parse_dn(write.schema(), request.new_rdn);
  if (!rdn || rdn->size() != 1) refuse(ResultCode::kInvalidDnSyntax, win32::kErrorDsInvalidDnSyntax, "newrdn");
  const Dnt dnt = write.locate(request.dn);
  const auto object = write.object(dnt);
  if (repl::is_deleted(object)) unwilling(win32::kErrorDsIllegalModOperation, "a deleted object comes back by an undelete: isDeleted removed and distinguishedName replaced");
  if (repl::is_nc_root(object)) unwilling(win32::kErrorDsModifydnDisallowedByInstanceType, "the root of a naming context");
  const Dnt old_parent = object.parent();
  repl::RenameRequest rename;
  rename.object = dnt;
  rename.new_parent = request.new_superior ? new_parent_of(write, *request.new_superior) : old_parent;
  rename.new_rdn = rdn->front().value;
  rename.rdn_type = rdn->front().type;
  if (write.object(*rename.new_parent).nc() != object.nc())
    unwilling(win32::kErrorDsIllegalModOperation, "an object stays in its naming context: it is added there and deleted here");
  write.check_role(object.nc(), dnt, object);
  check_rights(write, object, rename);
  if (const auto* structural = repl::structural_class(write.schema(), object)) check_special_rdn(*structural, *rename.new_rdn);
  write.updates.append(must(repl::modify_dn(write.tx, write.context, rename, repl::CheckLevel::kClient)));
  if (*rename.new_parent != old_parent) write.propagate_descriptors(std::array{dnt});
}

std::unique_ptr<lp::Operation> start_modify_dn(LdapCall call) {
  if (lp::find_control(call.message.controls, lp::oid::kCrossDomMoveTarget) != nullptr) {
    const Error error{win32::kErrorDsNotSupported, Phase::kNone, "an object does not move to another domain"};
    return finished(call.message.id, lp::ResponseTag::kModifyDn, lp::outcome_of(ResultCode::kUnwillingToPerform, error));
  }
  const auto controls = read_write_controls(call.message.controls);
  if (!controls) return finished(call.message.id, lp::ResponseTag::kModifyDn, controls.error());
  return write_operation(std::move(call), lp::ResponseTag::kModifyDn, *controls,
                         [](Write& write) { perform_modify_dn(write, std::get<lp::ModifyDnRequest>(write.call.message.request)); });
}

}  // namespace tributary::service::ldap_face
