// SPDX-License-Identifier: Apache-2.0
// The stamps that stand beside every replicated value: AttributeStamp ([MS-DRSR] 5.11) and LinkValueStamp (5.118), as plain values.
// They live with the store because its records hold them; their order is not here and the store must never judge by it:
// which of two stamps wins is said in repl/state/stamps.hpp alone.
#pragma once

#include <compare>
#include <cstdint>

#include "base/ds_time.hpp"
#include "base/guid.hpp"

namespace tributary::store {

/// 5.11: the last originating update of an attribute. Null (5.11: an attribute that was never written) is std::optional's business.
struct AttributeStamp {
  std::uint32_t version = 0;  ///< dwVersion: 1 at the first write; compared as in 5.11, never with <
  DsTime time_changed;
  InvocationId uuid_originating;
  Usn usn_originating;  ///< of uuid_originating
  /// Member for member; two stamps of one update are equal here and in 5.11.
  friend constexpr bool operator==(const AttributeStamp&, const AttributeStamp&) = default;
};

/// 5.118: the last update of a link value. Whether the value is present, and the local timeDeleted, stand beside it in the store.
struct LinkValueStamp {
  DsTime time_created;
  AttributeStamp stamp;
  friend constexpr bool operator==(const LinkValueStamp&, const LinkValueStamp&) = default;
};

}  // namespace tributary::store
