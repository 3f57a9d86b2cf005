// SPDX-License-Identifier: Apache-2.0
// See control.hpp.
#include "dsa/core/control.hpp"

#include <algorithm>

#include "net/runtime.hpp"

namespace tributary::dsa {
namespace {

/// Longer sleeps are cut: the wall clock may have jumped, and schedules follow it.
constexpr MonoTime kSleepMax = std::chrono::minutes(1);

}  // namespace

Control::Control(std::function<void(repl::Action)> act) : act_(std::move(act)) {}

void Control::begin() { thread_ = std::thread([this] { run(); }); }

void Control::stop() {
  {
    const std::lock_guard guard(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Control::push(Told told) {
  {
    const std::lock_guard guard(mutex_);
    if (!is_stopping_) {
      inbox_.push_back(std::move(told));
      changed_.notify_one();
      return;
    }
  }
  if (told.done != nullptr) told.done->set_value();
}

void Control::tell(repl::Event event) { push({std::move(event), nullptr}); }

void Control::tell_and_wait(repl::Event event) {
  std::promise<void> done;
  auto handled = done.get_future();
  push({std::move(event), &done});
  handled.wait();
}

void Control::run() {
  std::unique_lock guard(mutex_);
  while (true) {
    const auto now = net::monotonic_now();
    const bool is_due = wake_ && *wake_ <= now;
    if (inbox_.empty() && !is_due) {
      if (is_stopping_) return;
      const auto sleep = wake_ ? std::min(*wake_ - now, kSleepMax) : kSleepMax;
      changed_.wait_for(guard, sleep);
      continue;
    }
    Told told{repl::Tick{}, nullptr};
    if (!inbox_.empty()) {
      told = std::move(inbox_.front());
      inbox_.pop_front();
    } else {
      wake_.reset();
    }
    guard.unlock();
    repl::Actions actions;
    {
      const std::lock_guard scheduling(scheduler_mutex_);
      actions = scheduler_.handle(told.event, {net::monotonic_now(), net::wall_now()});
    }
    std::optional<repl::WakeAt> wake;
    for (auto& action : actions) {
      if (const auto* at = std::get_if<repl::WakeAt>(&action))
        wake = *at;
      else
        act_(std::move(action));
    }
    if (told.done != nullptr) told.done->set_value();
    guard.lock();
    if (wake) wake_ = wake->time;
  }
}

service::Dsa::Pending Control::pending_operations() {
  const std::lock_guard guard(scheduler_mutex_);
  const auto& queue = scheduler_.queue();
  return {queue.operations({net::monotonic_now(), net::wall_now()}), queue.current_operation_started()};
}

std::string Control::nc_dn_of(repl::OperationId id) {
  const std::lock_guard guard(scheduler_mutex_);
  const auto* operation = scheduler_.queue().find_running(id);
  return operation != nullptr ? operation->nc_dn : std::string();
}

Control::Figures Control::figures() {
  const std::lock_guard guard(scheduler_mutex_);
  return {scheduler_.queue().pending_count(), scheduler_.queue().running_count(), scheduler_.notifications_owed(), scheduler_.initial_syncs_missing()};
}

}  // namespace tributary::dsa
