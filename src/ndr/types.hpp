// SPDX-License-Identifier: Apache-2.0
// What every walker shares: ranges, union arms, strings, the transfer syntaxes, and the compile-time shape of a type.
// NDR20: C706 chapter 14; NDR64: [MS-RPCE] 2.2.5. A wire type is a plain struct and one
//   template <class W> constexpr void describe(W& w, TYPE& v)
// that names its members in IDL order; a walker W offers the verbs that are listed in ndr.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/guid.hpp"
#include "ndr/seq.hpp"

namespace tributary::ndr {

/// The two transfer syntaxes.
enum class Syntax : std::uint8_t { kNdr20, kNdr64 };

/// [range(min, max)] of the IDL.
struct Range {
  std::uint64_t min = 0;
  std::uint64_t max = ~std::uint64_t{0};
  [[nodiscard]] constexpr bool admits(std::uint64_t value) const noexcept { return min <= value && value <= max; }
};

/// One [case(Tag)] T of a union.
template <std::uint32_t Tag, class T>
struct Arm {
  static constexpr std::uint32_t tag = Tag;
  using type = T;
};

namespace detail {
/// The position of the arm of a switch value; one that the union does not list does not compile.
template <class... A>
consteval std::size_t arm_index(std::uint32_t tag) {
  const std::uint32_t tags[] = {A::tag...};
  for (std::size_t i = 0; i < sizeof...(A); ++i)
    if (tags[i] == tag) return i;
  throw "the union has no such arm";
}
}  // namespace detail

/// A non-encapsulated union: one of its arms, named by the value of the IDL's switch (for a message, its version).
/// `DRS_MSG_GETCHGREPLY reply; if (auto* v6 = reply.get_if<6>()) ...`
template <class... A>
class Union {
  static constexpr std::uint32_t kTags[] = {A::tag...};
  template <class T>
  static constexpr int kArmsOfType = (static_cast<int>(std::same_as<T, typename A::type>) + ... + 0);

 public:
  using Variant = std::variant<typename A::type...>;
  template <std::uint32_t Tag>
  using ArmType = std::variant_alternative_t<detail::arm_index<A...>(Tag), Variant>;

  constexpr Union() = default;
  /// From the value of an arm; its type must be that of one arm only.
  template <class T>
    requires(kArmsOfType<T> == 1)
  constexpr Union(T value) : arm_(std::in_place_type<T>, std::move(value)) {}  // NOLINT(google-explicit-constructor)

  /// The switch value of the arm that it holds.
  [[nodiscard]] constexpr std::uint32_t tag() const noexcept { return kTags[arm_.index()]; }
  /// Every switch value that the IDL lists.
  [[nodiscard]] static constexpr std::span<const std::uint32_t> tags() noexcept { return kTags; }
  template <std::uint32_t Tag>
  constexpr ArmType<Tag>& emplace() { return arm_.template emplace<detail::arm_index<A...>(Tag)>(); }
  template <std::uint32_t Tag>
  [[nodiscard]] constexpr ArmType<Tag>* get_if() noexcept { return std::get_if<detail::arm_index<A...>(Tag)>(&arm_); }
  template <std::uint32_t Tag>
  [[nodiscard]] constexpr const ArmType<Tag>* get_if() const noexcept { return std::get_if<detail::arm_index<A...>(Tag)>(&arm_); }
  template <class F>
  constexpr decltype(auto) visit(F&& f) { return std::visit(std::forward<F>(f), arm_); }
  template <class F>
  constexpr decltype(auto) visit(F&& f) const { return std::visit(std::forward<F>(f), arm_); }
  /// Switches to the arm of `tag`, empty; false and unchanged when there is none.
  constexpr bool select(std::uint32_t tag) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((A::tag == tag ? (arm_.template emplace<I>(), true) : false) || ...);
    }(std::index_sequence_for<A...>{});
  }
  friend constexpr bool operator==(const Union&, const Union&) = default;

 private:
  Variant arm_;
};

/// A union arm that carries nothing.
struct Nothing {
  friend constexpr bool operator==(const Nothing&, const Nothing&) = default;
};
template <class W>
constexpr void describe(W&, Nothing&) {}

/// [string, unique] WCHAR* and char*: without the terminator; nullopt is the null pointer.
using WString = std::optional<std::u16string>;
using CString = std::optional<std::string>;

template <class T>
concept Scalar = (std::integral<T> && !std::same_as<T, bool>) || std::is_enum_v<T>;

template <class T>
struct is_unique : std::false_type {};
template <class T>
struct is_unique<Unique<T>> : std::true_type {};

/// How deep pointers may nest while decoding (CONTREF_DRS_WIRE_V1 is the only recursive type; a referral chain is short).
inline constexpr int kDepthMax = 32;

/// The static layout of a type in both syntaxes: alignment, whether it ends in a conformant array,
/// and the least number of octets its inline part can take (NDR20), which bounds every allocation.
struct Shape {
  std::uint32_t align = 1;
  std::uint32_t align64 = 1;
  bool conformant = false;
  std::uint32_t octets_min = 0;

  constexpr void up(std::uint32_t ndr20, std::uint32_t ndr64, std::uint32_t octets) noexcept {
    align = std::max(align, ndr20);
    align64 = std::max(align64, ndr64);
    octets_min += octets;
  }
  constexpr void up(const Shape& inner) noexcept { up(inner.align, inner.align64, inner.octets_min); }
  constexpr void pointer() noexcept { up(4, 8, 4); }

