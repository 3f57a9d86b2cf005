// SPDX-License-Identifier: Apache-2.0
// See schedule_text.hpp.
#include "cli/schedule_text.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::cli {

Result<client::Schedule> parse_schedule(std::string_view text) {
  client::Schedule schedule{};
  if (equals_ignoring_case(text, "never")) return schedule;
  if (equals_ignoring_case(text, "always")) {
    schedule.fill(0xFF);
    return schedule;
  }
  const auto octets = from_hex(text);
  if (!octets || octets->size() != schedule.size())
    return fail(win32::kErrorInvalidParameter, "a schedule is \"always\", \"never\" or 168 hex digits");
  std::ranges::copy(*octets, schedule.begin());
  return schedule;
}

}  // namespace tributary::cli
