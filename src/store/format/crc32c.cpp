// SPDX-License-Identifier: Apache-2.0
// See crc32c.hpp. The portable form takes eight octets a step with eight tables (slicing). The instruction can begin a step each cycle but
// needs three for one, so three neighbouring lanes are summed at once and joined: a sum over what follows is moved by a table, because a
// CRC is linear.
#include "store/format/crc32c.hpp"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace tributary::store::format {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

consteval Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t sum = i;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? kPolynomial : 0);
    tables[0][i] = sum;
  }
  for (std::uint32_t i = 0; i < 256; ++i)
    for (std::size_t t = 1; t < 8; ++t) tables[t][i] = (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xFF];
  return tables;
}
constexpr Tables kTables = make_tables();

#if defined(__x86_64__)
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

/// What a register becomes when so many octets of zero follow, by its octets.
consteval Shift make_shift(std::size_t zeros) {
  std::array<std::uint32_t, 32> of_bit{};
  for (std::size_t bit = 0; bit < 32; ++bit) {
    std::uint32_t sum = 1u << bit;
    for (std::size_t i = 0; i < zeros; ++i) sum = kTables[0][sum & 0xFF] ^ (sum >> 8);
    of_bit[bit] = sum;
  }
  Shift shift{};
  for (std::size_t octet = 0; octet < 4; ++octet)
    for (std::size_t value = 0; value < 256; ++value)
      for (std::size_t bit = 0; bit < 8; ++bit)
        if ((value >> bit & 1) != 0) shift[octet][value] ^= of_bit[8 * octet + bit];
  return shift;
}
std::uint32_t shifted(const Shift& shift, std::uint64_t sum) noexcept {
  return shift[0][sum & 0xFF] ^ shift[1][sum >> 8 & 0xFF] ^ shift[2][sum >> 16 & 0xFF] ^ shift[3][sum >> 24 & 0xFF];
}

constexpr std::size_t kLane = 128;
constexpr Shift kOneLane = make_shift(kLane), kTwoLanes = make_shift(2 * kLane);

__attribute__((target("sse4.2"))) std::uint32_t with_instruction(ByteView octets, std::uint32_t before) noexcept {
  std::uint64_t sum = before ^ 0xFFFFFFFFu;
  const std::uint8_t* at = octets.data();
  std::size_t left = octets.size();
  for (; left >= 3 * kLane; left -= 3 * kLane, at += 3 * kLane) {
    std::uint64_t second = 0, third = 0;
    for (std::size_t i = 0; i < kLane; i += 8) {
      sum = _mm_crc32_u64(sum, load_le<std::uint64_t>(at + i));
      second = _mm_crc32_u64(second, load_le<std::uint64_t>(at + kLane + i));
      third = _mm_crc32_u64(third, load_le<std::uint64_t>(at + 2 * kLane + i));
    }
    sum = shifted(kTwoLanes, sum) ^ shifted(kOneLane, second) ^ third;
  }
  for (; left >= 8; left -= 8, at += 8) sum = _mm_crc32_u64(sum, load_le<std::uint64_t>(at));
  auto narrow = static_cast<std::uint32_t>(sum);
  for (; left > 0; --left, ++at) narrow = _mm_crc32_u8(narrow, *at);
  return narrow ^ 0xFFFFFFFFu;
}
bool has_instruction() noexcept { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
std::uint32_t with_instruction(ByteView octets, std::uint32_t before) noexcept {
  std::uint32_t sum = before ^ 0xFFFFFFFFu;
  const std::uint8_t* at = octets.data();
  std::size_t left = octets.size();
  for (; left >= 8; left -= 8, at += 8) sum = __crc32cd(sum, load_le<std::uint64_t>(at));
  for (; left > 0; --left, ++at) sum = __crc32cb(sum, *at);
  return sum ^ 0xFFFFFFFFu;
}
bool has_instruction() noexcept { return true; }
#else
std::uint32_t with_instruction(ByteView octets, std::uint32_t before) noexcept { return crc32c_portable(octets, before); }
bool has_instruction() noexcept { return false; }
#endif

}  // namespace

std::uint32_t crc32c_portable(ByteView octets, std::uint32_t before) noexcept {
  std::uint32_t sum = before ^ 0xFFFFFFFFu;
  const std::uint8_t* at = octets.data();
  std::size_t left = octets.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint32_t low = load_le<std::uint32_t>(at) ^ sum;
    const std::uint32_t high = load_le<std::uint32_t>(at + 4);
    sum = kTables[7][low & 0xFF] ^ kTables[6][(low >> 8) & 0xFF] ^ kTables[5][(low >> 16) & 0xFF] ^ kTables[4][low >> 24] ^
          kTables[3][high & 0xFF] ^ kTables[2][(high >> 8) & 0xFF] ^ kTables[1][(high >> 16) & 0xFF] ^ kTables[0][high >> 24];
  }
  for (; left > 0; --left, ++at) sum = kTables[0][(sum ^ *at) & 0xFF] ^ (sum >> 8);
  return sum ^ 0xFFFFFFFFu;
}

std::uint32_t crc32c(ByteView octets, std::uint32_t before) noexcept {
  static const bool fast = has_instruction();
  return fast ? with_instruction(octets, before) : crc32c_portable(octets, before);
}

}  // namespace tributary::store::format
