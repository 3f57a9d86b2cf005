// SPDX-License-Identifier: Apache-2.0
// Binding, and the two things that a process has one of: the table of handles and the network threads.
#include "ntdsapi/session.hpp"

#include <mutex>

#include "client/hosts.hpp"
#include "ntdsapi/spn.hpp"

namespace tributary::ntdsapi {

HandleTable<Session>& sessions() noexcept {
  // Never destroyed: threads of the program may still be inside a call while the process exits.
  static auto* const table = new HandleTable<Session>;
  return *table;
}

std::shared_ptr<net::Runtime> shared_runtime() {
  static auto* const mutex = new std::mutex;
  static auto* const current = new std::weak_ptr<net::Runtime>;
  const std::scoped_lock lock(*mutex);
  auto runtime = current->lock();
  if (!runtime) {
    runtime = std::make_shared<net::Runtime>();
    *current = runtime;
  }
  return runtime;
}

Result<std::shared_ptr<Session>> bind_session(client::BindOptions options) {
  auto runtime = shared_runtime();
  auto dc = client::DrsHandle::bind(*runtime, std::move(options));
  if (!dc) return std::unexpected(std::move(dc.error()));
  return std::make_shared<Session>(std::move(runtime), std::move(*dc));
}

Result<HANDLE> open_handle(std::shared_ptr<Session> session) {
  const HANDLE handle = sessions().open(std::move(session));
  if (handle == nullptr) return fail(kErrorTooManyOpenFiles, "too many handles are open");
  return handle;
}

std::string domain_of_host(std::string_view name) {
  const std::string host = client::split_host_port(name).host;
  const auto dot = host.find('.');
  if (dot == std::string::npos || is_ip_address(std::string_view(host))) return {};
  return host.substr(dot + 1);
}

}  // namespace tributary::ntdsapi
