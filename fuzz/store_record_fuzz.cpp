// SPDX-License-Identifier: Apache-2.0
// Any octets as an object record, once as they are and once under a right checksum: what opens is read in full, and encodes to the very
// same octets. The first octet chooses; the others are the record.
#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "store/format/crc32c.hpp"
#include "store/format/record.hpp"

using namespace tributary;
using namespace tributary::store;

namespace {

constexpr Dnt kDnt{7};

void read_all(const ObjectView& view) {
  std::size_t sum = view.rdn().size() + static_cast<std::size_t>(view.head().flags);
  for (std::size_t i = 0; i < view.attribute_count(); ++i) {
    const AttributeView attribute = view.attribute(i);
    TRIBUTARY_ASSERT(view.find(attribute.attid()).has_value());
    sum += static_cast<std::size_t>(attribute.stamp().version);
    for (std::size_t v = 0; v < attribute.size(); ++v) {
      for (const std::uint8_t octet : attribute.value(v)) sum += octet;
      if (attribute.references()) sum += static_cast<std::size_t>(reference_target(attribute.value(v)));
    }
  }
  Bytes again;
  const ObjectDraft draft(view);
  TRIBUTARY_ASSERT(RecordCodec::encode(draft, draft.head, kDnt, again).has_value());
  TRIBUTARY_ASSERT(std::ranges::equal(again, view.octets()));
  TRIBUTARY_ASSERT(sum != SIZE_MAX);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Bytes record(data + 1, data + size);
  if ((data[0] & 1) != 0 && record.size() >= 4) {
    std::array<std::uint8_t, 8> key;
    store_be(key.data(), static_cast<std::uint64_t>(kDnt));
    store_le(record.data(), format::crc32c(ByteView(record).subspan(4), format::crc32c(key)));
  }
  if (const auto view = RecordCodec::open(kDnt, record)) read_all(*view);
  return 0;
}
