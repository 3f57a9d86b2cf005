// SPDX-License-Identifier: Apache-2.0
// See dirsync_entry.hpp.
// DEVIATION: an object and its link values come in one entry where both changed, as Samba's servers send them and its clients expect; attributes
// that the caller may not read are left out, confidential ones too, for which the section allows an empty value.
#include "service/ldap/changes/dirsync_entry.hpp"

#include <fmt/format.h>

#include "query/ldap_values.hpp"
#include "query/links.hpp"
#include "repl/objects/facts.hpp"

namespace tributary::service::ldap_face {

namespace attid = repl::attid;
using schema::AttributeSchema;
using store::LinkValue;

namespace {

/// An object with more is told of by the changes of its links.
constexpr std::size_t kLinksLookedThrough = 5'000;

bool is_about_deletion(store::Attid number) { return number == attid::kIsDeleted || number == attid::kIsRecycled; }

}  // namespace

DirSyncEntries::DirSyncEntries(const DirSyncTerms& terms, const View& view, Bytes& out)
    : terms_(terms), view_(view), writer_(out), matcher_(terms.filter), access_(view) {}

bool DirSyncEntries::is_wanted(const AttributeSchema& attribute) const {
  if (!attribute.is_replicated() || attribute.is_secret()) return false;
  if (!terms_.has(kDirSyncObjectSecurity) && attribute.is_in_filtered_set() && !terms_.rights.get_changes_filtered_set) return false;
  return terms_.all_attributes || terms_.wanted.contains(attribute.attid);
}

bool DirSyncEntries::is_news(const LinkValue& link) const {
  if (link.usn_local <= terms_.from) return false;
  if (!link.legacy && terms_.known.covers(link.stamp.stamp)) return false;
  const auto* const attribute = view_.schema().find_attribute(link.key.attid);
  return attribute != nullptr && is_wanted(*attribute);
}

Result<bool> DirSyncEntries::look_at(const store::ObjectView& object) {
  const bool is_judged = terms_.has(kDirSyncObjectSecurity);
  if (is_judged) {
    access_.look_at(object);
    const auto visible = access_.is_visible(object);
    if (!visible) return std::unexpected(visible.error());
    is_seen_ = *visible;
  }
  // Who may not see an object learns that it is gone, whatever the filter asks of it.
  if (!is_seen_) return repl::is_deleted(object);
  const auto truth = matcher_.match(view_.snapshot, object, is_judged ? &access_ : nullptr);
  if (!truth) return std::unexpected(truth.error());
  return *truth == query::Truth::kTrue;
}

bool DirSyncEntries::may_show(const AttributeSchema& attribute) {
  if (!is_seen_) return is_about_deletion(attribute.attid);
  return !terms_.has(kDirSyncObjectSecurity) || is_about_deletion(attribute.attid) || access_.may_read(attribute);
}

Result<DirSyncEntries::ChangedLinks> DirSyncEntries::changed_links(const store::ObjectView& object, bool& with_links) const {
  ChangedLinks changed;
  std::size_t count = 0;
  const auto walked = view_.snapshot.links(object.dnt(), store::Attid{}, [&](const LinkValue& link) {
    if (is_news(link)) changed[link.key.attid].push_back(link);
    return ++count <= kLinksLookedThrough;
  });
  if (!walked) return std::unexpected(walked.error());
  if (count <= kLinksLookedThrough) return changed;
  with_links = false;
  return ChangedLinks();
}

Result<bool> DirSyncEntries::add_object(const store::ObjectView& object, bool& with_links) {
  const auto counts = look_at(object);
  if (!counts || !*counts) return counts;
  std::vector<store::AttributeView> shown;
  bool has_news = false;
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    const auto* const known = view_.schema().find_attribute(attribute.attid());
    if (known == nullptr || known->is_defunct || !attribute.has_stamp() || attribute.attid() == object.rdn_type()) continue;
    const bool is_new = attribute.usn_local() > terms_.from && !terms_.known.covers(attribute.stamp());
    const bool is_always = terms_.always.contains(attribute.attid());
    if ((!is_new && !is_always) || !is_wanted(*known) || !may_show(*known)) continue;
    has_news |= is_new;
    if (attribute.attid() != attid::kInstanceType) shown.push_back(attribute);
  }
  auto links = with_links && is_seen_ ? changed_links(object, with_links) : Result<ChangedLinks>(ChangedLinks());
  if (!links) return std::unexpected(std::move(links.error()));
  if (!has_news && links->empty()) return false;
  if (auto done = write(object, shown, *links); !done) return std::unexpected(std::move(done.error()));
  return true;
}

