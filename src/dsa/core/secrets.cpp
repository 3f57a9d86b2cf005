// SPDX-License-Identifier: Apache-2.0
// See secrets.hpp.
#include "dsa/core/secrets.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::dsa {
namespace {

using security::SecretBox;
using security::SecretKeyId;

constexpr std::string_view kMarkName = "secrets";
constexpr std::uint8_t kVersion = 1, kSealing = 0, kSealed = 1;
constexpr std::size_t kHead = 2, kIdSize = sizeof(SecretKeyId);
constexpr std::size_t kKeysMax = 256;  // of a key file

void wipe(Bytes& octets) noexcept { OPENSSL_cleanse(octets.data(), octets.size()); }

/// The reason that the key file's own error has, and what to do.
std::unexpected<Error> no_keys(const Error& error, bool is_needed) {
  const char* const why = is_needed ? "the secrets of this database are sealed under its keys" : "the secrets of this database are to be sealed under its keys";
  const char* const remedy = error.code == win32::kErrorFileNotFound ? "put it back from where its copy is kept, or say with dsa.secrets_key where it is"
                             : error.code == win32::kErrorAccessDenied ? "give it to the account that runs the DSA, readable by nobody else (chmod 600)"
                                                                       : "put its copy back";
  // The detail names the file, and mostly as what it is.
  const char* const what = error.detail.starts_with("key file") ? "" : "key file: ";
  return fail(error.code, fmt::format("{}{}: {}; {}", what, error.detail, why, remedy));
}

Result<SecretBox> open_keys(const std::string& path, const std::optional<SecretsMark>& mark) {
  auto box = SecretBox::open(path);
  if (!box) return no_keys(box.error(), mark.has_value());
  for (const auto& id : mark ? mark->keys : std::vector<SecretKeyId>{})
    if (!box->has_key(id))
      return fail(win32::kErrorNotFound, fmt::format("key file {}: the key {} is not in it, and secrets of this database are sealed under that key; put the copy of the file back that has it, "
                                                     "or add its line to this one",
                                                     path, to_hex(id)));
  return box;
}

Result<void> write_mark(const SecretsWork& work, const SecretsMark& mark) {
  return work.change([&](store::WriteTransaction& tx) -> Result<void> {
    tx.put_dsa_value(kMarkName, encode_secrets_mark(mark));
    return {};
  });
}

}  // namespace

std::string secrets_key_path(const Config& config) { return config.secrets_key.empty() ? config.data_folder + "/secrets.key" : config.secrets_key; }

// --- Keys -----------------------------------------------------------------------------------------------------------------------

SecretKeeper::SecretKeeper(std::string path, SecretBox box, bool takes_clear)
    : path_(std::move(path)), box_(std::make_shared<const SecretBox>(std::move(box))), takes_clear_(takes_clear) {}

std::shared_ptr<const SecretBox> SecretKeeper::box() const {
  const std::lock_guard guard(mutex_);
  return box_;
}

Result<void> SecretKeeper::take(Result<SecretBox> box) {
  if (!box) return std::unexpected(std::move(box.error()));
  auto shared = std::make_shared<const SecretBox>(std::move(*box));
  const std::lock_guard guard(mutex_);
  box_ = std::move(shared);
  return {};
}

Result<Bytes> SecretKeeper::seal(const ObjectGuid& object, drsuapi::Attid attid, ByteView clear) const {
  return box()->seal(object, static_cast<std::uint32_t>(attid), clear);
}

