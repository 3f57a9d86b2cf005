// SPDX-License-Identifier: Apache-2.0
// The table of Win32 codes, [MS-ERREF] 2.2.
#include "base/win32.hpp"

#include <gtest/gtest.h>

using namespace tributary;

TEST(Win32, FindsByCodeAndName) {
  EXPECT_EQ(win32_name(win32::kErrorDsDraBadNc), "ERROR_DS_DRA_BAD_NC");
  EXPECT_EQ(find_win32("ds_dra_bad_nc")->code, win32::kErrorDsDraBadNc);
}
