// SPDX-License-Identifier: Apache-2.0
// KEYCREDENTIALLINK_BLOB ([MS-ADTS] 2.2.20.2, 2.2.20.6): the binary part of a value of msDS-KeyCredentialLink; made for a computer's key as
// [MS-DRSR] 4.1.30.2.2 has it, and searched for the key as 4.1.31.2 does. Pure; any octets give an answer.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/ds_time.hpp"

namespace tributary::service::directory {

[[nodiscard]] Bytes make_key_credential(ByteView key, FileTime now);
/// The KeyMaterial of the first such entry; nothing in another version or when the octets end before.
[[nodiscard]] std::optional<ByteView> find_key_material(ByteView blob) noexcept;

}  // namespace tributary::service::directory
