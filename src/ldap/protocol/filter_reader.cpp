// SPDX-License-Identifier: Apache-2.0
// Filters as they are sent (RFC 4511 4.5.1.7): what is open lies on a list of our own, so depth costs no stack.
#include "ldap/protocol/filter_reader.hpp"

#include <vector>

namespace tributary::ldap {
namespace {

/// The leaf in `element`, whose kind and tag are known.
FilterReading read_assertion(BerReader in, FilterNode& node) {
  const auto attribute = in.text();
  const auto value = in.take(kOctetString);
  if (in.broken()) return FilterReading::kBroken;
  if (!attribute || !value) return FilterReading::kMalformed;
  node.attribute = *attribute;
  node.value = *value;
  return FilterReading::kRead;
}

FilterReading read_substrings(BerScratch& scratch, BerReader in, FilterNode& node, Filter& filter) {
  const auto attribute = in.text();
  const auto parts = in.take(kSequence);
  if (in.broken()) return FilterReading::kBroken;
  if (!attribute || !parts || parts->empty()) return FilterReading::kMalformed;
  node.attribute = *attribute;
  node.substrings_begin = static_cast<std::uint32_t>(filter.substrings.size());
  for (BerReader list(scratch, *parts); !list.at_end();) {
    const bool is_first = filter.substrings.size() == node.substrings_begin;
    const auto part = list.next();
    if (!part) return FilterReading::kBroken;
    if (part->tag < 0x80 || part->tag > 0x82) return FilterReading::kMalformed;
    const auto place = static_cast<Substring::Place>(part->tag - 0x80);
    if ((place == Substring::Place::kInitial && !is_first) || (place == Substring::Place::kFinal && !list.at_end())) return FilterReading::kMalformed;
    if (filter.substrings.size() == kFilterNodesMax) return FilterReading::kTooLarge;
    filter.substrings.push_back({place, part->content});
  }
  node.substrings_end = static_cast<std::uint32_t>(filter.substrings.size());
  return FilterReading::kRead;
}

FilterReading read_extensible(BerReader in, FilterNode& node) {
  const auto rule = in.text(0x81), type = in.text(0x82);
  const auto value = in.take(0x83);
  const bool has_flag = !in.at_end() && in.rest().front() == 0x84;
  const auto dn_attributes = in.boolean(0x84);
  if (in.broken()) return FilterReading::kBroken;
  if (!value || (!rule && !type) || has_flag != dn_attributes.has_value()) return FilterReading::kMalformed;
  node.matching_rule = rule.value_or(std::string_view());
  node.attribute = type.value_or(std::string_view());
  node.value = *value;
  node.dn_attributes = dn_attributes.value_or(false);
  return FilterReading::kRead;
}

FilterReading read_leaf(BerScratch& scratch, const BerItem& element, FilterNode& node, Filter& filter) {
  const BerReader in(scratch, element.content);
  switch (element.tag) {
    case 0xA3: node.kind = FilterKind::kEqual; return read_assertion(in, node);
    case 0xA4: node.kind = FilterKind::kSubstrings; return read_substrings(scratch, in, node, filter);
    case 0xA5: node.kind = FilterKind::kGreaterOrEqual; return read_assertion(in, node);
    case 0xA6: node.kind = FilterKind::kLessOrEqual; return read_assertion(in, node);
    case 0x87:
      node.kind = FilterKind::kPresent;
      node.attribute = as_text(element.content);
      return FilterReading::kRead;
    case 0xA8: node.kind = FilterKind::kApprox; return read_assertion(in, node);
    case 0xA9: node.kind = FilterKind::kExtensible; return read_extensible(in, node);
    default: return FilterReading::kMalformed;
  }
}

struct Open {
  const std::uint8_t* end;
  std::uint32_t node;
};

}  // namespace

FilterReading read_filter(BerScratch& scratch, const BerItem& element, Filter& filter) {
  std::vector<Open> open;
  BerItem item = element;
  for (;;) {
    if (filter.nodes.size() == kFilterNodesMax) return FilterReading::kTooLarge;
    const auto index = static_cast<std::uint32_t>(filter.nodes.size());
    auto& node = filter.nodes.emplace_back();
    const auto* at = item.content.data() + item.content.size();
    if (item.tag >= 0xA0 && item.tag <= 0xA2) {
      node.kind = static_cast<FilterKind>(item.tag - 0xA0);
      if (open.size() + 1 >= kFilterDepthMax) return FilterReading::kTooLarge;
      open.push_back({at, index});
      at = item.content.data();
    } else {
      if (const auto reading = read_leaf(scratch, item, node, filter); reading != FilterReading::kRead) return reading;
      node.end = index + 1;
    }
    for (; !open.empty() && open.back().end == at; open.pop_back()) {
      auto& closed = filter.nodes[open.back().node];
      closed.end = static_cast<std::uint32_t>(filter.nodes.size());
      // A not has one filter, which ends where it does. And and or without any are RFC 4526's true and false.
      const auto first = open.back().node + 1;
      if (closed.kind == FilterKind::kNot && (first == closed.end || filter.nodes[first].end != closed.end)) return FilterReading::kMalformed;
    }
    if (open.empty()) return FilterReading::kRead;
    const auto next = scratch.peek(ByteView(at, open.back().end));
    if (!next) return FilterReading::kBroken;
    item = *next;
  }
}

}  // namespace tributary::ldap
