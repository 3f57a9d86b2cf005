// SPDX-License-Identifier: Apache-2.0
// See search.hpp.
#include "service/ldap/search.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "query/links.hpp"
#include "repl/objects/facts.hpp"
#include "security/access/access_check.hpp"
#include "service/ldap/referrals.hpp"
#include "service/ldap/shown.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::Outcome;
using lp::ResultCode;
using State = lp::Operation::State;
using store::kNoDnt;

/// One slice: others wait for the thread.
constexpr std::chrono::milliseconds kSliceDuration{4};
constexpr std::size_t kSliceOctets = 64 * 1024;
/// So many objects between two looks at the clock, and in one piece of a scan.
constexpr std::size_t kStepsBetweenLooks = 16, kScanPiece = 256;

ObjectGuid next_of(ObjectGuid guid) noexcept {
  for (auto octet = guid.value.octets.rbegin(); octet != guid.value.octets.rend(); ++octet)
    if (++*octet != 0) break;
  return guid;
}

query::Scope scope_of(lp::Scope scope) noexcept {
  return scope == lp::Scope::kBase ? query::Scope::kBase : scope == lp::Scope::kOneLevel ? query::Scope::kOneLevel : query::Scope::kSubtree;
}

/// What a global catalogue has, and what a phantom root is above (3.1.1.3.4.1.12): all NCs but those of applications, whose roots have no SID.
Result<bool> is_catalogued(const View& view, store::Dnt root) {
  const auto object = view.snapshot.find(root);
  if (!object) return std::unexpected(object.error());
  if (!*object) return false;
  const auto& identity = view.dsa.identity();
  const auto head = (*object)->head();
  return head.sid.has_value() || head.guid == identity.configuration_nc || head.guid == identity.schema_nc;
}

Outcome size_limit() { return refusal(ResultCode::kSizeLimitExceeded, win32::kErrorDsSizelimitExceeded, "there is more"); }

}  // namespace

bool SearchOperation::Slice::is_over() const { return out.size() - begin >= kSliceOctets || Stopwatch::now() >= end; }

SearchOperation::SearchOperation(LdapCall call, SearchControls controls)
    : call_(std::move(call)), request_(std::get<lp::SearchRequest>(call_.message.request)), controls_(std::move(controls)) {
  const auto& policies = call_.settings->policies;
  auto duration = policies.max_query_duration;
  if (request_.time_limit_s != 0) duration = std::min(duration, std::chrono::seconds(request_.time_limit_s));
  begun_ = Stopwatch::now();
  deadline_ = begun_ + duration;
}

State SearchOperation::run(Bytes& out) {
  const auto context = call_.dsa.context();
  const auto snapshot = call_.dsa.store().read();
  const View view{call_.dsa,
                  context,
                  *snapshot,
                  *call_.caller,
                  controls_.show_deactivated_links,
                  controls_.show_deleted,
                  controls_.show_recycled,
                  controls_.extended_dn};
  if (!has_begun_) {
    has_begun_ = true;
    if (auto refused = begin(view)) return finish(out, std::move(*refused));
    if ((controls_.stats & kStatsOnlyOptimize) != 0) return finish(out, {});
  }
  ReadAccess access(view);
  EntryMaker maker(view, selection_, access);
  query::AreaJudge judge(*snapshot, area_);
  Slice slice{view, access, maker, judge, out, out.size(), Stopwatch::now() + kSliceDuration};
  return look_at_candidates(slice);
}

// --- What to look at ---

std::optional<Outcome> SearchOperation::begin(const View& view) {
  selection_ = read_selection(view.context.schema, request_.attributes);
  selection_.types_only = request_.types_only;
  selection_.sd_flags = controls_.sd_flags;
  selection_.only_partial_set = call_.is_global_catalog;
  selection_.ranges_never_fail = controls_.ranges_never_fail;
  selection_.values_max = std::max<std::size_t>(call_.settings->policies.max_value_range, 1);
  area_.scope = scope_of(request_.scope);
  if (auto refused = find_area(view)) return refused;
  if (auto refused = compile(view)) return refused;
  if (auto refused = begin_order()) return refused;
  return begin_page();
}

