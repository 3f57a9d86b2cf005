// SPDX-License-Identifier: Apache-2.0
// Win32 codes that only the C API speaks of by name ([MS-ERREF] 2.2). The others are in base/win32.hpp.
#pragma once

#include "base/error.hpp"

namespace tributary::ntdsapi {

inline constexpr Win32 kErrorTooManyOpenFiles{4};
inline constexpr Win32 kErrorBufferOverflow{111};
inline constexpr Win32 kErrorNoSitename{1919};
inline constexpr Win32 kErrorDsObjNotFound{8333};
inline constexpr Win32 kErrorDsNameUnparseable{8350};

}  // namespace tributary::ntdsapi
