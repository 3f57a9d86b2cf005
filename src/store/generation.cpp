// SPDX-License-Identifier: Apache-2.0
// See generation.hpp.
#include "store/generation.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tributary::store {
namespace {

/// A mark costs two syncs of a disk, a USN that it lags behind costs nothing until the data is rolled back by so little.
constexpr unsigned kCommitsPerMark = 64;

}  // namespace

Verdict judge_mark(const std::optional<Bytes>& stored, const format::Meta& meta, ByteView place) {
  using State = format::Mark::State;
  if (!stored) return {false, "the generation mark is missing: this is a backup, or a copy of the data alone"};
  const auto mark = format::decode_mark(*stored);
  if (!mark) return {false, "the generation mark is damaged"};
  if (!std::ranges::equal(mark->place, place)) return {false, "the data lies elsewhere than where it was last open: it is a copy"};
  const InvocationId id = meta.identity.invocation_id;
  if (id != mark->invocation_id && (mark->pending.is_null() || id != mark->pending))
    return {false, fmt::format("the data is of invocationId {}, the generation mark of {}", to_string(id), to_string(mark->invocation_id))};
  const bool was_opening = mark->state == State::kOpening && mark->generation == meta.generation + 1;
  if (mark->generation > meta.generation && !was_opening)
    return {false, fmt::format("the data is of generation {}, the generation mark of {}: an older state was put back", meta.generation,
                               mark->generation)};
  if (mark->generation < meta.generation)
    return {false, fmt::format("the data is of generation {}, the generation mark of {}: the data was open elsewhere", meta.generation,
                               mark->generation)};
  if (mark->usn > meta.highest_usn)
    return {false, fmt::format("the highest USN of the data is {}, but {} had been committed: an older state was put back, or the disk "
                               "lost what it had synced", meta.highest_usn.value, mark->usn.value)};
  return {mark->state == State::kClosed, {}};
}

Result<void> MarkKeeper::write(const format::Meta& meta, format::Mark::State state) {
  mark_.usn = meta.highest_usn;
  mark_.state = state;
  return engine_.write_mark(format::encode_mark(mark_));
}

Result<void> MarkKeeper::opening(const format::Meta& before, std::uint64_t generation, InvocationId pending) {
  mark_ = {.invocation_id = before.identity.invocation_id, .pending = pending, .generation = generation, .usn = {}, .state = {},
           .place = engine_.place()};
  return write(before, format::Mark::State::kOpening);
}

Result<void> MarkKeeper::opened(const format::Meta& meta) {
  if (auto done = engine_.sync(); !done) return done;
  mark_.invocation_id = meta.identity.invocation_id;
  mark_.pending = {};
  return write(meta, format::Mark::State::kOpen);
}

Result<void> MarkKeeper::prepare(InvocationId pending) {
  mark_.pending = pending;
  return engine_.write_mark(format::encode_mark(mark_));
}

void MarkKeeper::committed(const format::Meta& meta) noexcept {
  const bool is_renewed = meta.identity.invocation_id != mark_.invocation_id;
  if (++commits_ < kCommitsPerMark && !is_renewed) return;
  if (opened(meta)) commits_ = 0;
}

void MarkKeeper::closed(const format::Meta& meta) noexcept {
  if (auto done = engine_.sync(); done) (void)write(meta, format::Mark::State::kClosed);
}

}  // namespace tributary::store
