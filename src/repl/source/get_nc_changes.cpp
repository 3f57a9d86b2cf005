// SPDX-License-Identifier: Apache-2.0
// See get_nc_changes.hpp.
#include "repl/source/get_nc_changes.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/change_stream.hpp"
#include "repl/source/extended_operations.hpp"
#include "repl/source/local_state.hpp"
#include "repl/source/source_call.hpp"
#include "schema/schema_info.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using store::Snapshot;

/// A request that has been understood: what it is about, and which rules apply to it.
struct Requested {
  NativeRequest native;
  schema::AttidTranslator translator;
  Dnt object = kNoDnt;   ///< pNC
  Dnt nc_root = kNoDnt;
  store::NcReplica nc;
};

bool is_empty(const DSNAME& name) { return name.Guid.is_null() && name.StringName.empty() && name.SidLen == 0; }

/// GetObjectNC (5.81) for the request's name; the object itself may not be here.
Result<void> find_nc(const Snapshot& snapshot, const schema::Schema& schema, Requested& requested) {
  const auto object = resolve(snapshot, schema, *requested.native.nc);
  if (!object) return std::unexpected(object.error());
  requested.object = *object;
  Result<Dnt> root = kNoDnt;
  if (*object != kNoDnt) {
    root = nc_of(snapshot, *object);
  } else if (!requested.native.nc->StringName.empty()) {
    const auto dn = dsname_dn(*requested.native.nc);
    if (!dn) return std::unexpected(dn.error());
    const auto rdns = parse_dn(schema, *dn);
    if (rdns) root = nc_of_dn(snapshot, schema, *rdns);
  }
  if (!root) return std::unexpected(root.error());
  requested.nc_root = *root;
  auto nc = *root == kNoDnt ? Result<std::optional<store::NcReplica>>(std::nullopt) : snapshot.nc_replica(*root);
  if (!nc) return std::unexpected(nc.error());
  if (!*nc) return fail(win32::kErrorDsCantFindExpectedNc, to_string(*requested.native.nc));
  requested.nc = std::move(**nc);
  return {};
}

/// Whether the request asks for attributes that need more than Ds-Replication-Get-Changes (5.101, 5.105, 5.107).
Result<void> check_rights(const SourceCall& call, const schema::Schema& schema, const Requested& requested) {
  const auto denied = [] { return fail(win32::kErrorDsDraAccessDenied, "the caller may not replicate this"); };
  if (!call.rights.get_changes) return denied();
  const auto& native = requested.native;
  bool wants_secrets = native.extended_op == EXOP_REPL_SECRETS;
  bool wants_filtered = false;
  if (!native.has_pas && !native.has_pas_ex) {
    wants_secrets = wants_secrets || !native.has(DRS_SPECIAL_SECRET_PROCESSING);
    wants_filtered = true;
  }
  const auto look_at = [&](std::optional<Attid> attid) {
    const auto* const attribute = attid ? schema.find_attribute(*attid) : nullptr;
    if (attribute == nullptr) return;
    wants_secrets = wants_secrets || (attribute->is_secret() && !native.has(DRS_SPECIAL_SECRET_PROCESSING));
    wants_filtered = wants_filtered || attribute->is_in_filtered_set();
  };
  for (const auto id : native.pas) look_at(requested.translator.local_attid_from_remote_attid(id));
  for (const auto id : native.pas_ex) look_at(requested.translator.local_attid_from_remote_attid(id));
  for (const auto id : native.local_pas) look_at(id);
  // EXOP_REPL_SECRETS by an RODC has a policy of its own, for each object (4.1.10.5.15).
  if (wants_secrets && !call.rights.get_changes_all && native.extended_op != EXOP_REPL_SECRETS) return denied();
  if (wants_filtered && !call.rights.get_changes_all && !call.rights.get_changes_filtered_set) return denied();
  return {};
}

