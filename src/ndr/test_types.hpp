// SPDX-License-Identifier: Apache-2.0
// Small types for the tests of the walkers, one for each rule of C706 chapter 14. No part of any protocol.
#pragma once

#include "ndr/ndr.hpp"

namespace tributary::ndr::test {

#define TRIBUTARY_TEST_EQUAL(T) friend bool operator==(const T&, const T&) = default

/// Integers of every size, in an order that needs padding.
struct Mixed {
  std::uint8_t a = 0;
  std::uint16_t b = 0;
  std::uint8_t c = 0;
  std::uint32_t d = 0;
  std::uint8_t e = 0;
  std::uint64_t f = 0;
  TRIBUTARY_TEST_EQUAL(Mixed);
};
template <class W>
constexpr void describe(W& w, Mixed& v) {
  w.scalar("a", v.a);
  w.scalar("b", v.b);
  w.scalar("c", v.c);
  w.scalar("d", v.d);
  w.scalar("e", v.e);
  w.scalar("f", v.f);
}

/// Five octets of content, four of alignment.
struct Gap {
  std::uint32_t l = 0;
  std::uint8_t s = 0;
  TRIBUTARY_TEST_EQUAL(Gap);
};
template <class W>
constexpr void describe(W& w, Gap& v) {
  w.scalar("l", v.l);
  w.scalar("s", v.s);
}

struct Gaps {
  Seq<Gap> items{};
  TRIBUTARY_TEST_EQUAL(Gaps);
};
template <class W>
constexpr void describe(W& w, Gaps& v) {
  w.count("n", v.items, Range{0, 1000});
  w.unique_array("items", v.items);
}

/// The hoisted count.
struct Conformant {
  std::uint16_t head = 0;
  Seq<std::uint16_t> tail{};
  TRIBUTARY_TEST_EQUAL(Conformant);
};
template <class W>
constexpr void describe(W& w, Conformant& v) {
  w.scalar("head", v.head);
  w.count("n", v.tail);
  w.conformant_array("tail", v.tail);
}

/// A conformant structure at the end of another one, behind a pointer, and as an embedded [ref].
struct Outer {
  std::uint8_t first = 0;
  Conformant last{};
  TRIBUTARY_TEST_EQUAL(Outer);
};
template <class W>
constexpr void describe(W& w, Outer& v) {
  w.scalar("first", v.first);
  w.nested("last", v.last);
}
struct Pointers {
  Unique<Conformant> left{};
  std::uint32_t middle = 0;
  Conformant right{};
  TRIBUTARY_TEST_EQUAL(Pointers);
};
template <class W>
constexpr void describe(W& w, Pointers& v) {
  w.unique("left", v.left);
  w.scalar("middle", v.middle);
  w.ref("right", v.right);
}

struct Strings {
  WString wide{};
  CString narrow{};
  std::string always{};
  WString counted{};
  Seq<WString> many{};
  TRIBUTARY_TEST_EQUAL(Strings);
};
template <class W>
constexpr void describe(W& w, Strings& v) {
  w.unique_string("wide", v.wide);
  w.unique_string("narrow", v.narrow);
  w.ref_string("always", v.always);
  w.counted_string("counted", v.counted);
  w.count("cMany", v.many, Range{0, 10});
  w.unique_string_array("many", v.many);
}

/// A name with a derived length, as DSNAME has it.
struct Name {
  std::array<std::uint8_t, 2> tag{};
  Seq<char16_t> text{};
  TRIBUTARY_TEST_EQUAL(Name);
};
template <class W>
constexpr void describe(W& w, Name& v) {
  w.derived("total", [&] { return 100 + v.text.size(); });
  w.fixed("tag", v.tag);
  w.terminated_count("length", v.text);
  w.conformant_terminated("text", v.text, Range{0, 6});
}

struct Node {
  std::uint16_t value = 0;
  Unique<std::uint32_t> extra{};
  TRIBUTARY_TEST_EQUAL(Node);
};
template <class W>
constexpr void describe(W& w, Node& v) {
  w.scalar("value", v.value);
  w.unique("extra", v.extra);
}
struct List {
  Seq<Node> nodes{};
  std::uint32_t after = 0;
  TRIBUTARY_TEST_EQUAL(List);
};
template <class W>
constexpr void describe(W& w, List& v) {
  w.linked_list("nodes", v.nodes);
  w.scalar("after", v.after);
}
struct Headed {
  std::uint8_t before = 0;
  Seq<Node> nodes{};
  TRIBUTARY_TEST_EQUAL(Headed);
};
template <class W>
constexpr void describe(W& w, Headed& v) {
  w.scalar("before", v.before);
  w.list_head("nodes", v.nodes);
}

enum class Colour : std::uint32_t { kRed = 1, kBlue = 2 };
struct Paint {
  std::uint8_t layers = 0;
  Colour colour = Colour::kRed;
  TRIBUTARY_TEST_EQUAL(Paint);
};
template <class W>
constexpr void describe(W& w, Paint& v) {
  w.scalar("layers", v.layers);
  w.enumeration("colour", v.colour, Range{1, 2});
}

struct Wide {
  std::uint64_t w64 = 0;
  TRIBUTARY_TEST_EQUAL(Wide);
};
template <class W>
constexpr void describe(W& w, Wide& v) {
  w.scalar("w64", v.w64);
}
using Choice = Union<Arm<1, Gap>, Arm<2, Wide>, Arm<7, Nothing>, Arm<8, Unique<Gap>>, Arm<9, Unique<Gap>>>;
struct Chosen {
  Choice choice{};
  TRIBUTARY_TEST_EQUAL(Chosen);
};
template <class W>
constexpr void describe(W& w, Chosen& v) {
  w.switch_value("which", v.choice);
  w.union_of("choice", v.choice);
}
struct Perhaps {
  std::uint32_t which = 0;
  Unique<Choice> choice{};
  std::uint16_t after = 0;
  TRIBUTARY_TEST_EQUAL(Perhaps);
};
template <class W>
constexpr void describe(W& w, Perhaps& v) {
  w.unique_switch("which", v.which, v.choice);
  w.unique_union("choice", v.choice);
  w.scalar("after", v.after);
}

struct Parallel {
  Seq<Unique<Guid>> guids{};
  Seq<std::uint32_t> numbers{};
  TRIBUTARY_TEST_EQUAL(Parallel);
};
template <class W>
constexpr void describe(W& w, Parallel& v) {
  w.count("n", v.guids);
  w.unique_array("guids", v.guids);
  w.parallel_array("numbers", v.numbers, v.guids);
}

/// Contains itself.
struct Deep {
  Unique<Deep> inner{};
  TRIBUTARY_TEST_EQUAL(Deep);
};
template <class W>
constexpr void describe(W& w, Deep& v) {
  w.unique("inner", v.inner);
}

/// Octets, for views.
struct Blob {
  Seq<std::uint8_t> octets{};
  TRIBUTARY_TEST_EQUAL(Blob);
};
template <class W>
constexpr void describe(W& w, Blob& v) {
  w.count("n", v.octets);
  w.unique_array("octets", v.octets);
}
struct Blobs {
  Seq<Blob> blobs{};
  TRIBUTARY_TEST_EQUAL(Blobs);
};
template <class W>
constexpr void describe(W& w, Blobs& v) {
  w.count("n", v.blobs);
  w.unique_array("blobs", v.blobs);
}

struct Counted {
  WString text{};
  TRIBUTARY_TEST_EQUAL(Counted);
};
template <class W>
constexpr void describe(W& w, Counted& v) {
  w.counted_string("text", v.text);
}
struct CountedOnes {
  Seq<Counted> items{};
  TRIBUTARY_TEST_EQUAL(CountedOnes);
};
template <class W>
constexpr void describe(W& w, CountedOnes& v) {
  w.count("n", v.items);
  w.unique_array("items", v.items);
}

/// An operation: a [ref] conformant parameter, a [unique] one, a list, a handle.
struct Operation {
  Conformant data{};
  Unique<Guid> id{};
  ContextHandle handle{};
  std::uint8_t last = 0;
  TRIBUTARY_TEST_EQUAL(Operation);
};
template <class W>
constexpr void describe(W& w, Operation& v) {
  w.nested("data", v.data);
  w.unique("id", v.id);
  w.nested("handle", v.handle);
  w.scalar("last", v.last);
}

#undef TRIBUTARY_TEST_EQUAL

}  // namespace tributary::ndr::test
