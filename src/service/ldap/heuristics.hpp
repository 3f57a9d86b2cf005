// SPDX-License-Identifier: Apache-2.0
// dSHeuristics ([MS-ADTS] 6.1.1.2.4.1.2): what an administrator has switched for the whole forest.
#pragma once

#include <string>

#include "service/directory/reader.hpp"

namespace tributary::service::ldap_face {

/// The whole text, empty when there is none. May refuse (service/directory/refusal.hpp), as what follows.
[[nodiscard]] std::string ds_heuristics(const directory::Reader& reader);
/// The character at a position (the first is 1), '0' when there is none.
[[nodiscard]] char ds_heuristic(const directory::Reader& reader, std::size_t position);
/// fLDAPBlockAnonOps is off.
[[nodiscard]] inline bool may_anonymous_operate(const directory::Reader& reader) { return ds_heuristic(reader, 7) == '2'; }

/// fDoListObject: who may not list an object's contents does not learn of it.
[[nodiscard]] inline bool does_list_object(const directory::Reader& reader) { return ds_heuristic(reader, 3) == '1'; }

}  // namespace tributary::service::ldap_face
