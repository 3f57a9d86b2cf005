// SPDX-License-Identifier: Apache-2.0
// See tree.hpp. Nodes split in the middle, or at the end when keys ascend; a node goes when its last entry does, and is never merged:
// the tables of a directory shrink rarely, and a simulator's are small.
#include "store/memory/tree.hpp"

#include <algorithm>
#include <atomic>
#include <new>

#include "base/assert.hpp"

namespace tributary::store::memory {

constexpr unsigned kFanout = 32;

/// A key with its value, in one piece of memory; in inner nodes the least key of what is below, without a value.
struct Entry {
  std::atomic<std::uint32_t> count{1};
  std::uint32_t key_size = 0;
  std::size_t value_size = 0;

  [[nodiscard]] std::uint8_t* octets() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }
  [[nodiscard]] const std::uint8_t* octets() const noexcept { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  [[nodiscard]] ByteView key() const noexcept { return {octets(), key_size}; }
  [[nodiscard]] ByteView value() const noexcept { return {octets() + key_size, value_size}; }
};

struct Node {
  std::atomic<std::uint32_t> count{1};
  bool leaf = true;
  unsigned size = 0;
  std::uint64_t owner = 0;
  std::array<Entry*, kFanout> entries{};   // of an inner node the first is null: below every key
  std::array<Node*, kFanout> children{};  // of a leaf all are null
};

namespace {

struct Sibling {
  Entry* least = nullptr;
  Node* node = nullptr;
};

Entry* make_entry(ByteView key, ByteView value) {
  void* memory = ::operator new(sizeof(Entry) + key.size() + value.size());
  auto* entry = new (memory) Entry;
  entry->key_size = static_cast<std::uint32_t>(key.size());
  entry->value_size = value.size();
  std::copy(key.begin(), key.end(), entry->octets());
  std::copy(value.begin(), value.end(), entry->octets() + key.size());
  return entry;
}

template <class T>
T* retain(T* thing) noexcept {
  if (thing != nullptr) thing->count.fetch_add(1, std::memory_order_relaxed);
  return thing;
}

void release(Entry* entry) noexcept {
  if (entry == nullptr || entry->count.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  entry->~Entry();
  ::operator delete(entry);
}

void release(Node* node) noexcept {  // recursive, as deep as the tree
  if (node == nullptr || node->count.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  for (unsigned i = 0; i < node->size; ++i) {
    release(node->entries[i]);
    release(node->children[i]);
  }
  delete node;
}

Node* make_node(bool leaf, std::uint64_t owner) {
  auto* node = new Node;
  node->leaf = leaf;
  node->owner = owner;
  return node;
}

/// Makes `slot` a node that this transaction may change.
void own(Node*& slot, std::uint64_t owner) {
  if (slot->owner == owner) return;
  Node* copy = make_node(slot->leaf, owner);
  copy->size = slot->size;
  for (unsigned i = 0; i < slot->size; ++i) {
    copy->entries[i] = retain(slot->entries[i]);
    copy->children[i] = retain(slot->children[i]);
  }
  release(slot);
  slot = copy;
}

int compare(ByteView a, ByteView b) noexcept {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

/// The first entry from `low` on that is not below the key.
unsigned lower_bound(const Node& node, ByteView key, unsigned low) noexcept {
  unsigned high = node.size;
  while (low < high) {
    const unsigned middle = (low + high) / 2;
    if (compare(node.entries[middle]->key(), key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool is_at(const Node& leaf, unsigned index, ByteView key) noexcept {
  return index < leaf.size && compare(leaf.entries[index]->key(), key) == 0;
}

/// The child under which the key belongs.
unsigned child_of(const Node& inner, ByteView key) noexcept {
  const unsigned at = lower_bound(inner, key, 1);
  return at < inner.size && compare(inner.entries[at]->key(), key) == 0 ? at : at - 1;
}

void insert_at(Node& node, unsigned index, Entry* entry, Node* child) noexcept {
  for (unsigned i = node.size; i > index; --i) {
    node.entries[i] = node.entries[i - 1];
    node.children[i] = node.children[i - 1];
  }
  node.entries[index] = entry;
  node.children[index] = child;
  ++node.size;
}

/// Adds to a node, which is split when it is full. The new one on the right stands for itself with the least key below it.
Sibling add(Node& node, unsigned index, Entry* entry, Node* child, std::uint64_t owner) {
  if (node.size < kFanout) {
    insert_at(node, index, entry, child);
    return {};
  }
  Node* right = make_node(node.leaf, owner);
  const unsigned keep = index == node.size ? node.size : node.size / 2;
  for (unsigned i = keep; i < node.size; ++i) {
    right->entries[i - keep] = std::exchange(node.entries[i], nullptr);
    right->children[i - keep] = std::exchange(node.children[i], nullptr);
  }
  right->size = node.size - keep;
  node.size = keep;
  if (index > keep || right->size == 0) {
    insert_at(*right, index - keep, entry, child);
  } else {
    insert_at(node, index, entry, child);
  }
  if (node.leaf) return {make_entry(right->entries[0]->key(), {}), right};
  return {std::exchange(right->entries[0], nullptr), right};
}

/// Takes over `entry`. `before` becomes the octets of what it replaced.
Sibling put_below(Node*& slot, ByteView key, Entry* entry, std::uint64_t owner, std::size_t& before) {
  own(slot, owner);
  Node& node = *slot;
  if (node.leaf) {
    const unsigned at = lower_bound(node, key, 0);
    if (!is_at(node, at, key)) return add(node, at, entry, nullptr, owner);
    before = node.entries[at]->key_size + node.entries[at]->value_size;
    release(std::exchange(node.entries[at], entry));
    return {};
  }
  const unsigned at = child_of(node, key);
  const Sibling sibling = put_below(node.children[at], key, entry, owner, before);
  if (sibling.node == nullptr) return {};
  return add(node, at + 1, sibling.least, sibling.node, owner);
}

/// The key is there. Gives the octets that went; an empty node is the caller's to drop.
std::size_t del_below(Node*& slot, ByteView key, std::uint64_t owner) {
  own(slot, owner);
  Node& node = *slot;
  const unsigned at = node.leaf ? lower_bound(node, key, 0) : child_of(node, key);
  std::size_t gone = 0;
  if (node.leaf) {
    gone = node.entries[at]->key_size + node.entries[at]->value_size;
  } else {
    gone = del_below(node.children[at], key, owner);
    if (node.children[at]->size > 0) return gone;
    release(node.children[at]);
  }
  release(node.entries[at]);
  for (unsigned i = at; i + 1 < node.size; ++i) {
    node.entries[i] = node.entries[i + 1];
    node.children[i] = node.children[i + 1];
  }
  --node.size;
  node.entries[node.size] = nullptr;
  node.children[node.size] = nullptr;
  if (!node.leaf && at == 0 && node.size > 0) release(std::exchange(node.entries[0], nullptr));
  return gone;
}

}  // namespace

Tree::Tree(const Tree& other) noexcept : root_(retain(other.root_)), octets_(other.octets_) {}

Tree& Tree::operator=(Tree other) noexcept {
  std::swap(root_, other.root_);
  std::swap(octets_, other.octets_);
  return *this;
}

Tree::~Tree() { release(root_); }

std::optional<ByteView> Tree::get(ByteView key) const noexcept {
  const Node* node = root_;
  while (node != nullptr && !node->leaf) node = node->children[child_of(*node, key)];
  if (node == nullptr) return std::nullopt;
  const unsigned at = lower_bound(*node, key, 0);
  if (!is_at(*node, at, key)) return std::nullopt;
  return node->entries[at]->value();
}

void Tree::put(ByteView key, ByteView value, std::uint64_t owner) {
  if (root_ == nullptr) root_ = make_node(true, owner);
  std::size_t before = 0;
  const Sibling sibling = put_below(root_, key, make_entry(key, value), owner, before);
  octets_ += key.size() + value.size() - before;
  if (sibling.node == nullptr) return;
  Node* root = make_node(false, owner);
  root->size = 2;
  root->children[0] = root_;
  root->entries[1] = sibling.least;
  root->children[1] = sibling.node;
  root_ = root;
}

bool Tree::del(ByteView key, std::uint64_t owner) {
  if (!get(key)) return false;
  octets_ -= del_below(root_, key, owner);
  if (root_->size == 0) release(std::exchange(root_, nullptr));
  while (root_ != nullptr && !root_->leaf && root_->size == 1) {
    Node* child = retain(root_->children[0]);
    release(std::exchange(root_, child));
  }
  return true;
}

bool TreeCursor::seek(ByteView key) noexcept {
  depth_ = 0;
  const Node* node = tree_->root_;
  if (node == nullptr) return false;
  for (; !node->leaf; node = path_[depth_ - 1].node->children[path_[depth_ - 1].index]) {
    TRIBUTARY_ASSERT(depth_ + 1 < kDepthMax);
    path_[depth_++] = {node, child_of(*node, key)};
  }
  path_[depth_++] = {node, lower_bound(*node, key, 0)};
  return forward();
}

bool TreeCursor::next() noexcept {
  if (depth_ == 0) return false;
  ++path_[depth_ - 1].index;
  return forward();
}

/// When the index is beyond its node: up to where there is a next one, and down to the first leaf below.
bool TreeCursor::forward() noexcept {
  while (depth_ > 0 && path_[depth_ - 1].index >= path_[depth_ - 1].node->size) {
    if (--depth_ > 0) ++path_[depth_ - 1].index;
  }
  if (depth_ == 0) return false;
  while (!path_[depth_ - 1].node->leaf) {
    TRIBUTARY_ASSERT(depth_ < kDepthMax);
    path_[depth_] = {path_[depth_ - 1].node->children[path_[depth_ - 1].index], 0};
    ++depth_;
  }
  return true;
}

ByteView TreeCursor::key() const noexcept { return path_[depth_ - 1].node->entries[path_[depth_ - 1].index]->key(); }
ByteView TreeCursor::value() const noexcept { return path_[depth_ - 1].node->entries[path_[depth_ - 1].index]->value(); }

}  // namespace tributary::store::memory
