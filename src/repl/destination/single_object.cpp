// SPDX-License-Identifier: Apache-2.0
// See single_object.hpp.
#include "repl/destination/single_object.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/blobs/prefix_map.hpp"
#include "drsuapi/constants.hpp"
#include "repl/destination/check_reply.hpp"
#include "repl/destination/page_applier.hpp"
#include "repl/objects/facts.hpp"
#include "repl/source/local_state.hpp"
#include "schema/schema_info.hpp"

namespace tributary::repl {

using namespace drsuapi;

namespace {

constexpr std::uint32_t kObjectsMax = 100;
constexpr std::uint32_t kOctetsMax = 10U << 20;

/// The vector of our replica: what the source may not contradict.
Result<ReplUpToDateVector> stored_vector(const store::NcReplica& replica) {
  if (replica.up_to_dateness_vector.empty()) return ReplUpToDateVector{};
  return decode_utd(replica.up_to_dateness_vector);
}

Result<store::NcReplica> replica_of(const Snapshot& snapshot, Dnt nc_root) {
  auto replica = snapshot.nc_replica(nc_root);
  if (!replica) return std::unexpected(std::move(replica.error()));
  if (!*replica) return fail(win32::kErrorDsDraBadNc, "there is no replica of the object's NC here");
  return std::move(**replica);
}

/// ProcessGetNCChangesReply's checks (4.1.10.6.1) that do not depend on a position.
Result<schema::MessagePrefixTable> judge(const Context& context, const Snapshot& snapshot, const store::NcReplica& replica, const DsaGuid& source,
                                         const DRS_MSG_GETCHGREPLY_V9& reply, const DSNAME& object) {
  if (reply.dwDRSError != 0) return fail(Win32{reply.dwDRSError}, "the source, in its reply");
  if (reply.ulExtendedRet != EXOP_ERR_SUCCESS) {
    for (const auto& [value, name] : kExopErrorNames)
      if (value == reply.ulExtendedRet) return fail(win32::kErrorDsObjNotFound, fmt::format("the source answers {}", name));
    return fail(win32::kErrorDsObjNotFound, fmt::format("the source answers EXOP_ERR {}", reply.ulExtendedRet));
  }
  if (reply.pObjects.empty()) return fail(win32::kErrorDsObjNotFound, "the source has no such object");
  auto table = schema::read_message_prefix_table(reply.PrefixTableSrc);
  if (!table) return fail(win32::kErrorDsDraInvalidParameter, "prefix table: " + table.error().detail);
  const auto mine = local_schema_info(snapshot);
  if (!mine) return std::unexpected(mine.error());
  const auto theirs = table->schema_info.value_or(schema::SchemaInfo{});
  if (schema::compare_schema_info(*mine, theirs) != schema::SchemaOrder::kNewer)
    if (auto checked = schema::check_schema_signature(*mine, theirs, false); !checked) return std::unexpected(std::move(checked.error()));
  const auto vector = stored_vector(replica);
  if (!vector) return std::unexpected(vector.error());
  ReplyExpectation expected;
  expected.nc = &object;
  expected.source = source;
  expected.mine = &*vector;
  expected.self = context.invocation_id;
  expected.highest_committed = snapshot.highest_committed_usn();
  expected.now = context.ds_now();
  expected.is_extended = true;
  if (auto checked = check_reply(reply, expected); !checked) return std::unexpected(std::move(checked.error()));
  return table;
}

}  // namespace

Result<DRS_MSG_GETCHGREQ> single_object_request(const Context& context, const Snapshot& snapshot, Dnt nc_root, DSNAME object, const DRS_EXTENSIONS_INT& server) {
  const auto replica = replica_of(snapshot, nc_root);
  if (!replica) return std::unexpected(replica.error());
  RequestTerms terms;
  terms.nc = std::move(object);
  terms.nc_root = nc_root;
  terms.extended_op = EXOP_REPL_OBJ;
  terms.flags = replica->writable ? DRS_WRIT_REP : 0;
  terms.partial = replica->partial;
  terms.filtered = context.rules.read_only;
  terms.objects_max = kObjectsMax;
  terms.octets_max = kOctetsMax;
  return make_request(context, snapshot, terms, server);
}

Result<Updates> apply_single_object(const Context& context, store::WriteTransaction& tx, Dnt nc_root, const DsaGuid& source, const DRS_MSG_GETCHGREPLY_V9& reply,
                                    const DSNAME& object, ByteView session_key) {
  const auto replica = replica_of(tx, nc_root);
  if (!replica) return std::unexpected(replica.error());
  const auto table = judge(context, tx, *replica, source, reply, object);
  if (!table) return std::unexpected(table.error());
  // An attribute that is new comes with the Schema NC: here nothing is learned of prefixes, and what is not known is refused.
  IncomingValues values(*context.schema, context.schema->prefix_table(), table->table);
  ApplyTerms terms;
  terms.nc_root = nc_root;
  terms.writable = replica->writable;
  terms.partial = replica->partial;
  terms.with_targets = terms.targets_come_later = true;  // links may be at objects that have not come yet
  terms.session_key = session_key;
  PageApplier applier(context, tx, values, terms);
  if (auto applied = applier.objects(reply.pObjects); !applied) return std::unexpected(std::move(applied.error()));
  if (auto applied = applier.links(reply.rgValues); !applied) return std::unexpected(std::move(applied.error()));
  Updates updates;
  updates.schema_changed = applier.figures().schema_changed;
  for (const auto& entry : reply.pObjects) {
    const auto dnt = entry.Entinf.pName ? resolve_guid(tx, ObjectGuid{entry.Entinf.pName->Guid}) : Result<Dnt>(kNoDnt);
    if (!dnt) return std::unexpected(dnt.error());
    const auto record = tx.find(*dnt);
    if (!record) return std::unexpected(record.error());
    if (!*record) continue;
    if (is_deleted(**record)) return fail(win32::kErrorDsObjNotFound, "the object is deleted on the source");
    updates.objects.push_back({*dnt, nc_root, (*record)->usn_changed()});
  }
  const auto& figures = applier.figures();
  if (figures.objects_added + figures.objects_changed + figures.links_changed == 0) updates.objects.clear();
  return updates;
}

}  // namespace tributary::repl