Result<bool> DirSyncEntries::add_links(store::Dnt source, const LinkChanges& changed) {
  const auto object = view_.snapshot.find(source);
  if (!object) return std::unexpected(object.error());
  if (!*object || repl::is_phantom(**object)) return false;
  const auto counts = look_at(**object);
  if (!counts || !*counts || !is_seen_) return counts ? Result<bool>(false) : counts;
  ChangedLinks links;
  for (const auto& [key, link] : changed) links[key.attid].push_back(link);
  if (auto done = write(**object, {}, links); !done) return std::unexpected(std::move(done.error()));
  return true;
}

Result<void> DirSyncEntries::write(const store::ObjectView& object, const std::vector<store::AttributeView>& changed, const ChangedLinks& links) {
  const auto dn = dn_for_client(view_, object.dnt());
  if (!dn) return std::unexpected(dn.error());
  const auto parent = repl::is_nc_root(object) ? Result<std::optional<store::ObjectView>>(std::nullopt) : view_.snapshot.find(object.parent());
  if (!parent) return std::unexpected(parent.error());
  const auto octets = [&](std::string_view name, ByteView value) {
    writer_.begin_attribute(name);
    writer_.value(value);
    writer_.end_attribute();
  };
  writer_.begin(terms_.message_id, *dn);
  octets("objectGUID", object.guid().value.octets);
  if (*parent && !(*parent)->guid().is_null()) octets("parentGUID", (*parent)->guid().value.octets);
  octets("instanceType", as_bytes(std::to_string(static_cast<std::int32_t>(repl::instance_type(object)))));
  const auto rest = [&]() -> Result<void> {
    for (const auto& attribute : changed)
      if (auto done = write_attribute(attribute); !done) return done;
    for (const auto& [number, values] : links)
      if (auto done = write_links(object, number, values); !done) return done;
    return {};
  }();
  if (!rest) writer_.discard();
  else writer_.end();
  return rest;
}

Result<void> DirSyncEntries::write_attribute(const store::AttributeView& attribute) {
  const auto& known = *view_.schema().find_attribute(attribute.attid());
  if (known.attid == attid::kObjectGuid) return {};
  writer_.begin_attribute(known.ldap_display_name);  // without values: they were removed
  for (std::size_t i = 0; i < attribute.size(); ++i)
    if (auto done = write_value(known, attribute.value(i)); !done) return done;
  writer_.end_attribute();
  return {};
}

/// With kDirSyncIncrementalValues ";range=1-1" has what came, ";range=0-0" what went; without it everything that is there.
Result<void> DirSyncEntries::write_links(const store::ObjectView& object, store::Attid number, const std::vector<LinkValue>& changed) {
  const auto& attribute = *view_.schema().find_attribute(number);
  if (!may_show(attribute)) return {};
  const auto& name = attribute.ldap_display_name;
  if (terms_.has(kDirSyncIncrementalValues)) {
    if (auto done = write_link_values(name + ";range=1-1", attribute, changed, true); !done) return done;
    return write_link_values(name + ";range=0-0", attribute, changed, false);
  }
  std::vector<LinkValue> all;
  const auto walked = view_.snapshot.links(object.dnt(), number, [&](const LinkValue& link) {
    if (query::is_shown(link, view_.show_deactivated_links)) all.push_back(link);
    return all.size() <= terms_.values_max;
  });
  if (!walked) return walked;
  const bool is_cut = all.size() > terms_.values_max;
  if (is_cut) all.pop_back();
  if (!all.empty()) return write_link_values(is_cut ? fmt::format("{};range=0-{}", name, all.size() - 1) : name, attribute, all, true);
  writer_.begin_attribute(name);
  writer_.end_attribute();
  return {};
}

Result<void> DirSyncEntries::write_link_values(const std::string& name, const AttributeSchema& attribute, const std::vector<LinkValue>& links,
                                               bool present) {
  if (std::ranges::none_of(links, [&](const auto& link) { return link.is_present == present; })) return {};
  writer_.begin_attribute(name);
  Bytes stored;
  for (const auto& link : links) {
    if (link.is_present != present) continue;
    stored.resize(8);
    store_le(stored.data(), static_cast<std::uint64_t>(link.key.target));
    stored.insert(stored.end(), link.key.data.begin(), link.key.data.end());
    if (auto done = write_value(attribute, stored); !done) return done;
  }
  writer_.end_attribute();
  return {};
}

Result<void> DirSyncEntries::write_value(const AttributeSchema& attribute, ByteView stored) {
  const auto text = attribute.syntax == schema::Syntax::kDn ? dn_for_client(view_, store::reference_target(stored))
                                                            : query::value_to_ldap(view_.snapshot, view_.schema(), attribute, stored);
  if (!text) return std::unexpected(text.error());
  writer_.value(std::string_view(*text));
  return {};
}

}  // namespace tributary::service::ldap_face
