// SPDX-License-Identifier: Apache-2.0
// See descriptor_work.hpp. Each task is eight octets, little-endian: the DNT, with the highest bit for `children_too`.
#include "repl/objects/descriptor_work.hpp"

#include <unordered_map>

namespace tributary::repl {
namespace {

constexpr std::string_view kDescriptorWork = "descriptorWork";
constexpr std::uint64_t kChildrenToo = std::uint64_t{1} << 63;

}  // namespace

Result<std::vector<DescriptorTask>> read_descriptor_work(const store::Snapshot& snapshot) {
  const auto stored = snapshot.dsa_value(kDescriptorWork);
  if (!stored) return std::unexpected(stored.error());
  std::vector<DescriptorTask> tasks;
  if (!*stored) return tasks;
  tasks.reserve((*stored)->size() / 8);
  for (std::size_t at = 0; at + 8 <= (*stored)->size(); at += 8) {
    const auto value = load_le<std::uint64_t>((*stored)->data() + at);
    tasks.push_back({static_cast<store::Dnt>(value & ~kChildrenToo), (value & kChildrenToo) != 0});
  }
  return tasks;
}

void write_descriptor_work(store::WriteTransaction& tx, std::span<const DescriptorTask> tasks) {
  if (tasks.empty()) return tx.erase_dsa_value(kDescriptorWork);
  Bytes octets(8 * tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    store_le(octets.data() + 8 * i, static_cast<std::uint64_t>(tasks[i].object) | (tasks[i].children_too ? kChildrenToo : 0));
  tx.put_dsa_value(kDescriptorWork, octets);
}

Result<void> add_descriptor_work(store::WriteTransaction& tx, std::span<const DescriptorTask> tasks) {
  if (tasks.empty()) return {};
  auto all = read_descriptor_work(tx);
  if (!all) return std::unexpected(std::move(all.error()));
  std::unordered_map<store::Dnt, std::size_t> places;  // looked up, never walked
  for (std::size_t i = 0; i < all->size(); ++i) places.emplace((*all)[i].object, i);
  for (const auto& task : tasks) {
    const auto [known, is_new] = places.emplace(task.object, all->size());
    if (is_new) all->push_back(task);
    else (*all)[known->second].children_too |= task.children_too;
  }
  write_descriptor_work(tx, *all);
  return {};
}

}  // namespace tributary::repl
