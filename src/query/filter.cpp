// SPDX-License-Identifier: Apache-2.0
// See filter.hpp.
#include "query/filter.hpp"

#include <algorithm>
#include <set>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/assertion.hpp"
#include "query/links.hpp"
#include "repl/objects/attids.hpp"
#include "schema/value_compare.hpp"

namespace tributary::query {
namespace {

using ldap::FilterKind;
using ldap::FilterNode;
using schema::AttributeSchema;
using schema::Syntax;

// [MS-ADTS] 3.1.1.3.4.4.
constexpr std::string_view kBitAnd = "1.2.840.113556.1.4.803", kBitOr = "1.2.840.113556.1.4.804", kInChain = "1.2.840.113556.1.4.1941",
                           kDnWithData = "1.2.840.113556.1.4.2253";

/// Present on every object, whoever asks (3.1.1.3.1.3.1).
constexpr bool is_always_present(const AttributeSchema& attribute) noexcept {
  return attribute.attid == repl::attid::kObjectClass || attribute.attid == repl::attid::kDistinguishedName ||
         attribute.attid == repl::attid::kName || attribute.attid == repl::attid::kObjectGuid;
}

Test test_of(FilterKind kind) noexcept {
  switch (kind) {
    case FilterKind::kPresent: return Test::kPresent;
    case FilterKind::kGreaterOrEqual: return Test::kGreaterOrEqual;
    case FilterKind::kLessOrEqual: return Test::kLessOrEqual;
    default: return Test::kEqual;
  }
}

class Compiler {
 public:
  Compiler(const store::Snapshot& snapshot, const ldap::Filter& filter, const CompileOptions& options, CompiledFilter& out)
      : snapshot_(snapshot), schema_(*out.schema), filter_(filter), options_(options), out_(out) {}

  Result<void> node(std::uint32_t at, std::uint32_t limit, std::size_t depth) {
    if (depth > ldap::kFilterDepthMax) return fail(win32::kErrorDsAdminLimitExceeded, "the filter is too deep");
    const FilterNode& node = filter_.nodes[at];
    if (node.end <= at || node.end > limit) return fail(win32::kErrorInvalidParameter, "the filter is no tree");
    if (node.kind != FilterKind::kAnd && node.kind != FilterKind::kOr && node.kind != FilterKind::kNot) return leaf(node);
    const auto item = add(node.kind == FilterKind::kAnd ? Test::kAnd : node.kind == FilterKind::kOr ? Test::kOr : Test::kNot);
    if (!item) return std::unexpected(item.error());
    for (std::uint32_t child = at + 1; child < node.end; child = filter_.nodes[child].end) {
      if (auto done = this->node(child, node.end, depth + 1); !done) return done;
      if (node.kind == FilterKind::kNot) break;
    }
    close(*item);
    return {};
  }

 private:
  Result<std::uint32_t> add(Test test) {
    if (out_.items.size() == kItemsMax) return fail(win32::kErrorDsAdminLimitExceeded, "the filter has too many parts");
    out_.items.push_back({});
    out_.items.back().test = test;
    return static_cast<std::uint32_t>(out_.items.size() - 1);
  }
  void close(std::uint32_t item) { out_.items[item].end = static_cast<std::uint32_t>(out_.items.size()); }

  Result<void> constant(Truth truth) {
    const auto item = add(Test::kConstant);
    if (!item) return std::unexpected(item.error());
    out_.items[*item].constant = truth;
    close(*item);
    return {};
  }

  /// An item about an attribute that may be asked for.
  Result<void> put(Item item, const AttributeSchema& attribute) {
    item.attribute = &attribute;
    item.place = place_of(attribute);
    if (item.place == Place::kForwardLink) {
      item.link = attribute.attid;
      item.link_has_data = attribute.syntax != Syntax::kDn;
    }
    if (item.place == Place::kBackLink) {
      const auto* forward = schema_.link_partner(attribute);
      if (forward == nullptr) return constant(Truth::kFalse);
      item.link = forward->attid;
      item.link_has_data = forward->syntax != Syntax::kDn;
    }
    const auto known = std::ranges::find(out_.attributes, &attribute);
    item.slot = static_cast<std::uint32_t>(known - out_.attributes.begin());
    if (known == out_.attributes.end()) out_.attributes.push_back(&attribute);
    const auto index = add(item.test);
    if (!index) return std::unexpected(index.error());
    out_.items[*index] = std::move(item);
    close(*index);
    return {};
  }

  Result<void> leaf(const FilterNode& node) {
    const auto semicolon = node.attribute.find(';');
    const auto name = node.attribute.substr(0, semicolon);
    if (semicolon != std::string_view::npos && !equals_ignoring_case(node.attribute.substr(semicolon), ";binary")) return constant(Truth::kUndefined);
    const auto* attribute = name.empty() ? nullptr : schema_.find_attribute(name);
    if (attribute == nullptr) return constant(Truth::kUndefined);
    if (attribute->ldap_display_name == "aNR") return anr(node);
    if (attribute->is_constructed())
      return fail(win32::kErrorDsInappropriateMatching, attribute->ldap_display_name + " is computed and cannot be searched for");
    // 3.1.1.4.4: nobody is granted access, so for everybody it is as if no object had it (3.1.1.4.3).
    if (attribute->is_secret()) return constant(Truth::kFalse);
    switch (node.kind) {
      case FilterKind::kPresent: return is_always_present(*attribute) ? constant(Truth::kTrue) : put({.test = Test::kPresent}, *attribute);
      case FilterKind::kSubstrings: return substrings(*attribute, node);
      case FilterKind::kExtensible: return extensible(*attribute, node);
      default: return comparison(*attribute, test_of(node.kind), node.value);
    }
  }

