// SPDX-License-Identifier: Apache-2.0
// See facts.hpp.
#include "dsa/core/facts.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/updates/optional_features.hpp"
#include "schema/schema.hpp"
#include "topology/configuration.hpp"

namespace tributary::dsa {
namespace {

using repl::Dnt;
using store::kNoDnt;
using store::ObjectView;
using store::Snapshot;

constexpr std::int64_t kSecondsPerDay = 86'400;

/// What a crossRef says of an NC.
struct CrossRef {
  Dnt nc = kNoDnt;
  std::uint32_t system_flags = 0;
  std::string dns_root, netbios_name;
  std::optional<std::int64_t> notify_first_s, notify_subsequent_s;
};

class FactsReader {
 public:
  FactsReader(const Snapshot& snapshot, const schema::Schema& schema, const DelayOverrides& delays)
      : snapshot_(snapshot), schema_(schema), delays_(delays) {}

  Result<Facts> read() {
    facts_.identity.dsa = snapshot_.identity().dsa;
    if (auto found = find_self(); !found) return std::unexpected(found.error());
    if (auto read = cross_refs(); !read) return std::unexpected(read.error());
    if (auto read = dsas(); !read) return std::unexpected(read.error());
    if (auto read = replicas(); !read) return std::unexpected(read.error());
    if (auto read = rules(); !read) return std::unexpected(read.error());
    return std::move(facts_);
  }

