// SPDX-License-Identifier: Apache-2.0
// See schema.hpp. The lists of attributes are those of [MS-ADTS] 3.1.1.2.3.5 and 3.1.1.5.5.1.1.
#include "schema/schema.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::schema {
namespace {

int compare_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); };
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i)
    if (lower(a[i]) != lower(b[i])) return lower(a[i]) < lower(b[i]) ? -1 : 1;
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}
struct LessIgnoringCase {
  bool operator()(std::string_view a, std::string_view b) const noexcept { return compare_ignoring_case(a, b) < 0; }
};

template <std::size_t N>
consteval auto sorted(std::array<std::string_view, N> names) {
  std::ranges::sort(names);
  return names;
}
template <class... S>
consteval auto names(S... each) {
  return sorted(std::array<std::string_view, sizeof...(S)>{each...});
}

/// Never in the filtered attribute set, whatever searchFlags says.
constexpr auto kNeverFiltered = names(
    "currentValue", "dBCSPwd", "unicodePwd", "ntPwdHistory", "priorValue", "supplementalCredentials", "trustAuthIncoming", "trustAuthOutgoing",
    "lmPwdHistory", "initialAuthIncoming", "initialAuthOutgoing", "msDS-ExecuteScriptPassword", "displayName", "codePage", "creationTime",
    "lockoutDuration", "lockOutObservationWindow", "logonHours", "lockoutThreshold", "maxPwdAge", "minPwdAge", "minPwdLength", "nETBIOSName",
    "pwdProperties", "pwdHistoryLength", "pwdLastSet", "securityIdentifier", "trustDirection", "trustPartner", "trustPosixOffset", "trustType",
    "rid", "domainReplica", "accountExpires", "nTMixedDomain", "operatingSystem", "operatingSystemVersion", "operatingSystemServicePack",
    "fSMORoleOwner", "trustAttributes", "trustParent", "flatName", "sIDHistory", "dNSHostName", "lockoutTime", "servicePrincipalName",
    "isCriticalSystemObject", "msDS-TrustForestTrustInfo", "msDS-SPNSuffixes", "msDS-AdditionalDnsHostName", "msDS-AdditionalSamAccountName",
    "msDS-AllowedToDelegateTo", "msDS-KrbTgtLink", "msDS-AuthenticatedAtDC", "msDS-SupportedEncryptionTypes");
/// Kept by tombstones and recycled objects.
constexpr auto kKeptByTombstone = names(
    "attributeID", "attributeSyntax", "dNReferenceUpdate", "dNSHostName", "flatName", "governsID", "groupType", "instanceType",
    "lDAPDisplayName", "legacyExchangeDN", "isDeleted", "isRecycled", "lastKnownParent", "msDS-LastKnownRDN", "mS-DS-CreatorSID",
    "mSMQOwnerID", "nCName", "objectClass", "distinguishedName", "objectGUID", "objectSid", "oMSyntax", "proxiedObjectName", "name",
    "nTSecurityDescriptor", "replPropertyMetaData", "sAMAccountName", "securityIdentifier", "sIDHistory", "subClassOf", "systemFlags",
    "trustPartner", "trustDirection", "trustType", "trustAttributes", "userAccountControl", "uSNChanged", "uSNCreated", "whenCreated",
    "msDS-PortLDAP");

template <class Names>
bool is_one_of(const Names& names, std::string_view name) noexcept {
  return std::ranges::binary_search(names, name);
}

/// objectCategory and sAMAccountType: no deleted object keeps them.
bool is_lost_with_deletion(std::string_view name) noexcept { return name == "objectCategory" || name == "sAMAccountType"; }

template <class Object, class Key, class Project>
const Object* find_in(const std::vector<Object>& objects, const std::vector<std::uint32_t>& order, const Key& key, Project project) noexcept {
  const auto at = std::ranges::lower_bound(order, key, {}, [&](std::uint32_t position) -> decltype(auto) { return project(objects[position]); });
  return at != order.end() && project(objects[*at]) == key ? &objects[*at] : nullptr;
}

template <class Object>
const Object* find_by_name(const std::vector<Object>& objects, const std::vector<std::uint32_t>& order, std::string_view name,
                           std::string Object::* member) noexcept {
  const auto at = std::ranges::lower_bound(order, name, LessIgnoringCase(), [&](std::uint32_t position) -> std::string_view { return objects[position].*member; });
  return at != order.end() && compare_ignoring_case(objects[*at].*member, name) == 0 ? &objects[*at] : nullptr;
}

/// Positions sorted by a key. Active objects come before defunct ones of the same key, then the lower Attid: a look-up finds the first.
template <class Object, class Less, class Project>
std::vector<std::uint32_t> order_by(const std::vector<Object>& objects, Less less, Project project) {
  std::vector<std::uint32_t> order(objects.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    if (less(project(objects[a]), project(objects[b]))) return true;
    if (less(project(objects[b]), project(objects[a]))) return false;
    if (objects[a].is_defunct != objects[b].is_defunct) return objects[b].is_defunct;
    return objects[a].attid < objects[b].attid;
  });
  return order;
}

