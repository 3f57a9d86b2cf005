// SPDX-License-Identifier: Apache-2.0
// Filters and plans in words (filter.hpp, plan.hpp), for LDAP_SERVER_GET_STATS_OID and for administrators.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "query/plan.hpp"

namespace tributary::query {
namespace {

constexpr std::size_t kValueOctetsMax = 80;

bool is_text(schema::Syntax syntax) noexcept {
  switch (syntax) {
    case schema::Syntax::kUnicodeString:
    case schema::Syntax::kTeletexString:
    case schema::Syntax::kCaseString:
    case schema::Syntax::kIa5String:
    case schema::Syntax::kNumericString:
    case schema::Syntax::kPrintableString: return true;
    default: return false;
  }
}

std::string shown(const schema::Schema& schema, const schema::AttributeSchema& attribute, ByteView form) {
  const std::string_view text(reinterpret_cast<const char*>(form.data()), form.size());
  if (is_text(attribute.syntax)) return to_printable(text, kValueOctetsMax);
  if (attribute.syntax == schema::Syntax::kBoolean) return form.size() == 1 && form[0] != 0 ? "TRUE" : "FALSE";
  if (attribute.syntax == schema::Syntax::kOid && form.size() == 4) {
    const auto* named = schema.find_class(schema::Attid{load_be<std::uint32_t>(form.data())});
    return named != nullptr ? named->ldap_display_name : fmt::format("{:#x}", load_be<std::uint32_t>(form.data()));
  }
  if (attribute.syntax == schema::Syntax::kSid)
    if (const auto sid = decode_sid(form)) return to_string(*sid);
  if (form.size() == 4) return std::to_string(static_cast<std::int32_t>(load_be<std::uint32_t>(form.data()) ^ (1u << 31)));
  if (form.size() == 8) return std::to_string(static_cast<std::int64_t>(load_be<std::uint64_t>(form.data()) ^ (1ull << 63)));
  return to_hex(form.first(std::min<std::size_t>(form.size(), kValueOctetsMax / 2)));
}

std::string object_text(Dnt dnt) { return fmt::format("#{}", static_cast<std::uint64_t>(dnt)); }

std::string value_text(const schema::Schema& schema, const Item& item) {
  if (item.test == Test::kBitAnd || item.test == Test::kBitOr) return std::to_string(item.bits);
  if (item.test == Test::kInChain || item.test == Test::kDnWithData || schema::is_reference(item.attribute->syntax)) return object_text(item.target);
  return shown(schema, *item.attribute, item.form);
}

std::string_view operator_of(Test test) noexcept {
  switch (test) {
    case Test::kGreaterOrEqual: return ">=";
    case Test::kLessOrEqual: return "<=";
    case Test::kBitAnd: return ":and:=";
    case Test::kBitOr: return ":or:=";
    case Test::kInChain: return ":chain:=";
    case Test::kDnWithData: return ":data:=";
    default: return "=";
  }
}

std::string pieces_text(const CompiledFilter& filter, const Item& item) {
  std::string text;
  for (auto at = item.pieces_begin; at < item.pieces_end; ++at) {
    const auto& piece = filter.pieces[at];
    if (piece.place != ldap::Substring::Place::kInitial && !text.ends_with('*')) text += '*';
    text += shown(*filter.schema, *item.attribute, piece.form);
    if (piece.place != ldap::Substring::Place::kFinal) text += '*';
  }
  return text;
}

std::string leaf_text(const CompiledFilter& filter, const Item& item) {
  if (item.test == Test::kConstant) return item.constant == Truth::kTrue ? "true" : item.constant == Truth::kFalse ? "false" : "undefined";
  const auto& name = item.attribute->ldap_display_name;
  if (item.test == Test::kPresent) return name + "=*";
  if (item.test == Test::kSubstrings) return name + "=" + pieces_text(filter, item);
  return fmt::format("{}{}{}", name, operator_of(item.test), value_text(*filter.schema, item));
}

void append_item(const CompiledFilter& filter, std::uint32_t at, std::size_t octets_max, std::string& out) {
  if (out.size() > octets_max) return;
  const Item& item = filter.items[at];
  out += '(';
  if (item.test == Test::kAnd || item.test == Test::kOr || item.test == Test::kNot) {
    out += item.test == Test::kAnd ? '&' : item.test == Test::kOr ? '|' : '!';
    for (auto child = at + 1; child < item.end; child = filter.items[child].end) append_item(filter, child, octets_max, out);
  } else {
    out += leaf_text(filter, item);
  }
  out += ')';
}

std::string step_text(const CompiledFilter& filter, const Step& step) {
  const auto item = [&] { return leaf_text(filter, filter.items[step.item]); };
  switch (step.kind) {
    case StepKind::kNothing: return "nothing can match";
    case StepKind::kBase: return "the base";
    case StepKind::kChildren: return "children of the base";
    case StepKind::kTree: return "the tree";
    case StepKind::kObject: return "the object " + item();
    case StepKind::kIndex: return "index " + item();
    case StepKind::kTargets: return "link values of " + item();
    case StepKind::kSources: return "back links of " + item();
    case StepKind::kChain: return "chain " + item();
    case StepKind::kChanges: return "changes " + item();
    case StepKind::kUnion: return "union of";
    case StepKind::kScan: return "scan of all objects";
  }
  return {};
}

}  // namespace

std::string describe(const CompiledFilter& filter, std::size_t octets_max) {
  std::string out;
  if (!filter.items.empty()) append_item(filter, 0, octets_max, out);
  if (out.size() > octets_max) {
    out.resize(octets_max);
    out += "...";
  }
  return out;
}

std::vector<std::string> explain(const CompiledFilter& filter, const Plan& plan) {
  std::vector<std::string> lines;
  std::vector<std::uint32_t> ends;
  for (std::uint32_t at = 0; at < plan.steps.size() && lines.size() < 100; ++at) {
    while (!ends.empty() && ends.back() <= at) ends.pop_back();
    const Step& step = plan.steps[at];
    auto line = std::string(ends.size() * 2, ' ') + step_text(filter, step);
    if (step.kind != StepKind::kScan) line += ": " + std::to_string(step.estimate);
    lines.push_back(std::move(line));
    if (step.kind == StepKind::kUnion) ends.push_back(step.end);
  }
  return lines;
}

}  // namespace tributary::query
