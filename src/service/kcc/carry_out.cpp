// SPDX-License-Identifier: Apache-2.0
// See carry_out.hpp. [MS-ADTS] 6.2.2.2, 6.2.2.3 (connections), 6.1.2.3 (lists of NCs).
#include "service/kcc/carry_out.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/modify.hpp"
#include "repl/updates/remove.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/kcc/kcc_values.hpp"
#include "service/kcc/object_reader.hpp"

namespace tributary::service {
namespace {

using repl::Modification;
using repl::ModifyOperation;
using repl::NewAttribute;
using repl::NewValue;
using store::Dnt;
using store::kNoDnt;
using topology::NtdsConnection;

constexpr repl::ModifyOptions kAsSystem{repl::CheckLevel::kReplica, true, false};

Bytes big_endian(std::uint32_t number) {
  Bytes octets(4);
  store_be(octets.data(), number);
  return octets;
}

Result<NewValue> schedule_value(const topology::Schedule& schedule) {
  const auto octets = drsuapi::blobs::encode_schedule(topology::to_blob(schedule));
  return octets ? Result<NewValue>(repl::octets_value(*octets)) : std::unexpected(octets.error());
}

class PlanWriter {
 public:
  PlanWriter(store::WriteTransaction& tx, const repl::Context& context) : tx_(tx), context_(context), reader_(tx, *context.schema) {}

  Result<void> create(const NtdsConnection& connection);
  Result<void> modify(const NtdsConnection& before, const NtdsConnection& after);
  Result<void> remove(const NtdsConnection& connection);
  Result<void> claim_istg(const topology::ConfigurationView& view, const DsaGuid& dsa);
  [[nodiscard]] repl::Updates take() { return std::move(updates_); }

 private:
  /// The object, or kNoDnt when it is gone.
  Result<Dnt> find(const Guid& guid) { return repl::resolve_guid(tx_, ObjectGuid{guid}); }
  Result<std::vector<NewAttribute>> attributes_of(const NtdsConnection& connection);
  Result<void> change(Dnt dnt, std::span<const Modification> modifications);
  Result<void> write_reasons(Dnt dnt, std::span<const topology::NcReason> reasons);
  Result<Bytes> descriptor(Dnt parent, const schema::ClassSchema& object_class);

