// SPDX-License-Identifier: Apache-2.0
// See worker_pool.hpp.
#include "service/drs/worker_pool.hpp"

#include <algorithm>

namespace tributary::service {

WorkerPool::WorkerPool(Limits limits) : limits_(limits) {
  limits_.threads = std::max<std::size_t>(limits_.threads, 1);
  const std::size_t fair = limits_.threads > 1 ? limits_.threads - 1 : 1;
  limits_.running_per_caller_max = std::clamp<std::size_t>(limits_.running_per_caller_max, 1, fair);
  threads_.reserve(limits_.threads);
  for (std::size_t i = 0; i < limits_.threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  std::map<std::string, Line> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (auto& [caller, line] : lines_) dropped[caller].waiting = std::exchange(line.waiting, {});
    queued_ = 0;
  }
  wake_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

bool WorkerPool::submit(const std::string& caller, Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queued_ >= limits_.queued_max) return false;
    lines_[caller].waiting.push_back(std::move(work));
    ++queued_;
  }
  wake_.notify_one();
  return true;
}

std::map<std::string, WorkerPool::Line>::iterator WorkerPool::next_line() {
  const auto may_run = [this](const auto& entry) {
    return !entry.second.waiting.empty() && entry.second.running < limits_.running_per_caller_max;
  };
  const auto after = lines_.upper_bound(last_);
  auto at = std::find_if(after, lines_.end(), may_run);
  if (at != lines_.end()) return at;
  at = std::find_if(lines_.begin(), after, may_run);
  return at == after ? lines_.end() : at;
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    auto line = lines_.end();
    wake_.wait(lock, [&] { return stopped_ || (line = next_line()) != lines_.end(); });
    if (stopped_) return;
    Work work = std::move(line->second.waiting.front());
    line->second.waiting.pop_front();
    ++line->second.running;
    --queued_;
    const std::string caller = last_ = line->first;
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    const auto own = lines_.find(caller);
    --own->second.running;
    if (own->second.running == 0 && own->second.waiting.empty()) lines_.erase(own);
    wake_.notify_one();  // the caller may have had to wait for this thread
  }
}

}  // namespace tributary::service
