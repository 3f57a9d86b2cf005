// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.170 to 5.173, 4.1.10.6.15, 4.1.19.2; [MS-ADTS] 3.1.1.5.1.6: the life of a RepsFrom and of a RepsTo, and their stored form.
#include "repl/state/reps.hpp"

#include <gtest/gtest.h>

#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using laws::filled;

constexpr const char* kAddress = "74111e4a-def2-40bd-8939-e75579902af7._msdcs.lab.example";
constexpr DsTime kNow{13'445'000'000};

RepsFrom sample() {
  auto source = new_source(kAddress, filled<DsaGuid>(7), DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC, Schedule::always(), kNow);
  source.uuid_invoc_id = filled<InvocationId>(8);
  source.usn_vec = {3851, 0, 3850};
  source.uuid_transport = filled(9);
  source.consecutive_failures = 2;
  source.time_last_success = {13'444'999'000};
  source.result_last_attempt = win32::kRpcSServerUnavailable;
  return source;
}

// 5.172: every field has its place, and comes back.
TEST(RepsFromConversions, HaveAPlaceForEveryField) {
  auto source = sample();
  source.pas_data = {0x20001, 0x90177};
  const auto concrete = reps_from_to_concrete(source);
  EXPECT_EQ(concrete.dwVersion, 2u);
  EXPECT_EQ(concrete.network_address(), kAddress);
  EXPECT_EQ(concrete.uuidDsaObj, source.uuid_dsa);
  EXPECT_EQ(concrete.ulReplicaFlags.value, source.options);
  EXPECT_EQ(concrete.rtSchedule, source.schedule.times());
  EXPECT_EQ(concrete.uuidInvocId, source.uuid_invoc_id);
  EXPECT_EQ(concrete.usnVec, source.usn_vec);
  EXPECT_EQ(concrete.uuidTransportObj, source.uuid_transport);
  EXPECT_EQ(concrete.cConsecutiveFailures, 2u);
  EXPECT_EQ(concrete.timeLastSuccess, source.time_last_success);
  EXPECT_EQ(concrete.timeLastAttempt, kNow);
  EXPECT_EQ(concrete.ulResultLastAttempt, win32::kRpcSServerUnavailable);
  EXPECT_EQ(decode_reps_from(encode_reps_from(source).value()).value(), source);
}
// 5.172: without an address and without attributes both offsets are zero.
TEST(RepsFromConversions, LeaveOffsetsOutOfWhatIsNotThere) {
  auto source = sample();
  source.na_dsa.clear();
  const auto read = drsuapi::blobs::decode_reps_from(encode_reps_from(source).value()).value();
  EXPECT_EQ(read.cbOtherDraOffset, 0u);
  EXPECT_EQ(read.cbOtherDra, 0u);
  EXPECT_EQ(read.cbPasDataOffset, 0u);
  EXPECT_EQ(reps_from_from_concrete(read), source);
}

/// A value as Samba writes it: version 1, the short head, and octets of unknown meaning behind the address.
Bytes short_headed() {
  drsuapi::blobs::REPS_FROM concrete;
  concrete.dwVersion = 1;
  concrete.dwReserved.reset();
  concrete.cbPasDataOffset.reset();
  concrete.ulReplicaFlags = {DRS_WRIT_REP};
  concrete.uuidDsaObj = filled<DsaGuid>(3);
  concrete.set_network_address("dc1.lab.example");
  auto octets = drsuapi::blobs::encode_reps_from(concrete).value();
  octets.insert(octets.end(), {0xDE, 0xAD});
  return octets;
}

// Octets that nobody understands are written back, also when a field beside them has changed.
TEST(RepsFromConversions, KeepWhatNobodyUnderstands) {
  const auto octets = short_headed();
  auto source = decode_reps_from(octets).value();
  EXPECT_EQ(source.na_dsa, "dc1.lab.example");
  EXPECT_EQ(encode_reps_from(source).value(), octets);
  after_failure(source, win32::kErrorAccessDenied, kNow);
  auto written = encode_reps_from(source).value();
  ASSERT_EQ(written.size(), octets.size());
  EXPECT_EQ(Bytes(written.end() - 2, written.end()), (Bytes{0xDE, 0xAD}));
  EXPECT_EQ(decode_reps_from(written).value(), source);
}
TEST(RepsFromConversions, PlaceANewAddressAndNewAttributesInAnOldValue) {
  for (const bool has_short_head : {true, false}) {
    auto source = decode_reps_from(has_short_head ? short_headed() : encode_reps_from(sample()).value()).value();
    source.na_dsa = "a.very.much.longer.name.of.a.domain.controller.lab.example";
    EXPECT_EQ(decode_reps_from(encode_reps_from(source).value()).value(), source);
    source.pas_data = {1, 2, 3};
    source = decode_reps_from(encode_reps_from(source).value()).value();
    EXPECT_EQ(source.pas_data.size(), 3u);
    source.na_dsa = "b.lab.example";
    source.pas_data.push_back(4);
    source = decode_reps_from(encode_reps_from(source).value()).value();
    EXPECT_EQ(source.na_dsa, "b.lab.example");
    EXPECT_EQ(source.pas_data.size(), 4u);
    source.pas_data.clear();
    source = decode_reps_from(encode_reps_from(source).value()).value();
    EXPECT_TRUE(source.pas_data.empty());
    EXPECT_EQ(source.na_dsa, "b.lab.example");
  }
}
TEST(RepsFromConversions, RefuseWhatIsNoValue) {
  EXPECT_EQ(decode_reps_from(Bytes(100)).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(decode_reps_to(Bytes(100)).error().code, win32::kErrorInvalidData);
}

// 5.173
TEST(RepsToConversions, HaveAPlaceForEveryField) {
  RepsTo partner{"dc2.lab.example", filled<DsaGuid>(5), DRS_WRIT_REP, win32::kErrorAccessDenied, 4, {100}, {90}, {}};
  const auto concrete = reps_to_to_concrete(partner);
  EXPECT_EQ(concrete.network_address(), "dc2.lab.example");
  EXPECT_EQ(concrete.cConsecutiveFailures, 4u);
  EXPECT_EQ(concrete.timeLastAttempt, DsTime{100});
  EXPECT_EQ(concrete.timeLastSuccess, DsTime{90});
  EXPECT_EQ(concrete.rtSchedule, REPLTIMES{});
  const auto read = decode_reps_to(encode_reps_to(partner).value()).value();
  EXPECT_EQ(read, partner);
  partner = read;
  partner.na_dsa = "x";
  EXPECT_EQ(decode_reps_to(encode_reps_to(partner).value()).value(), partner);
}

// 4.1.19.2: what a new value has; its state is for no request to choose.
TEST(RepsFrom, BeginsAsNeverSynced) {
  const auto source = new_source(kAddress, filled<DsaGuid>(1), DRS_PER_SYNC | DRS_FULL_SYNC_IN_PROGRESS | DRS_PREEMPTED, {}, kNow);
  EXPECT_EQ(source.options, std::uint32_t{DRS_PER_SYNC | DRS_NEVER_SYNCED});
  EXPECT_EQ(source.time_last_attempt, kNow);
  EXPECT_EQ(source.time_last_success, DsTime{});
  EXPECT_EQ(source.usn_vec, USN_VECTOR{});
  EXPECT_TRUE(source.uuid_invoc_id.is_null());
}

// 4.1.10.6.15: every reply that was applied moves the cursor and forgets failures; the end of the cycle is what makes it synced.
TEST(RepsFrom, MovesWithEveryReply) {
  auto source = sample();
  after_reply(source, filled<InvocationId>(4), {50, 0, 49}, {kNow.seconds + 5});
  EXPECT_EQ(source.uuid_invoc_id, filled<InvocationId>(4));
  EXPECT_EQ(source.usn_vec, (USN_VECTOR{50, 0, 49}));
  EXPECT_EQ(source.time_last_attempt, DsTime{kNow.seconds + 5});
  EXPECT_EQ(source.time_last_success, DsTime{kNow.seconds + 5});
  EXPECT_EQ(source.consecutive_failures, 0u);
  EXPECT_EQ(source.result_last_attempt, win32::kErrorSuccess);
  EXPECT_TRUE(source.has(DRS_NEVER_SYNCED));
  after_cycle(source);
  EXPECT_FALSE(source.has(DRS_NEVER_SYNCED));
  EXPECT_EQ(source.usn_vec, (USN_VECTOR{50, 0, 49}));
}
// 4.1.10.6.15: a failure counts one up and moves nothing else.
TEST(RepsFrom, CountsFailures) {
  auto source = sample();
  const auto before = source;
  after_failure(source, win32::kErrorDsDraAccessDenied, {kNow.seconds + 9});
  EXPECT_EQ(source.consecutive_failures, before.consecutive_failures + 1);
  EXPECT_EQ(source.result_last_attempt, win32::kErrorDsDraAccessDenied);
  EXPECT_EQ(source.time_last_attempt, DsTime{kNow.seconds + 9});
  EXPECT_EQ(source.time_last_success, before.time_last_success);
  EXPECT_EQ(source.usn_vec, before.usn_vec);
  EXPECT_EQ(source.options, before.options);
  source.consecutive_failures = UINT32_MAX;
  after_failure(source, win32::kErrorDsDraAccessDenied, kNow);
  EXPECT_EQ(source.consecutive_failures, UINT32_MAX);
}
// The examples of 4.1.10.7 and 4.1.10.8: four failures, then a cycle that brings a user, then one that brings a link value.
TEST(RepsFrom, IsThatOfTheExamples) {
  const DsaGuid dc1{"c20bc312-4d35-4cc0-9903-b1073368af4a"_guid};
  const InvocationId invocation{dc1.value};
  drsuapi::blobs::REPS_FROM stored;
  stored.dwVersion = 1;
  stored.cConsecutiveFailures = 4;
  stored.timeLastSuccess = {12'797'642'625};
  stored.timeLastAttempt = {12'797'643'058};
  stored.ulResultLastAttempt = Win32{0x2108};
  stored.ulReplicaFlags = {0x70};
  stored.usnVec = {29322, 0, 29322};
  stored.uuidDsaObj = dc1;
  stored.uuidInvocId = invocation;
  stored.set_network_address("c20bc312-4d35-4cc0-9903-b1073368af4a._msdcs.contoso.com");
  const auto octets = drsuapi::blobs::encode_reps_from(stored).value();
  ASSERT_EQ(octets.size(), 276u);

  auto source = decode_reps_from(octets).value();
  EXPECT_EQ(source.options, std::uint32_t{DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC});
  EXPECT_EQ(source.result_last_attempt, win32::kErrorDsDraSourceDisabled);
  after_reply(source, invocation, {29379, 0, 29379}, {12'797'643'933});
  after_cycle(source);
  const auto final = drsuapi::blobs::decode_reps_from(encode_reps_from(source).value()).value();
  EXPECT_EQ(final.dwVersion, 1u);
  EXPECT_EQ(final.cb, 276u);
  EXPECT_EQ(final.cbOtherDraOffset, 216u);
  EXPECT_EQ(final.cbOtherDra, 60u);
  EXPECT_EQ(final.cConsecutiveFailures, 0u);
  EXPECT_EQ(final.timeLastSuccess, DsTime{12'797'643'933});
  EXPECT_EQ(final.timeLastAttempt, DsTime{12'797'643'933});
  EXPECT_EQ(final.ulResultLastAttempt, Win32::kSuccess);
  EXPECT_EQ(final.ulReplicaFlags.value, 0x70u);
  EXPECT_EQ(final.usnVec, (USN_VECTOR{29379, 0, 29379}));
  EXPECT_EQ(final.cbPasDataOffset, 0u);
  after_reply(source, invocation, {29389, 0, 29389}, {12'797'645'000});
  EXPECT_EQ(source.usn_vec, (USN_VECTOR{29389, 0, 29389}));
}
// 5.172, DRS_PREEMPTED: the attempt gave way; it is no failure, and the next applied reply clears it.
TEST(RepsFrom, RemembersThatItGaveWay) {
  auto source = sample();
  const auto before = source;
  after_preemption(source, kNow);
  EXPECT_TRUE(source.has(DRS_PREEMPTED));
  EXPECT_EQ(source.result_last_attempt, win32::kErrorDsDraPreempted);
  EXPECT_EQ(source.consecutive_failures, before.consecutive_failures);
  EXPECT_EQ(source.usn_vec, before.usn_vec);
  after_reply(source, source.uuid_invoc_id, source.usn_vec, kNow);
  EXPECT_FALSE(source.has(DRS_PREEMPTED));
}
// 5.172, DRS_FULL_SYNC_IN_PROGRESS: from the request on, through failures and preemption, until a cycle is complete.
TEST(RepsFrom, IsInAFullSyncUntilACycleEnds) {
  auto source = sample();
  begin_full_sync(source);
  EXPECT_EQ(source.usn_vec, USN_VECTOR{});
  EXPECT_TRUE(source.uuid_invoc_id.is_null());
  after_reply(source, filled<InvocationId>(4), {5, 0, 5}, kNow);
  after_preemption(source, kNow);
  after_failure(source, win32::kErrorDsDraAccessDenied, kNow);
  EXPECT_TRUE(source.has(DRS_FULL_SYNC_IN_PROGRESS));
  after_reply(source, filled<InvocationId>(4), {9, 0, 9}, kNow);
  after_cycle(source);
  EXPECT_FALSE(source.has(DRS_FULL_SYNC_IN_PROGRESS));
  EXPECT_FALSE(source.has(DRS_PREEMPTED));
}
// 5.149, 5.172 pasData: attributes that were asked for are here once the cycle is over.
TEST(RepsFrom, ForgetsTheAttributesItAskedFor) {
  auto source = sample();
  source.options |= DRS_SYNC_PAS;
  source.pas_data = {1};
  after_reply(source, source.uuid_invoc_id, {1, 0, 1}, kNow);
  EXPECT_EQ(source.pas_data.size(), 1u);
  after_cycle(source);
  EXPECT_TRUE(source.pas_data.empty());
  EXPECT_FALSE(source.has(DRS_SYNC_PAS));
}

// [MS-ADTS] 3.1.1.5.1.6: an unchanged result is recorded once an hour, or when the clock was ahead.
TEST(RepsTo, RecordsResultsOnceAnHour) {
  RepsTo partner;
  EXPECT_TRUE(after_notification(partner, Win32::kSuccess, kNow));
  EXPECT_EQ(partner.time_last_attempt, kNow);
  EXPECT_EQ(partner.time_last_success, kNow);
  EXPECT_FALSE(after_notification(partner, Win32::kSuccess, {kNow.seconds + 3600}));
  EXPECT_EQ(partner.time_last_attempt, kNow);
  EXPECT_TRUE(after_notification(partner, Win32::kSuccess, {kNow.seconds + 3601}));
  EXPECT_TRUE(after_notification(partner, Win32::kSuccess, kNow));  // the clock was set back
}
TEST(RepsTo, RecordsANewResultAtOnce) {
  RepsTo partner;
  EXPECT_TRUE(after_notification(partner, Win32::kSuccess, kNow));
  EXPECT_TRUE(after_notification(partner, win32::kRpcSServerUnavailable, {kNow.seconds + 1}));
  EXPECT_EQ(partner.consecutive_failures, 1u);
  EXPECT_EQ(partner.time_last_success, kNow);
  EXPECT_TRUE(after_notification(partner, Win32::kSuccess, {kNow.seconds + 2}));
  EXPECT_EQ(partner.consecutive_failures, 0u);
  EXPECT_EQ(partner.time_last_success, DsTime{kNow.seconds + 2});
}

}  // namespace
}  // namespace tributary::repl
