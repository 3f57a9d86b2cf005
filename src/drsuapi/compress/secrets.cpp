// SPDX-License-Identifier: Apache-2.0
// Secret values ([MS-DRSR] 4.1.10.2.20, 4.1.10.3.11, 4.1.10.5.11, 4.1.10.6.17; [MS-SAMR] 2.2.11.1.2 for the RID layer).
//
//   ENCRYPTED_PAYLOAD = Salt(16) RC4[ CheckSum(4, little-endian CRC-32 of the clear value) EncryptedData ]
//   RC4 key           = MD5( session key, Salt )
#include "drsuapi/compress/secrets.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <zlib.h>

#include "base/win32.hpp"

namespace tributary {
namespace {

// OIDs from [MS-ADA1], [MS-ADA2] and [MS-ADA3]; prefix 1.2.840.113556.1.4 has index 9 in every prefix table (5.16.4).
constexpr std::array<SecretAttribute, 11> kSecretAttributes = {{
    {0x0009001B, "1.2.840.113556.1.4.27", "currentValue", false},
    {0x00090037, "1.2.840.113556.1.4.55", "dBCSPwd", true},
    {0x0009005A, "1.2.840.113556.1.4.90", "unicodePwd", true},
    {0x0009005E, "1.2.840.113556.1.4.94", "ntPwdHistory", true},
    {0x00090064, "1.2.840.113556.1.4.100", "priorValue", false},
    {0x0009007D, "1.2.840.113556.1.4.125", "supplementalCredentials", false},
    {0x00090081, "1.2.840.113556.1.4.129", "trustAuthIncoming", false},
    {0x00090087, "1.2.840.113556.1.4.135", "trustAuthOutgoing", false},
    {0x000900A0, "1.2.840.113556.1.4.160", "lmPwdHistory", true},
    {0x0009021B, "1.2.840.113556.1.4.539", "initialAuthIncoming", false},
    {0x0009021C, "1.2.840.113556.1.4.540", "initialAuthOutgoing", false},
}};

/// MD5, RC4 and DES from a library context of our own, so that the legacy provider is loaded for nobody else. Made once, on
/// first use (C++ guarantees one thread), and kept until the process ends: OpenSSL may be gone before our destructors run.
struct Algorithms {
  OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
  OSSL_PROVIDER* common = OSSL_PROVIDER_load(context, "default");
  OSSL_PROVIDER* legacy = OSSL_PROVIDER_load(context, "legacy");
  EVP_MD* md5 = EVP_MD_fetch(context, "MD5", nullptr);
  EVP_CIPHER* rc4 = EVP_CIPHER_fetch(context, "RC4", nullptr);
  EVP_CIPHER* des = EVP_CIPHER_fetch(context, "DES-ECB", nullptr);
  [[nodiscard]] bool complete() const { return rc4 != nullptr && des != nullptr; }

  static const Algorithms& get() {
    static const Algorithms* const instance = new Algorithms;
    return *instance;
  }
};

std::unexpected<Error> no_algorithms() {
  return fail(win32::kErrorNotSupported,
              "OpenSSL has no RC4, DES or MD5 here: its legacy provider (ossl-modules/legacy.so) is missing or forbidden");
}

/// A key that does not outlive its use.
template <std::size_t kSize>
struct Key {
  std::array<std::uint8_t, kSize> octets{};
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { OPENSSL_cleanse(octets.data(), octets.size()); }
};
using Rc4Key = Key<16>;
using DesKey = Key<8>;

bool derive_key(ByteView session_key, ByteView salt, Rc4Key& key) {
  SecretBytes both(session_key.size() + salt.size());
  std::ranges::copy(salt, std::ranges::copy(session_key, both.span().begin()).out);
  return EVP_Digest(both.view().data(), both.size(), key.octets.data(), nullptr, Algorithms::get().md5, nullptr) == 1;
}

/// Runs a cipher without padding over `octets`, in place.
bool run_cipher(const EVP_CIPHER* cipher, const std::uint8_t* key, bool encrypt, std::span<std::uint8_t> octets) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!context || EVP_CipherInit_ex2(context.get(), cipher, key, nullptr, encrypt ? 1 : 0, nullptr) != 1) return false;
  EVP_CIPHER_CTX_set_padding(context.get(), 0);  // whole blocks only, so the update writes all of them
  int written = 0;
  return EVP_CipherUpdate(context.get(), octets.data(), &written, octets.data(), static_cast<int>(octets.size())) == 1;
}

/// RC4 is its own inverse: one function for both directions. `octets` is what follows the salt.
bool run_payload_cipher(ByteView session_key, ByteView salt, std::span<std::uint8_t> octets) {
  Rc4Key key;
  return derive_key(session_key, salt, key) && run_cipher(Algorithms::get().rc4, key.octets.data(), true, octets);
}

std::uint32_t checksum(ByteView clear) {
  return static_cast<std::uint32_t>(crc32(crc32(0, nullptr, 0), clear.data(), static_cast<uInt>(clear.size())));
}

