// SPDX-License-Identifier: Apache-2.0
// The yardstick of every bench of the store: what was put, in the order and the transactions in which it was put, and the same once more
// by mdb_put alone. A Recording holds one batch; whoever measures replays it and clears it.
#pragma once

#include <lmdb.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "store/kv.hpp"

namespace tributary::bench {

namespace kv = store::kv;

inline double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A bench has nobody to give an error to.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", describe_error(result.error()).c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The changes of one transaction, in their order.
struct Recording {
  struct Change {
    kv::Table table;
    bool is_put;
    std::size_t key, key_size, value_size;  // the value stands behind the key
  };
  std::vector<Change> changes;
  Bytes octets;
  void add(kv::Table table, bool is_put, ByteView key, ByteView value) {
    changes.push_back({table, is_put, octets.size(), key.size(), value.size()});
    octets.insert(octets.end(), key.begin(), key.end());
    octets.insert(octets.end(), value.begin(), value.end());
  }
};

class RecordingWriter final : public kv::Writer {
 public:
  RecordingWriter(std::unique_ptr<kv::Writer> writer, Recording& into) : writer_(std::move(writer)), into_(into) {}
  Result<std::optional<ByteView>> get(kv::Table table, ByteView key) const override { return writer_->get(table, key); }
  std::unique_ptr<kv::Cursor> cursor(kv::Table table) const override { return writer_->cursor(table); }
  Result<void> put(kv::Table table, ByteView key, ByteView value, kv::PutHint hint) override {
    into_.add(table, true, key, value);
    return writer_->put(table, key, value, hint);
  }
  Result<std::optional<ByteView>> insert(kv::Table table, ByteView key, ByteView value, kv::PutHint hint) override {
    into_.add(table, true, key, value);
    return writer_->insert(table, key, value, hint);
  }
  Result<bool> del(kv::Table table, ByteView key) override {
    into_.add(table, false, key, {});
    return writer_->del(table, key);
  }
  Result<void> commit() override { return writer_->commit(); }
  void abort() noexcept override { writer_->abort(); }

 private:
  std::unique_ptr<kv::Writer> writer_;
  Recording& into_;
};

class RecordingEngine final : public kv::Engine {
 public:
  RecordingEngine(std::unique_ptr<kv::Engine> engine, Recording& into) : engine_(std::move(engine)), into_(into) {}
  Result<std::unique_ptr<kv::Reader>> begin_read() override { return engine_->begin_read(); }
  Result<std::unique_ptr<kv::Writer>> begin_write() override {
    auto writer = engine_->begin_write();
    if (!writer) return std::unexpected(writer.error());
    return std::make_unique<RecordingWriter>(std::move(*writer), into_);
  }
  Result<void> sync() override { return engine_->sync(); }
  Result<std::optional<Bytes>> read_mark() override { return engine_->read_mark(); }
  Result<void> write_mark(ByteView mark) override { return engine_->write_mark(mark); }
  Bytes place() const override { return engine_->place(); }
  Result<void> backup(const std::string& where) override { return engine_->backup(where); }

 private:
  std::unique_ptr<kv::Engine> engine_;
  Recording& into_;
};

class BareLmdb {
 public:
  BareLmdb(const std::string& folder, bool sync) {
    std::filesystem::create_directories(folder);
    TRIBUTARY_ASSERT(mdb_env_create(&env_) == 0);
    mdb_env_set_maxdbs(env_, kv::kTableCount);
    mdb_env_set_mapsize(env_, std::size_t{16} << 30);
    TRIBUTARY_ASSERT(mdb_env_open(env_, folder.c_str(), MDB_NOTLS | (sync ? 0u : MDB_NOSYNC), 0600) == 0);
    MDB_txn* txn = nullptr;
    TRIBUTARY_ASSERT(mdb_txn_begin(env_, nullptr, 0, &txn) == 0);
    for (std::size_t i = 0; i < kv::kTableCount; ++i)
      TRIBUTARY_ASSERT(mdb_dbi_open(txn, std::string(kv::table_name(static_cast<kv::Table>(i))).c_str(), MDB_CREATE, &tables_[i]) == 0);
    TRIBUTARY_ASSERT(mdb_txn_commit(txn) == 0);
  }
  BareLmdb(const BareLmdb&) = delete;
  BareLmdb& operator=(const BareLmdb&) = delete;
  ~BareLmdb() { mdb_env_close(env_); }

  void replay(Recording& recording) {
    MDB_txn* txn = nullptr;
    TRIBUTARY_ASSERT(mdb_txn_begin(env_, nullptr, 0, &txn) == 0);
    for (const auto& change : recording.changes) {
      MDB_val key{change.key_size, recording.octets.data() + change.key};
      MDB_val value{change.value_size, recording.octets.data() + change.key + change.key_size};
      const MDB_dbi table = tables_[static_cast<std::size_t>(change.table)];
      const int code = change.is_put ? mdb_put(txn, table, &key, &value, 0) : mdb_del(txn, table, &key, nullptr);
      TRIBUTARY_ASSERT(code == 0 || code == MDB_NOTFOUND);
    }
    TRIBUTARY_ASSERT(mdb_txn_commit(txn) == 0);
  }

 private:
  MDB_env* env_ = nullptr;
  std::array<MDB_dbi, kv::kTableCount> tables_{};
};

}  // namespace tributary::bench
