// SPDX-License-Identifier: Apache-2.0
// One more DSA: [MS-ADTS] 6.1.2.1 (what has to be there), [MS-DRSR] 4.1.1 (the entries of a request), and the RID pool (6.1.5.3).
#include "service/forest/add_dsa.hpp"

#include <gtest/gtest.h>

#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/objects/wire_values.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/forest/join_local.hpp"
#include "service/forest/new_forest.hpp"
#include "service/forest/rid_pool.hpp"

namespace tributary::service {
namespace {

using namespace repl::testing;

class AddDsa : public ::testing::Test {
 protected:
  AddDsa() {
    ForestPlan plan;
    plan.names = {"lab.example", "LAB"};
    plan.host_name = "dsa-a";
    plan.domain_sid = parse_sid("S-1-5-21-1-2-3").value();
    created_ = must(create_forest(dsa_.context, *dsa_.store, plan));
    dsa_.context.schema = created_.schema;
  }
  static DsaPlan second() {
    DsaPlan plan;
    plan.host_name = "dsa-b";
    plan.dsa = DsaGuid{Forest::guid(7)};
    plan.invocation_id = InvocationId{Forest::guid(8)};
    plan.recycle_bin = true;
    return plan;
  }
  Result<DsaAdded> try_add(const DsaPlan& plan) {
    const auto tx = dsa_.store->write();
    auto added = add_dsa(*tx, dsa_.context, founder_token(created_.domain_sid), plan);
    if (added) must(tx->commit());
    return added;
  }
  store::Dnt find(std::string_view dn) { return must(repl::resolve_dn(*dsa_.store->read(), *dsa_.context.schema, dn)); }

