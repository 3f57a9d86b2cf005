// SPDX-License-Identifier: Apache-2.0
// See replication_cycle.hpp.
#include "repl/destination/replication_cycle.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/blobs/prefix_map.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "repl/destination/check_reply.hpp"
#include "repl/lingering/source_age.hpp"
#include "repl/source/local_state.hpp"
#include "repl/source/native_request.hpp"
#include "repl/updates/nc.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using store::DirectoryStore;
using store::Snapshot;
using store::WriteTransaction;

/// Flags of a stored source that its requests carry (4.1.10.4.1).
constexpr std::uint32_t kSourceFlags =
    DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC | DRS_USE_COMPRESSION | DRS_SPECIAL_SECRET_PROCESSING | DRS_NEVER_SYNCED;
/// Flags of the call that asked for the cycle which the source has to know.
constexpr std::uint32_t kCallFlags = DRS_ADD_REF | DRS_GET_NC_SIZE | DRS_CRITICAL_ONLY | DRS_ASYNC_REP | DRS_SYNC_FORCED | DRS_SYNC_PAS |
                                     DRS_REF_GCSPN | DRS_USE_COMPRESSION | DRS_GET_ANC | DRS_INIT_SYNC_NOW;
/// A source may pass over what we have, but not for ever: so many pages in a row without content.
constexpr std::uint32_t kEmptyPagesMax = 10'000;

CycleStep step_of(CycleStep::Kind kind) {
  CycleStep step;
  step.kind = kind;
  return step;
}

/// repsFrom of the NC with this source's value replaced or added, in the order of the sources' GUIDs.
Result<void> put_source(store::NcReplica& replica, const RepsFrom& source) {
  std::vector<std::pair<DsaGuid, Bytes>> values;
  for (auto& stored : replica.reps_from) {
    const auto decoded = decode_reps_from(stored);
    if (!decoded) return std::unexpected(decoded.error());
    if (decoded->uuid_dsa != source.uuid_dsa) values.emplace_back(decoded->uuid_dsa, std::move(stored));
  }
  auto encoded = encode_reps_from(source);
  if (!encoded) return std::unexpected(std::move(encoded.error()));
  values.emplace_back(source.uuid_dsa, std::move(*encoded));
  std::ranges::sort(values, {}, [](const auto& value) { return value.first; });
  replica.reps_from.clear();
  for (auto& [dsa, octets] : values) replica.reps_from.push_back(std::move(octets));
  return {};
}

}  // namespace

ReplicationCycle::ReplicationCycle(CycleOptions options) : options_(std::move(options)), source_(options_.source) {}

/// DRS_CRITICAL_ONLY and DRS_ASYNC_REP bring a part of the NC: what they brought says nothing about the rest.
bool ReplicationCycle::counts_for_state() const noexcept { return (options_.flags & (DRS_CRITICAL_ONLY | DRS_ASYNC_REP)) == 0; }

Result<void> ReplicationCycle::load(const Snapshot& snapshot) {
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  nc_root_ = kNoDnt;
  for (const Dnt root : *roots) {
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (*object && (*object)->guid().value == options_.nc.Guid) nc_root_ = root;
  }
  if (nc_root_ == kNoDnt) return {};
  const auto replica = snapshot.nc_replica(nc_root_);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica) return {};
  for (const auto& octets : (*replica)->reps_from) {
    auto stored = decode_reps_from(octets);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (stored->uuid_dsa == options_.source.uuid_dsa) source_ = std::move(*stored);
  }
  return {};
}

/// [MS-ADTS] 3.1.1.1.15: a source that was silent for longer than tombstones live may have objects that everybody else has forgotten.
Result<void> ReplicationCycle::judge_age(const Context& context, const Snapshot& snapshot) const {
  if (nc_root_ == kNoDnt) return {};
  const auto replica = snapshot.nc_replica(nc_root_);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica || (*replica)->up_to_dateness_vector.empty()) return check_source_age(source_, {}, context.rules, context.ds_now());
  const auto utd = decode_utd((*replica)->up_to_dateness_vector);
  if (!utd) return std::unexpected(utd.error());
  return check_source_age(source_, *utd, context.rules, context.ds_now());
}

