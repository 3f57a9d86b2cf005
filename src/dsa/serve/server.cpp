// SPDX-License-Identifier: Apache-2.0
// See server.hpp.
#include "dsa/serve/server.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "dsa/serve/control_commands.hpp"
#include "dsa/serve/operations.hpp"
#include "security/gss_context.hpp"

namespace tributary::dsa {
namespace {

/// How long calls under way may still take when the DSA ends.
constexpr std::chrono::milliseconds kGrace{3000};

}  // namespace

class Server::SystemClock final : public Clock {
 public:
  [[nodiscard]] MonoTime monotonic() const override { return net::monotonic_now(); }
  [[nodiscard]] FileTime wall() const override { return net::wall_now(); }
};

Server::Server(const Config& config, Log& log)
    : config_(config), log_(log), started_(net::wall_now()), clock_(std::make_unique<SystemClock>()), runtime_(std::make_unique<net::Runtime>()) {}

Result<void> Server::load_keys() {
  auto keys = security::load_acceptor_keys(config_.keytab, config_.replay_cache);
  if (!keys) return fail(keys.error().code, fmt::format("kerberos.keytab: {}: export the keys of this DSA's service principals into it", keys.error().detail));
  const std::lock_guard guard(keys_mutex_);
  keys_ = std::move(*keys);
  return {};
}

Result<void> Server::listen() {
  net::RpcServerOptions options;
  for (const auto& address : config_.addresses) {
    options.listen.push_back({address, config_.port});
    if (config_.endpoint_mapper) options.endpoint_mapper.push_back({address, config_.endpoint_mapper_port});
  }
  options.interfaces = service::DrsuapiServer::interfaces();
  options.make_acceptor = [this](security::AuthType type) -> std::shared_ptr<security::SecurityContext> {
    std::shared_ptr<const security::AcceptorKeys> keys;
    {
      const std::lock_guard guard(keys_mutex_);
      keys = keys_;
    }
    security::ContextOptions wanted;
    wanted.auth_type = type;
    auto acceptor = security::make_acceptor(std::move(keys), wanted);
    if (acceptor) return std::move(*acceptor);
    log_.write('w', "no acceptor: " + acceptor.error().detail);
    return nullptr;
  };
  options.handler = [this](std::shared_ptr<net::RpcServerCall> call) { drsuapi_->handle(std::move(call)); };
  options.limits.connections_max = config_.connections_max;
  options.limits.connections_per_address_max = config_.connections_per_address_max;
  options.limits.idle_timeout = config_.idle_timeout;
  options.log = [this](std::string line) { log_.write('i', line); };
  auto rpc = net::RpcServer::start(*runtime_, std::move(options));
  if (!rpc) return fail(rpc.error().code, fmt::format("{}: change listen.addresses or listen.port", rpc.error().detail));
  rpc_ = std::move(*rpc);
  return {};
}

Result<std::unique_ptr<Server>> Server::start(const Config& config, Log& log) {
  std::unique_ptr<Server> server(new Server(config, log));
  if (auto loaded = server->load_keys(); !loaded) return std::unexpected(std::move(loaded.error()));
  auto opened = RunningDsa::open(config, log, *server->runtime_);
  if (!opened) return std::unexpected(std::move(opened.error()));
  server->dsa_ = std::move(*opened);
  service::DrsuapiServer::Options options;
  options.resolve_caller = [&dsa = *server->dsa_, realm = config.realm](const net::RpcPeer& peer) { return resolve_caller(dsa, realm, peer); };
  options.random = &server->random_;
  options.clock = server->clock_.get();
  options.limits.workers.threads = std::max<std::size_t>(config.worker_threads_max / 2, 4);
  server->drsuapi_ = std::make_unique<service::DrsuapiServer>(*server->dsa_, std::move(options));
  add_operations(*server->drsuapi_);
  if (auto listening = server->listen(); !listening) return std::unexpected(std::move(listening.error()));
  auto control = ControlServer::start(config.data_folder + "/control", [&server = *server](const auto& request, Descriptor file, const ControlReply& progress) {
    return run_control_command(server, request, std::move(file), progress);
  });
  if (!control) return std::unexpected(std::move(control.error()));
  server->control_ = std::move(*control);
  server->dsa_->start();
  return server;
}

Server::~Server() {
  control_.reset();
  if (rpc_) rpc_->shut_down(kGrace);
  if (drsuapi_) drsuapi_->stop();
  if (dsa_) dsa_->stop();
  rpc_.reset();
  drsuapi_.reset();
  dsa_.reset();
  runtime_.reset();
}

void Server::reload(const Config& config) {
  dsa_->reconfigure(config);
  config_.keytab = config.keytab;
  if (auto loaded = load_keys(); !loaded) log_.write('e', "the keys stay as they are: " + loaded.error().detail);
}

}  // namespace tributary::dsa
