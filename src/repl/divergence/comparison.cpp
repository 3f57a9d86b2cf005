// SPDX-License-Identifier: Apache-2.0
// See comparison.hpp.
#include "repl/divergence/comparison.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/source/local_state.hpp"

namespace tributary::repl {

using store::Snapshot;

namespace {

/// The peer may narrow the scope to its own; twice when its set changes meanwhile. More is no comparison.
constexpr int kNarrowedMax = 3;
/// A peer that makes nodes up could go on for ever.
constexpr std::uint64_t kNodesAskedMax = 2'000'000;

constexpr std::string_view kWhenCreatedOid = "1.2.840.113556.1.2.2";

std::unexpected<Error> malformed(const char* what) { return fail(win32::kErrorInvalidData, std::string("a reply of a comparison: ") + what); }

ComparisonStep step_of(ComparisonStep::Kind kind) {
  ComparisonStep step;
  step.kind = kind;
  return step;
}

/// Walks two ascending ranges side by side.
template <class T, class Key, class Visit>
void side_by_side(std::span<const T> here, std::span<const T> there, Key&& key, Visit&& visit) {
  std::size_t a = 0, b = 0;
  while (a < here.size() || b < there.size()) {
    const bool take_here = b == there.size() || (a < here.size() && key(here[a]) <= key(there[b]));
    const bool take_there = a == here.size() || (b < there.size() && key(there[b]) <= key(here[a]));
    visit(take_here ? &here[a] : nullptr, take_there ? &there[b] : nullptr);
    a += take_here ? 1 : 0;
    b += take_there ? 1 : 0;
  }
}

}  // namespace

std::size_t ComparisonResult::count(Verdict verdict) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(objects, [&](const auto& entry) { return entry.second.verdict == verdict; }));
}

bool DivergenceComparison::has_room() {
  if (found_ >= options_.differences_max) {
    result_.is_truncated = true;
    return false;
  }
  ++found_;
  return true;
}

Result<ReplUpToDateVector> DivergenceComparison::vector_here(const Context& context, const Snapshot& snapshot) const {
  const auto here = find_replica(snapshot, options_.nc);
  if (!here) return std::unexpected(here.error());
  return local_utd(context, snapshot, here->replica);
}

Result<void> DivergenceComparison::start(const Context& context, const Snapshot& snapshot, const DigestScope& scope) {
  const auto here = find_replica(snapshot, options_.nc);
  if (!here) return std::unexpected(here.error());
  const auto own = scope_of_replica(context, here->replica);
  if (!own) return std::unexpected(own.error());
  result_.scope = intersect(scope, *own);
  auto expansion = expand(context, snapshot, here->root, result_.scope, {}, kLeafObjectsMax);
  if (!expansion) return std::unexpected(std::move(expansion.error()));
  root_ = std::move(*expansion);
  root_usn_ = snapshot.highest_committed_usn();
  result_.digest = root_->total;
  open_ = {{NodeAddress{}, root_->total}};
  return {};
}

ComparisonStep DivergenceComparison::begin(const Context& context, const Snapshot& snapshot) {
  DigestScope wanted;
  wanted.with_secrets = options_.with_secrets;
  if (auto started = start(context, snapshot, wanted); !started) return on_failure(std::move(started.error()));
  return next(context, snapshot);
}

ComparisonStep DivergenceComparison::on_failure(Error error) {
  auto step = step_of(ComparisonStep::Kind::kFailed);
  step.error = std::move(error);
  return step;
}

ComparisonStep DivergenceComparison::next(const Context& context, const Snapshot& snapshot) {
  if (open_.empty() || result_.is_truncated) {
    judge_consequences(result_.objects);
    return step_of(ComparisonStep::Kind::kDone);
  }
  if (result_.nodes > kNodesAskedMax) return on_failure(malformed("it never ends").error());
  const auto here = vector_here(context, snapshot);
  if (!here) return on_failure(here.error());
  DigestRequest request;
  request.nc = options_.nc.value;
  request.scope = scope_to_wire(result_.scope, *context.schema);
  request.utd = cursors_to_wire(*here);
  asked_.clear();
  for (; !open_.empty() && asked_.size() < kNodesMax; open_.pop_back()) {
    request.nodes.push_back(to_wire(open_.back().node, open_.back().digest));
    asked_.push_back(open_.back());
  }
  ++result_.exchanges;
  result_.nodes += asked_.size();
  auto step = step_of(ComparisonStep::Kind::kSend);
  step.request = std::move(request);
  return step;
}

ComparisonStep DivergenceComparison::on_reply(const Context& context, const Snapshot& snapshot, const DigestReply& reply) {
  const auto replica = find_replica(snapshot, options_.nc);
  if (!replica) return on_failure(replica.error());
  auto here = local_utd(context, snapshot, replica->replica);
  if (!here) return on_failure(std::move(here.error()));
  now_ = {std::move(*here), cursors_from_wire(reply.utd)};
  if (result_.exchanges == 1) result_.first = now_;
  result_.last = now_;
  if (reply.is_narrower != 0) {
    if (++narrowed_ > kNarrowedMax) return on_failure(malformed("no scope is narrow enough").error());
    const auto scope = scope_from_wire(reply.scope, *context.schema);
    if (!scope) return on_failure(scope.error());
    result_.objects.clear();
    found_ = 0;
    if (auto started = start(context, snapshot, intersect(*scope, result_.scope)); !started) return on_failure(std::move(started.error()));
    return next(context, snapshot);
  }
  if (reply.answers.size() != asked_.size()) return on_failure(malformed("not as many answers as nodes").error());
  for (std::size_t i = 0; i < asked_.size() && !result_.is_truncated; ++i)
    if (auto taken = take(context, snapshot, replica->root, asked_[i], reply.answers[i]); !taken) return on_failure(std::move(taken.error()));
  root_.reset();
  return next(context, snapshot);
}

