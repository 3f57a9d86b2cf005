// SPDX-License-Identifier: Apache-2.0
// Objects that moved from one NC to another: PrepareCrossNCMove ([MS-DRSR] 4.1.10.6.4) with the values of proxiedObjectName (5.157, 5.82).
#pragma once

#include "repl/destination/incoming_object.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

enum class CrossNcMove : std::uint8_t {
  kNone,      ///< go on with the update
  kExpunged,  ///< the object of an earlier epoch was taken away; go on
  kStale,     ///< what is here is of a later epoch: the update is not applied
};
[[nodiscard]] Result<CrossNcMove> prepare_cross_nc_move(store::WriteTransaction& transaction, const Context& context, IncomingObject& incoming);

/// GetProxyEpoch (5.82) of a stored value; zero for what is none.
[[nodiscard]] std::uint32_t proxy_epoch(ByteView stored_value) noexcept;

}  // namespace tributary::repl
