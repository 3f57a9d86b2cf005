// SPDX-License-Identifier: Apache-2.0
// See tree_writer.hpp.
#include "service/forest/tree_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/modify.hpp"

namespace tributary::service {

using repl::AddRequest;
using repl::NewAttribute;
using repl::NewValue;
using store::Dnt;
using store::kNoDnt;

namespace {

constexpr std::string_view kObjectClass = "objectClass";
constexpr std::string_view kObjectSid = "objectSid";
constexpr std::string_view kSddl = "sddl";

std::string folded(std::string_view dn) {
  std::string key(dn);
  std::ranges::transform(key, key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return key;
}

std::string_view value_of_rdn(std::string_view dn) {
  const auto rdn = split_dn(dn).first;
  return rdn.substr(rdn.find('=') + 1);
}

Result<std::optional<Sid>> sid_of(const TreeObject& object) {
  const auto text = object.first(kObjectSid);
  if (text.empty()) return std::optional<Sid>();
  const auto sid = parse_sid(text);
  if (!sid) return std::unexpected(sid.error());
  return std::optional(*sid);
}

/// After '+' ACEs beside those of the class's DACL.
std::string whole_sddl(const schema::ClassSchema& object_class, std::string_view sddl) {
  if (!sddl.starts_with('+')) return std::string(sddl);
  std::string whole = object_class.default_security_descriptor;
  const auto sacl = whole.rfind(")S:");
  whole.insert(sacl == std::string::npos ? whole.size() : sacl + 1, sddl.substr(1));
  return whole;
}

/// What the text says of a container that comes with an NC.
const TreeObject* find_in(std::span<const TreeObject> objects, std::string_view dn) {
  const auto at = std::ranges::find_if(objects, [&](const TreeObject& each) { return folded(each.dn) == folded(dn); });
  return at == objects.end() ? nullptr : &*at;
}

}  // namespace

TreeWriter::TreeWriter(store::WriteTransaction& tx, const repl::Context& context, std::string schema_nc, Describe describe)
    : tx_(tx), context_(context), schema_nc_(std::move(schema_nc)), describe_(std::move(describe)) {}

TreeWriter::Known& TreeWriter::known(std::string_view dn) {
  auto& entry = known_[folded(dn)];
  if (entry.guid.is_null()) entry.guid = context_.new_guid();
  return entry;
}

void TreeWriter::plan(std::string_view dn, const ObjectGuid& guid) {
  auto& entry = known(dn);
  if (entry.dnt == kNoDnt) entry.guid = guid;
}

Dnt TreeWriter::find(std::string_view dn) const {
  if (const auto at = known_.find(folded(dn)); at != known_.end() && at->second.dnt != kNoDnt) return at->second.dnt;
  return repl::resolve_dn(tx_, *context_.schema, dn).value_or(kNoDnt);
}

Result<const schema::ClassSchema*> TreeWriter::class_of(const TreeObject& object) const {
  const auto* object_class = context_.schema->find_class(object.first(kObjectClass));
  if (object_class == nullptr) return fail(win32::kErrorInvalidData, fmt::format("{}: its class is unknown", object.dn));
  return object_class;
}

Result<std::vector<NewAttribute>> TreeWriter::attributes_of(const TreeObject& object) {
  const auto& schema = *context_.schema;
  std::vector<NewAttribute> attributes;
  TreeObject later{object.dn, {}};
  for (const auto& [name, text] : object.values) {
    if (name == kObjectClass || name == kObjectSid || name == kSddl) continue;
    const auto* attribute = schema.find_attribute(name);
    if (attribute == nullptr) return fail(win32::kErrorInvalidData, fmt::format("{}: {} is no attribute", object.dn, name));
    bool is_missing = false;
    auto value = value_of_text(schema, *attribute, text, [&](schema::Syntax, std::string_view dn, const Bytes& rest) -> Result<NewValue> {
      is_missing = find(dn) == kNoDnt;
      return repl::reference_value(find(dn), rest);
    });
    if (!value) return std::unexpected(value.error());
    if (is_missing) {
      later.values.emplace_back(name, text);
      continue;
    }
    auto at = std::ranges::find(attributes, attribute->attid, &NewAttribute::attid);
    if (at == attributes.end()) at = attributes.insert(at, {attribute->attid, {}});
    at->values.push_back(std::move(*value));
  }
  if (!later.values.empty()) waiting_.push_back(std::move(later));
  return attributes;
}

Result<void> TreeWriter::complete(std::vector<NewAttribute>& attributes, const TreeObject& object, const schema::ClassSchema& object_class, Dnt parent) {
  TreeObject common{object.dn, {{"objectCategory", fmt::format("CN={},{}", object_class.default_object_category, schema_nc_)}}};
  auto category = attributes_of(common);
  if (!category) return std::unexpected(category.error());
  attributes.insert(attributes.end(), category->begin(), category->end());
  if (!describe_) return {};
  auto descriptor = describe_(tx_, parent, object_class, whole_sddl(object_class, object.first(kSddl)));
  if (!descriptor) return std::unexpected(descriptor.error());
  attributes.push_back({repl::attid::kNtSecurityDescriptor, {repl::octets_value(*descriptor)}});
  return {};
}

Result<Dnt> TreeWriter::create(const TreeObject& object, AddRequest request) {
  const auto object_class = class_of(object);
  if (!object_class) return std::unexpected(object_class.error());
  const auto attributes = attributes_of(object);
  const auto sid = sid_of(object);
  if (!attributes || !sid) return std::unexpected(attributes ? sid.error() : attributes.error());
  request.parent = find(split_dn(object.dn).second);
  if (request.parent == kNoDnt) return fail(win32::kErrorDsNoParentObject, object.dn);
  request.rdn = value_of_rdn(object.dn);
  auto& entry = known(object.dn);
  request.guid = entry.guid;
  request.sid = *sid;
  request.attributes.insert(request.attributes.end(), attributes->begin(), attributes->end());
  request.attributes.push_back({repl::attid::kObjectClass, {repl::u32_value(static_cast<std::uint32_t>((*object_class)->attid))}});
  if (auto good = complete(request.attributes, object, **object_class, request.parent); !good) return std::unexpected(good.error());
  const auto made = repl::add(tx_, context_, request, repl::CheckLevel::kReplica);
  if (!made) return fail(made.error().code, fmt::format("{}: {}", object.dn, made.error().detail));
  entry.dnt = made->dnt;
  updates_.append(made->updates);
  return made->dnt;
}

Result<repl::NcCreation> TreeWriter::create_nc(const TreeObject& root, repl::NcKind kind, std::span<const TreeObject> containers) {
  const auto object_class = class_of(root);
  if (!object_class) return std::unexpected(object_class.error());
  auto attributes = attributes_of(root);
  const auto sid = sid_of(root);
  if (!attributes || !sid) return std::unexpected(attributes ? sid.error() : attributes.error());
  if (auto good = complete(*attributes, root, **object_class, kNoDnt); !good) return std::unexpected(good.error());
  auto& entry = known(root.dn);
  const repl::NcRequest request{root.dn, kind, entry.guid, *sid, std::move(*attributes), {}};
  auto creation = repl::create_nc(tx_, context_, request, repl::CheckLevel::kReplica);
  if (!creation) return fail(creation.error().code, fmt::format("{}: {}", root.dn, creation.error().detail));
  entry.dnt = creation->root;
  updates_.append(creation->updates);
  if (auto good = adopt_containers(root, *creation, containers); !good) return std::unexpected(good.error());
  return creation;
}

/// The containers that come with an NC: they are known by their names from now on, and get what every object of ours has.
Result<void> TreeWriter::adopt_containers(const TreeObject& root, const repl::NcCreation& creation, std::span<const TreeObject> texts) {
  std::vector<Dnt> children;
  const auto scan = tx_.children(creation.root, [&](const Dnt& child) { return children.push_back(child), true; });
  if (!scan) return scan;
  for (const Dnt child : children) {
    const auto object = repl::find_object(tx_, child, win32::kErrorDsObjNotFound);
    if (!object) return std::unexpected(object.error());
    if (repl::is_nc_root(*object) || repl::is_subref(*object)) continue;
    TreeObject container{fmt::format("CN={},{}", object->rdn(), root.dn), {}};
    if (const auto* text = find_in(texts, container.dn)) container.values = text->values;
    auto& entry = known(container.dn);
    entry = {child, object->guid()};
    const auto* object_class = repl::structural_class(*context_.schema, *object);
    const bool has_category = object->first(repl::attid::kObjectCategory).has_value();  // the schema was there
    auto attributes = attributes_of(container);
    if (!attributes) return std::unexpected(attributes.error());
    if (auto good = complete(*attributes, container, *object_class, creation.root); !good) return good;
    if (has_category) std::erase_if(*attributes, [](const NewAttribute& each) { return each.attid == repl::attid::kObjectCategory; });
    if (attributes->empty()) continue;
    if (auto good = write(child, *attributes); !good) return good;
  }
  return {};
}

/// Adds the values. Deleted Objects, which takes no Modify, has no links of its own.
Result<void> TreeWriter::write(Dnt dnt, std::span<const NewAttribute> attributes) {
  const auto record = repl::find_object(tx_, dnt, win32::kErrorDsObjNotFound);
  if (!record) return std::unexpected(record.error());
  if (repl::is_deleted(*record)) {
    repl::ObjectEditor editor(tx_, context_, *record);
    for (const auto& attribute : attributes) editor.set(attribute.attid, attribute.values);
    const auto written = editor.put();
    if (!written) return std::unexpected(written.error());
    updates_.objects.push_back(*written);
    return {};
  }
  std::vector<repl::Modification> modifications;
  for (const auto& attribute : attributes) modifications.push_back({repl::ModifyOperation::kAdd, attribute.attid, attribute.values});
  const auto written = repl::modify(tx_, context_, dnt, modifications, {repl::CheckLevel::kReplica, false, false});
  if (!written) return std::unexpected(written.error());
  updates_.append(*written);
  return {};
}

Result<void> TreeWriter::extend(const TreeObject& object) {
  const auto attributes = attributes_of(object);
  if (!attributes) return std::unexpected(attributes.error());
  if (find(object.dn) == kNoDnt) return fail(win32::kErrorDsObjNotFound, object.dn);
  return attributes->empty() ? Result<void>() : write(find(object.dn), *attributes);
}

Result<repl::Updates> TreeWriter::finish() {
  std::map<std::string, TreeObject> whole;  // an object is written once
  for (auto& each : waiting_) {
    auto& object = whole.try_emplace(folded(each.dn), TreeObject{each.dn, {}}).first->second;
    object.values.insert(object.values.end(), each.values.begin(), each.values.end());
  }
  waiting_.clear();
  for (const auto& [key, object] : whole)
    if (auto good = extend(object); !good) return std::unexpected(good.error());
  if (!waiting_.empty())
    return fail(win32::kErrorInvalidData, fmt::format("{}: {} is not there", waiting_.front().dn, waiting_.front().values.front().second));
  if (auto good = repl::settle(tx_); !good) return std::unexpected(good.error());
  return std::move(updates_);
}

}  // namespace tributary::service
