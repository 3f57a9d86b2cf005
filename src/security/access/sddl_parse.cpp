// SPDX-License-Identifier: Apache-2.0
// SDDL text to a descriptor ([MS-DTYP] 2.5.1.1). One pass from left to right; a failure names the words that it stumbled over.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/access/sddl.hpp"
#include "security/access/sddl_words.hpp"

namespace tributary::security {
namespace {

constexpr std::size_t kShownMax = 80;
constexpr std::size_t kAceFields = 6;

std::unexpected<Error> wrong(std::string_view what, std::string_view where) {
  return fail(win32::kErrorInvalidParameter, "SDDL: " + std::string(what) + ": \"" + to_printable(where, kShownMax) + "\"");
}

const sddl::BitWord* find_bits(std::span<const sddl::BitWord> words, std::string_view word) {
  const auto found = std::ranges::find(words, word, &sddl::BitWord::word);
  return found == words.end() ? nullptr : &*found;
}

Result<Sid> parse_trustee(std::string_view text, const DomainSids& domains) {
  if (text.size() != 2) return parse_sid(text);
  if (const auto sid = sddl::sid_of_word(text, domains)) return *sid;
  return wrong(sddl::is_sid_word(text) ? "the domain of this word is not known" : "no such word for a SID", text);
}

Result<std::uint8_t> parse_flags(std::string_view text) {
  std::uint32_t flags = 0;
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(2)) {
    const auto* const word = find_bits(sddl::kAceFlags, rest.substr(0, 2));
    if (word == nullptr) return wrong("no such ACE flag", text);
    flags |= word->bits;
  }
  return static_cast<std::uint8_t>(flags);
}

/// "0x20094", "0177" or "131220".
std::optional<std::uint32_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::uint32_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

Result<std::uint32_t> parse_rights(std::string_view text) {
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (const auto number = parse_number(text)) return *number;
    return wrong("no access mask", text);
  }
  std::uint32_t mask = 0;
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(2)) {
    const auto* word = find_bits(sddl::kRights, rest.substr(0, 2));
    if (word == nullptr) word = find_bits(sddl::kForeignRights, rest.substr(0, 2));
    if (word == nullptr) word = find_bits(sddl::kLabelRights, rest.substr(0, 2));
    if (word == nullptr) return wrong("no such right", text);
    mask |= word->bits;
  }
  return mask;
}

Result<std::optional<Guid>> parse_object_guid(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text.starts_with('{')) return wrong("a GUID has no braces here", text);
  const auto guid = parse_guid(text);
  if (!guid) return wrong("no GUID", text);
  return *guid;
}

Result<AceType> parse_type(std::string_view text) {
  const auto* const found = std::ranges::find(sddl::kAceTypes, text, &sddl::TypeWord::word);
  if (found != std::end(sddl::kAceTypes)) return found->type;
  for (const std::string_view conditional : {"XA", "XD", "XU", "ZA", "RA"})
    if (text == conditional)
      return fail(win32::kErrorNotSupported, "SDDL: ACEs with conditions or resource attributes (" + std::string(text) + ")");
  return wrong("no such ACE type", text);
}

/// What stands between the parentheses of an ACE.
Result<Ace> parse_ace(std::string_view text, const DomainSids& domains) {
  std::array<std::string_view, kAceFields> fields;
  std::string_view rest = text;
  for (std::size_t i = 0; i < kAceFields; ++i) {
    const auto end = rest.find(';');
    const bool last = i + 1 == kAceFields;
    if (!last && end == std::string_view::npos) return wrong("an ACE has six fields", text);
    fields[i] = last ? rest : rest.substr(0, end);
    if (!last) rest.remove_prefix(end + 1);
  }
  const auto type = parse_type(fields[0]);
  if (!type) return std::unexpected(type.error());
  const auto flags = parse_flags(fields[1]);
  if (!flags) return std::unexpected(flags.error());
  const auto mask = parse_rights(fields[2]);
  if (!mask) return std::unexpected(mask.error());
  const auto object_type = parse_object_guid(fields[3]);
  if (!object_type) return std::unexpected(object_type.error());
  const auto inherited = parse_object_guid(fields[4]);
  if (!inherited) return std::unexpected(inherited.error());
  if ((*object_type || *inherited) && ace_shape(*type) != AceShape::kObject) return wrong("only an object ACE has GUIDs", text);
  const auto sid = parse_trustee(fields[5], domains);
  if (!sid) return std::unexpected(sid.error());
  return Ace{.type = *type, .flags = *flags, .mask = *mask, .object_type = *object_type, .inherited_object_type = *inherited, .sid = *sid};
}

