// SPDX-License-Identifier: Apache-2.0
// The records of which there are few: meta, retired invocationIds, complete indexes, NC replicas, sizes, counts of references, values of
// the DSA, and the generation mark. docs/formats/store.md. All begin with a sum over the key and what follows; decoding gives nothing
// when it is wrong or an octet is left over. Knows no engine.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "store/directory_store.hpp"

namespace tributary::store::format {

inline constexpr std::uint32_t kVersion = 1;

struct Meta {
  std::uint32_t version = kVersion;
  Identity identity;
  Dnt next_dnt{2};
  Usn highest_usn;
  std::uint64_t generation = 0;
  friend bool operator==(const Meta&, const Meta&) = default;
};
/// Keys of the table meta.
[[nodiscard]] ByteView meta_key() noexcept;
[[nodiscard]] ByteView indexes_key() noexcept;
[[nodiscard]] Bytes retired_key(std::uint32_t number);
[[nodiscard]] ByteView retired_prefix() noexcept;

[[nodiscard]] Bytes encode_meta(const Meta& meta);
/// Also of another version, as far as that is known: the rest is then not looked at.
[[nodiscard]] std::optional<Meta> decode_meta(ByteView record);
[[nodiscard]] Bytes encode_retired(ByteView key, const std::pair<InvocationId, Usn>& retired);
[[nodiscard]] std::optional<std::pair<InvocationId, Usn>> decode_retired(ByteView key, ByteView record);
[[nodiscard]] Bytes encode_indexes(std::span<const Attid> complete);
[[nodiscard]] std::optional<std::vector<Attid>> decode_indexes(ByteView record);

[[nodiscard]] Bytes encode_nc_replica(ByteView key, const NcReplica& replica);
[[nodiscard]] std::optional<NcReplica> decode_nc_replica(ByteView key, ByteView record);
[[nodiscard]] Bytes encode_counts(ByteView key, std::span<const std::uint64_t> counts);
/// Exactly as many as `counts` has room for.
[[nodiscard]] bool decode_counts(ByteView key, ByteView record, std::span<std::uint64_t> counts);
[[nodiscard]] Bytes encode_dsa_value(ByteView key, ByteView value);
[[nodiscard]] std::optional<ByteView> decode_dsa_value(ByteView key, ByteView record);

struct Mark {
  enum class State : std::uint32_t { kOpening = 1, kOpen = 2, kClosed = 3 };
  InvocationId invocation_id;
  InvocationId pending;
  std::uint64_t generation = 0;
  Usn usn;
  State state = State::kOpening;
  Bytes place;
  friend bool operator==(const Mark&, const Mark&) = default;
};
[[nodiscard]] Bytes encode_mark(const Mark& mark);
[[nodiscard]] std::optional<Mark> decode_mark(ByteView octets);

}  // namespace tributary::store::format
