// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 4.1.13.1.6 to 4.1.13.1.25 as blocks for C.
#include "ntdsapi/repl_info.hpp"

#include <concepts>

#include "base/win32.hpp"
#include "client/options.hpp"
#include "ntdsapi/c_layout.hpp"
#include "tributary/ds_types.h"

namespace tributary::ntdsapi {
namespace {

using client::DrsOptions;

/// What a task was asked to do, in the options of its own kind.
std::uint32_t operation_options(drsuapi::DS_REPL_OP_TYPE type, DrsOptions wire) noexcept {
  using enum drsuapi::DS_REPL_OP_TYPE;
  switch (type) {
    case DS_REPL_OP_TYPE_SYNC: return static_cast<std::uint32_t>(client::rep_sync_from_wire(wire));
    case DS_REPL_OP_TYPE_ADD: return static_cast<std::uint32_t>(client::rep_add_from_wire(wire));
    case DS_REPL_OP_TYPE_DELETE: return static_cast<std::uint32_t>(client::rep_del_from_wire(wire));
    case DS_REPL_OP_TYPE_MODIFY: return static_cast<std::uint32_t>(client::rep_mod_from_wire(wire));
    case DS_REPL_OP_TYPE_UPDATE_REFS: return static_cast<std::uint32_t>(client::rep_upd_from_wire(wire));
  }
  return 0;
}

/// Options of the wire become options of the API, where the structure has any.
void translate(drsuapi::DS_REPL_NEIGHBORSW& neighbors) noexcept {
  for (auto& neighbor : neighbors.rgNeighbor)
    neighbor.dwReplicaFlags = static_cast<std::uint32_t>(client::neighbor_from_wire(DrsOptions{neighbor.dwReplicaFlags}));
}
void translate(drsuapi::DS_REPL_PENDING_OPSW& operations) noexcept {
  for (auto& operation : operations.rgPendingOp)
    operation.ulOptions = operation_options(operation.OpType, DrsOptions{operation.ulOptions});
}
template <class T>
void translate(T&) noexcept {}

}  // namespace

Result<void*> repl_info_block(std::uint32_t type, drsuapi::DRS_MSG_GETREPLINFO_REPLY reply) {
  if (type > kInfoTypeMax) return fail(win32::kErrorInvalidParameter, "unknown InfoType");
  if (reply.tag() != type) return fail(win32::kRpcXBadStubData, "the DC answered with another type of information", Phase::kCall);
  return reply.visit([](auto& arm) -> Result<void*> {
    using Info = std::remove_cvref_t<decltype(*arm)>;
    if constexpr (requires(CLayout<char16_t>& layout, Info& info) { describe(layout, info); }) {
      Info info = arm ? *arm : Info{};
      translate(info);
      return c_structure<char16_t>(info);
    } else {
      return fail(win32::kErrorInvalidParameter, "unknown InfoType");
    }
  });
}

std::optional<std::uint32_t> substitute_of(std::uint32_t type) noexcept {
  switch (type) {
    case DS_REPL_INFO_METADATA_FOR_OBJ: return DS_REPL_INFO_METADATA_2_FOR_OBJ;
    case DS_REPL_INFO_CURSORS_3_FOR_NC: return DS_REPL_INFO_CURSORS_2_FOR_NC;
    default: return std::nullopt;
  }
}

drsuapi::DRS_MSG_GETREPLINFO_REPLY from_substitute(std::uint32_t type, const drsuapi::DRS_MSG_GETREPLINFO_REPLY& reply,
                                                   const std::map<Guid, std::u16string>& dsa_names) {
  drsuapi::DRS_MSG_GETREPLINFO_REPLY answer;
  if (const auto* metadata = reply.get_if<DS_REPL_INFO_METADATA_2_FOR_OBJ>(); type == DS_REPL_INFO_METADATA_FOR_OBJ && metadata != nullptr) {
    drsuapi::DS_REPL_OBJ_META_DATA narrowed;
    if (*metadata)
      for (const auto& m : (*metadata)->rgMetaData)
        narrowed.rgMetaData.push_back({m.pszAttributeName, m.dwVersion, m.ftimeLastOriginatingChange, m.uuidLastOriginatingDsaInvocationID,
                                       m.usnOriginatingChange, m.usnLocalChange});
    answer.emplace<DS_REPL_INFO_METADATA_FOR_OBJ>() = std::move(narrowed);
  }
  if (const auto* cursors = reply.get_if<DS_REPL_INFO_CURSORS_2_FOR_NC>(); type == DS_REPL_INFO_CURSORS_3_FOR_NC && cursors != nullptr) {
    drsuapi::DS_REPL_CURSORS_3W widened;
    widened.dwEnumerationContext = *cursors ? (*cursors)->dwEnumerationContext : 0xFFFFFFFF;
    if (*cursors)
      for (const auto& c : (*cursors)->rgCursor) {
        const auto name = dsa_names.find(c.uuidSourceDsaInvocationID);
        widened.rgCursor.push_back({c.uuidSourceDsaInvocationID, c.usnAttributeFilter, c.ftimeLastSyncSuccess,
                                    name == dsa_names.end() ? drsuapi::WString{} : drsuapi::WString{name->second}});
      }
    answer.emplace<DS_REPL_INFO_CURSORS_3_FOR_NC>() = std::move(widened);
  }
  return answer;
}

}  // namespace tributary::ntdsapi
