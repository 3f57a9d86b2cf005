// SPDX-License-Identifier: Apache-2.0
// Searches with LDAP_SERVER_DIRSYNC_OID: [MS-ADTS] 3.1.1.3.4.1.3, 3.1.1.3.4.1.29, [MS-DRSR] 5.115.3 to 5.115.12. The change index of the NC from the
// cookie's position on, like GetNCChanges; one request is one page. Each run takes a snapshot of its own, so an object
// that changes meanwhile is met again behind the position. Declared in operations.hpp.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/source/change_stream.hpp"
#include "repl/source/local_state.hpp"
#include "service/drs/rights.hpp"
#include "service/ldap/changes/dirsync_entry.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/search_controls.hpp"

namespace tributary::service::ldap_face {

namespace {

using lp::ResultCode;
using store::Dnt;
using store::kNoDnt;

/// 3.1.1.3.4.1.3.
constexpr std::uint32_t kOctetsMin = 0x100000;
/// [MS-DRSR] 5.115.4.
constexpr std::uint32_t kItemsMin = 100;
/// Changes that are passed over in one request; the cookie leads behind them.
constexpr std::size_t kScannedMax = 100'000;
/// What one run does before others have their turn.
constexpr std::size_t kRunScannedMax = 2'000;
constexpr std::size_t kRunOctetsMax = 64 * 1024;
/// Link values that one page keeps until its end.
constexpr std::size_t kLinksKeptMax = 50'000;

/// What the search of a page is about, from the request.
struct DirSyncRequest {
  DirSyncTerms terms;
  std::size_t items_max = 0, octets_max = 0;
  std::optional<std::uint32_t> extended_dn;
  bool show_deactivated_links = false;
};

/// Deleted objects are among the changes.
View view_of(const LdapCall& call, const repl::Context& context, const store::Snapshot& snapshot, const DirSyncRequest& request) {
  return {call.dsa, context, snapshot, *call.caller, request.show_deactivated_links, true, true, request.extended_dn};
}

/// The list of attributes: an asterisk beside others counts for nothing.
void read_attributes(const schema::Schema& schema, const lp::SearchRequest& search, bool is_extended, DirSyncTerms& terms) {
  terms.all_attributes = true;
  for (const auto text : search.attributes) {
    if (text == "*") continue;
    terms.all_attributes = false;
    const auto name = text.substr(0, text.find(';'));
    const auto* const attribute = schema.find_attribute(name);
    if (attribute == nullptr) continue;
    terms.wanted.insert(attribute->attid);
    if (is_extended && equals_ignoring_case(text.substr(name.size()), ";dirSyncAlwaysReturn")) terms.always.insert(attribute->attid);
  }
}

bool asks_for_filtered_set(const schema::Schema& schema, const DirSyncTerms& terms) {
  const auto is_filtered = [](const schema::AttributeSchema* attribute) { return attribute != nullptr && attribute->is_in_filtered_set(); };
  return std::ranges::any_of(terms.wanted, [&](store::Attid each) { return is_filtered(schema.find_attribute(each)); }) ||
         std::ranges::any_of(terms.filter.attributes, is_filtered);
}

/// SecurityCheckForChanges (5.115.12), unless the caller wants what he may read anyway.
lp::Outcome authorise(const View& view, DirSyncTerms& terms) {
  if (terms.has(kDirSyncObjectSecurity)) return {};
  const auto rights = replication_rights(view.context, view.snapshot, view.caller.token, terms.nc);
  if (!rights) return lp::outcome_of(rights.error());
  terms.rights = *rights;
  if (rights->get_changes && (rights->get_changes_filtered_set || !asks_for_filtered_set(view.schema(), terms))) return {};
  return refusal(ResultCode::kInsufficientAccessRights, win32::kErrorDsDraAccessDenied, "DS-Replication-Get-Changes on the naming context");
}

std::expected<Dnt, lp::Outcome> find_nc(const View& view, const lp::SearchRequest& search, std::uint32_t flags) {
  const auto base = locate(view, search.base);
  if (!base) return base;
  const auto object = view.snapshot.find(*base);
  if (!object) return std::unexpected(lp::outcome_of(object.error()));
  if (*object && repl::is_nc_root(**object)) return *base;
  constexpr auto kWhat = "the base is not the root of a naming context that is held here";
  if ((flags & kDirSyncObjectSecurity) != 0) return std::unexpected(refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsUnwillingToPerform, kWhat));
  return std::unexpected(refusal(ResultCode::kInsufficientAccessRights, win32::kErrorDsDraAccessDenied, kWhat));
}

/// Everything but the controls that a view has; `asked` is the control's value.
lp::Outcome read_terms(const LdapCall& call, const View& view, const lp::DirSync& asked, bool is_extended, DirSyncRequest& request) {
  const auto& search = std::get<lp::SearchRequest>(call.message.request);
  const auto cookie = asked.cookie.empty() ? Result<DirSyncCookie>(DirSyncCookie()) : decode_dirsync_cookie(asked.cookie);
  if (!cookie) return lp::outcome_of(ResultCode::kProtocolError, cookie.error());
  const auto nc = find_nc(view, search, asked.flags);
  if (!nc) return nc.error();
  auto& terms = request.terms;
  terms.flags = asked.flags;
  terms.nc = *nc;
  terms.message_id = call.message.id;
  terms.values_max = call.settings->policies.max_value_range;
  if (cookie->source == view.context.invocation_id) terms.from = Usn{std::max<std::int64_t>(cookie->usn.usnHighObjUpdate, 0)};
  terms.known = cookie->up_to_dateness_vector;
  read_attributes(view.schema(), search, is_extended, terms);
  auto filter = query::compile_filter(view.snapshot, view.context.schema, search.filter);
  if (!filter) return lp::outcome_of(filter.error());
  terms.filter = std::move(*filter);
  const auto page = call.settings->policies.max_page_size;
  request.items_max = std::max(search.size_limit == 0 ? page : std::min(search.size_limit, page), kItemsMin);
  request.octets_max = std::max(asked.octets_max, kOctetsMin);
  return authorise(view, terms);
}

std::expected<DirSyncRequest, lp::Outcome> read_request(const LdapCall& call) {
  const auto controls = read_search_controls(call.message.controls);
  if (!controls) return std::unexpected(controls.error());
  const auto* const plain = lp::find_control(call.message.controls, lp::oid::kDirSync);
  const auto* const control = plain != nullptr ? plain : lp::find_control(call.message.controls, lp::oid::kDirSyncEx);
  const auto asked = control != nullptr ? lp::read_dirsync(*control) : fail(win32::kErrorInvalidParameter, "no DirSync control");
  if (!asked) return std::unexpected(lp::outcome_of(ResultCode::kProtocolError, asked.error()));
  DirSyncRequest request;
  request.extended_dn = controls->extended_dn;
  request.show_deactivated_links = controls->show_deactivated_links;
  const auto context = call.dsa.context();
  const auto snapshot = call.dsa.store().read();
  auto outcome = read_terms(call, view_of(call, context, *snapshot, request), *asked, plain == nullptr, request);
  if (!outcome.ok()) return std::unexpected(std::move(outcome));
  return request;
}

class DirSyncSearch final : public lp::Operation {
 public:
  DirSyncSearch(LdapCall call, DirSyncRequest request)
      : call_(std::move(call)), request_(std::move(request)), terms_(request_.terms), position_(terms_.from) {}

