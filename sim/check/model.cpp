// SPDX-License-Identifier: Apache-2.0
// See model.hpp.
#include "sim/check/model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/rdn.hpp"
#include "repl/objects/attids.hpp"
#include "sim/check/words.hpp"

namespace tributary::sim {
namespace {

using repl::ReplUpToDateVector;

/// Clocks of DSAs differ by so much at most; a lifetime may be over so much earlier.
constexpr std::int64_t kSkewSecondsMax = 1200;

const AttributeStamp& plain(const AttributeStamp& stamp) { return stamp; }
const AttributeStamp& plain(const LinkValueStamp& stamp) { return stamp.stamp; }

/// The last of those writes that `counts` lets through; null when there is none.
template <class Stamp, class Counts>
const Write<Stamp>* last_of(const std::vector<Write<Stamp>>& writes, Counts counts) {
  const Write<Stamp>* last = nullptr;
  for (const auto& write : writes)
    if (counts(write) && (last == nullptr || is_newer(write.stamp, last->stamp))) last = &write;
  return last;
}
template <class Stamp>
const Write<Stamp>* last_certain(const std::vector<Write<Stamp>>& writes) {
  return last_of(writes, [](const auto& write) { return write.is_certain; });
}
template <class Stamp>
const Write<Stamp>* last_of(const std::vector<Write<Stamp>>& writes) {
  return last_of(writes, [](const auto&) { return true; });
}
template <class Stamp>
const Write<Stamp>* find_write(const std::vector<Write<Stamp>>& writes, const Stamp& stamp) {
  const auto at = std::ranges::find(writes, stamp, &Write<Stamp>::stamp);
  return at == writes.end() ? nullptr : &*at;
}

bool is_in(const std::vector<Attid>* partial, Attid attid) { return partial == nullptr || std::ranges::binary_search(*partial, attid); }

bool is_over(DsTime changed, const Model::Terms& terms) {
  return changed.seconds + terms.lifetime_s - kSkewSecondsMax <= terms.now.seconds;
}

/// [MS-DRSR] 4.1.10.6.12, written down a second time: who gets the conflict form of its name was named earlier than the sibling that has
/// the name, or in the same second and has the lesser GUID.
std::optional<std::string> judge_rename(const Snapshot& snapshot, const store::ObjectView& loser, const AttributeStamp& stamp,
                                        const std::vector<Write<AttributeStamp>>& before) {
  const auto rdn = loser.rdn();
  const auto mangling = mangling_of(rdn);
  if (!mangling || mangling->reason != MangledFor::kNameConflict || mangling->object_guid != loser.guid().value) return std::nullopt;
  const auto parent = snapshot.find(loser.parent());
  const bool is_orphan = !parent || !*parent || (*parent)->rdn().starts_with("LostAndFound");  // its claim is that of the move
  const auto sibling = snapshot.find_child(loser.parent(), rdn.substr(0, rdn.rfind('\n')));
  if (is_orphan || !sibling || *sibling == store::kNoDnt) return std::nullopt;
  const auto winner = snapshot.find(*sibling);
  if (!winner || !*winner || has((*winner)->flags(), store::ObjectFlags::kNcRoot | store::ObjectFlags::kSubref)) return std::nullopt;
  const auto claim = (*winner)->stamp(repl::attid::kName).value_or(AttributeStamp{});
  bool is_known = false;
  for (const auto& write : before) {
    if (write.stamp.version + 1 != stamp.version) continue;
    is_known = true;
    const auto earlier = std::pair(write.stamp.time_changed, loser.guid());
    if (earlier < std::pair(claim.time_changed, (*winner)->guid())) return std::nullopt;
  }
  if (!is_known) return std::nullopt;
  return fmt::format("{} lost its name to {}, which was named before it", to_string(loser.guid()), to_string((*winner)->guid()));
}

}  // namespace

std::optional<std::string> Model::claim(const AttributeStamp& stamp, const ObjectGuid& object, Usn known_before) {
  auto& source = sources_[stamp.uuid_originating];
  const auto [at, is_new] = source.owners.emplace(stamp.usn_originating.value, object.value);
  if (!is_new && at->second != object.value)
    return fmt::format("USN {} of invocationId {} was drawn for {} and for {}", stamp.usn_originating.value, to_string(stamp.uuid_originating),
                       to_string(at->second), to_string(object));
  if (is_new && stamp.usn_originating <= known_before)
    return fmt::format("USN {} of invocationId {} comes after {}", stamp.usn_originating.value, to_string(stamp.uuid_originating), known_before.value);
  source.highest = std::max(source.highest, stamp.usn_originating);
  ++writes_;
  return std::nullopt;
}

std::optional<std::string> Model::harvest_object(const Snapshot& snapshot, const store::ObjectView& object, const ObjectGuid& nc, Usn after,
                                                 bool is_client) {
  const auto own = snapshot.identity().invocation_id;
  const Usn known_before = sources_[own].highest;
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (!is_shared(object, attribute)) continue;
    const auto stamp = attribute.stamp();
    if (stamp.uuid_originating != own || stamp.usn_originating <= after) continue;
    const auto fact = view_attribute(snapshot, object, attribute);
    if (!fact) return fact.error().detail;
    const auto [at, is_new] = logs_.try_emplace(object.guid());
    if (is_new) {
      at->second.nc = nc;
      order_.push_back(object.guid());
    }
    auto& writes = at->second.attributes[fact->attid];
    if (find_write(writes, stamp) != nullptr) continue;
    if (auto wrong = claim(stamp, object.guid(), std::min(known_before, after))) return wrong;
    if (fact->attid == repl::attid::kName && !is_client)
      if (auto wrong = judge_rename(snapshot, object, stamp, writes)) return wrong;
    writes.push_back({stamp, fact->digest, true});
  }
  return std::nullopt;
}

