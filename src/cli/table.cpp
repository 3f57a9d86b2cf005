// SPDX-License-Identifier: Apache-2.0
// See table.hpp.
#include "cli/table.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf.hpp"

namespace tributary::cli {
namespace {
/// A DN has at most a few hundred characters; a cell beyond this says nothing more to a reader.
constexpr std::size_t kCellOctetsMax = 1024;
}  // namespace

std::size_t display_width(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void Table::add(std::vector<std::string> cells) {
  TRIBUTARY_ASSERT(cells.size() == columns_.size());
  for (auto& cell : cells) cell = to_printable(cell, kCellOctetsMax);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(display_width(column.title));
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  std::string out;
  const auto append = [&](const std::vector<std::string>& row) {
    std::string line = indent_;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - display_width(row[i]), ' ');
      line += i == 0 ? "" : "  ";
      line += columns_[i].align == Align::kRight ? padding + row[i] : row[i] + padding;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  append(titles);
  for (const auto& row : rows_) append(row);
  return out;
}

}  // namespace tributary::cli
