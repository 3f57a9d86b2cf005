// SPDX-License-Identifier: Apache-2.0
// Replication state over LDAP between DSAs that do replicate: [MS-ADTS] 3.1.1.4.5.13, 3.1.1.4.5.14, 3.1.1.3.2.28 to 3.1.1.3.2.30, 2.2.2 to 2.2.8, and
// the values of repsFrom, repsTo and replUpToDateVector.
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "drsuapi/blobs/registry.hpp"
#include "repl/state/reps.hpp"
#include "repl/state/up_to_dateness.hpp"
#include "service/access.hpp"
#include "service/ldap/constructed/repl_forms.hpp"
#include "service/ldap/constructed/repl_state.hpp"
#include "service/ldap/constructed/test_reading.hpp"
#include "service/testing/test_dsa.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using namespace service::testing;
using namespace drsuapi::blobs;
using repl::testing::must;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kStaff = "CN=staff,OU=people,DC=lab,DC=example";
constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";

/// The element at the root, and its children in their order, as any XML parser reads them.
struct Document {
  std::string element;
  std::vector<std::string> names;
  std::map<std::string, std::string> fields;
};
Document parsed(const std::string& xml) {
  std::istringstream in(xml);
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(in, tree);
  EXPECT_EQ(tree.size(), 1u) << xml;
  Document document{tree.front().first, {}, {}};
  for (const auto& [name, child] : tree.front().second) {
    if (name == "<xmltext>") continue;
    document.names.push_back(name);
    document.fields[name] = child.data();
  }
  return document;
}

class ReplicationState : public ::testing::Test {
 protected:
  Values of(std::string_view dn, std::string_view name, bool binary = false) { return Reading{b, *admin, binary}.of(b.find(dn), name); }
  Values of_operator(std::string_view dn, std::string_view name) { return Reading{b, *operator_()}.of(b.find(dn), name); }
  Values state(std::string_view name, bool binary = false) { return must(repl_state_values(b, *admin, name, binary)); }

  TestForest forest;
  TestDsa& a = forest.first();
  TestDsa& b = forest.join("dsa-b");
  std::shared_ptr<const Caller> admin = administrator();
};

TEST_F(ReplicationState, InboundNeighborsAsXml) {
  const auto values = of(kDomainDn, "msDS-NCReplInboundNeighbors");
  ASSERT_THAT(values, SizeIs(1));
  const auto xml = parsed(values.front());
  EXPECT_EQ(xml.element, "DS_REPL_NEIGHBOR");
  EXPECT_THAT(xml.names, ElementsAre("pszNamingContext", "pszSourceDsaDN", "pszSourceDsaAddress", "pszAsyncIntersiteTransportDN", "dwReplicaFlags", "dwReserved",
                                     "uuidNamingContextObjGuid", "uuidSourceDsaObjGuid", "uuidSourceDsaInvocationID", "uuidAsyncIntersiteTransportObjGuid",
                                     "usnLastObjChangeSynced", "usnAttributeFilter", "ftimeLastSyncSuccess", "ftimeLastSyncAttempt", "dwLastSyncResult",
                                     "cNumConsecutiveSyncFailures"));
  EXPECT_EQ(xml.fields.at("pszNamingContext"), kDomainDn);
  EXPECT_EQ(xml.fields.at("pszSourceDsaDN"), a.ntds_dn());
  EXPECT_EQ(xml.fields.at("pszSourceDsaAddress"), a.address());
  EXPECT_EQ(xml.fields.at("pszAsyncIntersiteTransportDN"), "");
  EXPECT_EQ(xml.fields.at("uuidSourceDsaObjGuid"), to_string(a.guid().value));
  EXPECT_EQ(xml.fields.at("uuidNamingContextObjGuid"), to_string(b.guid_of(kDomainDn).value));
  EXPECT_EQ(xml.fields.at("ftimeLastSyncSuccess"), "2026-11-22T12:00:00Z") << "the clock of the forest";
  EXPECT_EQ(xml.fields.at("dwLastSyncResult"), "0");
  EXPECT_THAT(of(kStaff, "msDS-NCReplInboundNeighbors"), IsEmpty()) << "no root of an NC";
}

