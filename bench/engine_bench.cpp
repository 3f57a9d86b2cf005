// SPDX-License-Identifier: Apache-2.0
// What a whole replication cycle costs beside bare LMDB: realistic users (31 attributes with a security descriptor of 1.2 kB, members of 20
// groups) are made on one DSA by originating updates, produced by its GetNCChanges and applied by another one, both on LMDB, the
// destination durable, with no network between them (with --codec every message is encoded and decoded); then the very puts that
// the destination made, in its order and its transactions, by mdb_put alone; then cycles with nothing new. One thread. Run by hand:
//   engine_bench --folder DIR [--objects N] [--groups-of-user N] [--page N] [--codec]
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "bare_lmdb.hpp"
#include "base/utf.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "repl/destination/replication_cycle.hpp"
#include "repl/objects/schema_index.hpp"
#include "repl/source/get_nc_changes.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/modify.hpp"
#include "repl/updates/nc.hpp"
#include "schema/schema.hpp"
#include "store/directory_store.hpp"
#include "store/lmdb/lmdb_engine.hpp"

using namespace tributary;
using namespace tributary::bench;
using namespace tributary::repl;
using namespace drsuapi;

namespace {

constexpr std::string_view kDomain = "DC=bench,DC=example";
constexpr std::size_t kDescriptorOctets = 1'200;
constexpr std::uint32_t kGroups = 1'000;
constexpr std::uint64_t kBatch = 1'000;

struct Options {
  std::string folder;
  std::uint64_t objects = 100'000;
  std::uint32_t groups_of_user = 20;
  std::uint32_t page = 1'000;
  bool codec = false;
};

class Chance final : public Random {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      octet = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_;
};

std::uint64_t anonymous_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::strtoull(line.c_str() + 8, nullptr, 10);
  return 0;
}

