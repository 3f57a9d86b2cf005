// SPDX-License-Identifier: Apache-2.0
// The key-value engine in memory, for the simulator and for tests, and the disk that it believes to write to. The disk outlives the
// engine: what a process loses in a crash is the engine, what the machine loses is what the disk had not synced. All faults are asked
// for by the owner of the disk; nothing here has a clock or throws dice.
// Threads: readers may be begun and used in several threads while the one writer goes on; the faults are for one thread.
#pragma once

#include <array>
#include <atomic>
#include <map>

#include "store/kv.hpp"
#include "store/memory/tree.hpp"

namespace tributary::store::memory {

struct DiskOptions {
  /// True: what commit() returned for is kept. False: only sync() keeps, so that a crash takes commits which partners may have seen.
  bool sync_commits = true;
  /// Of keys and values together; what would exceed it is ERROR_DISK_FULL. 0: no limit.
  std::size_t capacity_octets = 0;
  std::string place = "memory";
};

class Disk {
 public:
  /// One state of everything. Cheap to keep: it shares with others what is equal.
  struct Image {
    std::array<Tree, kv::kTableCount> tables;
    std::optional<Bytes> mark;
    [[nodiscard]] std::size_t octets() const noexcept;
  };

  explicit Disk(DiskOptions options = {});

  /// The power goes: what was not synced is lost, and whatever engine was open is dead.
  void crash();
  /// The power goes at the n-th step of a writer from now on (each change is one; a commit and a mark are two: before and after).
  void crash_after(std::uint64_t steps) noexcept { steps_left_ = steps; }
  [[nodiscard]] bool crashed() const noexcept { return crashed_; }
  void sync();

  [[nodiscard]] Image keep() const;
  /// The state of another time, or of another disk: USN rollback. Engines that are open are dead. Without the mark: only the tables.
  void restore(const Image& image, bool with_mark);
  void set_capacity(std::size_t octets) noexcept { options_.capacity_octets = octets; }
  void set_place(std::string place) { options_.place = std::move(place); }
  /// What Engine::backup(where) left, by its name.
  [[nodiscard]] const std::map<std::string, Image>& backups() const noexcept { return backups_; }
  [[nodiscard]] std::size_t octets() const { return keep().octets(); }

 private:
  friend class MemoryEngine;
  friend class MemoryWriter;
  /// False: the power is off.
  bool step() noexcept;

  DiskOptions options_;
  std::atomic<std::shared_ptr<const Image>> now_;
  std::shared_ptr<const Image> durable_;
  std::map<std::string, Image> backups_;
  std::uint64_t transactions_ = 0;  // the owner of the nodes of the latest
  std::uint64_t lives_ = 1;         // an engine of an earlier life is dead
  std::uint64_t steps_left_ = UINT64_MAX;
  bool crashed_ = false;
  bool writing_ = false;
};

/// An engine on a disk, which it keeps alive. One at a time.
[[nodiscard]] std::unique_ptr<kv::Engine> make_memory_engine(std::shared_ptr<Disk> disk);
/// With a disk of its own, for those who need no faults.
[[nodiscard]] std::unique_ptr<kv::Engine> make_memory_engine();

}  // namespace tributary::store::memory
