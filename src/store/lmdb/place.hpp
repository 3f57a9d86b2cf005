// SPDX-License-Identifier: Apache-2.0
// The files beside the data of an LMDB folder: the mark, replaced whole; the lock of the owner; and what identifies the place.
// Knows no LMDB.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::store::lmdb {

/// An errno as an Error: kErrorDiskFull, kErrorAccessDenied, kErrorFileNotFound or kErrorDsDatabaseError.
[[nodiscard]] Error errno_error(int code, const std::string& doing);

class FileHandle {
 public:
  explicit FileHandle(int fd = -1) noexcept : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle();
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Makes the folder, for its owner only, when it is not there.
[[nodiscard]] Result<void> make_folder(const std::string& folder);
/// Holds the folder as long as the handle lives: kErrorDsBusy when somebody has it.
[[nodiscard]] Result<FileHandle> lock_owner(const std::string& folder);
/// Nothing when there is no such file.
[[nodiscard]] Result<std::optional<Bytes>> read_small_file(const std::string& path);
/// All of the new content or all of the old, whenever the power goes. Without `sync` whenever the process goes.
[[nodiscard]] Result<void> replace_file(const std::string& folder, const std::string& name, ByteView content, bool sync);
[[nodiscard]] Result<void> sync_file(const std::string& path);
/// True when the file system refuses the file another MiB. Its size is as before.
[[nodiscard]] bool cannot_extend(int fd) noexcept;
/// docs/formats/store.md, "The generation mark".
[[nodiscard]] Bytes place_of(const std::string& data_file);
/// Device and inode: the same folder by whatever name.
[[nodiscard]] Result<std::pair<std::uint64_t, std::uint64_t>> file_identity(const std::string& path);

}  // namespace tributary::store::lmdb
