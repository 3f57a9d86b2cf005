// SPDX-License-Identifier: Apache-2.0
// Working out modifications. [MS-ADTS] 3.1.1.5.3.2, 3.1.1.5.3.3. Declared in modify_values.hpp.
#include "repl/updates/modify_values.hpp"

#include <algorithm>
#include <set>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/secret_values.hpp"
#include "repl/updates/checks.hpp"

namespace tributary::repl {
namespace {

/// The values of one attribute while modifications are applied to them.
struct Working {
  const schema::AttributeSchema* attribute = nullptr;
  std::vector<NewValue> values;
  std::vector<NewValue> original;
};

/// Secrets are compared in clear, and sealed again when the attribute is written.
Result<Working> begin_working(const Context& context, const ObjectView& object, const schema::AttributeSchema& attribute) {
  Working work;
  work.attribute = &attribute;
  const auto stored = object.find(attribute.attid);
  for (std::size_t i = 0; stored && i < stored->size(); ++i) {
    if (!is_kept_secret(attribute)) {
      work.values.push_back(stored_value(*stored, i));
      continue;
    }
    const auto clear = unseal_value(context, object.guid(), attribute, stored->value(i));
    if (!clear) return std::unexpected(clear.error());
    work.values.push_back(octets_value(clear->view()));
  }
  work.original = work.values;
  return work;
}

auto find_value(Working& work, const NewValue& value) {
  return std::ranges::find_if(work.values, [&](const NewValue& own) { return is_same_value(*work.attribute, own, value); });
}

Result<void> already_there(const schema::AttributeSchema& attribute, const ModifyOptions& options) {
  if (options.permissive) return {};
  return fail(win32::kErrorDsAttValAlreadyExists, attribute.ldap_display_name);
}
Result<void> not_there(const schema::AttributeSchema& attribute, const ModifyOptions& options) {
  if (options.permissive) return {};
  return fail(win32::kErrorDsCantRemMissingAttVal, attribute.ldap_display_name);
}
Result<void> empty_already(const schema::AttributeSchema& attribute, const ModifyOptions& options) {
  if (options.permissive) return {};
  return fail(win32::kErrorDsAttIsNotOnObj, attribute.ldap_display_name);
}

Result<void> apply(Working& work, const Modification& modification, const ModifyOptions& options) {
  if (modification.operation == ModifyOperation::kReplace) {
    work.values = modification.values;
    return {};
  }
  const bool adds = modification.operation == ModifyOperation::kAdd;
  if (!adds && modification.values.empty()) {
    if (work.values.empty()) return empty_already(*work.attribute, options);
    work.values.clear();
    return {};
  }
  for (const auto& value : modification.values) {
    const auto at = find_value(work, value);
    const bool is_there = at != work.values.end();
    if (adds && is_there)
      if (auto good = already_there(*work.attribute, options); !good) return good;
    if (adds && !is_there) work.values.push_back(value);
    if (!adds && !is_there)
      if (auto good = not_there(*work.attribute, options); !good) return good;
    if (!adds && is_there) work.values.erase(at);
  }
  return {};
}

/// The same for a forward link. Values are looked up one by one, so that a group of a million is not read to admit one more.
class WorkingLinks {
 public:
  WorkingLinks(const Snapshot& snapshot, const ObjectView& object, const schema::AttributeSchema& attribute, const ModifyOptions& options)
      : snapshot_(snapshot), source_(object.dnt()), attribute_(attribute), options_(options) {}

  Result<void> apply(const Modification& modification) {
    const bool adds = modification.operation == ModifyOperation::kAdd;
    if (modification.operation == ModifyOperation::kReplace || modification.values.empty()) return replace(modification);
    if (adds && attribute_.is_single_valued)
      if (auto good = drop(Drop::kHidden); !good) return good;
    for (const auto& value : modification.values) {
      const auto edit = edit_of(value);
      if (!edit) return std::unexpected(edit.error());
      const bool is_there = (*edit)->is_present && is_visible(**edit);
      if (is_there == adds) {
        if (auto good = adds ? already_there(attribute_, options_) : not_there(attribute_, options_); !good) return good;
        continue;
      }
      (*edit)->is_present = adds;
    }
    return {};
  }

