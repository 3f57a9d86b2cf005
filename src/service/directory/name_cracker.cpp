// SPDX-License-Identifier: Apache-2.0
// LookupName and what it looks up.
#include "service/directory/name_cracker.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/well_known_names.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;

// What names of the BUILTIN domain (S-1-5-32) have in front.
constexpr std::string_view kBuiltinDomain = "BUILTIN";
// 4.1.4.2.16, in its order.
constexpr std::uint32_t kUnknownNameOrder[] = {DS_FQDN_1779_NAME,     DS_USER_PRINCIPAL_NAME, DS_NT4_ACCOUNT_NAME,
                                               DS_CANONICAL_NAME,     DS_UNIQUE_ID_NAME,      DS_DISPLAY_NAME,
                                               DS_SERVICE_PRINCIPAL_NAME, DS_SID_OR_SID_HISTORY_NAME, DS_CANONICAL_NAME_EX};
constexpr std::uint32_t kFormatsWithReferral[] = {DS_NT4_ACCOUNT_NAME,        DS_USER_PRINCIPAL_NAME, DS_SERVICE_PRINCIPAL_NAME,
                                                  DS_SID_OR_SID_HISTORY_NAME, DS_STRING_SID_NAME,     DS_USER_PRINCIPAL_NAME_AND_ALTSECID};
constexpr std::uint32_t kDesiredFormats[] = {DS_FQDN_1779_NAME,    DS_NT4_ACCOUNT_NAME,    DS_DISPLAY_NAME,           DS_UNIQUE_ID_NAME,
                                             DS_CANONICAL_NAME,    DS_CANONICAL_NAME_EX,   DS_USER_PRINCIPAL_NAME,    DS_SERVICE_PRINCIPAL_NAME,
                                             DS_STRING_SID_NAME,   DS_USER_PRINCIPAL_NAME_FOR_LOGON};
constexpr std::uint32_t kDesiredOfForeignPrincipals[] = {DS_NT4_ACCOUNT_NAME,  DS_DISPLAY_NAME,        DS_CANONICAL_NAME,
                                                         DS_CANONICAL_NAME_EX, DS_USER_PRINCIPAL_NAME, DS_USER_PRINCIPAL_NAME_FOR_LOGON,
                                                         DS_SERVICE_PRINCIPAL_NAME};

bool is_one_of(std::uint32_t format, std::span<const std::uint32_t> formats) { return has_element(formats, format); }

}  // namespace

NameCracker::NameCracker(const Reader& reader, const Partitions& partitions, std::uint32_t flags)
    : reader_(reader),
      partitions_(partitions),
      flags_(flags),
      is_forest_wide_((flags & DS_NAME_FLAG_GCVERIFY) != 0 || partitions.is_gc()) {}

CrackedName NameCracker::lookup(std::uint32_t offered, std::uint32_t desired, const std::string& name) const {
  if (offered == DS_UNKNOWN_NAME) return lookup_unknown(desired, name);
  const auto found = find(offered, name);
  if (found.objects.empty()) return nothing_found(offered, found.domain);
  if (found.objects.size() > 1) return {DS_NAME_ERROR_NOT_UNIQUE, {}, {}};
  const Dnt object = found.objects.front();
  const auto record = reader_.object(object);
  if (offered == DS_NT4_ACCOUNT_NAME_SANS_DOMAIN_EX &&
      (record.first_u32(attid::kUserAccountControl).value_or(0) & (kUfAccountDisable | kUfTempDuplicateAccount)) != 0)
    return {DS_NAME_ERROR_NOT_FOUND, {}, {}};
  if (!is_one_of(desired, kDesiredFormats)) return {DS_NAME_ERROR_RESOLVING, {}, {}};
  const auto names = construct(object, desired);
  if (names.empty()) {
    const bool is_foreign = reader_.is_instance(record, class_id::kForeignSecurityPrincipal) && record.first(attid::kObjectSid);
    if (is_foreign && (flags_ & DS_NAME_FLAG_PRIVATE_RESOLVE_FPOS) != 0 && is_one_of(desired, kDesiredOfForeignPrincipals))
      return foreign_principal(object, desired == DS_CANONICAL_NAME_EX);
    return {DS_NAME_ERROR_NO_MAPPING, {}, {}};
  }
  if (names.size() > 1) return {DS_NAME_ERROR_NOT_UNIQUE, {}, {}};
  // DEVIATION: the last step of 4.1.4.2.10 would take the kind of the SID's owner away again; 4.1.4.1.8 has it as a status of success.
  const std::uint32_t status = offered == DS_STRING_SID_NAME ? sid_status(object, name) : DS_NAME_NO_ERROR;
  return {status, partitions_.dns_name(nc_of(object)), names.front()};
}

