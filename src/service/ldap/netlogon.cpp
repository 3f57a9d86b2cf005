// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.3.3.1 to 6.3.3.3: what is asked, what the directory says, and which structure of netlogon_response.hpp carries it.
#include "service/ldap/netlogon.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/utf.hpp"
#include "service/directory/partitions.hpp"
#include "service/directory/site_map.hpp"
#include "service/ldap/netlogon_response.hpp"

namespace tributary::service::ldap_face {
namespace {

using namespace directory;

constexpr Attid kSiteObject{0x90200};
constexpr std::uint32_t kBehaviorWin2012 = 5, kBehaviorWin2012R2 = 6;  // [MS-ADTS] 6.1.4.2

/// Its octets, low before high. No number when it has more of them than four and those are not zero.
std::optional<std::uint32_t> number_in(ByteView octets) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i >= 4 && octets[i] != 0) return std::nullopt;
    if (i < 4) number |= static_cast<std::uint32_t>(octets[i]) << (8 * i);
  }
  return number;
}

std::string text_in(ByteView octets) { return {octets.begin(), octets.end()}; }

/// The elements met so far; none may come twice.
class QueryReader {
 public:
  bool take(const ldap::FilterNode& node) {
    if (node.kind != ldap::FilterKind::kEqual) return node.kind > ldap::FilterKind::kNot;
    const auto is = [&](std::string_view name) { return equals_ignoring_case(node.attribute, name); };
    if (is("DnsDomain")) return text(query_.dns_domain, node.value);
    if (is("Host")) return text(query_.host, node.value);
    if (is("DnsHostName")) return text(query_.dns_host_name, node.value);
    if (is("User")) return text(query_.user, node.value);
    if (is("AAC")) return number(query_.account_control, node.value);
    if (is("NtVer")) return number(nt_version_, node.value);
    if (is("DomainSid")) return once(query_.domain_sid, to_bytes(node.value));
    if (is("DomainGuid")) return node.value.size() == 16 && once(query_.domain_guid, to_bytes(node.value));
    return true;
  }
  NetlogonQuery finish() {
    // No rule says what the absence of the element means: DCs then answer in the middle one of the three structures.
    query_.nt_version = nt_version_.value_or(netlogon::kVersion5);
    return std::move(query_);
  }

 private:
  template <class T>
  static bool once(std::optional<T>& field, T value) {
    if (field) return false;
    field = std::move(value);
    return true;
  }
  static bool text(std::optional<std::string>& field, ByteView value) {
    auto octets = text_in(value);
    return to_utf16(octets).has_value() && octets.find('\0') == std::string::npos && once(field, std::move(octets));
  }
  static bool number(std::optional<std::uint32_t>& field, ByteView value) {
    const auto read = number_in(value);
    return read && once(field, *read);
  }

  NetlogonQuery query_;
  std::optional<std::uint32_t> nt_version_;
};

/// userAccountControl in the bits of [MS-SAMR] 2.2.1.12, as far as 6.3.3.2 looks at them.
std::uint32_t account_bits(std::uint32_t user_account_control) {
  static constexpr std::pair<std::uint32_t, std::uint32_t> kBits[] = {{kUfTempDuplicateAccount, 0x8},
                                                                      {kUfNormalAccount, 0x10},
                                                                      {kUfInterdomainTrustAccount, 0x40},
                                                                      {kUfWorkstationTrustAccount, 0x80},
                                                                      {kUfServerTrustAccount, 0x100}};
  std::uint32_t bits = 0;
  for (const auto& [from, to] : kBits)
    if ((user_account_control & from) != 0) bits |= to;
  return bits;
}

/// An address and its family: 4 or 16 octets.
struct Address {
  std::array<std::uint8_t, 16> octets{};
  std::size_t size = 0;
};

std::optional<Address> parse_address(std::string_view text) {
  if (text.starts_with('[')) text = text.substr(1, text.find(']') - 1);
  else if (const auto colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) text = text.substr(0, colon);
  const std::string host(text.substr(0, text.find('%')));
  static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  Address address;
  if (::inet_pton(AF_INET, host.c_str(), address.octets.data()) == 1) {
    address.size = 4;
  } else if (::inet_pton(AF_INET6, host.c_str(), address.octets.data()) == 1) {
    address.size = 16;
    if (std::ranges::equal(kMapped, std::span(address.octets).first(12))) {
      std::copy_n(address.octets.begin() + 12, 4, address.octets.begin());
      address.size = 4;
    }
  } else {
    return std::nullopt;
  }
  return address;
}

/// The name of the subnet object (6.1.1.2.2.2.1) that has the first `bits` of the address, and then zeros.
std::string subnet_name(Address address, std::size_t bits) {
  for (std::size_t i = 0; i < address.size; ++i) {
    const auto kept = std::min<std::size_t>(8, bits - std::min(bits, 8 * i));
    address.octets[i] = static_cast<std::uint8_t>(address.octets[i] & (0xFF00 >> kept));
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.size == 4 ? AF_INET : AF_INET6, address.octets.data(), text.data(), text.size());
  return std::string(text.data()) + '/' + std::to_string(bits);
}

