// SPDX-License-Identifier: Apache-2.0
// See crypto.hpp. Once check_algorithms() has been content, nothing but want of memory can make the library refuse, and then the process
// ends, as it does for any other allocation.
#include "security/ntlm/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include <algorithm>
#include <climits>

#include "base/assert.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/ntlm/upper_case.hpp"

namespace tributary::security::ntlm {
namespace {

/// Made once, on first use, and kept until the process ends: the library may be gone before our destructors run.
struct Library {
  OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
  OSSL_PROVIDER* common = OSSL_PROVIDER_load(context, "default");
  OSSL_PROVIDER* legacy = OSSL_PROVIDER_load(context, "legacy");
  EVP_MD* md4 = EVP_MD_fetch(context, "MD4", nullptr);
  EVP_MD* md5 = EVP_MD_fetch(context, "MD5", nullptr);
  EVP_CIPHER* rc4 = EVP_CIPHER_fetch(context, "RC4", nullptr);
  EVP_MAC* hmac = EVP_MAC_fetch(context, "HMAC", nullptr);

  static const Library& get() {
    static const Library* const instance = new Library;
    return *instance;
  }
  [[nodiscard]] bool is_complete() const { return md4 != nullptr && md5 != nullptr && rc4 != nullptr && hmac != nullptr; }
};

Key digest(const EVP_MD* kind, std::initializer_list<ByteView> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Key key;
  bool done = context && EVP_DigestInit_ex2(context.get(), kind, nullptr) == 1;
  for (const ByteView part : parts) done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  done = done && EVP_DigestFinal_ex(context.get(), key.span().data(), nullptr) == 1;
  TRIBUTARY_ASSERT(done);
  return key;
}

/// UTF-16LE, overwritten when it goes.
struct WideText {
  explicit WideText(std::u16string_view text) : octets(text.size() * 2) {
    for (std::size_t i = 0; i < text.size(); ++i) store_le<std::uint16_t>(octets.data() + 2 * i, text[i]);
  }
  WideText(const WideText&) = delete;
  WideText& operator=(const WideText&) = delete;
  ~WideText() { OPENSSL_cleanse(octets.data(), octets.size()); }
  Bytes octets;
};

}  // namespace

Key::Key(std::span<const std::uint8_t, kSize> octets) noexcept { std::ranges::copy(octets, octets_.begin()); }
Key::~Key() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

Result<> check_algorithms() {
  if (Library::get().is_complete()) return {};
  return fail(win32::kErrorNotSupported, "OpenSSL has no MD4, MD5 or RC4 here: install its legacy provider (ossl-modules/legacy.so), or switch NTLM off",
              Phase::kAuthenticate);
}

Result<Key> nt_hash(std::string_view password) {
  auto wide = to_utf16(password);
  if (!wide) return std::unexpected(std::move(wide.error()));
  const WideText text(*wide);
  OPENSSL_cleanse(wide->data(), wide->size() * sizeof(char16_t));
  return digest(Library::get().md4, {text.octets});
}

bool is_empty_password(const Key& nt_hash) { return same_octets(nt_hash.view(), digest(Library::get().md4, {}).view()); }

Key response_key(const Key& nt_hash, std::u16string_view user, std::u16string_view domain) {
  const WideText name(upper_case(user)), where(domain);
  return hmac_md5(nt_hash, {name.octets, where.octets});
}

Key hmac_md5(const Key& key, std::initializer_list<ByteView> parts) {
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(EVP_MAC_CTX_new(Library::get().hmac), &EVP_MAC_CTX_free);
  char name[] = "MD5";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
  Key mac;
  std::size_t written = 0;
  bool done = context && EVP_MAC_init(context.get(), key.view().data(), key.view().size(), parameters) == 1;
  for (const ByteView part : parts) done = done && EVP_MAC_update(context.get(), part.data(), part.size()) == 1;
  done = done && EVP_MAC_final(context.get(), mac.span().data(), &written, Key::kSize) == 1 && written == Key::kSize;
  TRIBUTARY_ASSERT(done);
  return mac;
}

Key md5(std::initializer_list<ByteView> parts) { return digest(Library::get().md5, parts); }

bool same_octets(ByteView a, ByteView b) noexcept { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

struct Rc4::State {
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
};

Rc4::Rc4(const Key& key) : state_(std::make_unique<State>()) {
  const bool done = state_->context && EVP_EncryptInit_ex2(state_->context.get(), Library::get().rc4, key.view().data(), nullptr, nullptr) == 1;
  TRIBUTARY_ASSERT(done);
}
Rc4::Rc4(Rc4&&) noexcept = default;
Rc4& Rc4::operator=(Rc4&&) noexcept = default;
Rc4::~Rc4() = default;

void Rc4::apply(std::span<std::uint8_t> octets) {
  TRIBUTARY_ASSERT(octets.size() <= INT_MAX);
  int written = 0;
  if (octets.empty()) return;
  const bool done = EVP_EncryptUpdate(state_->context.get(), octets.data(), &written, octets.data(), static_cast<int>(octets.size())) == 1;
  TRIBUTARY_ASSERT(done);
}

}  // namespace tributary::security::ntlm
