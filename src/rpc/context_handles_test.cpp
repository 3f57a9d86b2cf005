// SPDX-License-Identifier: Apache-2.0
// Context handles belong to an association group, and die with it (C706 5.1.6, [MS-RPCE] 3.3.1.4.1, 3.3.1.5.7).
#include "rpc/context_handles.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::rpc {
namespace {

struct Session : HandleState {
  explicit Session(int& alive) : alive_(alive) { ++alive_; }
  ~Session() override { --alive_; }
  int& alive_;
};
struct Other : HandleState {};

class CountingRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) octet = next_;
    if (counts_) ++next_;
  }
  std::uint8_t next_ = 0;
  bool counts_ = true;
};

TEST(ContextHandles, FindOnlyWhatTheyHold) {
  int alive = 0;
  CountingRandom random;
  ContextHandles handles;
  const auto first = handles.open(std::make_shared<Session>(alive), random);
  const auto second = handles.open(std::make_shared<Other>(), random);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(first->is_null());
  EXPECT_NE(*first, *second);
  EXPECT_NE(handles.find<Session>(*first), nullptr);
  EXPECT_EQ(handles.find<Other>(*first), nullptr) << "another kind of state";
  EXPECT_EQ(handles.find<Session>(ndr::ContextHandle{}), nullptr) << "the null handle";
  ndr::ContextHandle changed = *first;
  changed.attributes = 1;
  EXPECT_EQ(handles.find<Session>(changed), nullptr) << "all 20 octets count ([MS-RPCE] 2.2.1.1.4)";
  EXPECT_EQ(handles.close(changed), nullptr);
  EXPECT_NE(handles.close(*first), nullptr);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(handles.close(*first), nullptr);
  EXPECT_EQ(handles.size(), 1u);
}

TEST(ContextHandles, HaveALimit) {
  class Fresh : public Random {
   public:
    void fill(std::span<std::uint8_t> octets) override { store_le(octets.data(), ++count_); }
    std::uint64_t count_ = 0;
  } random;
  ContextHandles handles;
  for (std::size_t i = 0; i < kHandlesPerGroupMax; ++i) ASSERT_TRUE(handles.open(std::make_shared<Other>(), random));
  EXPECT_EQ(handles.open(std::make_shared<Other>(), random).error().code, win32::kRpcSServerTooBusy);
}

TEST(ContextHandles, RefuseARandomThatRepeats) {
  CountingRandom random;
  random.counts_ = false;
  ContextHandles handles;
  EXPECT_EQ(handles.open(std::make_shared<Other>(), random).error().code, win32::kErrorInternalError) << "only zeros";
  random.next_ = 7;
  EXPECT_TRUE(handles.open(std::make_shared<Other>(), random));
  EXPECT_FALSE(handles.open(std::make_shared<Other>(), random));
}

TEST(AssociationGroups, EndWithTheirLastConnection) {
  int alive = 0;
  CountingRandom random;
  AssociationGroups groups;
  const std::uint32_t group = groups.create("192.0.2.1").value();
  EXPECT_NE(group, 0u) << "0 asks for a new group";
  EXPECT_TRUE(groups.join(group, "192.0.2.1"));
  const auto handle = groups.handles(group)->open(std::make_shared<Session>(alive), random);
  EXPECT_EQ(groups.leave(group), 0u);
  EXPECT_NE(groups.handles(group)->find<Session>(*handle), nullptr);
  EXPECT_EQ(groups.leave(group), 1u) << "one handle was run down";
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(groups.handles(group), nullptr);
  EXPECT_EQ(groups.leave(group), 0u);
  EXPECT_EQ(groups.size(), 0u);
}

TEST(AssociationGroups, AdmitOnlyTheirOwnMachine) {
  AssociationGroups groups;
  const std::uint32_t group = groups.create("192.0.2.1").value();
  EXPECT_EQ(groups.join(group, "192.0.2.2").error().code, win32::kErrorAccessDenied);
  EXPECT_EQ(groups.join(group + 1, "192.0.2.1").error().code, win32::kErrorAccessDenied);
  EXPECT_NE(groups.create("192.0.2.1").value(), group);
}

TEST(AssociationGroups, HaveALimit) {
  AssociationGroups groups;
  for (std::size_t i = 0; i < kGroupsMax; ++i) ASSERT_TRUE(groups.create(""));
  EXPECT_EQ(groups.create("").error().code, win32::kRpcSServerTooBusy);
}

}  // namespace
}  // namespace tributary::rpc
