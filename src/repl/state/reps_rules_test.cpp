// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 4.1.19.2, 4.1.20.2, 4.1.22.2, 4.1.23.2, 4.1.26.2, 4.1.26.3, 5.201: what requests may do to repsFrom and repsTo, and which
// code a request with several faults is answered with.
#include "repl/state/reps_rules.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using namespace win32;
using laws::filled;

constexpr DsTime kNow{12'924'320'155};

NcFacts writable_nc() { return {true, true, true, IT_NC_HEAD | IT_WRITE, false, true}; }

RepsFrom source(int n, std::uint32_t options = DRS_WRIT_REP) {
  return new_source("dc" + std::to_string(n) + ".lab.example", filled<DsaGuid>(n), options, {}, {1});
}

/// The faults of a request in the order in which a section looks for them: with the faults from the i-th on, the i-th is told.
template <class Request>
struct Fault {
  std::function<void(Request&, NcFacts&)> make;
  Win32 code;
};
template <class Request, class Check>
void expect_order(const Request& good, const std::vector<Fault<Request>>& faults, Check check) {
  EXPECT_EQ(check(good, writable_nc()), kErrorSuccess);
  for (std::size_t first = 0; first < faults.size(); ++first) {
    auto request = good;
    auto nc = writable_nc();
    for (auto i = faults.size(); i-- > first;) faults[i].make(request, nc);
    EXPECT_EQ(check(request, nc), faults[first].code) << first;
    request = good;
    nc = writable_nc();
    faults[first].make(request, nc);
    EXPECT_EQ(check(request, nc), faults[first].code) << first << " alone";
  }
}

// --- 4.1.19.2 ---

ReplicaAddRequest add_request() {
  return {"dc9.lab.example", {true, filled(9)}, {}, Schedule::always(), DRS_WRIT_REP | DRS_PER_SYNC | DRS_ASYNC_REP};
}

TEST(ReplicaAdd, ChecksInTheOrderOfTheSection) {
  const std::vector<Fault<ReplicaAddRequest>> faults = {
      {[](auto& r, auto&) { r.source_address.clear(); }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.has_cross_ref = false; }, kErrorDsDraBadNc},
      {[](auto& r, auto&) { r.options |= DRS_SYNC_ALL; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.options = (r.options & ~DRS_ASYNC_REP) | DRS_MAIL_REP; }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.access_granted = false; }, kErrorDsDraAccessDenied},
  };
  expect_order(add_request(), faults, [](const auto& r, const auto& nc) { return check_replica_add(r, nc, {}); });
  auto unnamed = writable_nc();
  unnamed.is_named = false;
  EXPECT_EQ(check_replica_add(add_request(), unnamed, {}), kErrorDsDraInvalidParameter);
}
TEST(ReplicaAdd, KnowsEveryOptionItMayHave) {
  constexpr std::uint32_t kAllowed = 0x3C4027F1;  // the fourteen bits of the section's list
  for (int bit = 0; bit < 32; ++bit) {
    auto request = add_request();
    request.options = DRS_ASYNC_REP | 1u << bit;
    const bool is_allowed = (kAllowed >> bit & 1) != 0;
    EXPECT_EQ(check_replica_add(request, writable_nc(), {}), is_allowed ? kErrorSuccess : kErrorDsDraInvalidParameter) << bit;
  }
}
TEST(ReplicaAdd, GivesAReadOnlyDsaNoWritableReplica) {
  auto request = add_request();
  EXPECT_EQ(check_replica_add(request, writable_nc(), {true}), kErrorDsDraInvalidParameter);
  request.options = DRS_ASYNC_REP | DRS_MAIL_REP;
  EXPECT_EQ(check_replica_add(request, writable_nc(), {true}), kErrorDsDraInvalidParameter);
  request.options = DRS_ASYNC_REP | DRS_NONGC_RO_REP | DRS_SPECIAL_SECRET_PROCESSING;
  EXPECT_EQ(check_replica_add(request, writable_nc(), {true}), kErrorSuccess);
}
TEST(ReplicaAdd, MakesTheValueOfTheSection) {
  const auto added = replica_add(add_request(), writable_nc(), {}, kNow).value();
  EXPECT_EQ(added.value.na_dsa, "dc9.lab.example");
  EXPECT_EQ(added.value.uuid_dsa, filled<DsaGuid>(9));
  EXPECT_EQ(added.value.options, std::uint32_t{DRS_WRIT_REP | DRS_PER_SYNC | DRS_NEVER_SYNCED});  // not DRS_ASYNC_REP
  EXPECT_EQ(added.value.schedule, Schedule::always());
  EXPECT_EQ(added.value.time_last_attempt, kNow);
  EXPECT_EQ(added.call, (UpdateRefsCall{DRS_ASYNC_OP | DRS_ADD_REF | DRS_DEL_REF | DRS_WRIT_REP}));
}
TEST(ReplicaAdd, AsksForNotificationsOnlyWhereTheyWork) {
  for (const std::uint32_t more : {std::uint32_t{DRS_NEVER_NOTIFY}, std::uint32_t{DRS_MAIL_REP}}) {
    auto request = add_request();
    request.options |= more;
    request.transport = {true, filled(1)};
    EXPECT_EQ(replica_add(request, writable_nc(), {}, kNow).value().call, std::nullopt);
  }
  auto request = add_request();
  request.options &= ~DRS_ASYNC_REP;
  EXPECT_EQ(replica_add(request, writable_nc(), {}, kNow).value().call, std::nullopt);
}
TEST(ReplicaAdd, RefusesWhatDoesNotFitTheReplica) {
  const std::vector values = {source(9)};
  auto request = add_request();
  EXPECT_EQ(replica_add(request, writable_nc(), values, kNow).error(), kErrorDsDraDnExists);
  request.source_address = "DC9.Lab.Example";
  EXPECT_EQ(replica_add(request, writable_nc(), values, kNow).error(), kErrorDsDraDnExists);
  request.source_address = "other.lab.example";  // the same DSA under another name
  EXPECT_EQ(replica_add(request, writable_nc(), values, kNow).error(), kErrorDsDraDnExists);
  request.options &= ~DRS_WRIT_REP;
  EXPECT_EQ(replica_add(request, writable_nc(), values, kNow).error(), kErrorDsDraBadInstanceType);
  auto absent = writable_nc();
  absent.exists = false;
  absent.instance_type = 0;
  EXPECT_TRUE(replica_add(add_request(), absent, {}, kNow).has_value());
}
TEST(ReplicaAdd, WantsTheObjectsThatItsOptionsSpeakOf) {
  auto request = add_request();
  request.source_dsa = {true, std::nullopt};
  EXPECT_EQ(replica_add(request, writable_nc(), {}, kNow).error(), kErrorDsDraInvalidParameter);
  request.source_dsa = {};
  EXPECT_EQ(replica_add(request, writable_nc(), {}, kNow).error(), kErrorDsDraInvalidParameter);
  request.options &= ~DRS_ASYNC_REP;
  EXPECT_TRUE(replica_add(request, writable_nc(), {}, kNow).value().value.uuid_dsa.is_null());
  request = add_request();
  request.options |= DRS_MAIL_REP;
  EXPECT_EQ(replica_add(request, writable_nc(), {}, kNow).error(), kErrorDsDraInvalidParameter);
  request.transport = {true, filled(4)};
  EXPECT_EQ(replica_add(request, writable_nc(), {}, kNow).value().value.uuid_transport, filled(4));
}

