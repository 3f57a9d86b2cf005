// SPDX-License-Identifier: Apache-2.0
// What the store costs beside bare LMDB: realistic users (27 attributes, a security descriptor of 1 kB, values of 20 groups) written in
// batches as a replication cycle writes them, durable; then the very same puts, in the same order and the same transactions, by mdb_put
// alone; then every object read in the order of changes. Run by hand:
//   store_bench --folder DIR [--objects N] [--batch N] [--no-sync]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bare_lmdb.hpp"
#include "base/assert.hpp"
#include "store/directory_store.hpp"
#include "store/kv.hpp"
#include "store/lmdb/lmdb_engine.hpp"

using namespace tributary;
using namespace tributary::store;
using namespace tributary::bench;

namespace {

constexpr std::uint32_t kAttributes = 27, kIndexed = 8, kGroups = 2000, kGroupsOfUser = 20;
constexpr std::size_t kDescriptorOctets = 1000;

struct Options {
  std::string folder;
  std::uint64_t objects = 100'000;
  std::uint64_t batch = 1000;
  bool sync = true;
};

class SomePolicy final : public IndexPolicy {
 public:
  SomePolicy() {
    for (std::uint32_t i = 0; i < kIndexed; ++i) indexed_.push_back(Attid{0x100 + 3 * i});
  }
  std::span<const Attid> indexed() const override { return indexed_; }
  bool normal_form(Attid, ByteView value, Bytes& out) const override {
    default_rdn_form({reinterpret_cast<const char*>(value.data()), value.size()}, out);
    return true;
  }
  void rdn_form(std::string_view rdn, Bytes& out) const override { default_rdn_form(rdn, out); }

 private:
  std::vector<Attid> indexed_;
};

Guid guid_of(std::uint64_t number) {
  Guid guid;  // spread as random GUIDs are
  store_le(guid.octets.data(), number * 0x9E3779B97F4A7C15u);
  store_le(guid.octets.data() + 8, (number + 1) * 0xD1B54A32D192ED03u);
  return guid;
}

/// Writes what a cycle would: users whose octets follow from their numbers.
class Workload {
 public:
  explicit Workload(DirectoryStore& store) : store_(store) {
    for (std::size_t i = 0; i < kDescriptorOctets; ++i) descriptor_.push_back(static_cast<std::uint8_t>(i * 7));
    const auto t = store_.write();
    draft_.head.flags = ObjectFlags::kNcRoot;
    root_ = put(*t, kRootDnt, "DC=bench", 1);
    t->put_nc_replica({.root = root_});
    for (std::uint32_t i = 0; i < kGroups; ++i) groups_.push_back(put(*t, root_, fmt::format("group{}", i), 2 + i));
    must(t->commit());
  }

  void batch(std::uint64_t first, std::uint64_t count) {
    const auto t = store_.write();
    for (std::uint64_t n = first; n < first + count; ++n) {
      user(*t, n);
    }
    // The values of a cycle come after its objects.
    for (std::uint64_t n = first; n < first + count; ++n) links(*t, users_[n - first]);
    t->put_dsa_value("cursor", as_bytes(fmt::format("{}", first + count)));
    must(t->commit());
    users_.clear();
  }