  /// The edits that change something, and whether the attribute is left with more than one visible value.
  Result<void> finish(std::vector<LinkEdit>& into) {
    if (attribute_.is_single_valued) {
      if (auto good = load(); !good) return good;
      const auto left = std::ranges::count_if(edits_, [this](const auto& each) { return each.second.is_present && is_visible(each.second); });
      if (left > 1) return fail(win32::kErrorDsSingleValueConstraint, attribute_.ldap_display_name);
    }
    for (auto& [key, edit] : edits_)
      if (edit.is_present != was_present(edit)) into.push_back(std::move(edit));
    return {};
  }

 private:
  enum class Drop : std::uint8_t { kAll, kHidden };

  static bool was_present(const LinkEdit& edit) { return edit.existing && edit.existing->is_present; }
  /// What is made now is always seen.
  [[nodiscard]] bool is_visible(const LinkEdit& edit) const {
    return options_.show_deactivated_links || !was_present(edit) || !edit.existing->is_deactivated;
  }

  Result<LinkEdit*> edit_of(const NewValue& value) {
    const LinkKey key{source_, attribute_.attid, value.target, value.octets};
    if (const auto known = edits_.find(key); known != edits_.end()) return &known->second;
    auto existing = snapshot_.find_link(key);
    if (!existing) return std::unexpected(existing.error());
    const bool is_present = *existing && (*existing)->is_present;
    return &edits_.emplace(key, LinkEdit{key, std::move(*existing), is_present}).first->second;
  }

  Result<void> load() {
    auto all = link_values(snapshot_, source_, attribute_.attid);
    if (!all) return std::unexpected(all.error());
    for (auto& link : *all) edits_.try_emplace(link.key, LinkEdit{link.key, link, link.is_present});
    return {};
  }

  Result<void> drop(Drop which) {
    if (auto good = load(); !good) return good;
    for (auto& [key, edit] : edits_)
      if (which == Drop::kAll || !is_visible(edit)) edit.is_present = false;
    return {};
  }

  Result<void> replace(const Modification& modification) {
    if (auto good = load(); !good) return good;
    const bool had_any = std::ranges::any_of(edits_, [this](const auto& each) { return each.second.is_present && is_visible(each.second); });
    if (modification.operation == ModifyOperation::kDelete && !had_any) return empty_already(attribute_, options_);
    if (auto good = drop(Drop::kAll); !good) return good;
    for (const auto& value : modification.values) {
      const auto edit = edit_of(value);
      if (!edit) return std::unexpected(edit.error());
      (*edit)->is_present = true;
    }
    return {};
  }

