// SPDX-License-Identifier: Apache-2.0
// See demotion.hpp.
#include "dsa/serve/demotion.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "dsa/serve/compare.hpp"
#include "dsa/serve/server.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/reveal_secrets.hpp"

namespace tributary::dsa {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::chrono::milliseconds kReachTimeout{30'000};
constexpr std::chrono::milliseconds kSyncTimeout{600'000};

struct Role {
  std::string_view name;
  std::string_view below;  ///< the object, below the root of its NC
  ObjectGuid service::DsaIdentity::*nc;
};
constexpr Role kRoles[] = {
    {"schema master", "", &service::DsaIdentity::schema_nc},
    {"domain naming master", "CN=Partitions,", &service::DsaIdentity::configuration_nc},
    {"PDC emulator", "", &service::DsaIdentity::domain_nc},
    {"RID master", "CN=RID Manager$,CN=System,", &service::DsaIdentity::domain_nc},
    {"infrastructure master", "CN=Infrastructure,", &service::DsaIdentity::domain_nc},
};

}  // namespace

Result<object> roles_work(Server& server) {
  auto& dsa = server.dsa();
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto self = repl::resolve_guid(*snapshot, ObjectGuid{dsa.identity().dsa.value});
  if (!self) return std::unexpected(self.error());
  array roles;
  std::string domain_dn;
  for (const auto& role : kRoles) {
    const auto root = repl::resolve_guid(*snapshot, dsa.identity().*role.nc);
    const auto dn = root ? repl::dn_of(*snapshot, *context.schema, *root) : Result<std::string>(std::unexpected(root.error()));
    if (!dn) return std::unexpected(dn.error());
    if (role.nc == &service::DsaIdentity::domain_nc) domain_dn = *dn;
    const auto holder = repl::resolve_dn(*snapshot, *context.schema, std::string(role.below) + *dn);
    if (!holder) return std::unexpected(holder.error());
    if (*holder == store::kNoDnt) continue;
    const auto owners = repl::reference_targets(*snapshot, *context.schema, *holder, repl::attid::kFsmoRoleOwner);
    if (!owners) return std::unexpected(owners.error());
    if (!owners->empty() && owners->front() == *self) roles.emplace_back(role.name);
  }
  const auto object_of_self = snapshot->find(*self);
  if (!object_of_self) return std::unexpected(object_of_self.error());
  const auto server_dn = *object_of_self ? repl::dn_of(*snapshot, *context.schema, (*object_of_self)->parent()) : Result<std::string>(std::string());
  if (!server_dn) return std::unexpected(server_dn.error());
  return object{{"roles", std::move(roles)}, {"server_dn", *server_dn}, {"domain_dn", domain_dn}};
}

Result<object> push_work(Server& server, const std::string& to) {
  using drsuapi::IDL_DRSReplicaSync;
  auto& dsa = server.dsa();
  const auto facts = dsa.facts();
  const auto partner = find_dsa_named(*facts, to);
  if (!partner) return std::unexpected(partner.error());
  auto handle = dsa.partner(*partner, kReachTimeout);
  if (!handle) return std::unexpected(std::move(handle.error()));
  for (const auto& replica : facts->replicas) {
    IDL_DRSReplicaSync::In in;
    in.msgSync = drsuapi::DRS_MSG_REPSYNC_V1{drsuapi::dsname_from_guid(replica.guid.value), dsa.identity().dsa.value, {}, drsuapi::DRS_WRIT_REP | drsuapi::DRS_SYNC_FORCED};
    if (auto done = (*handle)->call<IDL_DRSReplicaSync>(std::move(in), {kSyncTimeout, nullptr}); !done)
      return fail(done.error().code, fmt::format("{} does not pull {} from here: {}", to, replica.dn, done.error().detail), done.error().phase);
  }
  return object{{"to", facts->dsas.at(*partner).host_name}, {"dn", facts->dsas.at(dsa.identity().dsa).dn}};
}

}  // namespace tributary::dsa
