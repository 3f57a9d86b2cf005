// SPDX-License-Identifier: Apache-2.0
// `tributary`: repadmin's words for Active Directory from Linux. Parses the command line and runs one command.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "client/hosts.hpp"
#include "dsa/commands/commands.hpp"

namespace tributary::cli {
namespace {

void add_common_options(App& app) {
  auto& common = app.common;
  auto& cli = app.cli;
  cli.add_option("-U,--user", common.user,
                 "Account: NAME, DOMAIN\\NAME or NAME@REALM. The password comes from --password-file,\n"
                 "from TRIBUTARY_PASSWORD or from a prompt, never from the command line");
  cli.add_option("--password-file", common.password_file, "File whose first line is the password; - for standard input")->type_name("FILE");
  cli.add_option("--use-krb5-ccache", common.ccache, "Kerberos credential cache to use (default: the one kinit filled)")->type_name("CCACHE");
  cli.add_option("--keytab", common.keytab, "Keytab to take a ticket with, for the principal of -U or its first one")->type_name("FILE");
  cli.add_option("--realm", common.realm, "Kerberos realm of an account given without one");
  cli.add_option("--hosts", common.hosts_file,
                 "File that says where hosts are that DNS does not know: NAME [NAME...] ADDRESS[:PORT] a line, NAME being a host\n"
                 "name or a DSA GUID (default: the file that TRIBUTARY_HOSTS names). Where a DC is named, NAME:PORT will do as well")
      ->type_name("FILE");
  cli.add_option("--timeout", common.timeout_s, "Seconds to wait for a DC and for each call (default: 30 to reach a DC, no limit on a call)")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber);
  cli.add_flag("--json", common.json, "Print one JSON document, with a versioned schema (docs/json)");
  cli.add_flag("--no-color", common.no_color, "No colours, also not on a terminal");
  cli.add_flag("-v,--verbose", common.verbose, "Say on stderr what is being done");
}

/// What is wrong with the command line, and where help is.
std::string usage_error(const CLI::App* cli, const CLI::Error& error) {
  std::string command = "tributary";
  for (auto* sub = cli; !sub->get_subcommands().empty();) {
    sub = sub->get_subcommands().front();
    command += ' ' + sub->get_name();
  }
  const auto unknown = cli->remaining();
  const bool no_such_command = cli->get_subcommands().empty() && !unknown.empty();
  const std::string what = no_such_command ? unknown.front() + " is not a command" : std::string(error.what());
  return "tributary: " + what + "\nRun `" + command + " --help` for more.\n";
}

constexpr void (*kCommands[])(App&) = {
    register_replicate,   register_syncall,   register_kcc,         register_showrepl,   register_replsummary, register_queue,  register_showutdvec,
    register_showobjmeta, register_showvalue, register_showchanges, register_dsaguid,    register_add,         register_delete, register_mod,
    register_updrefs,     register_options,   register_bind,        register_cracknames, register_showmsg,     register_blob,
    dsa::register_dsa,
};

int run(int argc, char** argv) {
  // A DC that hangs up, or a reader of our output that has seen enough, is an error of a write and not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  App app;
  app.cli.name("tributary");
  app.cli.description("Directory replication for Active Directory: look at it, ask for it, understand why it fails.");
  app.cli.set_version_flag("--version", "tributary " TRIBUTARY_VERSION);
  app.cli.require_subcommand(1);
  app.cli.failure_message(usage_error);
  add_common_options(app);
  for (const auto register_command : kCommands) register_command(app);
  try {
    auto arguments = expand_arguments(app.cli, std::vector<std::string>(argv + 1, argv + argc));
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app.cli.parse(std::move(arguments));
    if (const auto wrong = wrong_account(app.common.user); !wrong.empty()) throw CLI::ValidationError("-U", wrong);
  } catch (const CLI::ParseError& error) {
    return app.cli.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  // Everything that binds looks there, in libraries below us as well. No thread runs yet.
  if (!app.common.hosts_file.empty()) setenv(client::kHostsVariable, app.common.hosts_file.c_str(), 1);
  Context context(app.common);
  const auto done = app.chosen(context);
  if (!done) context.print_error(done.error());
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return done ? kExitDone : kExitFailed;
  context.note(std::string("tributary: standard output cannot be written: ") + std::strerror(errno));
  return kExitFailed;
}

}  // namespace
}  // namespace tributary::cli

int main(int argc, char** argv) { return tributary::cli::run(argc, argv); }
