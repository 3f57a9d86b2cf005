// SPDX-License-Identifier: Apache-2.0
// Naming contexts: [MS-ADTS] 3.1.1.5.2.6, 3.1.1.5.2.8, 6.1.1.4; [MS-DRSR] 4.1.20.2, 5.6, 5.32.
#include "repl/updates/nc.hpp"

#include "drsuapi/constants.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;
using store::ObjectFlags;

class NcTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = std::make_unique<Forest>();
  ~NcTest() override { expect_consistent(*forest); }

  std::uint32_t type_of(Dnt dnt) { return instance_type(*must(forest->store->read()->find(dnt))); }
  std::vector<Dnt> subrefs(Dnt root) {
    auto object = forest->record(root);
    std::vector<Dnt> all;
    if (const auto* attribute = object.find(attid::kSubRefs))
      for (const auto value : attribute->values) all.push_back(store::reference_target(value));
    return all;
  }
  Win32 code_of_nc(std::string dn, NcKind kind, CheckLevel level = CheckLevel::kReplica) {
    NcRequest request;
    request.dn = std::move(dn);
    request.kind = kind;
    return code_of(forest->update([&](WriteTransaction& tx) { return create_nc(tx, forest->context, request, level); }));
  }
  void take_down(Dnt nc, std::size_t piece, bool is_in_forest) {
    must(forest->update([&](WriteTransaction& tx) { return begin_nc_removal(tx, forest->context, nc); }));
    for (std::size_t calls = 0;; ++calls) {
      ASSERT_LT(calls, 500u);
      const auto removal = must(forest->update([&](WriteTransaction& tx) { return continue_nc_removal(tx, forest->context, nc, piece, is_in_forest); }));
      EXPECT_LE(removal.removed, piece);
      expect_consistent(*forest);
      if (removal.finished) break;
    }
  }
};

// 6.1.1.4: which containers there are, and that wellKnownObjects leads to them.
/// 4.1.10.3.10: the containers that are found by GUID.
TEST_F(NcTest, ADomainNcHasItsContainers) {
  const auto nc = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value());
  EXPECT_EQ(forest->dn(nc.root), "DC=lab,DC=example");
  EXPECT_EQ(forest->text(nc.root, attid::kName), "lab");
  EXPECT_EQ(forest->text(nc.root, attid::kDc), "lab");
  EXPECT_EQ(type_of(nc.root), IT_NC_HEAD | IT_WRITE);
  EXPECT_EQ(forest->record(nc.root).head.nc, nc.root);
  EXPECT_EQ(forest->record(nc.root).head.sid, parse_sid("S-1-5-21-1-2-3").value());
  EXPECT_EQ(forest->count(nc.root, attid::kObjectSid), 1u);
  const auto snapshot = forest->store->read();
  for (const auto& [guid, rdn] : {std::pair{&kGuidDeletedObjectsContainer, "Deleted Objects"}, {&kGuidLostAndFoundContainer, "LostAndFound"},
                                  {&kGuidNtdsQuotasContainer, "NTDS Quotas"}, {&kGuidInfrastructureContainer, "Infrastructure"}}) {
    const auto found = must(well_known_object(*snapshot, nc.root, *guid));
    EXPECT_EQ(forest->dn(found), "CN=" + std::string(rdn) + ",DC=lab,DC=example");
    EXPECT_TRUE(is_critical_system_object(*must(snapshot->find(found)))) << rdn;
    EXPECT_EQ(system_flags(*must(snapshot->find(found))), 0x8C000000u) << rdn;
  }
  EXPECT_EQ(must(well_known_object(*snapshot, nc.root, kGuidUsersContainer)), kNoDnt);
  const auto replica = must(snapshot->nc_replica(nc.root));
  ASSERT_TRUE(replica);
  EXPECT_TRUE(replica->writable && !replica->partial && !replica->going && !replica->coming);
  EXPECT_EQ(must(nc_kind(*snapshot, *forest->context.schema, nc.root)), NcKind::kDomain);
}

// 6.1.1.4.2: isDeleted of the container carries a stamp of 9999-12-29 and there is no isRecycled.
TEST_F(NcTest, DeletedObjectsIsDeletedForEver) {
  const auto nc = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value());
  const auto stamp = forest->stamp(nc.deleted_objects, attid::kIsDeleted);
  ASSERT_TRUE(stamp);
  EXPECT_EQ(to_string(stamp->time_changed), "9999-12-29T23:59:59Z");
  EXPECT_EQ(stamp->version, 1u);
  EXPECT_EQ(forest->count(nc.deleted_objects, attid::kIsRecycled), 0u);
  EXPECT_EQ(forest->record(nc.deleted_objects).rdn, "Deleted Objects");
}

