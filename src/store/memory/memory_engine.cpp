// SPDX-License-Identifier: Apache-2.0
// See memory_engine.hpp. A transaction works on copies of the trees and puts them in place at its commit.
#include "store/memory/memory_engine.hpp"

#include "base/assert.hpp"
#include "base/win32.hpp"

namespace tributary::store::memory {

std::size_t Disk::Image::octets() const noexcept {
  std::size_t sum = 0;
  for (const Tree& tree : tables) sum += tree.octets();
  return sum;
}

Disk::Disk(DiskOptions options) : options_(std::move(options)), now_(std::make_shared<const Image>()), durable_(now_.load()) {}

void Disk::crash() {
  now_.store(durable_);
  ++lives_;
  crashed_ = false;
  writing_ = false;
  steps_left_ = UINT64_MAX;
}

void Disk::sync() { durable_ = now_.load(); }

Disk::Image Disk::keep() const { return *now_.load(); }

void Disk::restore(const Image& image, bool with_mark) {
  auto next = std::make_shared<Image>(image);
  if (!with_mark) next->mark = now_.load()->mark;
  now_.store(std::move(next));
  sync();
  crash();
}

bool Disk::step() noexcept {
  if (steps_left_ != UINT64_MAX && steps_left_-- == 0) {
    crashed_ = true;
    steps_left_ = 0;
  }
  return !crashed_;
}

namespace {

std::unexpected<Error> dead() { return fail(win32::kErrorDsDatabaseError, "the disk is gone"); }

class MemoryCursor final : public kv::Cursor {
 public:
  explicit MemoryCursor(const Tree& tree) : cursor_(tree) {}
  Result<bool> seek(ByteView key) override { return cursor_.seek(key); }
  Result<bool> next() override { return cursor_.next(); }
  ByteView key() const noexcept override { return cursor_.key(); }
  ByteView value() const noexcept override { return cursor_.value(); }

 private:
  TreeCursor cursor_;
};

class MemoryReader final : public kv::Reader {
 public:
  explicit MemoryReader(std::shared_ptr<const Disk::Image> image) : image_(std::move(image)) {}
  Result<std::optional<ByteView>> get(kv::Table table, ByteView key) const override {
    return image_->tables[static_cast<std::size_t>(table)].get(key);
  }
  std::unique_ptr<kv::Cursor> cursor(kv::Table table) const override {
    return std::make_unique<MemoryCursor>(image_->tables[static_cast<std::size_t>(table)]);
  }

 private:
  std::shared_ptr<const Disk::Image> image_;
};

}  // namespace

class MemoryWriter final : public kv::Writer {
 public:
  explicit MemoryWriter(std::shared_ptr<Disk> disk)
      : disk_(std::move(disk)), life_(disk_->lives_), owner_(++disk_->transactions_), image_(std::make_shared<Disk::Image>(disk_->keep())),
        octets_(image_->octets()) {
    TRIBUTARY_ASSERT(!disk_->writing_);
    disk_->writing_ = true;
  }
  ~MemoryWriter() override { abort(); }

  Result<std::optional<ByteView>> get(kv::Table table, ByteView key) const override { return tree(table).get(key); }
  std::unique_ptr<kv::Cursor> cursor(kv::Table table) const override { return std::make_unique<MemoryCursor>(tree(table)); }

