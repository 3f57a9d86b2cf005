// SPDX-License-Identifier: Apache-2.0
// getaddrinfo and getnameinfo behind two questions.
#include "ntdsapi/local_names.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "base/bytes.hpp"

namespace tributary::ntdsapi {
namespace {

constexpr std::size_t kNameOctetsMax = 1025;  // NI_MAXHOST

struct AddressesDeleter {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesDeleter>;

Addresses look_up(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  return getaddrinfo(host.c_str(), nullptr, &hints, &list) == 0 ? Addresses(list) : Addresses();
}

std::string strip_brackets(const std::string& host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

std::string canonical_host(const std::string& host) {
  if (!is_ip_address(std::string_view(host))) {
    const auto addresses = look_up(host, AI_CANONNAME);
    return addresses && addresses->ai_canonname != nullptr ? std::string(addresses->ai_canonname) : host;
  }
  const auto addresses = look_up(strip_brackets(host), AI_NUMERICHOST);
  std::array<char, kNameOctetsMax> name{};
  if (!addresses || getnameinfo(addresses->ai_addr, addresses->ai_addrlen, name.data(), name.size(), nullptr, 0, NI_NAMEREQD) != 0) return host;
  return name.data();
}

std::string netbios_name(std::string_view dns_name) {
  constexpr std::size_t kNetbiosCharactersMax = 15;
  std::string name(dns_name.substr(0, std::min(dns_name.find('.'), kNetbiosCharactersMax)));
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return name;
}

LocalNames<char> local_names() {
  std::array<char, kNameOctetsMax> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {"localhost", "LOCALHOST"};
  std::string host = name.data();
  std::string dns = host.find('.') == std::string::npos ? canonical_host(host) : host;
  return {std::move(dns), netbios_name(host)};
}

}  // namespace tributary::ntdsapi
