// SPDX-License-Identifier: Apache-2.0
// One ordered map of octets that shares what did not change with its copies: a B+tree whose nodes and entries are counted, and copied
// before they are changed unless the same transaction made them. A copy of a Tree costs one count; that is what a snapshot is.
// Threads: copies may be used and dropped in different threads; one Tree object belongs to one. Knows no store.
#pragma once

#include <array>
#include <optional>
#include <utility>

#include "base/bytes.hpp"

namespace tributary::store::memory {

struct Node;
struct Entry;

class Tree {
 public:
  Tree() noexcept = default;
  Tree(const Tree& other) noexcept;
  Tree(Tree&& other) noexcept : root_(std::exchange(other.root_, nullptr)), octets_(std::exchange(other.octets_, 0)) {}
  Tree& operator=(Tree other) noexcept;
  ~Tree();

  [[nodiscard]] std::optional<ByteView> get(ByteView key) const noexcept;
  /// `owner` names the transaction: nodes that it made are changed in place. Never 0, and never that of an earlier one.
  void put(ByteView key, ByteView value, std::uint64_t owner);
  bool del(ByteView key, std::uint64_t owner);
  /// Of all keys and values together.
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

 private:
  friend class TreeCursor;
  Node* root_ = nullptr;
  std::size_t octets_ = 0;
};

/// Valid until its tree changes or ends.
class TreeCursor {
 public:
  explicit TreeCursor(const Tree& tree) noexcept : tree_(&tree) {}
  bool seek(ByteView key) noexcept;
  bool next() noexcept;
  [[nodiscard]] ByteView key() const noexcept;
  [[nodiscard]] ByteView value() const noexcept;

 private:
  /// With 16 entries in a half-full node and nothing ever merged this is far beyond what memory can hold.
  static constexpr int kDepthMax = 24;
  struct Step {
    const Node* node;
    unsigned index;
  };
  bool forward() noexcept;

  const Tree* tree_;
  std::array<Step, kDepthMax> path_{};
  int depth_ = 0;
};

}  // namespace tributary::store::memory