std::optional<std::string> Model::harvest_link(const Snapshot& snapshot, const store::LinkValue& link, const ObjectGuid& nc, Usn after) {
  const auto& stamp = link.stamp.stamp;
  if (stamp.uuid_originating != snapshot.identity().invocation_id || stamp.usn_originating <= after) return std::nullopt;
  const auto fact = view_link(snapshot, link);
  if (!fact) return fact.error().detail;
  auto& log = links_[fact->id];
  log.nc = nc;
  if (find_write(log.writes, fact->stamp) != nullptr) return std::nullopt;
  if (auto wrong = claim(stamp, fact->id.source, after)) return wrong;
  log.writes.push_back({fact->stamp, fact->is_present ? 1u : 0u, true});
  return std::nullopt;
}

std::optional<std::string> Model::harvest(const Snapshot& snapshot, Usn after, bool is_client) {
  std::optional<std::string> wrong;
  const auto roots = snapshot.nc_roots();
  if (!roots) return roots.error().detail;
  for (const Dnt root : *roots) {
    const auto nc = snapshot.find(root);
    if (!nc || !*nc) return "the root of an NC is not there";
    const ObjectGuid guid = (*nc)->guid();
    auto walked = snapshot.changes(root, after, [&](const store::ObjectChange& change) {
      const auto object = snapshot.find(change.dnt);
      if (object && *object && has((*object)->flags(), store::ObjectFlags::kSubref)) return true;
      wrong = object && *object ? harvest_object(snapshot, **object, guid, after, is_client) : std::optional<std::string>("a change leads to nothing");
      return !wrong;
    });
    if (walked && !wrong)
      walked = snapshot.link_changes(root, after, [&](const store::LinkChange& change) {
        const auto link = snapshot.find_link(change.key);
        wrong = link && *link ? harvest_link(snapshot, **link, guid, after) : std::optional<std::string>("a link change leads to nothing");
        return !wrong;
      });
    if (!walked) return walked.error().detail;
    if (wrong) return wrong;
  }
  return std::nullopt;
}

void Model::lose_beyond(const ObjectGuid& nc, const ReplUpToDateVector& known) {
  const auto lose = [&](auto& writes) {
    for (auto& write : writes)
      if (!known.covers(plain(write.stamp))) write.is_certain = false;
  };
  for (auto& [guid, log] : logs_)
    if (log.nc == nc)
      for (auto& [attid, writes] : log.attributes) lose(writes);
  for (auto& [id, log] : links_)
    if (log.nc == nc) lose(log.writes);
}

