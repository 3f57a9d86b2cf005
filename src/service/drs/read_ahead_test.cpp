// SPDX-License-Identifier: Apache-2.0
#include "service/drs/read_ahead.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tributary::service {
namespace {

Bytes octets(std::initializer_list<std::uint8_t> list) { return list; }
std::optional<ReadAhead::Page> page(std::uint8_t mark) { return ReadAhead::Page{octets({mark}), true, {}, {7, 0, 7}}; }

TEST(ReadAhead, GivesTheForeseenPageOnce) {
  ReadAhead ahead;
  EXPECT_FALSE(ahead.take(octets({1})));
  ahead.prepare(octets({1}), [] { return page(9); });
  const auto got = ahead.take(octets({1}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->stub, octets({9}));
  EXPECT_EQ(got->to, (drsuapi::USN_VECTOR{7, 0, 7}));
  EXPECT_FALSE(ahead.take(octets({1})));
}

TEST(ReadAhead, AnotherRequestForgetsIt) {
  ReadAhead ahead;
  ahead.prepare(octets({1}), [] { return page(9); });
  EXPECT_FALSE(ahead.take(octets({2})));
  EXPECT_FALSE(ahead.take(octets({1})));
}

TEST(ReadAhead, WaitsForAPageThatIsBeingBuilt) {
  ReadAhead ahead;
  std::promise<void> begun, go_on;
  std::thread builder([&] {
    ahead.prepare(octets({1}), [&] {
      begun.set_value();
      go_on.get_future().wait();
      return page(9);
    });
  });
  begun.get_future().wait();
  EXPECT_FALSE(ahead.take(octets({2})));  // not what is being built: does not wait
  ahead.prepare(octets({3}), [] { return page(3); });  // one at a time
  auto taken = std::async(std::launch::async, [&] { return ahead.take(octets({1})); });
  go_on.set_value();
  const auto got = taken.get();
  builder.join();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->stub, octets({9}));
}

TEST(ReadAhead, ABuilderThatFailsLeavesNothing) {
  ReadAhead ahead;
  ahead.prepare(octets({1}), [] { return std::nullopt; });
  EXPECT_FALSE(ahead.take(octets({1})));
  ahead.prepare(octets({1}), []() -> std::optional<ReadAhead::Page> { throw std::runtime_error("no"); });
  EXPECT_FALSE(ahead.take(octets({1})));
}

TEST(ReadAhead, HandlesShareABound) {
  std::vector<std::unique_ptr<ReadAhead>> handles(ReadAhead::kPagesMax + 1);
  for (auto& handle : handles) {
    handle = std::make_unique<ReadAhead>();
    handle->prepare(octets({1}), [] { return page(9); });
  }
  EXPECT_FALSE(handles.back()->take(octets({1})));
  EXPECT_TRUE(handles.front()->take(octets({1})));
  handles.back()->prepare(octets({1}), [] { return page(9); });  // there is room again
  EXPECT_TRUE(handles.back()->take(octets({1})));
  handles[1].reset();  // a handle that is closed gives its page back
  handles.front()->prepare(octets({1}), [] { return page(9); });
  EXPECT_TRUE(handles.front()->take(octets({1})));
}

}  // namespace
}  // namespace tributary::service
