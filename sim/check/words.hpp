// SPDX-License-Identifier: Apache-2.0
// How checkers name what they found: attributes by the schema's names, objects by RDN and GUID, stamps in one line. Pure.
#pragma once

#include <string>

#include "sim/check/view.hpp"

namespace tributary::sim {

[[nodiscard]] std::string name_of(Attid attid);
[[nodiscard]] std::string name_of(const ObjectFact& object);
[[nodiscard]] std::string name_of(const LinkId& link);
[[nodiscard]] std::string to_text(const AttributeStamp& stamp);
[[nodiscard]] std::string to_text(const LinkValueStamp& stamp);
/// A value that people can read: text as text, all else in hex, shortened.
[[nodiscard]] std::string value_text(ByteView value);

}  // namespace tributary::sim
