// SPDX-License-Identifier: Apache-2.0
// What clients have bound and not yet unbound (IDL_DRSBind to IDL_DRSUnbind, or until the association is gone): RPCClientContexts
// ([MS-DRSR] 5.177). Thread-safe. Must never know what a handle is used for.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "rpc/context_handles.hpp"
#include "service/dsa.hpp"

namespace tributary::service {

class OpenBindings;

/// What is behind a DRS handle.
class BindingState final : public rpc::HandleState {
 public:
  BindingState(std::shared_ptr<OpenBindings> bindings, std::shared_ptr<const DrsBinding> binding)
      : bindings_(std::move(bindings)), binding_(std::move(binding)) {}
  ~BindingState() override;
  [[nodiscard]] const std::shared_ptr<const DrsBinding>& binding() const noexcept { return binding_; }

 private:
  std::shared_ptr<OpenBindings> bindings_;
  std::shared_ptr<const DrsBinding> binding_;
};

class OpenBindings : public std::enable_shared_from_this<OpenBindings> {
 public:
  /// One client of this server.
  struct Client {
    std::shared_ptr<const DrsBinding> binding;
    std::string address;  ///< "10.77.0.1:40312"
    DsTime last_used;
  };

  /// Null when `account` has `max` open.
  [[nodiscard]] std::shared_ptr<BindingState> open(DrsBinding binding, const std::string& account, const std::string& address, std::size_t max,
                                                   DsTime now);
  void touch(std::uint64_t number, DsTime now);
  /// In the order in which they were bound.
  [[nodiscard]] std::vector<Client> list() const;
  [[nodiscard]] std::size_t size() const;

 private:
  friend class BindingState;
  void close(std::uint64_t number);

  struct Entry {
    Client client;
    std::string account;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> entries_;
  std::map<std::string, std::size_t> per_account_;
  std::uint64_t last_number_ = 0;
};

}  // namespace tributary::service
