// SPDX-License-Identifier: Apache-2.0
// Secrets that replicate ([MS-DRSR] 4.1.10.5.10, 4.1.10.6.17): decrypted, sealed, opened and encrypted again, from DSAs that seal to DSAs that
// do not and back; and conflicts and repetitions, which are judged by stamps whatever the stored form.
#include <algorithm>

#include "repl/destination/test_dsas.hpp"
#include "repl/updates/test_sealer.hpp"

namespace tributary::repl::testing {
namespace {

const Bytes kHash = from_hex("0123456789abcdeffedcba9876543210").value();

class SecretsReplication : public ::testing::Test {
 protected:
  SecretsReplication() {
    for (Dsa* dsa : {&b_, &c_}) dsa->context.sealer = std::make_shared<TestSealer>(dsa == &b_ ? std::uint8_t{1} : std::uint8_t{2});
    a_.make_domain();
    user_ = a_.add("DC=lab,DC=example", "user", "u", {{password_, {octets_value(kHash)}}});
  }

  Bytes stored(const Dsa& dsa) const {
    const auto snapshot = dsa.store->read();
    const auto value = must(snapshot->find(dsa.dnt(user_)))->first(password_);
    return value ? to_bytes(*value) : Bytes();
  }
  Bytes clear(const Dsa& dsa) const {
    const auto snapshot = dsa.store->read();
    const auto value = must(clear_value(dsa.context, *must(snapshot->find(dsa.dnt(user_))), password_));
    return value ? to_bytes(value->view()) : Bytes();
  }
  void set(Dsa& dsa, const Bytes& value) {
    const Modification modification{ModifyOperation::kReplace, password_, {octets_value(value)}};
    (void)dsa.update([&](WriteTransaction& tx) { return modify(tx, dsa.context, dsa.dnt(user_), std::span(&modification, 1), {CheckLevel::kReplica, false, false}); });
  }

  const Attid password_ = attid_of("unicodePwd");
  Dsa a_{1}, b_{2}, c_{3}, d_{4};  // a and d keep values as they come, b and c seal them with different keys
  ObjectGuid user_;
};

TEST_F(SecretsReplication, AreSealedByWhoSealsAndTravelFromAllToAll) {
  pull(b_, a_);
  pull(c_, b_);
  pull(d_, c_);
  EXPECT_EQ(stored(a_), kHash);
  EXPECT_EQ(stored(d_), kHash);
  for (Dsa* dsa : {&b_, &c_}) {
    const auto octets = stored(*dsa);
    EXPECT_TRUE(std::ranges::search(octets, kHash).empty());
    EXPECT_EQ(octets.size(), kHash.size() + TestSealer::kHead);
  }
  for (Dsa* dsa : {&a_, &b_, &c_, &d_}) EXPECT_EQ(clear(*dsa), kHash);
}

/// A page that comes a second time changes nothing, though each sealing gives other octets.
TEST_F(SecretsReplication, TheSamePageAgainIsNoChange) {
  pull(b_, a_);
  const auto before = whole_state(b_);
  store::NcReplica forgetful = *b_.nc();
  forgetful.reps_from.clear();
  forgetful.up_to_dateness_vector.clear();
  (void)b_.update([&](WriteTransaction& tx) -> Result<void> { return tx.put_nc_replica(forgetful), Result<void>(); });
  const auto again = pull(b_, a_);
  EXPECT_GT(again.objects_sent, 0u);
  EXPECT_EQ(again.figures.objects_changed, 0u);
  EXPECT_EQ(whole_state(b_), before);
}

/// [MS-ADTS] 3.1.1.1.9: of two changes the greater stamp wins, and the loser's octets go.
TEST_F(SecretsReplication, AConflictEndsTheSameEverywhere) {
  pull(b_, a_);
  a_.pass(10);
  set(a_, Bytes(16, 0x11));
  b_.pass(20);
  set(b_, Bytes(16, 0x22));
  pull(a_, b_);
  pull(b_, a_);
  EXPECT_EQ(clear(a_), Bytes(16, 0x22));
  EXPECT_EQ(clear(b_), Bytes(16, 0x22));
}

/// A move and a deletion that come from elsewhere leave the value readable.
TEST_F(SecretsReplication, StayReadableWhenTheObjectMovesByReplication) {
  pull(b_, a_);
  const auto unit = a_.add("DC=lab,DC=example", "organizationalUnit", "unit");
  a_.rename(user_, unit, "v");
  pull(b_, a_);
  EXPECT_EQ(b_.dn(user_), "CN=v,OU=unit,DC=lab,DC=example");
  EXPECT_EQ(clear(b_), kHash);
  expect_sound(b_);
}

/// What does not open is not sent as something else: the source says that its database is damaged.
TEST_F(SecretsReplication, ASourceWithoutItsKeySendsNothing) {
  pull(c_, a_);
  c_.context.sealer = std::make_shared<TestSealer>(std::uint8_t{1});  // c sealed with 2
  const auto result = pull(d_, c_);
  EXPECT_EQ(result.last.kind, CycleStep::Kind::kFailed);
  EXPECT_EQ(result.objects_sent, 0u);
}

}  // namespace
}  // namespace tributary::repl::testing