class Ping {
 public:
  Ping(const Reader& reader, const NetlogonQuery& query, const NetlogonServices& services) : reader_(reader), query_(query), services_(services), partitions_(reader) {}

  std::optional<Bytes> answer() const {
    const Dnt nc = nc_used();
    if (nc == kNoDnt || !has_sid(nc)) return std::nullopt;
    const std::uint32_t version = query_.nt_version;
    const auto facts = facts_of(nc);
    if ((version & (netlogon::kVersion5Ex | netlogon::kVersion5ExWithIp)) != 0) return netlogon::encode_response_ex(facts, version);
    if ((version & netlogon::kVersion5) != 0) return netlogon::encode_response(facts);
    return netlogon::encode_response_nt40(facts);
  }

 private:
  /// A domain or an application NC that is held here.
  [[nodiscard]] bool is_held(const CrossRef& cross_ref) const {
    if (cross_ref.nc == reader_.configuration_nc() || cross_ref.nc == reader_.schema_nc()) return false;
    const auto root = reader_.living(cross_ref.nc);
    return root && repl::is_nc_root(*root) && !repl::is_subref(*root);
  }
  [[nodiscard]] Dnt nc_of_guid() const {
    const Dnt nc = reader_.of_guid(ObjectGuid{must(guid_from_bytes(*query_.domain_guid))});
    const auto* cross_ref = partitions_.of_nc(nc);
    return cross_ref != nullptr && is_held(*cross_ref) ? nc : kNoDnt;
  }
  [[nodiscard]] Dnt nc_of_name(std::string_view name) const {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty()) return kNoDnt;
    for (const auto& each : partitions_.all()) {
      const bool is_called = std::ranges::any_of(each.dns_roots, [&](const auto& root) { return equals_ignoring_case(root, name); });
      if (is_called && is_held(each)) return each.nc;
    }
    return kNoDnt;
  }
  /// reqNCUsed. DEVIATION: 6.3.3.2 wants both DnsDomain and DomainGuid to name an NC that is here; DCs answer when one does, and clients
  /// that still have the GUID or the name of before rely on it.
  [[nodiscard]] Dnt nc_used() const {
    if (!query_.domain_guid && !query_.dns_domain) return reader_.default_nc();
    const Dnt by_guid = query_.domain_guid ? nc_of_guid() : kNoDnt;
    if (by_guid != kNoDnt || !query_.dns_domain) return by_guid;
    return nc_of_name(*query_.dns_domain);
  }
  [[nodiscard]] bool has_sid(Dnt nc) const {
    if (!query_.domain_sid) return true;
    const auto sids = reader_.sids(reader_.object(nc), attid::kObjectSid);
    return !sids.empty() && std::ranges::equal(encode_sid(sids.front()), *query_.domain_sid);
  }

  /// x of 6.3.3.2: the account is there, enabled, and of a kind that was asked for.
  [[nodiscard]] bool is_user_known(Dnt nc) const {
    return std::ranges::any_of(reader_.equal_text(attid::kSamAccountName, *query_.user), [&](Dnt dnt) {
      const auto object = reader_.object(dnt);
      const auto control = object.first_u32(attid::kUserAccountControl).value_or(0);
      return object.nc() == nc && (control & kUfAccountDisable) == 0 && (query_.account_control.value_or(0) & account_bits(control)) != 0;
    });
  }

  /// s of 6.3.3.2. DEVIATION: Windows also looks up the names of Host and DnsHostName when the address alone gives no site; a ping would
  /// then wait for DNS.
  [[nodiscard]] Dnt client_site() const {
    const Dnt sites = reader_.child(reader_.configuration_nc(), "Sites"), subnets = reader_.child(sites, "Subnets");
    if (const auto address = parse_address(query_.client_address)) {
      // The longest prefix that has an object: by name, because a forest may have thousands.
      for (std::size_t bits = 8 * address->size; bits > 0; --bits) {
        const Dnt subnet = reader_.child(subnets, subnet_name(*address, bits));
        if (subnet == kNoDnt) continue;
        if (const Dnt site = reader_.reference(subnet, kSiteObject); reader_.is_living(site)) return site;
        break;
      }
    }
    const auto all = reader_.children(sites, class_id::kSite);
    return all.size() == 1 ? all.front() : kNoDnt;
  }

  [[nodiscard]] std::uint32_t flags(Dnt nc, Dnt site, Dnt client_site) const {
    const auto dsa = reader_.find(reader_.dsa_object());
    const std::uint32_t level = dsa ? dsa->first_u32(attid::kMsDsBehaviorVersion).value_or(0) : 0;
    const bool is_writable = !reader_.context().rules.read_only;
    const auto* cross_ref = partitions_.of_nc(nc);
    std::uint32_t flags = netlogon::kFlagLdap | netlogon::kFlagDs;
    const auto set = [&](bool holds, std::uint32_t flag) { flags |= holds ? flag : 0; };
    set(partitions_.owns(FsmoRole::kPdc), netlogon::kFlagPdc);
    set(partitions_.is_gc() && !services_.is_paused, netlogon::kFlagGc);
    set(services_.is_kdc, netlogon::kFlagKdc);
    set(services_.is_time_server, netlogon::kFlagTimeServer);
    set(site != kNoDnt && site == client_site, netlogon::kFlagClosest);
    set(is_writable, netlogon::kFlagWritable);
    set(cross_ref != nullptr && !cross_ref->is_domain(), netlogon::kFlagApplicationNc);
    set(!is_writable, netlogon::kFlagSelectSecretDomain);
    set(is_writable && level >= kBehaviorWin2008, netlogon::kFlagFullSecretDomain);
    set(level >= kBehaviorWin2012, netlogon::kFlagDs8);
    set(level >= kBehaviorWin2012R2, netlogon::kFlagDs9);
    return flags;
  }

  /// The account's name without its dollar; of a DC whose computer is not known the RDN of its server object.
  [[nodiscard]] std::string netbios_name(Dnt server) const {
    const Dnt computer = reader_.reference(server, attid::kServerReference);
    if (const auto record = reader_.living(computer)) {
      auto name = reader_.text(*record, attid::kSamAccountName).value_or("");
      if (name.ends_with('$')) name.pop_back();
      if (!name.empty()) return name;
    }
    return reader_.rdn(server);
  }

  [[nodiscard]] netlogon::Facts facts_of(Dnt nc) const {
    const Dnt server = reader_.parent(reader_.dsa_object()), site = reader_.parent(reader_.parent(server));
    const Dnt of_client = client_site();
    netlogon::Facts facts;
    facts.is_paused = services_.is_paused;
    facts.is_user_unknown = query_.user && !is_user_known(nc);
    facts.flags = flags(nc, site, of_client);
    facts.domain_guid = reader_.object(nc).guid().value;
    facts.forest = reader_.identity().forest_dns_name;
    facts.dns_domain = partitions_.dns_name(nc).value_or("");
    facts.dns_host = reader_.identity().host_name;
    facts.netbios_domain = partitions_.netbios_name(nc).value_or("");
    facts.netbios_host = netbios_name(server);
    facts.user = query_.user.value_or("");
    facts.server_site = reader_.rdn(site);
    if (of_client != kNoDnt) facts.client_site = reader_.rdn(of_client);
    if (const auto address = parse_address(query_.server_address); address && address->size == 4) std::copy_n(address->octets.begin(), 4, facts.ipv4.begin());
    if ((query_.nt_version & netlogon::kVersionWithClosestSite) != 0 && of_client != kNoDnt)
      if (const Dnt next = SiteMap(reader_).closest_to(of_client); next != kNoDnt) facts.next_closest_site = reader_.rdn(next);
    return facts;
  }

  const Reader& reader_;
  const NetlogonQuery& query_;
  const NetlogonServices& services_;
  Partitions partitions_;
};

}  // namespace

