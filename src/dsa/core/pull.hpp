// SPDX-License-Identifier: Apache-2.0
// One replication cycle over a bound handle ([MS-DRSR] 4.1.10): the pages that ReplicationCycle asks for are fetched, and while one is
// applied the next is under way: where it begins is known from the reply. Whether that guess was right is decided by octets: the request
// that the cycle wants after the page must be the one that was sent. Blocks. Must never know who asked for the cycle.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "client/client.hpp"
#include "dsa/core/turn.hpp"
#include "repl/destination/replication_cycle.hpp"

namespace tributary::dsa {

struct PullTerms {
  store::DirectoryStore& store;
  TurnLock& turn;                             ///< held while a page is applied
  std::function<repl::Context()> context;     ///< of the moment
  std::chrono::milliseconds page_timeout{0};
  std::function<bool()> cancelled;            ///< asked while a page is waited for: true ends the wait
  /// After each page that was applied; false: the cycle gives way. Called without the turn.
  std::function<bool(const repl::ReplicationCycle&, const repl::CycleStep&)> page_applied;
};

struct Pulled {
  repl::CycleStep step;
  bool gave_way = false;
  std::uint64_t octets = 0;  ///< of replies, as they travelled
  /// The very first request failed on the connection and nothing was done: with another connection it may be tried again.
  bool is_untouched = false;
};

/// `first`: what cycle.begin() gave.
[[nodiscard]] Pulled pull(repl::ReplicationCycle& cycle, repl::CycleStep first, const std::shared_ptr<client::DrsHandle>& handle, const PullTerms& terms);

}  // namespace tributary::dsa
