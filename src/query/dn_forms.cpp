// SPDX-License-Identifier: Apache-2.0
// See dn_forms.hpp.
#include "query/dn_forms.hpp"

#include <algorithm>

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"

namespace tributary::query {
namespace {

using store::Dnt;
using store::kNoDnt;

auto malformed(std::string_view text) { return fail(win32::kErrorDsNameUnparseable, to_printable(text, 200)); }

Result<Sid> bracketed_sid(std::string_view text) {
  if (text.starts_with("S-") || text.starts_with("s-")) return parse_sid(text);
  const auto octets = from_hex(text);
  if (!octets) return std::unexpected(octets.error());
  return decode_sid(*octets);
}

/// MapWellKnownGuidToDN: the object whose reference has these octets as its binary part.
Result<Dnt> well_known(const store::Snapshot& snapshot, const schema::Schema& schema, std::string_view text) {
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return malformed(text);
  // The hex digits of a well-known GUID are the octets as they are stored, with or without the dashes of the text form.
  std::string digits(text.substr(0, comma));
  std::erase_if(digits, [](char c) { return c == '-' || c == ' ' || c == '{' || c == '}'; });
  const auto guid = from_hex(digits);
  if (!guid || guid->size() != 16) return malformed(text);
  const auto container = repl::resolve_dn(snapshot, schema, text.substr(comma + 1));
  if (!container || *container == kNoDnt) return container;
  const auto object = snapshot.find(*container);
  if (!object) return std::unexpected(object.error());
  for (const auto attid : {repl::attid::kWellKnownObjects, repl::attid::kOtherWellKnownObjects}) {
    const auto values = *object ? (*object)->find(attid) : std::nullopt;
    for (std::size_t i = 0; values && values->references() && i < values->size(); ++i) {
      if (!std::ranges::equal(store::reference_rest(values->value(i)), *guid)) continue;
      const Dnt target = store::reference_target(values->value(i));
      const auto found = snapshot.find(target);
      if (!found) return std::unexpected(found.error());
      return *found && !repl::is_phantom(**found) ? target : kNoDnt;
    }
  }
  return kNoDnt;
}

/// "<KEY=value>": the key's and the value's place. Nothing when there is no '=' or no '>'.
struct Bracket {
  std::string_view key, value, rest;
};
std::optional<Bracket> bracket(std::string_view text) noexcept {
  const auto equals = text.find('=');
  const auto end = text.find('>');
  if (!text.starts_with('<') || equals == std::string_view::npos || end == std::string_view::npos || equals > end) return std::nullopt;
  auto rest = text.substr(end + 1);
  if (rest.starts_with(';')) rest.remove_prefix(1);
  return Bracket{text.substr(1, equals - 1), text.substr(equals + 1, end - equals - 1), rest};
}

}  // namespace

Result<Guid> parse_bracketed_guid(std::string_view text) {
  if (text.size() == 32) {
    const auto octets = from_hex(text);
    if (!octets || octets->size() != 16) return malformed(text);
    return guid_from_bytes(*octets);
  }
  auto guid = parse_guid(text);
  if (!guid) return malformed(text);
  return guid;
}

std::string_view plain_dn(std::string_view text) noexcept {
  while (const auto found = bracket(text)) text = found->rest;
  return text;
}

Result<Dnt> find_dn(const store::Snapshot& snapshot, const schema::Schema& schema, std::string_view text) {
  if (!text.starts_with('<')) return repl::resolve_dn(snapshot, schema, text);
  const auto found = bracket(text);
  if (!found) return malformed(text);
  // The first form decides: the others of an extended DN say the same.
  if (equals_ignoring_case(found->key, "GUID")) {
    const auto guid = parse_bracketed_guid(found->value);
    if (!guid) return std::unexpected(guid.error());
    return repl::resolve_guid(snapshot, ObjectGuid{*guid});
  }
  if (equals_ignoring_case(found->key, "SID")) {
    const auto sid = bracketed_sid(found->value);
    if (!sid) return malformed(text);
    return repl::resolve_sid(snapshot, *sid);
  }
  if (!equals_ignoring_case(found->key, "WKGUID")) return malformed(text);
  // The DN inside may have a '>' of its own: the last one closes.
  const auto end = text.rfind('>');
  const auto begin = text.find('=') + 1;
  return well_known(snapshot, schema, text.substr(begin, end - begin));
}

namespace {

constexpr std::string_view kSpecial = ",+\"\\<>;=";

/// A value that needs no quoting, which is nearly every one.
bool is_plain(std::string_view value) noexcept {
  if (value.empty() || value.front() == ' ' || value.front() == '#' || value.back() == ' ') return false;
  return std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || kSpecial.contains(c); });
}

}  // namespace

Result<void> append_dn(const store::Snapshot& snapshot, const schema::Schema& schema, Dnt dnt, std::string& out) {
  bool is_first = true;
  for (std::size_t depth = 0; dnt != store::kRootDnt; ++depth) {
    if (depth == repl::kDnRdnsMax) return fail(win32::kErrorDsDatabaseError, "a name lies too deep");
    const auto object = snapshot.find(dnt);
    if (!object) return std::unexpected(object.error());
    if (!*object) return fail(win32::kErrorDsObjNotFound, "a name without a record");
    if (!is_first) out.push_back(',');
    is_first = false;
    if (repl::is_phantom(**object) || (*object)->parent() == store::kRootDnt) {
      out.append((*object)->rdn());
      return {};
    }
    switch ((*object)->rdn_type()) {
      case repl::attid::kCn: out.append("CN="); break;
      case repl::attid::kOu: out.append("OU="); break;
      case repl::attid::kDc: out.append("DC="); break;
      default:
        out.append(repl::rdn_keyword(schema, (*object)->rdn_type()));
        out.push_back('=');
    }
    const auto value = (*object)->rdn();
    if (is_plain(value)) out.append(value);
    else out.append(quote_rdn_value(value));
    dnt = (*object)->parent();
  }
  return {};
}

}  // namespace tributary::query
