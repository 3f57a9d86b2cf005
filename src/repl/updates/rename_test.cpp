// SPDX-License-Identifier: Apache-2.0
// Moves and renames: [MS-ADTS] 3.1.1.5.4.1; [MS-DRSR] 4.1.10.6.8 (what the stamp of name tells).
#include "repl/updates/rename.hpp"

#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

class RenameTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt domain = forest->domain.root;
  ~RenameTest() override { expect_consistent(*forest); }

  Result<Updates> rename(Dnt object, std::optional<Dnt> parent, std::optional<std::string> rdn, CheckLevel level = CheckLevel::kReplica) {
    const RenameRequest request{object, parent, std::move(rdn), std::nullopt};
    return forest->update([&](WriteTransaction& tx) { return modify_dn(tx, forest->context, request, level); });
  }
  Dnt with_flags(Dnt parent, std::string rdn, std::uint32_t flags) {
    return forest->make(parent, "container", std::move(rdn), {{attid::kSystemFlags, {u32_value(flags)}}});
  }
};

TEST_F(RenameTest, ARenameStampsBothNames) {
  const auto user = forest->make(domain, "user", "Ada");
  forest->pass(3);
  const auto updates = must(rename(user, {}, "Ada Lovelace"));
  EXPECT_EQ(forest->dn(user), "CN=Ada Lovelace,DC=lab,DC=example");
  EXPECT_EQ(forest->find("CN=Ada,DC=lab,DC=example"), kNoDnt);
  const store::AttributeStamp second{2, forest->context.ds_now(), forest->context.invocation_id, updates.objects[0].usn};
  EXPECT_EQ(forest->stamp(user, attid::kName), second);
  EXPECT_EQ(forest->stamp(user, attid::kCn), second);
}

// [MS-DRSR] 4.1.10.6.8: the place travels with the stamp of name, so a move raises it although the value stays.
TEST_F(RenameTest, AMoveStampsNameAlone) {
  const auto unit = forest->make(domain, "organizationalUnit", "People");
  const auto user = forest->make(domain, "user", "Ada");
  const auto child = forest->make(user, "container", "below");
  must(rename(user, unit, {}));
  EXPECT_EQ(forest->dn(user), "CN=Ada,OU=People,DC=lab,DC=example");
  EXPECT_EQ(forest->dn(child), "CN=below,CN=Ada,OU=People,DC=lab,DC=example");
  EXPECT_EQ(forest->stamp(user, attid::kName)->version, 2u);
  EXPECT_EQ(forest->stamp(user, attid::kCn)->version, 1u);
  EXPECT_EQ(forest->stamp(child, attid::kName)->version, 1u) << "what is below moves without being written";
}

TEST_F(RenameTest, OtherLettersAreARenameAndNothingIsNone) {
  const auto user = forest->make(domain, "user", "ada");
  EXPECT_TRUE(must(rename(user, domain, "ada")).empty());
  EXPECT_FALSE(must(rename(user, {}, "Ada")).empty());
  EXPECT_EQ(forest->dn(user), "CN=Ada,DC=lab,DC=example");
}

