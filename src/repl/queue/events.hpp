// SPDX-License-Identifier: Apache-2.0
// What happens to a DSA's replication (Event) and what it does about it (Action): the whole interface between the scheduler and the
// world. [MS-DRSR] 4.1.23, 4.1.26, 5.164; [MS-ADTS] 3.1.1.1.14, 3.1.1.5.1.6. Values only.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "repl/queue/operation.hpp"

namespace tributary::repl {

/// A source of an NC replica, as repsFrom has it, and what the configuration NC says of it.
struct Source {
  RepsFrom reps;
  std::string dsa_dn;
  bool is_intrasite = false;
};

/// An NC replica of this DSA. Sources and partners in the order of their attributes.
struct NcReplica {
  ObjectGuid guid;
  std::string dn;
  NcImportance kind = NcImportance::kOther;
  bool is_writable = false;
  std::vector<Source> sources;
  std::vector<RepsTo> partners;
  std::optional<std::int64_t> notify_first_s;       ///< msDS-Replication-Notify-First-DSA-Delay of the crossRef
  std::optional<std::int64_t> notify_subsequent_s;  ///< msDS-Replication-Notify-Subsequent-DSA-Delay
};

/// What an operation, or a piece of one, did to a replica.
struct Changes {
  bool replicated = false;  ///< updates of others were applied: everybody but the source may want to know
  bool originated = false;  ///< updates were made here (a conflict was resolved): everybody may
  bool urgent = false;      ///< one of them is of the kinds of [MS-ADTS] 3.1.1.5.1.7
};

// --- Events ---------------------------------------------------------------------------------------------------------------------

/// The replicas and options that were told so far are complete: scheduled work begins.
struct Startup {};
/// Everybody who waits is answered ERROR_DS_DRA_SHUTDOWN, running cycles are asked to stop, nothing begins any more.
struct Shutdown {};
/// All replicas of this DSA as they are now. Cursors and counters need not be told again after every cycle. Of two sources with one
/// DSA GUID or address, and of two partners with one GUID, the first counts.
struct ReplicasChanged {
  std::vector<NcReplica> replicas;
};
/// The options of our nTDSDSA object.
struct DsaOptionsChanged {
  std::uint32_t options = 0;
};
/// A request that was checked (reps_rules.hpp: check_...) and is allowed. A notification is one too: a sync with
/// DRS_UPDATE_NOTIFICATION. Its call is answered by exactly one Reply.
struct Request {
  CallId call{};
  std::string caller;  ///< whom the limits are for: the SID of the authenticated caller; not empty
  ObjectGuid nc;
  OperationRequest operation;
  std::string nc_dn;          ///< for a replica that is not here yet
  std::string dsa_dn;         ///< of a source that is not known yet
  bool is_intrasite = false;  ///< of a source that is not known yet
};
/// The caller does not wait any more: no Reply follows.
struct CallerGone {
  CallId call{};
};
/// A running cycle has applied a reply and more are to come.
struct PageBoundary {
  OperationId operation{};
  Changes changes;
};
/// A started operation is over. ERROR_DS_DRA_PREEMPTED: it gave way and can go on.
struct Finished {
  OperationId operation{};
  Win32 result{};
  Changes changes;
};
/// An originating update of a client.
struct LocalChange {
  ObjectGuid nc;
  bool is_urgent = false;
};
/// What became of a Notify.
struct NotificationAnswered {
  ObjectGuid nc;
  DsaGuid partner;
  Win32 result{};
};
/// Time has passed.
struct Tick {};

using Event = std::variant<Startup, Shutdown, ReplicasChanged, DsaOptionsChanged, Request, CallerGone, PageBoundary, Finished, LocalChange,
                           NotificationAnswered, Tick>;

// --- Actions --------------------------------------------------------------------------------------------------------------------

/// Carry an operation out; Finished says when. A sync names one source, by GUID and address. With DRS_FULL_SYNC_NOW it begins with
/// begin_full_sync(), with DRS_FULL_SYNC_IN_PROGRESS it goes on with one.
struct Start {
  OperationId operation{};
  OperationRequest request;
  ObjectGuid nc;
  PartnerName partner;
  bool is_resumed = false;  ///< it was preempted: a cycle goes on from its cursor, an Add has its value already
};
/// Stop at this page boundary and finish with ERROR_DS_DRA_PREEMPTED. Comes only in answer to PageBoundary, or to Shutdown: then at
/// the next one.
struct Preempt {
  OperationId operation{};
};
struct Reply {
  CallId call{};
  Win32 result{};
};
/// Call IDL_DRSReplicaSync on a partner; NotificationAnswered says how it went. `options` are the call's.
struct Notify {
  ObjectGuid nc;
  DsaGuid partner;
  std::string address;
  std::uint32_t options = 0;
  bool uses_gc_spn = false;  ///< bind with the SPN that begins with "GC" ([MS-DRSR] 2.2.3.2)
};
/// The partner does not replicate from us: take it out of repsTo.
struct ForgetPartner {
  ObjectGuid nc;
  DsaGuid partner;
};
/// Send a Tick at this time, or earlier; replaces the one before. Nothing: none is needed.
struct WakeAt {
  std::optional<MonoTime> time;
};
struct Log {
  std::string text;
};

using Action = std::variant<Start, Preempt, Reply, Notify, ForgetPartner, WakeAt, Log>;
using Actions = std::vector<Action>;

}  // namespace tributary::repl