std::optional<Outcome> SearchOperation::find_area(const View& view) {
  const bool takes_all_ncs = call_.is_global_catalog || controls_.phantom_root;
  if (request_.base.empty() && takes_all_ncs) return find_everything(view);
  const auto base = locate(view, request_.base);
  if (!base) {
    // A base that is not here may have NCs below it that are.
    if (takes_all_ncs && request_.scope == lp::Scope::kSubtree) {
      if (auto refused = add_subordinate_ncs(view)) return refused;
      if (!area_.tops.empty()) return std::nullopt;
    }
    return base.error();
  }
  const auto object = view.snapshot.find(*base);
  if (!object) return lp::outcome_of(object.error());
  ReadAccess access(view);
  const auto visible = access.is_visible(**object);
  if (!visible) return lp::outcome_of(visible.error());
  // A partial replica is what the global catalogue's port shows; at the other one somebody else has the whole.
  const bool is_elsewhere = has((*object)->flags(), store::ObjectFlags::kPartial) && !call_.is_global_catalog && !controls_.phantom_root;
  if (!*visible || is_elsewhere) {
    auto refused = refusal(ResultCode::kNoSuchObject, win32::kErrorDsObjNotFound, "");
    if (!*visible) return refused;
    const auto name = repl::dn_of(view.snapshot, view.schema(), *base);
    const auto dn = name ? repl::parse_dn(view.schema(), *name) : Result<repl::Dn>(repl::Dn{});
    const auto urls = dn ? referral_urls(view, *dn) : Result<std::vector<std::string>>(std::vector<std::string>{});
    if (!urls || urls->empty()) return refused;
    refused = refusal(ResultCode::kReferral, win32::kErrorDsReferral, "the whole is elsewhere");
    refused.referrals = *urls;
    return refused;
  }
  base_ = area_.base = *base;
  area_.tops.assign(1, *base);
  if (controls_.asq) return list_asq(view);
  return takes_all_ncs && request_.scope == lp::Scope::kSubtree ? add_subordinate_ncs(view) : std::nullopt;
}

std::optional<Outcome> SearchOperation::find_everything(const View& view) {
  // The base is the rootDSE, of which nothing is a child in any NC.
  const auto roots = view.snapshot.nc_roots();
  if (!roots) return lp::outcome_of(roots.error());
  area_.scope = query::Scope::kSubtree;
  for (const store::Dnt root : *roots) {
    const auto is_part = is_catalogued(view, root);
    if (!is_part) return lp::outcome_of(is_part.error());
    if (*is_part) area_.tops.push_back(root);
  }
  return std::nullopt;
}

std::optional<Outcome> SearchOperation::add_subordinate_ncs(const View& view) {
  const auto base = repl::parse_dn(view.schema(), request_.base);
  repl::Dn above;
  if (base_ != kNoDnt) {
    const auto name = repl::dn_of(view.snapshot, view.schema(), base_);
    if (!name) return lp::outcome_of(name.error());
    above = repl::parse_dn(view.schema(), *name).value_or(repl::Dn{});
  } else if (base) {
    above = *base;
  }
  if (above.empty()) return std::nullopt;
  const auto roots = view.snapshot.nc_roots();
  if (!roots) return lp::outcome_of(roots.error());
  for (const store::Dnt root : *roots) {
    const auto name = repl::dn_of(view.snapshot, view.schema(), root);
    if (!name) return lp::outcome_of(name.error());
    const auto dn = repl::parse_dn(view.schema(), *name);
    if (!dn || dn->size() <= above.size() || !is_dn_within(*dn, above)) continue;
    const auto is_part = is_catalogued(view, root);
    if (!is_part) return lp::outcome_of(is_part.error());
    if (*is_part) area_.tops.push_back(root);
  }
  return std::nullopt;
}

