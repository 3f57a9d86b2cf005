// SPDX-License-Identifier: Apache-2.0
// What a HANDLE of ntdsapi.h stands for: a bound DRS handle ([MS-DRSR] 4.1.3) with the network it runs on and its timeout.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "client/client.hpp"
#include "net/runtime.hpp"
#include "ntdsapi/handle_table.hpp"
#include "ntdsapi/shell.hpp"

namespace tributary::ntdsapi {

/// For each call that the DC answers from what it knows.
inline constexpr std::chrono::milliseconds kCallTimeout{60'000};
/// For calls that return when replication is done. A large NC over a thin line takes hours; a day is a DC that will not answer.
inline constexpr std::chrono::milliseconds kReplicationTimeout{24 * 3'600'000};

/// Thread-safe.
class Session {
 public:
  Session(std::shared_ptr<net::Runtime> runtime, std::shared_ptr<client::DrsHandle> dc) : runtime_(std::move(runtime)), dc_(std::move(dc)) {}

  [[nodiscard]] client::DrsHandle& dc() const noexcept { return *dc_; }
  [[nodiscard]] const std::shared_ptr<client::DrsHandle>& shared_dc() const noexcept { return dc_; }
  [[nodiscard]] const std::shared_ptr<net::Runtime>& runtime() const noexcept { return runtime_; }
  /// Zero restores the defaults.
  void set_timeout(std::chrono::seconds timeout) noexcept { timeout_ms_ = std::chrono::milliseconds(timeout).count(); }
  [[nodiscard]] client::CallOptions call() const noexcept { return {.timeout = timeout_or(kCallTimeout)}; }
  [[nodiscard]] client::CallOptions replication_call() const noexcept { return {.timeout = timeout_or(kReplicationTimeout)}; }

 private:
  [[nodiscard]] std::chrono::milliseconds timeout_or(std::chrono::milliseconds otherwise) const noexcept {
    const auto set = std::chrono::milliseconds(timeout_ms_.load());
    return set.count() == 0 ? otherwise : set;
  }

  std::shared_ptr<net::Runtime> runtime_;  // outlives dc_
  std::shared_ptr<client::DrsHandle> dc_;
  std::atomic<std::chrono::milliseconds::rep> timeout_ms_ = 0;
};

/// Every open handle of the process.
[[nodiscard]] HandleTable<Session>& sessions() noexcept;

/// The process's network threads: started with the first session, stopped with the last.
[[nodiscard]] std::shared_ptr<net::Runtime> shared_runtime();

/// Binds. The result is not yet a handle.
[[nodiscard]] Result<std::shared_ptr<Session>> bind_session(client::BindOptions options);
/// Gives a session a number for C.
[[nodiscard]] Result<HANDLE> open_handle(std::shared_ptr<Session> session);

/// The domain part of "dc1.lab.example"; empty for a name without a dot and for an address.
[[nodiscard]] std::string domain_of_host(std::string_view name);

/// Runs the body of an exported function with the session of its handle, which stays alive until the body has returned.
template <class Body>
[[nodiscard]] DWORD with_session(HANDLE handle, Body&& body) noexcept {
  return run([&]() -> Result<> {
    const auto session = sessions().find(handle);
    if (!session) return fail(win32::kErrorInvalidHandle, "the handle is not open");
    return body(*session);
  });
}

}  // namespace tributary::ntdsapi
