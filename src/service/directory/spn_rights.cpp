// SPDX-License-Identifier: Apache-2.0
// Validated SPNs.
#include "service/directory/spn_rights.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "service/directory/names.hpp"

namespace tributary::service::directory {
namespace {

bool contains_ignoring_case(const std::vector<std::string>& values, std::string_view wanted) {
  return std::ranges::any_of(values, [&](const auto& value) { return equals_ignoring_case(value, wanted); });
}

class SpnJudge {
 public:
  SpnJudge(const Reader& reader, const Partitions& partitions, Dnt account)
      : reader_(reader), partitions_(partitions), account_(account), record_(reader.object(account)) {
    constexpr std::uint32_t kDcBits = kUfServerTrustAccount | kUfPartialSecretsAccount;
    is_dc_ = (record_.first_u32(attid::kUserAccountControl).value_or(0) & kDcBits) != 0;
  }
  [[nodiscard]] bool allows(const std::string& text) const {
    const auto spn = parse_spn(text);
    if (!spn) return false;
    if (spn->has_three_parts() && !(is_dc_ && is_valid_service(*spn))) return false;
    return is_own_instance(spn->instance) || (is_dc_ && is_guid_based_name(spn->instance));
  }

 private:
  /// 5.110
  [[nodiscard]] bool is_valid_service(const ServicePrincipal& spn) const {
    if (equals_ignoring_case(spn.service_class, "GC")) return equals_ignoring_case(spn.service, reader_.identity().forest_dns_name);
    const auto domain = partitions_.dns_name(record_.nc());
    if (domain && equals_ignoring_case(*domain, spn.service)) return true;
    const auto ncs = hosted_ncs();
    return std::ranges::any_of(partitions_.all(), [&](const CrossRef& each) {
      return !each.is_domain() && has_element(ncs, each.nc) && contains_ignoring_case(each.dns_roots, spn.service);
    });
  }
  [[nodiscard]] std::vector<Dnt> hosted_ncs() const {
    std::vector<Dnt> ncs;
    for (const Dnt dsa : dsas())
      for (const Dnt nc : reader_.references(dsa, attid::kMsDsHasMasterNcs)) ncs.push_back(nc);
    std::erase_if(ncs, [&](Dnt nc) { return nc == reader_.configuration_nc() || nc == reader_.schema_nc(); });
    return ncs;
  }
  [[nodiscard]] std::vector<Dnt> dsas() const {
    std::vector<Dnt> found;
    for (const Dnt server : reader_.referring(account_, attid::kServerReference))
      if (const Dnt dsa = reader_.child(server, "NTDS Settings"); dsa != kNoDnt) found.push_back(dsa);
    return found;
  }
  [[nodiscard]] bool is_own_instance(const std::string& instance) const {
    const auto is = [&](Attid attid, const std::string& wanted) { return contains_ignoring_case(reader_.texts(record_, attid), wanted); };
    return is(attid::kDnsHostName, instance) || is(attid::kSamAccountName, instance + "$") ||
           is(attid::kMsDsAdditionalDnsHostName, instance) || is(attid::kMsDsAdditionalSamAccountName, instance + "$");
  }
  /// 5.102
  [[nodiscard]] bool is_guid_based_name(const std::string& instance) const {
    return std::ranges::any_of(dsas(), [&](Dnt dsa) {
      const std::string name = to_string(reader_.object(dsa).guid()) + "._msdcs." + reader_.identity().forest_dns_name;
      return equals_ignoring_case(name, instance);
    });
  }

  const Reader& reader_;
  const Partitions& partitions_;
  Dnt account_;
  ObjectView record_;
  bool is_dc_ = false;
};

}  // namespace

Win32 check_write_to_spn_attribute(const Reader& reader, const Partitions& partitions, const Asker& asker, Dnt account,
                                   std::span<const std::string> spns) {
  if (asker.may_access(account, security::kRightDsWriteProperty, attid::kServicePrincipalName)) return win32::kErrorSuccess;
  if (!asker.may_access(account, security::kRightDsWritePropertyExtended, attid::kServicePrincipalName)) return win32::kErrorDsInsuffAccessRights;
  const SpnJudge judge(reader, partitions, account);
  const bool all = std::ranges::all_of(spns, [&](const auto& spn) { return judge.allows(spn); });
  return all ? win32::kErrorSuccess : win32::kErrorDsInvalidAttributeSyntax;
}

}  // namespace tributary::service::directory
