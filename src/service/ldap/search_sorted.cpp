// SPDX-License-Identifier: Apache-2.0
// Searches whose results are sorted, or that give a window into them ([MS-ADTS] 3.1.1.3.4.1.13, 3.1.1.3.4.1.17): all that match are
// collected, then given in order. Members of SearchOperation.
#include <algorithm>

#include "base/win32.hpp"
#include "query/assertion.hpp"
#include "service/ldap/search.hpp"
#include "service/ldap/shown.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::Outcome;
using lp::ResultCode;
using State = lp::Operation::State;

constexpr std::size_t kSortedOctetsMax = 64u << 20;

}  // namespace

std::optional<Outcome> SearchOperation::begin_order() {
  if (controls_.vlv && !controls_.sort) {
    response_controls_.push_back(lp::write_vlv_response(0, 0, ResultCode::kSortControlMissing, {}));
    if (controls_.vlv_is_critical) return refusal(ResultCode::kSortControlMissing, win32::kErrorInvalidParameter, "a virtual list view needs an order");
    controls_.vlv.reset();
  }
  if (!controls_.sort) return std::nullopt;
  order_ = read_order(*filter_->schema, *controls_.sort);
  const auto name = controls_.sort->empty() ? std::string_view() : controls_.sort->front().attribute;
  response_controls_.push_back(lp::write_sort_response(order_.code, order_.code == ResultCode::kSuccess ? std::string_view() : name));
  if (order_.code == ResultCode::kSuccess) return std::nullopt;
  // RFC 2891 2: what cannot be sorted is given as it is found, unless that is no good to the client.
  controls_.vlv.reset();
  if (!controls_.sort_is_critical) return std::nullopt;
  return refusal(ResultCode::kUnavailableCriticalExtension, win32::kErrorDsUnavailableCritExtension, "nothing sorts so: " + std::string(name));
}

std::optional<State> SearchOperation::keep_for_sort(Slice& slice, const store::ObjectView& object) {
  SortedObject sorted{slice.access.may_read(*order_.attribute) ? sort_key(*order_.attribute, object) : std::nullopt, object.dnt()};
  sorted_octets_ += sizeof(SortedObject) + (sorted.key ? sorted.key->size() : 0);
  if (sorted_.size() >= call_.settings->policies.max_temp_table_candidates || sorted_octets_ > kSortedOctetsMax)
    return finish(slice.out, refusal(ResultCode::kAdminLimitExceeded, win32::kErrorDsAdminLimitExceeded, "too many objects to sort"));
  sorted_.push_back(std::move(sorted));
  return std::nullopt;
}

State SearchOperation::end_of_candidates(Slice& slice) {
  if (order_.attribute == nullptr) return finish_page(slice.view, slice.out);
  sort_objects(sorted_, order_.is_reverse);
  is_sorted_ = true;
  next_sorted_ = std::min(next_sorted_, sorted_.size());
  end_sorted_ = sorted_.size();
  if (controls_.vlv)
    if (auto refused = choose_window(slice.view)) return finish(slice.out, std::move(*refused));
  return give_sorted(slice);
}

std::optional<Outcome> SearchOperation::choose_window(const View& view) {
  std::optional<Bytes> asserted;
  if (const auto* value = std::get_if<ByteView>(&controls_.vlv->target)) {
    auto assertion = query::assertion_value(view.snapshot, view.schema(), *order_.attribute, *value);
    if (!assertion) return lp::outcome_of(assertion.error());
    if (assertion->state == query::AssertionState::kGood) asserted = std::move(assertion->form);
  }
  const auto window = vlv_window(*controls_.vlv, sorted_, order_.is_reverse, asserted);
  response_controls_.push_back(lp::write_vlv_response(window.target, window.count, window.code, {}));
  next_sorted_ = window.begin;
  end_sorted_ = window.end;
  if (window.code == ResultCode::kSuccess) return std::nullopt;
  return refusal(window.code, win32::kErrorInvalidParameter, "the virtual list view has no such target");
}

State SearchOperation::give_sorted(Slice& slice) {
  while (next_sorted_ < end_sorted_) {
    const auto object = slice.view.snapshot.find(sorted_[next_sorted_].dnt);
    if (!object) return finish(slice.out, lp::outcome_of(object.error()));
    ++next_sorted_;
    // It may have gone, or gone out of sight, since it was found.
    if (!*object || !is_shown(slice.view, **object)) continue;
    slice.access.look_at(**object);
    const auto visible = slice.access.is_visible(**object);
    if (!visible) return finish(slice.out, lp::outcome_of(visible.error()));
    if (!*visible) continue;
    if (const auto over = found(slice, **object)) return *over;
    if (slice.is_over()) return State::kMore;
  }
  return finish_page(slice.view, slice.out);
}

}  // namespace tributary::service::ldap_face
