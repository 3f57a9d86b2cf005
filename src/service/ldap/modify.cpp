// SPDX-License-Identifier: Apache-2.0
// Modify ([MS-ADTS] 3.1.1.5.3; RFC 4511 4.6, RFC 4525) and, as a form of it, undelete (3.1.1.5.3.7).
#include "repl/updates/modify.hpp"

#include <algorithm>
#include <charconv>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/updates/schema_update.hpp"
#include "repl/updates/undelete.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/ldap/passwords.hpp"
#include "service/ldap/requests.hpp"
#include "service/ldap/sam.hpp"
#include "service/ldap/special_objects.hpp"
#include "service/ldap/write_rights.hpp"

namespace tributary::service::ldap_face {
namespace {

using repl::Modification;
using repl::ModifyOperation;

constexpr Guid kReanimateTombstones = "45ec5156-db7e-47bb-b53f-dbeb2d03c40f"_guid;

ModifyOperation operation_of(lp::ModifyRequest::Operation operation) {
  switch (operation) {
    case lp::ModifyRequest::Operation::kAdd: return ModifyOperation::kAdd;
    case lp::ModifyRequest::Operation::kDelete: return ModifyOperation::kDelete;
    default: return ModifyOperation::kReplace;
  }
}

/// RFC 4525: a number that is there becomes greater.
Modification incremented(const store::ObjectView& object, const schema::AttributeSchema& attribute, std::span<const ByteView> values) {
  const auto stored = object.first(attribute.attid);
  if (!stored) refuse(ResultCode::kNoSuchAttribute, win32::kErrorDsAttIsNotOnObj, attribute.ldap_display_name);
  std::int64_t by = 0;
  const auto text = values.size() == 1 ? text_of(values.front()) : std::string_view();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), by);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    refuse(ResultCode::kProtocolError, win32::kErrorInvalidParameter, "an increment is one number");
  if (attribute.syntax == schema::Syntax::kLargeInteger && stored->size() == 8) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(static_cast<std::int64_t>(load_le<std::uint64_t>(stored->data())), by, &sum))
      refuse(ResultCode::kConstraintViolation, win32::kErrorDsRangeConstraint, attribute.ldap_display_name);
    return {ModifyOperation::kReplace, attribute.attid, {repl::i64_value(sum)}};
  }
  if (attribute.syntax != schema::Syntax::kInteger || stored->size() != 4)
    refuse(ResultCode::kConstraintViolation, win32::kErrorInvalidParameter, attribute.ldap_display_name + " is no number");
  std::int64_t sum = 0;
  const bool overflows = __builtin_add_overflow(std::int64_t{static_cast<std::int32_t>(load_le<std::uint32_t>(stored->data()))}, by, &sum);
  if (overflows || sum < INT32_MIN || sum > INT32_MAX) refuse(ResultCode::kConstraintViolation, win32::kErrorDsRangeConstraint, attribute.ldap_display_name);
  return {ModifyOperation::kReplace, attribute.attid, {repl::u32_value(static_cast<std::uint32_t>(sum))}};
}

/// What refers to nothing cannot be taken away.
Modification removed(Write& write, const schema::AttributeSchema& attribute, std::span<const ByteView> values) {
  Modification change{ModifyOperation::kDelete, attribute.attid, {}};
  for (const auto& octets : values) {
    try {
      change.values.push_back(write.value(attribute, octets));
    } catch (const WriteRefusal& refusal) {
      const bool names_nothing = refusal.win32 == win32::kErrorDsObjNotFound || refusal.win32 == win32::kErrorDsNameReferenceInvalid;
      if (!names_nothing) throw;
      if (write.controls.permissive) continue;
      if (attribute.attid == attid::kMember) unwilling(code::kMemberNotInAlias, "member");
      refuse(ResultCode::kNoSuchAttribute, win32::kErrorDsCantRemMissingAttVal, attribute.ldap_display_name);
    }
  }
  return change;
}

/// 3.1.1.5.3.2: names are changed by modify DN.
void check_no_name(const store::ObjectView& object, const schema::AttributeSchema& attribute) {
  if (attribute.attid == attid::kName || attribute.attid == object.rdn_type())
    refuse(ResultCode::kNotAllowedOnRdn, win32::kErrorDsCantModSystemOnly, attribute.ldap_display_name + " is changed by renaming the object");
}

/// 3.1.1.5.3.2: every tenth character of dSHeuristics says which it is.
void check_heuristics(const Write& write, const Modification& change) {
  const auto* attribute = write.schema().find_attribute(change.attid);
  if (attribute == nullptr || attribute->ldap_display_name != "dSHeuristics" || change.operation == ModifyOperation::kDelete) return;
  for (const auto& value : change.values) {
    const auto text = directory::unicode_text(value.octets);
    for (std::size_t i = 10; i <= text.size() && i <= 90; i += 10)
      if (text[i - 1] != static_cast<char>('0' + i / 10)) refuse(ResultCode::kConstraintViolation, win32::kErrorDsConstraintViolation, "dSHeuristics: every tenth character counts the tens");
  }
}

