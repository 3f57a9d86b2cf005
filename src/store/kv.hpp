// SPDX-License-Identifier: Apache-2.0
// The seam below the store: ordered tables of octets with transactions. Two engines implement it, store/memory and store/lmdb, and
// everything above is written once. docs/decisions/0040-store.md has the reasons.
// Threads: an Engine may be asked for readers by several threads; a Reader, Writer or Cursor belongs to one.
// Errors: kErrorDiskFull when there is no room, kErrorDsDatabaseError for all else. Knows nothing of what the octets mean.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::store::kv {

/// docs/formats/store.md. The order of the enumerators is nowhere stored.
enum class Table : std::uint8_t {
  kMeta, kObjects, kGuids, kChildren, kChanges, kLinks, kBacklinks, kLinkChanges, kEquality, kObjectGraves, kLinkGraves, kReferences,
  kNcReplicas, kNcSizes, kDsaValues,
};
inline constexpr std::size_t kTableCount = 15;
[[nodiscard]] std::string_view table_name(Table table) noexcept;

/// Of a key, in octets: LMDB's limit. At least one.
inline constexpr std::size_t kKeyOctetsMax = 511;

/// A place in one table, in the order of the keys. Views live until the cursor moves or the writer changes anything, and a writer's
/// cursor must not be moved after a change of its table.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// To the first entry whose key is not below `key`; false when there is none.
  [[nodiscard]] virtual Result<bool> seek(ByteView key) = 0;
  [[nodiscard]] virtual Result<bool> next() = 0;
  [[nodiscard]] virtual ByteView key() const noexcept = 0;
  [[nodiscard]] virtual ByteView value() const noexcept = 0;
};

/// One state of all tables. Must end before its engine does.
class Reader {
 public:
  virtual ~Reader() = default;
  [[nodiscard]] virtual Result<std::optional<ByteView>> get(Table table, ByteView key) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(Table table) const = 0;
};

enum class PutHint : std::uint8_t {
  kNone,
  kLast,  ///< the key is probably above all others of the table: cheaper if so, still right if not
};

/// The one writer. After a failure only abort() is allowed. Ends with commit() or undone.
class Writer : public Reader {
 public:
  /// Adds or replaces.
  [[nodiscard]] virtual Result<void> put(Table table, ByteView key, ByteView value, PutHint hint = PutHint::kNone) = 0;
  /// Adds; when the key is there already changes nothing and gives the value that it has.
  [[nodiscard]] virtual Result<std::optional<ByteView>> insert(Table table, ByteView key, ByteView value, PutHint hint = PutHint::kNone) = 0;
  /// False when there was none.
  [[nodiscard]] virtual Result<bool> del(Table table, ByteView key) = 0;
  /// Durable when it returns, unless the engine was made otherwise. The writer is over, whatever comes out.
  [[nodiscard]] virtual Result<void> commit() = 0;
  virtual void abort() noexcept = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<Reader>> begin_read() = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Writer>> begin_write() = 0;

  /// Makes everything committed durable; nothing to do for an engine whose commits are.
  [[nodiscard]] virtual Result<void> sync() = 0;

  /// The generation mark (docs/formats/store.md): kept beside the tables, outside of their transactions, durable when written.
  [[nodiscard]] virtual Result<std::optional<Bytes>> read_mark() = 0;
  [[nodiscard]] virtual Result<void> write_mark(ByteView mark) = 0;
  /// Where the data is, in words that a copy elsewhere would not have. Any octets.
  [[nodiscard]] virtual Bytes place() const = 0;

  /// Copies one state of all tables, while readers and the writer go on, and not the mark. What `where` means is the engine's matter.
  [[nodiscard]] virtual Result<void> backup(const std::string& where) = 0;
};

}  // namespace tributary::store::kv
