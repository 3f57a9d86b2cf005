// SPDX-License-Identifier: Apache-2.0
// Association groups and the context handles that live in them (C706 9.3.3 and 5.1.6; [MS-RPCE] 3.3.1.4.1, 3.3.1.5.7).
// A handle is valid on every connection of the group that created it and nowhere else; when the group's last connection
// is gone its handles are run down. Knows nothing of what a handle stands for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "ndr/types.hpp"

namespace tributary::rpc {

/// Open handles of one group. DsBind takes one; a client that opens thousands has lost count.
inline constexpr std::size_t kHandlesPerGroupMax = 1024;
/// Groups of one server: more than connections can sensibly be open.
inline constexpr std::size_t kGroupsMax = 65536;

/// What a server keeps behind a handle. Its destructor is the rundown.
class HandleState {
 public:
  virtual ~HandleState() = default;
};

/// The handles of one association group. Thread: that of its AssociationGroups.
class ContextHandles {
 public:
  /// Stores `state` under a new random handle. kRpcSServerTooBusy when the group has kHandlesPerGroupMax.
  [[nodiscard]] Result<ndr::ContextHandle> open(std::shared_ptr<HandleState> state, Random& random);
  /// The state behind a handle if it is a State; null for an unknown handle, the null handle, or another kind of state.
  template <class State>
  [[nodiscard]] std::shared_ptr<State> find(const ndr::ContextHandle& handle) const {
    return std::dynamic_pointer_cast<State>(lookup(handle));
  }
  /// Forgets a handle and returns what was behind it; null when it was not there.
  std::shared_ptr<HandleState> close(const ndr::ContextHandle& handle);
  [[nodiscard]] std::size_t size() const noexcept { return handles_.size(); }

 private:
  [[nodiscard]] std::shared_ptr<HandleState> lookup(const ndr::ContextHandle& handle) const;
  std::map<Guid, std::shared_ptr<HandleState>> handles_;  ///< by the handle's UUID; its attributes are always 0
};

/// The association groups of one server. Owner: the server; outlives its associations. Not thread-safe: all associations
/// that share it run on one strand, or the owner locks around them.
class AssociationGroups {
 public:
  /// A new group for a client machine (for TCP its address, [MS-RPCE] 3.3.1.5.7). kRpcSServerTooBusy beyond kGroupsMax.
  [[nodiscard]] Result<std::uint32_t> create(std::string peer);
  /// One more connection in a group. kErrorAccessDenied when it does not exist or belongs to another machine.
  [[nodiscard]] Result<> join(std::uint32_t group, const std::string& peer);
  /// One connection less; the last one takes the group and its handles with it. Returns how many handles were run down.
  std::size_t leave(std::uint32_t group);
  /// Null when there is no such group.
  [[nodiscard]] ContextHandles* handles(std::uint32_t group) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return groups_.size(); }

 private:
  struct Group {
    std::string peer;
    std::size_t connections = 1;
    ContextHandles handles;
  };
  std::map<std::uint32_t, Group> groups_;
  std::uint32_t next_ = 1;
};

}  // namespace tributary::rpc