  store::WriteTransaction& tx_;
  const repl::Context& context_;
  ObjectReader reader_;
  repl::Updates updates_;
};

/// All but the reasons: those may name NCs of which nothing but the name is known here.
Result<std::vector<NewAttribute>> PlanWriter::attributes_of(const NtdsConnection& connection) {
  const auto source = find(connection.from_server.value);
  const auto transport = find(connection.transport.value);
  if (!source || !transport) return std::unexpected(source ? transport.error() : source.error());
  std::vector<NewAttribute> attributes = {{reader_.attid("options"), {repl::u32_value(connection.options)}},
                                          {reader_.attid("enabledConnection"), {repl::bool_value(connection.enabled)}}};
  attributes.push_back({reader_.attid("fromServer"), *source == kNoDnt ? std::vector<NewValue>{} : std::vector{repl::reference_value(*source)}});
  attributes.push_back({reader_.attid("transportType"), *transport == kNoDnt ? std::vector<NewValue>{} : std::vector{repl::reference_value(*transport)}});
  attributes.push_back({reader_.attid("schedule"), {}});
  if (connection.schedule) {
    auto value = schedule_value(*connection.schedule);
    if (!value) return std::unexpected(value.error());
    attributes.back().values.push_back(std::move(*value));
  }
  return attributes;
}

/// Of the system: our own DSA keeps its connections.
Result<Bytes> PlanWriter::descriptor(Dnt parent, const schema::ClassSchema& object_class) {
  NewObjectDescriptor object;
  object.parent = parent;
  object.object_class = &object_class;
  const auto settings = repl::resolve_guid(tx_, ObjectGuid{context_.dsa.value});
  if (!settings) return std::unexpected(settings.error());
  const auto own = repl::find_object(tx_, *settings, win32::kErrorDsObjNotFound);
  if (!own) return std::unexpected(own.error());
  const auto domains = reader_.references(*own, "msDS-HasDomainNCs");
  if (!domains) return std::unexpected(domains.error());
  for (const auto& domain : *domains) {
    const auto root = tx_.find(domain.dnt);
    if (!root) return std::unexpected(root.error());
    if (*root) object.domains = {(*root)->head().sid, (*root)->head().sid};
  }
  const security::Token system{.user = security::sids::kLocalSystem, .groups = {security::sids::kAdministrators}};
  return new_object_descriptor(context_, tx_, system, object);
}

Result<void> PlanWriter::create(const NtdsConnection& connection) {
  const auto parent = find(connection.parent.value);
  if (!parent) return std::unexpected(parent.error());
  if (*parent == kNoDnt) return {};
  auto attributes = attributes_of(connection);
  if (!attributes) return std::unexpected(attributes.error());
  const auto* object_class = context_.schema->find_class("nTDSConnection");
  if (object_class == nullptr) return fail(win32::kErrorDsObjClassNotDefined, "nTDSConnection");
  auto descriptor_octets = descriptor(*parent, *object_class);
  if (!descriptor_octets) return std::unexpected(descriptor_octets.error());
  repl::AddRequest request;
  request.parent = *parent;
  request.rdn = to_string(connection.guid);
  request.guid = connection.guid;
  std::erase_if(*attributes, [](const NewAttribute& each) { return each.values.empty(); });
  request.attributes = std::move(*attributes);
  request.attributes.push_back({repl::attid::kObjectClass, {repl::u32_value(static_cast<std::uint32_t>(object_class->attid))}});
  request.attributes.push_back({repl::attid::kSystemFlags, {repl::u32_value(topology::kConnectionSystemFlags)}});
  request.attributes.push_back({repl::attid::kNtSecurityDescriptor, {repl::octets_value(*descriptor_octets)}});
  const auto made = repl::add(tx_, context_, request, repl::CheckLevel::kReplica);
  if (!made) return std::unexpected(made.error());
  updates_.append(made->updates);
  return write_reasons(made->dnt, connection.reasons);
}

Result<void> PlanWriter::change(Dnt dnt, std::span<const Modification> modifications) {
  const auto changed = repl::modify(tx_, context_, dnt, modifications, kAsSystem);
  if (!changed) return std::unexpected(changed.error());
  updates_.append(*changed);
  return {};
}

Result<void> PlanWriter::write_reasons(Dnt dnt, std::span<const topology::NcReason> reasons) {
  std::vector<NewValue> values;
  for (const auto& each : reasons) {
    const auto nc = tx_.find_guid(each.nc);
    if (!nc) return std::unexpected(nc.error());
    if (*nc != kNoDnt) values.push_back(repl::reference_value(*nc, big_endian(each.reason)));
  }
  const auto object = repl::find_object(tx_, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  const auto attribute = reader_.attid("mS-DS-ReplicatesNCReason");
  if (values.empty() && !object->first(attribute)) return {};
  repl::ObjectEditor editor(tx_, context_, *object);
  editor.set(attribute, values);
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  updates_.objects.push_back(*written);
  return {};
}

Result<void> PlanWriter::modify(const NtdsConnection& before, const NtdsConnection& after) {
  const auto dnt = find(after.guid.value);
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == kNoDnt) return {};
  const auto attributes = attributes_of(after);
  if (!attributes) return std::unexpected(attributes.error());
  std::vector<Modification> modifications;
  for (const auto& each : *attributes) modifications.push_back({ModifyOperation::kReplace, each.attid, each.values});
  if (auto done = change(*dnt, modifications); !done) return done;
  return before.reasons == after.reasons ? Result<void>() : write_reasons(*dnt, after.reasons);
}

Result<void> PlanWriter::remove(const NtdsConnection& connection) {
  const auto dnt = find(connection.guid.value);
  if (!dnt) return std::unexpected(dnt.error());
  const auto object = *dnt == kNoDnt ? Result<std::optional<store::ObjectView>>(std::nullopt) : tx_.find(*dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object || repl::is_deleted(**object)) return {};
  const auto removed = repl::remove_object(tx_, context_, *dnt, repl::CheckLevel::kReplica);
  if (!removed) return std::unexpected(removed.error());
  updates_.append(*removed);
  return {};
}

Result<void> PlanWriter::claim_istg(const topology::ConfigurationView& view, const DsaGuid& dsa) {
  const auto own = std::ranges::find(view.dsas, dsa, &topology::NtdsDsa::guid);
  if (own == view.dsas.end()) return {};
  const auto server = std::ranges::find(view.servers, own->server, &topology::Server::guid);
  if (server == view.servers.end()) return {};
  const auto site = std::ranges::find(view.sites, server->site, &topology::Site::guid);
  if (site == view.sites.end() || !site->settings) return {};
  const auto settings = find(site->settings->guid.value);
  const auto generator = find(dsa.value);
  if (!settings || !generator) return std::unexpected(settings ? generator.error() : settings.error());
  if (*settings == kNoDnt || *generator == kNoDnt) return {};
  const Modification claim{ModifyOperation::kReplace, reader_.attid("interSiteTopologyGenerator"), {repl::reference_value(*generator)}};
  return change(*settings, std::span(&claim, 1));
}

Result<void> write_objects(PlanWriter& writer, const topology::ConfigurationView& view, const topology::KccPlan& plan) {
  for (const auto& each : plan.creates)
    if (auto done = writer.create(each.connection); !done) return done;
  for (const auto& each : plan.modifies)
    if (auto done = writer.modify(each.before, each.after); !done) return done;
  for (const auto& each : plan.deletes)
    if (auto done = writer.remove(each.connection); !done) return done;
  return plan.claims_istg ? writer.claim_istg(view, plan.dsa) : Result<void>();
}

/// One of the lists of NTDS Settings, as it is to be.
struct NcList {
  std::string_view attribute;
  std::vector<NewValue> wanted;
};

Result<std::array<NcList, 4>> wanted_lists(const store::Snapshot& snapshot, const repl::Context& context) {
  std::array<NcList, 4> lists{{{"msDS-hasMasterNCs", {}}, {"msDS-hasFullReplicaNCs", {}}, {"hasPartialReplicaNCs", {}}, {"msDS-HasInstantiatedNCs", {}}}};
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto replica = snapshot.nc_replica(root);
    const auto object = snapshot.find(root);
    if (!replica || !object) return std::unexpected(replica ? object.error() : replica.error());
    if (!*replica || !*object) continue;
    const std::size_t kind = (*replica)->partial ? 2 : context.rules.read_only || !(*replica)->writable ? 1 : 0;
    lists[kind].wanted.push_back(repl::reference_value(root));
    const auto type = repl::instance_type(**object) | ((*replica)->going ? std::uint32_t{drsuapi::IT_NC_GOING} : 0u);
    lists[3].wanted.push_back(repl::reference_value(root, big_endian(type)));
  }
  return lists;
}

/// What has to be removed and added so that the attribute has the values; nothing when it has.
Result<std::vector<Modification>> differences(const ObjectReader& reader, const store::ObjectView& object, const NcList& list) {
  const auto present = reader.references(object, list.attribute);
  if (!present) return std::unexpected(present.error());
  Modification removals{ModifyOperation::kDelete, reader.attid(list.attribute), {}};
  Modification additions{ModifyOperation::kAdd, reader.attid(list.attribute), list.wanted};
  for (const auto& each : *present) {
    const auto value = repl::reference_value(each.dnt, each.rest);
    if (std::erase(additions.values, value) == 0) removals.values.push_back(value);
  }
  std::vector<Modification> modifications;
  for (auto* each : {&removals, &additions})
    if (!each->values.empty()) modifications.push_back(std::move(*each));
  return modifications;
}

}  // namespace

