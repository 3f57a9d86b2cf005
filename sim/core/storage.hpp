// SPDX-License-Identifier: Apache-2.0
// The disk of one simulated DSA, over either engine of the store: what a crash takes, what a backup keeps, what comes back when somebody
// restores it rightly or wrongly, and when there is no room. Knows nothing of objects.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/kv.hpp"
#include "store/memory/memory_engine.hpp"

namespace tributary::sim {

enum class StoreKind : std::uint8_t { kMemory, kLmdb };

class Storage {
 public:
  /// `folder` is for LMDB: made, emptied, and taken away in the end.
  Storage(StoreKind kind, std::string folder);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// For one opening of the store; the engine of the opening before must be gone.
  [[nodiscard]] Result<std::unique_ptr<store::kv::Engine>> engine();

  /// The power goes now: every engine is dead and nothing more is written, not even by closing the store.
  void crash();
  /// The power goes at the n-th step of a writer from now on.
  void crash_after(std::uint64_t steps);
  [[nodiscard]] bool has_crashed() const noexcept;
  /// After the power went and the store was let go.
  void power_on();

  void set_full(bool is_full);
  [[nodiscard]] bool is_full() const noexcept { return is_full_; }

  /// The store is closed. The data of a backup that DirectoryStore::backup(where) made; `with_mark`: as somebody does who copies everything
  /// that belongs to the backup (the generation mark does not), otherwise only the data is put under the mark that is there.
  [[nodiscard]] std::string backup_place(int number) const;
  void restore_backup(int number, bool keeps_mark);

  /// A snapshot of the whole machine, data and mark, of the kind that a hypervisor makes. In memory only.
  [[nodiscard]] bool can_snapshot() const noexcept { return kind_ == StoreKind::kMemory; }
  void take_snapshot();
  [[nodiscard]] bool has_snapshot() const noexcept { return snapshot_.has_value(); }
  void revert_to_snapshot();
  void forget_snapshot() noexcept { snapshot_.reset(); }

  /// An empty disk.
  void wipe();
  [[nodiscard]] std::size_t octets() const;

 private:
  struct Power;

  StoreKind kind_;
  std::string folder_;
  std::shared_ptr<store::memory::Disk> disk_;
  bool is_full_ = false;
  std::shared_ptr<Power> power_;  // of LMDB
  std::optional<store::memory::Disk::Image> snapshot_;

  friend class PoweredEngine;
  friend class PoweredWriter;
};

}  // namespace tributary::sim
