// SPDX-License-Identifier: Apache-2.0
// Changes of repsFrom and repsTo that were asked for: the rules are repl/state/reps_rules.hpp's, the writing and the calls to sources are
// here. [MS-DRSR] 4.1.20.2, 4.1.22.2, 4.1.26.2.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/updates/nc.hpp"

namespace tributary::dsa {
namespace {

using store::kNoDnt;

constexpr std::chrono::milliseconds kUpdateRefsTimeout{15'000};
constexpr std::size_t kRemovalsMax = 500;  // objects and link values of an NC that go in one transaction

std::expected<std::vector<repl::RepsFrom>, Win32> sources_of(const store::NcReplica& replica) {
  std::vector<repl::RepsFrom> values;
  for (const auto& octets : replica.reps_from) {
    auto value = repl::decode_reps_from(octets);
    if (!value) return std::unexpected(win32::kErrorDsDraInternalError);
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace

Win32 RunningDsa::edit_replica(const ObjectGuid& nc, const std::function<Win32(store::NcReplica&)>& edit) {
  Win32 result = win32::kErrorSuccess;
  const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
    const auto root = tx.find_guid(nc);
    if (!root) return std::unexpected(root.error());
    auto replica = tx.nc_replica(*root);
    if (!replica) return std::unexpected(replica.error());
    if (*root == kNoDnt || !*replica) return fail(win32::kErrorDsDraBadNc);
    const store::NcReplica before = **replica;
    result = edit(**replica);
    if (**replica == before) return {};
    tx.put_nc_replica(**replica);
    return {};
  });
  return done ? result : done.error().code;
}

Win32 RunningDsa::carry_out(const repl::Start& start, const repl::UpdateRefsRequest& request) {
  const auto now = context().ds_now();
  bool has_new_partner = false;
  const auto result = edit_replica(start.nc, [&](store::NcReplica& replica) -> Win32 {
    std::vector<repl::RepsTo> values;
    for (const auto& octets : replica.reps_to) {
      auto value = repl::decode_reps_to(octets);
      if (!value) return win32::kErrorDsDraInternalError;
      values.push_back(std::move(*value));
    }
    const auto updated = repl::update_refs(request, values, now);
    std::vector<Bytes> written;
    for (const auto& value : updated.values) {
      auto encoded = repl::encode_reps_to(value);
      if (!encoded) return encoded.error().code;
      written.push_back(std::move(*encoded));
    }
    has_new_partner = written.size() > replica.reps_to.size();
    replica.reps_to = std::move(written);
    return updated.result;
  });
  // What was written between the partner's last pull and this call it would hear of with the next change or its schedule, an hour later.
  if (result == win32::kErrorSuccess && has_new_partner) control_.tell(repl::LocalChange{start.nc, false});
  return result;
}

Win32 RunningDsa::carry_out(const repl::Start& start, const repl::ReplicaModifyRequest& request) {
  return edit_replica(start.nc, [&](store::NcReplica& replica) -> Win32 {
    const auto values = sources_of(replica);
    if (!values) return values.error();
    const auto modified = repl::replica_modify(request, *values);
    if (!modified) return modified.error();
    auto encoded = repl::encode_reps_from(modified->value);
    if (!encoded) return encoded.error().code;
    replica.reps_from[modified->place] = std::move(*encoded);
    return win32::kErrorSuccess;
  });
}

Win32 RunningDsa::carry_out(const repl::Start& start, const repl::ReplicaDelRequest& request) {
  std::optional<repl::ReplicaDeleted> deleted;
  repl::RepsFrom source;
  const Win32 result = edit_replica(start.nc, [&](store::NcReplica& replica) -> Win32 {
    const auto values = sources_of(replica);
    if (!values) return values.error();
    auto done = repl::replica_del(request, *values);
    if (!done) return done.error();
    deleted = *done;
    if (done->expunges_nc) return win32::kErrorSuccess;
    source = (*values)[done->removed];
    replica.reps_from.erase(replica.reps_from.begin() + static_cast<std::ptrdiff_t>(done->removed));
    return win32::kErrorSuccess;
  });
  if (result != win32::kErrorSuccess) return result;
  if (deleted->expunges_nc) return expunge(start.nc);
  if (deleted->call) send_update_refs(source.uuid_dsa, source.na_dsa, start.nc, deleted->call->options);
  return result;
}

/// 4.1.20.2: the NC replica goes, piece by piece; a restart in the middle goes on with the next call.
Win32 RunningDsa::expunge(const ObjectGuid& nc) {
  const auto root = store_->read()->find_guid(nc);
  if (!root) return root.error().code;
  auto begun = change([&](store::WriteTransaction& tx) { return repl::begin_nc_removal(tx, context(), *root); });
  if (!begun) return begun.error().code;
  for (bool finished = false; !finished;) {
    auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
      auto removal = repl::continue_nc_removal(tx, context(), *root, kRemovalsMax, true);
      if (!removal) return std::unexpected(std::move(removal.error()));
      finished = removal->finished;
      return {};
    });
    if (!done) return done.error().code;
  }
  // What is originated from now on is another's: a later replica of this NC here must not claim what this one had.
  auto renewed = take_new_invocation_id("an NC replica was taken down");
  return renewed ? win32::kErrorSuccess : renewed.error().code;
}

/// Best effort: what the source remembers of us it also learns from our next request, or forgets when its notification fails.
void RunningDsa::send_update_refs(const DsaGuid& to, const std::string& address, const ObjectGuid& nc, std::uint32_t options) {
  using drsuapi::IDL_DRSUpdateRefs;
  auto bound = partners_.handle(hint_of(to, address), kUpdateRefsTimeout);
  if (!bound) return log('w', fmt::format("{} is not told about our repsFrom: {}", to_string(to), describe_error(bound.error())));
  IDL_DRSUpdateRefs::In in;
  in.msgUpdRefs = drsuapi::DRS_MSG_UPDREFS_V1{drsuapi::dsname_from_guid(nc.value), dsa_address(identity_.dsa, identity_.forest_dns_name), identity_.dsa.value, options};
  client::CallOptions limits;
  limits.timeout = kUpdateRefsTimeout;
  if (auto done = bound->handle->call<IDL_DRSUpdateRefs>(std::move(in), limits); !done)
    log('w', fmt::format("{} does not take our reference: {}", to_string(to), describe_error(done.error())));
}

}  // namespace tributary::dsa
