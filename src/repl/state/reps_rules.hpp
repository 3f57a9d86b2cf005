// SPDX-License-Identifier: Apache-2.0
// What a request may do to repsFrom and repsTo: IDL_DRSReplicaAdd ([MS-DRSR] 4.1.19.2), Del (4.1.20.2), Modify (4.1.22.2), Sync
// (4.1.23.2) and UpdateRefs (4.1.26.2, 5.201). Each operation is two pure functions: check_... is what comes before the point at which
// an asynchronous caller has its answer, in the section's order; the other is what comes after it.
// Must never know who asks (access is a fact here) nor how a cycle is run.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "repl/state/reps.hpp"

namespace tributary::repl {

/// What is known of the NC that a request names.
struct NcFacts {
  bool is_named = true;           ///< pNC is not null
  bool has_cross_ref = false;     ///< some crossRef has it as its nCName
  bool exists = false;            ///< ObjExists(nc)
  std::uint32_t instance_type = 0;
  bool is_essential = false;      ///< the default, configuration or schema NC
  bool access_granted = false;    ///< the control access right that the operation asks for, on the NC or, if there is none, the default NC
};
struct DsaFacts {
  bool is_read_only = false;  ///< AmIRODC()
};

/// An object that a request may name.
struct NamedObject {
  bool is_named = false;
  std::optional<Guid> guid;  ///< of the object that exists
};

/// A request to the other DC that a change here asks for: IDL_DRSUpdateRefs, with this DSA as its destination.
struct UpdateRefsCall {
  std::uint32_t options = 0;
  friend bool operator==(const UpdateRefsCall&, const UpdateRefsCall&) = default;
};

// --- 4.1.19.2 -------------------------------------------------------------------------------------------------------------------

struct ReplicaAddRequest {
  std::string source_address;  ///< empty also when it is null
  NamedObject source_dsa;
  NamedObject transport;
  Schedule schedule;
  std::uint32_t options = 0;
};
[[nodiscard]] Win32 check_replica_add(const ReplicaAddRequest& request, const NcFacts& nc, const DsaFacts& dsa);

struct ReplicaAdded {
  RepsFrom value;
  std::optional<UpdateRefsCall> call;  ///< to the source, so that it notifies
};
/// After it comes a cycle from the new source, unless options has DRS_MAIL_REP.
/// DEVIATION: a source whose DSA GUID is among `values` already is refused as well, not only one whose address is: every other
/// procedure takes that GUID for the key.
[[nodiscard]] std::expected<ReplicaAdded, Win32> replica_add(const ReplicaAddRequest& request, const NcFacts& nc,
                                                             std::span<const RepsFrom> values, DsTime now);

// --- 4.1.20.2 -------------------------------------------------------------------------------------------------------------------

struct ReplicaDelRequest {
  std::string source_address;  ///< empty also when it is null
  std::uint32_t options = 0;
};
[[nodiscard]] Win32 check_replica_del(const ReplicaDelRequest& request, const NcFacts& nc, std::size_t reps_from_count, std::size_t reps_to_count);
/// Whether the caller has its answer now. The summary of the section names DRS_ASYNC_OP for both forms, its steps DRS_ASYNC_REP for the
/// one that expunges: either will do there.
[[nodiscard]] bool is_asynchronous(const ReplicaDelRequest& request) noexcept;

struct ReplicaDeleted {
  bool expunges_nc = false;             ///< the replica itself goes; otherwise:
  std::size_t removed = 0;              ///< the place in `values`
  std::optional<UpdateRefsCall> call;   ///< to the source, so that it does not notify any more
};
[[nodiscard]] std::expected<ReplicaDeleted, Win32> replica_del(const ReplicaDelRequest& request, std::span<const RepsFrom> values);

// --- 4.1.22.2 -------------------------------------------------------------------------------------------------------------------

struct ReplicaModifyRequest {
  DsaGuid source_dsa;                         ///< null: by address
  std::optional<std::string> source_address;  ///< null, empty or an address
  Schedule schedule;
  std::uint32_t replica_flags = 0;
  std::uint32_t modify_fields = 0;  ///< DRS_UPDATE_FIELDS
  std::uint32_t options = 0;
};
[[nodiscard]] Win32 check_replica_modify(const ReplicaModifyRequest& request, const NcFacts& nc);

struct ReplicaModified {
  std::size_t place = 0;  ///< in `values`
  RepsFrom value;
};
/// DEVIATION: the flags of kRepsFromStateFlags stay as they are: they say how far the replica is, and no administrator knows better.
[[nodiscard]] std::expected<ReplicaModified, Win32> replica_modify(const ReplicaModifyRequest& request, std::span<const RepsFrom> values);

// --- 4.1.23.2 -------------------------------------------------------------------------------------------------------------------

struct ReplicaSyncRequest {
  std::optional<DsaGuid> source_dsa;          ///< null pointer, NULLGUID or a DSA
  std::optional<std::string> source_address;  ///< null or an address
  std::uint32_t options = 0;
};
/// DEVIATION: DRS_SYNC_ALL wants no source, as the first check of the section says and the second forgets.
[[nodiscard]] Win32 check_replica_sync(const ReplicaSyncRequest& request, const NcFacts& nc);

/// The places in `values` of the sources that the request means, in the order of `values`; never empty. ERROR_DS_DRA_NO_REPLICA when
/// there is none, or when a source notifies that was told never to.
[[nodiscard]] std::expected<std::vector<std::size_t>, Win32> select_sync_sources(const ReplicaSyncRequest& request, std::span<const RepsFrom> values);

// --- 4.1.26.2, 5.201 ------------------------------------------------------------------------------------------------------------

struct UpdateRefsRequest {
  std::string destination_address;  ///< empty also when it is null
  DsaGuid destination_dsa;
  std::uint32_t options = 0;
};
[[nodiscard]] Win32 check_update_refs(const UpdateRefsRequest& request, const NcFacts& nc);

struct RefsUpdated {
  std::vector<RepsTo> values;
  Win32 result{};  ///< what a synchronous caller is told; the values count in every case
};
/// Delete goes before add. With DRS_GETCHG_CHECK a reference that is missing, or is there already, is no failure.
/// DEVIATION: delete takes every value that has the address or the DSA GUID, not one of them. DRS_REF_GCSPN is kept as well
/// (4.1.10.5.2 asks for it and [MS-ADTS] 3.1.1.5.1.6 reads it).
[[nodiscard]] RefsUpdated update_refs(const UpdateRefsRequest& request, std::span<const RepsTo> values, DsTime now);

}  // namespace tributary::repl