constexpr std::size_t kHashSize = 16;
constexpr std::size_t kDesBlockSize = 8;

/// [MS-SAMR] 2.2.11.1.3: the octets of the RID, low first, repeated until two 7-octet keys are full, each then spread over
/// 8 octets with room for a parity bit (which DES ignores).
void rid_key(std::uint32_t rid, std::size_t half, DesKey& key) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 7; ++i) bits = bits << 8 | (rid >> (8 * ((half * 7 + i) % 4)) & 0xFF);
  for (std::size_t i = 0; i < key.octets.size(); ++i) key.octets[i] = static_cast<std::uint8_t>((bits >> (49 - 7 * i) & 0x7F) << 1);
}

Result<SecretBytes> run_rid_layer(std::uint32_t rid, ByteView value, bool encrypt) {
  if (rid == 0) return fail(win32::kErrorInvalidParameter, "no account has the RID 0");
  if (value.size() > kSecretSizeMax || value.size() % kHashSize != 0)
    return fail(win32::kErrorInvalidData, fmt::format("{} octets are not a list of hashes", value.size()));
  if (!Algorithms::get().complete()) return no_algorithms();
  SecretBytes result(value);
  const auto octets = result.span();
  for (std::size_t at = 0; at < octets.size(); at += kDesBlockSize) {
    DesKey key;
    rid_key(rid, at / kDesBlockSize % 2, key);
    if (!run_cipher(Algorithms::get().des, key.octets.data(), encrypt, octets.subspan(at, kDesBlockSize))) return no_algorithms();
  }
  return result;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

SecretBytes::SecretBytes(ByteView octets) : SecretBytes(octets.size()) { std::ranges::copy(octets, octets_.get()); }

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(octets_, other.octets_);
  std::swap(size_, other.size_);
  return *this;
}

void SecretBytes::wipe() noexcept {
  if (size_ != 0) OPENSSL_cleanse(octets_.get(), size_);
}

std::span<const SecretAttribute> secret_attributes() noexcept { return kSecretAttributes; }

const SecretAttribute* find_secret_attribute(std::uint32_t attrtyp) noexcept {
  const auto at = std::ranges::lower_bound(kSecretAttributes, attrtyp, {}, &SecretAttribute::attrtyp);
  return at != kSecretAttributes.end() && at->attrtyp == attrtyp ? &*at : nullptr;
}

const SecretAttribute* find_secret_attribute(std::string_view name) noexcept {
  const auto same = [name](const SecretAttribute& attribute) {
    return std::ranges::equal(attribute.name, name, {}, lower, lower);
  };
  const auto at = std::ranges::find_if(kSecretAttributes, same);
  return at != kSecretAttributes.end() ? &*at : nullptr;
}

Result<SecretBytes> decrypt_secret_value(ByteView session_key, ByteView payload) {
  if (session_key.empty()) return fail(win32::kErrorInvalidParameter, "the security context has no session key");
  if (payload.size() < kSecretOverhead || payload.size() > kSecretSizeMax + kSecretOverhead)
    return fail(win32::kErrorInvalidData, fmt::format("an encrypted value cannot have {} octets", payload.size()));
  if (!Algorithms::get().complete()) return no_algorithms();
  const auto salt = payload.first(kSecretSaltSize);
  SecretBytes decrypted(payload.subspan(kSecretSaltSize));
  if (!run_payload_cipher(session_key, salt, decrypted.span())) return no_algorithms();
  const auto clear = decrypted.view().subspan(kSecretOverhead - kSecretSaltSize);
  if (load_le<std::uint32_t>(decrypted.view().data()) != checksum(clear))
    return fail(kSecEAlgorithmMismatch, "the checksum of a decrypted value is wrong: it was not encrypted with this session key");
  return SecretBytes(clear);
}

Result<Bytes> encrypt_secret_value(ByteView session_key, const SecretSalt& salt, ByteView clear) {
  if (session_key.empty()) return fail(win32::kErrorInvalidParameter, "the security context has no session key");
  if (clear.size() > kSecretSizeMax)
    return fail(win32::kErrorInvalidParameter,
                fmt::format("a secret value of {} octets, the limit is {}", clear.size(), kSecretSizeMax));
  if (!Algorithms::get().complete()) return no_algorithms();
  Bytes payload(kSecretOverhead + clear.size());
  std::ranges::copy(salt, payload.begin());
  store_le<std::uint32_t>(&payload[kSecretSaltSize], checksum(clear));
  std::ranges::copy(clear, payload.begin() + kSecretOverhead);
  if (!run_payload_cipher(session_key, salt, std::span(payload).subspan(kSecretSaltSize))) {
    OPENSSL_cleanse(payload.data(), payload.size());
    return no_algorithms();
  }
  return payload;
}

Result<SecretBytes> remove_rid_layer(std::uint32_t rid, ByteView value) { return run_rid_layer(rid, value, false); }
Result<SecretBytes> apply_rid_layer(std::uint32_t rid, ByteView value) { return run_rid_layer(rid, value, true); }

}  // namespace tributary
