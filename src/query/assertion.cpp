// SPDX-License-Identifier: Apache-2.0
// See assertion.hpp.
#include "query/assertion.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/dn_forms.hpp"
#include "query/ldap_values.hpp"
#include "repl/objects/attids.hpp"
#include "repl/objects/facts.hpp"
#include "schema/value_compare.hpp"

namespace tributary::query {
namespace {

using schema::Syntax;

std::string_view text_of(ByteView value) noexcept { return {reinterpret_cast<const char*>(value.data()), value.size()}; }

/// What cannot be read of the database ends the search; what cannot be read of a name is the client's mistake.
bool is_fatal(const Error& error) noexcept { return error.code == win32::kErrorDsDatabaseError; }

Result<Assertion> good(const schema::AttributeSchema& attribute, Dnt target, Bytes octets) {
  Assertion result{AssertionState::kGood, target, std::move(octets), {}};
  Bytes whole;
  if (schema::is_reference(attribute.syntax)) {
    whole.resize(schema::kReferenceOctets);
    store_le(whole.data(), static_cast<std::uint64_t>(target));
  }
  whole.insert(whole.end(), result.octets.begin(), result.octets.end());
  if (!schema::normal_form(attribute.syntax, whole, result.form)) result.state = AssertionState::kUndefined;
  return result;
}

Result<Assertion> object_state(const Result<Dnt>& found) {
  if (!found) {
    if (is_fatal(found.error())) return std::unexpected(found.error());
    return Assertion{};
  }
  return Assertion{*found == store::kNoDnt ? AssertionState::kNoObject : AssertionState::kGood, *found, {}, {}};
}

/// Samba's tools and SSSD write an objectGUID, an invocationId and whatever else has sixteen octets as the text of a GUID; DEVIATION: Windows
/// takes the octets only.
std::optional<Guid> guid_text(const schema::AttributeSchema& attribute, std::string_view text) {
  const bool has_sixteen = attribute.syntax == Syntax::kOctetString && attribute.range_lower == 16 && attribute.range_upper == 16;
  if ((attribute.attid != repl::attid::kObjectGuid && !has_sixteen && attribute.ldap_display_name != "invocationId") || (text.size() != 36 && text.size() != 38))
    return std::nullopt;
  const auto guid = parse_guid(text);
  return guid ? std::optional(*guid) : std::nullopt;
}

/// attributeID and governsID hold numbers of the prefix table, whatever the number that the schema goes by.
std::optional<schema::Attid> number_of_oid(const schema::Schema& schema, const schema::AttributeSchema& attribute, std::string_view text) {
  if (attribute.attid != repl::attid::kAttributeId && attribute.attid != repl::attid::kGovernsId) return std::nullopt;
  return schema.prefix_table().find_attid(text);
}

}  // namespace

Result<Assertion> assertion_value(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute,
                                  ByteView value) {
  const auto text = text_of(value);
  if (const auto guid = guid_text(attribute, text)) return good(attribute, {}, to_bytes(guid->octets));
  if (attribute.attid == repl::attid::kObjectCategory) {
    if (const auto* named = schema.find_class(text)) {
      const auto category = category_of_class(snapshot, schema, *named);
      if (!category) return std::unexpected(category.error());
      return *category == store::kNoDnt ? Assertion{AssertionState::kNoObject, {}, {}, {}} : good(attribute, *category, {});
    }
  }
  if (attribute.syntax == Syntax::kOid) {
    if (const auto number = number_of_oid(schema, attribute, text)) {
      Bytes octets(4);
      store_le(octets.data(), static_cast<std::uint32_t>(*number));
      return good(attribute, {}, std::move(octets));
    }
  }
  const bool is_boolean = attribute.syntax == Syntax::kBoolean;
  if (is_boolean && !equals_ignoring_case(text, "TRUE") && !equals_ignoring_case(text, "FALSE")) return Assertion{};
  const std::string_view written = !is_boolean ? text : equals_ignoring_case(text, "TRUE") ? "TRUE" : "FALSE";
  auto read = value_from_ldap(schema, attribute, written, [&](std::string_view dn) { return find_dn(snapshot, schema, dn); });
  if (!read) {
    if (is_fatal(read.error())) return std::unexpected(read.error());
    if (read.error().code == win32::kErrorDsNameReferenceInvalid) return Assertion{AssertionState::kNoObject, {}, {}, {}};
    return Assertion{};
  }
  return good(attribute, read->target, std::move(read->octets));
}

Result<Assertion> dn_with_data(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute,
                               ByteView value) {
  auto read = value_from_ldap(schema, attribute, text_of(value), [&](std::string_view dn) {
    return dn.empty() ? Result<Dnt>(store::kRootDnt) : find_dn(snapshot, schema, dn);
  });
  if (read) return Assertion{AssertionState::kGood, read->target, std::move(read->octets), {}};
  if (is_fatal(read.error())) return std::unexpected(read.error());
  return Assertion{read.error().code == win32::kErrorDsNameReferenceInvalid ? AssertionState::kNoObject : AssertionState::kUndefined, {}, {}, {}};
}

Result<Assertion> named_object(const store::Snapshot& snapshot, const schema::Schema& schema, ByteView value) {
  auto dn = text_of(value);
  // The DN of "B:2:0A:dn" and "S:1:x:dn" is behind the third colon.
  if (dn.starts_with("B:") || dn.starts_with("S:")) {
    const auto second = dn.find(':', 2);
    const auto third = second == std::string_view::npos ? second : dn.find(':', second + 1);
    if (third == std::string_view::npos) return Assertion{};
    dn.remove_prefix(third + 1);
  }
  if (dn.empty()) return Assertion{};
  return object_state(find_dn(snapshot, schema, dn));
}

bool substring_form(Syntax syntax, ByteView value, Bytes& out) {
  out.clear();
  if (syntax == Syntax::kUnicodeString) {
    if (!to_utf16(text_of(value))) return false;
    schema::append_folded_utf8(text_of(value), out);
    return true;
  }
  if (syntax == Syntax::kSid) {
    out.assign(value.begin(), value.end());
    return true;
  }
  return schema::normal_form(syntax, value, out);
}

Result<Dnt> category_of_class(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::ClassSchema& named) {
  const auto* category = schema.find_class_by_cn(named.default_object_category);
  if (category != nullptr && !category->object_guid.is_null()) return repl::resolve_guid(snapshot, category->object_guid);
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (*object && repl::is_instance_of(schema, **object, repl::class_id::kDmd)) return snapshot.find_child(root, named.default_object_category);
  }
  return store::kNoDnt;
}

}  // namespace tributary::query