  Result<void> put(kv::Table table, ByteView key, ByteView value, kv::PutHint /*hint*/) override {
    TRIBUTARY_ASSERT(!key.empty() && key.size() <= kv::kKeyOctetsMax);
    if (!alive() || !disk_->step()) return dead();
    Tree& into = tree(table);
    const std::size_t before = into.octets();
    into.put(key, value, owner_);
    octets_ += into.octets() - before;
    const std::size_t limit = disk_->options_.capacity_octets;
    if (limit != 0 && octets_ > limit && into.octets() > before) return fail(win32::kErrorDiskFull, "the memory disk has no room left");
    return {};
  }
  Result<std::optional<ByteView>> insert(kv::Table table, ByteView key, ByteView value, kv::PutHint hint) override {
    if (auto there = tree(table).get(key)) return there;
    if (auto done = put(table, key, value, hint); !done) return std::unexpected(done.error());
    return std::nullopt;
  }
  Result<bool> del(kv::Table table, ByteView key) override {
    if (!alive() || !disk_->step()) return dead();
    Tree& from = tree(table);
    const std::size_t before = from.octets();
    const bool gone = from.del(key, owner_);
    octets_ -= before - from.octets();
    return gone;
  }
  Result<void> commit() override {
    if (!alive() || !disk_->step()) return end(), Result<void>(dead());
    image_->mark = disk_->now_.load()->mark;
    disk_->now_.store(std::move(image_));
    if (disk_->options_.sync_commits) disk_->sync();
    const bool heard = disk_->step();
    end();
    if (!heard) return dead();
    return {};
  }
  void abort() noexcept override { end(); }

 private:
  [[nodiscard]] bool alive() const noexcept { return !ended_ && life_ == disk_->lives_ && !disk_->crashed_; }
  Tree& tree(kv::Table table) noexcept { return image_->tables[static_cast<std::size_t>(table)]; }
  [[nodiscard]] const Tree& tree(kv::Table table) const noexcept { return image_->tables[static_cast<std::size_t>(table)]; }
  void end() noexcept {
    if (ended_) return;
    ended_ = true;
    image_.reset();
    if (life_ == disk_->lives_) disk_->writing_ = false;
  }

  std::shared_ptr<Disk> disk_;
  std::uint64_t life_;
  std::uint64_t owner_;
  std::shared_ptr<Disk::Image> image_;
  std::size_t octets_;
  bool ended_ = false;
};

class MemoryEngine final : public kv::Engine {
 public:
  explicit MemoryEngine(std::shared_ptr<Disk> disk) : disk_(std::move(disk)), life_(disk_->lives_) {}

  Result<std::unique_ptr<kv::Reader>> begin_read() override {
    if (!alive()) return dead();
    return std::make_unique<MemoryReader>(disk_->now_.load());
  }
  Result<std::unique_ptr<kv::Writer>> begin_write() override {
    if (!alive()) return dead();
    return std::make_unique<MemoryWriter>(disk_);
  }
  Result<void> sync() override {
    if (!alive()) return dead();
    disk_->sync();
    return {};
  }
  Result<std::optional<Bytes>> read_mark() override {
    if (!alive()) return dead();
    return disk_->now_.load()->mark;
  }
  Result<void> write_mark(ByteView mark) override {
    if (!alive() || !disk_->step()) return dead();
    replace_mark(disk_->now_, mark);
    auto durable = std::make_shared<Disk::Image>(*disk_->durable_);
    durable->mark = to_bytes(mark);
    disk_->durable_ = std::move(durable);
    if (!disk_->step()) return dead();
    return {};
  }
  Bytes place() const override { return to_bytes(as_bytes(disk_->options_.place)); }
  Result<void> backup(const std::string& where) override {
    if (!alive()) return dead();
    Disk::Image image = disk_->keep();
    image.mark.reset();
    disk_->backups_[where] = std::move(image);
    return {};
  }

 private:
  [[nodiscard]] bool alive() const noexcept { return life_ == disk_->lives_ && !disk_->crashed_; }
  static void replace_mark(std::atomic<std::shared_ptr<const Disk::Image>>& state, ByteView mark) {
    auto next = std::make_shared<Disk::Image>(*state.load());
    next->mark = to_bytes(mark);
    state.store(std::move(next));
  }

  std::shared_ptr<Disk> disk_;
  std::uint64_t life_;
};

std::unique_ptr<kv::Engine> make_memory_engine(std::shared_ptr<Disk> disk) { return std::make_unique<MemoryEngine>(std::move(disk)); }
std::unique_ptr<kv::Engine> make_memory_engine() { return make_memory_engine(std::make_shared<Disk>()); }

}  // namespace tributary::store::memory
