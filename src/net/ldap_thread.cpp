// SPDX-License-Identifier: Apache-2.0
// See ldap_thread.hpp.
#include "net/ldap_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>

#include "net/ldap_link.hpp"
#include "net/runtime.hpp"

namespace tributary::net {
namespace {

/// For all connections of a thread together: one is read from at a time.
constexpr std::size_t kReadOctets = std::size_t{64} << 10;
/// How exact limits of time are: an eighth of the shortest, within these bounds.
constexpr std::chrono::milliseconds kSweepMin{10}, kSweepMax{1000};

std::chrono::milliseconds sweep_interval(const LdapServerLimits& limits) {
  const auto& session = limits.session;
  const auto shortest = std::min({session.first_message_timeout, session.message_timeout, session.idle_timeout, session.bind_patience, limits.send_timeout});
  return std::clamp(shortest / 8, kSweepMin, kSweepMax);
}

}  // namespace

void LdapGate::post(std::move_only_function<void()> task) {
  const std::lock_guard guard(mutex_);
  if (io_ != nullptr) asio::post(*io_, std::move(task));
}

void LdapGate::close() {
  const std::lock_guard guard(mutex_);
  io_ = nullptr;
}

TlsContext LdapShared::tls() const {
  const std::lock_guard guard(mutex_);
  return tls_;
}

void LdapShared::set_tls(TlsContext context) {
  const std::lock_guard guard(mutex_);
  tls_ = std::move(context);
}

void LdapShared::say(ServerEvent event, const std::string& line) {
  const std::lock_guard guard(mutex_);
  log_.say(event, line, monotonic_now());
}

void LdapShared::tick_log() {
  const std::lock_guard guard(mutex_);
  log_.tick(monotonic_now());
}

void LdapShared::finish_log() {
  const std::lock_guard guard(mutex_);
  log_.finish();
}

LdapThread::LdapThread(LdapShared& shared)
    : gate(std::make_shared<LdapGate>(io)),
      read_buffer(kReadOctets),
      shared_(shared),
      work_(asio::make_work_guard(io)),
      sweep_timer_(io),
      sweep_every_(sweep_interval(shared.limits)) {}

LdapThread::~LdapThread() { stop(); }

void LdapThread::start() {
  arm_sweep();
  thread_ = std::thread([this] { io.run(); });
}

void LdapThread::arm_sweep() {
  sweep_timer_.expires_after(sweep_every_);
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (error || closing) return;
    const auto now = monotonic_now();
    std::vector<std::shared_ptr<LdapLink>> all;
    all.reserve(links.size());
    for (const auto& [number, link] : links) all.push_back(link);
    for (const auto& link : all) link->sweep(now);
    shared_.tick_log();
    arm_sweep();
  });
}

void LdapThread::close_links() {
  if (!thread_.joinable()) return;
  std::promise<void> done;
  asio::post(io, [&] {
    closing = true;
    sweep_timer_.cancel();
    std::vector<std::shared_ptr<LdapLink>> all;
    for (const auto& [number, link] : links) all.push_back(link);
    for (const auto& link : all) {
      link->finish(ldap::SessionEnd::kFinished, {.code = ldap::ResultCode::kUnavailable, .matched_dn = {}, .message = "this server ends", .referrals = {}});
      link->end();
    }
    done.set_value();
  });
  done.get_future().wait();
}

void LdapThread::stop() {
  gate->close();
  work_.reset();
  io.stop();
  if (thread_.joinable()) thread_.join();
}

void LdapThread::forget_links() {
  const auto all = std::exchange(links, {});
  for (const auto& [number, link] : all) link->tell_closed(true);
}

}  // namespace tributary::net
