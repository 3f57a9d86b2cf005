// SPDX-License-Identifier: Apache-2.0
// NTLMv2 at a running DSA: its names, the administrator's file and the directory put together into what an acceptor of src/security/ntlm
// asks for. Must never judge a proof.
#pragma once

#include <memory>
#include <shared_mutex>
#include <utility>

#include "base/win32.hpp"
#include "dsa/config/config.hpp"
#include "security/ntlm/ntlm_context.hpp"
#include "service/dsa.hpp"

namespace tributary::dsa {

/// The way from a handshake to the DSA, for handshakes that may still be under way on some thread when the DSA ends. Thread-safe.
class LogonGate {
 public:
  explicit LogonGate(service::Dsa& dsa) : dsa_(&dsa) {}
  /// Waits for those who are inside; nobody comes in any more.
  void close();
  /// kErrorServerShutdownInProgress when it is closed.
  template <class Work>
  auto enter(Work&& work) -> decltype(work(std::declval<service::Dsa&>())) {
    const std::shared_lock lock(mutex_);
    if (dsa_ == nullptr) return fail(win32::kErrorServerShutdownInProgress, "this DSA ends");
    return work(*dsa_);
  }

 private:
  std::shared_mutex mutex_;
  service::Dsa* dsa_;
};

/// What acceptors need; null when NTLM is off. Errors say what to do. `random` and `clock` outlive it; `dsa` the gate's being open.
[[nodiscard]] Result<std::shared_ptr<const security::ntlm::AcceptorOptions>> ntlm_options(const Config& config, service::Dsa& dsa,
                                                                                         const std::shared_ptr<LogonGate>& gate, Random& random,
                                                                                         const Clock& clock);

}  // namespace tributary::dsa
