// SPDX-License-Identifier: Apache-2.0
// See extended_operations.hpp.
#include "repl/source/extended_operations.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/reveal_secrets.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using store::Snapshot;

bool is_role_transfer(std::uint32_t operation) noexcept {
  return operation == EXOP_FSMO_REQ_ROLE || operation == EXOP_FSMO_REQ_PDC || operation == EXOP_FSMO_RID_REQ_ROLE;
}

Result<std::vector<Dnt>> subtree(const Snapshot& snapshot, Dnt root, Dnt nc) {
  std::vector<Dnt> all{root};
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<Dnt> below;
    const auto walked = snapshot.children(all[i], [&](const Dnt& child) {
      below.push_back(child);
      return true;
    });
    if (!walked) return std::unexpected(walked.error());
    for (const Dnt child : below) {
      const auto object = snapshot.find(child);
      if (!object) return std::unexpected(object.error());
      if (*object && (*object)->nc() == nc) all.push_back(child);
    }
  }
  return all;
}

Result<std::vector<Dnt>> children_of(const Snapshot& snapshot, Dnt parent) {
  std::vector<Dnt> all;
  const auto walked = snapshot.children(parent, [&](const Dnt& child) {
    all.push_back(child);
    return true;
  });
  if (!walked) return std::unexpected(walked.error());
  return all;
}

/// A child of the NC's root by its name.
Result<Dnt> child_named(const Snapshot& snapshot, Dnt parent, std::string_view name) { return snapshot.find_child(parent, name); }

Result<void> append_subtree(const Snapshot& snapshot, Dnt root, Dnt nc, std::vector<Dnt>& scope) {
  if (root == store::kNoDnt) return {};
  auto below = subtree(snapshot, root, nc);
  if (!below) return std::unexpected(std::move(below.error()));
  scope.insert(scope.end(), below->begin(), below->end());
  return {};
}

/// The RID master's: infrastructureUpdate objects that stand for objects that moved to another domain.
Result<void> append_moved_objects(const Context& context, const Snapshot& snapshot, Dnt nc, std::vector<Dnt>& scope) {
  const auto infrastructure = child_named(snapshot, nc, "Infrastructure");
  if (!infrastructure) return std::unexpected(infrastructure.error());
  if (*infrastructure == store::kNoDnt) return {};
  const auto children = children_of(snapshot, *infrastructure);
  if (!children) return std::unexpected(children.error());
  for (const Dnt child : *children) {
    const auto object = snapshot.find(child);
    if (!object) return std::unexpected(object.error());
    if (*object && is_instance_of(*context.schema, **object, class_id::kInfrastructureUpdate) && (*object)->first(attid::kProxiedObjectName))
      scope.push_back(child);
  }
  return {};
}

/// EXOP_REPL_OBJ: a partial source serves nobody who wants a set of attributes, and the filtered set goes to nobody in this way.
std::uint32_t check_single_object(const Context& context, const ExtendedRequest& request) {
  const auto& native = request.native;
  if (!native.has_pas) return EXOP_ERR_SUCCESS;
  if (!request.nc.writable) return EXOP_ERR_PARAM_ERR;
  const auto is_filtered = [&](ATTRTYP id) {
    const auto* const attribute = context.schema->find_attribute(static_cast<Attid>(id));
    return attribute != nullptr && attribute->is_in_filtered_set();
  };
  return std::ranges::any_of(native.pas, is_filtered) ? EXOP_ERR_PARAM_ERR : EXOP_ERR_SUCCESS;
}

/// Whether the caller may have the secrets of the object (the three conditions of 4.1.10.5.12).
Result<bool> may_have_secrets(const Context& context, const Snapshot& snapshot, const ExtendedRequest& request, Dnt client_dsa) {
  if (!request.call.caller_is_rodc) return false;
  if (request.call.outbound_disabled && !request.native.has(DRS_SYNC_FORCED)) return false;
  const auto rodc = computer_of_dsa(snapshot, *context.schema, client_dsa);
  if (!rodc) return std::unexpected(rodc.error());
  if (*rodc == store::kNoDnt) return false;
  return reveal_secrets_for_user_allowed(context, snapshot, *rodc, request.object);
}

Result<void> fill_from_scope(const Snapshot& snapshot, const std::vector<Dnt>& scope, PageBuilder& page) {
  for (const Dnt dnt : scope)
    if (auto added = page.add_object(dnt); !added) return added;
  for (const Dnt dnt : scope) {
    std::vector<store::LinkKey> keys;
    const auto walked = snapshot.links(dnt, Attid{}, [&](const store::LinkValue& link) {
      keys.push_back(link.key);
      return true;
    });
    if (!walked) return std::unexpected(walked.error());
    for (const auto& key : keys)
      if (auto added = page.add_link(key); !added) return added;
  }
  return {};
}

/// The scope of an operation, or the EXOP_ERR that ends it.
struct Scope {
  std::uint32_t result = EXOP_ERR_SUCCESS;
  std::vector<Dnt> objects;
};

