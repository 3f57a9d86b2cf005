// SPDX-License-Identifier: Apache-2.0
// RIDs for a DSA that is not the RID master: it asks the master for a block (EXOP_FSMO_REQ_RID_ALLOC, [MS-DRSR] 4.1.10.4.3, 4.1.10.5.12) and
// pulls the domain from it, since the block is what the master wrote into our RID Set. [MS-ADTS] 3.1.1.1.12.
#include <fmt/format.h>

#include <future>

#include "base/win32.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "drsuapi/operations.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/destination/request.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/updates/editor.hpp"
#include "schema/schema.hpp"

namespace tributary::dsa {
namespace {

using drsuapi::IDL_DRSGetNCChanges;
using store::Dnt;
using store::kNoDnt;

constexpr std::chrono::milliseconds kReachTimeout{15'000};
constexpr std::chrono::milliseconds kCallTimeout{60'000};

struct RidState {
  Dnt manager = kNoDnt, owner = kNoDnt, domain = kNoDnt;
  DsaGuid owner_guid;
  std::uint64_t allocation = 0;  ///< the last block that we were given; 0: none
};

Result<Dnt> first_reference(const store::Snapshot& snapshot, const repl::Context& context, Dnt dnt, std::string_view name) {
  const auto* attribute = context.schema->find_attribute(name);
  if (attribute == nullptr || dnt == kNoDnt) return kNoDnt;
  const auto targets = repl::reference_targets(snapshot, *context.schema, dnt, attribute->attid);
  if (!targets) return std::unexpected(targets.error());
  return targets->empty() ? kNoDnt : targets->front();
}

Result<RidState> read_state(const store::Snapshot& snapshot, const repl::Context& context) {
  RidState state;
  const auto self = repl::resolve_guid(snapshot, ObjectGuid{context.dsa.value});
  if (!self) return std::unexpected(self.error());
  const auto computer = repl::computer_of_dsa(snapshot, *context.schema, *self);
  if (!computer) return std::unexpected(computer.error());
  const auto account = repl::find_object(snapshot, *computer, win32::kErrorDsNoServerObject);
  if (!account) return std::unexpected(account.error());
  state.domain = account->nc();
  const auto manager = first_reference(snapshot, context, state.domain, "rIDManagerReference");
  const auto owner = manager ? first_reference(snapshot, context, *manager, "fSMORoleOwner") : manager;
  const auto rid_set = first_reference(snapshot, context, *computer, "rIDSetReferences");
  if (!owner || !rid_set) return std::unexpected(owner ? rid_set.error() : owner.error());
  const auto master = repl::find_object(snapshot, *owner, win32::kErrorDsCouldntContactFsmo);
  if (!master) return std::unexpected(master.error());
  state.manager = *manager;
  state.owner = *owner;
  state.owner_guid = DsaGuid{master->guid().value};
  if (*rid_set == kNoDnt) return state;
  const auto set = repl::find_object(snapshot, *rid_set, win32::kErrorDsNoServerObject);
  if (!set) return std::unexpected(set.error());
  const auto* attribute = context.schema->find_attribute("rIDAllocationPool");
  const auto value = attribute != nullptr ? set->first(attribute->attid) : std::nullopt;
  if (value && value->size() == 8) state.allocation = load_le<std::uint64_t>(value->data());
  return state;
}

}  // namespace

bool RunningDsa::has_rids() {
  const auto state = read_state(*store_->read(), context());
  return !state || state->allocation != 0 || state->owner_guid == identity_.dsa;
}

Result<void> RunningDsa::ask_for_rids() {
  const auto now = context();
  const auto state = read_state(*store_->read(), now);
  if (!state) return std::unexpected(state.error());
  if (state->owner_guid == identity_.dsa) return fail(win32::kErrorDsGenericError, "this DSA is the RID master itself");
  auto bound = partners_.handle(hint_of(state->owner_guid, {}), kReachTimeout);
  if (!bound) return std::unexpected(std::move(bound.error()));
  repl::RequestTerms terms;
  terms.extended_op = drsuapi::EXOP_FSMO_REQ_RID_ALLOC;
  terms.fsmo_info = state->allocation;
  terms.flags = drsuapi::DRS_WRIT_REP;
  terms.nc_root = state->domain;
  terms.objects_max = 100;
  terms.octets_max = 1 << 20;
  IDL_DRSGetNCChanges::In in;
  {
    const auto snapshot = store_->read();
    auto name = repl::dsname_of(*snapshot, *now.schema, state->manager);
    if (!name) return std::unexpected(std::move(name.error()));
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
  if (reply->ulExtendedRet != drsuapi::EXOP_ERR_SUCCESS) return fail(win32::kErrorDsCouldntContactFsmo, fmt::format("the RID master answers EXOP_ERR {}", reply->ulExtendedRet));
  // What it wrote comes as everything comes.
  repl::Request sync;
  sync.caller = "this DSA";
  const auto root = store_->read()->find(state->domain);
  if (!root) return std::unexpected(root.error());
  if (!*root) return fail(win32::kErrorDsDraBadNc);
  sync.nc = (*root)->guid();
  sync.operation = repl::ReplicaSyncRequest{state->owner_guid, std::nullopt, drsuapi::DRS_WRIT_REP};
  auto done = std::make_shared<std::promise<Win32>>();
  auto result = done->get_future();
  (void)submit(std::move(sync), [done](Win32 code) { done->set_value(code); });
  if (const Win32 code = result.get(); code != win32::kErrorSuccess) return fail(code, "the RID master's domain");
  log('i', "the RID master has given this DSA a block of RIDs");
  return {};
}

}  // namespace tributary::dsa
