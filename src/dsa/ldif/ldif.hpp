// SPDX-License-Identifier: Apache-2.0
// LDIF content records (RFC 2849): reading and writing. The subset: a version line, comments, records of one DN and its attributes,
// continuation lines, base64, "changetype: add". Other changes and values by URL are errors that name their line.
// A reader of a stream; knows no schema and no directory. Bounded: one record is at most kRecordOctetsMax long.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::dsa {

inline constexpr std::size_t kRecordOctetsMax = std::size_t{32} << 20;

struct LdifValue {
  std::string attribute;  ///< without options (";binary" is dropped)
  std::string octets;
  friend bool operator==(const LdifValue&, const LdifValue&) = default;
};
struct LdifRecord {
  std::size_t line = 0;  ///< where it begins, from 1
  std::string dn;
  std::vector<LdifValue> values;  ///< in the order of the file
  friend bool operator==(const LdifRecord&, const LdifRecord&) = default;
};

class LdifReader {
 public:
  /// Gives more octets of the text; empty at its end.
  using Source = std::function<Result<std::string>()>;
  explicit LdifReader(Source source) : source_(std::move(source)) {}

  /// The next record, or nothing at the end. kErrorInvalidData ("line 12: ..."), kErrorNotSupported.
  [[nodiscard]] Result<std::optional<LdifRecord>> next();
  [[nodiscard]] std::size_t line() const noexcept { return line_; }

 private:
  [[nodiscard]] Result<std::optional<std::string>> physical_line();
  [[nodiscard]] Result<std::optional<std::string>> logical_line();
  [[nodiscard]] Result<void> add(LdifRecord& record, std::string_view line);

  Source source_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool is_over_ = false;
  bool is_first_ = true;
  std::size_t line_ = 0;        ///< of the physical line read last
  std::size_t record_octets_ = 0;
  std::optional<std::string> ahead_;
};

/// "attribute: value", in base64 where RFC 2849 wants it, folded at 76 columns.
void append_ldif_value(std::string& out, std::string_view attribute, std::string_view octets);

}  // namespace tributary::dsa
