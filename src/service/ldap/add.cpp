// SPDX-License-Identifier: Apache-2.0
// Add ([MS-ADTS] 3.1.1.5.2; RFC 4511 4.7).
// DEVIATION: an NC is not made over LDAP (3.1.1.5.2.8), objects do not expire (dynamicObject, 6.1.7), quotas of NCs are not counted
// (3.1.1.5.2.5); AttributeAuthorizationOnLDAPAdd is 0, its default.
#include "repl/updates/add.hpp"

#include <algorithm>
#include <array>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/updates/schema_update.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/directory/names.hpp"
#include "service/directory/spn_rights.hpp"
#include "service/forest/rid_pool.hpp"
#include "service/ldap/passwords.hpp"
#include "service/ldap/requests.hpp"
#include "service/ldap/sam.hpp"
#include "service/ldap/special_objects.hpp"
#include "service/ldap/write_rights.hpp"

namespace tributary::service::ldap_face {
namespace {

using directory::has_element;

constexpr std::uint32_t kMachineAccountQuota = 10;  ///< when the domain's root does not say
/// 3.1.1.5.2.4: given by a client, they mean nothing.
constexpr std::array<std::string_view, 12> kIgnored = {"distinguishedName", "subRefs", "uSNLastObjRem", "uSNDSALastObjRemoved", "uSNCreated", "uSNChanged",
                                                       "replPropertyMetaData", "isDeleted", "isRecycled", "proxiedObjectName", "whenCreated", "whenChanged"};

/// The DN of the request: its RDNs, and the parent that is there.
void read_name(Write& write, std::string_view text, AddPlan& plan) {
  auto dn = repl::parse_dn(write.schema(), text);
  if (!dn) refuse(ResultCode::kInvalidDnSyntax, dn.error().code, dn.error().detail);
  if (dn->empty()) refuse(ResultCode::kNamingViolation, win32::kErrorDsNamingViolation, "the root is there");
  const auto above = std::span(*dn).subspan(1);
  plan.parent = must(repl::resolve_dn(write.tx, write.schema(), above));
  const auto parent = write.reader.living(plan.parent);
  // Why there is none is said as for any object that is not there: with what is above it, or where to ask.
  if (!parent || repl::is_subref(*parent)) {
    (void)write.locate(repl::format_dn(write.schema(), above));
    refuse(ResultCode::kNoSuchObject, win32::kErrorDsObjNotFound, "the parent");
  }
  plan.nc = parent->nc();
  plan.request.parent = plan.parent;
  plan.request.rdn = std::move(dn->front().value);
  plan.request.rdn_type = dn->front().type;
}

void read_class(Write& write, const lp::AddRequest& request, AddPlan& plan) {
  const lp::AttributeValues* given = nullptr;
  for (const auto& each : request.attributes) {
    const auto* attribute = write.schema().find_attribute(each.attribute);
    if (attribute == nullptr || attribute->attid != attid::kObjectClass) continue;
    if (given != nullptr) refuse(ResultCode::kObjectClassViolation, win32::kErrorDsIllegalModOperation, "objectClass is there twice");
    given = &each;
  }
  if (given == nullptr || given->values.empty()) refuse(ResultCode::kObjectClassViolation, win32::kErrorDsObjectClassRequired);
  const auto values = write.values(write.attribute("objectClass"), given->values);
  std::vector<Attid> classes;
  for (const auto& value : values) classes.push_back(static_cast<Attid>(number_of(value)));
  auto complete = write.schema().complete_object_class(classes);
  if (!complete) refuse(outcome_of_update(complete.error()), complete.error().code);
  plan.classes = std::move(*complete);
  plan.object_class = write.schema().structural_class(plan.classes);
  if (plan.object_class == nullptr) refuse(ResultCode::kObjectClassViolation, win32::kErrorDsObjClassNotSubclass);
  plan.request.attributes.push_back({attid::kObjectClass, values});
  const auto is = [&](Attid each) { return has_element(plan.classes, each); };
  plan.is_user = is(class_id::kUser);
  plan.is_computer = is(class_id::kComputer);
  plan.is_group = is(class_id::kGroup);
  const auto* dynamic = write.schema().find_class("dynamicObject");
  if (dynamic != nullptr && is(dynamic->attid)) unwilling(win32::kErrorDsNotSupported, "objects that expire by themselves (dynamicObject) are not kept here");
}

/// System-only attributes are a client's to give only where the class demands them.
void check_given(const Write& write, const AddPlan& plan, const schema::AttributeSchema& attribute) {
  check_sam_attribute(attribute, plan.is_user, plan.is_group);
  const bool is_open = attribute.attid == attid::kInstanceType || attribute.attid == attid::kObjectGuid || attribute.attid == attid::kObjectSid ||
                       attribute.attid == attid::kSystemFlags || attribute.attid == attid::kName || attribute.attid == plan.request.rdn_type ||
                       has_element(plan.object_class->effective.must_contain, attribute.attid) || plan.nc == write.reader.schema_nc();
  if (attribute.system_only && !is_open)
    refuse(ResultCode::kConstraintViolation, win32::kErrorDsCantAddSystemOnly, attribute.ldap_display_name + " is the system's");
}

/// All the others. attributeID and governsID are OIDs that nobody knows yet: `oid`.
void read_attributes(Write& write, const lp::AddRequest& request, AddPlan& plan, std::string& oid) {
  for (const auto& given : request.attributes) {
    const auto& attribute = write.attribute(given.attribute);
    if (attribute.attid == attid::kObjectClass || attribute.is_constructed() || has_element(kIgnored, attribute.ldap_display_name)) continue;
    if (given.values.empty()) refuse(ResultCode::kConstraintViolation, win32::kErrorInvalidParameter, attribute.ldap_display_name + " has no values");
    if (plan.is_user && is_password(write.schema(), attribute.ldap_display_name)) continue;
    if (attribute.attid == attid::kAttributeId || attribute.attid == attid::kGovernsId) {
      oid = text_of(given.values.front());
      continue;
    }
    check_given(write, plan, attribute);
    if (plan.find(attribute.attid) != nullptr) refuse(ResultCode::kAttributeOrValueExists, win32::kErrorDsAttributeOrValueExists, attribute.ldap_display_name + " is there twice");
    if (attribute.is_single_valued && given.values.size() > 1)
      refuse(ResultCode::kConstraintViolation, win32::kErrorDsSingleValueConstraint, attribute.ldap_display_name);
    plan.request.attributes.push_back({attribute.attid, write.values(attribute, given.values)});
  }
}

/// 3.1.1.5.2.1: who may not create a computer there may have some nevertheless, made in one way only.
void check_quota(Write& write, const lp::AddRequest& request, AddPlan& plan) {
  constexpr std::array<std::string_view, 6> kAllowed = {"dNSHostName", "servicePrincipalName", "userAccountControl", "unicodePwd", "objectClass", "sAMAccountName"};
  const auto is_user_here = write.token().has(security::sids::kAuthenticatedUsers);
  if (!plan.is_computer || !is_user_here || plan.nc != write.reader.default_nc()) write.deny(plan.parent, "creating " + plan.object_class->ldap_display_name);
  const auto* quota = write.schema().find_attribute("ms-DS-MachineAccountQuota");
  const auto* creator = write.schema().find_attribute("mS-DS-CreatorSID");
  if (quota == nullptr || creator == nullptr) write.deny(plan.parent, "creating computer");
  const auto root = write.object(plan.nc);
  const auto allowed = root.first_u32(quota->attid).value_or(kMachineAccountQuota);
  const auto sid = encode_sid(write.token().user);
  if (write.reader.equal(creator->attid, sid).size() >= allowed)
    unwilling(code::kMachineAccountQuotaExceeded, "ms-DS-MachineAccountQuota of the domain says how many computers a user may add");
  for (const auto& given : request.attributes)
    if (!has_element(kAllowed, write.attribute(given.attribute).ldap_display_name))
      refuse(ResultCode::kInsufficientAccessRights, win32::kErrorDsInsuffAccessRights, write.attribute(given.attribute).ldap_display_name + " is not for computers that users add");
  const auto control = plan.number(attid::kUserAccountControl).value_or(0);
  if ((control & ~(directory::kUfWorkstationTrustAccount | directory::kUfAccountDisable)) != 0 || (control & directory::kUfWorkstationTrustAccount) == 0)
    unwilling(win32::kErrorDsSecurityIllegalModify, "userAccountControl of a computer that a user adds is UF_WORKSTATION_TRUST_ACCOUNT");
  const auto account = plan.find(attid::kSamAccountName) != nullptr ? directory::unicode_text(plan.find(attid::kSamAccountName)->values.front().octets) : "";
  const auto* host = plan.find(attid::kDnsHostName);
  if (host != nullptr && !is_own_host_name(write, account, directory::unicode_text(host->values.front().octets)))
    refuse(ResultCode::kInvalidAttributeSyntax, win32::kErrorDsInvalidAttributeSyntax, "dNSHostName");
  plan.by_quota = true;
  plan.set(creator->attid, repl::octets_value(sid));
}

void give_descriptor(Write& write, AddPlan& plan) {
  NewObjectDescriptor descriptor{.parent = plan.parent, .object_class = plan.object_class};
  const auto* given = plan.find(attid::kNtSecurityDescriptor);
  if (given != nullptr) descriptor.given = ByteView(given->values.front().octets);
  descriptor.domains = write.domains();
  security::Token owner = write.token();
  // Whoever adds by quota does not own what he added.
  if (plan.by_quota && descriptor.domains.domain) owner.user = security::with_rid(*descriptor.domains.domain, security::rid::kDomainAdmins);
  auto made = new_object_descriptor(write.context, write.tx, owner, descriptor);
  if (!made) refuse(outcome_of_update(made.error()), made.error().code);
  plan.set(attid::kNtSecurityDescriptor, repl::octets_value(*made));
}

void check_access(Write& write, const lp::AddRequest& request, AddPlan& plan) {
  if (!may_create(write, plan.parent, *plan.object_class)) check_quota(write, request, plan);
  const bool delegates = std::ranges::any_of(plan.request.attributes, [&](const auto& each) {
    const auto* attribute = write.schema().find_attribute(each.attid);
    return attribute != nullptr && attribute->ldap_display_name == "msDS-AllowedToDelegateTo";
  });
  if (delegates && !write.is_administrator()) refuse(ResultCode::kInsufficientAccessRights, code::kPrivilegeNotHeld, "delegation is enabled by administrators");
}

/// NCs are made otherwise.
void check_no_nc(AddPlan& plan) {
  if ((plan.number(attid::kInstanceType).value_or(0) & (drsuapi::IT_NC_HEAD | drsuapi::IT_WRITE)) == (drsuapi::IT_NC_HEAD | drsuapi::IT_WRITE))
    unwilling(win32::kErrorDsNotSupported, "naming contexts are not made over LDAP here");
}

}  // namespace

bool may_create(const Write& write, Dnt parent, const schema::ClassSchema& object_class) {
  return write.access(parent).object(security::kRightDsCreateChild, object_class.schema_id_guid);
}

Dnt perform_add(Write& write, const lp::AddRequest& request) {
  AddPlan plan;
  std::string oid;
  read_name(write, request.dn, plan);
  read_class(write, request, plan);
  read_attributes(write, request, plan, oid);
  check_access(write, request, plan);
  write.check_role(plan.nc, kNoDnt, write.object(plan.parent));
  check_no_nc(plan);
  check_special_rdn(*plan.object_class, plan.request.rdn);
  if (must(write.tx.find_child(plan.parent, plan.request.rdn)) != kNoDnt)
    refuse(ResultCode::kEntryAlreadyExists, win32::kErrorDsObjStringNameExists, to_printable(request.dn, 200));
  if (const auto* spns = plan.find(attid::kServicePrincipalName); spns != nullptr && !plan.is_principal())
    for (const auto& value : spns->values)
      if (!directory::parse_spn(directory::unicode_text(value.octets))) refuse(ResultCode::kConstraintViolation, win32::kErrorDsNameReferenceInvalid, "servicePrincipalName");
  complete_account(write, plan);
  give_descriptor(write, plan);
  if (plan.nc == write.reader.schema_nc()) {
    auto added = must(repl::add_schema_object(write.tx, write.context, plan.request, oid, repl::CheckLevel::kClient));
    write.updates.append(added.updates);
    return added.dnt;
  }
  auto added = must(repl::add(write.tx, write.context, plan.request, repl::CheckLevel::kClient));
  write.updates.append(added.updates);
  if (plan.draws_sid) {
    const auto drawn = must(draw_sid(write.tx, write.context));
    write.updates.append(drawn.updates);
    write.progress.wants_rids = write.progress.wants_rids || drawn.is_low;
  }
  if (!plan.is_principal()) check_password_settings(write, write.object(added.dnt));
  return added.dnt;
}

std::unique_ptr<lp::Operation> start_add(LdapCall call) {
  const auto controls = read_write_controls(call.message.controls);
  if (!controls) return finished(call.message.id, lp::ResponseTag::kAdd, controls.error());
  if (writes_password(call.dsa.context(), call.message.request)) return password_operation(std::move(call), lp::ResponseTag::kAdd, *controls);
  return write_operation(std::move(call), lp::ResponseTag::kAdd, *controls,
                         [](Write& write) { (void)perform_add(write, std::get<lp::AddRequest>(write.call.message.request)); });
}

}  // namespace tributary::service::ldap_face
