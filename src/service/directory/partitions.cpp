// SPDX-License-Identifier: Apache-2.0
// crossRefs, roles, trusts.
#include "service/directory/partitions.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "drsuapi/blobs/forest_trust.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi::blobs;

// Flags of forest trust records ([MS-ADTS] 6.1.6.9.3.1).
constexpr std::uint32_t kDisabledReasons = 0x0000FFFF;
constexpr std::uint32_t kSidDisabled = 0x1 | 0x2;
constexpr std::uint32_t kNetbiosDisabled = 0x4 | 0x8;

std::string_view as_text(const Bytes& octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }

bool is_same_or_below(std::string_view name, std::string_view above) {
  if (equals_ignoring_case(name, above)) return true;
  return name.size() > above.size() + 1 && name[name.size() - above.size() - 1] == '.' &&
         equals_ignoring_case(name.substr(name.size() - above.size()), above);
}

/// ForestTrustOwnsName (5.64.2).
bool owns_name(const ForestTrustInfo& info, std::string_view name) {
  const auto has_suffix = [&](const ForestTrustRecord& record, std::uint8_t type) {
    const auto* top = std::get_if<ForestTrustTopLevelName>(&record.data);
    return top != nullptr && record.RecordType.value == type && is_same_or_below(name, as_text(top->Name));
  };
  if (std::ranges::any_of(info.Records, [&](const auto& record) { return has_suffix(record, 1); })) return false;
  return std::ranges::any_of(info.Records, [&](const auto& record) { return has_suffix(record, 0) && (record.Flags & kDisabledReasons) == 0; });
}

/// Whether the trusted forest has a domain of that name, DNS or NetBIOS (5.64.2).
bool has_domain(const ForestTrustInfo& info, std::string_view name) {
  return std::ranges::any_of(info.Records, [&](const ForestTrustRecord& record) {
    const auto* domain = std::get_if<ForestTrustDomainInfo>(&record.data);
    if (domain == nullptr || !owns_name(info, as_text(domain->DnsName))) return false;
    const bool by_dns = equals_ignoring_case(as_text(domain->DnsName), name) && (record.Flags & kSidDisabled) == 0;
    return by_dns || (equals_ignoring_case(as_text(domain->NetbiosName), name) && (record.Flags & kNetbiosDisabled) == 0);
  });
}

}  // namespace

bool CrossRef::is_called(std::string_view name) const noexcept {
  if (name.empty()) return false;
  return equals_ignoring_case(netbios_name, name) ||
         std::ranges::any_of(dns_roots, [&](const auto& root) { return equals_ignoring_case(root, name); });
}

Partitions::Partitions(const Reader& reader) : reader_(reader), container_(reader.child(reader.configuration_nc(), "Partitions")) {
  for (const Dnt dnt : reader.children(container_, class_id::kCrossRef)) {
    const auto object = reader.object(dnt);
    CrossRef cross_ref;
    cross_ref.object = dnt;
    cross_ref.nc = reader.reference(dnt, attid::kNcName);
    cross_ref.system_flags = repl::system_flags(object);
    if (const auto enabled = object.first_u32(attid::kEnabled)) cross_ref.enabled = *enabled != 0;
    cross_ref.dns_roots = reader.texts(object, attid::kDnsRoot);
    cross_ref.netbios_name = reader.text(object, attid::kNetbiosName).value_or("");
    all_.push_back(std::move(cross_ref));
  }
}

const CrossRef* Partitions::of_nc(Dnt nc) const noexcept {
  const auto found = std::ranges::find(all_, nc, &CrossRef::nc);
  return nc == kNoDnt || found == all_.end() ? nullptr : &*found;
}

const CrossRef* Partitions::domain_called(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(all_, [&](const CrossRef& each) { return each.is_domain() && each.is_called(name); });
  return found == all_.end() ? nullptr : &*found;
}

std::optional<std::string> Partitions::dns_name(Dnt nc) const {
  const auto* cross_ref = of_nc(nc);
  return cross_ref == nullptr || cross_ref->dns_roots.empty() ? std::nullopt : std::optional(cross_ref->dns_roots.front());
}

