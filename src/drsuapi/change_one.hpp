// SPDX-License-Identifier: Apache-2.0
// For tests only: a walker that changes exactly one field of a value, the n-th in the order of the description.
#pragma once

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

class ChangeOne {
 public:
  explicit ChangeOne(std::size_t n) : n_(n) {}
  /// False when the value has no n-th field.
  template <class T>
  bool change(T& v) {
    describe(*this, v);
    return done_;
  }

  template <ndr::Scalar T>
  void scalar(std::string_view, T& v, ndr::Range = {}) {
    if (due()) v = static_cast<T>(static_cast<std::uint64_t>(v) ^ 1);
  }
  void scalar(std::string_view, Guid& v) {
    if (due()) v.octets[7] ^= 1;
  }
  template <class E>
  void enumeration(std::string_view, E& v, ndr::Range = {}) {
    if (due()) v = static_cast<E>(static_cast<std::uint32_t>(v) ^ 1);
  }
  void derived(std::string_view, auto&&) {}
  template <class T, std::size_t N>
  void fixed(std::string_view, std::array<T, N>& v) {
    if (due()) v[N - 1] ^= 1;
  }
  template <class T>
  void count(std::string_view, Seq<T>& v, ndr::Range = {}) {
    if (due()) v.resize(v.size() + 1);
  }
  void terminated_count(std::string_view name, Seq<char16_t>& v) { count(name, v); }
  template <class T>
  void conformant_array(std::string_view, Seq<T>& v) {
    for (auto& element : v) item(element);
  }
  void conformant_terminated(std::string_view name, Seq<char16_t>& v, ndr::Range = {}) { conformant_array(name, v); }
  template <class T>
  void unique_array(std::string_view name, Seq<T>& v) {
    conformant_array(name, v);
  }
  template <class T, class U>
  void parallel_array(std::string_view name, Seq<T>& v, Seq<U>&) {
    count(name, v);
    conformant_array(name, v);
  }
  template <class C>
  void unique_string(std::string_view name, std::optional<std::basic_string<C>>& v) {
    if (v) return ref_string(name, *v);
    if (due()) v.emplace();
  }
  template <class C>
  void ref_string(std::string_view, std::basic_string<C>& v) {
    if (due()) v.push_back(C{'x'});
  }
  void unique_string_array(std::string_view name, Seq<WString>& v) {
    for (auto& string : v) unique_string(name, string);
  }
  void counted_string(std::string_view name, WString& v) { unique_string(name, v); }
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
  void linked_list(std::string_view name, Seq<T>& v) {
    count(name, v);
    conformant_array(name, v);
  }
  template <class T>
  void list_head(std::string_view name, Seq<T>& v) {
    linked_list(name, v);
  }
  template <class... A>
  void switch_value(std::string_view, ndr::Union<A...>& v) {
    if (sizeof...(A) > 1 && due()) v.select(v.tag() == v.tags().front() ? v.tags().back() : v.tags().front());
  }
  template <class... A>
  void union_of(std::string_view, ndr::Union<A...>& v) {
    v.visit([&](auto& arm) { item(arm); });
  }
  template <class... A>
  void unique_switch(std::string_view name, std::uint32_t& tag, Unique<ndr::Union<A...>>& v) {
    if (v) return switch_value(name, *v);
    scalar(name, tag);
  }
  template <class... A>
  void unique_union(std::string_view name, Unique<ndr::Union<A...>>& v) {
    if (due()) {
      if (v) v = nullptr;
      else v.emplace();
    } else if (v) {
      union_of(name, *v);
    }
  }

 private:
  bool due() { return !done_ && n_-- == 0 && (done_ = true); }
  template <class T>
  void item(T& v) {
    if constexpr (ndr::Scalar<T> || std::same_as<T, Guid>) {
      scalar({}, v);
    } else if constexpr (ndr::is_unique<T>::value) {
      if (due()) {
        if (v) v = nullptr;
        else v.emplace();
      } else if (v) {
        item(*v);
      }
    } else {
      describe(*this, v);
    }
  }

  std::size_t n_;
  bool done_ = false;
};

}  // namespace tributary::drsuapi
