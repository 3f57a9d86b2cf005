// SPDX-License-Identifier: Apache-2.0
// What `tributary blob` does to text: finds the octets in what was given (raw, hex, base64). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drsuapi/blobs/registry.hpp"

namespace tributary::cli {

/// How the octets of a value are written.
enum class OctetForm : std::uint8_t { kDetect, kBase64, kHex, kRaw };

struct FoundOctets {
  OctetForm form = OctetForm::kRaw;  ///< never kDetect
  Bytes octets;
};
/// kDetect: of the forms that the input can be, the first one that decodes as `type`, in the order hex, base64, raw; when none
/// decodes, the first one that it can be, so that the error speaks of the value and not of its spelling.
/// A text may be one line of LDIF: "repsFrom:: AQAAAA..." with its continuation lines.
[[nodiscard]] Result<FoundOctets> find_octets(const drsuapi::blobs::BlobType& type, std::string_view input, OctetForm form);

}  // namespace tributary::cli