CycleStep ReplicationCycle::begin(const Context& context, DirectoryStore& store) {
  const auto snapshot = store.read();
  own_usn_ = snapshot->highest_committed_usn();
  if (options_.nc.Guid.is_null()) {
    // Named by its DN alone: the GUID decides from here on, if a replica is here.
    const auto named = resolve(*snapshot, *context.schema, options_.nc);
    if (named && *named != kNoDnt) {
      const auto name = dsname_of(*snapshot, *context.schema, *named);
      if (name) options_.nc = *name;
    }
  }
  if (auto loaded = load(*snapshot); !loaded) return failed(context, store, std::move(loaded.error()));
  if (auto fresh = judge_age(context, *snapshot); !fresh) return failed(context, store, std::move(fresh.error()));
  full_sync_ = (options_.flags & DRS_FULL_SYNC_NOW) != 0 || source_.has(DRS_FULL_SYNC_IN_PROGRESS);
  const bool begins_full_sync = (options_.flags & DRS_FULL_SYNC_NOW) != 0 && !source_.has(DRS_FULL_SYNC_IN_PROGRESS);
  if (begins_full_sync) begin_full_sync(source_);
  if (full_sync_) cycle_flags_ |= DRS_FULL_SYNC_PACKET;
  // Of a new replica parents come first: containers are often younger than what is in them.
  if (nc_root_ == kNoDnt) cycle_flags_ |= DRS_GET_ANC;
  if (counts_for_state()) {
    position_ = source_.usn_vec;
    source_invocation_ = source_.uuid_invoc_id;
  }
  return next_request(context, *snapshot);
}

CycleStep ReplicationCycle::next_request(const Context& context, const Snapshot& snapshot) {
  RequestTerms terms;
  terms.nc = options_.nc;
  terms.nc_root = nc_root_;
  terms.position = position_;
  if (position_ != USN_VECTOR{}) terms.source_invocation = source_invocation_;
  terms.flags = (source_.options & kSourceFlags) | (options_.flags & kCallFlags) | cycle_flags_;
  terms.more_flags = more_flags_;
  terms.objects_max = options_.objects_max;
  terms.octets_max = options_.octets_max;
  terms.own_usn = own_usn_;
  terms.without_vector = full_sync_;
  terms.partial = options_.partial;
  terms.filtered = options_.filtered;
  terms.inbound_disabled = options_.inbound_disabled;
  terms.pas_ex = source_.pas_data;
  auto request = make_request(context, snapshot, terms, options_.server);
  if (!request) {
    auto step = step_of(CycleStep::Kind::kFailed);
    step.error = std::move(request.error());
    return step;
  }
  auto step = step_of(CycleStep::Kind::kSend);
  step.request = std::move(*request);
  return step;
}

bool ReplicationCycle::lacks_recycle_bin(const Context& context) const noexcept {
  return !options_.is_schema_nc && options_.server.has(DRS_EXT_RECYCLE_BIN) && !context.rules.recycle_bin;
}

/// What 4.1.10.6.1 checks before it looks at objects, and what check_reply() adds.
Result<void> ReplicationCycle::judge(const Context& context, const Snapshot& snapshot, const DRS_MSG_GETCHGREPLY_V9& reply,
                                     schema::MessagePrefixTable& table) {
  if (reply.dwDRSError != 0) return fail(Win32{reply.dwDRSError}, "the source, in its reply");
  auto read = schema::read_message_prefix_table(reply.PrefixTableSrc);
  if (!read) return fail(win32::kErrorDsDraInvalidParameter, "prefix table: " + read.error().detail);
  table = std::move(*read);
  const auto mine = local_schema_info(snapshot);
  if (!mine) return std::unexpected(mine.error());
  // DEVIATION: a source whose schema is older is no mismatch: all that it can say is known here. [MS-DRSR] stops at any difference.
  const auto theirs = table.schema_info.value_or(schema::SchemaInfo{});
  if (schema::compare_schema_info(*mine, theirs) != schema::SchemaOrder::kNewer)
    if (auto checked = schema::check_schema_signature(*mine, theirs, options_.is_schema_nc); !checked) return checked;
  // DEVIATION: the next rule of the section (4.1.10.6.3) takes DRS_EXT_GETCHGREPLY_V9 for Privileged Access Management and enables it, for
  // ever. The bit says no such thing: the DC of the example in 4.1.3.4.3 has it. What has been enabled comes with the Configuration NC.
  if (lacks_recycle_bin(context))
    return fail(win32::kErrorDsDrsExtensionsChanged, "the source has the recycle bin, and it is not enabled here");

  ReplUpToDateVector stored;
  if (nc_root_ != kNoDnt) {
    const auto replica = snapshot.nc_replica(nc_root_);
    if (!replica) return std::unexpected(replica.error());
    if (*replica && !(*replica)->up_to_dateness_vector.empty()) {
      auto decoded = decode_utd((*replica)->up_to_dateness_vector);
      if (!decoded) return std::unexpected(std::move(decoded.error()));
      stored = std::move(*decoded);
    }
  }
  ReplyExpectation expected;
  expected.nc = &options_.nc;
  expected.source = source_.uuid_dsa;
  if (position_ != USN_VECTOR{}) expected.invocation = source_invocation_;
  expected.position = position_;
  expected.mine = &stored;
  expected.self = context.invocation_id;
  expected.highest_committed = snapshot.highest_committed_usn();
  expected.now = context.ds_now();
  return check_reply(reply, expected);
}