Result<Scope> scope_of(const Context& context, const Snapshot& snapshot, const ExtendedRequest& request, Dnt client_dsa,
                       DRS_MSG_GETCHGREPLY_V9& reply) {
  const auto operation = request.native.extended_op;
  if (is_role_transfer(operation) || operation == EXOP_FSMO_REQ_RID_ALLOC) {
    if (!request.call.extended_result) return Scope{EXOP_ERR_EXCEPTION, {}};
    if (*request.call.extended_result != EXOP_ERR_SUCCESS) return Scope{*request.call.extended_result, {}};
    auto objects = get_role_scope(context, snapshot, request.object);
    if (!objects) return std::unexpected(std::move(objects.error()));
    if (operation == EXOP_FSMO_REQ_RID_ALLOC) {
      const auto computer = computer_of_dsa(snapshot, *context.schema, client_dsa);
      if (!computer) return std::unexpected(computer.error());
      if (*computer != store::kNoDnt) {
        objects->push_back(*computer);
        const auto rid_sets = reference_targets(snapshot, *context.schema, *computer, attid::kRidSetReferences);
        if (!rid_sets) return std::unexpected(rid_sets.error());
        objects->insert(objects->end(), rid_sets->begin(), rid_sets->end());
      }
    }
    return Scope{EXOP_ERR_SUCCESS, std::move(*objects)};
  }
  if (operation == EXOP_FSMO_ABANDON_ROLE) return Scope{request.call.extended_result.value_or(EXOP_ERR_EXCEPTION), {}};
  if (operation == EXOP_REPL_SECRETS) {
    const auto allowed = may_have_secrets(context, snapshot, request, client_dsa);
    if (!allowed) return std::unexpected(allowed.error());
    return *allowed ? Scope{EXOP_ERR_SUCCESS, {request.object}} : Scope{};
  }
  if (operation != EXOP_REPL_OBJ) return Scope{EXOP_ERR_UNKNOWN_OP, {}};
  if (request.call.outbound_disabled && !request.native.has(DRS_SYNC_FORCED)) {
    reply.dwDRSError = static_cast<std::uint32_t>(win32::kErrorDsDraSourceDisabled);
    return Scope{0, {}};
  }
  return Scope{check_single_object(context, request), {request.object}};
}

}  // namespace

Result<std::vector<Dnt>> get_role_scope(const Context& context, const Snapshot& snapshot, Dnt role_object) {
  std::vector<Dnt> scope{role_object};
  const auto object = snapshot.find(role_object);
  if (!object) return std::unexpected(object.error());
  if (!*object) return scope;
  const Dnt nc = (*object)->nc();
  const auto& schema = *context.schema;
  if (is_nc_root(**object)) {
    if (!is_instance_of(schema, **object, class_id::kDmd)) return scope;  // the PDC's role: the domain's root alone
    return subtree(snapshot, role_object, nc);
  }
  Result<void> appended;
  if (is_instance_of(schema, **object, class_id::kRidManager)) {
    appended = append_moved_objects(context, snapshot, nc, scope);
  } else if ((*object)->parent() == nc && (*object)->rdn() == "Partitions") {
    auto children = children_of(snapshot, role_object);
    if (!children) return std::unexpected(std::move(children.error()));
    scope.insert(scope.end(), children->begin(), children->end());
  } else if ((*object)->parent() == nc && (*object)->rdn() == "Infrastructure") {
    const auto system = child_named(snapshot, nc, "System");
    if (!system) return std::unexpected(system.error());
    const auto updates = *system == store::kNoDnt ? system : child_named(snapshot, *system, "DomainUpdates");
    if (!updates) return std::unexpected(updates.error());
    appended = append_subtree(snapshot, *updates, nc, scope);
  }
  if (!appended) return std::unexpected(std::move(appended.error()));
  return scope;
}

Result<void> process_extended_request(const Context& context, const Snapshot& snapshot, const ExtendedRequest& request, PageBuilder& page,
                                      DRS_MSG_GETCHGREPLY_V9& reply) {
  const auto object = snapshot.find(request.object);
  if (!object) return std::unexpected(object.error());
  reply.ulExtendedRet = EXOP_ERR_UPDATE_ERR;
  if (!*object || is_phantom(**object) || request.native.destination.is_null()) return {};
  const auto client_dsa = resolve_guid(snapshot, ObjectGuid{request.native.destination.value});
  if (!client_dsa) return std::unexpected(client_dsa.error());
  reply.ulExtendedRet = EXOP_ERR_UNKNOWN_CALLER;
  if (*client_dsa == store::kNoDnt) return {};
  const auto scope = scope_of(context, snapshot, request, *client_dsa, reply);
  if (!scope) return std::unexpected(scope.error());
  reply.ulExtendedRet = scope->result;
  if (scope->result != EXOP_ERR_SUCCESS) return {};
  return fill_from_scope(snapshot, scope->objects, page);
}

}  // namespace tributary::repl
