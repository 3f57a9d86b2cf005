// SPDX-License-Identifier: Apache-2.0
// Search filters in their text form (RFC 4515), judged on entries at hand: what our own searches use of them where no LDAP server
// judges. And, or, not, equality and presence; texts without regard to the case of ASCII letters, octets as they are.
// Pure. Not a server's filter: it knows no schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ldap/ldap_client.hpp"

namespace tributary::client {

class EntryFilter {
 public:
  static constexpr std::size_t kDepthMax = 16;

  /// kErrorInvalidParameter for what is no filter of these five forms.
  [[nodiscard]] static Result<EntryFilter> parse(std::string_view text);
  [[nodiscard]] bool matches(const ldap_client::Entry& entry) const;

 private:
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kEqual, kPresent };
  [[nodiscard]] static bool parse_one(std::string_view& text, EntryFilter& out, std::size_t depth);
  [[nodiscard]] static bool parse_item(std::string_view& text, EntryFilter& out);

  Kind kind_ = Kind::kAnd;
  std::vector<EntryFilter> parts_;
  std::string attribute_;
  std::string value_;
};

}  // namespace tributary::client
