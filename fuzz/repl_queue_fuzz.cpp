// SPDX-License-Identifier: Apache-2.0
// The scheduler under any sequence of events, also those that a caller who keeps the contract never sends: results of operations that do
// not run, answers to nothing, times that jump. It stays within its bounds, answers no call twice, and ends when its work is over.
#include <cstdio>
#include <cstdlib>
#include <set>

#include "must_hold.hpp"
#include "repl/queue/scheduler.hpp"

using namespace tributary;
using namespace tributary::repl;

namespace {

/// Numbers from octets; zero when there are no more.
class Input {
 public:
  explicit Input(ByteView octets) : octets_(octets) {}
  [[nodiscard]] bool empty() const { return at_ >= octets_.size(); }
  std::uint32_t octet() { return empty() ? 0 : octets_[at_++]; }
  std::uint32_t word() { return octet() | octet() << 8 | octet() << 16 | octet() << 24; }

 private:
  ByteView octets_;
  std::size_t at_ = 0;
};

template <class Strong>
Strong guid(std::uint32_t n) {
  Strong strong;
  strong.value.octets.fill(static_cast<std::uint8_t>(n));
  return strong;
}

std::vector<NcReplica> replicas(Input& in) {
  std::vector<NcReplica> made(in.octet() % 4);
  for (std::size_t n = 0; n < made.size(); ++n) {
    made[n].guid = guid<ObjectGuid>(static_cast<std::uint32_t>(n));
    made[n].notify_first_s = static_cast<std::int32_t>(in.word());
    made[n].sources.resize(in.octet() % 4);
    for (auto& source : made[n].sources) {
      Schedule schedule;
      schedule.set(in.word() % kSlotsPerWeek);
      const auto s = in.octet() % 5;
      source.reps = new_source(s == 0 ? "" : "dc" + std::to_string(s), guid<DsaGuid>(in.octet() % 5), 0, schedule, {in.octet()});
      source.reps.options = in.word();
      if (in.octet() % 2 == 0) made[n].partners.push_back({source.reps.na_dsa, source.reps.uuid_dsa, in.word(), {}, 0, {}, {}, {}});
    }
  }
  return made;
}

OperationRequest request(Input& in) {
  const auto dsa = in.octet() % 5;
  const auto address = "dc" + std::to_string(dsa);
  const auto options = in.word();
  switch (in.octet() % 5) {
    case 0: return ReplicaAddRequest{address, {true, guid<DsaGuid>(dsa).value}, {}, {}, options};
    case 1: return ReplicaDelRequest{address, options};
    case 2: return ReplicaModifyRequest{guid<DsaGuid>(dsa), address, {}, 0, 0, options};
    case 3: return UpdateRefsRequest{address, guid<DsaGuid>(dsa), options};
    default: return ReplicaSyncRequest{guid<DsaGuid>(dsa), address, options};
  }
}

Event event(Input& in, std::uint64_t& last_call) {
  const auto nc = guid<ObjectGuid>(in.octet() % 4);
  switch (in.octet() % 16) {
    case 0: return Startup{};
    case 1: return in.octet() == 7 ? Event(Shutdown{}) : Event(Tick{});
    case 2: return ReplicasChanged{replicas(in)};
    case 3: return DsaOptionsChanged{in.octet()};
    case 4: return CallerGone{CallId{in.octet()}};
    case 5: return LocalChange{nc, in.octet() % 2 == 0};
    case 6: return NotificationAnswered{nc, guid<DsaGuid>(in.octet() % 5), Win32{in.word()}};
    case 7: case 8: return PageBoundary{OperationId{in.octet()}, {true, in.octet() % 2 == 0, in.octet() % 2 == 0}};
    case 9: case 10: return Finished{OperationId{in.octet()}, in.octet() % 2 == 0 ? win32::kErrorDsDraPreempted : Win32{in.octet()}, {}};
    case 11: return Tick{};
    default: return Request{CallId{++last_call}, "caller" + std::to_string(in.octet() % 3), nc, request(in), {}, {}, in.octet() % 2 == 0};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in({data, size});
  Scheduler scheduler;
  Now now{std::chrono::seconds(1), to_file_time({13'439'822'400})};
  std::uint64_t last_call = 0;
  std::set<CallId> answered;
  const auto deliver = [&](const Event& e) {
    for (const auto& action : scheduler.handle(e, now))
      if (const auto* reply = std::get_if<Reply>(&action)) must_hold(answered.insert(reply->call).second, "a call is answered twice");
    must_hold(scheduler.queue().pending_count() <= kPendingMax, "more waits than may");
    must_hold(scheduler.queue().running_count() <= kRunningCyclesMax + kRunningLocalMax, "more runs than may");
  };
  while (!in.empty()) {
    now.mono += std::chrono::seconds(in.octet());
    now.wall.ticks += static_cast<std::int64_t>(static_cast<std::int8_t>(in.octet())) * 10'000'000'000;
    deliver(event(in, last_call));
  }
  for (std::size_t i = 0; scheduler.queue().running_count() > 0; ++i) {
    must_hold(i < 10'000, "the work never ends");
    deliver(Finished{OperationId{scheduler.queue().operations(now).front().serial_number}, {}, {}});
  }
  must_hold(scheduler.queue().pending_count() == 0, "something waits for nothing");
  must_hold(scheduler.queue().open_calls() == 0, "a caller waits for nothing");
  return 0;
}
