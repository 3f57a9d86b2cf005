// SPDX-License-Identifier: Apache-2.0
// DRS_EXTENSIONS_INT: what a DC says it can do, inside DRS_EXTENSIONS.rgb. [MS-DRSR] 5.39, with the lengths of its behaviour notes.
// It grew with the versions of Windows, so every length is legal; what this code does not know is kept and sent back as it came.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/guid.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

/// Flags are DRS_EXT (dwFlags) and DRS_EXT_MORE (dwFlagsExt, dwExtCaps) of constants.hpp.
struct DRS_EXTENSIONS_INT {
  /// The octets that the fields below take on the wire: through Pid 24 (Windows 2000), dwReplEpoch 28, dwFlagsExt 32,
  /// ConfigObjGUID 48, dwExtCaps 52. Fields beyond are zero. It counts whole fields only.
  std::uint32_t cb = kCbMax;
  std::uint32_t dwFlags = 0;
  tributary::Guid SiteObjGuid;
  std::int32_t Pid = 0;
  std::uint32_t dwReplEpoch = 0;
  std::uint32_t dwFlagsExt = 0;
  tributary::Guid ConfigObjGUID;
  std::uint32_t dwExtCaps = 0;
  Bytes rest;  ///< what follows: fields of a later version, or a field that was cut short

  static constexpr std::uint32_t kCbMax = 52;

  [[nodiscard]] constexpr bool has(DRS_EXT flag) const noexcept { return (dwFlags & flag) != 0; }
  [[nodiscard]] constexpr bool has(DRS_EXT_MORE flag) const noexcept { return (dwFlagsExt & flag) != 0; }
  /// dwExtCaps; where the sender has dwFlagsExt but is too old for dwExtCaps, every capability counts as possible.
  [[nodiscard]] constexpr std::uint32_t ext_caps() const noexcept { return cb == 32 || cb == 48 ? ~std::uint32_t{0} : dwExtCaps; }

  friend bool operator==(const DRS_EXTENSIONS_INT&, const DRS_EXTENSIONS_INT&) = default;
};

/// Never fails: an empty rgb is a DC that can do nothing in particular.
[[nodiscard]] DRS_EXTENSIONS_INT decode_extensions(const DRS_EXTENSIONS& extensions);
/// The inverse, octet for octet. cb is rounded down to whole fields.
[[nodiscard]] DRS_EXTENSIONS encode_extensions(const DRS_EXTENSIONS_INT& extensions);

}  // namespace tributary::drsuapi
