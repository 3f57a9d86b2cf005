// SPDX-License-Identifier: Apache-2.0
// Composing and taking apart service principal names. [MS-DRSR] 2.2.3.
#include "ntdsapi/spn.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::ntdsapi {
namespace {

template <class Char>
using View = std::basic_string_view<Char>;

template <class Char>
constexpr bool has_slash(View<Char> text) {
  return text.find(Char('/')) != View<Char>::npos;
}

template <class Char>
void append_number(std::basic_string<Char>& text, unsigned number) {
  for (const char digit : std::to_string(number)) text.push_back(static_cast<Char>(digit));
}

/// 0 when `text` is no number from 1 to 65535.
template <class Char>
constexpr std::uint16_t parse_port(View<Char> text) {
  constexpr std::size_t kDigitsMax = 5;
  if (text.empty() || text.size() > kDigitsMax) return 0;
  std::uint32_t port = 0;
  for (const Char c : text) {
    if (c < Char('0') || c > Char('9')) return 0;
    port = port * 10 + static_cast<std::uint32_t>(c - Char('0'));
  }
  return port <= UINT16_MAX ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

constexpr bool is_host_type(SpnType type) {
  return type == SpnType::kDnsHost || type == SpnType::kDnHost || type == SpnType::kNbHost;
}
constexpr bool is_netbios_type(SpnType type) { return type == SpnType::kNbHost || type == SpnType::kNbDomain; }

}  // namespace

template <class Char>
bool is_ip_address(View<Char> text) {
  constexpr std::size_t kAddressCharactersMax = INET6_ADDRSTRLEN + 2;
  if (text.empty() || text.size() > kAddressCharactersMax) return false;
  std::string narrow;
  for (const Char c : text) {
    if (c <= Char(' ') || c > Char('~')) return false;
    narrow.push_back(static_cast<char>(c));
  }
  if (narrow.front() == '[' && narrow.back() == ']') narrow = narrow.substr(1, narrow.size() - 2);
  in6_addr address{};
  return inet_pton(AF_INET, narrow.c_str(), &address) == 1 || inet_pton(AF_INET6, narrow.c_str(), &address) == 1;
}

template <class Char>
Result<std::basic_string<Char>> make_spn(const SpnParts<Char>& parts) {
  if (parts.service_class.empty() || parts.service_name.empty())
    return fail(win32::kErrorInvalidParameter, "a service principal name needs a class and a service");
  for (const auto part : {parts.service_class, parts.service_name, parts.instance_name, parts.referrer}) {
    if (has_slash(part)) return fail(win32::kErrorInvalidParameter, "a part of a service principal name contains a slash");
    if (part.size() > kSpnCharactersMax / 5) return fail(win32::kErrorInvalidParameter, "a part of a service principal name is too long");
  }
  const bool replicated = !parts.instance_name.empty();
  std::basic_string<Char> spn(parts.service_class);
  spn.push_back(Char('/'));
  spn += replicated ? parts.instance_name : parts.service_name;
  if (parts.port != 0) {
    spn.push_back(Char(':'));
    append_number(spn, parts.port);
  }
  const auto last = is_ip_address(parts.service_name) && !parts.referrer.empty() ? parts.referrer
                    : replicated                                                 ? parts.service_name
                                                                                 : View<Char>{};
  if (!last.empty()) {
    spn.push_back(Char('/'));
    spn += last;
  }
  return spn;
}

template <class Char>
Result<std::vector<std::basic_string<Char>>> get_spns(const SpnRequest<Char>& request, const LocalNames<Char>& local) {
  const bool host_type = is_host_type(request.type);
  if (request.type > SpnType::kService) return fail(win32::kErrorInvalidParameter, "unknown type of service principal name");
  if (host_type == request.service_name.has_value())
    return fail(win32::kErrorInvalidParameter, host_type ? "a host's name takes no service" : "the service is missing");
  if (!request.ports.empty() && request.ports.size() != request.instances.size())
    return fail(win32::kErrorInvalidParameter, "as many ports as instances are needed");

  const auto compose = [&](View<Char> instance, std::uint16_t port) {
    SpnParts<Char> parts{.service_class = request.service_class, .service_name = instance, .port = port};
    if (!host_type) {
      parts.service_name = *request.service_name;
      parts.instance_name = instance;
    }
    return instance.empty() ? Result<std::basic_string<Char>>(fail(win32::kErrorInvalidParameter, "an instance without a name"))
                            : make_spn(parts);
  };
  std::vector<std::basic_string<Char>> spns;
  const auto add = [&](View<Char> instance, std::uint16_t port) -> Result<> {
    auto spn = compose(instance, port);
    if (!spn) return std::unexpected(spn.error());
    spns.push_back(std::move(*spn));
    return {};
  };
  if (request.instances.empty()) {
    const auto& self = is_netbios_type(request.type) ? local.netbios : local.dns;
    if (auto added = add(self, request.port); !added) return std::unexpected(added.error());
    return spns;
  }
  spns.reserve(request.instances.size());
  for (std::size_t i = 0; i < request.instances.size(); ++i)
    if (auto added = add(request.instances[i], request.ports.empty() ? std::uint16_t{0} : request.ports[i]); !added)
      return std::unexpected(added.error());
  return spns;
}

template <class Char>
Result<CrackedSpn<Char>> crack_spn(View<Char> spn, CrackSpnOptions options) {
  const auto malformed = [](const char* why) { return fail(win32::kErrorInvalidParameter, why); };
  if (spn.size() > kSpnCharactersMax) return malformed("the service principal name is too long");
  CrackedSpn<Char> cracked;
  if (const auto at = options.split_realm ? spn.rfind(Char('@')) : View<Char>::npos; at != View<Char>::npos) {
    cracked.realm = spn.substr(at + 1);
    if (cracked.realm.empty()) return malformed("the realm of the service principal name is empty");
    spn = spn.substr(0, at);
  }
  const auto first = spn.find(Char('/'));
  if (first == View<Char>::npos || first == 0) return malformed("a service principal name is class/instance");
  cracked.service_class = spn.substr(0, first);
  View<Char> instance = spn.substr(first + 1);
  if (const auto second = instance.find(Char('/')); second != View<Char>::npos) {
    cracked.third_part = instance.substr(second + 1);
    instance = instance.substr(0, second);
    if (cracked.third_part.empty() || has_slash(cracked.third_part)) return malformed("the service part is empty or contains a slash");
  }
  // A bracketed or bare IPv6 address has colons of its own.
  const auto colon = instance.ends_with(Char(']')) || is_ip_address(instance) ? View<Char>::npos : instance.rfind(Char(':'));
  if (colon != View<Char>::npos) {
    cracked.port_text = instance.substr(colon + 1);
    instance = instance.substr(0, colon);
    if (cracked.port_text.empty() || (!options.named_port && parse_port(cracked.port_text) == 0))
      return malformed("the port is not a number from 1 to 65535");
  }
  if (instance.empty()) return malformed("the instance is empty");
  if (instance.find(Char(':')) != View<Char>::npos && !is_ip_address(instance)) return malformed("the instance has a colon and is no address");
  cracked.instance_name = instance;
  cracked.service_name = cracked.third_part.empty() ? instance : cracked.third_part;
  return cracked;
}

template <class Char>
std::uint16_t port_of(const CrackedSpn<Char>& spn) noexcept {
  return parse_port(spn.port_text);
}

#define TRIBUTARY_SPN_FOR(Char)                                                                    \
  template bool is_ip_address(View<Char>);                                                         \
  template Result<std::basic_string<Char>> make_spn(const SpnParts<Char>&);                        \
  template Result<std::vector<std::basic_string<Char>>> get_spns(const SpnRequest<Char>&, const LocalNames<Char>&); \
  template Result<CrackedSpn<Char>> crack_spn(View<Char>, CrackSpnOptions);                        \
  template std::uint16_t port_of(const CrackedSpn<Char>&) noexcept;
TRIBUTARY_SPN_FOR(char)
TRIBUTARY_SPN_FOR(char16_t)

}  // namespace tributary::ntdsapi
