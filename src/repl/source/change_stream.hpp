// SPDX-License-Identifier: Apache-2.0
// The changes of an NC in the order of their local USNs: objects and link values merged, read from the store's two indexes in pieces, so
// that memory does not grow with what there is. For paging ([MS-DRSR] 4.1.10.5.7). Must never look at an object.
#pragma once

#include <vector>

#include "store/directory_store.hpp"

namespace tributary::repl {

class ChangeStream {
 public:
  /// All changes at one USN. Views live until the next call of next().
  struct Group {
    Usn usn;
    std::span<const store::ObjectChange> objects;
    std::span<const store::LinkChange> links;
  };

  ChangeStream(const store::Snapshot& snapshot, store::Dnt nc, Usn after) : snapshot_(snapshot), nc_(nc), objects_{after}, links_{after} {}

  /// Roots of NCs below: they have changes of their own NC but stand in this one too (subRefs, 4.1.10.5.3). Before the first next().
  void add_extra(std::vector<store::ObjectChange> extra);

  /// Nothing at the end.
  [[nodiscard]] Result<std::optional<Group>> next();

 private:
  template <class Change>
  struct Side {
    Usn after;                   ///< read up to here
    std::vector<Change> piece{};
    std::size_t at = 0;
    bool ended = false;
    [[nodiscard]] bool empty() const noexcept { return at == piece.size(); }
  };
  [[nodiscard]] Result<void> refill_objects();
  [[nodiscard]] Result<void> refill_links();

  const store::Snapshot& snapshot_;
  store::Dnt nc_;
  Side<store::ObjectChange> objects_;
  Side<store::LinkChange> links_;
  std::vector<store::ObjectChange> extra_;  // ascending; taken from the back once they are merged into a piece
};

}  // namespace tributary::repl
