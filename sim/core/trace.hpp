// SPDX-License-Identifier: Apache-2.0
// The history of a run: one line for each thing that happened. Every run has the digest of its history, by which two runs are compared;
// the lines themselves are kept only when somebody wants to read them. Nothing in a line may depend on addresses or on the wall clock.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "topology/chance.hpp"

namespace tributary::sim {

class Trace {
 public:
  explicit Trace(bool keeps_lines) : keeps_lines_(keeps_lines) {}

  template <class... Args>
  void line(MonoTime time, fmt::format_string<const Args&...> format, const Args&... args) {
    buffer_.clear();
    fmt::format_to(std::back_inserter(buffer_), "{:>14.3f} ", static_cast<double>(time.count()) / 1e9);
    fmt::format_to(std::back_inserter(buffer_), format, args...);
    note();
  }
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  void note() {
    for (const char c : buffer_) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    if (keeps_lines_) lines_.push_back(buffer_);
  }

  bool keeps_lines_;
  std::uint64_t digest_ = 0xCBF29CE484222325u;
  std::string buffer_;
  std::vector<std::string> lines_;
};

}  // namespace tributary::sim
