// SPDX-License-Identifier: Apache-2.0
// A directory for tests of what is in front of one: the base of a search says how it behaves.
//   "entries:N"   N entries of about 1 KiB, some at a time    "wait"    waits for wake_all()
//   "block"       runs where it may block, once open_gate()   else      one entry with that DN
// Simple binds succeed with the password "right" as the name, SASL "STEPS" takes two steps, "GSS" is what make_acceptor gives. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ldap/server/handler.hpp"

namespace tributary::ldap::testing {

class ToyHandler final : public Handler {
 public:
  std::unique_ptr<BindExchange> begin_bind(const Connection& connection, const BindRequest& request) override;
  std::unique_ptr<Operation> start(const Connection& connection, Message message, std::function<void()> wake) override;
  Bytes datagram(const Connection& connection, Message message) override;
  void closed(const Connection& connection) noexcept override;

  void wake_all();
  void open_gate();
  void wait_at_gate();
  void note(std::string line);
  /// What happened: "start 3", "abandon 3", "closed 1". Takes it.
  [[nodiscard]] std::vector<std::string> take_notes();
  [[nodiscard]] bool is_awake() const noexcept { return awake_; }

  std::function<std::shared_ptr<security::GssContext>()> make_acceptor;
  bool seals = true;
  std::optional<std::int64_t> expires_at_s{};
  std::atomic<std::size_t> runs{0}, started{0}, closed_count{0}, abandoned{0}, waiting_for_gate{0};
  std::atomic<bool> keeps_notes{true};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool gate_open_ = false;
  std::atomic<bool> awake_{false};
  std::vector<std::function<void()>> wakes_;
  std::vector<std::string> notes_;
};

}  // namespace tributary::ldap::testing
