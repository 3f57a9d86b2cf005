// SPDX-License-Identifier: Apache-2.0
// See repl_info.hpp.
#include "drsuapi/blobs/repl_info.hpp"

#include <algorithm>
#include <limits>

namespace tributary::drsuapi::blobs {
namespace {

/// Whether nothing that the first offsets lead to begins inside the structure as a C compiler lays it out.
bool leaves_room_for_padding(ByteView octets, std::size_t aligned_size) {
  if (octets.size() < aligned_size) return false;
  std::size_t first = std::numeric_limits<std::size_t>::max();
  for (const std::size_t at : {std::size_t{0}, std::size_t{4}, std::size_t{12}}) {
    const auto offset = load_le<std::uint32_t>(octets.data() + at);
    if (offset != 0) first = std::min<std::size_t>(first, offset);
  }
  return first >= aligned_size;
}

template <class T>
Result<T> decode_value_meta_data(std::string_view root, ByteView octets, std::size_t aligned_size) {
  if (leaves_room_for_padding(octets, aligned_size)) {
    Trail trail(root);
    T aligned;
    aligned.padding = 0;
    auto decoded = decode_placed(trail, octets, std::move(aligned));
    if (decoded) return decoded;
  }
  Trail trail(root);
  return decode_placed<T>(trail, octets);
}

}  // namespace

template <class T>
Result<T> decode_repl_info(std::string_view root, ByteView octets) {
  if constexpr (std::same_as<T, DS_REPL_VALUE_META_DATA_BLOB>) {
    return decode_value_meta_data<T>(root, octets, 88);
  } else if constexpr (std::same_as<T, DS_REPL_VALUE_META_DATA_BLOB_EXT>) {
    return decode_value_meta_data<T>(root, octets, 96);
  } else {
    Trail trail(root);
    return decode_placed<T>(trail, octets);
  }
}

template Result<DS_REPL_NEIGHBORW_BLOB> decode_repl_info(std::string_view, ByteView);
template Result<DS_REPL_KCC_DSA_FAILUREW_BLOB> decode_repl_info(std::string_view, ByteView);
template Result<DS_REPL_OPW_BLOB> decode_repl_info(std::string_view, ByteView);
template Result<DS_REPL_CURSOR_BLOB> decode_repl_info(std::string_view, ByteView);
template Result<DS_REPL_ATTR_META_DATA_BLOB> decode_repl_info(std::string_view, ByteView);
template Result<DS_REPL_VALUE_META_DATA_BLOB> decode_repl_info(std::string_view, ByteView);
template Result<DS_REPL_VALUE_META_DATA_BLOB_EXT> decode_repl_info(std::string_view, ByteView);

}  // namespace tributary::drsuapi::blobs
