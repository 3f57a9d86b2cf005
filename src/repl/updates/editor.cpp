// SPDX-License-Identifier: Apache-2.0
// Stamps of originating updates. [MS-ADTS] 3.1.1.1.9, 3.1.1.5.1.5, 3.1.1.5.1.7; [MS-DRSR] 5.160, 5.199.
#include "repl/updates/editor.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/secret_values.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {

ObjectEditor::ObjectEditor(WriteTransaction& tx, const Context& context)
    : tx_(tx), context_(context), by_{context.invocation_id, tx.next_usn(), context.ds_now()} {}

ObjectEditor::ObjectEditor(WriteTransaction& tx, const Context& context, const ObjectView& object)
    : tx_(tx), context_(context), draft_(object) {
  draft_.keep_all();
  by_ = {context.invocation_id, tx.next_usn(), context.ds_now()};
}

bool ObjectEditor::is_stamped(const store::AttributeDraft& attribute) const {
  if (attribute.stamp) return true;
  const auto* definition = schema().find_attribute(attribute.attid);
  return definition != nullptr && definition->is_replicated();
}

void ObjectEditor::stamp(store::AttributeDraft& attribute) {
  if (is_stamped(attribute)) attribute.stamp = originating_stamp(attribute.stamp, by_);
  attribute.usn_local = by_.usn;
}

const schema::AttributeSchema* ObjectEditor::sealed_attribute(Attid attid) const {
  const auto* const definition = context_.sealer ? schema().find_attribute(attid) : nullptr;
  return definition != nullptr && is_kept_secret(*definition) ? definition : nullptr;
}

ByteView ObjectEditor::keep(const store::AttributeDraft& attribute, const NewValue& value) {
  if (attribute.references) return draft_.keep_reference(value.target, value.octets);
  if (sealed_attribute(attribute.attid) == nullptr) return draft_.keep(value.octets);
  auto sealed = seal_value(context_, draft_.head.guid, attribute.attid, value.octets);
  if (sealed) return draft_.keep(*sealed);
  failure_ = std::move(sealed.error());
  return {};
}

/// Two stored forms of one secret are never equal.
bool ObjectEditor::is_same(const store::AttributeDraft& attribute, ByteView stored, const NewValue& value) {
  const auto* const secret = sealed_attribute(attribute.attid);
  if (secret == nullptr) return std::ranges::equal(stored, keep(attribute, value));
  const auto clear = unseal_value(context_, draft_.head.guid, *secret, stored);
  return clear && std::ranges::equal(clear->view(), value.octets);
}

store::AttributeDraft& ObjectEditor::begin(Attid attid) {
  auto& attribute = draft_.attribute(attid);
  const auto* definition = schema().find_attribute(attid);
  attribute.references = definition != nullptr && schema::is_reference(definition->syntax);
  attribute.values.clear();
  stamp(attribute);
  return attribute;
}

void ObjectEditor::set(Attid attid, std::span<const NewValue> values) {
  auto& attribute = begin(attid);
  for (const auto& value : values) attribute.values.push_back(keep(attribute, value));
  if (values.empty() && !attribute.stamp) draft_.remove(attid);
}

void ObjectEditor::ensure(Attid attid, const NewValue& value) {
  const auto* attribute = draft_.find(attid);
  const bool is_there = attribute != nullptr && attribute->values.size() == 1 && is_same(*attribute, attribute->values[0], value);
  if (!is_there) set(attid, value);
}

void ObjectEditor::add(Attid attid, const NewValue& value) {
  if (!has_values(attid)) return set(attid, value);
  auto& attribute = draft_.attribute(attid);
  attribute.values.push_back(keep(attribute, value));
  stamp(attribute);
}

void ObjectEditor::clear(Attid attid) {
  auto* attribute = draft_.find(attid);
  if (attribute == nullptr || attribute->values.empty()) return;
  if (!is_stamped(*attribute)) return draft_.remove(attid);
  attribute->values.clear();
  stamp(*attribute);
}

void ObjectEditor::touch(Attid attid) {
  if (auto* attribute = draft_.find(attid); attribute != nullptr) stamp(*attribute);
}

void ObjectEditor::set_name(Attid rdn_type, std::string_view value) {
  const auto text = text_value(value);
  draft_.rdn_type = rdn_type;
  draft_.rdn = value;
  set(attid::kName, text);
  if (!std::ranges::equal(first(rdn_type), text.octets)) set(rdn_type, text);
}

bool ObjectEditor::has_values(Attid attid) {
  const auto* attribute = draft_.find(attid);
  return attribute != nullptr && !attribute->values.empty();
}

ByteView ObjectEditor::first(Attid attid) {
  const auto* attribute = draft_.find(attid);
  return attribute == nullptr || attribute->values.empty() ? ByteView{} : attribute->values.front();
}

Result<ObjectUpdate> ObjectEditor::put() {
  if (failure_) return std::unexpected(*failure_);
  draft_.head.usn_changed = by_.usn;
  draft_.head.when_changed = by_.now;
  const auto dnt = tx_.put(draft_);
  if (!dnt) return std::unexpected(dnt.error());
  if (auto good = settle(tx_); !good) return std::unexpected(good.error());
  const bool is_root = has(draft_.head.flags, store::ObjectFlags::kNcRoot);
  return ObjectUpdate{*dnt, is_root ? *dnt : draft_.head.nc, by_.usn};
}

Result<void> settle(const WriteTransaction& tx) {
  if (tx.failure()) return std::unexpected(*tx.failure());
  return {};
}

Result<ObjectView> find_object(const Snapshot& snapshot, Dnt dnt, Win32 code) {
  auto found = snapshot.find(dnt);
  if (!found) return std::unexpected(found.error());
  if (!*found || has((*found)->flags(), store::ObjectFlags::kPhantom)) return fail(code, "there is no such object");
  return **found;
}

bool is_urgent(const schema::Schema& schema, std::span<const Attid> object_class, UpdateKind kind) {
  const auto is = [&](Attid wanted) {
    return std::ranges::any_of(object_class, [&](Attid own) { return own == wanted || schema.is_subclass(own, wanted); });
  };
  if (is(class_id::kAttributeSchema) || is(class_id::kClassSchema) || is(class_id::kSecret) || is(class_id::kRidManager)) return true;
  if (kind != UpdateKind::kAdd && kind != UpdateKind::kDelete) return false;
  return is(class_id::kNtdsDsa) || is(class_id::kCrossRef);
}

bool is_urgent_attribute(Attid attid) noexcept {
  return attid == attid::kPwdLastSet || attid == attid::kUserAccountControl || attid == attid::kLockoutTime;
}

}  // namespace tributary::repl
