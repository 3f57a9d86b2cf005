// SPDX-License-Identifier: Apache-2.0
// The decoding walker: NDR20 or NDR64, either byte order, from octets that nobody vouches for. The first fault sticks, with the path of
// the field; after it every verb does nothing. Memory is bounded by the octets that are left: an array is refused when its elements
// could not fit in them. With an Arena, octet arrays are views into the message and everything else is in the arena.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"
#include "ndr/arena.hpp"
#include "ndr/types.hpp"

namespace tributary::ndr {

enum class FaultKind : std::uint8_t {
  kNone,
  kTruncated,    ///< the octets end before the value does, or a count promises more than is left
  kRange,        ///< outside the IDL's [range]
  kConformance,  ///< the count of an array and its member disagree
  kUnknownArm,   ///< a union's discriminant that the IDL does not list, or that differs from the switch
  kBadString,    ///< not terminated, or an offset that is not zero
  kNullRef,      ///< a [ref] pointer that is null
  kDepth,        ///< nested deeper than kDepthMax
};
[[nodiscard]] std::string_view fault_name(FaultKind kind) noexcept;

struct Fault {
  FaultKind kind = FaultKind::kNone;
  std::string path;        ///< "pmsgOut.pObjects[3].Entinf.pName.StringName"
  std::size_t offset = 0;  ///< where in the octets
  [[nodiscard]] explicit operator bool() const noexcept { return kind != FaultKind::kNone; }
};

struct ReadOptions {
  Syntax syntax = Syntax::kNdr20;
  std::endian order = std::endian::little;
  Arena* arena = nullptr;  ///< null: everything decoded is owned
};

class Reader {
 public:
  explicit Reader(ByteView octets, ReadOptions options = {}) : in_(octets), options_(options) {}

  template <class T>
  void parameters(T& v) {
    pass_ = Pass::kParameters;
    describe(*this, v);
  }
  template <class T>
  void construct(T& v) {
    if (depth_ == kDepthMax) return fail(FaultKind::kDepth);
    ++depth_;
    if constexpr (kShape<T>.conformant) {
      max_count_ = size();
      has_max_count_ = true;
    }
    const Pass saved = std::exchange(pass_, Pass::kInline);
    item(v);
    pass_ = Pass::kDeferred;
    if (!fault_) item(v);
    pass_ = saved;
    --depth_;
  }
  [[nodiscard]] const Fault& fault() const noexcept { return fault_; }
  [[nodiscard]] std::size_t consumed() const noexcept { return at_; }