bool Model::is_gone(const ObjectGuid& nc) const noexcept { return std::ranges::find(gone_ncs_, nc) != gone_ncs_.end(); }

bool Model::is_buried(const ObjectLog& log, const Terms& terms) const {
  const auto at = log.attributes.find(repl::attid::kIsDeleted);
  if (at == log.attributes.end()) return false;
  return std::ranges::any_of(at->second, [&](const auto& write) {
    return write.digest == digest_of_true() && is_over(write.stamp.time_changed, terms);
  });
}

bool Model::was_ever_deleted(const ObjectGuid& guid) const {
  const auto log = logs_.find(guid);
  if (log == logs_.end()) return false;
  const auto at = log->second.attributes.find(repl::attid::kIsDeleted);
  return at != log->second.attributes.end() && std::ranges::any_of(at->second, [](const auto& write) { return write.digest == digest_of_true(); });
}

bool Model::is_certain(const ObjectGuid& guid) const {
  const auto log = logs_.find(guid);
  return log != logs_.end() && std::ranges::all_of(log->second.attributes, [](const auto& entry) {
           return std::ranges::all_of(entry.second, [](const auto& write) { return write.is_certain; });
         });
}

bool Model::may_be_forgotten(const ObjectGuid& guid, const Terms& terms) const {
  const auto log = logs_.find(guid);
  return log != logs_.end() && is_buried(log->second, terms);
}

bool Model::was_undeleted(const ObjectGuid& guid) const {
  const auto log = logs_.find(guid);
  if (log == logs_.end()) return false;
  const auto at = log->second.attributes.find(repl::attid::kIsDeleted);
  return at != log->second.attributes.end() && std::ranges::any_of(at->second, [](const auto& write) { return write.digest == 0; });
}

bool Model::link_may_be_gone(const LinkId& id, const LinkLog& log, const Write<LinkValueStamp>& last, const Terms& terms) const {
  if (was_ever_deleted(id.source) || was_ever_deleted(id.target)) return true;
  // Removed by that write or by one after it, which a vector need not claim any more when its originator was restored since.
  return std::ranges::any_of(log.writes, [&](const auto& write) {
    return write.digest == 0 && !is_newer(last.stamp, write.stamp) && is_over(write.stamp.stamp.time_changed, terms);
  });
}

std::optional<std::string> Model::judge_object(const ObjectGuid& guid, const ObjectLog& log, const ObjectFact* fact, const Terms& terms) const {
  const auto deletion = log.attributes.find(repl::attid::kIsDeleted);
  if (fact == nullptr) {
    const auto creation = log.attributes.find(repl::attid::kObjectClass);
    const bool is_certain = creation != log.attributes.end() && last_certain(creation->second) != nullptr;
    return !is_certain || is_buried(log, terms) ? std::nullopt : std::optional(fmt::format("object {} is lost", to_string(guid)));
  }
  if (deletion != log.attributes.end() && is_in(terms.partial, repl::attid::kIsDeleted)) {
    const auto* certain = last_certain(deletion->second);
    const auto* last = last_of(deletion->second);
    if (certain == last && last != nullptr && fact->is_deleted() != (last->digest == digest_of_true()))
      return fmt::format("{} {}, but its last isDeleted, {}, says otherwise", name_of(*fact), fact->is_deleted() ? "is deleted" : "came back",
                         to_text(last->stamp));
  } else if (deletion == log.attributes.end() && fact->is_deleted()) {
    return fmt::format("{} is deleted, and nobody did it", name_of(*fact));
  }
  for (const auto& [attid, writes] : log.attributes) {
    if (!is_in(terms.partial, attid)) continue;
    const auto* certain = last_certain(writes);
    if (certain == nullptr) continue;
    const auto* here = fact->find(attid);
    if (here == nullptr) return fmt::format("{} has lost {}, {}", name_of(*fact), name_of(attid), to_text(certain->stamp));
    if (is_newer(certain->stamp, here->stamp))
      return fmt::format("{} of {} is {}, accepted was {}", name_of(attid), name_of(*fact), to_text(here->stamp), to_text(certain->stamp));
  }
  for (const auto& here : fact->attributes) {
    const auto at = log.attributes.find(here.attid);
    const auto* write = at == log.attributes.end() ? nullptr : find_write(at->second, here.stamp);
    if (write == nullptr) return fmt::format("{} of {} has {}, which nobody wrote", name_of(here.attid), name_of(*fact), to_text(here.stamp));
    if (write->digest != here.digest)
      return fmt::format("{} of {} has other values than were written with {}", name_of(here.attid), name_of(*fact), to_text(here.stamp));
  }
  return std::nullopt;
}

