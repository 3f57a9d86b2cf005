// SPDX-License-Identifier: Apache-2.0
// See schema_builder.hpp. SUPCLASSES, AUXCLASSES, CLASSATTS and POSSSUP_NOSUBCLASSES are those of [MS-ADTS] 3.1.1.4.2.
#include "schema/schema_builder.hpp"

#include <algorithm>
#include <set>

#include "base/win32.hpp"
#include "drsuapi/compress/secrets.hpp"

namespace tributary::schema {
namespace {

constexpr Attid kCn{0x00000003};  // attid::kCn of schema_rows.hpp, which stands above this
constexpr std::size_t kSuperclassesMax = 64;  // the base schema has five at most

void sort_unique(std::vector<Attid>& list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
}

/// The lists of a class that hold numbers of attributes, and those that hold numbers of classes.
constexpr std::vector<Attid> ClassSchema::* kAttributeLists[] = {&ClassSchema::system_must_contain, &ClassSchema::must_contain,
                                                                 &ClassSchema::system_may_contain, &ClassSchema::may_contain};
constexpr std::vector<Attid> ClassSchema::* kClassLists[] = {&ClassSchema::system_auxiliary_class, &ClassSchema::auxiliary_class,
                                                             &ClassSchema::system_poss_superiors, &ClassSchema::poss_superiors};

/// Computes ClassSchema::Effective of every class. Cycles, which only a broken schema has, end at the class where they close.
class ClassRules {
 public:
  ClassRules(const std::map<Attid, AttributeSchema>& attributes, const std::map<Attid, ClassSchema>& classes)
      : attributes_(attributes), classes_(classes) {}

  [[nodiscard]] ClassSchema::Effective effective(const ClassSchema& object_class) const {
    ClassSchema::Effective result;
    result.superclasses = superclasses(object_class);
    result.rdn_att_id = object_class.rdn_att_id.value_or(kCn);
    bool has_rdn = object_class.rdn_att_id.has_value();
    add_superiors(object_class, result);
    for (const auto attid : result.superclasses) {
      const auto* const each = find(attid);
      if (each == nullptr) continue;
      add_superiors(*each, result);
      if (!has_rdn && each->rdn_att_id) {
        result.rdn_att_id = *each->rdn_att_id;
        has_rdn = true;
      }
    }
    for (const auto attid : contributors(object_class)) {
      const auto& each = *find(attid);
      for (const auto list : {&ClassSchema::system_must_contain, &ClassSchema::must_contain}) add_known(each.*list, result.must_contain);
      for (const auto list : kAttributeLists) add_known(each.*list, result.attributes);
    }
    sort_unique(result.must_contain);
    sort_unique(result.attributes);
    sort_unique(result.poss_superiors);
    return result;
  }

