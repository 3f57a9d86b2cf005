// SPDX-License-Identifier: Apache-2.0
// From a wire type to the C structure of ntdsapi.h with the same members: one more walker over describe(). The members of the C
// structures are those of [MS-DRSR] in IDL order, so natural alignment gives their layout: a count is a DWORD, an array
// at the end stands in place, strings and other arrays become pointers. Everything is one block, so that free() frees it whole.
// Char is the width that strings get: char16_t for W, char (UTF-8) for A.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/utf.hpp"
#include "ndr/types.hpp"
#include "ntdsapi/guids.hpp"

namespace tributary::ntdsapi {

/// The alignment that C gives a structure.
struct CAlignment {
  std::size_t octets = 1;

  template <class T>
  void up() noexcept { octets = std::max(octets, alignof(T)); }
  template <ndr::Scalar T>
  void scalar(std::string_view, T&) noexcept { up<T>(); }
  void scalar(std::string_view, Guid&) noexcept { up<GUID>(); }
  template <class E>
  void enumeration(std::string_view, E&) noexcept { up<std::uint32_t>(); }
  template <class T>
  void count(std::string_view, ndr::Seq<T>&, ndr::Range = {}) noexcept { up<DWORD>(); }
  template <class T>
  void conformant_array(std::string_view, ndr::Seq<T>&) { octets = std::max(octets, of<T>()); }
  template <class T>
  void unique_array(std::string_view, ndr::Seq<T>&) noexcept { up<void*>(); }
  void unique_string(std::string_view, ndr::WString&) noexcept { up<void*>(); }
  template <class T>
  void nested(std::string_view, T& v) { describe(*this, v); }

  template <class T>
  [[nodiscard]] static std::size_t of() {
    if constexpr (ndr::Scalar<T>) {
      return alignof(T);
    } else {
      CAlignment alignment;
      T nothing{};
      describe(alignment, nothing);
      return alignment.octets;
    }
  }
};

/// Lays values out one after the other; pointers are offsets until the block is where it stays.
template <class Char>
class CLayout {
 public:
  /// One structure, then what it points to.
  template <class T>
  void structure(const T& value) {
    element(value);
    finish();
  }
  /// An array of structures on its own, then what they point to. An empty one still has room for one element.
  template <class T>
  void array(const ndr::Seq<T>& items) {
    elements(items);
    finish();
  }
  /// The block, for free(). Throws std::bad_alloc.
  [[nodiscard]] void* take() const {
    auto* block = static_cast<std::uint8_t*>(std::malloc(bytes_.size()));
    if (block == nullptr) throw std::bad_alloc();
    std::memcpy(block, bytes_.data(), bytes_.size());
    for (const auto& [at, target] : pointers_) {
      const void* address = block + target;
      std::memcpy(block + at, &address, sizeof address);
    }
    return block;
  }

  // The verbs that the types behind ntdsapi.h use.
  template <ndr::Scalar T>
  void scalar(std::string_view, T& v) { put(v); }
  void scalar(std::string_view, Guid& v) { put(to_c_guid(v)); }
  template <class E>
  void enumeration(std::string_view, E& v) { put(static_cast<std::uint32_t>(v)); }
  template <class T>
  void count(std::string_view, ndr::Seq<T>& v, ndr::Range = {}) { put(static_cast<DWORD>(v.size())); }
  template <class T>
  void conformant_array(std::string_view, ndr::Seq<T>& v) { elements(v); }
  template <class T>
  void unique_array(std::string_view, ndr::Seq<T>& v) {
    const std::size_t at = pointer();
    if (!v.is_present()) return;
    later_.emplace_back([this, at, &v] { refer(at, CAlignment::of<T>()); elements(v); });
  }
  void unique_string(std::string_view, ndr::WString& v) {
    const std::size_t at = pointer();
    if (!v) return;
    later_.emplace_back([this, at, &v] { refer(at, alignof(Char)); text(*v); });
  }
  template <class T>
  void nested(std::string_view, T& v) { element(v); }

 private:
  void align(std::size_t alignment) { bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment); }
  template <class T>
  void put(const T& value) {
    align(alignof(T));
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof value);
  }
  [[nodiscard]] std::size_t pointer() {
    put(static_cast<const void*>(nullptr));
    return bytes_.size() - sizeof(void*);
  }
  void refer(std::size_t at, std::size_t alignment) {
    align(alignment);
    pointers_.emplace_back(at, bytes_.size());
  }
  template <class T>
  void element(const T& value) {
    if constexpr (ndr::Scalar<T>) {
      put(value);
    } else {
      align(CAlignment::of<T>());
      describe(*this, const_cast<T&>(value));  // a walker takes T&; this one changes nothing
      align(CAlignment::of<T>());
    }
  }
  template <class T>
  void elements(const ndr::Seq<T>& items) {
    for (const T& item : items) element(item);
    if (items.empty()) {  // ntdsapi.h declares [1]; a value without strings and arrays points to nothing
      const T nothing{};
      element(nothing);
    }
  }
  void text(const std::u16string& wide) {
    if constexpr (std::is_same_v<Char, char16_t>) {
      append(wide);
    } else {
      append(to_utf8_lossy(wide));
    }
  }
  void append(const std::basic_string<Char>& text) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(text.c_str());
    bytes_.insert(bytes_.end(), from, from + (text.size() + 1) * sizeof(Char));
  }
  void finish() {
    while (!later_.empty()) {
      auto now = std::exchange(later_, {});
      for (auto& referent : now) referent();
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> pointers_;
  std::vector<std::function<void()>> later_;
};

/// The C form of one structure, in one block for free().
template <class Char, class T>
[[nodiscard]] void* c_structure(const T& value) {
  CLayout<Char> layout;
  layout.structure(value);
  return layout.take();
}
template <class Char, class T>
[[nodiscard]] void* c_array(const ndr::Seq<T>& items) {
  CLayout<Char> layout;
  layout.array(items);
  return layout.take();
}

}  // namespace tributary::ntdsapi