class Dsa {
 public:
  Dsa(std::unique_ptr<kv::Engine> engine, std::uint8_t number) : chance_(number) {
    context.dsa.value.octets.fill(number);
    context.invocation_id.value.octets.fill(static_cast<std::uint8_t>(number + 100));
    context.schema = schema::Schema::embedded();
    context.random = &chance_;
    context.now = to_file_time(DsTime{13'400'000'000});
    store = must(store::DirectoryStore::create(std::move(engine), {context.dsa, context.invocation_id},
                                               std::make_shared<SchemaIndex>(context.schema)));
  }
  Context context;
  std::unique_ptr<store::DirectoryStore> store;

 private:
  Chance chance_;
};

std::unique_ptr<kv::Engine> engine_in(const Options& options, const std::string& name, bool sync) {
  const std::string folder = options.folder + "/" + name;
  std::filesystem::remove_all(folder);
  return must(store::lmdb::open_lmdb_engine({.folder = folder, .sync = sync}));
}

/// Makes the domain on the source.
class Load {
 public:
  Load(Dsa& dsa, const Options& options) : dsa_(dsa), options_(options) {
    for (std::size_t i = 0; i < kDescriptorOctets; ++i) descriptor_.push_back(static_cast<std::uint8_t>(i * 7));
    std::ranges::copy(std::to_array<std::uint8_t>({1, 0, 0, 0x80}), descriptor_.begin());  // self-relative
    std::fill_n(descriptor_.begin() + 4, 16, std::uint8_t{0});                             // without owner, group and lists
    NcRequest request;
    request.dn = kDomain;
    request.kind = NcKind::kDomain;
    request.sid = parse_sid("S-1-5-21-1-2-3").value();
    request.attributes = {{attid::kNtSecurityDescriptor, {octets_value(descriptor_)}}};
    request.container_descriptor = descriptor_;
    const auto tx = dsa.store->write();
    root_ = must(create_nc(*tx, dsa.context, request, CheckLevel::kReplica)).root;
    for (std::uint32_t i = 0; i < kGroups; ++i) groups_.push_back(make(*tx, "group", fmt::format("Group {:04}", i), {text("description", "a group")}));
    must(tx->commit());
  }

  void users() {
    for (std::uint64_t first = 0; first < options_.objects; first += kBatch) {
      const auto tx = dsa_.store->write();
      std::vector<std::vector<NewValue>> members(kGroups);
      for (std::uint64_t n = first; n < std::min(first + kBatch, options_.objects); ++n) {
        const Dnt user = make(*tx, "user", fmt::format("Ada Lovelace {}", n), attributes(n));
        for (std::uint32_t i = 0; i < options_.groups_of_user; ++i) members[(n * 31 + i * 47) % kGroups].push_back(reference_value(user));
      }
      for (std::uint32_t i = 0; i < kGroups; ++i) {
        if (members[i].empty()) continue;
        const Modification modification{ModifyOperation::kAdd, attid::kMember, std::move(members[i])};
        (void)must(modify(*tx, dsa_.context, groups_[i], std::span(&modification, 1), {CheckLevel::kReplica, false, false}));
      }
      must(tx->commit());
    }
  }

 private:
  Attid attid_of(std::string_view name) const { return dsa_.context.schema->find_attribute(name)->attid; }
  NewAttribute text(std::string_view name, std::string_view value) const { return {attid_of(name), {text_value(value)}}; }
  NewAttribute number(std::string_view name, std::uint32_t value) const { return {attid_of(name), {u32_value(value)}}; }
  NewAttribute large(std::string_view name, std::int64_t value) const { return {attid_of(name), {i64_value(value)}}; }

  std::vector<NewAttribute> attributes(std::uint64_t n) const {
    std::vector<NewAttribute> all = {
        text("sn", "Lovelace"), text("givenName", "Ada"), text("displayName", fmt::format("Ada Lovelace {}", n)),
        text("sAMAccountName", fmt::format("ada{}", n)), text("userPrincipalName", fmt::format("ada{}@bench.example", n)),
        text("mail", fmt::format("ada.lovelace.{}@bench.example", n)), text("telephoneNumber", fmt::format("+44 20 7946 {:06}", n)),
        text("department", fmt::format("Department {}", n % 97)), text("title", "Analyst"), text("company", "Analytical Engines"),
        text("physicalDeliveryOfficeName", fmt::format("Room {}", n % 500)), text("streetAddress", "12 St James's Square"),
        text("l", "London"), text("postalCode", "SW1Y 4JH"), text("employeeID", fmt::format("E{:08}", n)),
        text("homeDirectory", fmt::format("\\\\files.bench.example\\home\\ada{}", n)), text("description", "made to be replicated"),
        number("userAccountControl", 512), number("primaryGroupID", 513), number("codePage", 0), number("countryCode", 826),
        number("sAMAccountType", 0x30000000), large("accountExpires", INT64_MAX), large("pwdLastSet", 133'000'000'000'000'000),
    };
    all.push_back({attid::kNtSecurityDescriptor, {octets_value(descriptor_)}});
    return all;
  }

  Dnt make(WriteTransaction& tx, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes) {
    AddRequest request;
    request.parent = root_;
    request.rdn = std::move(rdn);
    request.attributes = std::move(attributes);
    request.attributes.push_back({attid::kObjectClass, {u32_value(static_cast<std::uint32_t>(dsa_.context.schema->find_class(object_class)->attid))}});
    Sid sid = parse_sid("S-1-5-21-1-2-3").value();
    sid.sub_authority[sid.sub_authority_count++] = rid_++;
    request.sid = sid;
    return must(add(tx, dsa_.context, request, CheckLevel::kReplica)).dnt;
  }

  Dsa& dsa_;
  const Options& options_;
  Bytes descriptor_;
  Dnt root_ = kNoDnt;
  std::vector<Dnt> groups_;
  std::uint32_t rid_ = 1'100;
};

DRS_EXTENSIONS_INT extensions() {
  DRS_EXTENSIONS_INT made;
  made.dwFlags = DRS_EXT_BASE | DRS_EXT_GETCHGREQ_V5 | DRS_EXT_GETCHGREQ_V8 | DRS_EXT_GETCHGREQ_V10 | DRS_EXT_GETCHGREPLY_V6 |
                 DRS_EXT_STRONG_ENCRYPTION | DRS_EXT_LINKED_VALUE_REPLICATION;
  made.dwFlagsExt = DRS_EXT_LH_BETA2 | DRS_EXT_GETCHGREPLY_V9;
  return made;
}

struct Figures {
  double seconds = 0;          ///< of the cycle
  double seconds_source = 0;   ///< of it, in get_nc_changes
  double seconds_bare = 0;
  std::uint64_t changes = 0, octets = 0, pages = 0, sent = 0, anonymous_kib_max = 0;
};

/// A cycle. With `bare` and `recording` each transaction is replayed, its time counted apart.
Figures cycle(Dsa& destination, const Dsa& source, const Options& options, Recording* recording = nullptr, BareLmdb* bare = nullptr) {
  Figures figures;
  CycleOptions how;
  how.nc = must(dsname_from_dn(kDomain));
  how.source = new_source("source.bench.example", source.context.dsa, DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC, Schedule{}, DsTime{1});
  how.objects_max = options.page;
  how.server = extensions();
  const auto began = std::chrono::steady_clock::now();
  ReplicationCycle cycle(std::move(how));
  CycleStep step = cycle.begin(destination.context, *destination.store);
  while (step.kind == CycleStep::Kind::kSend) {
    ndr::Arena arena;
    SourceCall call;
    call.terms.client = call.terms.server = extensions();
    const auto asked = std::chrono::steady_clock::now();
    const auto snapshot = source.store->read();
    auto reply = must(get_nc_changes(source.context, call, *snapshot, *step.request, arena));
    figures.seconds_source += seconds_since(asked);
    figures.sent += reply.objects + reply.links;
    DRS_MSG_GETCHGREPLY message = std::move(reply.message);
    ndr::Arena decoded;
    Bytes stub;
    if (options.codec) {
      IDL_DRSGetNCChanges::Out out;
      out.msgOut = std::move(message);
      stub = encode_out<IDL_DRSGetNCChanges>(out);
      message = std::move(must(decode_out<IDL_DRSGetNCChanges>(stub, {ndr::Syntax::kNdr20, std::endian::little, &decoded})).msgOut);
    }
    step = cycle.on_reply(destination.context, *destination.store, std::move(message));
    if (bare != nullptr) {
      const auto replayed = std::chrono::steady_clock::now();
      bare->replay(*recording);
      figures.seconds_bare += seconds_since(replayed);
      figures.changes += recording->changes.size();
      figures.octets += recording->octets.size();
      recording->changes.clear();
      recording->octets.clear();
    }
    figures.anonymous_kib_max = std::max(figures.anonymous_kib_max, anonymous_kib());
  }
  if (step.kind != CycleStep::Kind::kDone) {
    fmt::print(stderr, "{}\n", describe_error(step.error));
    std::exit(1);
  }
  figures.seconds = seconds_since(began);
  figures.pages = cycle.pages();
  return figures;
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
    } else if (word == "--groups-of-user" && has_next) {
      options.groups_of_user = static_cast<std::uint32_t>(std::strtoul(argv[++i], nullptr, 10));
    } else if (word == "--page" && has_next) {
      options.page = static_cast<std::uint32_t>(std::strtoul(argv[++i], nullptr, 10));
    } else if (word == "--codec") {
      options.codec = true;
    } else {
      options.folder.clear();
      break;
    }
  }
  if (options.folder.empty() || options.page == 0) {
    fmt::print(stderr, "usage: engine_bench --folder DIR [--objects N] [--groups-of-user N] [--page N] [--codec]\n");
    std::exit(2);
  }
  return options;
}

void quiet_cycles(Dsa& destination, const Dsa& source, const Options& options) {
  constexpr int kRuns = 200;
  std::vector<double> seconds;
  std::uint64_t sent = 0;
  for (int i = 0; i < kRuns; ++i) {
    const Figures one = cycle(destination, source, options);
    seconds.push_back(one.seconds);
    sent += one.sent;
  }
  std::ranges::sort(seconds);
  fmt::print("quiet:  {:8.1f} us a cycle (median of {}, with its durable commit), {} objects and values sent\n", 1e6 * seconds[kRuns / 2], kRuns, sent);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  std::filesystem::create_directories(options.folder);
  const auto rate = [&](double seconds) { return static_cast<double>(options.objects) / seconds; };

  Dsa source(engine_in(options, "source", false), 1);
  Load load(source, options);
  auto began = std::chrono::steady_clock::now();
  load.users();
  const double loaded = seconds_since(began);
  fmt::print("made:   {:8.0f} objects/s ({:.2f} s), {} users in {} groups each, by originating updates, not durable\n", rate(loaded), loaded,
             options.objects, options.groups_of_user);

  Dsa destination(engine_in(options, "destination", true), 2);
  const Figures whole = cycle(destination, source, options);
  fmt::print("cycle:  {:8.0f} objects/s ({:.2f} s, of which {:.2f} s in the source), {} pages, {} objects and values{}\n", rate(whole.seconds),
             whole.seconds, whole.seconds_source, whole.pages, whole.sent, options.codec ? ", through the codec" : "");

  Recording recording;
  std::filesystem::remove_all(options.folder + "/bare");
  BareLmdb bare(options.folder + "/bare", true);
  Dsa recorded(std::make_unique<RecordingEngine>(engine_in(options, "recorded", false), recording), 3);
  const Figures yardstick = cycle(recorded, source, options, &recording, &bare);
  fmt::print("bare:   {:8.0f} objects/s ({:.2f} s), {} puts, {} octets\n", rate(yardstick.seconds_bare), yardstick.seconds_bare, yardstick.changes,
             yardstick.octets);
  fmt::print("ratio:  {:8.1f} % of bare LMDB\n", 100 * yardstick.seconds_bare / whole.seconds);
  quiet_cycles(destination, source, options);
  fmt::print("memory: {:8} MB of anonymous memory at most in the cycle\n", whole.anonymous_kib_max / 1024);
  return 0;
}
