// SPDX-License-Identifier: Apache-2.0
// A version, then entries of length, identifier and value.
#include "service/directory/ngc_key_blob.hpp"

#include <openssl/sha.h>

#include <array>

namespace tributary::service::directory {
namespace {

constexpr std::uint32_t kVersion2 = 0x00000200;
constexpr std::size_t kVersionOctets = 4;
constexpr std::size_t kEntryHeadOctets = 3;  // Length (2), Identifier (1)
constexpr std::uint8_t kUsageNgc = 0x01;
constexpr std::uint8_t kSourceAd = 0x00;
enum Identifier : std::uint8_t { kKeyId = 1, kKeyHash, kKeyMaterial, kKeyUsage, kKeySource, kLastLogon = 8, kCreation = 9 };

std::array<std::uint8_t, SHA256_DIGEST_LENGTH> sha256(ByteView octets) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
  SHA256(octets.data(), octets.size(), hash.data());
  return hash;
}

void append(Bytes& blob, Identifier identifier, ByteView value) {
  const std::size_t at = blob.size();
  blob.resize(at + kEntryHeadOctets);
  store_le(blob.data() + at, static_cast<std::uint16_t>(value.size()));
  blob[at + 2] = identifier;
  blob.insert(blob.end(), value.begin(), value.end());
}

}  // namespace

Bytes make_key_credential(ByteView key, FileTime now) {
  std::array<std::uint8_t, 8> time{};
  store_le(time.data(), static_cast<std::uint64_t>(now.ticks));
  Bytes hashed;  // what KeyHash is the hash of
  append(hashed, kKeyMaterial, key);
  append(hashed, kKeyUsage, std::array{kUsageNgc});
  append(hashed, kKeySource, std::array{kSourceAd});
  append(hashed, kLastLogon, time);
  append(hashed, kCreation, time);
  Bytes blob(kVersionOctets);
  store_le(blob.data(), kVersion2);
  append(blob, kKeyId, sha256(key));
  append(blob, kKeyHash, sha256(hashed));
  blob.insert(blob.end(), hashed.begin(), hashed.end());
  return blob;
}

std::optional<ByteView> find_key_material(ByteView blob) noexcept {
  if (blob.size() < kVersionOctets || load_le<std::uint32_t>(blob.data()) != kVersion2) return std::nullopt;
  for (auto rest = blob.subspan(kVersionOctets); rest.size() >= kEntryHeadOctets;) {
    const std::size_t length = load_le<std::uint16_t>(rest.data());
    const std::uint8_t identifier = rest[2];
    rest = rest.subspan(kEntryHeadOctets);
    if (length > rest.size()) return std::nullopt;
    if (identifier == kKeyMaterial) return rest.first(length);
    rest = rest.subspan(length);
  }
  return std::nullopt;
}

}  // namespace tributary::service::directory
