// SPDX-License-Identifier: Apache-2.0
// Conflicts between DSAs that did not know of each other, in many orders of arrival: three replicas end equal, whatever order the updates
// take. [MS-DRSR] 4.1.10.6.8 to .14, 4.1.10.6.1; [MS-ADTS] 3.1.1.1.6, 3.1.1.5.5.
#include <algorithm>
#include <array>

#include "base/rdn.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/updates/undelete.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

constexpr std::string_view kTop = "DC=lab,DC=example";

/// What every conflict begins from, the same on three DSAs.
struct Ground {
  explicit Ground(bool recycle_bin) : a(1, recycle_bin), b(2, recycle_bin), c(3, recycle_bin) {
    a.make_domain();
    left = a.add(kTop, "organizationalUnit", "left");
    right = a.add(kTop, "organizationalUnit", "right");
    user = a.add("OU=left,DC=lab,DC=example", "user", "user");
    other = a.add("OU=right,DC=lab,DC=example", "user", "other");
    group = a.add(kTop, "group", "group");
    a.link(group, other);
    options.recycle_bin = recycle_bin;
    converge(all(), options);
    for (auto* dsa : all()) dsa->pass(100);
  }
  std::vector<Dsa*> all() { return {&a, &b, &c}; }

  Dsa a, b, c;
  ObjectGuid left, right, user, other, group;
  PullOptions options;
};

/// The same conflict, settled in every tested order; `judge` looks at the end of each.
void in_many_orders(const std::function<void(Ground&)>& conflict, const std::function<void(Ground&, Dsa&)>& judge, bool recycle_bin = false) {
  std::array<std::pair<int, int>, 6> order = {{{0, 1}, {0, 2}, {1, 0}, {1, 2}, {2, 0}, {2, 1}}};
  constexpr int kStride = 23;  // of 720 orders every 23rd
  int number = 0;
  do {
    if (number++ % kStride != 0) continue;
    Ground ground(recycle_bin);
    conflict(ground);
    const auto dsas = ground.all();
    for (const auto& [to, from] : order) {
      const auto result = pull(*dsas[to], *dsas[from], ground.options);
      ASSERT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error) << " order " << number;
      for (auto* dsa : dsas) dsa->pass(1);
    }
    converge(dsas, ground.options);
    for (auto* dsa : dsas) judge(ground, *dsa);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "order " << number;
      return;
    }
  } while (std::ranges::next_permutation(order).found);
}

/// 4.1.10.6.10, 4.1.10.6.7, 4.1.10.3.17: of two modifications the greater stamp wins: here the later one.
TEST(Conflicts, ModifyAndModify) {
  in_many_orders(
      [](Ground& g) {
        g.a.set(g.user, attid::kDescription, "from a");
        g.b.pass(1);
        g.b.set(g.user, attid::kDescription, "from b");
      },
      [](Ground& g, Dsa& dsa) { EXPECT_EQ(dsa.text(g.user, attid::kDescription), "from b"); });
}

/// 5.11: versions count before times: two changes beat a later one.
TEST(Conflicts, TwoModificationsBeatOneThatIsLater) {
  in_many_orders(
      [](Ground& g) {
        g.a.set(g.user, attid::kDescription, "first");
        g.a.set(g.user, attid::kDescription, "second");
        g.b.pass(50);
        g.b.set(g.user, attid::kDescription, "late");
      },
      [](Ground& g, Dsa& dsa) { EXPECT_EQ(dsa.text(g.user, attid::kDescription), "second"); });
}

/// Changes of different attributes do not conflict.
TEST(Conflicts, DifferentAttributesBothStay) {
  in_many_orders(
      [](Ground& g) {
        g.a.set(g.user, attid::kDescription, "a");
        g.b.set(g.user, attid::kUserPrincipalName, "b@lab");
      },
      [](Ground& g, Dsa& dsa) {
        EXPECT_EQ(dsa.text(g.user, attid::kDescription), "a");
        EXPECT_EQ(dsa.text(g.user, attid::kUserPrincipalName), "b@lab");
      });
}

/// 4.1.10.6.12, .13: two objects of one name: the later naming keeps it, the other gets a conflict name.
TEST(Conflicts, AddAndAddOfOneName) {
  ObjectGuid first, second;
  in_many_orders(
      [&](Ground& g) {
        first = g.a.add(kTop, "user", "twin");
        g.b.pass(10);
        second = g.b.add(kTop, "user", "Twin");
      },
      [&](Ground&, Dsa& dsa) {
        EXPECT_EQ(dsa.dn(second), "CN=Twin,DC=lab,DC=example");
        const auto loser = dsa.dn(first);
        EXPECT_EQ(loser, "CN=twin\\0ACNF:" + to_string(first) + ",DC=lab,DC=example");
      });
}

