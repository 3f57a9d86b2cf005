// SPDX-License-Identifier: Apache-2.0
// See view.hpp.
#include "sim/check/view.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/attids.hpp"
#include "topology/chance.hpp"

namespace tributary::sim {

using store::ObjectFlags;
using topology::mix;

bool is_newer(const AttributeStamp& a, const AttributeStamp& b) noexcept {
  if (a.version != b.version) return static_cast<std::int32_t>(a.version - b.version) > 0;
  if (a.time_changed != b.time_changed) return a.time_changed > b.time_changed;
  return a.uuid_originating > b.uuid_originating;
}
bool is_newer(const LinkValueStamp& a, const LinkValueStamp& b) noexcept {
  const bool a_counts = a.stamp.version != 0;
  const bool b_counts = b.stamp.version != 0;
  if (a_counts != b_counts) return a_counts;
  if (a.time_created != b.time_created) return a.time_created > b.time_created;
  return is_newer(a.stamp, b.stamp);
}

const AttributeFact* ObjectFact::find(Attid attid) const noexcept {
  const auto at = std::ranges::lower_bound(attributes, attid, {}, &AttributeFact::attid);
  return at != attributes.end() && at->attid == attid ? &*at : nullptr;
}
const ObjectFact* ReplicaView::find(const ObjectGuid& guid) const noexcept {
  const auto at = std::ranges::lower_bound(objects, guid, {}, &ObjectFact::guid);
  return at != objects.end() && at->guid == guid ? &*at : nullptr;
}
const LinkFact* ReplicaView::find(const LinkId& id) const noexcept {
  const auto at = std::ranges::lower_bound(links, id, {}, &LinkFact::id);
  return at != links.end() && at->id == id ? &*at : nullptr;
}

namespace {

std::uint64_t digest_of(ByteView octets, std::uint64_t seed) {
  std::uint64_t digest = mix(seed ^ octets.size());
  std::size_t i = 0;
  for (; i + 8 <= octets.size(); i += 8) digest = mix(digest ^ load_le<std::uint64_t>(octets.data() + i));
  for (; i < octets.size(); ++i) digest = mix(digest ^ octets[i]);
  return digest;
}

Result<ObjectGuid> guid_of(const Snapshot& snapshot, Dnt dnt) {
  if (dnt == store::kNoDnt || dnt == store::kRootDnt) return ObjectGuid{};
  const auto object = snapshot.find(dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object) return fail(win32::kErrorDsDatabaseError, "a DNT leads to nothing");
  return (*object)->guid();
}

/// instanceType has bits that say what this DSA holds, not what the object is.
std::uint32_t common_instance_type(ByteView value) {
  using namespace drsuapi;
  if (value.size() != 4) return 0;
  return load_le<std::uint32_t>(value.data()) & ~std::uint32_t{IT_WRITE | IT_NC_ABOVE | IT_UNINSTANT | IT_NC_COMING | IT_NC_GOING};
}

}  // namespace

bool is_shared(const store::ObjectView& object, const store::AttributeView& attribute) noexcept {
  return attribute.has_stamp() && attribute.attid() != object.rdn_type();
}

std::uint64_t digest_of_true() noexcept {
  static constexpr std::uint8_t kTrue[4] = {1, 0, 0, 0};
  return mix(digest_of(kTrue, 3));
}

Result<AttributeFact> view_attribute(const Snapshot& snapshot, const store::ObjectView& object, const store::AttributeView& attribute) {
  AttributeFact fact{attribute.attid(), attribute.stamp(), 0, attribute.size() != 0};
  for (std::size_t i = 0; i < attribute.size(); ++i) {
    const ByteView value = attribute.value(i);
    std::uint64_t digest = 0;
    if (attribute.references()) {
      const auto target = guid_of(snapshot, store::reference_target(value));
      if (!target) return std::unexpected(target.error());
      digest = digest_of(target->value.octets, 1) + digest_of(store::reference_rest(value), 2);
    } else if (attribute.attid() == repl::attid::kInstanceType) {
      digest = mix(common_instance_type(value));
    } else {
      digest = digest_of(value, 3);
    }
    fact.digest += mix(digest);  // a sum: values are a set
  }
  const bool is_root = has(object.flags(), ObjectFlags::kNcRoot) || has(object.flags(), ObjectFlags::kSubref);
  if (attribute.attid() != repl::attid::kName || is_root) return fact;
  const auto parent = guid_of(snapshot, object.parent());
  if (!parent) return std::unexpected(parent.error());
  fact.digest += mix(digest_of(parent->value.octets, 4));
  return fact;
}

Result<ObjectFact> view_object(const Snapshot& snapshot, const store::ObjectView& object) {
  ObjectFact fact;
  fact.guid = object.guid();
  fact.flags = object.flags();
  if (!has(fact.flags, ObjectFlags::kNcRoot) && !has(fact.flags, ObjectFlags::kSubref)) {
    const auto parent = guid_of(snapshot, object.parent());
    if (!parent) return std::unexpected(parent.error());
    fact.parent = *parent;
    fact.rdn = object.rdn();
  }
  fact.attributes.reserve(object.attribute_count());
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (!is_shared(object, attribute)) continue;
    auto made = view_attribute(snapshot, object, attribute);
    if (!made) return std::unexpected(made.error());
    fact.attributes.push_back(*made);
  }
  return fact;
}

