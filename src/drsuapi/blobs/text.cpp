// SPDX-License-Identifier: Apache-2.0
// See text.hpp.
#include "drsuapi/blobs/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <optional>
#include <vector>

#include "drsuapi/blobs/walk/atom.hpp"

namespace tributary::drsuapi::blobs {
namespace {

std::string scalar_text(const json::value& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string names_text(const json::array& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " | ") + scalar_text(name);
  return text;
}

/// {"value": n, "names" or "name" or "lDAPDisplayName": ...} and {"base64": ...} fit into one cell; other objects do not.
std::optional<std::string> object_cell(const json::object& object) {
  const auto* value = object.if_contains("value");
  if (const auto* octets = object.if_contains("base64"); octets != nullptr && object.size() == 1) return scalar_text(*octets) + " (base64)";
  if (const auto* narrow = object.if_contains("narrow"); narrow != nullptr && object.size() == 1 && narrow->is_string())
    return scalar_text(*narrow);
  if (value == nullptr || object.size() > 2) return std::nullopt;
  const auto parsed = parse_unsigned(*value, std::numeric_limits<std::uint32_t>::max());
  if (!parsed) return std::nullopt;
  const auto number = *parsed;
  if (object.size() == 1) return fmt::format("{}", number);
  const auto& name = (object.begin() + 1)->value();
  if (name.is_array() && name.get_array().empty()) return fmt::format("0x{:08x}", number);
  if (name.is_array()) return fmt::format("0x{:08x} ({})", number, names_text(name.get_array()));
  if ((object.begin() + 1)->key() == "lDAPDisplayName") return scalar_text(name);
  return fmt::format("{} ({})", number, scalar_text(name));
}

/// The one-line form of a value, or nothing when it needs lines of its own.
std::optional<std::string> cell(const json::value& value) {
  if (value.is_object()) return object_cell(value.get_object());
  if (value.is_array()) return value.get_array().empty() ? std::optional<std::string>("-") : std::nullopt;
  return scalar_text(value);
}

constexpr std::size_t kTableColumnsMax = 160;  ///< wider rows are easier to read one below the other

std::size_t width_of(const std::vector<std::string>& row) {
  std::size_t width = 0;
  for (const auto& text : row) width += text.size() + 2;
  return width;
}

/// Cells of every row of a list, when all rows are objects with the same members that all fit into cells.
std::optional<std::vector<std::vector<std::string>>> table_of(const json::array& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : list) {
    if (!item.is_object() || object_cell(item.get_object())) return std::nullopt;
    const auto& object = item.get_object();
    if (rows.empty()) {
      auto& head = rows.emplace_back();
      for (const auto& member : object) head.emplace_back(member.key());
    }
    auto& row = rows.emplace_back();
    for (const auto& member : object) {
      auto text = cell(member.value());
      if (!text || row.size() == rows[0].size() || rows[0][row.size()] != member.key()) return std::nullopt;
      row.push_back(*std::move(text));
    }
    row.resize(rows[0].size());
    if (width_of(row) > kTableColumnsMax) return std::nullopt;
  }
  return rows;
}

void append_table(std::string& out, const std::vector<std::vector<std::string>>& rows, std::size_t indent) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
}

void append(std::string& out, const json::value& value, std::size_t indent);

void append_list(std::string& out, const json::array& list, std::size_t indent) {
  if (const auto rows = table_of(list)) return append_table(out, *rows, indent);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const auto text = cell(list[i])) {
      out += fmt::format("{:{}}{}\n", "", indent, *text);
    } else {
      out += fmt::format("{:{}}[{}]\n", "", indent, i);
      append(out, list[i], indent + 2);
    }
  }
}

void append_object(std::string& out, const json::object& object, std::size_t indent) {
  std::size_t width = 0;
  for (const auto& member : object) width = std::max(width, member.key().size());
  for (const auto& member : object) {
    if (const auto text = cell(member.value())) {
      out += fmt::format("{:{}}{:<{}}  {}\n", "", indent, std::string_view(member.key()), width, *text);
    } else {
      out += fmt::format("{:{}}{}\n", "", indent, std::string_view(member.key()));
      append(out, member.value(), indent + 2);
    }
  }
}

void append(std::string& out, const json::value& value, std::size_t indent) {
  if (value.is_object())
    append_object(out, value.get_object(), indent);
  else
    append_list(out, value.get_array(), indent);
}

}  // namespace

std::string to_text(const json::value& value) {
  if (const auto text = cell(value)) return *text + "\n";
  std::string out;
  append(out, value, 0);
  return out;
}

}  // namespace tributary::drsuapi::blobs