/// "OID.2.5.4.3" and "2.5.4.3" (RFC 2251 4.1.4); empty for a name.
std::string_view as_oid(std::string_view name) noexcept {
  if (name.size() > 4 && equals_ignoring_case(name.substr(0, 4), "OID.")) name.remove_prefix(4);
  return !name.empty() && name.front() >= '0' && name.front() <= '9' ? name : std::string_view();
}

template <class Object>
const Object* find_by_name_or_oid(const std::vector<Object>& objects, const std::vector<std::uint32_t>& by_name,
                                  const std::vector<std::uint32_t>& by_oid, std::string_view name) noexcept {
  if (const auto oid = as_oid(name); !oid.empty())
    return find_in(objects, by_oid, oid, [](const Object& object) { return std::string_view(object.oid); });
  const auto* const found = find_by_name(objects, by_name, name, &Object::ldap_display_name);
  return found != nullptr && !found->is_defunct ? found : nullptr;
}

template <class Object>
const Object* find_by_guid(const std::vector<Object>& objects, const std::vector<std::uint32_t>& order, const Guid& guid) noexcept {
  if (guid.is_null()) return nullptr;
  return find_in(objects, order, guid, [](const Object& object) { return object.schema_id_guid; });
}

}  // namespace

bool AttributeSchema::is_in_filtered_set() const noexcept {
  if ((search_flags & kSearchRodcFiltered) == 0 || system_only || (schema_flags_ex & kSchemaAttrIsCritical) != 0) return false;
  if ((system_flags & (kSystemAttrNotReplicated | kSystemAttrReqPartialSetMember | kSystemAttrIsConstructed)) != 0) return false;
  return !is_one_of(kNeverFiltered, ldap_display_name);
}

bool AttributeSchema::is_kept_by_tombstone() const noexcept {
  if (is_linked() || is_lost_with_deletion(ldap_display_name)) return false;
  return (search_flags & kSearchPreserveOnDelete) != 0 || is_one_of(kKeptByTombstone, ldap_display_name);
}

bool AttributeSchema::is_kept_by_deleted_object() const noexcept { return !is_lost_with_deletion(ldap_display_name); }

bool ContentRules::allows(Attid attid) const noexcept { return std::ranges::binary_search(attributes, attid); }

void Schema::NumberIndex::build(std::span<const std::uint32_t> numbers) {
  const auto capacity = std::bit_ceil(std::max<std::size_t>(4 * numbers.size(), 2));
  shift_ = 32u - static_cast<unsigned>(std::countr_zero(capacity));
  slots_.assign(capacity, {});
  for (std::uint32_t position = 0; position < numbers.size(); ++position) {
    std::size_t at = first_slot(numbers[position]);
    while (slots_[at].position != kNone && slots_[at].number != numbers[position]) at = (at + 1) % slots_.size();
    if (slots_[at].position == kNone) slots_[at] = {numbers[position], position};
  }
}

std::uint32_t Schema::NumberIndex::find(std::uint32_t number) const noexcept {
  if (slots_.empty()) return kNone;
  std::size_t at = first_slot(number);
  while (slots_[at].position != kNone && slots_[at].number != number) at = (at + 1) & (slots_.size() - 1);
  return slots_[at].position;
}

void Schema::index() {
  const auto build = [](const auto& objects, Orders& orders) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(objects.size());
    for (const auto& object : objects) numbers.push_back(static_cast<std::uint32_t>(object.attid));
    orders.by_attid.build(numbers);
    orders.by_name = order_by(objects, LessIgnoringCase(), [](const auto& object) { return std::string_view(object.ldap_display_name); });
    orders.by_oid = order_by(objects, std::less<>(), [](const auto& object) { return std::string_view(object.oid); });
    orders.by_guid = order_by(objects, std::less<>(), [](const auto& object) { return object.schema_id_guid; });
  };
  build(attributes_, attribute_orders_);
  build(classes_, class_orders_);
  classes_by_cn_ = order_by(classes_, LessIgnoringCase(), [](const ClassSchema& object) { return std::string_view(object.cn); });
  std::vector<std::uint32_t> links;
  links.reserve(attributes_.size());
  for (const auto& attribute : attributes_) links.push_back(attribute.link_id);
  attributes_by_link_.build(links);
}