TEST_F(ReplicationState, NeighborsInBinaryAreTheStructureOfS222) {
  const auto in = must(decode_repl_info<DS_REPL_NEIGHBORW_BLOB>("x", as_bytes(of(kDomainDn, "msDS-NCReplInboundNeighbors", true).at(0))));
  EXPECT_EQ(in.oszNamingContext.text(), kDomainDn);
  EXPECT_EQ(in.oszSourceDsaDN.text(), a.ntds_dn());
  EXPECT_FALSE(in.oszAsyncIntersiteTransportDN.present);
  EXPECT_EQ(in.uuidSourceDsaObjGuid, a.guid());
  EXPECT_EQ(in.usnAttributeFilter.value, b.reps_from(kDomainDn).at(0).usn_vec.usnHighPropUpdate);
  EXPECT_EQ(in.ftimeLastSyncSuccess, forest.wall());
  EXPECT_NE(in.dwReplicaFlags.value & drsuapi::DRS_WRIT_REP, 0u);
  const auto out = Reading{a, *admin, true}.of(a.find(kDomainDn), "msDS-NCReplOutboundNeighbors");
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(must(decode_repl_info<DS_REPL_NEIGHBORW_BLOB>("x", as_bytes(out.front()))).uuidSourceDsaObjGuid, b.guid());
}

TEST_F(ReplicationState, CursorsInBothForms) {
  const auto values = of(kDomainDn, "msDS-NCReplCursors");
  ASSERT_THAT(values, SizeIs(2)) << "ours and the source's";
  bool is_own_there = false;
  for (const auto& value : values) {
    const auto xml = parsed(value);
    EXPECT_EQ(xml.element, "DS_REPL_CURSOR");
    EXPECT_THAT(xml.names, ElementsAre("uuidSourceDsaInvocationID", "usnAttributeFilter", "ftimeLastSyncSuccess", "pszSourceDsaDN"));
    is_own_there = is_own_there || xml.fields.at("pszSourceDsaDN") == b.ntds_dn();
  }
  EXPECT_TRUE(is_own_there);
  const auto binary = of(kDomainDn, "msDS-NCReplCursors", true);
  ASSERT_THAT(binary, SizeIs(2));
  const auto cursor = must(decode_repl_info<DS_REPL_CURSOR_BLOB>("x", as_bytes(binary.front())));
  EXPECT_EQ(to_string(cursor.uuidSourceDsaInvocationID.value), parsed(values.front()).fields.at("uuidSourceDsaInvocationID"));
  EXPECT_EQ(std::to_string(cursor.usnAttributeFilter.value), parsed(values.front()).fields.at("usnAttributeFilter"));
}

TEST_F(ReplicationState, MetadataOfAttributes) {
  b.set(kAnn, repl::attid::kDescription, {repl::text_value("<here & now>")});
  const auto values = of(kAnn, "msDS-ReplAttributeMetaData");
  const auto binary = of(kAnn, "msDS-ReplAttributeMetaData", true);
  ASSERT_EQ(values.size(), binary.size());
  bool found = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto xml = parsed(values[i]);
    EXPECT_EQ(xml.element, "DS_REPL_ATTR_META_DATA");
    EXPECT_THAT(xml.names, ElementsAre("pszAttributeName", "dwVersion", "ftimeLastOriginatingChange", "uuidLastOriginatingDsaInvocationID",
                                       "usnOriginatingChange", "usnLocalChange", "pszLastOriginatingDsaDN"));
    const auto blob = must(decode_repl_info<DS_REPL_ATTR_META_DATA_BLOB>("x", as_bytes(binary[i])));
    EXPECT_EQ(blob.oszAttributeName.text(), xml.fields.at("pszAttributeName"));
    EXPECT_EQ(std::to_string(blob.usnLocalChange.value), xml.fields.at("usnLocalChange"));
    if (xml.fields.at("pszAttributeName") != "description") continue;
    found = true;
    EXPECT_EQ(xml.fields.at("dwVersion"), "1");
    EXPECT_EQ(xml.fields.at("pszLastOriginatingDsaDN"), b.ntds_dn());
  }
  EXPECT_TRUE(found);
}

