// SPDX-License-Identifier: Apache-2.0
// See object_access.hpp and ../access.hpp.
#include "service/access/object_access.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "repl/objects/facts.hpp"
#include "schema/schema.hpp"

namespace tributary::service {
namespace {

constexpr Guid kReadPartitionSecrets = "084c93a2-620d-4879-a836-f0ae47de0e89"_guid;  // [MS-ADTS] 5.1.3.2.1
/// Beside the secrets of [MS-DRSR] 4.1.10.3.11: what nobody reads ([MS-ADTS] 3.1.1.4.4).
constexpr std::array<std::string_view, 2> kNeverShown = {"pekList", "msDS-ExecuteScriptPassword"};

}  // namespace

Result<ObjectAccess> ObjectAccess::of(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                      store::Dnt object) {
  ObjectAccess access(context, snapshot, token);
  const auto found = snapshot.find(object);
  if (!found) return std::unexpected(found.error());
  if (!*found || repl::is_phantom(**found)) return access;
  const auto octets = (*found)->first(repl::attid::kNtSecurityDescriptor);
  if (!octets) return access;
  auto descriptor = security::decode_security_descriptor(*octets);
  if (!descriptor) return access;
  access.descriptor_ = std::move(*descriptor);
  access.subject_.self = (*found)->head().sid;
  access.nc_ = (*found)->nc();
  if (const auto* object_class = repl::structural_class(*context.schema, **found)) access.object_class_ = object_class->schema_id_guid;
  return access;
}

bool ObjectAccess::control_access(const Guid& right) const {
  return descriptor_ && security::check_control_access(*descriptor_, subject_, right);
}

bool ObjectAccess::object(std::uint32_t access, const std::optional<Guid>& object_type) const {
  return descriptor_ && security::check_access(*descriptor_, subject_, access, std::array{object_type.value_or(object_class_)});
}

bool ObjectAccess::attribute(std::uint32_t access, store::Attid attribute) const {
  const auto* const found = context_.schema->find_attribute(attribute);
  return found != nullptr && this->attribute(access, *found);
}

bool ObjectAccess::attribute(std::uint32_t access, const schema::AttributeSchema& attribute) const {
  if (!descriptor_) return false;
  std::array<Guid, 3> path;
  std::size_t length = 0;
  for (const Guid& guid : {object_class_, attribute.attribute_security_guid, attribute.schema_id_guid})
    if (!guid.is_null()) path[length++] = guid;
  return security::check_access(*descriptor_, subject_, access, std::span(path).first(length));
}

Result<bool> ObjectAccess::may_read(store::Attid attribute) const {
  const auto* const found = context_.schema->find_attribute(attribute);
  if (found == nullptr || !descriptor_ || found->is_secret() || std::ranges::find(kNeverShown, found->ldap_display_name) != kNeverShown.end())
    return false;
  if (attribute == repl::attid::kNtSecurityDescriptor) return object(security::kAccessSystemSecurity | security::kRightReadControl);
  std::uint32_t wanted = security::kRightDsReadProperty;
  if (found->is_confidential()) wanted |= security::kRightDsControlAccess;
  if (!this->attribute(wanted, *found)) return false;
  if ((found->search_flags & schema::kSearchPartitionSecret) == 0) return true;
  return access_check_car(context_, snapshot_, subject_.token, nc_, kReadPartitionSecrets);
}

Result<bool> is_visible(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token, store::Dnt object,
                        bool list_object_mode) {
  const auto found = snapshot.find(object);
  if (!found) return std::unexpected(found.error());
  if (!*found || repl::is_phantom(**found)) return false;
  if (repl::is_nc_root(**found)) return true;
  const auto parent = ObjectAccess::of(context, snapshot, token, (*found)->parent());
  if (!parent) return std::unexpected(parent.error());
  if (parent->object(security::kRightDsListContents)) return true;
  if (!list_object_mode || !parent->object(security::kRightDsListObject)) return false;
  return access_check_object(context, snapshot, token, object, security::kRightDsListObject);
}

Result<bool> access_check_car(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token, store::Dnt object,
                              const Guid& right) {
  const auto access = ObjectAccess::of(context, snapshot, token, object);
  if (!access) return std::unexpected(access.error());
  return access->control_access(right);
}

Result<bool> access_check_attribute(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                    store::Dnt object, std::uint32_t access, store::Attid attribute) {
  const auto rights = ObjectAccess::of(context, snapshot, token, object);
  if (!rights) return std::unexpected(rights.error());
  return rights->attribute(access, attribute);
}

Result<bool> access_check_object(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token, store::Dnt object,
                                 std::uint32_t access, const std::optional<Guid>& object_type) {
  const auto rights = ObjectAccess::of(context, snapshot, token, object);
  if (!rights) return std::unexpected(rights.error());
  return rights->object(access, object_type);
}

}  // namespace tributary::service
