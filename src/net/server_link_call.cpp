// SPDX-License-Identifier: Apache-2.0
// See server_link_call.hpp.
#include "net/server_link_call.hpp"

#include "rpc/status.hpp"

namespace tributary::net {

bool ServerGate::open() {
  const std::scoped_lock lock(mutex_);
  return runtime_ != nullptr;
}

void ServerGate::post(const std::shared_ptr<ServerGate>& gate, std::move_only_function<void()> task) {
  const std::scoped_lock lock(gate->mutex_);
  if (gate->runtime_ == nullptr) return;
  gate->runtime_->post([gate, task = std::move(task)]() mutable {
    if (gate->open()) task();
  });
}

void ServerGate::close() {
  const std::scoped_lock lock(mutex_);
  runtime_ = nullptr;
}

ServerLinkCall::ServerLinkCall(std::shared_ptr<ServerGate> gate, std::weak_ptr<ServerLink> link, rpc::CallId id)
    : gate_(std::move(gate)), link_(std::move(link)), id_(id) {}

ServerLinkCall::~ServerLinkCall() { fail(rpc::nca::kFaultUnspecified); }

void ServerLinkCall::complete(Bytes response) {
  if (answered_.exchange(true)) return;
  ServerGate::post(gate_, [link = link_, id = id_, response = std::move(response)]() mutable {
    if (const auto alive = link.lock()) alive->complete(id, std::move(response));
  });
}

void ServerLinkCall::fail(std::uint32_t status) {
  if (answered_.exchange(true)) return;
  ServerGate::post(gate_, [link = link_, id = id_, status] {
    if (const auto alive = link.lock()) alive->fail(id, status);
  });
}

void ServerLinkCall::when_cancelled(std::move_only_function<void()> notify) {
  if (cancelled_) return notify();
  if (answered_) return;  // and what it holds is free
  notify_ = std::move(notify);
}

rpc::ContextHandles* ServerLinkCall::handles() noexcept {
  const auto alive = link_.lock();
  return alive ? alive->handles() : nullptr;
}

void ServerLinkCall::with_handles(std::move_only_function<void(rpc::ContextHandles*)> work) {
  ServerGate::post(gate_, [link = link_, work = std::move(work)]() mutable {
    const auto alive = link.lock();
    work(alive ? alive->handles() : nullptr);
  });
}

void ServerLinkCall::cancel() {
  if (cancelled_.exchange(true)) return;
  if (auto notify = std::exchange(notify_, nullptr); notify && !answered_) notify();
}

}  // namespace tributary::net
