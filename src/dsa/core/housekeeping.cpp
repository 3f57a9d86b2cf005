// SPDX-License-Identifier: Apache-2.0
// What a DSA does by itself, unasked: garbage collection ([MS-ADTS] 3.1.1.1.5.1), NC replicas that were being taken down when it was killed,
// what an enabled recycle bin does to old tombstones (3.1.1.9.1), the KCC (6.2.2).
#include <fmt/format.h>

#include "base/win32.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/updates/garbage.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/nc.hpp"
#include "repl/updates/optional_features.hpp"
#include "service/access/descriptor_propagation.hpp"
#include "service/kcc/kcc.hpp"

namespace tributary::dsa {
namespace {

constexpr std::size_t kCollectedMax = 1000;  // objects and links in one transaction, so that nobody waits long for his turn
constexpr MonoTime kKccInterval = std::chrono::minutes(15);  // [MS-ADTS] 6.2.2: "by default" 15 minutes
constexpr MonoTime kFirstCollection = std::chrono::minutes(15);  // not while a restarted DSA catches up
constexpr MonoTime kKccDamping = std::chrono::minutes(1);
constexpr MonoTime kFirstKccRun = std::chrono::seconds(5);
constexpr MonoTime kKccAfterChange = std::chrono::seconds(2);  // the rest of what changed comes with it
constexpr std::chrono::milliseconds kContactTimeout{15'000};
constexpr MonoTime kLinkWorkInterval = std::chrono::minutes(1);
constexpr std::string_view kRecycleBinValue = "tombstonesRecycled";

}  // namespace

void RunningDsa::keep_house() {
  {
    const auto snapshot = store_->read();
    const auto roots = snapshot->nc_roots();
    for (const auto root : roots.value_or(std::vector<store::Dnt>{})) {
      const auto replica = snapshot->nc_replica(root);
      const auto object = snapshot->find(root);
      if (replica && *replica && (*replica)->going && object && *object) (void)expunge((*object)->guid());
    }
  }
  see_to_rids();
  finish_descriptor_work();
  auto next_collection = net::monotonic_now() + kFirstCollection;
  auto next_kcc = net::monotonic_now() + kFirstKccRun;
  auto next_link_work = net::monotonic_now();
  std::unique_lock guard(house_mutex_);
  while (!is_stopping_) {
    if (wants_kcc_.exchange(false)) next_kcc = std::min(next_kcc, net::monotonic_now() + kKccAfterChange);
    house_changed_.wait_for(guard, std::max(MonoTime{}, std::min({next_collection, next_kcc, next_link_work}) - net::monotonic_now()));
    if (is_stopping_) return;
    guard.unlock();
    adopt_features();
    const auto now = net::monotonic_now();
    bool has_kcc = false;
    MonoTime interval;
    {
      const std::lock_guard reading(config_mutex_);
      has_kcc = config_.kcc;
      interval = config_.garbage_collection_interval;
    }
    if (now >= next_collection) {
      next_collection = now + interval;
      const auto collected = collect_garbage();
      if (!collected) log('e', "garbage collection: " + describe_error(collected.error()));
      else if (*collected != 0) log('i', fmt::format("garbage collection: {} objects and link values are gone", *collected));
    }
    if (now >= next_link_work) {
      next_link_work = now + kLinkWorkInterval;
      finish_link_work();
      finish_descriptor_work();
    }
    if (now >= next_kcc) {
      next_kcc = now + kKccInterval;
      if (has_kcc)
        if (auto done = run_kcc(false); !done) log('w', "KCC: " + describe_error(done.error()));
      see_to_rids();
    }
    guard.lock();
  }
}

/// A feature that was enabled elsewhere came with the Configuration NC: our nTDSDSA object says from now on that it is enabled here too
/// ([MS-DRSR] 4.1.10.6.3).
void RunningDsa::adopt_features() {
  const auto known = facts();
  if (known->rules.read_only) return;
  for (const auto& feature : known->features_to_adopt)
    if (auto done = enable_feature(feature, repl::CheckLevel::kReplica); !done) log('e', "an optional feature of the forest: " + describe_error(done.error()));
}

Result<bool> RunningDsa::enable_feature(const Guid& feature, repl::CheckLevel level) {
  const auto done = update([&](const repl::Context& context, store::WriteTransaction& tx) { return repl::enable_optional_feature(tx, context, feature, level); });
  if (!done) return std::unexpected(done.error());
  if (!done->empty()) log('i', fmt::format("the optional feature {} is enabled here from now on", to_string(feature)));
  return !done->empty();
}

void RunningDsa::see_to_rids() {
  if (has_rids()) return;
  if (auto done = ask_for_rids(); !done) log('w', "no RIDs: " + describe_error(done.error()));
}

Result<std::uint64_t> RunningDsa::collect_garbage() {
  std::uint64_t gone = 0;
  for (bool more = facts()->rules.recycle_bin; more;) {
    const auto stored = store_->read()->dsa_value(kRecycleBinValue);
    if (!stored) return std::unexpected(stored.error());
    if (*stored) break;
    const auto done = update([&](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
      auto recycled = repl::recycle_tombstones(tx, context, kCollectedMax);
      if (!recycled) return std::unexpected(std::move(recycled.error()));
      more = recycled->more;
      if (!more) tx.put_dsa_value(kRecycleBinValue, Bytes{1});
      return std::move(recycled->updates);
    });
    if (!done) return std::unexpected(done.error());
  }
  for (bool more = true; more;) {
    const auto done = update([&](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
      auto collected = repl::collect_garbage(tx, context, kCollectedMax);
      if (!collected) return std::unexpected(std::move(collected.error()));
      more = collected->more;
      gone += collected->objects_removed + collected->links_removed;
      return std::move(collected->updates);
    });
    if (!done) return std::unexpected(done.error());
  }
  return gone;
}

/// Links of objects with very many of them, after a deletion ([MS-ADTS] 3.1.1.1.16): what the update itself left.
void RunningDsa::finish_link_work() {
  for (bool more = true; more;) {
    more = false;
    const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
      const auto work = repl::continue_link_work(tx, kCollectedMax);
      if (!work) return std::unexpected(work.error());
      more = work->more;
      return work->changed == 0 && !more ? fail(win32::kErrorNoMoreItems) : Result<void>();
    });
    if (!done && done.error().code != win32::kErrorNoMoreItems) return log('e', "links of deleted objects: " + describe_error(done.error()));
  }
}

