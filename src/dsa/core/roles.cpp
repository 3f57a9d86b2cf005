// SPDX-License-Identifier: Apache-2.0
// Extended operations as a client ([MS-DRSR] 4.1.10.4.3): FSMO roles that are taken from their owner or given away, and what RIDs need
// (rids.cpp). What the other DSA wrote for us is then pulled from it as everything is.
#include <fmt/format.h>

#include <future>

#include "base/win32.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/operations.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/destination/request.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/updates/editor.hpp"

namespace tributary::dsa {
namespace {

using drsuapi::IDL_DRSGetNCChanges;
using store::Dnt;
using store::kNoDnt;

constexpr std::chrono::milliseconds kReachTimeout{15'000};
constexpr std::chrono::milliseconds kCallTimeout{60'000};
constexpr std::uint32_t kObjectsMax = 100;  // of a reply, which has the few objects of a role
constexpr std::uint32_t kOctetsMax = 1 << 20;

std::string answer_name(std::uint32_t answer) {
  for (const auto& [value, name] : drsuapi::kExopErrorNames)
    if (value == answer) return std::string(name);
  return fmt::format("EXOP_ERR {}", answer);
}

/// 4.1.10.4.3: each kind of role has an operation of its own.
std::uint32_t operation_for(const repl::Context& context, const store::ObjectView& object) {
  if (repl::is_instance_of(*context.schema, object, repl::class_id::kRidManager)) return drsuapi::EXOP_FSMO_RID_REQ_ROLE;
  if (repl::is_instance_of(*context.schema, object, repl::class_id::kDomainDns)) return drsuapi::EXOP_FSMO_REQ_PDC;
  return drsuapi::EXOP_FSMO_REQ_ROLE;
}

}  // namespace

Result<void> RunningDsa::ask_extended(const DsaGuid& of, Dnt object, std::uint32_t operation, std::uint64_t fsmo_info) {
  auto bound = partners_.handle(hint_of(of, {}), kReachTimeout);
  if (!bound) return std::unexpected(std::move(bound.error()));
  repl::RequestTerms terms;
  terms.extended_op = operation;
  terms.fsmo_info = fsmo_info;
  terms.flags = drsuapi::DRS_WRIT_REP;
  terms.objects_max = kObjectsMax;
  terms.octets_max = kOctetsMax;
  IDL_DRSGetNCChanges::In in;
  {
    const auto now = context();
    const auto snapshot = store_->read();
    const auto root = repl::nc_of(*snapshot, object);
    auto name = repl::dsname_of(*snapshot, *now.schema, object);
    if (!root || !name) return std::unexpected(root ? std::move(name.error()) : root.error());
    terms.nc_root = *root;
    terms.nc = std::move(*name);
    auto request = repl::make_request(now, *snapshot, terms, bound->handle->server_extensions());
    if (!request) return std::unexpected(std::move(request.error()));
    in.msgIn = std::move(*request);
  }
  auto out = bound->handle->call<IDL_DRSGetNCChanges>(std::move(in), {kCallTimeout, nullptr});
  if (!out) return std::unexpected(std::move(out.error()));
  ndr::Arena arena;
  Bytes plain;
  const auto reply = drsuapi::native_reply(std::move(out->msgOut), arena, plain);
  if (!reply) return std::unexpected(reply.error());
  if (reply->ulExtendedRet == drsuapi::EXOP_ERR_SUCCESS) return {};
  return fail(win32::kErrorDsCouldntContactFsmo, fmt::format("{} answers {}", host_of(of), answer_name(reply->ulExtendedRet)));
}

std::string RunningDsa::host_of(const DsaGuid& dsa) const {
  const auto known = facts();
  const auto found = known->dsas.find(dsa);
  return found == known->dsas.end() || found->second.host_name.empty() ? to_string(dsa) : found->second.host_name;
}

Result<void> RunningDsa::pull_now(const DsaGuid& from, Dnt nc_root) {
  const auto root = store_->read()->find(nc_root);
  if (!root) return std::unexpected(root.error());
  if (!*root) return fail(win32::kErrorDsDraBadNc);
  auto done = std::make_shared<std::promise<Win32>>();
  auto result = done->get_future();
  (void)submit(own_sync((*root)->guid(), from), [done](Win32 code) { done->set_value(code); });
  if (const Win32 code = result.get(); code != win32::kErrorSuccess) return fail(code, "pulling from " + host_of(from));
  return {};
}

Result<void> RunningDsa::take_role(const DsaGuid& owner, Dnt object) {
  Dnt nc = kNoDnt;
  std::uint32_t operation = 0;
  {
    const auto snapshot = store_->read();
    const auto found = repl::find_object(*snapshot, object, win32::kErrorDsObjNotFound);
    const auto root = repl::nc_of(*snapshot, object);
    if (!found || !root) return std::unexpected(found ? root.error() : found.error());
    nc = *root;
    operation = operation_for(context(), *found);
  }
  if (auto asked = ask_extended(owner, object, operation, 0); !asked) return asked;
  if (auto pulled = pull_now(owner, nc); !pulled) return pulled;
  const auto now = context();
  const auto snapshot = store_->read();
  const auto owners = repl::reference_targets(*snapshot, *now.schema, object, repl::attid::kFsmoRoleOwner);
  const auto self = repl::resolve_guid(*snapshot, ObjectGuid{identity_.dsa.value});
  if (!owners || !self) return std::unexpected(owners ? self.error() : owners.error());
  if (owners->empty() || owners->front() != *self) return fail(win32::kErrorDsCouldntContactFsmo, "the role was given, and its new owner did not come here");
  const auto dn = repl::dn_of(*snapshot, *now.schema, object);
  log('i', fmt::format("this DSA has the FSMO role of {} from now on; {} had it", dn ? *dn : std::string(), host_of(owner)));
  return {};
}

Result<void> RunningDsa::give_role(const DsaGuid& to, Dnt object) { return ask_extended(to, object, drsuapi::EXOP_FSMO_ABANDON_ROLE, 0); }

}  // namespace tributary::dsa
