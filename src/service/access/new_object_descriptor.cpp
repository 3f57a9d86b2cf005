// SPDX-License-Identifier: Apache-2.0
// See new_object_descriptor.hpp. [MS-ADTS] 6.1.3.6 (defaults), 6.1.3.8 (which group of administrators is meant where).
#include "service/access/new_object_descriptor.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/modify.hpp"
#include "schema/schema.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::service {
namespace {

using repl::NcKind;
using security::with_rid;

/// Of an NC whose root this class makes. Domain and application NCs follow the same rule, so that one of them is enough.
NcKind kind_of_root(const schema::ClassSchema& object_class) {
  if (object_class.attid == repl::class_id::kConfiguration) return NcKind::kConfiguration;
  return object_class.attid == repl::class_id::kDmd ? NcKind::kSchema : NcKind::kDomain;
}

/// 6.1.3.8: whose members do not own themselves what they add, in the order of the rules.
std::vector<Sid> groups_of_administrators(NcKind kind, const security::DomainSids& domains) {
  std::vector<Sid> groups;
  const auto add = [&groups](const std::optional<Sid>& domain, std::uint32_t rid) {
    if (domain) groups.push_back(with_rid(*domain, rid));
  };
  const bool domain_first = kind == NcKind::kDomain || kind == NcKind::kApplication;
  if (domain_first) add(domains.domain, security::rid::kDomainAdmins);
  if (kind == NcKind::kSchema) add(domains.forest_root, security::rid::kSchemaAdmins);
  add(domains.forest_root, security::rid::kEnterpriseAdmins);
  if (!domain_first) add(domains.domain, security::rid::kDomainAdmins);
  return groups;
}

struct Parent {
  NcKind kind = NcKind::kDomain;
  std::optional<ByteView> descriptor;
};

Result<Parent> read_parent(const repl::Context& context, const store::Snapshot& snapshot, store::Dnt dnt) {
  const auto found = snapshot.find(dnt);
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(win32::kErrorDsNoParentObject, "the parent of a new object");
  const auto kind = repl::nc_kind(snapshot, *context.schema, (*found)->nc());
  if (!kind) return std::unexpected(kind.error());
  return Parent{*kind, (*found)->first(repl::attid::kNtSecurityDescriptor)};
}

}  // namespace

Result<Bytes> new_object_descriptor(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                    const NewObjectDescriptor& object) {
  Parent parent{.kind = kind_of_root(*object.object_class), .descriptor = {}};
  if (object.parent != store::kNoDnt) {
    auto read = read_parent(context, snapshot, object.parent);
    if (!read) return std::unexpected(std::move(read.error()));
    parent = *read;
  }
  std::vector<store::Attid> classes(object.auxiliary_classes.begin(), object.auxiliary_classes.end());
  classes.push_back(object.object_class->attid);
  const auto types = inheritance_types(*context.schema, classes);
  const auto administrators = groups_of_administrators(parent.kind, object.domains);
  const security::NewObject request{.parent = parent.descriptor,
                                    .given = object.given,
                                    .default_sddl = object.sddl.empty() ? object.object_class->default_security_descriptor : object.sddl,
                                    .object_types = types,
                                    .domains = object.domains,
                                    .administrators = administrators};
  return security::new_descriptor(request, token);
}

Result<Bytes> written_object_descriptor(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                        const WrittenDescriptor& write) {
  const auto object = snapshot.find(write.object);
  if (!object) return std::unexpected(object.error());
  const auto current = *object ? (*object)->first(repl::attid::kNtSecurityDescriptor) : std::nullopt;
  if (!current) return fail(win32::kErrorDsObjNotFound, "an object with a descriptor");
  Parent parent;
  if (!repl::is_nc_root(**object)) {
    auto read = read_parent(context, snapshot, (*object)->parent());
    if (!read) return std::unexpected(std::move(read.error()));
    parent = *read;
  }
  const auto kind = repl::nc_kind(snapshot, *context.schema, (*object)->nc());
  if (!kind) return std::unexpected(kind.error());
  const auto types = inheritance_types(*context.schema, repl::object_classes(**object));
  const auto administrators = groups_of_administrators(*kind, write.domains);
  const security::NewObject request{.parent = parent.descriptor,
                                    .given = write.given,
                                    .default_sddl = {},
                                    .object_types = types,
                                    .domains = write.domains,
                                    .administrators = administrators};
  return security::modified_descriptor(request, *current, write.sd_flags, token);
}

