// SPDX-License-Identifier: Apache-2.0
// See request.hpp.
#include "repl/destination/request.hpp"

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/wire_values.hpp"
#include "repl/source/local_state.hpp"
#include "repl/source/native_request.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

Result<void> check_terms(const Context& context, const RequestTerms& terms) {
  if (terms.inbound_disabled && (terms.flags & DRS_SYNC_FORCED) == 0)
    return fail(win32::kErrorDsDraSinkDisabled, "inbound replication is disabled");
  if (context.rules.read_only && (terms.flags & DRS_WRIT_REP) != 0)
    return fail(win32::kErrorDsDraInvalidParameter, "a read-only DSA holds no writable replica");
  if (terms.extended_op != 0 && terms.nc_root == kNoDnt) return fail(win32::kErrorDsDraBadNc, to_string(terms.nc));
  if (terms.extended_op == EXOP_REPL_SECRETS && !context.rules.read_only)
    return fail(win32::kErrorInvalidParameter, "only read-only DSAs ask for secrets");
  return {};
}

Unique<PARTIAL_ATTR_VECTOR_V1_EXT> concrete_pas(std::vector<ATTRTYP> attids) {
  PARTIAL_ATTR_VECTOR_V1_EXT vector;
  vector.rgPartialAttr = Seq<ATTRTYP>(attids);
  return vector;
}

/// FilteredGCPAS, FilteredPAS or GCPAS (5.60, 5.61, 5.68), as far as the replica has no set of its own yet.
Result<std::vector<ATTRTYP>> partial_set(const Context& context, const store::Snapshot& snapshot, const RequestTerms& terms) {
  std::vector<ATTRTYP> set;
  if (terms.nc_root != kNoDnt) {
    const auto replica = snapshot.nc_replica(terms.nc_root);
    if (!replica) return std::unexpected(replica.error());
    if (*replica) {
      const auto stored = decode_partial_set((*replica)->partial_attribute_set);
      if (!stored) return std::unexpected(stored.error());
      for (const Attid attid : *stored) set.push_back(static_cast<ATTRTYP>(attid));
      if (!set.empty()) return set;
    }
  }
  if (!terms.partial && !terms.filtered) return set;
  for (const auto& attribute : context.schema->attributes()) {
    if (terms.partial && !attribute.is_in_gc_pas()) continue;
    if (terms.filtered && (attribute.is_in_filtered_set() || !attribute.is_replicated())) continue;
    set.push_back(static_cast<ATTRTYP>(attribute.attid));
  }
  return set;
}

template <class Request>
Request common(const Context& context, const RequestTerms& terms, std::uint32_t flags) {
  Request request;
  request.uuidDsaObjDest = context.dsa.value;
  request.uuidInvocIdSrc = terms.source_invocation.value;
  request.pNC = terms.nc;
  request.usnvecFrom = terms.position;
  request.ulFlags = flags;
  request.cMaxObjects = terms.objects_max;
  request.cMaxBytes = terms.octets_max;
  request.ulExtendedOp = terms.extended_op;
  request.liFsmoInfo = terms.fsmo_info;
  return request;
}

struct Parts {
  std::optional<ReplUpToDateVector> utd;
  std::vector<ATTRTYP> pas;
  SCHEMA_PREFIX_TABLE prefix_table;
  std::uint32_t flags = 0;
};

Result<Parts> make_parts(const Context& context, const store::Snapshot& snapshot, const RequestTerms& terms) {
  Parts parts;
  if (terms.nc_root != kNoDnt && !terms.without_vector) {
    const auto replica = snapshot.nc_replica(terms.nc_root);
    if (!replica) return std::unexpected(replica.error());
    if (*replica) {
      auto utd = local_utd(context, snapshot, **replica, terms.own_usn);
      if (!utd) return std::unexpected(std::move(utd.error()));
      parts.utd = std::move(*utd);
    }
  }
  const bool wants_set = (terms.flags & DRS_WRIT_REP) == 0 && (terms.extended_op == 0 || terms.extended_op >= EXOP_REPL_OBJ);
  if (wants_set) {
    auto set = partial_set(context, snapshot, terms);
    if (!set) return std::unexpected(std::move(set.error()));
    parts.pas = std::move(*set);
  }
  const auto info = local_schema_info(snapshot);
  if (!info) return std::unexpected(info.error());
  parts.prefix_table = schema::make_message_prefix_table(context.schema->prefix_table(), *info);
  parts.flags = terms.flags;
  if (!terms.partial) parts.flags |= DRS_GET_ALL_GROUP_MEMBERSHIP;
  return parts;
}

template <class Request>
DRS_MSG_GETCHGREQ modern(const Context& context, const RequestTerms& terms, Parts parts) {
  auto request = common<Request>(context, terms, parts.flags);
  if (parts.utd) request.pUpToDateVecDest = utd_to_wire_v1(*parts.utd);
  if (!parts.pas.empty()) request.pPartialAttrSet = concrete_pas(std::move(parts.pas));
  if ((terms.flags & DRS_SYNC_PAS) != 0 && (terms.flags & DRS_WRIT_REP) == 0 && !terms.pas_ex.empty())
    request.pPartialAttrSetEx = concrete_pas(terms.pas_ex);
  request.PrefixTableDest = std::move(parts.prefix_table);
  if constexpr (requires { request.ulMoreFlags; }) request.ulMoreFlags = terms.more_flags;
  return request;
}

}  // namespace

Result<DRS_MSG_GETCHGREQ> make_request(const Context& context, const store::Snapshot& snapshot, const RequestTerms& terms,
                                       const DRS_EXTENSIONS_INT& server) {
  if (auto checked = check_terms(context, terms); !checked) return std::unexpected(std::move(checked.error()));
  auto parts = make_parts(context, snapshot, terms);
  if (!parts) return std::unexpected(std::move(parts.error()));
  if (server.has(DRS_EXT_GETCHGREQ_V10)) return modern<DRS_MSG_GETCHGREQ_V10>(context, terms, std::move(*parts));
  if (server.has(DRS_EXT_GETCHGREQ_V8)) return modern<DRS_MSG_GETCHGREQ_V8>(context, terms, std::move(*parts));
  auto request = common<DRS_MSG_GETCHGREQ_V5>(context, terms, parts->flags);
  if (parts->utd) request.pUpToDateVecDestV1 = utd_to_wire_v1(*parts->utd);
  return DRS_MSG_GETCHGREQ(std::move(request));
}

}  // namespace tributary::repl
