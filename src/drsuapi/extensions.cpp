// SPDX-License-Identifier: Apache-2.0
// The fields of DRS_EXTENSIONS_INT in order, once for both directions. [MS-DRSR] 5.39.
#include "drsuapi/extensions.hpp"

#include <cstring>

namespace tributary::drsuapi {
namespace {

/// Visits each field with its little-endian octets at that place of the layout, as long as `visit` says true.
template <class Extensions, class F>
void for_each_field(Extensions& v, F&& visit) {
  (void)(visit(v.dwFlags) && visit(v.SiteObjGuid) && visit(v.Pid) && visit(v.dwReplEpoch) && visit(v.dwFlagsExt) &&
         visit(v.ConfigObjGUID) && visit(v.dwExtCaps));
}

}  // namespace

DRS_EXTENSIONS_INT decode_extensions(const DRS_EXTENSIONS& extensions) {
  DRS_EXTENSIONS_INT v;
  const ByteView rgb = extensions.rgb.span();
  v.cb = 0;
  for_each_field(v, [&](auto& field) {
    if (rgb.size() - v.cb < sizeof(field)) return false;
    const std::uint8_t* const at = rgb.data() + v.cb;
    if constexpr (std::is_same_v<decltype(field), tributary::Guid&>)
      std::memcpy(field.octets.data(), at, sizeof(field));
    else
      field = static_cast<std::remove_reference_t<decltype(field)>>(load_le<std::uint32_t>(at));
    v.cb += sizeof(field);
    return true;
  });
  v.rest = to_bytes(rgb.subspan(v.cb));
  return v;
}

DRS_EXTENSIONS encode_extensions(const DRS_EXTENSIONS_INT& extensions) {
  Bytes rgb;
  for_each_field(extensions, [&](const auto& field) {
    if (rgb.size() + sizeof(field) > extensions.cb) return false;
    const std::size_t at = rgb.size();
    rgb.resize(at + sizeof(field));
    if constexpr (std::is_same_v<decltype(field), const tributary::Guid&>)
      std::memcpy(rgb.data() + at, field.octets.data(), sizeof(field));
    else
      store_le(rgb.data() + at, static_cast<std::uint32_t>(field));
    return true;
  });
  rgb.insert(rgb.end(), extensions.rest.begin(), extensions.rest.end());
  return DRS_EXTENSIONS{Seq<std::uint8_t>(rgb)};
}

}  // namespace tributary::drsuapi
