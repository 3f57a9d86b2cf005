// SPDX-License-Identifier: Apache-2.0
// See context_handles.hpp.
#include "rpc/context_handles.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"

namespace tributary::rpc {
namespace {
constexpr int kAttemptsMax = 4;
}

Result<ndr::ContextHandle> ContextHandles::open(std::shared_ptr<HandleState> state, Random& random) {
  if (handles_.size() >= kHandlesPerGroupMax)
    return fail(win32::kRpcSServerTooBusy, fmt::format("{} context handles are open", handles_.size()), Phase::kCall);
  // The null GUID is no handle, and a GUID that is in use names somebody else's state: both are one in 2^128 with a real Random.
  ndr::ContextHandle handle;
  for (int attempt = 0; attempt < kAttemptsMax && (handle.uuid.is_null() || handles_.contains(handle.uuid)); ++attempt)
    random.fill(handle.uuid.octets);
  if (handle.uuid.is_null() || handles_.contains(handle.uuid))
    return fail(win32::kErrorInternalError, "the source of randomness repeats itself", Phase::kCall);
  handles_.emplace(handle.uuid, std::move(state));
  return handle;
}

std::shared_ptr<HandleState> ContextHandles::lookup(const ndr::ContextHandle& handle) const {
  const auto found = handles_.find(handle.uuid);
  return handle.attributes == 0 && found != handles_.end() ? found->second : nullptr;
}

std::shared_ptr<HandleState> ContextHandles::close(const ndr::ContextHandle& handle) {
  auto state = lookup(handle);
  if (state) handles_.erase(handle.uuid);
  return state;
}

Result<std::uint32_t> AssociationGroups::create(std::string peer) {
  if (groups_.size() >= kGroupsMax)
    return fail(win32::kRpcSServerTooBusy, fmt::format("{} association groups are open", groups_.size()), Phase::kBind);
  while (next_ == 0 || groups_.contains(next_)) ++next_;
  const std::uint32_t id = next_++;
  groups_[id].peer = std::move(peer);
  return id;
}

Result<> AssociationGroups::join(std::uint32_t group, const std::string& peer) {
  const auto found = groups_.find(group);
  if (found == groups_.end() || found->second.peer != peer)
    return fail(win32::kErrorAccessDenied, fmt::format("association group {} is not of this client", group), Phase::kBind);
  ++found->second.connections;
  return {};
}

std::size_t AssociationGroups::leave(std::uint32_t group) {
  const auto found = groups_.find(group);
  if (found == groups_.end() || --found->second.connections > 0) return 0;
  const std::size_t handles = found->second.handles.size();
  // Out of the map first: a rundown may look the group up.
  const auto gone = groups_.extract(found);
  return handles;
}

ContextHandles* AssociationGroups::handles(std::uint32_t group) noexcept {
  const auto found = groups_.find(group);
  return found != groups_.end() ? &found->second.handles : nullptr;
}

}  // namespace tributary::rpc
