// SPDX-License-Identifier: Apache-2.0
// See extended_writes.hpp.
#include "repl/source/extended_writes.hpp"

#include "base/win32.hpp"
#include "drsuapi/blobs/vectors.hpp"
#include "repl/objects/facts.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/modify.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

constexpr ModifyOptions kAsSystem{CheckLevel::kReplica, true, false};

std::uint32_t low(std::uint64_t pool) noexcept { return static_cast<std::uint32_t>(pool); }
std::uint32_t high(std::uint64_t pool) noexcept { return static_cast<std::uint32_t>(pool >> 32); }
constexpr std::uint64_t pool_of(std::uint32_t low_rid, std::uint32_t high_rid) noexcept { return (std::uint64_t{high_rid} << 32) | low_rid; }

std::optional<Attid> attid_named(const Context& context, std::string_view name) {
  const auto* const attribute = context.schema->find_attribute(name);
  return attribute == nullptr ? std::nullopt : std::optional(attribute->attid);
}

Result<std::uint64_t> large_integer(const Snapshot& snapshot, Dnt dnt, Attid attid) {
  const auto object = snapshot.find(dnt);
  if (!object) return std::unexpected(object.error());
  const auto value = *object ? (*object)->first(attid) : std::nullopt;
  return value && value->size() == 8 ? load_le<std::uint64_t>(value->data()) : 0;
}

/// One attempt: what it is about, who asks.
struct Attempt {
  const Context& context;
  WriteTransaction& tx;
  NativeRequest native;
  Dnt object = kNoDnt;
  Dnt client = kNoDnt;
  Dnt self = kNoDnt;
  ExtendedWrites outcome{};

  Result<ExtendedWrites> ends(std::uint32_t result) {
    outcome.result = result;
    return std::move(outcome);
  }
  Result<Dnt> owner() const {
    const auto owners = reference_targets(tx, *context.schema, object, attid::kFsmoRoleOwner);
    if (!owners) return std::unexpected(owners.error());
    return owners->empty() ? kNoDnt : owners->front();
  }
  Result<void> set(Dnt dnt, Attid attid, NewValue value) {
    const Modification modification{ModifyOperation::kReplace, attid, {std::move(value)}};
    const auto changed = modify(tx, context, dnt, std::span(&modification, 1), kAsSystem);
    if (!changed) return std::unexpected(changed.error());
    outcome.updates.append(*changed);
    return {};
  }
};

