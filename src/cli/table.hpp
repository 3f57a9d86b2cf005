// SPDX-License-Identifier: Apache-2.0
// Columns for people: as wide as their widest cell, numbers to the right, nothing behind the last column. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tributary::cli {

class Table {
 public:
  enum class Align : std::uint8_t { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns, std::string indent = "  ") : columns_(std::move(columns)), indent_(std::move(indent)) {}
  /// As many cells as columns. What a terminal would obey in a cell is escaped.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// The head and the rows, each line with its end.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::string indent_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters, as far as a UTF-8 text tells: code points.
[[nodiscard]] std::size_t display_width(std::string_view utf8) noexcept;

}  // namespace tributary::cli
