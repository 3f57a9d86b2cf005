// SPDX-License-Identifier: Apache-2.0
// Distinguished names as canonical names without asking a DC: what DS_NAME_FLAG_SYNTACTICAL_ONLY does ([MS-DRSR] 4.1.4.1.3 has the
// formats, [MS-ADTS] 3.1.1.1.7 the canonical form). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

struct CanonicalName {
  std::u16string domain;  ///< "example.com"
  std::u16string name;    ///< "example.com/Staff/Ada", or with a newline before the last part
  friend bool operator==(const CanonicalName&, const CanonicalName&) = default;
};

/// kErrorDsNameUnparseable for what is no DN, or does not end in domain components.
[[nodiscard]] Result<CanonicalName> canonical_name(std::u16string_view dn, bool newline_before_last);

}  // namespace tributary