Result<ExtendedWrites> give_role(Attempt& attempt) {
  const auto owner = attempt.owner();
  if (!owner) return std::unexpected(owner.error());
  if (*owner == kNoDnt || *owner != attempt.self) return attempt.ends(EXOP_ERR_FSMO_NOT_OWNER);
  // Not by a Modify operation, which only takes roles ([MS-ADTS] 3.1.1.5.3.1): this is the one way to give one.
  const auto object = find_object(attempt.tx, attempt.object, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (auto writable = check_writable(attempt.tx, attempt.context, object->nc()); !writable) return attempt.ends(EXOP_ERR_UPDATE_ERR);
  ObjectEditor editor(attempt.tx, attempt.context, *object);
  editor.set(attid::kFsmoRoleOwner, reference_value(attempt.client));
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  attempt.outcome.updates.append({{*written}, true, false});
  return attempt.ends(EXOP_ERR_SUCCESS);
}

Result<ExtendedWrites> abandon_role(Attempt& attempt) {
  if (attempt.context.rules.read_only) return attempt.ends(EXOP_ERR_FSMO_REFUSING_ROLES);
  const auto owner = attempt.owner();
  if (!owner) return std::unexpected(owner.error());
  if (*owner != kNoDnt && *owner == attempt.self) return attempt.ends(EXOP_ERR_SUCCESS);
  const auto object = attempt.tx.find(*owner);
  if (!object) return std::unexpected(object.error());
  if (!*object || is_phantom(**object)) return attempt.ends(EXOP_ERR_UNKNOWN_CALLER);
  if (is_deleted(**object)) return attempt.ends(EXOP_ERR_FSMO_OWNER_DELETED);
  attempt.outcome.ask_owner = DsaGuid{(*object)->guid().value};
  return attempt.ends(EXOP_ERR_COULDNT_CONTACT);
}

/// The rIDSet object of the client's computer, made if there is none.
Result<Dnt> rid_set_of(Attempt& attempt, Dnt computer) {
  const auto known = reference_targets(attempt.tx, *attempt.context.schema, computer, attid::kRidSetReferences);
  if (!known) return std::unexpected(known.error());
  if (!known->empty()) return known->front();
  const auto* const rid_set = attempt.context.schema->find_class("rIDSet");
  if (rid_set == nullptr) return fail(win32::kErrorDsObjClassNotDefined, "rIDSet");
  AddRequest request;
  request.parent = computer;
  request.rdn = "RID Set";
  request.attributes = {{attid::kObjectClass, {u32_value(static_cast<std::uint32_t>(rid_set->attid))}}};
  const auto added = add(attempt.tx, attempt.context, request, CheckLevel::kReplica);
  if (!added) return std::unexpected(added.error());
  attempt.outcome.updates.append(added->updates);
  if (auto done = attempt.set(computer, attid::kRidSetReferences, reference_value(added->dnt)); !done) return std::unexpected(std::move(done.error()));
  return added->dnt;
}

/// The next block of the domain's pool goes to the client's rIDSet.
Result<std::uint32_t> allocate(Attempt& attempt, Dnt rid_set) {
  const auto pool = attid_named(attempt.context, "rIDAvailablePool");
  const auto allocation = attid_named(attempt.context, "rIDAllocationPool");
  const auto previous = attid_named(attempt.context, "rIDPreviousAllocationPool");
  const auto next = attid_named(attempt.context, "rIDNextRID");
  const auto used = attid_named(attempt.context, "rIDUsedPool");
  if (!pool || !allocation || !previous || !next || !used) return EXOP_ERR_UPDATE_ERR;
  const auto allocated = large_integer(attempt.tx, rid_set, *allocation);
  if (!allocated) return std::unexpected(allocated.error());
  // Ours is the better memory: a client that has not used up what it was given gets the same again.
  if (*allocated != 0 && high(attempt.native.fsmo_info) < high(*allocated)) return EXOP_ERR_SUCCESS;
  const auto available = large_integer(attempt.tx, attempt.object, *pool);
  if (!available) return std::unexpected(available.error());
  const std::uint32_t first = low(*available);
  if (high(*available) <= first || high(*available) - first <= kRidBlock) return EXOP_ERR_RID_ALLOC;
  const std::uint32_t last = first + kRidBlock;
  const auto i64 = [](std::uint64_t value) { return i64_value(static_cast<std::int64_t>(value)); };
  const std::array<std::tuple<Dnt, Attid, NewValue>, 5> writes = {{
      {attempt.object, *pool, i64(pool_of(last + 1, high(*available)))},
      {rid_set, *allocation, i64(pool_of(first, last))},
      {rid_set, *previous, i64(0)},
      {rid_set, *next, u32_value(0)},
      {rid_set, *used, i64(0)},
  }};
  for (const auto& [dnt, attid, value] : writes)
    if (auto done = attempt.set(dnt, attid, value); !done) return std::unexpected(std::move(done.error()));
  return EXOP_ERR_SUCCESS;
}

Result<ExtendedWrites> allocate_rids(Attempt& attempt) {
  const auto object = attempt.tx.find(attempt.object);
  if (!object) return std::unexpected(object.error());
  const auto reference = attid_named(attempt.context, "rIDManagerReference");
  const auto managers = reference ? reference_targets(attempt.tx, *attempt.context.schema, (*object)->nc(), *reference)
                                  : Result<std::vector<Dnt>>(std::vector<Dnt>{});
  if (!managers) return std::unexpected(managers.error());
  if (managers->empty() || managers->front() != attempt.object) return attempt.ends(EXOP_ERR_MISMATCH);
  const auto owner = attempt.owner();
  if (!owner) return std::unexpected(owner.error());
  if (*owner == kNoDnt || *owner != attempt.self) return attempt.ends(EXOP_ERR_FSMO_NOT_OWNER);
  const auto computer = computer_of_dsa(attempt.tx, *attempt.context.schema, attempt.client);
  if (!computer) return std::unexpected(computer.error());
  if (*computer == kNoDnt) return attempt.ends(EXOP_ERR_FSMO_MISSING_SETTINGS);
  const auto rid_set = rid_set_of(attempt, *computer);
  if (!rid_set) return std::unexpected(rid_set.error());
  const auto allocated = allocate(attempt, *rid_set);
  if (!allocated) return std::unexpected(allocated.error());
  return attempt.ends(*allocated);
}

Bytes revealed_octets(const RevealedSecret& secret) {
  blobs::Whole<blobs::PROPERTY_META_DATA> whole;
  whole.value.attrTyp = secret.attid;
  whole.value.dwVersion = secret.stamp.version;
  whole.value.timeChanged = secret.stamp.time_changed;
  whole.value.uuidDsaOriginating = secret.stamp.uuid_originating;
  whole.value.usnOriginating = secret.stamp.usn_originating;
  return blobs::encode_whole(whole);
}

}  // namespace