std::optional<Outcome> SearchOperation::compile(const View& view) {
  query::CompileOptions options;
  options.shows_deactivated_links = controls_.show_deactivated_links;
  const auto is_anr = [](const lp::FilterNode& node) { return node.attribute.size() >= 3 && (node.attribute[0] | 0x20) == 'a' && (node.attribute[1] | 0x20) == 'n'; };
  if (std::ranges::any_of(request_.filter.nodes, is_anr)) {
    const auto heuristics = search_heuristics(view);
    options.suppresses_first_last_anr = heuristics.suppresses_first_last_anr;
    options.suppresses_last_first_anr = heuristics.suppresses_last_first_anr;
  }
  auto compiled = query::compile_filter(view.snapshot, view.context.schema, request_.filter, options);
  if (!compiled) return lp::outcome_of(compiled.error());
  filter_ = std::move(*compiled);
  // A global catalogue has no other attributes, of no object.
  for (auto& item : filter_->items) {
    if (!call_.is_global_catalog || item.attribute == nullptr || item.attribute->is_in_gc_pas() || item.attribute->is_back_link()) continue;
    item.test = query::Test::kConstant;
    item.constant = query::Truth::kFalse;
  }
  matcher_.emplace(*filter_);
  if (is_asq_) return std::nullopt;
  auto plan = query::make_plan(view.snapshot, *filter_, area_);
  if (!plan) return lp::outcome_of(plan.error());
  plan_ = std::move(*plan);
  is_scan_ = plan_.is_scan();
  if (is_scan_) return std::nullopt;
  auto list = query::candidates(view.snapshot, *filter_, area_, plan_);
  if (!list) return lp::outcome_of(list.error());
  list_ = std::move(*list);
  return std::nullopt;
}

std::optional<Outcome> SearchOperation::begin_page() {
  const std::size_t page_max = std::max<std::size_t>(call_.settings->policies.max_page_size, 1);
  entries_max_ = page_max;
  if (request_.size_limit != 0) entries_max_ = std::min<std::size_t>(entries_max_, request_.size_limit);
  if (!controls_.paged) return std::nullopt;
  digest_ = request_digest(request_, *call_.caller);
  if (controls_.paged->size != 0 && controls_.paged->size <= entries_max_) {
    entries_max_ = controls_.paged->size;
    ends_with_page_ = true;
  } else {
    ends_with_page_ = entries_max_ == page_max;
  }
  if (controls_.paged->cookie.empty()) return std::nullopt;
  const auto cookie = decode_cookie(controls_.paged->cookie);
  if (!cookie || cookie->digest != digest_)
    return refusal(ResultCode::kUnwillingToPerform, win32::kErrorInvalidParameter, "the cookie belongs to another search");
  // What a list was for, a scan can be by now, and the other way round: whoever is behind begins again from the other's position.
  if ((cookie->order == PageCookie::Order::kSorted) != (order_.attribute != nullptr))
    return refusal(ResultCode::kUnwillingToPerform, win32::kErrorInvalidParameter, "the cookie belongs to another order");
  if (order_.attribute != nullptr) {
    next_sorted_ = static_cast<std::size_t>(cookie->position);
  } else if (cookie->order == PageCookie::Order::kScan) {
    is_scan_ = true;
    next_guid_ = cookie->guid;
    is_scan_over_ = next_guid_.is_null();
  } else if (is_scan_) {
    return refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsAdminLimitExceeded, "the directory has grown too much since the first page");
  } else {
    next_ = static_cast<std::size_t>(std::ranges::upper_bound(list_, store::Dnt{cookie->position}) - list_.begin());
  }
  return std::nullopt;
}

std::optional<Outcome> SearchOperation::list_asq(const View& view) {
  is_asq_ = true;
  if (request_.scope != lp::Scope::kBase) return refusal(ResultCode::kUnwillingToPerform, win32::kErrorInvalidParameter, "an attribute-scoped query has the scope base");
  const auto* attribute = view.schema().find_attribute(*controls_.asq);
  if (attribute == nullptr || attribute->syntax != schema::Syntax::kDn)
    return refusal(ResultCode::kInvalidAttributeSyntax, win32::kErrorDsInvalidAttributeSyntax, "the attribute has no DNs as values");
  const auto object = view.snapshot.find(base_);
  if (!object) return lp::outcome_of(object.error());
  ReadAccess access(view);
  access.look_at(**object);
  if (!access.may_read(*attribute)) return std::nullopt;
  const auto take = [&](const store::Dnt& dnt) {
    list_.push_back(dnt);
    return list_.size() < call_.settings->policies.max_temp_table_candidates;
  };
  Result<void> walked;
  if (attribute->is_back_link()) {
    const auto* forward = view.schema().link_partner(*attribute);
    if (forward != nullptr) walked = query::for_each_source(view.snapshot, base_, forward->attid, view.show_deactivated_links, take);
  } else if (attribute->is_forward_link()) {
    walked = query::for_each_target(view.snapshot, base_, attribute->attid, view.show_deactivated_links, take);
  } else if (const auto values = (*object)->find(attribute->attid); values && values->references()) {
    for (std::size_t i = 0; i < values->size(); ++i) list_.push_back(store::reference_target(values->value(i)));
  }
  if (!walked) return lp::outcome_of(walked.error());
  std::ranges::sort(list_);
  list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
  for (const store::Dnt dnt : list_) {
    const auto named = view.snapshot.find(dnt);
    if (!named) return lp::outcome_of(named.error());
    lacks_asq_objects_ |= !*named || repl::is_phantom(**named);
  }
  return std::nullopt;
}

