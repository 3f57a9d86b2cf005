// SPDX-License-Identifier: Apache-2.0
// See secret_box.hpp and docs/formats/secrets.md. AES-256-GCM: NIST SP 800-38D, through OpenSSL's EVP; the nonce is 96 random bits.
#include "security/secret_box.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/win32.hpp"
#include "security/private_file.hpp"

namespace tributary::security {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeySize = 32, kIdSize = 8, kNonceSize = 12, kTagSize = 16;
constexpr std::size_t kHeadSize = 1 + kIdSize + kNonceSize;
constexpr std::string_view kFileHead = "tributary secret keys 1";
constexpr std::string_view kKeyLabel = "tributary secret key 1";
constexpr std::size_t kFileMax = 65'536;
constexpr std::size_t kKeysMax = 256;
constexpr std::size_t kValueMax = 64u << 20;  // far above any value of the directory; keeps lengths within int

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

std::unexpected<Error> wrong_file(std::string_view what, const std::string& path) {
  return fail(win32::kErrorInvalidData, "key file " + path + ": " + std::string(what));
}

Result<void> write_all(const OpenFile& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const auto put = ::write(file.number, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file_failure("writing", path);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.number) != 0) return file_failure("syncing", path);
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const OpenFile file(::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (file.number < 0 || ::fsync(file.number) != 0) return file_failure("syncing", folder);
  return {};
}

/// Writes beside the file and puts it in place at once: by a link when there must be none yet, by a rename otherwise.
Result<void> put_text(const std::string& path, std::string_view text, bool replace) {
  const std::string fresh = path + ".new." + std::to_string(::getpid());
  const OpenFile file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number < 0) return file_failure("creating", fresh);
  auto done = write_all(file, text, fresh);
  if (done && (replace ? ::rename(fresh.c_str(), path.c_str()) : ::link(fresh.c_str(), path.c_str())) != 0) done = file_failure("creating", path);
  if (!done || !replace) ::unlink(fresh.c_str());
  if (!done) return done;
  return sync_folder(path);
}

std::optional<SecretKeyId> id_of(std::span<const std::uint8_t, kKeySize> key) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  std::array<std::uint8_t, kKeyLabel.size() + kKeySize> input;
  std::ranges::copy(kKeyLabel, input.begin());
  std::ranges::copy(key, input.begin() + kKeyLabel.size());
  const bool done = EVP_Digest(input.data(), input.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_cleanse(input.data(), input.size());
  if (!done) return std::nullopt;
  SecretKeyId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

/// What is authenticated beside the value: the head without its nonce (which GCM covers by itself), whose value it is.
std::array<std::uint8_t, 1 + kIdSize + 16 + 4> associated_data(const SecretKeyId& id, const ObjectGuid& object, std::uint32_t attid) {
  std::array<std::uint8_t, 1 + kIdSize + 16 + 4> data{};
  data[0] = kVersion;
  std::ranges::copy(id, data.begin() + 1);
  std::ranges::copy(object.value.octets, data.begin() + 1 + kIdSize);
  store_le<std::uint32_t>(data.data() + 1 + kIdSize + 16, attid);
  return data;
}

std::unexpected<Error> library_failed() { return fail(win32::kErrorNotSupported, "the cryptographic library refused AES-256-GCM"); }

}  // namespace

struct SecretBox::Key {
  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { OPENSSL_cleanse(octets.data(), octets.size()); }
  SecretKeyId id{};
  std::array<std::uint8_t, kKeySize> octets{};

  [[nodiscard]] static Result<Key> make() {
    Key key;
    if (RAND_bytes(key.octets.data(), static_cast<int>(key.octets.size())) != 1) return library_failed();
    const auto id = id_of(key.octets);
    if (!id) return library_failed();
    key.id = *id;
    return key;
  }
  /// One line of the file; nothing for one that is none.
  [[nodiscard]] static std::optional<Key> parse(std::string_view line) {
    if (line.size() != 4 + 2 * kIdSize + 1 + 2 * kKeySize || !line.starts_with("key ") || line[4 + 2 * kIdSize] != ' ') return std::nullopt;
    const auto id = from_hex(line.substr(4, 2 * kIdSize));
    auto octets = from_hex(line.substr(4 + 2 * kIdSize + 1));
    std::optional<Key> key;
    if (id && octets && id->size() == kIdSize && octets->size() == kKeySize) {
      key.emplace();
      std::ranges::copy(*id, key->id.begin());
      std::ranges::copy(*octets, key->octets.begin());
      if (id_of(key->octets) != key->id) key.reset();
    }
    if (octets) OPENSSL_cleanse(octets->data(), octets->size());
    return key;
  }
  void print(std::string& text) const {
    std::string hex = to_hex(octets);
    text += "key " + to_hex(id) + " ";
    text += hex;
    text += "\n";
    OPENSSL_cleanse(hex.data(), hex.size());
  }
};

SecretBox::SecretBox(std::vector<Key> keys) : keys_(std::make_unique<const std::vector<Key>>(std::move(keys))) {}
SecretBox::SecretBox(SecretBox&&) noexcept = default;
SecretBox& SecretBox::operator=(SecretBox&&) noexcept = default;
SecretBox::~SecretBox() = default;

SecretKeyId SecretBox::key_id() const noexcept { return keys_->front().id; }
std::size_t SecretBox::key_count() const noexcept { return keys_->size(); }
bool SecretBox::has_key(const SecretKeyId& id) const noexcept { return std::ranges::find(*keys_, id, &Key::id) != keys_->end(); }