CrackedName NameCracker::lookup_unknown(std::uint32_t desired, const std::string& name) const {
  CrackedName result;
  for (const std::uint32_t format : kUnknownNameOrder) {
    result = lookup(format, desired, name);
    if (result.status != DS_NAME_ERROR_NOT_FOUND) break;
  }
  return result;
}

CrackedName NameCracker::nothing_found(std::uint32_t offered, const std::optional<std::string>& domain) const {
  if (!domain) return {DS_NAME_ERROR_NOT_FOUND, {}, {}};
  if (is_one_of(offered, kFormatsWithReferral))
    if (auto forest = partitions_.trusted_forest_of(*domain))
      return {(flags_ & DS_NAME_FLAG_TRUST_REFERRAL) != 0 ? DS_NAME_ERROR_TRUST_REFERRAL : DS_NAME_ERROR_DOMAIN_ONLY, std::move(forest), {}};
  return {DS_NAME_ERROR_DOMAIN_ONLY, {}, {}};
}

NameCracker::Found NameCracker::find(std::uint32_t offered, const std::string& name) const {
  switch (offered) {
    case DS_FQDN_1779_NAME: return find_by_dn(name);
    case DS_NT4_ACCOUNT_NAME: return find_by_nt4_name(name);
    case DS_USER_PRINCIPAL_NAME: return find_by_upn(name, false);
    case DS_USER_PRINCIPAL_NAME_AND_ALTSECID: return find_by_upn(name, true);
    case DS_CANONICAL_NAME: return find_by_canonical(name);
    case DS_CANONICAL_NAME_EX: {
      const auto plain = canonical_from_extended(name);
      return plain ? find_by_canonical(*plain) : Found{};
    }
    case DS_UNIQUE_ID_NAME: return find_by_guid(name);
    case DS_DISPLAY_NAME: return {by_text(attid::kDisplayName, name), {}};
    case DS_SERVICE_PRINCIPAL_NAME: return find_by_spn(name);
    case DS_SID_OR_SID_HISTORY_NAME:
    case DS_STRING_SID_NAME: return find_by_sid(name);
    case DS_NT4_ACCOUNT_NAME_SANS_DOMAIN:
    case DS_NT4_ACCOUNT_NAME_SANS_DOMAIN_EX: return {by_text(attid::kSamAccountName, name), {}};
    case DS_ALT_SECURITY_IDENTITIES_NAME: return {by_text(attid::kAltSecurityIdentities, name), {}};
    default: return {};
  }
}

std::vector<Dnt> NameCracker::in_nc(std::vector<Dnt> objects, Dnt nc) const {
  std::erase_if(objects, [&](Dnt dnt) { return nc_of(dnt) != nc; });
  return objects;
}

std::vector<Dnt> NameCracker::in_scope(std::vector<Dnt> objects) const {
  return is_forest_wide_ ? std::move(objects) : in_nc(std::move(objects), reader_.default_nc());
}

std::vector<Dnt> NameCracker::by_text(Attid attid, std::string_view value) const {
  if (value.empty()) return {};
  return in_scope(reader_.equal_text(attid, value));
}

