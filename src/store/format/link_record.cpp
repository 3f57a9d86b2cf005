// SPDX-License-Identifier: Apache-2.0
// See link_record.hpp.
#include "store/format/link_record.hpp"

#include "store/format/crc32c.hpp"

namespace tributary::store::format {
namespace {

constexpr std::size_t kFlags = 4, kVersion = 8, kTimeCreated = 12, kTimeChanged = 20, kOriginating = 28, kUsnOriginating = 44, kUsnLocal = 52,
                      kTimeDeleted = 60;
constexpr std::uint32_t kPresent = 1, kLegacy = 2, kDeactivated = 4;

void put_i64(std::uint8_t* at, std::int64_t value) noexcept { store_le(at, static_cast<std::uint64_t>(value)); }
std::int64_t i64(const std::uint8_t* at) noexcept { return static_cast<std::int64_t>(load_le<std::uint64_t>(at)); }

}  // namespace

void encode_link(const LinkValue& value, ByteView key, Bytes& out) {
  const bool cut = key.size() == kLinkKeyFixed + kDataFormMax;
  out.resize(kLinkRecordFixed + (cut ? value.key.data.size() : 0));
  std::uint8_t* at = out.data();
  store_le(at + kFlags, (value.is_present ? kPresent : 0) | (value.legacy ? kLegacy : 0) | (value.is_deactivated ? kDeactivated : 0));
  store_le(at + kVersion, value.stamp.stamp.version);
  put_i64(at + kTimeCreated, value.stamp.time_created.seconds);
  put_i64(at + kTimeChanged, value.stamp.stamp.time_changed.seconds);
  const auto& originating = value.stamp.stamp.uuid_originating.value.octets;
  std::copy(originating.begin(), originating.end(), at + kOriginating);
  put_i64(at + kUsnOriginating, value.stamp.stamp.usn_originating.value);
  put_i64(at + kUsnLocal, value.usn_local.value);
  put_i64(at + kTimeDeleted, value.time_deleted.seconds);
  if (cut) std::copy(value.key.data.begin(), value.key.data.end(), at + kLinkRecordFixed);
  store_le(at, crc32c(ByteView(out).subspan(4), crc32c(key)));
}

std::optional<LinkValue> decode_link(ByteView key, ByteView record) {
  const auto parts = split_link_key(key);
  if (!parts || record.size() < kLinkRecordFixed) return std::nullopt;
  const std::uint8_t* at = record.data();
  const std::uint32_t flags = load_le<std::uint32_t>(at + kFlags);
  if (load_le<std::uint32_t>(at) != crc32c(record.subspan(4), crc32c(key)) || flags > (kPresent | kLegacy | kDeactivated)) return std::nullopt;
  LinkValue value;
  value.key = parts->whole();
  if (parts->data_is_cut()) value.key.data = to_bytes(record.subspan(kLinkRecordFixed));
  if (record.size() != kLinkRecordFixed + (parts->data_is_cut() ? value.key.data.size() : 0)) return std::nullopt;
  if (parts->data_is_cut()) {
    const Key whole = link_key(value.key);
    if (!std::equal(key.begin(), key.end(), whole.view().begin(), whole.view().end())) return std::nullopt;
  }
  value.is_present = (flags & kPresent) != 0;
  value.legacy = (flags & kLegacy) != 0;
  value.is_deactivated = (flags & kDeactivated) != 0;
  AttributeStamp& stamp = value.stamp.stamp;
  stamp.version = load_le<std::uint32_t>(at + kVersion);
  value.stamp.time_created = DsTime{i64(at + kTimeCreated)};
  stamp.time_changed = DsTime{i64(at + kTimeChanged)};
  std::copy(at + kOriginating, at + kUsnOriginating, stamp.uuid_originating.value.octets.begin());
  stamp.usn_originating = Usn{i64(at + kUsnOriginating)};
  value.usn_local = Usn{i64(at + kUsnLocal)};
  value.time_deleted = DsTime{i64(at + kTimeDeleted)};
  return value;
}

}  // namespace tributary::store::format
