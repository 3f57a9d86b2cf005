// SPDX-License-Identifier: Apache-2.0
// Random sequences of originating updates, from seeds. After each: what failed changed nothing; what changed is stamped and what is stamped
// changed ([MS-ADTS] 3.1.1.1.9), at USNs of this update; and every few updates the whole database is judged.
#include <map>

#include "repl/updates/garbage.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/rename.hpp"
#include "repl/updates/test_forest.hpp"
#include "repl/updates/undelete.hpp"

namespace tributary::repl::testing {
namespace {

struct AttributeState {
  std::optional<store::AttributeStamp> stamp;
  std::vector<Bytes> values;
  friend bool operator==(const AttributeState&, const AttributeState&) = default;
};
struct ObjectState {
  Dnt parent = kNoDnt;
  store::ObjectFlags flags{};
  std::map<Attid, AttributeState> attributes;
  friend bool operator==(const ObjectState&, const ObjectState&) = default;
};
struct State {
  std::map<Dnt, ObjectState> objects;
  std::map<store::LinkKey, store::LinkValue> links;
  Usn usn;
};

class Sequence {
 public:
  explicit Sequence(std::uint64_t seed) : dice_(seed), forest_(Forest::with_domain(seed)) {
    nc_ = forest_->domain.root;
    forest_->context.rules.recycle_bin = seed % 2 == 1;
    forest_->context.rules.linked_value_replication = seed % 5 != 4;
    known_ = {nc_};
  }

  void run(std::size_t steps) {
    for (std::size_t step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
      const auto before = state();
      trace_.clear();
      const auto code = one_update();
      judge(before, state(), code);
      if (step % 20 == 19) expect_consistent(*forest_);
    }
    if (::testing::Test::HasFailure()) ADD_FAILURE() << "after " << trace_;
  }

 private:
  Dnt any() { return known_[dice_.below(known_.size())]; }
  std::string name() { return std::string(1, static_cast<char>('a' + dice_.below(12))); }
  template <class F>
  Win32 update(std::string what, F&& change) {
    trace_ = std::move(what);
    return code_of(forest_->update(std::forward<F>(change)));
  }

