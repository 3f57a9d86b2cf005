// SPDX-License-Identifier: Apache-2.0
// The encoding walker: a described value to NDR20 or NDR64, always little-endian (C706 14.3; [MS-RPCE] 2.2.5).
// Pointers follow C706 14.3.12.3: a structure's inline part first, then the referents of its pointers in order,
// each of which is again inline part and referents. Use the functions of ndr.hpp rather than this class.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"
#include "ndr/types.hpp"

namespace tributary::ndr {

class Writer {
 public:
  explicit Writer(Syntax syntax = Syntax::kNdr20) : syntax_(syntax) {}

  /// The operation's parameters in order: each is a construct of its own, so its referents follow it at once.
  template <class T>
  void parameters(T& v) {
    pass_ = Pass::kParameters;
    describe(*this, v);
  }
  /// One construct on its own: a structure that is pickled or the referent of a pointer.
  template <class T>
  void construct(T& v) {
    if constexpr (kShape<T>.conformant) size(conformance(v));
    const Pass saved = std::exchange(pass_, Pass::kInline);
    item(v);
    pass_ = Pass::kDeferred;
    item(v);
    pass_ = saved;
  }
  [[nodiscard]] Bytes take() {
    out_.resize(at_);
    return std::move(out_);
  }

  // The verbs, in the order of ndr.hpp.
  template <Scalar T>
  void scalar(std::string_view, T& v, Range = {}) {
    if (is_inline()) put(v);
  }
  void scalar(std::string_view, Guid& v) {
    if (is_inline()) put(v);
  }
  template <class F>
  void derived(std::string_view, F&& value) {
    if (is_inline()) put(static_cast<std::uint32_t>(value()));
  }
  template <Scalar T, std::size_t N>
  void fixed(std::string_view, std::array<T, N>& v) {
    if (is_inline()) put_all(v.data(), N);
  }
  template <class E>
    requires std::is_enum_v<E>
  void enumeration(std::string_view, E& v, Range = {}) {
    if (!is_inline()) return;
    if (syntax_ == Syntax::kNdr64)
      put(static_cast<std::uint32_t>(v));
    else
      put(static_cast<std::uint16_t>(v));
  }
  template <class T>
  void count(std::string_view, Seq<T>& v, Range = {}) {
    if (is_inline()) put(static_cast<std::uint32_t>(v.size()));
  }
  void terminated_count(std::string_view, Seq<char16_t>& v) { count({}, v); }
  template <class T>
  void conformant_array(std::string_view, Seq<T>& v) {
    elements(v);
  }
  void conformant_terminated(std::string_view, Seq<char16_t>& v, Range = {}) {
    if (!is_inline()) return;
    put_all(v.data(), v.size());
    put(std::uint16_t{0});
  }
  template <class T>
  void unique_array(std::string_view, Seq<T>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) return pointer(v.is_present());
      if (!v.is_present()) return;
      size(v.size());
      array_passes([&] { elements(v); });
    });
  }
  template <class T, class U>
  void parallel_array(std::string_view name, Seq<T>& v, Seq<U>& other) {
    TRIBUTARY_ASSERT(!v.is_present() || v.size() == other.size());
    unique_array(name, v);
  }
  template <class C>
  void unique_string(std::string_view, std::optional<std::basic_string<C>>& v) {
    passes([&] { string_pointer(v); });
  }
  template <class C>
  void ref_string(std::string_view, std::basic_string<C>& v) {
    passes([&] {
      if (pass_ == Pass::kInline)
        pointer(true);
      else
        string_body(v);
    });
  }
  void unique_string_array(std::string_view, Seq<WString>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) return pointer(v.is_present());
      if (!v.is_present()) return;
      size(v.size());
      array_passes([&] {
        for (auto& s : v) string_pointer(s);
      });
    });
  }
  void counted_string(std::string_view, WString& v) {
    passes([&] {
      const std::size_t units = v ? v->size() : 0;
      if (pass_ == Pass::kInline) {
        align(syntax_ == Syntax::kNdr64 ? 8 : 4);
        put(static_cast<std::uint16_t>(units * 2));
        put(static_cast<std::uint16_t>(units * 2));
        return pointer(v.has_value());
      }
      if (!v) return;
      size(units);
      size(0);
      size(units);
      put_all(v->data(), units);
    });
  }
  template <class T>
  void nested(std::string_view, T& v) {
    if constexpr (kShape<T>.conformant) {
      if (pass_ == Pass::kParameters) return construct(v);
    }
    passes([&] { item(v); });
  }
  template <class T>
  void unique(std::string_view, Unique<T>& v) {
    passes([&] { item(v); });
  }
  template <class T>
  void ref(std::string_view, T& v) {
    passes([&] {
      if (pass_ == Pass::kInline)
        pointer(true);
      else
        construct(v);
    });
  }
  /// A list through a next pointer that is each node's first member. The nodes' inline parts come in list order and their
  /// other referents in the opposite order; a loop does it, so that the length of a list is not the depth of the stack.
  template <class T>
  void linked_list(std::string_view, Seq<T>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) return pointer(!v.empty());
      if (!v.empty()) nodes(v, 0);
    });
  }
  template <class T>
  void list_head(std::string_view, Seq<T>& v) {
    if (v.empty()) v.emplace_back();
    passes([&] {
      if (pass_ == Pass::kInline)
        node(v, 0);
      else
        nodes(v, 1);
    });
  }
  template <class... A>
  void switch_value(std::string_view, Union<A...>& v) {
    if (is_inline()) put(v.tag());
  }
  template <class... A>
  void union_of(std::string_view, Union<A...>& v) {
    passes([&] { union_item(v); });
  }
  template <class... A>
  void unique_switch(std::string_view, std::uint32_t& tag, Unique<Union<A...>>& v) {
    if (is_inline()) put(v ? v->tag() : tag);
  }
  template <class... A>
  void unique_union(std::string_view, Unique<Union<A...>>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) return pointer(static_cast<bool>(v));
      if (v) array_passes([&] { union_item(*v); });
    });
  }

 private:
  enum class Pass : std::uint8_t { kParameters, kInline, kDeferred };

  [[nodiscard]] bool is_inline() const noexcept { return pass_ != Pass::kDeferred; }
  [[nodiscard]] std::size_t pointer_size() const noexcept { return syntax_ == Syntax::kNdr64 ? 8 : 4; }

  template <class F>
  void passes(F&& both) {
    if (pass_ != Pass::kParameters) return both();
    array_passes(both);
    pass_ = Pass::kParameters;
  }
  /// Inline parts of all, then referents of all; leaves the walker in the deferred pass.
  template <class F>
  void array_passes(F&& both) {
    pass_ = Pass::kInline;
    both();
    pass_ = Pass::kDeferred;
    both();
  }

  /// One value of any kind, in the present pass.
  template <class T>
  void item(T& v) {
    if constexpr (Scalar<T> || std::same_as<T, Guid>) {
      if (is_inline()) put(v);
    } else if constexpr (is_unique<T>::value) {
      if (pass_ == Pass::kInline)
        pointer(static_cast<bool>(v));
      else if (v)
        construct(*v);
    } else {
      const std::size_t a = align_of<T>(syntax_);
      if (pass_ == Pass::kInline) align(a);
      describe(*this, v);
      if (pass_ == Pass::kInline && syntax_ == Syntax::kNdr64) align(a);
    }
  }
  template <class T>
  void elements(Seq<T>& v) {
    if constexpr (Scalar<T>) {
      if (is_inline()) put_all(v.data(), v.size());
    } else {
      for (auto& element : v) item(element);
    }
  }
  template <class C>
  void string_pointer(std::optional<std::basic_string<C>>& v) {
    if (pass_ == Pass::kInline) return pointer(v.has_value());
    if (v) string_body(*v);
  }
  template <class C>
  void string_body(std::basic_string<C>& v) {
    size(v.size() + 1);
    size(0);
    size(v.size() + 1);
    put_all(v.data(), v.size());
    put(C{0});
  }
  template <class... A>
  void union_item(Union<A...>& v) {
    if (pass_ == Pass::kInline) {
      const std::size_t arm_align = std::max({align_of<typename A::type>(syntax_)...});
      if (syntax_ == Syntax::kNdr64) align(std::max<std::size_t>(4, arm_align));
      put(v.tag());
      if (syntax_ == Syntax::kNdr64) align(arm_align);
    }
    v.visit([&](auto& arm) { item(arm); });
  }
  /// The inline part of one node of a list: the next pointer, then what its type describes.
  template <class T>
  void node(Seq<T>& v, std::size_t i) {
    const std::size_t node_align = std::max(pointer_size(), align_of<T>(syntax_));
    align(node_align);
    pointer(i + 1 < v.size());
    describe(*this, v[i]);
    if (syntax_ == Syntax::kNdr64) align(node_align);
  }
  /// The inline parts of the nodes from `first`, and then the other referents of all nodes.
  template <class T>
  void nodes(Seq<T>& v, std::size_t first) {
    pass_ = Pass::kInline;
    for (std::size_t i = first; i < v.size(); ++i) node(v, i);
    pass_ = Pass::kDeferred;
    for (std::size_t i = v.size(); i-- > 0;) describe(*this, v[i]);
  }

  /// The number of elements of the trailing conformant array, wherever it is nested.
  struct Conformance {
    std::uint64_t n = 0;
    void scalar(auto&&...) {}
    void derived(auto&&...) {}
    void fixed(auto&&...) {}
    void enumeration(auto&&...) {}
    void count(auto&&...) {}
    void terminated_count(auto&&...) {}
    void unique_array(auto&&...) {}
    void parallel_array(auto&&...) {}
    void unique_string(auto&&...) {}
    void ref_string(auto&&...) {}
    void unique_string_array(auto&&...) {}
    void counted_string(auto&&...) {}
    void unique(auto&&...) {}
    void ref(auto&&...) {}
    void linked_list(auto&&...) {}
    void list_head(auto&&...) {}
    void switch_value(auto&&...) {}
    void union_of(auto&&...) {}
    void unique_switch(auto&&...) {}
    void unique_union(auto&&...) {}
    template <class T>
    void nested(std::string_view, T& v) { describe(*this, v); }
    template <class T>
    void conformant_array(std::string_view, Seq<T>& v) { n = v.size(); }
    void conformant_terminated(std::string_view, Seq<char16_t>& v, Range = {}) { n = v.size() + 1; }
  };
  template <class T>
  static std::uint64_t conformance(T& v) {
    Conformance walker;
    describe(walker, v);
    return walker.n;
  }

  std::uint8_t* room(std::size_t n) {
    if (at_ + n > out_.size()) out_.resize(std::max<std::size_t>({256, 2 * out_.size(), at_ + n}));
    return out_.data() + std::exchange(at_, at_ + n);
  }
  void align(std::size_t a) { (void)room((a - at_ % a) % a); }
  template <class T>
    requires Scalar<T>
  void put(T v) {
    align(sizeof(T));
    using U = std::make_unsigned_t<T>;
    store_le<U>(room(sizeof(T)), static_cast<U>(v));
  }
  void put(const Guid& v) {
    align(4);
    std::memcpy(room(16), v.octets.data(), 16);
  }
  template <Scalar T>
  void put_all(const T* values, std::size_t n) {
    if (n == 0) return;
    align(sizeof(T));
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(room(n * sizeof(T)), values, n * sizeof(T));
    } else {
      for (std::size_t i = 0; i < n; ++i) put(values[i]);
    }
  }
  /// A conformance or variance count.
  void size(std::uint64_t n) {
    if (syntax_ == Syntax::kNdr64)
      put(n);
    else
      put(static_cast<std::uint32_t>(n));
  }
  void pointer(bool present) {
    if (present) referent_ += 4;
    size(present ? referent_ : 0);
  }

  Syntax syntax_;
  Pass pass_ = Pass::kInline;
  std::uint32_t referent_ = 0x0002'0000 - 4;  // the first referent is 0x00020000, as Windows and Samba have it
  Bytes out_;
  std::size_t at_ = 0;
};

}  // namespace tributary::ndr
