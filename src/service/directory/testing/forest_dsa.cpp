// SPDX-License-Identifier: Apache-2.0
// A forest in memory and its callers. Declared in forest_dsa.hpp.
#include "service/directory/testing/forest_dsa.hpp"

#include <algorithm>

#include "repl/updates/garbage.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/new_object_descriptor.hpp"

namespace tributary::service::testing {

using namespace repl;
using repl::testing::attid_of;
using repl::testing::must;
namespace sids = security::sids;

namespace {

constexpr std::string_view kDomainSid = "S-1-5-21-1-2-3";

Guid numbered(std::uint8_t number) {
  Guid guid;
  guid.octets.fill(number);
  return guid;
}

CallContext call_of(std::string principal, const Sid& user, std::vector<Sid> groups, const Guid& client) {
  auto caller = std::make_shared<Caller>();
  caller->principal = std::move(principal);
  groups.push_back(sids::kEveryone);
  groups.push_back(sids::kAuthenticatedUsers);
  std::ranges::sort(groups);
  caller->token = {user, std::move(groups), {}};
  caller->address = "127.0.0.1:40312";
  auto binding = std::make_shared<DrsBinding>();
  binding->client_dsa = client;
  binding->client.dwFlags = drsuapi::DRS_EXT_BASE | drsuapi::DRS_EXT_WHISTLER_BETA3;
  CallContext call;
  call.caller = std::move(caller);
  call.binding = std::move(binding);
  call.cancelled = [] { return false; };
  return call;
}

Sid domain_rid(std::uint32_t rid) { return security::with_rid(parse_sid(kDomainSid).value(), rid); }

}  // namespace

ForestDsa::ForestDsa(std::unique_ptr<store::kv::Engine> engine) : random_(7) {
  context_.dsa = DsaGuid{numbered(0xD5)};
  context_.invocation_id = InvocationId{numbered(0x1D)};
  context_.schema = schema::Schema::embedded();
  context_.random = &random_;
  context_.now = to_file_time(DsTime{13'439'822'400});
  if (!engine) engine = store::memory::make_memory_engine();
  store_ = must(store::DirectoryStore::create(std::move(engine), {context_.dsa, context_.invocation_id},
                                              std::make_shared<SchemaIndex>(context_.schema)));
  ForestPlan plan;
  plan.names = {"lab.example", "LAB"};
  plan.host_name = "dsa-a";
  plan.domain_sid = parse_sid(kDomainSid).value();
  const auto created = must(create_forest(context_, *store_, plan));
  context_.schema = created.schema;
  store_->set_policy(std::make_shared<SchemaIndex>(context_.schema));
  identity_.dsa = context_.dsa;
  identity_.host_name = "dsa-a.lab.example";
  identity_.forest_dns_name = identity_.domain_dns_name = "lab.example";
  identity_.domain_netbios_name = "LAB";
  identity_.site = created.site_guid;
  identity_.configuration_nc = created.configuration_guid;
  identity_.schema_nc = created.schema_guid;
  identity_.domain_nc = created.domain_guid;
}

Result<Updates> ForestDsa::update(const Update& work) {
  const auto tx = store_->write();
  auto done = work(context_, *tx);
  if (!done) return done;
  if (auto committed = tx->commit(); !committed) return std::unexpected(committed.error());
  changes().notify();
  return done;
}

Result<std::uint64_t> ForestDsa::collect_garbage() {
  std::uint64_t gone = 0;
  for (bool more = true; more;) {
    const auto done = update([&](const repl::Context& context, store::WriteTransaction& tx) -> Result<Updates> {
      auto collected = repl::collect_garbage(tx, context, 100);
      if (!collected) return std::unexpected(std::move(collected.error()));
      more = collected->more;
      gone += collected->objects_removed + collected->links_removed;
      return std::move(collected->updates);
    });
    if (!done) return std::unexpected(done.error());
  }
  return gone;
}

Result<std::shared_ptr<client::DrsHandle>> ForestDsa::partner(const DsaGuid&, std::chrono::milliseconds) {
  return fail(win32::kRpcSServerUnavailable, "there is no other DSA");
}

Sid ForestDsa::sid_of(std::uint32_t rid) const { return domain_rid(rid); }

Dnt ForestDsa::add(std::string_view parent_dn, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes) {
  AddRequest request;
  request.parent = find(parent_dn);
  request.rdn = std::move(rdn);
  request.attributes = std::move(attributes);
  request.attributes.push_back({attid::kObjectClass, {repl::testing::class_value(object_class)}});
  const auto own_sid = std::ranges::find(request.attributes, attid::kObjectSid, &NewAttribute::attid);
  if (own_sid != request.attributes.end()) {
    request.sid = decode_sid(own_sid->values.front().octets).value();
    request.attributes.erase(own_sid);
  }
  Dnt made = store::kNoDnt;
  (void)must(update([&](const Context& context, WriteTransaction& tx) -> Result<Updates> {
    NewObjectDescriptor descriptor;
    descriptor.parent = request.parent;
    descriptor.object_class = context.schema->find_class(object_class);
    descriptor.domains = {parse_sid(kDomainSid).value(), parse_sid(kDomainSid).value()};
    const auto octets = new_object_descriptor(context, tx, founder_token(parse_sid(kDomainSid).value()), descriptor);
    if (!octets) return std::unexpected(octets.error());
    request.attributes.push_back({attid::kNtSecurityDescriptor, {octets_value(*octets)}});
    auto added = repl::add(tx, context, request, CheckLevel::kReplica);
    if (!added) return std::unexpected(added.error());
    made = added->dnt;
    return std::move(added->updates);
  }));
  return made;
}

Dnt ForestDsa::add_account(std::string_view object_class, std::string name, std::uint32_t rid, std::vector<NewAttribute> attributes) {
  attributes.push_back({attid::kSamAccountName, {text_value(name)}});
  attributes.push_back({attid::kObjectSid, {octets_value(encode_sid(sid_of(rid)))}});
  return add("CN=Users,DC=lab,DC=example", object_class, std::move(name), std::move(attributes));
}

void ForestDsa::set(Dnt object, Attid attid, std::vector<NewValue> values) {
  const Modification change{ModifyOperation::kReplace, attid, std::move(values)};
  (void)must(update([&](const Context& context, WriteTransaction& tx) {
    return modify(tx, context, object, std::span(&change, 1), {CheckLevel::kReplica, false, false});
  }));
}

void ForestDsa::link(Dnt source, Attid attid, Dnt target) {
  const Modification change{ModifyOperation::kAdd, attid, {reference_value(target)}};
  (void)must(update([&](const Context& context, WriteTransaction& tx) {
    return modify(tx, context, source, std::span(&change, 1), {CheckLevel::kReplica, false, false});
  }));
}

void ForestDsa::remove(Dnt object) {
  (void)must(update([&](const Context& context, WriteTransaction& tx) { return remove_object(tx, context, object, CheckLevel::kReplica); }));
}

Dnt ForestDsa::add_dsa(std::string_view site_dn, const std::string& host, std::uint32_t rid) {
  const Dnt computer = add(in_lab("OU=Domain Controllers,"), "computer", host,
                           {{attid::kSamAccountName, {text_value(host + "$")}},
                            {attid::kObjectSid, {octets_value(encode_sid(sid_of(rid)))}},
                            {attid::kUserAccountControl, {u32_value(0x82000)}},
                            {attid_of("dNSHostName"), {text_value(host + ".lab.example")}}});
  const std::string servers = "CN=Servers," + std::string(site_dn);
  if (find(servers) == store::kNoDnt) add(site_dn, "serversContainer", "Servers");
  add(servers, "server", host, {{attid_of("dNSHostName"), {text_value(host + ".lab.example")}}, {attid::kServerReference, {reference_value(computer)}}});
  const Guid invocation = numbered(static_cast<std::uint8_t>(rid));
  std::vector<NewAttribute> attributes = {{attid_of("invocationId"), {octets_value(invocation.octets)}}};
  for (const auto* list : {"hasMasterNCs", "msDS-hasMasterNCs"})
    attributes.push_back({attid_of(list), {reference_value(domain()), reference_value(configuration()),
                                           reference_value(find("CN=Schema,CN=Configuration,DC=lab,DC=example"))}});
  return add("CN=" + host + "," + servers, "nTDSDSA", "NTDS Settings", std::move(attributes));
}

Dnt ForestDsa::find(std::string_view dn) { return must(resolve_dn(*store_->read(), *context_.schema, dn)); }
std::string ForestDsa::dn(Dnt object) { return must(dn_of(*store_->read(), *context_.schema, object)); }
Guid ForestDsa::guid(Dnt object) { return must(store_->read()->find(object))->guid().value; }
drsuapi::DSNAME ForestDsa::dsname(Dnt object) { return must(dsname_of(*store_->read(), *context_.schema, object)); }

std::vector<std::string> ForestDsa::texts(Dnt object, Attid attid) {
  const auto snapshot = store_->read();
  const directory::Reader reader(context_, *snapshot, identity_);
  return reader.texts(reader.object(object), attid);
}

std::vector<Dnt> ForestDsa::links(Dnt source, Attid attid) {
  const auto snapshot = store_->read();
  return directory::Reader(context_, *snapshot, identity_).references(source, attid);
}

CallContext administrators_call() {
  return call_of("administrator@LAB.EXAMPLE", domain_rid(security::rid::kAdministrator),
                 {sids::kAdministrators, domain_rid(security::rid::kDomainAdmins), domain_rid(security::rid::kEnterpriseAdmins),
                  domain_rid(security::rid::kSchemaAdmins)},
                 client::kNtdsapiClientGuid);
}
CallContext dsa_call() {
  return call_of("dsa-b$@LAB.EXAMPLE", domain_rid(1100), {sids::kEnterpriseDomainControllers, domain_rid(security::rid::kDomainControllers)},
                 numbered(0xB0));
}
CallContext users_call(const Sid& user) { return call_of("ann@LAB.EXAMPLE", user == Sid{} ? domain_rid(1199) : user, {}, client::kNtdsapiClientGuid); }

CallContext with_flags(CallContext call, std::uint32_t client_flags) {
  auto binding = std::make_shared<DrsBinding>(*call.binding);
  binding->client.dwFlags = client_flags;
  call.binding = std::move(binding);
  return call;
}

}  // namespace tributary::service::testing
