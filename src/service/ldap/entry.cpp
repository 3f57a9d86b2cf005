// SPDX-License-Identifier: Apache-2.0
// See entry.hpp.
#include "service/ldap/entry.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "query/dn_forms.hpp"
#include "query/ldap_values.hpp"
#include "query/links.hpp"
#include "repl/objects/facts.hpp"
#include "security/access/security_descriptor.hpp"
#include "service/ldap/constructed/head_values.hpp"

namespace tributary::service::ldap_face {
namespace {

using schema::AttributeSchema;
using schema::Syntax;
namespace attid = repl::attid;

constexpr std::uint32_t kAllParts = 0xF;

void append_utf8(char32_t code, std::string& out) {
  const auto put = [&](unsigned value) { out.push_back(static_cast<char>(value)); };
  const auto tail = [&](int shift) { put(0x80u | ((code >> shift) & 0x3Fu)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0u | (code >> 6)), tail(0);
  if (code < 0x10000) return put(0xE0u | (code >> 12)), tail(6), tail(0);
  put(0xF0u | (code >> 18)), tail(12), tail(6), tail(0);
}

/// UTF-16LE as UTF-8; unpaired surrogates become U+FFFD.
void append_utf16(ByteView octets, std::string& out) {
  for (std::size_t at = 0; at + 2 <= octets.size(); at += 2) {
    char32_t code = load_le<std::uint16_t>(octets.data() + at);
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
      continue;
    }
    if (code >= 0xD800 && code < 0xE000) {
      const char32_t low = code < 0xDC00 && at + 4 <= octets.size() ? load_le<std::uint16_t>(octets.data() + at + 2) : 0;
      const bool is_pair = low >= 0xDC00 && low < 0xE000;
      code = is_pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
      if (is_pair) at += 2;
    }
    append_utf8(code, out);
  }
}

std::string upper_hex(ByteView octets) {
  auto text = to_hex(octets);
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return text;
}

/// The numeric form where the schema has no name, and where numbers are what the attribute is about ([MS-ADTS] 3.1.1.2.2.2).
void append_oid(const schema::Schema& schema, const AttributeSchema& attribute, std::uint32_t number, std::string& out) {
  const bool wants_number = attribute.attid == attid::kAttributeId || attribute.attid == attid::kGovernsId;
  if (!wants_number) {
    const auto* found_class = schema.find_class(schema::Attid{number});
    const auto* found = found_class == nullptr ? schema.find_attribute(schema::Attid{number}) : nullptr;
    if (found_class != nullptr && !found_class->is_defunct) return (void)out.append(found_class->ldap_display_name);
    if (found != nullptr && !found->is_defunct) return (void)out.append(found->ldap_display_name);
  }
  out.append(schema.prefix_table().oid_from_attid(number));
}

}  // namespace

EntryMaker::EntryMaker(const View& view, const Selection& selection, ReadAccess& access) : view_(view), selection_(selection), access_(access) {}

Result<void> EntryMaker::append_dn(store::Dnt object) {
  if (!view_.extended_dn) return query::append_dn(view_.snapshot, view_.schema(), object, text_);
  auto dn = dn_for_client(view_, object);
  if (!dn) return std::unexpected(std::move(dn.error()));
  text_ += *dn;
  return {};
}

Result<void> EntryMaker::write(const store::ObjectView& object, std::int32_t id, ldap::EntryWriter& out, std::span<const ldap::OwnedControl> controls) {
  text_.clear();
  if (auto done = append_dn(object.dnt()); !done) return done;
  out.begin(id, text_);
  if (auto done = attributes(object, out); !done) {
    out.discard();
    return done;
  }
  out.end(controls);
  return {};
}

bool EntryMaker::is_in_selection(const AttributeSchema& attribute) const noexcept {
  return !selection_.only_partial_set || attribute.is_in_gc_pas() || attribute.is_constructed() || attribute.is_back_link();
}

Result<void> EntryMaker::attributes(const store::ObjectView& object, ldap::EntryWriter& out) {
  if (selection_.all)
    if (auto done = everything(object, out); !done) return done;
  for (const auto& wanted : selection_.wanted) {
    if (!is_in_selection(*wanted.attribute)) continue;
    if (auto done = named(object, wanted, out); !done) return done;
  }
  return {};
}

namespace {

/// "*" has it: stored, and not only for who asks by name.
bool is_in_everything(const AttributeSchema& attribute) noexcept {
  return !attribute.is_constructed() && (attribute.system_flags & schema::kSystemAttrIsOperational) == 0 &&
         attribute.attid != attid::kNtSecurityDescriptor;
}

}  // namespace

Result<void> EntryMaker::everything(const store::ObjectView& object, ldap::EntryWriter& out) {
  const auto one = [&](store::Attid number) -> Result<void> {
    const auto* attribute = view_.schema().find_attribute(number);
    if (attribute == nullptr || attribute->is_defunct || !is_in_everything(*attribute) || !is_in_selection(*attribute)) return {};
    const auto is_named = [&](const WantedAttribute& wanted) { return wanted.attribute == attribute && !wanted.is_binary; };
    if (std::ranges::any_of(selection_.wanted, is_named)) return {};
    any_.attribute = attribute;
    any_.name = attribute->ldap_display_name;
    return named(object, any_, out);
  };
  for (std::size_t i = 0; i < object.attribute_count(); ++i)
    if (auto done = one(object.attribute(i).attid()); !done) return done;
  for (const auto number : head_attributes())
    if (auto done = one(number); !done) return done;
  std::vector<store::Attid> linked;
  const auto note = [&](store::Attid number) {
    if (linked.empty() || linked.back() != number) linked.push_back(number);
    return linked.size() < 4096;
  };
  if (auto walked = view_.snapshot.links(object.dnt(), {}, [&](const store::LinkValue& link) { return note(link.key.attid); }); !walked) return walked;
  const std::size_t forward = linked.size();
  if (auto walked = view_.snapshot.backlinks(object.dnt(), {}, [&](const store::LinkKey& key) { return note(key.attid); }); !walked) return walked;
  for (std::size_t i = forward; i < linked.size(); ++i) {
    const auto* attribute = view_.schema().find_attribute(linked[i]);
    const auto* back = attribute == nullptr ? nullptr : view_.schema().link_partner(*attribute);
    linked[i] = back == nullptr ? store::Attid{} : back->attid;
  }
  for (const auto number : linked)
    if (auto done = one(number); !done) return done;
  if (!selection_.sd_flags) return {};
  const auto* sd = view_.schema().find_attribute(attid::kNtSecurityDescriptor);
  if (sd == nullptr || std::ranges::any_of(selection_.wanted, [&](const auto& wanted) { return wanted.attribute == sd; })) return {};
  any_.attribute = sd;
  any_.name = sd->ldap_display_name;
  return descriptor(object, any_, out);
}

Result<void> EntryMaker::named(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out) {
  const AttributeSchema& attribute = *wanted.attribute;
  if (attribute.attid == attid::kNtSecurityDescriptor) return descriptor(object, wanted, out);
  if (attribute.is_linked() && !attribute.is_constructed()) return access_.may_read(attribute) ? link_values(object, wanted, out) : Result<void>();
  if (attribute.is_constructed() || is_head_attribute(attribute.attid)) return made_values(object, wanted, out);
  return record_values(object, wanted, out);
}

namespace {

/// What describes the schema goes out whole, as at every DC: who parses it asks for no ranges.
bool is_of_subschema(const AttributeSchema& attribute) {
  return attribute.oid.starts_with("2.5.21.") || attribute.ldap_display_name == "extendedAttributeInfo" || attribute.ldap_display_name == "extendedClassInfo";
}

}  // namespace

Result<std::optional<EntryMaker::Window>> EntryMaker::begin(const WantedAttribute& wanted, std::size_t count, bool is_link, ldap::EntryWriter& out) {
  if (count == 0) return std::nullopt;
  const bool is_cut = wanted.range || (count > selection_.values_max && !is_of_subschema(*wanted.attribute));
  if (!is_cut) {
    out.begin_attribute(wanted.name);
    return Window{0, count};
  }
  const std::size_t low = wanted.range ? wanted.range->low : 0;
  if (low >= count) {
    if (is_link && !selection_.ranges_never_fail) return fail(win32::kErrorInvalidParameter, wanted.name + ": the range begins behind the last value");
    return std::nullopt;
  }
  std::size_t end = std::min(count, low + selection_.values_max);
  if (wanted.range && wanted.range->high) end = std::min(end, *wanted.range->high + 1);
  if (!wanted.range) {
    // The name alone says that there are values, the name with the range has them.
    out.begin_attribute(wanted.name);
    out.end_attribute();
  }
  name_ = wanted.name;
  fmt::format_to(std::back_inserter(name_), ";range={}-", low);
  if (end == count) name_ += '*';
  else fmt::format_to(std::back_inserter(name_), "{}", end - 1);
  out.begin_attribute(name_);
  return Window{low, end};
}

Result<void> EntryMaker::record_values(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out) {
  const auto values = object.find(wanted.attribute->attid);
  if (!values || values->size() == 0 || !access_.may_read(*wanted.attribute)) return {};
  const auto window = begin(wanted, values->size(), false, out);
  if (!window) return std::unexpected(window.error());
  if (!*window) return {};
  if (!selection_.types_only) {
    for (std::size_t i = (*window)->begin; i < (*window)->end; ++i)
      if (auto done = value(*wanted.attribute, values->value(i), out); !done) return done;
  }
  out.end_attribute();
  return {};
}

Result<void> EntryMaker::link_values(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out) {
  const AttributeSchema& attribute = *wanted.attribute;
  const bool is_back = attribute.is_back_link();
  const auto* forward = is_back ? view_.schema().link_partner(attribute) : &attribute;
  if (forward == nullptr) return {};
  // The values up to the end of what will be shown, and one more, which tells that it is not all.
  const std::size_t low = wanted.range ? wanted.range->low : 0;
  const std::size_t enough = low + selection_.values_max + 1;
  links_.clear();
  std::size_t count = 0;
  const auto note = [&](const store::LinkKey& key) {
    if (count++ >= low) links_.push_back(key);
    return count < enough;
  };
  if (is_back) {
    std::optional<Error> failure;
    auto walked = view_.snapshot.backlinks(object.dnt(), forward->attid, [&](const store::LinkKey& key) {
      const auto shown = query::is_shown(view_.snapshot, key, view_.show_deactivated_links);
      if (!shown) failure = shown.error();
      return !failure && (!*shown || note(key));
    });
    if (failure) return std::unexpected(std::move(*failure));
    if (!walked) return walked;
  } else if (auto walked = view_.snapshot.links(object.dnt(), forward->attid, [&](const store::LinkValue& link) {
               return !query::is_shown(link, view_.show_deactivated_links) || note(link.key);
             });
             !walked) {
    return walked;
  }
  const auto window = begin(wanted, count, true, out);
  if (!window) return std::unexpected(window.error());
  if (!*window) return {};
  if (!selection_.types_only) {
    Bytes stored;
    for (std::size_t i = (*window)->begin; i < (*window)->end; ++i) {
      const auto& key = links_[i - low];
      stored.resize(8);
      store_le(stored.data(), static_cast<std::uint64_t>(is_back ? key.source : key.target));
      if (!is_back) stored.insert(stored.end(), key.data.begin(), key.data.end());
      if (auto done = value(attribute, stored, out); !done) return done;
    }
  }
  out.end_attribute();
  return {};
}

Result<void> EntryMaker::text_values(const WantedAttribute& wanted, const std::vector<std::string>& values, ldap::EntryWriter& out) {
  const auto window = begin(wanted, values.size(), false, out);
  if (!window) return std::unexpected(window.error());
  if (!*window) return {};
  for (std::size_t i = (*window)->begin; i < (*window)->end && !selection_.types_only; ++i) out.value(values[i]);
  out.end_attribute();
  return {};
}

Result<void> EntryMaker::made_values(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out) {
  const AttributeSchema& attribute = *wanted.attribute;
  if (attribute.attid == attid::kDistinguishedName) {
    if (!access_.may_read(attribute)) return {};
    text_.clear();
    if (auto done = append_dn(object.dnt()); !done) return done;
    out.begin_attribute(wanted.name);
    if (!selection_.types_only) out.value(std::string_view(text_));
    out.end_attribute();
    return {};
  }
  if (is_head_attribute(attribute.attid)) {
    if (!access_.may_read(attribute)) return {};
    const auto values = head_values(view_, object, attribute.attid);
    if (!values) return std::unexpected(values.error());
    return text_values(wanted, *values, out);
  }
  if (!is_served_constructed(attribute) || (!judges_own_access(attribute) && !access_.may_read(attribute))) return {};
  const auto values = constructed_values(view_, object, attribute, wanted.is_binary);
  if (!values) return std::unexpected(values.error());
  return text_values(wanted, *values, out);
}

Result<void> EntryMaker::descriptor(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out) {
  const auto octets = object.first(attid::kNtSecurityDescriptor);
  const std::uint32_t asked = selection_.sd_flags.value_or(kAllParts) & kAllParts;
  const std::uint32_t parts = asked == 0 ? kAllParts : asked;
  if (!octets || !access_.may_read_descriptor(parts)) return {};
  out.begin_attribute(wanted.name);
  if (!selection_.types_only) {
    if (parts == kAllParts) {
      out.value(*octets);
    } else {
      auto whole = security::decode_security_descriptor(*octets);
      if (!whole) return std::unexpected(std::move(whole.error()));
      if ((parts & 1) == 0) whole->owner.reset();
      if ((parts & 2) == 0) whole->group.reset();
      if ((parts & 4) == 0) {
        whole->dacl.reset();
        whole->control &= static_cast<std::uint16_t>(~(security::kSdDaclPresent | security::kSdDaclDefaulted | security::kSdDaclInheritanceRequired |
                                                       security::kSdDaclAutoInherited | security::kSdDaclProtected));
      }
      if ((parts & 8) == 0) {
        whole->sacl.reset();
        whole->control &= static_cast<std::uint16_t>(~(security::kSdSaclPresent | security::kSdSaclDefaulted | security::kSdSaclInheritanceRequired |
                                                       security::kSdSaclAutoInherited | security::kSdSaclProtected));
      }
      const auto part = security::encode_security_descriptor(*whole);
      if (!part) return std::unexpected(part.error());
      out.value(ByteView(*part));
    }
  }
  out.end_attribute();
  return {};
}

Result<void> EntryMaker::value(const AttributeSchema& attribute, ByteView stored, ldap::EntryWriter& out) {
  text_.clear();
  const auto text = [&] { out.value(std::string_view(text_)); };
  switch (attribute.syntax) {
    case Syntax::kUnicodeString:
    case Syntax::kPresentationAddress: return append_utf16(stored, text_), text(), Result<void>();
    case Syntax::kBoolean:
      if (stored.size() != 4) break;
      return out.value(std::string_view(load_le<std::uint32_t>(stored.data()) != 0 ? "TRUE" : "FALSE")), Result<void>();
    case Syntax::kEnumeration:
    case Syntax::kInteger:
      if (stored.size() != 4) break;
      fmt::format_to(std::back_inserter(text_), "{}", static_cast<std::int32_t>(load_le<std::uint32_t>(stored.data())));
      return text(), Result<void>();
    case Syntax::kLargeInteger:
      if (stored.size() != 8) break;
      fmt::format_to(std::back_inserter(text_), "{}", static_cast<std::int64_t>(load_le<std::uint64_t>(stored.data())));
      return text(), Result<void>();
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime:
      if (stored.size() != 8) break;
      text_ = query::format_ldap_time(attribute.syntax, DsTime{static_cast<std::int64_t>(load_le<std::uint64_t>(stored.data()))});
      return text(), Result<void>();
    case Syntax::kOid:
      if (stored.size() != 4) break;
      append_oid(view_.schema(), attribute, load_le<std::uint32_t>(stored.data()), text_);
      return text(), Result<void>();
    case Syntax::kDn:
    case Syntax::kOrName:
    case Syntax::kDnBinary:
    case Syntax::kDnString:
    case Syntax::kAccessPoint: {
      const auto rest = store::reference_rest(stored);
      if (attribute.syntax == Syntax::kDnBinary) {
        fmt::format_to(std::back_inserter(text_), "B:{}:{}:", rest.size() * 2, upper_hex(rest));
      } else if (attribute.syntax == Syntax::kDnString) {
        append_utf16(rest, text_);
        text_.insert(0, fmt::format("S:{}:", text_.size()));
        text_ += ':';
      }
      if (auto done = append_dn(store::reference_target(stored)); !done) return done;
      return text(), Result<void>();
    }
    default: break;
  }
  out.value(stored);
  return {};
}

}  // namespace tributary::service::ldap_face
