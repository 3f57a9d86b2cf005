// SPDX-License-Identifier: Apache-2.0
// Opaque handles: numbers that are looked up, never pointers that are followed. A number is given out once in the life of the
// process, so a closed or foreign handle is recognised; what it stood for lives as long as somebody still uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "tributary/wintypes.h"

namespace tributary::ntdsapi {

/// Handles open at once. A process that holds so many has lost them; the next one is refused.
inline constexpr std::size_t kHandlesMax = 65'536;

/// Thread-safe.
template <class T>
class HandleTable {
 public:
  /// Null when kHandlesMax are open.
  [[nodiscard]] HANDLE open(std::shared_ptr<T> object) {
    const std::scoped_lock lock(mutex_);
    if (objects_.size() >= kHandlesMax) return nullptr;
    const std::uintptr_t number = next_;
    objects_.emplace(number, std::move(object));
    next_ += kStep;
    return reinterpret_cast<HANDLE>(number);
  }
  /// Null for what is not an open handle.
  [[nodiscard]] std::shared_ptr<T> find(HANDLE handle) const {
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uintptr_t>(handle));
    return found == objects_.end() ? nullptr : found->second;
  }
  /// Takes the handle away; null for what is not an open one. The caller's reference may be the last: it is dropped outside the lock.
  [[nodiscard]] std::shared_ptr<T> close(HANDLE handle) {
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uintptr_t>(handle));
    if (found == objects_.end()) return nullptr;
    auto object = std::move(found->second);
    objects_.erase(found);
    return object;
  }
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return objects_.size();
  }

 private:
  // No address of a program begins so on 64-bit machines: a handle that is followed faults at once, a pointer that is
  // passed as a handle is never found.
  static constexpr std::uintptr_t kFirst = sizeof(std::uintptr_t) == 8 ? static_cast<std::uintptr_t>(0x4453'0000'0000'0010u) : 0x10u;
  static constexpr std::uintptr_t kStep = 16;

  mutable std::mutex mutex_;
  std::unordered_map<std::uintptr_t, std::shared_ptr<T>> objects_;
  std::uintptr_t next_ = kFirst;
};

}  // namespace tributary::ntdsapi
