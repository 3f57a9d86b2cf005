// SPDX-License-Identifier: Apache-2.0
// See checkers.hpp.
#include "sim/check/checkers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "repl/source/local_state.hpp"
#include "repl/objects/wire_values.hpp"
#include "sim/check/words.hpp"
#include "sim/dsa.hpp"
#include "store/verify.hpp"

namespace tributary::sim {
namespace {

using repl::ReplUpToDateVector;

struct Held {
  SimDsa* dsa = nullptr;
  bool is_partial = false;
  std::vector<Attid> set;  ///< of a partial replica, ascending
  ReplicaView view;
  ReplUpToDateVector vector;
};

/// The replica of this DSA, if it is complete. Blames the run when it cannot be read.
std::optional<Held> hold(World& world, SimDsa& dsa, const WantedNc& nc) {
  if (!dsa.is_up() || dsa.is_quarantined() || dsa.is_rolled_back()) return std::nullopt;
  const auto root = dsa.root_of(nc.guid);
  if (root == store::kNoDnt) return std::nullopt;
  const auto snapshot = dsa.store().read();
  const auto replica = snapshot->nc_replica(root);
  if (!replica || !*replica || (*replica)->going || (*replica)->coming) return std::nullopt;
  Held held;
  held.dsa = &dsa;
  held.is_partial = (*replica)->partial;
  auto view = view_replica(*snapshot, root);
  const auto vector = repl::local_utd(dsa.context(), *snapshot, **replica);
  auto set = repl::decode_partial_set((*replica)->partial_attribute_set);
  if (!view || !vector || (held.is_partial && !set)) {
    const auto& error = !view ? view.error() : !vector ? vector.error() : set.error();
    world.blame(fmt::format("{} cannot read {}: {}", dsa.name(), nc.dn, error.detail));
    return std::nullopt;
  }
  held.view = std::move(*view);
  held.vector = std::move(*vector);
  if (held.is_partial) held.set = std::move(*set);
  std::ranges::sort(held.set);
  return held;
}

Model::Terms model_terms(const World& world, const Held& held) {
  const auto lifetime = std::min(world.terms.rules.tombstone_lifetime_s, world.terms.rules.deleted_object_lifetime_s);
  return {to_ds_time(world.wall()), world.terms.rules.recycle_bin, lifetime, held.is_partial ? &held.set : nullptr};
}

/// `where` in the words of both.
std::string at_both(const Held& a, const Held& b) { return a.dsa->name() + " and " + b.dsa->name(); }

/// A lingering object of a partial replica may have the name of another one there.
bool may_have_lost_its_name(const World& world, const ObjectFact& x, const Held& b) {
  return b.is_partial && std::ranges::any_of(b.view.objects, [&](const ObjectFact& other) {
           return other.parent == x.parent && equals_ignoring_case(other.rdn, x.rdn) && !world.model.is_certain(other.guid);
         });
}

std::optional<std::string> compare_object(const Held& a, const ObjectFact& x, const Held& b, const ObjectFact& y) {
  if (x.parent != y.parent || x.rdn != y.rdn)
    return fmt::format("{} and {} are below {} and {}", name_of(x), name_of(y), to_string(x.parent), to_string(y.parent));
  constexpr auto kCompared = store::ObjectFlags::kDeleted | store::ObjectFlags::kRecycled;
  if ((x.flags & kCompared) != (y.flags & kCompared))
    return fmt::format("{} is deleted differently: flags {:#x} and {:#x}", name_of(x), static_cast<std::uint32_t>(x.flags), static_cast<std::uint32_t>(y.flags));
  std::size_t i = 0;
  for (const auto& attribute : x.attributes) {
    if (b.is_partial && !std::ranges::binary_search(b.set, attribute.attid)) continue;
    const auto* other = y.find(attribute.attid);
    if (other == nullptr) return fmt::format("{} of {} is missing at {}", name_of(attribute.attid), name_of(x), b.dsa->name());
    if (attribute.stamp != other->stamp)
      return fmt::format("{} of {} has {} and {}", name_of(attribute.attid), name_of(x), to_text(attribute.stamp), to_text(other->stamp));
    if (attribute.digest != other->digest) return fmt::format("{} of {} has other values under one stamp", name_of(attribute.attid), name_of(x));
    ++i;
  }
  if (i == y.attributes.size()) return std::nullopt;
  for (const auto& attribute : y.attributes)
    if (x.find(attribute.attid) == nullptr) return fmt::format("{} of {} is missing at {}", name_of(attribute.attid), name_of(x), a.dsa->name());
  return fmt::format("{} has attributes at {} that are none of the partial set", name_of(x), b.dsa->name());
}

/// Without the recycle bin a deletion takes links away at every DSA by itself, and no update says so ([MS-ADTS] 3.1.1.5.5.6): who hears of
/// the deletion and of the undeletion at once keeps links that others took away. docs/simulator.md, "What is not judged".
bool may_differ(const World& world, const LinkFact& link) {
  if (world.terms.rules.recycle_bin) return false;
  return world.model.was_undeleted(link.id.source) || world.model.was_undeleted(link.id.target);
}

std::optional<std::string> compare_links(const World& world, const Held& a, const Held& b) {
  for (const auto& link : a.view.links) {
    const auto* other = b.view.find(link.id);
    if (other == nullptr) {
      if (link.ends_alive && !may_differ(world, link)) return fmt::format("link {} is missing at {}", name_of(link.id), b.dsa->name());
      continue;
    }
    if (may_differ(world, link)) continue;
    if (link.stamp != other->stamp || link.is_present != other->is_present || link.is_resting != other->is_resting)
      return fmt::format("link {} is {}{}, {} and {}{}, {}", name_of(link.id), link.is_present ? "present" : "absent", link.is_resting ? " at rest" : "",
                         to_text(link.stamp), other->is_present ? "present" : "absent", other->is_resting ? " at rest" : "", to_text(other->stamp));
  }
  for (const auto& link : b.view.links)
    if (link.ends_alive && a.view.find(link.id) == nullptr && !may_differ(world, link))
      return fmt::format("link {} is at {} only", name_of(link.id), b.dsa->name());
  return std::nullopt;
}

/// `a` is a full replica; `b` is another one, or a partial one, which has to be its projection.
std::optional<std::string> compare(const World& world, const Held& a, const Held& b) {
  const auto terms = model_terms(world, a);
  // When something is forgotten is every DSA's own business. And what every full replica has lost a partial one may still have: a
  // lingering object, which administrators look for.
  const auto may_linger = [&](const ObjectFact& object) {
    return b.is_partial && (!world.model.is_certain(object.guid) || (!object.parent.is_null() && !world.model.is_certain(object.parent)));
  };
  const auto is_free = [&](const ObjectFact& object) {
    return (object.is_deleted() && world.model.may_be_forgotten(object.guid, terms)) || may_linger(object);
  };
  for (const auto& object : a.view.objects) {
    const auto* other = b.view.find(object.guid);
    if (is_free(object)) continue;
    if (other == nullptr) return fmt::format("{} is missing at {}", name_of(object), b.dsa->name());
    if (other->rdn != object.rdn && may_have_lost_its_name(world, object, b)) continue;
    if (auto difference = compare_object(a, object, b, *other)) return difference;
  }
  for (const auto& object : b.view.objects)
    if (a.view.find(object.guid) == nullptr && !is_free(object)) return fmt::format("{} is at {} only", name_of(object), b.dsa->name());
  return b.is_partial ? std::nullopt : compare_links(world, a, b);
}

void check_nc(World& world, const WantedNc& nc) {
  std::vector<Held> held;
  for (const auto& [dsa, wanted] : nc.replicas) {
    auto replica = hold(world, *world.dsas[static_cast<std::size_t>(dsa)], nc);
    if (!replica) {
      world.blame(fmt::format("dsa{} has no replica of {}", dsa, nc.dn));
      continue;
    }
    if (auto wrong = world.model.judge_vector(nc.guid, replica->view, replica->vector, model_terms(world, *replica)))
      world.blame(fmt::format("{}, {}: {}", replica->dsa->name(), nc.dn, *wrong));
    held.push_back(std::move(*replica));
  }
  const auto full = std::ranges::find(held, false, &Held::is_partial);
  if (full == held.end()) return;
  for (const auto& other : held) {
    if (&other == &*full) continue;
    if (auto difference = compare(world, *full, other)) world.blame(fmt::format("{} differ in {}: {}", at_both(*full, other), nc.dn, *difference));
  }
  if (auto wrong = world.model.judge_replica(nc.guid, full->view, model_terms(world, *full)))
    world.blame(fmt::format("{}, {}: {}", full->dsa->name(), nc.dn, *wrong));
}

/// Memory: octets for each object and write there ever was, with room to spare.
constexpr std::size_t kOctetsBase = 2u << 20;
constexpr std::size_t kOctetsPerWrite = 4096;

void check_dsa(World& world, SimDsa& dsa) {
  if (!dsa.is_up()) return world.blame(dsa.name() + " is down");
  const auto snapshot = dsa.store().read();
  const auto report = store::verify(*snapshot);
  if (!report) {
    world.blame(fmt::format("{} cannot be verified: {}", dsa.name(), report.error().detail));
  } else if (!report->findings.empty()) {
    world.blame(fmt::format("{}: {}", dsa.name(), store::to_string(report->findings.front())));
  }
  if (!dsa.is_idle()) world.blame(dsa.name() + " has work in its queue that does not end");
  if (dsa.storage().octets() > kOctetsBase + kOctetsPerWrite * world.model.writes())
    world.blame(fmt::format("{} holds {} octets after {} writes", dsa.name(), dsa.storage().octets(), world.model.writes()));
}

}  // namespace

void check_vectors(World& world) {
  for (const auto& nc : world.ncs)
    for (const auto& dsa : world.dsas) {
      const auto held = hold(world, *dsa, nc);
      if (!held) continue;
      if (auto wrong = world.model.judge_vector(nc.guid, held->view, held->vector, model_terms(world, *held)))
        world.blame(fmt::format("{}, {}: {}", dsa->name(), nc.dn, *wrong));
    }
}

void check_rest(World& world) {
  for (const auto& nc : world.ncs) check_nc(world, nc);
  for (const auto& dsa : world.dsas) check_dsa(world, *dsa);
}

}  // namespace tributary::sim
