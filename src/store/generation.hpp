// SPDX-License-Identifier: Apache-2.0
// The generation mark: how a database that was copied, restored or rolled back is told from one that merely crashed.
// docs/formats/store.md, "The generation mark"; the reason is [MS-ADTS] 3.1.1.1.9: one USN of one invocationId names one change for ever.
// Knows nothing of objects.
#pragma once

#include <string>

#include "store/format/small_records.hpp"
#include "store/kv.hpp"

namespace tributary::store {

/// What the mark says of a database whose meta record is `meta` and which lies at `place`. An empty reason: it is ours.
struct Verdict {
  bool was_closed = false;
  std::string reason;  ///< why it must not go on under its invocationId
};
[[nodiscard]] Verdict judge_mark(const std::optional<Bytes>& stored, const format::Meta& meta, ByteView place);

/// Writes the mark of an open database at the moments that the format names.
class MarkKeeper {
 public:
  explicit MarkKeeper(kv::Engine& engine) : engine_(engine) {}

  /// Before the meta record of the new generation is committed. `pending` is a fresh invocationId or null.
  [[nodiscard]] Result<void> opening(const format::Meta& before, std::uint64_t generation, InvocationId pending);
  /// Before an invocationId is committed.
  [[nodiscard]] Result<void> prepare(InvocationId pending);
  /// After every commit. That a mark cannot be written is no failure of the commit: it is tried again with the next.
  void committed(const format::Meta& meta) noexcept;
  /// Durable from here on; the state is then open.
  [[nodiscard]] Result<void> opened(const format::Meta& meta);
  void closed(const format::Meta& meta) noexcept;

 private:
  [[nodiscard]] Result<void> write(const format::Meta& meta, format::Mark::State state);

  kv::Engine& engine_;
  format::Mark mark_;
  unsigned commits_ = 0;
};

}  // namespace tributary::store
