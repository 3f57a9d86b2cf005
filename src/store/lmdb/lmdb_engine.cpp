// SPDX-License-Identifier: Apache-2.0
// See lmdb_engine.hpp. A writer keeps one cursor for each table: keys of one transaction are near each other, and LMDB then looks at the
// page where the cursor stands before it searches from the root.
#include "store/lmdb/lmdb_engine.hpp"

#include <fmt/format.h>
#include <lmdb.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "store/lmdb/place.hpp"

namespace tributary::store::lmdb {
namespace {

constexpr std::size_t kMapOctetsMin = std::size_t{1} << 20;
constexpr unsigned kReadersMax = 510;
/// After a key that was not the last: so many are put without trying.
constexpr unsigned kAppendPause = 16;

MDB_val to_val(ByteView view) noexcept { return {view.size(), const_cast<std::uint8_t*>(view.data())}; }
ByteView to_view(const MDB_val& value) noexcept { return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size}; }

Error lmdb_error(int code, std::string_view doing) {
  if (code == MDB_MAP_FULL) return {win32::kErrorDiskFull, {}, fmt::format("{}: the map is full", doing)};
  if (code > 0) return errno_error(code, std::string(doing));
  return {win32::kErrorDsDatabaseError, {}, fmt::format("{}: {}", doing, mdb_strerror(code))};
}
std::unexpected<Error> failed(int code, std::string_view doing) { return std::unexpected(lmdb_error(code, doing)); }

/// LMDB must not be opened twice in one process, for reading neither: the folders that are.
class OpenFolders {
 public:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;
  bool add(Identity which) {
    const std::lock_guard lock(mutex_);
    return open_.insert(which).second;
  }
  void remove(Identity which) {
    const std::lock_guard lock(mutex_);
    open_.erase(which);
  }
  static OpenFolders& all() {
    static OpenFolders folders;
    return folders;
  }

 private:
  std::mutex mutex_;
  std::set<Identity> open_;
};

struct Environment {
  using Tables = std::array<MDB_dbi, kv::kTableCount>;
  MDB_env* env = nullptr;
  Tables tables{};
  LmdbOptions options;
  FileHandle owner;
  OpenFolders::Identity identity;

  std::mutex writing;  // held by the writer until it ends
  std::mutex mutex;    // guards what follows, and the map's size
  unsigned readers = 0;
  bool is_short_of_room = false;

  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    if (env != nullptr) mdb_env_close(env);
    OpenFolders::all().remove(identity);
  }
  [[nodiscard]] MDB_dbi table(kv::Table which) const noexcept { return tables[static_cast<std::size_t>(which)]; }
};

class LmdbCursor final : public kv::Cursor {
 public:
  explicit LmdbCursor(MDB_cursor* cursor) noexcept : cursor_(cursor) {}
  LmdbCursor(const LmdbCursor&) = delete;
  LmdbCursor& operator=(const LmdbCursor&) = delete;
  ~LmdbCursor() override {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Result<bool> seek(ByteView key) override {
    key_ = to_val(key);
    return move(MDB_SET_RANGE);
  }
  Result<bool> next() override { return move(MDB_NEXT); }
  ByteView key() const noexcept override { return to_view(key_); }
  ByteView value() const noexcept override { return to_view(value_); }

 private:
  Result<bool> move(MDB_cursor_op how) {
    if (cursor_ == nullptr) return failed(MDB_BAD_TXN, "opening a cursor");
    const int code = mdb_cursor_get(cursor_, &key_, &value_, how);
    if (code == MDB_NOTFOUND) return false;
    if (code != 0) return failed(code, "moving a cursor");
    return true;
  }
  MDB_cursor* cursor_;
  MDB_val key_{}, value_{};
};

MDB_cursor* open_cursor(MDB_txn* txn, MDB_dbi table) noexcept {
  MDB_cursor* cursor = nullptr;
  return mdb_cursor_open(txn, table, &cursor) == 0 ? cursor : nullptr;
}

class LmdbReader final : public kv::Reader {
 public:
  LmdbReader(std::shared_ptr<Environment> environment, MDB_txn* txn) : environment_(std::move(environment)), txn_(txn) {}
  LmdbReader(const LmdbReader&) = delete;
  LmdbReader& operator=(const LmdbReader&) = delete;
  ~LmdbReader() override {
    mdb_txn_abort(txn_);
    const std::lock_guard lock(environment_->mutex);
    --environment_->readers;
  }
  Result<std::optional<ByteView>> get(kv::Table table, ByteView key) const override {
    MDB_val k = to_val(key), value{};
    const int code = mdb_get(txn_, environment_->table(table), &k, &value);
    if (code == MDB_NOTFOUND) return std::nullopt;
    if (code != 0) return failed(code, "reading");
    return to_view(value);
  }
  std::unique_ptr<kv::Cursor> cursor(kv::Table table) const override {
    return std::make_unique<LmdbCursor>(open_cursor(txn_, environment_->table(table)));
  }

