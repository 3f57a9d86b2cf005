// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: values of secret attributes ([MS-DRSR] 4.1.10.3.11) sealed with AES-256-GCM under keys of a file that only the DSA's
// account may read. A sealed value opens only for the object and the attribute that it was sealed for. docs/formats/secrets.md has every
// octet. Owner of its keys, which are overwritten when it goes; immutable, any thread. No detail of an error ever holds a key or a value.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"

namespace tributary::security {

/// What a key is called: a digest of it, so that a damaged key is found out.
using SecretKeyId = std::array<std::uint8_t, 8>;

class SecretBox {
 public:
  /// A value becomes longer by this: version, key id, nonce, tag.
  static constexpr std::size_t kOverheadOctets = 1 + 8 + 12 + 16;

  /// Makes a key file with one new key, for its owner only, whole or not at all. kErrorAlreadyExists when there is such a file.
  [[nodiscard]] static Result<SecretBox> create(const std::string& path);
  /// kErrorFileNotFound; kErrorAccessDenied when it cannot be read, is a link, belongs to somebody else or others may read it;
  /// kErrorInvalidData for what is no key file.
  [[nodiscard]] static Result<SecretBox> open(const std::string& path);
  /// Adds a new key, with which everything is sealed from now on; the others still open what they sealed. Give the file to the other
  /// holders of the database before they read new values.
  [[nodiscard]] static Result<SecretBox> rotate(const std::string& path);
  /// Takes all keys but the one that seals out of the file. What is still sealed under them is lost.
  [[nodiscard]] static Result<SecretBox> forget_old_keys(const std::string& path);

  SecretBox(SecretBox&&) noexcept;
  SecretBox& operator=(SecretBox&&) noexcept;
  ~SecretBox();

  /// Of the key that seals.
  [[nodiscard]] SecretKeyId key_id() const noexcept;
  [[nodiscard]] std::size_t key_count() const noexcept;
  [[nodiscard]] bool has_key(const SecretKeyId& id) const noexcept;

  /// kErrorNotSupported only when the cryptographic library cannot do its work.
  [[nodiscard]] Result<Bytes> seal(const ObjectGuid& object, std::uint32_t attid, ByteView value) const;
  /// kErrorInvalidData for what is no sealed value, and when a bit of it was changed or it is another object's or attribute's;
  /// kErrorNotFound when its key is not in the file.
  [[nodiscard]] Result<Bytes> unseal(const ObjectGuid& object, std::uint32_t attid, ByteView sealed) const;
  /// The key that a sealed value needs; kErrorInvalidData for what is none.
  [[nodiscard]] static Result<SecretKeyId> key_of(ByteView sealed);

 private:
  struct Key;
  explicit SecretBox(std::vector<Key> keys);
  [[nodiscard]] static Result<std::vector<Key>> read(const std::string& path);
  [[nodiscard]] static Result<SecretBox> replace(const std::string& path, std::vector<Key> keys);

  std::unique_ptr<const std::vector<Key>> keys_;  // the first one seals
};

}  // namespace tributary::security