// --- 4.1.20.2 ---

TEST(ReplicaDel, ChecksInTheOrderOfTheSection) {
  const std::vector<Fault<ReplicaDelRequest>> faults = {
      {[](auto&, auto& nc) { nc.is_named = false; }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.exists = false; }, kErrorDsDraBadNc},
      {[](auto&, auto& nc) { nc.access_granted = false; }, kErrorDsDraAccessDenied},
      {[](auto& r, auto&) { r.options |= DRS_SYNC_ALL; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.source_address.clear(); }, kErrorDsDraInvalidParameter},
  };
  expect_order(ReplicaDelRequest{"dc1.lab.example", DRS_WRIT_REP}, faults,
               [](const auto& r, const auto& nc) { return check_replica_del(r, nc, 1, 1); });
}
TEST(ReplicaDel, ExpungesOnlyWhatNobodyReplicates) {
  const ReplicaDelRequest request{"", DRS_WRIT_REP | DRS_NO_SOURCE};
  auto nc = writable_nc();
  EXPECT_EQ(check_replica_del(request, nc, 0, 0), kErrorSuccess);
  EXPECT_EQ(check_replica_del(request, nc, 1, 1), kErrorDsDraInvalidParameter);
  EXPECT_EQ(check_replica_del(request, nc, 0, 1), kErrorDsDraObjIsRepSource);
  EXPECT_EQ(check_replica_del({"", request.options | DRS_REF_OK}, nc, 0, 1), kErrorSuccess);
  nc.is_essential = true;
  EXPECT_EQ(check_replica_del(request, nc, 0, 0), kErrorDsDraInvalidParameter);
  nc.instance_type = IT_NC_HEAD;  // a partial replica of another domain may go
  EXPECT_EQ(check_replica_del(request, nc, 0, 0), kErrorSuccess);
  nc.instance_type = IT_NC_HEAD | IT_UNINSTANT;
  EXPECT_EQ(check_replica_del(request, nc, 1, 1), kErrorDsDraBadNc);
  nc.instance_type = IT_WRITE;
  EXPECT_EQ(check_replica_del(request, nc, 0, 0), kErrorDsDraBadNc);
  EXPECT_TRUE(replica_del(request, {}).value().expunges_nc);
}
TEST(ReplicaDel, TakesOneSourceAway) {
  const std::vector values = {source(1), source(2), source(3, DRS_MAIL_REP)};
  const auto deleted = replica_del({"DC2.lab.example", DRS_WRIT_REP}, values).value();
  EXPECT_FALSE(deleted.expunges_nc);
  EXPECT_EQ(deleted.removed, 1u);
  EXPECT_EQ(deleted.call, (UpdateRefsCall{DRS_ASYNC_OP | DRS_DEL_REF | DRS_WRIT_REP}));
  EXPECT_EQ(replica_del({"dc2.lab.example", DRS_LOCAL_ONLY}, values).value().call, std::nullopt);
  EXPECT_EQ(replica_del({"dc3.lab.example", 0}, values).value().call, std::nullopt);
  EXPECT_EQ(replica_del({"dc4.lab.example", 0}, values).error(), kErrorDsDraNoReplica);
}
TEST(ReplicaDel, IsAsynchronousByTheBitOfItsForm) {
  EXPECT_TRUE(is_asynchronous({"a", DRS_ASYNC_OP}));
  EXPECT_FALSE(is_asynchronous({"a", DRS_ASYNC_REP}));
  EXPECT_TRUE(is_asynchronous({"", DRS_NO_SOURCE | DRS_ASYNC_REP}));
  EXPECT_TRUE(is_asynchronous({"", DRS_NO_SOURCE | DRS_ASYNC_OP}));
  EXPECT_FALSE(is_asynchronous({"", DRS_NO_SOURCE}));
}

