// SPDX-License-Identifier: Apache-2.0
// See optional_features.hpp. [MS-ADTS] 6.1.1.2.4.1.3 has the place of the features' objects.
#include "repl/updates/optional_features.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/modify.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {
namespace {

constexpr std::string_view kEnabledFeature = "msDS-EnabledFeature";
constexpr std::string_view kFeatureGuid = "msDS-OptionalFeatureGUID";
constexpr std::array<std::string_view, 4> kFeatures = {"Services", "Windows NT", "Directory Service", "Optional Features"};

Result<Dnt> child(const Snapshot& snapshot, Dnt parent, std::string_view rdn) { return parent == kNoDnt ? Result<Dnt>(kNoDnt) : snapshot.find_child(parent, rdn); }

/// The msDS-OptionalFeature object.
/// DEVIATION: [MS-DRSR] 4.1.10.6.2 and 4.1.10.6.3 look for an objectGUID of that value; the objects of a forest have GUIDs of their own and
/// carry the feature's in msDS-OptionalFeatureGUID, which is where [MS-ADTS] 3.1.1.9 looks.
Result<Dnt> feature_object(const Snapshot& snapshot, const schema::Schema& schema, Dnt configuration, const Guid& feature) {
  const auto* const guid = schema.find_attribute(kFeatureGuid);
  Dnt container = configuration;
  for (const auto rdn : kFeatures) {
    const auto next = child(snapshot, container, rdn);
    if (!next) return std::unexpected(next.error());
    container = *next;
  }
  if (guid == nullptr || container == kNoDnt) return kNoDnt;
  Dnt found = kNoDnt;
  std::optional<Error> error;
  const auto walked = snapshot.children(container, [&](const Dnt& each) {
    const auto object = snapshot.find(each);
    if (!object) error = object.error();
    if (error || !*object) return !error;
    const auto value = (*object)->first(guid->attid);
    if (value && !is_deleted(**object) && std::ranges::equal(*value, feature.octets)) found = each;
    return found == kNoDnt;
  });
  if (!walked) return std::unexpected(walked.error());
  if (error) return std::unexpected(std::move(*error));
  return found;
}

std::uint32_t number_of(const schema::Schema& schema, const ObjectView& object, std::string_view name) {
  const auto* const attribute = schema.find_attribute(name);
  return attribute == nullptr ? 0 : object.first_u32(attribute->attid).value_or(0);
}

/// [MS-ADTS] 3.1.1.3.3.28, 3.1.1.9: who, which feature, at which level.
Result<void> check_client_may(const Snapshot& snapshot, const Context& context, Dnt self, Dnt partitions, Dnt feature, const Guid& guid) {
  constexpr std::uint32_t kForestOptionalFeature = 0x00000001;  // [MS-ADTS] 2.2.17
  const auto& schema = *context.schema;
  const auto owners = reference_targets(snapshot, schema, partitions, attid::kFsmoRoleOwner);
  const auto enabled = is_optional_feature_enabled(snapshot, schema, partitions, guid);
  const auto container = snapshot.find(partitions);
  const auto object = snapshot.find(feature);
  for (const auto* error : {owners ? nullptr : &owners.error(), enabled ? nullptr : &enabled.error(), container ? nullptr : &container.error(), object ? nullptr : &object.error()})
    if (error != nullptr) return std::unexpected(*error);
  if ((number_of(schema, **object, "msDS-OptionalFeatureFlags") & kForestOptionalFeature) == 0)
    return fail(win32::kErrorDsNotSupported, "this feature is not one of a whole forest");
  if (owners->empty() || owners->front() != self) return fail(win32::kErrorDsNotSupported, "only the domain naming master enables a feature of the forest");
  if (*enabled) return fail(win32::kErrorDsAttValAlreadyExists, "the forest has this feature enabled");
  const auto wanted = number_of(schema, **object, "msDS-RequiredForestBehaviorVersion");
  const auto level = number_of(schema, **container, "msDS-Behavior-Version");
  if (level >= wanted) return {};
  return fail(win32::kErrorDsNotSupported, "it needs the forest functional level " + std::to_string(wanted) + ", this forest has " + std::to_string(level));
}

}  // namespace

Result<bool> is_optional_feature_enabled(const Snapshot& snapshot, const schema::Schema& schema, Dnt scope, const Guid& feature) {
  const auto* const enabled = schema.find_attribute(kEnabledFeature);
  const auto* const guid = schema.find_attribute(kFeatureGuid);
  if (enabled == nullptr || guid == nullptr || scope == kNoDnt) return false;
  const auto targets = reference_targets(snapshot, schema, scope, enabled->attid);
  if (!targets) return std::unexpected(targets.error());
  for (const Dnt target : *targets) {
    const auto object = snapshot.find(target);
    if (!object) return std::unexpected(object.error());
    const auto value = *object ? (*object)->first(guid->attid) : std::nullopt;
    if (value && std::ranges::equal(*value, feature.octets)) return true;
  }
  return false;
}

Result<Updates> enable_optional_feature(WriteTransaction& tx, const Context& context, const Guid& feature, CheckLevel level) {
  const auto* const enabled = context.schema->find_attribute(kEnabledFeature);
  const auto self = resolve_guid(tx, ObjectGuid{context.dsa.value});
  if (!self) return std::unexpected(self.error());
  const auto dsa = *self == kNoDnt ? Result<std::optional<ObjectView>>() : tx.find(*self);
  if (!dsa) return std::unexpected(dsa.error());
  if (enabled == nullptr || !*dsa) return fail(win32::kErrorDsObjNotFound, "this replica has no NTDS Settings object of this DSA");
  const Dnt configuration = (*dsa)->nc();
  const auto partitions = child(tx, configuration, "Partitions");
  if (!partitions) return std::unexpected(partitions.error());
  const auto object = feature_object(tx, *context.schema, configuration, feature);
  if (!object) return std::unexpected(object.error());
  if (*partitions == kNoDnt || *object == kNoDnt)
    return fail(win32::kErrorDsObjNotFound, "the Configuration NC has no object of the optional feature " + to_string(feature));
  if (level == CheckLevel::kClient)
    if (auto may = check_client_may(tx, context, *self, *partitions, *object, feature); !may) return std::unexpected(std::move(may.error()));
  Updates updates;
  for (const Dnt scope : {*partitions, *self}) {
    const Modification modification{ModifyOperation::kAdd, enabled->attid, {reference_value(*object)}};
    auto changed = modify(tx, context, scope, {&modification, 1}, {.level = CheckLevel::kReplica, .permissive = true});
    if (!changed) return changed;
    updates.append(*changed);
  }
  return updates;
}

}  // namespace tributary::repl