 private:
  std::shared_ptr<Environment> environment_;
  MDB_txn* txn_;
};

class LmdbWriter final : public kv::Writer {
 public:
  LmdbWriter(std::shared_ptr<Environment> environment, std::unique_lock<std::mutex> lock, MDB_txn* txn)
      : environment_(std::move(environment)), lock_(std::move(lock)), txn_(txn) {}
  LmdbWriter(const LmdbWriter&) = delete;
  LmdbWriter& operator=(const LmdbWriter&) = delete;
  ~LmdbWriter() override { abort(); }

  Result<std::optional<ByteView>> get(kv::Table table, ByteView key) const override {
    MDB_val k = to_val(key), value{};
    MDB_cursor* cursor = cursor_of(table);
    const int code = cursor == nullptr ? MDB_BAD_TXN : mdb_cursor_get(cursor, &k, &value, MDB_SET);
    if (code == MDB_NOTFOUND) return std::nullopt;
    if (code != 0) return failed(code, "reading");
    return to_view(value);
  }
  std::unique_ptr<kv::Cursor> cursor(kv::Table table) const override {
    return std::make_unique<LmdbCursor>(txn_ == nullptr ? nullptr : open_cursor(txn_, environment_->table(table)));
  }
  Result<void> put(kv::Table table, ByteView key, ByteView value, kv::PutHint hint) override {
    MDB_val v = to_val(value);
    const int code = store(table, key, v, hint, 0);
    if (code != 0) return refused(code);
    return {};
  }
  Result<std::optional<ByteView>> insert(kv::Table table, ByteView key, ByteView value, kv::PutHint hint) override {
    MDB_val v = to_val(value);
    const int code = store(table, key, v, hint, MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) return to_view(v);
    if (code != 0) return refused(code);
    return std::nullopt;
  }
  Result<bool> del(kv::Table table, ByteView key) override {
    MDB_val k = to_val(key), value{};
    MDB_cursor* cursor = cursor_of(table);
    int code = cursor == nullptr ? MDB_BAD_TXN : mdb_cursor_get(cursor, &k, &value, MDB_SET);
    if (code == MDB_NOTFOUND) return false;
    if (code == 0) code = mdb_cursor_del(cursor, 0);
    if (code != 0) return refused(code);
    return true;
  }
  Result<void> commit() override {
    if (txn_ == nullptr) return failed(MDB_BAD_TXN, "committing");
    const int code = mdb_txn_commit(std::exchange(txn_, nullptr));
    if (code == MDB_MAP_FULL) ask_for_room();
    // LMDB says EIO for a write that was cut short, which is how a full disk shows first.
    const bool is_disk_full = code == EIO && lacks_room();
    end();
    if (is_disk_full) return fail(win32::kErrorDiskFull, "committing: the disk has no room left");
    if (code != 0) return failed(code, "committing");
    return {};
  }
  void abort() noexcept override {
    if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
    end();
  }

