// SPDX-License-Identifier: Apache-2.0
// See control_commands.hpp.
#include "dsa/serve/control_commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "base/win32.hpp"
#include "dsa/serve/compare.hpp"
#include "dsa/serve/database_work.hpp"
#include "dsa/serve/demotion.hpp"
#include "dsa/serve/server.hpp"
#include "repl/updates/optional_features.hpp"

namespace tributary::dsa {
namespace {

using boost::json::object;

struct Asked {
  Server& server;
  const object& request;
  Descriptor& file;
  const ControlReply& progress;
};

Result<object> import_asked(const Asked& asked) {
  const Updater update = [&asked](const service::Dsa::Update& work) { return asked.server.dsa().update(work); };
  return import_work(update, [&asked] { return asked.server.dsa().ask_for_rids(); }, asked.file, asked.request, asked.progress);
}
Result<object> kcc_asked(const Asked& asked) {
  if (auto done = asked.server.dsa().run_kcc(false); !done) return std::unexpected(std::move(done.error()));
  return object{{"schema", "tributary.dsa.kcc/1"}};
}
Result<object> garbage_asked(const Asked& asked) {
  const auto gone = asked.server.dsa().collect_garbage();
  if (!gone) return std::unexpected(gone.error());
  return object{{"schema", "tributary.dsa.garbage/1"}, {"removed", *gone}};
}

Result<object> feature_asked(const Asked& asked) {
  const auto name = text_member(asked.request, "feature");
  const auto feature = name == "recycle-bin" ? std::optional(repl::kRecycleBinFeature)
                       : name == "privileged-access-management" ? std::optional(repl::kPrivilegedAccessManagementFeature) : std::nullopt;
  if (!feature) return fail(win32::kErrorInvalidParameter, name + " is no optional feature: recycle-bin or privileged-access-management");
  if (auto done = asked.server.dsa().enable_feature(*feature, repl::CheckLevel::kClient); !done) return std::unexpected(std::move(done.error()));
  return object{{"feature", name}, {"guid", to_string(*feature)}};
}

struct Command {
  std::string_view name;
  Result<object> (*run)(const Asked&);
};
constexpr Command kCommands[] = {
    {"status", [](const Asked& asked) -> Result<object> { return status_document(asked.server); }},
    {"import", import_asked},
    {"compare", [](const Asked& asked) { return compare_work(asked.server, text_member(asked.request, "against"), text_member(asked.request, "nc")); }},
    {"backup", [](const Asked& asked) { return backup_work(asked.server.config(), asked.server.dsa().store(), asked.request); }},
    {"rotate-key", [](const Asked& asked) { return rotate_key_work(asked.server.dsa(), asked.request, asked.progress); }},
    {"garbage", garbage_asked},
    {"kcc", kcc_asked},
    {"roles", [](const Asked& asked) { return roles_work(asked.server); }},
    {"take-role", [](const Asked& asked) { return take_role_work(asked.server, text_member(asked.request, "role")); }},
    {"surrender", [](const Asked& asked) { return surrender_work(asked.server, text_member(asked.request, "to")); }},
    {"enable-feature", feature_asked},
    {"push", [](const Asked& asked) { return push_work(asked.server, text_member(asked.request, "to")); }},
    {"stop", [](const Asked&) -> Result<object> { return kill(getpid(), SIGTERM), object{}; }},
};

}  // namespace

Result<object> run_control_command(Server& server, const object& request, Descriptor file, const ControlReply& progress) {
  const auto name = text_member(request, "command");
  for (const auto& command : kCommands)
    if (command.name == name) return command.run({server, request, file, progress});
  return fail(win32::kErrorNotSupported, fmt::format("there is no control command {}", name));
}

}  // namespace tributary::dsa