CycleStep ReplicationCycle::on_reply(const Context& context, DirectoryStore& store, DRS_MSG_GETCHGREPLY message) {
  ndr::Arena arena;
  Bytes plain;
  auto reply = native_reply(std::move(message), arena, plain);
  if (!reply) return failed(context, store, std::move(reply.error()));
  schema::MessagePrefixTable table;
  {
    const auto snapshot = store.read();
    if (auto judged = judge(context, *snapshot, *reply, table); !judged) return failed(context, store, std::move(judged.error()));
  }
  const bool is_empty = reply->pObjects.empty() && reply->rgValues.empty();
  empty_pages_ = is_empty && reply->fMoreData != 0 ? empty_pages_ + 1 : 0;
  if (empty_pages_ > kEmptyPagesMax) return failed(context, store, {win32::kErrorDsDraAbandonSync, {}, "the source sends pages without content"});

  if (auto applied = apply(context, store, *reply, table.table); !applied) {
    if (asks_again(context, applied.error())) return next_request(context, *store.read());
    return failed(context, store, std::move(applied.error()));
  }
  ++pages_;
  position_ = reply->usnvecTo;
  source_invocation_ = InvocationId{reply->uuidInvocIdSrc};
  if (reply->cNumNcSizeObjects != 0) nc_size_objects_ = reply->cNumNcSizeObjects;
  if (reply->fMoreData == 0) {
    auto step = step_of(CycleStep::Kind::kDone);
    step.applied = true;
    return step;
  }
  auto step = next_request(context, *store.read());
  step.applied = true;
  return step;
}

bool ReplicationCycle::asks_again(const Context& context, const Error& error) {
  const auto add = [](std::uint32_t& flags, std::uint32_t flag) {
    const bool is_new = (flags & flag) == 0;
    flags |= flag;
    return is_new;
  };
  if (error.code == win32::kErrorDsDraMissingParent) return add(cycle_flags_, DRS_GET_ANC);
  if (error.code == win32::kErrorDsDraRecycledTarget) {
    const bool new_targets = options_.server.has(DRS_EXT_GETCHGREQ_V10) && add(more_flags_, DRS_GET_TGT);
    return add(cycle_flags_, DRS_GET_ANC) || new_targets;  // a target's parents have to come before it
  }
  // Loose consistency: whatever is not here is fetched whole.
  if (error.code == win32::kErrorDsInsufficientAttrToCreateObject && !context.rules.strict_consistency)
    return add(cycle_flags_, DRS_FULL_SYNC_PACKET);
  return false;
}

/// UpdateRepsFrom and UpdateUTDandPAS (4.1.10.6.15, .16). DEVIATION: the vector is merged only by cycles that saw all of the NC.
Result<void> ReplicationCycle::update_watermarks(const Context& context, WriteTransaction& transaction, const DRS_MSG_GETCHGREPLY_V9& reply,
                                                 Dnt root, RepsFrom& updated) {
  auto replica = transaction.nc_replica(root);
  if (!replica) return std::unexpected(replica.error());
  store::NcReplica nc;
  if (*replica) {
    nc = std::move(**replica);
  } else {
    nc.root = root;
    nc.writable = updated.has(DRS_WRIT_REP);
    nc.partial = options_.partial;
    nc.coming = true;
    if (options_.partial) nc.partial_attribute_set = encode_partial_set(gc_partial_attribute_set(*context.schema));
  }
  if (!counts_for_state()) return transaction.put_nc_replica(nc), Result<void>{};
  const DsTime now = context.ds_now();
  after_reply(updated, InvocationId{reply.uuidInvocIdSrc}, reply.usnvecTo, now);
  if (reply.fMoreData == 0) {
    if ((options_.flags & DRS_SYNC_PAS) != 0 && !updated.pas_data.empty()) {
      auto set = decode_partial_set(nc.partial_attribute_set);
      if (!set) return std::unexpected(std::move(set.error()));
      for (const auto id : updated.pas_data) set->push_back(static_cast<Attid>(id));
      std::ranges::sort(*set);
      set->erase(std::ranges::unique(*set).begin(), set->end());
      nc.partial_attribute_set = encode_partial_set(*set);
    }
    after_cycle(updated);
    nc.coming = false;
    if (reply.pUpToDateVecSrc) {
      ReplUpToDateVector mine;
      if (!nc.up_to_dateness_vector.empty()) {
        auto stored = decode_utd(nc.up_to_dateness_vector);
        if (!stored) return std::unexpected(std::move(stored.error()));
        mine = std::move(*stored);
      }
      nc.up_to_dateness_vector = encode_utd(update_utd(mine, utd_from_wire(*reply.pUpToDateVecSrc), context.invocation_id));
    }
  }
  if (auto put = put_source(nc, updated); !put) return put;
  transaction.put_nc_replica(nc);
  return {};
}

