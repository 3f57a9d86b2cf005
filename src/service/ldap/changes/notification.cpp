// SPDX-License-Identifier: Apache-2.0
// Searches with LDAP_SERVER_NOTIFICATION_OID ([MS-ADTS] 3.1.1.3.4.1.9): they wait, and give an entry for each object of their scope that changes, by
// whomever, until the client abandons them. What changed comes from the change index of the NC, so that nothing is kept for a search that
// is not read; an object that changes again before it was told is told once. Declared in operations.hpp.
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/plan.hpp"
#include "repl/objects/facts.hpp"
#include "repl/source/change_stream.hpp"
#include "service/ldap/entry.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/search_controls.hpp"
#include "service/ldap/shown.hpp"

namespace tributary::service::ldap_face {

namespace {

using lp::ResultCode;
using store::Dnt;

/// What one run does before others have their turn.
constexpr std::size_t kRunScannedMax = 2'000;
constexpr std::size_t kRunOctetsMax = 64 * 1024;

/// How many searches of a connection wait (MaxNotificationPerConn, 3.1.1.3.4.6). Any thread.
class WaitingSearches {
 public:
  /// Counts for as long as it lives.
  class Place {
   public:
    Place() = default;
    explicit Place(std::uint64_t connection) : connection_(connection), is_taken_(true) {}
    Place(Place&& other) noexcept : connection_(other.connection_), is_taken_(std::exchange(other.is_taken_, false)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (is_taken_) all().give_back(connection_);
    }

   private:
    std::uint64_t connection_ = 0;
    bool is_taken_ = false;
  };

  static WaitingSearches& all() {
    static WaitingSearches waiting;
    return waiting;
  }
  [[nodiscard]] std::optional<Place> take(std::uint64_t connection, std::uint32_t most) {
    const std::lock_guard guard(mutex_);
    auto& count = counts_[connection];
    if (count >= most) return std::nullopt;
    ++count;
    return std::optional<Place>(std::in_place, connection);
  }

 private:
  void give_back(std::uint64_t connection) {
    const std::lock_guard guard(mutex_);
    const auto at = counts_.find(connection);
    if (at != counts_.end() && --at->second == 0) counts_.erase(at);
  }
  std::mutex mutex_;
  std::map<std::uint64_t, std::uint32_t> counts_;
};

/// The one filter that is permitted: (objectClass=*).
bool is_any_object(const lp::Filter& filter) {
  return filter.nodes.size() == 1 && filter.nodes.front().kind == lp::FilterKind::kPresent &&
         equals_ignoring_case(filter.nodes.front().attribute, "objectClass");
}

query::Scope scope_of(lp::Scope scope) noexcept {
  return scope == lp::Scope::kBase ? query::Scope::kBase : scope == lp::Scope::kOneLevel ? query::Scope::kOneLevel : query::Scope::kSubtree;
}

class NotificationSearch final : public lp::Operation {
 public:
  NotificationSearch(LdapCall call, SearchControls controls, WaitingSearches::Place place)
      : call_(std::move(call)), controls_(std::move(controls)), place_(std::move(place)) {}

  /// Why it cannot wait.
  [[nodiscard]] lp::Outcome begin() {
    const auto context = call_.dsa.context();
    const auto snapshot = call_.dsa.store().read();
    const View view = view_of(context, *snapshot);
    const auto& search = std::get<lp::SearchRequest>(call_.message.request);
    const auto base = locate(view, search.base);
    if (!base) return base.error();
    const auto nc = repl::nc_of(*snapshot, *base);
    if (!nc) return lp::outcome_of(nc.error());
    nc_ = *nc;
    area_ = {scope_of(search.scope), *base, {*base}};
    told_ = snapshot->highest_committed_usn();
    names_.assign(search.attributes.begin(), search.attributes.end());
    subscription_ = call_.dsa.changes().subscribe([signal = signal_, wake = call_.wake] {
      if (!signal->exchange(true)) wake();
    });
    // What was committed between the snapshot and the subscription.
    signal_->store(true);
    return {};
  }

  State run(Bytes& out) override {
    if (!is_behind_ && !signal_->exchange(false)) return State::kWaiting;
    const auto context = call_.dsa.context();
    const auto snapshot = call_.dsa.store().read();
    const View view = view_of(context, *snapshot);
    const auto selection = selection_of(context);
    auto told = tell(view, selection, out);
    if (!told) {
      lp::append_result(out, call_.message.id, lp::ResponseTag::kSearchDone, lp::outcome_of(told.error()));
      return State::kDone;
    }
    is_behind_ = *told;
    // A signal may have come meanwhile: the next run sees it.
    return is_behind_ || signal_->load() ? State::kMore : State::kWaiting;
  }

