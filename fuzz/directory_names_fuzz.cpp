// SPDX-License-Identifier: Apache-2.0
// Names and keys that clients send to the directory operations ([MS-DRSR] 4.1.4, 4.1.30). Beyond not crashing: what is taken apart is part of
// what was given and makes the name again, a key that is found lies in the blob.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/utf.hpp"
#include "service/directory/names.hpp"
#include "service/directory/ngc_key_blob.hpp"

namespace {

using namespace tributary;
using namespace tributary::service::directory;

void require(bool holds) {
  if (!holds) std::abort();
}

void take_apart(const std::string& name) {
  if (const auto nt4 = parse_nt4_name(name)) require(nt4->domain + "\\" + nt4->user == name);
  if (const auto upn = parse_upn(name)) require(upn->user + "@" + upn->domain == name);
  if (const auto spn = parse_spn(name)) {
    require(spn->service_class + "/" + spn->instance + (spn->has_three_parts() ? "/" + spn->service : "") == name);
    const std::vector<std::string> mappings = {"alias=" + spn->service_class, name};
    if (!spn->service_class.contains(',')) require(map_spn(*spn, mappings).has_value());  // a comma separates classes
  }
  if (const auto canonical = parse_canonical(name)) require(!canonical->domain.empty());
  if (const auto plain = canonical_from_extended(name)) require(plain->size() == name.size());
  if (const auto guid = parse_braced_guid(name)) require(parse_braced_guid(braced(*guid)) == guid);
  require(name.ends_with(dc_suffix(name)));
  (void)validate_site_rdn(to_utf16_lossy(name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  take_apart(std::string(reinterpret_cast<const char*>(data), size));
  const ByteView blob(data, size);
  if (const auto key = find_key_material(blob)) require(key->data() >= data && key->data() + key->size() <= data + size);
  if (size <= 0xFFFF) require(std::ranges::equal(*find_key_material(make_key_credential(blob, FileTime{1})), blob));
  return 0;
}