TEST(Conflicts, RenameToANameThatIsTaken) {
  ObjectGuid added;
  in_many_orders(
      [&](Ground& g) {
        g.a.rename(g.user, std::nullopt, "wanted");
        g.b.pass(7);
        added = g.b.add("OU=left,DC=lab,DC=example", "user", "wanted");
      },
      [&](Ground& g, Dsa& dsa) {
        EXPECT_EQ(dsa.dn(added), "CN=wanted,OU=left,DC=lab,DC=example");
        EXPECT_EQ(dsa.dn(g.user), "CN=wanted\\0ACNF:" + to_string(g.user) + ",OU=left,DC=lab,DC=example");
      });
}

/// Three objects of one name: one keeps it, two do not, on every replica the same.
TEST(Conflicts, ThreeOfOneName) {
  std::array<ObjectGuid, 3> twins;
  in_many_orders(
      [&](Ground& g) {
        const auto dsas = g.all();
        for (std::size_t i = 0; i < 3; ++i) {
          dsas[i]->pass(static_cast<std::int64_t>(i));
          twins[i] = dsas[i]->add(kTop, "user", "triplet");
        }
      },
      [&](Ground&, Dsa& dsa) { EXPECT_EQ(dsa.dn(twins[2]), "CN=triplet,DC=lab,DC=example"); });
}

/// 4.1.10.6.8, 4.1.10.3.15: the later move decides where an object is.
TEST(Conflicts, MoveAndMove) {
  in_many_orders(
      [](Ground& g) {
        g.a.rename(g.user, g.right, std::nullopt);
        g.b.pass(3);
        g.b.rename(g.user, std::nullopt, "renamed");
      },
      [](Ground& g, Dsa& dsa) { EXPECT_EQ(dsa.dn(g.user), "CN=renamed,OU=left,DC=lab,DC=example"); });
}

/// Each moved one container below the other: neither is lost, and the tree stays a tree.
TEST(Conflicts, MovesThatWouldMakeACircle) {
  in_many_orders(
      [](Ground& g) {
        g.a.rename(g.left, g.right, std::nullopt);
        g.b.rename(g.right, g.left, std::nullopt);
      },
      [](Ground& g, Dsa& dsa) {
        EXPECT_NE(dsa.dn(g.left), "-");
        EXPECT_NE(dsa.dn(g.right), "-");
        EXPECT_NE(dsa.dn(g.user).find(dsa.dn(g.left)), std::string::npos);
      });
}

/// [MS-ADTS] 3.1.1.5.5: a deletion wins over a change of the object: what the other DSA wrote does not survive, nor does its name.
TEST(Conflicts, DeleteAndModify) {
  for (const bool recycle_bin : {false, true})
    in_many_orders(
        [](Ground& g) {
          g.a.remove(g.user);
          g.b.pass(20);
          g.b.set(g.user, attid::kDescription, "too late");
          g.b.set(g.user, attid::kDescription, "much too late");
        },
        [&](Ground& g, Dsa& dsa) {
          EXPECT_NE(dsa.dn(g.user).find("0ADEL:" + to_string(g.user)), std::string::npos) << dsa.dn(g.user);
          EXPECT_EQ(dsa.text(g.user, attid::kDescription), recycle_bin ? "much too late" : "-");
        },
        recycle_bin);
}

TEST(Conflicts, MoveAndDelete) {
  in_many_orders(
      [](Ground& g) {
        g.a.remove(g.user);
        g.b.pass(20);
        g.b.rename(g.user, g.right, "elsewhere");
        g.b.rename(g.user, g.left, "further");
      },
      [](Ground& g, Dsa& dsa) {
        EXPECT_NE(dsa.dn(g.user).find("0ADEL:" + to_string(g.user) + ",CN=Deleted Objects"), std::string::npos) << dsa.dn(g.user);
      });
}

/// 4.1.10.6.11: a child of a container that is deleted elsewhere goes to LostAndFound.
TEST(Conflicts, ChildAddedBelowADeletedParent) {
  ObjectGuid child;
  in_many_orders(
      [&](Ground& g) {
        g.a.remove(g.user);
        g.a.remove(g.left);
        child = g.b.add("OU=left,DC=lab,DC=example", "user", "orphan");
      },
      [&](Ground& g, Dsa& dsa) {
        EXPECT_EQ(dsa.dn(child), "CN=orphan,CN=LostAndFound,DC=lab,DC=example");
        EXPECT_NE(dsa.dn(g.left).find("0ADEL:"), std::string::npos);
      });
}

TEST(Conflicts, ObjectMovedBelowADeletedParent) {
  in_many_orders(
      [](Ground& g) {
        g.a.remove(g.user);
        g.a.remove(g.left);
        g.b.rename(g.other, g.left, std::nullopt);
      },
      [](Ground& g, Dsa& dsa) { EXPECT_EQ(dsa.dn(g.other), "CN=other,CN=LostAndFound,DC=lab,DC=example"); });
}