  State run(Bytes& out) override {
    const std::size_t before = out.size();
    const auto context = call_.dsa.context();
    const auto snapshot = call_.dsa.store().read();
    const View view = view_of(call_, context, *snapshot, request_);
    DirSyncEntries entries(terms_, view, out);
    const auto state = is_read_ ? give_links(entries, out.size(), out) : give_objects(entries, view, out);
    octets_ += out.size() - before;
    if (!state) {
      lp::append_result(out, terms_.message_id, lp::ResponseTag::kSearchDone, lp::outcome_of(state.error()));
      return State::kDone;
    }
    if (*state == State::kDone) finish(view, out);
    return *state;
  }

 private:
  [[nodiscard]] bool is_full() const noexcept {
    return items_ >= request_.items_max || octets_ >= request_.octets_max || scanned_ >= kScannedMax || kept_ >= kLinksKeptMax;
  }

  [[nodiscard]] Result<State> give_objects(DirSyncEntries& entries, const View& view, Bytes& out) {
    repl::ChangeStream changes(view.snapshot, terms_.nc, position_);
    const std::size_t begin = out.size(), scanned_before = scanned_;
    for (;;) {
      const auto group = changes.next();
      if (!group) return std::unexpected(group.error());
      if (!*group || is_full()) {
        is_read_ = true;
        if (*group) has_more_ = true;
        else if (auto done = note_end(view); !done) return std::unexpected(std::move(done.error()));
        return State::kMore;
      }
      for (const auto& change : (*group)->objects)
        if (auto done = give_object(entries, view, change.dnt, 0); !done) return std::unexpected(std::move(done.error()));
      for (const auto& change : (*group)->links)
        if (auto done = keep_link(entries, view, change.key); !done) return std::unexpected(std::move(done.error()));
      scanned_ += (*group)->objects.size() + (*group)->links.size();
      position_ = (*group)->usn;
      if (out.size() - begin >= kRunOctetsMax || scanned_ - scanned_before >= kRunScannedMax) return State::kMore;
    }
  }

