// SPDX-License-Identifier: Apache-2.0
// See commands.hpp.
#include "dsa/commands/commands.hpp"

#include <filesystem>

#include "base/win32.hpp"

namespace tributary::dsa {

Result<Config> configuration(const cli::Context& context, const DsaArguments& arguments) {
  std::error_code error;
  const bool is_default = arguments.config_file == DsaArguments{}.config_file;
  ConfigResult loaded = Config{};
  if (!is_default || arguments.data_folder.empty() || std::filesystem::exists(arguments.config_file, error)) loaded = load_config(arguments.config_file);
  if (!loaded) {
    for (const auto& fault : loaded.error()) context.note(to_string(fault));
    const auto count = loaded.error().size();
    return fail(win32::kErrorInvalidParameter, count == 1 ? std::string("the configuration has a mistake") : std::to_string(count) + " mistakes in the configuration");
  }
  if (!arguments.data_folder.empty()) loaded->data_folder = std::filesystem::absolute(arguments.data_folder, error).string();
  return std::move(*loaded);
}

std::string control_path(const Config& config) { return config.data_folder + "/control"; }

void register_dsa(cli::App& app) {
  CLI::App* const group = app.cli.add_subcommand("dsa", "Run a DSA of this machine: make it, serve it, look after its database");
  group->group(cli::kGroupDo);
  group->require_subcommand(1);
  group->fallthrough();
  group->footer(
      "\nExamples:\n"
      "  tributary dsa init --domain lab.example --host dsa-a     a new forest, with this DSA as its first\n"
      "  tributary dsa serve                                      run it, in the foreground\n"
      "  tributary dsa status                                     how it is doing\n");
  add_init(app, *group);
  add_join(app, *group);
  add_serve(app, *group);
  add_status(app, *group);
  add_database_verbs(app, *group);
  add_explain(app, *group);
  add_roles(app, *group);
  add_demote(app, *group);
}

}  // namespace tributary::dsa
