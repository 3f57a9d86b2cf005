// SPDX-License-Identifier: Apache-2.0
// See descriptor_propagation.hpp. What is left is repl/objects/descriptor_work.hpp's list.
#include "service/access/descriptor_propagation.hpp"

#include "repl/objects/attids.hpp"
#include "repl/objects/descriptor_work.hpp"
#include "service/access/new_object_descriptor.hpp"

namespace tributary::service {
namespace {

using store::Dnt;

using repl::DescriptorTask;

/// The value changes, its stamp and the object's USN do not.
Result<void> write_descriptor(store::WriteTransaction& tx, Dnt object, ByteView descriptor) {
  const auto found = tx.find(object);
  if (!found) return std::unexpected(found.error());
  if (!*found) return {};
  store::ObjectDraft draft(**found);
  draft.keep_all();
  auto& attribute = draft.attribute(repl::attid::kNtSecurityDescriptor);
  attribute.values.assign(1, draft.keep(descriptor));
  const auto put = tx.put(draft);
  return put ? Result<void>() : std::unexpected(put.error());
}

Result<void> append_children(const store::Snapshot& snapshot, Dnt object, std::vector<DescriptorTask>& into) {
  return snapshot.children(object, [&](const Dnt& child) {
    into.push_back({child, false});
    return true;
  });
}

/// Where nothing changes nothing below does. What is gone since it was noted is passed over.
Result<std::size_t> work_off(store::WriteTransaction& tx, const repl::Context& context, std::vector<DescriptorTask>& waiting, std::size_t limit) {
  std::size_t count = 0;
  for (; count < limit && !waiting.empty(); ++count) {
    const auto next = waiting.back();
    waiting.pop_back();
    const auto object = tx.find(next.object);
    if (!object) return std::unexpected(object.error());
    if (!*object) continue;
    const auto descriptor = propagated_descriptor(context, tx, next.object);
    if (!descriptor) return std::unexpected(descriptor.error());
    if (!*descriptor && !next.children_too) continue;
    if (*descriptor)
      if (auto written = write_descriptor(tx, next.object, **descriptor); !written) return std::unexpected(written.error());
    if (auto listed = append_children(tx, next.object, waiting); !listed) return std::unexpected(listed.error());
  }
  return count;
}

}  // namespace

Result<DescriptorWork> begin_descriptor_propagation(store::WriteTransaction& tx, const repl::Context& context, std::span<const Dnt> objects) {
  std::vector<DescriptorTask> waiting;
  for (const Dnt object : objects) waiting.push_back({object, false});
  const auto count = work_off(tx, context, waiting, kDescriptorsInUpdateMax);
  if (!count) return std::unexpected(count.error());
  if (waiting.empty()) return DescriptorWork{*count, false};
  if (auto noted = repl::add_descriptor_work(tx, waiting); !noted) return std::unexpected(std::move(noted.error()));
  return DescriptorWork{*count, true};
}

Result<DescriptorWork> continue_descriptor_propagation(store::WriteTransaction& tx, const repl::Context& context, std::size_t limit) {
  auto waiting = repl::read_descriptor_work(tx);
  if (!waiting) return std::unexpected(waiting.error());
  if (waiting->empty()) return DescriptorWork{};
  const auto count = work_off(tx, context, *waiting, limit);
  if (!count) return std::unexpected(count.error());
  repl::write_descriptor_work(tx, *waiting);
  return DescriptorWork{*count, !waiting->empty()};
}

Result<bool> has_descriptor_propagation(const store::Snapshot& snapshot) {
  const auto waiting = repl::read_descriptor_work(snapshot);
  if (!waiting) return std::unexpected(waiting.error());
  return !waiting->empty();
}

}  // namespace tributary::service
