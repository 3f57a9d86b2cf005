// SPDX-License-Identifier: Apache-2.0
// A descriptor as SDDL text ([MS-DTYP] 2.5.1.1): parts in the order O, G, D, S, flags and rights in the order of their bits.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "security/access/sddl.hpp"
#include "security/access/sddl_words.hpp"

namespace tributary::security {
namespace {

std::string trustee_text(const Sid& sid, const DomainSids& domains) {
  const auto word = sddl::word_of_sid(sid, domains);
  return word.empty() ? to_string(sid) : std::string(word);
}

/// The words for all bits; nothing when one of them has none.
std::optional<std::string> words_for(std::uint32_t bits, std::span<const sddl::BitWord> words) {
  std::string text;
  for (const sddl::BitWord& word : words) {
    if ((bits & word.bits) == 0) continue;
    text += word.word;
    bits &= ~word.bits;
  }
  if (bits != 0) return std::nullopt;
  return text;
}

std::string rights_text(const Ace& ace) {
  const bool is_label = ace.type == AceType::kSystemMandatoryLabel;
  const auto words = is_label ? words_for(ace.mask, sddl::kLabelRights) : words_for(ace.mask, sddl::kRights);
  return words ? *words : fmt::format("0x{:x}", ace.mask);
}

Result<void> print_ace(std::string& text, const Ace& ace, const DomainSids& domains) {
  const auto* const type = std::ranges::find(sddl::kAceTypes, ace.type, &sddl::TypeWord::type);
  if (type == std::end(sddl::kAceTypes) || !ace.application_data.empty())
    return fail(win32::kErrorNotSupported, fmt::format("SDDL: an ACE of type 0x{:02x}, or what follows its SID, has no text",
                                                       static_cast<unsigned>(ace.type)));
  const auto flags = words_for(ace.flags, sddl::kAceFlags);
  text += fmt::format("({};{};{};{};{};{})", type->word, flags.value_or(""), rights_text(ace),
                      ace.object_type ? to_string(*ace.object_type) : "",
                      ace.inherited_object_type ? to_string(*ace.inherited_object_type) : "", trustee_text(ace.sid, domains));
  return {};
}

Result<void> print_list(std::string& text, const SecurityDescriptor& descriptor, const std::optional<Acl>& list, const sddl::ListWord& marks,
                        const DomainSids& domains) {
  if (!list && !descriptor.has(marks.present)) return {};
  text += marks.mark;
  if (descriptor.has(marks.is_protected)) text += "P";
  if (descriptor.has(marks.inheritance_required)) text += "AR";
  if (descriptor.has(marks.auto_inherited)) text += "AI";
  if (!list) {
    text += sddl::kNullList;
    return {};
  }
  for (const Ace& ace : list->aces)
    if (auto printed = print_ace(text, ace, domains); !printed) return printed;
  return {};
}

}  // namespace

Result<std::string> to_sddl(const SecurityDescriptor& descriptor, const DomainSids& domains) {
  std::string text;
  if (descriptor.owner) text += "O:" + trustee_text(*descriptor.owner, domains);
  if (descriptor.group) text += "G:" + trustee_text(*descriptor.group, domains);
  if (auto printed = print_list(text, descriptor, descriptor.dacl, sddl::kDacl, domains); !printed) return std::unexpected(printed.error());
  if (auto printed = print_list(text, descriptor, descriptor.sacl, sddl::kSacl, domains); !printed) return std::unexpected(printed.error());
  return text;
}

}  // namespace tributary::security
