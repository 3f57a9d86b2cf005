// SPDX-License-Identifier: Apache-2.0
// Durable adds of users through the LDAP operations, by so many clients at once, on a database on disk: requests, rules, descriptors, indexes
// and group commit; no sockets. Each client sends its next request when it was answered. Prints one line.
//   ldap_adds_bench FOLDER [clients=64] [seconds=10] [no-sync]
#include <sys/resource.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>

#include "dsa/core/group_commit.hpp"
#include "net/runtime.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/operations.hpp"
#include "store/lmdb/lmdb_engine.hpp"

namespace {

using namespace tributary;
namespace face = service::ldap_face;
namespace lp = ldap;
using repl::testing::must;

/// Who was woken, for the one thread that runs operations.
class Woken {
 public:
  void push(std::size_t client) {
    const std::lock_guard guard(mutex_);
    clients_.push_back(client);
    changed_.notify_one();
  }
  std::size_t pop() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return !clients_.empty(); });
    const auto client = clients_.front();
    clients_.pop_front();
    return client;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::size_t> clients_;
};

struct Client {
  std::string dn, name, display;
  std::unique_ptr<lp::Operation> operation;
  MonoTime began{};
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("ldap_adds_bench FOLDER [clients=64] [seconds=10] [no-sync]\n", stderr), 2;
  std::size_t count = 64;
  std::int64_t seconds = 10;
  bool sync = true;
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("clients=")) count = std::strtoul(argv[i] + 8, nullptr, 10);
    if (word.starts_with("seconds=")) seconds = std::strtol(argv[i] + 8, nullptr, 10);
    if (word == "no-sync") sync = false;
  }
  std::filesystem::create_directories(argv[1]);
  store::lmdb::LmdbOptions options;
  options.folder = argv[1];
  options.sync = sync;
  service::testing::ForestDsa dsa(must(store::lmdb::open_lmdb_engine(options)));
  const auto pool = repl::i64_value(static_cast<std::int64_t>(std::uint64_t{0x3FFFFFFF} << 32 | 2000));
  const auto rid_set = dsa.find(service::testing::in_lab("CN=RID Set,CN=dsa-a,OU=Domain Controllers,"));
  for (const auto* name : {"rIDAllocationPool", "rIDPreviousAllocationPool"}) dsa.set(rid_set, repl::testing::attid_of(name), {pool});
  dsa.set(rid_set, repl::testing::attid_of("rIDNextRID"), {repl::u32_value(2000)});
  dsa::TurnLock turn;
  dsa::GroupCommit group({dsa.store(), turn, [&] { return dsa.context(); }, [](const repl::Updates&, std::size_t) {}});
  dsa.later = [&](auto work, auto done) { group.post(std::move(work), std::move(done)); };

  const auto caller = service::testing::administrators_call().caller;
  const auto settings = std::make_shared<face::LdapSettings>();
  Woken woken;
  std::vector<Client> clients(count);
  std::size_t next = 0, answered = 0, refused = 0;
  std::vector<std::int64_t> latencies;
  const std::string user_class = "user";
  const auto start = [&](std::size_t i) {
    auto& client = clients[i];
    client.name = "user" + std::to_string(next++);
    client.dn = "CN=" + client.name + ",CN=Users,DC=lab,DC=example";
    client.display = "User " + client.name;
    lp::AddRequest request{client.dn, {{"objectClass", {as_bytes(user_class)}}, {"sAMAccountName", {as_bytes(client.name)}},
                                       {"displayName", {as_bytes(client.display)}}, {"givenName", {as_bytes(client.name)}}, {"sn", {as_bytes(client.name)}}}};
    lp::Message message;
    message.id = 1;
    message.request = std::move(request);
    client.began = net::monotonic_now();
    client.operation = face::start_add({dsa, settings, caller, false, false, true, i, std::move(message), [&woken, i] { woken.push(i); }});
    Bytes out;
    (void)client.operation->run(out);
  };
  const auto began = net::monotonic_now();
  const double cpu = cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) start(i);
  std::size_t under_way = count;
  while (under_way > 0) {
    const auto i = woken.pop();
    Bytes out;
    if (clients[i].operation->run(out) != lp::Operation::State::kDone) continue;
    const auto now = net::monotonic_now();
    ++answered;
    if (out.size() < 10 || out[9] != 0) ++refused;
    latencies.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - clients[i].began).count());
    if (now - began < std::chrono::seconds(seconds)) start(i);
    else --under_way;
  }
  const double took = std::chrono::duration<double>(net::monotonic_now() - began).count();
  const double used = cpu_seconds() - cpu;
  group.stop();
  std::ranges::sort(latencies);
  const auto figures = group.figures();
  std::printf("%zu clients: %zu adds in %.1f s: %.0f/s, %.0f/s of CPU, median %.2f ms, 99th percentile %.2f ms, %.1f adds a commit, %zu refused\n", count,
              answered, took, static_cast<double>(answered) / took, static_cast<double>(answered) / used,
              static_cast<double>(latencies[latencies.size() / 2]) / 1000, static_cast<double>(latencies[latencies.size() * 99 / 100]) / 1000,
              static_cast<double>(figures.works) / static_cast<double>(std::max<std::uint64_t>(figures.batches, 1)), refused);
  return refused == 0 ? 0 : 1;
}