TEST_F(NcTest, EachKindHasItsOwn) {
  const auto domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value());
  const auto config = forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration);
  const auto schema_nc = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", NcKind::kSchema);
  const auto application = forest->make_nc("DC=dns,DC=lab,DC=example", NcKind::kApplication);
  EXPECT_EQ(forest->dn(config.lost_and_found), "CN=LostAndFoundConfig,CN=Configuration,DC=lab,DC=example");
  EXPECT_EQ(schema_nc.deleted_objects, kNoDnt);
  EXPECT_EQ(forest->count(schema_nc.root, attid::kWellKnownObjects), 0u);
  EXPECT_NE(application.deleted_objects, kNoDnt);
  const auto snapshot = forest->store->read();
  const auto kind = [&](const NcCreation& nc) { return must(nc_kind(*snapshot, *forest->context.schema, nc.root)); };
  EXPECT_EQ(kind(config), NcKind::kConfiguration);
  EXPECT_EQ(kind(schema_nc), NcKind::kSchema);
  EXPECT_EQ(kind(application), NcKind::kApplication);
  // 3.1.1.5.2.6: child NCs are listed above, and know that the one above is here.
  EXPECT_EQ(subrefs(domain.root), (std::vector{config.root, application.root}));
  EXPECT_EQ(subrefs(config.root), std::vector{schema_nc.root});
  EXPECT_EQ(type_of(config.root), IT_NC_HEAD | IT_WRITE | IT_NC_ABOVE);
  EXPECT_EQ(forest->record(schema_nc.root).head.parent, config.root);
}

// 3.1.1.5.2.6: names of NCs and their place among each other.
TEST_F(NcTest, NamesOfNcs) {
  forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value());
  EXPECT_EQ(code_of_nc("DC=lab,DC=example", NcKind::kApplication), win32::kErrorDsObjStringNameExists);
  EXPECT_EQ(code_of_nc("OU=x,DC=lab,DC=example", NcKind::kApplication), win32::kErrorDsNamingViolation);
  EXPECT_EQ(code_of_nc("DC=no good,DC=lab,DC=example", NcKind::kApplication), win32::kErrorDsNamingViolation);
  EXPECT_EQ(code_of_nc("DC=a,DC=hole,DC=lab,DC=example", NcKind::kApplication), win32::kErrorDsNamingViolation);
  EXPECT_EQ(code_of_nc("CN=Configuration,CN=LostAndFound,DC=lab,DC=example", NcKind::kConfiguration), win32::kErrorDsNamingViolation);
  EXPECT_EQ(code_of_nc("", NcKind::kApplication), win32::kErrorDsNameUnparseable);
  EXPECT_EQ(code_of_nc("DC=app,DC=lab,DC=example", NcKind::kDomain, CheckLevel::kClient), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(code_of_nc("DC=other,DC=example", NcKind::kApplication), win32::kErrorSuccess) << "another tree";
  EXPECT_EQ(code_of_nc("DC=lab,DC=elsewhere", NcKind::kApplication), win32::kErrorSuccess) << "the same leaf in another tree";
}

// NCs may come in any order: each ends where it belongs, and is found by its name all the time.
TEST_F(NcTest, RootsFindTheirPlaceLater) {
  const auto schema_nc = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", NcKind::kSchema).root;
  EXPECT_EQ(forest->record(schema_nc).head.parent, store::kRootDnt);
  EXPECT_EQ(type_of(schema_nc), IT_NC_HEAD | IT_WRITE);
  const auto config = forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration).root;
  EXPECT_EQ(forest->record(schema_nc).head.parent, config);
  EXPECT_EQ(type_of(schema_nc), IT_NC_HEAD | IT_WRITE | IT_NC_ABOVE);
  EXPECT_EQ(forest->stamp(schema_nc, attid::kInstanceType)->version, 1u) << "a local matter";
  const auto domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value()).root;
  EXPECT_EQ(forest->record(config).head.parent, domain);
  EXPECT_EQ(subrefs(domain), std::vector{config});
  EXPECT_EQ(forest->dn(schema_nc), "CN=Schema,CN=Configuration,DC=lab,DC=example");
}

