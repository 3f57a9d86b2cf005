// SPDX-License-Identifier: Apache-2.0
// For every operation (the concrete types of [MS-DRSR] 4.1 and 5: 4.1.10.2.1 to .16, 4.1.19.1, 4.1.20.1, 4.1.22.1, 4.1.23.1, 4.1.24.1, 4.1.26.1), both directions, every version and both transfer syntaxes: a random value survives encoding and decoding,
// and what was decoded encodes to the same octets. Every prefix of those octets is refused.
#include <gtest/gtest.h>

#include "drsuapi/change_one.hpp"
#include "drsuapi/operations.hpp"
#include "ndr/generate.hpp"

namespace tributary::drsuapi {
namespace {

constexpr ndr::Syntax kSyntaxes[] = {ndr::Syntax::kNdr20, ndr::Syntax::kNdr64};
constexpr std::uint64_t kSeeds = 24;

/// The versions of a message: the tags of its union, or nothing to choose from.
template <class Message>
std::vector<std::optional<std::uint32_t>> versions_of() {
  const auto of = [](const auto& u) {
    return std::vector<std::optional<std::uint32_t>>(u.tags().begin(), u.tags().end());
  };
  const Message message{};
  if constexpr (requires { message.msgIn; }) return of(message.msgIn);
  else if constexpr (requires { message.msgOut; }) return of(message.msgOut);
  else if constexpr (requires { message.msgSync; }) return of(message.msgSync);
  else if constexpr (requires { message.msgUpdRefs; }) return of(message.msgUpdRefs);
  else if constexpr (requires { message.msgAdd; }) return of(message.msgAdd);
  else if constexpr (requires { message.msgDel; }) return of(message.msgDel);
  else if constexpr (requires { message.msgMod; }) return of(message.msgMod);
  else if constexpr (requires { message.msgVerify; }) return of(message.msgVerify);
  else return {std::nullopt};
}

/// One direction of one operation.
template <class MessageType>
struct Codec {
  using Message = MessageType;
  Bytes (*encode)(const Message&, ndr::Syntax);
  Result<Message> (*decode)(ByteView, ndr::ReadOptions);
};
template <class Operation, class F>
void for_both_directions(F&& f) {
  SCOPED_TRACE(Operation::name);
  {
    SCOPED_TRACE("In");
    f(Codec<typename Operation::In>{&encode_in<Operation>, &decode_in<Operation>});
  }
  SCOPED_TRACE("Out");
  f(Codec<typename Operation::Out>{&encode_out<Operation>, &decode_out<Operation>});
}
template <class F, class... O>
void for_each_of(std::tuple<O...>*, F&& f) {
  (for_both_directions<O>(f), ...);
}
template <class F>
void for_each_message(F&& f) {
  for_each_of(static_cast<DrsuapiOperations*>(nullptr), f);
  for_each_of(static_cast<DsaopOperations*>(nullptr), f);
}

TEST(Property, EveryMessageOfEveryVersionRoundTripsInBothSyntaxes) {
  int count = 0;
  for_each_message([&](const auto& codec) {
    using Message = typename std::remove_cvref_t<decltype(codec)>::Message;
    for (const auto& version : versions_of<Message>()) {
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const auto value = ndr::generate<Message>({.seed = seed, .tag = version});
        for (const auto syntax : kSyntaxes) {
          const Bytes octets = codec.encode(value, syntax);
          const auto back = codec.decode(octets, {.syntax = syntax});
          ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().detail;
          ASSERT_TRUE(*back == value) << "seed " << seed;
          ASSERT_EQ(to_hex(codec.encode(*back, syntax)), to_hex(octets)) << "seed " << seed;
          ++count;
        }
      }
    }
  });
  EXPECT_GE(count, 4000);
}

TEST(Property, DecodingIntoAnArenaGivesTheSameValue) {
  for_each_message([&](const auto& codec) {
    using Message = typename std::remove_cvref_t<decltype(codec)>::Message;
    for (const auto& version : versions_of<Message>()) {
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const auto value = ndr::generate<Message>({.seed = seed, .tag = version});
        for (const auto syntax : kSyntaxes) {
          const Bytes octets = codec.encode(value, syntax);
          ndr::Arena arena;
          const auto back = codec.decode(octets, {.syntax = syntax, .arena = &arena});
          ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().detail;
          ASSERT_TRUE(*back == value) << "seed " << seed;
          const Message copy = *back;  // deep: stays good when the arena is gone
          arena.release();
          ASSERT_EQ(to_hex(codec.encode(copy, syntax)), to_hex(octets)) << "seed " << seed;
        }
      }
    }
  });
}

TEST(Property, EveryFieldCountsForEquality) {
  for_each_message([&](const auto& codec) {
    using Message = typename std::remove_cvref_t<decltype(codec)>::Message;
    for (const auto& version : versions_of<Message>()) {
      for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const auto value = ndr::generate<Message>({.seed = seed, .tag = version});
        for (std::size_t n = 0;; ++n) {
          auto other = value;
          ASSERT_TRUE(other == value);
          if (!ChangeOne(n).change(other)) break;
          ASSERT_FALSE(other == value) << "seed " << seed << ", field " << n;
        }
      }
    }
  });
}

TEST(Property, AnOperationKnownByItsNumberRecodesItsStubs) {
  const auto check = [](std::span<const OperationInfo> table, std::uint16_t opnum, const Bytes& in, const Bytes& out) {
    const auto& operation = table[opnum];
    EXPECT_EQ(operation.recode(Direction::kIn, in, {}, ndr::Syntax::kNdr20), in) << operation.name;
    EXPECT_EQ(operation.recode(Direction::kOut, out, {}, ndr::Syntax::kNdr20), out) << operation.name;
    EXPECT_FALSE(operation.recode(Direction::kIn, {}, {}, ndr::Syntax::kNdr20)) << operation.name;
    EXPECT_FALSE(operation.recode(Direction::kOut, {}, {}, ndr::Syntax::kNdr20)) << operation.name;
  };
  const auto check_all = [&]<class... O>(std::tuple<O...>*, std::span<const OperationInfo> table) {
    (check(table, O::opnum, encode_in<O>(ndr::generate<typename O::In>({.seed = 3})),
           encode_out<O>(ndr::generate<typename O::Out>({.seed = 4}))),
     ...);
  };
  check_all(static_cast<DrsuapiOperations*>(nullptr), drsuapi_operations());
  check_all(static_cast<DsaopOperations*>(nullptr), dsaop_operations());
}

TEST(Property, EveryTruncationIsRefused) {
  for_each_message([&](const auto& codec) {
    using Message = typename std::remove_cvref_t<decltype(codec)>::Message;
    for (const auto& version : versions_of<Message>()) {
      const auto value = ndr::generate<Message>({.seed = 11, .tag = version});
      for (const auto syntax : kSyntaxes) {
        const Bytes octets = codec.encode(value, syntax);
        for (std::size_t n = 0; n < octets.size(); ++n) {
          const Bytes cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n));
          ndr::Arena arena;
          for (ndr::Arena* into : {static_cast<ndr::Arena*>(nullptr), &arena}) {
            const auto back = codec.decode(cut, {.syntax = syntax, .arena = into});
            if (!back) continue;
            // NDR64 pads structures at their end as well; of the very last one nobody needs the padding.
            EXPECT_TRUE(syntax == ndr::Syntax::kNdr64 && octets.size() - n < 8 && *back == value) << n << " of " << octets.size();
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace tributary::drsuapi
