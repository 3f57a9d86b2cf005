// SPDX-License-Identifier: Apache-2.0
// REPLTIMES ([MS-DRSR] 5.165) as people write it. Pure.
#pragma once

#include <string_view>

#include "client/replica.hpp"

namespace tributary::cli {

inline constexpr const char* kScheduleHelp =
    "When it may replicate: \"always\", \"never\", or 168 hex digits, one for each hour of the week from Sunday 0 h UTC:\nits four bits are the "
    "quarters of the hour";

[[nodiscard]] Result<client::Schedule> parse_schedule(std::string_view text);

}  // namespace tributary::cli
