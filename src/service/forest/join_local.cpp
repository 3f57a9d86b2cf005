// SPDX-License-Identifier: Apache-2.0
// See join_local.hpp.
#include "service/forest/join_local.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/schema_index.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/source/reveal_secrets.hpp"

namespace tributary::service {
namespace {

constexpr repl::Attid kInvocationId{0x20073};

Result<void> check_nc(const store::Snapshot& snapshot, const schema::Schema& schema, const std::string& dn) {
  const auto root = repl::resolve_dn(snapshot, schema, dn);
  if (!root) return std::unexpected(root.error());
  const auto replica = *root == store::kNoDnt ? Result<std::optional<store::NcReplica>>(std::nullopt) : snapshot.nc_replica(*root);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica) return fail(win32::kErrorDsCantFindExpectedNc, dn + " is not here");
  return (*replica)->coming || (*replica)->going ? fail(win32::kErrorDsCantFindExpectedNc, dn + " is not complete") : Result<void>();
}

Result<void> check_own_objects(const store::Snapshot& snapshot, const schema::Schema& schema) {
  const auto identity = snapshot.identity();
  const auto settings = repl::resolve_guid(snapshot, ObjectGuid{identity.dsa.value});
  if (!settings) return std::unexpected(settings.error());
  const auto object = snapshot.find(*settings);
  if (!object) return std::unexpected(object.error());
  if (*settings == store::kNoDnt || !*object || repl::is_deleted(**object)) return fail(win32::kErrorDsObjNotFound, "NTDS Settings of this DSA");
  const auto invocation = (*object)->first(kInvocationId);
  if (!invocation || !std::ranges::equal(*invocation, identity.invocation_id.value.octets))
    return fail(win32::kErrorDsDraInconsistentDit, "NTDS Settings has another invocationId than the database");
  const auto computer = repl::computer_of_dsa(snapshot, schema, *settings);
  if (!computer) return std::unexpected(computer.error());
  return *computer == store::kNoDnt ? fail(win32::kErrorDsObjNotFound, "the server object names no computer") : Result<void>();
}

}  // namespace

std::vector<std::string> ncs_to_join(const ForestNames& forest) { return {forest.schema_dn(), forest.configuration_dn(), forest.domain_dn()}; }

Result<std::shared_ptr<const schema::Schema>> take_schema(store::DirectoryStore& store) {
  auto schema = repl::load_schema(*store.read(), *schema::Schema::embedded());
  if (!schema || *schema == nullptr) return schema;
  store.set_policy(std::make_shared<repl::SchemaIndex>(*schema));
  if (auto done = store.reindex(); !done) return std::unexpected(done.error());
  return schema;
}

Result<void> check_joined(const store::Snapshot& snapshot, const schema::Schema& schema, const ForestNames& forest) {
  for (const auto& dn : ncs_to_join(forest))
    if (auto good = check_nc(snapshot, schema, dn); !good) return good;
  return check_own_objects(snapshot, schema);
}

}  // namespace tributary::service
