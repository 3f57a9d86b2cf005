// SPDX-License-Identifier: Apache-2.0
// Errors of directory operations as IDL_DRSAddEntry tells them: a category, a problem, a Win32 code. [MS-DRSR] 4.1.1.1.10 to 4.1.1.1.26,
// SetErrorData (4.1.1.2.8). Pure.
#pragma once

#include "drsuapi/addentry.hpp"
#include "drsuapi/constants.hpp"
#include "base/error.hpp"

namespace tributary::service::directory {

struct DirectoryError {
  std::uint32_t category = 0;  ///< DIRERR; 0: none is known
  std::uint16_t problem = 0;   ///< PROBLEM
  Win32 code{};                ///< extendedErr
  friend bool operator==(const DirectoryError&, const DirectoryError&) = default;
};

/// What the outcome of an update is as a directory error.
[[nodiscard]] DirectoryError directory_error_of(Win32 code) noexcept;

/// A reply of version 2 or 3 that says what failed, at which object.
[[nodiscard]] drsuapi::DRS_MSG_ADDENTRYREPLY error_reply(std::uint32_t version, const DirectoryError& error,
                                                         const drsuapi::Unique<drsuapi::DSNAME>& object);

}  // namespace tributary::service::directory