Result<repl::Updates> write_kcc_plan(store::WriteTransaction& tx, const repl::Context& context, const topology::ConfigurationView& view,
                                     const topology::KccPlan& plan) {
  const auto configuration = repl::resolve_guid(tx, view.config_nc);
  if (!configuration) return std::unexpected(configuration.error());
  PlanWriter writer(tx, context);
  // A read-only DSA writes down nothing but what is its own.
  if (repl::check_writable(tx, context, *configuration))
    if (auto done = write_objects(writer, view, plan); !done) return std::unexpected(done.error());
  if (auto done = write_kcc_values(tx, plan, context.ds_now()); !done) return std::unexpected(done.error());
  return writer.take();
}

Result<repl::Updates> update_nc_lists(store::WriteTransaction& tx, const repl::Context& context) {
  const auto own = repl::resolve_guid(tx, ObjectGuid{context.dsa.value});
  if (!own) return std::unexpected(own.error());
  const auto object = *own == kNoDnt ? Result<std::optional<store::ObjectView>>(std::nullopt) : tx.find(*own);
  if (!object) return std::unexpected(object.error());
  if (!*object || repl::is_deleted(**object) || !repl::check_writable(tx, context, (*object)->nc())) return repl::Updates{};
  const auto lists = wanted_lists(tx, context);
  if (!lists) return std::unexpected(lists.error());
  const ObjectReader reader(tx, *context.schema);
  std::vector<Modification> modifications;
  for (const auto& list : *lists) {
    auto some = differences(reader, **object, list);
    if (!some) return std::unexpected(some.error());
    modifications.insert(modifications.end(), some->begin(), some->end());
  }
  if (modifications.empty()) return repl::Updates{};
  return repl::modify(tx, context, *own, modifications, kAsSystem);
}

}  // namespace tributary::service
