// SPDX-License-Identifier: Apache-2.0
// What a DSA does by itself, unasked: garbage collection ([MS-ADTS] 3.1.1.1.5.1), NC replicas that were being taken down when it was killed,
// what an enabled recycle bin does to old tombstones (3.1.1.9.1), the KCC (6.2.2).
#include <fmt/format.h>

#include "base/win32.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/updates/garbage.hpp"
#include "repl/updates/nc.hpp"

namespace tributary::dsa {
namespace {

constexpr std::size_t kCollectedMax = 1000;  // objects and links in one transaction, so that nobody waits long for his turn
constexpr MonoTime kKccInterval = std::chrono::minutes(15);  // [MS-ADTS] 6.2.2: "by default" 15 minutes
constexpr MonoTime kFirstCollection = std::chrono::minutes(15);  // not while a restarted DSA catches up
constexpr MonoTime kKccDamping = std::chrono::minutes(1);
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
  auto next_collection = net::monotonic_now() + kFirstCollection;
  auto next_kcc = net::monotonic_now() + std::chrono::seconds(30);
  std::unique_lock guard(house_mutex_);
  while (!is_stopping_) {
    house_changed_.wait_for(guard, std::min(next_collection, next_kcc) - net::monotonic_now());
    if (is_stopping_) return;
    guard.unlock();
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
    if (now >= next_kcc) {
      next_kcc = now + kKccInterval;
      if (has_kcc)
        if (auto done = run_kcc(true); !done) log('w', "KCC: " + describe_error(done.error()));
    }
    guard.lock();
  }
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

Result<void> RunningDsa::run_kcc(bool damped) {
  const std::lock_guard guard(house_mutex_);
  const auto now = net::monotonic_now();
  if (damped && last_kcc_run_ != MonoTime{} && now - last_kcc_run_ < kKccDamping) return {};
  last_kcc_run_ = now;
  return {};
}

service::KccFailures RunningDsa::kcc_failures() { return {}; }

}  // namespace tributary::dsa
