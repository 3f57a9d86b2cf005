// SPDX-License-Identifier: Apache-2.0
// Updates that share a transaction: what waits when the turn to write comes is run one after the other and made durable by one commit, so that
// the disk is waited for once ([MS-ADTS] 3.1.1.5.1.4: each update still is a transaction of its own to its client). One thread. A work that
// fails without having written costs the others nothing; one that fails after it has written, and a commit that fails, make the others run
// again without it: works are rerunnable by contract (service/dsa.hpp). Must never know what an update is about.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "dsa/core/turn.hpp"
#include "service/dsa.hpp"
#include "store/directory_store.hpp"

namespace tributary::dsa {

class GroupCommit {
 public:
  using Update = service::Dsa::Update;
  using Done = std::move_only_function<void(Result<repl::Updates>)>;
  struct Host {
    store::DirectoryStore& store;
    TurnLock& turn;
    std::function<repl::Context()> context;
    /// Called once for a batch with all that its works wrote, before anybody is told that it is durable; not while the turn is held.
    std::function<void(const repl::Updates&, std::size_t works)> committed;
  };
  explicit GroupCommit(Host host) : host_(std::move(host)) {}
  ~GroupCommit() { stop(); }
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// `done` is called exactly once, on this object's thread, or at once with kErrorDsDraShutdown after stop(). The thread comes with the first.
  void post(Update work, Done done);
  /// Waits for the batch under way; who still waits gets kErrorDsDraShutdown.
  void stop();

  struct Figures {
    std::uint64_t batches = 0, works = 0, reruns = 0;
  };
  [[nodiscard]] Figures figures() const;

  /// So many works share a transaction at most, and no more are begun after so long: others want their turn.
  static constexpr std::size_t kWorksMax = 256;
  static constexpr std::chrono::milliseconds kDurationMax{50};

 private:
  struct Work {
    Update work;
    Done done;
    Result<repl::Updates> result{};
  };
  /// Works of a batch by their places in `batch_`.
  using Places = std::vector<std::size_t>;

  void run();
  void run_batch();
  [[nodiscard]] Places run_works(store::WriteTransaction& tx, const Places& places, bool takes_more, bool& is_lost);
  [[nodiscard]] Result<void> commit(Places& succeeded);
  [[nodiscard]] Places carry_out();
  bool take_one();
  void finish(const Places& committed);

  Host host_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::deque<Work> batch_;  ///< of the thread alone
  Figures figures_;
  std::thread thread_;
  bool is_stopping_ = false;
};

}  // namespace tributary::dsa
