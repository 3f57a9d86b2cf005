// SPDX-License-Identifier: Apache-2.0
// For the store's tests: one world per engine, in which a store can be closed and opened again, and short words for making objects.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include "base/win32.hpp"
#include "store/directory_store.hpp"
#include "store/kv.hpp"
#include "store/lmdb/lmdb_engine.hpp"
#include "store/memory/memory_engine.hpp"

namespace tributary::store::testing {

inline Guid guid_of(std::uint64_t number, std::uint8_t kind = 0) {
  Guid guid;
  store_le(guid.octets.data(), number);
  guid.octets[15] = kind;
  return guid;
}
inline InvocationId invocation_of(std::uint64_t number) { return InvocationId{guid_of(number, 1)}; }
inline Identity identity_of(std::uint64_t number) { return {DsaGuid{guid_of(number, 2)}, invocation_of(number)}; }
inline ObjectGuid object_guid(std::uint64_t number) { return ObjectGuid{guid_of(number, 3)}; }

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// Where the data of one store lives while engines come and go.
class World {
 public:
  virtual ~World() = default;
  virtual std::unique_ptr<kv::Engine> engine() = 0;
  virtual std::unique_ptr<kv::Engine> engine_of_backup(const std::string& name) = 0;
  virtual std::string backup_place(const std::string& name) = 0;
};

class MemoryWorld final : public World {
 public:
  std::unique_ptr<kv::Engine> engine() override { return memory::make_memory_engine(disk); }
  std::unique_ptr<kv::Engine> engine_of_backup(const std::string& name) override {
    auto other = std::make_shared<memory::Disk>(memory::DiskOptions{.place = "another"});
    other->restore(disk->backups().at(name), true);
    return memory::make_memory_engine(other);
  }
  std::string backup_place(const std::string& name) override { return name; }
  std::shared_ptr<memory::Disk> disk = std::make_shared<memory::Disk>();
};

class LmdbWorld final : public World {
 public:
  std::unique_ptr<kv::Engine> engine() override { return open(folder_.path() + "/db"); }
  std::unique_ptr<kv::Engine> engine_of_backup(const std::string& name) override { return open(backup_place(name)); }
  std::string backup_place(const std::string& name) override { return folder_.path() + "/" + name; }

 private:
  static std::unique_ptr<kv::Engine> open(const std::string& path) {
    auto engine = lmdb::open_lmdb_engine({.folder = path, .sync = false});
    if (!engine) ADD_FAILURE() << engine.error().detail;
    return engine ? std::move(*engine) : nullptr;
  }
  TemporaryFolder folder_;
};

/// Attributes 0x100 to 0x1FF are indexed, by their octets with ASCII letters in lower case; an empty value is equal to nothing.
class LowerCasePolicy : public IndexPolicy {
 public:
  explicit LowerCasePolicy(std::uint32_t first = 0x100, std::uint32_t end = 0x200) {
    for (std::uint32_t attid = first; attid < end; ++attid) indexed_.push_back(Attid{attid});
  }
  std::span<const Attid> indexed() const override { return indexed_; }
  bool normal_form(Attid, ByteView value, Bytes& out) const override {
    default_rdn_form({reinterpret_cast<const char*>(value.data()), value.size()}, out);
    return !out.empty();
  }
  void rdn_form(std::string_view rdn, Bytes& out) const override { default_rdn_form(rdn, out); }

 private:
  std::vector<Attid> indexed_;
};

inline constexpr Attid kPlain{0x10}, kOther{0x11}, kReference{0x20}, kIndexed{0x100}, kIndexedToo{0x101}, kMember{0x300};

/// A draft of a new object with one stamped attribute, at a fresh USN.
inline ObjectDraft draft_of(WriteTransaction& transaction, std::uint64_t number, Dnt parent, Dnt nc, std::string rdn) {
  ObjectDraft draft;
  const Usn usn = transaction.next_usn();
  draft.head = {.flags = ObjectFlags::kNone, .parent = parent, .nc = nc, .guid = object_guid(number), .sid = {}, .usn_created = usn,
                .usn_changed = usn, .when_created = DsTime{1000}, .when_changed = DsTime{1000}, .when_deleted = {}};
  draft.rdn_type = Attid{3};
  draft.rdn = std::move(rdn);
  AttributeDraft& plain = draft.attribute(kPlain);
  plain.stamp = AttributeStamp{1, DsTime{1000}, transaction.identity().invocation_id, usn};
  plain.usn_local = usn;
  plain.values = {draft.keep(as_bytes("value"))};
  return draft;
}

inline Dnt put_new(WriteTransaction& transaction, std::uint64_t number, Dnt parent, Dnt nc, std::string rdn) {
  const auto dnt = transaction.put(draft_of(transaction, number, parent, nc, std::move(rdn)));
  EXPECT_TRUE(dnt) << (dnt ? "" : dnt.error().detail);
  return dnt.value_or(kNoDnt);
}

inline Dnt put_root(WriteTransaction& transaction, std::uint64_t number, std::string rdn) {
  ObjectDraft draft = draft_of(transaction, number, kRootDnt, kNoDnt, std::move(rdn));
  draft.head.flags = ObjectFlags::kNcRoot;
  const auto dnt = transaction.put(draft);
  EXPECT_TRUE(dnt) << (dnt ? "" : dnt.error().detail);
  transaction.put_nc_replica({.root = dnt.value_or(kNoDnt)});
  return dnt.value_or(kNoDnt);
}

inline LinkValue link_of(WriteTransaction& transaction, Dnt source, Dnt target, ByteView data = {}) {
  LinkValue value;
  value.key = {source, kMember, target, to_bytes(data)};
  value.usn_local = transaction.next_usn();
  value.stamp = {DsTime{2000}, {1, DsTime{2000}, transaction.identity().invocation_id, value.usn_local}};
  return value;
}

template <class T>
void expect_ok(const Result<T>& result) {
  EXPECT_TRUE(result) << (result ? std::string() : result.error().detail);
}

}  // namespace tributary::store::testing