  // The verbs.
  template <Scalar T>
  constexpr void scalar(std::string_view, T&, Range = {}) noexcept { up(sizeof(T), sizeof(T), sizeof(T)); }
  constexpr void scalar(std::string_view, Guid&) noexcept { up(4, 4, 16); }
  template <class F>
  constexpr void derived(std::string_view, F&&) noexcept { up(4, 4, 4); }
  template <Scalar T, std::size_t N>
  constexpr void fixed(std::string_view, std::array<T, N>&) noexcept { up(sizeof(T), sizeof(T), sizeof(T) * N); }
  template <class E>
    requires std::is_enum_v<E>
  constexpr void enumeration(std::string_view, E&, Range = {}) noexcept { up(2, 4, 2); }
  template <class T>
  constexpr void count(std::string_view, Seq<T>&, Range = {}) noexcept { up(4, 4, 4); }
  constexpr void terminated_count(std::string_view, Seq<char16_t>&) noexcept { up(4, 4, 4); }
  template <class T>
  constexpr void conformant_array(std::string_view, Seq<T>&);
  constexpr void conformant_terminated(std::string_view, Seq<char16_t>&, Range = {}) noexcept {
    conformant = true;
    up(2, 2, 0);
  }
  template <class T>
  constexpr void unique_array(std::string_view, Seq<T>&) noexcept { pointer(); }
  template <class T, class U>
  constexpr void parallel_array(std::string_view, Seq<T>&, Seq<U>&) noexcept { pointer(); }
  template <class T>
  constexpr void unique_string(std::string_view, T&) noexcept { pointer(); }
  template <class C>
  constexpr void ref_string(std::string_view, std::basic_string<C>&) noexcept { pointer(); }
  constexpr void unique_string_array(std::string_view, Seq<WString>&) noexcept { pointer(); }
  constexpr void counted_string(std::string_view, WString&) noexcept {
    up(2, 2, 4);
    pointer();
  }
  template <class T>
  constexpr void nested(std::string_view, T&);
  template <class T>
  constexpr void unique(std::string_view, Unique<T>&) noexcept { pointer(); }
  template <class T>
  constexpr void ref(std::string_view, T&) noexcept { pointer(); }
  template <class T>
  constexpr void linked_list(std::string_view, Seq<T>&) noexcept { pointer(); }
  template <class T>
  constexpr void list_head(std::string_view, Seq<T>&);
  template <class... A>
  constexpr void switch_value(std::string_view, Union<A...>&) noexcept { up(4, 4, 4); }
  template <class... A>
  constexpr void union_of(std::string_view, Union<A...>&);
  template <class... A>
  constexpr void unique_switch(std::string_view, std::uint32_t&, Unique<Union<A...>>&) noexcept { up(4, 4, 4); }
  template <class... A>
  constexpr void unique_union(std::string_view, Unique<Union<A...>>&) noexcept { pointer(); }
};

/// The shape of one element of whatever kind an array, an arm or a referent may be.
template <class T>
consteval Shape make_shape() {
  Shape shape;
  if constexpr (Scalar<T>) {
    shape.up(sizeof(T), sizeof(T), sizeof(T));
  } else if constexpr (std::same_as<T, Guid>) {
    shape.up(4, 4, 16);
  } else if constexpr (is_unique<T>::value || std::same_as<T, WString>) {
    shape.pointer();
  } else {
    // Only the names and types of the members matter. There is no object: libstdc++ 12 has no constant-expression std::string for clang.
    union Nowhere {
      constexpr Nowhere() : nothing{} {}
      constexpr ~Nowhere() {}
      char nothing;
      T value;
    } nowhere;
    describe(shape, nowhere.value);
  }
  return shape;
}
template <class T>
inline constexpr Shape kShape = make_shape<T>();

template <class T>
constexpr void Shape::nested(std::string_view, T&) {
  constexpr Shape inner = kShape<T>;
  up(inner);
  conformant = conformant || inner.conformant;
}
template <class T>
constexpr void Shape::conformant_array(std::string_view, Seq<T>&) {
  constexpr Shape inner = kShape<T>;
  up(inner.align, inner.align64, 0);
  conformant = true;
}
template <class T>
constexpr void Shape::list_head(std::string_view, Seq<T>&) {
  constexpr Shape inner = kShape<T>;
  pointer();
  up(inner);
}
template <class... A>
constexpr void Shape::union_of(std::string_view, Union<A...>&) {
  up(4, 4, 4);
  (up(kShape<typename A::type>.align, kShape<typename A::type>.align64, 0), ...);
}

/// The alignment of T in a syntax.
template <class T>
constexpr std::size_t align_of(Syntax syntax) noexcept {
  return syntax == Syntax::kNdr20 ? kShape<T>.align : kShape<T>.align64;
}

/// A context handle ([C706] 14.3.12.6... as ndr_context_handle): DRS_HANDLE.
struct ContextHandle {
  std::uint32_t attributes = 0;
  Guid uuid;
  [[nodiscard]] constexpr bool is_null() const noexcept { return *this == ContextHandle{}; }
  friend constexpr bool operator==(const ContextHandle&, const ContextHandle&) = default;
};
template <class W>
constexpr void describe(W& w, ContextHandle& v) {
  w.scalar("context_handle_attributes", v.attributes);
  w.scalar("context_handle_uuid", v.uuid);
}

}  // namespace tributary::ndr
