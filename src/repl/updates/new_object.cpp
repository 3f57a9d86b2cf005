// SPDX-License-Identifier: Apache-2.0
// New objects. [MS-ADTS] 3.1.1.5.2.2, 3.1.1.5.2.4. Declared in new_object.hpp.
#include "repl/updates/new_object.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/links.hpp"

namespace tributary::repl {
namespace {

/// 3.1.1.5.2.4: what a requester says about these is ignored.
constexpr std::array kIgnored = {attid::kDistinguishedName, attid::kSubRefs, attid::kUsnLastObjRem, attid::kUsnDsaLastObjRemoved,
                                 attid::kUsnCreated, attid::kReplPropertyMetaData, attid::kIsDeleted, attid::kProxiedObjectName,
                                 attid::kWhenCreated, attid::kWhenChanged, attid::kUsnChanged, attid::kIsRecycled};
/// Set from other parts of the request.
constexpr std::array kDerived = {attid::kObjectClass, attid::kInstanceType, attid::kName};

constexpr std::uint32_t kClientSystemFlags = schema::kSystemConfigAllowRename | schema::kSystemConfigAllowMove |
                                             schema::kSystemConfigAllowLimitedMove;

bool is_one_of(auto& list, Attid attid) { return std::ranges::find(list, attid) != list.end(); }

const NewAttribute* find_in(const AddRequest& request, Attid attid) {
  const auto at = std::ranges::find(request.attributes, attid, &NewAttribute::attid);
  return at == request.attributes.end() ? nullptr : &*at;
}

bool is_written_as_given(const schema::Schema& schema, const NewObject& plan, Attid attid) {
  if (is_one_of(kIgnored, attid) || is_one_of(kDerived, attid) || attid == plan.rdn_type) return false;
  const auto* attribute = schema.find_attribute(attid);
  return attribute != nullptr && !attribute->is_constructed();
}

Result<std::vector<Attid>> requested_classes(const schema::Schema& schema, const AddRequest& request) {
  const auto* given = find_in(request, attid::kObjectClass);
  if (given == nullptr || given->values.empty()) return fail(win32::kErrorDsObjectClassRequired, "objectClass is missing");
  std::vector<Attid> classes;
  for (const auto& value : given->values) {
    if (value.octets.size() != 4) return fail(win32::kErrorDsInvalidAttributeSyntax, "a value of objectClass");
    const auto number = schema.resolve(static_cast<Attid>(load_le<std::uint32_t>(value.octets.data())));
    if (!number) return fail(win32::kErrorInvalidParameter, "an unknown class");
    classes.push_back(*number);
  }
  auto complete = schema.complete_object_class(classes);
  if (!complete && complete.error().code == win32::kErrorDsObjClassNotDefined) complete.error().code = win32::kErrorInvalidParameter;
  return complete;
}

Result<void> check_class(const schema::ClassSchema& object_class, const schema::Schema& schema, CheckLevel level) {
  if (level == CheckLevel::kReplica) return {};
  const auto is = [&](Attid wanted) { return object_class.attid == wanted || schema.is_subclass(object_class.attid, wanted); };
  if (object_class.system_only || is(class_id::kSecret) || is(class_id::kTrustedDomain))
    return fail(win32::kErrorDsCantAddSystemOnly, object_class.ldap_display_name + " is the system's");
  return {};
}

/// 3.1.1.5.2.2: what a client may say of instanceType when the object is no NC root.
Result<void> check_instance_type(const AddRequest& request) {
  const auto* given = find_in(request, attid::kInstanceType);
  if (given == nullptr) return {};
  if (given->values.size() != 1 || given->values.front().octets.size() != 4) return fail(win32::kErrorDsBadInstanceType);
  const auto value = load_le<std::uint32_t>(given->values.front().octets.data());
  if ((value & drsuapi::IT_NC_HEAD) != 0 && (value & drsuapi::IT_WRITE) == 0) return fail(win32::kErrorDsAddReplicaInhibited);
  if (value != 0 && value != drsuapi::IT_WRITE) return fail(win32::kErrorDsBadInstanceType);
  return {};
}

/// 3.1.1.5.2.2: the RDN attribute and name may be given when they say what the DN says.
Result<void> check_names_agree(const schema::AttributeSchema& attribute, const NewAttribute& given, std::string_view rdn) {
  const auto text = text_value(rdn);
  for (const auto& value : given.values)
    if (!is_same_value(attribute, value, text)) return fail(win32::kErrorDsNamingViolation, attribute.ldap_display_name + " is not the RDN");
  return {};
}

/// 3.1.1.5.2.4: the bits that the DC sets by itself.
std::uint32_t implied_system_flags(const schema::Schema& schema, std::span<const Attid> classes, std::span<const Attid> parent_classes) {
  using namespace schema;  // NOLINT: constants of flags.hpp
  const auto is = [&](Attid wanted) { return std::ranges::find(classes, wanted) != classes.end(); };
  const auto parent_is = [&](std::string_view name) {
    const auto* wanted = schema.find_class(name);
    return wanted != nullptr && std::ranges::find(parent_classes, wanted->attid) != parent_classes.end();
  };
  if (is(class_id::kServer)) return kSystemDisallowMoveOnDelete | kSystemConfigAllowRename | kSystemConfigAllowLimitedMove;
  if (is(class_id::kServersContainer) || is(class_id::kNtdsDsa)) return kSystemDisallowMoveOnDelete;
  if (is(class_id::kSite)) return kSystemDisallowMoveOnDelete | kSystemConfigAllowRename;
  if (is(class_id::kSiteLink) || is(class_id::kSiteLinkBridge) || is(class_id::kNtdsConnection)) return kSystemConfigAllowRename;
  const bool is_fixed_child = is(class_id::kSubnetContainer) || is(class_id::kInterSiteTransportContainer);
  if (parent_is("subnetContainer") || (parent_is("sitesContainer") && !is_fixed_child)) return kSystemConfigAllowRename;
  return 0;
}

std::uint32_t given_system_flags(const AddRequest& request) {
  const auto* given = find_in(request, attid::kSystemFlags);
  if (given == nullptr || given->values.empty() || given->values.front().octets.size() != 4) return 0;
  return load_le<std::uint32_t>(given->values.front().octets.data());
}

void write_system_flags(ObjectEditor& editor, const NewObject& plan, const AddRequest& request, std::span<const Attid> parent_classes,
                        CheckLevel level) {
  std::uint32_t flags = given_system_flags(request);
  if (level == CheckLevel::kClient) {
    const bool is_attribute = std::ranges::find(plan.classes, class_id::kAttributeSchema) != plan.classes.end();
    flags = client_system_flags(flags, is_attribute);
  }
  flags |= implied_system_flags(editor.schema(), plan.classes, parent_classes);
  if (flags != 0) editor.set(attid::kSystemFlags, u32_value(flags));
}

/// The attributes that every object has or is given by default.
Result<void> write_own(ObjectEditor& editor, const WriteTransaction& tx, const Context& context, const NewObject& plan,
                       const AddRequest& request) {
  std::vector<NewValue> classes;
  for (const Attid each : plan.classes) classes.push_back(u32_value(static_cast<std::uint32_t>(each)));
  editor.set(attid::kObjectClass, classes);
  editor.set(attid::kInstanceType, u32_value(plan.instance_type));
  editor.set(attid::kWhenCreated, i64_value(context.ds_now().seconds));
  editor.set_name(plan.rdn_type, plan.rdn);
  editor.draft().rdn = plan.record_rdn;
  editor.set(attid::kObjectGuid, octets_value(editor.draft().head.guid.value.octets));
  if (request.sid) editor.set(attid::kObjectSid, octets_value(encode_sid(*request.sid)));
  if (!editor.has_values(attid::kObjectCategory)) {
    const auto category = default_object_category(tx, *context.schema, *plan.object_class);
    if (!category) return std::unexpected(category.error());
    if (*category != kNoDnt) editor.set(attid::kObjectCategory, reference_value(*category));
  }
  if (!editor.has_values(attid::kShowInAdvancedViewOnly) && plan.object_class->default_hiding_value.value_or(false))
    editor.set(attid::kShowInAdvancedViewOnly, bool_value(true));
  return {};
}

std::vector<Attid> present_attributes(ObjectEditor& editor, const AddRequest& request) {
  std::vector<Attid> present;
  for (const auto& attribute : editor.draft().attributes())
    if (!attribute.values.empty()) present.push_back(attribute.attid);
  for (const auto& given : request.attributes) {
    const auto* attribute = editor.schema().find_attribute(given.attid);
    if (attribute != nullptr && attribute->is_forward_link() && !given.values.empty()) present.push_back(given.attid);
  }
  std::ranges::sort(present);
  return present;
}

Result<std::vector<Attid>> classes_of(const Snapshot& snapshot, Dnt dnt) {
  if (dnt == store::kRootDnt) return std::vector<Attid>{};
  const auto object = find_object(snapshot, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  return object_classes(*object);
}

void write_links(WriteTransaction& tx, const Context& context, const Originator& by, Dnt source, const AddRequest& request) {
  for (const auto& given : request.attributes) {
    const auto* attribute = context.schema->find_attribute(given.attid);
    if (attribute == nullptr || !attribute->is_forward_link()) continue;
    for (const auto& value : given.values) {
      const Dnt target = value.target;
      write_link(tx, by, has_own_stamps(context, *attribute), {source, given.attid, target, value.octets}, std::nullopt, true);
    }
  }
}

}  // namespace

Result<NewObject> plan_new_object(const Snapshot&, const Context& context, const AddRequest& request, CheckLevel level) {
  const auto& schema = *context.schema;
  NewObject plan;
  auto classes = requested_classes(schema, request);
  if (!classes) return std::unexpected(classes.error());
  plan.classes = std::move(*classes);
  plan.object_class = schema.structural_class(plan.classes);
  if (plan.object_class == nullptr) return fail(win32::kErrorDsObjClassNotSubclass, "no single most specific structural class");
  if (auto good = check_class(*plan.object_class, schema, level); !good) return std::unexpected(good.error());
  plan.rdn_type = plan.object_class->effective.rdn_att_id;
  if (request.rdn_type && *request.rdn_type != plan.rdn_type)
    return fail(win32::kErrorDsRdnDoesntMatchSchema, plan.object_class->ldap_display_name + " has " + rdn_keyword(schema, plan.rdn_type));
  if (auto good = check_rdn(schema, plan.rdn_type, request.rdn, level); !good) return std::unexpected(good.error());
  plan.rdn = plan.record_rdn = request.rdn;
  return plan;
}

Result<void> check_new_attributes(const Snapshot& snapshot, const Context& context, const NewObject& plan, const AddRequest& request,
                                  CheckLevel level) {
  const auto& schema = *context.schema;
  for (std::size_t i = 0; i < request.attributes.size(); ++i) {
    const auto& given = request.attributes[i];
    const auto rest = std::span(request.attributes).subspan(i + 1);
    if (std::ranges::find(rest, given.attid, &NewAttribute::attid) != rest.end())
      return fail(win32::kErrorDsAttributeOrValueExists, "an attribute is given twice");
    const auto attribute = check_attribute(schema, given.attid);
    if (!attribute) return std::unexpected(attribute.error());
    if (given.attid == attid::kObjectGuid || given.attid == attid::kObjectSid)
      return fail(win32::kErrorDsSecurityIllegalModify, (*attribute)->ldap_display_name + " is the system's to choose");
    if (given.attid == attid::kName || given.attid == plan.rdn_type)
      if (auto good = check_names_agree(**attribute, given, plan.rdn); !good) return good;
    if (!is_written_as_given(schema, plan, given.attid)) continue;
    if (auto good = check_values(snapshot, schema, **attribute, plan.nc, given.values, level); !good) return good;
  }
  return (plan.instance_type & drsuapi::IT_NC_HEAD) != 0 ? Result<void>() : check_instance_type(request);
}

Result<AddResult> make_new_object(WriteTransaction& tx, const Context& context, const NewObject& plan, const AddRequest& request,
                                  CheckLevel level) {
  const auto& schema = *context.schema;
  const auto parent_classes = classes_of(tx, plan.parent);
  if (!parent_classes) return std::unexpected(parent_classes.error());
  ObjectEditor editor(tx, context);
  editor.draft().dnt = plan.dnt;
  auto& head = editor.draft().head;
  head.flags = plan.flags;
  head.parent = plan.parent;
  head.nc = plan.nc;
  head.guid = request.guid.value_or(ObjectGuid{});
  if (head.guid.is_null()) head.guid = context.new_guid();
  head.sid = request.sid;
  head.usn_created = editor.by().usn;
  head.when_created = context.ds_now();
  for (const auto& given : request.attributes) {
    const auto* attribute = schema.find_attribute(given.attid);
    const bool is_record = is_written_as_given(schema, plan, given.attid) && given.attid != attid::kSystemFlags && !given.values.empty();
    if (is_record && !attribute->is_forward_link()) editor.set(given.attid, given.values);
    const bool raises_stamp = is_record && attribute->is_forward_link() && !has_own_stamps(context, *attribute) && attribute->is_replicated();
    if (raises_stamp) editor.begin(given.attid);
  }
  if (auto good = write_own(editor, tx, context, plan, request); !good) return std::unexpected(good.error());
  write_system_flags(editor, plan, request, *parent_classes, level);
  if (level == CheckLevel::kClient)
    if (auto good = check_content(schema, plan.classes, present_attributes(editor, request)); !good) return std::unexpected(good.error());
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  write_links(tx, context, editor.by(), written->dnt, request);
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  AddResult result{written->dnt, {}};
  result.updates.objects.push_back(*written);
  result.updates.urgent = is_urgent(schema, plan.classes, UpdateKind::kAdd);
  return result;
}

std::uint32_t client_system_flags(std::uint32_t given, bool is_attribute_schema) noexcept {
  return given & (kClientSystemFlags | (is_attribute_schema ? schema::kSystemAttrIsRdn : 0));
}

Result<Dnt> default_object_category(const Snapshot& snapshot, const schema::Schema& schema, const schema::ClassSchema& object_class) {
  const auto* category = schema.find_class_by_cn(object_class.default_object_category);
  if (category != nullptr && !category->object_guid.is_null()) return resolve_guid(snapshot, category->object_guid);
  const auto root = schema_nc(snapshot, schema);
  if (!root || *root == kNoDnt || object_class.default_object_category.empty()) return root ? Result<Dnt>(kNoDnt) : root;
  return snapshot.find_child(*root, object_class.default_object_category);
}

}  // namespace tributary::repl