void check_special_attributes(const Write& write, const store::ObjectView& object, std::span<const Modification> changes) {
  for (const auto& change : changes) {
    check_heuristics(write, change);
    if (change.attid == attid::kNtMixedDomain && !repl::is_nc_root(object)) unwilling(win32::kErrorDsIllegalModOperation, "nTMixedDomain is the domain's");
  }
}

bool is_schema_object(const Write& write, const store::ObjectView& object) {
  return write.is_a(object, class_id::kAttributeSchema) || write.is_a(object, class_id::kClassSchema);
}

/// 3.1.1.5.3.5: another class inherits otherwise. Whose descriptor the client wrote himself gets it from there.
bool changes_class(std::span<const Modification> changes) {
  return std::ranges::find(changes, attid::kObjectClass, &Modification::attid) != changes.end();
}
bool changes_descriptor(std::span<const Modification> changes) {
  return std::ranges::find(changes, attid::kNtSecurityDescriptor, &Modification::attid) != changes.end();
}

}  // namespace

std::vector<Modification> translate_changes(Write& write, const store::ObjectView& object, const lp::ModifyRequest& request) {
  std::vector<Modification> changes;
  const bool is_user = write.is_a(object, class_id::kUser), is_group = write.is_a(object, class_id::kGroup);
  for (const auto& change : request.changes) {
    const auto& attribute = write.attribute(change.attribute.attribute);
    if (is_user && is_password(write.schema(), attribute.ldap_display_name)) continue;
    check_no_name(object, attribute);
    check_sam_attribute(attribute, is_user, is_group);
    const auto& values = change.attribute.values;
    switch (change.operation) {
      case lp::ModifyRequest::Operation::kIncrement: changes.push_back(incremented(object, attribute, values)); break;
      case lp::ModifyRequest::Operation::kDelete: {
        auto made = removed(write, attribute, values);
        if (values.empty() || !made.values.empty()) changes.push_back(std::move(made));
        break;
      }
      default: {
        if (change.operation == lp::ModifyRequest::Operation::kAdd && values.empty())
          refuse(ResultCode::kConstraintViolation, win32::kErrorInvalidParameter, "nothing is to be added to " + attribute.ldap_display_name);
        changes.push_back({operation_of(change.operation), attribute.attid, write.values(attribute, values)});
      }
    }
  }
  return changes;
}

void settle_descriptor(const Write& write, const store::ObjectView& object, std::vector<Modification>& changes) {
  const auto current = object.first(attid::kNtSecurityDescriptor);
  for (auto& change : changes) {
    if (change.attid != attid::kNtSecurityDescriptor) continue;
    if (change.operation == ModifyOperation::kDelete || change.values.size() != 1 || !current)
      unwilling(win32::kErrorDsUnwillingToPerform, "an object has one nTSecurityDescriptor, which can be replaced");
    auto made = written_object_descriptor(write.context, write.tx, write.token(), {object.dnt(), change.values.front().octets, write.controls.sd_flags, write.domains()});
    if (!made) refuse(outcome_of_update(made.error()), made.error().code);
    change = {ModifyOperation::kReplace, attid::kNtSecurityDescriptor, {repl::octets_value(*made)}};
  }
}

bool is_undelete(const Write& write, const lp::ModifyRequest& request) {
  bool removes = false, renames = false;
  for (const auto& change : request.changes) {
    const auto* attribute = write.schema().find_attribute(change.attribute.attribute);
    if (attribute == nullptr) continue;
    removes = removes || (attribute->attid == attid::kIsDeleted && change.operation == lp::ModifyRequest::Operation::kDelete);
    renames = renames || (attribute->attid == attid::kDistinguishedName && change.operation == lp::ModifyRequest::Operation::kReplace &&
                          change.attribute.values.size() == 1);
  }
  return removes && renames;
}