 private:
  [[nodiscard]] View view_of(const repl::Context& context, const store::Snapshot& snapshot) const {
    return {call_.dsa,
            context,
            snapshot,
            *call_.caller,
            controls_.show_deactivated_links,
            controls_.show_deleted,
            controls_.show_recycled,
            controls_.extended_dn};
  }
  /// Of the schema of the moment.
  [[nodiscard]] Selection selection_of(const repl::Context& context) const {
    auto selection = read_selection(context.schema, names_);
    selection.types_only = std::get<lp::SearchRequest>(call_.message.request).types_only;
    selection.sd_flags = controls_.sd_flags;
    selection.only_partial_set = call_.is_global_catalog;
    selection.ranges_never_fail = controls_.ranges_never_fail;
    selection.values_max = std::max<std::size_t>(call_.settings->policies.max_value_range, 1);
    return selection;
  }

  /// Objects that changed behind told_, and whether there are more than one run takes.
  [[nodiscard]] Result<bool> tell(const View& view, const Selection& selection, Bytes& out) {
    lp::EntryWriter writer(out);
    ReadAccess access(view);
    EntryMaker maker(view, selection, access);
    query::AreaJudge judge(view.snapshot, area_);
    repl::ChangeStream changes(view.snapshot, nc_, told_);
    const std::size_t begin = out.size();
    for (std::size_t scanned = 0;;) {
      const auto group = changes.next();
      if (!group) return std::unexpected(group.error());
      if (!*group) {
        told_ = view.snapshot.highest_committed_usn();
        return false;
      }
      // Values of one object that changed together are one change of it.
      std::set<Dnt> changed;
      for (const auto& each : (*group)->objects) changed.insert(each.dnt);
      for (const auto& each : (*group)->links) changed.insert(each.key.source);
      for (const Dnt dnt : changed)
        if (auto done = tell_one(view, access, maker, judge, dnt, writer); !done) return std::unexpected(std::move(done.error()));
      told_ = (*group)->usn;
      scanned += (*group)->objects.size() + (*group)->links.size();
      if (scanned >= kRunScannedMax || out.size() - begin >= kRunOctetsMax) return true;
    }
  }

  [[nodiscard]] Result<void> tell_one(const View& view, ReadAccess& access, EntryMaker& maker, query::AreaJudge& judge, Dnt dnt, lp::EntryWriter& writer) {
    const auto object = view.snapshot.find(dnt);
    if (!object) return std::unexpected(object.error());
    if (!*object || !is_shown(view, **object)) return {};
    const auto contained = judge.contains(**object);
    if (!contained) return std::unexpected(contained.error());
    if (!*contained) return {};
    access.look_at(**object);
    const auto visible = access.is_visible(**object);
    if (!visible) return std::unexpected(visible.error());
    return *visible ? maker.write(**object, call_.message.id, writer) : Result<void>();
  }

  LdapCall call_;
  SearchControls controls_;
  WaitingSearches::Place place_;
  Dnt nc_ = store::kNoDnt;
  query::Area area_;
  std::vector<std::string_view> names_;  // in call_.message
  Usn told_;                             ///< changes up to here were told
  bool is_behind_ = false;
  std::shared_ptr<std::atomic<bool>> signal_ = std::make_shared<std::atomic<bool>>(false);
  ChangeSignal::Subscription subscription_;
};

}  // namespace

std::unique_ptr<lp::Operation> start_notification(LdapCall call) {
  const auto id = call.message.id;
  const auto refused = [&](lp::Outcome outcome) { return finished(id, lp::ResponseTag::kSearchDone, std::move(outcome)); };
  auto controls = read_search_controls(call.message.controls);
  if (!controls) return refused(std::move(controls.error()));
  if (!is_any_object(std::get<lp::SearchRequest>(call.message.request).filter))
    return refused(refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsUnwillingToPerform, "the filter of a search that waits for changes is (objectClass=*)"));
  const auto most = call.settings->policies.max_notifications_per_connection;
  auto place = WaitingSearches::all().take(call.connection, most);
  if (!place)
    return refused(refusal(ResultCode::kAdminLimitExceeded, win32::kErrorDsAdminLimitExceeded, "MaxNotificationPerConn is " + std::to_string(most)));
  auto search = std::make_unique<NotificationSearch>(std::move(call), std::move(*controls), std::move(*place));
  if (auto outcome = search->begin(); !outcome.ok()) return refused(std::move(outcome));
  return search;
}

}  // namespace tributary::service::ldap_face
