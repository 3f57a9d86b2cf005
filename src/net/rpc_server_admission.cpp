// SPDX-License-Identifier: Apache-2.0
// See rpc_server_admission.hpp.
#include "net/rpc_server_admission.hpp"

#include <boost/asio/ip/address.hpp>

namespace tributary::net {
namespace {

std::optional<ConnectionNumber> first_of(const std::set<ConnectionNumber>& numbers) {
  if (numbers.empty()) return std::nullopt;
  return *numbers.begin();
}

}  // namespace

std::string admission_key(std::string_view numeric_address) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(numeric_address, error);
  if (error || !address.is_v6()) return std::string(numeric_address);
  auto octets = address.to_v6().to_bytes();
  for (std::size_t i = 8; i < octets.size(); ++i) octets[i] = 0;
  return boost::asio::ip::address_v6(octets).to_string() + "/64";
}

Admission::Verdict Admission::judge(const std::string& key) const {
  const auto address = addresses_.find(key);
  if (address != addresses_.end() && address->second.connections >= limits_.connections_per_address_max) {
    const auto oldest = first_of(address->second.unauthenticated);
    return {.admitted = oldest.has_value(), .gives_way = oldest, .reason = "too many connections from its address"};
  }
  if (connections_.size() >= limits_.connections_max) {
    const auto oldest = first_of(unauthenticated_);
    return {.admitted = oldest.has_value(), .gives_way = oldest, .reason = "too many connections"};
  }
  if (unauthenticated_.size() >= limits_.unauthenticated_max)
    return {.admitted = true, .gives_way = first_of(unauthenticated_), .reason = "too many connections that have not authenticated"};
  return {.admitted = true, .gives_way = std::nullopt, .reason = {}};
}

void Admission::enter(ConnectionNumber number, std::string key) {
  auto& address = addresses_[key];
  ++address.connections;
  address.unauthenticated.insert(number);
  unauthenticated_.insert(number);
  connections_.emplace(number, std::move(key));
}

void Admission::authenticated(ConnectionNumber number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  unauthenticated_.erase(number);
  addresses_.at(found->second).unauthenticated.erase(number);
}

void Admission::leave(ConnectionNumber number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  unauthenticated_.erase(number);
  const auto address = addresses_.find(found->second);
  address->second.unauthenticated.erase(number);
  if (--address->second.connections == 0) addresses_.erase(address);
  connections_.erase(found);
}

std::optional<ConnectionNumber> Admission::oldest_unauthenticated() const { return first_of(unauthenticated_); }

}  // namespace tributary::net
