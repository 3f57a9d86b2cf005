// SPDX-License-Identifier: Apache-2.0
// See reps.hpp.
#include "repl/state/reps.hpp"

#include <algorithm>

namespace tributary::repl {
namespace {

using drsuapi::blobs::REPS_FROM;
using drsuapi::blobs::REPS_TO;
using drsuapi::blobs::REPS_VALUE;

constexpr std::uint32_t kNewVersion = 2;

/// A head that has room for cbPasDataOffset. What lay behind the short one is placed anew when the value is encoded.
void grow_head(REPS_VALUE& v) {
  v.cb = v.cbOtherDraOffset = 0;
  v.dwReserved = 0;
  v.cbPasDataOffset = 0;
  v.unknown.clear();
}

void set_address(REPS_VALUE& v, const std::string& na_dsa) {
  if (v.network_address() == na_dsa) return;
  if (v.pasData) v.cbPasDataOffset = 0;
  if (na_dsa.empty()) {
    v.otherDra = std::monostate{};
    v.cb = v.cbOtherDraOffset = v.cbOtherDra = 0;
  } else {
    v.set_network_address(na_dsa);
  }
}

void set_pas_data(REPS_VALUE& v, const std::vector<drsuapi::ATTRTYP>& attributes) {
  const bool is_same = v.pasData ? std::ranges::equal(v.pasData->pas.rgPartialAttr, attributes) : attributes.empty();
  if (is_same) return;
  v.cb = 0;
  if (attributes.empty()) {
    v.pasData.reset();
    if (v.cbPasDataOffset) v.cbPasDataOffset = 0;
    return;
  }
  if (!v.cbPasDataOffset) grow_head(v);
  v.cbPasDataOffset = 0;
  auto& pas = v.pasData.emplace();
  for (const auto attribute : attributes) pas.pas.rgPartialAttr.push_back(attribute);
}

/// The fields that both attributes have.
template <class Abstract>
void read_common(Abstract& to, const REPS_VALUE& v) {
  to.na_dsa = v.network_address();
  to.uuid_dsa = v.uuidDsaObj;
  to.options = v.ulReplicaFlags.value;
  to.consecutive_failures = v.cConsecutiveFailures;
  to.time_last_success = v.timeLastSuccess;
  to.time_last_attempt = v.timeLastAttempt;
  to.result_last_attempt = v.ulResultLastAttempt;
}
template <class Abstract>
void write_common(REPS_VALUE& v, const Abstract& from) {
  set_address(v, from.na_dsa);
  v.uuidDsaObj = from.uuid_dsa;
  v.ulReplicaFlags = {from.options};
  v.cConsecutiveFailures = from.consecutive_failures;
  v.timeLastSuccess = from.time_last_success;
  v.timeLastAttempt = from.time_last_attempt;
  v.ulResultLastAttempt = from.result_last_attempt;
}

template <class Concrete>
Concrete blank_or(const AsRead<Concrete>& stored) {
  if (stored.value) return *stored.value;
  Concrete blank;
  blank.dwVersion = kNewVersion;
  return blank;
}

}  // namespace

RepsFrom reps_from_from_concrete(const REPS_FROM& concrete) {
  RepsFrom value;
  read_common(value, concrete);
  value.schedule = Schedule(concrete.rtSchedule);
  value.uuid_invoc_id = concrete.uuidInvocId;
  value.usn_vec = concrete.usnVec;
  value.uuid_transport = concrete.uuidTransportObj;
  if (concrete.pasData) value.pas_data.assign(concrete.pasData->pas.rgPartialAttr.begin(), concrete.pasData->pas.rgPartialAttr.end());
  value.stored.value = concrete;
  return value;
}

RepsTo reps_to_from_concrete(const REPS_TO& concrete) {
  RepsTo value;
  read_common(value, concrete);
  value.stored.value = concrete;
  return value;
}

REPS_FROM reps_from_to_concrete(const RepsFrom& value) {
  auto concrete = blank_or(value.stored);
  write_common(concrete, value);
  concrete.rtSchedule = value.schedule.times();
  concrete.uuidInvocId = value.uuid_invoc_id;
  concrete.usnVec = value.usn_vec;
  concrete.uuidTransportObj = value.uuid_transport;
  set_pas_data(concrete, value.pas_data);
  return concrete;
}

REPS_TO reps_to_to_concrete(const RepsTo& value) {
  auto concrete = blank_or(value.stored);
  write_common(concrete, value);
  return concrete;
}

Result<RepsFrom> decode_reps_from(ByteView octets) {
  const auto concrete = drsuapi::blobs::decode_reps_from(octets);
  if (!concrete) return std::unexpected(concrete.error());
  return reps_from_from_concrete(*concrete);
}
Result<RepsTo> decode_reps_to(ByteView octets) {
  const auto concrete = drsuapi::blobs::decode_reps_to(octets);
  if (!concrete) return std::unexpected(concrete.error());
  return reps_to_from_concrete(*concrete);
}
Result<Bytes> encode_reps_from(const RepsFrom& value) { return drsuapi::blobs::encode_reps_from(reps_from_to_concrete(value)); }
Result<Bytes> encode_reps_to(const RepsTo& value) { return drsuapi::blobs::encode_reps_to(reps_to_to_concrete(value)); }

RepsFrom new_source(std::string na_dsa, DsaGuid uuid_dsa, std::uint32_t options, const Schedule& schedule, DsTime now) {
  RepsFrom source;
  source.na_dsa = std::move(na_dsa);
  source.uuid_dsa = uuid_dsa;
  source.options = (options & ~kRepsFromStateFlags) | drsuapi::DRS_NEVER_SYNCED;
  source.schedule = schedule;
  source.time_last_attempt = now;
  return source;
}

void begin_full_sync(RepsFrom& source) {
  source.usn_vec = {};
  source.uuid_invoc_id = {};
  source.options |= drsuapi::DRS_FULL_SYNC_IN_PROGRESS;
}

void after_reply(RepsFrom& source, const InvocationId& invocation, const drsuapi::USN_VECTOR& usn_to, DsTime now) {
  source.time_last_attempt = now;
  source.time_last_success = now;
  source.consecutive_failures = 0;
  source.result_last_attempt = {};
  source.uuid_invoc_id = invocation;
  source.usn_vec = usn_to;
  source.options &= ~drsuapi::DRS_PREEMPTED;
}

void after_cycle(RepsFrom& source) {
  source.options &= ~(kRepsFromStateFlags | drsuapi::DRS_SYNC_PAS);
  source.pas_data.clear();
}

void after_failure(RepsFrom& source, Win32 result, DsTime now) {
  source.time_last_attempt = now;
  source.result_last_attempt = result;
  if (source.consecutive_failures != UINT32_MAX) ++source.consecutive_failures;
}

void after_preemption(RepsFrom& source, DsTime now) {
  source.time_last_attempt = now;
  source.result_last_attempt = win32::kErrorDsDraPreempted;
  source.options |= drsuapi::DRS_PREEMPTED;
}

bool after_notification(RepsTo& partner, Win32 result, DsTime now) {
  const bool is_recent = partner.time_last_attempt <= now && now.seconds - partner.time_last_attempt.seconds <= kNotificationRecordSeconds;
  if (is_recent && partner.result_last_attempt == result) return false;
  partner.time_last_attempt = now;
  partner.result_last_attempt = result;
  if (result == Win32::kSuccess) {
    partner.time_last_success = now;
    partner.consecutive_failures = 0;
  } else if (partner.consecutive_failures != UINT32_MAX) {
    ++partner.consecutive_failures;
  }
  return true;
}

}  // namespace tributary::repl
