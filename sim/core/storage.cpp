// SPDX-License-Identifier: Apache-2.0
// See storage.hpp. The engine in memory has its faults built in; LMDB gets them from an engine around it that stops passing calls on.
#include "sim/core/storage.hpp"

#include <filesystem>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "store/lmdb/lmdb_engine.hpp"

namespace tributary::sim {

using store::kv::Table;
namespace fs = std::filesystem;

struct Storage::Power {
  bool is_on = true;
  bool is_full = false;
  std::uint64_t steps_left = UINT64_MAX;
  [[nodiscard]] bool step() noexcept {
    if (steps_left != UINT64_MAX && steps_left-- == 0) is_on = false;
    if (!is_on) steps_left = UINT64_MAX;
    return is_on;
  }
};

namespace {

std::unexpected<Error> no_power() { return fail(win32::kErrorDsDatabaseError, "the power is off"); }

}  // namespace

class PoweredWriter final : public store::kv::Writer {
 public:
  PoweredWriter(std::unique_ptr<store::kv::Writer> inner, std::shared_ptr<Storage::Power> power)
      : inner_(std::move(inner)), power_(std::move(power)) {}
  Result<std::optional<ByteView>> get(Table table, ByteView key) const override { return inner_->get(table, key); }
  std::unique_ptr<store::kv::Cursor> cursor(Table table) const override { return inner_->cursor(table); }
  Result<void> put(Table table, ByteView key, ByteView value, store::kv::PutHint hint) override {
    if (auto may = may_write(); !may) return may;
    return inner_->put(table, key, value, hint);
  }
  Result<std::optional<ByteView>> insert(Table table, ByteView key, ByteView value, store::kv::PutHint hint) override {
    if (auto may = may_write(); !may) return std::unexpected(may.error());
    return inner_->insert(table, key, value, hint);
  }
  Result<bool> del(Table table, ByteView key) override {
    if (!power_->step()) return no_power();
    return inner_->del(table, key);
  }
  Result<void> commit() override {
    if (!power_->step()) return inner_->abort(), Result<void>(no_power());
    if (auto done = inner_->commit(); !done) return done;
    return power_->step() ? Result<void>() : no_power();
  }
  void abort() noexcept override { inner_->abort(); }

 private:
  [[nodiscard]] Result<void> may_write() {
    if (!power_->step()) return no_power();
    if (power_->is_full) return fail(win32::kErrorDiskFull, "the simulated disk has no room left");
    return {};
  }
  std::unique_ptr<store::kv::Writer> inner_;
  std::shared_ptr<Storage::Power> power_;
};

class PoweredEngine final : public store::kv::Engine {
 public:
  PoweredEngine(std::unique_ptr<store::kv::Engine> inner, std::shared_ptr<Storage::Power> power)
      : inner_(std::move(inner)), power_(std::move(power)) {}
  Result<std::unique_ptr<store::kv::Reader>> begin_read() override {
    if (!power_->is_on) return no_power();
    return inner_->begin_read();
  }
  Result<std::unique_ptr<store::kv::Writer>> begin_write() override {
    if (!power_->is_on) return no_power();
    auto writer = inner_->begin_write();
    if (!writer) return std::unexpected(writer.error());
    return std::make_unique<PoweredWriter>(std::move(*writer), power_);
  }
  Result<void> sync() override { return power_->is_on ? inner_->sync() : no_power(); }
  Result<std::optional<Bytes>> read_mark() override { return inner_->read_mark(); }
  Result<void> write_mark(ByteView mark) override {
    if (!power_->step()) return no_power();
    return inner_->write_mark(mark);
  }
  Bytes place() const override { return inner_->place(); }
  Result<void> backup(const std::string& where) override { return power_->is_on ? inner_->backup(where) : no_power(); }

 private:
  std::unique_ptr<store::kv::Engine> inner_;
  std::shared_ptr<Storage::Power> power_;
};

Storage::Storage(StoreKind kind, std::string folder) : kind_(kind), folder_(std::move(folder)) { wipe(); }

Storage::~Storage() {
  std::error_code ignored;
  if (kind_ == StoreKind::kLmdb) fs::remove_all(folder_, ignored);
}

void Storage::wipe() {
  snapshot_.reset();
  if (kind_ == StoreKind::kMemory) {
    disk_ = std::make_shared<store::memory::Disk>();
    return;
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  fs::create_directories(folder_, ignored);
  power_ = std::make_shared<Power>();
}

Result<std::unique_ptr<store::kv::Engine>> Storage::engine() {
  if (kind_ == StoreKind::kMemory) return store::memory::make_memory_engine(disk_);
  // What a process loses in a crash does not depend on the disk's own syncs, so they are left out: the kernel keeps what was committed.
  auto inner = store::lmdb::open_lmdb_engine({.folder = folder_ + "/db", .map_octets = std::size_t{64} << 20, .sync = false});
  if (!inner) return std::unexpected(inner.error());
  return std::make_unique<PoweredEngine>(std::move(*inner), power_);
}

void Storage::crash() {
  if (kind_ == StoreKind::kMemory) {
    disk_->crash();
  } else {
    power_->is_on = false;
  }
}

void Storage::crash_after(std::uint64_t steps) {
  if (kind_ == StoreKind::kMemory) {
    disk_->crash_after(steps);
  } else {
    power_->steps_left = steps;
  }
}

bool Storage::has_crashed() const noexcept { return kind_ == StoreKind::kMemory ? disk_->crashed() : !power_->is_on; }

void Storage::power_on() {
  if (kind_ == StoreKind::kMemory) {
    disk_->crash();
  } else {
    power_ = std::make_shared<Power>();
  }
}

void Storage::set_full(bool is_full) {
  is_full_ = is_full;
  if (kind_ == StoreKind::kMemory) {
    disk_->set_capacity(is_full ? disk_->octets() + 2000 : 0);
  } else {
    power_->is_full = is_full;
  }
}

std::string Storage::backup_place(int number) const {
  const std::string name = "backup" + std::to_string(number);
  return kind_ == StoreKind::kMemory ? name : folder_ + "/" + name;
}

void Storage::restore_backup(int number, bool keeps_mark) {
  const std::string place = backup_place(number);
  if (kind_ == StoreKind::kMemory) {
    disk_->restore(disk_->backups().at(place), !keeps_mark);
    return;
  }
  power_ = std::make_shared<Power>();
  const std::string data = folder_ + "/db";
  std::error_code failed;
  if (keeps_mark) {
    fs::copy_file(place + "/data.mdb", data + "/data.mdb", fs::copy_options::overwrite_existing, failed);
  } else {
    fs::remove_all(data, failed);
    fs::create_directories(data, failed);
    fs::permissions(data, fs::perms::owner_all, failed);
    fs::copy(place, data, fs::copy_options::recursive | fs::copy_options::overwrite_existing, failed);
  }
  TRIBUTARY_ASSERT(!failed);
}

void Storage::take_snapshot() { snapshot_ = disk_->keep(); }
void Storage::revert_to_snapshot() {
  TRIBUTARY_ASSERT(snapshot_);
  disk_->restore(*snapshot_, true);
  snapshot_.reset();
}

std::size_t Storage::octets() const {
  if (kind_ == StoreKind::kMemory) return disk_->octets();
  std::error_code failed;
  const auto size = fs::file_size(folder_ + "/db/data.mdb", failed);
  return failed ? 0 : size;
}

}  // namespace tributary::sim
