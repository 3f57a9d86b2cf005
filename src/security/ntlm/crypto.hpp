// SPDX-License-Identifier: Apache-2.0
// The cryptography of NTLMv2 ([MS-NLMP] 3.3.2, 3.4.4, 3.4.5): NTOWFv2, keyed MD5, RC4. MD4 and RC4 come from OpenSSL's legacy provider,
// in a library context of our own (docs/decisions/0058). Values only: knows no message, no account, no clock and no chance.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::security::ntlm {

/// Sixteen octets that nobody else may know: overwritten when they go, and without a way into a stream or a comparison.
class Key {
 public:
  static constexpr std::size_t kSize = 16;
  Key() = default;
  explicit Key(std::span<const std::uint8_t, kSize> octets) noexcept;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();

  [[nodiscard]] ByteView view() const noexcept { return octets_; }
  [[nodiscard]] std::span<std::uint8_t, kSize> span() noexcept { return octets_; }

 private:
  std::array<std::uint8_t, kSize> octets_{};
};

/// kErrorNotSupported, with what to do, when the library has no MD4, MD5 or RC4. Everything below needs them: ask first.
[[nodiscard]] Result<> check_algorithms();

/// NTOWFv1: what a directory keeps of a password (unicodePwd). kErrorNoUnicodeTranslation when `password` is not UTF-8.
[[nodiscard]] Result<Key> nt_hash(std::string_view password);
/// Whether it is the hash of the empty password, which everybody knows.
[[nodiscard]] bool is_empty_password(const Key& nt_hash);

/// NTOWFv2: the user's name in capitals, the domain's as it was sent.
[[nodiscard]] Key response_key(const Key& nt_hash, std::u16string_view user, std::u16string_view domain);

[[nodiscard]] Key hmac_md5(const Key& key, std::initializer_list<ByteView> parts);
[[nodiscard]] Key md5(std::initializer_list<ByteView> parts);

/// Whether two secrets, or a secret and a guess, are the same; the time it takes says nothing of where they differ.
[[nodiscard]] bool same_octets(ByteView a, ByteView b) noexcept;

/// RC4, which goes on where it was ([MS-NLMP] 3.4.3: the handle of a direction). Encrypting is decrypting.
class Rc4 {
 public:
  explicit Rc4(const Key& key);
  Rc4(Rc4&&) noexcept;
  Rc4& operator=(Rc4&&) noexcept;
  ~Rc4();
  void apply(std::span<std::uint8_t> octets);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tributary::security::ntlm