Result<SecretBox> SecretBox::create(const std::string& path) {
  auto key = Key::make();
  if (!key) return std::unexpected(std::move(key.error()));
  PrivateText text(kFileMax);
  text.octets.append(kFileHead).append("\n");
  key->print(text.octets);
  if (auto put = put_text(path, text.octets, false); !put) return std::unexpected(std::move(put.error()));
  return open(path);
}

Result<std::vector<SecretBox::Key>> SecretBox::read(const std::string& path) {
  PrivateText text(kFileMax);
  if (auto done = read_private_file(path, "key file", text); !done) return std::unexpected(std::move(done.error()));
  std::vector<Key> keys;
  keys.reserve(kKeysMax);
  bool is_first = true;
  for (std::string_view rest = text.octets; !rest.empty();) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return wrong_file("its last line does not end", path);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (std::exchange(is_first, false)) {
      if (line != kFileHead) return wrong_file("it does not begin with its name and version", path);
      continue;
    }
    const auto key = Key::parse(line);
    if (!key) return wrong_file("line " + std::to_string(keys.size() + 2) + " is no key, or a damaged one", path);
    if (keys.size() == kKeysMax) return wrong_file("it has too many keys", path);
    keys.push_back(*key);
  }
  if (keys.empty()) return wrong_file("it holds no key", path);
  return keys;
}

Result<SecretBox> SecretBox::open(const std::string& path) {
  auto keys = read(path);
  if (!keys) return std::unexpected(std::move(keys.error()));
  return SecretBox(std::move(*keys));
}

Result<SecretBox> SecretBox::rotate(const std::string& path) {
  auto keys = read(path);
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (keys->size() == kKeysMax) return wrong_file("it has as many keys as it may have", path);
  auto key = Key::make();
  if (!key) return std::unexpected(std::move(key.error()));
  std::vector<Key> all;
  all.reserve(keys->size() + 1);
  all.push_back(*key);
  all.insert(all.end(), keys->begin(), keys->end());
  return replace(path, std::move(all));
}

Result<SecretBox> SecretBox::forget_old_keys(const std::string& path) {
  auto keys = read(path);
  if (!keys) return std::unexpected(std::move(keys.error()));
  keys->erase(keys->begin() + 1, keys->end());
  return replace(path, std::move(*keys));
}

Result<SecretBox> SecretBox::replace(const std::string& path, std::vector<Key> keys) {
  PrivateText text(kFileMax);
  text.octets.append(kFileHead).append("\n");
  for (const Key& key : keys) key.print(text.octets);
  if (auto put = put_text(path, text.octets, true); !put) return std::unexpected(std::move(put.error()));
  return SecretBox(std::move(keys));
}

Result<Bytes> SecretBox::seal(const ObjectGuid& object, std::uint32_t attid, ByteView value) const {
  if (value.size() > kValueMax) return fail(win32::kErrorInvalidParameter, "a secret of more than 64 MiB");
  const Key& key = keys_->front();
  Bytes sealed(kHeadSize + value.size() + kTagSize);
  sealed[0] = kVersion;
  std::ranges::copy(key.id, sealed.begin() + 1);
  std::uint8_t* const nonce = sealed.data() + 1 + kIdSize;
  if (RAND_bytes(nonce, kNonceSize) != 1) return library_failed();
  const auto data = associated_data(key.id, object, attid);
  const CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool done =
      cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.octets.data(), nonce) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, data.data(), static_cast<int>(data.size())) == 1 &&
      (value.empty() || EVP_EncryptUpdate(cipher.get(), sealed.data() + kHeadSize, &length, value.data(), static_cast<int>(value.size())) == 1) &&
      EVP_EncryptFinal_ex(cipher.get(), sealed.data() + kHeadSize + value.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, sealed.data() + kHeadSize + value.size()) == 1;
  if (!done) return library_failed();
  return sealed;
}

Result<SecretKeyId> SecretBox::key_of(ByteView sealed) {
  if (sealed.size() < kOverheadOctets || sealed[0] != kVersion || sealed.size() > kValueMax + kOverheadOctets)
    return fail(win32::kErrorInvalidData, "not a sealed secret");
  SecretKeyId id;
  std::copy_n(sealed.begin() + 1, id.size(), id.begin());
  return id;
}

Result<Bytes> SecretBox::unseal(const ObjectGuid& object, std::uint32_t attid, ByteView sealed) const {
  const auto id = key_of(sealed);
  if (!id) return std::unexpected(id.error());
  const auto key = std::ranges::find(*keys_, *id, &Key::id);
  if (key == keys_->end()) return fail(win32::kErrorNotFound, "the key " + to_hex(*id) + " of a sealed secret is not in the key file");
  const ByteView body = sealed.subspan(kHeadSize, sealed.size() - kOverheadOctets);
  Bytes tag = to_bytes(sealed.last(kTagSize));
  Bytes value(body.size());
  const auto data = associated_data(*id, object, attid);
  const CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool begun = cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key->octets.data(), sealed.data() + 1 + kIdSize) == 1 &&
                     EVP_DecryptUpdate(cipher.get(), nullptr, &length, data.data(), static_cast<int>(data.size())) == 1 &&
                     EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1;
  if (!begun) return library_failed();
  std::uint8_t nothing = 0;
  const bool genuine =
      (body.empty() || EVP_DecryptUpdate(cipher.get(), value.data(), &length, body.data(), static_cast<int>(body.size())) == 1) &&
      EVP_DecryptFinal_ex(cipher.get(), body.empty() ? &nothing : value.data() + value.size(), &length) == 1;
  if (!genuine) {
    OPENSSL_cleanse(value.data(), value.size());
    return fail(win32::kErrorInvalidData, "a sealed secret was changed, or belongs elsewhere");
  }
  return value;
}

}  // namespace tributary::security
