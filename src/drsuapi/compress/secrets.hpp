// SPDX-License-Identifier: Apache-2.0
// The values of secret attributes on their way in GetNCChanges replies ([MS-DRSR] 4.1.10.2.20 ENCRYPTED_PAYLOAD, 4.1.10.3.11,
// 4.1.10.5.11, 4.1.10.6.17): encrypted once more with the session key of the security context. Whatever holds clear text
// here is overwritten before it is released. Knows no attribute values and asks nobody for randomness.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

/// Octets that are overwritten before their memory is released. Moved, never copied; no way into a stream or a log.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : octets_(std::make_unique<std::uint8_t[]>(size)), size_(size) {}
  explicit SecretBytes(ByteView octets);
  SecretBytes(SecretBytes&& other) noexcept : octets_(std::move(other.octets_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes() { wipe(); }

  [[nodiscard]] ByteView view() const noexcept { return {octets_.get(), size_}; }
  [[nodiscard]] std::span<std::uint8_t> span() noexcept { return {octets_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void wipe() noexcept;

  std::unique_ptr<std::uint8_t[]> octets_;
  std::size_t size_ = 0;
};

/// An attribute that contains secret data ([MS-DRSR] 4.1.10.3.11).
struct SecretAttribute {
  std::uint32_t attrtyp;  ///< with the prefix table that every DC starts with ([MS-DRSR] 5.14, 5.16.4)
  std::string_view oid;
  std::string_view name;  ///< lDAPDisplayName
  bool has_rid_layer;     ///< its clear value is encrypted with the RID of the object as well, see remove_rid_layer
};

/// All of them, by ascending ATTRTYP.
[[nodiscard]] std::span<const SecretAttribute> secret_attributes() noexcept;
/// The entry for an ATTRTYP, null when the attribute is not secret. The ATTRTYP is the local one: map the peer's through its
/// prefix table first, or compare OIDs.
[[nodiscard]] const SecretAttribute* find_secret_attribute(std::uint32_t attrtyp) noexcept;
/// The entry for an lDAPDisplayName in any case of letters.
[[nodiscard]] const SecretAttribute* find_secret_attribute(std::string_view name) noexcept;

inline constexpr std::size_t kSecretSaltSize = 16;
using SecretSalt = std::array<std::uint8_t, kSecretSaltSize>;
/// Salt and CheckSum of ENCRYPTED_PAYLOAD: so much longer is the encrypted value.
inline constexpr std::size_t kSecretOverhead = kSecretSaltSize + 4;
/// The largest value that is encrypted or decrypted: the 10 MB of [MS-DRSR]'s range on ATTRVAL are far above any secret.
inline constexpr std::size_t kSecretSizeMax = std::size_t{16} << 20;

/// SEC_E_ALGORITHM_MISMATCH: what 4.1.10.6.17 returns when the checksum of a decrypted value is wrong.
inline constexpr Win32 kSecEAlgorithmMismatch{0x80090331};

/// One value of DecryptValuesIfNecessary. `payload` is the ENCRYPTED_PAYLOAD that the peer sent, `session_key` the key of the
/// security context (for Kerberos the subkey's octets). kErrorInvalidData when the payload cannot be one,
/// kSecEAlgorithmMismatch when the key is not the one it was encrypted with, kErrorNotSupported without OpenSSL's legacy provider.
[[nodiscard]] Result<SecretBytes> decrypt_secret_value(ByteView session_key, ByteView payload);

/// One value of EncryptValuesIfNecessary: the ENCRYPTED_PAYLOAD for `clear`. `salt` is 128 fresh random bits.
[[nodiscard]] Result<Bytes> encrypt_secret_value(ByteView session_key, const SecretSalt& salt, ByteView clear);

/// Takes off what unicodePwd, dBCSPwd, ntPwdHistory and lmPwdHistory carry below the session key: every 16 octets (one hash)
/// are encrypted with DES under two keys made of the RID of the object's SID ([MS-SAMR] 2.2.11.1.2). It protects
/// nothing, but replicas keep these values in either form. kErrorInvalidData when `value` is not whole hashes;
/// kErrorInvalidParameter for RID 0, which no account has.
[[nodiscard]] Result<SecretBytes> remove_rid_layer(std::uint32_t rid, ByteView value);
/// The opposite of remove_rid_layer.
[[nodiscard]] Result<SecretBytes> apply_rid_layer(std::uint32_t rid, ByteView value);

}  // namespace tributary
