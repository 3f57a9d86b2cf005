// SPDX-License-Identifier: Apache-2.0
// Protected objects. [MS-ADTS] 3.1.1.5.5.3, 3.1.1.5.5.5. Declared in protected_objects.hpp.
#include "repl/updates/protected_objects.hpp"

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/editor.hpp"

namespace tributary::repl {
namespace {

/// The first object that a reference attribute names, or kNoDnt.
Dnt first_target(const ObjectView& object, Attid attid) {
  const auto value = object.first(attid);
  return value ? store::reference_target(*value) : kNoDnt;
}

/// Of a linked attribute: the first present value.
Result<Dnt> first_link(const Snapshot& snapshot, Dnt source, Attid attid) {
  Dnt target = kNoDnt;
  const auto scan = snapshot.links(source, attid, [&](const store::LinkValue& link) {
    if (link.is_present) target = link.key.target;
    return target == kNoDnt;
  });
  if (!scan) return std::unexpected(scan.error());
  return target;
}

Result<Dnt> referent(const Snapshot& snapshot, const schema::Schema& schema, Dnt dnt, Attid attid) {
  if (dnt == kNoDnt) return kNoDnt;
  const auto* attribute = schema.find_attribute(attid);
  if (attribute != nullptr && attribute->is_forward_link()) return first_link(snapshot, dnt, attid);
  const auto object = snapshot.find(dnt);
  if (!object) return std::unexpected(object.error());
  return *object ? first_target(**object, attid) : kNoDnt;
}

/// The rIDSet object of this DC: serverReference of the server object above our nTDSDSA names the DC's account, which names it.
Result<Dnt> rid_set(const Snapshot& snapshot, const schema::Schema& schema, Dnt dsa) {
  const auto object = find_object(snapshot, dsa, win32::kErrorDsCantFindDsaObj);
  if (!object) return std::unexpected(object.error());
  const auto account = referent(snapshot, schema, object->parent(), attid::kServerReference);
  if (!account) return account;
  return referent(snapshot, schema, *account, attid::kRidSetReferences);
}

Result<void> check_not_above(const Snapshot& snapshot, Dnt object, Dnt protected_one, Win32 code) {
  if (protected_one == kNoDnt) return {};
  const auto above = is_self_or_descendant(snapshot, protected_one, object);
  if (!above) return std::unexpected(above.error());
  return *above ? fail(code, "this DSA needs it") : Result<void>();
}

/// Some other crossRef beside this one is of an NC below the NC.
Result<bool> has_nc_below(const Snapshot& snapshot, const ObjectView& cross_ref, Dnt nc) {
  bool found = false;
  std::optional<Error> error;
  const auto scan = snapshot.children(cross_ref.parent(), [&](const Dnt& child) {
    const auto other = snapshot.find(child);
    if (!other) error = other.error();
    if (error || !*other || is_deleted(**other)) return !error;
    const Dnt other_nc = first_target(**other, attid::kNcName);
    if (other_nc == kNoDnt || other_nc == nc) return true;
    const auto target = snapshot.find(other_nc);
    if (!target) error = target.error();
    if (error || !*target || is_phantom(**target)) return !error;
    const auto below = is_self_or_descendant(snapshot, other_nc, nc);
    if (!below) error = below.error();
    found = below && *below;
    return !error && !found;
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(*error);
  return found;
}

Result<void> check_cross_ref(const Snapshot& snapshot, const schema::Schema& schema, const ObjectView& object) {
  if (!is_instance_of(schema, object, class_id::kCrossRef)) return {};
  const Dnt nc = first_target(object, attid::kNcName);
  const auto replica = nc == kNoDnt ? Result<std::optional<store::NcReplica>>() : snapshot.nc_replica(nc);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica || !(*replica)->writable) return {};
  const auto kind = nc_kind(snapshot, schema, nc);
  if (!kind) return std::unexpected(kind.error());
  if (*kind == NcKind::kApplication) return {};
  const auto parent = find_object(snapshot, object.parent(), win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  const auto* partitions = schema.find_class("crossRefContainer");
  if (partitions == nullptr || !is_instance_of(schema, *parent, partitions->attid)) return fail(win32::kErrorDsCantDelMasterCrossref);
  const auto below = has_nc_below(snapshot, object, nc);
  if (!below) return std::unexpected(below.error());
  return fail(*below ? win32::kErrorDsCantOnNonLeaf : win32::kErrorDsNcStillHasDsas, "the crossRef of an NC that is held here");
}

}  // namespace

Result<void> check_not_protected(const Snapshot& snapshot, const Context& context, const ObjectView& object) {
  const auto dsa = resolve_guid(snapshot, ObjectGuid{context.dsa.value});
  if (!dsa) return std::unexpected(dsa.error());
  if (*dsa != kNoDnt) {
    if (auto good = check_not_above(snapshot, object.dnt(), *dsa, win32::kErrorDsCantDeleteDsaObj); !good) return good;
    const auto rids = rid_set(snapshot, *context.schema, *dsa);
    if (!rids) return std::unexpected(rids.error());
    if (auto good = check_not_above(snapshot, object.dnt(), *rids, win32::kErrorDsCantDelete); !good) return good;
  }
  return check_cross_ref(snapshot, *context.schema, object);
}

}  // namespace tributary::repl
