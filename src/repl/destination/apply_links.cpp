// SPDX-License-Identifier: Apache-2.0
// The link phase of a page: ProcessLinkValue ([MS-DRSR] 4.1.10.6.14). Declared in page_applier.hpp.
#include <algorithm>

#include "base/win32.hpp"
#include "repl/destination/deleted_objects.hpp"
#include "repl/destination/page_applier.hpp"
#include "repl/objects/facts.hpp"
#include "repl/state/conflicts.hpp"

namespace tributary::repl {

using namespace drsuapi;

Result<void> PageApplier::links(const ndr::Seq<REPLVALINF_V3>& list) {
  source_name_ = nullptr;
  for (const auto& entry : list) {
    if (auto processed = process_link_value(entry); !processed) {
      auto error = std::move(processed.error());
      error.detail += "; link of " + tributary::to_string(entry.pObject->Guid);
      return std::unexpected(std::move(error));
    }
    if (tx_.failure()) return std::unexpected(*tx_.failure());
  }
  return {};
}

Result<PageApplier::LinkEnd> PageApplier::link_end(const DsnameView& name) {
  if (const auto known = ends_.find(name.guid); known != ends_.end()) return known->second;
  LinkEnd end;
  const auto dnt = values_.find(tx_, name);
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == kNoDnt) return end;  // not kept: it may be made
  const auto object = tx_.find(*dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object) return end;
  end.dnt = *dnt;
  end.is_phantom = is_phantom(**object);
  end.is_deleted = is_deleted(**object);
  end.undeleted = undeletion_time(**object, context_.rules).value_or(DsTime{});
  end.is_dead = context_.rules.recycle_bin ? is_recycled(**object) : end.is_deleted;
  ends_.emplace(name.guid, end);
  return end;
}

/// The object that has the value. False: it is dead, and takes no values any more.
Result<bool> PageApplier::find_source(const REPLVALINF_V3& entry) {
  const bool is_same = source_name_ != nullptr && (entry.pObject.get() == source_name_ || entry.pObject->Guid == source_guid_);
  if (!is_same) {
    const auto end = link_end(view_of(*entry.pObject));
    if (!end) return std::unexpected(end.error());
    source_ = *end;
    source_name_ = entry.pObject.get();
    source_guid_ = entry.pObject->Guid;
  }
  if (source_.dnt == kNoDnt || source_.is_phantom) return fail(win32::kErrorDsDraMissingParent, "the object of a link value is not here");
  if (!source_.is_dead) return true;
  if (terms_.with_ancestors) return false;
  return fail(win32::kErrorDsDraMissingParent, "the object of a link value is deleted here");
}

/// Whether a name that has no object here is one of this NC: its nearest ancestor that is here tells.
Result<bool> PageApplier::belongs_to_nc(const DsnameView& name) {
  const auto dn = dn_text(name.name);
  if (!dn) return false;
  const auto rdns = parse_dn(*context_.schema, *dn);
  if (!rdns) return false;
  for (std::size_t cut = 1; cut < rdns->size(); ++cut) {
    const auto ancestor = resolve_dn(tx_, *context_.schema, std::span(*rdns).subspan(cut));
    if (!ancestor) return std::unexpected(ancestor.error());
    if (*ancestor == kNoDnt) continue;
    const auto object = tx_.find(*ancestor);
    if (!object) return std::unexpected(object.error());
    return *object && (*object)->nc() == terms_.nc_root && !is_subref(**object);
  }
  return false;
}

/// The object that the value names. False: it is dead, and the value with it.
/// DEVIATION: the pseudocode takes a target for granted. One of this NC that is not here has to come first, as a dead one may turn out to
/// be alive: ask for targets. If it does not come then either, the value leads to nothing and the page is refused. Targets in other NCs
/// become phantoms, and so do all when the source is too old to be asked.
Result<bool> PageApplier::find_target(const DsnameView& name, LinkEnd& target) {
  const auto end = link_end(name);
  if (!end) return std::unexpected(end.error());
  target = *end;
  if (target.dnt != kNoDnt && !target.is_phantom) {
    if (!target.is_dead) return true;
    if (terms_.with_targets) return false;
    return fail(win32::kErrorDsDraRecycledTarget, "the target of a link value is deleted here");
  }
  const auto is_here = belongs_to_nc(name);
  if (!is_here) return std::unexpected(is_here.error());
  if (*is_here && !terms_.targets_come_later) return fail(win32::kErrorDsDraRecycledTarget, "the target of a link value is not here");
  if (target.dnt != kNoDnt) return true;
  const auto dnt = values_.refer(tx_, name);
  if (!dnt) return std::unexpected(dnt.error());
  target.dnt = *dnt;
  target.is_phantom = true;
  ends_[name.guid] = target;
  return true;
}

/// DEVIATION: uSNChanged and whenChanged of the object stay, unlike in 4.1.10.8.4: the value has its own place in the index of changes, and a
/// group is not written for each of its members.
Result<void> PageApplier::process_link_value(const REPLVALINF_V3& entry) {
  const auto takes_values = find_source(entry);
  if (!takes_values) return std::unexpected(takes_values.error());
  const auto* const schema = values_.attribute(entry.attrTyp);
  if (schema == nullptr || !schema->is_forward_link() || !schema->is_replicated())
    return fail(win32::kErrorDsDraSchemaMismatch, "a link value of an attribute that is no link here");
  const auto reference = read_reference(schema->syntax, entry.Aval.pVal.span());
  if (!reference) return std::unexpected(reference.error());
  if (reference->target.guid.is_null()) return fail(win32::kErrorDsInvalidAttributeSyntax, "a link value without a GUID");
  if (!*takes_values) return ++figures_.links_unchanged, Result<void>{};

  const auto target = link_end(reference->target);
  if (!target) return std::unexpected(target.error());
  store::LinkValue link;
  link.key = {source_.dnt, schema->attid, target->dnt, to_bytes(reference->rest)};
  link.stamp = link_stamp_from_wire(entry.MetaData).stamp;
  std::optional<store::LinkValueStamp> local;
  if (target->dnt != kNoDnt) {
    const auto here = tx_.find_link(link.key);
    if (!here) return std::unexpected(here.error());
    if (*here && !(*here)->legacy) local = (*here)->stamp;
  }
  if (resolve_link_value(local, link.stamp) == Winner::kLocal) return ++figures_.links_unchanged, Result<void>{};

  LinkEnd end;
  const auto is_wanted = find_target(reference->target, end);
  if (!is_wanted) return std::unexpected(is_wanted.error());
  const auto is_older = [&](DsTime undeleted) { return link.stamp.stamp.time_changed < undeleted; };
  if (!*is_wanted || is_older(source_.undeleted) || is_older(end.undeleted)) return ++figures_.links_unchanged, Result<void>{};
  link.key.target = end.dnt;
  link.is_present = entry.fIsPresent != 0;
  if (!link.is_present) link.time_deleted = context_.ds_now();
  link.is_deactivated = link.is_present && (source_.is_deleted || end.is_deleted);
  link.usn_local = tx_.next_usn();
  tx_.put_link(link);
  ++figures_.links_changed;
  return {};
}

}  // namespace tributary::repl
