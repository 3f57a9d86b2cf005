// SPDX-License-Identifier: Apache-2.0
// The text parsers behind ntdsapi.h: RDN values, distinguished names, mangled names, service principal names (RFC 2253, [MS-DRSR] 2.2.3).
// Beyond not crashing: quoting and unquoting are inverse, what is taken apart is part of what was given, walking a DN ends.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/canonical_name.hpp"
#include "base/rdn.hpp"
#include "ntdsapi/spn.hpp"

namespace {

using namespace tributary;
using namespace tributary::ntdsapi;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Char>
void names(std::basic_string_view<Char> text) {
  const auto quoted = quote_rdn_value(text);
  const auto back = unquote_rdn_value(std::basic_string_view<Char>(quoted));
  require(back && *back == text);
  (void)unquote_rdn_value(text);
  (void)mangling_of(text);
  (void)mangling_of_quoted(text);

  std::size_t left = text.size() + 1;  // every step takes something off
  for (auto rest = text;;) {
    const auto rdn = first_rdn(rest);
    if (!rdn || rdn->key.empty()) break;
    require(rdn->rest.size() < left);
    left = rdn->rest.size();
    rest = rdn->rest;
  }

  for (const CrackSpnOptions options : {CrackSpnOptions{}, CrackSpnOptions{true, false}, CrackSpnOptions{true, true}}) {
    const auto spn = crack_spn(text, options);
    if (!spn) continue;
    require(!spn->service_class.empty() && !spn->instance_name.empty());
    SpnParts<Char> parts{.service_class = spn->service_class, .service_name = spn->instance_name, .port = port_of(*spn)};
    if (!spn->third_part.empty()) {
      parts.service_name = spn->third_part;
      parts.instance_name = spn->instance_name;
    }
    const auto again = make_spn(parts);
    require(!again || crack_spn(std::basic_string_view<Char>(*again)).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  names(std::string_view(reinterpret_cast<const char*>(data), size));
  std::u16string wide;
  for (std::size_t i = 0; i + 1 < size; i += 2) wide.push_back(static_cast<char16_t>(data[i] | data[i + 1] << 8));
  names(std::u16string_view(wide));
  (void)canonical_name(wide, size % 2 == 0);
  return 0;
}