TEST_F(ReplicationState, MetadataOfLinkValuesPresentAndAbsent) {
  a.link(kStaff, "CN=bob,OU=people,DC=lab,DC=example");
  forest.pass(5);
  b.link(kStaff, "CN=bob,OU=people,DC=lab,DC=example");
  b.unlink(kStaff, kAnn);
  const auto values = of(kStaff, "msDS-ReplValueMetaData");
  const auto binary = of(kStaff, "msDS-ReplValueMetaData", true);
  ASSERT_THAT(values, SizeIs(2));
  ASSERT_THAT(binary, SizeIs(2));
  std::map<std::string, std::string> deleted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto xml = parsed(values[i]);
    EXPECT_EQ(xml.element, "DS_REPL_VALUE_META_DATA");
    EXPECT_THAT(xml.names, ElementsAre("pszAttributeName", "pszObjectDn", "cbData", "pbData", "ftimeDeleted", "ftimeCreated", "dwVersion",
                                       "ftimeLastOriginatingChange", "uuidLastOriginatingDsaInvocationID", "usnOriginatingChange", "usnLocalChange",
                                       "pszLastOriginatingDsaDN"));
    EXPECT_EQ(xml.fields.at("pszAttributeName"), "member");
    EXPECT_EQ(xml.fields.at("cbData"), "0");
    deleted[xml.fields.at("pszObjectDn")] = xml.fields.at("ftimeDeleted");
    const auto blob = must(decode_repl_info<DS_REPL_VALUE_META_DATA_BLOB>("x", as_bytes(binary[i])));
    EXPECT_EQ(blob.padding, 0u) << "laid out as a C compiler does";
    EXPECT_EQ(blob.oszObjectDn.text(), xml.fields.at("pszObjectDn"));
    EXPECT_EQ(std::to_string(blob.usnLocalChange.value), xml.fields.at("usnLocalChange"));
    EXPECT_EQ(blob.oszLastOriginatingDsaDN.text(), xml.fields.at("pszLastOriginatingDsaDN"));
  }
  EXPECT_EQ(deleted.at("CN=bob,OU=people,DC=lab,DC=example"), "1601-01-01T00:00:00Z") << "still there";
  EXPECT_EQ(deleted.at(std::string(kAnn)), "2026-11-22T12:00:05Z");
}

TEST_F(ReplicationState, S3114_4RightsBeyondReadProperty) {
  for (const auto* name : {"msDS-NCReplInboundNeighbors", "msDS-NCReplOutboundNeighbors", "msDS-NCReplCursors", "msDS-ReplAttributeMetaData"})
    EXPECT_THAT(of_operator(kDomainDn, name), IsEmpty()) << name;
  b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kMonitorTopology));
  EXPECT_THAT(of_operator(kDomainDn, "msDS-NCReplInboundNeighbors"), SizeIs(1));
  EXPECT_THAT(of_operator(kDomainDn, "msDS-NCReplCursors"), SizeIs(2));
  EXPECT_THAT(of_operator(kDomainDn, "msDS-ReplAttributeMetaData"), IsEmpty()) << "who monitors sees no stamps";
  b.set_descriptor(kDomainDn, Descriptor().allow_right(kOperatorSid, right::kManageTopology));
  EXPECT_FALSE(of_operator(kAnn, "msDS-ReplAttributeMetaData").empty()) << "the right counts on the root of the NC";
  EXPECT_FALSE(of_operator(kStaff, "msDS-ReplValueMetaData").empty());
}

TEST_F(ReplicationState, StateOfTheNcAsAttributes) {
  const auto from = of(kDomainDn, "repsFrom");
  ASSERT_THAT(from, SizeIs(1));
  EXPECT_EQ(must(repl::decode_reps_from(as_bytes(from.front()))).uuid_dsa, a.guid());
  const auto to = Reading{a, *admin}.of(a.find(kDomainDn), "repsTo");
  ASSERT_THAT(to, SizeIs(1));
  EXPECT_EQ(must(repl::decode_reps_to(as_bytes(to.front()))).uuid_dsa, b.guid());
  const auto vector = of(kDomainDn, "replUpToDateVector");
  ASSERT_THAT(vector, SizeIs(1));
  EXPECT_FALSE(must(repl::decode_utd(as_bytes(vector.front()))).empty());
  EXPECT_THAT(of(kStaff, "replUpToDateVector"), IsEmpty());
  EXPECT_THAT(of(kDomainDn, "partialAttributeSet"), IsEmpty());
}

TEST_F(ReplicationState, RootDseNeighborsOfAllNcs) {
  EXPECT_TRUE(is_repl_state("msds-replallinboundneighbors"));
  EXPECT_FALSE(is_repl_state("msDS-NCReplCursors"));
  EXPECT_FALSE(repl_state_values(b, *admin, "highestCommittedUSN", false));
  const auto in = state("msDS-ReplAllInboundNeighbors");
  ASSERT_THAT(in, SizeIs(3));
  EXPECT_EQ(parsed(in.front()).element, "DS_REPL_NEIGHBOR");
  EXPECT_THAT(state("msDS-ReplAllInboundNeighbors", true), SizeIs(3));
  EXPECT_THAT(must(repl_state_values(a, *admin, "msDS-ReplAllOutboundNeighbors", false)), SizeIs(3));
  for (const auto* name : {"msDS-ReplAllInboundNeighbors", "msDS-ReplPendingOps", "msDS-ReplQueueStatistics", "msDS-ReplLinkFailures"})
    EXPECT_THAT(must(repl_state_values(b, *operator_(), name, false)), IsEmpty()) << name;
}

