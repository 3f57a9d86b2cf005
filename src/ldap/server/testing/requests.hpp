// SPDX-License-Identifier: Apache-2.0
// What a client of LDAP sends and what it reads, for tests: requests written by hand (RFC 4511 4), and of responses what tests ask about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace tributary::ldap::testing {

[[nodiscard]] Bytes tlv(std::uint8_t tag, ByteView content);
[[nodiscard]] Bytes tlv(std::uint8_t tag, std::string_view content);
[[nodiscard]] Bytes integer(std::uint8_t tag, std::int32_t value);
[[nodiscard]] Bytes joined(const std::vector<Bytes>& parts);
[[nodiscard]] Bytes message(std::int32_t id, const Bytes& operation);

[[nodiscard]] Bytes simple_bind(std::int32_t id, std::string_view name, std::string_view password);
[[nodiscard]] Bytes sasl_bind(std::int32_t id, std::string_view mechanism, const std::optional<Bytes>& credentials);
/// (objectClass=*), every attribute, the whole subtree.
[[nodiscard]] Bytes search(std::int32_t id, std::string_view base);
[[nodiscard]] Bytes unbind(std::int32_t id);
[[nodiscard]] Bytes abandon(std::int32_t id, std::int32_t which);
[[nodiscard]] Bytes extended(std::int32_t id, std::string_view oid);

struct Response {
  std::int32_t id = 0;
  std::uint8_t tag = 0;
  std::uint8_t code = 0;              ///< of what is no entry
  std::string text;                   ///< the diagnostic message; of an entry its DN
  std::optional<Bytes> credentials{};  ///< of a bind
  /// "3 entry cn=a", "3 done 0", "2 bind 49 wrong password", "0 extended 52 this server ends".
  [[nodiscard]] std::string line() const;
};
/// Takes whole messages from the beginning of `octets`.
[[nodiscard]] std::vector<Response> take_responses(Bytes& octets);

}  // namespace tributary::ldap::testing
