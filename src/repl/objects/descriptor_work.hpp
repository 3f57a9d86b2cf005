// SPDX-License-Identifier: Apache-2.0
// Objects whose descriptors, or those below them, have to be inherited anew ([MS-ADTS] 3.1.1.6.3): after a change of a descriptor or of a
// parent here, and after one that came by replication, since what is inherited has no stamp of its own and each DSA makes it for itself.
// The list is a value of the DSA ("descriptorWork"), written in the transaction of the change, so that no crash forgets it; whoever knows
// descriptors works it off (service/access/descriptor_propagation.hpp). Knows no descriptor.
#pragma once

#include <span>
#include <vector>

#include "store/directory_store.hpp"

namespace tributary::repl {

struct DescriptorTask {
  store::Dnt object = store::kNoDnt;
  bool children_too = false;  ///< what is below is looked at even when this object inherits nothing new: its own descriptor is another
  friend bool operator==(const DescriptorTask&, const DescriptorTask&) = default;
};

/// The last one is the next.
[[nodiscard]] Result<std::vector<DescriptorTask>> read_descriptor_work(const store::Snapshot& snapshot);
void write_descriptor_work(store::WriteTransaction& tx, std::span<const DescriptorTask> tasks);
/// Behind those that are there; each once.
[[nodiscard]] Result<void> add_descriptor_work(store::WriteTransaction& tx, std::span<const DescriptorTask> tasks);

}  // namespace tributary::repl