void take_list_flags(std::string_view& text, const sddl::ListWord& bits, std::uint16_t& control) {
  for (;;) {
    if (text.starts_with("P")) {
      control |= bits.is_protected;
      text.remove_prefix(1);
    } else if (text.starts_with("AI")) {
      control |= bits.auto_inherited;
      text.remove_prefix(2);
    } else if (text.starts_with("AR")) {
      control |= bits.inheritance_required;
      text.remove_prefix(2);
    } else {
      return;
    }
  }
}

Result<std::optional<Acl>> take_list(std::string_view& text, const sddl::ListWord& bits, const DomainSids& domains, std::uint16_t& control) {
  control |= bits.present;
  take_list_flags(text, bits, control);
  if (text.starts_with(sddl::kNullList)) {
    text.remove_prefix(sddl::kNullList.size());
    return std::nullopt;
  }
  Acl acl;
  while (text.starts_with('(')) {
    const auto end = text.find(')');
    if (end == std::string_view::npos) return wrong("an ACE does not end", text);
    auto ace = parse_ace(text.substr(1, end - 1), domains);
    if (!ace) return std::unexpected(std::move(ace.error()));
    if (ace_shape(ace->type) == AceShape::kObject) acl.revision = kAclRevisionDs;
    acl.aces.push_back(std::move(*ace));
    text.remove_prefix(end + 1);
  }
  return acl;
}

/// "BAG:..." is BA and then the mark G.
Result<Sid> take_trustee(std::string_view& text, const DomainSids& domains) {
  const auto colon = text.find(':');
  const std::size_t end = colon == std::string_view::npos ? text.size() : colon - (colon == 0 ? 0 : 1);
  const auto sid = parse_trustee(text.substr(0, end), domains);
  text.remove_prefix(end);
  return sid;
}

class Parser {
 public:
  Parser(std::string_view text, const DomainSids& domains) : text_(text), domains_(domains) {}

  Result<SecurityDescriptor> run() {
    while (!text_.empty()) {
      if (text_.size() < 2 || text_[1] != ':') return wrong("O:, G:, D: or S: is expected", text_);
      const char mark = text_.front();
      if (seen_.contains(mark)) return wrong("this part is there twice", text_);
      seen_.push_back(mark);
      text_.remove_prefix(2);
      if (auto taken = take_part(mark); !taken) return std::unexpected(std::move(taken.error()));
    }
    return std::move(descriptor_);
  }

 private:
  Result<void> take_part(char mark) {
    if (mark == 'O' || mark == 'G') {
      auto sid = take_trustee(text_, domains_);
      if (!sid) return std::unexpected(std::move(sid.error()));
      (mark == 'O' ? descriptor_.owner : descriptor_.group) = *sid;
      return {};
    }
    if (mark != 'D' && mark != 'S') return wrong("O:, G:, D: or S: is expected", std::string_view(&mark, 1));
    auto list = take_list(text_, mark == 'D' ? sddl::kDacl : sddl::kSacl, domains_, descriptor_.control);
    if (!list) return std::unexpected(std::move(list.error()));
    (mark == 'D' ? descriptor_.dacl : descriptor_.sacl) = std::move(*list);
    return {};
  }

  std::string_view text_;
  const DomainSids& domains_;
  std::string seen_;
  SecurityDescriptor descriptor_;
};

}  // namespace

Result<SecurityDescriptor> parse_sddl(std::string_view text, const DomainSids& domains) {
  if (text.size() > kSddlLengthMax) return wrong("the text is too long", text);
  return Parser(text, domains).run();
}

}  // namespace tributary::security
