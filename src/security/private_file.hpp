// SPDX-License-Identifier: Apache-2.0
// Files that hold secrets: read only when they belong to this process's account and nobody else may read them. Knows nothing of what is in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary::security {

/// A text that is overwritten when it goes, and never moved, so that no copy stays behind.
class PrivateText {
 public:
  /// For texts of at most `octets_max` octets.
  explicit PrivateText(std::size_t octets_max);
  PrivateText(const PrivateText&) = delete;
  PrivateText& operator=(const PrivateText&) = delete;
  ~PrivateText();

  [[nodiscard]] std::size_t octets_max() const noexcept { return octets_max_; }
  std::string octets;

 private:
  std::size_t octets_max_;
};

/// Closes its descriptor, if it has one.
struct OpenFile {
  explicit OpenFile(int descriptor) noexcept : number(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  int number;
};
/// What errno says of an attempt: "opening /etc/x: Permission denied".
[[nodiscard]] std::unexpected<Error> file_failure(std::string_view what, const std::string& path);

/// `kind` is what messages call it: "key file". kErrorFileNotFound; kErrorAccessDenied when it cannot be read, is a link, belongs to
/// somebody else or others may read it; kErrorInvalidData when it is longer than `text` may be.
[[nodiscard]] Result<void> read_private_file(const std::string& path, std::string_view kind, PrivateText& text);

}  // namespace tributary::security
