// SPDX-License-Identifier: Apache-2.0
// Credential: the current tickets, and when to make new ones. Must never know how tickets are made (tickets.cpp).
#include "security/credentials.hpp"

#include <mutex>
#include <utility>

#include "security/tickets.hpp"

namespace tributary::security {
namespace {

/// A context that starts now wants to live a little: with less than this left, tickets are renewed first.
constexpr std::int64_t kRenewBelowSeconds = 300;

}  // namespace

struct Credential::Private {
  explicit Private(Credentials given) : credentials(std::move(given)) {}

  [[nodiscard]] std::shared_ptr<const detail::Tickets> current() {
    const std::scoped_lock lock(mutex);
    return tickets;
  }

  const Credentials credentials;
  std::mutex mutex;    ///< guards `tickets`; held for a pointer copy only
  std::mutex renewal;  ///< one thread at a time asks the KDC
  std::shared_ptr<const detail::Tickets> tickets;
};

Credential::Credential(std::unique_ptr<Private> state) : state_(std::move(state)) {}
Credential::~Credential() = default;

std::string Credential::principal() const { return state_->current()->principal; }

std::int64_t Credential::seconds_left() const { return state_->current()->end_time - detail::seconds_since_1970(); }

Result<std::shared_ptr<const detail::Tickets>> Credential::fresh_tickets() {
  if (seconds_left() >= kRenewBelowSeconds) return state_->current();
  const std::scoped_lock one_at_a_time(state_->renewal);
  if (seconds_left() >= kRenewBelowSeconds) return state_->current();  // another thread was here first

  auto renewed = detail::make_tickets(state_->credentials);
  if (!renewed) {
    if (seconds_left() > 0) return state_->current();  // the KDC is away, but what we have still serves
    return std::unexpected(renewed.error());
  }
  const std::scoped_lock lock(state_->mutex);
  state_->tickets = *renewed;
  return std::move(*renewed);
}

Result<std::shared_ptr<Credential>> acquire(Credentials credentials) {
  auto state = std::make_unique<Credential::Private>(std::move(credentials));
  auto tickets = detail::make_tickets(state->credentials);
  if (!tickets) return std::unexpected(std::move(tickets.error()));
  state->tickets = std::move(*tickets);
  return std::shared_ptr<Credential>(new Credential(std::move(state)));
}

}  // namespace tributary::security
