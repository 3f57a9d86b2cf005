// SPDX-License-Identifier: Apache-2.0
// See private_file.hpp. The file is judged after it was opened, so that nobody can put another one in its place between the two.
#include "security/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

Result<void> check_owner(const OpenFile& file, const std::string& named, const std::string& path) {
  struct stat status {};
  if (::fstat(file.number, &status) != 0) return file_failure("looking at", path);
  if (!S_ISREG(status.st_mode)) return fail(win32::kErrorAccessDenied, named + " is no regular file");
  if (status.st_uid != ::geteuid()) return fail(win32::kErrorAccessDenied, named + " belongs to another account");
  if ((status.st_mode & 077) != 0) return fail(win32::kErrorAccessDenied, named + " may be read by others: chmod 600 it");
  return {};
}

}  // namespace

OpenFile::~OpenFile() {
  if (number >= 0) ::close(number);
}

std::unexpected<Error> file_failure(std::string_view what, const std::string& path) {
  const int cause = errno;
  Win32 code = win32::kErrorAccessDenied;
  if (cause == ENOENT || cause == ENOTDIR) code = win32::kErrorFileNotFound;
  if (cause == EEXIST) code = win32::kErrorAlreadyExists;
  if (cause == ENOSPC || cause == EDQUOT) code = win32::kErrorDiskFull;
  return fail(code, std::string(what) + " " + path + ": " + std::strerror(cause));
}

PrivateText::PrivateText(std::size_t octets_max) : octets_max_(octets_max) { octets.reserve(octets_max + 1); }
PrivateText::~PrivateText() {
  octets.resize(octets.capacity());
  ::explicit_bzero(octets.data(), octets.size());
}

Result<void> read_private_file(const std::string& path, std::string_view kind, PrivateText& text) {
  const std::string named = std::string(kind) + " " + path;
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.number < 0) return file_failure("opening", path);
  if (auto good = check_owner(file, named, path); !good) return good;
  text.octets.resize(text.octets_max() + 1);
  std::size_t size = 0;
  while (size < text.octets.size()) {
    const auto got = ::read(file.number, text.octets.data() + size, text.octets.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failure("reading", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > text.octets_max()) return fail(win32::kErrorInvalidData, named + ": it is too long");
  text.octets.resize(size);
  return {};
}

}  // namespace tributary::security
