// SPDX-License-Identifier: Apache-2.0
// See change_stream.hpp.
#include "repl/source/change_stream.hpp"

#include <algorithm>
#include <limits>

namespace tributary::repl {
namespace {

/// Changes that are read ahead from each index.
constexpr std::size_t kPieceMax = 512;

/// Collects whole groups of one USN until there are enough; true when the index ended.
template <class Change, class Walk>
Result<bool> collect(std::vector<Change>& piece, Walk walk) {
  bool cut = false;
  const auto walked = walk([&](const Change& change) {
    if (piece.size() >= kPieceMax && piece.back().usn != change.usn) {
      cut = true;
      return false;
    }
    piece.push_back(change);
    return true;
  });
  if (!walked) return std::unexpected(walked.error());
  return !cut;
}

template <class Change>
std::span<const Change> take_group(const std::vector<Change>& piece, std::size_t& at, Usn usn) {
  const std::size_t first = at;
  while (at < piece.size() && piece[at].usn == usn) ++at;
  return std::span(piece).subspan(first, at - first);
}

constexpr Usn kEnd{std::numeric_limits<std::int64_t>::max()};

}  // namespace

void ChangeStream::add_extra(std::vector<store::ObjectChange> extra) {
  extra_ = std::move(extra);
  std::ranges::sort(extra_, [](const auto& a, const auto& b) { return a.usn > b.usn; });
}

Result<void> ChangeStream::refill_objects() {
  if (!objects_.empty() || objects_.ended) return {};
  objects_.piece.clear();
  objects_.at = 0;
  const auto ended = collect(objects_.piece, [&](const auto& visit) { return snapshot_.changes(nc_, objects_.after, visit); });
  if (!ended) return std::unexpected(ended.error());
  objects_.ended = *ended;
  if (!objects_.piece.empty()) objects_.after = objects_.piece.back().usn;
  bool merged = false;
  while (!extra_.empty() && (objects_.ended || extra_.back().usn <= objects_.after)) {
    objects_.piece.push_back(extra_.back());
    extra_.pop_back();
    merged = true;
  }
  if (merged) std::ranges::sort(objects_.piece, {}, [](const auto& change) { return std::pair(change.usn, change.dnt); });
  return {};
}

Result<void> ChangeStream::refill_links() {
  if (!links_.empty() || links_.ended) return {};
  links_.piece.clear();
  links_.at = 0;
  const auto ended = collect(links_.piece, [&](const auto& visit) { return snapshot_.link_changes(nc_, links_.after, visit); });
  if (!ended) return std::unexpected(ended.error());
  links_.ended = *ended;
  if (!links_.piece.empty()) links_.after = links_.piece.back().usn;
  return {};
}

Result<std::optional<ChangeStream::Group>> ChangeStream::next() {
  if (auto filled = refill_objects(); !filled) return std::unexpected(std::move(filled.error()));
  if (auto filled = refill_links(); !filled) return std::unexpected(std::move(filled.error()));
  const Usn object = objects_.empty() ? kEnd : objects_.piece[objects_.at].usn;
  const Usn link = links_.empty() ? kEnd : links_.piece[links_.at].usn;
  const Usn usn = std::min(object, link);
  if (usn == kEnd) return std::nullopt;
  return Group{usn, take_group(objects_.piece, objects_.at, usn), take_group(links_.piece, links_.at, usn)};
}

}  // namespace tributary::repl
