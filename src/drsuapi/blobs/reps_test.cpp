// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.170 to 5.173: repsFrom and repsTo.
#include "drsuapi/blobs/reps.hpp"

#include <gtest/gtest.h>

namespace tributary::drsuapi::blobs {
namespace {

REPS_FROM sample(std::uint32_t version) {
  REPS_FROM v;
  v.dwVersion = version;
  v.timeLastSuccess = v.timeLastAttempt = DsTime{13'445'000'000};
  v.ulReplicaFlags = {0x70};
  v.rtSchedule.rgTimes.fill(0x11);
  v.usnVec = {.usnHighObjUpdate = 3851, .usnReserved = 0, .usnHighPropUpdate = 3851};
  v.uuidDsaObj = {"74111e4a-def2-40bd-8939-e75579902af7"_guid};
  v.uuidInvocId = {"9549b590-cf6b-422b-8fd5-6c7f42218c60"_guid};
  v.set_network_address("74111e4a-def2-40bd-8939-e75579902af7._msdcs.lab.example");
  return v;
}

TEST(Reps, A5170FreshValueOfVersion1HasItsAddressBehindTheHeadOf216Octets) {
  const auto octets = encode_reps_from(sample(1));
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->size(), 216u + 4 + 56);
  const auto v = decode_reps_from(*octets);
  ASSERT_TRUE(v) << v.error().detail;
  EXPECT_EQ(v->cb, 276u);
  EXPECT_EQ(v->cbOtherDraOffset, 216u);
  EXPECT_EQ(v->cbOtherDra, 60u);
  EXPECT_EQ(v->network_address(), "74111e4a-def2-40bd-8939-e75579902af7._msdcs.lab.example");
  EXPECT_TRUE(v->unknown.empty());
  EXPECT_EQ(encode_reps_from(*v).value(), *octets);
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
