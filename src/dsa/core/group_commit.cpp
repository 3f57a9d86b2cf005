// SPDX-License-Identifier: Apache-2.0
// See group_commit.hpp.
#include "dsa/core/group_commit.hpp"

#include "base/win32.hpp"
#include "net/runtime.hpp"

namespace tributary::dsa {

void GroupCommit::post(Update work, Done done) {
  {
    const std::lock_guard guard(mutex_);
    if (!is_stopping_) {
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
      waiting_.push_back({std::move(work), std::move(done)});
      changed_.notify_one();
      return;
    }
  }
  done(fail(win32::kErrorDsDraShutdown, "this DSA is stopping"));
}

void GroupCommit::stop() {
  {
    const std::lock_guard guard(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

GroupCommit::Figures GroupCommit::figures() const {
  const std::lock_guard guard(mutex_);
  return figures_;
}

void GroupCommit::run() {
  for (;;) {
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [this] { return is_stopping_ || !waiting_.empty(); });
      if (is_stopping_) break;
    }
    run_batch();
  }
  std::deque<Work> left;
  {
    const std::lock_guard guard(mutex_);
    left.swap(waiting_);
  }
  for (auto& work : left) work.done(fail(win32::kErrorDsDraShutdown, "this DSA is stopping"));
}

/// The next that waits joins the batch.
bool GroupCommit::take_one() {
  const std::lock_guard guard(mutex_);
  if (waiting_.empty()) return false;
  batch_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
  return true;
}

/// Runs the works of `places` and, if asked, more of those that wait. `is_lost`: one has written before it failed, so that the transaction is
/// worth nothing. Gives those that succeeded.
GroupCommit::Places GroupCommit::run_works(store::WriteTransaction& tx, const Places& places, bool takes_more, bool& is_lost) {
  Places succeeded;
  const auto began = net::monotonic_now();
  is_lost = false;
  for (std::size_t i = 0; !is_lost; ++i) {
    std::size_t place = 0;
    if (i < places.size()) {
      place = places[i];
    } else {
      const bool has_room = batch_.size() < kWorksMax && net::monotonic_now() - began < kDurationMax;
      if (!takes_more || !has_room || !take_one()) break;
      place = batch_.size() - 1;
    }
    auto& work = batch_[place];
    const auto mark = tx.changes();
    work.result = work.work(host_.context(), tx);
    if (work.result && !tx.failure()) {
      succeeded.push_back(place);
      // What follows needs the schema that this one makes.
      if (work.result->schema_changed) break;
      continue;
    }
    if (work.result) work.result = std::unexpected(*tx.failure());
    is_lost = tx.failure() || tx.changes() != mark;
  }
  return succeeded;
}

/// Fills a batch and carries it out, however often works have to be run again: each time without one at least. Gives what is durable.
GroupCommit::Places GroupCommit::carry_out() {
  const std::lock_guard turn(host_.turn);
  Places todo, committed;
  bool takes_more = true;
  for (;;) {
    const auto tx = host_.store.write();
    bool is_lost = false;
    auto succeeded = run_works(*tx, todo, takes_more, is_lost);
    takes_more = false;
    if (is_lost) {
      const std::lock_guard guard(mutex_);
      figures_.reruns += succeeded.size();
      todo = std::move(succeeded);
      continue;
    }
    if (succeeded.empty()) return committed;
    const auto done = tx->commit();
    if (done) {
      committed.insert(committed.end(), succeeded.begin(), succeeded.end());
      return committed;
    }
    for (const auto place : succeeded) batch_[place].result = std::unexpected(done.error());
    if (succeeded.size() == 1) return committed;
    // Too much for one commit, perhaps: each on its own.
    for (const auto place : succeeded) {
      const auto alone = host_.store.write();
      bool fails = false;
      if (run_works(*alone, {place}, false, fails).empty() || fails) continue;
      if (auto written = alone->commit(); written) committed.push_back(place);
      else batch_[place].result = std::unexpected(written.error());
    }
    return committed;
  }
}

void GroupCommit::run_batch() {
  batch_.clear();
  const auto committed = carry_out();
  finish(committed);
}

void GroupCommit::finish(const Places& committed) {
  repl::Updates all;
  for (const auto place : committed) all.append(*batch_[place].result);
  if (!committed.empty()) host_.committed(all, committed.size());
  {
    const std::lock_guard guard(mutex_);
    ++figures_.batches;
    figures_.works += batch_.size();
  }
  for (auto& work : batch_) work.done(std::move(work.result));
  batch_.clear();
}

}  // namespace tributary::dsa
