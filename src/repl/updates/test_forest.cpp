// SPDX-License-Identifier: Apache-2.0
// What must hold in every replica. [MS-ADTS] 3.1.1.1.4 (name), 3.1.1.5.5.1 (deleted objects), 3.1.1.1.9 (stamps). See test_forest.hpp.
#include "repl/updates/test_forest.hpp"

#include "store/verify.hpp"

namespace tributary::repl::testing {
namespace {

void expect_good_name(Forest& forest, store::ObjectDraft& object, const std::string& what) {
  const bool is_alone = object.head.parent == store::kRootDnt;
  const auto leaf = is_alone ? parse_dn(*forest.context.schema, object.rdn).value().front().value : object.rdn;
  const auto* name = object.find(attid::kName);
  const auto* rdn = object.find(object.rdn_type);
  ASSERT_TRUE(name != nullptr && name->values.size() == 1 && name->stamp) << what;
  ASSERT_TRUE(rdn != nullptr && rdn->values.size() == 1) << what;
  EXPECT_EQ(text_of(name->values.front()), leaf) << what;
  EXPECT_EQ(text_of(rdn->values.front()), leaf) << what;
  EXPECT_EQ(has(object.head.flags, store::ObjectFlags::kRdnMangled), mangling_of(std::string_view(leaf)).has_value()) << what;
}

void expect_good_stamps(Forest& forest, store::ObjectDraft& object, const std::string& what) {
  for (const auto& attribute : object.attributes()) {
    const auto* definition = forest.context.schema->find_attribute(attribute.attid);
    ASSERT_NE(definition, nullptr) << what;
    EXPECT_EQ(attribute.stamp.has_value(), definition->is_replicated()) << what << ": " << definition->ldap_display_name;
    if (!attribute.stamp) continue;
    EXPECT_GE(attribute.stamp->version, 1u) << what;
    EXPECT_LE(attribute.usn_local, object.head.usn_changed) << what;
    EXPECT_EQ(attribute.stamp->usn_originating, attribute.usn_local) << what << ": nothing here came from elsewhere";
  }
}

void expect_good_deletion(Forest& forest, store::ObjectDraft& object, Dnt container, const std::string& what) {
  const auto* deleted = object.find(attid::kIsDeleted);
  const bool is_deleted = deleted != nullptr && !deleted->values.empty();
  EXPECT_EQ(has(object.head.flags, store::ObjectFlags::kDeleted), is_deleted) << what;
  EXPECT_EQ(object.head.when_deleted.seconds != 0, is_deleted) << what;
  if (!is_deleted || object.dnt == container) return;
  EXPECT_TRUE(mangling_of(std::string_view(object.rdn))) << what;
  EXPECT_EQ(forest.count(object.dnt, attid::kObjectCategory), 0u) << what;
  EXPECT_EQ(forest.count(object.dnt, attid::kLastKnownParent), 1u) << what;
  const bool is_stripped = has(object.head.flags, store::ObjectFlags::kRecycled);
  if (is_stripped)
    for (const auto& attribute : object.attributes()) {
      const bool is_name = attribute.attid == object.rdn_type || attribute.attid == attid::kLastKnownParent || attribute.attid == attid::kMsDsLastKnownRdn;
      const auto* definition = forest.context.schema->find_attribute(attribute.attid);
      EXPECT_TRUE(attribute.values.empty() || is_name || definition->is_kept_by_tombstone()) << what << ": " << definition->ldap_display_name;
    }
}

void expect_good_links(Forest& forest, store::ObjectDraft& object, const std::string& what) {
  const auto snapshot = forest.store->read();
  for (const auto& link : forest.links(object.dnt)) {
    const auto target = must(snapshot->find(link.key.target));
    ASSERT_TRUE(target) << what;
    const bool source_is_gone = has(object.head.flags, store::ObjectFlags::kRecycled);
    EXPECT_FALSE(source_is_gone || (is_deleted(*target) && is_recycled(*target))) << what << ": a link survived a tombstone";
    if (!link.is_present) {
      EXPECT_NE(link.time_deleted.seconds, 0) << what;
      continue;
    }
    const bool has_deleted_end = has(object.head.flags, store::ObjectFlags::kDeleted) || is_deleted(*target);
    EXPECT_EQ(link.is_deactivated, has_deleted_end) << what << ": of " << forest.dn(link.key.target);
    EXPECT_EQ(link.time_deleted.seconds, 0) << what;
  }
}

void expect_good_tree(Forest& forest, Dnt dnt, Dnt container, std::size_t& count) {
  std::vector<Dnt> children;
  must(forest.store->read()->children(dnt, [&](const Dnt& child) {
    children.push_back(child);
    return true;
  }));
  for (const Dnt child : children) {
    ++count;
    auto object = forest.record(child);
    const auto what = forest.dn(child);
    EXPECT_EQ(forest.find(what), child) << what << ": its name does not lead to it";
    const bool is_root = has(object.head.flags, store::ObjectFlags::kNcRoot);
    const Dnt inner = is_root ? must(well_known_object(*forest.store->read(), child, kGuidDeletedObjectsContainer)) : container;
    expect_good_name(forest, object, what);
    expect_good_stamps(forest, object, what);
    expect_good_deletion(forest, object, inner, what);
    expect_good_links(forest, object, what);
    expect_good_tree(forest, child, inner, count);
  }
}

}  // namespace

void expect_consistent(Forest& forest) {
  std::size_t objects = 0;
  expect_good_tree(forest, store::kRootDnt, kNoDnt, objects);
  const auto snapshot = forest.store->read();
  std::size_t counted = 0;
  for (const Dnt root : must(snapshot->nc_roots())) counted += static_cast<std::size_t>(must(snapshot->nc_size(root)).first);
  EXPECT_EQ(objects, counted) << "some object is outside the tree";
  const auto report = must(store::verify(*snapshot));
  for (const auto& finding : report.findings) ADD_FAILURE() << to_string(finding);
}

}  // namespace tributary::repl::testing
