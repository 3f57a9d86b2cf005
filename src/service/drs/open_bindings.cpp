// SPDX-License-Identifier: Apache-2.0
// See open_bindings.hpp.
#include "service/drs/open_bindings.hpp"

namespace tributary::service {

BindingState::~BindingState() { bindings_->close(binding_->number); }

std::shared_ptr<BindingState> OpenBindings::open(DrsBinding binding, const std::string& account, const std::string& address, std::size_t max,
                                                 DsTime now) {
  const std::lock_guard lock(mutex_);
  auto& count = per_account_[account];
  if (count >= max) return nullptr;
  ++count;
  binding.number = ++last_number_;
  auto shared = std::make_shared<const DrsBinding>(std::move(binding));
  entries_.emplace(last_number_, Entry{{shared, address, now}, account});
  return std::make_shared<BindingState>(shared_from_this(), std::move(shared));
}

void OpenBindings::touch(std::uint64_t number, DsTime now) {
  const std::lock_guard lock(mutex_);
  if (const auto at = entries_.find(number); at != entries_.end()) at->second.client.last_used = now;
}

void OpenBindings::close(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(number);
  if (at == entries_.end()) return;
  const auto count = per_account_.find(at->second.account);
  if (--count->second == 0) per_account_.erase(count);
  entries_.erase(at);
}

std::vector<OpenBindings::Client> OpenBindings::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Client> all;
  all.reserve(entries_.size());
  for (const auto& [number, entry] : entries_) all.push_back(entry.client);
  return all;
}

std::size_t OpenBindings::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace tributary::service