// 5.6 AddSubRef, 5.32 DelSubRef: the name of an NC that is elsewhere; when the NC comes, it takes the place and the GUID.
TEST_F(NcTest, SubordinateReferences) {
  const auto domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value()).root;
  const ObjectGuid guid{Forest::guid(4711)};
  const auto refer = [&](std::string_view dn) {
    return must(forest->update([&](WriteTransaction& tx) { return add_subref(tx, forest->context, guid, std::nullopt, dn); }));
  };
  EXPECT_TRUE(refer("DC=child,DC=nowhere").empty()) << "the NC above is not here";
  const auto subref = refer("DC=child,DC=lab,DC=example").objects.at(0).dnt;
  EXPECT_TRUE(has(forest->record(subref).head.flags, ObjectFlags::kSubref));
  EXPECT_EQ(type_of(subref), IT_NC_HEAD | IT_UNINSTANT | IT_NC_ABOVE);
  EXPECT_EQ(subrefs(domain), std::vector{subref});
  EXPECT_TRUE(refer("DC=child,DC=lab,DC=example").empty()) << "once";
  EXPECT_EQ(must(nc_of_dn(*forest->store->read(), *forest->context.schema, parse_dn(*forest->context.schema, "CN=x,DC=child,DC=lab,DC=example").value())),
            kNoDnt);
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(subref, "container", "x"))), win32::kErrorDsReferral);
  EXPECT_EQ(code_of(forest->try_remove(subref)), win32::kErrorDsReferral);
  const auto child = forest->make_nc("DC=child,DC=lab,DC=example", NcKind::kApplication).root;
  EXPECT_EQ(child, subref);
  EXPECT_EQ(forest->record(child).head.guid, guid);
  EXPECT_EQ(forest->record(child).head.nc, child);
  EXPECT_EQ(subrefs(domain), std::vector{child});
  must(forest->update([&](WriteTransaction& tx) { return remove_subref(tx, forest->context, child); }));
  EXPECT_TRUE(subrefs(domain).empty());
  EXPECT_TRUE(forest->exists(child)) << "the NC is held";
  EXPECT_EQ(code_of(forest->update([&](WriteTransaction& tx) { return remove_subref(tx, forest->context, forest->domain.root); })),
            win32::kErrorDsObjNotFound);
}

TEST_F(NcTest, ASubordinateReferenceGoesAtOnce) {
  const auto domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value()).root;
  const auto subref = must(forest->update([&](WriteTransaction& tx) {
                        return add_subref(tx, forest->context, ObjectGuid{Forest::guid(4711)}, std::nullopt, "DC=child,DC=lab,DC=example");
                      })).objects.at(0).dnt;
  must(forest->update([&](WriteTransaction& tx) { return remove_subref(tx, forest->context, subref); }));
  EXPECT_FALSE(forest->exists(subref));
  EXPECT_TRUE(subrefs(domain).empty());
}

// 4.1.20.2: an NC is taken down in pieces; what other NCs say about its objects stays, and so do the NCs below it.
TEST_F(NcTest, TakingAnNcDown) {
  const auto domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value()).root;
  const auto nc = forest->make_nc("DC=app,DC=lab,DC=example", NcKind::kApplication).root;
  const auto below = forest->make_nc("DC=sub,DC=app,DC=lab,DC=example", NcKind::kApplication).root;
  const auto unit = forest->make(nc, "organizationalUnit", "unit");
  std::vector<NewValue> members;
  for (int i = 0; i < 20; ++i) members.push_back(reference_value(forest->make(unit, "user", "u" + std::to_string(i))));
  forest->make(nc, "group", "inside", {{attid::kMember, members}});
  const auto outside = forest->make(domain, "group", "outside", {{attid::kMember, {members[0], members[1]}}});
  must(forest->try_remove(members[5].target));
  must(forest->update([&](WriteTransaction& tx) { return begin_nc_removal(tx, forest->context, nc); }));
  EXPECT_NE(type_of(nc) & IT_NC_GOING, 0u);
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(nc, "container", "late"))), win32::kErrorDsReferral);
  EXPECT_EQ(forest->record(below).head.parent, store::kRootDnt);
  EXPECT_EQ(forest->dn(below), "DC=sub,DC=app,DC=lab,DC=example");
  EXPECT_EQ(type_of(below), IT_NC_HEAD | IT_WRITE);
  take_down(nc, 3, false);
  EXPECT_FALSE(forest->exists(nc));
  EXPECT_FALSE(must(forest->store->read()->nc_replica(nc)));
  EXPECT_EQ(forest->links(outside).size(), 2u);
  EXPECT_EQ(forest->dn(members[0].target), "CN=u0,OU=unit,DC=app,DC=lab,DC=example");
  EXPECT_EQ(subrefs(domain), std::vector<Dnt>{});
  EXPECT_EQ(code_of(forest->update([&](WriteTransaction& tx) { return begin_nc_removal(tx, forest->context, nc); })), win32::kErrorDsDraBadNc);
}

// 4.1.20.2: while the forest still has the NC, its name stays below the NC above.
TEST_F(NcTest, WhatRemainsOfAnNcOfTheForest) {
  const auto domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value()).root;
  const auto nc = forest->make_nc("DC=app,DC=lab,DC=example", NcKind::kApplication).root;
  const auto guid = forest->record(nc).head.guid;
  take_down(nc, 100, true);
  EXPECT_TRUE(has(forest->record(nc).head.flags, ObjectFlags::kSubref));
  EXPECT_EQ(forest->record(nc).head.guid, guid);
  EXPECT_EQ(type_of(nc), IT_NC_HEAD | IT_UNINSTANT | IT_NC_ABOVE);
  EXPECT_EQ(subrefs(domain), std::vector{nc});
  EXPECT_EQ(forest->make_nc("DC=app,DC=lab,DC=example", NcKind::kApplication).root, nc) << "and it can come back";
}

}  // namespace
}  // namespace tributary::repl::testing
