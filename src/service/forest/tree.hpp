// SPDX-License-Identifier: Apache-2.0
// Objects as text: a DN and lines "attribute: value", one below the other, with names in braces for what differs from forest to forest.
// The contents of a new forest ([MS-ADTS] 6.1.1) are written so (data/*.inc), and so is what one more DSA adds to it. And one value of
// such a line in the concrete representation of its syntax ([MS-DRSR] 5.16.1).
// Pure: must never know the store, nor what any object is for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "repl/updates/updates.hpp"
#include "schema/schema.hpp"

namespace tributary::service {

/// One object. RDN values have no character that a DN would quote.
struct TreeObject {
  std::string dn;
  std::vector<std::pair<std::string, std::string>> values;  ///< lDAPDisplayName and text, in the order of the text

  [[nodiscard]] std::string_view first(std::string_view attribute) const noexcept;  ///< empty when there is none
};
using TreeVariables = std::vector<std::pair<std::string_view, std::string>>;

/// Lines that begin with '#' are for the reader; a line that begins with a space belongs to the DN above it.
/// kErrorInvalidData, with the line, for what has no such form or names a variable that is not given.
[[nodiscard]] Result<std::vector<TreeObject>> read_tree(std::string_view text, const TreeVariables& variables);

/// "CN=Users,DC=lab" as "CN=Users" and "DC=lab".
[[nodiscard]] std::pair<std::string_view, std::string_view> split_dn(std::string_view dn) noexcept;
/// "lab.example" as "DC=lab,DC=example".
[[nodiscard]] std::string dn_of_dns_name(std::string_view dns_name);

/// What a DN in a value becomes; `rest` is the binary part of a DN-Binary ("B:8:00000005:DC=lab").
using ReferenceMaker = std::function<Result<repl::NewValue>(schema::Syntax syntax, std::string_view dn, Bytes rest)>;
/// Numbers are decimal or 0x..., GUIDs in octet strings "guid:...", other octets "hex:...", OIDs the lDAPDisplayName of a class or
/// attribute. kErrorDsInvalidAttributeSyntax for what is none, kErrorNotSupported for syntaxes that no such text has.
[[nodiscard]] Result<repl::NewValue> value_of_text(const schema::Schema& schema, const schema::AttributeSchema& attribute, std::string_view text,
                                                   const ReferenceMaker& refer);

}  // namespace tributary::service
