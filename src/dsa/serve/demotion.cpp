// SPDX-License-Identifier: Apache-2.0
// See demotion.hpp.
#include "dsa/serve/demotion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "dsa/serve/compare.hpp"
#include "dsa/serve/server.hpp"
#include "repl/objects/names.hpp"

namespace tributary::dsa {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::chrono::milliseconds kReachTimeout{30'000};
constexpr std::chrono::milliseconds kSyncTimeout{600'000};

struct Role {
  std::string_view key;
  std::string_view name;
  std::string_view below;  ///< the object, below the root of its NC
  ObjectGuid service::DsaIdentity::*nc;
};
constexpr Role kRoles[] = {
    {"schema", "schema master", "", &service::DsaIdentity::schema_nc},
    {"naming", "domain naming master", "CN=Partitions,", &service::DsaIdentity::configuration_nc},
    {"pdc", "PDC emulator", "", &service::DsaIdentity::domain_nc},
    {"rid", "RID master", "CN=RID Manager$,CN=System,", &service::DsaIdentity::domain_nc},
    {"infrastructure", "infrastructure master", "CN=Infrastructure,", &service::DsaIdentity::domain_nc},
};

struct Holder {
  const Role* role = nullptr;
  store::Dnt object = store::kNoDnt;
  std::string dn;
  DsaGuid owner;  ///< null: nobody
};

Result<Holder> holder_of(const store::Snapshot& snapshot, const schema::Schema& schema, const service::DsaIdentity& identity, const Role& role) {
  Holder holder{&role, {}, {}, {}};
  const auto root = repl::resolve_guid(snapshot, identity.*role.nc);
  const auto dn = root ? repl::dn_of(snapshot, schema, *root) : Result<std::string>(std::unexpected(root.error()));
  if (!dn) return std::unexpected(dn.error());
  holder.dn = std::string(role.below) + *dn;
  const auto object = repl::resolve_dn(snapshot, schema, holder.dn);
  if (!object) return std::unexpected(object.error());
  holder.object = *object;
  if (*object == store::kNoDnt) return holder;
  const auto owners = repl::reference_targets(snapshot, schema, *object, repl::attid::kFsmoRoleOwner);
  if (!owners) return std::unexpected(owners.error());
  const auto owner = owners->empty() ? Result<std::optional<store::ObjectView>>() : snapshot.find(owners->front());
  if (!owner) return std::unexpected(owner.error());
  if (*owner) holder.owner = DsaGuid{(*owner)->guid().value};
  return holder;
}

Result<std::vector<Holder>> holders_of(Server& server) {
  auto& dsa = server.dsa();
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  std::vector<Holder> holders;
  for (const auto& role : kRoles) {
    auto holder = holder_of(*snapshot, *context.schema, dsa.identity(), role);
    if (!holder) return std::unexpected(std::move(holder.error()));
    if (holder->object != store::kNoDnt) holders.push_back(std::move(*holder));
  }
  return holders;
}

}  // namespace

Result<object> roles_work(Server& server) {
  auto& dsa = server.dsa();
  const auto holders = holders_of(server);
  if (!holders) return std::unexpected(holders.error());
  const auto facts = dsa.facts();
  array roles, all;
  for (const auto& holder : *holders) {
    const auto known = facts->dsas.find(holder.owner);
    if (holder.owner == dsa.identity().dsa) roles.emplace_back(holder.role->name);
    all.push_back(object{{"role", holder.role->name}, {"key", holder.role->key}, {"object", holder.dn},
                         {"host", known == facts->dsas.end() ? std::string() : known->second.host_name}});
  }
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto self = repl::resolve_guid(*snapshot, ObjectGuid{dsa.identity().dsa.value});
  const auto settings = self ? snapshot->find(*self) : Result<std::optional<store::ObjectView>>(std::unexpected(self.error()));
  if (!settings) return std::unexpected(settings.error());
  const auto server_dn = *settings ? repl::dn_of(*snapshot, *context.schema, (*settings)->parent()) : Result<std::string>(std::string());
  const auto domain = repl::resolve_guid(*snapshot, dsa.identity().domain_nc);
  const auto domain_dn = domain ? repl::dn_of(*snapshot, *context.schema, *domain) : Result<std::string>(std::unexpected(domain.error()));
  if (!server_dn || !domain_dn) return std::unexpected(server_dn ? domain_dn.error() : server_dn.error());
  return object{{"roles", std::move(roles)}, {"holders", std::move(all)}, {"server_dn", *server_dn}, {"domain_dn", *domain_dn}};
}

Result<object> take_role_work(Server& server, const std::string& key) {
  auto& dsa = server.dsa();
  const auto holders = holders_of(server);
  if (!holders) return std::unexpected(holders.error());
  const auto wanted = std::ranges::find(*holders, key, [](const Holder& holder) { return holder.role->key; });
  if (wanted == holders->end()) return fail(win32::kErrorInvalidParameter, key + " is no role: schema, naming, pdc, rid or infrastructure");
  const auto facts = dsa.facts();
  const auto from = facts->dsas.find(wanted->owner);
  const std::string host = from == facts->dsas.end() ? std::string() : from->second.host_name;
  if (wanted->owner != dsa.identity().dsa) {
    if (host.empty()) return fail(win32::kErrorDsInvalidRoleOwner, fmt::format("the forest knows no DSA that is {}", wanted->role->name));
    if (auto taken = dsa.take_role(wanted->owner, wanted->object); !taken) return std::unexpected(std::move(taken.error()));
  }
  return object{{"role", wanted->role->name}, {"from", host}, {"host", dsa.identity().host_name}};
}

Result<object> surrender_work(Server& server, const std::string& to) {
  auto& dsa = server.dsa();
  const auto facts = dsa.facts();
  const auto partner = find_dsa_named(*facts, to);
  if (!partner) return std::unexpected(partner.error());
  if (*partner == dsa.identity().dsa) return fail(win32::kErrorInvalidParameter, to + " is this DSA itself");
  const auto holders = holders_of(server);
  if (!holders) return std::unexpected(holders.error());
  array given;
  for (const auto& holder : *holders) {
    if (holder.owner != dsa.identity().dsa) continue;
    if (auto done = dsa.give_role(*partner, holder.object); !done)
      return fail(done.error().code, fmt::format("{} does not become {}: {}", to, holder.role->name, done.error().detail), done.error().phase);
    given.emplace_back(holder.role->name);
  }
  return object{{"to", facts->dsas.at(*partner).host_name}, {"roles", std::move(given)}};
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
