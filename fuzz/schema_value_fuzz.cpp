// SPDX-License-Identifier: Apache-2.0
// Values of every syntax from a hostile writer ([MS-ADTS] 3.1.1.2.2.4, 3.1.1.5.1.1), RDNs, SDDL and the rows of the schema's data file.
// Input: one octet for the syntax, one for where the rest is cut in two values.
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "schema/check_value.hpp"
#include "schema/consistency.hpp"
#include "schema/schema_data.hpp"
#include "schema/value_compare.hpp"

using namespace tributary;
using namespace tributary::schema;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)is_sddl(text);
  (void)parse_schema_text(text);
  const auto form = rdn_form(text);
  TRIBUTARY_ASSERT(rdn_form(std::string_view(reinterpret_cast<const char*>(form.data()), form.size())) == form);
  const auto name = generate_ldap_display_name(text);
  TRIBUTARY_ASSERT(name.size() <= size);
  if (size < 2) return 0;

  const auto syntax = syntaxes()[data[0] % syntaxes().size()].syntax;
  const ByteView rest(data + 2, size - 2);
  const auto a = rest.first(std::min<std::size_t>(data[1], rest.size()));
  const auto b = rest.subspan(a.size());
  const auto order = compare_values(syntax, a, b);
  TRIBUTARY_ASSERT(compare_values(syntax, b, a) == 0 <=> order);
  TRIBUTARY_ASSERT((order == 0) == values_equal(syntax, a, b));
  TRIBUTARY_ASSERT(values_equal(syntax, a, a));

  AttributeSchema attribute;
  attribute.syntax = syntax;
  attribute.range_lower = static_cast<std::int8_t>(data[1]);
  attribute.range_upper = 64;
  const bool has_form = has_value_form(syntax, a) && has_allowed_characters(attribute, a);
  TRIBUTARY_ASSERT(check_value(attribute, a).has_value() == (has_form && is_in_range(attribute, a)));
  return 0;
}
