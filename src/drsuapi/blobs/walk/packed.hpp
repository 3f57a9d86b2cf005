// SPDX-License-Identifier: Apache-2.0
// Packed structures (no alignment, no pointers) from one description per type. A type names its members once, in the order in
// which they stand:
//   template <class W> void describe(W& w, TYPE& v) { w.scalar("dwVersion", v.dwVersion); ... }
// and PackedReader, PackedWriter and the JSON walkers of json_walk.hpp do the rest. The verbs:
//   scalar(n, v)          an Atom: integer, GUID, time, USN, flags, choice, fixed octets
//   nested(n, v)          a described structure in place
//   optional(n, v)        a scalar that only some writers have; whether it is there is decided before the walk
//   fixed(n, array)       an array of a fixed number of octets
//   count(n, list)        the DWORD that gives the length of a list that comes later
//   conformant_array(n, list)   that list, of atoms or of described structures
// They are the verbs of ndr/ndr.hpp for the types that also travel by NDR (USN_VECTOR, UPTODATE_VECTOR_V2_EXT, ...), so that those
// have one description. The ranges that the IDL gives are limits of messages, not of stored values: here the octets are the limit.
// What is found through offsets is not in a description: see referents.hpp.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "drsuapi/blobs/walk/atom.hpp"
#include "drsuapi/blobs/walk/trail.hpp"
#include "ndr/types.hpp"

namespace tributary::drsuapi::blobs {

/// Counts the octets of a structure that has no list.
class PackedSize {
 public:
  template <class T>
  constexpr void scalar(std::string_view, T&, ndr::Range = {}) noexcept {
    size += Atom<T>::octets;
  }
  template <class T>
  constexpr void fixed(std::string_view, T&) noexcept {
    size += Atom<T>::octets;
  }
  template <class T>
  constexpr void nested(std::string_view, T& v) noexcept {
    describe(*this, v);
  }
  template <class List>
  constexpr void count(std::string_view, List&, ndr::Range = {}) noexcept {
    size += 4;
  }
  template <class List>
  constexpr void conformant_array(std::string_view, List&) noexcept {}
  std::size_t size = 0;
};
/// The least number of octets that a T takes.
template <class T>
[[nodiscard]] std::size_t packed_size() {
  if constexpr (IsAtom<T>) {
    return Atom<T>::octets;
  } else {
    static const std::size_t size = [] {
      PackedSize walker;
      T v{};
      describe(walker, v);
      return walker.size;
    }();
    return size;
  }
}

class PackedReader {
 public:
  PackedReader(Trail& trail, ByteView octets, std::size_t at = 0) : trail_(trail), octets_(octets), at_(at) {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] std::size_t left() const noexcept { return octets_.size() - at_; }
  [[nodiscard]] Trail& trail() noexcept { return trail_; }

  /// Fails when `length` octets are not there.
  bool need(std::string_view name, std::size_t length) {
    if (!trail_.ok()) return false;
    if (length <= left()) return true;
    trail_.fail(name, at_, fmt::format("{} octets are needed and {} are left", length, left()));
    return false;
  }
  ByteView octets(std::string_view name, std::size_t length) {
    if (!need(name, length)) return {};
    const auto view = octets_.subspan(at_, length);
    at_ += length;
    return view;
  }

  template <class T>
  void fixed(std::string_view name, T& v) {
    scalar(name, v);
  }
  template <class T>
  void scalar(std::string_view name, T& v, ndr::Range = {}) {
    if (!need(name, Atom<T>::octets)) return;
    v = Atom<T>::load(octets_.data() + at_);
    at_ += Atom<T>::octets;
  }
  template <class T>
  void optional(std::string_view name, std::optional<T>& v) {
    if (v) scalar(name, *v);
  }
  template <class T>
  void nested(std::string_view name, T& v) {
    const Inside inside(trail_, name);
    describe(*this, v);
  }
  template <class List>
  void count(std::string_view name, List&, ndr::Range = {}) {
    count_name_ = name;
    count_at_ = at_;
    scalar(name, count_);
  }
  template <class List>
  void conformant_array(std::string_view name, List& list) {
    using T = typename List::value_type;
    if (!trail_.ok()) return;
    if (count_ > left() / packed_size<T>()) {
      trail_.fail(count_name_, count_at_,
                  fmt::format("{} elements of {} octets are more than the {} octets that are left", count_, packed_size<T>(), left()));
      return;
    }
    list.resize(count_);
    const Inside inside(trail_, name);
    for (std::size_t i = 0; i < list.size() && trail_.ok(); ++i) {
      const Inside element(trail_, i);
      if constexpr (IsAtom<T>)
        scalar({}, list[i]);
      else
        describe(*this, list[i]);
    }
  }

 private:
  Trail& trail_;
  ByteView octets_;
  std::size_t at_;
  std::uint32_t count_ = 0;
  std::string_view count_name_;
  std::size_t count_at_ = 0;
};

/// Never changes what it walks; takes T& because one describe() serves readers too.
class PackedWriter {
 public:
  [[nodiscard]] std::size_t at() const noexcept { return octets_.size(); }
  [[nodiscard]] Bytes take() && { return std::move(octets_); }
  void octets(ByteView view) { octets_.insert(octets_.end(), view.begin(), view.end()); }

  template <class T>
  void fixed(std::string_view name, const T& v) {
    scalar(name, v);
  }
  template <class T>
  void scalar(std::string_view, const T& v, ndr::Range = {}) {
    octets_.resize(octets_.size() + Atom<T>::octets);
    Atom<T>::store(octets_.data() + octets_.size() - Atom<T>::octets, v);
  }
  template <class T>
  void optional(std::string_view name, const std::optional<T>& v) {
    if (v) scalar(name, *v);
  }
  template <class T>
  void nested(std::string_view, T& v) {
    describe(*this, v);
  }
  template <class List>
  void count(std::string_view name, List& list, ndr::Range = {}) {
    scalar(name, static_cast<std::uint32_t>(list.size()));
  }
  template <class List>
  void conformant_array(std::string_view, List& list) {
    for (auto& item : list) {
      if constexpr (IsAtom<typename List::value_type>)
        scalar({}, item);
      else
        describe(*this, item);
    }
  }

 private:
  Bytes octets_;
};

template <class T>
[[nodiscard]] Bytes pack(const T& v) {
  PackedWriter writer;
  describe(writer, const_cast<T&>(v));
  return std::move(writer).take();
}

}  // namespace tributary::drsuapi::blobs