Result<void> ReplicationCycle::apply(const Context& context, DirectoryStore& store, const DRS_MSG_GETCHGREPLY_V9& reply,
                                     const schema::PrefixTable& table) {
  const auto transaction = store.write();
  schema::PrefixTable local = context.schema->prefix_table();
  if (options_.is_schema_nc) {
    // New attributes and classes come with OIDs whose prefixes nobody here had.
    const auto known = local.entries().size();
    if (auto added = local.add_prefixes_of(table); !added) return added;
    if (local.entries().size() != known) {
      const auto map = blobs::encode_prefix_map(local.to_prefix_map());
      if (!map) return std::unexpected(map.error());
      transaction->put_dsa_value("prefixMap", *map);
    }
  }
  IncomingValues values(*context.schema, local, table);
  ApplyTerms terms;
  terms.nc_root = nc_root_;
  terms.writable = source_.has(DRS_WRIT_REP);
  terms.partial = options_.partial;
  terms.with_ancestors = ((cycle_flags_ | options_.flags) & DRS_GET_ANC) != 0;
  terms.targets_come_later = !options_.server.has(DRS_EXT_GETCHGREQ_V10);
  terms.with_targets = (more_flags_ & DRS_GET_TGT) != 0 || terms.targets_come_later;
  terms.session_key = options_.session_key;
  PageApplier applier(context, *transaction, values, terms);
  if (auto applied = applier.objects(reply.pObjects); !applied) return applied;
  if (auto applied = applier.links(reply.rgValues); !applied) return applied;
  if (reply.fMoreData == 0)
    if (auto adopted = adopt_nc_roots(*transaction, context); !adopted) return adopted;
  RepsFrom updated = source_;
  if (applier.nc_root() != kNoDnt)
    if (auto marked = update_watermarks(context, *transaction, reply, applier.nc_root(), updated); !marked) return marked;
  if (auto committed = transaction->commit(); !committed) return committed;
  nc_root_ = applier.nc_root();
  source_ = std::move(updated);
  if (options_.nc.Guid.is_null() && nc_root_ != kNoDnt) {
    const auto snapshot = store.read();
    const auto root = snapshot->find(nc_root_);
    if (root && *root) options_.nc.Guid = (*root)->guid().value;
  }
  auto figures = applier.figures();
  figures.schema_changed = options_.is_schema_nc && figures.objects_added + figures.objects_changed != 0;
  figures_.add(figures);
  return {};
}

CycleStep ReplicationCycle::failed(const Context& context, DirectoryStore& store, Error error) {
  auto step = step_of(CycleStep::Kind::kFailed);
  step.schema_first = error.code == win32::kErrorDsDraSchemaMismatch && !options_.is_schema_nc;
  // Not when the source faults with that code, which means that it has changed itself.
  step.enable_recycle_bin = error.code == win32::kErrorDsDrsExtensionsChanged && lacks_recycle_bin(context);
  step.rolled_back = error.code == win32::kErrorDsDraSinkDisabled && !options_.inbound_disabled;
  after_failure(source_, error.code, context.ds_now());
  if (nc_root_ != kNoDnt) {
    // Written down if it can be: a full disk has to leave the error as it is.
    const auto transaction = store.write();
    auto replica = transaction->nc_replica(nc_root_);
    if (replica && *replica && put_source(**replica, source_)) {
      transaction->put_nc_replica(**replica);
      if (auto committed = transaction->commit(); !committed) error.detail += " (and repsFrom could not be written: " + committed.error().detail + ")";
    }
  }
  step.error = std::move(error);
  return step;
}

CycleStep ReplicationCycle::on_failure(const Context& context, DirectoryStore& store, Error error) {
  return failed(context, store, std::move(error));
}

Result<void> ReplicationCycle::preempt(const Context& context, DirectoryStore& store) {
  after_preemption(source_, context.ds_now());
  if (nc_root_ == kNoDnt) return {};
  const auto transaction = store.write();
  auto replica = transaction->nc_replica(nc_root_);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica) return {};
  if (auto put = put_source(**replica, source_); !put) return put;
  transaction->put_nc_replica(**replica);
  return transaction->commit();
}

}  // namespace tributary::repl