std::optional<std::string> Partitions::netbios_name(Dnt nc) const {
  const auto* cross_ref = of_nc(nc);
  return cross_ref == nullptr || cross_ref->netbios_name.empty() ? std::nullopt : std::optional(cross_ref->netbios_name);
}

Dnt Partitions::held_domain(std::string_view dns_name) const {
  for (const auto& each : all_) {
    const bool is_called = std::ranges::any_of(each.dns_roots, [&](const auto& root) { return equals_ignoring_case(root, dns_name); });
    if (!each.is_domain() || !is_called) continue;
    const auto root = reader_.living(each.nc);
    return root && repl::is_nc_root(*root) ? each.nc : kNoDnt;
  }
  return kNoDnt;
}

bool Partitions::is_gc() const {
  return reader_.context().rules.global_catalog || std::ranges::count_if(all_, &CrossRef::is_domain) == 1;
}

Dnt Partitions::role_object(FsmoRole role) const {
  const Dnt domain = reader_.default_nc();
  switch (role) {
    case FsmoRole::kSchema: return reader_.schema_nc();
    case FsmoRole::kDomainNaming: return container_;
    case FsmoRole::kPdc: return domain;
    case FsmoRole::kRid: return domain == kNoDnt ? kNoDnt : reader_.reference(domain, attid::kRidManagerReference);
    case FsmoRole::kInfrastructure:
      return domain == kNoDnt ? kNoDnt : must(repl::well_known_object(reader_.snapshot(), domain, repl::kGuidInfrastructureContainer));
  }
  return kNoDnt;
}

Dnt Partitions::role_owner(FsmoRole role) const {
  const Dnt object = role_object(role);
  const Dnt owner = reader_.is_living(object) ? reader_.reference(object, attid::kFsmoRoleOwner) : kNoDnt;
  return reader_.is_living(owner) ? owner : kNoDnt;
}

bool Partitions::owns(FsmoRole role) const {
  const Dnt owner = role_owner(role);
  return owner != kNoDnt && owner == reader_.dsa_object();
}

/// DEVIATION: 5.64.2 selects children of the forest root domain's root; trustedDomain objects stand in its System container ([MS-ADTS]
/// 6.1.6.7), so the whole domain counts, by the index of objectCategory.
std::vector<Dnt> Partitions::trusted_domains() const {
  const Dnt root = held_domain(reader_.identity().forest_dns_name);
  return reader_.of_category(class_id::kTrustedDomain, root);
}

std::optional<std::string> Partitions::trusted_forest_of(std::string_view domain_name) const {
  if (domain_name.empty()) return std::nullopt;
  for (const Dnt dnt : trusted_domains()) {
    const auto object = reader_.object(dnt);
    const auto value = object.first(attid::kMsDsTrustForestTrustInfo);
    if ((object.first_u32(attid::kTrustAttributes).value_or(0) & kTrustAttributeForestTransitive) == 0 || !value) continue;
    const auto info = decode_forest_trust_info(*value);
    if (!info) return std::nullopt;  // as 5.64.2 has it: one value that cannot be read ends the search
    if (has_domain(*info, domain_name)) return reader_.text(object, attid::kTrustPartner);
  }
  return std::nullopt;
}

std::optional<std::string> Partitions::trusted_domain_of(const Sid& domain_sid) const {
  const Bytes wanted = encode_sid(domain_sid);
  for (const Dnt dnt : trusted_domains()) {
    const auto object = reader_.object(dnt);
    if (has_element(reader_.sids(object, attid::kSecurityIdentifier), domain_sid)) return reader_.text(object, attid::kTrustPartner);
    const auto value = object.first(attid::kMsDsTrustForestTrustInfo);
    const auto info = value ? decode_forest_trust_info(*value) : Result<ForestTrustInfo>(ForestTrustInfo{});
    if (!info) continue;
    for (const auto& record : info->Records)
      if (const auto* domain = std::get_if<ForestTrustDomainInfo>(&record.data); domain != nullptr && domain->Sid == wanted)
        return std::string(as_text(domain->DnsName));
  }
  return std::nullopt;
}

}  // namespace tributary::service::directory
