// SPDX-License-Identifier: Apache-2.0
// What a replica notes of descriptors ([MS-ADTS] 3.1.1.6.3): inherited parts have no stamps, so each DSA makes them, and whoever applies a
// changed descriptor, a move, or an object that was made before such a change was known, has to look at what is below.
#include "repl/destination/test_dsas.hpp"
#include "repl/objects/descriptor_work.hpp"
#include "repl/updates/editor.hpp"

namespace tributary::repl::testing {
namespace {

constexpr std::string_view kTop = "DC=lab,DC=example";

/// A self-relative descriptor without any part; the octet that nobody reads tells one from the other ([MS-DTYP] 2.4.6).
Bytes descriptor(std::uint8_t mark) {
  Bytes octets(20, 0);
  octets[0] = 1;
  octets[1] = mark;
  octets[3] = 0x80;
  return octets;
}

class Descriptors : public ::testing::Test {
 protected:
  Descriptors() {
    a_.make_domain();
    unit_ = a_.add(kTop, "organizationalUnit", "unit", {{attid::kNtSecurityDescriptor, {octets_value(descriptor(1))}}});
    user_ = a_.add("OU=unit,DC=lab,DC=example", "user", "ann", {{attid::kNtSecurityDescriptor, {octets_value(descriptor(2))}}});
    EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  }
  void set_descriptor(Dsa& dsa, const ObjectGuid& object, std::uint8_t fill) {
    const Modification modification{ModifyOperation::kReplace, attid::kNtSecurityDescriptor, {octets_value(descriptor(fill))}};
    (void)dsa.update([&](WriteTransaction& tx) {
      return modify(tx, dsa.context, dsa.dnt(object), std::span(&modification, 1), {CheckLevel::kReplica, true, false});
    });
  }
  [[nodiscard]] static std::vector<DescriptorTask> work(const Dsa& dsa) { return must(read_descriptor_work(*dsa.store->read())); }

  Dsa a_{1}, b_{2};
  ObjectGuid unit_, user_;
};

/// What arrives for the first time, in a directory whose descriptors nobody has changed, inherits what its maker gave it.
TEST_F(Descriptors, NewObjectsNeedNothing) { EXPECT_TRUE(work(b_).empty()); }

TEST_F(Descriptors, AChangedDescriptorIsNotedWithWhatIsBelow) {
  a_.pass(1000);
  set_descriptor(a_, unit_, 3);
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(work(b_), (std::vector<DescriptorTask>{{b_.dnt(unit_), true}}));
  // Once more, and once more only.
  set_descriptor(a_, unit_, 4);
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(work(b_).size(), 1u);
}

TEST_F(Descriptors, AMovedObjectIsNotedAndARenamedOneIsNot) {
  const auto other = a_.add(kTop, "organizationalUnit", "other", {{attid::kNtSecurityDescriptor, {octets_value(descriptor(5))}}});
  a_.rename(user_, std::nullopt, "bea");
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_TRUE(work(b_).empty());
  a_.rename(user_, other, std::nullopt);
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(work(b_), (std::vector<DescriptorTask>{{b_.dnt(user_), false}}));
}

/// The parent's descriptor was changed at B while A, which did not know, added a child.
TEST_F(Descriptors, AnObjectMadeUnderAnOlderDescriptorIsNoted) {
  a_.pass(1000);
  b_.pass(1000);
  set_descriptor(b_, unit_, 6);
  const auto child = a_.add("OU=unit,DC=lab,DC=example", "user", "bob", {{attid::kNtSecurityDescriptor, {octets_value(descriptor(7))}}});
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(work(b_), (std::vector<DescriptorTask>{{b_.dnt(child), false}}));
}

/// Long after the change a new object has the new inheritance from its maker.
TEST_F(Descriptors, AnObjectMadeLongAfterAChangeIsNot) {
  set_descriptor(a_, unit_, 6);
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(work(b_).size(), 1u);
  a_.pass(100'000);
  b_.pass(100'000);
  (void)a_.add("OU=unit,DC=lab,DC=example", "user", "cid", {{attid::kNtSecurityDescriptor, {octets_value(descriptor(8))}}});
  EXPECT_EQ(pull(b_, a_).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(work(b_).size(), 1u);
}

}  // namespace
}  // namespace tributary::repl::testing
