// SPDX-License-Identifier: Apache-2.0
// The object record: encoded from a draft into a reused buffer, checked when it is read, and then read in place by ObjectView.
// docs/formats/store.md, "Object record". Knows no engine and no index.
#pragma once

#include "store/object.hpp"

namespace tributary::store {

/// Of one record. A value cannot be longer, nor an object larger.
inline constexpr std::size_t kRecordOctetsMax = std::size_t{1} << 30;

class RecordCodec {
 public:
  /// Into `out`, whose memory is reused; with `head` in place of the draft's. kErrorInvalidParameter for attributes out of order, references shorter than a DNT, and what is
  /// too large.
  [[nodiscard]] static Result<void> encode(const ObjectDraft& draft, const ObjectHead& head, Dnt dnt, Bytes& out);
  /// A view of a record that was just checked or encoded.
  [[nodiscard]] static ObjectView at(Dnt dnt, const std::uint8_t* record) noexcept;
  /// A view of the record, when its sum and all of its bounds are right; nothing otherwise.
  [[nodiscard]] static std::optional<ObjectView> open(Dnt dnt, ByteView record);
};

}  // namespace tributary::store
