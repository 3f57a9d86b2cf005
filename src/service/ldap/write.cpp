// SPDX-License-Identifier: Apache-2.0
// See write.hpp. [MS-ADTS] 3.1.1.3.4.1, 3.1.1.5.1.
#include "service/ldap/write.hpp"

#include <algorithm>
#include <array>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/dn_forms.hpp"
#include "query/ldap_values.hpp"
#include "repl/updates/add.hpp"
#include "security/access/access_check.hpp"
#include "service/access/descriptor_propagation.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/directory/partitions.hpp"

namespace tributary::service::ldap_face {
namespace {

namespace oid = lp::oid;

/// Answered by being there: they change nothing that we do.
constexpr std::array kAccepted = {oid::kLazyCommit, oid::kVerifyName, oid::kPolicyHints, oid::kExtendedDn, oid::kDomainScope,
                                  oid::kSearchOptions, oid::kForceUpdate, oid::kUpdateStats, oid::kInputDn, oid::kRangeRetrievalNoErr};

struct CodeOfUpdate {
  Win32 win32;
  ResultCode result;
};
/// Where the sections of the updates (3.1.1.5.2.2, 3.1.1.5.3.2, 3.1.1.5.4.1, 6.1.3.5) and what clients expect of names differ from what the code
/// means elsewhere.
constexpr CodeOfUpdate kCodes[] = {
    {win32::kErrorInvalidParameter, ResultCode::kNoSuchAttribute},
    {win32::kErrorDsNameUnparseable, ResultCode::kInvalidDnSyntax},
    {win32::kErrorDsNameTooLong, ResultCode::kInvalidDnSyntax},
    {security::kErrorInvalidOwner, ResultCode::kUnwillingToPerform},
    {win32::kErrorDsDisallowedInSystemContainer, ResultCode::kOther},
};

}  // namespace

void refuse(ResultCode result, Win32 win32, const std::string& detail) {
  throw WriteRefusal{lp::outcome_of(result, Error{win32, Phase::kNone, detail}), win32};
}
void refuse(lp::Outcome outcome, Win32 win32) { throw WriteRefusal{std::move(outcome), win32}; }

lp::Outcome outcome_of_update(const Error& error) {
  const auto* const found = std::ranges::find(kCodes, error.code, &CodeOfUpdate::win32);
  return found == std::ranges::end(kCodes) ? lp::outcome_of(error) : lp::outcome_of(found->result, error);
}

std::uint32_t number_of(const repl::NewValue& value) {
  if (value.octets.size() != 4) refuse(ResultCode::kInvalidAttributeSyntax, win32::kErrorDsInvalidAttributeSyntax);
  return load_le<std::uint32_t>(value.octets.data());
}

std::expected<WriteControls, lp::Outcome> read_write_controls(std::span<const lp::Control> controls) {
  WriteControls read;
  for (const auto& control : controls) {
    if (control.oid == oid::kPermissiveModify) read.permissive = true;
    else if (control.oid == oid::kTreeDelete) read.tree_delete = true;
    else if (control.oid == oid::kShowDeleted) read.show_deleted = true;
    else if (control.oid == oid::kShowRecycled) read.show_deleted = read.show_recycled = true;
    else if (control.oid == oid::kShowDeactivatedLink) read.show_deactivated_links = true;
    else if (control.oid == oid::kSdFlags) {
      const auto flags = lp::read_sd_flags(control);
      if (!flags) return std::unexpected(lp::outcome_of(ResultCode::kProtocolError, flags.error()));
      read.sd_flags = (*flags & 0xF) == 0 ? 0xF : *flags & 0xF;
    } else if (control.critical && std::ranges::find(kAccepted, control.oid) == kAccepted.end()) {
      const Error error{win32::kErrorDsUnavailableCritExtension, Phase::kNone, "the control " + std::string(control.oid.substr(0, 64)) + " is not for writes"};
      return std::unexpected(lp::outcome_of(ResultCode::kUnavailableCriticalExtension, error));
    }
  }
  return read;
}

Write::Write(LdapCall& call, const WriteControls& controls, const repl::Context& context, store::WriteTransaction& tx, WriteProgress& progress)
    : call(call), controls(controls), context(context), tx(tx), progress(progress), reader(context, tx, call.dsa.identity()) {}

bool Write::is_administrator() const noexcept { return security::has_administrators_privileges(token()); }

View Write::view() const {
  View view{call.dsa, context, tx, *call.caller};
  view.show_deactivated_links = controls.show_deactivated_links;
  view.show_deleted = controls.show_deleted;
  view.show_recycled = controls.show_recycled;
  return view;
}

Dnt Write::locate(std::string_view dn) const {
  auto found = ldap_face::locate(view(), dn);
  if (!found) refuse(std::move(found.error()), win32::kErrorDsObjNotFound);
  return *found;
}

bool Write::is_sam_object(const store::ObjectView& object) const {
  for (const Attid each : {class_id::kUser, class_id::kGroup})
    if (is_a(object, each)) return true;
  for (const auto* name : {"samDomain", "samServer"})
    if (const auto* found = schema().find_class(name); found != nullptr && is_a(object, found->attid)) return true;
  return false;
}

security::DomainSids Write::domains() const {
  const auto domain = reader.living(reader.default_nc());
  if (!domain) return {};
  const auto sid = domain->head().sid;
  const auto& identity = call.dsa.identity();
  if (identity.domain_dns_name == identity.forest_dns_name) return {sid, sid};
  const auto root = reader.living(directory::Partitions(reader).held_domain(identity.forest_dns_name));
  return {sid, root ? root->head().sid : std::nullopt};
}

void Write::deny(Dnt object, const std::string& what) const {
  if (!must(is_visible(context, tx, token(), object, false)))
    refuse(ResultCode::kNoSuchObject, win32::kErrorDsObjNotFound);
  refuse(ResultCode::kInsufficientAccessRights, win32::kErrorDsInsuffAccessRights, what);
}

namespace {

/// Where the owner of a role answers.
[[noreturn]] void refer_to_owner(const Write& write, Dnt role, Dnt object) {
  const Dnt owner = write.reader.reference(role, attid::kFsmoRoleOwner);
  const auto settings = write.reader.living(owner);
  const auto server = settings ? write.reader.living(settings->parent()) : std::nullopt;
  const auto host = server ? write.reader.text(*server, attid::kDnsHostName) : std::nullopt;
  const Error error{win32::kErrorDsReferral, Phase::kNone, host ? "the owner of the FSMO role is " + *host : "the FSMO role has no owner that is known here"};
  if (!host) refuse(ResultCode::kUnavailable, error.code, error.detail);
  auto outcome = lp::outcome_of(ResultCode::kReferral, error);
  outcome.referrals.push_back("ldap://" + *host + "/" + write.reader.dn(object));
  refuse(std::move(outcome), error.code);
}

}  // namespace

void Write::check_role(Dnt nc, Dnt object, const store::ObjectView& view) const {
  const auto own = reader.dsa_object();
  Dnt role = kNoDnt;
  if (nc == reader.schema_nc()) role = nc;
  if (nc == reader.configuration_nc()) {
    const Dnt partitions = reader.child(nc, "Partitions");
    if (object == partitions || view.parent() == partitions) role = partitions;
  }
  if (role == kNoDnt) return;
  if (reader.reference(role, attid::kFsmoRoleOwner) != own) refer_to_owner(*this, role, object);
}

const schema::AttributeSchema& Write::attribute(std::string_view name) const {
  const auto semicolon = name.find(';');
  const auto* found = schema().find_attribute(name.substr(0, semicolon));
  const bool has_wrong_option = semicolon != std::string_view::npos && directory::has_element(name.substr(semicolon), '=');
  if (found == nullptr || has_wrong_option)
    refuse(ResultCode::kNoSuchAttribute, win32::kErrorInvalidParameter, to_printable(name, 80) + " is no attribute of the schema");
  return *found;
}

Dnt Write::foreign_principal(const Sid& sid) {
  const Dnt container = must(repl::well_known_object(tx, reader.default_nc(), repl::kGuidForeignSecurityPrincipalsContainer));
  if (container == kNoDnt) return kNoDnt;
  const auto* object_class = schema().find_class(class_id::kForeignSecurityPrincipal);
  if (object_class == nullptr) return kNoDnt;
  repl::AddRequest request;
  request.parent = container;
  request.rdn = to_string(sid);
  request.sid = sid;
  NewObjectDescriptor descriptor{.parent = container, .object_class = object_class};
  descriptor.domains = domains();
  const auto octets = must(new_object_descriptor(context, tx, token(), descriptor));
  request.attributes = {{attid::kObjectClass, {repl::u32_value(static_cast<std::uint32_t>(object_class->attid))}},
                        {attid::kNtSecurityDescriptor, {repl::octets_value(octets)}}};
  auto added = must(repl::add(tx, context, request, repl::CheckLevel::kReplica));
  updates.append(added.updates);
  return added.dnt;
}

namespace {

/// 3.1.1.5.2.3
bool is_fpo_enabled(const schema::AttributeSchema& attribute) {
  constexpr std::array<std::string_view, 6> kNames = {"member", "msDS-MembersForAzRole", "msDS-NeverRevealGroup", "msDS-NonMembers",
                                                      "msDS-RevealOnDemandGroup", "msDS-ServiceAccount"};
  return attribute.attid == attid::kMember || std::ranges::find(kNames, attribute.ldap_display_name) != kNames.end();
}

std::optional<Sid> sid_in(std::string_view dn) {
  if (!dn.starts_with("<SID=") || !dn.ends_with('>')) return std::nullopt;
  const auto text = dn.substr(5, dn.size() - 6);
  const auto octets = text.starts_with("S-") ? Result<Bytes>(Bytes()) : from_hex(text);
  const auto sid = !octets ? Result<Sid>(std::unexpected(octets.error())) : octets->empty() ? parse_sid(text) : decode_sid(*octets);
  return sid ? std::optional(*sid) : std::nullopt;
}

}  // namespace

repl::NewValue Write::value(const schema::AttributeSchema& attribute, ByteView octets) {
  const auto find = [&](std::string_view dn) -> Result<Dnt> {
    auto found = query::find_dn(tx, schema(), dn);
    if (!found) return fail(win32::kErrorDsInvalidAttributeSyntax, to_printable(dn, 200));
    if (*found == kNoDnt && is_fpo_enabled(attribute))
      if (const auto sid = sid_in(dn)) return foreign_principal(*sid);
    return found;
  };
  auto made = query::value_from_ldap(schema(), attribute, text_of(octets), find);
  if (made) return std::move(*made);
  if (attribute.attid == attid::kObjectClass)
    refuse(ResultCode::kNoSuchAttribute, win32::kErrorInvalidParameter, to_printable(text_of(octets), 80) + " is no class of the schema");
  if (made.error().code == win32::kErrorDsNameReferenceInvalid && attribute.attid == attid::kMember)
    refuse(ResultCode::kNoSuchObject, win32::kErrorDsObjNotFound, made.error().detail);
  if (made.error().code == win32::kErrorDsInvalidAttributeSyntax && attribute.syntax == schema::Syntax::kDn)
    refuse(ResultCode::kInvalidDnSyntax, win32::kErrorDsInvalidDnSyntax, made.error().detail);
  refuse(outcome_of_update(made.error()), made.error().code);
}

std::vector<repl::NewValue> Write::values(const schema::AttributeSchema& attribute, std::span<const ByteView> octets) {
  std::vector<repl::NewValue> made;
  made.reserve(octets.size());
  for (const auto& each : octets) made.push_back(value(attribute, each));
  return made;
}

void Write::modify_as_system(Dnt object, std::span<const repl::Modification> changes) {
  if (changes.empty()) return;
  updates.append(must(repl::modify(tx, context, object, changes, {repl::CheckLevel::kReplica, true, true})));
}

void Write::set_as_system(Dnt object, Attid attid, repl::NewValue value) {
  const repl::Modification change{repl::ModifyOperation::kReplace, attid, {std::move(value)}};
  modify_as_system(object, {&change, 1});
}

std::vector<Dnt> Write::children(Dnt object) const {
  std::vector<Dnt> found;
  must(tx.children(object, [&](const Dnt& child) {
    found.push_back(child);
    return true;
  }));
  return found;
}

void Write::propagate_descriptors(std::span<const Dnt> objects) {
  const auto work = must(begin_descriptor_propagation(tx, context, objects));
  progress.has_descriptors = progress.has_descriptors || work.more;
}

}  // namespace tributary::service::ldap_face
