// SPDX-License-Identifier: Apache-2.0
// See ldif.hpp. The grammar in short (RFC 2849):
//   file   = ["version: 1" SEP] record *(1*SEP record)
//   record = "dn:" value SEP ["changetype: add" SEP] 1*(name *(";" option) ":" value SEP)
//   value  = [SP*] SAFE-STRING / ":" [SP*] BASE64;   a line that begins with a space goes on with the one before
#include "dsa/ldif/ldif.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::dsa {
namespace {

constexpr std::size_t kColumns = 76;
constexpr std::size_t kNameOctetsMax = 256;

std::unexpected<Error> wrong(std::size_t line, std::string_view what) { return fail(win32::kErrorInvalidData, fmt::format("line {}: {}", line, what)); }

bool is_safe(std::string_view octets) {
  if (octets.empty()) return true;
  const auto first = static_cast<unsigned char>(octets.front());
  if (first == ' ' || first == ':' || first == '<' || octets.back() == ' ') return false;
  for (const char c : octets)
    if (const auto octet = static_cast<unsigned char>(c); octet >= 0x80 || octet == 0 || octet == '\n' || octet == '\r') return false;
  return true;
}

bool is_name(std::string_view name) {
  if (name.empty() || name.front() == ';' || name.size() > kNameOctetsMax) return false;
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ';')) return false;
  return true;
}

struct Part {
  std::string_view name;
  std::string octets;
};

Result<Part> split(std::string_view line, std::size_t number) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return wrong(number, "there is no colon");
  Part part{line.substr(0, colon), {}};
  if (!is_name(part.name)) return wrong(number, "no attribute name stands before the colon");
  auto value = line.substr(colon + 1);
  const bool is_base64 = value.starts_with(':');
  if (value.starts_with('<')) return fail(win32::kErrorNotSupported, fmt::format("line {}: values by URL are not read", number));
  if (is_base64) value.remove_prefix(1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  if (!is_base64) return part.octets = value, part;
  const auto octets = from_base64(value);
  if (!octets) return wrong(number, "the base64 is malformed");
  part.octets.assign(octets->begin(), octets->end());
  return part;
}

}  // namespace

Result<std::optional<std::string>> LdifReader::physical_line() {
  while (true) {
    const auto end = buffer_.find('\n', at_);
    if (end != std::string::npos || (is_over_ && at_ < buffer_.size())) {
      auto line = buffer_.substr(at_, end == std::string::npos ? std::string::npos : end - at_);
      at_ = end == std::string::npos ? buffer_.size() : end + 1;
      if (line.ends_with('\r')) line.pop_back();
      ++line_;
      return std::optional(std::move(line));
    }
    if (is_over_) return std::optional<std::string>();
    if (buffer_.size() - at_ > kRecordOctetsMax) return wrong(line_ + 1, "the line is too long");
    buffer_.erase(0, at_);
    at_ = 0;
    auto more = source_();
    if (!more) return std::unexpected(std::move(more.error()));
    is_over_ = more->empty();
    buffer_ += *more;
  }
}

/// With its continuations; comments are gone.
Result<std::optional<std::string>> LdifReader::logical_line() {
  while (true) {
    auto line = ahead_ ? Result<std::optional<std::string>>(std::exchange(ahead_, std::nullopt)) : physical_line();
    if (!line || !*line) return line;
    while (!(*line)->empty()) {
      auto next = physical_line();
      if (!next) return next;
      if (!*next || !(*next)->starts_with(' ')) {
        ahead_ = std::move(*next);
        break;
      }
      (*line)->append(**next, 1);
      if ((*line)->size() > kRecordOctetsMax) return wrong(line_, "the value is too long");
    }
    if (!(*line)->starts_with('#')) return line;
  }
}

Result<void> LdifReader::add(LdifRecord& record, std::string_view line) {
  record_octets_ += line.size();
  if (record_octets_ > kRecordOctetsMax) return wrong(line_, "the record is too long");
  auto part = split(line, line_);
  if (!part) return std::unexpected(std::move(part.error()));
  const auto name = std::string_view(part->name).substr(0, part->name.find(';'));  // without options
  if (equals_ignoring_case(name, "dn")) return wrong(line_, "a record has one DN, and an empty line before it");
  if (equals_ignoring_case(name, "changetype")) {
    if (!equals_ignoring_case(part->octets, "add") || !record.values.empty())
      return fail(win32::kErrorNotSupported, fmt::format("line {}: only records that add an object are read", line_));
    return {};
  }
  record.values.push_back({std::string(name), std::move(part->octets)});
  return {};
}

Result<std::optional<LdifRecord>> LdifReader::next() {
  std::optional<LdifRecord> record;
  record_octets_ = 0;
  while (true) {
    auto line = logical_line();
    if (!line) return std::unexpected(std::move(line.error()));
    if (!*line || (*line)->empty()) {
      if (record && record->values.empty()) return wrong(record->line, "the record has no attributes");
      if (record || !*line) return record;
      continue;
    }
    if (record) {
      if (auto added = add(*record, **line); !added) return std::unexpected(std::move(added.error()));
      continue;
    }
    auto part = split(**line, line_);
    if (!part) return std::unexpected(std::move(part.error()));
    if (std::exchange(is_first_, false) && equals_ignoring_case(part->name, "version")) {
      if (part->octets != "1") return wrong(line_, "this version of LDIF is not read");
      continue;
    }
    if (!equals_ignoring_case(part->name, "dn")) return wrong(line_, "a record begins with its dn");
    record.emplace();
    record->line = line_ - (ahead_ ? 1 : 0);
    record->dn = std::move(part->octets);
  }
}

void append_ldif_value(std::string& out, std::string_view attribute, std::string_view octets) {
  std::string line(attribute);
  if (is_safe(octets))
    line.append(": ").append(octets);
  else
    line.append(":: ").append(to_base64(as_bytes(octets)));
  std::size_t at = std::min(kColumns, line.size());
  out.append(line, 0, at);
  while (at < line.size()) {
    const auto piece = std::min(kColumns - 1, line.size() - at);
    out.append("\n ").append(line, at, piece);
    at += piece;
  }
  out += '\n';
}

}  // namespace tributary::dsa
