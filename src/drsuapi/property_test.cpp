// SPDX-License-Identifier: Apache-2.0
// For every operation, both directions, every version and both transfer syntaxes: a random value survives encoding and decoding,
// and what was decoded encodes to the same octets. Every prefix of those octets is refused.
#include <gtest/gtest.h>

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
