// SPDX-License-Identifier: Apache-2.0
// The thread of the replication scheduler: events in, in the order in which they were told; actions out, carried out by `act` on this
// thread, which therefore must not block. Owns the Scheduler and its timer. Must never know what an action does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "repl/queue/scheduler.hpp"
#include "service/dsa.hpp"

namespace tributary::dsa {

class Control {
 public:
  explicit Control(std::function<void(repl::Action)> act);
  ~Control() { stop(); }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  void begin();
  /// What was told is handled, then the thread ends. Events told later are dropped.
  void stop();

  void tell(repl::Event event);
  /// Returns when the actions that follow from it were carried out. Not from this thread.
  void tell_and_wait(repl::Event event);

  [[nodiscard]] service::Dsa::Pending pending_operations();
  /// The DN under which a running operation knows its NC; empty when it does not run.
  [[nodiscard]] std::string nc_dn_of(repl::OperationId id);
  struct Figures {
    std::size_t pending = 0, running = 0, notifications_owed = 0, initial_syncs_missing = 0;
  };
  [[nodiscard]] Figures figures();

 private:
  struct Told {
    repl::Event event;
    std::promise<void>* done = nullptr;
  };
  void run();
  void push(Told told);

  std::function<void(repl::Action)> act_;
  std::mutex scheduler_mutex_;
  repl::Scheduler scheduler_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Told> inbox_;
  std::optional<MonoTime> wake_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace tributary::dsa