 private:
  /// LMDB closes the cursors of a write transaction with it.
  MDB_cursor* cursor_of(kv::Table table) const noexcept {
    MDB_cursor*& cursor = cursors_[static_cast<std::size_t>(table)];
    if (cursor == nullptr && txn_ != nullptr) cursor = open_cursor(txn_, environment_->table(table));
    return cursor;
  }
  int store(kv::Table table, ByteView key, MDB_val& value, kv::PutHint hint, unsigned flags) noexcept {
    TRIBUTARY_ASSERT(!key.empty() && key.size() <= kv::kKeyOctetsMax);
    MDB_cursor* cursor = cursor_of(table);
    if (cursor == nullptr) return MDB_BAD_TXN;
    MDB_val k = to_val(key);
    unsigned& pause = pauses_[static_cast<std::size_t>(table)];
    if (hint == kv::PutHint::kLast && pause == 0) {
      const int code = mdb_cursor_put(cursor, &k, &value, MDB_APPEND);
      if (code != MDB_KEYEXIST) return code;
      pause = kAppendPause;
    } else if (pause > 0) {
      --pause;
    }
    return mdb_cursor_put(cursor, &k, &value, flags);
  }
  std::unexpected<Error> refused(int code) {
    if (code == MDB_MAP_FULL) ask_for_room();
    return failed(code, "writing");
  }
  /// Whether the file could grow: tried, while nobody else writes.
  [[nodiscard]] bool lacks_room() const noexcept {
    int fd = -1;
    if (mdb_env_get_fd(environment_->env, &fd) != 0) return false;
    return cannot_extend(fd);
  }
  void ask_for_room() {
    const std::lock_guard lock(environment_->mutex);
    environment_->is_short_of_room = true;
  }
  void end() noexcept {
    cursors_ = {};
    if (lock_.owns_lock()) lock_.unlock();
  }

  std::shared_ptr<Environment> environment_;
  std::unique_lock<std::mutex> lock_;
  MDB_txn* txn_;
  mutable std::array<MDB_cursor*, kv::kTableCount> cursors_{};
  std::array<unsigned, kv::kTableCount> pauses_{};
};

/// With the mutex held and no writer: doubles the map when half of it is used and nobody reads, which is when LMDB allows it.
int grow_map(Environment& environment) {
  MDB_envinfo info{};
  MDB_stat stat{};
  if (const int code = mdb_env_info(environment.env, &info); code != 0) return code;
  if (const int code = mdb_env_stat(environment.env, &stat); code != 0) return code;
  const std::size_t used = (info.me_last_pgno + 1) * stat.ms_psize;
  if (environment.readers > 0 || (used < info.me_mapsize / 2 && !environment.is_short_of_room)) return 0;
  std::size_t wanted = info.me_mapsize * 2;
  if (environment.options.octets_max != 0) wanted = std::min(wanted, environment.options.octets_max);
  environment.is_short_of_room = false;
  if (wanted <= info.me_mapsize) return 0;
  const int code = mdb_env_set_mapsize(environment.env, wanted);
  return code == ENOMEM ? 0 : code;  // no address space: go on with what there is
}

class LmdbEngine final : public kv::Engine {
 public:
  explicit LmdbEngine(std::shared_ptr<Environment> environment) : environment_(std::move(environment)) {}

  Result<std::unique_ptr<kv::Reader>> begin_read() override {
    const std::lock_guard lock(environment_->mutex);
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(environment_->env, nullptr, MDB_RDONLY, &txn);
    if (code == MDB_MAP_RESIZED && environment_->readers == 0) {  // by the owner, of which this is an onlooker
      code = mdb_env_set_mapsize(environment_->env, 0);
      if (code == 0) code = mdb_txn_begin(environment_->env, nullptr, MDB_RDONLY, &txn);
    }
    if (code != 0) return failed(code, "beginning to read");
    ++environment_->readers;
    return std::make_unique<LmdbReader>(environment_, txn);
  }

  Result<std::unique_ptr<kv::Writer>> begin_write() override {
    if (environment_->options.read_only) return fail(win32::kErrorNotSupported, "the database was opened for reading only");
    std::unique_lock writing(environment_->writing);
    {
      const std::lock_guard lock(environment_->mutex);
      if (const int code = grow_map(*environment_); code != 0) return failed(code, "growing the map");
    }
    MDB_txn* txn = nullptr;
    if (const int code = mdb_txn_begin(environment_->env, nullptr, 0, &txn); code != 0) return failed(code, "beginning to write");
    return std::make_unique<LmdbWriter>(environment_, std::move(writing), txn);
  }

