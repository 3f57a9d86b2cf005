// SPDX-License-Identifier: Apache-2.0
// tributary dsa serve: the DSA in the foreground. systemd is told READY, STOPPING and signs of life; SIGHUP reads the configuration again,
// SIGTERM and SIGINT end it cleanly.
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "base/win32.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/edge/service_manager.hpp"
#include "dsa/serve/server.hpp"

namespace tributary::dsa {
namespace {

struct Arguments : DsaArguments {
  bool check_config = false;
};

Result<> check(const cli::Context& context, const Config& config, const std::string& file) {
  const auto faults = check_machine(config, file);
  for (const auto& fault : faults) context.note(to_string(fault));
  if (!faults.empty()) return fail(win32::kErrorInvalidParameter, "this machine is not as the configuration wants it");
  return {};
}

/// Blocks the signals in this thread, and so in all that come: they are read from a descriptor.
Descriptor block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return Descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

void reload(const cli::Context& context, Arguments& arguments, const ServiceManager& manager, Log& log, Server& server) {
  manager.notify("RELOADING=1");
  if (const auto config = configuration(context, arguments)) {
    server.reload(*config);
    log.write('i', "the configuration was read again");
  } else {
    log.write('e', "the configuration stays as it was: " + config.error().detail);
  }
  manager.notify("READY=1");
}

/// Until a signal ends it.
void wait_for_signals(const cli::Context& context, Arguments& arguments, const ServiceManager& manager, Log& log, Server& server, const Descriptor& signals) {
  const auto watchdog = manager.watchdog_interval();
  while (true) {
    pollfd waiting{signals.get(), POLLIN, 0};
    const int ready = poll(&waiting, 1, watchdog ? static_cast<int>(watchdog->count()) : -1);
    if (ready == 0 && server.dsa().is_alive()) manager.notify("WATCHDOG=1");
    signalfd_siginfo signal{};
    if (ready <= 0 || read(signals.get(), &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo != SIGHUP) return log.write('i', fmt::format("signal {}: this DSA ends", signal.ssi_signo));
    reload(context, arguments, manager, log, server);
  }
}

Result<> run(cli::Context& context, Arguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  if (auto checked = check(context, *config, arguments.config_file); !checked) return checked;
  if (arguments.check_config) {
    context.say(arguments.config_file + ": nothing is wrong with it");
    context.print("tributary.dsa.check-config/1", {{"config", arguments.config_file}, {"data", config->data_folder}});
    return {};
  }
  const auto signals = block_signals();
  const ServiceManager manager;
  Log log(config->log_target, config->log_level);
  auto server = Server::start(*config, log);
  if (!server) return std::unexpected(server.error());
  const auto& identity = (*server)->dsa().identity();
  log.write('i', fmt::format("{} ({}) serves {} on port {}", identity.host_name, to_string(identity.dsa), identity.forest_dns_name, (*server)->port()));
  manager.notify(fmt::format("READY=1\nSTATUS={} serves {}", identity.host_name, identity.forest_dns_name));
  wait_for_signals(context, arguments, manager, log, **server, signals);
  manager.notify("STOPPING=1");
  server->reset();
  log.write('i', "ended");
  return {};
}

}  // namespace

void add_serve(cli::App& app, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = add_verb(app, group, "serve", "Run the DSA in the foreground, until SIGTERM",
                                 "  tributary dsa serve\n"
                                 "  tributary dsa serve --config /srv/a/dsa.toml --check-config     judge the configuration, start nothing\n",
                                 arguments, run);
  sub->add_flag("--check-config", arguments->check_config, "Say what is wrong with the configuration and start nothing");
}

}  // namespace tributary::dsa