Result<LinkFact> view_link(const Snapshot& snapshot, const store::LinkValue& link) {
  LinkFact fact;
  const auto source = snapshot.find(link.key.source);
  if (!source) return std::unexpected(source.error());
  const auto target = snapshot.find(link.key.target);
  if (!target) return std::unexpected(target.error());
  if (!*source || !*target) return fail(win32::kErrorDsDatabaseError, "a link value leads to nothing");
  fact.id = {(*source)->guid(), link.key.attid, (*target)->guid(), link.key.data};
  fact.stamp = link.stamp;
  fact.is_present = link.is_present;
  fact.is_resting = link.is_deactivated;
  fact.ends_alive = !has((*source)->flags() | (*target)->flags(), ObjectFlags::kDeleted);
  return fact;
}

Result<ReplicaView> view_replica(const Snapshot& snapshot, Dnt nc) {
  ReplicaView view;
  std::optional<Error> broken;
  const auto take = [&broken](auto fact, auto& into) {
    if (fact) {
      into.push_back(std::move(*fact));
    } else {
      broken = std::move(fact.error());
    }
    return !broken;
  };
  auto walked = snapshot.changes(nc, Usn{0}, [&](const store::ObjectChange& change) {
    const auto object = snapshot.find(change.dnt);
    if (!object || !*object) {
      broken = object ? Error{win32::kErrorDsDatabaseError, {}, "the index of changes leads to nothing"} : object.error();
      return false;
    }
    // What is known of an NC below belongs to this DSA, not to the replica.
    if (has((*object)->flags(), ObjectFlags::kSubref)) return true;
    return take(view_object(snapshot, **object), view.objects);
  });
  if (walked && !broken)
    walked = snapshot.link_changes(nc, Usn{0}, [&](const store::LinkChange& change) {
      const auto link = snapshot.find_link(change.key);
      if (!link || !*link) {
        broken = link ? Error{win32::kErrorDsDatabaseError, {}, "the index of link changes leads to nothing"} : link.error();
        return false;
      }
      return take(view_link(snapshot, **link), view.links);
    });
  if (!walked) return std::unexpected(walked.error());
  if (broken) return std::unexpected(std::move(*broken));
  std::ranges::sort(view.objects, {}, &ObjectFact::guid);
  std::ranges::sort(view.links, {}, &LinkFact::id);
  return view;
}

}  // namespace tributary::sim
