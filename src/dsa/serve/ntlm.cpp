// SPDX-License-Identifier: Apache-2.0
// See ntlm.hpp.
#include "dsa/serve/ntlm.hpp"

#include <fmt/format.h>

#include "base/utf.hpp"
#include "service/logon/ntlm_account.hpp"

namespace tributary::dsa {

using security::ntlm::AcceptorOptions;
using security::ntlm::AccountsFile;
using security::ntlm::ClaimedIdentity;
using security::ntlm::KnownAccount;

namespace {

constexpr std::size_t kNetbiosCharactersMax = 15;

/// The first label in capitals, as a computer's NetBIOS name is by default.
std::string netbios_of(std::string_view host_name) {
  std::string name(host_name.substr(0, std::min(host_name.find('.'), kNetbiosCharactersMax)));
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return name;
}

Result<AccountsFile> accounts_of(const Config& config) {
  if (config.ntlm_accounts_file.empty()) return AccountsFile{};
  auto file = AccountsFile::read(config.ntlm_accounts_file);
  if (!file) return fail(file.error().code, fmt::format("security.ntlm.accounts_file: {}", file.error().detail));
  return file;
}

}  // namespace

void LogonGate::close() {
  const std::lock_guard lock(mutex_);
  dsa_ = nullptr;
}

Result<std::shared_ptr<const AcceptorOptions>> ntlm_options(const Config& config, service::Dsa& dsa, const std::shared_ptr<LogonGate>& gate,
                                                            Random& random, const Clock& clock) {
  if (!config.ntlm) return nullptr;
  if (auto able = security::ntlm::check_algorithms(); !able) return fail(able.error().code, fmt::format("security.ntlm.enabled: {}", able.error().detail));
  auto file = accounts_of(config);
  if (!file) return std::unexpected(std::move(file.error()));
  const auto& identity = dsa.identity();
  const service::LogonDomain domain{.realm = config.realm.empty() ? to_lower_ascii(identity.domain_dns_name) : to_lower_ascii(config.realm),
                                    .dns_name = identity.domain_dns_name,
                                    .netbios_name = identity.domain_netbios_name,
                                    .nc = identity.domain_nc};
  auto options = std::make_shared<AcceptorOptions>();
  options->netbios_domain = identity.domain_netbios_name;
  options->netbios_computer = netbios_of(identity.host_name);
  options->dns_domain = identity.domain_dns_name;
  options->dns_computer = identity.host_name;
  options->dns_forest = identity.forest_dns_name;
  options->random = &random;
  options->clock = &clock;
  options->find_account = [gate, domain, accounts = std::make_shared<const AccountsFile>(std::move(*file))](const ClaimedIdentity& claimed) -> Result<KnownAccount> {
    auto found = gate->enter([&](service::Dsa& here) { return service::find_ntlm_account(here.context(), *here.store().read(), domain, *accounts, claimed); });
    if (!found) return std::unexpected(std::move(found.error()));
    auto account = std::make_shared<const service::NtlmAccount>(std::move(*found));
    const auto may_log_on = [gate, domain, account] {
      return gate->enter([&](service::Dsa& here) { return service::may_log_on_with_ntlm(here.context(), *here.store().read(), domain, *account); });
    };
    return KnownAccount{.principal = account->principal, .nt_hash = account->nt_hash, .may_log_on = may_log_on};
  };
  return std::shared_ptr<const AcceptorOptions>(std::move(options));
}

}  // namespace tributary::dsa