/// 4.1.10.6.11: the child is here when its container's deletion comes, and the DSA that deleted is never heard of again.
TEST(Conflicts, DeletionOfAParentWithAChildThatItsOriginatorNeverSaw) {
  Ground g(false);
  const auto child = g.b.add("OU=left,DC=lab,DC=example", "user", "late");
  g.a.remove(g.user);
  g.a.remove(g.left);
  ASSERT_EQ(pull(g.c, g.b, g.options).last.kind, CycleStep::Kind::kDone);
  ASSERT_EQ(pull(g.c, g.a, g.options).last.kind, CycleStep::Kind::kDone);
  EXPECT_EQ(g.c.dn(child), "CN=late,CN=LostAndFound,DC=lab,DC=example");
  converge({&g.b, &g.c}, g.options);
  EXPECT_EQ(g.b.dn(child), "CN=late,CN=LostAndFound,DC=lab,DC=example");
  converge(g.all(), g.options);
}

/// 4.1.10.6.14, 5.118, 4.1.10.3.16, 4.1.10.3.18, 4.1.10.3.19: of adding and removing a link value the greater stamp wins.
TEST(Conflicts, LinkAddedAndRemoved) {
  in_many_orders(
      [](Ground& g) {
        g.a.unlink(g.group, g.other);
        g.b.pass(5);
        g.b.unlink(g.group, g.other);
        g.b.link(g.group, g.other);
      },
      [](Ground& g, Dsa& dsa) { EXPECT_TRUE(dsa.is_member(g.group, g.other)); });
}

TEST(Conflicts, OneLinkMadeTwice) {
  in_many_orders(
      [](Ground& g) {
        g.a.link(g.group, g.user);
        g.b.pass(5);
        g.b.link(g.group, g.user);
      },
      [](Ground& g, Dsa& dsa) { EXPECT_TRUE(dsa.is_member(g.group, g.user)); });
}

/// [MS-ADTS] 3.1.1.1.6: no link value refers to a tombstone; one to a deleted-object of the recycle bin sleeps.
TEST(Conflicts, LinkToATargetThatIsDeleted) {
  for (const bool recycle_bin : {false, true})
    in_many_orders(
        [](Ground& g) {
          g.a.remove(g.user);
          g.b.pass(5);
          g.b.link(g.group, g.user);
        },
        [](Ground& g, Dsa& dsa) { EXPECT_FALSE(dsa.is_member(g.group, g.user)); }, recycle_bin);
}

TEST(Conflicts, LinkOfAGroupThatIsDeleted) {
  for (const bool recycle_bin : {false, true})
    in_many_orders(
        [](Ground& g) {
          g.a.remove(g.group);
          g.b.pass(5);
          g.b.link(g.group, g.user);
          g.b.unlink(g.group, g.other);
        },
        [](Ground& g, Dsa& dsa) {
          EXPECT_FALSE(dsa.is_member(g.group, g.user));
          EXPECT_FALSE(dsa.is_member(g.group, g.other));
        },
        recycle_bin);
}

/// A tombstone that came back has no links ([MS-ADTS] 3.1.1.5.5.6.1); a replica that saw neither deletion nor undeletion loses them too, and
/// a value that was made meanwhile elsewhere does not come back with it. Those of the recycle bin wake.
TEST(Conflicts, UndeletedObjectsAndTheirLinks) {
  for (const bool recycle_bin : {false, true})
    in_many_orders(
        [](Ground& g) {
          g.a.remove(g.other);
          g.b.pass(5);
          g.b.unlink(g.group, g.other);
          g.b.link(g.group, g.other);
          g.a.pass(10);
          UndeleteRequest request;
          request.object = g.a.dnt(g.other);
          request.new_parent = g.a.dnt(g.right);
          request.new_rdn = "back";
          (void)g.a.update([&](WriteTransaction& tx) { return undelete(tx, g.a.context, request, CheckLevel::kReplica); });
        },
        [&](Ground& g, Dsa& dsa) {
          EXPECT_EQ(dsa.dn(g.other), "CN=back,OU=right,DC=lab,DC=example");
          EXPECT_EQ(dsa.is_member(g.group, g.other), recycle_bin);
        },
        recycle_bin);
}

/// Both delete: two tombstones of one object are one.
TEST(Conflicts, DeleteAndDelete) {
  in_many_orders(
      [](Ground& g) {
        g.a.remove(g.user);
        g.b.pass(5);
        g.b.remove(g.user);
      },
      [](Ground& g, Dsa& dsa) { EXPECT_NE(dsa.dn(g.user).find("0ADEL:"), std::string::npos); });
}

}  // namespace
}  // namespace tributary::repl::testing