// --- Looking ---

State SearchOperation::look_at_candidates(Slice& slice) {
  if (is_sorted_) return give_sorted(slice);
  return is_scan_ ? look_at_all(slice) : look_at_listed(slice);
}

State SearchOperation::look_at_listed(Slice& slice) {
  for (std::size_t steps = 1; next_ < list_.size(); ++steps) {
    const store::Dnt dnt = list_[next_++];
    if (const auto over = consider(slice, dnt)) return *over;
    if (steps % kStepsBetweenLooks == 0 && slice.is_over()) return State::kMore;
  }
  return end_of_candidates(slice);
}

State SearchOperation::look_at_all(Slice& slice) {
  std::vector<store::Dnt> piece;
  while (!is_scan_over_) {
    piece.clear();
    const auto walked = slice.view.snapshot.by_guid(next_guid_, [&](const store::Dnt& dnt) {
      piece.push_back(dnt);
      return piece.size() < kScanPiece;
    });
    if (!walked) return finish(slice.out, lp::outcome_of(walked.error()));
    for (std::size_t i = 0; i < piece.size(); ++i) {
      const auto object = slice.view.snapshot.find(piece[i]);
      if (!object) return finish(slice.out, lp::outcome_of(object.error()));
      if (*object) next_guid_ = next_of((*object)->guid());
      is_scan_over_ = next_guid_.is_null();  // behind the last GUID there is
      if (const auto over = consider(slice, piece[i])) return *over;
      if ((i + 1) % kStepsBetweenLooks == 0 && slice.is_over()) return State::kMore;
    }
    if (piece.size() < kScanPiece) is_scan_over_ = true;
  }
  return end_of_candidates(slice);
}

Result<bool> SearchOperation::matches(Slice& slice, const store::ObjectView& object) {
  if (!is_shown(slice.view, object)) return false;
  if (!is_asq_) {
    const auto inside = slice.judge.contains(object);
    if (!inside || !*inside) return inside;
  }
  slice.access.look_at(object);
  const auto truth = matcher_->match(slice.view.snapshot, object, &slice.access);
  if (!truth) return std::unexpected(truth.error());
  if (*truth != query::Truth::kTrue) return false;
  return slice.access.is_visible(object);
}

std::optional<State> SearchOperation::consider(Slice& slice, store::Dnt dnt) {
  ++visited_;
  if (visited_ % kStepsBetweenLooks == 0 && Stopwatch::now() >= deadline_)
    return finish(slice.out, refusal(ResultCode::kTimeLimitExceeded, win32::kErrorDsTimelimitExceeded, "the search takes too long"));
  const auto object = slice.view.snapshot.find(dnt);
  if (!object) return finish(slice.out, lp::outcome_of(object.error()));
  if (!*object) return std::nullopt;
  const auto is_match = matches(slice, **object);
  if (!is_match) return finish(slice.out, lp::outcome_of(is_match.error()));
  if (!*is_match) return std::nullopt;
  return order_.attribute != nullptr ? keep_for_sort(slice, **object) : found(slice, **object);
}

