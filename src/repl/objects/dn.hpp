// SPDX-License-Identifier: Apache-2.0
// Distinguished names as lists of RDNs with numbers for their attribute types (RFC 4514; [MS-ADTS] 3.1.1.1.4, [MS-DRSR] 5.158, 5.159).
// How values are quoted is base/rdn.hpp's business. Pure: must never know the store.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "repl/objects/attids.hpp"

namespace tributary::schema {
class Schema;
}

namespace tributary::repl {

struct Rdn {
  Attid type{};
  std::string value;  ///< UTF-8, unquoted
  friend bool operator==(const Rdn&, const Rdn&) = default;
};
/// The leaf first, as it is written. Empty: the name of the root.
using Dn = std::vector<Rdn>;

/// Deeper than any directory; what is longer is no name of ours.
inline constexpr std::size_t kDnRdnsMax = 1000;

/// The attribute type of an RDN by its keyword ("CN", "ou", "OID.2.5.4.3"); nothing for what the schema does not have.
[[nodiscard]] std::optional<Attid> find_rdn_type(const schema::Schema& schema, std::string_view keyword);
/// The keyword: in capitals those of RFC 4514 section 3, else the lDAPDisplayName, else the OID.
[[nodiscard]] std::string rdn_keyword(const schema::Schema& schema, Attid type);

/// kErrorDsNameUnparseable for what is no DN or has unknown types, kErrorDsNameTooLong beyond kDnRdnsMax.
[[nodiscard]] Result<Dn> parse_dn(const schema::Schema& schema, std::string_view dn);
[[nodiscard]] std::string format_rdn(const schema::Schema& schema, const Rdn& rdn);
[[nodiscard]] std::string format_dn(const schema::Schema& schema, std::span<const Rdn> dn);

}  // namespace tributary::repl
