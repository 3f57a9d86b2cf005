// SPDX-License-Identifier: Apache-2.0
// Deterministic data for the tests, fuzzers and the benchmark of this room: the extremes of compressibility, and octets
// shaped like a GetNCChanges reply. Not part of any library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace tributary::test_data {

inline Bytes random_octets(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes data(size);
  for (auto& octet : data) octet = static_cast<std::uint8_t>(random());
  return data;
}

/// Random octets of an alphabet of `letters`: the smaller, the more and the shorter the matches.
inline Bytes few_letters(std::size_t size, std::uint32_t seed, unsigned letters) {
  std::mt19937 random(seed);
  Bytes data(size);
  for (auto& octet : data) octet = static_cast<std::uint8_t>('a' + random() % letters);
  return data;
}

inline Bytes repeated(std::string_view unit, std::size_t size) {
  Bytes data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(unit[i % unit.size()]);
  return data;
}

/// Pieces of the data's own past at random distances, between random octets: matches of every length and distance.
inline Bytes self_similar(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes data;
  while (data.size() < size) {
    if (data.empty() || random() % 3 == 0) {
      for (std::size_t i = random() % 40; i-- > 0;) data.push_back(static_cast<std::uint8_t>(random()));
      data.push_back(0);
      continue;
    }
    const std::size_t distance = 1 + random() % std::min<std::size_t>(data.size(), 9000);
    const std::size_t length = 1 + random() % (random() % 16 == 0 ? 70000u : 300u);
    for (std::size_t i = 0; i < length; ++i) data.push_back(data[data.size() - distance]);
  }
  data.resize(size);
  return data;
}

/// User objects as NDR lays them out: UTF-16 names in DNs, GUIDs, SIDs, stamps with times and USNs, some random secrets.
inline Bytes reply_like(std::size_t users, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes data;
  const auto number = [&](std::uint64_t value, int octets) {
    for (int i = 0; i < octets; ++i) data.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  const auto text = [&](std::string_view value) {
    number(value.size() * 2, 4);
    for (const char c : value) number(static_cast<std::uint8_t>(c), 2);
    while (data.size() % 4 != 0) data.push_back(0);
  };
  const auto noise = [&](std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) data.push_back(static_cast<std::uint8_t>(random()));
  };
  const Bytes invocation = random_octets(16, seed + 1);
  const Bytes domain_sid = random_octets(24, seed + 2);
  for (std::size_t user = 0; user < users; ++user) {
    const std::string name = "Test User " + std::to_string(100000 + random() % 900000);
    number(0, 4);
    noise(16);
    data.insert(data.end(), domain_sid.begin(), domain_sid.end());
    number(1100 + user, 4);
    text("CN=" + name + ",OU=Department " + std::to_string(user % 12) + ",OU=Staff,DC=lab,DC=example");
    constexpr std::uint32_t kAttributes[] = {0x0,     0x3,     0xD,     0x2A,    0x20001, 0x20002, 0x2000D, 0x20019, 0x90001, 0x90008,
                                             0x90010, 0x90019, 0x90037, 0x9005A, 0x9005E, 0x90062, 0x9007D, 0x90092, 0x900A0, 0x900DD,
                                             0x9012E, 0x90290, 0x9030E};
    for (const auto attribute : kAttributes) {
      number(attribute, 4);
      number(1, 4);
      number(0x20000 + data.size() % 0x1000, 4);
      number(attribute == 0x9005A ? 36 : 4 + attribute % 9, 4);
      if (attribute == 0x9005A || attribute == 0x9005E) noise(36);
      if (attribute == 0x900DD) text("test.user" + std::to_string(user));
      if (attribute == 0x90290) text("test.user" + std::to_string(user) + "@lab.example");
      if (attribute == 0x2A || attribute == 0x3) text(name);
    }
    for (std::size_t i = 0; i < std::size(kAttributes); ++i) {
      number(1 + (i % 5 == 0), 4);
      number(0, 4);
      number(13345678901ull + user / 7, 8);
      data.insert(data.end(), invocation.begin(), invocation.end());
      number(40000 + user * 3 + i / 8, 8);
    }
  }
  return data;
}

}  // namespace tributary::test_data
