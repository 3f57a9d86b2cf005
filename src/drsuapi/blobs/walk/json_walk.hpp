// SPDX-License-Identifier: Apache-2.0
// The JSON walkers over the same describe() as packed.hpp. Writing: every member under the specification's name, in order.
// Reading: an absent member keeps its default, a member that no field asks for is an error (a typing mistake would
// otherwise change a value silently), and the count of a list is for the reader only: the list decides.
#pragma once

#include <optional>
#include <vector>

#include "drsuapi/blobs/walk/atom.hpp"
#include "drsuapi/blobs/walk/extents.hpp"
#include "drsuapi/blobs/walk/trail.hpp"
#include "ndr/types.hpp"

namespace tributary::drsuapi::blobs {

/// How a member is shown. The types of drsuapi/types.hpp are as bare as the IDL; there the names say what a number is:
/// in [MS-DRSR] a 64-bit member time... is a DSTIME, rgTimes is a week of quarter hours, and rgPartialAttr holds ATTRTYP values.
template <class T, class Visit>
decltype(auto) as_shown(std::string_view name, const T& v, Visit&& visit) {
  if constexpr (std::same_as<T, std::int64_t>) {
    if (name.starts_with("time")) return visit(DsTime{v});
  } else if constexpr (std::same_as<T, std::uint32_t>) {
    if (name == "rgPartialAttr") return visit(static_cast<Attid>(v));
  } else if constexpr (std::same_as<T, std::array<std::uint8_t, 84>>) {
    return visit(Week<84>{v});
  }
  return visit(v);
}
inline std::int64_t bare(DsTime v) { return v.seconds; }
inline std::uint32_t bare(Attid v) { return static_cast<std::uint32_t>(v); }
inline std::array<std::uint8_t, 84> bare(const Week<84>& v) { return v.octets; }

class JsonWriter {
 public:
  explicit JsonWriter(json::object& out) : out_(out) {}
  [[nodiscard]] json::object& out() noexcept { return out_; }

  template <class T>
  void scalar(std::string_view name, const T& v, ndr::Range = {}) {
    out_.emplace(name, shown(name, v));
  }
  template <class T>
  void fixed(std::string_view name, const T& v) {
    scalar(name, v);
  }
  template <class T>
  void optional(std::string_view name, const std::optional<T>& v) {
    if (v) scalar(name, *v);
  }
  template <class T>
  void nested(std::string_view name, T& v) {
    out_.emplace(name, to_object(v));
  }
  template <class List>
  void count(std::string_view name, List& list, ndr::Range = {}) {
    out_.emplace(name, list.size());
  }
  template <class List>
  void conformant_array(std::string_view name, List& list) {
    json::array items;
    items.reserve(list.size());
    for (auto& item : list) {
      if constexpr (IsAtom<typename List::value_type>)
        items.push_back(shown(name, item));
      else
        items.push_back(to_object(item));
    }
    out_.emplace(name, std::move(items));
  }
  /// mtx_name: the text without its terminator, or, when it is not one terminated UTF-8 text, the octets.
  void conformant_array(std::string_view name, ndr::Seq<char>& text) { out_.emplace(name, terminated_to_json(text)); }
  /// A text that is UTF-8, or {"base64": ...}.
  void text(std::string_view name, ByteView v) { out_.emplace(name, text_to_json(v)); }
  /// Absent when there are none.
  void unknown(const std::vector<UnknownOctets>& chunks);
  void trailing(const Bytes& octets);

 private:
  template <class T>
  static json::value shown(std::string_view name, const T& v) {
    return as_shown(name, v, [](const auto& as) { return Atom<std::remove_cvref_t<decltype(as)>>::to_json(as); });
  }
  template <class T>
  static json::object to_object(T& v) {
    json::object inner;
    JsonWriter walker(inner);
    describe(walker, v);
    return inner;
  }
  static json::value terminated_to_json(const ndr::Seq<char>& text);

  json::object& out_;
};

class JsonReader {
 public:
  JsonReader(Trail& trail, const json::object& in) : trail_(trail), in_(in) {}
  [[nodiscard]] Trail& trail() noexcept { return trail_; }

  /// The member, or null when it is absent or null.
  const json::value* find(std::string_view name);
  /// The member as an object; null when it is absent, and a failure when it is something else.
  const json::object* object(std::string_view name);
  const json::array* list(std::string_view name);
  /// Marks a member that is for the reader only.
  void informative(std::string_view name) { (void)find(name); }
  /// Fails at the first member that nobody asked for.
  void finish();

  template <class T>
  void scalar(std::string_view name, T& v, ndr::Range = {}) {
    const auto* value = find(name);
    if (value != nullptr) assign(name, name, *value, v);
  }
  template <class T>
  void fixed(std::string_view name, T& v) {
    scalar(name, v);
  }
  template <class T>
  void optional(std::string_view name, std::optional<T>& v) {
    const auto* value = find(name);
    if (value == nullptr)
      v.reset();
    else
      assign(name, name, *value, v.emplace());
  }
  template <class T>
  void nested(std::string_view name, T& v) {
    const auto* inner = object(name);
    if (inner == nullptr) return;
    const Inside inside(trail_, name);
    read_object(*inner, v);
  }
  template <class List>
  void count(std::string_view name, List&, ndr::Range = {}) {
    informative(name);
  }
  template <class List>
  void conformant_array(std::string_view name, List& items) {
    const auto* source = list(name);
    if (source == nullptr) return;
    const Inside inside(trail_, name);
    items.resize(source->size());
    for (std::size_t i = 0; i < items.size() && trail_.ok(); ++i) {
      const Inside element(trail_, i);
      const auto& value = (*source)[i];
      if constexpr (IsAtom<typename List::value_type>) {
        assign(name, {}, value, items[i]);
      } else if (value.is_object()) {
        read_object(value.get_object(), items[i]);
      } else {
        trail_.fail({}, "an object is expected");
      }
    }
  }
  void conformant_array(std::string_view name, ndr::Seq<char>& text);
  void text(std::string_view name, Bytes& v);
  void unknown(std::vector<UnknownOctets>& chunks);
  void trailing(Bytes& octets);

 private:
  /// `kind` is the member's name, which says how it is shown; `field` is what an error calls it.
  template <class T>
  void assign(std::string_view kind, std::string_view field, const json::value& value, T& v) {
    as_shown(kind, v, [&](const auto& as) {
      auto parsed = Atom<std::remove_cvref_t<decltype(as)>>::parse(value);
      if (!parsed)
        trail_.fail(field, parsed.error().detail);
      else if constexpr (std::same_as<std::remove_cvref_t<decltype(as)>, T>)
        v = *std::move(parsed);
      else
        v = bare(*parsed);
    });
  }
  template <class T>
  void read_object(const json::object& inner, T& v) {
    JsonReader walker(trail_, inner);
    describe(walker, v);
    walker.finish();
  }

  Trail& trail_;
  const json::object& in_;
  std::vector<std::string_view> known_;
};

}  // namespace tributary::drsuapi::blobs