  Result<void> comparison(const AttributeSchema& attribute, Test test, ByteView value) {
    const bool is_possible = test == Test::kEqual ? schema::has_equality(attribute.syntax) : schema::is_ordered(attribute.syntax);
    if (!is_possible) return constant(Truth::kUndefined);
    auto assertion = assertion_value(snapshot_, schema_, attribute, value);
    if (!assertion) return std::unexpected(assertion.error());
    if (assertion->state != AssertionState::kGood)
      return constant(assertion->state == AssertionState::kNoObject ? Truth::kFalse : Truth::kUndefined);
    return put({.test = test, .target = assertion->target, .form = std::move(assertion->form)}, attribute);
  }

  Result<void> substrings(const AttributeSchema& attribute, const FilterNode& node) {
    if (!schema::has_substrings(attribute.syntax)) return constant(Truth::kUndefined);
    Item item{.test = Test::kSubstrings};
    item.pieces_begin = static_cast<std::uint32_t>(out_.pieces.size());
    for (auto at = node.substrings_begin; at < node.substrings_end && at < filter_.substrings.size(); ++at) {
      Piece piece{filter_.substrings[at].place, {}};
      if (!substring_form(attribute.syntax, filter_.substrings[at].value, piece.form)) return constant(Truth::kUndefined);
      out_.pieces.push_back(std::move(piece));
    }
    item.pieces_end = static_cast<std::uint32_t>(out_.pieces.size());
    return put(std::move(item), attribute);
  }

  Result<void> begins_with(const AttributeSchema& attribute, std::string_view value) {
    if (!schema::has_substrings(attribute.syntax)) return constant(Truth::kUndefined);
    Item item{.test = Test::kSubstrings};
    item.pieces_begin = static_cast<std::uint32_t>(out_.pieces.size());
    Piece piece{ldap::Substring::Place::kInitial, {}};
    if (!substring_form(attribute.syntax, as_bytes(value), piece.form)) return constant(Truth::kUndefined);
    out_.pieces.push_back(std::move(piece));
    item.pieces_end = static_cast<std::uint32_t>(out_.pieces.size());
    return put(std::move(item), attribute);
  }

  Result<void> extensible(const AttributeSchema& attribute, const FilterNode& node) {
    if (node.matching_rule.empty()) return comparison(attribute, Test::kEqual, node.value);
    if (node.matching_rule == kBitAnd) return bits(attribute, Test::kBitAnd, node.value);
    if (node.matching_rule == kBitOr) return bits(attribute, Test::kBitOr, node.value);
    if (node.matching_rule == kInChain) return in_chain(attribute, node.value);
    if (node.matching_rule == kDnWithData) return with_data(attribute, node.value);
    return constant(Truth::kUndefined);
  }

  Result<void> bits(const AttributeSchema& attribute, Test test, ByteView value) {
    const bool is_number = attribute.syntax == Syntax::kInteger || attribute.syntax == Syntax::kEnumeration || attribute.syntax == Syntax::kLargeInteger;
    if (!is_number) return constant(Truth::kUndefined);
    const auto assertion = assertion_value(snapshot_, schema_, attribute, value);
    if (!assertion) return std::unexpected(assertion.error());
    if (assertion->state != AssertionState::kGood) return constant(Truth::kUndefined);
    const auto bits = assertion->octets.size() == 8 ? load_le<std::uint64_t>(assertion->octets.data()) : load_le<std::uint32_t>(assertion->octets.data());
    return put({.test = test, .bits = static_cast<std::int64_t>(bits)}, attribute);
  }

  Result<void> in_chain(const AttributeSchema& attribute, ByteView value) {
    if (!attribute.is_linked()) return constant(Truth::kUndefined);
    const auto named = named_object(snapshot_, schema_, value);
    if (!named) return std::unexpected(named.error());
    if (named->state != AssertionState::kGood) return constant(named->state == AssertionState::kNoObject ? Truth::kFalse : Truth::kUndefined);
    const auto* forward = attribute.is_forward_link() ? &attribute : schema_.link_partner(attribute);
    if (forward == nullptr) return constant(Truth::kFalse);
    auto chain = chain_to(snapshot_, named->target, forward->attid, attribute.is_forward_link(), out_.shows_deactivated_links, chain_links_);
    if (!chain) return std::unexpected(chain.error());
    out_.chains.push_back(std::move(*chain));
    return put({.test = Test::kInChain, .target = named->target, .chain = static_cast<std::uint32_t>(out_.chains.size() - 1)}, attribute);
  }

