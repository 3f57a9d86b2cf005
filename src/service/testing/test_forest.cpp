// SPDX-License-Identifier: Apache-2.0
// The forest of the tests: three NCs, the objects of its DSAs ([MS-ADTS] 6.1.1.2), and how a DSA joins. Declared in test_dsa.hpp.
#include "base/win32.hpp"
#include "service/access.hpp"
#include "service/testing/test_dsa.hpp"

namespace tributary::service::testing {

using namespace repl;
using repl::testing::attid_of;
using repl::testing::must;
using store::Dnt;

namespace {

constexpr std::uint32_t kFullControl = 0x000F01FF;

/// Administrators may everything, DSAs may replicate; nobody else anything.
Descriptor usual_descriptor() {
  Descriptor descriptor;
  descriptor.allow(kAdministratorsSid, kFullControl);
  for (const auto& each : {right::kGetChanges, right::kGetChangesAll, right::kSynchronize, right::kManageTopology})
    descriptor.allow_right("S-1-5-9", each);
  return descriptor;
}

NcRequest nc_request(std::string_view dn, NcKind kind) {
  NcRequest request;
  request.dn = std::string(dn);
  request.kind = kind;
  if (kind == NcKind::kDomain) request.sid = parse_sid(kDomainSid).value();
  const Bytes descriptor = usual_descriptor().octets();
  request.attributes = {{attid::kNtSecurityDescriptor, {octets_value(descriptor)}}};
  request.container_descriptor = descriptor;
  return request;
}

}  // namespace

TestForest::TestForest() : wall_(to_file_time(DsTime{13'439'822'400})) {
  make_first();
}
TestForest::~TestForest() = default;

void TestForest::make_first() {
  dsas_.push_back(std::make_unique<TestDsa>(*this, 1, "dsa-a"));
  auto& dsa = first();
  const auto make = [&](std::string_view dn, NcKind kind) {
    const auto tx = dsa.store_->write();
    const auto made = must(create_nc(*tx, dsa.context(), nc_request(dn, kind), CheckLevel::kReplica));
    must(tx->commit());
    return must(dsa.store_->read()->find(made.root))->guid();
  };
  dsa.identity_.domain_nc = make(kDomainDn, NcKind::kDomain);
  dsa.identity_.configuration_nc = make(kConfigurationDn, NcKind::kConfiguration);
  dsa.identity_.schema_nc = make(kSchemaDn, NcKind::kSchema);

  const std::string configuration(kConfigurationDn);
  dsa.add(configuration, "crossRefContainer", "Partitions");
  const auto cross_ref = [&](std::string name, std::string_view nc, std::uint32_t flags) {
    dsa.add("CN=Partitions," + configuration, "crossRef", std::move(name),
            {{attid::kNcName, {reference_value(dsa.find(nc))}},
             {attid::kSystemFlags, {u32_value(flags)}},
             {attid_of("dnsRoot"), {text_value("lab.example")}}});
  };
  cross_ref("Enterprise Configuration", kConfigurationDn, 1);
  cross_ref("Enterprise Schema", kSchemaDn, 1);
  cross_ref("LAB", kDomainDn, 3);
  dsa.add(configuration, "sitesContainer", "Sites");
  dsa.add("CN=Sites," + configuration, "site", "Default-First-Site-Name");
  dsa.add(kSiteDn, "serversContainer", "Servers");
  dsa.identity_.site = dsa.guid_of(kSiteDn);
  add_dsa_objects(dsa);

  dsa.add(kDomainDn, "organizationalUnit", "people");
  const std::string people = "OU=people," + std::string(kDomainDn);
  dsa.add(people, "user", "ann", {{attid::kSamAccountName, {text_value("ann")}}});
  dsa.add(people, "user", "bob", {{attid::kSamAccountName, {text_value("bob")}}});
  dsa.add(people, "group", "staff", {{attid::kSamAccountName, {text_value("staff")}}, {attid::kGroupType, {u32_value(0x80000008)}}});
  dsa.link("CN=staff," + people, "CN=ann," + people);
  dsa.replicas_changed();
  dsa.tell(Startup{});
}

void TestForest::add_dsa_objects(TestDsa& dsa) {
  auto& at = first();
  const std::string servers = "CN=Servers," + std::string(kSiteDn);
  at.add(servers, "server", dsa.name_, {{attid_of("dNSHostName"), {text_value(dsa.identity_.host_name)}}});
  AddRequest request;
  request.parent = at.find("CN=" + dsa.name_ + "," + servers);
  request.rdn = "NTDS Settings";
  request.guid = ObjectGuid{dsa.identity_.dsa.value};
  request.attributes = {{attid::kObjectClass, {repl::testing::class_value("nTDSDSA")}},
                        {attid_of("invocationId"), {octets_value(dsa.invocation_.value.octets)}},
                        {attid_of("msDS-HasDomainNCs"), {reference_value(at.find(kDomainDn))}}};
  for (const auto* attribute : {"hasMasterNCs", "msDS-hasMasterNCs"})
    request.attributes.push_back({attid_of(attribute),
                                  {reference_value(at.find(kDomainDn)), reference_value(at.find(kConfigurationDn)), reference_value(at.find(kSchemaDn))}});
  (void)must(at.update([&](const Context& context, WriteTransaction& tx) -> Result<Updates> {
    auto added = repl::add(tx, context, request, CheckLevel::kReplica);
    if (!added) return std::unexpected(std::move(added.error()));
    return std::move(added->updates);
  }));
}

TestDsa& TestForest::join(std::string name) {
  dsas_.push_back(std::make_unique<TestDsa>(*this, static_cast<std::uint8_t>(dsas_.size() + 1), std::move(name)));
  auto& dsa = *dsas_.back();
  auto identity = first().identity();
  identity.dsa = dsa.identity_.dsa;
  identity.host_name = dsa.identity_.host_name;
  dsa.identity_ = std::move(identity);
  add_dsa_objects(dsa);
  dsa.tell(Startup{});
  for (const auto& nc : {dsa.identity_.schema_nc, dsa.identity_.configuration_nc, dsa.identity_.domain_nc}) {
    ReplicaAddRequest add;
    add.source_address = first().address();
    add.source_dsa = {true, first().guid().value};
    add.options = drsuapi::DRS_WRIT_REP | drsuapi::DRS_INIT_SYNC | drsuapi::DRS_ASYNC_REP;
    Win32 result = win32::kErrorInternalError;
    Request request;
    request.caller = "join";
    request.nc = nc;
    request.operation = add;
    dsa.submit(std::move(request), [&result](Win32 code) { result = code; });
    EXPECT_EQ(result, win32::kErrorSuccess) << win32_name(result);
    dsa.replicas_changed();
  }
  return dsa;
}

TestDsa* TestForest::find(const DsaGuid& guid) {
  for (const auto& dsa : dsas_)
    if (dsa->guid() == guid) return dsa.get();
  return nullptr;
}

void TestForest::pass(std::int64_t seconds) {
  const std::lock_guard lock(world_);
  wall_.ticks += seconds * 10'000'000;
  mono_ += std::chrono::seconds(seconds);
}

}  // namespace tributary::service::testing
