// SPDX-License-Identifier: Apache-2.0
// DNs in extended form ([MS-ADTS] 3.1.1.3.4.1.5): "<GUID=...>;<SID=...>;CN=...". Samba stores the stamp of each linked value there
// ("RMD_ADDTIME" and its kin: the fields of VALUE_META_DATA_EXT_V1 and of PROPERTY_META_DATA with the local USN), and gives it to
// whoever reads with the control and asks for them. A DN with binary or string data in front ("B:8:0000000D:") is taken too.
// Text in, text out: nothing here knows what a DN is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drsuapi/blobs/walk/json_walk.hpp"

namespace tributary::drsuapi::blobs {

struct ExtendedDn {
  struct Component {
    std::string name;   ///< "GUID", "RMD_VERSION"
    std::string value;  ///< as it stands
    friend bool operator==(const Component&, const Component&) = default;
  };
  std::string prefix;  ///< "B:8:0000000D:", or empty
  std::vector<Component> components;
  std::optional<std::string> dn;  ///< absent when nothing follows the components
  friend bool operator==(const ExtendedDn&, const ExtendedDn&) = default;

  /// The value of the first component of that name; empty when there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const noexcept;
};

[[nodiscard]] Result<ExtendedDn> decode_extended_dn(ByteView text);
[[nodiscard]] Result<Bytes> encode_extended_dn(const ExtendedDn& value);
[[nodiscard]] json::object to_json(const ExtendedDn& value);
[[nodiscard]] Result<ExtendedDn> extended_dn_from_json(const json::object& in);

}  // namespace tributary::drsuapi::blobs
