// SPDX-License-Identifier: Apache-2.0
// The keys of every table, as docs/formats/store.md has them, in buffers on the stack; and back. Knows no engine.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "store/kv.hpp"
#include "store/link.hpp"

namespace tributary::store::format {

/// Limits of the parts that are cut and hashed. The longest keys are link_changes (36 + 464) and equality (4 + 480 + 8).
inline constexpr std::size_t kRdnFormMax = 480;
inline constexpr std::size_t kDataFormMax = 464;
inline constexpr std::size_t kValueFormMax = 480;
inline constexpr std::size_t kHashOctets = 16;
inline constexpr std::size_t kDsaNameMax = 255;
inline constexpr std::size_t kLinkKeyFixed = 20;

/// A key while it is made. Its parts never exceed kKeyOctetsMax together: see the limits.
class Key {
 public:
  Key() noexcept {}  // NOLINT: the octets beyond size_ are nobody's
  Key(const Key& other) noexcept : size_(other.size_) { std::memcpy(octets_.data(), other.octets_.data(), size_); }
  Key& operator=(const Key& other) noexcept {
    size_ = other.size_;
    std::memmove(octets_.data(), other.octets_.data(), size_);
    return *this;
  }

  Key& dnt(Dnt value) noexcept { return u64(static_cast<std::uint64_t>(value)); }
  Key& attid(Attid value) noexcept { return u32(static_cast<std::uint32_t>(value)); }
  Key& usn(Usn value) noexcept { return u64(static_cast<std::uint64_t>(value.value)); }
  Key& ds_time(DsTime value) noexcept { return u64(static_cast<std::uint64_t>(value.seconds) ^ (1ull << 63)); }
  Key& u8(std::uint8_t value) noexcept {
    octets_[size_++] = value;
    return *this;
  }
  Key& u32(std::uint32_t value) noexcept {
    store_be(octets_.data() + size_, value);
    size_ += 4;
    return *this;
  }
  Key& u64(std::uint64_t value) noexcept {
    store_be(octets_.data() + size_, value);
    size_ += 8;
    return *this;
  }
  Key& octets(ByteView view) noexcept {
    std::copy(view.begin(), view.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += view.size();
    return *this;
  }
  /// What is not longer than limit - 1 as it is, anything else cut and hashed.
  Key& limited(ByteView view, std::size_t limit) noexcept;
  /// The normal form of a value, escaped and ended, cut when it is long.
  Key& value_form(ByteView normal_form);
  Key& cut(std::size_t size) noexcept {
    size_ = size;
    return *this;
  }

  [[nodiscard]] ByteView view() const noexcept { return {octets_.data(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  operator ByteView() const noexcept { return view(); }  // NOLINT: a key is its octets

 private:
  std::array<std::uint8_t, kv::kKeyOctetsMax + 1> octets_;
  std::size_t size_ = 0;
};

[[nodiscard]] inline Key key_of(Dnt dnt) noexcept { return Key().dnt(dnt); }
[[nodiscard]] inline Key child_key(Dnt parent, ByteView rdn_form) noexcept { return Key().dnt(parent).limited(rdn_form, kRdnFormMax); }
[[nodiscard]] inline Key change_key(Dnt nc, Usn usn, Dnt dnt) noexcept { return Key().dnt(nc).usn(usn).dnt(dnt); }
[[nodiscard]] inline Key grave_key(DsTime time, Dnt dnt) noexcept { return Key().ds_time(time).dnt(dnt); }
[[nodiscard]] inline Key link_key(const LinkKey& key) noexcept {
  return Key().dnt(key.source).attid(key.attid).dnt(key.target).limited(key.data, kDataFormMax);
}
/// `link` is the key of the table links.
[[nodiscard]] Key backlink_key(ByteView link) noexcept;
[[nodiscard]] inline Key link_change_key(Dnt nc, Usn usn, ByteView link) noexcept { return Key().dnt(nc).usn(usn).octets(link); }
[[nodiscard]] inline Key link_grave_key(DsTime time, ByteView link) noexcept { return Key().ds_time(time).octets(link); }

[[nodiscard]] inline Dnt load_dnt_be(const std::uint8_t* at) noexcept { return Dnt{load_be<std::uint64_t>(at)}; }
[[nodiscard]] inline Usn load_usn_be(const std::uint8_t* at) noexcept { return Usn{static_cast<std::int64_t>(load_be<std::uint64_t>(at))}; }
[[nodiscard]] inline DsTime load_time_be(const std::uint8_t* at) noexcept {
  return DsTime{static_cast<std::int64_t>(load_be<std::uint64_t>(at) ^ (1ull << 63))};
}
[[nodiscard]] inline bool begins_with(ByteView key, ByteView prefix) noexcept {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

/// The parts of a key of the table links. `data` is the data form: whole unless data_is_cut.
struct LinkKeyParts {
  Dnt source;
  Attid attid;
  Dnt target;
  ByteView data;
  [[nodiscard]] bool data_is_cut() const noexcept { return data.size() == kDataFormMax; }
  [[nodiscard]] LinkKey whole() const { return LinkKey{source, attid, target, to_bytes(data)}; }
};
/// Nothing for what cannot be such a key.
[[nodiscard]] std::optional<LinkKeyParts> split_link_key(ByteView key) noexcept;
/// The key of the table links that a key of backlinks speaks of; nothing when it is too short.
[[nodiscard]] std::optional<Key> link_key_of_backlink(ByteView key) noexcept;

}  // namespace tributary::store::format
