// SPDX-License-Identifier: Apache-2.0
// The generating walker: random valid values of any described type, from a seed, for tests, fuzzers and benchmarks.
// Valid means that a Writer can write it and a Reader takes it: ranges hold, counts agree, lists that may not be empty are not.
// Deterministic: the same seed gives the same value on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "ndr/types.hpp"

namespace tributary::ndr {

struct GenerateOptions {
  std::uint64_t seed = 0;
  std::uint32_t count_max = 3;     ///< elements of an array, beyond what its range demands
  std::uint32_t units_max = 12;    ///< characters of a string
  int depth_max = 6;               ///< pointers below this depth are null
  std::optional<std::uint32_t> tag = std::nullopt;  ///< the arm of the outermost union; otherwise any
};

class Generator {
 public:
  explicit Generator(GenerateOptions options = {}) : options_(options), state_(options.seed) {}

  template <class T>
  void fill(T& v) {
    item(v);
  }

  // The verbs, in the order of ndr.hpp.
  template <Scalar T>
  void scalar(std::string_view, T& v, Range range = {}) {
    using U = std::make_unsigned_t<T>;
    const std::uint64_t max = std::min<std::uint64_t>(range.max, std::numeric_limits<U>::max());
    v = static_cast<T>(interesting(range.min, max));
  }
  void scalar(std::string_view, Guid& v) { item(v); }
  template <class E>
    requires std::is_enum_v<E>
  void enumeration(std::string_view, E& v, Range range = {}) {
    v = static_cast<E>(interesting(range.min, std::min<std::uint64_t>(range.max, 0xFFFF)));
  }
  template <class F>
  void derived(std::string_view, F&&) {}
  template <Scalar T, std::size_t N>
  void fixed(std::string_view, std::array<T, N>& v) {
    for (auto& element : v) item(element);
  }
  template <class T>
  void count(std::string_view, Seq<T>& v, Range range = {}) {
    resize(v, below(options_.count_max + 1), range);
  }
  void terminated_count(std::string_view, Seq<char16_t>& v) { resize(v, below(options_.units_max + 1), {}); }
  template <class T>
  void conformant_array(std::string_view, Seq<T>& v) {
    elements(v);
  }
  void conformant_terminated(std::string_view, Seq<char16_t>& v, Range = {}) { elements(v); }
  template <class T>
  void unique_array(std::string_view, Seq<T>& v) {
    if (v.empty() && chance()) v.mark_present();
    elements(v);
  }
  template <class T, class U>
  void parallel_array(std::string_view, Seq<T>& v, Seq<U>& other) {
    v.clear();
    if (!chance()) return;
    v.resize(other.size());
    v.mark_present();
    elements(v);
  }
  template <class C>
  void unique_string(std::string_view, std::optional<std::basic_string<C>>& v) {
    v.reset();
    if (chance()) ref_string({}, v.emplace());
  }
  template <class C>
  void ref_string(std::string_view, std::basic_string<C>& v) {
    v.resize(below(options_.units_max + 1));
    for (auto& unit : v) item(unit);
  }
  void unique_string_array(std::string_view, Seq<WString>& v) {
    if (v.empty() && chance()) v.mark_present();
    for (auto& string : v) unique_string({}, string);
  }
  void counted_string(std::string_view, WString& v) { unique_string({}, v); }
  template <class T>
  void nested(std::string_view, T& v) {
    item(v);
  }
  template <class T>
  void unique(std::string_view, Unique<T>& v) {
    item(v);
  }
  template <class T>
  void ref(std::string_view, T& v) {
    item(v);
  }
  template <class T>
  void linked_list(std::string_view, Seq<T>& v) {
    resize(v, below(options_.count_max + 1), {});
    elements(v);
  }
  template <class T>
  void list_head(std::string_view, Seq<T>& v) {
    resize(v, below(options_.count_max + 1), Range{1});
    elements(v);
  }
  template <class... A>
  void switch_value(std::string_view, Union<A...>& v) {
    const auto tags = v.tags();
    v.select(options_.tag.value_or(tags[below(tags.size())]));
    options_.tag.reset();
  }
  template <class... A>
  void union_of(std::string_view, Union<A...>& v) {
    v.visit([&](auto& arm) { item(arm); });
  }
  template <class... A>
  void unique_switch(std::string_view name, std::uint32_t& tag, Unique<Union<A...>>& v) {
    scalar(name, tag);
    v = nullptr;
    if (!chance()) return;
    switch_value(name, v.emplace());
    tag = v->tag();
  }
  template <class... A>
  void unique_union(std::string_view name, Unique<Union<A...>>& v) {
    if (v) union_of(name, *v);
  }

 private:
  /// splitmix64
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) noexcept { return static_cast<std::size_t>(next() % n); }
  bool chance() noexcept { return depth_ < options_.depth_max && next() % 4 != 0; }
  /// Often one of the ends, where mistakes live.
  std::uint64_t interesting(std::uint64_t min, std::uint64_t max) noexcept {
    const std::uint64_t random = next();
    switch (random % 8) {
      case 0: return min;
      case 1: return max;
      default: return max - min == std::numeric_limits<std::uint64_t>::max() ? next() : min + next() % (max - min + 1);
    }
  }

  template <class T>
  void resize(Seq<T>& v, std::size_t more, Range range) {
    v.clear();
    v.resize(static_cast<std::size_t>(std::min(range.min + more, range.max)));
  }
  template <class T>
  void elements(Seq<T>& v) {
    for (auto& element : v) item(element);
  }
  template <class T>
  void item(T& v) {
    if constexpr (Scalar<T>) {
      v = static_cast<T>(next());
    } else if constexpr (std::same_as<T, Guid>) {
      for (auto& octet : v.octets) octet = static_cast<std::uint8_t>(next());
    } else if constexpr (is_unique<T>::value) {
      v = nullptr;
      if (!chance()) return;
      ++depth_;
      item(v.emplace());
      --depth_;
    } else {
      describe(*this, v);
    }
  }

  GenerateOptions options_;
  std::uint64_t state_;
  int depth_ = 0;
};

/// `auto in = generate<IDL_DRSReplicaSync::In>({.seed = 7, .tag = 2});`
template <class T>
[[nodiscard]] T generate(GenerateOptions options = {}) {
  T v{};
  Generator(options).fill(v);
  return v;
}

}  // namespace tributary::ndr
