// SPDX-License-Identifier: Apache-2.0
// See partners.hpp.
#include "dsa/core/partners.hpp"

#include <fmt/format.h>

#include <future>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/gss_context.hpp"
#include "security/target_name.hpp"

namespace tributary::dsa {

std::string dsa_address(const DsaGuid& dsa, std::string_view forest_dns_name) { return fmt::format("{}._msdcs.{}", to_string(dsa), forest_dns_name); }

PartnerPlace find_place(const std::map<std::string, HostAddress>& hosts, const PartnerHint& hint, std::string_view forest_dns_name) {
  const std::string own_address = dsa_address(hint.dsa, forest_dns_name);
  for (const auto& name : {to_string(hint.dsa), own_address, hint.address, hint.host_name}) {
    const auto known = name.empty() ? hosts.end() : hosts.find(to_lower_ascii(name));
    if (known != hosts.end()) return {known->second.host, known->second.port};
  }
  // An address that an administrator gave may carry its port.
  if (const auto with_port = parse_host_address(hint.address)) return {with_port->host, with_port->port};
  return {hint.address.empty() ? own_address : hint.address, std::nullopt};
}

void Partners::set_hosts(std::map<std::string, HostAddress> hosts) {
  const std::lock_guard guard(mutex_);
  hosts_ = std::move(hosts);
}
void Partners::set_identity(OutgoingIdentity identity) {
  const std::lock_guard guard(mutex_);
  identity_ = std::move(identity);
}

std::shared_ptr<Partners::Slot> Partners::slot(const DsaGuid& dsa) {
  const std::lock_guard guard(mutex_);
  auto& slot = slots_[dsa];
  if (!slot) slot = std::make_shared<Slot>();
  return slot;
}

std::shared_ptr<client::DrsHandle> Partners::cached(const DsaGuid& dsa) {
  const std::lock_guard guard(mutex_);
  const auto known = slots_.find(dsa);
  if (known == slots_.end() || !known->second->handle || !known->second->handle->usable()) return nullptr;
  return known->second->handle;
}

Result<Partners::Bound> Partners::handle(const PartnerHint& hint, std::chrono::milliseconds timeout) {
  if (auto ready = cached(hint.dsa)) return Bound{std::move(ready), true};
  const auto mine = slot(hint.dsa);
  const std::lock_guard binding(mine->binding);
  if (auto ready = cached(hint.dsa)) return Bound{std::move(ready), true};
  auto bound = bind(hint, timeout);
  if (!bound) return std::unexpected(std::move(bound.error()));
  const std::lock_guard guard(mutex_);
  mine->handle = *bound;
  return Bound{std::move(*bound), false};
}

Result<std::shared_ptr<security::Credential>> Partners::credential() {
  const std::lock_guard guard(acquiring_);
  if (credential_) return credential_;
  auto acquired = security::acquire(credentials_);
  if (!acquired) return std::unexpected(in_phase(std::move(acquired.error()), Phase::kAuthenticate));
  return credential_ = std::move(*acquired);
}

Result<client::BindOptions> Partners::options_for(const PartnerHint& hint) {
  client::BindOptions options;
  {
    const std::lock_guard guard(mutex_);
    const auto place = find_place(hosts_, hint, identity_.forest_dns_name);
    options.target.domain_controller = place.host;
    options.target.port = place.port;
    options.target.spn = security::drs_spn(hint.dsa, identity_.domain_dns_name);
    options.client_guid = identity_.dsa.value;
    options.extensions = identity_.extensions;
  }
  auto tickets = credential();
  if (!tickets) return std::unexpected(std::move(tickets.error()));
  options.credential = std::move(*tickets);
  return options;
}

Result<std::shared_ptr<client::DrsHandle>> Partners::bind(const PartnerHint& hint, std::chrono::milliseconds timeout) {
  auto options = options_for(hint);
  if (!options) return std::unexpected(std::move(options.error()));
  options->timeout = timeout;
  auto bound = client::DrsHandle::bind(runtime_, std::move(*options));
  if (!bound && !hint.host_name.empty()) bound.error().detail.insert(0, hint.host_name + ": ");
  return bound;
}

Result<std::shared_ptr<net::RpcConnection>> Partners::connect(const PartnerHint& hint, const rpc::SyntaxId& interface, std::chrono::milliseconds timeout) {
  auto options = options_for(hint);
  if (!options) return std::unexpected(std::move(options.error()));
  const auto spn = security::TargetName::from_spn(options->target.spn);
  if (!spn) return std::unexpected(spn.error());
  net::ConnectOptions connect;
  connect.host = options->target.domain_controller;
  connect.port = options->target.port;
  connect.interface = interface;
  connect.timeout = timeout;
  std::promise<Result<std::shared_ptr<net::RpcConnection>>> promise;
  auto opened = promise.get_future();
  net::RpcConnection::open(
      runtime_, std::move(connect),
      [credential = options->credential, spn = *spn]() -> Result<std::shared_ptr<security::SecurityContext>> {
        auto context = security::make_initiator(credential, spn);
        if (!context) return std::unexpected(std::move(context.error()));
        return std::shared_ptr<security::SecurityContext>(std::move(*context));
      },
      [&promise](Result<std::shared_ptr<net::RpcConnection>> connection) { promise.set_value(std::move(connection)); });
  return opened.get();
}

void Partners::drop(const DsaGuid& dsa, const std::shared_ptr<client::DrsHandle>& handle) {
  std::shared_ptr<client::DrsHandle> gone;  // released outside of the lock
  const std::lock_guard guard(mutex_);
  const auto known = slots_.find(dsa);
  if (known != slots_.end() && known->second->handle == handle) gone = std::move(known->second->handle);
}

void Partners::drop_all() {
  std::vector<std::shared_ptr<client::DrsHandle>> gone;
  {
    const std::lock_guard guard(mutex_);
    for (auto& [dsa, slot] : slots_) gone.push_back(std::move(slot->handle));
  }
}

Partners::Call::Call(Partners& partners, service::OutgoingCall call) : partners_(partners) {
  const std::lock_guard guard(partners.mutex_);
  number_ = ++partners.last_call_;
  partners.calls_[number_] = std::move(call);
}
Partners::Call::~Call() {
  const std::lock_guard guard(partners_.mutex_);
  partners_.calls_.erase(number_);
}
std::vector<service::OutgoingCall> Partners::outgoing_calls() const {
  const std::lock_guard guard(mutex_);
  std::vector<service::OutgoingCall> calls;
  for (const auto& [number, call] : calls_) calls.push_back(call);
  return calls;
}

}  // namespace tributary::dsa
