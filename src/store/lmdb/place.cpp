// SPDX-License-Identifier: Apache-2.0
// See place.hpp.
#include "store/lmdb/place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/win32.hpp"

namespace tributary::store::lmdb {
namespace {

/// A mark has about 150 octets, a machine-id 33.
constexpr std::size_t kSmallFileMax = 4096;

std::unexpected<Error> failed(const std::string& doing, const std::string& path) {
  return std::unexpected(errno_error(errno, fmt::format("{} {}", doing, path)));
}

}  // namespace

Error errno_error(int code, const std::string& doing) {
  Win32 win32_code = win32::kErrorDsDatabaseError;
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) win32_code = win32::kErrorDiskFull;
  if (code == EACCES || code == EPERM || code == EROFS) win32_code = win32::kErrorAccessDenied;
  if (code == ENOENT) win32_code = win32::kErrorFileNotFound;
  return Error{win32_code, {}, fmt::format("{}: {}", doing, std::strerror(code))};
}

FileHandle::~FileHandle() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> make_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return failed("making", folder);
}

Result<FileHandle> lock_owner(const std::string& folder) {
  const std::string path = folder + "/owner.lock";
  FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) return failed("opening", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK) return fail(win32::kErrorDsBusy, folder + " is open already");
  return failed("locking", path);
}

Result<std::optional<Bytes>> read_small_file(const std::string& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return failed("opening", path);
  }
  Bytes content(kSmallFileMax);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("reading", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

Result<void> replace_file(const std::string& folder, const std::string& name, ByteView content, bool sync) {
  const std::string path = folder + "/" + name, fresh = path + ".new";
  {
    const FileHandle file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("making", fresh);
    for (std::size_t done = 0; done < content.size();) {
      const ssize_t wrote = ::write(file.get(), content.data() + done, content.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failed("writing", fresh);
      done += static_cast<std::size_t>(wrote);
    }
    if (sync && ::fsync(file.get()) != 0) return failed("syncing", fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("renaming", fresh);
  return sync ? sync_file(folder) : Result<void>();
}

Result<void> sync_file(const std::string& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return failed("opening", path);
  if (::fsync(file.get()) != 0) return failed("syncing", path);
  return {};
}

bool cannot_extend(int fd) noexcept {
  constexpr off_t kReserve = 1 << 20;
  struct stat about {};
  if (::fstat(fd, &about) != 0) return false;
  const bool is_refused = ::fallocate(fd, 0, about.st_size, kReserve) != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG);
  return ::ftruncate(fd, about.st_size) == 0 && is_refused;
}

Bytes place_of(const std::string& data_file) {
  struct statx about {};
  (void)::statx(AT_FDCWD, data_file.c_str(), 0, STATX_INO | STATX_BTIME, &about);
  const auto machine = read_small_file("/etc/machine-id");
  std::string_view id;
  if (machine && *machine) id = {reinterpret_cast<const char*>((*machine)->data()), (*machine)->size()};
  if (const auto end = id.find('\n'); end != std::string_view::npos) id = id.substr(0, end);
  const std::string words = fmt::format("inode {} born {}.{:09} machine {}", static_cast<std::uint64_t>(about.stx_ino),
                                        static_cast<std::int64_t>(about.stx_btime.tv_sec), static_cast<std::uint32_t>(about.stx_btime.tv_nsec), id);
  return to_bytes(as_bytes(words));
}

Result<std::pair<std::uint64_t, std::uint64_t>> file_identity(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed("looking at", path);
  return std::pair<std::uint64_t, std::uint64_t>{about.st_dev, about.st_ino};
}

}  // namespace tributary::store::lmdb
