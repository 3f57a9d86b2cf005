// SPDX-License-Identifier: Apache-2.0
// Finding, and unless it is only asked for advice removing, lingering objects of one NC replica with respect to a reference DSA: the loop
// of IDL_DRSReplicaVerifyObjects ([MS-DRSR] 4.1.24.3) as the client of IDL_DRSGetObjectExistence (4.1.12.3, 4.1.12.5), sans-I/O.
//
// Contract: begin(), then send what it gave and hand in what came, as long as the step says that something is to be asked. Objects are
// expunged (5.58): locally, without a trace that replicates, in transactions of one reply's objects at most. Those with children wait
// until the end, leaves first. What an object was judged by is one vector for the whole scan, MergeUTD of both sides at its begin, so
// whatever is created while it runs is never touched. Findings come with the step that made them; the caller logs their lines.
// Must never know how requests travel.
#pragma once

#include <vector>

#include "repl/lingering/object_existence.hpp"
#include "repl/lingering/verify_objects.hpp"

namespace tributary::repl {

struct LingeringFinding {
  enum class Fate : std::uint8_t {
    kListed,   ///< advisory mode
    kRemoved,
    kKept,     ///< it could not be removed; `line` says why
  };
  ObjectGuid guid;
  std::string dn;
  Fate fate = Fate::kListed;
  std::string line;  ///< for the log
};

struct LingeringStep {
  enum class Kind : std::uint8_t {
    kAskVector,     ///< `vector_request` goes to the reference DSA: on_vector()
    kAskExistence,  ///< `existence_request` does: on_reply()
    kDone,
    kFailed,        ///< `error`; what was removed before stays removed
  };
  Kind kind = Kind::kFailed;
  std::optional<drsuapi::DRS_MSG_GETREPLINFO_REQ> vector_request;
  std::optional<drsuapi::DRS_MSG_EXISTREQ> existence_request;
  std::vector<LingeringFinding> findings;
  Error error;
};

struct LingeringFigures {
  std::uint64_t compared = 0;  ///< objects of ours that were judged
  std::uint64_t listed = 0;
  std::uint64_t removed = 0;
  std::uint64_t kept = 0;
  std::uint64_t calls = 0;
};

/// 4.1.12.3: what Windows asks for at once.
inline constexpr std::uint32_t kLingeringClusterDefault = 1'000;

class LingeringScan {
 public:
  /// `cluster` objects are compared with one call, and removed in one transaction: from 1 to kExistenceGuidsMax.
  explicit LingeringScan(VerifyObjects options, std::uint32_t cluster = kLingeringClusterDefault);

  [[nodiscard]] LingeringStep begin(const Context& context, store::DirectoryStore& store);
  [[nodiscard]] LingeringStep on_vector(const Context& context, store::DirectoryStore& store, const drsuapi::DRS_MSG_GETREPLINFO_REPLY& reply);
  /// kErrorDsDraInvalidParameter when the reply cannot be one: GUIDs that are out of order, too many, or before what was asked for.
  [[nodiscard]] LingeringStep on_reply(const Context& context, store::DirectoryStore& store, const drsuapi::DRS_MSG_EXISTREPLY& reply);
  /// The reference DSA could not answer.
  [[nodiscard]] LingeringStep on_failure(Error error);

  [[nodiscard]] const LingeringFigures& figures() const noexcept { return figures_; }

 private:
  [[nodiscard]] Result<void> find_replica(const Context& context, const store::Snapshot& snapshot);
  [[nodiscard]] LingeringStep ask_next(const Context& context, store::DirectoryStore& store, std::vector<LingeringFinding> findings);
  [[nodiscard]] Result<std::vector<ObjectGuid>> judge(const drsuapi::DRS_MSG_EXISTREPLY_V1& reply);
  [[nodiscard]] Result<std::vector<LingeringFinding>> dispose(const Context& context, store::DirectoryStore& store, std::span<const ObjectGuid> guids,
                                                              bool is_last_chance);
  [[nodiscard]] Result<std::vector<LingeringFinding>> list(const Context& context, const store::Snapshot& snapshot, std::span<const ObjectGuid> guids);
  [[nodiscard]] Result<std::optional<LingeringFinding>> find(const Context& context, const store::Snapshot& snapshot, const ObjectGuid& guid) const;
  /// False: it has to wait for its children.
  [[nodiscard]] Result<bool> remove(const Context& context, store::WriteTransaction& transaction, LingeringFinding& finding, bool is_last_chance);
  [[nodiscard]] Result<std::vector<LingeringFinding>> finish(const Context& context, store::DirectoryStore& store);

  VerifyObjects options_;
  std::uint32_t cluster_;
  store::Dnt nc_root_ = store::kNoDnt;
  ReplUpToDateVector common_;           // MergeUTD of both
  std::optional<ObjectGuid> next_;      // the next cluster begins there; nothing behind the last GUID
  std::vector<ObjectGuid> asked_;       // of the request that is under way
  std::vector<ObjectGuid> with_children_;  // lingering, and waiting for their children to go
  LingeringFigures figures_;
};

}  // namespace tributary::repl