  Dsa dsa_{1, true};
  ForestCreated created_;
};

TEST_F(AddDsa, MakesThreeObjectsThatNameEachOther) {
  const auto added = must(try_add(second()));
  EXPECT_EQ(to_string(added.computer_sid), "S-1-5-21-1-2-3-1101");
  EXPECT_EQ(added.computer, find("CN=DSA-B,OU=Domain Controllers,DC=lab,DC=example"));
  EXPECT_EQ(added.settings, find("CN=NTDS Settings,CN=DSA-B,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,DC=lab,DC=example"));
  const auto snapshot = dsa_.store->read();
  EXPECT_EQ(must(snapshot->find(added.settings))->guid(), ObjectGuid{Forest::guid(7)});
  EXPECT_EQ(must(repl::resolve_guid(*snapshot, ObjectGuid{Forest::guid(7)})), added.settings);
  expect_sound(dsa_);
}

TEST_F(AddDsa, KeepsAnAccountThatWasMadeBefore) {
  const auto first = must(try_add(second()));
  auto again = second();
  again.dsa = DsaGuid{Forest::guid(9)};
  EXPECT_EQ(code_of(try_add(again)), win32::kErrorDsObjStringNameExists) << "NTDS Settings is there";
  again.site_name = "nowhere";
  EXPECT_EQ(code_of(try_add(again)), win32::kErrorDsNoParentObject);
  again.host_name = "dsa-c";
  EXPECT_EQ(code_of(try_add(again)), win32::kErrorDsNoParentObject);
  EXPECT_EQ(find("CN=DSA-C,OU=Domain Controllers,DC=lab,DC=example"), store::kNoDnt) << "a failed one leaves nothing";
  EXPECT_NE(first.computer, store::kNoDnt);
}

TEST_F(AddDsa, TellsTheForestsNames) {
  const auto names = must(forest_names(*dsa_.store->read(), *dsa_.context.schema));
  EXPECT_EQ(names.dns_name, "lab.example");
  EXPECT_EQ(names.netbios_name, "LAB");
  Dsa empty(9);
  EXPECT_EQ(code_of(forest_names(*empty.store->read(), *empty.context.schema)), win32::kErrorDsCantFindExpectedNc);
}

// A whole join, without a network: the forest learns of the DSA, which pulls the three NCs and is complete then, not earlier.
TEST_F(AddDsa, TheNewDsaJoins) {
  Dsa joining(2, true);
  auto plan = second();
  plan.dsa = joining.context.dsa;
  plan.invocation_id = joining.context.invocation_id;
  (void)must(try_add(plan));
  const ForestNames forest{"lab.example", "LAB"};
  EXPECT_EQ(must(take_schema(*joining.store)), nullptr);
  for (const auto& nc : ncs_to_join(forest)) {
    EXPECT_EQ(code_of(check_joined(*joining.store->read(), *joining.context.schema, forest)), win32::kErrorDsCantFindExpectedNc);
    PullOptions options;
    options.nc = nc;
    ASSERT_EQ(pull(joining, dsa_, options).last.kind, repl::CycleStep::Kind::kDone) << nc;
    if (const auto schema = must(take_schema(*joining.store))) joining.context.schema = schema;
  }
  EXPECT_TRUE(check_joined(*joining.store->read(), *joining.context.schema, forest));
  expect_sound(joining);
  EXPECT_EQ(must(forest_names(*joining.store->read(), *joining.context.schema)).netbios_name, "LAB");
}

TEST_F(AddDsa, ADsaThatNobodyKnowsHasNotJoined) {
  Dsa stranger(3, true);
  const ForestNames forest{"lab.example", "LAB"};
  for (const auto& nc : ncs_to_join(forest)) {
    PullOptions options;
    options.nc = nc;
    ASSERT_EQ(pull(stranger, dsa_, options).last.kind, repl::CycleStep::Kind::kDone) << nc;
  }
  EXPECT_EQ(code_of(check_joined(*stranger.store->read(), *stranger.context.schema, forest)), win32::kErrorDsObjNotFound);
  auto plan = second();
  plan.dsa = stranger.context.dsa;
  (void)must(try_add(plan));
  PullOptions options;
  options.nc = forest.configuration_dn();
  ASSERT_EQ(pull(stranger, dsa_, options).last.kind, repl::CycleStep::Kind::kDone);
  EXPECT_EQ(code_of(check_joined(*stranger.store->read(), *stranger.context.schema, forest)), win32::kErrorDsDraInconsistentDit);
}

// 4.1.1: names and values travel as DSNAMEs and octets; here and back through the codec.
TEST_F(AddDsa, EntriesTravel) {
  auto plan = second();
  plan.dsa = {};
  auto entries = must(dsa_entries(*dsa_.context.schema, {"lab.example", "LAB"}, plan));
  ASSERT_EQ(entries.size(), 3u);
  drsuapi::DRS_MSG_ADDENTRYREQ_V2 request;
  for (auto& entry : entries) request.EntInfList.push_back({std::move(entry)});
  drsuapi::IDL_DRSAddEntry::In in;
  in.msgIn = std::move(request);
  const auto stub = drsuapi::encode_in<drsuapi::IDL_DRSAddEntry>(in);
  const auto decoded = must(drsuapi::decode_in<drsuapi::IDL_DRSAddEntry>(stub));
  const auto& travelled = decoded.msgIn.get_if<2>()->EntInfList;
  ASSERT_EQ(travelled.size(), 3u);
  EXPECT_EQ(must(drsuapi::dsname_dn(*travelled[0].Entinf.pName)), "CN=DSA-B,OU=Domain Controllers,DC=lab,DC=example");
  std::vector<std::string> masters;
  std::size_t spns = 0;
  for (const auto& attribute : travelled[0].Entinf.AttrBlock.pAttr) {
    EXPECT_NE(attribute.attrTyp, static_cast<std::uint32_t>(repl::attid::kObjectSid)) << "the server draws it";
    if (attribute.attrTyp == static_cast<std::uint32_t>(repl::attid::kServicePrincipalName)) spns = attribute.AttrVal.pAVal.size();
  }
  EXPECT_EQ(spns, 11u) << "those that have the DSA's GUID in them come later";
  for (const auto& attribute : travelled[2].Entinf.AttrBlock.pAttr) {
    if (attribute.attrTyp != static_cast<std::uint32_t>(repl::attid::kHasMasterNcs)) continue;
    for (const auto& value : attribute.AttrVal.pAVal) {
      const auto reference = must(repl::read_reference(schema::Syntax::kDn, {value.pVal.data(), value.pVal.size()}));
      masters.push_back(must(repl::dn_text(reference.target.name)));
    }
  }
  EXPECT_EQ(masters, (std::vector<std::string>{"CN=Schema,CN=Configuration,DC=lab,DC=example", "CN=Configuration,DC=lab,DC=example", "DC=lab,DC=example"}));
}

// [MS-DRSR] 2.2.2: a DSA adds what its computer lacks, and nothing when it lacks nothing.
TEST_F(AddDsa, CompletesSpns) {
  const auto complete = [&](const DsaPlan& plan) {
    return must(dsa_.update([&](store::WriteTransaction& tx) { return complete_spns(tx, dsa_.context, plan); }));
  };
  (void)must(try_add(second()));
  EXPECT_TRUE(complete(second()).empty());
  auto other = second();
  other.dsa = DsaGuid{Forest::guid(70)};
  EXPECT_FALSE(complete(other).empty());
  EXPECT_TRUE(complete(other).empty());
}

class RidPool : public AddDsa {
 protected:
  Result<RidDraw> draw() {
    const auto tx = dsa_.store->write();
    auto drawn = draw_sid(*tx, dsa_.context);
    if (drawn) must(tx->commit());
    return drawn;
  }
  void set(std::string_view attribute, repl::NewValue value) {
    const repl::Modification change{repl::ModifyOperation::kReplace, attid_of(attribute), {std::move(value)}};
    const auto dnt = find("CN=RID Set,CN=DSA-A,OU=Domain Controllers,DC=lab,DC=example");
    must(dsa_.update([&](store::WriteTransaction& tx) {
      return repl::modify(tx, dsa_.context, dnt, std::span(&change, 1), {repl::CheckLevel::kReplica, true, false});
    }));
  }
  static repl::NewValue pool(std::int64_t first, std::int64_t last) { return repl::i64_value(last << 32 | first); }
};

TEST_F(RidPool, GivesEachRidOnce) {
  EXPECT_EQ(to_string(must(draw()).sid), "S-1-5-21-1-2-3-1101");
  const auto next = must(draw());
  EXPECT_EQ(to_string(next.sid), "S-1-5-21-1-2-3-1102");
  EXPECT_FALSE(next.is_low);
}

// [MS-ADA3] 2.201: what was allocated meanwhile is used when the current pool is empty; [MS-DRSR] 4.1.10.5.12 leaves zeros.
TEST_F(RidPool, GoesOnWithTheNextPool) {
  set("rIDNextRID", repl::u32_value(1601));
  EXPECT_TRUE(must(draw()).is_low);
  EXPECT_EQ(code_of(draw()), kErrorDsNoRidsAllocated);
  set("rIDAllocationPool", pool(5000, 5001));
  EXPECT_EQ(to_string(must(draw()).sid), "S-1-5-21-1-2-3-5000");
  EXPECT_EQ(to_string(must(draw()).sid), "S-1-5-21-1-2-3-5001");
  EXPECT_EQ(code_of(draw()), kErrorDsNoRidsAllocated) << "the same pool is not begun again";
  set("rIDAllocationPool", pool(7000, 7500));
  set("rIDPreviousAllocationPool", repl::i64_value(0));
  set("rIDNextRID", repl::u32_value(0));
  EXPECT_EQ(to_string(must(draw()).sid), "S-1-5-21-1-2-3-7000");
}

TEST_F(RidPool, ADsaWithoutAComputerHasNone) {
  dsa_.context.dsa = DsaGuid{Forest::guid(77)};
  EXPECT_EQ(code_of(draw()), kErrorDsNoRidsAllocated);
}

}  // namespace
}  // namespace tributary::service
