// SPDX-License-Identifier: Apache-2.0
// See descriptor_propagation.hpp. What is left is the value "descriptorWork" of the DSA: the DNTs that are still to be looked at, eight octets
// each, little-endian; the last one is the next.
#include "service/access/descriptor_propagation.hpp"

#include "repl/objects/attids.hpp"
#include "service/access/new_object_descriptor.hpp"

namespace tributary::service {
namespace {

using store::Dnt;

constexpr std::string_view kDescriptorWork = "descriptorWork";

Result<std::vector<Dnt>> read_work(const store::Snapshot& snapshot) {
  const auto stored = snapshot.dsa_value(kDescriptorWork);
  if (!stored) return std::unexpected(stored.error());
  std::vector<Dnt> objects;
  if (!*stored) return objects;
  for (std::size_t at = 0; at + 8 <= (*stored)->size(); at += 8) objects.push_back(static_cast<Dnt>(load_le<std::uint64_t>((*stored)->data() + at)));
  return objects;
}

void write_work(store::WriteTransaction& tx, std::span<const Dnt> objects) {
  if (objects.empty()) return tx.erase_dsa_value(kDescriptorWork);
  Bytes octets(8 * objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) store_le(octets.data() + 8 * i, static_cast<std::uint64_t>(objects[i]));
  tx.put_dsa_value(kDescriptorWork, octets);
}

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

Result<void> append_children(const store::Snapshot& snapshot, Dnt object, std::vector<Dnt>& into) {
  return snapshot.children(object, [&](const Dnt& child) {
    into.push_back(child);
    return true;
  });
}

/// Where nothing changes nothing below does.
Result<std::size_t> work_off(store::WriteTransaction& tx, const repl::Context& context, std::vector<Dnt>& waiting, std::size_t limit) {
  std::size_t count = 0;
  for (; count < limit && !waiting.empty(); ++count) {
    const Dnt next = waiting.back();
    waiting.pop_back();
    const auto descriptor = propagated_descriptor(context, tx, next);
    if (!descriptor) return std::unexpected(descriptor.error());
    if (!*descriptor) continue;
    if (auto written = write_descriptor(tx, next, **descriptor); !written) return std::unexpected(written.error());
    if (auto listed = append_children(tx, next, waiting); !listed) return std::unexpected(listed.error());
  }
  return count;
}

}  // namespace

Result<DescriptorWork> begin_descriptor_propagation(store::WriteTransaction& tx, const repl::Context& context, std::span<const Dnt> objects) {
  std::vector<Dnt> waiting(objects.begin(), objects.end());
  const auto count = work_off(tx, context, waiting, kDescriptorsInUpdateMax);
  if (!count) return std::unexpected(count.error());
  if (waiting.empty()) return DescriptorWork{*count, false};
  auto all = read_work(tx);
  if (!all) return std::unexpected(all.error());
  all->insert(all->end(), waiting.begin(), waiting.end());
  write_work(tx, *all);
  return DescriptorWork{*count, true};
}

Result<DescriptorWork> continue_descriptor_propagation(store::WriteTransaction& tx, const repl::Context& context, std::size_t limit) {
  auto waiting = read_work(tx);
  if (!waiting) return std::unexpected(waiting.error());
  if (waiting->empty()) return DescriptorWork{};
  const auto count = work_off(tx, context, *waiting, limit);
  if (!count) return std::unexpected(count.error());
  write_work(tx, *waiting);
  return DescriptorWork{*count, !waiting->empty()};
}

Result<bool> has_descriptor_propagation(const store::Snapshot& snapshot) {
  const auto stored = snapshot.dsa_value(kDescriptorWork);
  if (!stored) return std::unexpected(stored.error());
  return stored->has_value();
}

}  // namespace tributary::service