bool writes(std::uint32_t extended_op) noexcept { return extended_op >= EXOP_FSMO_REQ_ROLE && extended_op <= EXOP_FSMO_ABANDON_ROLE; }

Result<ExtendedWrites> perform_extended_writes(const Context& context, WriteTransaction& transaction, const SourceCall& call,
                                               const DRS_MSG_GETCHGREQ& request) {
  auto native = transform_input(call.terms, *context.schema, request);
  if (!native) return std::unexpected(std::move(native.error()));
  Attempt attempt{context, transaction, std::move(*native)};
  const auto object = resolve(transaction, *context.schema, *attempt.native.nc);
  if (!object) return std::unexpected(object.error());
  if (*object == kNoDnt || attempt.native.destination.is_null()) return attempt.ends(EXOP_ERR_UPDATE_ERR);
  const auto client = resolve_guid(transaction, ObjectGuid{attempt.native.destination.value});
  if (!client) return std::unexpected(client.error());
  if (*client == kNoDnt) return attempt.ends(EXOP_ERR_UNKNOWN_CALLER);
  const auto self = resolve_guid(transaction, ObjectGuid{context.dsa.value});
  if (!self) return std::unexpected(self.error());
  attempt.object = *object;
  attempt.client = *client;
  attempt.self = *self;
  switch (attempt.native.extended_op) {
    case EXOP_FSMO_REQ_ROLE:
    case EXOP_FSMO_RID_REQ_ROLE:
    case EXOP_FSMO_REQ_PDC: return give_role(attempt);
    case EXOP_FSMO_ABANDON_ROLE: return abandon_role(attempt);
    case EXOP_FSMO_REQ_RID_ALLOC: return allocate_rids(attempt);
    default: return attempt.ends(EXOP_ERR_UNKNOWN_OP);
  }
}

Result<Updates> update_revealed_list(const Context& context, WriteTransaction& transaction, const DsaGuid& rodc,
                                     std::span<const RevealedSecret> revealed) {
  Updates updates;
  const auto list = attid_named(context, "msDS-RevealedUsers");
  const auto dsa = resolve_guid(transaction, ObjectGuid{rodc.value});
  if (!dsa) return std::unexpected(dsa.error());
  if (!list || *dsa == kNoDnt) return updates;
  const auto computer = computer_of_dsa(transaction, *context.schema, *dsa);
  if (!computer) return std::unexpected(computer.error());
  if (*computer == kNoDnt) return updates;
  for (const auto& secret : revealed) {
    // What was revealed of the same attribute before is superseded; a later stamp stays.
    std::vector<Modification> modifications;
    const auto walked = transaction.links(*computer, *list, [&](const store::LinkValue& link) {
      if (!link.is_present || link.key.target != secret.object) return true;
      const auto known = blobs::decode_whole<blobs::PROPERTY_META_DATA>("msDS-RevealedUsers", link.key.data);
      if (!known || known->value.attrTyp != secret.attid) return true;
      const store::AttributeStamp stamp{known->value.dwVersion, known->value.timeChanged, known->value.uuidDsaOriginating, known->value.usnOriginating};
      if (compare_attribute_stamps(stamp, secret.stamp) <= 0)
        modifications.push_back({ModifyOperation::kDelete, *list, {reference_value(secret.object, link.key.data)}});
      return true;
    });
    if (!walked) return std::unexpected(walked.error());
    modifications.push_back({ModifyOperation::kAdd, *list, {reference_value(secret.object, revealed_octets(secret))}});
    const auto changed = modify(transaction, context, *computer, modifications, kAsSystem);
    if (!changed) return std::unexpected(changed.error());
    updates.append(*changed);
  }
  return updates;
}

}  // namespace tributary::repl