std::optional<State> SearchOperation::found(Slice& slice, const store::ObjectView& object) {
  if (returned_ == entries_max_) return finish(slice.out, size_limit());
  lp::EntryWriter writer(slice.out);
  if (auto written = slice.maker.write(object, call_.message.id, writer); !written) {
    const bool is_clients = written.error().code == win32::kErrorInvalidParameter;
    return finish(slice.out, is_clients ? lp::outcome_of(ResultCode::kOperationsError, written.error()) : lp::outcome_of(written.error()));
  }
  ++returned_;
  if (returned_ == entries_max_ && ends_with_page_) return finish_page(slice.view, slice.out);
  return std::nullopt;
}

// --- The end ---

bool SearchOperation::is_whole() const noexcept {
  if (order_.attribute != nullptr) return is_sorted_ && next_sorted_ == end_sorted_;
  return is_scan_ ? is_scan_over_ : next_ == list_.size();
}

State SearchOperation::finish_page(const View& view, Bytes& out) {
  const bool is_one_nc = !controls_.domain_scope && !call_.is_global_catalog && !controls_.phantom_root && base_ != kNoDnt && !is_asq_;
  if (is_whole() && is_one_nc) {
    const auto references = continuation_urls(view, base_, request_.scope);
    if (!references) return finish(out, lp::outcome_of(references.error()));
    for (const auto& urls : *references) lp::append_search_reference(out, call_.message.id, urls);
  }
  return finish(out, {});
}

void SearchOperation::add_page_control(std::vector<lp::OwnedControl>& controls) const {
  lp::PagedResults page;
  if (!is_whole()) {
    PageCookie cookie{PageCookie::Order::kList, digest_, 0, next_guid_};
    if (order_.attribute != nullptr) {
      cookie.order = PageCookie::Order::kSorted;
      cookie.position = next_sorted_;
    } else if (is_scan_) {
      cookie.order = PageCookie::Order::kScan;
    } else if (next_ != 0) {
      cookie.position = static_cast<std::uint64_t>(list_[next_ - 1]);
    }
    page.cookie = encode_cookie(cookie);
  }
  controls.push_back(lp::write_paged_results(page));
}

void SearchOperation::add_statistics(std::vector<lp::OwnedControl>& controls) const {
  SearchStatistics statistics;
  statistics.call_time_ms = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(Stopwatch::now() - begun_).count());
  // Who has no SE_DEBUG_PRIVILEGE gets zeros (3.1.1.3.4.1.6).
  if (security::has_administrators_privileges(call_.caller->token)) {
    constexpr std::size_t kFilterOctetsMax = 4'096;
    statistics.entries_returned = static_cast<std::uint32_t>(returned_);
    statistics.entries_visited = static_cast<std::uint32_t>(visited_);
    if (filter_) statistics.filter = query::describe(*filter_, kFilterOctetsMax);
    if (filter_)
      for (const auto& line : query::explain(*filter_, plan_)) statistics.index += line + ";";
  }
  controls.push_back(write_stats(statistics, (controls_.stats & kStatsExtendedFormat) != 0));
}

State SearchOperation::finish(Bytes& out, Outcome outcome) {
  auto controls = std::move(response_controls_);
  if (controls_.paged && outcome.ok()) add_page_control(controls);
  if (is_asq_) controls.push_back(lp::write_asq_response(outcome.ok() && lacks_asq_objects_ ? ResultCode::kAffectsMultipleDsas : outcome.code));
  if (controls_.stats != kStatsNormal) add_statistics(controls);
  lp::append_result(out, call_.message.id, lp::ResponseTag::kSearchDone, outcome, controls);
  return State::kDone;
}

std::unique_ptr<lp::Operation> start_search(LdapCall call) {
  auto controls = read_search_controls(call.message.controls);
  if (!controls) return finished(call.message.id, lp::ResponseTag::kSearchDone, std::move(controls.error()));
  if (controls->dirsync) return start_dirsync(std::move(call));
  if (controls->notification) return start_notification(std::move(call));
  // RFC 2696 section 3: whoever wants no more of a paged search says so with a size of zero and its cookie.
  if (controls->paged && controls->paged->size == 0 && !controls->paged->cookie.empty())
    return finished(call.message.id, lp::ResponseTag::kSearchDone, {}, {lp::write_paged_results({})});
  return std::make_unique<SearchOperation>(std::move(call), std::move(*controls));
}

}  // namespace tributary::service::ldap_face