  Win32 one_update() {
    auto& context = forest_->context;
    forest_->pass(static_cast<std::int64_t>(dice_.below(3)));
    switch (dice_.below(12)) {
      case 0:
      case 1:
      case 2: return make();
      case 3:
      case 4: return change_values();
      case 5:
      case 6: return change_members();
      case 7: return move();
      case 8: {
        const Dnt dnt = any();
        return update("delete " + forest_->dn(dnt), [&](WriteTransaction& tx) { return remove_object(tx, context, dnt, CheckLevel::kReplica); });
      }
      case 9: return revive();
      case 10: {
        const Dnt dnt = any();
        const auto limit = 1 + dice_.below(4);
        return update("delete tree", [&](WriteTransaction& tx) { return remove_tree(tx, context, dnt, limit, CheckLevel::kReplica); });
      }
      default: {
        forest_->pass(static_cast<std::int64_t>(dice_.below(120)) * 86'400);
        const auto limit = 1 + dice_.below(6);
        return update("garbage", [&](WriteTransaction& tx) { return collect_garbage(tx, context, limit); });
      }
    }
  }

  Win32 make() {
    constexpr std::array kClasses = {"organizationalUnit", "user", "group", "container", "server"};
    const auto request = forest_->request_of(any(), kClasses[dice_.below(kClasses.size())], name(), {{attid::kDescription, {text_value(name())}}});
    return update("add " + request.rdn, [&](WriteTransaction& tx) {
      auto made = add(tx, forest_->context, request, CheckLevel::kReplica);
      if (made) known_.push_back(made->dnt);
      return made;
    });
  }

  Win32 change_values() {
    constexpr std::array kOperations = {ModifyOperation::kAdd, ModifyOperation::kDelete, ModifyOperation::kReplace};
    std::vector<Modification> modifications;
    for (std::size_t i = 0; i <= dice_.below(3); ++i) {
      std::vector<NewValue> values;
      for (std::size_t v = 0; v < dice_.below(3); ++v) values.push_back(text_value(name()));
      modifications.push_back({kOperations[dice_.below(3)], dice_.below(2) == 0 ? attid::kDescription : attid_of("otherTelephone"), values});
    }
    const Dnt dnt = any();
    return update("modify " + forest_->dn(dnt), [&](WriteTransaction& tx) { return modify(tx, forest_->context, dnt, modifications, options()); });
  }

  Win32 change_members() {
    constexpr std::array kOperations = {ModifyOperation::kAdd, ModifyOperation::kAdd, ModifyOperation::kDelete, ModifyOperation::kReplace};
    const bool is_single = dice_.below(4) == 0;
    std::vector<NewValue> values;
    for (std::size_t v = 0; v < dice_.below(4); ++v) values.push_back(reference_value(any()));
    const std::vector<Modification> modifications{{kOperations[dice_.below(4)], is_single ? attid_of("manager") : attid::kMember, values}};
    const Dnt dnt = any();
    return update("links of " + forest_->dn(dnt), [&](WriteTransaction& tx) { return modify(tx, forest_->context, dnt, modifications, options()); });
  }
  ModifyOptions options() { return {CheckLevel::kReplica, dice_.below(2) == 0, dice_.below(4) == 0}; }

  Win32 move() {
    RenameRequest request{any(), {}, {}, {}};
    if (dice_.below(2) == 0) request.new_parent = any();
    if (dice_.below(2) == 0) request.new_rdn = name();
    return update("move " + forest_->dn(request.object), [&](WriteTransaction& tx) { return modify_dn(tx, forest_->context, request, CheckLevel::kReplica); });
  }

  Win32 revive() {
    const UndeleteRequest request{any(), any(), name(), {}, {}};
    return update("undelete " + forest_->dn(request.object), [&](WriteTransaction& tx) { return undelete(tx, forest_->context, request, CheckLevel::kReplica); });
  }

  State state() {
    const auto snapshot = forest_->store->read();
    State state;
    state.usn = snapshot->highest_committed_usn();
    std::erase_if(known_, [&](Dnt dnt) {
      const auto object = must(snapshot->find(dnt));
      return !object || is_phantom(*object);
    });
    for (const Dnt dnt : known_) {
      auto record = forest_->record(dnt);
      auto& object = state.objects[dnt];
      object.parent = record.head.parent;
      object.flags = record.head.flags;
      for (const auto& attribute : record.attributes()) {
        auto& to = object.attributes[attribute.attid];
        to.stamp = attribute.stamp;
        for (const auto value : attribute.values) to.values.push_back(to_bytes(value));
      }
      for (const auto& link : forest_->links(dnt)) state.links.emplace(link.key, link);
    }
    return state;
  }

  void judge(const State& before, const State& after, Win32 code) {
    if (code != win32::kErrorSuccess) {
      EXPECT_TRUE(before.objects == after.objects && before.links == after.links) << trace_ << " failed with " << win32_name(code) << " and changed something";
      return;
    }
    for (const auto& [dnt, object] : after.objects) {
      const auto old = before.objects.find(dnt);
      static const ObjectState kNew;
      judge_object(old == before.objects.end() ? kNew : old->second, object, before.usn, after.usn);
    }
    for (const auto& [key, link] : after.links) {
      const auto old = before.links.find(key);
      judge_link(old == before.links.end() ? nullptr : &old->second, link, before.usn, after.usn);
    }
    for (const auto& [key, link] : before.links)
      if (!after.links.contains(key)) judge_vanished(after, key, link);
  }

  void judge_object(const ObjectState& before, const ObjectState& after, Usn low, Usn high) {
    for (const auto& [attid, now] : after.attributes) {
      const auto at = before.attributes.find(attid);
      const auto was = at == before.attributes.end() ? AttributeState{} : at->second;
      if (!now.stamp) continue;
      const bool is_new_stamp = was.stamp != now.stamp;
      const bool is_changed = was.values != now.values;
      const bool may_be_raised_alone = attid == attid::kName || attid == attid::kMember || attid == attid_of("manager");
      EXPECT_TRUE(!is_changed || is_new_stamp) << trace_ << ": attribute " << static_cast<std::uint32_t>(attid) << " changed without a stamp";
      EXPECT_TRUE(is_changed || !is_new_stamp || may_be_raised_alone) << trace_ << ": attribute " << static_cast<std::uint32_t>(attid) << " is stamped in vain";
      if (is_new_stamp) judge_stamp(was.stamp ? std::optional(*was.stamp) : std::nullopt, *now.stamp, low, high);
    }
    for (const auto& [attid, was] : before.attributes)
      EXPECT_TRUE(!was.stamp || after.attributes.contains(attid)) << trace_ << ": a stamp is lost";
    if (before.parent != after.parent || before.flags != after.flags)
      EXPECT_NE(before.attributes.contains(attid::kName) ? before.attributes.at(attid::kName).stamp : std::nullopt,
                has_only_recycled(before, after) ? std::nullopt : after.attributes.at(attid::kName).stamp)
          << trace_ << ": a move has to show in the stamp of name";
  }
  /// Recycling changes no name.
  static bool has_only_recycled(const ObjectState& before, const ObjectState& after) {
    return before.parent == after.parent && (before.flags | store::ObjectFlags::kRecycled) == after.flags;
  }

  void judge_stamp(const std::optional<store::AttributeStamp>& was, const store::AttributeStamp& now, Usn low, Usn high) {
    EXPECT_EQ(now.version, was ? was->version + 1 : 1u) << trace_;
    EXPECT_EQ(now.time_changed, forest_->context.ds_now()) << trace_;
    EXPECT_GT(now.usn_originating, low) << trace_;
    EXPECT_LE(now.usn_originating, high) << trace_;
  }

  void judge_link(const store::LinkValue* was, const store::LinkValue& now, Usn low, Usn high) {
    const bool is_new_stamp = was == nullptr || was->stamp != now.stamp;
    const bool is_changed = was == nullptr || was->is_present != now.is_present;
    if (now.legacy) return;
    EXPECT_EQ(is_new_stamp, is_changed) << trace_ << ": a link value";
    if (!is_new_stamp) return;
    judge_stamp(was == nullptr || was->legacy ? std::nullopt : std::optional(was->stamp.stamp), now.stamp.stamp, low, high);
    EXPECT_EQ(now.stamp.time_created, was == nullptr || was->legacy ? forest_->context.ds_now() : was->stamp.time_created) << trace_;
  }

  /// A link value goes with one of its ends, or when it was absent for long, or when it had no stamp of its own.
  void judge_vanished(const State& after, const store::LinkKey& key, const store::LinkValue& link) {
    const auto is_stripped = [&](Dnt dnt) {
      const auto object = after.objects.find(dnt);
      return object == after.objects.end() || has(object->second.flags, store::ObjectFlags::kRecycled);
    };
    const bool is_old = !link.is_present && link.time_deleted.seconds + forest_->context.rules.tombstone_lifetime_s < forest_->context.ds_now().seconds;
    EXPECT_TRUE(link.legacy || is_old || is_stripped(key.source) || is_stripped(key.target)) << trace_ << ": a link value is lost";
  }

  TestRandom dice_;
  std::unique_ptr<Forest> forest_;
  Dnt nc_ = kNoDnt;
  std::vector<Dnt> known_;
  std::string trace_;
};

class UpdateSequences : public ::testing::TestWithParam<std::uint64_t> {};
TEST_P(UpdateSequences, KeepTheReplicaConsistent) { Sequence(GetParam()).run(200); }
INSTANTIATE_TEST_SUITE_P(Seeds, UpdateSequences, ::testing::Range(std::uint64_t{1}, std::uint64_t{41}));

}  // namespace
}  // namespace tributary::repl::testing
