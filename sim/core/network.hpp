// SPDX-License-Identifier: Apache-2.0
// The network between the DSAs: messages of octets over directed links, each with its own faults. What a link may do: take its time, lose
// a message, deliver it twice, let a later one pass, be cut in one direction or both, and hold everything back for a while.
// Knows nothing of what the messages say.
#pragma once

#include <functional>
#include <map>

#include "sim/core/chance.hpp"
#include "sim/core/event_loop.hpp"

namespace tributary::sim {

/// Rates are per mille of messages.
struct LinkFaults {
  MonoTime delay = std::chrono::milliseconds(1);
  MonoTime jitter{};
  std::uint32_t loss = 0;
  std::uint32_t duplicate = 0;
  std::uint32_t reorder = 0;  ///< such a message is late by up to kLateMax
  bool is_cut = false;
  MonoTime held_until{};      ///< a stall: nothing arrives before
};

class SimNetwork {
 public:
  using Deliver = std::function<void(int from, int to, const Bytes& message)>;
  static constexpr MonoTime kLateMax = std::chrono::seconds(20);

  SimNetwork(EventLoop& loop, Chance chance, Deliver deliver) : loop_(loop), chance_(chance), deliver_(std::move(deliver)) {}

  [[nodiscard]] LinkFaults& link(int from, int to) { return links_[{from, to}]; }
  void cut(int a, int b, bool is_cut) { link(a, b).is_cut = link(b, a).is_cut = is_cut; }
  /// Everything works from now on; what is on its way arrives.
  void heal();
  void send(int from, int to, Bytes message);

  struct Figures {
    std::uint64_t sent = 0, lost = 0, duplicated = 0, octets = 0;
  };
  [[nodiscard]] const Figures& figures() const noexcept { return figures_; }

 private:
  void deliver_later(int from, int to, const LinkFaults& faults, Bytes message);

  EventLoop& loop_;
  Chance chance_;
  Deliver deliver_;
  std::map<std::pair<int, int>, LinkFaults> links_;
  Figures figures_;
};

}  // namespace tributary::sim
