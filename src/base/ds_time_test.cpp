// SPDX-License-Identifier: Apache-2.0
// DSTIME ([MS-DRSR] 5.51) and FILETIME ([MS-DTYP] 2.3.3) and their texts.
#include "base/ds_time.hpp"

#include <gtest/gtest.h>

using namespace tributary;

TEST(DsTime, ShowsUtc) {
  EXPECT_EQ(to_string(ds_time_from_unix(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_string(FileTime{to_file_time(ds_time_from_unix(0)).ticks + 5}), "1970-01-01T00:00:00.0000005Z");
}
