// SPDX-License-Identifier: Apache-2.0
// tributary showmsg: what a code means and what to do about it.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "cli/commands.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string code;
};

Result<> run(Context& context, const Arguments& arguments) {
  const auto code = parse_win32(arguments.code);
  if (!code) return std::unexpected(code.error());
  const Win32Info* info = find_win32(*code);
  // 0x80070005 is ERROR_ACCESS_DENIED in the clothes of an HRESULT.
  if (const auto inner = win32_in_hresult(*code); info == nullptr && inner) info = find_win32(*inner);
  if (info == nullptr)
    return fail(win32::kErrorNotFound,
                fmt::format("no code {} (0x{:08X}) is defined", static_cast<std::uint32_t>(*code), static_cast<std::uint32_t>(*code)));
  context.say(fmt::format("{} = {} (0x{:08X})", info->name, static_cast<std::uint32_t>(*code), static_cast<std::uint32_t>(*code)));
  const std::pair<const char*, std::string_view> lines[] = {{"Meaning", info->meaning}, {"Cause", info->cause}, {"What to do", info->remedy}};
  for (const auto& [title, text] : lines)
    if (!text.empty()) context.say(fmt::format("  {:<11} {}", title, text));
  context.print("tributary.showmsg/1", {{"code", static_cast<std::uint32_t>(*code)},
                                        {"hex", fmt::format("0x{:08X}", static_cast<std::uint32_t>(*code))},
                                        {"name", info->name},
                                        {"meaning", info->meaning},
                                        {"cause", info->cause},
                                        {"remedy", info->remedy}});
  return {};
}

}  // namespace

void register_showmsg(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("showmsg",
                                    {kGroupTools, "Explain an error code: its name, its meaning, the likely cause and what to do",
                                     "  tributary showmsg 8453\n"
                                     "  tributary showmsg 0x80090322\n"
                                     "  tributary showmsg WERR_DS_DRA_ACCESS_DENIED\n"},
                                    arguments, run);
  sub->add_option("CODE", arguments->code, "A code in decimal or hex (8453, 0x2105, -2146893022), or its name")->required();
}

}  // namespace tributary::cli
