// SPDX-License-Identifier: Apache-2.0
// Distinguished names as the engine takes them apart (RFC 4514, [MS-ADTS] 3.1.1.1.4): whatever parses is written so that it parses to the same,
// and once written it stays as it is. The schema is the embedded one.
#include <cstdlib>
#include <string_view>

#include "repl/objects/dn.hpp"
#include "schema/schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary;
  const auto& schema = *schema::Schema::embedded();
  const auto dn = repl::parse_dn(schema, {reinterpret_cast<const char*>(data), size});
  if (!dn) return 0;
  const auto text = repl::format_dn(schema, *dn);
  const auto again = repl::parse_dn(schema, text);
  if (!again || *again != *dn || repl::format_dn(schema, *again) != text) std::abort();
  return 0;
}
