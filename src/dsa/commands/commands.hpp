// SPDX-License-Identifier: Apache-2.0
// `tributary dsa`: the commands of a DSA's own machine. Each is registered by one function in its own file, as those of src/cli are, below
// the one subcommand `dsa`. They read the configuration, and ask the running DSA over its control socket where one runs.
#pragma once

#include "cli/commands.hpp"
#include "dsa/config/config.hpp"

namespace tributary::dsa {

/// What every command of `tributary dsa` takes.
struct DsaArguments {
  std::string config_file = "/etc/tributary/dsa.toml";
  std::string data_folder;  ///< --data: instead of the configuration's
};

/// The configuration, or all that is wrong with it on stderr and an error. A file that is not there is none when --data was given and
/// --config was not.
[[nodiscard]] Result<Config> configuration(const cli::Context& context, const DsaArguments& arguments);
[[nodiscard]] std::string control_path(const Config& config);

/// A verb below `tributary dsa` with --config and --data, whose `run` is called with its arguments.
template <class Arguments>
CLI::App* add_verb(cli::App& app, CLI::App& group, const char* name, const char* summary, const char* examples, std::shared_ptr<Arguments> arguments,
                   Result<> (*run)(cli::Context&, Arguments&)) {
  CLI::App* const verb = group.add_subcommand(name, summary);
  verb->group("Subcommands");
  verb->fallthrough();
  verb->footer(std::string("\nExamples:\n") + examples);
  verb->add_option("--config", arguments->config_file, "The configuration (default: /etc/tributary/dsa.toml)")->type_name("FILE");
  verb->add_option("--data", arguments->data_folder, "The data folder, instead of the configuration's")->type_name("FOLDER");
  verb->callback([&app, arguments, run] { app.chosen = [arguments, run](cli::Context& context) { return run(context, *arguments); }; });
  return verb;
}

void add_init(cli::App& app, CLI::App& group);
void add_join(cli::App& app, CLI::App& group);
void add_serve(cli::App& app, CLI::App& group);
void add_database_verbs(cli::App& app, CLI::App& group);  ///< import, export, check, digest, backup, restore, rotate-key
void add_demote(cli::App& app, CLI::App& group);
void add_explain(cli::App& app, CLI::App& group);
void add_roles(cli::App& app, CLI::App& group);  ///< roles, take-role, enable-feature
void add_status(cli::App& app, CLI::App& group);

/// All of them.
void register_dsa(cli::App& app);

}  // namespace tributary::dsa
