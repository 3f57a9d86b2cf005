// SPDX-License-Identifier: Apache-2.0
// A destination's replication cycle for one NC and one source, sans-I/O: a request to send comes out, a reply goes in, until the source
// has no more ([MS-DRSR] 4.1.10.1, 4.1.10.4.1, 4.1.10.6.1, .15, .16). It decides about asking again with ancestors or targets, full
// synchronisation, "the schema first", and writes down in repsFrom what became of each reply.
//
// Contract: begin(), then send what it gave and hand in what came, on_reply() or on_failure(), as long as the step says kSend. Each reply
// that is applied is one transaction: its objects, its link values, the source's position in repsFrom and, at the end of the cycle, the
// up-to-dateness vector. So whoever stops after any step (preempt()) and begins a new cycle goes on behind the last page. The caller
// runs one cycle for one NC at a time. Times and identity come with the Context of each call.
#pragma once

#include <memory>

#include "drsuapi/extensions.hpp"
#include "repl/destination/page_applier.hpp"
#include "repl/destination/request.hpp"
#include "repl/state/reps.hpp"
#include "schema/schema_info.hpp"

namespace tributary::repl {

struct CycleOptions {
  drsuapi::DSNAME nc;
  /// The source: what repsFrom of the NC has for its DSA GUID counts; this is for a source that is not there yet, and is added
  /// with the first page.
  RepsFrom source;
  /// DRS_OPTIONS of the call that asked for the cycle, beside those of the source: DRS_FULL_SYNC_NOW, DRS_ADD_REF, DRS_GET_NC_SIZE,
  /// DRS_CRITICAL_ONLY, DRS_ASYNC_REP, DRS_SYNC_FORCED, DRS_SYNC_PAS.
  std::uint32_t flags = 0;
  bool is_schema_nc = false;
  bool partial = false;             ///< a partial replica: GCPAS when none is stored
  bool filtered = false;            ///< a replica of a read-only DSA
  bool inbound_disabled = false;
  std::uint32_t objects_max = 1'000;
  std::uint32_t octets_max = 10u << 20;
  drsuapi::DRS_EXTENSIONS_INT server;  ///< what the source said when we bound
  Bytes session_key;                ///< of the security context; empty: no secret can be opened
};

struct CycleStep {
  enum class Kind : std::uint8_t {
    kSend,    ///< `request` goes to the source
    kDone,    ///< the cycle is over: everything that the source had is here
    kFailed,  ///< `error`; repsFrom has its code
  };
  Kind kind = Kind::kFailed;
  std::optional<drsuapi::DRS_MSG_GETCHGREQ> request;
  Error error;
  bool applied = false;           ///< a page was applied and committed in this step
  bool schema_first = false;      ///< kFailed: replicate the Schema NC from the same source, then try again
  bool enable_recycle_bin = false;  ///< kFailed: the forest has enabled it, we have not yet (4.1.10.6.2)
  bool rolled_back = false;       ///< kFailed: this database is older than what others have seen of it: it needs a new invocationId
};

class ReplicationCycle {
 public:
  explicit ReplicationCycle(CycleOptions options);

  /// kErrorDsReplLifetimeExceeded, written down in repsFrom, when the source was silent for longer than tombstones live (source_age.hpp).
  [[nodiscard]] CycleStep begin(const Context& context, store::DirectoryStore& store);
  [[nodiscard]] CycleStep on_reply(const Context& context, store::DirectoryStore& store, drsuapi::DRS_MSG_GETCHGREPLY reply);
  /// The request could not be answered: what the call returned, or what became of the connection.
  [[nodiscard]] CycleStep on_failure(const Context& context, store::DirectoryStore& store, Error error);
  /// Something more important: the cycle ends here, and the next one goes on from the same place.
  [[nodiscard]] Result<void> preempt(const Context& context, store::DirectoryStore& store);

  [[nodiscard]] const ApplyFigures& figures() const noexcept { return figures_; }
  [[nodiscard]] std::uint64_t pages() const noexcept { return pages_; }
  [[nodiscard]] const RepsFrom& source() const noexcept { return source_; }
  [[nodiscard]] Dnt nc_root() const noexcept { return nc_root_; }
  /// What the source said about the size of the NC, when it was asked; zero otherwise.
  [[nodiscard]] std::uint64_t nc_size_objects() const noexcept { return nc_size_objects_; }

 private:
  [[nodiscard]] Result<void> load(const store::Snapshot& snapshot);
  [[nodiscard]] Result<void> judge_age(const Context& context, const store::Snapshot& snapshot) const;
  [[nodiscard]] CycleStep next_request(const Context& context, const store::Snapshot& snapshot);
  [[nodiscard]] CycleStep failed(const Context& context, store::DirectoryStore& store, Error error);
  [[nodiscard]] bool lacks_recycle_bin(const Context& context) const noexcept;
  [[nodiscard]] Result<void> judge(const Context& context, const store::Snapshot& snapshot, const drsuapi::DRS_MSG_GETCHGREPLY_V9& reply,
                                   schema::MessagePrefixTable& table);
  [[nodiscard]] Result<void> apply(const Context& context, store::DirectoryStore& store, const drsuapi::DRS_MSG_GETCHGREPLY_V9& reply,
                                   const schema::PrefixTable& table);
  [[nodiscard]] Result<void> update_watermarks(const Context& context, store::WriteTransaction& transaction,
                                               const drsuapi::DRS_MSG_GETCHGREPLY_V9& reply, Dnt root, RepsFrom& updated);
  /// True: the same page is asked for once more, with another flag.
  [[nodiscard]] bool asks_again(const Context& context, const Error& error);
  [[nodiscard]] bool counts_for_state() const noexcept;

  CycleOptions options_;
  RepsFrom source_;
  Dnt nc_root_ = kNoDnt;
  drsuapi::USN_VECTOR position_;         // of this cycle; repsFrom has the same unless the cycle leaves no trace
  InvocationId source_invocation_;
  Usn own_usn_;                          // when the cycle began: applying moves it, and requests of a cycle differ in their position alone
  std::uint32_t cycle_flags_ = 0;        // DRS_GET_ANC and DRS_FULL_SYNC_PACKET, once they were needed
  std::uint32_t more_flags_ = 0;
  bool full_sync_ = false;
  std::uint32_t empty_pages_ = 0;
  ApplyFigures figures_;
  std::uint64_t pages_ = 0;
  std::uint64_t nc_size_objects_ = 0;
};

}  // namespace tributary::repl
