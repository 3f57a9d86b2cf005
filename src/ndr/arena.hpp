// SPDX-License-Identifier: Apache-2.0
// Memory for one decoded message: allocations are pointer bumps, everything is released at once.
// Used on the hot path (GetNCChanges), where a message holds hundreds of thousands of small arrays. Knows nothing of NDR.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>
#include <type_traits>

namespace tributary::ndr {

/// Not thread-safe; outlives every Seq and Unique that was decoded into it.
class Arena {
 public:
  explicit Arena(std::size_t first_block_octets = 64 * 1024) : memory_(first_block_octets) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { run_finalizers(); }

  /// `count` value-initialised objects, destroyed with the arena.
  template <class T>
  [[nodiscard]] T* make_array(std::size_t count) {
    T* const first = static_cast<T*>(memory_.allocate(sizeof(T) * (count == 0 ? 1 : count), alignof(T)));
    for (std::size_t i = 0; i < count; ++i) ::new (static_cast<void*>(first + i)) T();
    if constexpr (!std::is_trivially_destructible_v<T>) {
      auto* const at = static_cast<Finalizer*>(memory_.allocate(sizeof(Finalizer), alignof(Finalizer)));
      finalizers_ = ::new (static_cast<void*>(at)) Finalizer{finalizers_, first, count, [](void* objects, std::size_t n) noexcept {
                                                              std::destroy_n(static_cast<T*>(objects), n);
                                                            }};
    }
    return first;
  }

  /// Ends the life of everything in the arena and keeps it usable.
  void release() {
    run_finalizers();
    memory_.release();
  }

 private:
  struct Finalizer {
    Finalizer* next;
    void* objects;
    std::size_t count;
    void (*destroy)(void*, std::size_t) noexcept;
  };
  void run_finalizers() noexcept {
    for (; finalizers_ != nullptr; finalizers_ = finalizers_->next) finalizers_->destroy(finalizers_->objects, finalizers_->count);
  }

  std::pmr::monotonic_buffer_resource memory_;
  Finalizer* finalizers_ = nullptr;
};

}  // namespace tributary::ndr
