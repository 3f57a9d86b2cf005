// SPDX-License-Identifier: Apache-2.0
// Requests as a client: ReplicateNCRequestMsg, ReplSingleObjRequestMsg, PerformExtendedOpRequestMsg ([MS-DRSR] 4.1.10.4.1 to .3).
// Reads only. Must never know what a reply did: flags that depend on it are arguments.
#pragma once

#include "drsuapi/extensions.hpp"
#include "drsuapi/getncchanges.hpp"
#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"
#include "repl/state/reps.hpp"

namespace tributary::repl {

struct RequestTerms {
  drsuapi::DSNAME nc;                       ///< of an extended operation: the object that it is about
  Dnt nc_root = kNoDnt;                     ///< kNoDnt: no replica is here yet
  InvocationId source_invocation;           ///< null and zero: the cycle begins
  drsuapi::USN_VECTOR position;
  std::uint32_t flags = 0;                  ///< DRS_OPTIONS; DRS_GET_ALL_GROUP_MEMBERSHIP is added as the kind of replica wants it
  std::uint32_t more_flags = 0;
  std::uint32_t objects_max = 0;
  std::uint32_t octets_max = 0;
  std::uint32_t extended_op = 0;
  std::uint64_t fsmo_info = 0;
  std::optional<Usn> own_usn;               ///< what the vector says of this DSA itself; nothing: the newest
  bool without_vector = false;              ///< a full synchronisation
  bool partial = false;                     ///< a partial replica of a global catalog
  bool filtered = false;                    ///< of a read-only DSA: without the filtered attribute set
  bool inbound_disabled = false;            ///< NTDSDSA_OPT_DISABLE_INBOUND_REPL
  std::vector<drsuapi::ATTRTYP> pas_ex;     ///< with DRS_SYNC_PAS: attributes that the partial replica lacks
};

/// The newest version that the server takes: 10, 8 or 5. kErrorDsDraSinkDisabled, kErrorDsDifferentReplEpochs never (no AD LDS),
/// kErrorDsDraInvalidParameter for a read-only DSA that wants a writable replica, kErrorDsDraBadNc for an operation on a NC that is not here.
[[nodiscard]] Result<drsuapi::DRS_MSG_GETCHGREQ> make_request(const Context& context, const store::Snapshot& snapshot, const RequestTerms& terms,
                                                              const drsuapi::DRS_EXTENSIONS_INT& server);

}  // namespace tributary::repl
