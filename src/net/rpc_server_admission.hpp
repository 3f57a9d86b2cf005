// SPDX-License-Identifier: Apache-2.0
// Who may connect to an RPC server, and who has to give way: a table of connections by age and by address. Who has authenticated is
// never sent away for somebody who has not. Values only: no socket, no clock. Private to src/net; limits are those of RpcServerLimits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tributary::net {

/// The number of a connection. Numbers grow, so the smallest is the oldest.
using ConnectionNumber = std::uint64_t;

struct AdmissionLimits {
  std::size_t connections_max = 0;
  std::size_t connections_per_address_max = 0;
  std::size_t unauthenticated_max = 0;
};

/// What an address counts as: itself, or for IPv6 its /64, because whoever has one address of a /64 has all of them.
[[nodiscard]] std::string admission_key(std::string_view numeric_address);

class Admission {
 public:
  explicit Admission(AdmissionLimits limits) : limits_(limits) {}

  struct Verdict {
    bool admitted = false;
    std::optional<ConnectionNumber> gives_way;  ///< the connection to close first
    std::string_view reason;                    ///< of a refusal or of giving way
  };
  /// What becomes of one more connection of this address. Changes nothing.
  [[nodiscard]] Verdict judge(const std::string& key) const;

  void enter(ConnectionNumber number, std::string key);
  void authenticated(ConnectionNumber number);
  void leave(ConnectionNumber number);
  /// The one that can be missed most easily, for when descriptors run out.
  [[nodiscard]] std::optional<ConnectionNumber> oldest_unauthenticated() const;
  [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }
  [[nodiscard]] std::size_t unauthenticated() const noexcept { return unauthenticated_.size(); }

 private:
  struct Address {
    std::size_t connections = 0;
    std::set<ConnectionNumber> unauthenticated;
  };

  AdmissionLimits limits_;
  std::map<ConnectionNumber, std::string> connections_;
  std::set<ConnectionNumber> unauthenticated_;
  std::map<std::string, Address> addresses_;
};

}  // namespace tributary::net