/// Descriptors below a changed one ([MS-ADTS] 3.1.1.6.3) that nobody has finished: before a crash, or when the update after the answer failed.
void RunningDsa::finish_descriptor_work() {
  for (bool more = service::has_descriptor_propagation(*store_->read()).value_or(false); more;) {
    const auto done = change([&](store::WriteTransaction& tx) -> Result<void> {
      const auto work = service::continue_descriptor_propagation(tx, context(), kCollectedMax);
      if (!work) return std::unexpected(work.error());
      more = work->more;
      return {};
    });
    if (!done) return log('e', "descriptors below a changed one: " + describe_error(done.error()));
  }
}

Result<void> RunningDsa::run_kcc(bool damped) {
  const std::lock_guard running(kcc_mutex_);
  const auto began = net::monotonic_now();
  if (damped && last_kcc_run_ && began - *last_kcc_run_ < kKccDamping) return {};
  last_kcc_run_ = began;
  std::uint64_t seed = 0;
  std::array<std::uint8_t, sizeof seed> octets{};
  random_.fill(octets);
  seed = load_le<std::uint64_t>(octets.data());
  auto run = service::run_kcc(*this, service::contact_partners(*this, kContactTimeout), seed);
  if (!run) return std::unexpected(std::move(run.error()));
  for (std::string_view rest = run->text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    log('i', "KCC: " + std::string(line));
  }
  return {};
}

service::KccFailures RunningDsa::kcc_failures() {
  auto failures = service::stored_kcc_failures(*store_->read());
  return failures ? std::move(*failures) : service::KccFailures{};
}

}  // namespace tributary::dsa
