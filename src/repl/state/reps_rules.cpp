// SPDX-License-Identifier: Apache-2.0
// See reps_rules.hpp. The order of the checks is the order of the sections: which code a request with two faults gets is part of
// the protocol.
#include "repl/state/reps_rules.hpp"

#include <algorithm>

#include "base/utf.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using namespace win32;

constexpr bool has(std::uint32_t set, std::uint32_t flag) { return (set & flag) != 0; }

/// The place of the value with this address; values.size() when there is none.
std::size_t find_address(std::span<const RepsFrom> values, std::string_view address) {
  const auto at = std::ranges::find_if(values, [&](const RepsFrom& v) { return equals_ignoring_case(v.na_dsa, address); });
  return static_cast<std::size_t>(at - values.begin());
}
std::size_t find_dsa(std::span<const RepsFrom> values, const DsaGuid& dsa) {
  return static_cast<std::size_t>(std::ranges::find(values, dsa, &RepsFrom::uuid_dsa) - values.begin());
}

UpdateRefsCall call_with(std::uint32_t what, std::uint32_t options) {
  return {DRS_ASYNC_OP | what | (options & DRS_WRIT_REP)};
}

}  // namespace

Win32 check_replica_add(const ReplicaAddRequest& request, const NcFacts& nc, const DsaFacts& dsa) {
  constexpr std::uint32_t kAllowed = DRS_ASYNC_OP | DRS_CRITICAL_ONLY | DRS_ASYNC_REP | DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC |
                                     DRS_MAIL_REP | DRS_NONGC_RO_REP | DRS_SPECIAL_SECRET_PROCESSING | DRS_DISABLE_AUTO_SYNC |
                                     DRS_DISABLE_PERIODIC_SYNC | DRS_USE_COMPRESSION | DRS_NEVER_NOTIFY | DRS_TWOWAY_SYNC;
  const auto options = request.options;
  if (!nc.is_named || request.source_address.empty()) return kErrorDsDraInvalidParameter;
  if (!nc.has_cross_ref) return kErrorDsDraBadNc;
  if (has(options, ~kAllowed)) return kErrorDsDraInvalidParameter;
  if (dsa.is_read_only && has(options, DRS_WRIT_REP | DRS_MAIL_REP)) return kErrorDsDraInvalidParameter;
  if (has(options, DRS_MAIL_REP) && !has(options, DRS_ASYNC_REP)) return kErrorDsDraInvalidParameter;
  return nc.access_granted ? kErrorSuccess : kErrorDsDraAccessDenied;
}

std::expected<ReplicaAdded, Win32> replica_add(const ReplicaAddRequest& request, const NcFacts& nc, std::span<const RepsFrom> values,
                                               DsTime now) {
  constexpr std::uint32_t kKept = DRS_DISABLE_AUTO_SYNC | DRS_DISABLE_PERIODIC_SYNC | DRS_INIT_SYNC | DRS_MAIL_REP | DRS_NEVER_NOTIFY |
                                  DRS_PER_SYNC | DRS_TWOWAY_SYNC | DRS_USE_COMPRESSION | DRS_WRIT_REP | DRS_NONGC_RO_REP |
                                  DRS_SPECIAL_SECRET_PROCESSING;
  const auto options = request.options;
  const DsaGuid source{request.source_dsa.guid.value_or(Guid{})};
  if (nc.exists) {
    if (has(nc.instance_type, IT_WRITE) != has(options, DRS_WRIT_REP)) return std::unexpected(kErrorDsDraBadInstanceType);
    const bool is_known = find_address(values, request.source_address) != values.size() || (!source.is_null() && find_dsa(values, source) != values.size());
    if (is_known) return std::unexpected(kErrorDsDraDnExists);
  }
  if (has(options, DRS_ASYNC_REP) && !(request.source_dsa.is_named && request.source_dsa.guid)) return std::unexpected(kErrorDsDraInvalidParameter);
  if (has(options, DRS_MAIL_REP) && !(request.transport.is_named && request.transport.guid)) return std::unexpected(kErrorDsDraInvalidParameter);
  ReplicaAdded added{new_source(request.source_address, source, options & kKept, request.schedule, now), {}};
  added.value.uuid_transport = request.transport.guid.value_or(Guid{});
  if ((options & (DRS_ASYNC_REP | DRS_NEVER_NOTIFY | DRS_MAIL_REP)) == DRS_ASYNC_REP)
    added.call = call_with(DRS_ADD_REF | DRS_DEL_REF, options);
  return added;
}

