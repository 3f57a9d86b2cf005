// SPDX-License-Identifier: Apache-2.0
// See workload.hpp.
#include "sim/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/remove.hpp"
#include "repl/updates/rename.hpp"
#include "repl/updates/undelete.hpp"
#include "schema/schema.hpp"
#include "sim/check/words.hpp"
#include "sim/schema_world.hpp"

namespace tributary::sim {

using namespace repl;
using store::kNoDnt;
using store::WriteTransaction;

namespace {

/// How often each kind of work comes, before the seed changes it.
constexpr std::array<std::uint32_t, kWorkCount> kUsual = {30, 30, 8, 6, 10, 6, 14, 8, 8, 3, 4, 1, 1, 1, 2, 2};

std::vector<Attid> attids(std::initializer_list<std::string_view> names) {
  std::vector<Attid> list;
  for (const auto name : names) {
    const auto* attribute = schema::Schema::embedded()->find_attribute(name);
    TRIBUTARY_ASSERT(attribute != nullptr);
    list.push_back(attribute->attid);
  }
  return list;
}

}  // namespace

Workload::Workload(World& world, Forest& forest)
    : world_(world), forest_(forest), chance_(world.chance.split("workload")),
      single_(attids({"displayName", "telephoneNumber", "givenName", "info", "physicalDeliveryOfficeName"})),
      multi_(attids({"description", "otherTelephone", "url"})), forward_links_(attids({"member", "managedBy", "manager", "msDS-MembersForAzRole"})),
      references_(attids({"seeAlso"})) {
  for (std::size_t i = 0; i < kWorkCount; ++i) {
    const bool is_allowed = (world.options.workload >> i & 1) != 0;
    weights_[i] = is_allowed ? kUsual[i] * static_cast<std::uint32_t>(chance_.between(1, 4)) : 0;
  }
}

// --- Choosing -------------------------------------------------------------------------------------------------------------------

SimDsa* Workload::pick_dsa() {
  for (int i = 0; i < 8; ++i) {
    auto& dsa = *chance_.pick(world_.dsas);
    if (dsa.is_up() && !dsa.is_quarantined() && !dsa.is_rolled_back()) return &dsa;
  }
  return nullptr;
}

WantedNc* Workload::pick_nc(SimDsa& dsa) {
  for (int i = 0; i < 8; ++i) {
    auto& nc = chance_.per_mille(600) ? world_.ncs.front() : chance_.pick(world_.ncs);
    const auto at = nc.replicas.find(dsa.index());
    if (nc.is_schema || at == nc.replicas.end() || at->second.is_partial) continue;
    const auto root = dsa.root_of(nc.guid);
    if (root == kNoDnt) continue;
    const auto replica = dsa.store().read()->nc_replica(root);
    if (replica && *replica && (*replica)->writable && !(*replica)->going && !(*replica)->coming) return &nc;
  }
  return nullptr;
}

bool Workload::pick_place(Target& target) {
  target.dsa = pick_dsa();
  target.nc = target.dsa != nullptr ? pick_nc(*target.dsa) : nullptr;
  return target.nc != nullptr;
}

store::Dnt Workload::find(SimDsa& dsa, const WantedNc& nc, const ObjectGuid& guid, bool is_deleted) {
  if (!dsa.is_up()) return kNoDnt;
  const auto snapshot = dsa.store().read();
  const auto dnt = snapshot->find_guid(guid);
  if (!dnt || *dnt == kNoDnt) return kNoDnt;
  const auto object = snapshot->find(*dnt);
  if (!object || !*object || is_phantom(**object) || repl::is_deleted(**object) != is_deleted) return kNoDnt;
  const auto root = snapshot->find((*object)->nc());
  return root && *root && (*root)->guid() == nc.guid ? *dnt : kNoDnt;
}

bool Workload::pick_object(Target& target, bool is_container, bool is_deleted) {
  if (target.dsa == nullptr && !pick_place(target)) return false;
  auto& known = objects_[target.nc->guid];
  for (int i = 0; i < 12 && !known.empty(); ++i) {
    const auto& each = chance_.pick(known);
    if (is_container && !each.is_container) continue;
    target.dnt = find(*target.dsa, *target.nc, each.guid, is_deleted);
    target.guid = each.guid;
    if (target.dnt != kNoDnt) return true;
  }
  return false;
}

/// A container that clients made, or the root of the NC.
store::Dnt Workload::pick_parent(const Target& target) {
  Target parent = target;
  if (chance_.per_mille(600) && pick_object(parent, true)) return parent.dnt;
  return target.dsa->root_of(target.nc->guid);
}

/// Few names, so that objects meet.
std::string Workload::pick_name() {
  if (chance_.per_mille(300)) return fmt::format("name {}", chance_.below(12));
  return fmt::format("object {}", names_++);
}

NewValue Workload::pick_text() { return text_value(fmt::format("value {}", chance_.below(30))); }

NewAttribute Workload::pick_attribute() {
  if (chance_.per_mille(600)) return {chance_.pick(single_), {pick_text()}};
  NewAttribute attribute{chance_.pick(multi_), {}};
  const auto first = chance_.below(20);
  for (std::uint64_t i = 0, count = chance_.below(4); i <= count; ++i)
    attribute.values.push_back(text_value(fmt::format("one of many {}", first + i)));
  return attribute;
}

// --- Updates --------------------------------------------------------------------------------------------------------------------

void Workload::run(SimDsa& dsa, std::string_view what, const SimDsa::Update& update) {
  const auto done = dsa.update(update);
  if (done) {
    ++world_.figures.operations;
    world_.log("{}: {}", dsa.name(), what);
  } else {
    ++world_.figures.refused;
    world_.log("{}: {}: {} {}", dsa.name(), what, win32_name(done.error().code), done.error().detail);
  }
}

void Workload::add(const Target& at, store::Dnt parent, const std::string& name) {
  static constexpr std::array kClasses = {class_id::kContainer, class_id::kOrganizationalUnit, class_id::kUser, class_id::kGroup};
  const auto kind = chance_.below(kClasses.size());
  AddRequest request;
  request.parent = parent;
  request.rdn = name;
  request.guid = ObjectGuid{chance_.guid()};
  request.attributes.push_back({attid::kObjectClass, {u32_value(static_cast<std::uint32_t>(kClasses[kind]))}});
  if (kClasses[kind] == class_id::kGroup)
    request.attributes.push_back({attid::kGroupType, {u32_value(chance_.per_mille(500) ? 0x80000008u : 0x80000002u)}});
  if (chance_.per_mille(700)) request.attributes.push_back(pick_attribute());
  if (kClasses[kind] == class_id::kUser && chance_.per_mille(300)) {
    const auto* secret = schema::Schema::embedded()->find_attribute("unicodePwd");
    const Guid octets = chance_.guid();
    request.attributes.push_back({secret->attid, {octets_value(octets.octets)}});
  }
  const bool is_container = kind < 2;
  run(*at.dsa, fmt::format("add \"{}\" {} to {}", name, to_string(*request.guid), at.nc->dn),
      [&](WriteTransaction& tx, const Context& context) -> Result<Updates> {
        auto made = repl::add(tx, context, request, CheckLevel::kReplica);
        if (!made) return std::unexpected(made.error());
        return std::move(made->updates);
      });
  objects_[at.nc->guid].push_back({*request.guid, is_container});
}

void Workload::modify(const Target& at, Attid attid, ModifyOperation operation, std::vector<NewValue> values) {
  const std::vector<Modification> modifications = {{operation, attid, std::move(values)}};
  run(*at.dsa, fmt::format("modify {} of {}", name_of(attid), to_string(at.guid)),
      [&](WriteTransaction& tx, const Context& context) {
        return repl::modify(tx, context, at.dnt, modifications, {.level = CheckLevel::kReplica, .permissive = chance_.per_mille(500)});
      });
}

void Workload::add_somewhere() {
  Target at;
  if (!pick_place(at)) return;
  add(at, pick_parent(at), pick_name());
}

/// An attribute that the schema did not have at first: where this DSA knows it, others may not yet.
bool Workload::modify_extension(const Target& at) {
  if (extensions_ == 0) return false;
  const auto attid = static_cast<Attid>(schema::kIntIdFirst + static_cast<std::uint32_t>(chance_.between(1, extensions_)));
  if (at.dsa->context().schema->find_attribute(attid) == nullptr) return false;
  modify(at, attid, ModifyOperation::kReplace, {pick_text()});
  return true;
}

void Workload::modify_something() {
  Target at;
  if (!pick_object(at, false)) return;
  if (chance_.per_mille(200) && modify_extension(at)) return;
  if (chance_.per_mille(150)) {
    Target other = at;
    if (!pick_object(other, false)) return;
    return modify(at, chance_.pick(references_), ModifyOperation::kReplace, {reference_value(other.dnt)});
  }
  if (chance_.per_mille(200)) return modify(at, chance_.pick(single_), ModifyOperation::kReplace, {});
  auto attribute = pick_attribute();
  const bool is_multi = std::ranges::find(multi_, attribute.attid) != multi_.end();
  const auto operation = is_multi && chance_.per_mille(400) ? ModifyOperation::kAdd
                         : is_multi && chance_.per_mille(300) ? ModifyOperation::kDelete
                                                              : ModifyOperation::kReplace;
  modify(at, attribute.attid, operation, std::move(attribute.values));
}

void Workload::move(bool also_rename) {
  Target at;
  if (!pick_object(at, false)) return;
  RenameRequest request{at.dnt, pick_parent(at), {}, {}};
  if (also_rename) request.new_rdn = pick_name();
  run(*at.dsa, "move " + to_string(at.guid),
      [&](WriteTransaction& tx, const Context& context) { return modify_dn(tx, context, request, CheckLevel::kReplica); });
}

void Workload::rename() {
  Target at;
  if (!pick_object(at, false)) return;
  const RenameRequest request{at.dnt, {}, pick_name(), {}};
  run(*at.dsa, fmt::format("rename {} to \"{}\"", to_string(at.guid), *request.new_rdn),
      [&](WriteTransaction& tx, const Context& context) { return modify_dn(tx, context, request, CheckLevel::kReplica); });
}

void Workload::remove() {
  Target at;
  if (!pick_object(at, false)) return;
  if (chance_.per_mille(800)) {
    return run(*at.dsa, "delete " + to_string(at.guid),
               [&](WriteTransaction& tx, const Context& context) { return remove_object(tx, context, at.dnt, CheckLevel::kReplica); });
  }
  run(*at.dsa, "delete the tree " + to_string(at.guid), [&](WriteTransaction& tx, const Context& context) -> Result<Updates> {
    auto removal = remove_tree(tx, context, at.dnt, 50, CheckLevel::kReplica);
    if (!removal) return std::unexpected(removal.error());
    return std::move(removal->updates);
  });
}

void Workload::undelete() {
  Target at;
  if (!pick_object(at, false, true)) return;
  UndeleteRequest request;
  request.object = at.dnt;
  request.new_parent = pick_parent(at);
  request.new_rdn = pick_name();
  run(*at.dsa, fmt::format("undelete {} as \"{}\"", to_string(at.guid), request.new_rdn),
      [&](WriteTransaction& tx, const Context& context) { return repl::undelete(tx, context, request, CheckLevel::kReplica); });
}

void Workload::link(bool is_present) {
  Target at;
  if (!pick_object(at, false)) return;
  Target other = at;
  if (!pick_object(other, false)) return;
  const Attid attid = chance_.per_mille(700) ? forward_links_.front() : chance_.pick(forward_links_);
  if (!is_present) {
    std::vector<Dnt> targets;
    const auto snapshot = at.dsa->store().read();
    const auto walked = snapshot->links(at.dnt, attid, [&](const store::LinkValue& value) {
      if (value.is_present) targets.push_back(value.key.target);
      return true;
    });
    if (!walked || targets.empty()) return;
    return modify(at, attid, ModifyOperation::kDelete, {reference_value(chance_.pick(targets))});
  }
  const auto* attribute = schema::Schema::embedded()->find_attribute(attid);
  modify(at, attid, attribute->is_single_valued ? ModifyOperation::kReplace : ModifyOperation::kAdd, {reference_value(other.dnt)});
}

// --- Disagreement ---------------------------------------------------------------------------------------------------------------

/// Two DSAs at once: one name for two objects, one attribute, or one link.
void Workload::collide() {
  Target one;
  if (!pick_object(one, false)) return;
  SimDsa* second = pick_dsa();
  if (second == nullptr || second == one.dsa) return;
  Target two{second, one.nc, find(*second, *one.nc, one.guid, false), one.guid};
  const auto place = one.nc->replicas.find(second->index());
  if (two.dnt == kNoDnt || place == one.nc->replicas.end() || place->second.is_partial) return;
  switch (chance_.below(4)) {
    case 0: {
      const Attid attid = chance_.pick(single_);
      modify(one, attid, ModifyOperation::kReplace, {pick_text()});
      if (second->is_up()) modify(two, attid, ModifyOperation::kReplace, {pick_text()});
      break;
    }
    case 1: {
      const auto name = pick_name();
      const RenameRequest first{one.dnt, {}, name, {}};
      run(*one.dsa, "rename, at two places", [&](WriteTransaction& tx, const Context& c) { return modify_dn(tx, c, first, CheckLevel::kReplica); });
      if (second->is_up()) add(two, second->root_of(two.nc->guid), name);
      break;
    }
    default: {
      const auto name = pick_name();
      const auto guid = one.dsa->root_of(one.nc->guid);
      add(one, guid, name);
      if (second->is_up()) add(two, second->root_of(two.nc->guid), name);
    }
  }
}

/// One DSA moves A below B, another one B below A.
void Workload::cross() {
  Target a;
  if (!pick_object(a, true)) return;
  Target b = a;
  if (!pick_object(b, true) || a.guid == b.guid) return;
  SimDsa* second = pick_dsa();
  if (second == nullptr || second == a.dsa) return;
  const Dnt a2 = find(*second, *a.nc, a.guid, false);
  const Dnt b2 = find(*second, *a.nc, b.guid, false);
  const auto place = a.nc->replicas.find(second->index());
  if (a2 == kNoDnt || b2 == kNoDnt || place == a.nc->replicas.end() || place->second.is_partial) return;
  const RenameRequest first{a.dnt, b.dnt, {}, {}};
  const RenameRequest other{b2, a2, {}, {}};
  run(*a.dsa, "move A below B", [&](WriteTransaction& tx, const Context& c) { return modify_dn(tx, c, first, CheckLevel::kReplica); });
  if (second->is_up())
    run(*second, "move B below A", [&](WriteTransaction& tx, const Context& c) { return modify_dn(tx, c, other, CheckLevel::kReplica); });
}

/// One DSA deletes a container, another one puts an object into it.
void Workload::orphan() {
  Target at;
  if (!pick_object(at, true)) return;
  SimDsa* second = pick_dsa();
  if (second == nullptr || second == at.dsa) return;
  const Dnt there = find(*second, *at.nc, at.guid, false);
  const auto place = at.nc->replicas.find(second->index());
  if (there == kNoDnt || place == at.nc->replicas.end() || place->second.is_partial) return;
  run(*at.dsa, "delete " + to_string(at.guid) + ", which is used elsewhere",
      [&](WriteTransaction& tx, const Context& c) { return remove_object(tx, c, at.dnt, CheckLevel::kReplica); });
  if (second->is_up()) add({second, at.nc, there, at.guid}, there, pick_name());
}

// --- The forest -----------------------------------------------------------------------------------------------------------------

/// At the schema master, which is the first DSA; some of the later updates use the new attribute.
void Workload::extend() {
  auto& master = *world_.dsas.front();
  const auto nc = std::ranges::find_if(world_.ncs, &WantedNc::is_schema);
  if (!master.is_up() || master.is_quarantined() || master.is_rolled_back() || nc == world_.ncs.end()) return;
  const Dnt root = master.root_of(nc->guid);
  if (root == kNoDnt) return;
  const auto number = ++extensions_;
  run(master, fmt::format("extend the schema by simAttribute{}", number),
      [&](WriteTransaction& tx, const Context& context) { return extend_schema(tx, context, root, number); });
}

void Workload::change_ncs(Work work) {
  SimDsa* dsa = pick_dsa();
  if (dsa == nullptr) return;
  if (work == Work::kNcAdd) return forest_.add_nc(dsa->index());
  auto& nc = chance_.pick(world_.ncs);
  if (nc.is_configuration || nc.is_schema || nc.dn == "DC=forest") return;
  if (work == Work::kNcRemove) return forest_.remove_nc(nc);
  forest_.change_replica(nc, dsa->index());
}

void Workload::raise() {
  Target at;
  if (!pick_object(at, false)) return;
  const std::vector<Attid> raised = {chance_.pick(single_), chance_.pick(multi_)};
  run(*at.dsa, "raise stamps of " + to_string(at.guid),
      [&](WriteTransaction& tx, const Context& context) { return raise_stamps(tx, context, at.dnt, raised); });
}

void Workload::step() {
  constexpr int kTriesMax = 6;  // nothing may fit what was drawn: no object yet, nothing deleted, nobody to disagree with
  const auto done = [this] { return world_.figures.operations + world_.figures.refused; };
  const auto before = done();
  for (int i = 0; i < kTriesMax && done() == before; ++i) try_once();
}

void Workload::try_once() {
  const auto total = std::accumulate(weights_.begin(), weights_.end(), 0u);
  if (total == 0) return;
  auto drawn = static_cast<std::uint32_t>(chance_.below(total));
  std::size_t work = 0;
  while (drawn >= weights_[work]) drawn -= weights_[work++];
  switch (static_cast<Work>(work)) {
    case Work::kAdd: return add_somewhere();
    case Work::kModify: return modify_something();
    case Work::kMove: return move(chance_.per_mille(300));
    case Work::kRename: return rename();
    case Work::kDelete: return remove();
    case Work::kUndelete: return undelete();
    case Work::kLink: return link(true);
    case Work::kUnlink: return link(false);
    case Work::kCollide: return collide();
    case Work::kCross: return cross();
    case Work::kOrphan: return orphan();
    case Work::kSchema: return extend();
    case Work::kRaise: return raise();
    default: return change_ncs(static_cast<Work>(work));
  }
}

}  // namespace tributary::sim
