// SPDX-License-Identifier: Apache-2.0
// Names and records. [MS-DRSR] 5.50, 5.81; [MS-ADTS] 3.1.1.1.6, 6.1.1.4.
#include "repl/objects/names.hpp"

#include <algorithm>

#include "base/rdn.hpp"
#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/facts.hpp"
#include "schema/schema.hpp"
#include "schema/value_compare.hpp"

namespace tributary::repl {
namespace {

std::string dnt_text(Dnt dnt) { return "object " + std::to_string(static_cast<std::uint64_t>(dnt)) + " of the database"; }

Result<ObjectView> must_find(const Snapshot& snapshot, Dnt dnt) {
  auto found = snapshot.find(dnt);
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(win32::kErrorDsObjNotFound, dnt_text(dnt));
  return **found;
}

/// Its record has the whole DN as the RDN.
bool stands_alone(const ObjectView& object) noexcept { return is_phantom(object) || object.parent() == store::kRootDnt; }

auto too_deep(Dnt dnt) { return fail(win32::kErrorDsDatabaseError, dnt_text(dnt) + " lies too deep"); }

/// From an ancestor down: `rdns` is what is below it, the leaf first.
Result<Dnt> walk_down(const Snapshot& snapshot, Dnt from, std::span<const Rdn> rdns) {
  Dnt at = from;
  for (auto rdn = rdns.rbegin(); rdn != rdns.rend(); ++rdn) {
    const auto child = snapshot.find_child(at, rdn->value);
    if (!child || *child == kNoDnt) return child;
    const auto object = must_find(snapshot, *child);
    if (!object) return std::unexpected(object.error());
    if (object->rdn_type() != rdn->type) return kNoDnt;
    at = *child;
  }
  return at;
}

Result<Dnt> child_of_root(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn) {
  return snapshot.find_child(store::kRootDnt, format_dn(schema, dn));
}

}  // namespace

Result<std::string> dn_of(const Snapshot& snapshot, const schema::Schema& schema, Dnt dnt) {
  std::string dn;
  for (std::size_t depth = 0; dnt != store::kRootDnt; ++depth) {
    if (depth == kDnRdnsMax) return too_deep(dnt);
    const auto object = must_find(snapshot, dnt);
    if (!object) return std::unexpected(object.error());
    if (!dn.empty()) dn.push_back(',');
    if (stands_alone(*object)) return dn.append(object->rdn());
    dn += rdn_keyword(schema, object->rdn_type());
    dn.push_back('=');
    dn += quote_rdn_value(object->rdn());
    dnt = object->parent();
  }
  return dn;
}

Result<drsuapi::DSNAME> dsname_of(const Snapshot& snapshot, const schema::Schema& schema, Dnt dnt) {
  const auto dn = dn_of(snapshot, schema, dnt);
  if (!dn) return std::unexpected(dn.error());
  const auto object = must_find(snapshot, dnt);
  if (!object) return std::unexpected(object.error());
  const auto head = object->head();
  constexpr std::uint8_t kSubAuthoritiesInDsname = 5;
  const bool has_room = head.sid && head.sid->sub_authority_count <= kSubAuthoritiesInDsname;
  return drsuapi::make_dsname(*dn, head.guid.value, has_room ? head.sid : std::nullopt);
}

Result<Rdn> rdn_of(const schema::Schema& schema, const ObjectView& object) {
  if (!stands_alone(object)) return Rdn{object.rdn_type(), std::string(object.rdn())};
  auto dn = parse_dn(schema, object.rdn());
  if (!dn) return std::unexpected(dn.error());
  return dn->empty() ? Rdn{} : std::move(dn->front());
}

Result<Dnt> resolve_guid(const Snapshot& snapshot, const ObjectGuid& guid) {
  const auto dnt = snapshot.find_guid(guid);
  if (!dnt || *dnt == kNoDnt) return dnt;
  const auto object = must_find(snapshot, *dnt);
  if (!object) return std::unexpected(object.error());
  return is_phantom(*object) ? kNoDnt : *dnt;
}

Result<Dnt> resolve_dn(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn) {
  for (std::size_t cut = 0; cut < dn.size(); ++cut) {
    const auto root = child_of_root(snapshot, schema, dn.subspan(cut));
    if (!root) return root;
    if (*root == kNoDnt) continue;
    const auto found = walk_down(snapshot, *root, dn.first(cut));
    if (!found || *found != kNoDnt) return found;
  }
  return kNoDnt;
}

Result<Dnt> resolve_dn(const Snapshot& snapshot, const schema::Schema& schema, std::string_view dn) {
  const auto rdns = parse_dn(schema, dn);
  if (!rdns) return std::unexpected(rdns.error());
  return resolve_dn(snapshot, schema, *rdns);
}

Result<Dnt> resolve_sid(const Snapshot& snapshot, const Sid& sid) {
  if (!snapshot.has_index(attid::kObjectSid)) return fail(win32::kErrorNotSupported, "objectSid is not indexed");
  std::vector<Dnt> candidates;
  const auto form = schema::normal_form(schema::Syntax::kSid, encode_sid(sid));
  const auto scanned = snapshot.equal(attid::kObjectSid, form, [&](const Dnt& dnt) {
    candidates.push_back(dnt);
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  Dnt best = kNoDnt;
  for (const Dnt dnt : candidates) {
    const auto object = must_find(snapshot, dnt);
    if (!object) return std::unexpected(object.error());
    if (!is_deleted(*object)) return dnt;
    if (best == kNoDnt) best = dnt;
  }
  return best;
}

Result<Dnt> resolve(const Snapshot& snapshot, const schema::Schema& schema, const drsuapi::DSNAME& name) {
  if (!name.Guid.is_null()) return resolve_guid(snapshot, ObjectGuid{name.Guid});
  const auto dn = drsuapi::dsname_dn(name);
  if (!dn) return std::unexpected(dn.error());
  if (!dn->empty()) return resolve_dn(snapshot, schema, *dn);
  const auto sid = drsuapi::dsname_sid(name);
  return sid ? resolve_sid(snapshot, *sid) : Result<Dnt>(kNoDnt);
}

Result<Dnt> resolve_text(const Snapshot& snapshot, const schema::Schema& schema, std::string_view text) {
  const auto name = drsuapi::parse_dsname(text);
  if (!name) return std::unexpected(name.error());
  return resolve(snapshot, schema, *name);
}

Result<Dnt> nc_of(const Snapshot& snapshot, Dnt dnt) {
  const auto object = must_find(snapshot, dnt);
  if (!object) return std::unexpected(object.error());
  if (is_phantom(*object)) return kNoDnt;
  return is_subref(*object) ? dnt : object->nc();
}

Result<Dnt> nc_of_dn(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn) {
  for (std::size_t cut = 0; cut < dn.size(); ++cut) {
    const auto found = resolve_dn(snapshot, schema, dn.subspan(cut));
    if (!found) return found;
    if (*found == kNoDnt) continue;
    const auto object = must_find(snapshot, *found);
    if (!object) return std::unexpected(object.error());
    return is_subref(*object) ? kNoDnt : object->nc();
  }
  return kNoDnt;
}

Result<Place> place_of_nc_root(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn) {
  if (dn.empty()) return fail(win32::kErrorDsNameUnparseable, "an NC has a name");
  if (dn.size() > 1) {
    const auto parent = resolve_dn(snapshot, schema, dn.subspan(1));
    if (!parent) return std::unexpected(parent.error());
    if (*parent != kNoDnt) {
      const auto object = must_find(snapshot, *parent);
      if (!object) return std::unexpected(object.error());
      if (!is_subref(*object)) return Place{*parent, dn.front().value};
    }
  }
  return Place{store::kRootDnt, format_dn(schema, dn)};
}

Result<bool> is_self_or_descendant(const Snapshot& snapshot, Dnt below, Dnt above) {
  Dnt at = below;
  for (std::size_t depth = 0; at != kNoDnt; ++depth) {
    if (at == above) return true;
    if (at == store::kRootDnt) return false;
    if (depth == kDnRdnsMax) return too_deep(below);
    const auto object = must_find(snapshot, at);
    if (!object) return std::unexpected(object.error());
    at = object->parent();
  }
  return false;
}

Result<Dnt> well_known_object(const Snapshot& snapshot, Dnt nc, const WellKnownGuid& guid) {
  const auto root = must_find(snapshot, nc);
  if (!root) return std::unexpected(root.error());
  const auto attribute = root->find(attid::kWellKnownObjects);
  for (std::size_t i = 0; attribute && i < attribute->size(); ++i) {
    const auto value = attribute->value(i);
    if (!std::ranges::equal(store::reference_rest(value), guid)) continue;
    const Dnt dnt = store::reference_target(value);
    const auto object = must_find(snapshot, dnt);
    if (!object) return std::unexpected(object.error());
    return is_phantom(*object) ? kNoDnt : dnt;
  }
  return kNoDnt;
}

Result<std::vector<Dnt>> reference_targets(const Snapshot& snapshot, const schema::Schema& schema, Dnt source, Attid attid) {
  std::vector<Dnt> found;
  const auto* const attribute = schema.find_attribute(attid);
  if (attribute == nullptr) return found;
  if (attribute->is_forward_link()) {
    const auto walked = snapshot.links(source, attid, [&](const store::LinkValue& link) {
      if (link.is_present) found.push_back(link.key.target);
      return true;
    });
    if (!walked) return std::unexpected(walked.error());
    return found;
  }
  const auto object = snapshot.find(source);
  if (!object) return std::unexpected(object.error());
  const auto values = *object ? (*object)->find(attid) : std::nullopt;
  for (std::size_t i = 0; values && values->references() && i < values->size(); ++i) found.push_back(store::reference_target(values->value(i)));
  return found;
}

}  // namespace tributary::repl
