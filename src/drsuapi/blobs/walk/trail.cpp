// SPDX-License-Identifier: Apache-2.0
// See trail.hpp.
#include "drsuapi/blobs/walk/trail.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"

namespace tributary::drsuapi::blobs {

std::string Trail::path(std::string_view field) const {
  std::string text;
  const auto add = [&text](std::string_view name) {
    if (name.empty()) return;
    if (!text.empty()) text += '.';
    text += name;
  };
  for (const auto& step : steps_) {
    if (step.index == kNoIndex)
      add(step.name);
    else
      text += fmt::format("[{}]", step.index);
  }
  add(field);
  return text;
}

void Trail::fail(std::string_view field, std::string_view why) {
  if (!error_) error_ = Error{win32::kErrorInvalidData, Phase::kNone, fmt::format("{}: {}", path(field), why)};
}

void Trail::fail(std::string_view field, std::size_t octet, std::string_view why) {
  if (!error_) error_ = Error{win32::kErrorInvalidData, Phase::kNone, fmt::format("{} (octet {}): {}", path(field), octet, why)};
}

}  // namespace tributary::drsuapi::blobs