/// The validation of 4.1.10.5, after access was granted, in its order.
Result<void> validate(const Snapshot& snapshot, const Requested& requested) {
  const auto& native = requested.native;
  if (native.extended_op == 0 ? requested.object != requested.nc_root : requested.object == kNoDnt)
    return fail(win32::kErrorDsCantFindExpectedNc, to_string(*native.nc));
  const auto object = snapshot.find(requested.object);
  if (!object) return std::unexpected(object.error());
  if (!native.has_pas && !native.has_pas_ex) {
    if (!requested.nc.writable || (*object && (instance_type(**object) & IT_WRITE) == 0))
      return fail(win32::kErrorDsDraSourceIsPartialReplica, to_string(*native.nc));
    if (native.has(DRS_SYNC_PAS)) return fail(win32::kErrorInvalidParameter, "DRS_SYNC_PAS for a full replica");
  } else {
    if (!native.has_pas || (native.pas.empty() && native.local_pas.empty()))
      return fail(win32::kErrorInvalidParameter, "a partial replica without attributes");
    if (native.has(DRS_SYNC_PAS) && native.pas_ex.empty())
      return fail(win32::kErrorInvalidParameter, "DRS_SYNC_PAS without the attributes to add");
    if (native.prefix_table != nullptr && native.prefix_table->pPrefixEntry.empty())
      return fail(win32::kErrorInvalidParameter, "a partial attribute set without a prefix table");
  }
  if (requested.nc.going) return fail(win32::kErrorDsDraNoReplica, to_string(*native.nc));
  return {};
}

/// Docs/decisions/0044: a peer that has seen more of us than we have done proves that this database is an old copy.
Result<void> check_own_past(const Context& context, const Snapshot& snapshot, const NativeRequest& native) {
  const Usn highest = snapshot.highest_committed_usn();
  const bool claims_position = native.source_invocation == context.invocation_id && native.usnvec_from.usnHighObjUpdate > highest.value;
  const bool claims_update = native.utd && find_rollback(*native.utd, context.invocation_id, highest);
  if (!claims_position && !claims_update) return {};
  return fail(win32::kErrorDsDraSourceDisabled, "this database is older than what it has replicated to " + to_string(native.destination) +
                                                    ": it needs a new invocationId");
}

Result<AttidSet> local_set(const Requested& requested, const schema::Schema& schema, const std::vector<ATTRTYP>& remote) {
  std::vector<Attid> local;
  local.reserve(remote.size());
  for (const auto id : remote) {
    const auto attid = requested.translator.local_attid_from_remote_attid(id);
    if (!attid) continue;  // what our schema cannot name, no object here has
    const auto resolved = schema.resolve(*attid);
    local.push_back(resolved ? *resolved : *attid);
  }
  return AttidSet(std::move(local));
}

/// The attribute filters of GetReplChanges; a partial source has no more than it has.
Result<AttributeFilter> make_filter(const schema::Schema& schema, const Requested& requested, bool is_extended) {
  const auto& native = requested.native;
  AttributeFilter filter;
  if (native.utd && (is_extended || !native.has(DRS_FULL_SYNC_PACKET))) filter.utd = &*native.utd;
  if (native.has_pas) {
    auto set = native.local_pas.empty() ? local_set(requested, schema, native.pas) : Result<AttidSet>(AttidSet(native.local_pas));
    if (!set) return std::unexpected(std::move(set.error()));
    filter.partial = std::move(*set);
  }
  if (native.has_pas_ex) {
    auto set = local_set(requested, schema, native.pas_ex);
    if (!set) return std::unexpected(std::move(set.error()));
    filter.partial_ex = std::move(*set);
  }
  if (requested.nc.writable) return filter;
  auto stored = decode_partial_set(requested.nc.partial_attribute_set);
  if (!stored) return std::unexpected(std::move(stored.error()));
  const AttidSet held(std::move(*stored));
  const auto lacks = [&](const AttidSet& wanted) {
    return std::ranges::any_of(wanted.attids(), [&](Attid attid) { return !held.has(attid); });
  };
  if (requested.nc.partial && ((filter.partial && lacks(*filter.partial)) || lacks(filter.partial_ex)))
    return fail(win32::kErrorDsDraIncompatiblePartialSet, "this replica is partial and has not all of the attributes");
  return filter;
}

