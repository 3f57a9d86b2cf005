// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of pings ([MS-ADTS] 6.3.3.1) and the writers of their answers: what was read fits its fields, and an answer that is
// written ends in its version and its two tokens.
#include <cstddef>
#include <cstdint>

#include "base/utf.hpp"
#include "must_hold.hpp"
#include "service/ldap/netlogon.hpp"
#include "service/ldap/netlogon_response.hpp"

using namespace tributary;
using namespace tributary::service::ldap_face;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = ldap::read_message(Bytes(data, data + size));
  if (!message || !std::holds_alternative<ldap::SearchRequest>(message->request)) return 0;
  const auto& search = std::get<ldap::SearchRequest>(message->request);
  static_cast<void>(is_netlogon_search(search));
  const auto query = read_netlogon_query(search);
  if (!query) return 0;
  must_hold(!query->domain_guid || query->domain_guid->size() == 16, "a GUID of another size");
  must_hold(!query->user || to_utf16(*query->user).has_value(), "a user that is no text");
  netlogon::Facts facts;
  facts.user = query->user.value_or("");
  facts.dns_domain = query->dns_domain.value_or("");
  facts.next_closest_site = query->host;
  for (const auto& octets : {netlogon::encode_response_ex(facts, query->nt_version), netlogon::encode_response(facts), netlogon::encode_response_nt40(facts)})
    must_hold(!octets || (octets->size() >= 8 && load_le<std::uint32_t>(octets->data() + octets->size() - 4) == 0xFFFFFFFF), "an answer without its end");
  return 0;
}
