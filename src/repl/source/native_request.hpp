// SPDX-License-Identifier: Apache-2.0
// A GetNCChanges request of any version in the engine's terms: TransformInput ([MS-DRSR] 4.1.10.5.1) and what it asks of the two
// parties' extensions (5.39, 4.1.10.5.22). Knows no store: what the request may have is get_nc_changes.hpp's business.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drsuapi/attid.hpp"
#include "drsuapi/compress/compression.hpp"
#include "drsuapi/extensions.hpp"
#include "drsuapi/getncchanges.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::schema {
class Schema;
}

namespace tributary::repl {

/// What the two ends said of themselves when they bound, and what the server's administrator asks for.
struct SourceTerms {
  drsuapi::DRS_EXTENSIONS_INT client;
  drsuapi::DRS_EXTENSIONS_INT server;
  std::uint32_t request_version_min = 4;  ///< dc.minimumGetChangesRequestVersion (4.1.29.2.3)
  std::uint32_t reply_version_min = 1;    ///< dc.minimumGetChangesReplyVersion
};

/// DRS_MSG_GETCHGREQ_V10, a superset of every version. Borrows from the request that it was made of.
struct NativeRequest {
  DsaGuid destination;                ///< uuidDsaObjDest
  InvocationId source_invocation;     ///< uuidInvocIdSrc
  const drsuapi::DSNAME* nc = nullptr;
  drsuapi::USN_VECTOR usnvec_from;
  std::optional<ReplUpToDateVector> utd;
  std::uint32_t flags = 0;            ///< DRS_OPTIONS
  std::uint32_t more_flags = 0;       ///< DRS_MORE_GETCHGREQ_OPTIONS
  std::uint32_t objects_max = 0;
  std::uint32_t octets_max = 0;
  std::uint32_t extended_op = 0;      ///< EXOP_REQ
  std::uint64_t fsmo_info = 0;
  const drsuapi::SCHEMA_PREFIX_TABLE* prefix_table = nullptr;  ///< null: ours (V5)
  bool has_pas = false;               ///< pPartialAttrSet is there; then one of the two lists has it
  std::vector<drsuapi::ATTRTYP> pas;     ///< in the client's numbers, or
  std::vector<drsuapi::Attid> local_pas; ///< in ours (GCPAS, for requests that say only that they are partial)
  bool has_pas_ex = false;
  std::vector<drsuapi::ATTRTYP> pas_ex;

  std::uint32_t reply_version = 1;         ///< 1, 6 or 9, before compression
  std::string response_smtp_address;       ///< of V4 and V7; such a reply goes by mail

  [[nodiscard]] bool has(drsuapi::DRS_OPTIONS flag) const noexcept { return (flags & flag) != 0; }
  [[nodiscard]] bool wants_targets() const noexcept { return (more_flags & drsuapi::DRS_GET_TGT) != 0; }
};

/// GCPAS (5.68): the attributes of the partial attribute set by our schema, in our numbers.
[[nodiscard]] std::vector<drsuapi::Attid> gc_partial_attribute_set(const schema::Schema& schema);

/// kErrorRevisionMismatch for versions that the parties did not agree on, and for a client that cannot follow an optional feature of
/// ours; kErrorInvalidParameter when the request is by mail and its flags are not, or the other way round.
[[nodiscard]] Result<NativeRequest> transform_input(const SourceTerms& terms, const schema::Schema& schema, const drsuapi::DRS_MSG_GETCHGREQ& request);

/// What TransformOutput (4.1.10.5.20) may compress a reply with: kNone unless it was asked for and the client can open it.
/// kErrorRevisionMismatch when it was asked for by a client that knows no compressed reply.
[[nodiscard]] Result<ReplyCompression> choose_compression(const SourceTerms& terms, const NativeRequest& request);

/// The request that follows `request` after a reply of `invocation` that ends at `to` (4.1.10.6.15). Borrows from `request`.
[[nodiscard]] drsuapi::DRS_MSG_GETCHGREQ request_after(drsuapi::DRS_MSG_GETCHGREQ request, const Guid& invocation, const drsuapi::USN_VECTOR& to);

}  // namespace tributary::repl