 private:
  [[nodiscard]] const ClassSchema* find(Attid attid) const {
    const auto found = classes_.find(attid);
    return found == classes_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::vector<Attid> superclasses(const ClassSchema& object_class) const {
    std::vector<Attid> chain;
    const auto* at = &object_class;
    while (at->sub_class_of != at->attid && chain.size() < kSuperclassesMax) {
      const auto* const above = find(at->sub_class_of);
      if (above == nullptr || above == &object_class || contains(chain, above->attid)) break;
      chain.push_back(above->attid);
      at = above;
    }
    return chain;
  }
  void add_known(const std::vector<Attid>& from, std::vector<Attid>& to) const {
    std::ranges::copy_if(from, std::back_inserter(to), [this](Attid attid) { return attributes_.contains(attid); });
  }
  static void add_superiors(const ClassSchema& from, ClassSchema::Effective& result) {
    for (const auto list : {&ClassSchema::system_poss_superiors, &ClassSchema::poss_superiors})
      result.poss_superiors.insert(result.poss_superiors.end(), (from.*list).begin(), (from.*list).end());
  }
  /// The class itself, its superclasses, the auxiliary classes of all of them, and theirs in turn.
  [[nodiscard]] std::set<Attid> contributors(const ClassSchema& object_class) const {
    std::set<Attid> seen{object_class.attid};
    std::vector<const ClassSchema*> waiting{&object_class};
    const auto visit = [&](Attid attid) {
      const auto* const found = find(attid);
      if (found != nullptr && seen.insert(attid).second) waiting.push_back(found);
    };
    while (!waiting.empty()) {
      const auto& each = *waiting.back();
      waiting.pop_back();
      visit(each.sub_class_of);
      for (const auto attid : each.system_auxiliary_class) visit(attid);
      for (const auto attid : each.auxiliary_class) visit(attid);
    }
    return seen;
  }

  const std::map<Attid, AttributeSchema>& attributes_;
  const std::map<Attid, ClassSchema>& classes_;
};

}  // namespace

SchemaBuilder::SchemaBuilder(const Schema& base) : prefix_table_(base.prefix_table()) {
  for (const auto& attribute : base.attributes()) attributes_.emplace(attribute.attid, attribute);
  for (const auto& object_class : base.classes()) classes_.emplace(object_class.attid, object_class);
}

Result<void> SchemaBuilder::put(AttributeSchema attribute) {
  if (attribute.oid.empty() || attribute.ldap_display_name.empty()) return fail(win32::kErrorInvalidData, "an attribute without OID or name");
  if (classes_.contains(attribute.attid)) return fail(win32::kErrorInvalidData, attribute.ldap_display_name + " has the number of a class");
  if (attributes_.size() >= kSchemaObjectsMax) return fail(win32::kErrorInvalidData, "more attributes than a schema may have");
  const auto attid = attribute.attid;
  attribute.secret = find_secret_attribute(std::string_view(attribute.ldap_display_name)) != nullptr;
  attributes_.insert_or_assign(attid, std::move(attribute));
  return {};
}

Result<void> SchemaBuilder::put(ClassSchema object_class) {
  if (object_class.oid.empty() || object_class.ldap_display_name.empty()) return fail(win32::kErrorInvalidData, "a class without OID or name");
  if (attributes_.contains(object_class.attid)) return fail(win32::kErrorInvalidData, object_class.ldap_display_name + " has the number of an attribute");
  if (classes_.size() >= kSchemaObjectsMax) return fail(win32::kErrorInvalidData, "more classes than a schema may have");
  for (const auto list : kAttributeLists) sort_unique(object_class.*list);
  for (const auto list : kClassLists) sort_unique(object_class.*list);
  const auto attid = object_class.attid;
  classes_.insert_or_assign(attid, std::move(object_class));
  return {};
}

std::shared_ptr<const Schema> SchemaBuilder::build() const {
  const std::shared_ptr<Schema> schema(new Schema());
  schema->prefix_table_ = prefix_table_;
  schema->attributes_.reserve(attributes_.size());
  for (const auto& [attid, attribute] : attributes_) schema->attributes_.push_back(attribute);

  // Numbers under the prefix table become those of the objects, which may have a msDS-IntId. What is not there stays as it is: it may
  // come with a later change.
  std::map<Attid, ClassSchema> resolved = classes_;
  std::map<std::string_view, Attid> attributes_by_oid;
  std::map<std::string_view, Attid> classes_by_oid;
  const auto note = [](auto& by_oid, const auto& object) {
    const auto [at, fresh] = by_oid.emplace(object.oid, object.attid);
    if (!fresh && !object.is_defunct) at->second = object.attid;
  };
  for (const auto& [attid, attribute] : attributes_) note(attributes_by_oid, attribute);
  for (const auto& [attid, object_class] : classes_) note(classes_by_oid, object_class);
  const auto resolve = [this](const auto& objects, const auto& by_oid, Attid attid) -> std::optional<Attid> {
    if (objects.contains(attid)) return attid;
    const auto oid = prefix_table_.oid_from_attid(attid);
    const auto found = by_oid.find(std::string_view(oid));
    return found != by_oid.end() ? std::optional(found->second) : std::nullopt;
  };
  const auto resolve_list = [&](std::vector<Attid>& list, const auto& objects, const auto& by_oid) {
    for (auto& attid : list) attid = resolve(objects, by_oid, attid).value_or(attid);
    sort_unique(list);
  };
  for (auto& [attid, object_class] : resolved) {
    for (const auto list : kAttributeLists) resolve_list(object_class.*list, attributes_, attributes_by_oid);
    for (const auto list : kClassLists) resolve_list(object_class.*list, classes_, classes_by_oid);
    if (object_class.rdn_att_id)
      object_class.rdn_att_id = resolve(attributes_, attributes_by_oid, *object_class.rdn_att_id).value_or(*object_class.rdn_att_id);
    object_class.sub_class_of = resolve(classes_, classes_by_oid, object_class.sub_class_of).value_or(object_class.sub_class_of);
  }
  const ClassRules rules(attributes_, resolved);
  schema->classes_.reserve(resolved.size());
  for (const auto& [attid, object_class] : resolved) {
    schema->classes_.push_back(object_class);
    schema->classes_.back().effective = rules.effective(object_class);
  }
  schema->index();
  return schema;
}

}  // namespace tributary::schema