bool is_netlogon_search(const ldap::SearchRequest& request) noexcept {
  return request.base.empty() && request.scope == ldap::Scope::kBase && request.attributes.size() == 1 && equals_ignoring_case(request.attributes[0], "netlogon");
}

std::optional<NetlogonQuery> read_netlogon_query(const ldap::SearchRequest& request) {
  const auto& nodes = request.filter.nodes;
  if (nodes.empty()) return std::nullopt;
  QueryReader reader;
  // One level of AND, or one element alone; elements that are not known say nothing.
  const std::size_t first = nodes[0].kind == ldap::FilterKind::kAnd ? 1 : 0;
  for (std::size_t i = first; i < nodes.size(); ++i)
    if (!reader.take(nodes[i])) return std::nullopt;
  return reader.finish();
}

Result<std::optional<Bytes>> netlogon_response(Dsa& dsa, const NetlogonQuery& query, const NetlogonServices& services) {
  const auto context = dsa.context();
  return guarded([&] {
    const auto snapshot = dsa.store().read();
    const Reader reader(context, *snapshot, dsa.identity());
    return Ping(reader, query, services).answer();
  });
}

void append_netlogon_answer(Bytes& out, std::int32_t id, const ldap::SearchRequest& request, Dsa& dsa, std::string client_address,
                            std::string server_address, const NetlogonServices& services) {
  ldap::Outcome outcome;
  if (auto query = read_netlogon_query(request)) {
    query->client_address = std::move(client_address);
    query->server_address = std::move(server_address);
    const auto value = netlogon_response(dsa, *query, services);
    if (!value) outcome = ldap::outcome_of(value.error());
    // DEVIATION: 6.3.3.3 has an entry without attributes for what is not here; clients take that for a broken DC, no entry for a no.
    if (value && *value) {
      ldap::EntryWriter entry(out);
      entry.begin(id, {});
      entry.begin_attribute(request.attributes[0]);
      if (!request.types_only) entry.value(ByteView(**value));
      entry.end_attribute();
      entry.end();
    }
  }
  ldap::append_result(out, id, ldap::ResponseTag::kSearchDone, outcome);
}

}  // namespace tributary::service::ldap_face