  // The verbs, in the order of ndr.hpp.
  template <Scalar T>
  void scalar(std::string_view name, T& v, Range range = {}) {
    if (!is_inline()) return;
    v = get<T>(name);
    if (!range.admits(static_cast<std::make_unsigned_t<T>>(v))) fail(FaultKind::kRange, name);
  }
  void scalar(std::string_view name, Guid& v) {
    if (is_inline()) get(name, v);
  }
  template <class F>
  void derived(std::string_view name, F&&) {
    if (is_inline()) (void)get<std::uint32_t>(name);
  }
  template <Scalar T, std::size_t N>
  void fixed(std::string_view name, std::array<T, N>& v) {
    if (is_inline()) get_all(name, v.data(), N);
  }
  template <class E>
    requires std::is_enum_v<E>
  void enumeration(std::string_view name, E& v, Range range = {}) {
    if (!is_inline()) return;
    const std::uint32_t value = options_.syntax == Syntax::kNdr64 ? get<std::uint32_t>(name) : get<std::uint16_t>(name);
    v = static_cast<E>(value);
    if (!fault_ && !range.admits(value)) fail(FaultKind::kRange, name);
  }
  template <class T>
  void count(std::string_view name, Seq<T>& v, Range range = {}) {
    if (is_inline()) allocate(name, v, get<std::uint32_t>(name), range, octets_min<T>());
  }
  void terminated_count(std::string_view name, Seq<char16_t>& v) {
    if (is_inline()) allocate(name, v, get<std::uint32_t>(name), {}, sizeof(char16_t));
  }
  template <class T>
  void conformant_array(std::string_view name, Seq<T>& v) {
    if (pass_ == Pass::kInline) check_conformance(name, v.size());
    elements(name, v);
  }
  void conformant_terminated(std::string_view name, Seq<char16_t>& v, Range range = {}) {
    if (!is_inline()) return;
    check_conformance(name, v.size() + 1);
    if (!range.admits(v.size() + 1)) return fail(FaultKind::kRange, name);
    get_all(name, v.data(), v.size());
    if (get<std::uint16_t>(name) != 0) fail(FaultKind::kBadString, name);
  }
  template <class T>
  void unique_array(std::string_view name, Seq<T>& v) {
    passes([&] {
      if (pass_ == Pass::kInline)
        array_pointer(name, v);
      else
        array_referent(name, v);
    });
  }
  template <class T, class U>
  void parallel_array(std::string_view name, Seq<T>& v, Seq<U>& other) {
    passes([&] {
      if (pass_ == Pass::kInline) {
        v.clear();
        if (!pointer(name)) return;
        allocate(name, v, other.size(), {}, octets_min<T>());
        v.mark_present();
      } else {
        array_referent(name, v);
      }
    });
  }
  template <class C>
  void unique_string(std::string_view name, std::optional<std::basic_string<C>>& v) {
    passes([&] { string_pointer(name, v); });
  }
  template <class C>
  void ref_string(std::string_view name, std::basic_string<C>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) {
        if (!pointer(name)) fail(FaultKind::kNullRef, name);
      } else {
        string_body(name, v);
      }
    });
  }
  void unique_string_array(std::string_view name, Seq<WString>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) return array_pointer(name, v);
      if (fault_ || !v.is_present()) return;
      if (size(name) != v.size()) return fail(FaultKind::kConformance, name);
      array_passes([&] {
        for (auto& s : v) string_pointer(name, s);
      });
    });
  }
  void counted_string(std::string_view name, WString& v) {
    passes([&] {
      if (pass_ == Pass::kInline) {
        align(pointer_size());
        const auto length = get<std::uint16_t>(name);
        const auto length_max = get<std::uint16_t>(name);
        if (length % 2 != 0 || length > length_max) return fail(FaultKind::kBadString, name);
        v.reset();
        if (pointer(name) && claim(name, length, 1)) v.emplace(length / 2, u'\0');
        if (fault_) return;
        if (!v && length != 0) fail(FaultKind::kConformance, name);
        return;
      }
      if (fault_ || !v) return;
      const auto max = size(name);
      const auto offset = size(name);
      const auto actual = size(name);
      if (offset != 0 || actual != v->size() || max < actual) return fail(FaultKind::kBadString, name);
      if (actual * 2 > left()) return fail(FaultKind::kTruncated, name);
      get_all(name, v->data(), v->size());
    });
  }
  template <class T>
  void nested(std::string_view name, T& v) {
    const Step step(*this, name);
    if constexpr (kShape<T>.conformant) {
      if (pass_ == Pass::kParameters) return construct(v);
    }
    passes([&] { item(v); });
  }
  template <class T>
  void unique(std::string_view name, Unique<T>& v) {
    const Step step(*this, name);
    passes([&] { item(v); });
  }
  template <class T>
  void ref(std::string_view name, T& v) {
    const Step step(*this, name);
    passes([&] {
      if (pass_ == Pass::kInline) {
        if (!pointer(name)) fail(FaultKind::kNullRef);
      } else {
        construct(v);
      }
    });
  }
  template <class T>
  void linked_list(std::string_view name, Seq<T>& v) {
    passes([&] {
      if (pass_ == Pass::kInline) {
        v.clear();
        if (pointer(name)) v.emplace_back();
        return;
      }
      if (fault_ || v.empty()) return;
      const Step step(*this, name);
      nodes(step, v, true);
    });
  }
  template <class T>
  void list_head(std::string_view name, Seq<T>& v) {
    const Step step(*this, name);
    passes([&] {
      if (pass_ == Pass::kInline) {
        v.clear();
        v.emplace_back();
        node(step, v);
      } else {
        nodes(step, v, v.size() > 1);
      }
    });
  }
  template <class... A>
  void switch_value(std::string_view name, Union<A...>& v) {
    if (is_inline()) select(name, v, get<std::uint32_t>(name));
  }
  template <class... A>
  void union_of(std::string_view name, Union<A...>& v) {
    const Step step(*this, name);
    passes([&] { union_item(v); });
  }
  template <class... A>
  void unique_switch(std::string_view name, std::uint32_t& tag, Unique<Union<A...>>&) {
    scalar(name, tag);
    if (is_inline()) pointed_switch_ = tag;
  }
  template <class... A>
  void unique_union(std::string_view name, Unique<Union<A...>>& v) {
    const Step step(*this, name);
    passes([&] {
      if (pass_ == Pass::kInline) {
        make(v, pointer({}));
        if (v) select({}, *v, pointed_switch_);
      } else if (v && !fault_) {
        array_passes([&] { union_item(*v); });
      }
    });
  }

 private:
  enum class Pass : std::uint8_t { kParameters, kInline, kDeferred };

  /// A step of the path to the field that is being read; costs two stores.
  class Step {
   public:
    Step(Reader& reader, std::string_view name) : reader_(reader) {
      if (reader_.path_length_ < kPathMax) reader_.path_[reader_.path_length_] = {name, kNoIndex};
      ++reader_.path_length_;
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { --reader_.path_length_; }
    void index(std::size_t i) const {
      if (reader_.path_length_ <= kPathMax) reader_.path_[reader_.path_length_ - 1].index = i;
    }

   private:
    Reader& reader_;
  };
  struct PathItem {
    std::string_view name;
    std::size_t index;
  };
  static constexpr std::size_t kNoIndex = ~std::size_t{0};
  static constexpr std::size_t kPathMax = 3 * kDepthMax;

  [[nodiscard]] bool is_inline() const noexcept { return pass_ != Pass::kDeferred; }
  [[nodiscard]] std::size_t pointer_size() const noexcept { return options_.syntax == Syntax::kNdr64 ? 8 : 4; }
  [[nodiscard]] std::size_t left() const noexcept { return in_.size() - at_; }
  template <class T>
  static constexpr std::size_t octets_min() {
    return std::max<std::size_t>(1, kShape<T>.octets_min);
  }

  void fail(FaultKind kind, std::string_view name = {});

  template <class F>
  void passes(F&& both) {
    if (pass_ != Pass::kParameters) return both();
    array_passes(both);
    pass_ = Pass::kParameters;
  }
  template <class F>
  void array_passes(F&& both) {
    pass_ = Pass::kInline;
    both();
    pass_ = Pass::kDeferred;
    both();
  }

  template <class T>
  void item(T& v) {
    if constexpr (Scalar<T>) {
      if (is_inline()) v = get<T>({});
    } else if constexpr (std::same_as<T, Guid>) {
      if (is_inline()) get({}, v);
    } else if constexpr (is_unique<T>::value) {
      if (pass_ == Pass::kInline)
        make(v, pointer({}));
      else if (v)
        construct(*v);
    } else {
      const std::size_t a = align_of<T>(options_.syntax);
      if (pass_ == Pass::kInline) align(a);
      describe(*this, v);
      if (pass_ == Pass::kInline && options_.syntax == Syntax::kNdr64) align(a);
    }
  }
  template <class T>
  void elements(std::string_view name, Seq<T>& v) {
    if constexpr (Scalar<T>) {
      if (is_inline()) get_all(name, v);
    } else {
      const Step step(*this, name);
      for (std::size_t i = 0; i < v.size() && !fault_; ++i) {
        step.index(i);
        item(v[i]);
      }
    }
  }
  template <class C>
  void string_pointer(std::string_view name, std::optional<std::basic_string<C>>& v) {
    if (pass_ == Pass::kInline) {
      v.reset();
      if (pointer(name)) v.emplace();
      return;
    }
    if (v) string_body(name, *v);
  }
  template <class C>
  void string_body(std::string_view name, std::basic_string<C>& v) {
    if (fault_) return;
    const auto max = size(name);
    const auto offset = size(name);
    const auto actual = size(name);
    if (fault_) return;
    if (offset != 0 || actual == 0 || actual > max) return fail(FaultKind::kBadString, name);
    if (actual > left() / sizeof(C)) return fail(FaultKind::kTruncated, name);
    v.resize(actual - 1);
    get_all(name, v.data(), actual - 1);
    if (get<C>(name) != C{0}) fail(FaultKind::kBadString, name);
  }
  template <class... A>
  void select(std::string_view name, Union<A...>& v, std::uint32_t tag) {
    if (!fault_ && !v.select(tag)) fail(FaultKind::kUnknownArm, name);
  }
  template <class... A>
  void union_item(Union<A...>& v) {
    if (pass_ == Pass::kInline) {
      const std::size_t arm_align = std::max({align_of<typename A::type>(options_.syntax)...});
      if (options_.syntax == Syntax::kNdr64) align(std::max<std::size_t>(4, arm_align));
      const auto tag = get<std::uint32_t>({});
      if (!fault_ && tag != v.tag()) fail(FaultKind::kUnknownArm);
      if (options_.syntax == Syntax::kNdr64) align(arm_align);
    }
    if (!fault_) v.visit([&](auto& arm) { item(arm); });
  }
  /// The inline part of the last node of v; a next pointer that is not null makes room for one more.
  template <class T>
  bool node(const Step& step, Seq<T>& v) {
    const std::size_t node_align = std::max(pointer_size(), align_of<T>(options_.syntax));
    step.index(v.size() - 1);
    align(node_align);
    const bool more = pointer({});
    describe(*this, v.back());
    if (options_.syntax == Syntax::kNdr64) align(node_align);
    if (!more || fault_) return false;
    v.emplace_back();
    return true;
  }
  /// The rest of a list node by node, then the other referents of all nodes.
  template <class T>
  void nodes(const Step& step, Seq<T>& v, bool more) {
    if (fault_) return;
    pass_ = Pass::kInline;
    while (more) more = node(step, v);
    pass_ = Pass::kDeferred;
    for (std::size_t i = v.size(); i-- > 0 && !fault_;) {
      step.index(i);
      describe(*this, v[i]);
    }
  }

  template <class T>
  void make(Unique<T>& v, bool present) {
    if (!present)
      v = nullptr;
    else if (options_.arena != nullptr)
      v = Unique<T>::view(options_.arena->template make_array<T>(1));
    else
      v.emplace();
  }
  /// Elements of different arrays never share octets, so all arrays together cannot promise more than the message has.
  bool claim(std::string_view name, std::uint64_t n, std::size_t octets_each) {
    if (n > left() / octets_each || n * octets_each > in_.size() - claimed_) {
      fail(FaultKind::kTruncated, name);
      return false;
    }
    claimed_ += n * octets_each;
    return true;
  }
  template <class T>
  void allocate(std::string_view name, Seq<T>& v, std::uint64_t n, Range range, std::size_t octets_each) {
    if (fault_) return;
    if (!range.admits(n)) return fail(FaultKind::kRange, name);
    if (!claim(name, n, octets_each)) return;
    v.clear();
    if (n == 0) return;
    if (options_.arena == nullptr)
      v.resize(n);
    else if constexpr (sizeof(T) == 1 && Scalar<T>)
      v = Seq<T>::view({reinterpret_cast<const T*>(in_.data()), n});  // the place is known when the elements are reached
    else
      v = Seq<T>::view({options_.arena->template make_array<T>(n), n});
  }
  template <class T>
  void array_pointer(std::string_view name, Seq<T>& v) {
    const bool present = pointer(name);
    if (fault_) return;
    if (!present && !v.empty()) return fail(FaultKind::kConformance, name);
    if (present) v.mark_present();
  }
  template <class T>
  void array_referent(std::string_view name, Seq<T>& v) {
    if (fault_ || !v.is_present()) return;
    if (size(name) != v.size()) return fail(FaultKind::kConformance, name);
    array_passes([&] { elements(name, v); });
  }
  /// The hoisted count of a conformant structure must be the one that its member gives.
  void check_conformance(std::string_view name, std::uint64_t n) {
    if (has_max_count_ && max_count_ != n) fail(FaultKind::kConformance, name);
    has_max_count_ = false;
  }

  void align(std::size_t a) {
    const std::size_t pad = (a - at_ % a) % a;
    at_ += std::min(pad, left());
  }
  const std::uint8_t* take(std::string_view name, std::size_t n, std::size_t alignment) {
    if (fault_) return nullptr;
    align(alignment);
    if (n > left()) {
      fail(FaultKind::kTruncated, name);
      return nullptr;
    }
    return in_.data() + std::exchange(at_, at_ + n);
  }
  template <Scalar T>
  T get(std::string_view name) {
    const auto* const at = take(name, sizeof(T), sizeof(T));
    if (at == nullptr) return T{};
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(options_.order == std::endian::little ? load_le<U>(at) : load_be<U>(at));
  }
  void get(std::string_view name, Guid& v) {
    const auto* const at = take(name, 16, 4);
    if (at == nullptr) return;
    std::memcpy(v.octets.data(), at, 16);
    if (options_.order == std::endian::little) return;
    std::reverse(v.octets.begin(), v.octets.begin() + 4);
    std::reverse(v.octets.begin() + 4, v.octets.begin() + 6);
    std::reverse(v.octets.begin() + 6, v.octets.begin() + 8);
  }
  template <Scalar T>
  void get_all(std::string_view name, Seq<T>& v) {
    if constexpr (sizeof(T) == 1) {
      if (v.is_borrowed() && !v.empty()) {
        const auto* const at = take(name, v.size(), 1);
        if (at != nullptr) v = Seq<T>::view({reinterpret_cast<const T*>(at), v.size()});
        return;
      }
    }
    get_all(name, v.data(), v.size());
  }
  template <Scalar T>
  void get_all(std::string_view name, T* values, std::size_t n) {
    if (n == 0 || fault_) return;
    if (n > left() / sizeof(T)) return fail(FaultKind::kTruncated, name);
    const auto* const at = take(name, n * sizeof(T), sizeof(T));
    if (at == nullptr) return;
    if (options_.order == std::endian::native || sizeof(T) == 1) {
      std::memcpy(values, at, n * sizeof(T));
      return;
    }
    using U = std::make_unsigned_t<T>;
    for (std::size_t i = 0; i < n; ++i)
      values[i] = static_cast<T>(options_.order == std::endian::little ? load_le<U>(at + i * sizeof(T)) : load_be<U>(at + i * sizeof(T)));
  }
  std::uint64_t size(std::string_view name = {}) {
    return options_.syntax == Syntax::kNdr64 ? get<std::uint64_t>(name) : get<std::uint32_t>(name);
  }
  bool pointer(std::string_view name) {
    return (options_.syntax == Syntax::kNdr64 ? get<std::uint64_t>(name) : get<std::uint32_t>(name)) != 0;
  }

  ByteView in_;
  ReadOptions options_;
  std::size_t at_ = 0;
  std::size_t claimed_ = 0;  // octets that the elements of all arrays and counted strings so far need at least
  Pass pass_ = Pass::kInline;
  int depth_ = 0;
  std::uint64_t max_count_ = 0;
  bool has_max_count_ = false;
  std::uint32_t pointed_switch_ = 0;  // of the unique_switch just read, for the unique_union that follows it
  std::size_t path_length_ = 0;
  std::array<PathItem, kPathMax> path_{};
  Fault fault_;
};

}  // namespace tributary::ndr