  Result<void> with_data(const AttributeSchema& attribute, ByteView value) {
    if (attribute.syntax != Syntax::kDnBinary && attribute.syntax != Syntax::kDnString) return constant(Truth::kUndefined);
    auto assertion = dn_with_data(snapshot_, schema_, attribute, value);
    if (!assertion) return std::unexpected(assertion.error());
    if (assertion->state != AssertionState::kGood)
      return constant(assertion->state == AssertionState::kNoObject ? Truth::kFalse : Truth::kUndefined);
    return put({.test = Test::kDnWithData, .target = assertion->target, .form = std::move(assertion->octets)}, attribute);
  }

  // --- 3.1.1.3.1.3.4 ---

  Result<void> anr(const FilterNode& node) {
    ByteView value = node.value;
    if (node.kind == FilterKind::kPresent) return constant(Truth::kFalse);
    if (node.kind == FilterKind::kExtensible) return constant(Truth::kUndefined);
    if (node.kind == FilterKind::kSubstrings) {
      const bool has_initial = node.substrings_begin < node.substrings_end && node.substrings_begin < filter_.substrings.size() &&
                               filter_.substrings[node.substrings_begin].place == ldap::Substring::Place::kInitial;
      if (!has_initial) return constant(Truth::kUndefined);
      value = filter_.substrings[node.substrings_begin].value;
    }
    std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
    const auto first = text.find_first_not_of(' ');
    const bool is_exact = first != std::string_view::npos && text[first] == '=';
    if (is_exact) text.remove_prefix(first + 1);
    if (text.empty()) return constant(Truth::kUndefined);
    const auto any = add(Test::kOr);
    if (!any) return std::unexpected(any.error());
    for (const auto& attribute : schema_.attributes()) {
      if (!attribute.is_anr() || attribute.is_defunct || attribute.is_secret() || attribute.is_constructed()) continue;
      // Whole values only of this one: what begins alike there says nothing about people.
      if (auto done = name_part(attribute, text, is_exact || attribute.ldap_display_name == "legacyExchangeDN"); !done) return done;
    }
    if (auto done = anr_full_names(text, is_exact); !done) return done;
    close(*any);
    return {};
  }

  Result<void> name_part(const AttributeSchema& attribute, std::string_view value, bool is_exact) {
    return is_exact ? comparison(attribute, Test::kEqual, as_bytes(value)) : begins_with(attribute, value);
  }

  Result<void> anr_full_names(std::string_view text, bool is_exact) {
    const auto space = text.find(' ');
    const auto* given = schema_.find_attribute("givenName");
    const auto* last = schema_.find_attribute("sn");
    if (space == std::string_view::npos || given == nullptr || last == nullptr) return {};
    const auto one = text.substr(0, space), two = text.substr(space + 1);
    const auto both = [&](std::string_view given_name, std::string_view surname) -> Result<void> {
      const auto all = add(Test::kAnd);
      if (!all) return std::unexpected(all.error());
      if (auto done = name_part(*given, given_name, is_exact); !done) return done;
      if (auto done = name_part(*last, surname, is_exact); !done) return done;
      close(*all);
      return {};
    };
    if (!options_.suppresses_first_last_anr)
      if (auto done = both(one, two); !done) return done;
    if (!options_.suppresses_last_first_anr) return both(two, one);
    return {};
  }

  const store::Snapshot& snapshot_;
  const schema::Schema& schema_;
  const ldap::Filter& filter_;
  const CompileOptions& options_;
  CompiledFilter& out_;
  std::size_t chain_links_ = kChainLinksMax;
};

}  // namespace

Place place_of(const AttributeSchema& attribute) noexcept {
  if (attribute.is_forward_link()) return Place::kForwardLink;
  if (attribute.is_back_link()) return Place::kBackLink;
  switch (attribute.attid) {
    case repl::attid::kDistinguishedName: return Place::kDistinguishedName;
    case repl::attid::kWhenChanged: return Place::kWhenChanged;
    case repl::attid::kUsnChanged: return Place::kUsnChanged;
    case repl::attid::kUsnCreated: return Place::kUsnCreated;
    default: return attribute.is_constructed() ? Place::kNowhere : Place::kRecord;
  }
}

Result<CompiledFilter> compile_filter(const store::Snapshot& snapshot, std::shared_ptr<const schema::Schema> schema, const ldap::Filter& filter,
                                      const CompileOptions& options) {
  if (filter.nodes.empty()) return fail(win32::kErrorInvalidParameter, "there is no filter");
  if (filter.nodes.size() > ldap::kFilterNodesMax) return fail(win32::kErrorDsAdminLimitExceeded, "the filter has too many parts");
  CompiledFilter out;
  out.schema = std::move(schema);
  out.shows_deactivated_links = options.shows_deactivated_links;
  out.items.reserve(filter.nodes.size());
  Compiler compiler(snapshot, filter, options, out);
  if (auto done = compiler.node(0, static_cast<std::uint32_t>(filter.nodes.size()), 1); !done) return std::unexpected(std::move(done.error()));
  return out;
}

}  // namespace tributary::query