 private:
  [[nodiscard]] std::optional<store::Attid> attid(std::string_view name) const {
    const auto* attribute = schema_.find_attribute(name);
    return attribute ? std::optional(attribute->attid) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::int64_t> number(const ObjectView& object, std::string_view name) const {
    const auto id = attid(name);
    const auto value = id ? object.first_u32(*id) : std::nullopt;
    return value ? std::optional<std::int64_t>(static_cast<std::int32_t>(*value)) : std::nullopt;
  }
  [[nodiscard]] Dnt reference(const ObjectView& object, std::string_view name) const {
    const auto id = attid(name);
    const auto value = id ? object.first(*id) : std::nullopt;
    return value ? store::reference_target(*value) : kNoDnt;
  }
  [[nodiscard]] std::optional<ObjectView> object(Dnt dnt) const {
    if (dnt == kNoDnt) return std::nullopt;
    const auto found = snapshot_.find(dnt);
    return found ? *found : std::nullopt;
  }
  [[nodiscard]] ObjectGuid guid_of(Dnt dnt) const {
    const auto found = object(dnt);
    return found ? found->guid() : ObjectGuid{};
  }

  Result<void> find_self() {
    const auto own = snapshot_.find_guid(ObjectGuid{facts_.identity.dsa.value});
    if (!own) return std::unexpected(own.error());
    const auto dsa = object(*own);
    if (!dsa || has(dsa->flags(), store::ObjectFlags::kPhantom)) return {};
    facts_.dsa_options = static_cast<std::uint32_t>(number(*dsa, "options").value_or(0));
    facts_.rules.global_catalog = (facts_.dsa_options & drsuapi::kNtdsdsaOptIsGc) != 0;
    facts_.rules.read_only = repl::is_instance_of(schema_, *dsa, repl::class_id::kNtdsDsaRo);
    configuration_ = dsa->nc();
    const auto server = object(dsa->parent());
    if (!server) return {};
    facts_.identity.host_name = text_of(schema_, *server, "dNSHostName");
    if (const auto servers = object(server->parent())) site_ = servers->parent();
    facts_.identity.site = guid_of(site_);
    facts_.identity.configuration_nc = guid_of(configuration_);
    const auto schema_root = repl::schema_nc(snapshot_, schema_);
    if (!schema_root) return std::unexpected(schema_root.error());
    facts_.identity.schema_nc = guid_of(*schema_root);
    return {};
  }

  [[nodiscard]] Result<Dnt> child(Dnt parent, std::string_view rdn) const {
    return parent == kNoDnt ? Result<Dnt>(kNoDnt) : snapshot_.find_child(parent, rdn);
  }

  Result<void> cross_refs() {
    const auto partitions = child(configuration_, "Partitions");
    if (!partitions) return std::unexpected(partitions.error());
    if (*partitions == kNoDnt) return {};
    std::vector<Dnt> children;
    auto walked = snapshot_.children(*partitions, [&](const Dnt& each) { return children.push_back(each), true; });
    if (!walked) return walked;
    for (const Dnt each : children) {
      const auto found = object(each);
      if (!found || repl::is_deleted(*found)) continue;
      CrossRef cross_ref;
      cross_ref.nc = reference(*found, "nCName");
      cross_ref.system_flags = repl::system_flags(*found);
      cross_ref.dns_root = text_of(schema_, *found, "dnsRoot");
      cross_ref.netbios_name = text_of(schema_, *found, "nETBIOSName");
      cross_ref.notify_first_s = number(*found, "msDS-Replication-Notify-First-DSA-Delay");
      cross_ref.notify_subsequent_s = number(*found, "msDS-Replication-Notify-Subsequent-DSA-Delay");
      cross_refs_.push_back(std::move(cross_ref));
    }
    // The Configuration NC is below the root of the forest, whose crossRef has the forest's DNS name ([MS-ADTS] 6.1.1.1.1).
    const auto configuration_dn = repl::dn_of(snapshot_, schema_, configuration_);
    for (const auto& cross_ref : cross_refs_) {
      if ((cross_ref.system_flags & topology::kFlagCrNtdsDomain) == 0) continue;
      const auto dn = repl::dn_of(snapshot_, schema_, cross_ref.nc);
      if (dn && configuration_dn && equals_ignoring_case(*configuration_dn, "CN=Configuration," + *dn)) facts_.identity.forest_dns_name = cross_ref.dns_root;
    }
    return {};
  }

  Result<void> dsas() {
    const auto sites = child(configuration_, "Sites");
    if (!sites) return std::unexpected(sites.error());
    return *sites == kNoDnt ? Result<void>() : below(*sites, 0);
  }
  /// nTDSDSA objects stand at site/Servers/server/NTDS Settings: nothing deeper is looked at.
  Result<void> below(Dnt parent, int depth) {
    std::vector<Dnt> children;
    auto walked = snapshot_.children(parent, [&](const Dnt& each) { return children.push_back(each), true; });
    if (!walked) return walked;
    for (const Dnt each : children) {
      const auto found = object(each);
      if (!found || repl::is_deleted(*found)) continue;
      if (depth < 3) {
        if (auto done = below(each, depth + 1); !done) return done;
        continue;
      }
      if (!repl::is_instance_of(schema_, *found, repl::class_id::kNtdsDsa) && !repl::is_instance_of(schema_, *found, repl::class_id::kNtdsDsaRo)) continue;
      const auto server = object(found->parent());
      if (!server) continue;
      KnownDsa known;
      known.dn = repl::dn_of(snapshot_, schema_, each).value_or("");
      known.host_name = text_of(schema_, *server, "dNSHostName");
      if (const auto servers = object(server->parent())) known.site = guid_of(servers->parent());
      facts_.dsas[DsaGuid{found->guid().value}] = std::move(known);
    }
    return {};
  }

  Result<void> replicas() {
    const auto roots = snapshot_.nc_roots();
    if (!roots) return std::unexpected(roots.error());
    for (const Dnt root : *roots) {
      const auto stored = snapshot_.nc_replica(root);
      if (!stored) return std::unexpected(stored.error());
      const auto found = object(root);
      if (!found || !*stored || (*stored)->going) continue;
      const auto dn = repl::dn_of(snapshot_, schema_, root);
      if (!dn) return std::unexpected(dn.error());
      facts_.nc_guids[root] = found->guid();
      facts_.replicas.push_back(replica(root, *found, **stored, *dn));
    }
    return {};
  }
  repl::NcReplica replica(Dnt root, const ObjectView& found, const store::NcReplica& stored, const std::string& dn) {
    repl::NcReplica replica;
    replica.guid = found.guid();
    replica.dn = dn;
    replica.is_writable = stored.writable;
    if (replica.guid == facts_.identity.schema_nc) replica.kind = repl::NcImportance::kSchema;
    if (replica.guid == facts_.identity.configuration_nc) replica.kind = repl::NcImportance::kConfiguration;
    const auto cross_ref = std::ranges::find(cross_refs_, root, &CrossRef::nc);
    if (cross_ref != cross_refs_.end()) {
      replica.notify_first_s = cross_ref->notify_first_s;
      replica.notify_subsequent_s = cross_ref->notify_subsequent_s;
      const bool is_domain = (cross_ref->system_flags & topology::kFlagCrNtdsDomain) != 0 && stored.writable;
      if (is_domain && facts_.identity.domain_nc.is_null()) {
        facts_.identity.domain_nc = replica.guid;
        facts_.identity.domain_dns_name = cross_ref->dns_root;
        facts_.identity.domain_netbios_name = cross_ref->netbios_name;
      }
    }
    if (delays_.first_s) replica.notify_first_s = delays_.first_s;
    if (delays_.subsequent_s) replica.notify_subsequent_s = delays_.subsequent_s;
    for (const auto& octets : stored.reps_from) {
      auto value = repl::decode_reps_from(octets);
      if (!value) continue;  // of a later version: kept as it is, not used
      const auto known = facts_.dsas.find(value->uuid_dsa);
      repl::Source source{std::move(*value), {}, false};
      if (known != facts_.dsas.end()) {
        source.dsa_dn = known->second.dn;
        source.is_intrasite = known->second.site == facts_.identity.site;
      }
      replica.sources.push_back(std::move(source));
    }
    for (const auto& octets : stored.reps_to)
      if (auto value = repl::decode_reps_to(octets)) replica.partners.push_back(std::move(*value));
    return replica;
  }

  Result<void> rules() {
    Dnt at = configuration_;
    for (const auto* rdn : {"Services", "Windows NT", "Directory Service"}) {
      const auto next = child(at, rdn);
      if (!next) return std::unexpected(next.error());
      at = *next;
    }
    if (const auto service = object(at)) {
      // [MS-ADTS] 6.1.1.2.4.1.1: at least two days, 60 when there is none; the other one follows it.
      const auto tombstone = number(*service, "tombstoneLifetime");
      const auto days = tombstone ? std::max<std::int64_t>(*tombstone, 2) : 60;
      facts_.rules.tombstone_lifetime_s = days * kSecondsPerDay;
      const auto deleted = number(*service, "msDS-DeletedObjectLifetime");
      facts_.rules.deleted_object_lifetime_s = (deleted ? std::max<std::int64_t>(*deleted, 2) : days) * kSecondsPerDay;
    }
    return optional_features();
  }

  /// What the forest has enabled counts at once; that our nTDSDSA object does not say so yet is told ([MS-ADTS] 3.1.1.9.1, 3.1.1.9.2).
  Result<void> optional_features() {
    const auto partitions = child(configuration_, "Partitions");
    const auto self = snapshot_.find_guid(ObjectGuid{facts_.identity.dsa.value});
    if (!partitions || !self) return std::unexpected(partitions ? self.error() : partitions.error());
    for (const auto& feature : {repl::kRecycleBinFeature, repl::kPrivilegedAccessManagementFeature}) {
      const auto in_forest = repl::is_optional_feature_enabled(snapshot_, schema_, *partitions, feature);
      const auto in_dsa = repl::is_optional_feature_enabled(snapshot_, schema_, *self, feature);
      if (!in_forest || !in_dsa) return std::unexpected(in_forest ? in_dsa.error() : in_forest.error());
      if (*in_forest && !*in_dsa) facts_.features_to_adopt.push_back(feature);
      if (feature == repl::kRecycleBinFeature) facts_.rules.recycle_bin = *in_forest || *in_dsa;
    }
    return {};
  }

  const Snapshot& snapshot_;
  const schema::Schema& schema_;
  const DelayOverrides& delays_;
  Facts facts_;
  Dnt configuration_ = kNoDnt, site_ = kNoDnt;
  std::vector<CrossRef> cross_refs_;
};

}  // namespace

std::string text_of(const schema::Schema& schema, const store::ObjectView& object, std::string_view attribute) {
  const auto* definition = schema.find_attribute(attribute);
  const auto value = definition ? object.first(definition->attid) : std::nullopt;
  if (!value || value->size() % 2 != 0) return {};
  std::u16string text;
  for (std::size_t i = 0; i < value->size(); i += 2) text += static_cast<char16_t>(load_le<std::uint16_t>(value->data() + i));
  return to_utf8_lossy(text);
}

Result<Facts> read_facts(const store::Snapshot& snapshot, const schema::Schema& schema, const DelayOverrides& delays) {
  return FactsReader(snapshot, schema, delays).read();
}

}  // namespace tributary::dsa
