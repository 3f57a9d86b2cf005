// SPDX-License-Identifier: Apache-2.0
// See partner.hpp.
#include "cli/partner.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/dcs.hpp"
#include "cli/words.hpp"

namespace tributary::cli {

std::string sort_partner_arguments(PartnerArguments& arguments, bool partner_required) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.first, arguments.second, arguments.third});
  if (!sorted) return "two of the arguments are distinguished names: one naming context is expected";
  if (sorted->nc_dn.empty()) return "name the naming context: DC=...";
  if (sorted->names.empty()) return "name the DC to ask";
  if (sorted->names.size() == 1 && partner_required) return "name the other DSA: a host name, a server name or a DSA GUID";
  if (sorted->names.size() > 2) return "one DC, one other DSA and one naming context are expected";
  arguments.nc_dn = std::move(sorted->nc_dn);
  arguments.dc = std::move(sorted->names.front());
  if (sorted->names.size() == 2) arguments.partner = std::move(sorted->names.back());
  return {};
}

Result<Partner> find_partner(Context& context, const PartnerArguments& arguments) {
  auto dsa = find_dsa(context, arguments.dc, arguments.partner);
  if (!dsa) return std::unexpected(std::move(dsa.error()));
  auto address = dsa_address(context, arguments.dc, *dsa);
  if (!address) return std::unexpected(std::move(address.error()));
  return Partner{std::move(*dsa), std::move(*address)};
}

Error nothing_else_does(Context& context, const std::string& dc, std::string_view operation, Error error) {
  // Samba has addresses as UTF-16 in its IDL where [MS-DRSR] has char, so it may stumble over the stub before it says that it does nothing.
  bool stumbled = error.code == win32::kRpcXBadStubData && error.phase == Phase::kCall;
  if (stumbled) {
    auto directory = context.directory(dc);
    stumbled = directory && (*directory)->is_samba();
  }
  if (!stumbled && !client::lacks_call(error)) return error;
  error.detail = fmt::format(
      "{} does not serve {} (it answers {}), and repsFrom and repsTo cannot be written over LDAP; on a Samba DC the KCC keeps them: change the "
      "connection objects, then run `tributary kcc {}`",
      dc, operation, code_text(error.code), dc);
  error.code = win32::kErrorNotSupported;
  return error;
}

}  // namespace tributary::cli