std::optional<std::string> Model::judge_replica(const ObjectGuid& nc, const ReplicaView& view, const Terms& terms) const {
  if (is_gone(nc)) return std::nullopt;
  for (const auto& guid : order_) {
    const auto& log = logs_.at(guid);
    if (log.nc != nc) continue;
    if (auto wrong = judge_object(guid, log, view.find(guid), terms)) return wrong;
  }
  for (const auto& fact : view.objects)
    if (!logs_.contains(fact.guid)) return fmt::format("{} was made by nobody", name_of(fact));
  for (const auto& [id, log] : links_) {
    if (log.nc != nc || terms.partial != nullptr) continue;
    if (!terms.recycle_bin && (was_undeleted(id.source) || was_undeleted(id.target))) continue;
    const auto* certain = last_certain(log.writes);
    const auto* here = view.find(id);
    if (here == nullptr) {
      if (certain != nullptr && certain == last_of(log.writes) && !link_may_be_gone(id, log, *certain, terms))
        return fmt::format("link {} is lost, {}", name_of(id), to_text(certain->stamp));
      continue;
    }
    if (certain != nullptr && is_newer(certain->stamp, here->stamp))
      return fmt::format("link {} has {}, accepted was {}", name_of(id), to_text(here->stamp), to_text(certain->stamp));
    const auto* write = find_write(log.writes, here->stamp);
    if (write == nullptr || (write->digest != 0) != here->is_present)
      return fmt::format("link {} has {}, which nobody wrote so", name_of(id), to_text(here->stamp));
  }
  return std::nullopt;
}

std::optional<std::string> Model::judge_vector(const ObjectGuid& nc, const ReplicaView& view, const ReplUpToDateVector& utd, const Terms& terms) const {
  if (is_gone(nc)) return std::nullopt;
  const auto is_claimed = [&utd](const auto& write) { return utd.covers(plain(write.stamp)); };
  for (const auto& guid : order_) {
    const auto& log = logs_.at(guid);
    if (log.nc != nc) continue;
    const auto* fact = view.find(guid);
    if (is_buried(log, terms)) continue;  // forgotten, and maybe fetched again from who had lost the deletion
    for (const auto& [attid, writes] : log.attributes) {
      const auto* claimed = is_in(terms.partial, attid) ? last_of(writes, is_claimed) : nullptr;
      if (claimed == nullptr) continue;
      const auto* here = fact == nullptr ? nullptr : fact->find(attid);
      if (here == nullptr || is_newer(claimed->stamp, here->stamp))
        return fmt::format("the vector claims {} of {}, {}; here is {}", name_of(attid), fact ? name_of(*fact) : to_string(guid),
                           to_text(claimed->stamp), here ? to_text(here->stamp) : std::string("nothing"));
    }
  }
  for (const auto& [id, log] : links_) {
    if (log.nc != nc || terms.partial != nullptr) continue;
    if (!terms.recycle_bin && (was_undeleted(id.source) || was_undeleted(id.target))) continue;
    const auto* claimed = last_of(log.writes, is_claimed);
    if (claimed == nullptr) continue;
    const auto* here = view.find(id);
    if (here == nullptr ? !link_may_be_gone(id, log, *claimed, terms) : is_newer(claimed->stamp, here->stamp))
      return fmt::format("the vector claims link {}, {}; here is {}", name_of(id), to_text(claimed->stamp),
                         here ? to_text(here->stamp) : std::string("nothing"));
  }
  return std::nullopt;
}

}  // namespace tributary::sim