NameCracker::Found NameCracker::find_by_dn(const std::string& name) const {
  Found found;
  if (const Dnt dnt = reader_.of_dn(name); dnt != kNoDnt) found.objects = in_scope({dnt});
  if (const auto suffix = dc_suffix(name); !suffix.empty()) {
    const auto rdns = repl::parse_dn(reader_.schema(), suffix);
    if (rdns) found.domain = partitions_.dns_name(must(repl::resolve_dn(reader_.snapshot(), reader_.schema(), *rdns)));
  }
  return found;
}

/// DEVIATION: 4.1.4.2.10 looks for the user in every domain, whatever domain the name has in front. Here the name's domain decides, as
/// Windows and Samba have it, and "DOMAIN\" is the domain itself, as 4.1.4.2.24 writes its name.
NameCracker::Found NameCracker::find_by_nt4_name(const std::string& name) const {
  const auto parts = parse_nt4_name(name);
  if (!parts) return {};
  Found found;
  if (!parts->domain.empty()) found.domain = parts->domain;
  if (parts->domain.empty()) {
    found.objects = by_text(attid::kSamAccountName, parts->user);
  } else if (equals_ignoring_case(parts->domain, kBuiltinDomain)) {
    found.objects = by_text(attid::kSamAccountName, parts->user);
    std::erase_if(found.objects, [&](Dnt dnt) {
      const auto sids = reader_.sids(reader_.object(dnt), attid::kObjectSid);
      return sids.empty() || !is_builtin_principal(sids.front());
    });
  } else if (const auto* domain = partitions_.domain_called(parts->domain); domain != nullptr) {
    if (!parts->user.empty()) found.objects = in_nc(by_text(attid::kSamAccountName, parts->user), domain->nc);
    else if (reader_.is_living(domain->nc)) found.objects = in_scope({domain->nc});
  }
  return found;
}

/// DEVIATION: 4.1.4.2.17 looks for the part before the @ in every domain; here the part behind it has to be a domain of the forest, and
/// its accounts count.
NameCracker::Found NameCracker::find_by_upn(const std::string& name, bool with_alternatives) const {
  Found found;
  const auto parts = parse_upn(name);
  if (parts) found.domain = parts->domain;
  found.objects = by_text(attid::kUserPrincipalName, name);
  if (with_alternatives)
    for (const Dnt dnt : by_text(attid::kAltSecurityIdentities, name))
      if (!has_element(found.objects, dnt)) found.objects.push_back(dnt);
  if (!found.objects.empty() || !parts) return found;
  if (const auto* domain = partitions_.domain_called(parts->domain); domain != nullptr)
    found.objects = in_nc(by_text(attid::kSamAccountName, parts->user), domain->nc);
  return found;
}

/// LookupCanonicalName. The domain of a name that leads nowhere counts when it is one of the forest or can be a FQDN: otherwise every name
/// with a slash (an SPN) would end the search for the format of an unknown name here.
NameCracker::Found NameCracker::find_by_canonical(const std::string& name) const {
  if (name.find('/') == std::string::npos) return {};
  const auto parts = parse_canonical(name);
  if (!parts) return {};
  Found found;
  Dnt at = partitions_.held_domain(parts->domain);
  for (const auto& label : parts->labels) at = reader_.child(at, label);
  if (at != kNoDnt) found.objects = {at};
  if (partitions_.domain_called(parts->domain) != nullptr || parts->domain.find('.') != std::string::npos) found.domain = parts->domain;
  return found;
}

NameCracker::Found NameCracker::find_by_guid(const std::string& name) const {
  const auto guid = parse_braced_guid(name);
  const Dnt dnt = guid ? reader_.of_guid(ObjectGuid{*guid}) : kNoDnt;
  return dnt == kNoDnt ? Found{} : Found{{dnt}, {}};
}

