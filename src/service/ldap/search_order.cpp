// SPDX-License-Identifier: Apache-2.0
// See search_order.hpp.
#include "service/ldap/search_order.hpp"

#include <algorithm>
#include <charconv>

#include "schema/value_compare.hpp"

namespace tributary::service::ldap_face {
namespace {

using ldap::ResultCode;

constexpr std::size_t kKeyOctetsMax = 256;  ///< what is alike so far is alike

/// The ordering rules of 3.1.1.3.4.1.13: languages.
bool is_ordering_rule(std::string_view rule) {
  constexpr std::string_view kPrefix = "1.2.840.113556.1.4.";
  if (rule.empty()) return true;
  if (!rule.starts_with(kPrefix)) return false;
  int number = 0;
  const auto last = rule.substr(kPrefix.size());
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
  return error == std::errc() && end == last.data() + last.size() && ((number >= 1461 && number <= 1570) || (number >= 1578 && number <= 1699));
}

query::Place place(const schema::AttributeSchema& attribute) noexcept { return query::place_of(attribute); }

std::uint32_t as_u32(std::size_t value) noexcept { return static_cast<std::uint32_t>(std::min<std::size_t>(value, INT32_MAX)); }

/// Which one [MS-ADTS] 3.1.1.3.4.1.17 means by an offset; nothing: an offset that is none.
std::optional<std::size_t> position_of(const ldap::VlvOffset& by, std::size_t count) {
  if (by.content_count == 0) return by.offset == 0 ? count : std::min<std::size_t>(by.offset, count);
  if (by.offset == 0) return std::nullopt;
  if (by.offset == 1) return std::min<std::size_t>(1, count);
  const auto position = static_cast<std::uint64_t>(count) * by.offset / by.content_count;
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(position, std::min<std::size_t>(1, count), count));
}

}  // namespace

SortOrder read_order(const schema::Schema& schema, std::span<const ldap::SortKey> keys) {
  SortOrder order;
  if (keys.size() != 1) {
    order.code = ResultCode::kUnwillingToPerform;
    return order;
  }
  const auto* attribute = schema.find_attribute(keys[0].attribute);
  if (attribute == nullptr || attribute->is_secret()) order.code = ResultCode::kNoSuchAttribute;
  else if (!schema::is_ordered(attribute->syntax) || attribute->is_constructed() || !is_ordering_rule(keys[0].matching_rule)) order.code = ResultCode::kInappropriateMatching;
  else order.attribute = attribute;
  order.is_reverse = keys[0].reverse;
  return order;
}

std::optional<Bytes> sort_key(const schema::AttributeSchema& attribute, const store::ObjectView& object) {
  std::array<std::uint8_t, 8> number{};
  const auto of_number = [&](std::int64_t value) {
    store_le(number.data(), static_cast<std::uint64_t>(value));
    return schema::normal_form(attribute.syntax, number);
  };
  switch (place(attribute)) {
    case query::Place::kWhenChanged: return of_number(object.head().when_changed.seconds);
    case query::Place::kUsnChanged: return of_number(object.usn_changed().value);
    case query::Place::kUsnCreated: return of_number(object.head().usn_created.value);
    case query::Place::kRecord: break;
    default: return std::nullopt;
  }
  std::optional<Bytes> least;
  const auto values = object.find(attribute.attid);
  for (std::size_t i = 0; values && i < values->size(); ++i) {
    auto form = schema::normal_form(attribute.syntax, values->value(i));
    if (!least || form < *least) least = std::move(form);
  }
  if (least && least->size() > kKeyOctetsMax) least->resize(kKeyOctetsMax);
  return least;
}

void sort_objects(std::vector<SortedObject>& objects, bool is_reverse) {
  std::ranges::sort(objects, [&](const SortedObject& a, const SortedObject& b) {
    if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
    if (a.key && *a.key != *b.key) return is_reverse ? *b.key < *a.key : *a.key < *b.key;
    return a.dnt < b.dnt;
  });
}

VlvWindow vlv_window(const ldap::VlvRequest& request, std::span<const SortedObject> objects, bool is_reverse, const std::optional<Bytes>& asserted) {
  VlvWindow window;
  const auto with_key = std::ranges::partition_point(objects, [](const SortedObject& each) { return each.key.has_value(); });
  const auto count = static_cast<std::size_t>(with_key - objects.begin());
  window.count = as_u32(count);
  std::size_t target = 0;
  if (const auto* by = std::get_if<ldap::VlvOffset>(&request.target)) {
    const auto position = position_of(*by, count);
    if (!position) {
      window.code = ResultCode::kOffsetRangeError;
      return window;
    }
    target = *position;
  } else if (asserted) {
    const auto is_before = [&](const SortedObject& each) { return is_reverse ? *asserted < *each.key : *each.key < *asserted; };
    target = static_cast<std::size_t>(std::ranges::partition_point(objects.first(count), is_before) - objects.begin()) + 1;
  } else {
    window.code = ResultCode::kOther;
    return window;
  }
  window.target = as_u32(target);
  const std::size_t index = target == 0 ? 0 : target - 1;
  window.begin = index - std::min<std::size_t>(request.before, index);
  window.end = std::min(count, index + std::min<std::size_t>(request.after, count) + 1);
  window.begin = std::min(window.begin, window.end);
  return window;
}

}  // namespace tributary::service::ldap_face
