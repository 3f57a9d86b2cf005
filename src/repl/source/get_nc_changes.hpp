// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetNCChanges as a server ([MS-DRSR] 4.1.10.5): a request and one state of the store in, a reply out. One call is one page, and
// nothing is kept between calls but what the request brings back.
//
// The position (usnvecTo, which is usnvecFrom of the next request) is the local USN up to which every change of objects and of link values
// was considered, in both of its members; a page ends between two USNs. So a page costs the changes behind the position, whatever the
// size of the NC, and a cycle with nothing new one look into two indexes.
//
// Owner: the caller holds snapshot and arena as long as the reply. Threads: any number of calls at once, each with its own of both.
// Must never know a connection: who calls was authenticated before, and what he may do is an argument.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "drsuapi/compress/native_reply.hpp"
#include "repl/source/page_builder.hpp"
#include "repl/source/source_call.hpp"

namespace tributary::repl {

/// No reply is larger, whatever the client asks for: what one transaction of a destination should apply.
inline constexpr std::uint32_t kPageItemsMax = 50'000;
inline constexpr std::uint32_t kPageOctetsMax = 32u << 20;
/// What a client gets that does not say (a limit of zero).
inline constexpr std::uint32_t kPageItemsDefault = 1'000;
inline constexpr std::uint32_t kPageOctetsDefault = 10u << 20;
/// So many changes that the destination has already are passed over in one call; then the page ends as it is, maybe empty, and the next
/// request goes on behind them: no call takes longer than the caller can wait.
inline constexpr std::size_t kPageScannedMax = 100'000;

/// DRS_ADD_REF: the caller executes IDL_DRSUpdateRefs on itself with these (4.1.10.5.2).
struct UpdateRefsWanted {
  DsaGuid destination;
  std::uint32_t options = 0;
};

struct SourceReply {
  drsuapi::DRS_MSG_GETCHGREPLY message;
  std::uint32_t version = 0;               ///< of message, compressed or not
  std::size_t objects = 0;
  std::size_t links = 0;
  std::size_t octets = 0;                  ///< estimate, before compression
  bool more_data = false;
  Guid invocation;                         ///< uuidInvocIdSrc and usnvecTo of the reply
  drsuapi::USN_VECTOR to;
  std::string response_smtp_address;       ///< not empty: the reply goes there
  std::optional<UpdateRefsWanted> update_refs;
  std::vector<RevealedSecret> revealed;    ///< for update_revealed_list
};

/// Errors are the procedure's own codes, in its order of validation. Beyond them kErrorDsDraSourceDisabled when the request proves that
/// this database is older than what it once told (docs/decisions/0044-replication.md).
/// Of extended operations that write (roles, RID allocation) this is the second half: perform_extended_writes() comes first, in a
/// transaction of its own, and the snapshot is taken after it (extended_operations.hpp).
[[nodiscard]] Result<SourceReply> get_nc_changes(const Context& context, const SourceCall& call, const store::Snapshot& snapshot,
                                                 const drsuapi::DRS_MSG_GETCHGREQ& request, ndr::Arena& arena);

}  // namespace tributary::repl
