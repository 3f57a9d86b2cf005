// SPDX-License-Identifier: Apache-2.0
// Who owns which octets of a blob whose parts are found through offsets. Two parts may be the very same octets (a DC may point
// twice at one string); parts that overlap in any other way are a lie. What nobody owns is kept as UnknownOctets, so that
// a blob is written back exactly as it was: octets of zero between the parts are implied and not listed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "drsuapi/blobs/walk/trail.hpp"

namespace tributary::drsuapi::blobs {

/// No attribute value is larger; it bounds what offsets in JSON can make us allocate.
inline constexpr std::size_t kBlobOctetsMax = 16u << 20;

/// Octets that no field of the description covers, with their place.
struct UnknownOctets {
  std::uint32_t offset = 0;
  Bytes octets;
  friend bool operator==(const UnknownOctets&, const UnknownOctets&) = default;
};

/// The parts of one blob while it is taken apart.
class Extents {
 public:
  explicit Extents(std::size_t size) : size_(size) {}
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Fails at `field` when the part is not inside the blob or overlaps another.
  bool claim(Trail& trail, std::string_view field, std::size_t begin, std::size_t length);
  /// What remains. `implied_size` is the size that the fields already speak for: a tail beyond it is listed even when it is zero.
  [[nodiscard]] std::vector<UnknownOctets> unclaimed(ByteView octets, std::size_t implied_size) const;
  [[nodiscard]] std::size_t end() const noexcept;

 private:
  friend class Image;
  struct Part {
    std::size_t begin;
    std::size_t end;
  };
  std::size_t size_;
  std::vector<Part> parts_;
};

/// One blob while it is put together. Octets that nobody paints are zero.
class Image {
 public:
  explicit Image(Trail& trail) : trail_(trail), extents_(kBlobOctetsMax) {}
  /// Fails at `field` when the part overlaps one that is there and is not the same.
  void paint(std::string_view field, std::size_t offset, ByteView part);
  void paint(const std::vector<UnknownOctets>& unknown);
  void grow_to(std::string_view field, std::size_t size);
  [[nodiscard]] std::size_t size() const noexcept { return octets_.size(); }
  [[nodiscard]] Bytes take() && { return std::move(octets_); }

 private:
  Trail& trail_;
  Extents extents_;
  Bytes octets_;
};

/// Where the last of them ends; fails when one is beyond what a value can have.
[[nodiscard]] std::size_t end_of(Trail& trail, const std::vector<UnknownOctets>& unknown);

[[nodiscard]] constexpr std::size_t align_up(std::size_t at, std::size_t to) noexcept { return (at + to - 1) / to * to; }

}  // namespace tributary::drsuapi::blobs
