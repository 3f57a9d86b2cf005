// SPDX-License-Identifier: Apache-2.0
// Telling partners that there is something new ([MS-ADTS] 3.1.1.5.1.6, 3.1.1.5.1.7): after a first delay, one partner after the other
// with a subsequent delay between them; at once when a change is urgent. Changes that come meanwhile join what is not sent yet.
// Sans-I/O. Must never know what changed.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "repl/queue/events.hpp"
#include "repl/queue/limits.hpp"

namespace tributary::repl {

class Notifier {
 public:
  /// The partners of every NC replica as they are now. Those that stay keep what they are owed.
  void set_replicas(const std::vector<NcReplica>& replicas);
  void set_enabled(bool enabled) noexcept { is_enabled_ = enabled; }

  /// Something changed in an NC replica. `except`: the source of the change, which has it already.
  void changed(const ObjectGuid& nc, bool is_urgent, const std::optional<DsaGuid>& except, const Now& now);
  /// False when nothing was sent there.
  bool answered(const ObjectGuid& nc, const DsaGuid& partner);

  /// Sends what is due.
  void send(const Now& now, Actions& actions);
  /// When something will be due; nothing while nobody is owed anything.
  [[nodiscard]] std::optional<MonoTime> next_due() const noexcept;
  /// Partners that are owed a notification.
  [[nodiscard]] std::size_t owed() const noexcept;

 private:
  struct Partner {
    DsaGuid guid;
    std::string address;
    std::uint32_t options = 0;
    bool is_owed = false;
    bool is_urgent = false;
    MonoTime due{};                    ///< the first delay is over
    std::optional<MonoTime> in_flight;  ///< sent, and not answered yet
  };
  struct Replica {
    MonoTime first{};
    MonoTime subsequent{};
    std::optional<MonoTime> last_sent;
    std::vector<Partner> partners;
  };

  [[nodiscard]] static MonoTime due_at(const Replica& replica, const Partner& partner) noexcept;
  [[nodiscard]] static Partner* next_of(Replica& replica, const Now& now);
  void send_one(const ObjectGuid& nc, Replica& replica, Partner& partner, const Now& now, Actions& actions);
  void forget_silent(const Now& now);

  std::map<ObjectGuid, Replica> replicas_;
  std::size_t in_flight_ = 0;
  bool is_enabled_ = true;
};

}  // namespace tributary::repl
