// SPDX-License-Identifier: Apache-2.0
// See extents.hpp.
#include "drsuapi/blobs/walk/extents.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tributary::drsuapi::blobs {

bool Extents::claim(Trail& trail, std::string_view field, std::size_t begin, std::size_t length) {
  if (length == 0 && begin <= size_) return true;
  if (begin > size_ || length > size_ - begin) {
    trail.fail(field, fmt::format("{} octets at {} are more than the {} octets there are", length, begin, size_));
    return false;
  }
  const std::size_t end = begin + length;
  for (const auto& part : parts_) {
    if (begin == part.begin && end == part.end && begin != 0) return true;
    if (begin < part.end && part.begin < end) {
      trail.fail(field, fmt::format("the octets {} to {} overlap those from {} to {}", begin, end, part.begin, part.end));
      return false;
    }
  }
  parts_.push_back({begin, end});
  return true;
}

std::size_t Extents::end() const noexcept {
  std::size_t end = 0;
  for (const auto& part : parts_) end = std::max(end, part.end);
  return end;
}

std::vector<UnknownOctets> Extents::unclaimed(ByteView octets, std::size_t implied_size) const {
  auto parts = parts_;
  std::ranges::sort(parts, {}, &Part::begin);
  parts.push_back({octets.size(), octets.size()});
  std::vector<UnknownOctets> unknown;
  std::size_t at = 0;
  for (const auto& part : parts) {
    if (at < part.begin) {
      const auto gap = octets.subspan(at, part.begin - at);
      const bool beyond = part.begin == octets.size() && octets.size() > std::max(implied_size, end());
      if (beyond || std::ranges::any_of(gap, [](std::uint8_t octet) { return octet != 0; }))
        unknown.push_back({static_cast<std::uint32_t>(at), tributary::to_bytes(gap)});
    }
    at = std::max(at, part.end);
  }
  return unknown;
}

void Image::paint(std::string_view field, std::size_t offset, ByteView part) {
  const std::size_t known = extents_.parts_.size();
  if (!extents_.claim(trail_, field, offset, part.size()) || part.empty()) return;
  if (extents_.parts_.size() == known) {  // the very same octets as another part
    if (!std::ranges::equal(part, ByteView(octets_).subspan(offset, part.size())))
      trail_.fail(field, fmt::format("the octets at {} belong to another field and differ", offset));
    return;
  }
  octets_.resize(std::max(octets_.size(), offset + part.size()));
  std::ranges::copy(part, octets_.begin() + static_cast<std::ptrdiff_t>(offset));
}

void Image::paint(const std::vector<UnknownOctets>& unknown) {
  for (const auto& chunk : unknown) paint("unknown", chunk.offset, chunk.octets);
}

std::size_t end_of(Trail& trail, const std::vector<UnknownOctets>& unknown) {
  std::size_t end = 0;
  for (const auto& chunk : unknown) {
    if (chunk.offset > kBlobOctetsMax) trail.fail("unknown", fmt::format("octets at {} are beyond what a value can have", chunk.offset));
    end = std::max(end, chunk.offset + chunk.octets.size());
  }
  return end;
}

void Image::grow_to(std::string_view field, std::size_t size) {
  if (size > kBlobOctetsMax)
    trail_.fail(field, fmt::format("{} octets are more than a value can have", size));
  else
    octets_.resize(std::max(octets_.size(), size));
}

}  // namespace tributary::drsuapi::blobs