/// The roots of NCs below that are held here: their changes are in their own NC's index (4.1.10.5.3, subRefs).
Result<std::vector<store::ObjectChange>> held_children(const Snapshot& snapshot, Dnt nc_root, Usn after) {
  std::vector<store::ObjectChange> children;
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (!*object || root == nc_root || (*object)->parent() == store::kRootDnt || (*object)->usn_changed() <= after) continue;
    const auto parent = snapshot.find((*object)->parent());
    if (!parent) return std::unexpected(parent.error());
    if (*parent && (*parent)->nc() == nc_root) children.push_back({(*object)->usn_changed(), root});
  }
  return children;
}

/// GetReplScope for one object: 0 not in it, 1 in it, 2 in it with its ancestors.
enum class InScope : std::uint8_t { kNo, kYes, kWithAncestors };
InScope scope_of(const NativeRequest& native, Dnt nc_root, const store::ObjectView& object) {
  if (native.has(DRS_ASYNC_REP)) return object.dnt() == nc_root ? InScope::kYes : InScope::kNo;
  if (!native.has(DRS_CRITICAL_ONLY)) return InScope::kYes;
  return is_critical_system_object(object) ? InScope::kWithAncestors : InScope::kNo;
}

Result<void> add_objects(const Snapshot& snapshot, const Requested& requested, std::span<const store::ObjectChange> changes, PageBuilder& page) {
  for (const auto& change : changes) {
    const auto object = snapshot.find(change.dnt);
    if (!object) return std::unexpected(object.error());
    if (!*object) return fail(win32::kErrorDsDatabaseError, "the index of changes has an object that is not there");
    const auto scope = scope_of(requested.native, requested.nc_root, **object);
    if (scope == InScope::kNo) continue;
    if (auto added = page.add_object(**object, scope == InScope::kWithAncestors); !added) return added;
  }
  return {};
}

Result<void> add_links(const Snapshot& snapshot, const Requested& requested, std::span<const store::LinkChange> changes, PageBuilder& page) {
  const bool all = !requested.native.has(DRS_ASYNC_REP) && !requested.native.has(DRS_CRITICAL_ONLY);
  for (const auto& change : changes) {
    if (!all) {
      const auto source = snapshot.find(change.key.source);
      if (!source) return std::unexpected(source.error());
      if (!*source || scope_of(requested.native, requested.nc_root, **source) == InScope::kNo) continue;
    }
    if (auto added = page.add_link(change.key); !added) return added;
  }
  return {};
}

std::uint32_t limit(std::uint32_t wanted, std::uint32_t usual, std::uint32_t most) { return std::min(wanted == 0 ? usual : wanted, most); }

/// GetReplChanges with GetChangesInScope and GetResponseSubset (4.1.10.5.2, .5, .7) in one walk over the changes behind the position.
/// Sets usnvecTo and fMoreData.
Result<void> fill_page(const Snapshot& snapshot, const Requested& requested, PageBuilder& page, DRS_MSG_GETCHGREPLY_V9& reply) {
  const std::size_t items_max = limit(requested.native.objects_max, kPageItemsDefault, kPageItemsMax);
  const std::size_t octets_max = limit(requested.native.octets_max, kPageOctetsDefault, kPageOctetsMax);
  const Usn after{requested.native.usnvec_from.usnHighObjUpdate};
  ChangeStream changes(snapshot, requested.nc_root, after);
  auto children = held_children(snapshot, requested.nc_root, after);
  if (!children) return std::unexpected(std::move(children.error()));
  changes.add_extra(std::move(*children));

  Usn position = after;
  bool full = false;
  for (std::size_t scanned = 0;;) {
    const auto group = changes.next();
    if (!group) return std::unexpected(group.error());
    if (!*group) break;
    if (full) {
      reply.fMoreData = 1;
      reply.usnvecTo = {position.value, 0, position.value};
      return {};
    }
    if (auto added = add_objects(snapshot, requested, (*group)->objects, page); !added) return added;
    if (auto added = add_links(snapshot, requested, (*group)->links, page); !added) return added;
    position = (*group)->usn;
    scanned += (*group)->objects.size() + (*group)->links.size();
    full = page.items() >= items_max || page.octets() >= octets_max || scanned >= kPageScannedMax;
  }
  // Everything up to the snapshot was considered, whatever other NCs did in between.
  const auto end = snapshot.highest_committed_usn();
  reply.usnvecTo = {end.value, 0, end.value};
  return {};
}

