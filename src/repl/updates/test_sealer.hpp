// SPDX-License-Identifier: Apache-2.0
// For tests: a ValueSealer that keeps the contract of value_sealer.hpp without cryptography: every sealing is another one, and a value opens
// only for its object and attribute, under a number that stands for the key.
#pragma once

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/secret_values.hpp"

namespace tributary::repl::testing {

class TestSealer final : public ValueSealer {
 public:
  static constexpr std::size_t kHead = 1 + 8 + 16 + 4;  // key, count, object, attribute

  explicit TestSealer(std::uint8_t key = 1) : key_(key) {}

  [[nodiscard]] Result<Bytes> seal(const ObjectGuid& object, drsuapi::Attid attid, ByteView clear) const override {
    if (is_broken) return fail(win32::kErrorNotSupported, "the sealer is broken");
    Bytes sealed(kHead);
    sealed[0] = key_;
    store_le(sealed.data() + 1, ++count_);
    std::ranges::copy(object.value.octets, sealed.begin() + 9);
    store_le(sealed.data() + 25, static_cast<std::uint32_t>(attid));
    for (const auto octet : clear) sealed.push_back(static_cast<std::uint8_t>(octet ^ 0xA5u ^ key_));
    return sealed;
  }
  [[nodiscard]] Result<SecretBytes> unseal(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const override {
    const std::uint8_t key = is_whole(object, attid, stored) ? stored[0] : std::uint8_t{0};
    if (key == 0 && takes_clear) return SecretBytes(stored);
    if (key == 0 || key > key_) return fail(win32::kErrorInvalidData, "it belongs elsewhere");
    SecretBytes clear(stored.subspan(kHead));
    for (auto& octet : clear.span()) octet = static_cast<std::uint8_t>(octet ^ 0xA5u ^ key);
    return clear;
  }
  [[nodiscard]] bool is_current(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const override {
    return is_whole(object, attid, stored) && stored[0] == key_;
  }

  bool takes_clear = false;
  bool is_broken = false;

 private:
  [[nodiscard]] static bool is_whole(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) {
    return stored.size() >= kHead && std::ranges::equal(stored.subspan(9, 16), object.value.octets) &&
           load_le<std::uint32_t>(stored.data() + 25) == static_cast<std::uint32_t>(attid);
  }

  std::uint8_t key_;
  mutable std::uint64_t count_ = 0;
};

}  // namespace tributary::repl::testing