NameCracker::Found NameCracker::find_by_spn(const std::string& name) const {
  Found found;
  const auto spn = parse_spn(name);
  if (spn && spn->has_three_parts()) found.domain = spn->service;
  found.objects = by_text(attid::kServicePrincipalName, name);
  if (!found.objects.empty() || !spn) return found;
  const Dnt service = reader_.descendant(reader_.configuration_nc(), {"Services", "Windows NT", "Directory Service"});
  if (service != kNoDnt)
    if (const auto mapped = map_spn(*spn, reader_.texts(reader_.object(service), attid::kSpnMappings)))
      found.objects = by_text(attid::kServicePrincipalName, *mapped);
  if (!found.objects.empty() || !equals_ignoring_case(spn->service_class, kDrsSpnClass)) return found;
  const auto default_domain = partitions_.dns_name(reader_.default_nc());
  const auto guid = parse_guid(spn->instance);
  if (!default_domain || !equals_ignoring_case(*default_domain, spn->service) || spn->instance.front() == '{' || !guid) return found;
  const Dnt dsa = reader_.of_guid(ObjectGuid{*guid});
  if (dsa == kNoDnt || !reader_.is_below(dsa, reader_.configuration_nc())) return found;
  const Dnt computer = reader_.reference(reader_.parent(dsa), attid::kServerReference);
  if (reader_.is_living(computer)) found.objects = {computer};
  return found;
}

NameCracker::Found NameCracker::find_by_sid(const std::string& name) const {
  const auto sid = parse_sid(name);
  if (!sid) return {};
  Found found;
  const Bytes octets = encode_sid(*sid);
  found.objects = in_scope(reader_.equal(attid::kObjectSid, octets));
  for (const Dnt dnt : in_scope(reader_.equal(attid::kSidHistory, octets)))
    if (!has_element(found.objects, dnt)) found.objects.push_back(dnt);
  if (const auto parts = security::split_sid(*sid); found.objects.empty() && parts) found.domain = partitions_.trusted_domain_of(parts->domain);
  return found;
}

std::uint32_t NameCracker::sid_status(Dnt object, const std::string& sid) const {
  const auto record = reader_.object(object);
  const auto parsed = parse_sid(sid);
  const bool history = parsed && has_element(reader_.sids(record, attid::kSidHistory), *parsed);
  switch (record.first_u32(attid::kSamAccountType).value_or(0)) {
    case kSamUserObject:
    case kSamMachineAccount:
    case kSamTrustAccount: return history ? DS_NAME_ERROR_IS_SID_HISTORY_USER : DS_NAME_ERROR_IS_SID_USER;
    case kSamGroupObject:
    case kSamNonSecurityGroupObject: return history ? DS_NAME_ERROR_IS_SID_HISTORY_GROUP : DS_NAME_ERROR_IS_SID_GROUP;
    case kSamAliasObject:
    case kSamNonSecurityAliasObject: return history ? DS_NAME_ERROR_IS_SID_HISTORY_ALIAS : DS_NAME_ERROR_IS_SID_ALIAS;
    default: return history ? DS_NAME_ERROR_IS_SID_HISTORY_UNKNOWN : DS_NAME_ERROR_IS_SID_UNKNOWN;
  }
}

/// LookupFPO. DEVIATION: 4.1.4.2.23 asks the local security authority; there is none here, so the SIDs that are the same everywhere have
/// names and all others end as an LSA that knows none would end them.
CrackedName NameCracker::foreign_principal(Dnt object, bool extended) const {
  const auto sids = reader_.sids(reader_.object(object), attid::kObjectSid);
  const auto name = sids.empty() ? std::nullopt : well_known_name(sids.front());
  if (!name) return {DS_NAME_ERROR_RESOLVING, {}, {}};
  std::string text(name->domain);
  text += extended ? '\n' : '\\';
  text += name->name;
  return {DS_NAME_ERROR_IS_FPO, std::string(name->domain), std::move(text)};
}

}  // namespace tributary::service::directory
