// SPDX-License-Identifier: Apache-2.0
// ConstructOutput of [MS-DRSR] 4.1.4.2.24: the name of an object in the format that was asked for.
#include "base/canonical_name.hpp"
#include "base/utf.hpp"
#include "service/directory/name_cracker.hpp"
#include "service/directory/well_known_names.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;

std::vector<std::string> one(std::optional<std::string> name) {
  return name ? std::vector<std::string>{std::move(*name)} : std::vector<std::string>{};
}

}  // namespace

std::vector<std::string> NameCracker::construct(Dnt object, std::uint32_t desired) const {
  const auto record = reader_.object(object);
  switch (desired) {
    case DS_FQDN_1779_NAME: return {reader_.dn(object)};
    case DS_NT4_ACCOUNT_NAME: return one(nt4_name(object));
    case DS_USER_PRINCIPAL_NAME: return one(reader_.text(record, attid::kUserPrincipalName));
    case DS_CANONICAL_NAME: return one(canonical(object, false));
    case DS_CANONICAL_NAME_EX: return one(canonical(object, true));
    case DS_UNIQUE_ID_NAME: return {braced(record.guid().value)};
    case DS_DISPLAY_NAME: return one(reader_.text(record, attid::kDisplayName));
    case DS_SERVICE_PRINCIPAL_NAME: return reader_.texts(record, attid::kServicePrincipalName);
    case DS_STRING_SID_NAME: {
      const auto sids = reader_.sids(record, attid::kObjectSid);
      return sids.empty() ? std::vector<std::string>{} : std::vector{to_string(sids.front())};
    }
    case DS_USER_PRINCIPAL_NAME_FOR_LOGON: return one(logon_name(object));
    default: return {};
  }
}

std::optional<std::string> NameCracker::nt4_name(Dnt object) const {
  const auto record = reader_.object(object);
  const auto account = reader_.text(record, attid::kSamAccountName);
  const auto sids = reader_.sids(record, attid::kObjectSid);
  // DEVIATION: accounts of the BUILTIN domain stand in every domain NC, but none owns them.
  if (account && !sids.empty() && is_builtin_principal(sids.front())) return "BUILTIN\\" + *account;
  const auto domain = partitions_.netbios_name(nc_of(object));
  if (!domain) return std::nullopt;
  if (account) return *domain + "\\" + *account;
  // IsDomainOnly (4.1.4.2.25): the object is an NC that a crossRef names.
  return partitions_.of_nc(object) != nullptr ? std::optional(*domain + "\\") : std::nullopt;
}

/// GetCanonicalName, from the DN: the rules of [MS-ADTS] 3.1.1.1.7. A domain's own name ends in the separator, as canonicalName has it.
std::optional<std::string> NameCracker::canonical(Dnt object, bool extended) const {
  const auto name = canonical_name(to_utf16_lossy(reader_.dn(object)), extended);
  return name ? std::optional(to_utf8_lossy(name->name)) : std::nullopt;
}

std::optional<std::string> NameCracker::logon_name(Dnt object) const {
  const auto record = reader_.object(object);
  if (auto upn = reader_.text(record, attid::kUserPrincipalName)) return upn;
  const auto account = reader_.text(record, attid::kSamAccountName);
  const auto domain = partitions_.dns_name(nc_of(object));
  return account && domain ? std::optional(*account + "@" + *domain) : std::nullopt;
}

}  // namespace tributary::service::directory
