// SPDX-License-Identifier: Apache-2.0
// The store's own names for things: the DNT, by which one database knows an object, and the identity of the database itself.
#pragma once

#include <cstdint>

#include "base/ds_time.hpp"
#include "base/guid.hpp"
#include "drsuapi/attid.hpp"

namespace tributary::store {

using drsuapi::Attid;

/// Distinguished name tag: the key of one object (or phantom) in one database. Never reused, never sent anywhere.
enum class Dnt : std::uint64_t {};
inline constexpr Dnt kNoDnt{0};
inline constexpr Dnt kRootDnt{1};  ///< the parent of every NC root whose own parent is not held

/// Who this database belongs to. A restored or rolled-back one gets a new invocationId ([MS-ADTS] 3.1.1.1.9).
struct Identity {
  DsaGuid dsa;
  InvocationId invocation_id;
  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace tributary::store