 private:
  Dnt put(WriteTransaction& t, Dnt parent, std::string rdn, std::uint64_t number) {
    const Usn usn = t.next_usn();
    draft_.head.parent = parent;
    draft_.head.nc = root_;
    draft_.head.guid = ObjectGuid{guid_of(number)};
    draft_.head.usn_created = draft_.head.usn_changed = usn;
    draft_.head.when_created = draft_.head.when_changed = DsTime{13'000'000'000};
    draft_.rdn_type = Attid{3};
    draft_.rdn = std::move(rdn);
    for (AttributeDraft& attribute : draft_.attributes()) attribute.usn_local = usn;
    const Dnt dnt = must(t.put(draft_));
    draft_.clear();
    return dnt;
  }

  void user(WriteTransaction& t, std::uint64_t n) {
    for (std::uint32_t i = 0; i < kAttributes; ++i) {
      AttributeDraft& attribute = draft_.attribute(Attid{0x100 + i});
      attribute.stamp = AttributeStamp{1 + i % 3, DsTime{13'000'000'000}, InvocationId{guid_of(7)}, Usn{static_cast<std::int64_t>(n)}};
      if (i == 1) {
        attribute.values.push_back(descriptor_);
      } else if (i == 2) {
        attribute.references = true;
        attribute.values.push_back(draft_.keep_reference(root_));
      } else if (i % 4 == 0) {
        attribute.values.push_back(draft_.keep_u32(static_cast<std::uint32_t>(n)));
      } else {
        attribute.values.push_back(draft_.keep(as_bytes(fmt::format("{} value of user {}", i, n * 0x9E3779B97F4A7C15u))));
      }
    }
    users_.push_back(put(t, root_, fmt::format("User number {}", n), 1'000'000 + n));
  }

  void links(WriteTransaction& t, Dnt user) {
    LinkValue value;
    for (std::uint32_t i = 0; i < kGroupsOfUser; ++i) {
      value.key = {groups_[(static_cast<std::uint64_t>(user) * 31 + i * 97) % kGroups], Attid{0x300}, user, {}};
      value.usn_local = t.next_usn();
      value.stamp = {DsTime{13'000'000'000}, {1, DsTime{13'000'000'000}, InvocationId{guid_of(7)}, value.usn_local}};
      t.put_link(value);
    }
  }

  DirectoryStore& store_;
  Bytes descriptor_;
  Dnt root_ = kNoDnt;
  std::vector<Dnt> groups_, users_;
  ObjectDraft draft_;
};

std::unique_ptr<kv::Engine> engine_in(const Options& options, const std::string& name) {
  const std::string folder = options.folder + "/" + name;
  std::filesystem::remove_all(folder);
  return must(lmdb::open_lmdb_engine({.folder = folder, .sync = options.sync}));
}

const Identity kIdentity{DsaGuid{guid_of(5)}, InvocationId{guid_of(6)}};

double write_through_the_store(const Options& options) {
  const auto store = must(DirectoryStore::create(engine_in(options, "store"), kIdentity, std::make_shared<SomePolicy>()));
  Workload workload(*store);
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t n = 0; n < options.objects; n += options.batch) workload.batch(n, options.batch);
  return seconds_since(begin);
}

double write_bare(const Options& options, std::uint64_t& changes, std::uint64_t& octets) {
  Recording recording;
  auto recorder = std::make_unique<RecordingEngine>(engine_in(Options{options.folder, 0, 0, false}, "recorded"), recording);
  const auto store = must(DirectoryStore::create(std::move(recorder), kIdentity, std::make_shared<SomePolicy>()));
  std::filesystem::remove_all(options.folder + "/bare");
  BareLmdb bare(options.folder + "/bare", options.sync);
  Workload workload(*store);
  bare.replay(recording);
  double spent = 0;
  for (std::uint64_t n = 0; n < options.objects; n += options.batch) {
    recording.changes.clear();
    recording.octets.clear();
    workload.batch(n, options.batch);
    const auto begin = std::chrono::steady_clock::now();
    bare.replay(recording);
    spent += seconds_since(begin);
    changes += recording.changes.size();
    octets += recording.octets.size();
  }
  return spent;
}

double read_in_order_of_changes(const Options& options, std::uint64_t& seen) {
  const auto store = must(DirectoryStore::open(must(lmdb::open_lmdb_engine({.folder = options.folder + "/store"})), std::make_shared<SomePolicy>()));
  const auto snapshot = store->read();
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t octets = 0;
  must(snapshot->changes(Dnt{2}, Usn{}, [&](const ObjectChange& change) {
    const auto view = must(snapshot->find(change.dnt));
    for (std::size_t i = 0; i < view->attribute_count(); ++i) {
      const AttributeView attribute = view->attribute(i);
      octets += attribute.stamp().version;
      for (std::size_t v = 0; v < attribute.size(); ++v) octets += attribute.value(v).size();
    }
    ++seen;
    return true;
  }));
  TRIBUTARY_ASSERT(octets > 0);
  return seconds_since(begin);
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_next = i + 1 < argc;
    if (word == "--folder" && has_next) {
      options.folder = argv[++i];
    } else if (word == "--objects" && has_next) {
      options.objects = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--batch" && has_next) {
      options.batch = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--no-sync") {
      options.sync = false;
    }
  }
  if (options.folder.empty() || options.batch == 0) {
    fmt::print(stderr, "usage: store_bench --folder DIR [--objects N] [--batch N] [--no-sync]\n");
    std::exit(2);
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  std::filesystem::create_directories(options.folder);
  const auto rate = [&](double seconds) { return static_cast<double>(options.objects) / seconds; };
  const double stored = write_through_the_store(options);
  fmt::print("store:  {:8.0f} objects/s ({:.2f} s)\n", rate(stored), stored);
  std::uint64_t changes = 0, octets = 0, seen = 0;
  const double bare = write_bare(options, changes, octets);
  fmt::print("bare:   {:8.0f} objects/s ({:.2f} s), {} puts, {} octets\n", rate(bare), bare, changes, octets);
  fmt::print("ratio:  {:8.1f} %\n", 100 * bare / stored);
  const double read = read_in_order_of_changes(options, seen);
  fmt::print("read:   {:8.0f} objects/s ({:.2f} s), {} objects\n", static_cast<double>(seen) / read, read, seen);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("memory: {} MB at most (with the map's pages)\n", usage.ru_maxrss / 1024);
  return 0;
}
