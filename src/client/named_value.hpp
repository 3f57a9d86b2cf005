// SPDX-License-Identifier: Apache-2.0
// A value of one of the syntaxes that have a DN in them, as GetNCChanges carries it: a DSNAME as it lies in memory ([MS-DRSR] 5.50:
// structLen, SidLen, Guid, Sid, NameLen, StringName) and behind it, at a multiple of four, the octets that the value pairs with the name.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace tributary::client {

struct NamedValue {
  std::string dn;  ///< lossy where it is not valid UTF-16
  Bytes rest;
};
/// nullopt for octets that cannot be that.
[[nodiscard]] std::optional<NamedValue> read_named_value(ByteView value);

}  // namespace tributary::client