Result<std::optional<Bytes>> propagated_descriptor(const repl::Context& context, const store::Snapshot& snapshot, store::Dnt object) {
  const auto child = snapshot.find(object);
  if (!child) return std::unexpected(child.error());
  if (!*child || repl::is_phantom(**child) || repl::is_deleted(**child) || repl::is_nc_root(**child)) return std::nullopt;
  const auto parent = snapshot.find((*child)->parent());
  if (!parent) return std::unexpected(parent.error());
  if (!*parent) return std::nullopt;
  const auto own = (*child)->first(repl::attid::kNtSecurityDescriptor);
  const auto above = (*parent)->first(repl::attid::kNtSecurityDescriptor);
  if (!own || !above) return std::nullopt;
  return security::propagate_descriptor(*above, *own, inheritance_types(*context.schema, repl::object_classes(**child)));
}

std::vector<Guid> inheritance_types(const schema::Schema& schema, std::span<const store::Attid> object_class) {
  std::vector<Guid> types;
  const schema::ClassSchema* const structural = schema.structural_class(object_class);
  if (structural != nullptr) types.push_back(structural->schema_id_guid);
  for (const store::Attid attid : object_class) {
    const schema::ClassSchema* const auxiliary = schema.find_class(attid);
    if (auxiliary == nullptr || auxiliary == structural || !auxiliary->may_be_auxiliary()) continue;
    const bool is_inherited_by_another = std::ranges::any_of(
        object_class, [&](store::Attid other) { return other != attid && schema.is_subclass(other, attid); });
    if (!is_inherited_by_another) types.push_back(auxiliary->schema_id_guid);
  }
  return types;
}

security::Token founder_token(const Sid& domain) {
  security::Token token{.user = with_rid(domain, security::rid::kAdministrator), .groups = {}};
  token.groups = {security::sids::kEveryone, security::sids::kAuthenticatedUsers, security::sids::kAdministrators, security::sids::kUsers};
  for (const std::uint32_t rid : {security::rid::kDomainUsers, security::rid::kDomainAdmins, security::rid::kSchemaAdmins,
                                  security::rid::kEnterpriseAdmins, security::rid::kGroupPolicyCreatorOwners})
    token.groups.push_back(with_rid(domain, rid));
  std::ranges::sort(token.groups);
  token.primary_group = with_rid(domain, security::rid::kDomainUsers);
  return token;
}

Result<repl::Updates> give_missing_descriptors(store::WriteTransaction& tx, const repl::Context& context, const repl::Updates& made) {
  repl::Updates given;
  const security::Token system{.user = security::sids::kLocalSystem, .groups = {security::sids::kAdministrators}};
  for (const auto& each : made.objects) {
    const auto object = tx.find(each.dnt);
    if (!object) return std::unexpected(object.error());
    if (!*object || repl::is_deleted(**object) || (*object)->first(repl::attid::kNtSecurityDescriptor)) continue;
    const auto root = tx.find((*object)->nc());
    if (!root) return std::unexpected(root.error());
    NewObjectDescriptor wanted;
    wanted.parent = (*object)->parent();
    wanted.object_class = repl::structural_class(*context.schema, **object);
    if (wanted.object_class == nullptr) continue;
    if (*root) wanted.domains = {(*root)->head().sid, (*root)->head().sid};
    const auto descriptor = new_object_descriptor(context, tx, system, wanted);
    if (!descriptor) return std::unexpected(descriptor.error());
    const repl::Modification modification{repl::ModifyOperation::kReplace, repl::attid::kNtSecurityDescriptor, {repl::octets_value(*descriptor)}};
    auto done = repl::modify(tx, context, each.dnt, {&modification, 1}, {repl::CheckLevel::kReplica, false, false});
    if (!done) return std::unexpected(std::move(done.error()));
    given.append(*done);
  }
  return given;
}

}  // namespace tributary::service