Result<void> normal_replication(const Context& context, const SourceCall& call, const Snapshot& snapshot, const Requested& requested,
                                PageBuilder& page, DRS_MSG_GETCHGREPLY_V9& reply, SourceReply& result) {
  const auto& native = requested.native;
  if (context.rules.read_only) return fail(win32::kErrorDsDraSourceDisabled, "a read-only DSA is nobody's source");
  if (call.outbound_disabled && !native.has(DRS_SYNC_FORCED)) return fail(win32::kErrorDsDraSourceDisabled, "outbound replication is disabled");
  if (auto filled = fill_page(snapshot, requested, page, reply); !filled) return filled;
  if (reply.fMoreData == 0) {
    const auto goal = local_utd(context, snapshot, requested.nc);
    if (!goal) return std::unexpected(goal.error());
    reply.pUpToDateVecSrc = utd_to_wire_v2(*goal);
  }
  if (native.has(DRS_GET_NC_SIZE)) {
    const auto size = snapshot.nc_size(requested.nc_root);
    if (!size) return std::unexpected(size.error());
    reply.cNumNcSizeObjects = static_cast<std::uint32_t>(std::min<std::uint64_t>(size->first, UINT32_MAX));
    reply.cNumNcSizeValues = static_cast<std::uint32_t>(std::min<std::uint64_t>(size->second, UINT32_MAX));
  }
  if (native.has(DRS_ADD_REF) && !native.destination.is_null())
    result.update_refs = UpdateRefsWanted{native.destination, DRS_ADD_REF | DRS_ASYNC_OP | DRS_GETCHG_CHECK |
                                                                  (native.flags & (DRS_WRIT_REP | DRS_REF_GCSPN))};
  return {};
}

Result<Requested> understand(const Context& context, const SourceCall& call, const Snapshot& snapshot, const DRS_MSG_GETCHGREQ& request) {
  auto native = transform_input(call.terms, *context.schema, request);
  if (!native) return std::unexpected(std::move(native.error()));
  Requested requested{std::move(*native), {}, kNoDnt, kNoDnt, {}};
  if (is_empty(*requested.native.nc)) return fail(win32::kErrorDsDraInvalidParameter, "pNC names nothing");
  const auto& local = context.schema->prefix_table();
  if (requested.native.prefix_table == nullptr) {
    requested.translator = schema::AttidTranslator(local, local);
  } else {
    const auto remote = schema::read_message_prefix_table(*requested.native.prefix_table);
    if (!remote) return fail(win32::kErrorInvalidParameter, remote.error().detail);
    requested.translator = schema::AttidTranslator(local, remote->table);
  }
  if (auto found = find_nc(snapshot, *context.schema, requested); !found) return std::unexpected(std::move(found.error()));
  if (auto checked = check_rights(call, *context.schema, requested); !checked) return std::unexpected(std::move(checked.error()));
  if (auto checked = validate(snapshot, requested); !checked) return std::unexpected(std::move(checked.error()));
  if (auto checked = check_own_past(context, snapshot, requested.native); !checked) return std::unexpected(std::move(checked.error()));
  // The position is one of another database, or none: a cycle begins. Negative ones were never given out.
  // DEVIATION: by 4.1.10.1 no invocationId begins a cycle as well, whatever the position. Programs that are no DSA (smbtorture drs.rpc.dssync)
  // send each page's position back without it and would get the first page for ever; whoever begins sends zeros in both.
  const auto& source = requested.native.source_invocation;
  if ((source != context.invocation_id && source != InvocationId{}) || requested.native.usnvec_from.usnHighObjUpdate < 0)
    requested.native.usnvec_from = {};
  return requested;
}