void perform_undelete(Write& write, const lp::ModifyRequest& request) {
  const Dnt dnt = write.locate(request.dn);
  const auto object = write.object(dnt);
  if (object.head().sid == write.token().user) unwilling(win32::kErrorDsIllegalModOperation, "nobody undeletes himself");
  write.demand(write.access(object.nc()).control_access(kReanimateTombstones), dnt, "undeleting needs Reanimate-Tombstones on the NC");
  const auto rights = write.access(dnt);
  write.demand(rights.attribute(security::kRightDsWriteProperty, attid::kName), dnt, "writing name");
  lp::ModifyRequest rest{request.dn, {}};
  std::string_view new_dn;
  for (const auto& change : request.changes) {
    const auto& attribute = write.attribute(change.attribute.attribute);
    if (attribute.attid == attid::kDistinguishedName) new_dn = text_of(change.attribute.values.front());
    else if (attribute.attid != attid::kIsDeleted) rest.changes.push_back(change);
  }
  auto dn = repl::parse_dn(write.schema(), new_dn);
  if (!dn || dn->empty()) refuse(ResultCode::kInvalidDnSyntax, win32::kErrorDsInvalidDnSyntax, "distinguishedName");
  repl::UndeleteRequest undelete;
  undelete.object = dnt;
  undelete.new_rdn = dn->front().value;
  undelete.rdn_type = dn->front().type;
  undelete.new_parent = must(repl::resolve_dn(write.tx, write.schema(), std::span(*dn).subspan(1)));
  if (!write.reader.is_living(undelete.new_parent)) refuse(ResultCode::kOther, win32::kErrorDsNoParentObject, "the new parent");
  const auto* structural = repl::structural_class(write.schema(), object);
  write.demand(structural != nullptr && may_create(write, undelete.new_parent, *structural), undelete.new_parent, "creating an object there");
  undelete.modifications = translate_changes(write, object, rest);
  check_modify_rights(write, object, undelete.modifications);
  for (const Attid each : {attid::kUserPrincipalName, attid::kServicePrincipalName}) {
    const auto names = write.reader.texts(object, each);
    if (each == attid::kServicePrincipalName) check_service_names(write, names, dnt);
    else for (const auto& name : names) check_principal_name(write, name, dnt);
  }
  if (const auto name = write.reader.text(object, attid::kSamAccountName)) check_account_name(write, *name, dnt);
  const bool is_user = write.is_a(object, class_id::kUser), is_group = write.is_a(object, class_id::kGroup);
  const auto control = object.first_u32(attid::kUserAccountControl), type = object.first_u32(attid::kGroupType);
  write.updates.append(must(repl::undelete(write.tx, write.context, undelete, repl::CheckLevel::kClient)));
  // What a deletion takes away and the kind of the account gives back.
  if (is_user && control) write.set_as_system(dnt, attid::kSamAccountType, repl::u32_value(account_type_of(*control)));
  if (is_group && type) write.set_as_system(dnt, attid::kSamAccountType, repl::u32_value(group_account_type_of(*type)));
  if (is_user && !write.object(dnt).first(attid::kPrimaryGroupId))
    write.set_as_system(dnt, attid::kPrimaryGroupId, repl::u32_value(primary_group_of(control.value_or(0))));
  write.propagate_descriptors(std::array{dnt});
}

void perform_modify(Write& write, const lp::ModifyRequest& request) {
  if (is_undelete(write, request)) return perform_undelete(write, request);
  const Dnt dnt = write.locate(request.dn);
  const auto object = write.object(dnt);
  auto changes = translate_changes(write, object, request);
  check_modify_rights(write, object, changes);
  if (changes.empty()) return;
  write.check_role(object.nc(), dnt, object);
  check_special_attributes(write, object, changes);
  SamChanges more;
  const bool is_account = write.is_a(object, class_id::kUser) || write.is_a(object, class_id::kGroup);
  if (is_account) more = judge_account_changes(write, object, changes);
  settle_descriptor(write, object, changes);
  const bool has_descriptor = changes_descriptor(changes), has_class = changes_class(changes);
  const repl::ModifyOptions options{repl::CheckLevel::kClient, write.controls.permissive, write.controls.show_deactivated_links};
  if (is_schema_object(write, object)) {
    write.updates.append(must(repl::modify_schema_object(write.tx, write.context, dnt, changes, options)).updates);
  } else {
    auto made = repl::modify(write.tx, write.context, dnt, changes, options);
    if (!made && has_class && made.error().code == win32::kErrorDsIllegalModOperation)  // 3.1.1.5.3.5, functional level 2008 and above
      refuse(lp::outcome_of(ResultCode::kObjectClassViolation, made.error()), made.error().code);
    write.updates.append(must(std::move(made)));
  }
  if (!is_account) check_password_settings(write, write.object(dnt));
  write.modify_as_system(dnt, more.as_system);
  for (const auto& other : more.others) write.modify_as_system(other.object, {&other.change, 1});
  if (has_class) write.propagate_descriptors(std::array{dnt});
  if (has_descriptor) write.propagate_descriptors(write.children(dnt));
}

std::unique_ptr<lp::Operation> start_modify(LdapCall call) {
  const auto controls = read_write_controls(call.message.controls);
  if (!controls) return finished(call.message.id, lp::ResponseTag::kModify, controls.error());
  if (writes_password(call.dsa.context(), call.message.request)) return password_operation(std::move(call), lp::ResponseTag::kModify, *controls);
  return write_operation(std::move(call), lp::ResponseTag::kModify, *controls,
                         [](Write& write) { perform_modify(write, std::get<lp::ModifyRequest>(write.call.message.request)); });
}

}  // namespace tributary::service::ldap_face
