// SPDX-License-Identifier: Apache-2.0
// What a destination asks for by the kind of its replica: [MS-DRSR] 4.1.10.4.1, 5.60, 5.61, 5.68, 5.163.
#include "repl/destination/request.hpp"

#include <set>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;

class RequestOf : public ::testing::Test {
 protected:
  RequestOf() {
    terms.nc = must(dsname_from_dn("DC=lab,DC=example"));
    terms.flags = DRS_INIT_SYNC;
  }
  Result<DRS_MSG_GETCHGREQ> make() { return make_request(dsa.context, *dsa.store->read(), terms, our_extensions()); }
  /// The attributes asked for; empty when the request names none.
  std::set<Attid> asked() {
    const auto request = must(make());
    const auto* message = request.get_if<10>();
    std::set<Attid> set;
    if (message != nullptr && message->pPartialAttrSet)
      for (const auto id : message->pPartialAttrSet->rgPartialAttr) set.insert(static_cast<Attid>(id));
    return set;
  }
  template <class F>
  std::set<Attid> of_schema(F&& wanted) const {
    std::set<Attid> set;
    for (const auto& attribute : dsa.context.schema->attributes())
      if (wanted(attribute)) set.insert(attribute.attid);
    return set;
  }

  Dsa dsa{1};
  RequestTerms terms;
};

/// A full replica names no attributes: everything that replicates is meant.
TEST_F(RequestOf, AFullReplica) {
  terms.flags |= DRS_WRIT_REP;
  EXPECT_TRUE(asked().empty());
}

/// 5.68: the partial replica of a global catalog asks for the members of the partial attribute set.
TEST_F(RequestOf, AGlobalCatalogsReplica) {
  terms.partial = true;
  const auto set = asked();
  EXPECT_EQ(set, of_schema([](const auto& attribute) { return attribute.is_in_gc_pas(); }));
  EXPECT_TRUE(set.contains(attid::kObjectGuid));
  EXPECT_GT(set.size(), 100u);
}

/// 5.60: the same without the filtered attribute set.
TEST_F(RequestOf, AReadOnlyGlobalCatalogsReplica) {
  terms.partial = terms.filtered = true;
  EXPECT_EQ(asked(), of_schema([](const auto& attribute) { return attribute.is_in_gc_pas() && attribute.is_replicated() && !attribute.is_in_filtered_set(); }));
}

/// 5.61, 5.163: a read-only DSA asks for what replicates, without the filtered attribute set.
TEST_F(RequestOf, AReadOnlyReplica) {
  terms.filtered = true;
  const auto set = asked();
  EXPECT_EQ(set, of_schema([](const auto& attribute) { return attribute.is_replicated() && !attribute.is_in_filtered_set(); }));
  EXPECT_FALSE(set.contains(attid::kReplPropertyMetaData)) << "local to each DSA";
  EXPECT_FALSE(set.contains(attid::kMemberOf)) << "a back link";
}

/// 4.1.10.4.1: what a DSA may not ask for.
TEST_F(RequestOf, WhatIsRefused) {
  terms.inbound_disabled = true;
  EXPECT_EQ(make().error().code, win32::kErrorDsDraSinkDisabled);
  terms.flags |= DRS_SYNC_FORCED;
  EXPECT_TRUE(make());
  terms.inbound_disabled = false;
  dsa.context.rules.read_only = true;
  terms.flags = DRS_WRIT_REP;
  EXPECT_EQ(make().error().code, win32::kErrorDsDraInvalidParameter);
}

}  // namespace
}  // namespace tributary::repl::testing
