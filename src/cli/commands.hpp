// SPDX-License-Identifier: Apache-2.0
// The commands of `tributary`. Each is registered by one function in its own file: it adds a subcommand with its arguments and
// sets `app.chosen` to what runs when the subcommand is given.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/context.hpp"

namespace tributary::cli {

/// The headings under which help lists the commands.
inline constexpr const char* kGroupDo = "Make it replicate";
inline constexpr const char* kGroupLook = "Look at replication";
inline constexpr const char* kGroupChange = "Change the replication topology";
inline constexpr const char* kGroupTools = "Tools";

/// What help says of one command beyond its options.
struct CommandText {
  const char* group;
  std::string summary;   ///< one line
  std::string examples;  ///< lines, each a complete command with what it does
};

/// The command line under construction. What a command returns as an error is printed and becomes exit status 1.
struct App {
  CLI::App cli;
  CommonOptions common;
  std::function<Result<>(Context&)> chosen;

  /// A subcommand whose `run` is called with the parsed arguments, which live for as long as the program runs.
  /// `check` is called first: a sentence from it is a usage error.
  template <class Arguments>
  CLI::App* command(const std::string& name, const CommandText& text, std::shared_ptr<Arguments> arguments,
                    std::type_identity_t<std::function<Result<>(Context&, Arguments&)>> run, std::string (*check)(Arguments&) = nullptr) {
    CLI::App* const sub = cli.add_subcommand(name, text.summary);
    sub->group(text.group);
    sub->footer("\nExamples:\n" + text.examples + "\nCommon options (-U, --use-krb5-ccache, --json, --timeout, ...): tributary --help");
    sub->fallthrough();
    sub->callback([this, arguments, run, check] {
      if (check != nullptr)
        if (std::string wrong = check(*arguments); !wrong.empty()) throw CLI::ValidationError(wrong, CLI::ExitCodes::ValidationError);
      chosen = [arguments, run](Context& context) { return run(context, *arguments); };
    });
    return sub;
  }
};

void register_add(App& app);
void register_bind(App& app);
void register_blob(App& app);
void register_cracknames(App& app);
void register_delete(App& app);
void register_dsaguid(App& app);
void register_kcc(App& app);
void register_mod(App& app);
void register_options(App& app);
void register_queue(App& app);
void register_replicate(App& app);
void register_replsummary(App& app);
void register_showchanges(App& app);
void register_showmsg(App& app);
void register_showobjmeta(App& app);
void register_showrepl(App& app);
void register_showutdvec(App& app);
void register_showvalue(App& app);
void register_syncall(App& app);
void register_updrefs(App& app);

}  // namespace tributary::cli
