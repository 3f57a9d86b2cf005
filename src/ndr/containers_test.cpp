// SPDX-License-Identifier: Apache-2.0
// Seq, Unique and Arena: who owns what, and that nothing leaks (under ASan).
#include <gtest/gtest.h>

#include <string>

#include "ndr/generate.hpp"
#include "ndr/test_types.hpp"

namespace tributary::ndr::test {
namespace {

TEST(Seq, GrowsAndShrinks) {
  Seq<std::string> seq;
  EXPECT_FALSE(seq.is_present());
  for (int i = 0; i < 100; ++i) seq.push_back("a string that is too long to be stored in place " + std::to_string(i));
  EXPECT_EQ(seq.size(), 100u);
  EXPECT_TRUE(seq.is_present());
  EXPECT_TRUE(seq.back().ends_with(" 99"));
  EXPECT_TRUE(seq.front().ends_with(" 0"));
  EXPECT_TRUE(std::as_const(seq).back().ends_with(" 99"));
  seq.resize(1);
  EXPECT_EQ(seq.size(), 1u);
  seq.resize(3);
  EXPECT_EQ(seq[2], "");
  seq.clear();
  EXPECT_FALSE(seq.is_present());
}

TEST(Seq, ACopyOfABorrowedOneOwns) {
  const std::vector<std::uint32_t> numbers{1, 2, 3};
  auto borrowed = Seq<std::uint32_t>::view(numbers);
  EXPECT_TRUE(borrowed.is_borrowed());
  EXPECT_EQ(borrowed.data(), numbers.data());
  const auto copy = borrowed;
  EXPECT_FALSE(copy.is_borrowed());
  EXPECT_NE(copy.data(), numbers.data());
  EXPECT_EQ(copy, borrowed);
  // Growing a borrowed one copies what it borrowed and leaves that alone.
  borrowed.push_back(4);
  EXPECT_FALSE(borrowed.is_borrowed());
  EXPECT_EQ(borrowed.size(), 4u);
  EXPECT_EQ(numbers.size(), 3u);
  auto shrunk = Seq<std::uint32_t>::view(numbers);
  shrunk.resize(2);
  EXPECT_FALSE(shrunk.is_borrowed());
  EXPECT_EQ(shrunk, (Seq<std::uint32_t>{1, 2}));
}

TEST(Seq, PresenceSurvivesCopyAndMoveAndIsNotPartOfEquality) {
  Seq<int> empty;
  empty.mark_present();
  Seq<int> copy = empty;
  EXPECT_TRUE(copy.is_present());
  const Seq<int> moved = std::move(copy);
  EXPECT_TRUE(moved.is_present());
  EXPECT_EQ(moved, Seq<int>());
  EXPECT_EQ(moved.span().size(), 0u);
  Seq<int> full{1};
  full.mark_present();
  EXPECT_EQ(full.size(), 1u);
  EXPECT_TRUE(Seq<int>::view({}).is_present());
}

TEST(SeqDeathTest, AnIndexBeyondTheEndAborts) {
  const Seq<int> seq{1, 2};
  EXPECT_DEATH((void)seq[2], "i < size_");
  EXPECT_DEATH((void)Seq<int>().back(), "i < size_");
}

TEST(Unique, IsAValue) {
  Unique<std::string> a(std::string("a string that is too long to be stored in place"));
  Unique<std::string> b = a;
  EXPECT_EQ(a, b);
  EXPECT_NE(a.get(), b.get());
  *b = "other";
  EXPECT_FALSE(a == b);
  EXPECT_EQ(b->size(), 5u);
  b = nullptr;
  EXPECT_FALSE(b);
  EXPECT_FALSE(a == b);
  EXPECT_EQ(Unique<std::string>(), b);
  const Unique<std::string> c = std::move(a);
  EXPECT_EQ(c->size(), (*c).size());
  EXPECT_NE(c.get(), nullptr);
  const std::string outside = "borrowed";
  const auto view = Unique<std::string>::view(&outside);
  EXPECT_EQ(view.get(), &outside);
  const auto owned = view;
  EXPECT_NE(owned.get(), &outside);
}

TEST(UniqueDeathTest, ANullOneCannotBeFollowed) { EXPECT_DEATH((void)*Unique<int>(), "object_ != nullptr"); }

TEST(WriterDeathTest, ParallelArraysHaveOneLength) {
  EXPECT_DEATH((void)encode(Parallel{.guids = {Unique<Guid>()}, .numbers = {1, 2}}), "v.size\\(\\) == other.size\\(\\)");
}

TEST(Arena, OctetArraysAreViewsIntoTheMessage) {
  Blobs value{.blobs = {Blob{{1, 2, 3}}, Blob{}, Blob{{4}}}};
  value.blobs[1].octets.mark_present();
  const Bytes octets = encode(value);
  Arena arena;
  auto read = decode<Blobs>(octets, {.arena = &arena});
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(*read == value);
  EXPECT_TRUE(read->blobs.is_borrowed());
  const auto& first = read->blobs[0].octets;
  EXPECT_TRUE(first.is_borrowed());
  EXPECT_GE(first.data(), octets.data());
  EXPECT_LE(first.data() + first.size(), octets.data() + octets.size());
  EXPECT_TRUE(read->blobs[1].octets.is_present());
  // A value in the arena may be replaced by one that owns (a secret, decrypted): the arena ends its life too.
  read->blobs[0].octets = Seq<std::uint8_t>{9, 9, 9, 9};
  EXPECT_EQ(to_hex(encode(*read)), to_hex(encode(Blobs{.blobs = {Blob{{9, 9, 9, 9}}, value.blobs[1], value.blobs[2]}})));
}

TEST(Arena, StringsAndPointersInItAreReleasedWithIt) {
  Arena arena(128);
  for (int round = 0; round < 3; ++round) {
    const Strings value{.wide = std::u16string(200, u'w'), .narrow = std::nullopt, .always = "", .counted = u"c",
                        .many = {std::u16string(300, u'm'), std::nullopt}};
    const Bytes octets = encode(value);
    {
      const auto read = decode<Strings>(octets, {.arena = &arena});
      ASSERT_TRUE(read) << read.error().detail;
      EXPECT_TRUE(*read == value);
    }
    const Bytes deep = encode(Deep{.inner = Deep{.inner = Deep{}}});
    EXPECT_TRUE(decode<Deep>(deep, {.arena = &arena}));
    arena.release();
  }
}

TEST(Arena, AFaultLeavesNothingBehind) {
  const Bytes octets = encode(Strings{.wide = std::u16string(200, u'w'), .always = "a", .many = {std::u16string(300, u'm')}});
  for (std::size_t n = 0; n < octets.size(); n += 7) {
    Arena arena;
    EXPECT_FALSE(decode<Strings>(ByteView(octets).first(n), {.arena = &arena}));
  }
}

TEST(Generator, IsDeterministicAndDiffersBySeed) {
  EXPECT_TRUE(generate<Strings>({.seed = 5}) == generate<Strings>({.seed = 5}));
  EXPECT_FALSE(generate<Mixed>({.seed = 5}) == generate<Mixed>({.seed = 6}));
}

template <class T>
void expect_round_trips() {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const T value = generate<T>({.seed = seed});
    for (const auto syntax : {Syntax::kNdr20, Syntax::kNdr64}) {
      const Bytes octets = encode(value, syntax);
      const auto read = decode<T>(octets, {.syntax = syntax});
      ASSERT_TRUE(read) << "seed " << seed << ": " << read.error().detail;
      ASSERT_TRUE(*read == value) << "seed " << seed;
      ASSERT_EQ(to_hex(encode(*read, syntax)), to_hex(octets)) << "seed " << seed;
    }
  }
}

TEST(Generator, WhatItMakesIsValid) {
  expect_round_trips<Mixed>();
  expect_round_trips<Gaps>();
  expect_round_trips<Outer>();
  expect_round_trips<Pointers>();
  expect_round_trips<Strings>();
  expect_round_trips<List>();
  expect_round_trips<Headed>();
  expect_round_trips<Paint>();
  expect_round_trips<Chosen>();
  expect_round_trips<Perhaps>();
  expect_round_trips<Parallel>();
  expect_round_trips<Deep>();
  expect_round_trips<Blobs>();
}

}  // namespace
}  // namespace tributary::ndr::test