PageTerms page_terms(const SourceCall& call, const Requested& requested, AttributeFilter filter) {
  PageTerms terms;
  terms.request = &requested.native;
  terms.filter = std::move(filter);
  terms.nc_root = requested.nc_root;
  terms.session_key = call.session_key;
  terms.strong_encryption = call.terms.client.has(DRS_EXT_STRONG_ENCRYPTION);
  terms.with_secrets = requested.native.extended_op == EXOP_REPL_SECRETS;
  if (requested.native.extended_op == 0) terms.changed_after = Usn{requested.native.usnvec_from.usnHighObjUpdate};
  return terms;
}

/// The members that every reply has, and TransformOutput.
Result<SourceReply> finish(const Context& context, const SourceCall& call, const Snapshot& snapshot, const Requested& requested,
                           PageBuilder& page, DRS_MSG_GETCHGREPLY_V9& reply, SourceReply result, ndr::Arena& arena) {
  result.octets = page.octets();
  result.revealed = page.revealed();
  page.finish(reply);
  result.objects = reply.pObjects.size();
  result.links = reply.rgValues.size();
  result.more_data = reply.fMoreData != 0;
  result.response_smtp_address = requested.native.response_smtp_address;
  reply.pNC = *requested.native.nc;
  reply.usnvecFrom = requested.native.usnvec_from;
  reply.uuidDsaObjSrc = context.dsa.value;
  reply.uuidInvocIdSrc = context.invocation_id.value;
  result.invocation = reply.uuidInvocIdSrc;
  result.to = reply.usnvecTo;
  const auto info = local_schema_info(snapshot);
  if (!info) return std::unexpected(info.error());
  reply.PrefixTableSrc = schema::make_message_prefix_table(context.schema->prefix_table(), *info);

  const auto compression = choose_compression(call.terms, requested.native);
  if (!compression) return std::unexpected(compression.error());
  const auto version = requested.native.reply_version;
  if (version < call.terms.reply_version_min) return fail(win32::kErrorRevisionMismatch, "a reply of version " + std::to_string(version));
  auto message = reply_of_version(std::move(reply), version, arena, *compression);
  if (!message) return std::unexpected(std::move(message.error()));
  result.message = std::move(*message);
  result.version = result.message.tag();
  return result;
}

}  // namespace

Result<SourceReply> get_nc_changes(const Context& context, const SourceCall& call, const Snapshot& snapshot, const DRS_MSG_GETCHGREQ& request,
                                   ndr::Arena& arena) {
  const auto requested = understand(context, call, snapshot, request);
  if (!requested) return std::unexpected(requested.error());
  const bool is_extended = requested->native.extended_op != 0;
  auto filter = make_filter(*context.schema, *requested, is_extended);
  if (!filter) return std::unexpected(std::move(filter.error()));
  PageBuilder page(context, snapshot, page_terms(call, *requested, std::move(*filter)), arena);
  DRS_MSG_GETCHGREPLY_V9 reply;
  SourceReply result;
  if (is_extended) {
    const ExtendedRequest extended{call, requested->native, requested->object, requested->nc_root, requested->nc};
    if (auto done = process_extended_request(context, snapshot, extended, page, reply); !done) return std::unexpected(std::move(done.error()));
  } else if (auto done = normal_replication(context, call, snapshot, *requested, page, reply, result); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return finish(context, call, snapshot, *requested, page, reply, std::move(result), arena);
}

}  // namespace tributary::repl