const AttributeSchema* Schema::find_attribute(Attid attid) const noexcept {
  const auto position = attribute_orders_.by_attid.find(static_cast<std::uint32_t>(attid));
  return position == NumberIndex::kNone ? nullptr : &attributes_[position];
}
const ClassSchema* Schema::find_class(Attid attid) const noexcept {
  const auto position = class_orders_.by_attid.find(static_cast<std::uint32_t>(attid));
  return position == NumberIndex::kNone ? nullptr : &classes_[position];
}
const AttributeSchema* Schema::find_attribute(std::string_view name) const noexcept {
  return find_by_name_or_oid(attributes_, attribute_orders_.by_name, attribute_orders_.by_oid, name);
}
const ClassSchema* Schema::find_class(std::string_view name) const noexcept {
  return find_by_name_or_oid(classes_, class_orders_.by_name, class_orders_.by_oid, name);
}
const AttributeSchema* Schema::find_attribute_by_guid(const Guid& guid) const noexcept {
  return find_by_guid(attributes_, attribute_orders_.by_guid, guid);
}
const ClassSchema* Schema::find_class_by_guid(const Guid& guid) const noexcept { return find_by_guid(classes_, class_orders_.by_guid, guid); }
const ClassSchema* Schema::find_class_by_cn(std::string_view cn) const noexcept { return find_by_name(classes_, classes_by_cn_, cn, &ClassSchema::cn); }

const AttributeSchema* Schema::find_link(std::uint32_t link_id) const noexcept {
  const auto position = link_id == 0 ? NumberIndex::kNone : attributes_by_link_.find(link_id);
  return position == NumberIndex::kNone ? nullptr : &attributes_[position];
}
const AttributeSchema* Schema::link_partner(const AttributeSchema& attribute) const noexcept {
  return attribute.is_linked() ? find_link(attribute.link_id ^ 1u) : nullptr;
}

std::optional<Attid> Schema::resolve(Attid attid) const {
  if (find_attribute(attid) != nullptr || find_class(attid) != nullptr) return attid;
  const auto oid = prefix_table_.oid_from_attid(attid);
  if (oid.empty()) return std::nullopt;
  if (const auto* const attribute = find_attribute(std::string_view(oid))) return attribute->attid;
  if (const auto* const object_class = find_class(std::string_view(oid))) return object_class->attid;
  return std::nullopt;
}

bool Schema::is_subclass(Attid descendant, Attid ancestor) const noexcept {
  const auto* const object_class = find_class(descendant);
  return object_class != nullptr && (descendant == ancestor || contains(object_class->effective.superclasses, ancestor));
}

const ClassSchema* Schema::structural_class(std::span<const Attid> object_class) const noexcept {
  // The one of those that `may_be` which all the others are superclasses of.
  const auto most_derived = [&](auto may_be) -> const ClassSchema* {
    const ClassSchema* best = nullptr;
    for (const auto attid : object_class) {
      const auto* const candidate = find_class(attid);
      if (candidate != nullptr && may_be(*candidate) && (best == nullptr || is_subclass(attid, best->attid))) best = candidate;
    }
    const auto is_above_best = [&](Attid attid) {
      const auto* const other = find_class(attid);
      return other == nullptr || !may_be(*other) || is_subclass(best->attid, attid);
    };
    return best != nullptr && std::ranges::all_of(object_class, is_above_best) ? best : nullptr;
  };
  const auto is_structural = [](const ClassSchema& each) { return each.category == ClassCategory::kStructural; };
  const bool has_structural = std::ranges::any_of(object_class, [&](Attid each) {
    const auto* const found = find_class(each);
    return found != nullptr && is_structural(*found);
  });
  if (!has_structural) return most_derived([](const ClassSchema& each) { return each.category == ClassCategory::k88; });
  const auto* const structural = most_derived(is_structural);
  if (structural == nullptr) return nullptr;
  // An 88 class that inherits from it is the most specific one; any other beside it is there as an auxiliary class.
  return most_derived([&](const ClassSchema& each) {
    return each.attid == structural->attid || (each.category == ClassCategory::k88 && is_subclass(each.attid, structural->attid));
  });
}

ContentRules Schema::content_rules(std::span<const Attid> object_class) const {
  ContentRules rules;
  std::size_t counted = 0;
  for (const auto attid : object_class) {
    const auto* const each = find_class(attid);
    // What a class has its subclasses have: an object without auxiliary classes of its own needs one look, and no sorting.
    if (each == nullptr || std::ranges::any_of(object_class, [&](Attid other) { return other != attid && is_subclass(other, attid); })) continue;
    ++counted;
    rules.must_contain.insert(rules.must_contain.end(), each->effective.must_contain.begin(), each->effective.must_contain.end());
    rules.attributes.insert(rules.attributes.end(), each->effective.attributes.begin(), each->effective.attributes.end());
  }
  if (counted <= 1) return rules;
  for (auto* const list : {&rules.must_contain, &rules.attributes}) {
    std::ranges::sort(*list);
    list->erase(std::ranges::unique(*list).begin(), list->end());
  }
  return rules;
}

bool Schema::allows_parent(const ClassSchema& child, std::span<const Attid> parent_object_class) const noexcept {
  return std::ranges::any_of(parent_object_class, [&](Attid parent) {
    const auto* const known = find_class(parent);
    if (known == nullptr) return false;
    const auto allowed = [&](Attid each) { return std::ranges::binary_search(child.effective.poss_superiors, each); };
    return allowed(parent) || std::ranges::any_of(known->effective.superclasses, allowed);
  });
}

}  // namespace tributary::schema