// --- 4.1.22.2 ---

ReplicaModifyRequest modify_request() {
  return {filled<DsaGuid>(2), "new.lab.example", Schedule::always(), DRS_WRIT_REP | DRS_NEVER_NOTIFY,
          DRS_UPDATE_ADDRESS | DRS_UPDATE_SCHEDULE | DRS_UPDATE_FLAGS, 0};
}
TEST(ReplicaModify, ChecksInTheOrderOfTheSection) {
  const std::vector<Fault<ReplicaModifyRequest>> faults = {
      {[](auto&, auto& nc) { nc.is_named = false; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.source_address.reset(); }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.source_address = ""; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.modify_fields |= 8; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.modify_fields = 0; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.options = DRS_WRIT_REP; }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.exists = false; }, kErrorDsDraBadNc},
      {[](auto&, auto& nc) { nc.access_granted = false; }, kErrorDsDraAccessDenied},
  };
  expect_order(modify_request(), faults, check_replica_modify);
  auto request = modify_request();
  request.source_dsa = {};
  request.source_address.reset();
  request.modify_fields = DRS_UPDATE_FLAGS;
  EXPECT_EQ(check_replica_modify(request, writable_nc()), kErrorDsDraInvalidParameter);
}
TEST(ReplicaModify, ReplacesTheFieldsItNames) {
  auto old = source(2, DRS_WRIT_REP | DRS_PER_SYNC);
  old.usn_vec = {5, 0, 5};
  const std::vector values = {source(1), old};
  auto request = modify_request();
  request.modify_fields = DRS_UPDATE_SCHEDULE;
  auto modified = replica_modify(request, values).value();
  EXPECT_EQ(modified.place, 1u);
  auto expected = old;
  expected.schedule = Schedule::always();
  EXPECT_EQ(modified.value, expected);
  request.modify_fields = DRS_UPDATE_ADDRESS;
  EXPECT_EQ(replica_modify(request, values).value().value.na_dsa, "new.lab.example");
  request.modify_fields = DRS_UPDATE_FLAGS;
  request.replica_flags |= DRS_FULL_SYNC_IN_PROGRESS;
  EXPECT_EQ(replica_modify(request, values).value().value.options, std::uint32_t{DRS_WRIT_REP | DRS_NEVER_NOTIFY | DRS_NEVER_SYNCED});
}
TEST(ReplicaModify, FindsTheSourceByGuidOrElseByAddress) {
  const std::vector values = {source(1), source(2)};
  auto request = modify_request();
  request.source_dsa = {};
  request.source_address = "DC1.lab.example";
  EXPECT_EQ(replica_modify(request, values).value().place, 0u);
  request.source_dsa = filled<DsaGuid>(2);
  EXPECT_EQ(replica_modify(request, values).value().place, 1u);
  request.source_dsa = filled<DsaGuid>(3);
  EXPECT_EQ(replica_modify(request, values).error(), kErrorDsDraNoReplica);
}

