// SPDX-License-Identifier: Apache-2.0
// RIDs for a DSA that is not the RID master: it asks the master for a block (EXOP_FSMO_REQ_RID_ALLOC, [MS-DRSR] 4.1.10.4.3, 4.1.10.5.12) and
// pulls the domain from it, since the block is what the master wrote into our RID Set. [MS-ADTS] 3.1.1.1.12.
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/updates/editor.hpp"
#include "schema/schema.hpp"

namespace tributary::dsa {
namespace {

using store::Dnt;
using store::kNoDnt;

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
  if (auto asked = ask_extended(state->owner_guid, state->manager, drsuapi::EXOP_FSMO_REQ_RID_ALLOC, state->allocation); !asked) return asked;
  // What it wrote comes as everything comes.
  if (auto pulled = pull_now(state->owner_guid, state->domain); !pulled) return pulled;
  log('i', "the RID master has given this DSA a block of RIDs");
  return {};
}

void RunningDsa::want_rids() {
  if (is_asking_for_rids_.exchange(true)) return;
  const bool is_taken = workers_.post([this] {
    const auto state = read_state(*store_->read(), context());
    const bool is_master = state && state->owner_guid == identity_.dsa;  // takes its own blocks as it needs them
    if (auto asked = is_master ? Result<void>() : ask_for_rids(); !asked) log('w', "RIDs: " + describe_error(asked.error()));
    is_asking_for_rids_ = false;
  });
  if (!is_taken) is_asking_for_rids_ = false;
}

}  // namespace tributary::dsa
