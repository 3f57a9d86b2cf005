// SPDX-License-Identifier: Apache-2.0
// What IDL_DRSGetReplInfo tells, in our terms: one conversion per type of information, the newest type first.
// The second way, through LDAP, is in repl_state_ldap.cpp.
#include "client/repl_state.hpp"

#include <algorithm>
#include <array>

#include "base/utf.hpp"
#include "client/replica.hpp"
#include "client/repl_state_ldap.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::client {
namespace {

/// A DC hands cursors and values out in portions ([MS-DRSR] 4.1.13.3); this many portions of at least one entry are read.
constexpr std::size_t kPortionsMax = 100'000;
/// dwEnumerationContext after the last portion.
constexpr std::uint32_t kNoMorePortions = 0xFFFFFFFF;

/// Samba sends the beginning of 1970 where it keeps no time (in cursors): that is "never", not half a century ago.
FileTime file_time(const drsuapi::FILETIME& time) {
  const FileTime told{static_cast<std::int64_t>((std::uint64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime)};
  return told == to_file_time(ds_time_from_unix(0)) ? FileTime{} : told;
}
std::string text(const drsuapi::WString& wide) { return wide ? to_utf8_lossy(*wide) : std::string(); }

/// The arm that was asked for; an empty one when the DC sent a null pointer.
template <std::uint32_t Type>
auto ask(DcView& dc, InfoRequest request) {
  using Arm = std::remove_cvref_t<decltype(**std::declval<drsuapi::DRS_MSG_GETREPLINFO_REPLY&>().get_if<Type>())>;
  request.type = Type;
  auto reply = get_repl_info(dc.handle, request, dc.call);
  if (!reply) return Result<Arm>(std::unexpected(std::move(reply.error())));
  auto* const arm = reply->template get_if<Type>();
  if (arm == nullptr) return Result<Arm>(fail(win32::kRpcXBadStubData, "the DC answered with another type of information", Phase::kCall));
  return Result<Arm>(*arm ? std::move(**arm) : Arm{});
}

/// Every portion of an answer that has dwEnumerationContext. `take(entry)` sees each entry of `list(portion)`.
/// Samba's context does not end: asked to go on, it begins again, which shows in the first entry.
template <std::uint32_t Type, class List, class Take>
Result<> ask_in_portions(DcView& dc, InfoRequest request, List list, Take take) {
  using Answer = typename decltype(ask<Type>(dc, request))::value_type;
  using Entry = std::remove_cvref_t<decltype(list(std::declval<Answer&>())[0])>;
  Entry first;
  for (std::size_t portion = 0; portion < kPortionsMax; ++portion) {
    auto answer = ask<Type>(dc, request);
    if (!answer) return std::unexpected(std::move(answer.error()));
    auto& entries = list(*answer);
    if (portion == 0)
      first = entries.empty() ? Entry{} : entries[0];
    else if (entries.empty() || entries[0] == first)
      return {};
    for (const auto& entry : entries) take(entry);
    const std::uint32_t next = answer->dwEnumerationContext;
    if (next == kNoMorePortions || next <= request.enumeration_context || entries.empty()) return {};
    request.enumeration_context = next;
  }
  return fail(win32::kErrorMoreData, "the DC does not come to the end of its answer", Phase::kCall);
}

Neighbor from_wire(const drsuapi::DS_REPL_NEIGHBORW& in) {
  return {.nc_dn = text(in.pszNamingContext),
          .dsa_dn = text(in.pszSourceDsaDN),
          .address = text(in.pszSourceDsaAddress),
          .transport_dn = text(in.pszAsyncIntersiteTransportDN),
          .flags = NeighborFlags{in.dwReplicaFlags},
          .nc_guid = {in.uuidNamingContextObjGuid},
          .dsa_guid = {in.uuidSourceDsaObjGuid},
          .invocation_id = {in.uuidSourceDsaInvocationID},
          .last_object_change_synced = {in.usnLastObjChangeSynced},
          .attribute_filter = {in.usnAttributeFilter},
          .last_success = file_time(in.ftimeLastSyncSuccess),
          .last_attempt = file_time(in.ftimeLastSyncAttempt),
          .last_result = Win32{in.dwLastSyncResult},
          .consecutive_failures = in.cNumConsecutiveSyncFailures};
}

AttributeStamp from_wire(const drsuapi::DS_REPL_ATTR_META_DATA& in) {
  return {.attribute = text(in.pszAttributeName),
          .version = in.dwVersion,
          .changed = file_time(in.ftimeLastOriginatingChange),
          .originating_invocation_id = {in.uuidLastOriginatingDsaInvocationID},
          .originating_usn = {in.usnOriginatingChange},
          .local_usn = {in.usnLocalChange},
          .originating_dsa_dn = {}};
}
AttributeStamp from_wire(const drsuapi::DS_REPL_ATTR_META_DATA_2& in) {
  return {.attribute = text(in.pszAttributeName),
          .version = in.dwVersion,
          .changed = file_time(in.ftimeLastOriginatingChange),
          .originating_invocation_id = {in.uuidLastOriginatingDsaInvocationID},
          .originating_usn = {in.usnOriginatingChange},
          .local_usn = {in.usnLocalChange},
          .originating_dsa_dn = text(in.pszLastOriginatingDsaDN)};
}

template <class In>
ValueStamp value_from_wire(const In& in) {
  ValueStamp out{.attribute = text(in.pszAttributeName),
                 .value_dn = text(in.pszObjectDn),
                 .value = Bytes(in.pbData.begin(), in.pbData.end()),
                 .created = file_time(in.ftimeCreated),
                 .deleted = file_time(in.ftimeDeleted),
                 .version = in.dwVersion,
                 .changed = file_time(in.ftimeLastOriginatingChange),
                 .originating_invocation_id = {in.uuidLastOriginatingDsaInvocationID},
                 .originating_usn = {in.usnOriginatingChange},
                 .local_usn = {in.usnLocalChange},
                 .originating_dsa_dn = {}};
  if constexpr (requires { in.pszLastOriginatingDsaDN; }) out.originating_dsa_dn = text(in.pszLastOriginatingDsaDN);
  return out;
}

Result<std::vector<Cursor>> ask_cursors(DcView& dc, const std::string& nc_dn) {
  InfoRequest request;
  request.object_dn = nc_dn;
  std::vector<Cursor> items;
  auto with_names = ask_in_portions<drsuapi::DS_REPL_INFO_CURSORS_3_FOR_NC>(
      dc, request, [](auto& answer) -> auto& { return answer.rgCursor; },
      [&](const auto& in) {
        items.push_back({{in.uuidSourceDsaInvocationID}, {in.usnAttributeFilter}, file_time(in.ftimeLastSyncSuccess), text(in.pszSourceDsaDN)});
      });
  if (with_names) return items;
  if (!lacks_call(with_names.error())) return std::unexpected(std::move(with_names.error()));
  items.clear();
  auto with_times = ask_in_portions<drsuapi::DS_REPL_INFO_CURSORS_2_FOR_NC>(
      dc, request, [](auto& answer) -> auto& { return answer.rgCursor; },
      [&](const auto& in) { items.push_back({{in.uuidSourceDsaInvocationID}, {in.usnAttributeFilter}, file_time(in.ftimeLastSyncSuccess), {}}); });
  if (with_times) return items;
  if (!lacks_call(with_times.error())) return std::unexpected(std::move(with_times.error()));
  auto plain = ask<drsuapi::DS_REPL_INFO_CURSORS_FOR_NC>(dc, request);
  if (!plain) return std::unexpected(std::move(plain.error()));
  items.clear();
  for (const auto& in : plain->rgCursor) items.push_back({{in.uuidSourceDsaInvocationID}, {in.usnAttributeFilter}, {}, {}});
  return items;
}

Result<std::vector<AttributeStamp>> ask_object_stamps(DcView& dc, const std::string& object_dn) {
  InfoRequest request;
  request.object_dn = object_dn;
  std::vector<AttributeStamp> items;
  auto with_names = ask<drsuapi::DS_REPL_INFO_METADATA_2_FOR_OBJ>(dc, request);
  if (with_names) {
    for (const auto& in : with_names->rgMetaData) items.push_back(from_wire(in));
    return items;
  }
  if (!lacks_call(with_names.error())) return std::unexpected(std::move(with_names.error()));
  auto plain = ask<drsuapi::DS_REPL_INFO_METADATA_FOR_OBJ>(dc, request);
  if (!plain) return std::unexpected(std::move(plain.error()));
  for (const auto& in : plain->rgMetaData) items.push_back(from_wire(in));
  return items;
}

/// The answer of the call, or what LDAP has when the DC does not serve the call.
template <class Item, class ThroughLdap>
Result<ReplState<Item>> or_through_ldap(DcView& dc, Result<std::vector<Item>> called, ThroughLdap through_ldap) {
  if (called) return ReplState<Item>{StateSource::kCall, {}, std::move(*called)};
  if (!lacks_call(called.error())) return std::unexpected(std::move(called.error()));
  auto directory = dc.directory();
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto items = through_ldap(**directory);
  if (!items) return std::unexpected(std::move(items.error()));
  return ReplState<Item>{StateSource::kLdap, std::move(called.error()), std::move(*items)};
}

}  // namespace

std::string_view source_name(StateSource source) noexcept {
  constexpr std::string_view kNames[] = {"rpc", "ldap", "getncchanges"};
  return kNames[static_cast<std::size_t>(source)];
}

bool lacks_call(const Error& error) noexcept {
  // What DCs answer to a type or an operation they do not have: Win32 codes of the call, and the codes that faults become.
  constexpr auto kNotServed = std::to_array<std::uint32_t>({1, 50, 87, 120, 124, 1717, 1726, 1745, 1752, 1764, 1766, 8454});
  if (error.phase != Phase::kCall) return false;
  const auto code = static_cast<std::uint32_t>(error.code);
  return std::ranges::find(kNotServed, code) != kNotServed.end() || code == 0xC0000002 || code == 0xC00000BB;
}

Result<ReplState<Neighbor>> read_neighbors(DcView dc, Direction direction, const std::string& nc_dn) {
  auto asked = direction == Direction::kInbound ? inbound_neighbors(dc.handle, nc_dn, dc.call) : outbound_neighbors(dc.handle, nc_dn, dc.call);
  Result<std::vector<Neighbor>> called;
  if (asked)
    for (const auto& in : asked->rgNeighbor) called->push_back(from_wire(in));
  else
    called = std::unexpected(std::move(asked.error()));
  return or_through_ldap(dc, std::move(called), [&](Directory& directory) { return neighbors_through_ldap(directory, direction, nc_dn); });
}

Result<ReplState<Cursor>> read_cursors(DcView dc, const std::string& nc_dn) {
  return or_through_ldap(dc, ask_cursors(dc, nc_dn), [&](Directory& directory) { return cursors_through_ldap(directory, nc_dn); });
}

Result<ReplState<AttributeStamp>> read_object_stamps(DcView dc, const std::string& object_dn) {
  return or_through_ldap(dc, ask_object_stamps(dc, object_dn),
                         [&](Directory& directory) { return object_stamps_through_ldap(directory, object_dn); });
}

Result<ReplState<ValueStamp>> read_value_stamps(DcView dc, const std::string& object_dn, const std::string& attribute, const std::string& value_dn) {
  InfoRequest request;
  request.object_dn = object_dn;
  request.attribute = attribute;
  request.value_dn = value_dn;
  ReplState<ValueStamp> state;
  const auto list = [](auto& answer) -> auto& { return answer.rgMetaData; };
  const auto take = [&](const auto& in) { state.items.push_back(value_from_wire(in)); };
  auto with_names = ask_in_portions<drsuapi::DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>(dc, request, list, take);
  if (with_names) return state;
  if (!lacks_call(with_names.error())) return std::unexpected(std::move(with_names.error()));
  state.items.clear();
  auto plain = ask_in_portions<drsuapi::DS_REPL_INFO_METADATA_FOR_ATTR_VALUE>(dc, request, list, take);
  if (!plain) return std::unexpected(std::move(plain.error()));
  return state;
}

Result<ReplState<KccFailure>> read_kcc_failures(DcView dc, KccFailureKind kind) {
  auto answer = kind == KccFailureKind::kConnect ? ask<drsuapi::DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES>(dc, {})
                                                 : ask<drsuapi::DS_REPL_INFO_KCC_DSA_LINK_FAILURES>(dc, {});
  if (!answer) return std::unexpected(std::move(answer.error()));
  ReplState<KccFailure> state;
  for (const auto& in : answer->rgDsaFailure)
    state.items.push_back({text(in.pszDsaDN), {in.uuidDsaObjGuid}, file_time(in.ftimeFirstFailure), in.cNumFailures, Win32{in.dwLastResult}});
  return state;
}

Result<PendingOperations> read_pending_operations(DcView dc) {
  auto answer = ask<drsuapi::DS_REPL_INFO_PENDING_OPS>(dc, {});
  if (!answer) return std::unexpected(std::move(answer.error()));
  PendingOperations pending{file_time(answer->ftimeCurrentOpStarted), {}};
  for (const auto& in : answer->rgPendingOp)
    pending.operations.push_back({file_time(in.ftimeEnqueued), in.ulSerialNumber, in.ulPriority, static_cast<std::uint32_t>(in.OpType), in.ulOptions,
                                  text(in.pszNamingContext), text(in.pszDsaDN), text(in.pszDsaAddress)});
  return pending;
}

}  // namespace tributary::client
