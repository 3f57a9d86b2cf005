// SPDX-License-Identifier: Apache-2.0
// The security descriptor propagator ([MS-ADTS] 3.1.1.6.3): when a descriptor or a parent has changed, what is below inherits anew. In bounded
// pieces; what is left is remembered in the database, so that a crash in between is made good by whoever calls the continuation next.
// No stamp changes: every DSA does it for itself.
#pragma once

#include <span>

#include "repl/objects/context.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

struct DescriptorWork {
  std::size_t looked_at = 0;
  bool more = false;  ///< call the continuation, in another transaction
};

/// Objects whose parents' descriptors have changed, or who have new parents, and everything below them. So many are done at once; the rest
/// waits for the continuation.
inline constexpr std::size_t kDescriptorsInUpdateMax = 200;
[[nodiscard]] Result<DescriptorWork> begin_descriptor_propagation(store::WriteTransaction& tx, const repl::Context& context,
                                                                  std::span<const store::Dnt> objects);
[[nodiscard]] Result<DescriptorWork> continue_descriptor_propagation(store::WriteTransaction& tx, const repl::Context& context, std::size_t limit);
/// Something is left to do.
[[nodiscard]] Result<bool> has_descriptor_propagation(const store::Snapshot& snapshot);

}  // namespace tributary::service
