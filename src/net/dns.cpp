// SPDX-License-Identifier: Apache-2.0
// getaddrinfo for addresses, libresolv for SRV records; the answer is parsed by libresolv too (ns_parserr, dn_expand).
#include "net/dns.hpp"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::net {
namespace {

constexpr std::size_t kAnswerMax = 65535;      // a DNS message over TCP
constexpr std::size_t kSrvFixedSize = 6;       // priority, weight, port (RFC 2782)

std::unexpected<Error> dns_failure(Win32 code, std::string detail) { return fail(code, std::move(detail), Phase::kDns); }

class ResolverState {
 public:
  ResolverState() { ready_ = res_ninit(&state_) == 0; }
  ResolverState(const ResolverState&) = delete;
  ResolverState& operator=(const ResolverState&) = delete;
  ~ResolverState() {
    if (ready_) res_nclose(&state_);
  }
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] res_state get() noexcept { return &state_; }

 private:
  struct __res_state state_ {};
  bool ready_ = false;
};

Result<SrvRecord> parse_srv(const ns_msg& message, const ns_rr& record) {
  const auto* const data = ns_rr_rdata(record);
  if (ns_rr_rdlen(record) <= kSrvFixedSize) return fail(win32::kErrorInvalidData);
  std::array<char, NS_MAXDNAME> target{};
  if (dn_expand(ns_msg_base(message), ns_msg_end(message), data + kSrvFixedSize, target.data(), target.size()) < 0)
    return fail(win32::kErrorInvalidData);
  return SrvRecord{load_be<std::uint16_t>(data), load_be<std::uint16_t>(data + 2), load_be<std::uint16_t>(data + 4), target.data()};
}

}  // namespace

Result<std::vector<std::string>> resolve_host(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  int status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status == EAI_NONAME || status == EAI_ADDRFAMILY || status == EAI_NODATA) {
    hints.ai_flags = 0;  // AI_ADDRCONFIG hides loopback-only hosts
    status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(status == 0 ? found : nullptr, freeaddrinfo);
  if (status != 0) return dns_failure(win32::kRpcSServerUnavailable, host + ": " + gai_strerror(status));

  std::vector<std::string> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    if (std::ranges::find(addresses, text.data()) == addresses.end()) addresses.emplace_back(text.data());
  }
  if (addresses.empty()) return dns_failure(win32::kRpcSServerUnavailable, host + ": no address");
  return addresses;
}

Result<std::vector<SrvRecord>> resolve_srv(const std::string& name) {
  ResolverState resolver;
  if (!resolver.ready()) return dns_failure(win32::kRpcSServerUnavailable, "the resolver cannot start: check resolv.conf");
  Bytes answer(kAnswerMax);
  const int length = res_nquery(resolver.get(), name.c_str(), ns_c_in, ns_t_srv, answer.data(), static_cast<int>(answer.size()));
  if (length < 0) {
    switch (resolver.get()->res_h_errno) {
      case HOST_NOT_FOUND: return dns_failure(win32::kErrorNoSuchDomain, name + ": the name does not exist");
      case NO_DATA: return dns_failure(win32::kErrorNotFound, name + ": no SRV record");
      default: return dns_failure(win32::kRpcSServerUnavailable, name + ": no DNS server answers");
    }
  }
  ns_msg message{};
  if (ns_initparse(answer.data(), std::min(length, static_cast<int>(answer.size())), &message) != 0)
    return dns_failure(win32::kErrorInvalidData, name + ": malformed DNS answer");
  std::vector<SrvRecord> records;
  const auto count = std::min<std::size_t>(ns_msg_count(message, ns_s_an), kSrvRecordsMax);
  for (std::size_t i = 0; i < count; ++i) {
    ns_rr record{};
    if (ns_parserr(&message, ns_s_an, static_cast<int>(i), &record) != 0)
      return dns_failure(win32::kErrorInvalidData, name + ": malformed DNS answer");
    if (ns_rr_type(record) != ns_t_srv) continue;
    auto parsed = parse_srv(message, record);
    if (parsed && !parsed->target.empty()) records.push_back(*std::move(parsed));
  }
  if (records.empty()) return dns_failure(win32::kErrorNotFound, name + ": no SRV record");
  std::ranges::sort(records, [](const SrvRecord& a, const SrvRecord& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.weight > b.weight;
  });
  return records;
}

Result<std::vector<std::string>> locate_domain_controllers(const std::string& dns_domain, const std::string& site) {
  std::vector<std::string> names;
  if (!site.empty()) names.push_back("_ldap._tcp." + site + "._sites.dc._msdcs." + dns_domain);
  names.push_back("_ldap._tcp.dc._msdcs." + dns_domain);
  std::vector<std::string> hosts;
  Error last;
  for (const auto& name : names) {
    const auto records = resolve_srv(name);
    if (!records) {
      last = records.error();
      continue;
    }
    for (const auto& record : *records)
      if (std::ranges::none_of(hosts, [&](const auto& host) { return equals_ignoring_case(host, record.target); }))
        hosts.push_back(record.target);
  }
  if (!hosts.empty()) return hosts;
  if (last.code == win32::kErrorNotFound) last.code = win32::kErrorNoSuchDomain;
  return std::unexpected(std::move(last));
}

}  // namespace tributary::net
