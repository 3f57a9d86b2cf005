// SPDX-License-Identifier: Apache-2.0
// See dcs.hpp.
#include "cli/dcs.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "cli/words.hpp"

namespace tributary::cli {

Result<client::DsaIndex> read_dsas(Context& context, const std::string& dc) {
  auto directory = context.directory(dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto dsas = (*directory)->dsas();
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  return client::DsaIndex(std::move(*dsas));
}

Result<client::Dsa> find_dsa(Context& context, const std::string& dc, const std::string& name) {
  auto directory = context.directory(dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto found = (*directory)->find_dsa(name);
  if (found) return found;
  const auto guid = parse_guid(std::string_view(name).substr(0, name.find("._msdcs.")));
  if (found.error().code != win32::kErrorNotFound || !guid) return found;
  client::Dsa unknown;
  unknown.guid = {*guid};
  return unknown;
}

Result<std::string> dn_of(Context& context, const std::string& dc, const std::string& name) {
  if (!name.starts_with('<')) return name;
  auto directory = context.directory(dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto entry = (*directory)->ldap().read(name, {"objectGUID"});
  if (!entry) return std::unexpected(std::move(entry.error()));
  return entry->dn;
}

Result<> use_dn(std::string& name, Context& context, const std::string& dc) {
  auto dn = dn_of(context, dc, name);
  if (!dn) return std::unexpected(std::move(dn.error()));
  name = std::move(*dn);
  return {};
}

Result<std::string> dsa_address(Context& context, const std::string& dc, const client::Dsa& dsa) {
  auto directory = context.directory(dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  return to_string(dsa.guid) + "._msdcs." + (*directory)->forest_dns_name();
}

void note_source(const Context& context, const std::string& host, std::string_view what, client::StateSource source,
                 const std::optional<Error>& refusal) {
  if (source == client::StateSource::kCall) return;
  const std::string reason = refusal ? fmt::format(" (the call answers {})", code_text(refusal->code)) : std::string();
  const char* const instead =
      source == client::StateSource::kLdap ? "this is decoded from the raw values that LDAP shows" : "this is what it replicates of the object";
  context.note(fmt::format("{} does not serve {}{}; {}.", host, what, reason, instead));
}

Error nothing_serves(Error error, std::string_view what) {
  if (!client::lacks_call(error)) return error;
  error.detail = fmt::format("the DC does not serve {} (it answers {}), and nothing else does", what, code_text(error.code));
  error.code = win32::kErrorNotSupported;
  return error;
}

}  // namespace tributary::cli
