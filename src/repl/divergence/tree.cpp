// SPDX-License-Identifier: Apache-2.0
// See tree.hpp.
#include "repl/divergence/tree.hpp"

#include <algorithm>

#include "repl/objects/facts.hpp"

namespace tributary::repl {

using store::ObjectView;
using store::Snapshot;

namespace {

std::uint8_t half_of(std::span<const std::uint8_t> octets, std::uint32_t at) noexcept {
  const std::uint8_t octet = octets[at / 2];
  return at % 2 == 0 ? static_cast<std::uint8_t>(octet >> 4) : static_cast<std::uint8_t>(octet & 0x0F);
}
bool agree(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::uint32_t halves) noexcept {
  for (std::uint32_t at = 0; at < halves; ++at)
    if (half_of(a, at) != half_of(b, at)) return false;
  return true;
}

ItemEntry entry_of(const Item& item) {
  ItemEntry entry{item.kind, std::string(item.oid), item.target, {}, item.is_present, item.is_asleep, item.stamp, item.time_created,
                  item.values, item.digest, item.key};
  if (!item.data.empty()) entry.data = digest_of(item.data);
  return entry;
}

/// They come in another order than that of their keys.
void keep_first(std::vector<ItemEntry>& items, std::size_t count) {
  std::ranges::nth_element(items, items.begin() + static_cast<std::ptrdiff_t>(count), {}, &ItemEntry::key);
  items.resize(count);
}

/// Objects of the replica only: phantoms and subordinate references are names of what is elsewhere.
bool is_member(const ObjectView& object, Dnt nc) noexcept { return object.nc() == nc && !is_phantom(object) && !is_subref(object); }

Result<void> expand_objects(const Snapshot& snapshot, ItemReader& reader, Dnt nc, const NodeAddress& node, std::size_t list_max, Expansion& to) {
  std::optional<Error> error;
  const auto scan = snapshot.by_guid(node.guid(), [&](const Dnt& dnt) {
    const auto object = snapshot.find(dnt);
    if (!object) error = object.error();
    if (error || !*object) return !error;
    const auto guid = (*object)->guid();
    if (!node.holds(guid)) return false;
    if (!is_member(**object, nc)) return true;
    const auto digest = reader.sum(**object);
    if (!digest) {
      error = digest.error();
      return false;
    }
    ++to.count;
    to.total += *digest;
    to.children[half_of(guid.value.octets, node.depth)] += *digest;
    if (to.objects.size() < list_max) to.objects.push_back({guid, *digest, (*object)->stamp(attid::kWhenCreated), is_deleted(**object)});
    return true;
  });
  if (error) return std::unexpected(std::move(*error));
  return scan;
}

Result<void> expand_items(const Snapshot& snapshot, ItemReader& reader, Dnt nc, const NodeAddress& node, std::size_t list_max, Expansion& to) {
  const auto dnt = snapshot.find_guid(node.guid());
  if (!dnt) return std::unexpected(dnt.error());
  const auto object = snapshot.find(*dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object || !is_member(**object, nc)) return {};
  auto read = reader.each(**object, true, [&](const Item& item) {
    if (!node.holds_key(item.key)) return true;
    ++to.count;
    to.total += item.digest;
    if (node.depth < kItemDepth) to.children[half_of(item.key, node.depth - kObjectDepth)] += item.digest;
    if (list_max == 0) return true;
    to.items.push_back(entry_of(item));
    if (to.items.size() >= 2 * list_max) keep_first(to.items, list_max);
    return true;
  });
  if (to.items.size() > list_max) keep_first(to.items, list_max);
  std::ranges::sort(to.items, {}, &ItemEntry::key);
  return read;
}

}  // namespace

bool NodeAddress::is_valid() const noexcept {
  if (depth > kItemDepth) return false;
  for (std::uint32_t at = depth; at < kItemDepth; ++at)
    if (half(at) != 0) return false;
  return true;
}
std::uint8_t NodeAddress::half(std::uint32_t at) const noexcept { return half_of(octets, at); }

NodeAddress NodeAddress::child(std::uint8_t half) const noexcept {
  auto made = *this;
  auto& octet = made.octets[depth / 2];
  octet = static_cast<std::uint8_t>(octet | (depth % 2 == 0 ? half << 4 : half));
  ++made.depth;
  return made;
}

ObjectGuid NodeAddress::guid() const noexcept {
  ObjectGuid guid;
  std::copy_n(octets.begin(), 16, guid.value.octets.begin());
  return guid;
}

bool NodeAddress::holds(const ObjectGuid& guid) const noexcept { return agree(octets, guid.value.octets, std::min(depth, kObjectDepth)); }

bool NodeAddress::holds_key(const std::array<std::uint8_t, 16>& key) const noexcept {
  return agree(std::span(octets).subspan(16), key, depth - kObjectDepth);
}

NodeAddress node_of(const ObjectGuid& guid) noexcept {
  NodeAddress node;
  std::ranges::copy(guid.value.octets, node.octets.begin());
  node.depth = kObjectDepth;
  return node;
}

Result<Expansion> expand(const Context& context, const Snapshot& snapshot, Dnt nc, const DigestScope& scope, const NodeAddress& node,
                         std::size_t list_max) {
  Expansion expansion;
  ItemReader reader(context, snapshot, scope);
  auto done = node.is_below_object() ? expand_items(snapshot, reader, nc, node, list_max, expansion)
                                     : expand_objects(snapshot, reader, nc, node, list_max, expansion);
  if (!done) return std::unexpected(std::move(done.error()));
  return expansion;
}

Result<Digest> replica_digest(const Context& context, const Snapshot& snapshot, Dnt nc, const DigestScope& scope) {
  const auto expansion = expand(context, snapshot, nc, scope, {}, 0);
  if (!expansion) return std::unexpected(expansion.error());
  return expansion->total;
}

}  // namespace tributary::repl
