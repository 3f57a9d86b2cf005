// SPDX-License-Identifier: Apache-2.0
// The key-value engine on disk: one LMDB environment in a folder (data.mdb, lock.mdb), the generation mark beside it (mark) and the lock of
// its one owner (owner.lock). This folder is edge: here the store meets the disk.
// Threads: as kv.hpp says; a writer must be used and ended in the thread that began it, and begin_write() waits for another's.
// Errors: kErrorDiskFull for ENOSPC, EDQUOT, EFBIG and the limits below, kErrorDsBusy for a folder that is open already,
// kErrorFileNotFound for one that is not there and should be, kErrorDsDatabaseError for all else.
#pragma once

#include <string>

#include "store/kv.hpp"

namespace tributary::store::lmdb {

struct LmdbOptions {
  std::string folder{};  ///< made when it is not there
  /// Address space to begin with; it is not memory, and not disk before it is used. Doubled when half of it is used.
  std::size_t map_octets = std::size_t{16} << 30;
  /// The data file grows no further: ERROR_DISK_FULL. 0: as far as the disk has room.
  std::size_t octets_max = 0;
  /// False: commits are durable only after sync(). For tests and for a first full sync that can be begun again.
  bool sync = true;
  /// To look at a database that another process may have open: nothing is written, the folder must be there.
  bool read_only = false;
};

[[nodiscard]] Result<std::unique_ptr<kv::Engine>> open_lmdb_engine(const LmdbOptions& options);

}  // namespace tributary::store::lmdb
