// SPDX-License-Identifier: Apache-2.0
// The replication calls as the API and the command make them: options checked and translated, messages in the version the DC takes.
// [MS-DRSR] 4.1.13 (GetReplInfo), 4.1.19 (ReplicaAdd), 4.1.20 (ReplicaDel), 4.1.22 (ReplicaModify), 4.1.23 (ReplicaSync),
// 4.1.24 (VerifyObjects), 4.1.26 (UpdateRefs), 4.1.6 (ExecuteKCC). Each blocks until the DC has answered.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "client/client.hpp"
#include "client/options.hpp"

namespace tributary::client {

/// DsReplicaSync. A source is named by its DSA GUID or by its network address ("<dsa guid>._msdcs.<forest>").
struct SyncRequest {
  std::string nc_dn;
  DsaGuid source;
  std::string source_address;
  RepSyncOptions options = RepSyncOptions::kNone;
};
/// Without kAsynchronousOperation it returns when the DC has finished pulling, however long that takes.
[[nodiscard]] Result<> replica_sync(DrsHandle& dc, const SyncRequest& request, CallOptions call = {});

/// Which quarters of an hour of the week: 84 octets, [MS-DRSR] 5.165.
using Schedule = std::array<std::uint8_t, 84>;

struct AddRequest {
  std::string nc_dn;
  std::string source_dsa_dn;   ///< may be empty
  std::string transport_dn;    ///< may be empty: RPC
  std::string source_address;
  std::optional<Schedule> schedule;
  RepAddOptions options = RepAddOptions::kNone;
};
[[nodiscard]] Result<> replica_add(DrsHandle& dc, const AddRequest& request, CallOptions call = {});

struct DelRequest {
  std::string nc_dn;
  std::string source_address;  ///< empty with DS_REPDEL_NO_SOURCE
  RepDelOptions options = RepDelOptions::kNone;
};
[[nodiscard]] Result<> replica_del(DrsHandle& dc, const DelRequest& request, CallOptions call = {});

struct ModifyRequest {
  std::string nc_dn;
  DsaGuid source;
  std::string transport_dn;    ///< not carried by the wire; must be empty
  std::string source_address;
  std::optional<Schedule> schedule;
  NeighborFlags replica_flags = NeighborFlags::kNone;
  std::uint32_t fields = 0;    ///< DS_REPMOD_UPDATE_*
  RepModOptions options = RepModOptions::kNone;
};
[[nodiscard]] Result<> replica_modify(DrsHandle& dc, const ModifyRequest& request, CallOptions call = {});

struct UpdateRefsRequest {
  std::string nc_dn;
  std::string destination_address;
  DsaGuid destination;
  RepUpdOptions options = RepUpdOptions::kNone;
};
[[nodiscard]] Result<> update_refs(DrsHandle& dc, const UpdateRefsRequest& request, CallOptions call = {});

/// `options`: DS_EXIST_ADVISORY_MODE (1) reports lingering objects in the DC's log and removes nothing.
[[nodiscard]] Result<> verify_objects(DrsHandle& dc, const std::string& nc_dn, DsaGuid source, std::uint32_t options, CallOptions call = {});
/// `asynchronous`: DS_KCC_FLAG_ASYNC_OP. `damped`: only if the KCC has not run for a while.
[[nodiscard]] Result<> execute_kcc(DrsHandle& dc, bool asynchronous, bool damped, CallOptions call = {});

/// DsReplicaGetInfo and GetInfo2 in one. Version 2 of the request is used when anything of it is needed.
struct InfoRequest {
  std::uint32_t type = 0;      ///< DS_REPL_INFO_*: the switch of DRS_MSG_GETREPLINFO_REPLY
  std::string object_dn;
  Guid source_dsa;
  std::uint32_t flags = 0;
  std::string attribute;
  std::string value_dn;
  std::uint32_t enumeration_context = 0;
};
[[nodiscard]] Result<drsuapi::DRS_MSG_GETREPLINFO_REPLY> get_repl_info(DrsHandle& dc, const InfoRequest& request, CallOptions call = {});

/// The inbound neighbours (repsFrom) of one NC, or of all when `nc_dn` is empty.
[[nodiscard]] Result<drsuapi::DS_REPL_NEIGHBORSW> inbound_neighbors(DrsHandle& dc, const std::string& nc_dn = {}, CallOptions call = {});
/// The outbound ones (repsTo).
[[nodiscard]] Result<drsuapi::DS_REPL_NEIGHBORSW> outbound_neighbors(DrsHandle& dc, const std::string& nc_dn = {}, CallOptions call = {});

}  // namespace tributary::client