Result<void> DivergenceComparison::take(const Context& context, const Snapshot& snapshot, Dnt root, const Open& open, const WireAnswer& answer) {
  const auto kind = static_cast<AnswerKind>(answer.kind);
  if (kind == AnswerKind::kSame) return {};
  const bool lists = kind != AnswerKind::kChildren;
  if (lists && (kind == AnswerKind::kItems) != open.node.is_below_object()) return malformed("a list of what is not below the node");
  // One more than there is room for shows that there is more.
  const auto list_max = lists ? options_.differences_max + kLeafItemsMax : 0;
  std::optional<Expansion> made;
  const bool is_kept = root_ && root_usn_ == snapshot.highest_committed_usn() && open.node.depth == 0 && (!lists || root_->count <= kLeafObjectsMax);
  if (!is_kept) {
    auto expansion = expand(context, snapshot, root, result_.scope, open.node, list_max);
    if (!expansion) return std::unexpected(std::move(expansion.error()));
    made = std::move(*expansion);
  }
  const auto& mine = is_kept ? *root_ : *made;
  if (kind == AnswerKind::kChildren) return take_children(open, mine, answer);
  return kind == AnswerKind::kObjects ? take_objects(open, mine, answer) : take_items(open, mine, answer);
}

Result<void> DivergenceComparison::take_children(const Open& open, const Expansion& mine, const WireAnswer& answer) {
  if (answer.children.size() != mine.children.size() || open.node.depth == kItemDepth) return malformed("no node has so many branches");
  for (std::size_t i = mine.children.size(); i-- > 0;)
    if (from_wire(answer.children[i]) != mine.children[i]) open_.push_back({open.node.child(static_cast<std::uint8_t>(i)), mine.children[i]});
  return {};
}

void DivergenceComparison::lone(const ObjectEntry& entry, ObjectDifference::Where where) {
  if (!has_room()) return;
  auto& object = result_.objects[entry.guid];
  object = {entry.guid, where, entry.created, entry.is_deleted, {}, {}};
  object.verdict = judge_lone_object(entry.created, entry.is_deleted, where == ObjectDifference::Where::kOnlyHere ? now_.there : now_.here);
}

Result<void> DivergenceComparison::take_objects(const Open& open, const Expansion& mine, const WireAnswer& answer) {
  std::vector<ObjectEntry> there;
  for (const auto& object : answer.objects) there.push_back(from_wire(object));
  const bool ascends = std::ranges::adjacent_find(there, std::ranges::greater_equal{}, &ObjectEntry::guid) == there.end();
  if (!ascends || !std::ranges::all_of(there, [&](const ObjectEntry& entry) { return open.node.holds(entry.guid); }))
    return malformed("objects that are not below the node");
  side_by_side(std::span<const ObjectEntry>(mine.objects), std::span<const ObjectEntry>(there), [](const auto& entry) { return entry.guid; },
               [&](const ObjectEntry* a, const ObjectEntry* b) {
                 if (a != nullptr && b != nullptr) {
                   if (a->digest != b->digest) open_.push_back({node_of(a->guid), a->digest});
                 } else {
                   lone(a != nullptr ? *a : *b, a != nullptr ? ObjectDifference::Where::kOnlyHere : ObjectDifference::Where::kOnlyThere);
                 }
               });
  return {};
}

bool DivergenceComparison::take_vanished(const Open& open, const std::vector<ItemEntry>& here, const std::vector<ItemEntry>& there) {
  if (open.node.depth != kObjectDepth || here.empty() == there.empty()) return false;
  const auto& items = here.empty() ? there : here;
  const auto created = std::ranges::find(items, kWhenCreatedOid, &ItemEntry::oid);
  const auto stamp = created == items.end() ? std::nullopt : created->stamp;
  lone({open.node.guid(), {}, stamp, false}, here.empty() ? ObjectDifference::Where::kOnlyThere : ObjectDifference::Where::kOnlyHere);
  return true;
}

Result<void> DivergenceComparison::take_items(const Open& open, const Expansion& mine, const WireAnswer& answer) {
  std::vector<ItemEntry> there;
  for (const auto& item : answer.items) there.push_back(from_wire(item));
  const bool ascends = std::ranges::adjacent_find(there, std::ranges::greater_equal{}, &ItemEntry::key) == there.end();
  if (!ascends || !std::ranges::all_of(there, [&](const ItemEntry& entry) { return open.node.holds_key(entry.key); }))
    return malformed("items that are not below the node");
  if (take_vanished(open, mine.items, there)) return {};
  side_by_side(std::span<const ItemEntry>(mine.items), std::span<const ItemEntry>(there), [](const auto& entry) { return entry.key; },
               [&](const ItemEntry* a, const ItemEntry* b) {
                 if (a != nullptr && b != nullptr && a->digest == b->digest) return;
                 if (!has_room()) return;
                 ItemDifference difference;
                 if (a != nullptr) difference.here = *a;
                 if (b != nullptr) difference.there = *b;
                 difference.verdict = judge_item(difference.here, difference.there, now_);
                 auto& object = result_.objects[open.node.guid()];
                 object.guid = open.node.guid();
                 object.items.push_back(std::move(difference));
               });
  return {};
}

}  // namespace tributary::repl
