// SPDX-License-Identifier: Apache-2.0
// Every blob that Tributary can take apart and put together, by the name of its attribute or of its structure.
// This is the engine of `tributary blob decode|encode`. The JSON is described in docs/json/blob.md; for every value that
// decodes, decode -> to JSON -> encode gives back the same octets. Pure functions, safe from any thread.
#pragma once

#include <boost/json/value.hpp>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::drsuapi::blobs {

struct BlobType {
  std::string_view name;         ///< "repsFrom", "DS_REPL_NEIGHBORW_BLOB": what --type takes
  std::string_view description;  ///< one line for people
  std::string_view source;       ///< the section that lays it out
  /// The JSON of a value: an object. kErrorInvalidData with the path of the field and the octet.
  Result<boost::json::value> (*decode)(ByteView octets);
  /// The octets of that JSON. Members that are for the reader only may be absent or stale.
  Result<Bytes> (*encode)(const boost::json::value& value);
};

/// In the order in which help shows them.
[[nodiscard]] std::span<const BlobType> blob_types() noexcept;
/// By name, in any case; also by the name of an attribute whose ";binary" form has that layout (msDS-NCReplCursors).
/// Null when there is none.
[[nodiscard]] const BlobType* blob_type(std::string_view name) noexcept;

}  // namespace tributary::drsuapi::blobs
