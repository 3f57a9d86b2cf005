// SPDX-License-Identifier: Apache-2.0
// The link record: what stands beside the key of one link value. docs/formats/store.md, "Link record". Knows no engine and no index.
#pragma once

#include <optional>

#include "store/format/keys.hpp"

namespace tributary::store::format {

inline constexpr std::size_t kLinkRecordFixed = 68;

/// Into `out`, whose memory is reused. `key` is the key of the table links for value.key.
void encode_link(const LinkValue& value, ByteView key, Bytes& out);
/// Nothing when the sum is wrong or the two do not go together.
[[nodiscard]] std::optional<LinkValue> decode_link(ByteView key, ByteView record);

}  // namespace tributary::store::format