// --- 4.1.23.2 ---

TEST(ReplicaSync, ChecksInTheOrderOfTheSection) {
  const std::vector<Fault<ReplicaSyncRequest>> faults = {
      {[](auto&, auto& nc) { nc.is_named = false; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.source_dsa.reset(); r.source_address.reset(); }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.exists = false; }, kErrorDsDraBadNc},
      {[](auto& r, auto&) { r.source_dsa = DsaGuid{}; }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.access_granted = false; }, kErrorDsDraAccessDenied},
  };
  // The first fault that is about the source makes any later one the same; the order is told by the NC between them.
  expect_order(ReplicaSyncRequest{filled<DsaGuid>(1), "dc1.lab.example", 0}, {faults[0], faults[2], faults[3], faults[4]}, check_replica_sync);
  expect_order(ReplicaSyncRequest{filled<DsaGuid>(1), "dc1.lab.example", 0}, {faults[1], faults[4]}, check_replica_sync);
  EXPECT_EQ(check_replica_sync({filled<DsaGuid>(1), std::nullopt, DRS_SYNC_BYNAME}, writable_nc()), kErrorDsDraInvalidParameter);
  EXPECT_EQ(check_replica_sync({std::nullopt, "dc1", 0}, writable_nc()), kErrorDsDraInvalidParameter);
  EXPECT_EQ(check_replica_sync({std::nullopt, "dc1", DRS_SYNC_BYNAME}, writable_nc()), kErrorSuccess);
  EXPECT_EQ(check_replica_sync({std::nullopt, std::nullopt, DRS_SYNC_ALL}, writable_nc()), kErrorSuccess);
}
TEST(ReplicaSync, MeansTheSourcesThatItsOptionsSay) {
  const std::vector values = {source(1), source(2), source(3)};
  using Places = std::vector<std::size_t>;
  EXPECT_EQ(select_sync_sources({filled<DsaGuid>(2), "dc3.lab.example", 0}, values).value(), (Places{1}));
  EXPECT_EQ(select_sync_sources({filled<DsaGuid>(2), "Dc3.lab.example", DRS_SYNC_BYNAME}, values).value(), (Places{2}));
  EXPECT_EQ(select_sync_sources({{}, {}, DRS_SYNC_ALL}, values).value(), (Places{0, 1, 2}));
  EXPECT_EQ(select_sync_sources({filled<DsaGuid>(4), {}, 0}, values).error(), kErrorDsDraNoReplica);
  EXPECT_EQ(select_sync_sources({{}, {}, DRS_SYNC_ALL}, {}).error(), kErrorDsDraNoReplica);
}
TEST(ReplicaSync, RefusesNotificationsOfASourceThatIsNeverToNotify) {
  const std::vector values = {source(1, DRS_NEVER_NOTIFY)};
  const auto with = [](std::uint32_t options) { return ReplicaSyncRequest{filled<DsaGuid>(1), {}, options}; };
  EXPECT_EQ(select_sync_sources(with(DRS_UPDATE_NOTIFICATION), values).error(), kErrorDsDraNoReplica);
  EXPECT_TRUE(select_sync_sources(with(DRS_UPDATE_NOTIFICATION | DRS_TWOWAY_SYNC), values).has_value());
  EXPECT_TRUE(select_sync_sources(with(0), values).has_value());
}