Win32 check_replica_del(const ReplicaDelRequest& request, const NcFacts& nc, std::size_t reps_from_count, std::size_t reps_to_count) {
  constexpr std::uint32_t kAllowed = DRS_ASYNC_OP | DRS_WRIT_REP | DRS_MAIL_REP | DRS_ASYNC_REP | DRS_IGNORE_ERROR | DRS_LOCAL_ONLY |
                                     DRS_NO_SOURCE | DRS_REF_OK;
  const auto options = request.options;
  if (!nc.is_named) return kErrorDsDraInvalidParameter;
  if (!nc.exists) return kErrorDsDraBadNc;
  if (!nc.access_granted) return kErrorDsDraAccessDenied;
  if (has(options, ~kAllowed)) return kErrorDsDraInvalidParameter;
  if (!has(options, DRS_NO_SOURCE)) return request.source_address.empty() ? kErrorDsDraInvalidParameter : kErrorSuccess;
  if (!has(nc.instance_type, IT_NC_HEAD) || has(nc.instance_type, IT_UNINSTANT)) return kErrorDsDraBadNc;
  if (reps_from_count != 0) return kErrorDsDraInvalidParameter;
  if (reps_to_count != 0 && !has(options, DRS_REF_OK)) return kErrorDsDraObjIsRepSource;
  if (has(nc.instance_type, IT_WRITE) && nc.is_essential) return kErrorDsDraInvalidParameter;
  return kErrorSuccess;
}

bool is_asynchronous(const ReplicaDelRequest& request) noexcept {
  const bool expunges = has(request.options, DRS_NO_SOURCE);
  return has(request.options, expunges ? DRS_ASYNC_OP | DRS_ASYNC_REP : std::uint32_t{DRS_ASYNC_OP});
}

std::expected<ReplicaDeleted, Win32> replica_del(const ReplicaDelRequest& request, std::span<const RepsFrom> values) {
  ReplicaDeleted deleted;
  if (has(request.options, DRS_NO_SOURCE)) {
    deleted.expunges_nc = true;
    return deleted;
  }
  deleted.removed = find_address(values, request.source_address);
  if (deleted.removed == values.size()) return std::unexpected(kErrorDsDraNoReplica);
  const bool is_told = !has(request.options, DRS_LOCAL_ONLY) && !values[deleted.removed].has(DRS_MAIL_REP);
  if (is_told) deleted.call = call_with(DRS_DEL_REF, request.options);
  return deleted;
}

Win32 check_replica_modify(const ReplicaModifyRequest& request, const NcFacts& nc) {
  constexpr std::uint32_t kFields = DRS_UPDATE_ADDRESS | DRS_UPDATE_SCHEDULE | DRS_UPDATE_FLAGS;
  const bool has_address = request.source_address && !request.source_address->empty();
  if (!nc.is_named || (!request.source_address && request.source_dsa.is_null()) ||
      (has(request.modify_fields, DRS_UPDATE_ADDRESS) && !has_address) || request.modify_fields == 0 ||
      has(request.modify_fields, ~kFields) || has(request.options, ~std::uint32_t{DRS_ASYNC_OP}))
    return kErrorDsDraInvalidParameter;
  if (!nc.exists) return kErrorDsDraBadNc;
  return nc.access_granted ? kErrorSuccess : kErrorDsDraAccessDenied;
}

std::expected<ReplicaModified, Win32> replica_modify(const ReplicaModifyRequest& request, std::span<const RepsFrom> values) {
  const auto place = request.source_dsa.is_null() ? find_address(values, request.source_address.value_or("")) : find_dsa(values, request.source_dsa);
  if (place == values.size()) return std::unexpected(kErrorDsDraNoReplica);
  ReplicaModified modified{place, values[place]};
  auto& value = modified.value;
  if (has(request.modify_fields, DRS_UPDATE_ADDRESS)) value.na_dsa = request.source_address.value_or("");
  if (has(request.modify_fields, DRS_UPDATE_SCHEDULE)) value.schedule = request.schedule;
  if (has(request.modify_fields, DRS_UPDATE_FLAGS))
    value.options = (request.replica_flags & ~kRepsFromStateFlags) | (value.options & kRepsFromStateFlags);
  return modified;
}