TEST_F(ReplicationState, RootDseFailures) {
  EXPECT_THAT(state("msDS-ReplConnectionFailures"), IsEmpty());
  KccFailures failures;
  failures.links.push_back({.dsa = a.guid(), .time_first_failure = to_ds_time(forest.wall()), .failure_count = 7, .last_result = win32::kRpcSServerUnavailable});
  b.set_kcc_failures(failures);
  const auto xml = parsed(state("msDS-ReplLinkFailures").at(0));
  EXPECT_EQ(xml.element, "DS_REPL_KCC_DSA_FAILURE");
  EXPECT_THAT(xml.names, ElementsAre("pszDsaDN", "uuidDsaObjGuid", "ftimeFirstFailure", "cNumFailures", "dwLastResult"));
  EXPECT_EQ(xml.fields.at("cNumFailures"), "7");
  EXPECT_EQ(xml.fields.at("dwLastResult"), "1722");
  const auto blob = must(decode_repl_info<DS_REPL_KCC_DSA_FAILUREW_BLOB>("x", as_bytes(state("msDS-ReplLinkFailures", true).at(0))));
  EXPECT_EQ(blob.oszDsaDN.text(), a.ntds_dn());
  EXPECT_EQ(blob.cNumFailures, 7u);
}

TEST_F(ReplicationState, RootDsePendingOperationsAndStatistics) {
  const auto statistics = parsed(state("msDS-ReplQueueStatistics").at(0));
  EXPECT_EQ(statistics.element, "DS_REPL_QUEUE_STATISTICS");
  EXPECT_THAT(statistics.names, ElementsAre("ftimeCurrentOpStarted", "cNumPendingOps", "ftimeOldestSync", "ftimeOldestAdd", "ftimeOldestMod",
                                            "ftimeOldestDel", "ftimeOldestUpdRefs"));
  EXPECT_EQ(statistics.fields.at("cNumPendingOps"), "0");
  EXPECT_EQ(statistics.fields.at("ftimeOldestUpdRefs"), "1601-01-01T00:00:00Z");
  b.hold();
  repl::Request request;
  request.nc = b.guid_of(kDomainDn);
  request.nc_dn = std::string(kDomainDn);
  request.dsa_dn = a.ntds_dn();
  repl::ReplicaSyncRequest sync;
  sync.source_dsa = a.guid();
  request.operation = sync;
  b.submit(request, [](Win32) {});
  const auto operations = state("msDS-ReplPendingOps");
  ASSERT_THAT(operations, SizeIs(1));
  const auto operation = parsed(operations.front());
  EXPECT_EQ(operation.element, "DS_REPL_OP");
  EXPECT_THAT(operation.names, ElementsAre("ftimeEnqueued", "ulSerialNumber", "ulPriority", "OpType", "ulOptions", "pszNamingContext", "pszDsaDN",
                                           "pszDsaAddress", "uuidNamingContextObjGuid", "uuidDsaObjGuid"));
  EXPECT_EQ(operation.fields.at("OpType"), "0");
  EXPECT_EQ(operation.fields.at("pszNamingContext"), kDomainDn);
  const auto blob = must(decode_repl_info<DS_REPL_OPW_BLOB>("x", as_bytes(state("msDS-ReplPendingOps", true).at(0))));
  EXPECT_EQ(blob.oszNamingContext.text(), kDomainDn);
  EXPECT_EQ(blob.ftimeEnqueued, forest.wall());
  const auto octets = state("msDS-ReplQueueStatistics", true).at(0);
  ASSERT_EQ(octets.size(), 52u);
  EXPECT_EQ(load_le<std::uint32_t>(as_bytes(octets).data() + 8), 1u);
  EXPECT_EQ(FileTime{static_cast<std::int64_t>(load_le<std::uint64_t>(as_bytes(octets).data() + 12))}, forest.wall());
  b.release();
}

TEST(ReplForms, XmlIsWellFormedWhateverTextsHold) {
  const constructed::ReplFields fields{{"pszObjectDn", std::optional<std::string>("a<b>&\"c'\x01\xEF\xBF\xBE\tend")}, {"pbData", Bytes{1, 0xAB}}};
  const auto xml = constructed::to_xml("X", fields);
  EXPECT_EQ(xml, "<X>\n\t<pszObjectDn>a&lt;b&gt;&amp;\"c'\xEF\xBF\xBD\xEF\xBF\xBD\tend</pszObjectDn>\n\t<pbData>01ab</pbData>\n</X>\n");
  EXPECT_EQ(parsed(xml).fields.at("pbData"), "01ab");
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
