// SPDX-License-Identifier: Apache-2.0
// The replication calls of ntdsapi.h that change something. [MS-DRSR] 4.1.6, 4.1.19, 4.1.20, 4.1.22, 4.1.23, 4.1.24, 4.1.26.
// Options are checked and translated by src/client; here are only pointers and text.
#include "client/replica.hpp"
#include "ntdsapi/args.hpp"
#include "ntdsapi/guids.hpp"
#include "ntdsapi/schedule.hpp"
#include "ntdsapi/session.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

/// Null is the null GUID.
DsaGuid dsa_guid(const UUID* guid) noexcept { return guid == nullptr ? DsaGuid{} : DsaGuid{from_c_guid(*guid)}; }

template <class Char>
DWORD sync(HANDLE handle, const Char* nc, const UUID* source, ULONG options) {
  return with_session(handle, [&](Session& session) -> Result<> {
    TRIBUTARY_TRY(nc_dn, required_utf8(nc, "NameContext"));
    const client::SyncRequest request{.nc_dn = nc_dn, .source = dsa_guid(source), .source_address = {}, .options = client::RepSyncOptions{options}};
    return client::replica_sync(session.dc(), request, session.replication_call());
  });
}

template <class Char>
DWORD add(HANDLE handle, const Char* nc, const Char* source_dn, const Char* transport_dn, const Char* address, const SCHEDULE* schedule,
          DWORD options) {
  return with_session(handle, [&](Session& session) -> Result<> {
    client::AddRequest request;
    TRIBUTARY_TRY(nc_dn, required_utf8(nc, "NameContext"));
    TRIBUTARY_TRY(source, optional_utf8(source_dn));
    TRIBUTARY_TRY(transport, optional_utf8(transport_dn));
    TRIBUTARY_TRY(source_address, required_utf8(address, "SourceDsaAddress"));
    TRIBUTARY_TRY(times, schedule_times(schedule));
    request.nc_dn = nc_dn;
    request.source_dsa_dn = source;
    request.transport_dn = transport;
    request.source_address = source_address;
    request.schedule = times;
    request.options = client::RepAddOptions{options};
    if (has(request.options, client::RepAddOptions::kAsynchronousReplica) && source.empty()) return null_argument("SourceDsaDn");
    return client::replica_add(session.dc(), request, session.replication_call());
  });
}

template <class Char>
DWORD del(HANDLE handle, const Char* nc, const Char* address, ULONG options) {
  return with_session(handle, [&](Session& session) -> Result<> {
    TRIBUTARY_TRY(nc_dn, required_utf8(nc, "NameContext"));
    TRIBUTARY_TRY(source_address, optional_utf8(address));
    const client::DelRequest request{.nc_dn = nc_dn, .source_address = source_address, .options = client::RepDelOptions{options}};
    if (source_address.empty() && !has(request.options, client::RepDelOptions::kNoSource)) return null_argument("DsaSrc");
    return client::replica_del(session.dc(), request, session.replication_call());
  });
}

template <class Char>
struct ModifyArguments {
  const Char* nc;
  const UUID* source;
  const Char* transport_dn;
  const Char* address;
  const SCHEDULE* schedule;
  DWORD replica_flags, fields, options;
};

template <class Char>
DWORD modify(HANDLE handle, const ModifyArguments<Char>& arguments) {
  return with_session(handle, [&](Session& session) -> Result<> {
    client::ModifyRequest request;
    TRIBUTARY_TRY(nc_dn, required_utf8(arguments.nc, "NameContext"));
    TRIBUTARY_TRY(transport, optional_utf8(arguments.transport_dn));
    TRIBUTARY_TRY(source_address, optional_utf8(arguments.address));
    TRIBUTARY_TRY(times, schedule_times(arguments.schedule));
    request.nc_dn = nc_dn;
    request.source = dsa_guid(arguments.source);
    request.transport_dn = transport;
    request.source_address = source_address;
    request.schedule = times;
    request.replica_flags = client::NeighborFlags{arguments.replica_flags};
    request.fields = arguments.fields;
    request.options = client::RepModOptions{arguments.options};
    if (request.source.is_null() && source_address.empty()) return null_argument("pUuidSourceDsa");
    return client::replica_modify(session.dc(), request, session.call());
  });
}

template <class Char>
DWORD update_refs(HANDLE handle, const Char* nc, const Char* address, const UUID* destination, ULONG options) {
  return with_session(handle, [&](Session& session) -> Result<> {
    TRIBUTARY_TRY(nc_dn, required_utf8(nc, "NameContext"));
    TRIBUTARY_TRY(destination_address, required_utf8(address, "DsaDest"));
    if (destination == nullptr) return null_argument("pUuidDsaDest");
    const client::UpdateRefsRequest request{.nc_dn = nc_dn,
                                            .destination_address = destination_address,
                                            .destination = dsa_guid(destination),
                                            .options = client::RepUpdOptions{options}};
    return client::update_refs(session.dc(), request, session.call());
  });
}

