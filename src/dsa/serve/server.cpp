// SPDX-License-Identifier: Apache-2.0
// See server.hpp.
#include "dsa/serve/server.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "dsa/serve/control_commands.hpp"
#include "dsa/serve/ldap.hpp"
#include "dsa/serve/ntlm.hpp"
#include "dsa/serve/operations.hpp"
#include "security/chosen_acceptor.hpp"
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

Result<void> Server::load_ntlm() {
  auto options = ntlm_options(config_, *dsa_, logons_, random_, *clock_);
  if (!options) return std::unexpected(std::move(options.error()));
  const std::lock_guard guard(keys_mutex_);
  ntlm_ = std::move(*options);
  return {};
}

/// Kerberos, and NTLM where the configuration has it: alone, or when the client's SPNEGO prefers it.
std::shared_ptr<security::SecurityContext> Server::make_acceptor(security::AuthType type) {
  std::shared_ptr<const security::AcceptorKeys> keys;
  std::shared_ptr<const security::ntlm::AcceptorOptions> ntlm;
  {
    const std::lock_guard guard(keys_mutex_);
    keys = keys_;
    ntlm = ntlm_;
  }
  const auto made = [this](auto acceptor) -> std::shared_ptr<security::SecurityContext> {
    if (acceptor) return std::move(*acceptor);
    log_.write('w', "no acceptor: " + acceptor.error().detail);
    return nullptr;
  };
  const auto with_kerberos = [=] { return made(security::make_acceptor(keys, {.auth_type = type})); };
  const auto with_ntlm = [=] { return made(security::ntlm::make_acceptor(type, ntlm)); };
  if (!ntlm) return with_kerberos();
  if (type == security::AuthType::kNtlm) return with_ntlm();
  return type == security::AuthType::kSpnego ? security::make_chosen_acceptor(with_kerberos, with_ntlm) : with_kerberos();
}

Result<void> Server::listen() {
  net::RpcServerOptions options;
  for (const auto& address : config_.addresses) {
    options.listen.push_back({address, config_.port});
    if (config_.endpoint_mapper) options.endpoint_mapper.push_back({address, config_.endpoint_mapper_port});
  }
  options.interfaces = service::DrsuapiServer::interfaces();
  options.make_acceptor = [this](security::AuthType type) { return make_acceptor(type); };
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

Result<void> Server::listen_for_ldap() {
  if (!config_.ldap.is_on()) return {};
  const auto make_acceptor = [this](security::AuthType type) {
    std::shared_ptr<const security::AcceptorKeys> keys;
    {
      const std::lock_guard guard(keys_mutex_);
      keys = keys_;
    }
    return security::make_acceptor(std::move(keys), {.auth_type = type, .dce_style = false, .as_asked = true});
  };
  auto ldap = LdapService::start(config_, *dsa_, log_, make_acceptor);
  if (!ldap) return std::unexpected(std::move(ldap.error()));
  ldap_ = std::move(*ldap);
  return {};
}

Result<std::unique_ptr<Server>> Server::start(const Config& config, Log& log) {
  std::unique_ptr<Server> server(new Server(config, log));
  if (auto loaded = server->load_keys(); !loaded) return std::unexpected(std::move(loaded.error()));
  auto opened = RunningDsa::open(config, log, *server->runtime_);
  if (!opened) return std::unexpected(std::move(opened.error()));
  server->dsa_ = std::move(*opened);
  server->logons_ = std::make_shared<LogonGate>(*server->dsa_);
  service::DrsuapiServer::Options options;
  options.resolve_caller = [&dsa = *server->dsa_, realm = config.realm](const net::RpcPeer& peer) { return resolve_caller(dsa, realm, peer); };
  options.random = &server->random_;
  options.clock = server->clock_.get();
  options.limits.workers.threads = std::max<std::size_t>(config.worker_threads_max / 2, 4);
  server->drsuapi_ = std::make_unique<service::DrsuapiServer>(*server->dsa_, std::move(options));
  add_operations(*server->drsuapi_);
  if (auto loaded = server->load_ntlm(); !loaded) return std::unexpected(std::move(loaded.error()));
  if (auto listening = server->listen(); !listening) return std::unexpected(std::move(listening.error()));
  if (auto listening = server->listen_for_ldap(); !listening) return std::unexpected(std::move(listening.error()));
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
  ldap_.reset();  // while the DSA still answers those who run
  if (rpc_) rpc_->shut_down(kGrace);
  if (logons_) logons_->close();
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
  config_.ntlm = config.ntlm;
  config_.ntlm_accounts_file = config.ntlm_accounts_file;
  if (ldap_) ldap_->reload(config);
  if (auto loaded = load_ntlm(); !loaded) log_.write('e', "NTLM stays as it is: " + loaded.error().detail);
}

}  // namespace tributary::dsa
