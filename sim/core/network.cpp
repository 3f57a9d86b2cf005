// SPDX-License-Identifier: Apache-2.0
// See network.hpp. A cut or lost message says nothing to anybody: who waits for an answer finds out by waiting.
// Whether a link is cut is asked when a message is sent; what is on its way arrives.
#include "sim/core/network.hpp"

namespace tributary::sim {

void SimNetwork::heal() {
  for (auto& [ends, faults] : links_) faults = LinkFaults{};
}

void SimNetwork::deliver_later(int from, int to, const LinkFaults& faults, Bytes message) {
  MonoTime delay = faults.delay;
  if (faults.jitter.count() > 0) delay += MonoTime(chance_.below(static_cast<std::uint64_t>(faults.jitter.count())));
  if (chance_.per_mille(faults.reorder)) delay += MonoTime(chance_.below(static_cast<std::uint64_t>(kLateMax.count())));
  loop_.at(std::max(loop_.now() + delay, faults.held_until),
           [this, from, to, message = std::move(message)] { deliver_(from, to, message); });
}

void SimNetwork::send(int from, int to, Bytes message) {
  const LinkFaults& faults = link(from, to);
  ++figures_.sent;
  figures_.octets += message.size();
  if (faults.is_cut || chance_.per_mille(faults.loss)) {
    ++figures_.lost;
    return;
  }
  if (chance_.per_mille(faults.duplicate)) {
    ++figures_.duplicated;
    deliver_later(from, to, faults, message);
  }
  deliver_later(from, to, faults, std::move(message));
}

}  // namespace tributary::sim