  /// With kDirSyncAncestorsFirst its changed ancestors come before it.
  [[nodiscard]] Result<void> give_object(DirSyncEntries& entries, const View& view, Dnt dnt, std::size_t depth) {
    const auto object = view.snapshot.find(dnt);
    if (!object) return std::unexpected(object.error());
    if (!*object || repl::is_phantom(**object)) return {};
    const auto before = given_.find(dnt);
    if (before != given_.end() && (*object)->usn_changed() <= before->second) return {};
    if (terms_.has(kDirSyncAncestorsFirst) && dnt != terms_.nc && depth < repl::kDnRdnsMax) {
      const auto parent = view.snapshot.find((*object)->parent());
      if (!parent) return std::unexpected(parent.error());
      if (*parent && (*parent)->nc() == terms_.nc)
        if (auto done = give_object(entries, view, (*parent)->dnt(), depth + 1); !done) return done;
    }
    given_[dnt] = (*object)->usn_changed();
    if ((*object)->usn_changed() <= terms_.from) return {};
    bool with_links = !kept_links_.contains(dnt);
    const auto given = entries.add_object(**object, with_links);
    if (!given) return std::unexpected(given.error());
    if (*given) ++items_;
    if (with_links) with_links_[dnt] = view.snapshot.highest_committed_usn();
    return {};
  }

  [[nodiscard]] Result<void> keep_link(const DirSyncEntries& entries, const View& view, const store::LinkKey& key) {
    auto link = view.snapshot.find_link(key);
    if (!link) return std::unexpected(link.error());
    if (!*link || !entries.is_news(**link)) return {};
    const auto given = with_links_.find(key.source);
    if (given != with_links_.end() && (*link)->usn_local <= given->second) return {};
    auto& kept = kept_links_[key.source];
    if (kept.empty()) ++items_;
    ++kept_;
    kept[key] = std::move(**link);
    return {};
  }

  [[nodiscard]] Result<State> give_links(DirSyncEntries& entries, std::size_t begin, Bytes& out) {
    while (!kept_links_.empty()) {
      const auto next = kept_links_.begin();
      const auto given = entries.add_links(next->first, next->second);
      if (!given) return std::unexpected(given.error());
      kept_links_.erase(next);
      if (out.size() - begin >= kRunOctetsMax) return State::kMore;
    }
    return State::kDone;
  }

  /// All changes of this snapshot were considered: the position is its end, and the cookie has what the NC has then, so that one that is
  /// taken to another DC brings no more than is new there.
  [[nodiscard]] Result<void> note_end(const View& view) {
    const auto replica = view.snapshot.nc_replica(terms_.nc);
    if (!replica) return std::unexpected(replica.error());
    position_ = view.snapshot.highest_committed_usn();
    if (!*replica) return {};
    auto vector = repl::local_utd(view.context, view.snapshot, **replica);
    if (!vector) return std::unexpected(std::move(vector.error()));
    vector_at_end_ = std::move(*vector);
    return {};
  }

  void finish(const View& view, Bytes& out) {
    const DirSyncCookie cookie{view.context.now,
                               {position_.value, 0, position_.value},
                               view.context.invocation_id,
                               has_more_ ? terms_.known : std::move(vector_at_end_)};
    const std::vector<lp::OwnedControl> controls{lp::write_dirsync(has_more_, 0, encode_dirsync_cookie(cookie))};
    lp::append_result(out, terms_.message_id, lp::ResponseTag::kSearchDone, {}, controls);
  }

  LdapCall call_;
  DirSyncRequest request_;
  DirSyncTerms& terms_;
  Usn position_;              ///< changes up to here were considered
  bool is_read_ = false;      ///< the page has its changes; link values may still have to be given
  bool has_more_ = false;
  std::size_t items_ = 0, octets_ = 0, scanned_ = 0, kept_ = 0;
  repl::ReplUpToDateVector vector_at_end_;
  // By the USN up to which changes of the object, and of its links, were told. Looked up, never walked.
  std::unordered_map<Dnt, Usn> given_, with_links_;
  std::map<Dnt, DirSyncEntries::LinkChanges> kept_links_;
};

}  // namespace

std::unique_ptr<lp::Operation> start_dirsync(LdapCall call) {
  auto request = read_request(call);
  if (!request) return finished(call.message.id, lp::ResponseTag::kSearchDone, std::move(request.error()));
  return std::make_unique<DirSyncSearch>(std::move(call), std::move(*request));
}

}  // namespace tributary::service::ldap_face
