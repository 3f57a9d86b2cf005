// SPDX-License-Identifier: Apache-2.0
// The canonical form and the tree: docs/formats/divergence.md.
#include "repl/divergence/digest.hpp"

#include <set>

#include "repl/divergence/test_compare.hpp"

namespace tributary::repl::testing {
namespace {

constexpr std::string_view kUsers = "DC=lab,DC=example";

/// The first half of the SHA-256 of nothing, as FIPS 180-4's examples have it.
TEST(Digest, IsTheFirstHalfOfSha256) { EXPECT_EQ(to_string(repl::digest_of(ByteView{})), "e3b0c44298fc1c149afbf4c8996fb924"); }

/// A sum carries over, and does not depend on its order.
TEST(Digest, AddsModulo128Bits) {
  Digest a{~std::uint64_t{0}, 1};
  a += Digest{1, 2};
  EXPECT_EQ(a, (Digest{0, 4}));
  Digest b{~std::uint64_t{0}, ~std::uint64_t{0}};
  b += Digest{1, 0};
  EXPECT_EQ(b, Digest{});
}

/// The children of a node add up to it, at every level; so do the items of an object.
TEST(Tree, ChildrenAddUp) {
  Dsa a(1);
  a.make_domain();
  std::vector<ObjectGuid> users;
  for (int i = 0; i < 30; ++i) users.push_back(a.add(kUsers, "user", "u" + std::to_string(i)));
  const auto group = a.add(kUsers, "group", "g");
  for (const auto& user : users) a.link(group, user);
  const auto snapshot = a.store->read();
  const auto at = [&](const NodeAddress& node) { return must(expand(a.context, *snapshot, a.nc_root(), {}, node, 1'000)); };
  for (NodeAddress node; node.depth < kItemDepth; node = node.child(node_of(group).half(node.depth))) {
    const auto whole = at(node);
    Digest sum;
    std::uint64_t count = 0;
    for (std::uint8_t half = 0; half < 16; ++half) {
      const auto child = at(node.child(half));
      EXPECT_EQ(child.total, whole.children[half]);
      sum += child.total;
      if (node.depth + 1 != kObjectDepth) count += child.count;
    }
    EXPECT_EQ(sum, whole.total);
    if (node.depth + 1 != kObjectDepth) {
      EXPECT_EQ(count, whole.count);
    }
  }
}

/// A node below a GUID is that object, and its items have distinct keys. The node's halves are those of the octets, upper first.
TEST(Tree, AnObjectIsANodeOfItsItems) {
  Dsa a(1);
  a.make_domain();
  const auto user = a.add(kUsers, "user", "u");
  const auto node = node_of(user);
  EXPECT_EQ(node.half(0), user.value.octets[0] >> 4);
  EXPECT_EQ(node.half(1), user.value.octets[0] & 15);
  EXPECT_EQ(node.guid(), user);
  const auto items = must(expand(a.context, *a.store->read(), a.nc_root(), {}, node, 1'000)).items;
  std::set<std::array<std::uint8_t, 16>> keys;
  std::set<std::string> oids;
  for (const auto& item : items) {
    keys.insert(item.key);
    oids.insert(item.oid);
  }
  EXPECT_EQ(keys.size(), items.size());
  EXPECT_TRUE(oids.contains("2.5.4.0"));                   // objectClass
  EXPECT_FALSE(oids.contains("2.5.4.3"));                  // cn, the naming attribute: `name` has it
  EXPECT_FALSE(oids.contains("1.2.840.113556.1.2.120"));   // uSNChanged
  EXPECT_TRUE(must(expand(a.context, *a.store->read(), a.nc_root(), {}, node_of(ObjectGuid{}), 9)).items.empty());
}

/// Only the first entries are kept, in order, whatever the order in which they come.
TEST(Tree, ListsAreBounded) {
  Dsa a(1);
  a.make_domain();
  const auto group = a.add(kUsers, "group", "g");
  for (int i = 0; i < 40; ++i) a.link(group, a.add(kUsers, "user", "u" + std::to_string(i)));
  const auto at = [&](const NodeAddress& node, std::size_t max) { return must(expand(a.context, *a.store->read(), a.nc_root(), {}, node, max)); };
  const auto all = at(node_of(group), 1'000);
  const auto some = at(node_of(group), 5);
  EXPECT_EQ(some.items, std::vector<ItemEntry>(all.items.begin(), all.items.begin() + 5));
  EXPECT_EQ(some.total, all.total);
  const auto objects = at({}, 1'000);
  EXPECT_EQ(at({}, 7).objects, std::vector<ObjectEntry>(objects.objects.begin(), objects.objects.begin() + 7));
}

/// Objects of other NCs lie between those of this one in the index, and are none of it.
TEST(Tree, OtherNcsDoNotCount) {
  Dsa a(1);
  a.make_domain();
  a.add(kUsers, "user", "u");
  const auto before = digest_of(a);
  NcRequest request;
  request.dn = "DC=other,DC=example";
  request.attributes = {{attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}};
  request.container_descriptor = some_descriptor();
  (void)must(a.update([&](WriteTransaction& tx) { return create_nc(tx, a.context, request, CheckLevel::kReplica); }));
  EXPECT_EQ(digest_of(a), before);
}

/// Values of secrets count only when they are asked for; their stamps always do.
TEST(Scope, SecretsAreComparedByStampsUnlessAskedFor) {
  Dsa a(1);
  a.make_domain();
  const auto pwd = attid_of("unicodePwd");
  const auto user = a.add(kUsers, "user", "u", {{pwd, {octets_value(Bytes(16, 7))}}});
  const auto digests = [&] {
    const auto snapshot = a.store->read();
    return std::pair(must(replica_digest(a.context, *snapshot, a.nc_root(), {})),
                     must(replica_digest(a.context, *snapshot, a.nc_root(), DigestScope{.with_secrets = true})));
  };
  const auto before = digests();
  damage(a, user, [&](store::ObjectDraft& draft) { draft.find(pwd)->values = {draft.keep(Bytes(16, 8))}; });
  const auto after = digests();
  EXPECT_EQ(before.first, after.first);
  EXPECT_NE(before.second, after.second);
  damage(a, user, [&](store::ObjectDraft& draft) { ++draft.find(pwd)->stamp->version; });
  EXPECT_NE(digests().first, after.first);
}

/// The order of values is nobody's promise.
TEST(Digest, TheOrderOfValuesDoesNotCount) {
  Dsa a(1);
  a.make_domain();
  const auto user = a.add(kUsers, "user", "u", {{attid_of("otherTelephone"), {text_value("1"), text_value("2")}}});
  const auto before = digest_of(a);
  damage(a, user, [&](store::ObjectDraft& draft) { std::ranges::reverse(draft.find(attid_of("otherTelephone"))->values); });
  EXPECT_EQ(digest_of(a), before);
  damage(a, user, [&](store::ObjectDraft& draft) { draft.find(attid_of("otherTelephone"))->values.pop_back(); });
  EXPECT_NE(digest_of(a), before);
}

}  // namespace
}  // namespace tributary::repl::testing
