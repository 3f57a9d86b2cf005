// SPDX-License-Identifier: Apache-2.0
// Selections over records, indexes and links. [MS-DRSR] 3.4, 5.33, 5.71, 5.76.
#include "service/directory/reader.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "schema/value_compare.hpp"

namespace tributary::service::directory {
namespace {

store::Visitor<Dnt> into(std::vector<Dnt>& found) {
  return [&found](const Dnt& dnt) {
    found.push_back(dnt);
    return true;
  };
}

}  // namespace

Bytes unicode_octets(std::string_view utf8) {
  Bytes octets;
  for (const char16_t unit : to_utf16_lossy(utf8)) {
    octets.push_back(static_cast<std::uint8_t>(unit));
    octets.push_back(static_cast<std::uint8_t>(unit >> 8));
  }
  return octets;
}

std::string unicode_text(ByteView octets) {
  std::u16string units;
  for (std::size_t i = 0; i + 2 <= octets.size(); i += 2) units.push_back(static_cast<char16_t>(load_le<std::uint16_t>(octets.data() + i)));
  return to_utf8_lossy(units);
}

std::optional<ObjectView> Reader::find(Dnt dnt) const {
  if (dnt == kNoDnt || dnt == store::kRootDnt) return std::nullopt;
  auto found = must(snapshot_.find(dnt));
  return found && !repl::is_phantom(*found) ? found : std::nullopt;
}

std::optional<ObjectView> Reader::living(Dnt dnt) const {
  auto found = find(dnt);
  return found && !repl::is_deleted(*found) ? found : std::nullopt;
}

ObjectView Reader::object(Dnt dnt) const {
  auto found = find(dnt);
  if (!found) refuse(win32::kErrorDsObjNotFound);
  return *found;
}

Dnt Reader::of_guid(const ObjectGuid& guid) const {
  if (guid.is_null()) return kNoDnt;
  const Dnt dnt = must(repl::resolve_guid(snapshot_, guid));
  return is_living(dnt) ? dnt : kNoDnt;
}

Dnt Reader::of_dn(std::string_view dn) const {
  const auto rdns = repl::parse_dn(schema(), dn);
  if (!rdns || rdns->empty()) return kNoDnt;
  const Dnt dnt = must(repl::resolve_dn(snapshot_, schema(), *rdns));
  return is_living(dnt) ? dnt : kNoDnt;
}

Dnt Reader::child(Dnt parent, std::string_view rdn) const {
  if (parent == kNoDnt) return kNoDnt;
  const Dnt dnt = must(snapshot_.find_child(parent, rdn));
  return is_living(dnt) ? dnt : kNoDnt;
}

Dnt Reader::descendant(Dnt from, std::initializer_list<std::string_view> rdns) const {
  for (const auto rdn : rdns) from = child(from, rdn);
  return from;
}

std::vector<Dnt> Reader::children(Dnt parent) const {
  std::vector<Dnt> found;
  if (parent == kNoDnt) return found;
  must(snapshot_.children(parent, into(found)));
  std::erase_if(found, [&](Dnt dnt) { return !is_living(dnt); });
  return found;
}

std::vector<Dnt> Reader::children(Dnt parent, Attid object_class) const {
  auto found = children(parent);
  std::erase_if(found, [&](Dnt dnt) { return !is_instance(object(dnt), object_class); });
  return found;
}

std::vector<Dnt> Reader::of_category(Attid object_class, Dnt below) const {
  const auto* definition = schema().find_class(object_class);
  const Dnt category = definition == nullptr ? kNoDnt : child(schema_nc(), definition->default_object_category);
  if (category == kNoDnt || below == kNoDnt) return {};
  Bytes value(schema::kReferenceOctets);
  store_le(value.data(), static_cast<std::uint64_t>(category));
  auto found = equal(attid::kObjectCategory, value);
  std::erase_if(found, [&](Dnt dnt) { return !is_below(dnt, below); });
  return found;
}

bool Reader::is_below(Dnt dnt, Dnt above) const { return must(repl::is_self_or_descendant(snapshot_, dnt, above)); }

bool Reader::is_instance(const ObjectView& object, Attid object_class) const { return repl::is_instance_of(schema(), object, object_class); }

std::vector<Dnt> Reader::matching(Attid attid, ByteView value, bool with_deleted) const {
  std::vector<Dnt> found;
  const auto* attribute = schema().find_attribute(attid);
  Bytes form;
  if (attribute == nullptr || !schema::normal_form(attribute->syntax, value, form)) return found;
  if (snapshot_.has_index(attid)) {
    must(snapshot_.equal(attid, form, into(found)));
  } else {
    must(snapshot_.by_guid({}, into(found)));
  }
  std::erase_if(found, [&](Dnt dnt) {
    const auto record = with_deleted ? find(dnt) : living(dnt);
    const auto values = record ? record->find(attid) : std::nullopt;
    for (std::size_t i = 0; values && i < values->size(); ++i)
      if (schema::values_equal(attribute->syntax, values->value(i), value)) return false;
    return true;
  });
  std::ranges::sort(found);
  return found;
}

std::vector<Dnt> Reader::equal(Attid attid, ByteView value) const { return matching(attid, value, false); }
std::vector<Dnt> Reader::equal_with_deleted(Attid attid, ByteView value) const { return matching(attid, value, true); }
std::vector<Dnt> Reader::equal_text(Attid attid, std::string_view value) const { return equal(attid, unicode_octets(value)); }

std::vector<std::string> Reader::texts(const ObjectView& object, Attid attid) const {
  std::vector<std::string> all;
  const auto values = object.find(attid);
  for (std::size_t i = 0; values && i < values->size(); ++i) all.push_back(unicode_text(values->value(i)));
  return all;
}

std::optional<std::string> Reader::text(const ObjectView& object, Attid attid) const {
  const auto value = object.first(attid);
  return value ? std::optional(unicode_text(*value)) : std::nullopt;
}

std::vector<Sid> Reader::sids(const ObjectView& object, Attid attid) const {
  std::vector<Sid> all;
  const auto values = object.find(attid);
  for (std::size_t i = 0; values && i < values->size(); ++i)
    if (auto sid = decode_sid(values->value(i))) all.push_back(*sid);
  return all;
}

std::vector<Dnt> Reader::references(Dnt source, Attid attid) const {
  std::vector<Dnt> targets;
  const auto* attribute = schema().find_attribute(attid);
  if (attribute != nullptr && attribute->is_linked()) {
    must(snapshot_.links(source, attid, [&](const store::LinkValue& link) {
      if (link.is_present && !link.is_deactivated) targets.push_back(link.key.target);
      return true;
    }));
    return targets;
  }
  const auto record = find(source);
  const auto values = record ? record->find(attid) : std::nullopt;
  for (std::size_t i = 0; values && i < values->size(); ++i) targets.push_back(store::reference_target(values->value(i)));
  return targets;
}

Dnt Reader::reference(Dnt source, Attid attid) const {
  const auto targets = references(source, attid);
  return targets.empty() ? kNoDnt : targets.front();
}

bool Reader::is_active_link(const store::LinkKey& key) const {
  const auto link = must(snapshot_.find_link(key));
  return link && link->is_present && !link->is_deactivated;
}

std::vector<Dnt> Reader::referring(Dnt target, Attid forward_link) const {
  std::vector<store::LinkKey> keys;
  must(snapshot_.backlinks(target, forward_link, [&](const store::LinkKey& key) {
    keys.push_back(key);
    return true;
  }));
  std::vector<Dnt> sources;
  for (const auto& key : keys)
    if (is_active_link(key) && is_living(key.source)) sources.push_back(key.source);
  return sources;
}

}  // namespace tributary::service::directory