Result<SecretBytes> SecretKeeper::unseal(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const {
  auto clear = box()->unseal(object, static_cast<std::uint32_t>(attid), stored);
  if (!clear && takes_clear_ && clear.error().code != win32::kErrorNotSupported) return SecretBytes(stored);
  if (!clear) return std::unexpected(std::move(clear.error()));
  SecretBytes kept{ByteView(*clear)};
  wipe(*clear);
  return kept;
}

bool SecretKeeper::is_current(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const {
  const auto keys = box();
  const auto id = SecretBox::key_of(stored);
  if (!id || *id != keys->key_id()) return false;
  if (!takes_clear_) return true;
  auto clear = keys->unseal(object, static_cast<std::uint32_t>(attid), stored);
  if (clear) wipe(*clear);
  return clear.has_value();  // a value in clear may look like anything
}

// --- The mark -------------------------------------------------------------------------------------------------------------------

Bytes encode_secrets_mark(const SecretsMark& mark) {
  Bytes octets{kVersion, mark.complete ? kSealed : kSealing};
  for (const auto& id : mark.keys) octets.insert(octets.end(), id.begin(), id.end());
  return octets;
}

Result<SecretsMark> decode_secrets_mark(ByteView octets) {
  if (!octets.empty() && octets[0] != kVersion)
    return fail(win32::kErrorRevisionMismatch, "secrets of this database are sealed in a way that this version does not know");
  const std::size_t count = octets.size() < kHead ? 0 : (octets.size() - kHead) / kIdSize;
  const bool is_whole = octets.size() == kHead + count * kIdSize && count >= 1 && count <= kKeysMax && octets[1] <= kSealed;
  if (!is_whole) return fail(win32::kErrorDsDatabaseError, "what the database says of its secrets is damaged");
  SecretsMark mark{octets[1] == kSealed, std::vector<SecretKeyId>(count)};
  for (std::size_t i = 0; i < count; ++i) std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(kHead + i * kIdSize), kIdSize, mark.keys[i].begin());
  return mark;
}

Result<std::optional<SecretsMark>> read_secrets_mark(const store::Snapshot& snapshot) {
  const auto stored = snapshot.dsa_value(kMarkName);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return std::optional<SecretsMark>();
  auto mark = decode_secrets_mark(**stored);
  if (!mark) return std::unexpected(std::move(mark.error()));
  return std::optional(std::move(*mark));
}

// --- A database and its keys ----------------------------------------------------------------------------------------------------

Result<std::shared_ptr<SecretKeeper>> inspect_secrets(const Config& config, const store::Snapshot& snapshot) {
  const auto mark = read_secrets_mark(snapshot);
  if (!mark) return std::unexpected(mark.error());
  if (!*mark) return std::shared_ptr<SecretKeeper>();
  const auto path = secrets_key_path(config);
  auto box = open_keys(path, *mark);
  if (!box) return std::unexpected(std::move(box.error()));
  return std::make_shared<SecretKeeper>(path, std::move(*box), !(*mark)->complete);
}

Result<std::shared_ptr<SecretKeeper>> open_secrets(const Config& config, const store::Snapshot& snapshot) {
  const auto mark = read_secrets_mark(snapshot);
  if (!mark) return std::unexpected(mark.error());
  const auto path = secrets_key_path(config);
  auto box = open_keys(path, *mark);
  const bool makes_keys = !box && !*mark && box.error().code == win32::kErrorFileNotFound;
  if (makes_keys) box = SecretBox::create(path);
  if (!box && makes_keys) return fail(box.error().code, fmt::format("no key file for secrets could be made: {}; say with dsa.secrets_key where else it goes", box.error().detail));
  if (!box) return std::unexpected(std::move(box.error()));
  return std::make_shared<SecretKeeper>(path, std::move(*box), !*mark || !(*mark)->complete);
}

Result<SecretsSettled> settle_secrets(SecretKeeper& keeper, const store::DirectoryStore& store, const SecretsWork& work,
                                      const std::function<bool(const SecretsSettled&)>& progress) {
  const auto mark = read_secrets_mark(*store.read());
  if (!mark) return std::unexpected(mark.error());
  const SecretsMark wanted{true, {keeper.key_id()}};
  SecretsSettled settled;
  if (*mark && **mark == wanted) return settled;

  // First it is said which keys there may be, then they are used.
  SecretsMark now{*mark && (*mark)->complete, wanted.keys};
  for (const auto& id : *mark ? (*mark)->keys : std::vector<SecretKeyId>{})
    if (id != wanted.keys.front()) now.keys.push_back(id);
  if (!*mark || now != **mark)
    if (auto written = write_mark(work, now); !written) return std::unexpected(std::move(written.error()));

  ObjectGuid from, unreadable;
  for (bool more = true; more;) {
    const auto done = work.change([&](store::WriteTransaction& tx) -> Result<void> {
      const auto step = repl::reseal_secrets(tx, work.context(), from);
      if (!step) return std::unexpected(step.error());
      if (settled.values_unreadable == 0 && step->values_unreadable != 0) unreadable = step->first_unreadable;
      settled.objects_read += step->objects_read;
      settled.values_written += step->values_written;
      settled.values_unreadable += step->values_unreadable;
      more = step->more;
      from = step->next;
      return {};
    });
    if (!done) return std::unexpected(done.error());
    if (progress && !progress(settled)) return fail(win32::kErrorCancelled, "secrets are still being sealed; the next start goes on");
  }
  if (settled.values_unreadable != 0) {
    work.log('e', fmt::format("{} secret values do not open, the first of object {}: they stay as they are, and all keys are needed further on; `tributary dsa check` shows them",
                              settled.values_unreadable, to_string(unreadable)));
    return settled;
  }
  if (auto written = write_mark(work, wanted); !written) return std::unexpected(std::move(written.error()));
  keeper.refuse_clear();
  if (!now.complete && settled.values_written != 0)
    work.log('w', fmt::format("{} secret values that were in clear are sealed now. Octets of them may be left in unused parts of the database file: `tributary dsa backup`, then `restore`, "
                              "makes a file without them. Backups of before hold them in clear",
                              settled.values_written));
  else if (settled.values_written != 0)
    work.log('i', fmt::format("{} secret values are sealed under the key {}", settled.values_written, to_hex(keeper.key_id())));
  return settled;
}

Result<void> seal_secrets_of(const Config& config, store::DirectoryStore& store, repl::Context& context) {
  auto keeper = open_secrets(config, *store.read());
  if (!keeper) return std::unexpected(std::move(keeper.error()));
  context.sealer = *keeper;
  const auto change = [&store](const std::function<Result<void>(store::WriteTransaction&)>& work) -> Result<void> {
    const auto tx = store.write();
    if (auto done = work(*tx); !done) return done;
    return tx->commit();
  };
  const auto settled = settle_secrets(**keeper, store, {change, [&context] { return context; }, [](char, const std::string&) {}});
  if (!settled) return std::unexpected(settled.error());
  return {};
}

}  // namespace tributary::dsa