TEST_F(RenameTest, TheTreeStaysATree) {
  const auto a = forest->make(domain, "container", "a");
  const auto b = forest->make(a, "container", "b");
  const auto c = forest->make(domain, "container", "c");
  EXPECT_EQ(code_of(rename(a, a, {})), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(code_of(rename(a, b, {})), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(code_of(rename(a, Dnt{999'999}, {})), win32::kErrorDsNoParentObject);
  EXPECT_EQ(code_of(rename(Dnt{999'999}, a, {})), win32::kErrorDsObjNotFound);
  EXPECT_EQ(code_of(rename(b, domain, "C")), win32::kErrorDsObjStringNameExists);
  EXPECT_EQ(code_of(rename(domain, {}, "other")), win32::kErrorDsModifydnDisallowedByInstanceType);
  must(forest->try_remove(c));
  EXPECT_EQ(code_of(rename(a, c, {})), win32::kErrorDsNoParentObject) << "deleted";
  EXPECT_EQ(code_of(rename(c, domain, "c")), win32::kErrorDsIllegalModOperation) << "deleted";
  EXPECT_EQ(code_of(rename(b, domain, "C")), win32::kErrorSuccess) << "a deleted object has left its name";
}

TEST_F(RenameTest, ObjectsStayInTheirNc) {
  const auto other = forest->make_nc("DC=dns,DC=lab,DC=example", NcKind::kApplication);
  const auto user = forest->make(domain, "user", "u");
  EXPECT_EQ(code_of(rename(user, other.root, {})), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(code_of(rename(user, other.lost_and_found, {})), win32::kErrorDsIllegalModOperation);
}

TEST_F(RenameTest, SystemFlagsHoldInADomain) {
  const auto unit = forest->make(domain, "container", "unit");
  EXPECT_EQ(code_of(rename(with_flags(domain, "m", schema::kSystemDomainDisallowMove), unit, {})), win32::kErrorDsModifydnDisallowedByFlag);
  EXPECT_EQ(code_of(rename(with_flags(domain, "r", schema::kSystemDomainDisallowRename), {}, "s")), win32::kErrorDsModifydnDisallowedByFlag);
  EXPECT_EQ(code_of(rename(with_flags(domain, "n", schema::kSystemDomainDisallowMove), {}, "o")), win32::kErrorSuccess);
  EXPECT_EQ(code_of(rename(with_flags(domain, "p", schema::kSystemDomainDisallowRename), unit, {})), win32::kErrorSuccess);
  EXPECT_EQ(code_of(rename(forest->domain.lost_and_found, {}, "Found")), win32::kErrorDsModifydnDisallowedByFlag);
}

TEST_F(RenameTest, InTheConfigurationNcNothingMovesWithoutAFlag) {
  const auto config = forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration).root;
  const auto here = forest->make(config, "container", "here");
  const auto there = forest->make(config, "container", "there");
  const auto deep = forest->make(here, "container", "deep");
  const auto deeper = forest->make(there, "container", "deeper");
  const auto plain = forest->make(here, "container", "plain");
  EXPECT_EQ(code_of(rename(plain, {}, "q")), win32::kErrorDsModifydnDisallowedByFlag);
  EXPECT_EQ(code_of(rename(plain, there, {})), win32::kErrorDsModifydnDisallowedByFlag);
  EXPECT_EQ(code_of(rename(with_flags(here, "r", schema::kSystemConfigAllowRename), {}, "s")), win32::kErrorSuccess);
  EXPECT_EQ(code_of(rename(with_flags(here, "m", schema::kSystemConfigAllowMove), deeper, {})), win32::kErrorSuccess);
  // The limited move of a server: to another container of the same grandparent.
  const auto limited = with_flags(here, "l", schema::kSystemConfigAllowLimitedMove);
  EXPECT_EQ(code_of(rename(limited, deeper, {})), win32::kErrorDsModifydnDisallowedByFlag);
  EXPECT_EQ(code_of(rename(limited, deep, {})), win32::kErrorDsModifydnDisallowedByFlag);
  EXPECT_EQ(code_of(rename(limited, there, {})), win32::kErrorSuccess);
}

TEST_F(RenameTest, InTheSchemaNcNothingMoves) {
  forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration);
  const auto schema_nc = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", NcKind::kSchema).root;
  const auto a = forest->make(schema_nc, "attributeSchema", "a");
  const auto b = forest->make(schema_nc, "container", "b");
  EXPECT_EQ(code_of(rename(a, b, {})), win32::kErrorDsNoObjectMoveInSchemaNc);
  const auto updates = must(rename(a, {}, "c"));
  EXPECT_TRUE(updates.schema_changed);
  const auto base = forest->make(schema_nc, "attributeSchema", "d", {{attid::kSystemFlags, {u32_value(schema::kSystemSchemaBaseObject)}}});
  EXPECT_EQ(code_of(rename(base, {}, "e", CheckLevel::kClient)), win32::kErrorDsIllegalBaseSchemaMod);
}

TEST_F(RenameTest, ClientsKeepToSuperiorsAndStayOutOfTheSystemContainer) {
  const auto system = forest->make(domain, "container", "System");
  const auto inside = forest->make(system, "container", "inside");
  const auto user = forest->make(domain, "user", "u");
  const auto unit = forest->make(domain, "organizationalUnit", "unit");
  must(forest->try_modify(domain, {{ModifyOperation::kAdd, attid::kWellKnownObjects, {reference_value(system, kGuidSystemsContainer)}}}));
  EXPECT_EQ(code_of(rename(inside, unit, {}, CheckLevel::kClient)), win32::kErrorDsDisallowedInSystemContainer);
  EXPECT_EQ(code_of(rename(user, system, {}, CheckLevel::kClient)), win32::kErrorDsDisallowedInSystemContainer);
  EXPECT_EQ(code_of(rename(unit, user, {}, CheckLevel::kClient)), win32::kErrorDsIllegalSuperior);
  EXPECT_EQ(code_of(rename(user, unit, "v", CheckLevel::kClient)), win32::kErrorSuccess);
  EXPECT_EQ(code_of(rename(user, {}, "a\nb", CheckLevel::kClient)), win32::kErrorDsNamingViolation);
  EXPECT_EQ(code_of(rename(user, {}, std::string(65, 'x'), CheckLevel::kClient)), win32::kErrorDsRangeConstraint);
}

TEST_F(RenameTest, TheTypeOfAnRdnNeverChanges) {
  const auto user = forest->make(domain, "user", "u");
  const RenameRequest request{user, {}, "v", attid::kOu};
  EXPECT_EQ(code_of(forest->update([&](WriteTransaction& tx) { return modify_dn(tx, forest->context, request, CheckLevel::kReplica); })),
            win32::kErrorDsRdnDoesntMatchSchema);
}

}  // namespace
}  // namespace tributary::repl::testing
