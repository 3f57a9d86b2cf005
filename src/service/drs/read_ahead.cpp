// SPDX-License-Identifier: Apache-2.0
// See read_ahead.hpp.
#include "service/drs/read_ahead.hpp"

#include <atomic>
#include <utility>

namespace tributary::service {
namespace {

std::atomic<std::size_t> pages_held{0};

bool take_room() {
  auto held = pages_held.load();
  while (held < ReadAhead::kPagesMax)
    if (pages_held.compare_exchange_weak(held, held + 1)) return true;
  return false;
}

}  // namespace

ReadAhead::~ReadAhead() { forget(); }

void ReadAhead::forget() {
  if (std::exchange(has_room_, false)) --pages_held;
  request_.clear();
  page_.reset();
}

std::optional<ReadAhead::Page> ReadAhead::take(const Bytes& request) {
  std::unique_lock lock(mutex_);
  // Of another request: its builder keeps it and the next look forgets it.
  if (building_ && request_ != request) return std::nullopt;
  built_.wait(lock, [&] { return !building_; });
  std::optional<Page> page;
  if (request_ == request && std::chrono::steady_clock::now() - since_ < kAgeMax) page = std::move(page_);
  forget();
  return page;
}

void ReadAhead::prepare(Bytes request, const std::function<std::optional<Page>()>& build) {
  {
    const std::lock_guard lock(mutex_);
    if (building_) return;
    forget();
    if (!take_room()) return;
    has_room_ = building_ = true;
    request_ = std::move(request);
    since_ = std::chrono::steady_clock::now();
  }
  std::optional<Page> page;
  try {
    page = build();
  } catch (...) {  // the client asks for it again, and is told then
    page.reset();
  }
  const std::lock_guard lock(mutex_);
  building_ = false;
  if (page)
    page_ = std::move(page);
  else
    forget();
  built_.notify_all();
}

}  // namespace tributary::service
