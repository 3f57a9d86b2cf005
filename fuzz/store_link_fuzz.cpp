// SPDX-License-Identifier: Apache-2.0
// Any octets as the key and record of a link value, and as each of the small records: what decodes encodes to the very same octets. The
// first octet chooses what, and whether the checksum is made right; the second is the length of the key.
#include <algorithm>

#include "base/assert.hpp"
#include "store/format/crc32c.hpp"
#include "store/format/link_record.hpp"
#include "store/format/small_records.hpp"

using namespace tributary;
using namespace tributary::store;

namespace {

void as_link(ByteView key, ByteView record) {
  const auto value = format::decode_link(key, record);
  if (!value) return;
  TRIBUTARY_ASSERT(std::ranges::equal(format::link_key(value->key).view(), key));
  Bytes again;
  format::encode_link(*value, key, again);
  TRIBUTARY_ASSERT(std::ranges::equal(again, record));
  const auto back = format::link_key_of_backlink(format::backlink_key(key));
  TRIBUTARY_ASSERT(back && std::ranges::equal(back->view(), key));
}

void as_small_record(unsigned which, ByteView key, ByteView record) {
  const auto same = [&](const Bytes& again) { TRIBUTARY_ASSERT(std::ranges::equal(again, record)); };
  switch (which) {
    case 0:
      if (const auto meta = format::decode_meta(record); meta && meta->version == format::kVersion) same(format::encode_meta(*meta));
      break;
    case 1:
      if (const auto retired = format::decode_retired(key, record)) same(format::encode_retired(key, *retired));
      break;
    case 2:
      if (const auto attids = format::decode_indexes(record)) same(format::encode_indexes(*attids));
      break;
    case 3:
      if (const auto replica = format::decode_nc_replica(key, record)) same(format::encode_nc_replica(key, *replica));
      break;
    case 4:
      if (const auto value = format::decode_dsa_value(key, record)) same(format::encode_dsa_value(key, *value));
      break;
    default:
      if (const auto mark = format::decode_mark(record)) same(format::encode_mark(*mark));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned which = data[0] & 7;
  const bool is_mended = (data[0] & 8) != 0;
  ByteView rest(data + 2, size - 2);
  // 255 stands for the longest key, whose data are cut.
  const std::size_t wanted = data[1] == 255 ? format::kLinkKeyFixed + format::kDataFormMax : data[1];
  ByteView key = rest.first(std::min<std::size_t>(wanted, rest.size()));
  Bytes record = to_bytes(rest.subspan(key.size()));
  if (which == 1) key = as_bytes("M");
  if (which == 3) key = as_bytes("I");
  if (which >= 6) key = {};
  if (is_mended && record.size() >= 4) store_le(record.data(), format::crc32c(ByteView(record).subspan(4), format::crc32c(key)));
  if (which == 0) {
    as_link(key, record);
  } else {
    as_small_record(which - 1, key, record);
  }
  return 0;
}
