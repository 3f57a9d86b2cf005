// SPDX-License-Identifier: Apache-2.0
// Where a host listens that DNS and an endpoint mapper do not tell: a name with its port ("dsa-a.lab.example:7002", "[::1]:7002"), and a
// file that gives names an address, and a port when it is not to be asked for. The names stay what tickets are for ([MS-DRSR] 2.2.4.2).
// Text and one file; resolves nothing.
//
// NAME [NAME...] ADDRESS[:PORT], a line each; what is said twice must be the same.
//
//   # the DSAs of the demo
//   dsa-a.lab.example  0977b90f-2273-4aab-9a5e-1b8a5bfe7583  127.0.0.1:7002
//   dsa-b.lab.example  [::1]:7002
//   dc3.lab.example    10.77.0.3
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::client {

/// A file larger than this is no list of hosts.
inline constexpr std::size_t kHostsFileOctetsMax = std::size_t{1} << 20;
/// Names the file for every program that links this library.
inline constexpr const char* kHostsVariable = "TRIBUTARY_HOSTS";

struct HostPort {
  std::string host;  ///< a name, or an address without brackets
  std::optional<std::uint16_t> port;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
/// "host", "host:port", "address", "address:port", "[v6]", "[v6]:port". What has no port of 1 to 65535 behind it is a host as a whole.
[[nodiscard]] HostPort split_host_port(std::string_view text);
/// The inverse: "dc1.lab.example:7002", "[::1]:7002".
[[nodiscard]] std::string to_string(const HostPort& where);
/// An address in digits, of either family.
[[nodiscard]] bool is_numeric_address(const std::string& host);

/// Immutable once made: any number of threads.
class HostMap {
 public:
  HostMap() = default;

  /// `source` is the file's name, for messages. kErrorInvalidParameter, "FILE:LINE: what is wrong".
  [[nodiscard]] static Result<HostMap> parse(std::string_view text, const std::string& source);
  [[nodiscard]] static Result<HostMap> read(const std::string& path);
  /// The file that TRIBUTARY_HOSTS names, read now; an empty map when it names none. Ignored in programs that run with another
  /// user's rights.
  [[nodiscard]] static Result<HostMap> from_environment();

  /// By host name in any case, by DSA GUID, or by "<dsa guid>._msdcs.<forest>", whichever of the two forms the file has.
  [[nodiscard]] const HostPort* find(std::string_view name) const;
  /// The host names of the map with one label more than the DNS domain, in the order of the file.
  [[nodiscard]] std::vector<std::string> hosts_of_domain(std::string_view dns_domain) const;
  /// The first host name that has this address and port; empty when none has.
  [[nodiscard]] std::string name_of(const HostPort& where) const;
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }

 private:
  std::vector<std::string> names_;  // in the order of the file
  std::map<std::string, HostPort, std::less<>> where_;
};

}  // namespace tributary::client
