// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.3.1.7 to 6.3.1.9, and names as labels (6.3.7, RFC 1035 4.1.4).
#include "service/ldap/netlogon_response.hpp"

#include <algorithm>
#include <string_view>

#include "base/utf.hpp"

namespace tributary::service::ldap_face::netlogon {
namespace {

// 6.3.1.3. Of each three: the plain answer, a DC that is not ready, a user that is not here.
constexpr std::uint16_t kResponse = 19, kPause = 20, kUserUnknown = 21;
constexpr std::uint16_t kExtended = 4;  ///< from one of them to that of NETLOGON_SAM_LOGON_RESPONSE_EX
constexpr std::size_t kLabelOctetsMax = 63;
constexpr std::size_t kNameOctetsMax = 255;

std::uint16_t opcode_of(const Facts& facts) { return facts.is_paused ? kPause : facts.is_user_unknown ? kUserUnknown : kResponse; }

class Writer {
 public:
  template <class T>
  void number(T value) {
    octets_.resize(octets_.size() + sizeof(T));
    store_le(octets_.data() + octets_.size() - sizeof(T), value);
  }
  template <class Range>
  void octets(const Range& range) {
    octets_.insert(octets_.end(), range.begin(), range.end());
  }
  void guid(const Guid& guid) { octets(guid.octets); }
  void wide(std::string_view text) {
    for (const char16_t unit : to_utf16_lossy(text)) number(static_cast<std::uint16_t>(unit));
    number(std::uint16_t{0});
  }
  /// Each label behind its length, then none. Nothing is compressed: 6.3.7 leaves that to the server, and readers differ in what they
  /// make of pointers.
  void name(std::string_view text) {
    if (text.size() > kNameOctetsMax) failed_ = true;
    while (!text.empty()) {
      const auto label = text.substr(0, text.find('.'));
      if (label.empty() || label.size() > kLabelOctetsMax) failed_ = true;
      number(static_cast<std::uint8_t>(label.size()));
      octets(label);
      text.remove_prefix(std::min(text.size(), label.size() + 1));
    }
    number(std::uint8_t{0});
  }
  [[nodiscard]] std::optional<Bytes> finish(std::uint32_t version) {
    number(version);
    number(std::uint32_t{0xFFFFFFFF});  // LmNtToken, Lm20Token
    if (failed_) return std::nullopt;
    return std::move(octets_);
  }

 private:
  Bytes octets_;
  bool failed_ = false;
};

/// What NETLOGON_SAM_LOGON_RESPONSE and NETLOGON_SAM_LOGON_RESPONSE_NT40 begin with. DEVIATION: 6.3.3.2 has the name of the server alone;
/// clients of both structures expect two backslashes before it, and DCs write them.
void begin(Writer& writer, const Facts& facts) {
  writer.number(opcode_of(facts));
  writer.wide("\\\\" + facts.netbios_host);
  writer.wide(facts.user);
  writer.wide(facts.netbios_domain);
}

}  // namespace

std::optional<Bytes> encode_response_ex(const Facts& facts, std::uint32_t nt_version) {
  Writer writer;
  writer.number(static_cast<std::uint16_t>(opcode_of(facts) + kExtended));
  writer.number(std::uint16_t{0});
  writer.number(facts.flags);
  writer.guid(facts.domain_guid);
  for (const auto* name : {&facts.forest, &facts.dns_domain, &facts.dns_host, &facts.netbios_domain, &facts.netbios_host, &facts.user, &facts.server_site,
                           &facts.client_site})
    writer.name(*name);
  std::uint32_t version = kVersion1 | kVersion5Ex;
  if ((nt_version & kVersion5ExWithIp) != 0) {
    // DEVIATION: 6.3.3.2 does not repeat this bit in NtVersion; without it a reader cannot know that the address is there.
    version |= kVersion5ExWithIp;
    writer.number(std::uint8_t{16});
    writer.number(std::uint16_t{2});  // AF_INET
    writer.number(std::uint16_t{0});
    writer.octets(facts.ipv4);
    writer.number(std::uint64_t{0});
  }
  if (facts.next_closest_site) {
    version |= kVersionWithClosestSite;
    writer.name(*facts.next_closest_site);
  }
  return writer.finish(version);
}

std::optional<Bytes> encode_response(const Facts& facts) {
  Writer writer;
  begin(writer, facts);
  writer.guid(facts.domain_guid);
  writer.guid(Guid{});
  writer.name(facts.forest);
  writer.name(facts.dns_domain);
  writer.name(facts.dns_host);
  writer.number(load_be<std::uint32_t>(facts.ipv4.data()));  // low octet first here, unlike in the extended structure
  writer.number((facts.flags & kFlagPdc) | kFlagDs);
  return writer.finish(kVersion1 | kVersion5);
}

std::optional<Bytes> encode_response_nt40(const Facts& facts) {
  Writer writer;
  begin(writer, facts);
  return writer.finish(kVersion1);
}

}  // namespace tributary::service::ldap_face::netlogon