// --- 4.1.26.2 and 5.201 ---

constexpr DsaGuid kDc2{"5fe84f18-3765-4ca3-b895-47802a7ab74f"_guid};

UpdateRefsRequest refs(std::uint32_t options) { return {"5fe84f18-3765-4ca3-b895-47802a7ab74f._msdcs.CONTOSO.COM", kDc2, options}; }

TEST(UpdateRefs, ChecksInTheOrderOfTheSection) {
  const std::vector<Fault<UpdateRefsRequest>> faults = {
      {[](auto& r, auto&) { r.destination_address.clear(); }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.destination_dsa = {}; }, kErrorDsDraInvalidParameter},
      {[](auto& r, auto&) { r.options |= DRS_SYNC_URGENT; }, kErrorDsDraInvalidParameter},
      {[](auto&, auto& nc) { nc.instance_type = IT_NC_HEAD; }, kErrorDsDraBadNc},
      {[](auto&, auto& nc) { nc.exists = false; }, kErrorDsDraBadNc},
      {[](auto&, auto& nc) { nc.access_granted = false; }, kErrorDsDraAccessDenied},
  };
  expect_order(refs(DRS_WRIT_REP | DRS_ADD_REF), faults, check_update_refs);
  EXPECT_EQ(check_update_refs(refs(DRS_WRIT_REP), writable_nc()), kErrorDsDraInvalidParameter);
  auto partial = writable_nc();
  partial.instance_type = IT_NC_HEAD;
  EXPECT_EQ(check_update_refs(refs(DRS_ADD_REF), partial), kErrorSuccess);
}
// 4.1.26.3.1, 4.1.26.3.1.1 to .4, the example: an NC without references gets one.
TEST(UpdateRefs, AddsAReference) {
  const auto updated = update_refs(refs(DRS_WRIT_REP | DRS_ADD_REF), {}, {12'924'245'513});
  EXPECT_EQ(updated.result, kErrorSuccess);
  ASSERT_EQ(updated.values.size(), 1u);
  const auto& value = updated.values[0];
  EXPECT_EQ(value.uuid_dsa, kDc2);
  EXPECT_EQ(value.na_dsa, "5fe84f18-3765-4ca3-b895-47802a7ab74f._msdcs.CONTOSO.COM");
  EXPECT_EQ(value.options, 16u);
  EXPECT_EQ(value.time_last_success, DsTime{12'924'245'513});
  EXPECT_EQ(value.time_last_attempt, DsTime{});
  EXPECT_EQ(value.consecutive_failures, 0u);
  EXPECT_EQ(reps_to_to_concrete(value).dwVersion, 2u);
}
// 4.1.26.3.2, 4.1.26.3.2.1 to .4, the example: delete and add together make the reference anew.
TEST(UpdateRefs, ReplacesAReference) {
  RepsTo old{"5fe84f18-3765-4ca3-b895-47802a7ab74f._msdcs.CONTOSO.COM", kDc2, 16, {}, 0, {12'924'315'918}, {12'924'315'918}, {}};
  auto request = refs(DRS_WRIT_REP | DRS_DEL_REF | DRS_ADD_REF);
  request.destination_address = "5fe84f18-3765-4ca3-b895-47802a7ab74f._msdcs.contoso.com";
  const auto updated = update_refs(request, std::vector{old}, kNow);
  EXPECT_EQ(updated.result, kErrorSuccess);
  ASSERT_EQ(updated.values.size(), 1u);
  EXPECT_EQ(updated.values[0].time_last_attempt, DsTime{});
  EXPECT_EQ(updated.values[0].time_last_success, kNow);
}
TEST(UpdateRefs, SaysWhatWasNotThereOrWas) {
  const auto one = update_refs(refs(DRS_ADD_REF), {}, kNow).values;
  EXPECT_EQ(update_refs(refs(DRS_ADD_REF), one, kNow).result, kErrorDsDraRefAlreadyExists);
  EXPECT_EQ(update_refs(refs(DRS_ADD_REF), one, kNow).values, one);
  EXPECT_EQ(update_refs(refs(DRS_ADD_REF | DRS_GETCHG_CHECK), one, kNow).result, kErrorSuccess);
  EXPECT_EQ(update_refs(refs(DRS_DEL_REF), {}, kNow).result, kErrorDsDraRefNotFound);
  EXPECT_EQ(update_refs(refs(DRS_DEL_REF | DRS_GETCHG_CHECK), {}, kNow).result, kErrorSuccess);
  EXPECT_EQ(update_refs(refs(DRS_DEL_REF | DRS_ADD_REF), {}, kNow).result, kErrorSuccess);
  EXPECT_TRUE(update_refs(refs(DRS_DEL_REF), one, kNow).values.empty());
}
// Either name finds a value, and two values of one partner both go.
TEST(UpdateRefs, FindsAReferenceByEitherName) {
  std::vector<RepsTo> values(2);
  values[0].na_dsa = refs(0).destination_address;
  values[0].uuid_dsa = filled<DsaGuid>(1);
  values[1].na_dsa = "old.contoso.com";
  values[1].uuid_dsa = kDc2;
  EXPECT_TRUE(update_refs(refs(DRS_DEL_REF), values, kNow).values.empty());
  values[0].na_dsa = "other.contoso.com";
  EXPECT_EQ(update_refs(refs(DRS_DEL_REF), values, kNow).values.size(), 1u);
}
// However often an operation is repeated the set of references is the same.
TEST(UpdateRefs, IsIdempotentOnTheSet) {
  for (const std::uint32_t options : {std::uint32_t{DRS_ADD_REF}, std::uint32_t{DRS_DEL_REF}, std::uint32_t{DRS_ADD_REF | DRS_DEL_REF}})
    for (std::size_t count = 0; count <= 2; ++count) {
      std::vector<RepsTo> values(count);
      for (std::size_t i = 0; i < count; ++i) values[i].uuid_dsa = i == 0 ? kDc2 : filled<DsaGuid>(7);
      const auto once = update_refs(refs(options), values, kNow).values;
      EXPECT_EQ(update_refs(refs(options), once, kNow).values.size(), once.size());
    }
}

}  // namespace
}  // namespace tributary::repl