  const Snapshot& snapshot_;
  Dnt source_;
  const schema::AttributeSchema& attribute_;
  const ModifyOptions& options_;
  std::map<LinkKey, LinkEdit> edits_;
};

Result<void> check_modification(const Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute, Dnt nc,
                                const Modification& modification, const ModifyOptions& options) {
  if (modification.operation == ModifyOperation::kDelete) return {};
  if (modification.operation == ModifyOperation::kAdd && modification.values.empty())
    return fail(win32::kErrorInvalidParameter, "nothing is to be added to " + attribute.ldap_display_name);
  return check_values(snapshot, schema, attribute, nc, modification.values, options.level);
}

/// 3.1.1.5.3.2: attributes that are not a client's to change, as far as the object alone says it.
Result<void> check_allowed(const ObjectView& object, const schema::AttributeSchema& attribute, CheckLevel level) {
  if (attribute.is_constructed()) return fail(win32::kErrorDsConstructedAttMod, attribute.ldap_display_name);
  const bool is_name = attribute.attid == attid::kName || attribute.attid == object.rdn_type();
  const bool is_fixed = is_name || attribute.attid == attid::kObjectGuid || attribute.attid == attid::kIsDeleted ||
                        attribute.attid == attid::kIsRecycled || attribute.attid == attid::kDistinguishedName;
  if (is_fixed) return fail(win32::kErrorDsCantModSystemOnly, attribute.ldap_display_name);
  const bool is_open = attribute.attid == attid::kObjectClass || attribute.attid == attid::kWellKnownObjects;
  if (level == CheckLevel::kClient && attribute.system_only && !is_open)
    return fail(win32::kErrorDsCantModSystemOnly, attribute.ldap_display_name);
  return {};
}

/// 3.1.1.5.3.2: a FSMO role is taken, never given away.
Result<void> check_role_owner(const Snapshot& snapshot, const Context& context, const Working& work) {
  if (work.attribute->attid != attid::kFsmoRoleOwner) return {};
  const auto own = resolve_guid(snapshot, ObjectGuid{context.dsa.value});
  if (!own) return std::unexpected(own.error());
  for (const auto& value : work.values)
    if (value.target != *own) return fail(win32::kErrorDsInvalidRoleOwner, "a role is taken, not given away");
  return {};
}

/// 3.1.1.5.3.5: the structural class stays (a user may become an inetOrgPerson and back); chains are completed and put in order.
Result<void> settle_object_class(const schema::Schema& schema, const ObjectView& object, Working& work) {
  if (work.attribute->attid != attid::kObjectClass) return {};
  std::vector<Attid> wanted;
  for (const auto& value : work.values) wanted.push_back(static_cast<Attid>(load_le<std::uint32_t>(value.octets.data())));
  const auto complete = schema.complete_object_class(wanted);
  if (!complete) return std::unexpected(complete.error());
  const auto* before = structural_class(schema, object);
  const auto* after = schema.structural_class(*complete);
  const auto is_person = [&](const schema::ClassSchema* each) {
    return each != nullptr && (each->ldap_display_name == "user" || each->ldap_display_name == "inetOrgPerson");
  };
  if (before != after && !(is_person(before) && is_person(after)))
    return fail(win32::kErrorDsIllegalModOperation, "the structural class of an object does not change");
  work.values.clear();
  for (const Attid each : *complete) work.values.push_back(u32_value(static_cast<std::uint32_t>(each)));
  return {};
}

}  // namespace

Result<ModifyPlan> plan_modifications(const Snapshot& snapshot, const Context& context, const ObjectView& object,
                                      std::span<const Modification> modifications, const ModifyOptions& options) {
  const auto& schema = *context.schema;
  std::map<Attid, Working> working;
  std::map<Attid, WorkingLinks> links;
  for (const auto& modification : modifications) {
    const auto attribute = check_attribute(schema, modification.attid);
    if (!attribute) return std::unexpected(attribute.error());
    if (auto good = check_allowed(object, **attribute, options.level); !good) return std::unexpected(good.error());
    if (auto good = check_modification(snapshot, schema, **attribute, object.nc(), modification, options); !good)
      return std::unexpected(good.error());
    Result<void> applied;
    if ((*attribute)->is_forward_link()) {
      applied = links.try_emplace(modification.attid, snapshot, object, **attribute, options).first->second.apply(modification);
    } else {
      if (!working.contains(modification.attid)) {
        auto begun = begin_working(context, object, **attribute);
        if (!begun) return std::unexpected(std::move(begun.error()));
        working.emplace(modification.attid, std::move(*begun));
      }
      applied = repl::apply(working.at(modification.attid), modification, options);
    }
    if (!applied) return std::unexpected(applied.error());
  }
  ModifyPlan plan;
  for (auto& [attid, work] : working) {
    if (auto good = settle_object_class(schema, object, work); !good) return std::unexpected(good.error());
    if (auto good = check_role_owner(snapshot, context, work); !good) return std::unexpected(good.error());
    if (work.attribute->is_single_valued && work.values.size() > 1)
      return fail(win32::kErrorDsSingleValueConstraint, work.attribute->ldap_display_name);
    if (work.values == work.original) continue;
    plan.urgent = plan.urgent || is_urgent_attribute(attid);
    plan.attributes.emplace(attid, std::move(work.values));
  }
  for (auto& [attid, work] : links) {
    const auto before = plan.links.size();
    if (auto good = work.finish(plan.links); !good) return std::unexpected(good.error());
    const auto& attribute = *schema.find_attribute(attid);
    const bool raises_stamp = plan.links.size() > before && !has_own_stamps(context, attribute) && attribute.is_replicated();
    if (raises_stamp) plan.legacy_links.push_back(attid);
  }
  return plan;
}

namespace {

std::vector<Attid> classes_in(store::ObjectDraft& draft) {
  std::vector<Attid> classes;
  const auto* attribute = draft.find(attid::kObjectClass);
  for (std::size_t i = 0; attribute != nullptr && i < attribute->values.size(); ++i)
    if (attribute->values[i].size() == 4) classes.push_back(static_cast<Attid>(load_le<std::uint32_t>(attribute->values[i].data())));
  return classes;
}

}  // namespace

void apply_to_draft(ObjectEditor& editor, const ModifyPlan& plan) {
  for (const auto& [attid, values] : plan.attributes) editor.set(attid, values);
  for (const Attid attid : plan.legacy_links) editor.begin(attid);
}

void apply_to_links(WriteTransaction& tx, const Context& context, const Originator& by, const ModifyPlan& plan) {
  for (const auto& edit : plan.links) {
    const auto* attribute = context.schema->find_attribute(edit.key.attid);
    write_link(tx, by, attribute != nullptr && has_own_stamps(context, *attribute), edit.key, edit.existing, edit.is_present);
  }
}

Result<void> check_changed_content(const Snapshot& snapshot, const schema::Schema& schema, ObjectEditor& editor, const ModifyPlan& plan) {
  if (plan.attributes.contains(attid::kObjectClass)) return check_whole_content(snapshot, schema, editor, plan);
  const auto rules = schema.content_rules(classes_in(editor.draft()));
  const auto judge = [&](Attid attid, bool has_values) -> Result<void> {
    const auto name = [&] { return schema.find_attribute(attid)->ldap_display_name; };
    if (has_values && !rules.allows(attid)) return fail(win32::kErrorDsAttNotDefForClass, name());
    const bool is_wanted = std::ranges::binary_search(rules.must_contain, attid);
    if (!has_values && is_wanted) return fail(win32::kErrorDsMissingRequiredAtt, name());
    return {};
  };
  for (const auto& [attid, values] : plan.attributes)
    if (auto good = judge(attid, !values.empty()); !good) return good;
  for (const auto& edit : plan.links)
    if (edit.is_present)
      if (auto good = judge(edit.key.attid, true); !good) return good;
  const bool takes_a_must = std::ranges::any_of(
      plan.links, [&](const LinkEdit& edit) { return !edit.is_present && std::ranges::binary_search(rules.must_contain, edit.key.attid); });
  return takes_a_must ? check_whole_content(snapshot, schema, editor, plan) : Result<void>();
}

Result<void> check_whole_content(const Snapshot& snapshot, const schema::Schema& schema, ObjectEditor& editor, const ModifyPlan& plan) {
  std::set<Attid> present;
  for (const auto& attribute : editor.draft().attributes())
    if (!attribute.values.empty()) present.insert(attribute.attid);
  std::set<LinkKey> going;
  for (const auto& edit : plan.links) {
    if (edit.is_present) present.insert(edit.key.attid);
    if (!edit.is_present) going.insert(edit.key);
  }
  const auto scan = snapshot.links(editor.draft().dnt, Attid{}, [&](const LinkValue& link) {
    if (link.is_present && !going.contains(link.key)) present.insert(link.key.attid);
    return true;
  });
  if (!scan) return scan;
  return check_content(schema, classes_in(editor.draft()), std::vector<Attid>(present.begin(), present.end()));
}

}  // namespace tributary::repl
