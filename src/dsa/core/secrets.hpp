// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: the key file of a DSA and what its database says of it. A database whose secrets are sealed never opens without its
// keys, and one of before is brought along; docs/formats/secrets.md has the mark's octets, docs/decisions/0059 the reasons. Which values
// are secrets, and where they go in and out, is the engine's (repl/objects/secret_values.hpp). No error or line of a log holds a key or a value.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dsa/config/config.hpp"
#include "repl/objects/value_sealer.hpp"
#include "repl/updates/reseal.hpp"
#include "security/secret_box.hpp"

namespace tributary::dsa {

/// dsa.secrets_key, or its default.
[[nodiscard]] std::string secrets_key_path(const Config& config);

/// The keys of one DSA, for any thread. Keys may change while it is used.
class SecretKeeper final : public repl::ValueSealer {
 public:
  SecretKeeper(std::string path, security::SecretBox box, bool takes_clear);

  [[nodiscard]] Result<Bytes> seal(const ObjectGuid& object, drsuapi::Attid attid, ByteView clear) const override;
  /// While the database may still hold values in clear, what nobody sealed is one of them.
  [[nodiscard]] Result<SecretBytes> unseal(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const override;
  [[nodiscard]] bool is_current(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const override;

  [[nodiscard]] security::SecretKeyId key_id() const { return box()->key_id(); }
  [[nodiscard]] std::size_t key_count() const { return box()->key_count(); }
  /// From now on a new key seals. To be called by who has the turn to write, so that no transaction has values of both.
  [[nodiscard]] Result<void> rotate() { return take(security::SecretBox::rotate(path_)); }
  [[nodiscard]] Result<void> forget_old_keys() { return take(security::SecretBox::forget_old_keys(path_)); }
  void refuse_clear() noexcept { takes_clear_ = false; }

 private:
  [[nodiscard]] std::shared_ptr<const security::SecretBox> box() const;
  [[nodiscard]] Result<void> take(Result<security::SecretBox> box);

  const std::string path_;
  mutable std::mutex mutex_;
  std::shared_ptr<const security::SecretBox> box_;  // under mutex_
  std::atomic<bool> takes_clear_;
};

/// What a database says of its secrets. One without a mark holds them in clear.
struct SecretsMark {
  bool complete = false;                    ///< every secret is sealed
  std::vector<security::SecretKeyId> keys;  ///< under one of these, of which the first seals now
  friend bool operator==(const SecretsMark&, const SecretsMark&) = default;
};
[[nodiscard]] Bytes encode_secrets_mark(const SecretsMark& mark);
[[nodiscard]] Result<SecretsMark> decode_secrets_mark(ByteView octets);
[[nodiscard]] Result<std::optional<SecretsMark>> read_secrets_mark(const store::Snapshot& snapshot);

/// To look at a database: null when it holds its secrets in clear. Codes of the key file, with the remedy.
[[nodiscard]] Result<std::shared_ptr<SecretKeeper>> inspect_secrets(const Config& config, const store::Snapshot& snapshot);

/// How the owner of a database works on it, and what it tells.
struct SecretsWork {
  /// Runs a change and commits it.
  std::function<Result<void>(const std::function<Result<void>(store::WriteTransaction&)>&)> change;
  std::function<repl::Context()> context;
  std::function<void(char level, std::string)> log;
};
struct SecretsSettled {
  std::uint64_t objects_read = 0, values_written = 0, values_unreadable = 0;
};

/// To own a database: its keys, which are made for one that has none yet. What is in clear or under an older key is not touched:
/// settle_secrets() does that. Codes of the key file, with the remedy; nothing is changed then.
[[nodiscard]] Result<std::shared_ptr<SecretKeeper>> open_secrets(const Config& config, const store::Snapshot& snapshot);
/// Brings every secret under the key that seals now, in transactions of a bounded size, and marks the database. Ended at any instant it
/// goes on with the next call. Cheap when there is nothing to do. The context has `keeper` as its sealer.
[[nodiscard]] Result<SecretsSettled> settle_secrets(SecretKeeper& keeper, const store::DirectoryStore& store, const SecretsWork& work,
                                                    const std::function<bool(const SecretsSettled&)>& progress = {});

/// Both, for a database that nobody else works on; the context gets its sealer.
[[nodiscard]] Result<void> seal_secrets_of(const Config& config, store::DirectoryStore& store, repl::Context& context);

}  // namespace tributary::dsa
