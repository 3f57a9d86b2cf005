// SPDX-License-Identifier: Apache-2.0
// See search_controls.hpp.
#include "service/ldap/search_controls.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/win32.hpp"
#include "service/ldap/search_stats.hpp"

namespace tributary::service::ldap_face {
namespace {

using ldap::Control;
using ldap::Outcome;
namespace oid = ldap::oid;

/// Known to every DC; they change nothing about a search.
constexpr std::array kWithoutEffect = {oid::kPermissiveModify, oid::kLazyCommit,     oid::kVerifyName,     oid::kQuota,        oid::kRangeOption,
                                       oid::kTreeDelete,       oid::kCrossDomMoveTarget, oid::kForceUpdate, oid::kRodcDcPromo, oid::kInputDn,
                                       oid::kPolicyHints,      oid::kTreeDeleteEx,   oid::kUpdateStats,    oid::kShutdownNotify};

/// What reading one control came to.
enum class Read : std::uint8_t { kGood, kMalformed, kUnknown };

template <class T, class U>
Read take(Result<T> read, U& into) {
  if (!read) return Read::kMalformed;
  into = std::move(*read);
  return Read::kGood;
}

/// A control whose value has to be omitted.
Read flag(const Control& control, bool& into) {
  if (control.value && !control.value->empty()) return Read::kMalformed;
  into = true;
  return Read::kGood;
}

Read read_options(const Control& control, SearchControls& out) {
  const auto flags = ldap::read_search_options(control);
  if (!flags) return Read::kMalformed;
  out.domain_scope |= (*flags & 1) != 0;
  out.phantom_root |= (*flags & 2) != 0;
  return Read::kGood;
}

Read read_extended(const Control& control, SearchControls& out) {
  const auto option = ldap::read_extended_dn(control);
  if (!option || *option > 1) return Read::kMalformed;
  out.extended_dn = *option;
  return Read::kGood;
}

Read read_one(const Control& control, SearchControls& out) {
  const auto id = control.oid;
  if (id == oid::kPagedResults) return take(ldap::read_paged_results(control), out.paged);
  if (id == oid::kServerSort) return out.sort_is_critical = control.critical, take(ldap::read_sort(control), out.sort);
  if (id == oid::kVlvRequest) return out.vlv_is_critical = control.critical, take(ldap::read_vlv(control), out.vlv);
  if (id == oid::kAsq) return take(ldap::read_asq(control), out.asq);
  if (id == oid::kExtendedDn) return read_extended(control, out);
  if (id == oid::kSdFlags) return take(ldap::read_sd_flags(control), out.sd_flags);
  if (id == oid::kSearchOptions) return read_options(control, out);
  if (id == oid::kShowDeleted) return flag(control, out.show_deleted);
  if (id == oid::kShowRecycled) return flag(control, out.show_recycled);
  if (id == oid::kShowDeactivatedLink) return flag(control, out.show_deactivated_links);
  if (id == oid::kDomainScope) return flag(control, out.domain_scope);
  if (id == oid::kRangeRetrievalNoErr) return flag(control, out.ranges_never_fail);
  if (id == oid::kGetStats) return take(read_stats_options(control), out.stats);
  if (id == oid::kNotification) return flag(control, out.notification);
  if (id == oid::kDirSync || id == oid::kDirSyncEx) return out.dirsync = true, Read::kGood;
  return std::ranges::find(kWithoutEffect, id) != kWithoutEffect.end() ? Read::kGood : Read::kUnknown;
}

}  // namespace

std::expected<SearchControls, Outcome> read_search_controls(std::span<const Control> controls) {
  SearchControls out;
  for (const auto& control : controls) {
    const Read read = read_one(control, out);
    if (read == Read::kGood || !control.critical) continue;
    const auto code = read == Read::kMalformed ? win32::kErrorInvalidParameter : win32::kErrorDsUnavailableCritExtension;
    return std::unexpected(refusal(ldap::ResultCode::kUnavailableCriticalExtension, code, std::string(control.oid.substr(0, 100))));
  }
  return out;
}

}  // namespace tributary::service::ldap_face
