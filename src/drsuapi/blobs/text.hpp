// SPDX-License-Identifier: Apache-2.0
// A blob's JSON as lines for people: `name  value`, aligned, nested members indented. Generic: it knows the shapes of
// docs/json/blob.md (flags, choices, octets, lists of rows) and no single type.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace tributary::drsuapi::blobs {

/// Lines that end in a newline. A list of plain rows becomes a table.
[[nodiscard]] std::string to_text(const boost::json::value& value);

}  // namespace tributary::drsuapi::blobs
