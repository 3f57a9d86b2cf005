// SPDX-License-Identifier: Apache-2.0
// The object that a DN of a request means, and the DN that a client gets ([MS-ADTS] 3.1.1.3.1.2.4, 3.1.1.3.4.1.5, 3.1.1.4.6). Declared in
// view.hpp.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/dn_forms.hpp"
#include "repl/objects/facts.hpp"
#include "service/ldap/read_access.hpp"
#include "service/ldap/referrals.hpp"
#include "service/ldap/shown.hpp"

namespace tributary::service::ldap_face {
namespace {

using ldap::Outcome;
using ldap::ResultCode;

constexpr Win32 kErrorDsBadNameSyntax{8335};  // [MS-ERREF] 2.2

Outcome no_object(std::string_view dn, std::string matched) {
  auto outcome = ldap::outcome_of(ResultCode::kNoSuchObject, {win32::kErrorDsObjNotFound, Phase::kNone, to_printable(dn, 300)});
  outcome.matched_dn = std::move(matched);
  return outcome;
}

Outcome referral(std::vector<std::string> urls) {
  auto outcome = ldap::outcome_of(ResultCode::kReferral, {win32::kErrorDsReferral, Phase::kNone, "another server has it"});
  outcome.referrals = std::move(urls);
  return outcome;
}

/// The deepest ancestor that is there and that the caller may see.
Result<std::string> matched_dn(const View& view, std::span<const repl::Rdn> dn) {
  ReadAccess access(view);
  for (std::size_t cut = 1; cut < dn.size(); ++cut) {
    const auto found = repl::resolve_dn(view.snapshot, view.schema(), dn.subspan(cut));
    if (!found) return std::unexpected(found.error());
    const auto object = view.snapshot.find(*found);
    if (!object) return std::unexpected(object.error());
    if (*found == store::kNoDnt || !*object || !is_shown(view, **object)) continue;
    const auto visible = access.is_visible(**object);
    if (!visible) return std::unexpected(visible.error());
    if (*visible) return repl::dn_of(view.snapshot, view.schema(), *found);
  }
  return std::string();
}

std::expected<store::Dnt, Outcome> refer_or_refuse(const View& view, std::string_view text, std::span<const repl::Rdn> dn) {
  auto urls = referral_urls(view, dn);
  if (!urls) return std::unexpected(ldap::outcome_of(urls.error()));
  if (!urls->empty()) return std::unexpected(referral(std::move(*urls)));
  auto matched = matched_dn(view, dn);
  if (!matched) return std::unexpected(ldap::outcome_of(matched.error()));
  return std::unexpected(no_object(text, std::move(*matched)));
}

}  // namespace

bool is_shown(const View& view, const store::ObjectView& object) noexcept {
  if (repl::is_phantom(object) || repl::is_subref(object)) return false;
  if (!repl::is_deleted(object)) return true;
  if (view.show_recycled) return true;
  return view.show_deleted && !repl::is_true(object, repl::attid::kIsRecycled);
}

std::expected<store::Dnt, Outcome> locate(const View& view, std::string_view text) {
  const auto found = query::find_dn(view.snapshot, view.schema(), text);
  if (!found) {
    if (found.error().code == win32::kErrorDsDatabaseError) return std::unexpected(ldap::outcome_of(found.error()));
    return std::unexpected(ldap::outcome_of(ResultCode::kInvalidDnSyntax, {kErrorDsBadNameSyntax, Phase::kNone, to_printable(text, 300)}));
  }
  repl::Dn dn;
  if (*found != store::kNoDnt) {
    const auto object = view.snapshot.find(*found);
    if (!object) return std::unexpected(ldap::outcome_of(object.error()));
    if (*object && is_shown(view, **object)) return *found;
    if (!*object || !repl::is_subref(**object)) return std::unexpected(no_object(text, {}));
    const auto name = repl::dn_of(view.snapshot, view.schema(), *found);
    if (!name) return std::unexpected(ldap::outcome_of(name.error()));
    dn = repl::parse_dn(view.schema(), *name).value_or(repl::Dn{});
  } else {
    dn = repl::parse_dn(view.schema(), query::plain_dn(text)).value_or(repl::Dn{});
  }
  return dn.empty() ? std::unexpected(no_object(text, {})) : refer_or_refuse(view, text, dn);
}

Result<std::string> dn_for_client(const View& view, store::Dnt object) {
  std::string text;
  if (view.extended_dn) {
    const auto found = view.snapshot.find(object);
    if (!found) return std::unexpected(found.error());
    if (*found) {
      const auto head = (*found)->head();
      const bool is_text = *view.extended_dn == 1;
      if (!head.guid.is_null()) text += fmt::format("<GUID={}>;", is_text ? to_string(head.guid) : to_hex(head.guid.value.octets));
      if (head.sid) text += fmt::format("<SID={}>;", is_text ? to_string(*head.sid) : to_hex(encode_sid(*head.sid)));
    }
  }
  if (auto done = query::append_dn(view.snapshot, view.schema(), object, text); !done) return std::unexpected(std::move(done.error()));
  return text;
}

}  // namespace tributary::service::ldap_face
