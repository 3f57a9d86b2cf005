// SPDX-License-Identifier: Apache-2.0
// Making RDN values that are unique: of deleted objects ([MS-ADTS] 3.1.1.5.5, "delete-mangled RDN") and of those that lost their
// name to another ([MS-DRSR] 4.1.10.6.13): the name, a line feed, "DEL:" or "CNF:", and the objectGUID.
// base/rdn.hpp recognises them. UTF-8, unquoted. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/guid.hpp"
#include "base/rdn.hpp"

namespace tributary::repl {

/// [MS-ADTS] 3.1.1.5.1.2: an RDN has fewer than 255 characters, of 16 bits each.
inline constexpr std::size_t kRdnUnitsMax = 254;

/// The mangled form of a name. What is too long is cut, at a character, so that the whole stays within kRdnUnitsMax. Two long names
/// of one object that begin alike come out the same: who needs a free name looks whether it is.
[[nodiscard]] std::string mangle_rdn(std::string_view rdn_value, MangledFor reason, const ObjectGuid& object);

/// 4.1.10.6.13: what the object that loses a name conflict is called.
[[nodiscard]] inline std::string conflict_rdn(std::string_view rdn_value, const ObjectGuid& object) {
  return mangle_rdn(rdn_value, MangledFor::kNameConflict, object);
}
/// [MS-ADTS] 3.1.1.5.5: what a deleted object is called.
[[nodiscard]] inline std::string deleted_rdn(std::string_view rdn_value, const ObjectGuid& object) {
  return mangle_rdn(rdn_value, MangledFor::kDeletion, object);
}

}  // namespace tributary::repl
