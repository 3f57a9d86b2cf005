// SPDX-License-Identifier: Apache-2.0
// The two containers of wire types: Seq (an array behind a count) and Unique (a pointer that may be null).
// Both are values: a copy is deep and owned. Both can also borrow, from the message or from an Arena, so that decoding
// GetNCChanges allocates nothing per attribute; a borrowed one must not outlive what it borrows from, and is read-only.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <ranges>
#include <span>
#include <utility>

#include "base/assert.hpp"

namespace tributary::ndr {

/// A sequence of T. NDR tells a null array from an empty one behind a pointer; is_present() keeps that difference,
/// and equality ignores it.
template <class T>
class Seq {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  constexpr Seq() noexcept = default;
  constexpr Seq(std::initializer_list<T> items) { append(items.begin(), items.size()); }
  template <std::ranges::sized_range R>
    requires std::convertible_to<std::ranges::range_reference_t<R>, T> && (!std::same_as<std::remove_cvref_t<R>, Seq>)
  constexpr explicit Seq(R&& items) {
    reserve(std::ranges::size(items));
    for (auto&& item : items) push_back(item);
  }
  constexpr Seq(const Seq& other) {
    append(other.data(), other.size());
    if (other.is_present() && other.empty()) mark_present();
  }
  constexpr Seq(Seq&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
  constexpr Seq& operator=(Seq other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  constexpr ~Seq() { release(); }

  /// Borrows: the elements are not copied and not destroyed.
  [[nodiscard]] static constexpr Seq view(std::span<const T> items) noexcept {
    Seq seq;
    seq.data_ = items.empty() ? present_marker() : const_cast<T*>(items.data());
    seq.size_ = static_cast<std::uint32_t>(items.size());
    seq.capacity_ = kBorrowed;
    return seq;
  }

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// False only for a sequence that was never given anything: on the wire, a null pointer.
  [[nodiscard]] constexpr bool is_present() const noexcept { return data_ != nullptr; }
  /// Makes an empty sequence travel as a non-null pointer to no elements.
  constexpr void mark_present() noexcept {
    if (data_ == nullptr) *this = view({});
  }
  [[nodiscard]] constexpr bool is_borrowed() const noexcept { return capacity_ == kBorrowed; }

  [[nodiscard]] constexpr T* data() noexcept { return data_; }
  [[nodiscard]] constexpr const T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr T* begin() noexcept { return data_; }
  [[nodiscard]] constexpr T* end() noexcept { return data_ + size_; }
  [[nodiscard]] constexpr const T* begin() const noexcept { return data_; }
  [[nodiscard]] constexpr const T* end() const noexcept { return data_ + size_; }
  [[nodiscard]] constexpr T& operator[](std::size_t i) { return at(i); }
  [[nodiscard]] constexpr const T& operator[](std::size_t i) const { return const_cast<Seq*>(this)->at(i); }
  [[nodiscard]] constexpr T& back() { return at(size_ - 1); }
  [[nodiscard]] constexpr const T& back() const { return const_cast<Seq*>(this)->at(size_ - 1); }
  [[nodiscard]] constexpr const T& front() const { return const_cast<Seq*>(this)->at(0); }
  [[nodiscard]] constexpr std::span<const T> span() const noexcept { return {data_, size_}; }

  constexpr void push_back(T item) { emplace_back(std::move(item)); }
  template <class... A>
  constexpr T& emplace_back(A&&... args) {
    grow_to(std::size_t{size_} + 1);
    T* const at = std::construct_at(data_ + size_, std::forward<A>(args)...);
    ++size_;
    return *at;
  }
  constexpr void reserve(std::size_t capacity) {
    if (capacity > capacity_or_zero()) reallocate(capacity);
  }
  constexpr void resize(std::size_t size) {
    if (size > size_) reserve(size);
    own();
    while (size_ > size) std::destroy_at(data_ + --size_);
    while (size_ < size) std::construct_at(data_ + size_++);
  }
  constexpr void clear() noexcept { *this = Seq(); }

  friend constexpr bool operator==(const Seq& a, const Seq& b)
    requires std::equality_comparable<T>
  {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  static constexpr std::uint32_t kBorrowed = std::numeric_limits<std::uint32_t>::max();

  static T* present_marker() noexcept {
    alignas(T) static std::byte nothing[sizeof(T)];
    return reinterpret_cast<T*>(nothing);
  }
  constexpr T& at(std::size_t i) {
    TRIBUTARY_ASSERT(i < size_);
    return data_[i];
  }
  [[nodiscard]] constexpr std::size_t capacity_or_zero() const noexcept { return is_borrowed() ? 0 : capacity_; }
  constexpr void own() {
    if (is_borrowed()) reallocate(size_);
  }
  constexpr void append(const T* items, std::size_t count) {
    reserve(size_ + count);
    for (std::size_t i = 0; i < count; ++i) std::construct_at(data_ + size_++, items[i]);
  }
  constexpr void grow_to(std::size_t size) {
    if (size > capacity_or_zero()) reallocate(std::max(size, 2 * capacity_or_zero()));
  }
  constexpr void reallocate(std::size_t capacity) {
    TRIBUTARY_ASSERT(capacity < kBorrowed);
    const std::size_t kept = std::max<std::size_t>(capacity, size_);
    T* const moved = kept == 0 ? nullptr : std::allocator<T>().allocate(kept);
    for (std::size_t i = 0; i < size_; ++i) {
      if (is_borrowed())
        std::construct_at(moved + i, std::as_const(data_[i]));
      else
        std::construct_at(moved + i, std::move(data_[i]));
    }
    const auto size = size_;
    release();
    data_ = moved;
    size_ = size;
    capacity_ = static_cast<std::uint32_t>(kept);
  }
  constexpr void release() noexcept {
    if (!is_borrowed() && data_ != nullptr) {
      std::destroy_n(data_, size_);
      std::allocator<T>().deallocate(data_, capacity_);
    }
    data_ = nullptr;
    size_ = 0;
    capacity_ = 0;
  }

  T* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;  // kBorrowed: somebody else owns data_
};

/// A pointer to one T that may be null: [unique] and [ptr] of the IDL.
template <class T>
class Unique {
 public:
  using value_type = T;

  constexpr Unique() noexcept = default;
  constexpr Unique(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): `x.pNC = nullptr` reads as the IDL does
  constexpr Unique(T value) : object_(new T(std::move(value))), owned_(true) {}  // NOLINT(google-explicit-constructor)
  constexpr Unique(const Unique& other) : object_(other ? new T(*other) : nullptr), owned_(true) {}
  constexpr Unique(Unique&& other) noexcept : object_(std::exchange(other.object_, nullptr)), owned_(other.owned_) {}
  constexpr Unique& operator=(Unique other) noexcept {
    std::swap(object_, other.object_);
    std::swap(owned_, other.owned_);
    return *this;
  }
  constexpr ~Unique() {
    if (owned_) delete object_;
  }

  /// Borrows.
  [[nodiscard]] static constexpr Unique view(const T* object) noexcept {
    Unique unique;
    unique.object_ = const_cast<T*>(object);
    unique.owned_ = false;
    return unique;
  }

  constexpr T& emplace() {
    *this = Unique(T());
    return *object_;
  }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return object_ != nullptr; }
  [[nodiscard]] constexpr T* get() noexcept { return object_; }
  [[nodiscard]] constexpr const T* get() const noexcept { return object_; }
  [[nodiscard]] constexpr T& operator*() { return deref(); }
  [[nodiscard]] constexpr const T& operator*() const { return const_cast<Unique*>(this)->deref(); }
  [[nodiscard]] constexpr T* operator->() { return &deref(); }
  [[nodiscard]] constexpr const T* operator->() const { return &const_cast<Unique*>(this)->deref(); }

  friend constexpr bool operator==(const Unique& a, const Unique& b) {
    return a.object_ == nullptr || b.object_ == nullptr ? a.object_ == b.object_ : *a == *b;
  }

 private:
  constexpr T& deref() {
    TRIBUTARY_ASSERT(object_ != nullptr);
    return *object_;
  }
  T* object_ = nullptr;
  bool owned_ = true;
};

}  // namespace tributary::ndr
