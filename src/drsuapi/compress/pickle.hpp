// SPDX-License-Identifier: Apache-2.0
// What is inside a decompressed reply: one pickled type ([MS-RPCE] 2.2.6 type serialization version 1, 2.2.7 version 2 on
// receive; [MS-DRSR] 4.1.10.5.20, 4.1.10.6.18). These functions put the headers on and take them off; the NDR between is the
// caller's, and so is the choice of the type (DRS_MSG_GETCHGREPLY_V1 inside V2; V6 or V9 inside V7).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

/// The transfer syntax of a pickled type. Version 1 is always NDR.
enum class PickleSyntax : std::uint8_t { kNdr, kNdr64 };

/// A pickled type in the octets it was read from. NDR alignment counts from the first octet of `object`: the headers
/// before it have a multiple of the largest alignment.
struct Pickle {
  ByteView object;  ///< with its padding to 8 (version 1) or 16 (version 2) octets
  bool little_endian = true;
  PickleSyntax syntax = PickleSyntax::kNdr;
};

/// Common header and private header of version 1 ([MS-RPCE] 2.2.6.1, 2.2.6.2).
inline constexpr std::size_t kPickleHeaderSize = 16;

/// Takes the headers off. More than some padding after the object is refused: a reply is exactly one type. kErrorInvalidData otherwise;
/// kErrorNotSupported for a version or syntax that [MS-RPCE] does not have.
[[nodiscard]] Result<Pickle> read_pickle(ByteView octets);

/// Completes a pickle of version 1, little-endian, in place. `octets` holds room for the headers (kPickleHeaderSize octets of
/// any value, asserted) and then the object in NDR; padding is added behind it.
void finish_pickle(Bytes& octets);

}  // namespace tributary
