// SPDX-License-Identifier: Apache-2.0
// The commands of `tributary`. Each is registered by one function in its own file: it adds a subcommand with its arguments and
// sets `app.chosen` to what runs when the subcommand is given.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/context.hpp"

namespace tributary::cli {

/// The command line under construction. What a command returns as an error is printed and becomes exit status 1.
struct App {
  CLI::App cli;
  CommonOptions common;
  std::function<Result<>(Context&)> chosen;

  /// A subcommand whose `run` is called with the parsed arguments, which `Arguments` holds for as long as the program runs.
  template <class Arguments>
  CLI::App* command(const std::string& name, const std::string& help, std::shared_ptr<Arguments> arguments,
                    Result<> (*run)(Context&, const Arguments&)) {
    CLI::App* const sub = cli.add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([this, arguments, run] { chosen = [arguments, run](Context& context) { return run(context, *arguments); }; });
    return sub;
  }
};

void register_replicate(App& app);
void register_bind(App& app);
void register_showmsg(App& app);

}  // namespace tributary::cli