Win32 check_replica_sync(const ReplicaSyncRequest& request, const NcFacts& nc) {
  const bool is_all = has(request.options, DRS_SYNC_ALL);
  if (!nc.is_named || (!is_all && !request.source_dsa && !request.source_address)) return kErrorDsDraInvalidParameter;
  if (!nc.exists) return kErrorDsDraBadNc;
  if (!is_all) {
    const bool is_by_name = has(request.options, DRS_SYNC_BYNAME);
    const bool has_source = is_by_name ? request.source_address.has_value() : request.source_dsa && !request.source_dsa->is_null();
    if (!has_source) return kErrorDsDraInvalidParameter;
  }
  return nc.access_granted ? kErrorSuccess : kErrorDsDraAccessDenied;
}

std::expected<std::vector<std::size_t>, Win32> select_sync_sources(const ReplicaSyncRequest& request, std::span<const RepsFrom> values) {
  const auto is_meant = [&](const RepsFrom& v) {
    if (has(request.options, DRS_SYNC_ALL)) return true;
    if (has(request.options, DRS_SYNC_BYNAME)) return equals_ignoring_case(v.na_dsa, request.source_address.value_or(""));
    return v.uuid_dsa == request.source_dsa.value_or(DsaGuid{});
  };
  const bool is_notification = has(request.options, DRS_UPDATE_NOTIFICATION) && !has(request.options, DRS_TWOWAY_SYNC);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_meant(values[i])) continue;
    if (is_notification && values[i].has(DRS_NEVER_NOTIFY)) return std::unexpected(kErrorDsDraNoReplica);
    places.push_back(i);
  }
  if (places.empty()) return std::unexpected(kErrorDsDraNoReplica);
  return places;
}

Win32 check_update_refs(const UpdateRefsRequest& request, const NcFacts& nc) {
  constexpr std::uint32_t kAllowed = DRS_ASYNC_OP | DRS_GETCHG_CHECK | DRS_WRIT_REP | DRS_DEL_REF | DRS_ADD_REF | DRS_REF_GCSPN;
  const auto options = request.options;
  if (!nc.is_named || request.destination_address.empty() || request.destination_dsa.is_null() || !has(options, DRS_ADD_REF | DRS_DEL_REF))
    return kErrorDsDraInvalidParameter;
  if (has(options, ~kAllowed)) return kErrorDsDraInvalidParameter;
  if (!nc.exists || (has(options, DRS_WRIT_REP) && !has(nc.instance_type, IT_WRITE))) return kErrorDsDraBadNc;
  return nc.access_granted ? kErrorSuccess : kErrorDsDraAccessDenied;
}

RefsUpdated update_refs(const UpdateRefsRequest& request, std::span<const RepsTo> values, DsTime now) {
  const auto is_meant = [&](const RepsTo& v) {
    return v.uuid_dsa == request.destination_dsa || equals_ignoring_case(v.na_dsa, request.destination_address);
  };
  RefsUpdated updated{{values.begin(), values.end()}, kErrorSuccess};
  if (has(request.options, DRS_DEL_REF))
    updated.result = std::erase_if(updated.values, is_meant) == 0 ? kErrorDsDraRefNotFound : kErrorSuccess;
  if (has(request.options, DRS_ADD_REF)) {
    const bool is_there = std::ranges::any_of(updated.values, is_meant);
    updated.result = is_there ? kErrorDsDraRefAlreadyExists : kErrorSuccess;
    if (!is_there) {
      RepsTo added;
      added.na_dsa = request.destination_address;
      added.uuid_dsa = request.destination_dsa;
      added.options = request.options & (DRS_WRIT_REP | DRS_REF_GCSPN);
      added.time_last_success = now;
      updated.values.push_back(std::move(added));
    }
  }
  const bool is_forgiven = updated.result == kErrorDsDraRefNotFound || updated.result == kErrorDsDraRefAlreadyExists;
  if (has(request.options, DRS_GETCHG_CHECK) && is_forgiven) updated.result = kErrorSuccess;
  return updated;
}

}  // namespace tributary::repl