  Result<void> sync() override {
    if (environment_->options.sync) return {};
    if (const int code = mdb_env_sync(environment_->env, 1); code != 0) return failed(code, "syncing");
    return {};
  }
  Result<std::optional<Bytes>> read_mark() override { return read_small_file(folder() + "/mark"); }
  Result<void> write_mark(ByteView mark) override {
    if (environment_->options.read_only) return fail(win32::kErrorNotSupported, "the database was opened for reading only");
    return replace_file(folder(), "mark", mark, environment_->options.sync);
  }
  Bytes place() const override { return place_of(folder() + "/data.mdb"); }

  Result<void> backup(const std::string& where) override {
    if (auto done = make_folder(where); !done) return done;
    {
      const std::lock_guard lock(environment_->mutex);
      ++environment_->readers;  // the map must not move meanwhile
    }
    const int code = mdb_env_copy2(environment_->env, where.c_str(), MDB_CP_COMPACT);
    {
      const std::lock_guard lock(environment_->mutex);
      --environment_->readers;
    }
    if (code != 0) return failed(code, "copying to " + where);
    if (auto done = sync_file(where + "/data.mdb"); !done) return done;
    return sync_file(where);
  }

 private:
  [[nodiscard]] const std::string& folder() const noexcept { return environment_->options.folder; }
  std::shared_ptr<Environment> environment_;
};

int open_tables(Environment& environment) {
  const bool read_only = environment.options.read_only;
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(environment.env, nullptr, read_only ? MDB_RDONLY : 0, &txn); code != 0) return code;
  for (std::size_t i = 0; i < kv::kTableCount; ++i) {
    const std::string name(kv::table_name(static_cast<kv::Table>(i)));
    if (const int code = mdb_dbi_open(txn, name.c_str(), read_only ? 0 : MDB_CREATE, &environment.tables[i]); code != 0) {
      mdb_txn_abort(txn);
      return code;
    }
  }
  return mdb_txn_commit(txn);
}

/// As much address space as asked for, or as there is.
int open_environment(Environment& environment) {
  const LmdbOptions& options = environment.options;
  if (const int code = mdb_env_create(&environment.env); code != 0) return code;
  mdb_env_set_maxdbs(environment.env, kv::kTableCount);
  mdb_env_set_maxreaders(environment.env, kReadersMax);
  std::size_t map = std::max(options.map_octets, kMapOctetsMin);
  if (options.octets_max != 0) map = std::min(map, options.octets_max);
  mdb_env_set_mapsize(environment.env, map);
  const unsigned flags = MDB_NOTLS | (options.sync ? 0u : MDB_NOSYNC) | (options.read_only ? MDB_RDONLY : 0u);
  return mdb_env_open(environment.env, options.folder.c_str(), flags, 0600);
}

}  // namespace

Result<std::unique_ptr<kv::Engine>> open_lmdb_engine(const LmdbOptions& options) {
  if (!options.read_only)
    if (auto done = make_folder(options.folder); !done) return std::unexpected(done.error());
  const auto identity = file_identity(options.folder);
  if (!identity) return std::unexpected(identity.error());
  if (!OpenFolders::all().add(*identity)) return fail(win32::kErrorDsBusy, options.folder + " is open already in this process");
  auto environment = std::make_shared<Environment>();
  environment->identity = *identity;
  environment->options = options;
  if (!options.read_only) {
    auto owner = lock_owner(options.folder);
    if (!owner) return std::unexpected(owner.error());
    environment->owner = std::move(*owner);
  }
  int code = open_environment(*environment);
  for (; code == ENOMEM && environment->options.map_octets > kMapOctetsMin; code = open_environment(*environment)) {
    mdb_env_close(std::exchange(environment->env, nullptr));
    environment->options.map_octets /= 2;
  }
  int dead = 0;
  if (code == 0 && !options.read_only) code = mdb_reader_check(environment->env, &dead);
  if (code == 0) code = open_tables(*environment);
  if (code == MDB_NOTFOUND) return fail(win32::kErrorDsDatabaseError, options.folder + " holds no database of a DSA");
  if (code != 0) return failed(code, "opening " + options.folder);
  if (mdb_env_get_maxkeysize(environment->env) < static_cast<int>(kv::kKeyOctetsMax))
    return fail(win32::kErrorDsDatabaseError, "this build of LMDB takes shorter keys than the format has");
  return std::make_unique<LmdbEngine>(std::move(environment));
}

}  // namespace tributary::store::lmdb