template <class Char>
DWORD verify_objects(HANDLE handle, const Char* nc, const UUID* source, ULONG options) {
  return with_session(handle, [&](Session& session) -> Result<> {
    TRIBUTARY_TRY(nc_dn, required_utf8(nc, "NameContext"));
    if (source == nullptr) return null_argument("pUuidDsaSrc");
    if ((options & ~ULONG{DS_EXIST_ADVISORY_MODE}) != 0) return fail(win32::kErrorInvalidFlags, "unknown ulOptions");
    return client::verify_objects(session.dc(), nc_dn, dsa_guid(source), options, session.replication_call());
  });
}

}  // namespace

DWORD DsReplicaSyncW(HANDLE hDS, LPCWSTR NameContext, const UUID* pUuidDsaSrc, ULONG Options) {
  return sync(hDS, NameContext, pUuidDsaSrc, Options);
}
DWORD DsReplicaSyncA(HANDLE hDS, LPCSTR NameContext, const UUID* pUuidDsaSrc, ULONG Options) {
  return sync(hDS, NameContext, pUuidDsaSrc, Options);
}
DWORD DsReplicaAddW(HANDLE hDS, LPCWSTR NameContext, LPCWSTR SourceDsaDn, LPCWSTR TransportDn, LPCWSTR SourceDsaAddress,
                    const PSCHEDULE pSchedule, DWORD Options) {
  return add(hDS, NameContext, SourceDsaDn, TransportDn, SourceDsaAddress, pSchedule, Options);
}
DWORD DsReplicaAddA(HANDLE hDS, LPCSTR NameContext, LPCSTR SourceDsaDn, LPCSTR TransportDn, LPCSTR SourceDsaAddress,
                    const PSCHEDULE pSchedule, DWORD Options) {
  return add(hDS, NameContext, SourceDsaDn, TransportDn, SourceDsaAddress, pSchedule, Options);
}
DWORD DsReplicaDelW(HANDLE hDS, LPCWSTR NameContext, LPCWSTR DsaSrc, ULONG Options) { return del(hDS, NameContext, DsaSrc, Options); }
DWORD DsReplicaDelA(HANDLE hDS, LPCSTR NameContext, LPCSTR DsaSrc, ULONG Options) { return del(hDS, NameContext, DsaSrc, Options); }
DWORD DsReplicaModifyW(HANDLE hDS, LPCWSTR NameContext, const UUID* pUuidSourceDsa, LPCWSTR TransportDn, LPCWSTR SourceDsaAddress,
                       const PSCHEDULE pSchedule, DWORD ReplicaFlags, DWORD ModifyFields, DWORD Options) {
  return modify<WCHAR>(hDS, {NameContext, pUuidSourceDsa, TransportDn, SourceDsaAddress, pSchedule, ReplicaFlags, ModifyFields, Options});
}
DWORD DsReplicaModifyA(HANDLE hDS, LPCSTR NameContext, const UUID* pUuidSourceDsa, LPCSTR TransportDn, LPCSTR SourceDsaAddress,
                       const PSCHEDULE pSchedule, DWORD ReplicaFlags, DWORD ModifyFields, DWORD Options) {
  return modify<CHAR>(hDS, {NameContext, pUuidSourceDsa, TransportDn, SourceDsaAddress, pSchedule, ReplicaFlags, ModifyFields, Options});
}
DWORD DsReplicaUpdateRefsW(HANDLE hDS, LPCWSTR NameContext, LPCWSTR DsaDest, const UUID* pUuidDsaDest, ULONG Options) {
  return update_refs(hDS, NameContext, DsaDest, pUuidDsaDest, Options);
}
DWORD DsReplicaUpdateRefsA(HANDLE hDS, LPCSTR NameContext, LPCSTR DsaDest, const UUID* pUuidDsaDest, ULONG Options) {
  return update_refs(hDS, NameContext, DsaDest, pUuidDsaDest, Options);
}
DWORD DsReplicaVerifyObjectsW(HANDLE hDS, LPCWSTR NameContext, const UUID* pUuidDsaSrc, ULONG ulOptions) {
  return verify_objects(hDS, NameContext, pUuidDsaSrc, ulOptions);
}
DWORD DsReplicaVerifyObjectsA(HANDLE hDS, LPCSTR NameContext, const UUID* pUuidDsaSrc, ULONG ulOptions) {
  return verify_objects(hDS, NameContext, pUuidDsaSrc, ulOptions);
}

DWORD DsReplicaConsistencyCheck(HANDLE hDS, DS_KCC_TASKID TaskID, DWORD dwFlags) {
  return with_session(hDS, [&](Session& session) -> Result<> {
    if (TaskID != DS_KCC_TASKID_UPDATE_TOPOLOGY) return fail(win32::kErrorInvalidParameter, "unknown task of the KCC");
    if ((dwFlags & ~DWORD{DS_KCC_FLAG_ASYNC_OP | DS_KCC_FLAG_DAMPED}) != 0) return fail(win32::kErrorInvalidFlags, "unknown dwFlags");
    return client::execute_kcc(session.dc(), (dwFlags & DS_KCC_FLAG_ASYNC_OP) != 0, (dwFlags & DS_KCC_FLAG_DAMPED) != 0, session.call());
  });
}
