// SPDX-License-Identifier: Apache-2.0
// GUIDs between the C structure ([MS-DTYP] 2.3.4.1) and the packet form that the library keeps (2.3.4.2).
#pragma once

#include <cstring>

#include "base/bytes.hpp"
#include "base/guid.hpp"
#include "tributary/wintypes.h"

namespace tributary::ntdsapi {

[[nodiscard]] inline GUID to_c_guid(const Guid& guid) noexcept {
  GUID out{};
  out.Data1 = load_le<std::uint32_t>(guid.octets.data());
  out.Data2 = load_le<std::uint16_t>(guid.octets.data() + 4);
  out.Data3 = load_le<std::uint16_t>(guid.octets.data() + 6);
  std::memcpy(out.Data4, guid.octets.data() + 8, sizeof out.Data4);
  return out;
}

[[nodiscard]] inline Guid from_c_guid(const GUID& guid) noexcept {
  Guid out;
  store_le(out.octets.data(), guid.Data1);
  store_le(out.octets.data() + 4, guid.Data2);
  store_le(out.octets.data() + 6, guid.Data3);
  std::memcpy(out.octets.data() + 8, guid.Data4, sizeof guid.Data4);
  return out;
}

}  // namespace tributary::ntdsapi
