// SPDX-License-Identifier: Apache-2.0
// What a client sends to an ldap::Session, cut into pieces, with time, wakes, jobs and security layers in between: no octets may make it
// hold more than its limits, run without end, or touch what has gone. The first octet of each step says what happens.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "ldap/server/testing/session_peer.hpp"

using tributary::ByteView;
using tributary::Bytes;
using namespace tributary::ldap::testing;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SessionPeer peer({.message_octets_before_bind_max = 2'000, .message_octets_max = 20'000, .operations_max = 4, .unsent_octets_max = 20'000});
  peer.handler.keeps_notes = false;
  peer.handler.open_gate();
  ByteView rest(data, size);
  while (rest.size() >= 2 && !peer.session->end()) {
    const std::uint8_t what = rest[0];
    const std::size_t length = std::min<std::size_t>(rest[1], rest.size() - 2);
    const auto octets = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    peer.holds_jobs = (what & 0x10U) != 0;
    peer.takes_octets = (what & 0x20U) == 0;
    if ((what & 0x40U) != 0) peer.deliver_wakes();
    if ((what & 0x80U) != 0) peer.run_jobs();
    switch (what & 0x0FU) {
      case 0: peer.after(std::chrono::seconds(octets.size())); break;
      case 1: peer.handler.wake_all(); break;
      case 2: peer.send(in_glass(octets)); break;
      case 3:
        if (peer.session->wants_tls()) peer.session->on_tls(std::nullopt);
        break;
      default: peer.send(octets);
    }
    require(peer.session->outstanding() <= 4);
    require(peer.session->held_octets() < 1'000'000);
    require(!peer.session->end() || (!peer.session->wants_input() && !peer.session->can_run() && peer.session->outstanding() == 0));
  }
  return 0;
}
